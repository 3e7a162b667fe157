//! Whoever watches is told of work as it goes on, and what is worked out is the same; who does not sit at a terminal reads
//! nothing of it.

use crate::company::Company;
use crate::noise;
use leadscore::pipeline::deals::DealInputs;
use leadscore::pipeline::train::train;
use leadscore::watch::{Follower, Onlooker, Stage, Watch};
use std::sync::{Arc, Mutex};

/// A stage, and the shares that were told of it.
type Told = (Stage, Vec<f64>);

/// What was told of each stage, in the order in which they began.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Told>>>);

struct Following {
    heard: Heard,
    at: usize,
}

impl Onlooker for Heard {
    fn begin(&self, stage: Stage) -> Box<dyn Follower> {
        let mut heard = self.0.lock().unwrap();
        heard.push((stage, Vec::new()));
        Box::new(Following { heard: self.clone(), at: heard.len() - 1 })
    }
}

impl Follower for Following {
    fn come_to(&mut self, share: f64) {
        self.heard.0.lock().unwrap()[self.at].1.push(share);
    }
}

#[test]
fn a_training_that_is_watched_tells_how_far_it_has_come_and_learns_the_same() {
    let table = noise::company(1);
    let alone = noise::settings(1);
    let (heard, mut watched) = (Heard::default(), alone.clone());
    watched.deals.watch = Watch::by(heard.clone());
    let of = |settings| train(DealInputs { table: &table, log: None, scorecard: None }, settings).unwrap().0;
    assert!(of(&watched) == of(&alone), "watching changes the model");
    let heard = heard.0.lock().unwrap();
    let named: Vec<&str> = heard.iter().map(|(stage, _)| stage.what.as_str()).collect();
    assert_eq!(named, ["looking at the deals", "looking for columns that know the outcome", "learning from deals"]);
    for (stage, shares) in heard.iter() {
        assert!(shares.is_sorted(), "{} goes back: {shares:?}", stage.what);
        assert_eq!((shares[0], *shares.last().unwrap()), (0.0, 1.0), "{}: {shares:?}", stage.what);
    }
    let (stage, shares) = heard.last().unwrap();
    assert!(stage.amount > table.n_leads(), "the folds learn too");
    // Folds and rounds of each are told, not only the end.
    let widest = shares.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    assert!(shares.len() > 30 && widest < 0.25, "{shares:?}");
}

#[test]
fn who_does_not_sit_at_a_terminal_reads_of_no_progress() {
    let company = Company::sample();
    for command in [&["train"][..], &["compare"], &["backtest"], &["report", "--out", "report.html"]] {
        let run = company.run(command).ok();
        assert!(!run.stderr.contains(['\r', '\x1b']) && !run.stderr.contains(" so far"), "{command:?}: {}", run.stderr);
    }
}

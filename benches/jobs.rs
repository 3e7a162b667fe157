//! The three jobs that take the time: the pass over the log, the fit, and scoring. Sizes stand in the ids.

use divan::{Bencher, black_box};
use leadscore::asof::{Instant, Span};
use leadscore::decay::Decay;
use leadscore::design::{CodeBlock, Design};
use leadscore::fault::InputError;
use leadscore::logistic::{Penalty, Problem, Structure, Term, fit};
use leadscore::measures::{Amount, KindMatch, Pass, PassOptions, Plan, Request, Selection};
use leadscore::pipeline::score::{AsOf, ScoreInputs, ScoreSettings, score};
use leadscore::scorecard::Scorecard;
use leadscore::tables::{Activity, ActivityBatch, ActivityBatches, Acts, LeadTable, MISSING, Origins};
use ndarray::Array2;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::fmt;

const SEED: u64 = 7;
const KINDS: usize = 12;
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
const AS_OF: Instant = Instant(20_000 * DAY);
/// Acts handed over at a time, as the readers of files do.
const BATCH: usize = 100_000;

fn main() {
    divan::main();
}

/// Leads and acts of a made-up log.
#[derive(Clone, Copy)]
struct LogSize {
    leads: usize,
    acts: usize,
    /// Acts lead by lead, with fractions of seconds, rather than in order of time, in whole ones.
    by_lead: bool,
}

impl fmt::Display for LogSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = if self.by_lead { "lead by lead" } else { "in order of time" };
        write!(f, "{} leads, {} acts {order}, {KINDS} rules", self.leads, self.acts)
    }
}

const LOGS: [LogSize; 3] = [
    LogSize { leads: 20_000, acts: 400_000, by_lead: false },
    LogSize { leads: 200_000, acts: 4_000_000, by_lead: false },
    LogSize { leads: 200_000, acts: 4_000_000, by_lead: true },
];

struct Log {
    kinds: Vec<String>,
    batches: Vec<Acts>,
}

impl Log {
    /// Acts of any lead and kind.
    fn new(size: LogSize) -> Log {
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let step = 600 * DAY / size.acts as i64;
        let resolution = if size.by_lead { 1 } else { SECOND };
        let act = |nth: usize| Activity {
            lead: rng.random_range(0..size.leads as u32),
            at: Instant(AS_OF.0 - 600 * DAY + nth as i64 * step / resolution * resolution),
            kind: rng.random_range(0..KINDS as u32),
            detail: MISSING,
            count: 1,
        };
        let mut acts: Vec<Activity> = (0..size.acts).map(act).collect();
        if size.by_lead {
            acts.sort_by_key(|act| act.lead);
        }
        Log { kinds: kinds(), batches: acts.chunks(BATCH).map(|acts| acts.iter().copied().collect()).collect() }
    }
}

impl ActivityBatches for Log {
    fn for_each(&mut self, each: &mut dyn FnMut(ActivityBatch<'_>)) -> Result<(), InputError> {
        for acts in &self.batches {
            each(ActivityBatch { acts, kinds: &self.kinds, details: &[] });
        }
        Ok(())
    }
}

fn kinds() -> Vec<String> {
    (0..KINDS).map(|kind| format!("kind_{kind}")).collect()
}

/// One decayed sum over the newest ten acts of each kind.
fn plan() -> Plan {
    let mut plan = Plan::default();
    for kind in kinds() {
        let selection = Selection { kinds: KindMatch::Listed(vec![kind]), detail: None };
        let decay = Decay::HalfLife(Span::from_days(30.0));
        plan.ask(Request { selection, amount: Amount::Sum { within: None, decay, max_count: Some(10) } });
    }
    plan
}

#[divan::bench(args = LOGS, sample_count = 10)]
fn pass(bencher: Bencher<'_, '_>, size: LogSize) {
    let (plan, mut log) = (plan(), Log::new(size));
    bencher.bench_local(|| {
        let mut pass = Pass::new(&plan, vec![AS_OF; size.leads], PassOptions::default());
        log.for_each(&mut |batch| pass.add(batch)).expect("a log in memory can be read");
        black_box(pass.finish(&[]))
    });
}

#[divan::bench(args = LOGS, sample_count = 10)]
fn scoring(bencher: Bencher<'_, '_>, size: LogSize) {
    let rules: String = kinds()
        .iter()
        .map(|kind| {
            format!(
                "[[rule]]\nid = \"{kind}\"\nactivity = \"{kind}\"\npoints = 5\nmax_count = 10\n\
                 decay = {{ half_life = \"30d\" }}\n"
            )
        })
        .collect();
    let card = Scorecard::parse(&format!("name = \"bench\"\nrange = [0, 100]\n{rules}"), "scorecard.toml");
    let card = card.expect("the scorecard is in order");
    let (table, mut log) = (leads(size.leads), Log::new(size));
    let settings = ScoreSettings::of(AsOf::At(AS_OF));
    bencher.bench_local(|| {
        let inputs = ScoreInputs { table: &table, log: Some(&mut log), scorecard: Some(&card), model: None };
        score(inputs, &settings).expect("a scorecard and a log are enough to score with").leads.len()
    });
}

fn leads(n: usize) -> LeadTable {
    LeadTable {
        id_name: "id".to_string(),
        ids: (0..n).map(|lead| lead.to_string()).collect(),
        columns: Vec::new(),
        created_at: None,
        closed_at: None,
        as_of: None,
        outcome: None,
        row_weight: None,
        origin: Origins::from_line(2, n),
        files: vec!["leads".to_string()],
    }
}

/// Deals, numbers and levels of a made-up problem.
#[derive(Clone, Copy)]
struct ProblemSize {
    deals: usize,
    numbers: usize,
    categories: usize,
    levels: usize,
}

impl fmt::Display for ProblemSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms = self.numbers + self.categories;
        write!(f, "{} deals, {terms} terms, {} columns", self.deals, self.numbers + self.categories * self.levels)
    }
}

const PROBLEMS: [ProblemSize; 2] = [
    ProblemSize { deals: 10_000, numbers: 20, categories: 5, levels: 10 },
    ProblemSize { deals: 200_000, numbers: 39, categories: 7, levels: 20 },
];

#[divan::bench(args = PROBLEMS, sample_count = 10)]
fn fit_one_penalty(bencher: Bencher<'_, '_>, size: ProblemSize) {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let dense = Array2::from_shape_fn((size.deals, size.numbers), |_| rng.random_range(-1.7..1.7));
    let mut block = || CodeBlock {
        codes: (0..size.deals).map(|_| rng.random_range(0..size.levels as u32)).collect(),
        n_levels: size.levels,
    };
    let blocks = (0..size.categories).map(|_| block()).collect();
    let design = Design { dense, lines: Vec::new(), blocks };
    let truth: Vec<f64> = (0..design.n_columns()).map(|_| rng.random_range(-0.3..0.3)).collect();
    let log_odds = design.matvec(&truth, -1.0);
    let won = |log_odds: &f64| f64::from(u8::from(rng.random_range(0.0..1.0) < 1.0 / (1.0 + (-log_odds).exp())));
    let y: Vec<f64> = log_odds.iter().map(won).collect();
    let weights = vec![1.0; size.deals];
    let terms = [Term { columns: 0..design.n_columns(), structure: Structure::Ridge }];
    let problem = Problem { design: &design, y: &y, weights: &weights };
    bencher.bench_local(|| fit(black_box(&problem), &terms, Penalty::Fixed(1e-6), None).expect("the problem is sound"));
}

//! What a look back on more deals than the newest shows that is less good than these promise.

use super::sentences::best;
use super::sides::percent;
use crate::metrics::{CurveBin, Figures};
use crate::pipeline::model::{Model, SideFigures};
use crate::text::thousands;
use std::fmt::Write;

/// So much lower must the ranking be, looking back, to be told.
const LOWER: f64 = 0.03;

/// What `report` and `backtest` will show that is less good than the newest deals promise: their look back goes over more
/// deals, and over longer. Nothing where the two agree.
pub(super) fn looking_back(out: &mut String, model: &Model) -> std::fmt::Result {
    let held_out = model.holdout.as_ref().and_then(|holdout| holdout.figures.as_ref());
    match (held_out, &model.out_of_fold) {
        (Some(held_out), Some(back)) => beside(out, held_out, back),
        _ => Ok(()),
    }
}

fn beside(out: &mut String, held_out: &SideFigures, back: &SideFigures) -> std::fmt::Result {
    let (Some((_, newest)), Some((_, all))) = (best(held_out), best(back)) else { return Ok(()) };
    let auc = |figures: &Figures| figures.auc.as_ref().map(|auc| auc.value);
    let ranks_lower = auc(newest).zip(auc(all)).filter(|(newest, all)| newest - all >= LOWER).map(|(_, all)| all);
    let low = back.calibration.first().filter(|low| is_off(low));
    let ranks = ranks_lower.map(|auc| format!("a won deal above a lost one only {:.0} times in 100", 100.0 * auc));
    let least = low.map(|low| format!("in the lowest tenth {}", expected_and_won(low)));
    let said: Vec<String> = ranks.into_iter().chain(least).collect();
    if said.is_empty() {
        return Ok(());
    }
    writeln!(out, "- Looking back on {} deals, as `report` does: {}.", thousands(all.n), said.join("; "))
}

/// So many times higher or lower than expected is far off …
const FAR: f64 = 2.0;
/// … if it is more than crumbs, …
const CRUMBS: f64 = 0.01;
/// … and so far apart it always is.
const WIDE: f64 = 0.05;

/// Whether what came lies beyond chance from what was expected, and so far that it matters.
pub(super) fn is_off(bin: &CurveBin) -> bool {
    let (expected, came) = (bin.mean_predicted, bin.observed);
    let apart = (came - expected).abs();
    let is_far = apart >= CRUMBS && (came > FAR * expected || expected > FAR * came);
    (is_far || apart >= WIDE) && !bin.interval.holds(expected)
}

/// `0.5 % expected, 3.7 % won`.
pub(super) fn expected_and_won(bin: &CurveBin) -> String {
    format!("{} expected, {} won", percent(bin.mean_predicted), percent(bin.observed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Interval, calibration_curve, figures};

    /// Deals as the model says; `low_won`: every other of those that it thinks least of was won.
    fn sides(low_won: bool) -> SideFigures {
        let p: Vec<f64> = (0..1000).map(|i| if i < 100 { 0.005 } else { 0.1 + f64::from(i) / 2000.0 }).collect();
        let won = |i: usize| {
            if i < 100 { low_won && i.is_multiple_of(2) } else { i * 7919 % 1000 < (1000.0 * p[i]) as usize }
        };
        let y: Vec<f64> = (0..1000).map(|i| f64::from(u8::from(won(i)))).collect();
        let w = vec![1.0; 1000];
        let calibration = calibration_curve(&y, &p, &w, 10);
        SideFigures { scorecard: None, model: Some(figures(&y, &p, &w)), blend: None, calibration, tiers: Vec::new() }
    }

    #[test]
    fn a_look_back_that_is_less_good_is_told_and_no_other() {
        let said = |held_out: &SideFigures, back: &SideFigures| {
            let mut out = String::new();
            beside(&mut out, held_out, back).unwrap();
            out
        };
        let (good, bad) = (sides(false), sides(true));
        assert_eq!(said(&good, &good), "");
        let told = said(&good, &bad);
        assert!(told.ends_with("in the lowest tenth 0.5 % expected, 50.0 % won.\n"), "{told}");
        assert!(
            told.contains("Looking back on 1,000 deals, as `report` does: a won deal above a lost one only"),
            "{told}"
        );
        assert_eq!(said(&bad, &good), "");
    }

    #[test]
    fn what_chance_gives_and_what_is_crumbs_is_not_off() {
        let bin = |expected, came, low, high| CurveBin {
            n: 500,
            wins: 5,
            mean_predicted: expected,
            observed: came,
            interval: Interval { low, high },
            weight_share: 0.1,
        };
        assert!(is_off(&bin(0.005, 0.037, 0.02, 0.06)));
        assert!(!is_off(&bin(0.005, 0.037, 0.001, 0.2)), "too few deals to say");
        assert!(!is_off(&bin(0.002, 0.009, 0.005, 0.02)), "seven in a thousand");
        assert!(!is_off(&bin(0.3, 0.34, 0.31, 0.37)));
        assert!(is_off(&bin(0.3, 0.36, 0.32, 0.4)));
    }
}

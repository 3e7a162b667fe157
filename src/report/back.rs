//! What a look back on more deals than the newest shows that is less good than these promise.

use super::sentences::best;
use crate::metrics::{CurveBin, ends_off};
use crate::pipeline::model::{Model, SideFigures};
use crate::pipeline::promises::Promises;
use crate::text::{listed, percent, thousands};
use std::fmt::Write;

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
    let short = newest.auc.as_ref().zip(all.auc.as_ref()).filter(|(newest, all)| all.falls_short_of(newest));
    let ranks = short.map(|(_, all)| format!("a won deal above a lost one only {:.0} times in 100", 100.0 * all.value));
    let fault = |sides: &SideFigures| Promises::of(sides)?.fault_in_sum().map(|fault| format!("its chances {fault}"));
    // What the newest deals show themselves they do not promise.
    let in_sum = fault(back).filter(|of_all| fault(held_out).as_ref() != Some(of_all));
    let known = ends_off(&held_out.calibration);
    let mut new = ends_off(&back.calibration);
    new.retain(|(which, _)| known.iter().all(|(known, _)| known != which));
    let said: Vec<String> = ranks.into_iter().chain(in_sum).chain(in_words(&new)).collect();
    if said.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "- Looking back on {} deals, as `report` does, it does worse, for the oldest are judged by models of few deals: {}.",
        thousands(all.n),
        said.join("; ")
    )
}

/// `in the lowest tenth 0.5 % expected, 3.7 % won`, of the ends of the curve that are off.
fn in_words(ends: &[(&str, &CurveBin)]) -> Option<String> {
    let told = |(which, bin): &(&str, &CurveBin)| {
        format!("in the {which} tenth {} expected, {} won", percent(bin.mean_predicted), percent(bin.observed))
    };
    let said: Vec<String> = ends.iter().map(told).collect();
    (!said.is_empty()).then(|| listed(&said, "and"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{calibration_curve, figures};

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
            told.contains(
                "Looking back on 1,000 deals, as `report` does, it does worse, for the oldest are judged by models of few deals: a won deal \
                 above a lost one only"
            ),
            "{told}"
        );
        assert_eq!(said(&bad, &good), "");
        assert_eq!(said(&bad, &bad), "", "the newest deals say so themselves");
    }
}

//! The calibration curve: what was predicted beside what came, in bins of equal size.

use super::interval::{Interval, Rate};
use super::{descending, tied, weighted_mean};
use serde::{Deserialize, Serialize};

/// Deals with probabilities near each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveBin {
    /// Deals (rows of positive weight).
    pub n: usize,
    /// Wins among them.
    pub wins: usize,
    /// Row-weighted mean probability.
    pub mean_predicted: f64,
    /// Row-weighted share of wins.
    pub observed: f64,
    /// Wilson's interval of `observed`.
    pub interval: Interval,
    /// The bin's share of all row weight.
    pub weight_share: f64,
}

/// Chances off by this factor matter: every win then takes half as many calls again as was thought, or a third fewer …
const MATTERS: f64 = 1.5;
/// … unless both are next to nothing, which no factor makes more of.
const NEXT_TO_NOTHING: f64 = 0.01;
/// Where many are won no chance is off by that factor: there a tenth of the deals matters.
const MATTERS_ALWAYS: f64 = 0.1;

impl CurveBin {
    /// Whether other chances came true than were promised, beyond chance and so far that it matters.
    ///
    /// The interval decides: where it holds what was promised, nothing is known. The bounds only keep silent about what is
    /// certain and small, for of many deals the smallest fault is certain.
    pub fn is_off(&self) -> bool {
        let (promised, came) = (self.mean_predicted, self.observed);
        let apart = (promised - came).abs();
        let is_far = apart >= NEXT_TO_NOTHING && promised.max(came) >= MATTERS * promised.min(came);
        (is_far || apart >= MATTERS_ALWAYS) && !self.interval.holds(promised)
    }
}

/// The ends of a calibration curve that are off, each with what to call it: `lowest` and `highest`. Calls begin at the one
/// and are saved at the other, so that a fault there costs most.
pub fn ends_off(curve: &[CurveBin]) -> Vec<(&'static str, &CurveBin)> {
    let low = curve.first().filter(|_| curve.len() > 1).map(|bin| ("lowest", bin));
    let high = curve.last().map(|bin| ("highest", bin));
    low.into_iter().chain(high).filter(|(_, bin)| bin.is_off()).collect()
}

/// At most `bins` bins of about equal row weight, from low to high probability.
///
/// Deals of one probability are never split: they all go to the bin that holds the middle of their ranks.
pub fn calibration_curve(y: &[f64], p: &[f64], w: &[f64], bins: usize) -> Vec<CurveBin> {
    assert_eq!(y.len(), p.len(), "one outcome a row");
    let rows = descending(p, w);
    let total: f64 = rows.iter().map(|&i| w[i]).sum();
    let mut filled: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut before = 0.0;
    for group in tied(&rows, p).rev() {
        let here: f64 = group.iter().map(|&i| w[i]).sum();
        let bin = (((before + 0.5 * here) / total * bins as f64) as usize).min(bins.saturating_sub(1));
        match filled.last_mut() {
            Some((last, members)) if *last == bin => members.extend(group),
            _ => filled.push((bin, group.to_vec())),
        }
        before += here;
    }
    filled.iter().filter_map(|(_, members)| curve_bin(members, y, p, w, total)).collect()
}

fn curve_bin(members: &[usize], y: &[f64], p: &[f64], w: &[f64], total: f64) -> Option<CurveBin> {
    let pick = |values: &[f64]| -> Vec<f64> { members.iter().map(|&i| values[i]).collect() };
    let (y, p, w) = (pick(y), pick(p), pick(w));
    Rate::of(&y, &w).map(|rate| CurveBin {
        n: rate.n,
        wins: rate.wins,
        mean_predicted: weighted_mean(p.into_iter(), &w),
        observed: rate.rate,
        interval: rate.interval,
        weight_share: w.iter().sum::<f64>() / total,
    })
}

/// Expected calibration error: the mean over the bins, by row weight, of |observed − predicted|.
///
/// It is never 0 on a finite sample, and it grows with the number of bins: compare it only at the same bins and deals.
pub fn expected_calibration_error(curve: &[CurveBin]) -> f64 {
    curve.iter().map(|bin| bin.weight_share * (bin.observed - bin.mean_predicted).abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_chance_gives_and_what_is_small_is_not_off() {
        let bin = |mean_predicted, observed, low, high| {
            let interval = Interval { low, high };
            CurveBin { n: 500, wins: 5, mean_predicted, observed, interval, weight_share: 0.1 }
        };
        assert!(bin(0.005, 0.037, 0.02, 0.06).is_off());
        assert!(!bin(0.005, 0.037, 0.001, 0.2).is_off(), "too few deals to say");
        assert!(!bin(0.002, 0.009, 0.005, 0.02).is_off(), "seven in a thousand");
        assert!(!bin(0.676, 0.735, 0.7, 0.767).is_off(), "a small fault, however sure");
        assert!(bin(0.9, 0.7, 0.65, 0.75).is_off());
        let (low, middle, high) = (bin(0.1, 0.2, 0.15, 0.25), bin(0.3, 0.6, 0.5, 0.7), bin(0.5, 0.52, 0.45, 0.6));
        let named = |curve: &[CurveBin]| ends_off(curve).into_iter().map(|end| end.0).collect::<Vec<_>>();
        assert_eq!(named(&[low.clone(), middle.clone(), high]), ["lowest"]);
        assert_eq!(named(&[middle, low.clone()]), ["lowest", "highest"]);
        assert_eq!(named(&[low]), ["highest"], "all have one chance");
    }

    #[test]
    fn bins_are_equal_and_ties_stay_together() {
        let p: Vec<f64> = (0..100).map(|i| f64::from(i) / 100.0).collect();
        let y: Vec<f64> = (0..100).map(|i| f64::from(i % 2)).collect();
        let curve = calibration_curve(&y, &p, &[1.0; 100], 10);
        assert_eq!(curve.iter().map(|b| b.n).collect::<Vec<_>>(), [10; 10]);
        assert!((curve[0].mean_predicted - 0.045).abs() < 1e-12);
        // Observed ½ everywhere; |½ − mean| averages to ¼ over ten such bins (by hand: 0.455 + 0.355 + … − 0.445).
        assert!((expected_calibration_error(&curve) - 0.25).abs() < 1e-12);
        let flat = calibration_curve(&y, &[0.3; 100], &[1.0; 100], 10);
        assert_eq!((flat.len(), flat[0].n, flat[0].wins), (1, 100, 50));
        assert!(calibration_curve(&[], &[], &[], 10).is_empty());
    }
}

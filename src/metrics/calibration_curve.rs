//! The calibration curve: what was predicted beside what came, in bins of equal size.

use super::interval::{Interval, Rate, Z95};
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

/// A smaller fault nobody sees in the picture.
const SEEN: f64 = 1.1;

/// Φ⁻¹(1 − 0.05 / 20): where all is well, one curve of ten bins in twenty has a bin so far off by chance (Bonferroni).
const Z_OF_TEN: f64 = 2.807_033_768_343_811;

impl CurveBin {
    /// Whether other chances came true than were promised, beyond chance and so far that it matters.
    ///
    /// Chance decides: within it nothing is known. The bounds only keep silent about what is certain and small, for of many
    /// deals the smallest fault is certain.
    pub fn is_off(&self) -> bool {
        (self.is_far(MATTERS) || self.apart() >= MATTERS_ALWAYS) && self.is_beyond_chance()
    }

    /// Whether promised and come differ, beyond chance and so far that the picture shows it.
    fn is_seen(&self) -> bool {
        self.is_far(SEEN) && self.is_beyond_chance()
    }

    fn apart(&self) -> f64 {
        (self.mean_predicted - self.observed).abs()
    }

    fn is_far(&self, factor: f64) -> bool {
        are_far(self.mean_predicted, self.observed, factor)
    }

    /// Whether |observed − promised| − 1/2n > z √(promised (1 − promised) / n), z for ten bins that are looked at together.
    ///
    /// n is the effective number of deals, which the ends of Wilson's interval tell: they lie z √(end (1 − end) / n) from what
    /// was observed.
    fn is_beyond_chance(&self) -> bool {
        let Interval { low, high } = self.interval;
        let end = if self.observed - low > high - self.observed { low } else { high };
        let n = Z95 * Z95 * end * (1.0 - end) / (end - self.observed).powi(2);
        let spread = (self.mean_predicted * (1.0 - self.mean_predicted) / n).sqrt();
        self.apart() - 0.5 / n > Z_OF_TEN * spread
    }
}

/// Whether a promised and a true share of wins differ so far that a picture shows it.
pub fn are_seen_apart(promised: f64, came: f64) -> bool {
    are_far(promised, came, SEEN)
}

fn are_far(promised: f64, came: f64, factor: f64) -> bool {
    (promised - came).abs() >= NEXT_TO_NOTHING && promised.max(came) >= factor * promised.min(came)
}

/// The bin in which most wins were promised or kept back against what came, of those where the picture shows a fault that is
/// none of chance, and how many others there are.
pub fn furthest_apart(curve: &[CurveBin]) -> Option<(usize, usize)> {
    let mut seen: Vec<usize> = (0..curve.len()).filter(|&bin| curve[bin].is_seen()).collect();
    let amiss = |bin: usize| curve[bin].weight_share * curve[bin].apart();
    seen.sort_by(|&a, &b| amiss(b).total_cmp(&amiss(a)));
    Some((*seen.first()?, seen.len() - 1))
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
    fn the_picture_is_told_of_all_bins_and_chance_of_ten() {
        // Half of 400 deals were promised; Wilson's interval of so many that came true.
        let bin = |wins: f64| {
            let interval = super::super::wilson(wins, 400.0);
            CurveBin {
                n: 400,
                wins: wins as usize,
                mean_predicted: 0.5,
                observed: wins / 400.0,
                interval,
                weight_share: 0.1,
            }
        };
        // 2.807 standard deviations of 10 wins and half a win are 28.6 wins.
        assert!(!bin(228.0).is_beyond_chance() && bin(229.0).is_beyond_chance());
        assert!(!bin(172.0).is_beyond_chance() && bin(171.0).is_beyond_chance());
        assert!(!bin(228.0).interval.holds(0.5), "by itself it would be");
        let curve = [bin(200.0), bin(240.0), bin(150.0), bin(200.0)];
        assert_eq!(furthest_apart(&curve), Some((2, 1)));
        assert_eq!(furthest_apart(&curve[..1]), None);
        let small =
            CurveBin { mean_predicted: 0.5, observed: 0.53, interval: super::super::wilson(53_000.0, 1e5), ..bin(1.0) };
        assert!(small.is_beyond_chance() && !small.is_seen());
    }

    #[test]
    fn shares_are_seen_apart_by_a_point_and_a_tenth() {
        assert!(are_seen_apart(0.159, 0.106) && are_seen_apart(0.283, 0.328));
        assert!(!are_seen_apart(0.69, 0.656) && !are_seen_apart(0.002, 0.009));
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

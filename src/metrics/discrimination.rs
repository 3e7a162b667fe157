//! How well a score puts wins above losses: the area under the ROC curve, and how sure it is.

use super::interval::{Interval, Z95, effective_n};
use super::{descending, tied, weighted_mean};
use crate::logodds::{logit, sigmoid};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The area under the ROC curve: the chance that a won deal stands above a lost one, ties counted half.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Auc {
    /// The area.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// 95 % interval, always within 0 to 1.
    pub interval: Interval,
}

/// An order that is worse by fewer than two of a hundred pairs matters to nobody.
const MATTERS: f64 = 0.02;

impl Auc {
    /// Whether the whole interval lies above ½.
    pub fn beats_chance(&self) -> bool {
        self.interval.low > 0.5
    }

    /// How often a won deal stands above a lost one: `58 times in 100 (49 to 67; 50 is chance)`.
    pub fn in_words(&self) -> String {
        let [value, low, high] = [self.value, self.interval.low, self.interval.high].map(|auc| 100.0 * auc);
        format!("{value:.0} times in 100 ({low:.0} to {high:.0}; 50 is chance)")
    }

    /// Whether these deals were ordered worse than `promised`, beyond chance and so far that it matters.
    ///
    /// The interval decides, and it alone grows narrower with the deals; the second bound only keeps silent about what is
    /// certain and small. A promise counts as the figure that was read, without an interval of its own: whoever read 66 in
    /// 100 asks whether 66 is what these deals show.
    pub fn falls_short_of(&self, promised: &Auc) -> bool {
        self.interval.high < promised.value && self.value <= promised.value - MATTERS
    }
}

/// The row-weighted AUC of `score`, or `None` when an outcome is absent. O(n log n).
///
/// For won i and lost j: AUC = Σᵢⱼ wᵢ wⱼ ψ(sᵢ, sⱼ) / (W₁ W₀) with ψ = 1, ½ or 0. The standard error is DeLong's with
/// row weights: the placement of a deal is the weighted share of the other outcome that it beats (a won deal) or that
/// beats it (a lost one); AUC is the weighted mean of either side's placements, and the variances of the two means add.
/// At equal weights this is the variance of DeLong, DeLong & Clarke-Pearson (1988), doi:10.2307/2531595.
///
/// The interval is A ± t SE / (A (1 − A)) on the logit scale, so that it stays within (0, 1) and leans towards ½ as the
/// sampling distribution does, with Student's t at Satterthwaite's degrees of freedom, because the variance of a dozen
/// wins is itself a guess. Where DeLong's variance cannot be had (AUC 0 or 1, or a lone deal of an outcome) Newcombe's
/// score interval takes its place, and SE is its reach towards ½ ÷ 1.96.
pub fn auc(y: &[f64], score: &[f64], w: &[f64]) -> Option<Auc> {
    let (won, lost) = placements(y, score, w)?;
    let mean = won.mean();
    let n = [won.effective_n(), lost.effective_n()];
    Some(auc_of(mean, n, |value| [won.variance_of_mean(value), lost.variance_of_mean(value)]))
}

/// From the mean of the won deals' placements, both sides' effective numbers, and the variances of the means.
fn auc_of(mean: f64, n: [f64; 2], variances: impl Fn(f64) -> [f64; 2]) -> Auc {
    let value = mean.clamp(0.0, 1.0);
    if value <= 0.0 || value >= 1.0 || n.iter().any(|&n| n < FEWEST_WITH_VARIANCE) {
        let interval = score_interval(value, n);
        let reach = if value >= 0.5 { value - interval.low } else { interval.high - value };
        return Auc { value, se: reach / Z95, interval };
    }
    let variances = variances(value);
    let se = (variances[0] + variances[1]).sqrt();
    let half = t_quantile(variances, n) * se / (value * (1.0 - value));
    let ends = [-half, half].map(|step| sigmoid(logit(value) + step));
    Auc { value, se, interval: Interval { low: ends[0], high: ends[1] } }
}

/// Deals of one score.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tied {
    /// Their score.
    pub score: f64,
    /// Sum of the row weights of the won and of the lost ones.
    pub weight: [f64; 2],
    /// Sum of the squared row weights of either.
    pub squares: [f64; 2],
}

/// [`auc`] of deals that come together with those of the same score, where there are few scores among many deals.
pub fn auc_of_ties(mut ties: Vec<Tied>) -> Option<Auc> {
    let sum = |of: &dyn Fn(&Tied) -> f64| ties.iter().map(of).sum::<f64>();
    let weight = [0, 1].map(|side| sum(&|tied| tied.weight[side]));
    let squares = [0, 1].map(|side| sum(&|tied| tied.squares[side]));
    if weight.iter().any(|weight| *weight <= 0.0) {
        return None;
    }
    ties.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut placed: Vec<([f64; 2], Tied)> = Vec::with_capacity(ties.len());
    let mut above = [0.0; 2];
    for group in ties.chunk_by(|a, b| a.score == b.score) {
        let here = [0, 1].map(|side| group.iter().map(|tied| tied.weight[side]).sum::<f64>());
        let won = 1.0 - (above[1] + 0.5 * here[1]) / weight[1];
        let lost = (above[0] + 0.5 * here[0]) / weight[0];
        placed.extend(group.iter().map(|tied| ([won, lost], *tied)));
        above = [above[0] + here[0], above[1] + here[1]];
    }
    let mean = placed.iter().map(|(placement, tied)| tied.weight[0] * placement[0]).sum::<f64>() / weight[0];
    let n = [0, 1].map(|side| weight[side] * weight[side] / squares[side]);
    let variance = |side: usize, mean: f64| {
        let of = |(placement, tied): &([f64; 2], Tied)| tied.squares[side] * (placement[side] - mean).powi(2);
        let sum: f64 = placed.iter().map(of).sum();
        if n[side] > 1.0 + 1e-9 { sum / weight[side].powi(2) * n[side] / (n[side] - 1.0) } else { 0.0 }
    };
    Some(auc_of(mean, n, |mean| [variance(0, mean), variance(1, mean)]))
}

/// Below this effective number of deals of an outcome the spread of their placements says nothing.
const FEWEST_WITH_VARIANCE: f64 = 1.5;

/// The 97.5 % quantile of Student's t for the sum of two variances of means over `n` deals each:
/// degrees of freedom (v₁ + v₂)² / (v₁²/(n₁ − 1) + v₂²/(n₂ − 1)). Satterthwaite (1946), doi:10.2307/3002019.
fn t_quantile(variances: [f64; 2], n: [f64; 2]) -> f64 {
    let sum = variances[0] + variances[1];
    let freedom = sum * sum / (variances[0].powi(2) / (n[0] - 1.0) + variances[1].powi(2) / (n[1] - 1.0));
    // A constant score has no variance, and 0 ÷ 0 degrees of freedom.
    StudentsT::new(0.0, 1.0, freedom).map_or(Z95, |t| t.inverse_cdf(0.975))
}

/// The placements of one outcome's deals and their row weights.
#[derive(Default)]
struct Placements {
    value: Vec<f64>,
    weight: Vec<f64>,
}

impl Placements {
    fn mean(&self) -> f64 {
        weighted_mean(self.value.iter().copied(), &self.weight)
    }

    fn effective_n(&self) -> f64 {
        effective_n(&self.weight)
    }

    /// Σ w² (v − mean)² / W², times n/(n − 1) at the effective n: the squared standard error of a weighted mean.
    fn variance_of_mean(&self, mean: f64) -> f64 {
        let total: f64 = self.weight.iter().sum();
        let squares: f64 = self.value.iter().zip(&self.weight).map(|(v, w)| (w * (v - mean)).powi(2)).sum();
        let n = self.effective_n();
        if n > 1.0 + 1e-9 { squares / (total * total) * n / (n - 1.0) } else { 0.0 }
    }
}

/// The placements of the won and of the lost deals, or `None` when an outcome is absent.
fn placements(y: &[f64], score: &[f64], w: &[f64]) -> Option<(Placements, Placements)> {
    assert_eq!(y.len(), score.len(), "one outcome a row");
    let rows = descending(score, w);
    let weight_of =
        |rows: &[usize], won: bool| -> f64 { rows.iter().filter(|&&i| (y[i] > 0.5) == won).map(|&i| w[i]).sum() };
    let (won_total, lost_total) = (weight_of(&rows, true), weight_of(&rows, false));
    if won_total <= 0.0 || lost_total <= 0.0 {
        return None;
    }
    let (mut won, mut lost) = (Placements::default(), Placements::default());
    let (mut won_above, mut lost_above) = (0.0, 0.0);
    for group in tied(&rows, score) {
        let (won_here, lost_here) = (weight_of(group, true), weight_of(group, false));
        for &i in group {
            let (side, beaten) = if y[i] > 0.5 {
                (&mut won, 1.0 - (lost_above + 0.5 * lost_here) / lost_total)
            } else {
                (&mut lost, (won_above + 0.5 * won_here) / won_total)
            };
            side.value.push(beaten);
            side.weight.push(w[i]);
        }
        won_above += won_here;
        lost_above += lost_here;
    }
    Some((won, lost))
}

/// Newcombe's interval (method 5): the θ on either side with |A − θ| = z √V(θ),
/// V(θ) = θ (1 − θ) (1 + N (1 − θ)/(2 − θ) + N θ/(1 + θ)) / (n₁ n₀), N = (n₁ + n₀)/2 − 1.
///
/// Newcombe, R. G. (2006), doi:10.1002/sim.2324.
fn score_interval(value: f64, n: [f64; 2]) -> Interval {
    let extra = ((n[0] + n[1]) / 2.0 - 1.0).max(0.0);
    let beyond = |theta: f64| {
        let inflation = 1.0 + extra * (1.0 - theta) / (2.0 - theta) + extra * theta / (1.0 + theta);
        (value - theta).abs() > Z95 * (theta * (1.0 - theta) * inflation / (n[0] * n[1])).sqrt()
    };
    // Bisection from an end of the scale, which lies beyond, towards A, which does not.
    let end = |mut outer: f64| {
        let mut inner = value;
        for _ in 0..60 {
            let middle = 0.5 * (outer + inner);
            if beyond(middle) { outer = middle } else { inner = middle }
        }
        outer
    };
    Interval { low: end(0.0), high: end(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Won 3, 2, 2; lost 2, 1: of six pairs four are above and two tied: (4 + 2·½) / 6.
        let got = auc(&[1.0, 1.0, 0.0, 0.0, 1.0], &[3.0, 2.0, 2.0, 1.0, 2.0], &[1.0; 5]).unwrap();
        assert!((got.value - 5.0 / 6.0).abs() < 1e-15);
        // Placements 1, ¾, ¾ and ⅔, 1: S₁₀ = 1/48, S₀₁ = 1/18; their shares 1/144 + 1/36.
        assert!((got.se.powi(2) - (1.0 / 144.0 + 1.0 / 36.0)).abs() < 1e-15);
    }

    #[test]
    fn an_order_falls_short_of_what_was_promised_beyond_chance_and_where_it_matters() {
        let auc = |value, low, high| Auc { value, se: 0.0, interval: Interval { low, high } };
        let promised = auc(0.66, 0.58, 0.74);
        assert!(auc(0.602, 0.566, 0.637).falls_short_of(&promised));
        assert!(!auc(0.602, 0.53, 0.67).falls_short_of(&promised), "may be chance");
        assert!(!auc(0.645, 0.64, 0.65).falls_short_of(&promised), "sure, and small");
        assert!(!auc(0.7, 0.69, 0.71).falls_short_of(&promised));
    }

    #[test]
    fn deals_of_one_score_may_come_together() {
        let deal = |i: usize| (f64::from(u8::from(i * 7 % 5 < 2)), (i % 6) as f64, 1.0 + (i % 3) as f64);
        let deals: Vec<(f64, f64, f64)> = (0..200).map(deal).collect();
        let pick = |of: fn(&(f64, f64, f64)) -> f64| deals.iter().map(of).collect::<Vec<f64>>();
        let whole = auc(&pick(|d| d.0), &pick(|d| d.1), &pick(|d| d.2)).unwrap();
        // Twice as many cells as scores: equal ones count as one.
        let mut ties = vec![Tied::default(); 12];
        for (i, (y, score, w)) in deals.iter().enumerate() {
            let tied = &mut ties[i % 12];
            tied.score = *score;
            tied.weight[usize::from(*y < 0.5)] += w;
            tied.squares[usize::from(*y < 0.5)] += w * w;
        }
        let tied = auc_of_ties(ties).unwrap();
        assert!((whole.value - tied.value).abs() < 1e-14 && (whole.se - tied.se).abs() < 1e-14);
        assert!((whole.interval.low - tied.interval.low).abs() < 1e-13);
        assert!(auc_of_ties(vec![Tied::default()]).is_none());
    }

    #[test]
    fn a_constant_score_is_chance_and_a_perfect_one_keeps_some_doubt() {
        let y: Vec<f64> = (0..20).map(|i| f64::from(i >= 10)).collect();
        let flat = auc(&y, &[7.0; 20], &[1.0; 20]).unwrap();
        assert_eq!(flat.value, 0.5);
        assert!(!flat.beats_chance());
        let perfect = auc(&y, &y, &[1.0; 20]).unwrap();
        assert_eq!((perfect.value, perfect.interval.high), (1.0, 1.0));
        assert!(perfect.interval.low > 0.6 && perfect.interval.low < 0.95, "{:?}", perfect.interval);
        let reversed: Vec<f64> = y.iter().map(|v| -v).collect();
        let worst = auc(&y, &reversed, &[1.0; 20]).unwrap().interval;
        assert!((worst.high - (1.0 - perfect.interval.low)).abs() < 1e-12);
        assert!(auc(&[1.0, 1.0], &[0.0, 1.0], &[1.0; 2]).is_none());
    }

    #[test]
    fn a_lone_win_is_not_proof() {
        let y: Vec<f64> = (0..50).map(|i| f64::from(i == 45)).collect();
        let score: Vec<f64> = (0..50).map(f64::from).collect();
        let got = auc(&y, &score, &[1.0; 50]).unwrap();
        assert!(got.se > 0.1 && !got.beats_chance(), "{got:?}");
    }
}

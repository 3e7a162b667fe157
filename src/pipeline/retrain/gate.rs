//! The gate: whether a challenger has earned its place, from what both sides said of deals neither had seen.
//!
//! Two questions, and both must be answered yes.
//!
//! 1. *Does it know anything?* The 95 % interval of its AUC lies above ½, and its log loss is below that of telling
//!    every deal the win rate of the older ones. Without this, "not worse by the margin" would be a back door: two
//!    models of pure noise are alike, so neither is worse. A challenger that knows nothing passes at most 2.5 % of the
//!    time, whatever the margin.
//! 2. *Is it better, or at least not worse by the margin?* By paired bootstrap of the judged deals, both gains (current
//!    log loss − challenger's; challenger's AUC − current) have a 2.5 % quantile above −margin; "better" when one of
//!    the two lies above 0.

use crate::metrics::{Auc, Estimate, Interval, auc, log_loss, row_log_loss};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Resamples of the judged deals: the 2.5 % quantile is then the 50th, and steady to a tenth of the interval.
const RESAMPLES: usize = 2000;

/// What the judged deals are, and what each side said of them; every slice is `(n_judged,)`.
pub struct Judged<'a> {
    /// 1 for won, 0 for lost.
    pub y: &'a [f64],
    /// Row weights.
    pub w: &'a [f64],
    /// Win probabilities of the current version.
    pub current: &'a [f64],
    /// Win probabilities of the challenger.
    pub challenger: &'a [f64],
    /// Win probabilities of the scorecard alone.
    pub scorecard: Option<&'a [f64]>,
    /// Win rate of the older deals.
    pub win_rate: f64,
}

/// What one side was worth on the judged deals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SideResult {
    /// Row-weighted mean log loss.
    pub log_loss: f64,
    /// `None` when an outcome is absent, and for a constant.
    pub auc: Option<Auc>,
}

impl SideResult {
    fn of(y: &[f64], p: &[f64], w: &[f64]) -> SideResult {
        SideResult { log_loss: log_loss(y, p, w), auc: auc(y, p, w) }
    }
}

/// What the gate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better beyond chance.
    Better,
    /// Not worse by the margin.
    NotWorse,
    /// Cannot be told from a model that knows nothing.
    KnowsNothing,
    /// Worse, or so little is known that it may be worse by more than the margin.
    MayBeWorse,
}

impl Verdict {
    /// Whether the challenger goes live.
    pub fn publishes(self) -> bool {
        matches!(self, Verdict::Better | Verdict::NotWorse)
    }
}

/// Current version and challenger on the judged deals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateRecord {
    /// The current version.
    pub current: SideResult,
    /// The challenger.
    pub challenger: SideResult,
    /// The scorecard alone.
    pub scorecard: Option<SideResult>,
    /// Log loss of telling every deal the win rate of the older ones.
    pub win_rate_log_loss: f64,
    /// Log loss of the current version less the challenger's, with its 95 % bootstrap interval: above 0 is better.
    pub log_loss_gain: Estimate,
    /// AUC of the challenger less the current version's, likewise.
    pub auc_gain: Estimate,
    /// The margin.
    pub margin: f64,
    /// What follows.
    pub verdict: Verdict,
}

impl GateRecord {
    /// Judges a challenger. `seed` draws the resamples.
    pub fn of(judged: &Judged<'_>, margin: f64, seed: u64) -> GateRecord {
        let &Judged { y, w, .. } = judged;
        let current = SideResult::of(y, judged.current, w);
        let challenger = SideResult::of(y, judged.challenger, w);
        let win_rate_log_loss = log_loss(y, &vec![judged.win_rate; y.len()], w);
        let (log_loss_gain, auc_gain) = gains(judged, seed);
        let knows = challenger.auc.is_some_and(|a| a.beats_chance()) && challenger.log_loss < win_rate_log_loss;
        let least = [log_loss_gain.interval.low, auc_gain.interval.low];
        let verdict = if !knows {
            Verdict::KnowsNothing
        } else if !least.iter().all(|low| *low > -margin) {
            Verdict::MayBeWorse
        } else if least.iter().any(|low| *low > 0.0) {
            Verdict::Better
        } else {
            Verdict::NotWorse
        };
        let scorecard = judged.scorecard.map(|p| SideResult::of(y, p, w));
        GateRecord { current, challenger, scorecard, win_rate_log_loss, log_loss_gain, auc_gain, margin, verdict }
    }
}

/// Gains in log loss and AUC with their 95 % percentile intervals over resamples of the deals.
///
/// The same resample judges both sides, so what makes a deal hard for both cancels. Efron & Tibshirani (1993), An
/// Introduction to the Bootstrap, chapter 13.
fn gains(judged: &Judged<'_>, seed: u64) -> (Estimate, Estimate) {
    let &Judged { y, w, current, challenger, .. } = judged;
    let gain: Vec<f64> =
        (0..y.len()).map(|i| row_log_loss(y[i], current[i]) - row_log_loss(y[i], challenger[i])).collect();
    let ranked = [Ranked::of(challenger, y), Ranked::of(current, y)];
    let auc_gain = |w: &[f64]| Some(ranked[0].auc(w)? - ranked[1].auc(w)?);
    let mean = |w: &[f64]| gain.iter().zip(w).map(|(g, w)| g * w).sum::<f64>() / w.iter().sum::<f64>();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut losses, mut areas) = (Vec::with_capacity(RESAMPLES), Vec::with_capacity(RESAMPLES));
    let mut drawn = vec![0.0; y.len()];
    for _ in 0..RESAMPLES {
        drawn.fill(0.0);
        for _ in 0..y.len() {
            let i = random.random_range(0..y.len());
            drawn[i] += w[i];
        }
        losses.push(mean(&drawn));
        areas.extend(auc_gain(&drawn));
    }
    (estimate(mean(w), losses), estimate(auc_gain(w).unwrap_or(0.0), areas))
}

/// A value with the 2.5 % and 97.5 % quantiles of its resamples; without any, all is possible.
fn estimate(value: f64, mut resampled: Vec<f64>) -> Estimate {
    resampled.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| ((resampled.len() as f64 * share) as usize).min(resampled.len().saturating_sub(1));
    let interval = if resampled.is_empty() {
        Interval { low: f64::NEG_INFINITY, high: f64::INFINITY }
    } else {
        Interval { low: resampled[at(0.025)], high: resampled[at(0.975)] }
    };
    Estimate { value, interval }
}

/// Deals sorted once by a probability, so that each resample costs one pass.
struct Ranked {
    /// Positions and outcomes by ascending probability, ties together.
    groups: Vec<Vec<(usize, bool)>>,
}

impl Ranked {
    fn of(p: &[f64], y: &[f64]) -> Ranked {
        let mut order: Vec<usize> = (0..p.len()).collect();
        order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
        let groups = order.chunk_by(|&a, &b| p[a] == p[b]);
        Ranked { groups: groups.map(|tied| tied.iter().map(|&i| (i, y[i] > 0.5)).collect()).collect() }
    }

    /// The area under the ROC curve at row weights `w`; `None` when an outcome has no weight.
    fn auc(&self, w: &[f64]) -> Option<f64> {
        let (mut won, mut lost, mut area) = (0.0, 0.0, 0.0);
        for tied in &self.groups {
            let (mut won_here, mut lost_here) = (0.0, 0.0);
            for &(i, is_won) in tied {
                *(if is_won { &mut won_here } else { &mut lost_here }) += w[i];
            }
            area += won_here * (lost + lost_here / 2.0);
            won += won_here;
            lost += lost_here;
        }
        (won > 0.0 && lost > 0.0).then(|| area / (won * lost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 200 deals of which the first half was won; `skill` is how far their probabilities lie apart.
    fn said(skill: f64) -> (Vec<f64>, Vec<f64>) {
        let y: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i < 100))).collect();
        // A fixed scatter: the golden ratio's multiples are spread evenly.
        let p = y.iter().enumerate().map(|(i, y)| {
            let scatter = (i as f64 * 0.618_033_988_749_895).fract() - 0.5;
            (0.5 + skill * (y - 0.5) + 0.4 * scatter).clamp(0.05, 0.95)
        });
        let p = p.collect();
        (y, p)
    }

    fn verdict(current: f64, challenger: f64, margin: f64) -> GateRecord {
        let ((y, p), (_, q)) = (said(current), said(challenger));
        let w = vec![1.0; y.len()];
        let judged = Judged { y: &y, w: &w, current: &p, challenger: &q, scorecard: None, win_rate: 0.5 };
        GateRecord::of(&judged, margin, 1)
    }

    #[test]
    fn better_worse_and_alike_are_told_apart() {
        assert_eq!(verdict(0.1, 0.5, 0.02).verdict, Verdict::Better);
        assert_eq!(verdict(0.5, 0.1, 0.02).verdict, Verdict::MayBeWorse);
        let alike = verdict(0.4, 0.4, 0.02);
        assert_eq!((alike.verdict, alike.log_loss_gain.value, alike.auc_gain.value), (Verdict::NotWorse, 0.0, 0.0));
    }

    #[test]
    fn two_models_of_noise_are_alike_and_neither_is_published() {
        let noise = verdict(0.0, 0.0, 10.0);
        assert_eq!(noise.verdict, Verdict::KnowsNothing, "not even at a margin that lets everything pass");
        assert!(!noise.verdict.publishes());
    }

    #[test]
    fn the_area_of_a_resample_is_that_of_the_metrics() {
        let (y, p) = said(0.2);
        let w: Vec<f64> = (0..200).map(|i| f64::from(i % 3)).collect();
        let expected = auc(&y, &p, &w).unwrap().value;
        assert!((Ranked::of(&p, &y).auc(&w).unwrap() - expected).abs() < 1e-12);
    }
}

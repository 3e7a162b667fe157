//! The gate: whether a challenger has earned its place, from what both sides said of deals neither had seen.
//!
//! Two questions, and both must be answered yes.
//!
//! 1. *Does it know anything?* The 95 % interval of its AUC lies above ½, and its log loss is below that of telling
//!    every deal the win rate of the older ones. Without this, "not worse by the margin" would be a back door: two
//!    models of pure noise are alike, so neither is worse. A challenger that knows nothing passes at most 2.5 % of the
//!    time, whatever the margin.
//! 2. *Is it better, or at least not worse by the margin?* By paired bootstrap of the judged deals of both gains (current
//!    log loss − challenger's; challenger's AUC − current): better, when the 2.5 % quantile of one of them lies above 0
//!    and the other is above −margin as it stands; not worse, when the 2.5 % quantiles of both lie above −margin. To ask
//!    certainty of both gains of a better challenger would keep a live version that promises a third of the wins that
//!    come: on a few hundred deals no AUC is known to 0.02.

use crate::metrics::{Auc, Estimate, Interval, Ranking, auc, log_loss, paired_bootstrap, row_log_loss};
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
    /// Win rate of the deals before each.
    pub win_rate: &'a [f64],
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
    /// Log loss of telling every deal the win rate of those before it.
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
        let win_rate_log_loss = log_loss(y, judged.win_rate, w);
        let (log_loss_gain, auc_gain) = gains(judged, seed);
        let knows = challenger.auc.is_some_and(|a| a.beats_chance()) && challenger.log_loss < win_rate_log_loss;
        let gains = [&log_loss_gain, &auc_gain];
        let verdict = if !knows {
            Verdict::KnowsNothing
        } else if is_better(gains, margin) {
            Verdict::Better
        } else if gains.iter().all(|gain| gain.interval.low > -margin) {
            Verdict::NotWorse
        } else {
            Verdict::MayBeWorse
        };
        let scorecard = judged.scorecard.map(|p| SideResult::of(y, p, w));
        GateRecord { current, challenger, scorecard, win_rate_log_loss, log_loss_gain, auc_gain, margin, verdict }
    }
}

/// Whether one of two gains lies above 0 beyond chance, and the other is not worse than the margin as it stands.
fn is_better([one, other]: [&Estimate; 2], margin: f64) -> bool {
    let above = |sure: &Estimate, other: &Estimate| sure.interval.low > 0.0 && other.value > -margin;
    above(one, other) || above(other, one)
}

/// Gains in log loss and AUC with their 95 % intervals; an AUC that cannot be had gains nothing for certain.
fn gains(judged: &Judged<'_>, seed: u64) -> (Estimate, Estimate) {
    let &Judged { y, w, current, challenger, .. } = judged;
    let gain: Vec<f64> =
        (0..y.len()).map(|i| row_log_loss(y[i], current[i]) - row_log_loss(y[i], challenger[i])).collect();
    let (new, old) = (Ranking::of(challenger, y), Ranking::of(current, y));
    let mean = |w: &[f64]| gain.iter().zip(w).map(|(g, w)| g * w).sum::<f64>() / w.iter().sum::<f64>();
    let [loss, area] = paired_bootstrap(w, RESAMPLES, seed, |w| {
        [Some(mean(w)), new.auc(w).zip(old.auc(w)).map(|(new, old)| new - old)]
    });
    let unknown = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };
    let unknown = Estimate { value: 0.0, interval: unknown };
    (loss.unwrap_or(unknown), area.unwrap_or(unknown))
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
        let (w, half) = (vec![1.0; y.len()], vec![0.5; y.len()]);
        let judged = Judged { y: &y, w: &w, current: &p, challenger: &q, scorecard: None, win_rate: &half };
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
}

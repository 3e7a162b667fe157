//! The figures that judge a predictor, bundled the way every summary shows them.

use super::{Auc, Calibration, LIFT_SHARES, LiftRow, Rate, auc, brier, calibration, lift, log_loss};
use serde::{Deserialize, Serialize};

/// What a predictor is worth on a set of deals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Deals (rows of positive weight).
    pub n: usize,
    /// Wins among them.
    pub wins: usize,
    /// Row-weighted share of wins; 0 without deals.
    pub win_rate: f64,
    /// `None` when an outcome is absent.
    pub auc: Option<Auc>,
    /// Lift at [`LIFT_SHARES`].
    pub lift: Vec<LiftRow>,
    /// What only a probability can be judged by; `None` for a mere score, and without deals.
    pub probability: Option<ProbabilityFigures>,
}

/// How true a probability is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbabilityFigures {
    /// Row-weighted mean log loss.
    pub log_loss: f64,
    /// Row-weighted Brier score.
    pub brier: f64,
    /// Calibration intercept and slope.
    pub calibration: Calibration,
}

/// The figures of the probabilities `p` for the outcomes `y` at row weights `w`.
pub fn figures(y: &[f64], p: &[f64], w: &[f64]) -> Figures {
    let (figures, probability) = rayon::join(|| score_figures(y, p, w), || probability_figures(y, p, w));
    Figures { probability, ..figures }
}

/// What only a probability can be judged by; `None` without deals.
pub fn probability_figures(y: &[f64], p: &[f64], w: &[f64]) -> Option<ProbabilityFigures> {
    if !w.iter().any(|w| *w > 0.0) {
        return None;
    }
    let losses = || (log_loss(y, p, w), brier(y, p, w));
    let (calibration, (log_loss, brier)) = rayon::join(|| calibration(y, p, w), losses);
    Some(ProbabilityFigures { log_loss, brier, calibration })
}

/// The figures of a score that is no probability: its order, and nothing else.
pub fn score_figures(y: &[f64], score: &[f64], w: &[f64]) -> Figures {
    let rate = Rate::of(y, w);
    let (auc, lift) = rayon::join(|| auc(y, score, w), || lift(y, score, w, &LIFT_SHARES));
    Figures {
        n: rate.map_or(0, |r| r.n),
        wins: rate.map_or(0, |r| r.wins),
        win_rate: rate.map_or(0.0, |r| r.rate),
        auc,
        lift,
        probability: None,
    }
}

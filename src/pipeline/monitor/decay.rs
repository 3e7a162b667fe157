//! Whether the promised wins came: calibration and order on recent deals.

use super::super::deals::Deals;
use super::super::figures::CURVE_BINS;
use super::super::promises::apart;
use super::super::retrain::Current;
use super::super::train::pick;
use crate::metrics::{Auc, Z95, auc, calibration_curve};
use crate::mismatch::{self, Quadrant, QuadrantRecord};
use serde::Serialize;

/// The recent closed deals as columns, each `(n_recent,)`.
pub(super) struct Recent {
    pub(super) y: Vec<f64>,
    pub(super) p: Vec<f64>,
    pub(super) w: Vec<f64>,
    pub(super) p_model: Vec<f64>,
    pub(super) rule_score: Option<Vec<f64>>,
}

impl Recent {
    pub(super) fn of(deals: &Deals, p: &[f64], p_model: &[f64], rows: &[usize]) -> Recent {
        Recent {
            y: pick(&deals.snapshots.won, rows),
            p: pick(p, rows),
            w: pick(&deals.snapshots.row_weight, rows),
            p_model: pick(p_model, rows),
            rule_score: deals.rules.as_ref().map(|r| pick(&r.score, rows)),
        }
    }
}

/// Wins that came against wins that were expected, by row weight scaled to the number of deals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Calibration {
    /// Deals.
    pub deals: usize,
    /// Σ w y.
    pub won: f64,
    /// Σ w p.
    pub expected: f64,
    /// Lower end of what chance makes of the expected wins: Σ w p ± 1.96 √(Σ w² p (1 − p)).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Calibration {
    /// Of outcomes, win probabilities and row weights.
    pub(super) fn of(y: &[f64], p: &[f64], w: &[f64]) -> Calibration {
        let mean = w.iter().sum::<f64>() / w.len().max(1) as f64;
        let (mut won, mut expected, mut variance) = (0.0, 0.0, 0.0);
        for ((y, p), w) in y.iter().zip(p).zip(w) {
            let w = w / mean;
            won += w * y;
            expected += w * p;
            variance += w * w * p * (1.0 - p);
        }
        let half = Z95 * variance.sqrt();
        Calibration { deals: y.len(), won, expected, low: (expected - half).max(0.0), high: expected + half }
    }

    /// Whether as many wins came as chance makes of those expected.
    pub fn is_right(&self) -> bool {
        self.low <= self.won && self.won <= self.high
    }

    /// Whether the wins differ from those expected by more than this share, and by more than chance.
    pub fn is_beyond(&self, limit: f64) -> bool {
        !self.is_right() && (self.won - self.expected).abs() > limit * self.expected
    }

    /// Of so many deals, so many were won and so many expected.
    pub fn sentence(&self) -> String {
        format!(
            "Of {} recent deals {:.0} were won; {:.0} were expected ({:.0} to {:.0} by chance).",
            self.deals, self.won, self.expected, self.low, self.high
        )
    }
}

/// The order of deals, where both outcomes came.
pub(super) fn order(recent: &Recent) -> Option<Auc> {
    auc(&recent.y, &recent.p, &recent.w)
}

impl Recent {
    /// The tenth in which promise and truth are furthest apart, in words.
    pub(super) fn furthest_off(&self) -> Option<String> {
        apart(&calibration_curve(&self.y, &self.p, &self.w, CURVE_BINS))
    }

    /// The recent deals' scores on the scorecard's scale; empty without one.
    pub(super) fn scores(&self, current: &Current<'_>) -> Vec<f64> {
        let Some(blending) = &current.model.blending else { return Vec::new() };
        self.p.iter().map(|&p| blending.link.score(p)).collect()
    }

    /// What became of the recent deals of each quadrant; none where the version tells none.
    pub(super) fn quadrant_records(&self, current: &Current<'_>) -> Vec<QuadrantRecord> {
        let told = current.model.blending.as_ref().filter(|b| b.blurred.is_none());
        let (Some(blending), Some(card), Some(rule_score)) = (told, current.scorecard, &self.rule_score) else {
            return Vec::new();
        };
        let both = rule_score.iter().zip(&self.p_model);
        let quadrant = |(&s, &p)| Quadrant::of(card.is_high(s), card.is_high(blending.model_link.score(p)));
        let quadrants: Vec<Quadrant> = both.map(quadrant).collect();
        if quadrants.is_empty() { Vec::new() } else { mismatch::records(&quadrants, &self.y, &self.w) }
    }
}

//! Whether the promised wins came: calibration and order on recent closed deals, in all and by month.

use super::super::deals::Deals;
use super::super::reference::Reference;
use super::super::train::pick;
use super::drift::{TierVolume, tiers};
use super::{Current, Group};
use crate::asof::Instant;
use crate::features::Attribute;
use crate::metrics::{Auc, Z95, auc};
use crate::mismatch::{self, QuadrantRecord};
use crate::values::format_instant;
use serde::Serialize;
use std::collections::BTreeMap;

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

    /// Whether the wins differ from those expected by more than this share, and by more than chance.
    pub fn is_beyond(&self, limit: f64) -> bool {
        (self.won < self.low || self.won > self.high) && (self.won - self.expected).abs() > limit * self.expected
    }

    /// Of so many deals, so many were won and so many expected.
    pub fn sentence(&self) -> String {
        format!(
            "Of {} recent deals {:.0} were won; {:.0} were expected ({:.0} to {:.0} by chance).",
            self.deals, self.won, self.expected, self.low, self.high
        )
    }
}

/// One month's closed deals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Month {
    /// `2026-04`, in UTC.
    pub month: String,
    /// Wins that came and were expected.
    pub calibration: Calibration,
    /// AUC, where both outcomes came.
    pub auc: Option<Auc>,
    /// Stability index of the win probability.
    pub score_psi: f64,
    /// The most drifted column.
    pub column: String,
    /// Its stability index.
    pub column_psi: f64,
    /// Whether that is beyond chance.
    pub beyond_chance: bool,
    /// How many of the deals reach each tier by the score; none without tiers.
    pub tiers: Vec<TierVolume>,
    /// What became of the deals of each quadrant; none where the version tells none.
    pub quadrants: Vec<QuadrantRecord>,
}

/// What a version says of all deals, each `(n_deals,)`.
pub(super) struct Said<'a> {
    pub(super) reference: &'a Reference,
    pub(super) attributes: &'a [Attribute],
    pub(super) deals: &'a Deals,
    /// Win probabilities.
    pub(super) p: &'a [f64],
    /// Model probabilities.
    pub(super) p_model: &'a [f64],
}

/// The recent deals by the month of their close.
pub(super) fn months(said: &Said<'_>, current: &Current<'_>, rows: &[usize]) -> Vec<Month> {
    let Said { reference, attributes, deals, p, p_model } = said;
    let mut by_month: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for &row in rows {
        let closed = deals.snapshots.closed_at[row].or_else(|| Some(Instant(deals.snapshots.order.as_ref()?[row])));
        let month = closed.map_or_else(|| "unknown".to_string(), |at| format_instant(at).chars().take(7).collect());
        by_month.entry(month).or_default().push(row);
    }
    let look = |(month, rows): (String, Vec<usize>)| {
        let group = Group::of(reference, attributes, p, &rows, &deals.snapshots.row_weight);
        let own = Recent::of(deals, p, p_model, &rows);
        let quadrants = own.quadrants(current);
        let most = group.columns.first();
        Month {
            month,
            calibration: Calibration::of(&own.y, &own.p, &own.w),
            auc: auc(&own.y, &own.p, &own.w),
            tiers: tiers(current, &own.scores(current)),
            quadrants: if quadrants.is_empty() { Vec::new() } else { mismatch::records(&quadrants, &own.y, &own.w) },
            score_psi: group.score.psi,
            column: most.map(|d| d.column.clone()).unwrap_or_default(),
            column_psi: most.map_or(0.0, |d| d.psi),
            beyond_chance: most.is_some_and(|d| d.psi > d.noise),
        }
    };
    by_month.into_iter().map(look).collect()
}

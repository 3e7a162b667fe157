//! Where past deals stand by points and by the model: the quadrants as a picture.

use super::super::backtest::past::Past;
use super::super::model::Blending;
use crate::metrics::Rate;
use crate::scorecard::Scorecard;
use serde::Serialize;
use std::collections::BTreeMap;

/// Cells along each side.
const CELLS: f64 = 12.0;
/// An axis reaches at least this share of the way to the handover beyond it.
const LEAST_BEYOND: f64 = 0.25;

/// The deals of one cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spot {
    /// Where the cell's middle lies along the rule scores: 0 to 1.
    pub points: f64,
    /// The same along the model scores.
    pub model: f64,
    /// What came of them.
    pub record: Rate,
}

/// The scores along one side: from the lowest of the range to the highest that any deal reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Axis {
    /// The score where it begins.
    pub low: f64,
    /// The score of the handover.
    pub handover: f64,
    /// The score where it ends, above the handover.
    pub high: f64,
    /// Where the handover lies between the ends: 0 to 1.
    pub place: f64,
}

/// The judged deals by rule score and model score, disqualified ones apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Map {
    /// Rule scores, from left to right.
    pub points: Axis,
    /// Model scores, upward.
    pub model: Axis,
    /// Cells with deals.
    pub spots: Vec<Spot>,
    /// Deals of the fullest cell.
    pub fullest: usize,
    /// The highest win rate of a cell, for the shades.
    pub highest: f64,
}

/// `None` where points and model cannot disagree.
pub(super) fn map(card: &Scorecard, past: &Past, blending: &Blending) -> Option<Map> {
    let handover = card.tiers[card.handover?].bound;
    let (points, model) = (past.rule_score.as_ref()?, past.model_score.as_ref()?);
    if blending.blurred.is_some() {
        return None;
    }
    let rows: Vec<usize> = (0..past.n()).filter(|&i| !past.disqualified[i]).collect();
    let [across, upward] =
        [points, model].map(|scores| Axis::of(card.range.min, handover, rows.iter().map(|&i| scores[i])));
    let mut cells: BTreeMap<(usize, usize), (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for i in rows {
        let cell = cells.entry((across.cell(points[i]), upward.cell(model[i]))).or_default();
        cell.0.push(past.y[i]);
        cell.1.push(past.w[i]);
    }
    let spot = |((x, y), (won, weights)): ((usize, usize), (Vec<f64>, Vec<f64>))| {
        Some(Spot { points: across.middle(x), model: upward.middle(y), record: Rate::of(&won, &weights)? })
    };
    let spots: Vec<Spot> = cells.into_iter().filter_map(spot).collect();
    let fullest = spots.iter().map(|s| s.record.n).max()?;
    let highest = spots.iter().map(|s| s.record.rate).fold(0.0, f64::max);
    Some(Map { points: across, model: upward, spots, fullest, highest })
}

impl Axis {
    /// From `low` to the highest of `scores`, and far enough to see what lies beyond the handover.
    fn of(low: f64, handover: f64, scores: impl Iterator<Item = f64>) -> Axis {
        let least = handover + LEAST_BEYOND * (handover - low).max(f64::MIN_POSITIVE);
        let high = scores.fold(least, f64::max);
        Axis { low, handover, high, place: (handover - low) / (high - low) }
    }

    /// Cells below the handover, so that no cell lies on both sides of it; the rest of [`CELLS`] lie above.
    fn below(&self) -> f64 {
        (CELLS * self.place).round().clamp(1.0, CELLS - 1.0)
    }

    fn cell(&self, score: f64) -> usize {
        let below = self.below();
        let place = if score < self.handover {
            (score - self.low) / (self.handover - self.low) * below
        } else {
            below + (score - self.handover) / (self.high - self.handover) * (CELLS - below)
        };
        place.clamp(0.0, CELLS - 1.0) as usize
    }

    /// Where a cell's middle lies: 0 to 1.
    fn middle(&self, cell: usize) -> f64 {
        let (below, at) = (self.below(), cell as f64 + 0.5);
        if at < below {
            at / below * self.place
        } else {
            self.place + (at - below) / (CELLS - below) * (1.0 - self.place)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_lies_on_both_sides_of_the_handover() {
        for handover in [5.0, 50.0, 80.0, 97.0] {
            let axis = Axis::of(0.0, handover, [3.0, 100.0].into_iter());
            for score in [0.0, handover - 1e-6, handover, 100.0] {
                let middle = axis.middle(axis.cell(score));
                assert_eq!(middle < axis.place, score < handover, "{score} of {handover}");
                assert!((0.0..=1.0).contains(&middle));
            }
        }
    }

    #[test]
    fn an_axis_ends_where_the_scores_do_and_shows_the_handover() {
        let axis = Axis::of(0.0, 10.0, [0.0, 15.0].into_iter());
        assert_eq!((axis.high, axis.place), (15.0, 10.0 / 15.0));
        let nobody = Axis::of(0.0, 80.0, [0.0, 30.0].into_iter());
        assert_eq!((nobody.high, nobody.cell(30.0) < nobody.cell(80.0)), (100.0, true));
        let at_the_low_end = Axis::of(0.0, 0.0, [0.0, 30.0].into_iter());
        assert_eq!((at_the_low_end.place, at_the_low_end.cell(0.0), at_the_low_end.cell(30.0)), (0.0, 1, 11));
    }
}

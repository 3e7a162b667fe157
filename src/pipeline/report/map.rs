//! Where past deals stand by points and by the model: the quadrants as a picture.

use super::super::backtest::past::Past;
use super::super::model::Blending;
use crate::metrics::Rate;
use crate::scorecard::Scorecard;
use serde::Serialize;
use std::collections::BTreeMap;

/// Cells of the range along each side.
const CELLS: f64 = 12.0;

/// The deals of one cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spot {
    /// Where the cell's middle lies between the lowest and the highest rule score: 0 to 1.
    pub points: f64,
    /// The same for the model's score.
    pub model: f64,
    /// What came of them.
    pub record: Rate,
}

/// The judged deals by rule score and model score, disqualified ones apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Map {
    /// Where the handover lies in the range: 0 to 1.
    pub handover: f64,
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
    let along = |score: f64| ((score - card.range.min) / (card.range.max - card.range.min)).clamp(0.0, 1.0);
    let handover = along(handover);
    let mut cells: BTreeMap<(usize, usize), (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for i in (0..past.n()).filter(|&i| !past.disqualified[i]) {
        let cell = cells.entry((cell(along(points[i]), handover), cell(along(model[i]), handover))).or_default();
        cell.0.push(past.y[i]);
        cell.1.push(past.w[i]);
    }
    let spot = |((x, y), (won, weights)): ((usize, usize), (Vec<f64>, Vec<f64>))| {
        Some(Spot { points: middle(x, handover), model: middle(y, handover), record: Rate::of(&won, &weights)? })
    };
    let spots: Vec<Spot> = cells.into_iter().filter_map(spot).collect();
    let fullest = spots.iter().map(|s| s.record.n).max()?;
    let highest = spots.iter().map(|s| s.record.rate).fold(0.0, f64::max);
    Some(Map { handover, spots, fullest, highest })
}

/// Cells below the handover, so that no cell lies on both sides of it; the rest of [`CELLS`] lie above.
fn below(handover: f64) -> f64 {
    (CELLS * handover).round().clamp(1.0, CELLS - 1.0)
}

fn cell(at: f64, handover: f64) -> usize {
    let below = below(handover);
    let above = CELLS - below;
    let place = if at < handover {
        at / handover * below
    } else {
        below + (at - handover) / (1.0 - handover).max(1e-9) * above
    };
    place.min(CELLS - 1.0) as usize
}

fn middle(cell: usize, handover: f64) -> f64 {
    let (below, at) = (below(handover), cell as f64 + 0.5);
    if at < below { at / below * handover } else { handover + (at - below) / (CELLS - below) * (1.0 - handover) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_lies_on_both_sides_of_the_handover() {
        for handover in [0.05, 0.5, 0.8, 0.97] {
            for at in [0.0, handover - 1e-6, handover, 1.0] {
                let middle = middle(cell(at, handover), handover);
                assert_eq!(middle < handover, at < handover, "{at} of {handover}");
                assert!((0.0..=1.0).contains(&middle));
            }
        }
    }
}

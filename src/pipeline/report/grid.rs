//! Fit × engagement: what came of the deals of each grade.

use super::super::backtest::past::Past;
use super::super::deals::{Deals, RuleEvidence};
use crate::metrics::Rate;
use crate::mismatch::FEWEST_TO_SAY;
use crate::scorecard::Scorecard;
use serde::Serialize;

/// Classes of fit, and of engagement.
const CLASSES: u8 = 4;

/// The deals of one grade.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GridCell {
    /// `A1` to `D4`.
    pub grade: String,
    /// What came of them; `None` without deals.
    pub record: Option<Rate>,
    /// Whether they are enough to say anything.
    pub says: bool,
}

/// Rows are fit A to D, columns engagement 1 to 4.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grid {
    /// The rows of cells.
    pub rows: Vec<Vec<GridCell>>,
    /// The highest win rate among cells that say something, for the shades.
    pub highest: f64,
}

/// `None` where grades cannot be had.
pub(super) fn grid(card: &Scorecard, evidence: &RuleEvidence, deals: &Deals, past: &Past) -> Option<Grid> {
    let grades = evidence.grades(card, &deals.rules.as_ref()?.grade_reference)?;
    let of = |i: usize| grades.grade[deals.snapshots.rows[past.rows[i]]];
    let mut cells: Vec<(Vec<f64>, Vec<f64>)> = vec![Default::default(); usize::from(CLASSES * CLASSES)];
    for i in 0..past.n() {
        if let Some(grade) = of(i) {
            let cell = &mut cells[usize::from(grade.fit * CLASSES + grade.engagement)];
            cell.0.push(past.y[i]);
            cell.1.push(past.w[i]);
        }
    }
    if cells.iter().all(|(y, _)| y.is_empty()) {
        return None;
    }
    let cell = |fit: u8, engagement: u8| {
        let (y, w) = &cells[usize::from(fit * CLASSES + engagement)];
        let record = Rate::of(y, w);
        let grade = crate::scorecard::Grade { fit, engagement }.to_string();
        GridCell { grade, says: record.is_some_and(|r| r.n >= FEWEST_TO_SAY), record }
    };
    let rows: Vec<Vec<GridCell>> = (0..CLASSES).map(|fit| (0..CLASSES).map(|e| cell(fit, e)).collect()).collect();
    let said = rows.iter().flatten().filter(|c| c.says).filter_map(|c| c.record);
    let highest = said.map(|r| r.rate).fold(0.0, f64::max);
    Some(Grid { rows, highest })
}

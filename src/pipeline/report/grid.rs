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

/// Rows are classes of fit, columns classes of engagement; those in which no deal stands are left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grid {
    /// The rows' classes, of `A` to `D`.
    pub fits: Vec<char>,
    /// The columns' classes, of `1` to `4`.
    pub engagements: Vec<u8>,
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
    let deals_in = |fit: u8, engagement: u8| &cells[usize::from(fit * CLASSES + engagement)];
    let cell = |fit: u8, engagement: u8| {
        let (y, w) = deals_in(fit, engagement);
        let record = Rate::of(y, w);
        let grade = crate::scorecard::Grade { fit, engagement }.to_string();
        GridCell { grade, says: record.is_some_and(|r| r.n >= FEWEST_TO_SAY), record }
    };
    let any = |at: &dyn Fn(u8) -> (u8, u8)| (0..CLASSES).map(at).any(|(fit, e)| !deals_in(fit, e).0.is_empty());
    let fits: Vec<u8> = (0..CLASSES).filter(|&fit| any(&|e| (fit, e))).collect();
    let engagements: Vec<u8> = (0..CLASSES).filter(|&e| any(&|fit| (fit, e))).collect();
    let rows: Vec<Vec<GridCell>> =
        fits.iter().map(|&fit| engagements.iter().map(|&e| cell(fit, e)).collect()).collect();
    let said = rows.iter().flatten().filter(|c| c.says).filter_map(|c| c.record);
    let highest = said.map(|r| r.rate).fold(0.0, f64::max);
    let letter = |fit: u8| char::from(b'A' + fit);
    Some(Grid {
        fits: fits.into_iter().map(letter).collect(),
        engagements: engagements.into_iter().map(|e| e + 1).collect(),
        rows,
        highest,
    })
}

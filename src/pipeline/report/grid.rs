//! Fit × engagement: what came of the deals of each grade.

use super::super::backtest::past::Past;
use super::super::deals::{Deals, RuleEvidence};
use crate::metrics::Rate;
use crate::mismatch::FEWEST_TO_SAY;
use crate::scorecard::Scorecard;
use crate::snapshot::RowWeights;
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
    /// From which shares of the most points, in per cent, the first three classes begin.
    pub bounds: [f64; 3],
    /// Where a class with fewer points was won more often, beyond chance: a sentence a side.
    pub against_the_order: Vec<String>,
}

/// `None` where grades cannot be had, or only one of the sides pays points: then there are no two to lay side by side.
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
    if cells.iter().all(|(y, _)| y.is_empty()) || card.sides_that_pay() != [true; 2] {
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
    let against = |side: &str, lines: Vec<Line>| against_the_order(side, &lines, deals.snapshots.row_weights);
    let fit_name = |fit: u8| format!("Fit {}", letter(fit));
    let engagement_name = |e: u8| format!("Engagement {}", e + 1);
    let of_fit = |&fit: &u8| -> Line {
        (fit_name(fit), engagements.iter().map(|&e| (engagement_name(e), cell(fit, e))).collect())
    };
    let of_engagement =
        |&e: &u8| -> Line { (engagement_name(e), fits.iter().map(|&fit| (fit_name(fit), cell(fit, e))).collect()) };
    let by_engagement = against("engagement", fits.iter().map(of_fit).collect());
    let by_fit = against("fit", engagements.iter().map(of_engagement).collect());
    Some(Grid {
        bounds: card.grade.percent,
        against_the_order: by_engagement.into_iter().chain(by_fit).collect(),
        fits: fits.into_iter().map(letter).collect(),
        engagements: engagements.into_iter().map(|e| e + 1).collect(),
        rows,
        highest,
    })
}

/// A row or column of the grid: its name, and the cells along it with the names of their classes, most points first.
type Line = (String, Vec<(String, GridCell)>);

/// Of all lines the two cells furthest apart of which the one with fewer points was won more often, beyond chance.
fn against_the_order(side: &str, lines: &[Line], weights: RowWeights) -> Option<String> {
    let pairs = lines.iter().flat_map(|(line, cells)| {
        let said = || cells.iter().filter(|(_, cell)| cell.says).filter_map(|(name, cell)| Some((name, cell.record?)));
        let with_fewer = move |(i, more)| said().skip(i + 1).map(move |fewer| (line, more, fewer));
        said().enumerate().flat_map(with_fewer)
    });
    let apart = |(_, more, fewer): &(&String, (&String, Rate), (&String, Rate))| fewer.1.rate - more.1.rate;
    let (line, more, fewer) = pairs
        .filter(|(_, more, fewer)| fewer.1.interval.low > more.1.interval.high)
        .max_by(|a, b| apart(a).total_cmp(&apart(b)))?;
    Some(format!(
        "Of {line}, {} was won in {:.1} % of the cases, {}, which has more {side} points, in {:.1} %{}: there the {side} points \
         do not go with what wins.",
        fewer.0,
        100.0 * fewer.1.rate,
        more.0,
        100.0 * more.1.rate,
        fewer.1.weighted_by(weights).behind(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, won: [usize; 3]) -> Line {
        let cell = |won: usize| {
            let record = Rate::of(&[vec![1.0; won], vec![0.0; 100 - won]].concat(), &[1.0; 100]);
            GridCell { grade: String::new(), says: true, record }
        };
        (name.to_string(), (1..).zip(won).map(|(class, won)| (format!("Engagement {class}"), cell(won))).collect())
    }

    #[test]
    fn a_class_with_fewer_points_that_wins_more_is_named() {
        let said = against_the_order(
            "engagement",
            &[line("Fit B", [60, 20, 45]), line("Fit A", [50, 30, 90])],
            RowWeights::Alike,
        );
        assert_eq!(
            said.unwrap(),
            "Of Fit A, Engagement 3 was won in 90.0 % of the cases, Engagement 2, which has more engagement points, in \
             30.0 %: there the engagement points do not go with what wins."
        );
        assert_eq!(against_the_order("engagement", &[line("Fit A", [50, 30, 10])], RowWeights::Alike), None);
        // Within chance.
        assert_eq!(against_the_order("engagement", &[line("Fit A", [50, 30, 35])], RowWeights::Alike), None);
        let mut few = line("Fit A", [50, 30, 90]);
        few.1[2].1.says = false;
        assert_eq!(against_the_order("engagement", &[few], RowWeights::Alike), None);
    }
}

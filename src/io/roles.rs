//! The parts that columns play: times, outcome, weight, counters of acts.

use super::ids::others;
use super::leads::{Building, ReadReport};
use super::raw::RawColumn;
use super::settings::{LeadRoles, LostWords, OutcomeColumn};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::{LeadTable, MISSING, Outcome, TextColumn};
use crate::values::WordSet;

/// Fills the roles of `table`. A column that is not there has been dealt with before: its values are missing.
pub(super) fn read_roles(
    building: &Building<'_>,
    roles: &LeadRoles,
    rows: &[u32],
    table: &mut LeadTable,
    report: &mut ReadReport,
) -> Result<(), InputError> {
    let mut times = |name: &Option<String>| -> Result<Option<Vec<Option<Instant>>>, InputError> {
        let Some(name) = name else { return Ok(None) };
        let Some(column) = building.raw.column(name) else { return Ok(Some(vec![None; rows.len()])) };
        let read = building.dates(column, rows, true)?;
        report.note(name, read.unreadable, read.order);
        Ok(Some(read.values))
    };
    table.created_at = times(&roles.created_at)?;
    table.closed_at = times(&roles.closed_at)?;
    table.as_of = times(&roles.as_of)?;
    if let Some(outcome) = &roles.outcome {
        table.outcome = Some(match building.raw.column(&outcome.column) {
            Some(column) => outcomes(building, outcome, column, rows, report),
            None => vec![Outcome::Open; rows.len()],
        });
    }
    if let Some(name) = &roles.weight {
        table.row_weight = Some(row_weights(building, name, rows, report)?);
    }
    roles.activity_columns.iter().try_for_each(|name| check_counts(building, name, rows, table))
}

/// The outcome that a word stands for.
pub(super) struct OutcomeWords {
    won: WordSet,
    /// `None`: everything that is not won and not missing.
    lost: Option<WordSet>,
}

impl OutcomeWords {
    /// The words of an outcome column.
    pub(super) fn new(outcome: &OutcomeColumn) -> OutcomeWords {
        let lost = match &outcome.lost {
            LostWords::Words(words) => Some(WordSet::new(words)),
            LostWords::Everything => None,
        };
        OutcomeWords { won: WordSet::new(&outcome.won), lost }
    }

    /// What a cell says. A word listed as won or lost is so even if it is also a spelling of "no value".
    pub(super) fn of(&self, cell: &str, is_missing: bool) -> Outcome {
        let is_lost = || self.lost.as_ref().map_or(!is_missing, |lost| lost.contains(cell));
        if self.won.contains(cell) {
            Outcome::Won
        } else if is_lost() {
            Outcome::Lost
        } else {
            Outcome::Open
        }
    }
}

fn outcomes(
    building: &Building<'_>,
    outcome: &OutcomeColumn,
    column: &RawColumn,
    rows: &[u32],
    report: &mut ReadReport,
) -> Vec<Outcome> {
    let words = OutcomeWords::new(outcome);
    let texts: Vec<_> = rows.iter().map(|&row| column.text(row as usize)).collect();
    let coded = TextColumn::from_values(texts.iter().map(|text| Some(text.trim())));
    let by_level: Vec<Outcome> =
        coded.levels.iter().map(|level| words.of(level, building.cells.is_missing(level))).collect();
    if !by_level.contains(&Outcome::Won) && !rows.is_empty() {
        let shown: Vec<String> = coded.levels.iter().take(6).map(|level| format!("`{level}`")).collect();
        let listed = outcome.won.join("`, `");
        report.notes.push(format!("no cell of `{}` is `{listed}`; it holds {}", column.name, shown.join(", ")));
    }
    coded.codes.iter().map(|&code| if code == MISSING { Outcome::Open } else { by_level[code as usize] }).collect()
}

/// Row weights, finite and not negative; a missing one is an error (`lenient`: 1).
fn row_weights(
    building: &Building<'_>,
    name: &str,
    rows: &[u32],
    report: &mut ReadReport,
) -> Result<Vec<f64>, InputError> {
    let Some(column) = building.raw.column(name) else { return Ok(vec![1.0; rows.len()]) };
    let (mut weights, unreadable) = building.numbers(column, rows)?;
    report.note(name, unreadable, None);
    for (weight, &row) in weights.iter_mut().zip(rows) {
        if weight.is_nan() && building.settings.lenient {
            *weight = 1.0;
        } else if weight.is_nan() || *weight < 0.0 {
            let what = format!("`{}` is not a row weight", column.text(row as usize).trim());
            return Err(InputError::new(what)
                .at(format!("{}, column `{name}`", building.raw.place(row as usize)))
                .remedy("a row weight is a number of at least 0 in every row"));
        }
    }
    Ok(weights)
}

/// A counter of acts is whole and not negative wherever it is set.
fn check_counts(building: &Building<'_>, name: &str, rows: &[u32], table: &LeadTable) -> Result<(), InputError> {
    let Some(counts) = table.column(name).and_then(|column| column.number.as_ref()) else { return Ok(()) };
    let is_wrong = |count: &f64| *count < 0.0 || count.fract() != 0.0;
    let Some(lead) = counts.iter().position(|count| !count.is_nan() && is_wrong(count)) else { return Ok(()) };
    let n_wrong = counts.iter().filter(|count| !count.is_nan() && is_wrong(count)).count();
    Err(InputError::new(format!("`{}` is not a count of acts{}", counts[lead], others(n_wrong)))
        .at(format!("{}, column `{name}`", building.raw.place(rows[lead] as usize)))
        .remedy("`activity_columns` are whole numbers of at least 0; keep others as attributes"))
}

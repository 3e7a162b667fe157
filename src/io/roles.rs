//! The parts that columns play: times, outcome, weight, counters of acts.

use super::ids::others;
use super::leads::{Building, ReadDates, ReadReport};
use super::reading::coded;
use super::settings::{LeadRoles, LostWords, OutcomeColumn};
use crate::fault::InputError;
use crate::tables::{LeadTable, MISSING, Outcome};
use crate::values::WordSet;

/// The times and the outcome of the leads, as far as they have columns. Read beside the other columns, and before it is
/// known whether those can be read.
pub(super) struct ReadRoles {
    created_at: ReadTimes,
    closed_at: ReadTimes,
    as_of: ReadTimes,
    outcome: Option<(Vec<Outcome>, Option<String>)>,
}

type ReadTimes = Result<Option<ReadDates>, InputError>;

impl ReadRoles {
    /// Reads them.
    pub(super) fn of(building: &Building<'_>, roles: &LeadRoles, rows: &[u32]) -> ReadRoles {
        let times = |name: &Option<String>| name.as_ref().map(|name| times(building, name, rows)).transpose();
        let outcome = || roles.outcome.as_ref().map(|outcome| outcomes(building, outcome, rows));
        let ((created_at, closed_at), (as_of, outcome)) = rayon::join(
            || rayon::join(|| times(&roles.created_at), || times(&roles.closed_at)),
            || rayon::join(|| times(&roles.as_of), outcome),
        );
        ReadRoles { created_at, closed_at, as_of, outcome }
    }

    /// Fills the roles of `table`, whose columns have been read. A column that is not there has been dealt with before: its
    /// values are missing.
    pub(super) fn fill(
        self,
        building: &Building<'_>,
        roles: &LeadRoles,
        rows: &[u32],
        table: &mut LeadTable,
        report: &mut ReadReport,
    ) -> Result<(), InputError> {
        let mut noted = |name: &Option<String>, read: Option<ReadDates>| {
            name.as_ref().zip(read).map(|(name, read)| {
                report.note(name, read.unreadable, read.order);
                read.values
            })
        };
        table.created_at = noted(&roles.created_at, self.created_at?);
        table.closed_at = noted(&roles.closed_at, self.closed_at?);
        table.as_of = noted(&roles.as_of, self.as_of?);
        if let Some((outcomes, doubt)) = self.outcome {
            table.outcome = Some(outcomes);
            report.notes.extend(doubt);
        }
        if let Some(name) = &roles.weight {
            table.row_weight = Some(row_weights(building, name, rows, report)?);
        }
        roles.activity_columns.iter().try_for_each(|name| check_counts(building, name, rows, table))
    }
}

/// The times of a column that plays a part; all missing where it is not there.
fn times(building: &Building<'_>, name: &str, rows: &[u32]) -> Result<ReadDates, InputError> {
    match building.raw.column(name) {
        Some(column) => building.dates(column, rows, true),
        None => Ok(ReadDates { values: vec![None; rows.len()], unreadable: None, order: None }),
    }
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

/// What came of the leads, open where the column is not there; and what to say where no cell means won.
fn outcomes(building: &Building<'_>, outcome: &OutcomeColumn, rows: &[u32]) -> (Vec<Outcome>, Option<String>) {
    let Some(column) = building.raw.column(&outcome.column) else { return (vec![Outcome::Open; rows.len()], None) };
    let words = OutcomeWords::new(outcome);
    let coded = coded(column, rows, |_| false);
    let by_level: Vec<Outcome> =
        coded.levels.iter().map(|level| words.of(level, building.cells.is_missing(level))).collect();
    let doubt = (!by_level.contains(&Outcome::Won) && !rows.is_empty()).then(|| {
        let shown: Vec<String> = coded.levels.iter().take(6).map(|level| format!("`{level}`")).collect();
        let listed = outcome.won.join("`, `");
        format!("no cell of `{}` is `{listed}`; it holds {}", column.name, shown.join(", "))
    });
    let of_code = |&code: &u32| if code == MISSING { Outcome::Open } else { by_level[code as usize] };
    (coded.codes.iter().map(of_code).collect(), doubt)
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

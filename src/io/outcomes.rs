//! Outcomes kept in a table of their own, joined to the leads.

use super::leads::{Building, BuiltLeads, ReadReport};
use super::names::no_such_column;
use super::raw::{RawColumn, RawTable};
use super::reading::CellReader;
use super::roles::OutcomeWords;
use super::settings::{Absent, OutcomeRoles, ReadSettings};
use super::spare::Spare;
use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::Outcome;
use crate::values::DateOrder;
use std::collections::{BTreeMap, HashMap};

/// How many keys are kept to show.
const SAMPLES: usize = 3;

/// What joining the outcomes met.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutcomeReport {
    /// Rows of the outcomes table.
    pub rows: usize,
    /// Rows whose id no lead refers to.
    pub rows_of_unknown_leads: usize,
    /// Leads with at least one outcome row.
    pub leads_found: usize,
    /// Leads won.
    pub won: usize,
    /// Leads lost.
    pub lost: usize,
    /// Keys of the first leads that have one.
    pub sample_keys: Vec<String>,
    /// The first ids that no lead refers to.
    pub sample_unknown: Vec<String>,
    /// Orders of day and month, by column of the outcomes table.
    pub date_orders: BTreeMap<String, DateOrder>,
    /// Cells that could not be read (`lenient`) and other remarks, in sentences.
    pub notes: Vec<String>,
}

/// What the outcome rows of one lead say so far.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    n_rows: usize,
    n_lost: usize,
    won: bool,
    first_win: Option<Instant>,
    last_loss: Option<Instant>,
}

impl Found {
    fn take(&mut self, outcome: Outcome, closed_at: Option<Instant>) {
        self.n_rows += 1;
        match outcome {
            Outcome::Won => {
                self.won = true;
                self.first_win = match (self.first_win, closed_at) {
                    (Some(earlier), Some(at)) => Some(earlier.min(at)),
                    (earlier, at) => earlier.or(at),
                };
            }
            Outcome::Lost => {
                self.n_lost += 1;
                self.last_loss = self.last_loss.max(closed_at);
            }
            Outcome::Open => {}
        }
    }

    /// Won if any row is won, at the first win's close; otherwise lost only if all are, at the last.
    fn verdict(&self) -> (Outcome, Option<Instant>) {
        if self.won {
            (Outcome::Won, self.first_win)
        } else if self.n_rows > 0 && self.n_lost == self.n_rows {
            (Outcome::Lost, self.last_loss)
        } else {
            (Outcome::Open, None)
        }
    }
}

/// Takes outcomes and closes from the outcomes table, in place of what the leads table says of them. A lead that is
/// not found there keeps its own `closed_at` if `absent` makes it lost.
///
/// # Errors
/// A column that is not there, a close that is no time.
pub fn join_outcomes(
    leads: &mut BuiltLeads,
    lead_raw: &RawTable,
    outcomes: &RawTable,
    roles: &OutcomeRoles,
    settings: &ReadSettings,
) -> Result<OutcomeReport, InputError> {
    let mut report =
        OutcomeReport { rows: outcomes.n_rows(), notes: outcomes.notes.clone(), ..OutcomeReport::default() };
    let leads_by_key = leads_by_key(leads, lead_raw, roles, &mut report)?;
    let column = |name: &String| {
        let missing = || no_such_column(name, &outcomes.place_of_files(), &outcomes.header, "");
        outcomes.column(name).ok_or_else(missing)
    };
    let ids = column(&roles.id)?;
    let closes = roles.closed_at.as_ref().map(column).transpose()?;
    let stages = roles.outcome.as_ref().map(|outcome| column(&outcome.column)).transpose()?;
    let building = Building { raw: outcomes, settings, cells: CellReader::new(settings)?, spare: Spare::default() };
    let closed_at = closes.map(|closes| read_closes(&building, closes, &mut report)).transpose()?;
    let words = roles.outcome.as_ref().map(OutcomeWords::new);
    let mut found = vec![Found::default(); leads.table.n_leads()];
    for row in 0..outcomes.n_rows() {
        let id = ids.text(row);
        let Some(of_id) = leads_by_key.get(id.as_ref()) else {
            report.note_unknown(&id);
            continue;
        };
        let outcome = match (&words, stages) {
            (Some(words), Some(stages)) => {
                let stage = stages.text(row);
                words.of(&stage, building.cells.is_missing(&stage))
            }
            _ => Outcome::Won,
        };
        let at = closed_at.as_ref().and_then(|closed_at| closed_at[row]);
        of_id.iter().for_each(|&lead| found[lead as usize].take(outcome, at));
    }
    settle(leads, &found, roles.absent, &mut report);
    Ok(report)
}

impl OutcomeReport {
    fn note_unknown(&mut self, id: &str) {
        self.rows_of_unknown_leads += 1;
        if self.sample_unknown.len() < SAMPLES && !id.trim().is_empty() {
            self.sample_unknown.push(id.to_string());
        }
    }
}

/// Leads by the key that outcome rows refer to; a cell of the key column may hold several, split at `;`.
fn leads_by_key(
    leads: &BuiltLeads,
    lead_raw: &RawTable,
    roles: &OutcomeRoles,
    report: &mut OutcomeReport,
) -> Result<HashMap<String, Vec<u32>>, InputError> {
    let mut by_key: HashMap<String, Vec<u32>> = HashMap::with_capacity(leads.table.n_leads());
    let mut add = |key: &str, lead: usize| {
        if key.trim().is_empty() {
            return;
        }
        if report.sample_keys.len() < SAMPLES {
            report.sample_keys.push(key.to_string());
        }
        by_key.entry(key.to_string()).or_default().push(lead as u32);
    };
    match &roles.key {
        None => leads.table.ids.iter().enumerate().for_each(|(lead, id)| add(id, lead)),
        Some(name) => {
            let missing = || no_such_column(name, &lead_raw.place_of_files(), &lead_raw.header, "");
            let keys = lead_raw.column(name).ok_or_else(missing)?;
            for (lead, &row) in leads.raw_rows.iter().enumerate() {
                let cell = keys.text(row as usize);
                match cell.contains(';') {
                    true => cell.split(';').for_each(|key| add(key.trim(), lead)),
                    false => add(&cell, lead),
                }
            }
        }
    }
    Ok(by_key)
}

fn read_closes(
    building: &Building<'_>,
    closes: &RawColumn,
    report: &mut OutcomeReport,
) -> Result<Vec<Option<Instant>>, InputError> {
    let rows: Vec<u32> = (0..building.raw.n_rows() as u32).collect();
    let read = building.dates(closes, &rows, true)?;
    let mut noted = ReadReport::default();
    noted.note(&closes.name, read.unreadable, read.order);
    report.date_orders = noted.date_orders;
    report.notes.extend(noted.unreadable.iter().map(|unreadable| {
        let (column, rows) = (&unreadable.column, unreadable.rows);
        format!("`{column}`: {rows} cells are no times and were taken as missing, first {}", unreadable.first_place)
    }));
    Ok(read.values)
}

fn settle(leads: &mut BuiltLeads, found: &[Found], absent: Absent, report: &mut OutcomeReport) {
    let own_closes = leads.table.closed_at.take();
    let own_close = |lead: usize| own_closes.as_ref().and_then(|closes| closes[lead]);
    let settled = found.iter().enumerate().map(|(lead, found)| match (found.n_rows, absent) {
        (0, Absent::Lost) => (Outcome::Lost, own_close(lead)),
        _ => found.verdict(),
    });
    let (outcomes, closes): (Vec<Outcome>, Vec<Option<Instant>>) = settled.unzip();
    report.leads_found = found.iter().filter(|found| found.n_rows > 0).count();
    report.won = outcomes.iter().filter(|outcome| **outcome == Outcome::Won).count();
    report.lost = outcomes.iter().filter(|outcome| **outcome == Outcome::Lost).count();
    leads.table.outcome = Some(outcomes);
    leads.table.closed_at = Some(closes);
}

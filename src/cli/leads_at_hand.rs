//! What the commands printed at the end have to know of the leads.

use super::inputs::quoted;
use crate::pipeline::start::{are_nearly_as_many, is_named_like_an_id};
use crate::tables::{Column, LeadTable, Outcome};
use std::collections::HashSet;

/// What a command to go on with has to know of the leads of this one.
#[derive(Debug, Clone)]
pub(super) struct LeadsAtHand {
    /// Whether every one has closed: where only time tells the lost ones, others are open at an earlier as-of.
    pub(super) are_decided: bool,
    /// Whether their ids are the [numbers of their rows](are_numbered).
    pub(super) are_numbered: bool,
    /// The column by which people know them then.
    pub(super) known_by: Option<String>,
}

impl LeadsAtHand {
    /// Of a table of leads.
    pub(super) fn of(table: &LeadTable) -> LeadsAtHand {
        let is_decided = |row: usize| {
            let closes = table.closed_at.as_ref();
            let is_closed = closes.is_none_or(|closes| closes[row].is_some());
            is_closed && table.outcome.as_ref().is_some_and(|outcomes| outcomes[row] != Outcome::Open)
        };
        let are_numbered = are_numbered(table);
        let known_by = if are_numbered { known_by(table) } else { None };
        LeadsAtHand { are_decided: (0..table.n_leads()).all(is_decided), are_numbered, known_by }
    }

    /// ` --keep COLUMN`, so that people know the rows of a scored table.
    pub(super) fn keep_as_typed(&self) -> String {
        self.known_by.as_ref().map_or_else(String::new, |column| format!(" --keep {}", quoted(column)))
    }
}

/// A column called like an id in which few values repeat.
fn known_by(table: &LeadTable) -> Option<String> {
    let tells =
        |column: &&Column| is_named_like_an_id(&column.name) && are_nearly_as_many(n_values(column), table.n_leads());
    table.columns.iter().find(tells).map(|column| column.name.clone())
}

/// How many different values a column of words or numbers has.
fn n_values(column: &Column) -> usize {
    match (&column.text, &column.number) {
        (Some(text), _) => text.levels.len(),
        (None, Some(numbers)) => numbers.iter().map(|number| number.to_bits()).collect::<HashSet<u64>>().len(),
        (None, None) => 0,
    }
}

/// Whether the ids are the numbers of the rows, as they are where a table has no ids of its own.
pub(super) fn are_numbered(table: &LeadTable) -> bool {
    (0..table.n_leads()).all(|row| table.ids[row].parse() == Ok(row + 1))
}

//! What the commands printed at the end have to know of the leads.

use crate::tables::{LeadTable, Outcome};

/// What a command to go on with has to know of the leads of this one.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeadsAtHand {
    /// Whether every one has closed: where only time tells the lost ones, others are open at an earlier as-of.
    pub(super) are_decided: bool,
    /// Whether their ids are the numbers of their rows, as they are where a table has no ids of its own.
    pub(super) are_numbered: bool,
}

impl LeadsAtHand {
    /// Of a table of leads.
    pub(super) fn of(table: &LeadTable) -> LeadsAtHand {
        let is_decided = |row: usize| {
            let closes = table.closed_at.as_ref();
            let is_closed = closes.is_none_or(|closes| closes[row].is_some());
            is_closed && table.outcome.as_ref().is_some_and(|outcomes| outcomes[row] != Outcome::Open)
        };
        let is_numbered = |row: usize| table.ids[row].parse() == Ok(row + 1);
        let rows = 0..table.n_leads();
        LeadsAtHand { are_decided: rows.clone().all(is_decided), are_numbered: rows.clone().all(is_numbered) }
    }
}

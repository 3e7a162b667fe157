//! What came of each lead: won, lost, or no deal to learn from.

use super::SnapshotSettings;
use super::left_out::{LeftOut, Tally};
use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::tables::{LeadTable, Outcome};
use rayon::prelude::*;

/// What is known of one lead's end before its moment is chosen.
pub(super) struct Deal {
    pub row: usize,
    pub won: bool,
    pub created_at: Option<Instant>,
    pub closed_at: Option<Instant>,
}

impl Deal {
    /// From creation to close, where that is a life at all.
    pub fn open_life(&self) -> Option<Span> {
        let life = self.closed_at?.since(self.created_at?);
        (life.0 > 0).then_some(life)
    }
}

/// The newest creation or close; the expected close of an open lead is no close.
pub(super) fn newest_time(table: &LeadTable) -> Option<Instant> {
    let is_closed = |row: usize| table.outcome.as_ref().is_none_or(|o| o[row] != Outcome::Open);
    let created = table.created_at.iter().flatten().flatten().max();
    let closes = table.closed_at.iter().flatten().enumerate();
    let closed = closes.filter(|(row, _)| is_closed(*row)).filter_map(|(_, t)| t.as_ref()).max();
    created.max(closed).copied()
}

/// A lead's time, where the column and the cell are there.
pub(super) fn time_of(times: &Option<Vec<Option<Instant>>>, row: usize) -> Option<Instant> {
    times.as_ref().and_then(|t| t[row])
}

/// Leads that a thread labels in one go.
const LEADS_PER_TASK: usize = 1 << 14;

/// What came of the leads of one stretch.
#[derive(Default)]
pub(super) struct Labelled {
    /// The closed deals, won or lost as the training's end knows them.
    pub deals: Vec<Deal>,
    pub left_out: Tally,
    /// Wins too late for `lost_after`, which count as lost.
    pub late_wins: usize,
}

/// Labels the leads, stretch by stretch.
pub(super) fn label(
    table: &LeadTable,
    settings: &SnapshotSettings,
    until: Option<Instant>,
) -> Result<Vec<Labelled>, InputError> {
    let outcomes = table.outcome.as_ref().ok_or_else(|| {
        InputError::new("there is no outcome to learn from").remedy(
            "say where it stands: [leads] outcome = { column = \"…\", won = [\"…\"], lost = [\"…\"] }, or an [outcomes] table",
        )
    })?;
    let of_task = |(task, outcomes): (usize, &[Outcome])| {
        let mut labelled = Labelled { deals: Vec::with_capacity(outcomes.len()), ..Labelled::default() };
        for (row, outcome) in (task * LEADS_PER_TASK..).zip(outcomes) {
            labelled.take(table, settings.lost_after, until, row, *outcome);
        }
        labelled
    };
    Ok(outcomes.par_chunks(LEADS_PER_TASK).enumerate().map(of_task).collect())
}

impl Labelled {
    fn take(
        &mut self,
        table: &LeadTable,
        lost_after: Option<Span>,
        until: Option<Instant>,
        row: usize,
        outcome: Outcome,
    ) {
        let created_at = time_of(&table.created_at, row);
        let closed_at = time_of(&table.closed_at, row);
        let closed_by_end = closed_at.zip(until).is_none_or(|(closed, end)| closed < end);
        let is_win = outcome == Outcome::Won;
        let Some(lost_after) = lost_after else {
            if outcome == Outcome::Open || !closed_by_end {
                self.left_out.add(LeftOut::Open, is_win);
            } else {
                self.deals.push(Deal { row, won: is_win, created_at, closed_at });
            }
            return;
        };
        let Some(created) = created_at else { return self.left_out.add(LeftOut::NoCreatedAt, is_win) };
        let ripe = created.plus(lost_after);
        if until.is_none_or(|end| ripe > end) {
            return self.left_out.add(LeftOut::NotRipe, is_win);
        }
        let won = is_win && closed_at.is_none_or(|closed| closed < ripe);
        self.late_wins += usize::from(is_win && !won);
        let end = if won { closed_at } else { Some(closed_at.map_or(ripe, |closed| closed.min(ripe))) };
        self.deals.push(Deal { row, won, created_at, closed_at: end });
    }
}

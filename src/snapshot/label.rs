//! What came of each lead: won, lost, or no deal to learn from.

use super::SnapshotSettings;
use super::left_out::{LeftOut, Tally};
use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::tables::{LeadTable, Outcome};

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

/// The closed deals, won or lost as the training's end knows them; wins too late for `lost_after` are counted.
pub(super) fn label(
    table: &LeadTable,
    settings: &SnapshotSettings,
    until: Option<Instant>,
    left_out: &mut Tally,
    late_wins: &mut usize,
) -> Result<Vec<Deal>, InputError> {
    let outcomes = table.outcome.as_ref().ok_or_else(|| {
        InputError::new("there is no outcome to learn from").remedy(
            "say where it stands: [leads] outcome = { column = \"…\", won = [\"…\"], lost = [\"…\"] }, or an [outcomes] table",
        )
    })?;
    let mut deals = Vec::with_capacity(outcomes.len());
    for (row, &outcome) in outcomes.iter().enumerate() {
        let created_at = time_of(&table.created_at, row);
        let closed_at = time_of(&table.closed_at, row);
        let closed_by_end = closed_at.zip(until).is_none_or(|(closed, end)| closed < end);
        let is_win = outcome == Outcome::Won;
        match settings.lost_after {
            None if outcome == Outcome::Open || !closed_by_end => left_out.add(LeftOut::Open, is_win),
            None => deals.push(Deal { row, won: is_win, created_at, closed_at }),
            Some(lost_after) => {
                let Some(created) = created_at else {
                    left_out.add(LeftOut::NoCreatedAt, is_win);
                    continue;
                };
                let ripe = created.plus(lost_after);
                if until.is_none_or(|end| ripe > end) {
                    left_out.add(LeftOut::NotRipe, is_win);
                    continue;
                }
                let won = is_win && closed_at.is_none_or(|closed| closed < ripe);
                *late_wins += usize::from(is_win && !won);
                let end = if won { closed_at } else { Some(closed_at.map_or(ripe, |closed| closed.min(ripe))) };
                deals.push(Deal { row, won, created_at, closed_at: end });
            }
        }
    }
    Ok(deals)
}

//! Files that tell of deals from some day on only: the leads before it look worse than they were.

use crate::asof::{Instant, Span};
use crate::tables::{LeadTable, Outcome};
use crate::text::counted;
use crate::values::format_day;

/// So many wins that leads before the first close should have had by then are missing by no chance.
const WINS_MISSED: f64 = 10.0;
/// A first close is late so many times after the first lead as the time in which half of the wins came.
const LATE: f64 = 2.0;

/// Leads that came so long before the first known close that many should have been won by then.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LateCloses {
    /// When the first deal closed.
    first_close: Instant,
    /// How long that was after the first lead came.
    waited_days: f64,
    /// Leads that came before.
    n_before: usize,
    /// How many of them should have been won by then, had they been won as often and as soon as all leads were.
    n_missed: f64,
}

impl LateCloses {
    /// Of the leads of a table; `None` where its deals begin when they should.
    pub(super) fn of(table: &LeadTable) -> Option<LateCloses> {
        let (created, closed, outcome) =
            (table.created_at.as_ref()?, table.closed_at.as_ref()?, table.outcome.as_ref()?);
        let decided = (0..table.n_leads()).filter(|&row| outcome[row] != Outcome::Open);
        let first_close = decided.filter_map(|row| closed[row]).min()?;
        let before: Vec<Instant> = created.iter().flatten().copied().filter(|at| *at < first_close).collect();
        let waited_days = first_close.since(*before.iter().min()?).days();
        if (before.len() as f64) < WINS_MISSED {
            return None;
        }
        let wins = (0..table.n_leads()).filter(|&row| outcome[row] == Outcome::Won);
        let mut spans: Vec<Span> = wins.filter_map(|row| Some(closed[row]?.since(created[row]?))).collect();
        let middle = spans.len() / 2;
        // All need be sorted only where there is something to tell.
        if spans.is_empty() || waited_days <= LATE * spans.select_nth_unstable(middle).1.days() {
            return None;
        }
        spans.sort_unstable();
        let soon_enough = |at: &Instant| spans.partition_point(|span| *span < first_close.since(*at));
        let n_missed = before.iter().map(soon_enough).sum::<usize>() as f64 / created.iter().flatten().count() as f64;
        let late = LateCloses { first_close, waited_days, n_before: before.len(), n_missed };
        (n_missed >= WINS_MISSED).then_some(late)
    }

    /// The same with what follows from it.
    pub(super) fn in_full(&self) -> String {
        format!("{}. {}", self.told(), self.what_to_do())
    }

    /// That they begin late.
    pub(super) fn told(&self) -> String {
        let (day, waited) = (format_day(self.first_close), self.waited_days);
        format!("The first deal closed on {day}, {waited:.0} days after the first lead came")
    }

    /// What follows from it, and what to do.
    pub(super) fn what_to_do(&self) -> String {
        format!(
            "By then about {:.0} of the {} that came before should have been won. Do the files leave out earlier deals? Then these \
             leads look worse than they were: add the deals, or leave the leads out.",
            self.n_missed,
            counted(self.n_before, "lead"),
        )
    }
}

//! Which deals can tell whether the promises were kept, and why the others cannot yet.
//!
//! The promise is the win probability at a deal's as-of. What closed lately is no fair sample of promises: wins and losses
//! take different times, so of the promises of last month only those to quick deals are settled, and of what closed last
//! month only the slow deals were promised long ago. A fair sample is every promise of a stretch of time, once nearly all
//! of them are settled: from the end of the training data to so long before the end of the data as 95 in 100 training
//! deals took from their as-of to their close.

use super::super::deals::Deals;
use super::super::reference::Reference;
use crate::asof::{Instant, Span};
use crate::text::counted;
use crate::values::{format_day, format_instant};
use serde::{Serialize, Serializer};

/// The deals that are held to what was promised of them, and those that are left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Due {
    /// Deals settled since.
    pub settled: usize,
    /// Of these, deals held to their promise.
    pub due: usize,
    /// Left out: promised before the end of the training data.
    pub promised_before: usize,
    /// Left out: not due yet.
    pub not_due: usize,
    /// Settled since when.
    #[serde(serialize_with = "as_text")]
    pub since: Option<Instant>,
    /// How long after the moment of the promise 95 in 100 training deals had closed.
    pub settles_within_days: Option<f64>,
    /// When the first promises are due.
    #[serde(serialize_with = "as_text")]
    pub first_due: Option<Instant>,
}

fn as_text<S: Serializer>(at: &Option<Instant>, out: S) -> Result<S::Ok, S::Error> {
    at.map(format_instant).serialize(out)
}

impl Due {
    /// Of the deals `settled` since `since`, those that are due.
    pub(super) fn of(
        deals: &Deals,
        settled: Vec<usize>,
        since: Option<Instant>,
        reference: &Reference,
    ) -> (Due, Vec<usize>) {
        let s = &deals.snapshots;
        let wait = reference.settles_within.filter(|_| s.as_of.is_some());
        let mut due = Due {
            settled: settled.len(),
            due: settled.len(),
            promised_before: 0,
            not_due: 0,
            since,
            settles_within_days: wait.map(Span::days),
            first_due: since.zip(wait).map(|(since, wait)| since.plus(wait)),
        };
        let (Some(as_of), Some(wait)) = (&s.as_of, wait) else { return (due, settled) };
        let too_early = |row: usize| s.until.is_some_and(|end| as_of[row].plus(wait) > end);
        let before = |row: usize| since.is_some_and(|since| as_of[row] < since);
        due.promised_before = settled.iter().filter(|&&row| before(row)).count();
        due.not_due = settled.iter().filter(|&&row| !before(row) && too_early(row)).count();
        let rows: Vec<usize> = settled.into_iter().filter(|&row| !before(row) && !too_early(row)).collect();
        due.due = rows.len();
        (due, rows)
    }

    /// What was left out and why; `None` when nothing was.
    pub fn sentence(&self) -> Option<String> {
        let day = |at: Option<Instant>| at.map_or_else(String::new, format_day);
        let wait = self.settles_within_days?;
        if self.due == self.settled {
            return None;
        }
        let mut left_out = Vec::new();
        if self.promised_before > 0 {
            left_out.push(format!(
                "{} were promised before that day (of the leads of that time the quick ones had closed already)",
                self.promised_before
            ));
        }
        if self.not_due > 0 {
            left_out.push(format!(
                "{} are not due yet (of the leads of that time only the quick ones have closed so far)",
                self.not_due
            ));
        }
        Some(format!(
            "{} closed since {}; {} of them held to what was promised. A promise is made at a moment of a deal's \
             open life and due {wait:.0} days later, when 95 in 100 have closed: {}.",
            counted(self.settled, "deal"),
            day(self.since),
            self.due,
            left_out.join(", ")
        ))
    }
}

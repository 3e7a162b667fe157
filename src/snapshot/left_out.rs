//! Why leads are not among the training deals, counted.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a lead is not among the training deals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LeftOut {
    /// No outcome yet, or closed at or after `until`.
    Open,
    /// Younger than `lost_after` at `until`.
    NotRipe,
    /// The creation time is missing.
    NoCreatedAt,
    /// The closing time is missing.
    NoClosedAt,
    /// Closed at or before its creation.
    NoOpenLife,
    /// The cell of the as-of column is empty.
    NoAsOf,
    /// Closed before the moment at which mode `after_created` looks.
    ClosedTooSoon,
    /// Its as-of lies before the log's beginning plus 30 days.
    BeforeLog,
    /// Its row weight is 0.
    NoWeight,
    /// Its own as-of lies more than a day after its close, when the outcome was known.
    AsOfAfterClose,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LeftOut::Open => "open: no outcome before the training's end",
            LeftOut::NotRipe => "too young: `lost_after` had not passed at the training's end",
            LeftOut::NoCreatedAt => "the creation time is missing",
            LeftOut::NoClosedAt => "the closing time is missing",
            LeftOut::NoOpenLife => "closed at or before its creation",
            LeftOut::NoAsOf => "the as-of is missing",
            LeftOut::ClosedTooSoon => "closed before the moment at which deals are looked at",
            LeftOut::BeforeLog => "as-of less than 30 days after the activity log begins",
            LeftOut::NoWeight => "row weight 0",
            LeftOut::AsOfAfterClose => "its as-of lies more than a day after its close",
        })
    }
}

/// Leads left out, by reason in the order of its first lead.
#[derive(Default)]
pub(super) struct Tally(pub Vec<(LeftOut, usize)>);

impl Tally {
    pub fn add(&mut self, reason: LeftOut) {
        match self.0.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, n)) => *n += 1,
            None => self.0.push((reason, 1)),
        }
    }
}

//! First and last touch of each lead before it closed, seen while the log is read for other ends.

use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::{ActivityBatch, ActivityBatches, LeadTable};

/// A touch nobody made.
pub(super) const NOBODY: u32 = u32::MAX;

/// `(n_leads,)` the kinds of the first and the last act before the close; [`NOBODY`] where there is none.
#[derive(Debug, Default)]
pub(super) struct Touches {
    first: Vec<(i64, u32)>,
    last: Vec<(i64, u32)>,
    /// Kinds by code.
    pub(super) kinds: Vec<String>,
}

impl Touches {
    /// Codes of a lead's first and last touch.
    pub(super) fn of(&self, lead: usize) -> (u32, u32) {
        (self.first[lead].1, self.last[lead].1)
    }

    fn add(&mut self, batch: ActivityBatch<'_>, closed_at: &[Option<Instant>]) {
        for act in batch.acts.iter() {
            let lead = act.lead as usize;
            if closed_at[lead].is_none_or(|closed| act.at >= closed) {
                continue;
            }
            if self.first[lead].1 == NOBODY || act.at.0 < self.first[lead].0 {
                self.first[lead] = (act.at.0, act.kind);
            }
            if self.last[lead].1 == NOBODY || act.at.0 >= self.last[lead].0 {
                self.last[lead] = (act.at.0, act.kind);
            }
        }
        if batch.kinds.len() > self.kinds.len() {
            self.kinds = batch.kinds.to_vec();
        }
    }
}

/// A log that is watched as it passes.
pub(super) struct Watched<'a, 'l> {
    log: &'l mut dyn ActivityBatches,
    closed_at: &'a [Option<Instant>],
    touches: Touches,
}

impl<'a, 'l> Watched<'a, 'l> {
    pub(super) fn new(log: &'l mut dyn ActivityBatches, table: &'a LeadTable) -> Watched<'a, 'l> {
        let closed_at = table.closed_at.as_deref().unwrap_or_default();
        Watched { log, closed_at, touches: Touches::default() }
    }

    /// What was seen; empty when the leads have no closing times.
    pub(super) fn touches(&self) -> &Touches {
        &self.touches
    }
}

impl ActivityBatches for Watched<'_, '_> {
    fn for_each(&mut self, each: &mut dyn FnMut(ActivityBatch<'_>)) -> Result<(), InputError> {
        let (closed_at, touches) = (self.closed_at, &mut self.touches);
        let none = vec![(0, NOBODY); closed_at.len()];
        *touches = Touches { first: none.clone(), last: none, kinds: Vec::new() };
        self.log.for_each(&mut |batch| {
            if !closed_at.is_empty() {
                touches.add(batch, closed_at);
            }
            each(batch);
        })
    }
}

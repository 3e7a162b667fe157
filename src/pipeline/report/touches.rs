//! First and last touch of each lead before it closed, seen while the log is read for other ends.

use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::{ActivityBatch, ActivityBatches, LeadTable};

/// A touch nobody made.
pub(super) const NOBODY: u32 = u32::MAX;

/// The first and the last act of each lead before its close.
#[derive(Debug, Default)]
pub(super) struct Touches {
    /// `(n_leads,)`.
    leads: Vec<Touched>,
    /// Kinds by code.
    pub(super) kinds: Vec<String>,
}

/// What is known of one lead, side by side: a log in order of time jumps from lead to lead, and each jump is one wait for
/// memory rather than three.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Touched {
    /// Acts at or after this are none; the earliest instant where the lead has no close.
    closed: i64,
    first: i64,
    last: i64,
    first_kind: u32,
    last_kind: u32,
}

impl Touches {
    /// Nobody has touched these leads yet.
    fn before(closed_at: &[Option<Instant>]) -> Touches {
        let untouched = |closed: &Option<Instant>| Touched {
            closed: closed.map_or(i64::MIN, |closed| closed.0),
            first: i64::MAX,
            last: i64::MIN,
            first_kind: NOBODY,
            last_kind: NOBODY,
        };
        Touches { leads: closed_at.iter().map(untouched).collect(), kinds: Vec::new() }
    }

    /// Codes of a lead's first and last touch; [`NOBODY`] where there is none.
    pub(super) fn of(&self, lead: usize) -> (u32, u32) {
        (self.leads[lead].first_kind, self.leads[lead].last_kind)
    }

    fn add(&mut self, batch: ActivityBatch<'_>) {
        for act in batch.acts.iter() {
            let own = &mut self.leads[act.lead as usize];
            let at = act.at.0;
            if at >= own.closed {
                continue;
            }
            if own.first_kind == NOBODY || at < own.first {
                (own.first, own.first_kind) = (at, act.kind);
            }
            if own.last_kind == NOBODY || at >= own.last {
                (own.last, own.last_kind) = (at, act.kind);
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
        *touches = Touches::before(closed_at);
        self.log.for_each(&mut |batch| {
            if !closed_at.is_empty() {
                touches.add(batch);
            }
            each(batch);
        })
    }
}

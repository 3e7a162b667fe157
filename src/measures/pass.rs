//! The one pass over the log.

use super::answers::Measures;
use super::counter::Counter;
use super::gathered::{Common, Gathered, Stretch};
use super::log_statistics::LogTally;
use super::model_kinds::{KindFollower, ModelKinds};
use super::request::Plan;
use super::routes::Routes;
use super::shard::{LEADS_PER_SHARD, Shard};
use crate::asof::{Instant, seen};
use crate::tables::{Activity, ActivityBatch};
use rayon::prelude::*;

/// What else to gather on the way.
#[derive(Debug, Clone, Default)]
pub struct PassOptions {
    /// What the model wants to know; `None`: nothing.
    pub model: Option<ModelKinds>,
}

/// Acts that may wait: so many in any case, and so many a lead. That is less than the state of a dozen kinds takes, so
/// memory grows with the leads; and of a log that is not longer no state is made before the end.
const ACTS_WAITING: usize = 1 << 21;
const ACTS_WAITING_A_LEAD: usize = 24;

/// Reads batches in file order and keeps bounded state per lead and request.
#[derive(Debug)]
pub struct Pass<'p> {
    common: Common<'p>,
    shards: Vec<Shard>,
    /// Acts dealt out to the shards and not added yet.
    waiting: usize,
    tally: LogTally,
    /// By kind code, whether the kind has been met before its lead's as-of.
    met: Vec<bool>,
}

impl<'p> Pass<'p> {
    /// A pass for `plan` over leads whose as-of are `as_of`; `Instant(i64::MIN)` makes a lead see nothing.
    pub fn new(plan: &'p Plan, as_of: Vec<Instant>, options: PassOptions) -> Pass<'p> {
        Pass {
            shards: as_of.chunks(LEADS_PER_SHARD).map(|_| Shard::default()).collect(),
            common: Common {
                plan,
                as_of,
                follower: options.model.map(KindFollower::new),
                routes: Routes::new(plan),
                kind_order: Vec::new(),
            },
            waiting: 0,
            tally: LogTally::default(),
            met: Vec::new(),
        }
    }

    /// Adds the acts of a batch. A row of count 0 is in the log but no occurrence.
    pub fn add(&mut self, batch: ActivityBatch<'_>) {
        self.common.routes.extend(self.common.plan, &batch);
        self.met.resize(self.common.routes.by_kind.len(), false);
        if self.common.kind_order.len() < self.met.len() {
            self.meet_kinds(batch.acts);
        }
        for act in batch.acts {
            self.shards[act.lead as usize / LEADS_PER_SHARD].deal(*act);
        }
        self.waiting += batch.acts.len();
        if self.waiting >= ACTS_WAITING.max(ACTS_WAITING_A_LEAD * self.common.as_of.len()) {
            self.add_dealt();
        }
    }

    /// Looks for kinds that appear for the first time before their lead's as-of; only now may the model learn of them.
    fn meet_kinds(&mut self, acts: &[Activity]) {
        let common = &mut self.common;
        for act in acts {
            let kind = act.kind as usize;
            if self.met[kind] || !seen(act.at, common.as_of[act.lead as usize]) {
                continue;
            }
            self.met[kind] = true;
            common.kind_order.push(act.kind);
            let route = &mut common.routes.by_kind[kind];
            route.followed = common.follower.as_mut().and_then(|follower| follower.slot(&route.kind));
        }
    }

    /// Adds what was dealt out, shard by shard in file order, several shards at a time.
    fn add_dealt(&mut self) {
        let common = &self.common;
        let shards = self.shards.par_iter_mut().zip(common.as_of.par_chunks(LEADS_PER_SHARD));
        let added = shards.fold(LogTally::default, |mut tally, (shard, as_of)| {
            shard.add_dealt(common, as_of, &mut tally);
            tally
        });
        // Whole numbers: their sum does not depend on who added which.
        self.tally.merge(added.reduce(LogTally::default, |mut total, part| {
            total.merge(part);
            total
        }));
        self.waiting = 0;
    }

    /// Ends the pass. `counters` are occurrences at no known time, taken where neither window nor decay asks when.
    pub fn finish(mut self, counters: &[Counter]) -> Measures {
        let mut tally = std::mem::take(&mut self.tally);
        let (gathered, mut stretches) = self.into_stretches(counters, usize::MAX);
        let whole = stretches.pop().expect("there is always a stretch");
        let (mut measures, added) = gathered.answer(whole);
        tally.merge(added);
        gathered.common.describe(&mut measures.log, tally);
        measures
    }

    /// Ends the reading, for answers about the leads of one stretch after the other: of `n_leads` each, rounded to whole
    /// shards; there is one stretch at least.
    pub fn into_stretches(self, counters: &[Counter], n_leads: usize) -> (Gathered<'p>, Vec<Stretch>) {
        let n_shards = (n_leads / LEADS_PER_SHARD).clamp(1, self.shards.len().max(1));
        let mut shards = self.shards.into_iter().peekable();
        let mut stretches = Vec::new();
        while stretches.is_empty() || shards.peek().is_some() {
            let first = stretches.len() * n_shards * LEADS_PER_SHARD;
            let end = (first + n_shards * LEADS_PER_SHARD).min(self.common.as_of.len());
            stretches.push(Stretch { leads: first..end, shards: shards.by_ref().take(n_shards).collect() });
        }
        (Gathered::new(self.common, counters), stretches)
    }
}

//! The one pass over the log.

use super::answers::Measures;
use super::counter::Counter;
use super::log_statistics::{LogStatistics, LogTally};
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

/// Acts dealt out before they are added: 48 MB of them, so that each shard gets enough to be worth fetching.
const ACTS_DEALT: usize = 1 << 21;

/// Reads batches in file order and keeps bounded state per lead and request.
#[derive(Debug)]
pub struct Pass<'p> {
    plan: &'p Plan,
    as_of: Vec<Instant>,
    follower: Option<KindFollower>,
    routes: Routes,
    shards: Vec<Shard>,
    /// Acts dealt out to the shards and not added yet.
    dealt: usize,
    tally: LogTally,
    /// By kind code, whether the kind has been met before its lead's as-of.
    met: Vec<bool>,
    /// Kind codes in the order in which they were met.
    kind_order: Vec<u32>,
}

impl<'p> Pass<'p> {
    /// A pass for `plan` over leads whose as-of are `as_of`; `Instant(i64::MIN)` makes a lead see nothing.
    pub fn new(plan: &'p Plan, as_of: Vec<Instant>, options: PassOptions) -> Pass<'p> {
        Pass {
            plan,
            follower: options.model.map(KindFollower::new),
            routes: Routes::new(plan),
            shards: as_of.chunks(LEADS_PER_SHARD).map(|own| Shard::new(plan, own.len())).collect(),
            dealt: 0,
            tally: LogTally::default(),
            met: Vec::new(),
            kind_order: Vec::new(),
            as_of,
        }
    }

    /// Adds the acts of a batch. A row of count 0 is in the log but no occurrence.
    pub fn add(&mut self, batch: ActivityBatch<'_>) {
        self.routes.extend(self.plan, &batch);
        self.met.resize(self.routes.by_kind.len(), false);
        if self.kind_order.len() < self.met.len() {
            self.meet_kinds(batch.acts);
        }
        for act in batch.acts {
            self.shards[act.lead as usize / LEADS_PER_SHARD].deal(*act);
        }
        self.dealt += batch.acts.len();
        if self.dealt >= ACTS_DEALT {
            self.add_dealt();
        }
    }

    /// Looks for kinds that appear for the first time before their lead's as-of; only now may the model learn of them.
    fn meet_kinds(&mut self, acts: &[Activity]) {
        for act in acts {
            let kind = act.kind as usize;
            if self.met[kind] || !seen(act.at, self.as_of[act.lead as usize]) {
                continue;
            }
            self.met[kind] = true;
            self.kind_order.push(act.kind);
            let route = &mut self.routes.by_kind[kind];
            route.followed = self.follower.as_mut().and_then(|follower| follower.slot(&route.kind));
        }
    }

    /// Adds what was dealt out, shard by shard in file order, several shards at a time.
    fn add_dealt(&mut self) {
        let (routes, follower) = (&self.routes, self.follower.as_ref());
        let shards = self.shards.par_iter_mut().zip(self.as_of.par_chunks(LEADS_PER_SHARD));
        let added = shards.fold(LogTally::default, |mut tally, (shard, as_of)| {
            shard.add_dealt(as_of, routes, follower, &mut tally);
            tally
        });
        // Whole numbers: their sum does not depend on who added which.
        self.tally.merge(added.reduce(LogTally::default, |mut total, part| {
            total.merge(part);
            total
        }));
        self.dealt = 0;
    }

    /// Ends the pass. `counters` are occurrences at no known time, taken where neither window nor decay asks when.
    pub fn finish(mut self, counters: &[Counter]) -> Measures {
        self.add_dealt();
        self.tally.acts.resize(self.met.len(), 0);
        let mut log = LogStatistics {
            acts_seen: self.tally.acts.iter().sum(),
            acts_after: self.tally.after,
            leads_matched: self.shards.iter().map(Shard::leads_matched).sum(),
            leads_seen: self.shards.iter().map(Shard::leads_seen).sum(),
            acts_by_kind: self.routes.acts_by_kind(&self.tally.acts, &self.kind_order),
            by_hour: self.tally.hours.finish(),
            kinds_left_out: Vec::new(),
        };
        let (states, cells) = self.shards.into_iter().map(Shard::into_state).unzip();
        let mut measures = Measures::gather(self.plan, states, &self.as_of, counters, true);
        if let Some(follower) = self.follower {
            (measures.model_kinds, log.kinds_left_out) = follower.finish(cells, &self.as_of);
        }
        measures.log = log;
        measures
    }
}

//! The leads of one stretch of the table, with the state that all requests keep of them.
//!
//! A log in order of time jumps from lead to lead, and every jump into the state of a million leads waits for memory and
//! for the address of its page. So acts are first dealt out by stretches, which is writing in sequence; those of a stretch
//! are then added in one go, in file order, to state that fits into a second-level cache, and stretches side by side.

use super::accumulator::Accumulator;
use super::log_statistics::LogTally;
use super::model_kinds::{KindCells, KindFollower};
use super::request::Plan;
use super::routes::Routes;
use crate::asof::{Instant, in_window, seen};
use crate::tables::Activity;

/// Leads of one shard: with a dozen kinds their state is three quarters of a megabyte.
pub(super) const LEADS_PER_SHARD: usize = 2048;

/// Acts whose state is fetched at once: enough for the waits to overlap, few enough to stay in the nearest cache.
const ACTS_FETCHED: usize = 64;
const MATCHED: u8 = 1;
const SEEN: u8 = 2;

/// State of one stretch of leads.
#[derive(Debug)]
pub(super) struct Shard {
    accumulators: Vec<Accumulator>,
    cells: KindCells,
    /// `(n_leads,)` whether the log named the lead, and whether it did so before its as-of.
    marks: Vec<u8>,
    dealt: Vec<Activity>,
}

impl Shard {
    /// The state of so many leads of which nothing is known.
    pub(super) fn new(plan: &Plan, n_leads: usize) -> Shard {
        Shard {
            accumulators: plan.requests().iter().map(|request| Accumulator::new(&request.amount, n_leads)).collect(),
            cells: KindCells::default(),
            marks: vec![0; n_leads],
            dealt: Vec::new(),
        }
    }

    /// Takes an act of one of its leads, to be added later.
    #[inline]
    pub(super) fn deal(&mut self, act: Activity) {
        self.dealt.push(act);
    }

    /// Adds the acts that were dealt out; `as_of` are those of its leads.
    pub(super) fn add_dealt(
        &mut self,
        as_of: &[Instant],
        routes: &Routes,
        follower: Option<&KindFollower>,
        tally: &mut LogTally,
    ) {
        if let Some(follower) = follower {
            self.cells.extend(follower, as_of.len());
        }
        tally.acts.resize(routes.by_kind.len(), 0);
        let mut dealt = std::mem::take(&mut self.dealt);
        for acts in dealt.chunks(ACTS_FETCHED) {
            self.fetch(acts, routes);
            for act in acts {
                self.add(act, as_of, routes, follower, tally);
            }
        }
        dealt.clear();
        self.dealt = dealt;
    }

    /// Touches the state that these acts will change, so that the waits for it overlap.
    fn fetch(&self, acts: &[Activity], routes: &Routes) {
        let mut touched = 0;
        for act in acts {
            let (lead, route) = (act.lead as usize % LEADS_PER_SHARD, &routes.by_kind[act.kind as usize]);
            for target in &route.targets {
                touched ^= self.accumulators[target.accumulator].touch(lead);
            }
            if let Some(slot) = route.followed {
                touched ^= self.cells.touch(slot, lead);
            }
        }
        std::hint::black_box(touched);
    }

    #[inline]
    fn add(
        &mut self,
        act: &Activity,
        as_of: &[Instant],
        routes: &Routes,
        follower: Option<&KindFollower>,
        tally: &mut LogTally,
    ) {
        let (lead, count) = (act.lead as usize % LEADS_PER_SHARD, u64::from(act.count));
        let as_of = as_of[lead];
        if !seen(act.at, as_of) {
            self.marks[lead] |= MATCHED;
            tally.after += 1;
            return;
        }
        self.marks[lead] |= MATCHED | SEEN;
        tally.acts[act.kind as usize] += 1;
        tally.hours.add(act.at);
        if count == 0 {
            return;
        }
        let route = &routes.by_kind[act.kind as usize];
        for target in &route.targets {
            if routes.detail_holds(target, act.detail) && in_window(act.at, as_of, target.within) {
                self.accumulators[target.accumulator].add(lead, act.at, as_of, count);
            }
        }
        if let (Some(slot), Some(follower)) = (route.followed, follower) {
            self.cells.add(slot, lead, act.at, follower.factor(as_of.since(act.at)), count);
        }
    }

    /// Leads that the log names.
    pub(super) fn leads_matched(&self) -> u64 {
        self.marks.iter().filter(|mark| **mark != 0).count() as u64
    }

    /// Leads that the log names before their as-of.
    pub(super) fn leads_seen(&self) -> u64 {
        self.marks.iter().filter(|mark| **mark & SEEN != 0).count() as u64
    }

    /// The state of the requests and of the kinds that the model follows.
    pub(super) fn into_state(self) -> (Vec<Accumulator>, KindCells) {
        (self.accumulators, self.cells)
    }
}

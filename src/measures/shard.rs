//! The leads of one stretch of the table, with the state that all requests keep of them.
//!
//! A log in order of time jumps from lead to lead, and every jump into the state of a million leads waits for memory and
//! for the address of its page. So acts are first dealt out by stretches, which is writing in sequence; those of a stretch
//! are then added in one go, in file order, to state that fits into a second-level cache, and stretches side by side. A
//! stretch has no state before acts are added to it, and of a log that is no longer than its leads are many, none before
//! the end: then the states of all stretches are never there together.

use super::accumulator::{Accumulator, Answer};
use super::dealt::DealtActs;
use super::gathered::Common;
use super::log_statistics::LogTally;
use super::model_kinds::KindCells;
use crate::asof::{Instant, in_window, seen};
use crate::tables::Activity;

/// Leads of one shard: with a dozen kinds their state is three quarters of a megabyte.
pub(super) const LEADS_PER_SHARD: usize = 2048;

/// Acts whose state is fetched at once: enough for the waits to overlap, few enough to stay in the nearest cache.
const ACTS_FETCHED: usize = 64;
const MATCHED: u8 = 1;
const SEEN: u8 = 2;

/// One stretch of leads.
#[derive(Debug, Default)]
pub(super) struct Shard {
    dealt: DealtActs,
    state: Option<State>,
}

/// What is kept of the acts added so far.
#[derive(Debug)]
struct State {
    accumulators: Vec<Accumulator>,
    cells: KindCells,
    /// `(n_leads,)` whether the log named the lead, and whether it did so before its as-of.
    marks: Vec<u8>,
    acts_seen: u64,
    acts_after: u64,
}

/// What is known of a stretch at the end.
pub(super) struct ShardResult {
    /// By request.
    pub answers: Vec<Answer>,
    /// By kind that the model follows.
    pub cells: KindCells,
    /// Acts before their lead's as-of, and at or after it.
    pub acts_seen: u64,
    pub acts_after: u64,
    /// Leads that the log names, and those that it names before their as-of.
    pub leads_matched: u64,
    pub leads_seen: u64,
}

impl Shard {
    /// Takes an act of one of its leads, to be added later.
    #[inline]
    pub(super) fn deal(&mut self, act: Activity) {
        self.dealt.push(act);
    }

    /// Adds the acts that were dealt out; `as_of` are those of its leads.
    pub(super) fn add_dealt(&mut self, common: &Common<'_>, as_of: &[Instant], tally: &mut LogTally) {
        let state = self.state.get_or_insert_with(|| State::new(common, as_of.len()));
        if let Some(follower) = &common.follower {
            state.cells.extend(follower, as_of.len());
        }
        tally.acts.resize(common.routes.by_kind.len(), 0);
        self.dealt.drain(ACTS_FETCHED, |acts| {
            state.fetch(acts, common);
            for act in acts {
                state.add(act, as_of, common, tally);
            }
        });
    }

    /// Adds what waits still, and answers; `untimed` are occurrences at no known time, by request. Gives as well what the
    /// acts come to that were added now.
    pub(super) fn finish(
        mut self,
        common: &Common<'_>,
        as_of: &[Instant],
        untimed: &[Option<Vec<f64>>],
    ) -> (ShardResult, LogTally) {
        let mut tally = LogTally::default();
        self.add_dealt(common, as_of, &mut tally);
        let State { accumulators, cells, marks, acts_seen, acts_after } =
            self.state.unwrap_or_else(|| State::new(common, as_of.len()));
        let answers = accumulators.into_iter().zip(common.plan.requests()).zip(untimed);
        let answers =
            answers.map(|((state, request), untimed)| state.finish(&request.amount, untimed.as_deref(), as_of));
        let result = ShardResult {
            answers: answers.collect(),
            cells,
            acts_seen,
            acts_after,
            leads_matched: marks.iter().filter(|mark| **mark != 0).count() as u64,
            leads_seen: marks.iter().filter(|mark| **mark & SEEN != 0).count() as u64,
        };
        (result, tally)
    }
}

impl State {
    fn new(common: &Common<'_>, n_leads: usize) -> State {
        let requests = common.plan.requests().iter();
        State {
            accumulators: requests.map(|request| Accumulator::new(&request.amount, n_leads)).collect(),
            cells: KindCells::default(),
            marks: vec![0; n_leads],
            acts_seen: 0,
            acts_after: 0,
        }
    }

    /// Touches the state that these acts will change, so that the waits for it overlap.
    fn fetch(&self, acts: &[Activity], common: &Common<'_>) {
        let mut touched = 0;
        for act in acts {
            let (lead, route) = (act.lead as usize, &common.routes.by_kind[act.kind as usize]);
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
    fn add(&mut self, act: &Activity, as_of: &[Instant], common: &Common<'_>, tally: &mut LogTally) {
        let (lead, count) = (act.lead as usize, u64::from(act.count));
        let as_of = as_of[lead];
        if !seen(act.at, as_of) {
            self.marks[lead] |= MATCHED;
            self.acts_after += 1;
            return;
        }
        self.marks[lead] |= MATCHED | SEEN;
        self.acts_seen += 1;
        tally.acts[act.kind as usize] += 1;
        tally.hours.add(act.at);
        if count == 0 {
            return;
        }
        let route = &common.routes.by_kind[act.kind as usize];
        for target in &route.targets {
            if common.routes.detail_holds(target, act.detail) && in_window(act.at, as_of, target.within) {
                self.accumulators[target.accumulator].add(lead, act.at, as_of, count);
            }
        }
        if let (Some(slot), Some(follower)) = (route.followed, &common.follower) {
            self.cells.add(slot, lead, act.at, follower.factor(as_of.since(act.at)), count);
        }
    }
}

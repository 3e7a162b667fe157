//! The leads of one stretch of the table, with the state that all requests keep of them.
//!
//! A log in order of time jumps from lead to lead, and every jump into the state of a million leads waits for memory and
//! for the address of its page. So acts are first dealt out by stretches, which is writing in sequence; those of a stretch
//! are then added in one go, and stretches side by side: kind by kind where nothing depends on how acts of several kinds
//! follow one another, and else lead by lead, those of each lead in file order. A stretch has no state before acts are added
//! to it, and of a log that is no longer than its leads are many, none before the end: then the states of all stretches are
//! never there together.

use super::accumulator::{Accumulator, Answer};
use super::dealt::{ActsByKind, ActsByLead, DealtActs, Pieces};
use super::gathered::Common;
use super::log_statistics::LogTally;
use super::model_kinds::KindCells;
use super::request::Amount;
use super::seen_acts::SeenActs;
use crate::asof::{Instant, Span, in_window, seen};
use crate::decay::Decay;
use crate::tables::{Activity, MISSING};

/// Leads of one shard: with a dozen kinds their state and their acts take a megabyte.
pub(super) const LEADS_PER_SHARD: usize = 1024;

const MATCHED: u8 = 1;
const SEEN: u8 = 2;

/// One stretch of leads.
#[derive(Debug, Default)]
pub(super) struct Shard {
    state: Option<State>,
}

/// What is kept of the acts added so far.
#[derive(Debug)]
struct State {
    accumulators: Vec<Accumulator>,
    /// By kind that the model follows.
    cells: Vec<KindCells>,
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
    pub cells: Vec<KindCells>,
    /// Acts before their lead's as-of, and at or after it.
    pub acts_seen: u64,
    pub acts_after: u64,
    /// Leads that the log names, and those that it names before their as-of.
    pub leads_matched: u64,
    pub leads_seen: u64,
}

impl Shard {
    /// Adds acts that were dealt out; `as_of` are those of its leads.
    pub(super) fn add_dealt(
        &mut self,
        dealt: &mut DealtActs,
        pieces: &Pieces,
        common: &Common<'_>,
        as_of: &[Instant],
        tally: &mut LogTally,
    ) {
        let acts = dealt.take_by_lead(pieces, as_of.len());
        let state = self.state.get_or_insert_with(|| State::new(common, as_of.len(), Accumulator::new));
        state.add_all(&acts, as_of, common, tally);
    }

    /// Adds what waits still, and answers; `untimed` are occurrences at no known time, by request.
    pub(super) fn finish(
        self,
        mut dealt: DealtActs,
        pieces: &Pieces,
        common: &Common<'_>,
        as_of: &[Instant],
        untimed: &[Option<Vec<f64>>],
        tally: &mut LogTally,
    ) -> ShardResult {
        let is_first = self.state.is_none();
        let at_once = |amount: &Amount, n_leads| Accumulator::at_once(amount, n_leads, common.shared.as_ref());
        let mut state = self.state.unwrap_or_else(|| State::new(common, as_of.len(), at_once));
        let n_kinds = common.routes.by_kind.len();
        let may_take_kinds = is_first && common.kinds_are_apart;
        match may_take_kinds.then(|| dealt.take_by_kind(pieces, n_kinds)).flatten() {
            Some(acts) => state.add_kinds(&acts, as_of, common, tally),
            None => state.add_all(&dealt.take_by_lead(pieces, as_of.len()), as_of, common, tally),
        }
        let State { accumulators, cells, marks, acts_seen, acts_after } = state;
        let answers = accumulators.into_iter().zip(common.plan.requests()).zip(untimed);
        let answers =
            answers.map(|((state, request), untimed)| state.finish(&request.amount, untimed.as_deref(), as_of));
        ShardResult {
            answers: answers.collect(),
            cells,
            acts_seen,
            acts_after,
            leads_matched: marks.iter().filter(|mark| **mark != 0).count() as u64,
            leads_seen: marks.iter().filter(|mark| **mark & SEEN != 0).count() as u64,
        }
    }
}

impl State {
    fn new(common: &Common<'_>, n_leads: usize, accumulator: impl Fn(&Amount, usize) -> Accumulator) -> State {
        let requests = common.plan.requests().iter();
        State {
            accumulators: requests.map(|request| accumulator(&request.amount, n_leads)).collect(),
            cells: Vec::new(),
            marks: vec![0; n_leads],
            acts_seen: 0,
            acts_after: 0,
        }
    }

    /// Makes room for the kinds met by now.
    fn extend(&mut self, common: &Common<'_>, n_leads: usize, tally: &mut LogTally) {
        if let Some(follower) = &common.follower {
            self.cells.resize_with(follower.n_followed(), || KindCells::new(n_leads));
        }
        tally.acts.resize(common.routes.by_kind.len(), 0);
    }

    /// Adds acts, kind by kind: what is kept of one kind is small, and no act need ask where it belongs.
    fn add_kinds(&mut self, acts: &ActsByKind, as_of: &[Instant], common: &Common<'_>, tally: &mut LogTally) {
        self.extend(common, as_of.len(), tally);
        let decay = common.shared.as_ref().unwrap_or(&Decay::None);
        let mut seen = SeenActs::default();
        for (kind, (own, route)) in acts.kinds().zip(&common.routes.by_kind).enumerate() {
            let n_acts = own.len() as u64;
            let marks = &mut self.marks;
            seen.fill(acts.of(own), as_of, decay, |lead, is_seen| {
                marks[lead] |= if is_seen { MATCHED | SEEN } else { MATCHED };
            });
            self.acts_seen += seen.len() as u64;
            self.acts_after += n_acts - seen.len() as u64;
            if common.tallies {
                tally.acts[kind] += seen.len() as u64;
                tally.hours.add_all(seen.at());
            }
            if let Some(slot) = route.followed {
                self.cells[slot].add_all(&seen);
            }
            // None of these has a detail.
            for target in route.targets.iter().filter(|target| common.routes.detail_holds(target, MISSING)) {
                self.accumulators[target.accumulator].add_kind(&seen, target.within);
            }
        }
    }

    /// Adds acts, lead by lead.
    fn add_all(&mut self, acts: &ActsByLead, as_of: &[Instant], common: &Common<'_>, tally: &mut LogTally) {
        self.extend(common, as_of.len(), tally);
        let mut factors = Vec::with_capacity(acts.len());
        let ages: Vec<Span> = acts.ages(as_of).collect();
        common.shared.as_ref().unwrap_or(&Decay::None).factors(&ages, &mut factors);
        let mut factors = &factors[..];
        for (lead, as_of) in as_of.iter().enumerate() {
            let own = acts.of_lead(lead);
            let (own_factors, others) = factors.split_at(own.len());
            factors = others;
            if !own_factors.is_empty() {
                let seen_before = self.acts_seen;
                own.zip(own_factors).for_each(|(act, factor)| self.add(act, *as_of, *factor, common, tally));
                self.marks[lead] |= if self.acts_seen > seen_before { MATCHED | SEEN } else { MATCHED };
            }
        }
    }

    /// Adds an act; `factor` is what the shared decay leaves of it.
    #[inline]
    fn add(&mut self, act: Activity, as_of: Instant, factor: f64, common: &Common<'_>, tally: &mut LogTally) {
        if !seen(act.at, as_of) {
            self.acts_after += 1;
            return;
        }
        self.acts_seen += 1;
        if common.tallies {
            tally.acts[act.kind as usize] += 1;
            tally.hours.add(act.at);
        }
        let (lead, count) = (act.lead as usize, u64::from(act.count));
        if count == 0 {
            return;
        }
        let route = &common.routes.by_kind[act.kind as usize];
        for target in &route.targets {
            if common.routes.detail_holds(target, act.detail) && in_window(act.at, as_of, target.within) {
                self.accumulators[target.accumulator].add(lead, act.at, as_of, count, factor);
            }
        }
        if let Some(slot) = route.followed {
            self.cells[slot].add(lead, act.at, factor, count);
        }
    }
}

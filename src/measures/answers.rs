//! The answers of a pass, by request and lead.

use super::accumulator::{Accumulator, Answer, NONE_BEFORE};
use super::counter::Counter;
use super::log_statistics::LogStatistics;
use super::model_kinds::KindColumns;
use super::request::{Plan, Request, RequestId};
use super::shard::{LEADS_PER_SHARD, Shard};
use crate::asof::Instant;
use rayon::prelude::*;

/// What is known of every lead's acts before its as-of.
#[derive(Debug, Clone)]
pub struct Measures {
    answers: Vec<Answer>,
    pub(super) model_kinds: Vec<KindColumns>,
    pub(super) log: LogStatistics,
}

impl Measures {
    /// The answers where there is no activity log at all: only counters are known.
    pub fn without_log(plan: &Plan, n_leads: usize, counters: &[Counter]) -> Measures {
        // Without acts no instant is looked at, so any will do.
        let as_of = vec![Instant(0); n_leads];
        let shards = as_of.chunks(LEADS_PER_SHARD).map(|own| Shard::new(plan, own.len()).into_state().0);
        Measures::gather(plan, shards.collect(), &as_of, counters, false)
    }

    /// The answers from the state of each shard, request by request, so that the state of one is gone before the columns
    /// of the next are made.
    pub(super) fn gather(
        plan: &Plan,
        shards: Vec<Vec<Accumulator>>,
        as_of: &[Instant],
        counters: &[Counter],
        has_log: bool,
    ) -> Measures {
        let mut shards: Vec<_> = shards.into_iter().map(Vec::into_iter).collect();
        let answers = plan.requests().iter().map(|request| {
            let untimed = untimed_counts(request, counters, as_of.len());
            let states: Vec<Accumulator> = shards.iter_mut().filter_map(Iterator::next).collect();
            let parts = states.into_par_iter().zip(as_of.par_chunks(LEADS_PER_SHARD)).enumerate();
            let parts = parts.map(|(shard, (state, as_of))| {
                let first = shard * LEADS_PER_SHARD;
                let untimed = untimed.as_deref().map(|counts| &counts[first..first + as_of.len()]);
                state.finish(&request.amount, untimed, as_of)
            });
            Answer::joined(parts.collect(), has_log || untimed.is_some())
        });
        Measures { answers: answers.collect(), model_kinds: Vec::new(), log: LogStatistics::default() }
    }

    /// The amount of a request: the sum, the count, or the days of the gap (NaN below two rows). NaN for instants.
    pub fn number(&self, id: RequestId, lead: usize) -> f64 {
        self.numbers(id)[lead]
    }

    /// `(n_leads,)` the same as a column.
    pub fn numbers(&self, id: RequestId) -> &[f64] {
        &self.answers[id.0 as usize].numbers
    }

    /// When the newest occurrence in the window was (for a request of the first: when that was).
    pub fn newest(&self, id: RequestId, lead: usize) -> Option<Instant> {
        let at = self.answers[id.0 as usize].newest[lead];
        (at != NONE_BEFORE).then_some(Instant(at))
    }

    /// How many occurrences the amount rests on, undecayed.
    pub fn occurrences(&self, id: RequestId, lead: usize) -> f64 {
        let answer = &self.answers[id.0 as usize];
        answer.occurrences.as_ref().map_or(answer.numbers[lead], |occurrences| f64::from(occurrences[lead]))
    }

    /// Whether a log or a counter could tell; without either, a count of 0 means nothing.
    pub fn knows(&self, id: RequestId) -> bool {
        self.answers[id.0 as usize].known
    }

    /// The kinds followed for the model.
    pub fn model_kinds(&self) -> &[KindColumns] {
        &self.model_kinds
    }

    /// Hands over the kinds followed for the model; there are none left here.
    pub fn take_model_kinds(&mut self) -> Vec<KindColumns> {
        std::mem::take(&mut self.model_kinds)
    }

    /// Figures of the whole log.
    pub fn log(&self) -> &LogStatistics {
        &self.log
    }
}

/// Occurrences at no known time that this request takes, or `None` where it takes none.
fn untimed_counts(request: &Request, counters: &[Counter], n_leads: usize) -> Option<Vec<f64>> {
    if request.selection.detail.is_some() || !request.amount.takes_untimed() {
        return None;
    }
    let mut total: Option<Vec<f64>> = None;
    for counter in counters.iter().filter(|counter| request.selection.kinds.holds(&counter.kind)) {
        let total = total.get_or_insert_with(|| vec![0.0; n_leads]);
        total.iter_mut().zip(&counter.counts).for_each(|(sum, count)| *sum += count);
    }
    total
}

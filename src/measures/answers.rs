//! The answers of a pass, by request and lead.

use super::accumulator::{Accumulator, Answer, NONE_BEFORE};
use super::counter::Counter;
use super::log_statistics::LogStatistics;
use super::model_kinds::KindColumns;
use super::request::{Plan, Request, RequestId};
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
        let accumulators = plan.requests().iter().map(|request| Accumulator::new(&request.amount, n_leads)).collect();
        // Without acts no instant is looked at, so any will do.
        let as_of = vec![Instant(0); n_leads];
        Measures::gather(plan, accumulators, &as_of, counters, false)
    }

    pub(super) fn gather(
        plan: &Plan,
        accumulators: Vec<Accumulator>,
        as_of: &[Instant],
        counters: &[Counter],
        has_log: bool,
    ) -> Measures {
        let answers = plan.requests().par_iter().zip(accumulators).map(|(request, accumulator)| {
            let untimed = untimed_counts(request, counters, as_of.len());
            let mut answer = accumulator.finish(&request.amount, untimed.as_deref(), as_of);
            answer.known = has_log || untimed.is_some();
            answer
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

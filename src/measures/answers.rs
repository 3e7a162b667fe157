//! The answers of a pass, by request and lead.

use super::accumulator::{Answer, NONE_BEFORE};
use super::counter::Counter;
use super::log_statistics::LogStatistics;
use super::model_kinds::KindColumns;
use super::pass::{Pass, PassOptions};
use super::request::{Plan, RequestId};
use crate::asof::Instant;

/// What is known of every lead's acts before its as-of.
#[derive(Debug, Clone)]
pub struct Measures {
    pub(super) answers: Vec<Answer>,
    pub(super) model_kinds: Vec<KindColumns>,
    pub(super) log: LogStatistics,
}

impl Measures {
    /// The answers where there is no activity log at all: only counters are known.
    pub fn without_log(plan: &Plan, n_leads: usize, counters: &[Counter]) -> Measures {
        // Without acts no instant is looked at, so any will do.
        let pass = Pass::new(plan, vec![Instant(0); n_leads], PassOptions::default());
        let (gathered, mut stretches) = pass.into_stretches(counters, usize::MAX);
        gathered.without_log().measures(stretches.pop().expect("there is always a stretch"))
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

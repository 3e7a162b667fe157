//! What a pass has gathered, turned into answers stretch by stretch.

use super::accumulator::Answer;
use super::answers::Measures;
use super::counter::Counter;
use super::dealt::{DealtActs, Pieces};
use super::log_statistics::{LogStatistics, LogTally};
use super::model_kinds::KindFollower;
use super::request::{Plan, Request};
use super::routes::Routes;
use super::shard::{LEADS_PER_SHARD, Shard, ShardResult};
use crate::asof::Instant;
use crate::decay::Decay;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the shards of a pass share.
#[derive(Debug)]
pub(super) struct Common<'p> {
    pub plan: &'p Plan,
    /// `(n_leads,)`.
    pub as_of: Cow<'p, [Instant]>,
    pub follower: Option<KindFollower>,
    /// The decay whose factors are worked out for all acts: the model's, or that of the first rule whose points fade.
    pub shared: Option<Decay>,
    /// Whether somebody wants to know how the log runs, by hour and kind.
    pub tallies: bool,
    pub routes: Routes,
    /// Whether kinds may be added one after the other; known once all of them have been met.
    pub kinds_are_apart: bool,
    /// Kind codes in the order in which they were met before their lead's as-of.
    pub kind_order: Vec<u32>,
}

/// What a pass has read, ready to be answered.
#[derive(Debug)]
pub struct Gathered<'p> {
    pub(super) common: Common<'p>,
    /// The acts that still wait.
    pieces: Pieces,
    /// By request, `(n_leads,)` occurrences at no known time.
    untimed: Vec<Option<Vec<f64>>>,
    has_log: bool,
    /// What the acts come to that have been added so far: one tally for each thread that was adding some at a time. They are
    /// whole numbers, whose sum does not depend on who added which.
    tallies: Mutex<Vec<LogTally>>,
}

/// Some leads, one after the other, with the acts and the state that are kept of them.
#[derive(Debug)]
pub struct Stretch {
    /// Their rows in the table.
    pub leads: Range<usize>,
    pub(super) shards: Vec<(Shard, DealtActs)>,
}

impl<'p> Gathered<'p> {
    /// Of a log that was read, with these counters.
    pub(super) fn new(mut common: Common<'p>, pieces: Pieces, counters: &[Counter], tally: LogTally) -> Gathered<'p> {
        common.kinds_are_apart = common.routes.keep_kinds_apart(common.plan);
        let n_leads = common.as_of.len();
        let requests = common.plan.requests().iter();
        let untimed = requests.map(|request| untimed_counts(request, counters, n_leads)).collect();
        Gathered { common, pieces, untimed, has_log: true, tallies: Mutex::new(vec![tally]) }
    }

    /// The same where there was no log: only counters are known.
    pub fn without_log(self) -> Gathered<'p> {
        Gathered { has_log: false, ..self }
    }

    /// The answers about the leads of a stretch, counted from its first. Of [`Measures::log`] only the sums are known. The
    /// state of a shard is made, answered and given up in one go.
    pub fn measures(&self, stretch: Stretch) -> Measures {
        let first = stretch.leads.start;
        let as_of = &self.common.as_of[stretch.leads];
        let shards = stretch.shards.into_par_iter().zip(as_of.par_chunks(LEADS_PER_SHARD)).enumerate();
        let results = shards.map(|(shard, ((state, dealt), as_of))| {
            let first = first + shard * LEADS_PER_SHARD;
            let own = |counts: &'_ Option<Vec<f64>>| {
                counts.as_ref().map(|counts| counts[first..first + as_of.len()].to_vec())
            };
            let untimed: Vec<Option<Vec<f64>>> = self.untimed.iter().map(own).collect();
            let mut tally = self.tallies().pop().unwrap_or_default();
            let result = state.finish(dealt, &self.pieces, &self.common, as_of, &untimed, &mut tally);
            self.tallies().push(tally);
            result
        });
        self.join(results.collect())
    }

    /// Adds to the sums of all stretches' [`Measures::log`] what the log says as a whole, once all have been answered.
    pub fn describe(&self, log: &mut LogStatistics) {
        let mut total = LogTally::default();
        self.tallies().drain(..).for_each(|tally| total.merge(tally));
        self.common.describe(log, total);
    }

    fn tallies(&self) -> MutexGuard<'_, Vec<LogTally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answers of shard after shard as one.
    fn join(&self, results: Vec<ShardResult>) -> Measures {
        let log = LogStatistics {
            acts_seen: results.iter().map(|shard| shard.acts_seen).sum(),
            acts_after: results.iter().map(|shard| shard.acts_after).sum(),
            leads_matched: results.iter().map(|shard| shard.leads_matched).sum(),
            leads_seen: results.iter().map(|shard| shard.leads_seen).sum(),
            ..LogStatistics::default()
        };
        let (answers, cells): (Vec<_>, Vec<_>) =
            results.into_iter().map(|shard| (shard.answers.into_iter(), shard.cells)).unzip();
        let mut shards = answers;
        let join = |counts: &Option<Vec<f64>>| {
            let parts: Vec<Answer> = shards.iter_mut().filter_map(Iterator::next).collect();
            Answer::joined(parts, self.has_log || counts.is_some())
        };
        let answers = self.untimed.iter().map(join).collect();
        let model_kinds = self.common.follower.as_ref().map(|follower| follower.columns(cells)).unwrap_or_default();
        Measures { answers, model_kinds, log }
    }
}

impl Common<'_> {
    /// What the tally says of the log as a whole.
    pub(super) fn describe(&self, log: &mut LogStatistics, mut tally: LogTally) {
        tally.acts.resize(self.routes.by_kind.len(), 0);
        log.acts_by_kind = self.routes.acts_by_kind(&tally.acts, &self.kind_order);
        log.by_hour = tally.hours.finish();
        log.kinds_left_out = self.follower.as_ref().map(|follower| follower.left_out.clone()).unwrap_or_default();
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

//! The one pass over the log.

use super::answers::Measures;
use super::counter::Counter;
use super::dealer::Dealer;
use super::gathered::{Common, Gathered, Stretch};
use super::log_statistics::LogTally;
use super::model_kinds::{KindFollower, ModelKinds};
use super::request::Plan;
use super::routes::Routes;
use super::shard::{LEADS_PER_SHARD, Shard};
use crate::asof::{Instant, seen};
use crate::tables::{ActivityBatch, Acts};
use rayon::prelude::*;
use std::borrow::Cow;

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
    dealer: Dealer,
    /// Acts dealt out to the shards and not added yet, and how many may be.
    waiting: usize,
    room: usize,
    tally: LogTally,
    /// By kind code, whether the kind has been met before its lead's as-of.
    met: Vec<bool>,
}

impl<'p> Pass<'p> {
    /// A pass for `plan` over leads whose as-of are `as_of`; `Instant(i64::MIN)` makes a lead see nothing.
    pub fn new(plan: &'p Plan, as_of: impl Into<Cow<'p, [Instant]>>, options: PassOptions) -> Pass<'p> {
        let as_of = as_of.into();
        let follower = options.model.map(KindFollower::new);
        let of_rules = || plan.requests().iter().find_map(|request| request.amount.decay()).cloned();
        Pass {
            dealer: Dealer::before(&as_of),
            room: ACTS_WAITING.max(ACTS_WAITING_A_LEAD * as_of.len()),
            shards: as_of.chunks(LEADS_PER_SHARD).map(|_| Shard::default()).collect(),
            common: Common {
                plan,
                as_of,
                shared: follower.as_ref().map(|follower| follower.decay().clone()).or_else(of_rules),
                tallies: true,
                follower,
                routes: Routes::new(plan),
                kinds_are_apart: false,
                kind_order: Vec::new(),
            },
            waiting: 0,
            tally: LogTally::default(),
            met: Vec::new(),
        }
    }

    /// The same for answers about leads alone: the log's statistics by hour and kind stay empty.
    pub fn without_statistics(mut self) -> Pass<'p> {
        self.common.tallies = false;
        self
    }

    /// Adds the acts of a batch. A row of count 0 is in the log but no occurrence.
    pub fn add(&mut self, batch: ActivityBatch<'_>) {
        self.common.routes.extend(self.common.plan, &batch);
        self.met.resize(self.common.routes.by_kind.len(), false);
        if self.common.kind_order.len() < self.met.len() {
            self.meet_kinds(batch.acts);
        }
        self.dealer.deal(batch.acts);
        self.waiting += batch.acts.len();
        if self.waiting >= self.room {
            self.add_dealt();
        }
    }

    /// Looks for kinds that appear for the first time before their lead's as-of; only now may the model learn of them.
    fn meet_kinds(&mut self, acts: &Acts) {
        let common = &mut self.common;
        for act in acts.iter() {
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
        let (common, (dealt, pieces)) = (&self.common, self.dealer.lay_down());
        let shards = self.shards.par_iter_mut().zip(dealt).zip(common.as_of.par_chunks(LEADS_PER_SHARD));
        let added = shards.fold(LogTally::default, |mut tally, ((shard, dealt), as_of)| {
            shard.add_dealt(dealt, pieces, common, as_of, &mut tally);
            tally
        });
        // Whole numbers: their sum does not depend on who added which.
        self.tally.merge(added.reduce(LogTally::default, |mut total, part| {
            total.merge(part);
            total
        }));
        pieces.clear();
        self.waiting = 0;
    }

    /// Ends the pass. `counters` are occurrences at no known time, taken where neither window nor decay asks when.
    pub fn finish(self, counters: &[Counter]) -> Measures {
        let (gathered, mut stretches) = self.into_stretches(counters, usize::MAX);
        let mut measures = gathered.measures(stretches.pop().expect("there is always a stretch"));
        gathered.describe(&mut measures.log);
        measures
    }

    /// Ends the reading, for answers about the leads of one stretch after the other: of `n_leads` each, rounded to whole
    /// shards; there is one stretch at least.
    pub fn into_stretches(self, counters: &[Counter], n_leads: usize) -> (Gathered<'p>, Vec<Stretch>) {
        let n_shards = (n_leads / LEADS_PER_SHARD).clamp(1, self.shards.len().max(1));
        let (dealt, pieces) = self.dealer.end();
        let mut shards = self.shards.into_iter().zip(dealt).peekable();
        let mut stretches = Vec::new();
        while stretches.is_empty() || shards.peek().is_some() {
            let first = stretches.len() * n_shards * LEADS_PER_SHARD;
            let end = (first + n_shards * LEADS_PER_SHARD).min(self.common.as_of.len());
            stretches.push(Stretch { leads: first..end, shards: shards.by_ref().take(n_shards).collect() });
        }
        (Gathered::new(self.common, pieces, counters, self.tally), stretches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asof::Span;
    use crate::decay::Decay;
    use crate::measures::{Amount, KindMatch, Request, RequestId, Selection};
    use crate::tables::{Activity, MISSING};
    use rand::{RngExt, SeedableRng};

    const N_LEADS: usize = 2 * LEADS_PER_SHARD + 700;
    const DAY: i64 = 86_400_000_000;

    /// Requests of all sorts; those that sum fractions take several kinds, or one alone.
    fn plan(are_apart: bool) -> Plan {
        let decay = Decay::HalfLife(Span::from_days(9.0));
        let amounts = [
            Amount::Sum { within: None, decay: decay.clone(), max_count: Some(2) },
            Amount::Sum { within: Some(Span::from_days(30.0)), decay, max_count: None },
            Amount::Sum { within: None, decay: Decay::None, max_count: Some(3) },
            Amount::Count { within: None },
            Amount::Newest,
            Amount::First,
            Amount::Gap,
        ];
        let mut plan = Plan::default();
        for amount in amounts {
            let kinds = if are_apart && amount.is_of_fractions() {
                KindMatch::Listed(vec!["k1".to_string()])
            } else {
                KindMatch::AnyBut(vec!["k2".to_string()])
            };
            plan.ask(Request { selection: Selection { kinds, detail: None }, amount });
        }
        plan
    }

    /// What a pass knows of every lead, bit by bit; `room` acts may wait, and answers are had for `n_leads` at a time.
    fn known(plan: &Plan, acts: &[Activity], room: usize, n_leads: usize) -> Vec<Vec<Option<u64>>> {
        let kinds: Vec<String> = (0..4).map(|kind| format!("k{kind}")).collect();
        let model = ModelKinds { half_life: Span::from_days(20.0), kinds: None, max_kinds: 9 };
        let as_of = vec![Instant(100 * DAY); N_LEADS];
        let mut pass = Pass::new(plan, as_of.clone(), PassOptions { model: Some(model) });
        pass.room = room;
        for acts in acts.chunks(1000) {
            let acts = acts.iter().copied().collect();
            pass.add(ActivityBatch { acts: &acts, kinds: &kinds, details: &[] });
        }
        let (gathered, stretches) = pass.into_stretches(&[], n_leads);
        let mut known = Vec::new();
        for stretch in stretches {
            let n_leads = stretch.leads.len();
            let measures = gathered.measures(stretch);
            known.extend((0..n_leads).map(|lead| {
                let of_request = (0..plan.len() as u32).map(RequestId).flat_map(|id| {
                    let newest = measures.newest(id, lead).map(|at| at.0 as u64);
                    [Some(measures.number(id, lead).to_bits()), newest, Some(measures.occurrences(id, lead).to_bits())]
                });
                let of_kind = measures.model_kinds().iter().flat_map(|kind| {
                    [
                        Some(kind.counts(&[lead])[0].to_bits()),
                        Some(kind.decayed(&[lead])[0].to_bits()),
                        kind.newest(&[lead])[0].map(|at| at.0 as u64),
                        Some(kind.days_since_first(&[lead], &as_of)[0].to_bits()),
                    ]
                });
                of_request.chain(of_kind).collect()
            }));
        }
        known
    }

    /// Acts in any order; `plain` ones are one occurrence each.
    fn acts(seed: u64, plain: bool) -> Vec<Activity> {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let act = |_| Activity {
            lead: rng.random_range(0..N_LEADS as u32),
            at: Instant(rng.random_range(0..105 * DAY)),
            kind: rng.random_range(0..4),
            detail: MISSING,
            count: if !plain && rng.random_range(0..10) == 0 { rng.random_range(0..5) } else { 1 },
        };
        (0..40_000).map(act).collect()
    }

    #[test]
    fn neither_when_acts_are_added_nor_how_many_leads_are_answered_at_a_time_changes_a_bit() {
        let mut in_order = acts(5, true);
        in_order.sort_by_key(|act| act.at);
        for (acts, are_apart) in
            [(acts(3, false), false), (acts(3, false), true), (acts(4, true), true), (in_order, true)]
        {
            let plan = plan(are_apart);
            let whole = known(&plan, &acts, usize::MAX, usize::MAX);
            assert_eq!(whole.len(), N_LEADS);
            assert!(whole.iter().flatten().any(Option::is_none), "some lead has no act of some kind");
            for (room, n_leads) in
                [(1, usize::MAX), (5000, 1), (usize::MAX, LEADS_PER_SHARD), (39_999, 2 * LEADS_PER_SHARD)]
            {
                assert!(known(&plan, &acts, room, n_leads) == whole, "room {room}, {n_leads} leads at a time");
            }
        }
    }
}

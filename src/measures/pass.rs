//! The one pass over the log.

use super::accumulator::Accumulator;
use super::answers::Measures;
use super::counter::Counter;
use super::log_statistics::{HourCounts, LogStatistics};
use super::model_kinds::{KindFollower, ModelKinds};
use super::request::{Amount, Plan};
use crate::asof::{Instant, Span, in_window, seen};
use crate::tables::{Activity, ActivityBatch};
use crate::text::{TextMatch, fold};

/// What else to gather on the way.
#[derive(Debug, Clone, Default)]
pub struct PassOptions {
    /// What the model wants to know; `None`: nothing.
    pub model: Option<ModelKinds>,
}

/// Reads batches in file order and keeps bounded state per lead and request.
#[derive(Debug)]
pub struct Pass<'p> {
    plan: &'p Plan,
    as_of: Vec<Instant>,
    accumulators: Vec<Accumulator>,
    follower: Option<KindFollower>,
    routes: Vec<Route>,
    details: DetailTable,
    hours: HourCounts,
    /// `(n_leads,)` whether the log named the lead, and whether it did so before its as-of.
    lead_marks: Vec<u8>,
    acts_after: u64,
    /// Kind codes in the order in which they first appeared before their lead's as-of.
    kind_order: Vec<u32>,
}

/// Acts whose state is fetched at once: enough for the waits to overlap, few enough to stay in the nearest cache.
const ACTS_FETCHED: usize = 64;
const MATCHED: u8 = 1;
const SEEN: u8 = 2;

/// Where the acts of one kind go; worked out once, so that an act costs no text work.
#[derive(Debug)]
struct Route {
    kind: String,
    targets: Vec<Target>,
    acts: u64,
    followed: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Target {
    accumulator: usize,
    within: Option<Span>,
    /// Row of the [`DetailTable`].
    detail: Option<usize>,
}

/// For each condition on details, which detail codes meet it.
#[derive(Debug, Default)]
struct DetailTable {
    conditions: Vec<TextMatch>,
    holds: Vec<Vec<bool>>,
}

impl<'p> Pass<'p> {
    /// A pass for `plan` over leads whose as-of are `as_of`; `Instant(i64::MIN)` makes a lead see nothing.
    pub fn new(plan: &'p Plan, as_of: Vec<Instant>, options: PassOptions) -> Pass<'p> {
        let n_leads = as_of.len();
        let mut details = DetailTable::default();
        for condition in plan.requests().iter().filter_map(|request| request.selection.detail.as_ref()) {
            details.enlist(condition);
        }
        Pass {
            plan,
            accumulators: plan.requests().iter().map(|request| Accumulator::new(&request.amount, n_leads)).collect(),
            follower: options.model.map(|model| KindFollower::new(model, n_leads)),
            routes: Vec::new(),
            details,
            hours: HourCounts::default(),
            lead_marks: vec![0; n_leads],
            acts_after: 0,
            kind_order: Vec::new(),
            as_of,
        }
    }

    /// Adds the acts of a batch. A row of count 0 is in the log but no occurrence.
    pub fn add(&mut self, batch: ActivityBatch<'_>) {
        for kind in &batch.kinds[self.routes.len()..] {
            let route = self.route(kind);
            self.routes.push(route);
        }
        self.details.extend(batch.details);
        for acts in batch.acts.chunks(ACTS_FETCHED) {
            self.fetch(acts);
            for act in acts {
                self.add_one(act);
            }
        }
    }

    /// Touches the state that these acts will change. A log in order of time jumps from lead to lead, and each jump
    /// waits for memory; touched in one go, the waits overlap.
    fn fetch(&self, acts: &[Activity]) {
        let mut touched = 0;
        for act in acts {
            touched ^= self.as_of[act.lead as usize].0 ^ i64::from(self.lead_marks[act.lead as usize]);
        }
        for act in acts {
            let route = &self.routes[act.kind as usize];
            for target in &route.targets {
                touched ^= self.accumulators[target.accumulator].touch(act.lead as usize);
            }
            if let (Some(slot), Some(follower)) = (route.followed, &self.follower) {
                touched ^= follower.touch(slot, act.lead as usize);
            }
        }
        std::hint::black_box(touched);
    }

    #[inline]
    fn add_one(&mut self, act: &Activity) {
        let lead = act.lead as usize;
        let as_of = self.as_of[lead];
        if seen(act.at, as_of) {
            self.lead_marks[lead] |= MATCHED | SEEN;
            self.add_seen(act, as_of);
        } else {
            self.lead_marks[lead] |= MATCHED;
            self.acts_after += 1;
        }
    }

    #[inline]
    fn add_seen(&mut self, act: &Activity, as_of: Instant) {
        let (lead, count) = (act.lead as usize, u64::from(act.count));
        if self.routes[act.kind as usize].acts == 0 {
            self.meet(act.kind);
        }
        let route = &mut self.routes[act.kind as usize];
        route.acts += 1;
        self.hours.add(act.at);
        if count == 0 {
            return;
        }
        for target in &route.targets {
            let detail_holds = target.detail.is_none_or(|condition| self.details.holds(condition, act.detail));
            if detail_holds && in_window(act.at, as_of, target.within) {
                self.accumulators[target.accumulator].add(lead, act.at, as_of, count);
            }
        }
        if let (Some(slot), Some(follower)) = (route.followed, &mut self.follower) {
            follower.add(slot, lead, act.at, as_of, count);
        }
    }

    /// A kind appears for the first time before its lead's as-of; only now may the model learn of it.
    fn meet(&mut self, kind: u32) {
        self.kind_order.push(kind);
        let route = &mut self.routes[kind as usize];
        route.followed = self.follower.as_mut().and_then(|follower| follower.slot(&route.kind));
    }

    fn route(&self, kind: &str) -> Route {
        let requests = self.plan.requests().iter().enumerate();
        let taking = requests.filter(|(_, request)| request.selection.kinds.holds(kind));
        let targets = taking.map(|(accumulator, request)| Target {
            accumulator,
            within: match request.amount {
                Amount::Sum { within, .. } | Amount::Count { within } => within,
                Amount::Newest | Amount::First | Amount::Gap => None,
            },
            detail: request.selection.detail.as_ref().map(|condition| self.details.position(condition)),
        });
        Route { kind: kind.to_string(), targets: targets.collect(), acts: 0, followed: None }
    }

    /// Ends the pass. `counters` are occurrences at no known time, taken where neither window nor decay asks when.
    pub fn finish(self, counters: &[Counter]) -> Measures {
        let mut log = LogStatistics {
            acts_seen: self.routes.iter().map(|route| route.acts).sum(),
            acts_after: self.acts_after,
            leads_matched: self.lead_marks.iter().filter(|mark| **mark != 0).count() as u64,
            leads_seen: self.lead_marks.iter().filter(|mark| **mark & SEEN != 0).count() as u64,
            by_hour: self.hours.finish(),
            acts_by_kind: acts_by_kind(&self.routes, &self.kind_order),
            kinds_left_out: Vec::new(),
        };
        let mut measures = Measures::gather(self.plan, self.accumulators, &self.as_of, counters, true);
        if let Some(follower) = self.follower {
            (measures.model_kinds, log.kinds_left_out) = follower.finish();
        }
        measures.log = log;
        measures
    }
}

/// Kinds that are folded alike are one, under the spelling met first.
fn acts_by_kind(routes: &[Route], order: &[u32]) -> Vec<(String, u64)> {
    let mut folded_kinds: Vec<String> = Vec::new();
    let mut kinds: Vec<(String, u64)> = Vec::new();
    for route in order.iter().map(|kind| &routes[*kind as usize]) {
        let folded = fold(&route.kind);
        match folded_kinds.iter().position(|known| *known == folded) {
            Some(known) => kinds[known].1 += route.acts,
            None => {
                folded_kinds.push(folded);
                kinds.push((route.kind.clone(), route.acts));
            }
        }
    }
    kinds
}

impl DetailTable {
    fn enlist(&mut self, condition: &TextMatch) {
        if !self.conditions.contains(condition) {
            self.conditions.push(condition.clone());
            self.holds.push(Vec::new());
        }
    }

    fn position(&self, condition: &TextMatch) -> usize {
        let position = self.conditions.iter().position(|enlisted| enlisted == condition);
        position.expect("every condition of the plan was enlisted when the pass began")
    }

    fn extend(&mut self, details: &[String]) {
        for (condition, holds) in self.conditions.iter().zip(&mut self.holds) {
            let known = holds.len();
            holds.extend(details[known..].iter().map(|detail| condition.holds(detail)));
        }
    }

    #[inline]
    fn holds(&self, condition: usize, detail: u32) -> bool {
        self.holds[condition].get(detail as usize).copied().unwrap_or(false)
    }
}

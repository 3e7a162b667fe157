//! Where the acts of each kind go; worked out once a kind, so that an act costs no text work.

use super::request::{Amount, Plan};
use crate::asof::Span;
use crate::tables::ActivityBatch;
use crate::text::{TextMatch, fold};
use std::collections::HashSet;

/// Where the acts of one kind go.
#[derive(Debug)]
pub(super) struct Route {
    /// The kind as written.
    pub kind: String,
    /// The requests that take it.
    pub targets: Vec<Target>,
    /// Where the model follows it, once it has been met before its lead's as-of.
    pub followed: Option<usize>,
}

/// A request that takes acts of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// Index of its accumulator.
    pub accumulator: usize,
    /// Length of its window.
    pub within: Option<Span>,
    /// Which of the conditions on details an act must meet.
    pub detail: Option<usize>,
}

/// The routes of all kinds met so far, by kind code.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// One a kind.
    pub by_kind: Vec<Route>,
    details: DetailTable,
}

/// For each condition on details, which detail codes meet it.
#[derive(Debug, Default)]
struct DetailTable {
    conditions: Vec<TextMatch>,
    holds: Vec<Vec<bool>>,
}

impl Routes {
    /// No kind met yet.
    pub(super) fn new(plan: &Plan) -> Routes {
        let mut routes = Routes::default();
        for condition in plan.requests().iter().filter_map(|request| request.selection.detail.as_ref()) {
            routes.details.enlist(condition);
        }
        routes
    }

    /// Takes in the kinds and details that a batch brings along.
    pub(super) fn extend(&mut self, plan: &Plan, batch: &ActivityBatch<'_>) {
        for kind in &batch.kinds[self.by_kind.len()..] {
            self.by_kind.push(self.route(plan, kind));
        }
        self.details.extend(batch.details);
    }

    fn route(&self, plan: &Plan, kind: &str) -> Route {
        let requests = plan.requests().iter().enumerate();
        let taking = requests.filter(|(_, request)| request.selection.kinds.holds(kind));
        let targets = taking.map(|(accumulator, request)| Target {
            accumulator,
            within: match request.amount {
                Amount::Sum { within, .. } | Amount::Count { within } => within,
                Amount::Newest | Amount::First | Amount::Gap => None,
            },
            detail: request.selection.detail.as_ref().map(|condition| self.details.position(condition)),
        });
        Route { kind: kind.to_string(), targets: targets.collect(), followed: None }
    }

    /// Whether kinds may be added one after the other: each sum of fractions takes acts of one kind alone.
    pub(super) fn keep_kinds_apart(&self, plan: &Plan) -> bool {
        let targets = self.by_kind.iter().flat_map(|route| &route.targets).map(|target| target.accumulator);
        let mut sums = targets.filter(|&request| plan.requests()[request].amount.is_of_fractions());
        let mut slots = self.by_kind.iter().filter_map(|route| route.followed);
        let (mut met_sums, mut met_slots) = (HashSet::new(), HashSet::new());
        sums.all(|sum| met_sums.insert(sum)) && slots.all(|slot| met_slots.insert(slot))
    }

    /// Whether an act with this detail meets the target's condition.
    #[inline]
    pub(super) fn detail_holds(&self, target: &Target, detail: u32) -> bool {
        target.detail.is_none_or(|condition| self.details.holds(condition, detail))
    }

    /// Acts by kind in the order in which the kinds were met. Kinds that are folded alike are one, under the spelling met
    /// first.
    pub(super) fn acts_by_kind(&self, acts: &[u64], order: &[u32]) -> Vec<(String, u64)> {
        let mut folded_kinds: Vec<String> = Vec::new();
        let mut kinds: Vec<(String, u64)> = Vec::new();
        for &code in order {
            let (route, acts) = (&self.by_kind[code as usize], acts[code as usize]);
            let folded = fold(&route.kind);
            match folded_kinds.iter().position(|known| *known == folded) {
                Some(known) => kinds[known].1 += acts,
                None => {
                    folded_kinds.push(folded);
                    kinds.push((route.kind.clone(), acts));
                }
            }
        }
        kinds
    }
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

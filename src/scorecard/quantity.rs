//! The quantity q of each rule: how often, or whether, it counts.

use super::evidence::{Evidence, RuleRequest};
use super::rule::{ActivityMeasure, ActivityRule, Rule};
use crate::asof::Instant;

/// `(n_leads,)` the quantity of `rule`; 0 where it is not in force for the lead's persona.
pub(super) fn quantity(
    rule: &Rule,
    request: Option<RuleRequest>,
    evidence: &Evidence<'_>,
    personas: &[Option<u16>],
) -> Vec<f64> {
    let n_leads = evidence.leads.n_leads();
    let mut quantity = match (&rule.activity, request) {
        (Some(activity), Some(request)) => activity_quantity(activity, request, evidence),
        _ => vec![1.0; n_leads],
    };
    if let Some(when) = &rule.when {
        let holds = when.holds(evidence);
        quantity.iter_mut().zip(holds).filter(|(_, holds)| !holds).for_each(|(q, _)| *q = 0.0);
    }
    if rule.persona.is_some() || !rule.replaced_in.is_empty() {
        let in_force = |persona: &Option<u16>| rule.applies_to(persona.map(usize::from));
        quantity.iter_mut().zip(personas).filter(|(_, persona)| !in_force(persona)).for_each(|(q, _)| *q = 0.0);
    }
    quantity
}

fn activity_quantity(activity: &ActivityRule, request: RuleRequest, evidence: &Evidence<'_>) -> Vec<f64> {
    let measures = evidence.measures;
    let numbers = measures.numbers(request.amount);
    if !measures.knows(request.amount) {
        // Without any log, no act is no sign of silence.
        return vec![0.0; numbers.len()];
    }
    let between = |number: f64, least: Option<f64>, most: Option<f64>| {
        least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
    };
    let flagged =
        |holds: &dyn Fn(usize) -> bool| (0..numbers.len()).map(|lead| f64::from(u8::from(holds(lead)))).collect();
    match &activity.measure {
        ActivityMeasure::EachTime { .. } => numbers.to_vec(),
        ActivityMeasure::Threshold { at_least, at_most, .. } => {
            flagged(&|lead| between(numbers[lead], *at_least, *at_most))
        }
        ActivityMeasure::Rate { at_least, at_most, min_count, .. } => {
            let of = request.of.map_or(&[][..], |of| measures.numbers(of));
            flagged(&|lead| of[lead] >= *min_count && between(numbers[lead] / of[lead], *at_least, *at_most))
        }
        ActivityMeasure::Quiet { none_within } => {
            let Some(as_of) = evidence.as_of else { return vec![0.0; numbers.len()] };
            flagged(&|lead| {
                let start = quiet_since(evidence, request, lead);
                start.is_some_and(|start| as_of[lead].since(start) > *none_within)
            })
        }
        // NaN, where there are no two rows, is not above anything.
        ActivityMeasure::Gap { gap_over } => flagged(&|lead| numbers[lead] > gap_over.days()),
    }
}

/// Since when a lead has been quiet: the later of its newest matching act and its creation.
pub(super) fn quiet_since(evidence: &Evidence<'_>, request: RuleRequest, lead: usize) -> Option<Instant> {
    let created_at = evidence.leads.created_at.as_ref().and_then(|created_at| created_at[lead]);
    evidence.measures.newest(request.amount, lead).max(created_at)
}

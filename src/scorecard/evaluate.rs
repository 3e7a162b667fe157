//! From quantities to scores: caps, sum, rescaling, clamp, rounding, tier.

use super::Scorecard;
use super::action::Action;
use super::condition::{Condition, FieldTest};
use super::evidence::{ActionRequest, Evidence};
use super::quantity::quantity;
use super::rule::{ActivityMeasure, Effect};
use super::tier::DISQUALIFIED;
use rayon::prelude::*;

/// Leads scored by one task; each writes only its own part of the columns.
const LEADS_PER_TASK: usize = 8_192;

/// What the scorecard says of every lead.
#[derive(Debug, Clone)]
pub struct Scored {
    /// `(n_leads,)` the rule score.
    pub rule_score: Vec<f64>,
    /// `(n_leads,)` index of the tier reached; `None` below all of them and where disqualified.
    pub tier: Vec<Option<u16>>,
    /// `(n_leads,)` whether a rule disqualifies the lead.
    pub disqualified: Vec<bool>,
    /// `(n_leads,)` index of the lead's persona.
    pub persona: Vec<Option<u16>>,
    /// `[group][lead]` points of each group, capped and on the scale of the range.
    pub group_points: Vec<Vec<f64>>,
    /// `[rule][lead]` quantity of each rule.
    pub quantities: Vec<Vec<f64>>,
    /// What could not be judged, for the user.
    pub notes: Vec<String>,
    /// `[action][lead]` where who the lead is and what it did suit the action; `None`: everywhere.
    pub(super) action_holds: Vec<Option<Vec<bool>>>,
}

impl Scored {
    /// How many leads there are.
    pub fn n_leads(&self) -> usize {
        self.rule_score.len()
    }

    /// The tier of a lead by its rule score: a name, `disqualified`, or empty.
    pub fn rule_tier<'s>(&self, scorecard: &'s Scorecard, lead: usize) -> &'s str {
        if self.disqualified[lead] { DISQUALIFIED } else { scorecard.tier_name(self.tier[lead].map(usize::from)) }
    }
}

/// One lead's way from the sum of its groups to its score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    /// The rescaled sum.
    pub sum: f64,
    pub clamped: f64,
    pub score: f64,
}

impl Scorecard {
    /// Scores every lead.
    pub fn evaluate(&self, evidence: &Evidence<'_>) -> Scored {
        let n_leads = evidence.leads.n_leads();
        let persona = self.persona_of_each(evidence);
        let quantities: Vec<Vec<f64>> = self
            .rules
            .par_iter()
            .zip(&evidence.requests.rules)
            .map(|(rule, request)| quantity(rule, *request, evidence, &persona))
            .collect();
        let mut scored = Scored {
            rule_score: vec![0.0; n_leads],
            tier: vec![None; n_leads],
            disqualified: self.disqualified(&quantities, n_leads),
            persona,
            group_points: self.capped_groups(&quantities, n_leads),
            quantities,
            notes: self.untimed_notes(evidence),
            action_holds: Vec::new(),
        };
        for lead in 0..n_leads {
            scored.rule_score[lead] = self.steps(&scored.group_points, lead).score;
            if scored.disqualified[lead] {
                scored.rule_score[lead] = self.range.min;
            } else {
                scored.tier[lead] = self.tier_of(scored.rule_score[lead]).map(|tier| tier as u16);
            }
        }
        let actions = self.actions.iter().zip(&evidence.requests.actions);
        scored.action_holds = actions.map(|(action, request)| action_holds(action, *request, evidence)).collect();
        scored
    }

    /// `(n_leads,)` rule scores from known quantities, `[rule with points][lead]` in the order of [`Scorecard::quantities`];
    /// nobody is disqualified here.
    pub fn totals(&self, quantities: &[&[f64]]) -> Vec<f64> {
        let n_leads = quantities.first().map_or(0, |q| q.len());
        let mut given = quantities.iter();
        let of_rule = |rule: &super::rule::Rule| match rule.points() {
            Some(_) => given.next().map_or_else(|| vec![0.0; n_leads], |q| q.to_vec()),
            None => vec![0.0; n_leads],
        };
        let all: Vec<Vec<f64>> = self.rules.iter().map(of_rule).collect();
        let group_points = self.capped_groups(&all, n_leads);
        (0..n_leads).map(|lead| self.steps(&group_points, lead).score).collect()
    }

    fn persona_of_each(&self, evidence: &Evidence<'_>) -> Vec<Option<u16>> {
        let mut persona_of_each = vec![None; evidence.leads.n_leads()];
        for (persona, definition) in self.personas.iter().enumerate() {
            let holds = definition.when.holds(evidence);
            let undecided = persona_of_each.iter_mut().zip(holds).filter(|(so_far, holds)| so_far.is_none() && *holds);
            undecided.for_each(|(so_far, _)| *so_far = Some(persona as u16));
        }
        persona_of_each
    }

    fn disqualified(&self, quantities: &[Vec<f64>], n_leads: usize) -> Vec<bool> {
        let mut disqualified = vec![false; n_leads];
        for (rule, quantity) in self.rules.iter().zip(quantities) {
            if rule.effect == Effect::Disqualify {
                disqualified.iter_mut().zip(quantity).for_each(|(so_far, q)| *so_far |= *q > 0.0);
            }
        }
        disqualified
    }

    /// Points by group, rules added in their order, capped and rescaled.
    fn capped_groups(&self, quantities: &[Vec<f64>], n_leads: usize) -> Vec<Vec<f64>> {
        let factor = self.factor();
        let columns = self.groups.par_iter().enumerate().map(|(index, group)| {
            let mut points = vec![0.0; n_leads];
            let own = self.rules.iter().zip(quantities).filter(|(rule, _)| rule.group == index);
            let own: Vec<(f64, &Vec<f64>)> = own.filter_map(|(rule, q)| Some((rule.points()?, q))).collect();
            points.par_chunks_mut(LEADS_PER_TASK).enumerate().for_each(|(task, points)| {
                let first = task * LEADS_PER_TASK;
                for (worth, quantity) in &own {
                    let quantity = &quantity[first..first + points.len()];
                    points.iter_mut().zip(quantity).for_each(|(sum, q)| *sum += worth * q);
                }
                points.iter_mut().for_each(|sum| *sum = group.cap(*sum) * factor);
            });
            points
        });
        columns.collect()
    }

    /// The steps of a lead that is not disqualified.
    pub(super) fn steps(&self, group_points: &[Vec<f64>], lead: usize) -> Steps {
        let sum = group_points.iter().fold(self.base(), |sum, points| sum + points[lead]);
        let clamped = self.range.clamp(sum);
        // Adding zero makes the rounding of −0.3 a plain 0.
        let score = if self.integer { clamped.round() + 0.0 } else { clamped };
        Steps { sum, clamped, score }
    }

    fn untimed_notes(&self, evidence: &Evidence<'_>) -> Vec<String> {
        if evidence.as_of.is_some() {
            return Vec::new();
        }
        let timed = |condition: &Condition| {
            let fields = condition.fields();
            fields.iter().any(|field| field.tests.iter().any(|test| matches!(test, FieldTest::InDays { .. })))
        };
        let rules = self.rules.iter().filter(|rule| {
            rule.when.as_ref().is_some_and(timed)
                || matches!(&rule.activity, Some(activity) if matches!(activity.measure, ActivityMeasure::Quiet { .. }))
        });
        rules.map(|rule| format!("rule `{}` needs an as-of and there is none: it never fires", rule.name)).collect()
    }
}

fn action_holds(action: &Action, request: ActionRequest, evidence: &Evidence<'_>) -> Option<Vec<bool>> {
    let mut parts = Vec::new();
    parts.extend(action.when.as_ref().map(|when| when.holds(evidence)));
    let happened = |id| -> Vec<bool> { evidence.measures.numbers(id).iter().map(|count| *count > 0.0).collect() };
    parts.extend(request.activity.map(happened));
    parts.extend(request.unless_activity.map(|id| happened(id).into_iter().map(|happened| !happened).collect()));
    parts.into_iter().reduce(|mut all, part| {
        all.iter_mut().zip(part).for_each(|(all, part)| *all &= part);
        all
    })
}

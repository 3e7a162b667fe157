//! What a scorecard is evaluated on, and what it asks for.

use super::Scorecard;
use super::condition::{Condition, FieldTest, View};
use super::rule::{ActivityMeasure, Kinds, selection};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::measures::{Amount, Measures, Plan, Request, RequestId};
use crate::tables::LeadTable;
use crate::text::{fold, nearest};

/// Everything known about the leads as of their instants.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Attributes, and when each lead was created.
    pub leads: &'a LeadTable,
    /// Acts before as-of.
    pub measures: &'a Measures,
    /// The tickets under which `measures` answers.
    pub requests: &'a RuleRequests,
    /// `(n_leads,)` as-of of each lead; `None` where there are no times.
    pub as_of: Option<&'a [Instant]>,
}

/// What the rules and actions asked for, in their order.
#[derive(Debug, Clone, Default)]
pub struct RuleRequests {
    pub(super) rules: Vec<Option<RuleRequest>>,
    pub(super) actions: Vec<ActionRequest>,
}

/// The tickets of one activity rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct RuleRequest {
    pub amount: RequestId,
    /// What a rate divides by.
    pub of: Option<RequestId>,
}

/// The tickets of one action.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ActionRequest {
    pub activity: Option<RequestId>,
    pub unless_activity: Option<RequestId>,
}

impl Scorecard {
    /// Asks for every measure that rules and actions need. `ours` are the kinds that `"*"` does not match.
    pub fn requests(&self, plan: &mut Plan, ours: &[String]) -> RuleRequests {
        let rules = self.rules.iter().map(|rule| {
            let activity = rule.activity.as_ref()?;
            let amount = plan.ask(Request { selection: activity.selection(ours), amount: activity.amount() });
            let of = match &activity.measure {
                ActivityMeasure::Rate { within, of, of_detail, .. } => Some(plan.ask(Request {
                    selection: selection(of, of_detail.as_ref(), ours),
                    amount: Amount::Count { within: *within },
                })),
                _ => None,
            };
            Some(RuleRequest { amount, of })
        });
        let rules = rules.collect();
        let mut ever = |kinds: &Option<Kinds>| {
            let amount = Amount::Count { within: None };
            kinds.as_ref().map(|kinds| plan.ask(Request { selection: selection(kinds, None, ours), amount }))
        };
        let actions = self.actions.iter().map(|action| ActionRequest {
            activity: ever(&action.activity),
            unless_activity: ever(&action.unless_activity),
        });
        RuleRequests { rules, actions: actions.collect() }
    }

    /// Every condition of the scorecard with the place that holds it.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&Condition, &str, String)> {
        let rules = self.rules.iter().filter_map(|rule| {
            rule.when.as_ref().map(|when| (when, rule.place.as_str(), format!("rule `{}`", rule.name)))
        });
        let personas = self
            .personas
            .iter()
            .map(|persona| (&persona.when, persona.place.as_str(), format!("persona `{}`", persona.id)));
        let actions = self.actions.iter().filter_map(|action| {
            action.when.as_ref().map(|when| (when, action.place.as_str(), format!("action `{}`", action.text)))
        });
        rules.chain(personas).chain(actions)
    }

    /// Whether a rule's condition on this column names this word, by whatever test of text.
    pub fn asks_for(&self, field: &str, word: &str) -> bool {
        let names = |test: &FieldTest| match test {
            FieldTest::Text { matching, .. } => matching.holds(word),
            _ => false,
        };
        let conditions = self.rules.iter().filter_map(|rule| rule.when.as_ref());
        conditions.flat_map(Condition::fields).any(|own| own.field == field && own.tests.iter().any(names))
    }

    /// The columns that conditions read, each in every form needed, in order of first mention.
    pub fn fields(&self) -> Vec<(String, View)> {
        let mut fields: Vec<(String, View)> = Vec::new();
        for (condition, _, _) in self.conditions() {
            condition.for_each_field(&mut |field| {
                for test in &field.tests {
                    let wanted = (field.field.clone(), test.view());
                    if !fields.contains(&wanted) {
                        fields.push(wanted);
                    }
                }
            });
        }
        fields
    }

    /// The columns that conditions name and the leads do not have.
    pub fn missing_columns(&self, leads: &LeadTable) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        for (field, _) in self.fields() {
            if leads.column(&field).is_none() && !missing.contains(&field) {
                missing.push(field);
            }
        }
        missing
    }

    /// Makes sure that every column named is there. Evaluated without it, a missing column has no values.
    ///
    /// # Errors
    /// The first column that is missing, where it is named, and the column it may have meant.
    pub fn require_columns(&self, leads: &LeadTable) -> Result<(), InputError> {
        for (condition, place, owner) in self.conditions() {
            for field in condition.fields() {
                if leads.column(&field.field).is_some() {
                    continue;
                }
                let names = leads.columns.iter().map(|column| column.name.as_str());
                let remedy = match nearest(&field.field, names) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "name a column of the leads file".to_string(),
                };
                let what = format!("{owner} reads the column `{}`, which the leads do not have", field.field);
                return Err(InputError::new(what).at(place).remedy(remedy));
            }
        }
        Ok(())
    }

    /// Makes sure that no rule asks when the acts of a counter column happened.
    ///
    /// # Errors
    /// The first rule that does, by name.
    pub fn refuse_untimed(&self, counters: &[String]) -> Result<(), InputError> {
        for rule in &self.rules {
            let Some(activity) = &rule.activity else { continue };
            let Some(key) = activity.timed_key() else { continue };
            let named = |kind: &&String| counters.iter().any(|counter| fold(counter) == fold(kind));
            if let Some(kind) = activity.kinds.listed().iter().find(named) {
                let what = format!(
                    "rule `{}` has `{key}`, but `{kind}` is a counter column: its acts have no known time or detail",
                    rule.name
                );
                let remedy = format!("leave out `{key}`, or take `{kind}` from an activity log");
                return Err(InputError::new(what).at(&rule.place).remedy(remedy));
            }
        }
        Ok(())
    }
}

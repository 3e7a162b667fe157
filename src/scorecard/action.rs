//! What to do next with a lead.

use super::Scorecard;
use super::condition::Condition;
use super::evaluate::Scored;
use super::rule::Kinds;
use super::tier::DISQUALIFIED;

/// The names of the quadrants, as an action may name them.
pub const QUADRANTS: [&str; 4] = ["work_now", "verify", "hidden_gem", "nurture"];

/// One recommendation; it is given where all of its conditions hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Exactly this tier.
    pub tier: Option<String>,
    /// Index of the tier that must be reached.
    pub at_least: Option<usize>,
    /// This quadrant.
    pub quadrant: Option<String>,
    /// Who the lead is.
    pub when: Option<Condition>,
    /// An act of these kinds ever happened before as-of.
    pub activity: Option<Kinds>,
    /// No act of these kinds ever happened before as-of.
    pub unless_activity: Option<Kinds>,
    /// What to do.
    pub text: String,
    /// File and line, for messages.
    pub place: String,
}

impl Action {
    /// Whether it looks at activities.
    pub fn uses_activities(&self) -> bool {
        self.activity.is_some() || self.unless_activity.is_some()
    }

    fn suits(&self, scorecard: &Scorecard, tier: &str, quadrant: &str) -> bool {
        let reaches = |bound: usize| {
            tier != DISQUALIFIED && scorecard.tiers.iter().position(|t| t.name == tier).is_some_and(|t| t >= bound)
        };
        self.tier.as_ref().is_none_or(|wanted| wanted == tier)
            && self.at_least.is_none_or(reaches)
            && self.quadrant.as_ref().is_none_or(|wanted| wanted == quadrant)
    }
}

impl Scorecard {
    /// What to do with a lead of this tier and quadrant (both may be empty); empty where no action suits.
    pub fn next_action(&self, scored: &Scored, lead: usize, tier: &str, quadrant: &str) -> &str {
        let mut actions = self.actions.iter().zip(&scored.action_holds);
        let first = actions.find(|(action, holds)| {
            action.suits(self, tier, quadrant) && holds.as_ref().is_none_or(|holds| holds[lead])
        });
        first.map_or("", |(action, _)| &action.text)
    }
}

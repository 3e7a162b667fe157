//! The scorecard: points that marketing and sales set by hand, and what they come to for each lead.
//!
//! The order of one lead's score: rules → group caps → sum → rescale → clamp to the range → rounding. Every step
//! leaves an entry in the lead's [`ledger`](Scorecard::ledger), and the entries sum to the score.
//!
//! A file becomes a [`Scorecard`] only when everything in it can mean what it says ([`Scorecard::parse`]); nothing
//! here checks again.

mod action;
mod asks;
mod check;
mod condition;
mod evaluate;
mod evidence;
mod file;
mod grade;
mod group;
mod holds;
mod ledger;
mod quantities;
mod quantity;
mod reach;
mod reasons;
mod rewrite;
mod rule;
mod tier;
mod variants;

pub use action::{Action, QUADRANTS};
pub use check::{Finding, Severity, check_scorecard};
pub use condition::{Condition, FieldCondition, FieldTest, TextOperator, View};
pub use evaluate::Scored;
pub use evidence::{Evidence, RuleRequests};
pub use file::is_reserved_id;
pub use grade::{Grade, GradeBounds, GradeReference, Grades};
pub use group::{ENGAGEMENT, FIT, Group, Range, Rescale};
pub use ledger::LedgerEntry;
pub use quantities::Quantities;
pub use reach::Reach;
pub use reasons::RuleGain;
pub use rewrite::{NewPoints, as_learned, is_learned, with_key, with_points, with_tiers};
pub use rule::{ActivityMeasure, ActivityRule, Detail, Effect, Kinds, Persona, Rule};
pub use tier::{BOUND_SLACK, DISQUALIFIED, Tier, tier_meaning};
pub use variants::Variant;

/// A scorecard as its file says, checked.
#[derive(Debug, Clone)]
pub struct Scorecard {
    /// What its owners call it.
    pub name: String,
    /// The scale of the rule score.
    pub range: Range,
    /// The named bands, lowest bound first.
    pub tiers: Vec<Tier>,
    /// Index of the tier at which sales takes over; `None` without tiers.
    pub handover: Option<usize>,
    /// Groups of rules: [`FIT`], [`ENGAGEMENT`], then others in order of appearance.
    pub groups: Vec<Group>,
    /// The common rules in file order, then each persona's.
    pub rules: Vec<Rule>,
    /// Kinds of buyers with rules of their own; the first whose condition holds is the lead's.
    pub personas: Vec<Persona>,
    /// What to do next; the first whose conditions all hold.
    pub actions: Vec<Action>,
    /// The change of scale between the sum of the groups and the range.
    pub rescale: Option<Rescale>,
    /// Whether the score is rounded to whole points.
    pub integer: bool,
    /// Bounds of the grade.
    pub grade: GradeBounds,
}

/// The name of the scorecard that `init` draws up: nobody's opinion yet, so nobody is to blame for it.
pub const STARTING_NAME: &str = "Starting scorecard";

impl Scorecard {
    /// Whether this is still the scorecard that `init` drew up, by its name.
    pub fn is_start(&self) -> bool {
        self.name == STARTING_NAME
    }

    /// What one point of a rule is worth on the scale of the range.
    pub fn factor(&self) -> f64 {
        self.rescale.map_or(1.0, Rescale::factor)
    }

    /// What the rescaling adds to every lead.
    pub fn base(&self) -> f64 {
        self.rescale.map_or(0.0, Rescale::base)
    }

    /// Whether any rule or action looks at activities.
    pub fn uses_activities(&self) -> bool {
        self.rules.iter().any(|rule| rule.activity.is_some()) || self.actions.iter().any(Action::uses_activities)
    }
}

//! Both sides of one lead, as the sentences of a reason need them.

use super::FEWEST_TO_SAY;
use crate::metrics::{Rate, Standing};
use crate::snapshot::RowWeights;

/// Rules are named until they bring this share of the points gained, two at most.
const MOST_OF_THE_POINTS: f64 = 0.5;
/// Things that the model goes by, named at most.
pub(super) const NAMED: usize = 2;

/// A rule that brought points or took some.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain {
    /// The rule.
    pub rule: String,
    /// What it rests on: `page_view 9 times, newest 3 d ago`.
    pub what: String,
    /// Points; below 0 the rule takes them away.
    pub points: f64,
    /// What the model makes of the same acts or columns, in log-odds; `None` where it does not read them.
    pub by_model: Option<f64>,
}

/// What the model makes of a kind of act or a column, all its terms together.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// The kind or column, with how often where that is known: `inquiry, once`.
    pub about: String,
    /// Log-odds against the average lead.
    pub log_odds: f64,
}

/// What became of past leads like this one.
#[derive(Debug, Clone, PartialEq)]
pub struct LikeCases {
    /// Which they are: `SQL by points, not by the model, most points from the same rule`.
    pub which: String,
    /// Deals, wins, win rate.
    pub record: Rate,
    /// What row weights make of that rate.
    pub weights: RowWeights,
}

/// How likely the model thinks the lead, and beside what: high and low are places in the order of the deals, which may
/// lie far from what is likely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// The model's probability.
    pub of_lead: f64,
    /// The win rate of the deals.
    pub average: f64,
    /// The share of the deals that the handover tier holds.
    pub share: f64,
}

/// Both sides of one lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Sides {
    /// The rule score.
    pub rule_score: f64,
    /// The score at which sales takes over, and its name.
    pub handover: Option<(String, f64)>,
    /// How likely the model thinks it; `None` where nobody asked.
    pub chance: Option<Chance>,
    /// Rules that brought points, the strongest first, then those that took some, the strongest last.
    pub gains: Vec<Gain>,
    /// What the model makes of the lead, the largest first.
    pub opinions: Vec<Opinion>,
    /// Past leads like it, the nearest kind that is large enough; the last one otherwise.
    pub like: Option<LikeCases>,
}

impl Sides {
    /// How past leads like this one did beside the average deal; `None` where those are too few to say.
    pub(super) fn standing_of_the_like(&self) -> Option<Standing> {
        let (like, chance) = (self.like.as_ref()?, self.chance?);
        (like.record.n >= FEWEST_TO_SAY).then(|| like.record.standing(chance.average))
    }
}

/// The rules that brought points, the strongest first.
pub(super) fn brought(gains: &[Gain]) -> &[Gain] {
    &gains[..gains.partition_point(|gain| gain.points > 0.0)]
}

/// The rules that bring most of the points.
pub(super) fn main_gains(gains: &[Gain]) -> (&[Gain], f64) {
    let brought = brought(gains);
    let gained: f64 = brought.iter().map(|g| g.points).sum();
    let one_will_do = brought.first().is_some_and(|g| g.points >= MOST_OF_THE_POINTS * gained);
    (&brought[..brought.len().min(if one_will_do { 1 } else { NAMED })], gained)
}

//! Tiers: the named bands of the score.

use super::Scorecard;

/// The tier of a lead that a rule disqualifies.
pub const DISQUALIFIED: &str = "disqualified";

/// How far below a bound a score still reaches it: tenths do not add up in floating point.
pub const BOUND_SLACK: f64 = 1e-9;

/// A named band of the score, from its bound up to the next tier's.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// The least score that reaches it.
    pub bound: f64,
}

impl Tier {
    /// Whether `score` reaches the bound.
    pub fn is_reached_by(&self, score: f64) -> bool {
        score >= self.bound - BOUND_SLACK
    }
}

impl Scorecard {
    /// Index of the highest tier that `score` reaches.
    pub fn tier_of(&self, score: f64) -> Option<usize> {
        self.tiers.iter().rposition(|tier| tier.is_reached_by(score))
    }

    /// The name of a tier, empty for none.
    pub fn tier_name(&self, tier: Option<usize>) -> &str {
        tier.map_or("", |tier| &self.tiers[tier].name)
    }

    /// Whether `score` is at or above the handover; never without tiers.
    pub fn is_high(&self, score: f64) -> bool {
        self.handover.is_some_and(|handover| self.tiers[handover].is_reached_by(score))
    }
}

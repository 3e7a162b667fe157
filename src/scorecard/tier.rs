//! Tiers: the named bands of the score.

use super::Scorecard;

/// The tier of a lead that a rule disqualifies.
pub const DISQUALIFIED: &str = "disqualified";

/// How far below a bound a score still reaches it: tenths do not add up in floating point.
pub const BOUND_SLACK: f64 = 1e-9;

/// What the names of tiers in common use are short for, and what is done with their leads.
const IN_COMMON_USE: [(&str, &str, Option<&str>); 2] =
    [("SQL", "sales-qualified", None), ("MQL", "marketing-qualified", Some("worth nurturing"))];

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

/// What a tier called `name` means to whoever has not named it: what the name is short for, and what is done with its leads,
/// which sales takes over where it is the `handover`. `None` where there is nothing to explain.
pub fn tier_meaning(name: &str, handover: Option<&str>) -> Option<String> {
    let known = IN_COMMON_USE.iter().find(|(short, ..)| *short == name);
    let done = if handover == Some(name) { Some("sales takes over") } else { known.and_then(|(.., done)| *done) };
    let means: Vec<&str> = known.map(|(_, long, _)| *long).into_iter().chain(done).collect();
    (!means.is_empty()).then(|| means.join(", "))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_common_use_are_spelt_out() {
        assert_eq!(tier_meaning("SQL", Some("SQL")).as_deref(), Some("sales-qualified, sales takes over"));
        assert_eq!(tier_meaning("MQL", Some("SQL")).as_deref(), Some("marketing-qualified, worth nurturing"));
        assert_eq!(tier_meaning("SQL", None).as_deref(), Some("sales-qualified"));
        assert_eq!(tier_meaning("hot", Some("hot")).as_deref(), Some("sales takes over"));
        assert_eq!(tier_meaning("warm", Some("hot")), None);
    }
}

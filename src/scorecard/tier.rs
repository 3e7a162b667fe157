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
    /// Its place among the tiers as the file lists them, from 0.
    pub listed: usize,
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

    /// Says, with the remedy, that the bounds of the tiers are in an order nobody can have meant: `SQL` below `MQL`, or listed
    /// neither from the top down nor from the bottom up.
    pub fn tiers_out_of_order(&self) -> Option<String> {
        self.swapped_names().or_else(|| self.mixed_list())
    }

    /// Two tiers in common use, the upper one by its name below the other.
    fn swapped_names(&self) -> Option<String> {
        let [upper, lower] = IN_COMMON_USE.map(|(name, ..)| self.tiers.iter().find(|tier| tier.name == name));
        let (upper, lower) = upper.zip(lower).filter(|(upper, lower)| upper.bound < lower.bound)?;
        Some(format!(
            "tier `{}` begins at {}, below `{}` at {}, and sales takes over at `{}`: mend the bounds in `tiers`",
            upper.name,
            upper.bound,
            lower.name,
            lower.bound,
            self.tier_name(self.handover)
        ))
    }

    /// Tiers listed in no order of their bounds.
    fn mixed_list(&self) -> Option<String> {
        let mut listed: Vec<&Tier> = self.tiers.iter().collect();
        listed.sort_by_key(|tier| tier.listed);
        let rises = listed.is_sorted_by(|one, next| one.bound < next.bound);
        let falls = listed.is_sorted_by(|one, next| one.bound > next.bound);
        let told = listed.iter().map(|tier| format!("`{}` {}", tier.name, tier.bound)).collect::<Vec<_>>().join(", ");
        (!rises && !falls).then(|| {
            format!(
                "the tiers are listed neither from the top down nor from the bottom up ({told}): mend the bound that slipped, \
                 or list them in order"
            )
        })
    }

    /// Whether `score` is at or above the handover; never without tiers.
    pub fn is_high(&self, score: f64) -> bool {
        self.handover.is_some_and(|handover| self.tiers[handover].is_reached_by(score))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out_of_order(tiers: &str) -> Option<String> {
        let rule = "[[rule]]\nid = \"r\"\nwhen = { field = \"x\", missing = true }\npoints = 1\n";
        Scorecard::parse(&format!("{tiers}\n{rule}"), "scorecard.toml").unwrap().tiers_out_of_order()
    }

    #[test]
    fn a_bound_moved_past_another_is_told() {
        let told = |tiers: &str| out_of_order(tiers).unwrap_or_default();
        let swapped = "tier `SQL` begins at 40, below `MQL` at 50, and sales takes over at ";
        let remedy = ": mend the bounds in `tiers`";
        assert_eq!(told("tiers = { SQL = 40, MQL = 50 }"), format!("{swapped}`MQL`{remedy}"));
        assert_eq!(told("tiers = { MQL = 50, SQL = 40 }\nhandover = \"SQL\""), format!("{swapped}`SQL`{remedy}"));
        let mixed = told("tiers = { hot = 80, warm = 30, cool = 50 }");
        assert!(mixed.contains("(`hot` 80, `warm` 30, `cool` 50): mend the bound that slipped"), "{mixed}");
    }

    #[test]
    fn tiers_in_either_order_are_nothing_to_tell() {
        for tiers in [
            "",
            "tiers = { SQL = 80 }",
            "tiers = { SQL = 80, MQL = 50 }",
            "tiers = { MQL = 50, SQL = 80 }",
            "tiers = { cool = 20, warm = 50, hot = 80 }",
            "tiers = { hot = 80, SQL = 60, MQL = 50 }\nhandover = \"SQL\"",
            "[tiers]\nb = 20\na = 50\nc = 80",
        ] {
            assert_eq!(out_of_order(tiers), None, "{tiers}");
        }
    }

    #[test]
    fn names_in_common_use_are_spelt_out() {
        assert_eq!(tier_meaning("SQL", Some("SQL")).as_deref(), Some("sales-qualified, sales takes over"));
        assert_eq!(tier_meaning("MQL", Some("SQL")).as_deref(), Some("marketing-qualified, worth nurturing"));
        assert_eq!(tier_meaning("SQL", None).as_deref(), Some("sales-qualified"));
        assert_eq!(tier_meaning("hot", Some("hot")).as_deref(), Some("sales takes over"));
        assert_eq!(tier_meaning("warm", Some("hot")), None);
    }
}

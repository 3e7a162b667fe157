//! What became since of the leads that were open at an as-of gone by: a look back, which decides nothing.

use super::Assessment;
use crate::scorecard::Scorecard;
use crate::tables::Outcome;
use crate::text::{counted, percent, thousands};
use serde::Serialize;

/// Of some leads that were open at the as-of, how many were won since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct WonOf {
    /// Leads that were open.
    pub open: usize,
    /// Those of them that were won.
    pub won: usize,
}

/// Of the leads that were open at the as-of, how many were won since: of all, and of those handed over by their score.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WonSince {
    /// Of all.
    pub all: WonOf,
    /// Of those whose score is high.
    pub high: WonOf,
    /// The tier that holds them, or the lowest of those: `SQL`, `MQL or higher`; `None` without tiers.
    pub tier: Option<String>,
}

impl WonOf {
    fn of(assessment: &Assessment<'_>, leads: impl Iterator<Item = usize>) -> WonOf {
        let outcome = assessment.table.outcome.as_ref();
        leads.fold(WonOf::default(), |sum, i| {
            let is_won = assessment.closed_since(i).is_some() && outcome.is_some_and(|o| o[i] == Outcome::Won);
            WonOf { open: sum.open + 1, won: sum.won + usize::from(is_won) }
        })
    }

    fn add(&mut self, more: WonOf) {
        self.open += more.open;
        self.won += more.won;
    }

    fn share(self) -> String {
        percent(self.won as f64 / self.open.max(1) as f64)
    }
}

impl WonSince {
    /// Of the leads of an assessment; `None` where the table does not know who was won, or not when.
    pub fn of(assessment: &Assessment<'_>) -> Option<WonSince> {
        assessment.table.outcome.as_ref().and(assessment.table.closed_at.as_ref())?;
        let is_high = |i: &usize| {
            let has_the_points = assessment.scorecard.is_some_and(|card| card.is_high(assessment.leads[*i].score));
            has_the_points && !assessment.is_disqualified(*i)
        };
        let open = || (0..assessment.leads.len()).filter(|&i| assessment.is_open(i));
        Some(WonSince {
            all: WonOf::of(assessment, open()),
            high: WonOf::of(assessment, open().filter(is_high)),
            tier: assessment.scorecard.and_then(high_tiers),
        })
    }

    /// Takes in the leads that follow.
    pub fn add(&mut self, more: &WonSince) {
        self.all.add(more.all);
        self.high.add(more.high);
    }

    /// `Looking back: of 5,540 leads open then 150 were won since (2.7 %); of 345 in SQL 20 (5.8 %).`
    pub fn sentence(&self) -> String {
        let WonSince { all, high, tier } = self;
        let were = if all.won == 1 { "was" } else { "were" };
        let of_tier = tier.as_ref().filter(|_| high.open > 0).map_or_else(String::new, |tier| {
            format!("; of {} in {tier} {} ({})", thousands(high.open), thousands(high.won), high.share())
        });
        format!(
            "Looking back: of {} open then {} {were} won since ({}){of_tier}.",
            counted(all.open, "lead"),
            thousands(all.won),
            all.share()
        )
    }
}

/// How scores of a day gone by mislead, where the model knows what became of deals until a later day, `until`, and leads
/// closed since are left out.
pub fn learned_since(until: &str) -> String {
    format!(
        "The model has learned what became of these leads until {until}: here it looks better than it is. Who was won since is \
         left out, so of the rest fewer were won than their chances say."
    )
}

/// The tiers whose leads are high, in words.
fn high_tiers(card: &Scorecard) -> Option<String> {
    let lowest = card.handover?;
    let higher = if lowest + 1 < card.tiers.len() { " or higher" } else { "" };
    Some(format!("{}{higher}", card.tiers[lowest].name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tier_is_told_beside_all_where_it_held_anybody() {
        let (all, high) = (WonOf { open: 5_540, won: 150 }, WonOf { open: 345, won: 20 });
        let mut since = WonSince { all, high, tier: Some("SQL".into()) };
        assert_eq!(
            since.sentence(),
            "Looking back: of 5,540 leads open then 150 were won since (2.7 %); of 345 in SQL 20 (5.8 %)."
        );
        since.add(&WonSince { all: WonOf { open: 60, won: 0 }, ..WonSince::default() });
        assert!(since.sentence().contains("of 5,600 leads open then 150 were won since (2.7 %); of 345 in SQL"));
        since.high = WonOf::default();
        assert!(since.sentence().ends_with("won since (2.7 %)."));
    }
}

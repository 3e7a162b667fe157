//! What a reader must know of single rules: that no past deal can meet them, or that they ask for what may know the outcome.

use super::super::deals::{DealSettings, Deals, RuleSide};
use crate::asof::Span;
use crate::scorecard::{ActivityMeasure, Effect, Rule, Scorecard};
use crate::text::{by_number, counted, listed};

/// The ids of quiet rules that take longer than any deal had been there when it was looked at; `oldest` is the age of the
/// oldest, `None` where nobody knows.
pub(super) fn out_of_reach(scorecard: &Scorecard, oldest: Option<Span>) -> Vec<String> {
    let Some(oldest) = oldest else { return Vec::new() };
    // The clock starts at the creation, or later.
    let takes_longer = |rule: &&Rule| {
        let measure = rule.activity.as_ref().map(|activity| &activity.measure);
        matches!(measure, Some(ActivityMeasure::Quiet { none_within }) if *none_within >= oldest)
    };
    scorecard.rules.iter().filter(takes_longer).map(|rule| rule.id.clone()).collect()
}

/// What must be known of the rules beside their points.
pub(super) fn of_rules(scorecard: &Scorecard, deals: &Deals, settings: &DealSettings) -> Vec<String> {
    let disqualifying = disqualifying(scorecard, deals.rules.as_ref(), &deals.snapshots.won);
    disqualifying.into_iter().chain(rules_in_doubt(scorecard, deals, settings)).collect()
}

/// Why fewer rules and deals are compared than there are: rules that disqualify have no points. `won` tells of each deal.
fn disqualifying(scorecard: &Scorecard, side: Option<&RuleSide>, won: &[f64]) -> Option<String> {
    let rules = scorecard.rules.iter().filter(|rule| rule.effect == Effect::Disqualify).count();
    let is_out = &side?.disqualified;
    let hit: Vec<f64> = won.iter().zip(is_out).filter(|(_, is_out)| **is_out).map(|(won, _)| *won).collect();
    let deals = match hit.len() {
        0 => String::new(),
        n => format!(
            "; nor {} the {} so hit, {} won",
            by_number(n, "is", "are"),
            counted(n, "deal"),
            hit.iter().filter(|won| **won > 0.5).count()
        ),
    };
    (rules > 0).then(|| {
        format!(
            "{} {}, and so {} not compared{deals}.",
            counted(rules, "rule"),
            by_number(rules, "disqualifies", "disqualify"),
            by_number(rules, "is", "are"),
        )
    })
}

/// That rules ask for what the project file keeps from the model, or what the leak screen has a question about: what is
/// learned of their points may come from after the deal.
fn rules_in_doubt(scorecard: &Scorecard, deals: &Deals, settings: &DealSettings) -> Option<String> {
    let is_kept_out = |name: &String| settings.plan.exclude.contains(name);
    let is_in_doubt = |name: &String| deals.leaks.iter().any(|found| found.name == *name);
    let mut names: Vec<String> = scorecard.fields().into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| is_kept_out(name) || is_in_doubt(name));
    (!names.is_empty()).then(|| {
        let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        format!(
            "Rules ask for {}, which `exclude` keeps from the model or which `check` names: if it was filled in only after the deal \
             was decided, do not follow their learned points.",
            listed(&named, "and")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_quiet_rule_that_takes_longer_than_anybody_was_there_is_out_of_reach() {
        let text = "name = \"Quiet\"\nrange = [0, 100]\n\
                    [[rule]]\nid = \"quiet\"\nactivity = \"*\"\nnone_within = \"60d\"\npoints = -5\n\
                    [[rule]]\nid = \"opened\"\nactivity = \"email_open\"\npoints = 2\nmax_count = 9\n";
        let card = Scorecard::parse(text, "scorecard.toml").unwrap();
        let days = |days| Some(Span::from_days(days));
        assert_eq!(out_of_reach(&card, days(60.0)), ["quiet"]);
        assert_eq!(out_of_reach(&card, days(60.1)), Vec::<String>::new());
        assert_eq!(out_of_reach(&card, None), Vec::<String>::new());
    }
}

//! What a reader must know of single rules: that no past deal can meet them, or that they ask for what may know the outcome.

use super::super::deals::{DealSettings, Deals};
use crate::asof::Span;
use crate::scorecard::{ActivityMeasure, Rule, Scorecard};
use crate::text::listed;

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

/// That rules ask for what the project file keeps from the model, or what the leak screen has a question about: what is
/// learned of their points may come from after the deal.
pub(super) fn rules_in_doubt(scorecard: &Scorecard, deals: &Deals, settings: &DealSettings) -> Option<String> {
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

//! What the scorecard alone shows: the reach of its points, conditions that nothing can meet, twins.

use super::{Finding, Severity};
use crate::scorecard::Scorecard;
use crate::scorecard::condition::{Condition, FieldTest, TextOperator};
use crate::scorecard::group::ENGAGEMENT;
use crate::scorecard::reach::Reach;
use crate::scorecard::tier::BOUND_SLACK;
use crate::text::{counted, fold};

pub(super) fn findings(scorecard: &Scorecard) -> Vec<Finding> {
    let mut findings = reach_findings(scorecard);
    for rule in &scorecard.rules {
        if rule.when.as_ref().is_some_and(is_impossible) {
            let message = format!("rule `{}` can never fire: no value meets its condition", rule.name);
            findings.push(Finding::new(Severity::Mend, Some(&rule.name), message, &rule.place));
        }
        if rule.points() == Some(0.0) {
            let message = format!("rule `{}` has 0 points", rule.name);
            findings.push(Finding::new(Severity::Look, Some(&rule.name), message, &rule.place));
        }
    }
    findings.extend(twin_findings(scorecard));
    findings.extend(lonely_groups(scorecard));
    findings.extend(late_actions(scorecard));
    findings.extend(scorecard.tiers_out_of_order().map(|message| Finding::new(Severity::Look, None, message, "")));
    findings
}

/// Tiers that no lead can reach, and a range that the points do not fill.
fn reach_findings(scorecard: &Scorecard) -> Vec<Finding> {
    let reach = scorecard.reach();
    let mut findings = Vec::new();
    let groups = (0..scorecard.groups.len()).map(|group| {
        let Reach { min, max } = widest(scorecard, group);
        format!("{} {min} to {max}", scorecard.groups[group].name)
    });
    let evidence = format!("points by group: {}", groups.collect::<Vec<_>>().join(", "));
    if reach.max < scorecard.range.max - BOUND_SLACK {
        let message = format!("no lead can have more than {} of {} points", reach.max, scorecard.range.max);
        findings.push(Finding::new(Severity::Note, None, message, evidence));
    }
    for tier in scorecard.tiers.iter().filter(|tier| !tier.is_reached_by(reach.max)) {
        let message = format!("tier `{}` is out of reach", tier.name);
        let evidence = format!("it begins at {}, the highest score possible is {}", tier.bound, reach.max);
        findings.push(Finding::new(Severity::Mend, None, message, evidence));
    }
    findings
}

/// The reach of a group over all personas.
fn widest(scorecard: &Scorecard, group: usize) -> Reach {
    let personas = (0..scorecard.personas.len()).map(Some);
    let all = personas.map(|persona| scorecard.group_reach(group, persona));
    let common = scorecard.group_reach(group, None);
    all.fold(common, |so_far, reach| Reach { min: so_far.min.min(reach.min), max: so_far.max.max(reach.max) })
}

/// Whether no value can meet the condition, as far as one field shows it.
fn is_impossible(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().any(is_impossible) || parts_exclude_each_other(parts),
        Condition::Any(parts) => parts.iter().all(is_impossible),
        Condition::Not(_) => false,
        Condition::Field(field) => tests_exclude_each_other(&field.tests.iter().collect::<Vec<_>>()),
    }
}

fn parts_exclude_each_other(parts: &[Condition]) -> bool {
    let fields = || parts.iter().filter_map(|part| if let Condition::Field(field) = part { Some(field) } else { None });
    fields().any(|first| {
        let of_one_field = fields().filter(|field| field.field == first.field).flat_map(|field| &field.tests);
        tests_exclude_each_other(&of_one_field.collect::<Vec<_>>())
    })
}

fn tests_exclude_each_other(tests: &[&FieldTest]) -> bool {
    let asks_missing = tests.iter().any(|test| **test == FieldTest::Missing(true));
    let asks_value = tests.iter().any(|test| **test != FieldTest::Missing(true));
    let ranges = tests.iter().filter_map(|test| match test {
        FieldTest::Number { min, max } => Some((*min, *max)),
        _ => None,
    });
    let open = (f64::NEG_INFINITY, f64::INFINITY);
    let (min, max) = ranges.fold(open, |(low, high), (min, max)| (min.max(low), max.min(high)));
    let listed = tests.iter().find_map(|test| match test {
        FieldTest::Text { operator: TextOperator::AnyOf, words, .. } => Some(words),
        _ => None,
    });
    let meets_all = |word: &String| {
        tests.iter().all(|test| !matches!(test, FieldTest::Text { matching, .. } if !matching.holds(word)))
    };
    let no_word_fits = listed.is_some_and(|words| !words.iter().any(meets_all));
    (asks_missing && asks_value) || min > max || no_word_fits
}

/// Rules that ask the same thing, so that a lead that meets one meets the other.
fn twin_findings(scorecard: &Scorecard) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, rule) in scorecard.rules.iter().enumerate() {
        let is_twin = |other: &&crate::scorecard::Rule| {
            other.persona == rule.persona && other.when == rule.when && other.activity == rule.activity
        };
        if let Some(twin) = scorecard.rules[..number].iter().find(is_twin) {
            let message = format!("rules `{}` and `{}` ask the same", twin.name, rule.name);
            findings.push(Finding::new(Severity::Look, Some(&rule.name), message, &rule.place));
        }
    }
    findings
}

/// Groups of the file that no rule belongs to, and groups named once that look like a slip of another's name.
fn lonely_groups(scorecard: &Scorecard) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, group) in scorecard.groups.iter().enumerate().skip(ENGAGEMENT + 1) {
        let members = scorecard.rules.iter().filter(|rule| rule.group == number && rule.points().is_some()).count();
        if members == 0 {
            let message = format!("no rule belongs to the group `{}`", group.name);
            findings.push(Finding::new(Severity::Look, None, message, ""));
        }
        let others = scorecard.groups[..number].iter().map(|other| other.name.as_str());
        if let Some(near) = crate::text::nearest(&group.name, others) {
            let message = format!("the group `{}` may be a slip of `{near}`", group.name);
            findings.push(Finding::new(
                Severity::Look,
                None,
                message,
                format!("named by {}", counted(members, "rule")),
            ));
        }
    }
    findings
}

/// Actions that follow one without conditions and so are never given.
fn late_actions(scorecard: &Scorecard) -> Vec<Finding> {
    let always = scorecard.actions.iter().position(|action| {
        let by_tier = action.tier.is_some() || action.at_least.is_some() || action.quadrant.is_some();
        !by_tier && action.when.is_none() && !action.uses_activities()
    });
    let late = always.map_or(&[][..], |always| &scorecard.actions[always + 1..]);
    let finding = |text: &str, place: &str| {
        let message = format!("the action `{text}` is never given: one before it has no conditions");
        Finding::new(Severity::Mend, None, message, place)
    };
    let mut seen: Vec<String> = Vec::new();
    late.iter()
        .filter(|action| {
            let folded = fold(&action.text);
            let new = !seen.contains(&folded);
            seen.push(folded);
            new
        })
        .map(|action| finding(&action.text, &action.place))
        .collect()
}

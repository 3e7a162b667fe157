//! How low and how high points can go.

use super::Scorecard;
use super::condition::{Condition, FieldCondition, FieldTest, TextOperator};
use super::rule::{ActivityMeasure, Rule};
use crate::decay::Decay;

/// The least and the most that some rules can add up to; infinite where nothing bounds them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

const NOTHING: Reach = Reach { min: 0.0, max: 0.0 };

impl Reach {
    fn plus(self, other: Reach) -> Reach {
        Reach { min: self.min + other.min, max: self.max + other.max }
    }
}

impl Scorecard {
    /// What group number `group` can reach for leads of `persona`, within its caps and before rescaling.
    ///
    /// Positive contributions make the most, negative ones the least. Alternatives on one field count once: of rules
    /// that list values (`any_of`) or ranges of the same field, only those that one value can meet together.
    pub fn group_reach(&self, group: usize, persona: Option<usize>) -> Reach {
        let in_force = |rule: &&Rule| rule.group == group && rule.applies_to(persona);
        let mut fields: Vec<(&str, Vec<(f64, &FieldCondition)>)> = Vec::new();
        let mut reach = NOTHING;
        for rule in self.rules.iter().filter(in_force) {
            match (rule.points(), alternative(rule)) {
                (None, _) => {}
                (Some(points), None) => reach = reach.plus(rule_reach(rule, points)),
                (Some(points), Some(condition)) => {
                    let known = fields.iter_mut().find(|(field, _)| *field == condition.field);
                    match known {
                        Some((_, rules)) => rules.push((points, condition)),
                        None => fields.push((&condition.field, vec![(points, condition)])),
                    }
                }
            }
        }
        let reach = fields.iter().fold(reach, |reach, (_, rules)| reach.plus(field_reach(rules)));
        let capped = &self.groups[group];
        Reach { min: capped.cap(reach.min), max: capped.cap(reach.max) }
    }

    /// What the rule score can reach over all personas, within the range.
    pub fn reach(&self) -> Reach {
        let personas = (0..self.personas.len()).map(Some).chain([None]);
        let sums = personas.map(|persona| {
            let groups = (0..self.groups.len()).map(|group| self.group_reach(group, persona));
            let sum = groups.fold(NOTHING, Reach::plus);
            let scaled = |sum: f64| self.range.clamp(self.base() + self.factor() * sum);
            Reach { min: scaled(sum.min), max: scaled(sum.max) }
        });
        let wider = |a: Reach, b: Reach| Reach { min: a.min.min(b.min), max: a.max.max(b.max) };
        sums.reduce(wider).unwrap_or(NOTHING)
    }
}

/// The condition of a rule that lists values or a range of one field, so that others of its kind may exclude it.
fn alternative(rule: &Rule) -> Option<&FieldCondition> {
    match (&rule.activity, &rule.when) {
        (None, Some(Condition::Field(condition))) => {
            let listing = |test: &FieldTest| {
                matches!(test, FieldTest::Text { operator: TextOperator::AnyOf, .. } | FieldTest::Number { .. })
                    || matches!(test, FieldTest::Missing(_))
            };
            condition.tests.iter().all(listing).then_some(condition)
        }
        _ => None,
    }
}

fn rule_reach(rule: &Rule, points: f64) -> Reach {
    let most = points * rule.activity.as_ref().map_or(1.0, |activity| largest_quantity(&activity.measure));
    // 0 points an unbounded number of times is still nothing.
    let most = if points == 0.0 { 0.0 } else { most };
    Reach { min: most.min(0.0), max: most.max(0.0) }
}

fn largest_quantity(measure: &ActivityMeasure) -> f64 {
    match measure {
        ActivityMeasure::EachTime { decay, max_count, .. } => {
            let factor = match decay {
                Decay::Steps(steps) => steps.iter().fold(1.0, |most, (_, factor)| factor.max(most)),
                _ => 1.0,
            };
            max_count.map_or(f64::INFINITY, |max_count| max_count as f64 * factor)
        }
        _ => 1.0,
    }
}

/// A value that stands for all that meet the same rules.
enum Witness<'a> {
    Text(&'a str),
    Number(f64),
    Missing,
}

fn field_reach(rules: &[(f64, &FieldCondition)]) -> Reach {
    let mut reach = NOTHING;
    for witness in witnesses(rules) {
        let met = || rules.iter().filter(|(_, condition)| condition.tests.iter().all(|test| witness.meets(test)));
        reach.max = reach.max.max(met().map(|(points, _)| points.max(0.0)).sum());
        reach.min = reach.min.min(met().map(|(points, _)| points.min(0.0)).sum());
    }
    reach
}

/// Every word listed, every end of a range, and a number between each two neighbouring ends.
fn witnesses<'a>(rules: &[(f64, &'a FieldCondition)]) -> Vec<Witness<'a>> {
    let mut witnesses = vec![Witness::Missing, Witness::Text("")];
    let mut ends = Vec::new();
    for test in rules.iter().flat_map(|(_, condition)| &condition.tests) {
        match test {
            FieldTest::Text { words, .. } => witnesses.extend(words.iter().map(|word| Witness::Text(word))),
            FieldTest::Number { min, max } => ends.extend([*min, *max].into_iter().filter(|end| end.is_finite())),
            _ => {}
        }
    }
    ends.sort_by(f64::total_cmp);
    let between = ends.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2.0);
    let beyond = ends.first().map(|end| end - 1.0).into_iter().chain(ends.last().map(|end| end + 1.0));
    witnesses.extend(between.chain(beyond).map(Witness::Number));
    witnesses.extend(ends.iter().map(|end| Witness::Number(*end)));
    witnesses
}

impl Witness<'_> {
    fn meets(&self, test: &FieldTest) -> bool {
        match (self, test) {
            (Witness::Missing, test) => *test == FieldTest::Missing(true),
            (_, FieldTest::Missing(missing)) => !missing,
            (Witness::Text(text), FieldTest::Text { matching, .. }) => matching.holds(text),
            (Witness::Number(number), FieldTest::Text { matching, .. }) => matching.holds(&number.to_string()),
            (Witness::Number(number), FieldTest::Number { min, max }) => min <= number && number <= max,
            (Witness::Text(text), FieldTest::Number { min, max }) => {
                text.parse::<f64>().is_ok_and(|number| *min <= number && number <= *max)
            }
            _ => false,
        }
    }
}

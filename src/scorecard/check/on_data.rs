//! What only the data shows: values and kinds that never occur, words hit inside longer ones, rules that never fire
//! or always fire together.

use super::{Finding, Severity};
use crate::scorecard::Scorecard;
use crate::scorecard::condition::{FieldTest, TextOperator};
use crate::scorecard::evaluate::Scored;
use crate::scorecard::rule::{ActivityMeasure, Effect, Rule};
use crate::tables::{LeadTable, TextColumn};
use crate::text::{TextMatch, counted, fold, nearest};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Leads hit from which on two rules firing together tell something.
const MIN_TOGETHER: usize = 10;
/// Longer words named where a part of them was hit.
const WORDS_SHOWN: usize = 3;

pub(super) fn column_findings(scorecard: &Scorecard, leads: &LeadTable) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (condition, place, owner) in scorecard.conditions() {
        for field in condition.fields() {
            let Some(column) = leads.column(&field.field) else {
                let near = nearest(&field.field, leads.columns.iter().map(|column| column.name.as_str()));
                let message = format!("{owner} reads the column `{}`, which the leads do not have", field.field);
                findings.push(Finding::new(Severity::Mend, None, message, did_you_mean(near)));
                continue;
            };
            let Some(text) = &column.text else { continue };
            for test in &field.tests {
                let FieldTest::Text { operator, words, .. } = test else { continue };
                let about = About { owner: &owner, place, field: &field.field };
                match operator {
                    TextOperator::AnyOf | TextOperator::NoneOf => findings.extend(unknown_values(&about, words, text)),
                    TextOperator::Contains => findings.extend(hits_inside_words(&about, words, text)),
                    _ => {}
                }
            }
        }
    }
    findings
}

/// What a finding about a condition names.
struct About<'a> {
    owner: &'a str,
    place: &'a str,
    field: &'a str,
}

impl About<'_> {
    fn finding(&self, what: &str, evidence: String) -> Finding {
        let rule = self.owner.strip_prefix("rule `").and_then(|rest| rest.strip_suffix('`'));
        Finding::new(Severity::Look, rule, format!("{}: {what} ({})", self.owner, self.place), evidence)
    }
}

fn unknown_values(about: &About<'_>, words: &[String], text: &TextColumn) -> Vec<Finding> {
    let unknown = words.iter().filter(|word| {
        let matching = TextMatch::any_of(std::slice::from_ref(*word));
        !text.levels.iter().any(|level| matching.holds(level))
    });
    let finding = |word: &String| {
        let near = nearest(word, text.levels.iter().map(String::as_str));
        about.finding(&format!("`{word}` never occurs in `{}`", about.field), did_you_mean(near))
    };
    unknown.map(finding).collect()
}

/// `contains` values that hit only a part of a longer word, with the words.
fn hits_inside_words(about: &About<'_>, words: &[String], text: &TextColumn) -> Vec<Finding> {
    let mut findings = Vec::new();
    for word in words {
        let (part, whole) =
            (TextMatch::contains(std::slice::from_ref(word)), TextMatch::has_word(std::slice::from_ref(word)));
        let inside: Vec<&str> = text
            .levels
            .iter()
            .filter(|level| part.holds(level) && !whole.holds(level))
            .filter_map(|level| level.split_whitespace().find(|longer| part.holds(longer)))
            .collect();
        if !inside.is_empty() {
            let shown: Vec<String> = inside.iter().take(WORDS_SHOWN).map(|longer| format!("`{longer}`")).collect();
            let evidence = format!(
                "{}, such as {}; has_word takes whole words only",
                counted(inside.len(), "value"),
                shown.join(", ")
            );
            findings
                .push(about.finding(&format!("`{word}` also hits inside longer words of `{}`", about.field), evidence));
        }
    }
    findings
}

pub(super) fn kind_findings(scorecard: &Scorecard, kinds_seen: &[String]) -> Vec<Finding> {
    let folded: Vec<String> = kinds_seen.iter().map(|kind| fold(kind)).collect();
    let mut findings = Vec::new();
    let mut look_for = |kinds: &[String], rule: Option<&str>, owner: String, place: &str| {
        for kind in kinds.iter().filter(|kind| !folded.contains(&fold(kind))) {
            let near = nearest(kind, kinds_seen.iter().map(String::as_str));
            let message = format!("{owner}: no act of the kind `{kind}` in the log ({place})");
            findings.push(Finding::new(Severity::Look, rule, message, did_you_mean(near)));
        }
    };
    for rule in &scorecard.rules {
        let Some(activity) = &rule.activity else { continue };
        let owner = || format!("rule `{}`", rule.name);
        look_for(activity.kinds.listed(), Some(&rule.name), owner(), &rule.place);
        if let ActivityMeasure::Rate { of, .. } = &activity.measure {
            look_for(of.listed(), Some(&rule.name), owner(), &rule.place);
        }
    }
    for action in &scorecard.actions {
        for kinds in [&action.activity, &action.unless_activity].into_iter().flatten() {
            look_for(kinds.listed(), None, format!("action `{}`", action.text), &action.place);
        }
    }
    findings
}

pub(super) fn firing_findings(scorecard: &Scorecard, scored: &Scored) -> Vec<Finding> {
    let mut findings = Vec::new();
    let n_leads = scored.n_leads();
    let mut by_pattern: HashMap<Vec<u64>, usize, FixedState> = HashMap::default();
    for (number, rule) in scorecard.rules.iter().enumerate() {
        let hits = scored.quantities[number].iter().filter(|q| **q != 0.0).count();
        if hits == 0 {
            let message = format!("rule `{}` never fires on these leads", rule.name);
            findings.push(Finding::new(
                Severity::Look,
                Some(&rule.name),
                message,
                format!("0 of {}", counted(n_leads, "lead")),
            ));
            continue;
        }
        if hits == n_leads && n_leads >= MIN_TOGETHER {
            let message = format!("rule `{}` fires on every lead, so it tells none apart", rule.name);
            findings.push(Finding::new(Severity::Look, Some(&rule.name), message, counted(n_leads, "lead")));
            continue;
        }
        match by_pattern.get(&pattern(&scored.quantities[number])) {
            // Those of the start nobody has thought of; `compare` says what the two are worth together.
            Some(twin) if hits >= MIN_TOGETHER && !scorecard.is_start() => {
                findings.push(together(&scorecard.rules[*twin], rule, hits));
            }
            Some(_) => {}
            None => {
                by_pattern.insert(pattern(&scored.quantities[number]), number);
            }
        }
    }
    findings
}

fn together(first: &Rule, second: &Rule, hits: usize) -> Finding {
    let message = format!("rules `{}` and `{}` always fire together", first.name, second.name);
    let sum = match (first.effect, second.effect) {
        (Effect::Points(a), Effect::Points(b)) => format!(", {a} and {b} points"),
        _ => String::new(),
    };
    Finding::new(Severity::Look, Some(&second.name), message, format!("on the same {}{sum}", counted(hits, "lead")))
}

/// On which leads a rule fires, a bit each.
fn pattern(quantities: &[f64]) -> Vec<u64> {
    let bits = |chunk: &[f64]| chunk.iter().enumerate().fold(0, |bits, (bit, q)| bits | u64::from(*q != 0.0) << bit);
    quantities.chunks(64).map(bits).collect()
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map_or(String::new(), |near| format!("did you mean `{near}`?"))
}

//! A lead's score in words: the rules that moved it most, and on what they rest.

use super::Scorecard;
use super::condition::Condition;
use super::evaluate::Scored;
use super::evidence::{Evidence, RuleRequest};
use super::quantity::quiet_since;
use super::rule::{ActivityMeasure, Effect, Rule};
use crate::asof::{Instant, Span};
use crate::tables::Column;
use crate::text::{age_in_words, counted, span_in_words};

/// Rules named for each sign.
const PER_SIGN: usize = 3;
/// Longest value quoted, in letters.
const LONGEST_VALUE: usize = 40;

/// A rule that brought a lead points or took some, and what it rests on without any value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleGain {
    /// Index of the rule.
    pub rule: usize,
    /// What it adds before caps; below 0 it takes away.
    pub points: f64,
    /// `page_view 9 times, newest 3 d ago`, or `by job_title`.
    pub what: String,
}

impl Scorecard {
    /// The rules that brought `lead` points or took some, those that brought most first and those that took most last.
    pub fn gains(&self, scored: &Scored, evidence: &Evidence<'_>, lead: usize) -> Vec<RuleGain> {
        let points = |rule: usize| self.contribution(scored, rule, lead);
        let mut strongest: Vec<usize> = (0..self.rules.len()).filter(|rule| points(*rule) != 0.0).collect();
        strongest.sort_by(|a, b| points(*b).total_cmp(&points(*a)));
        let gain = |rule| RuleGain { rule, points: points(rule), what: self.rests_on(rule, evidence, lead) };
        strongest.into_iter().map(gain).collect()
    }

    /// The acts with how often and when, or the columns, without their values.
    fn rests_on(&self, number: usize, evidence: &Evidence<'_>, lead: usize) -> String {
        let rule = &self.rules[number];
        match (&rule.activity, evidence.requests.rules[number], &rule.when) {
            (Some(activity), Some(request), _) => {
                let kinds = activity.kinds.listed().join(" or ");
                let words = activity_words(&activity.measure, request, evidence, lead);
                format!("{kinds} {words}").trim().to_string()
            }
            (_, _, Some(when)) => {
                let mut columns: Vec<&str> = when.fields().iter().map(|f| f.field.as_str()).collect();
                columns.sort_unstable();
                columns.dedup();
                format!("by {}", columns.join(", "))
            }
            _ => String::new(),
        }
    }

    /// Up to three rules of each sign, the strongest first: `id +points (detail)`, joined by `; `; behind them how many
    /// more there are of that sign, and their points together: `2 other rules +7`. What disqualifies comes before them all.
    pub fn reasons(&self, scored: &Scored, evidence: &Evidence<'_>, lead: usize) -> String {
        let fired = |rule: &usize| scored.quantities[*rule][lead] != 0.0;
        let detail = |rule: usize| self.detail(rule, evidence, lead);
        let disqualifying = |rule: &usize| self.rules[*rule].effect == Effect::Disqualify;
        let mut reasons: Vec<String> = (0..self.rules.len())
            .filter(|rule| disqualifying(rule) && fired(rule))
            .map(|rule| format!("{} disqualifies{}", self.rules[rule].name, detail(rule)))
            .collect();
        for sign in [1.0, -1.0] {
            let worth = |rule: usize| sign * self.contribution(scored, rule, lead);
            let mut strongest: Vec<usize> = (0..self.rules.len()).filter(|rule| worth(*rule) > 0.0).collect();
            strongest.sort_by(|a, b| worth(*b).total_cmp(&worth(*a)));
            let signed = |points: f64| format!("{}{}", if sign > 0.0 { "+" } else { "" }, short(points));
            let (named, others) = strongest.split_at(strongest.len().min(PER_SIGN));
            reasons.extend(named.iter().map(|&rule| {
                let points = signed(self.contribution(scored, rule, lead));
                format!("{} {points}{}", self.rules[rule].name, detail(rule))
            }));
            if !others.is_empty() {
                let points = others.iter().map(|&rule| self.contribution(scored, rule, lead)).sum();
                reasons.push(format!("{} {}", counted(others.len(), "other rule"), signed(points)));
            }
        }
        reasons.join("; ")
    }

    fn detail(&self, number: usize, evidence: &Evidence<'_>, lead: usize) -> String {
        let rule: &Rule = &self.rules[number];
        let words = match (&rule.activity, evidence.requests.rules[number], &rule.when) {
            (Some(activity), Some(request), _) => activity_words(&activity.measure, request, evidence, lead),
            (_, _, Some(when)) => condition_words(when, evidence, lead),
            _ => String::new(),
        };
        if words.is_empty() { String::new() } else { format!(" ({words})") }
    }
}

fn activity_words(measure: &ActivityMeasure, request: RuleRequest, evidence: &Evidence<'_>, lead: usize) -> String {
    let measures = evidence.measures;
    let ago = |at: Instant| evidence.as_of.map(|as_of| age_in_words(as_of[lead].since(at)));
    let newest = measures.newest(request.amount, lead);
    match measure {
        ActivityMeasure::EachTime { .. } | ActivityMeasure::Threshold { .. } => {
            let occurrences = measures.occurrences(request.amount, lead);
            let times = match occurrences {
                0.0 => return "never".to_string(),
                1.0 => "once".to_string(),
                _ => format!("{} times", short(occurrences)),
            };
            match newest.and_then(ago) {
                Some(ago) if occurrences == 1.0 => format!("{times}, {ago}"),
                Some(ago) => format!("{times}, newest {ago}"),
                None => times,
            }
        }
        ActivityMeasure::Rate { .. } => {
            let of = request.of.map_or(0.0, |of| measures.number(of, lead));
            format!("{} of {}", short(measures.number(request.amount, lead)), short(of))
        }
        ActivityMeasure::Quiet { .. } => {
            let since = quiet_since(evidence, request, lead);
            let what = if since == newest { "newest" } else { "nothing since created" };
            since.and_then(ago).map_or(String::new(), |ago| format!("{what} {ago}"))
        }
        ActivityMeasure::Gap { .. } => format!("{} d apart", short(measures.number(request.amount, lead).floor())),
    }
}

/// The values that the condition looks at: `employees 240, region EU`.
fn condition_words(condition: &Condition, evidence: &Evidence<'_>, lead: usize) -> String {
    let mut named: Vec<&str> = Vec::new();
    let mut words = Vec::new();
    for field in condition.fields() {
        if named.contains(&field.field.as_str()) {
            continue;
        }
        named.push(&field.field);
        let column = evidence.leads.column(&field.field);
        let value = column.and_then(|column| value_in_words(column, evidence.as_of, lead));
        words.push(format!("{} {}", field.field, value.as_deref().unwrap_or("missing")));
    }
    words.join(", ")
}

fn value_in_words(column: &Column, as_of: Option<&[Instant]>, lead: usize) -> Option<String> {
    if let Some(text) = &column.text {
        return text.get(lead).map(shortened);
    }
    if let Some(numbers) = &column.number {
        return (!numbers[lead].is_nan()).then(|| short(numbers[lead]));
    }
    let at = column.date.as_ref()?[lead]?;
    let Some(as_of) = as_of else { return Some("given".to_string()) };
    let distance = at.since(as_of[lead]);
    Some(if distance > Span(0) { format!("in {}", span_in_words(distance)) } else { age_in_words(Span(-distance.0)) })
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_VALUE {
        return text.to_string();
    }
    text.chars().take(LONGEST_VALUE - 1).chain(['…']).collect()
}

/// A number without trailing zeros, to two decimals.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

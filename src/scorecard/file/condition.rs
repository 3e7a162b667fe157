//! Reads conditions.

use super::keys::{Keys, number_of};
use super::moment::{LocalTime, Moment, moment_of};
use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::scorecard::condition::{Condition, FieldCondition, FieldTest, TextOperator};
use crate::scorecard::rule::Detail;
use toml_edit::Value;

/// Reads the condition `keys` holds.
pub(super) fn read_condition(mut keys: Keys<'_>, local: LocalTime<'_>) -> Result<Condition, InputError> {
    let joined: Vec<&str> = ["field", "all", "any", "not"].into_iter().filter(|key| keys.has(key)).collect();
    match joined[..] {
        ["field"] => read_field(keys, local).map(Condition::Field),
        ["all"] => read_parts(&mut keys, "all", local).map(Condition::All),
        ["any"] => read_parts(&mut keys, "any", local).map(Condition::Any),
        ["not"] => {
            let part = keys.table("not")?.ok_or_else(|| keys.error("has no `not`", ""))?;
            keys.finish()?;
            read_condition(part, local).map(|part| Condition::Not(Box::new(part)))
        }
        [] => {
            for key in ["field", "all", "any", "not"] {
                keys.item(key);
            }
            let remedy = "write { field = \"…\", any_of = […] }, or join conditions with all, any or not";
            match keys.finish() {
                Err(unknown) if !unknown.remedy.starts_with("known") => Err(unknown),
                _ => Err(keys.error("names no field", remedy)),
            }
        }
        _ => Err(keys.error(
            format!("has `{}` side by side", joined.join("` and `")),
            "put each into its own { … } and join them with all or any",
        )),
    }
}

fn read_parts(keys: &mut Keys<'_>, key: &'static str, local: LocalTime<'_>) -> Result<Vec<Condition>, InputError> {
    let parts = keys.tables(key)?;
    keys.finish()?;
    if parts.is_empty() {
        return Err(keys.error_at(key, "is an empty list", "list at least one condition"));
    }
    parts.into_iter().map(|part| read_condition(part, local)).collect()
}

fn read_field(mut keys: Keys<'_>, local: LocalTime<'_>) -> Result<FieldCondition, InputError> {
    let field = keys.string("field")?.ok_or_else(|| keys.error("names no field", "write field = \"column\""))?;
    let mut tests = Vec::new();
    for (operator, words) in read_text_tests(&mut keys)? {
        let matching = operator.matching(&words).map_err(|what| keys.error_at(operator.key(), what, ""))?;
        tests.push(FieldTest::Text { operator, words, matching });
    }
    tests.extend(read_bounds(&mut keys, local)?);
    if let Some([from, to]) = keys.pair("in_days")? {
        let (from, to) = (keys.span_of("in_days", Some(from))?, keys.span_of("in_days", Some(to))?);
        tests.push(in_days(&keys, from, to)?);
    }
    if let Some(missing) = keys.flag("missing")? {
        tests.push(FieldTest::Missing(missing));
    }
    keys.finish()?;
    if tests.is_empty() {
        let remedy = "add one of any_of, none_of, has_word, contains, matches, domain_in, between, at_least, at_most, \
                      in_days, before, after, missing";
        return Err(keys.error(format!("asks nothing of `{field}`"), remedy));
    }
    Ok(FieldCondition { field, tests })
}

fn in_days(keys: &Keys<'_>, from: Span, to: Span) -> Result<FieldTest, InputError> {
    if from > to {
        let what = format!("is [\"{from}\", \"{to}\"]: the first is later than the second");
        return Err(keys.error_at("in_days", what, "write the earlier end first; negative spans lie in the past"));
    }
    Ok(FieldTest::InDays { from, to })
}

fn read_text_tests(keys: &mut Keys<'_>) -> Result<Vec<(TextOperator, Vec<String>)>, InputError> {
    let mut tests = Vec::new();
    for operator in TextOperator::ALL {
        if let Some(words) = keys.words(operator.key())? {
            tests.push((operator, words));
        }
    }
    Ok(tests)
}

/// A bound is a number, or a date.
#[derive(Clone, Copy)]
enum Bound {
    Number(f64),
    Date(Moment),
}

fn read_bound(keys: &Keys<'_>, key: &str, value: &Value, local: LocalTime<'_>) -> Result<Bound, InputError> {
    match number_of(value) {
        Some(number) if number.is_finite() => return Ok(Bound::Number(number)),
        Some(number) => return Err(keys.error_at(key, format!("is {number}, which is not finite"), "write a number")),
        None => {}
    }
    moment_of(value, local).map(Bound::Date).ok_or_else(|| {
        let what = format!("is `{}`, neither a number nor a date", value.to_string().trim().trim_matches('"'));
        keys.error_at(key, what, "write a number such as 50, or a date such as \"2026-01-31\"")
    })
}

/// `between`, `at_least`, `at_most`, `before` and `after`, each as a test of its own.
fn read_bounds(keys: &mut Keys<'_>, local: LocalTime<'_>) -> Result<Vec<FieldTest>, InputError> {
    let mut tests = Vec::new();
    if let Some([low, high]) = keys.pair("between")? {
        let low = read_bound(keys, "between", low, local)?;
        let high = read_bound(keys, "between", high, local)?;
        tests.push(closed(keys, "between", Some(low), Some(high))?);
    }
    let (at_least, at_most) = (keys.item("at_least"), keys.item("at_most"));
    let read = |key: &str, item: Option<&toml_edit::Item>| match item.map(|item| item.as_value()) {
        None => Ok(None),
        Some(Some(value)) => read_bound(keys, key, value, local).map(Some),
        Some(None) => Err(keys.error_at(key, "is not a number or date", "write a number or a date")),
    };
    let (at_least, at_most) = (read("at_least", at_least)?, read("at_most", at_most)?);
    if at_least.is_some() || at_most.is_some() {
        let key = if at_least.is_some() { "at_least" } else { "at_most" };
        tests.push(closed(keys, key, at_least, at_most)?);
    }
    for key in ["before", "after"] {
        let Some(item) = keys.item(key) else { continue };
        let moment = item.as_value().and_then(|value| moment_of(value, local));
        let moment = moment.ok_or_else(|| {
            keys.error_at(key, "is not a date", "write a date such as \"2026-01-31\" or \"2026-01-31T09:00:00Z\"")
        })?;
        tests.push(match key {
            "before" => FieldTest::Date { from: None, to: Some(moment.first.minus(Span(1))) },
            _ => FieldTest::Date { from: Some(moment.last.plus(Span(1))), to: None },
        });
    }
    Ok(tests)
}

fn closed(keys: &Keys<'_>, key: &str, low: Option<Bound>, high: Option<Bound>) -> Result<FieldTest, InputError> {
    let reversed = || keys.error_at(key, "begins a range that ends before it begins", "write the lower end first");
    let number = |bound: Option<Bound>, open: f64| match bound {
        None => Some(open),
        Some(Bound::Number(number)) => Some(number),
        Some(Bound::Date(_)) => None,
    };
    if let (Some(min), Some(max)) = (number(low, f64::NEG_INFINITY), number(high, f64::INFINITY)) {
        return if min <= max { Ok(FieldTest::Number { min, max }) } else { Err(reversed()) };
    }
    let date = |bound: Option<Bound>, end: fn(Moment) -> Instant| match bound {
        None => Some(None),
        Some(Bound::Date(moment)) => Some(Some(end(moment))),
        Some(Bound::Number(_)) => None,
    };
    match (date(low, |moment| moment.first), date(high, |moment| moment.last)) {
        (Some(from), Some(to)) if from.zip(to).is_some_and(|(from, to)| from > to) => Err(reversed()),
        (Some(from), Some(to)) => Ok(FieldTest::Date { from, to }),
        _ => Err(keys.error_at(key, "mixes a number with a date", "write both ends in the same way")),
    }
}

/// Reads `detail`: a table of text tests, or a text or list that stands for `any_of`.
pub(super) fn read_detail(keys: &mut Keys<'_>, key: &'static str) -> Result<Option<Detail>, InputError> {
    let Some(item) = keys.item(key) else { return Ok(None) };
    let (words, owner) = if item.is_table_like() {
        let mut tests = keys.table(key)?.ok_or_else(|| keys.error_at(key, "is not a table", ""))?;
        let words = read_text_tests(&mut tests)?;
        tests.finish()?;
        (words, Some(tests))
    } else {
        (vec![(TextOperator::AnyOf, keys.words_of(key, item)?)], None)
    };
    let owner = owner.as_ref().unwrap_or(keys);
    let mut matching = None;
    for (operator, words) in &words {
        let test = operator.matching(words).map_err(|what| owner.error_at(operator.key(), what, ""))?;
        matching = Some(match matching.take() {
            None => test,
            Some(so_far) => crate::text::TextMatch::and(so_far, test),
        });
    }
    match matching {
        Some(matching) => Ok(Some(Detail { words, matching })),
        None => Err(owner.error("asks nothing", "add any_of, none_of, has_word, contains, matches or domain_in")),
    }
}

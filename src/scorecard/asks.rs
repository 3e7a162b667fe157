//! What a rule asks for, in words: for people who see its id beside its points and have never opened the file.

use super::condition::{Condition, FieldCondition, FieldTest, TextOperator};
use super::rule::{ActivityMeasure, ActivityRule, Detail, Kinds, Rule};
use crate::asof::{Instant, Span};
use crate::decay::Decay;
use crate::text::{age_in_words, listed, span_in_words};
use crate::values::format_instant;

/// Words and kinds of one rule that are named.
const NAMED: usize = 3;

impl Rule {
    /// What it asks for, with names between backticks: `` `employees` 50 to 1000 ``, `` `email_open` 5 times or more within 90 d ``.
    pub fn asks(&self) -> String {
        match (&self.activity, &self.when) {
            (Some(activity), Some(when)) => format!("{}, where {}", activity.asks(), when.asks()),
            (Some(activity), None) => activity.asks(),
            (None, Some(when)) => when.asks(),
            (None, None) => "every lead".to_string(),
        }
    }
}

impl ActivityRule {
    fn asks(&self) -> String {
        let acts = acts(&self.kinds, self.detail.as_ref());
        match &self.measure {
            ActivityMeasure::EachTime { within, decay, max_count } => {
                let newest = max_count.map_or_else(String::new, |most| format!(", the newest {most}"));
                let fades = if *decay == Decay::None { "" } else { ", fading" };
                format!("each {acts}{}{newest}{fades}", window(*within))
            }
            ActivityMeasure::Threshold { within, at_least, at_most } => {
                format!("{acts} {}{}", times(*at_least, *at_most), window(*within))
            }
            ActivityMeasure::Rate { within, of, of_detail, at_least, at_most, min_count } => {
                let of = self::acts(of, of_detail.as_ref());
                let of_enough = if *min_count > 1.0 { format!(", of {min_count} or more") } else { String::new() };
                format!("{acts} per {of}: {}{}{of_enough}", bounds(*at_least, *at_most), window(*within))
            }
            ActivityMeasure::Quiet { none_within } => format!("no {acts} for {}", span_in_words(*none_within)),
            ActivityMeasure::Gap { gap_over } => {
                format!("more than {} between the newest two of {acts}", span_in_words(*gap_over))
            }
        }
    }
}

impl Condition {
    fn asks(&self) -> String {
        // What is joined in another way stands in brackets.
        let part = |part: &Condition| match part {
            Condition::All(_) | Condition::Any(_) => format!("({})", part.asks()),
            Condition::Not(_) | Condition::Field(_) => part.asks(),
        };
        let joined = |parts: &[Condition], word| parts.iter().map(part).collect::<Vec<_>>().join(&format!(" {word} "));
        match self {
            Condition::All(parts) => joined(parts, "and"),
            Condition::Any(parts) => joined(parts, "or"),
            Condition::Not(inner) => format!("not ({})", inner.asks()),
            Condition::Field(FieldCondition { field, tests }) => {
                let tests: Vec<String> = tests.iter().map(FieldTest::asks).collect();
                format!("`{field}` {}", tests.join(" and "))
            }
        }
    }
}

impl FieldTest {
    fn asks(&self) -> String {
        let bounded = |bound: f64| bound.is_finite().then_some(bound);
        match self {
            FieldTest::Text { operator, words, .. } => format!("{} {}", verb(*operator), named(words)),
            FieldTest::Number { min, max } => bounds(bounded(*min), bounded(*max)),
            FieldTest::Date { from, to } => {
                let bound = |at: &Option<Instant>, word: &str| at.map(|at| format!("{word} {}", format_instant(at)));
                bound(from, "from").into_iter().chain(bound(to, "until")).collect::<Vec<_>>().join(" ")
            }
            FieldTest::InDays { from, to } => format!("{} to {}", from_now(*from), from_now(*to)),
            FieldTest::Missing(true) => "has no value".to_string(),
            FieldTest::Missing(false) => "has a value".to_string(),
        }
    }
}

/// `3 d ago`, `now`, `in 3 d`.
fn from_now(span: Span) -> String {
    match span.0 {
        0 => "now".to_string(),
        ..0 => age_in_words(Span(-span.0)),
        _ => format!("in {}", span_in_words(span)),
    }
}

fn verb(operator: TextOperator) -> &'static str {
    match operator {
        TextOperator::AnyOf => "is",
        TextOperator::NoneOf => "is not",
        TextOperator::HasWord => "has the word",
        TextOperator::Contains => "contains",
        TextOperator::Matches => "matches",
        TextOperator::DomainIn => "is at",
    }
}

/// `` `a`, `b` or `c` ``, or how many more there are.
fn named(words: &[String]) -> String {
    let mut shown: Vec<String> = words.iter().take(NAMED).map(|word| format!("`{}`", word.replace('`', "'"))).collect();
    if words.len() > NAMED {
        shown.push(format!("{} more", words.len() - NAMED));
    }
    listed(&shown, "or")
}

fn acts(kinds: &Kinds, detail: Option<&Detail>) -> String {
    let kinds = match kinds {
        Kinds::Listed(kinds) => named(kinds),
        Kinds::Any => "act of the lead".to_string(),
    };
    let tests = detail.map_or(&[][..], |detail| &detail.words);
    let tests: Vec<String> =
        tests.iter().map(|(operator, words)| format!("{} {}", verb(*operator), named(words))).collect();
    if tests.is_empty() { kinds } else { format!("{kinds} whose detail {}", tests.join(" and ")) }
}

fn window(within: Option<Span>) -> String {
    within.map_or_else(String::new, |within| format!(" within {}", span_in_words(within)))
}

fn bounds(least: Option<f64>, most: Option<f64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("{least} or more"),
        (None, Some(most)) => format!("{most} or less"),
        (None, None) => "any".to_string(),
    }
}

fn times(least: Option<f64>, most: Option<f64>) -> String {
    match (least, most) {
        (Some(1.0), None) => "at least once".to_string(),
        (_, Some(0.0)) => "never".to_string(),
        (Some(1.0), Some(1.0)) => "once".to_string(),
        (Some(least), None) => format!("{least} times or more"),
        (None, Some(most)) => format!("{most} times or less"),
        _ => format!("{} times", bounds(least, most)),
    }
}

#[cfg(test)]
mod tests {
    use crate::scorecard::Scorecard;

    fn asks(rule: &str) -> String {
        let text = format!("range = [0, 100]\n[[rule]]\nid = \"r\"\npoints = 1\n{rule}\n");
        Scorecard::parse(&text, "scorecard.toml").unwrap().rules[0].asks()
    }

    #[test]
    fn conditions_on_fields_are_told_by_their_tests() {
        let of = |test: &str| asks(&format!("when = {{ field = \"x\", {test} }}"));
        assert_eq!(of("any_of = [\"a\", \"b\"]"), "`x` is `a` or `b`");
        assert_eq!(of("has_word = [\"a\", \"b\", \"c\", \"d\", \"e\"]"), "`x` has the word `a`, `b`, `c` or 2 more");
        assert_eq!(of("between = [50, 1000]"), "`x` 50 to 1000");
        assert_eq!(of("at_least = 17640"), "`x` 17640 or more");
        assert_eq!(of("missing = true"), "`x` has no value");
        assert_eq!(of("in_days = [\"0d\", \"90d\"]"), "`x` now to in 90 d");
        assert_eq!(of("in_days = [\"-90d\", \"-12h\"]"), "`x` 90 d ago to 12 h ago");
        let [a, b] = ["{ field = \"a\", any_of = [\"p`q\"] }", "{ field = \"b\", any_of = [\"r\"] }"];
        let nested = asks(&format!("when = {{ all = [{{ any = [{a}, {b}] }}, {{ not = {{ all = [{a}, {b}] }} }}] }}"));
        assert_eq!(nested, "(`a` is `p'q` or `b` is `r`) and not (`a` is `p'q` and `b` is `r`)");
        let both = "when = { all = [{ field = \"x\", at_most = 3 }, { not = { field = \"y\", any_of = [\"a\"] } }] }";
        assert_eq!(asks(both), "`x` 3 or less and not (`y` is `a`)");
    }

    #[test]
    fn acts_are_told_by_how_they_count() {
        let of = |keys: &str| asks(&format!("activity = \"open\"\n{keys}"));
        assert_eq!(of("max_count = 10\ndecay = { half_life = \"30d\" }"), "each `open`, the newest 10, fading");
        assert_eq!(of("at_least = 5\nwithin = \"90d\""), "`open` 5 times or more within 90 d");
        assert_eq!(of("at_least = 1"), "`open` at least once");
        assert_eq!(of("at_least = 1\nat_most = 1"), "`open` once");
        assert_eq!(of("at_most = 0"), "`open` never");
        assert_eq!(of("none_within = \"10d\""), "no `open` for 10 d");
        assert_eq!(of("gap_over = \"60d\""), "more than 60 d between the newest two of `open`");
        assert_eq!(of("rate_of = \"sent\"\nat_least = 0.3"), "`open` per `sent`: 0.3 or more");
        let enough = of("rate_of = \"sent\"\nat_least = 0.3\nmin_count = 5");
        assert_eq!(enough, "`open` per `sent`: 0.3 or more, of 5 or more");
        assert_eq!(of("detail = { any_of = [\"/p\"] }"), "each `open` whose detail is `/p`");
        assert_eq!(asks("activity = \"*\"\nnone_within = \"30d\""), "no act of the lead for 30 d");
        let where_ = "activity = \"open\"\nwhen = { field = \"x\", any_of = [\"a\"] }";
        assert_eq!(asks(where_), "each `open`, where `x` is `a`");
    }
}

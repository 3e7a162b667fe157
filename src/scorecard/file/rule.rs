//! Reads rules: the keys first, then what they can mean together.

use super::condition::{read_condition, read_detail};
use super::keys::Keys;
use super::moment::LocalTime;
use crate::asof::Span;
use crate::decay::Decay;
use crate::fault::InputError;
use crate::scorecard::condition::Condition;
use crate::scorecard::rule::{ActivityMeasure, ActivityRule, Detail, Effect, Kinds};

/// A rule as written, before groups and personas are known by index.
pub(super) struct WrittenRule {
    pub id: String,
    pub group: Option<String>,
    pub effect: Effect,
    pub when: Option<Condition>,
    pub activity: Option<ActivityRule>,
    pub place: String,
}

/// Names of ledger entries, which a rule of that name could not be told from.
const RESERVED: [&str; 5] = ["base", "clamp", "rounding", "disqualify", "average lead"];

pub(super) fn read_rule(mut keys: Keys<'_>, local: LocalTime<'_>) -> Result<WrittenRule, InputError> {
    let id = read_id(&mut keys)?;
    keys.owner = format!("rule `{id}`");
    let group = keys.string("group")?;
    let points = keys.number("points")?;
    let disqualify = keys.flag("disqualify")?.unwrap_or(false);
    let when = keys.table("when")?;
    let activity = AmountKeys::read(&mut keys)?;
    keys.finish()?;
    let effect = match (points, disqualify) {
        (Some(points), false) => Effect::Points(points),
        (None, true) => Effect::Disqualify,
        (Some(_), true) => {
            return Err(keys.error("has both `points` and `disqualify`", "a disqualified lead has no points: keep one"));
        }
        (None, false) => return Err(keys.error("has no points", "add points = …, or disqualify = true")),
    };
    if disqualify && group.is_some() {
        return Err(keys.error("has `group` and `disqualify`", "a rule without points belongs to no group"));
    }
    let when = when.map(|when| read_condition(when, local)).transpose()?;
    let activity = activity.check(&keys)?;
    if when.is_none() && activity.is_none() {
        let remedy = "add when = { field = …, … }, or activity = \"…\"";
        return Err(keys.error("has neither `when` nor `activity`", remedy));
    }
    Ok(WrittenRule { id, group, effect, when, activity, place: keys.place() })
}

/// Whether a rule of this id could not be told from another entry of the ledger.
pub fn is_reserved_id(id: &str) -> bool {
    RESERVED.contains(&id) || id.starts_with("cap ")
}

fn read_id(keys: &mut Keys<'_>) -> Result<String, InputError> {
    let id = keys.string("id")?.ok_or_else(|| keys.error("has no id", "add id = \"…\", unique in the file"))?;
    if is_reserved_id(&id) {
        return Err(keys.error_at("id", format!("is `{id}`, the name of a ledger entry"), "choose another id"));
    }
    Ok(id)
}

/// The keys that say what is counted, as written.
struct AmountKeys {
    kinds: Option<Kinds>,
    detail: Option<Detail>,
    within: Option<Span>,
    decay: Option<Decay>,
    max_count: Option<u64>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    none_within: Option<Span>,
    gap_over: Option<Span>,
    rate_of: Option<Kinds>,
    rate_detail: Option<Detail>,
    min_count: Option<u64>,
}

impl AmountKeys {
    fn read(keys: &mut Keys<'_>) -> Result<AmountKeys, InputError> {
        Ok(AmountKeys {
            kinds: read_kinds(keys, "activity")?,
            detail: read_detail(keys, "detail")?,
            within: keys.duration("within")?,
            decay: read_decay(keys)?,
            max_count: keys.positive_count("max_count")?,
            at_least: bound(keys, "at_least")?,
            at_most: bound(keys, "at_most")?,
            none_within: keys.duration("none_within")?,
            gap_over: keys.duration("gap_over")?,
            rate_of: read_kinds(keys, "rate_of")?,
            rate_detail: read_detail(keys, "rate_detail")?,
            min_count: keys.positive_count("min_count")?,
        })
    }

    fn present(&self) -> Vec<&'static str> {
        let keys = [
            ("detail", self.detail.is_some()),
            ("within", self.within.is_some()),
            ("decay", self.decay.is_some()),
            ("max_count", self.max_count.is_some()),
            ("at_least", self.at_least.is_some()),
            ("at_most", self.at_most.is_some()),
            ("none_within", self.none_within.is_some()),
            ("gap_over", self.gap_over.is_some()),
            ("rate_of", self.rate_of.is_some()),
            ("rate_detail", self.rate_detail.is_some()),
            ("min_count", self.min_count.is_some()),
        ];
        keys.into_iter().filter(|(_, present)| *present).map(|(key, _)| key).collect()
    }

    /// Refuses every key present that a rule of this sort has no use for.
    fn allow_only(&self, keys: &Keys<'_>, sort: &str, allowed: &[&str]) -> Result<(), InputError> {
        match self.present().into_iter().find(|key| *key != "detail" && !allowed.contains(key)) {
            None => Ok(()),
            Some(key) => {
                let remedy = format!("leave out `{key}`, or write a rule of its own for it");
                Err(keys.error_at(key, format!("means nothing on {sort}"), remedy))
            }
        }
    }

    fn check(self, keys: &Keys<'_>) -> Result<Option<ActivityRule>, InputError> {
        if self.kinds.is_none() {
            return match self.present().first() {
                None => Ok(None),
                Some(key) => Err(keys.error_at(key, "needs an activity", "add activity = \"…\"")),
            };
        }
        if self.at_least.zip(self.at_most).is_some_and(|(least, most)| least > most) {
            return Err(keys.error_at("at_least", "is above `at_most`", "exchange the two bounds"));
        }
        let measure = self.measure(keys)?;
        let AmountKeys { kinds, detail, .. } = self;
        Ok(kinds.map(|kinds| ActivityRule { kinds, detail, measure }))
    }

    fn measure(&self, keys: &Keys<'_>) -> Result<ActivityMeasure, InputError> {
        if let Some(none_within) = self.none_within {
            self.allow_only(keys, "a rule with `none_within`", &["none_within"])?;
            return Ok(ActivityMeasure::Quiet { none_within });
        }
        if let Some(gap_over) = self.gap_over {
            self.allow_only(keys, "a rule with `gap_over`", &["gap_over"])?;
            return Ok(ActivityMeasure::Gap { gap_over });
        }
        if let Some(of) = &self.rate_of {
            return self.rate(keys, of);
        }
        if self.is_bounded() {
            self.allow_only(keys, "a threshold rule, which counts once", &["within", "at_least", "at_most"])?;
            return Ok(ActivityMeasure::Threshold {
                within: self.within,
                at_least: self.at_least,
                at_most: self.at_most,
            });
        }
        self.allow_only(keys, "a rule that counts each time", &["within", "decay", "max_count"])?;
        let decay = self.decay.clone().unwrap_or(Decay::None);
        Ok(ActivityMeasure::EachTime { within: self.within, decay, max_count: self.max_count })
    }

    fn is_bounded(&self) -> bool {
        self.at_least.is_some() || self.at_most.is_some()
    }

    fn rate(&self, keys: &Keys<'_>, of: &Kinds) -> Result<ActivityMeasure, InputError> {
        let allowed = ["within", "rate_of", "rate_detail", "at_least", "at_most", "min_count"];
        self.allow_only(keys, "a rate rule", &allowed)?;
        if !self.is_bounded() {
            return Err(keys.error("has `rate_of` without a bound", "add at_least = 0.3 or at_most = 0.3"));
        }
        Ok(ActivityMeasure::Rate {
            within: self.within,
            of: of.clone(),
            of_detail: self.rate_detail.clone(),
            at_least: self.at_least,
            at_most: self.at_most,
            min_count: self.min_count.unwrap_or(1) as f64,
        })
    }
}

fn bound(keys: &mut Keys<'_>, key: &'static str) -> Result<Option<f64>, InputError> {
    match keys.number(key)? {
        Some(number) if number < 0.0 => {
            Err(keys.error_at(key, format!("is {number}"), "a number of acts is 0 or more"))
        }
        bound => Ok(bound),
    }
}

/// A kind, a list of kinds, or `"*"`.
pub(super) fn read_kinds(keys: &mut Keys<'_>, key: &'static str) -> Result<Option<Kinds>, InputError> {
    let Some(kinds) = keys.words(key)? else { return Ok(None) };
    match kinds.iter().any(|kind| kind == "*") {
        true if kinds.len() == 1 => Ok(Some(Kinds::Any)),
        true => Err(keys.error_at(key, "lists `*` among others", "write \"*\" alone: it matches all but our own acts")),
        false => Ok(Some(Kinds::Listed(kinds))),
    }
}

fn read_decay(keys: &mut Keys<'_>) -> Result<Option<Decay>, InputError> {
    let Some(mut form) = keys.table("decay")? else { return Ok(None) };
    form.owner = format!("`decay` of {}", keys.owner);
    let half_life = form.duration("half_life")?;
    let lifespan = form.duration("lifespan")?;
    let steps = read_steps(&mut form)?;
    form.finish()?;
    match (half_life, lifespan, steps) {
        (Some(half_life), None, None) => Ok(Some(Decay::HalfLife(half_life))),
        (None, Some(lifespan), None) => Ok(Some(Decay::Lifespan(lifespan))),
        (None, None, Some(steps)) => Ok(Some(Decay::Steps(steps))),
        _ => Err(form.error("is not one form of decay", "write one of half_life, lifespan or steps")),
    }
}

fn read_steps(form: &mut Keys<'_>) -> Result<Option<Vec<(Span, f64)>>, InputError> {
    let Some(item) = form.item("steps") else { return Ok(None) };
    let wrong = |what: String| form.error_at("steps", what, "write ages and factors: [[\"30d\", 0.5], [\"90d\", 0.0]]");
    let mut steps: Vec<(Span, f64)> = Vec::new();
    for step in item.as_array().ok_or_else(|| wrong("is not a list".to_string()))? {
        let pair: Vec<_> = step.as_array().map(|pair| pair.iter().collect()).unwrap_or_default();
        let [age, factor] = pair[..] else { return Err(wrong("holds what is not [age, factor]".to_string())) };
        let age = form.span_of("steps", Some(age))?;
        let factor =
            super::keys::number_of(factor).ok_or_else(|| wrong("holds a factor that is no number".to_string()))?;
        if age < Span(0) {
            return Err(wrong(format!("holds the negative age `{age}`")));
        }
        if !factor.is_finite() || factor < 0.0 {
            return Err(wrong(format!("holds the factor {factor}, which is not 0 or more")));
        }
        if steps.last().is_some_and(|(before, _)| *before >= age) {
            return Err(wrong(format!("does not ascend: `{age}` follows `{}`", steps[steps.len() - 1].0)));
        }
        steps.push((age, factor));
    }
    if steps.is_empty() { Err(wrong("is an empty list".to_string())) } else { Ok(Some(steps)) }
}

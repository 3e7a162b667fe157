//! Reads what frames the rules: range, tiers, groups, rescaling, grade and actions.

use super::condition::read_condition;
use super::keys::{Keys, number_of};
use super::moment::LocalTime;
use super::rule::read_kinds;
use crate::fault::InputError;
use crate::scorecard::action::{Action, QUADRANTS};
use crate::scorecard::grade::GradeBounds;
use crate::scorecard::group::{Group, Range, Rescale};
use crate::scorecard::tier::{DISQUALIFIED, Tier};
use crate::text::nearest;

pub(super) fn read_range(keys: &mut Keys<'_>, integer: bool) -> Result<Range, InputError> {
    let [min, max] = keys.number_range("range")?.unwrap_or([0.0, 100.0]);
    if integer && (min.fract() != 0.0 || max.fract() != 0.0) {
        return Err(keys.error_at(
            "range",
            "has fractions, but `integer = true` rounds to whole points",
            "use whole ends",
        ));
    }
    Ok(Range { min, max })
}

pub(super) fn read_tiers(keys: &mut Keys<'_>, range: Range) -> Result<Vec<Tier>, InputError> {
    let Some(table) = keys.table("tiers")? else { return Ok(Vec::new()) };
    let mut tiers: Vec<Tier> = Vec::new();
    for (name, item) in table.entries() {
        let bound = item.as_value().and_then(number_of);
        let bound =
            bound.ok_or_else(|| table.error_at(&name, "is not a number", "write the least score of the tier"))?;
        if name.trim().is_empty() || name == DISQUALIFIED {
            return Err(table.error_at(&name, "cannot be the name of a tier", "choose another name"));
        }
        if !(range.min..=range.max).contains(&bound) {
            let what = format!("is {bound}, outside the range [{}, {}]", range.min, range.max);
            return Err(table.error_at(&name, what, "move the bound into the range, or widen `range`"));
        }
        if let Some(equal) = tiers.iter().find(|tier| tier.bound == bound) {
            let what = format!("has the same bound as `{}`: {bound}", equal.name);
            return Err(table.error_at(&name, what, "give each tier its own bound"));
        }
        tiers.push(Tier { name, bound, listed: tiers.len() });
    }
    tiers.sort_by(|a, b| a.bound.total_cmp(&b.bound));
    Ok(tiers)
}

pub(super) fn read_handover(keys: &mut Keys<'_>, tiers: &[Tier]) -> Result<Option<usize>, InputError> {
    match keys.string("handover")? {
        None => Ok(tiers.len().checked_sub(1)),
        Some(name) => tier_index(keys, "handover", &name, tiers).map(Some),
    }
}

fn tier_index(keys: &Keys<'_>, key: &str, name: &str, tiers: &[Tier]) -> Result<usize, InputError> {
    tiers.iter().position(|tier| tier.name == name).ok_or_else(|| {
        let names = tiers.iter().map(|tier| tier.name.as_str());
        keys.error_at(key, format!("is `{name}`, which is no tier"), did_you_mean(name, names))
    })
}

fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// Fit and engagement first, then the groups of the file.
pub(super) fn read_groups(keys: &mut Keys<'_>) -> Result<Vec<Group>, InputError> {
    let mut groups = vec![Group::uncapped("fit"), Group::uncapped("engagement")];
    let Some(table) = keys.table("groups")? else { return Ok(groups) };
    for (name, item) in table.entries() {
        let caps = item.as_table_like();
        let caps = caps.ok_or_else(|| table.error_at(&name, "is not a table", "write { max = 100 }"))?;
        let mut caps = Keys::new(keys.source, format!("group `{name}`"), caps, item.span());
        let (min, max) = (caps.number("min")?, caps.number("max")?);
        caps.finish()?;
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            return Err(caps.error("has `min` above `max`", "exchange the two"));
        }
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => (group.min, group.max) = (min, max),
            None => groups.push(Group { name, min, max }),
        }
    }
    Ok(groups)
}

pub(super) fn read_rescale(keys: &mut Keys<'_>) -> Result<Option<Rescale>, InputError> {
    let Some(mut table) = keys.table("rescale")? else { return Ok(None) };
    let (from, to) = (table.number_range("from")?, table.number_range("to")?);
    table.finish()?;
    match (from, to) {
        (Some([a, b]), Some([c, d])) => {
            Ok(Some(Rescale { from: Range { min: a, max: b }, to: Range { min: c, max: d } }))
        }
        _ => Err(table.error("needs both ends", "write { from = [0, 15], to = [0, 100] }")),
    }
}

pub(super) fn read_grade(keys: &mut Keys<'_>) -> Result<GradeBounds, InputError> {
    let Some(mut table) = keys.table("grade")? else { return Ok(GradeBounds::default()) };
    let item = table.item("bounds");
    table.finish()?;
    let mut grade = GradeBounds { place: Some(table.place()), ..GradeBounds::default() };
    if let Some(item) = item {
        let numbers: Vec<f64> =
            item.as_array().map(|list| list.iter().filter_map(number_of).collect()).unwrap_or_default();
        let remedy = "write three falling percentages, such as [75, 50, 25]";
        let [first, second, third] = numbers[..] else {
            return Err(table.error_at("bounds", "is not a list of three numbers", remedy));
        };
        if !(100.0 >= first && first > second && second > third && third > 0.0) {
            return Err(table.error_at("bounds", format!("is [{first}, {second}, {third}]"), remedy));
        }
        grade.percent = [first, second, third];
    }
    Ok(grade)
}

pub(super) fn read_action(mut keys: Keys<'_>, tiers: &[Tier], local: LocalTime<'_>) -> Result<Action, InputError> {
    let tier = keys.string("tier")?;
    let at_least = keys.string("at_least")?;
    let quadrant = keys.string("quadrant")?;
    let when = keys.table("when")?;
    let activity = read_kinds(&mut keys, "activity")?;
    let unless_activity = read_kinds(&mut keys, "unless_activity")?;
    let text = keys.string("do")?;
    keys.finish()?;
    if let Some(name) = tier.as_ref().filter(|name| *name != DISQUALIFIED) {
        tier_index(&keys, "tier", name, tiers)?;
    }
    let at_least = at_least.map(|name| tier_index(&keys, "at_least", &name, tiers)).transpose()?;
    if let Some(name) = quadrant.as_ref().filter(|name| !QUADRANTS.contains(&name.as_str())) {
        let remedy = did_you_mean(name, QUADRANTS.into_iter());
        return Err(keys.error_at("quadrant", format!("is `{name}`, which is no quadrant"), remedy));
    }
    let text = text.ok_or_else(|| keys.error("does nothing", "add do = \"…\""))?;
    let when = when.map(|when| read_condition(when, local)).transpose()?;
    Ok(Action { tier, at_least, quadrant, when, activity, unless_activity, text, place: keys.place() })
}

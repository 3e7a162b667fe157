//! Writes new points and tiers into the text of a scorecard, everything else untouched.
//!
//! Comments, order, spacing and every other key stay as they are; each changed value keeps its old one in a comment.

use crate::fault::InputError;
use std::fmt::Write;
use std::ops::Range;
use toml_edit::{Document, Item, TableLike};

/// New points of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPoints {
    /// Id of the rule.
    pub rule: String,
    /// Its persona; `None` for a common rule.
    pub persona: Option<String>,
    /// The points to write.
    pub points: f64,
}

/// One value to be written in place of another.
struct Change {
    value: Range<usize>,
    new: String,
}

/// `text` with the points of these rules replaced, the old ones in a comment at the end of the line
/// (`points = 12  # was 15`). Rules whose points stay the same are not touched.
///
/// # Errors
/// The text is not TOML, or has no such rule with points.
pub fn with_points(text: &str, new: &[NewPoints]) -> Result<String, InputError> {
    let document = parsed(text)?;
    let mut changes = Vec::new();
    for wanted in new {
        let rule = find_rule(document.as_table(), wanted);
        let points = rule.and_then(|rule| rule.get("points"));
        let change = points.and_then(|points| change_of(points, wanted.points));
        let name = wanted.persona.as_ref().map_or(wanted.rule.clone(), |persona| format!("{persona}/{}", wanted.rule));
        changes.push(change.ok_or_else(|| InputError::new(format!("the scorecard has no rule `{name}` with points")))?);
    }
    Ok(rewritten(text, changes))
}

/// `text` with one more key of a rule set to `value`, as TOML, or taken away (`None`): an old value stays in a comment, a
/// new line says that it is new. A `[[rule]]` gets a line of its own below its points, a `{ … }` a further entry.
///
/// # Errors
/// The text is not TOML, has no such rule with points, or writes the key as a table of its own.
pub fn with_key(
    text: &str,
    rule: &str,
    persona: Option<&str>,
    key: &str,
    value: Option<&str>,
) -> Result<String, InputError> {
    let document = parsed(text)?;
    let wanted = NewPoints { rule: rule.to_string(), persona: persona.map(str::to_string), points: 0.0 };
    let found = find_rule(document.as_table(), &wanted);
    let points = found.and_then(|rule| rule.get("points")).and_then(Item::span);
    let (Some(found), Some(points)) = (found, points) else {
        return Err(InputError::new(format!("the scorecard has no rule `{rule}` with points")));
    };
    let inline = is_inline(document.as_table(), persona);
    match (found.get(key), value) {
        (None, None) => Ok(text.to_string()),
        (Some(item), _) if item.as_value().is_none() || item.span().is_none() => {
            Err(InputError::new(format!("rule `{rule}` writes `{key}` as a table of its own"))
                .remedy(format!("write it on one line, `{key} = {{ … }}`")))
        }
        (Some(item), Some(value)) => {
            let span = item.span().expect("an item without a span was refused above");
            Ok(rewritten(text, vec![Change { value: span, new: value.to_string() }]))
        }
        (Some(_), None) if inline => {
            Err(InputError::new(format!("rule `{rule}` is written on one line, with its `{key}`"))
                .remedy(format!("take `{key}` out by hand, or write the rule as [[rule]]")))
        }
        (Some(item), None) => Ok(without(text, item.span().expect("an item without a span was refused above"))),
        (None, Some(value)) => Ok(with_entry(text, points, inline, &format!("{key} = {value}"))),
    }
}

/// Whether the rules that hold this one are written as a list of `{ … }`.
fn is_inline(scorecard: &dyn TableLike, persona: Option<&str>) -> bool {
    let parent = match persona {
        None => Some(scorecard),
        Some(persona) => with_id(scorecard, "persona", persona),
    };
    parent.and_then(|parent| parent.get("rule")).is_some_and(|rules| rules.as_array().is_some())
}

/// Puts an entry behind the points.
fn with_entry(text: &str, points: Range<usize>, inline: bool, entry: &str) -> String {
    if inline {
        return format!("{}, {entry}{}", &text[..points.end], &text[points.end..]);
    }
    let line_end = text[points.end..].find('\n').map_or(text.len(), |at| points.end + at);
    let (before, after) = text.split_at(line_end);
    match before.strip_suffix('\r') {
        Some(before) => format!("{before}\r\n{entry}  # new\r{after}"),
        None => format!("{before}\n{entry}  # new{after}"),
    }
}

/// Turns the line of an entry into a comment.
fn without(text: &str, value: Range<usize>) -> String {
    let line_start = text[..value.start].rfind('\n').map_or(0, |at| at + 1);
    format!("{}# was: {}", &text[..line_start], &text[line_start..])
}

/// `text` with the bounds of these tiers replaced, the old ones in a comment.
///
/// # Errors
/// The text is not TOML, or has no such tier.
pub fn with_tiers(text: &str, new: &[(String, f64)]) -> Result<String, InputError> {
    let document = parsed(text)?;
    let tiers = document.get("tiers").and_then(Item::as_table_like);
    let mut changes = Vec::new();
    for (name, bound) in new {
        let change = tiers.and_then(|tiers| tiers.get(name)).and_then(|item| change_of(item, *bound));
        changes.push(change.ok_or_else(|| InputError::new(format!("the scorecard has no tier `{name}`")))?);
    }
    Ok(rewritten(text, changes))
}

fn parsed(text: &str) -> Result<Document<&str>, InputError> {
    Document::parse(text).map_err(|error| InputError::new(error.message().to_string()))
}

fn find_rule<'a>(scorecard: &'a dyn TableLike, wanted: &NewPoints) -> Option<&'a dyn TableLike> {
    let Some(persona) = &wanted.persona else { return with_id(scorecard, "rule", &wanted.rule) };
    with_id(with_id(scorecard, "persona", persona)?, "rule", &wanted.rule)
}

/// The table under `key`, written `[[key]]` or as a list of `{ … }`, that has this id.
fn with_id<'a>(parent: &'a dyn TableLike, key: &str, id: &str) -> Option<&'a dyn TableLike> {
    let is_it = |table: &&dyn TableLike| table.get("id").and_then(Item::as_str) == Some(id);
    let item = parent.get(key)?;
    if let Some(tables) = item.as_array_of_tables() {
        return tables.iter().map(|table| table as &dyn TableLike).find(is_it);
    }
    let tables = item.as_array()?.iter().filter_map(|value| value.as_inline_table());
    tables.map(|table| table as &dyn TableLike).find(is_it)
}

fn change_of(item: &Item, new: f64) -> Option<Change> {
    item.as_value()?;
    Some(Change { value: item.span()?, new: new.to_string() })
}

/// Puts the new values in and the old ones into comments at the ends of their lines.
fn rewritten(text: &str, mut changes: Vec<Change>) -> String {
    let same = |change: &Change| {
        let old = text[change.value.clone()].replace('_', "").parse::<f64>();
        old.is_ok_and(|old| change.new.parse() == Ok(old))
    };
    changes.retain(|change| !same(change));
    changes.sort_by_key(|change| change.value.start);
    let mut result = String::with_capacity(text.len() + 16 * changes.len());
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let line_end = line_start + line.len();
        let here: Vec<&Change> = changes.iter().filter(|c| (line_start..line_end).contains(&c.value.start)).collect();
        result.push_str(&rewritten_line(text, line_start..line_end, &here));
        line_start = line_end;
    }
    result
}

fn rewritten_line(text: &str, line: Range<usize>, changes: &[&Change]) -> String {
    let whole = &text[line.clone()];
    if changes.is_empty() {
        return whole.to_string();
    }
    let mut result = String::new();
    let mut copied = line.start;
    for change in changes {
        result.push_str(&text[copied..change.value.start]);
        result.push_str(&change.new);
        copied = change.value.end;
    }
    result.push_str(&text[copied..line.end]);
    let body = result.trim_end_matches(['\r', '\n']);
    let ending = result[body.len()..].to_string();
    let old: Vec<&str> = changes.iter().map(|change| &text[change.value.clone()]).collect();
    let mut body = body.trim_end().to_string();
    let last = changes[changes.len() - 1].value.end;
    // What follows the last value on its line can hold no quoted `#`, unless more keys of a `{ … }` do.
    let has_comment = comment_in(&text[last..line.end]);
    let separator = if has_comment { "; was" } else { "  # was" };
    write!(body, "{separator} {}", old.join(", ")).expect("writing to a string cannot fail");
    body + &ending
}

/// The first line of a scorecard with learned points.
const LEARNED: &str =
    "# These points were learned from closed deals: written by `leadscore compare`, old values in comments.";

/// `text` with a first line that says where its points come from, for whoever reads it and for [`is_learned`].
pub fn as_learned(text: &str) -> String {
    if is_learned(text) {
        return text.to_string();
    }
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    // A byte order mark stays in front.
    let (mark, rest) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    format!("{mark}{LEARNED}{ending}{rest}")
}

/// Whether the points of a scorecard's text were learned from deals.
pub fn is_learned(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').starts_with(LEARNED)
}

/// Whether a `#` outside quotes begins a comment.
fn comment_in(rest_of_line: &str) -> bool {
    let mut quote = None;
    for letter in rest_of_line.chars() {
        match quote {
            None if letter == '#' => return true,
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            Some(open) if open == letter => quote = None,
            _ => {}
        }
    }
    false
}

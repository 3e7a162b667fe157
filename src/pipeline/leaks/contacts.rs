//! Columns that tell of a contact and not of the lead: it may be the one in which the deal was decided.

use super::{Charge, Suspect};
use crate::features::{Source, Values};
use crate::pipeline::start::{self, contact, numbers_may_tell_of_a_contact};
use crate::tables::{MISSING, Numbers, TextColumn};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A column of more different words is no calendar.
const MOST_WORDS: usize = 1_000;

/// What such a column is asked.
pub(in crate::pipeline) const QUESTION: &str =
    "Was that contact before the deal was decided, or the one in which it was?";

/// Judges name and values of a column.
pub(super) fn judge(suspect: &mut Suspect<'_>) {
    if let Some(told) = told(suspect) {
        suspect.suspicions.push(Charge::new(told, QUESTION));
    }
}

/// What a column tells of a contact, if it does.
pub(super) fn told(suspect: &Suspect<'_>) -> Option<String> {
    let attribute = suspect.plain()?;
    let values = match (&attribute.source, &attribute.values) {
        (Source::Column(_), Values::Text(column)) if column.levels.len() <= MOST_WORDS => of_words(column),
        (Source::Column(name), Values::Number(numbers)) if numbers_may_tell_of_a_contact(name) => of_numbers(numbers),
        _ => return None,
    };
    contact(&suspect.name, &values)
}

fn of_words(column: &TextColumn) -> start::Values<'_> {
    let mut rows = vec![0_usize; column.levels.len()];
    column.codes.iter().filter(|code| **code != MISSING).for_each(|&code| rows[code as usize] += 1);
    let mut levels: Vec<(&str, usize)> = column.levels.iter().map(String::as_str).zip(rows).collect();
    levels.sort_by_key(|(_, rows)| Reverse(*rows));
    start::Values { words: levels.into_iter().map(|(level, _)| level).collect(), numbers: Vec::new() }
}

fn of_numbers(numbers: &Numbers) -> start::Values<'static> {
    let mut rows: BTreeMap<u64, (f64, usize)> = BTreeMap::new();
    for number in numbers.iter().filter(|number| !number.is_nan()) {
        rows.entry(number.to_bits()).or_insert((number, 0)).1 += 1;
    }
    let mut numbers: Vec<(f64, usize)> = rows.into_values().collect();
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    start::Values { words: Vec::new(), numbers }
}

//! Columns that tell of a contact and not of the lead: it may be the one in which the deal was decided.

use super::{Charge, Ground, Suspect};
use crate::features::{Source, Values};
use crate::pipeline::start::{self, contact, is_in_doubt_by_name, is_left_out_by_name, numbers_may_tell_of_a_contact};
use crate::tables::{MISSING, Numbers, TextColumn};
use crate::text::words_of;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Words of headers for parts of a date.
const PARTS_OF_A_DATE: [&str; 3] = ["month", "weekday", "day"];
/// A column of more different words is no calendar.
const MOST_WORDS: usize = 1_000;

/// What such a column is asked.
pub(in crate::pipeline) const QUESTION: &str = "Does it describe the call or contact that decided the deal?";

/// Judges name and values of a column.
pub(super) fn judge(suspect: &mut Suspect<'_>) {
    if let Some(told) = told(suspect) {
        suspect.suspicions.push(Charge::new(Ground::Values, told, QUESTION));
    }
}

/// Whether a column tells of a contact, and its header does not speak of the close: the month of a close does so as its
/// date does.
pub(super) fn tells_of_a_contact_alone(suspect: &Suspect<'_>) -> bool {
    let words = words_of(&suspect.name);
    let as_date = words.iter().map(|word| if PARTS_OF_A_DATE.contains(&word.as_str()) { "date" } else { word });
    let header = as_date.collect::<Vec<_>>().join(" ");
    told(suspect).is_some() && !is_in_doubt_by_name(&header) && !is_left_out_by_name(&header, false)
}

/// What a column tells of a contact, if it does.
fn told(suspect: &Suspect<'_>) -> Option<String> {
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

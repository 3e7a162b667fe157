//! Columns that tell of a contact and not of the lead, as `init` names them.

use super::columns::ColumnLook;
use super::{Area, Finding, Grade, Notebook};
use crate::pipeline::start::{Values, contact, of_contacts};
use crate::tables::{Column, LeadTable, MISSING};
use crate::text::capital;
use std::collections::BTreeMap;

/// A column of more different values is neither a calendar nor a count of contacts.
const MOST_VALUES: usize = 1_000;

/// Names the columns that are neither in `exclude` nor, because somebody vouches for them, in `allow`.
pub(super) fn look(columns: &[ColumnLook], table: &LeadTable, settled: [&[String]; 2], notes: &mut Notebook) {
    let is_settled = |name: &str| settled.iter().any(|names| names.iter().any(|settled| settled == name));
    let looked_at = columns.iter().filter(|c| c.n_distinct <= MOST_VALUES && !is_settled(&c.name));
    let found: Vec<(&str, String)> = looked_at
        .filter_map(|c| Some((c.name.as_str(), contact(&c.name, &values(table.column(&c.name)?)?)?)))
        .collect();
    let named: Vec<(&str, &str)> = found.iter().map(|(name, told)| (*name, told.as_str())).collect();
    if let Some(sentence) = of_contacts(&named) {
        let finding = Finding::new(Grade::Look, Area::Columns, capital(&sentence), "");
        notes.findings.push(finding.naming(found.iter().map(|(name, _)| name)));
    }
}

/// The values of a column of words or of numbers.
fn values(column: &Column) -> Option<Values<'_>> {
    if let Some(numbers) = &column.number {
        let mut rows: BTreeMap<u64, (f64, usize)> = BTreeMap::new();
        for &number in numbers.iter().filter(|number| !number.is_nan()) {
            rows.entry(number.to_bits()).or_insert((number, 0)).1 += 1;
        }
        let mut numbers: Vec<(f64, usize)> = rows.into_values().collect();
        numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
        return Some(Values { words: Vec::new(), numbers });
    }
    let text = column.text.as_ref()?;
    let mut rows = vec![0_usize; text.levels.len()];
    text.codes.iter().filter(|code| **code != MISSING).for_each(|&code| rows[code as usize] += 1);
    let mut levels: Vec<(&str, usize)> = text.levels.iter().map(String::as_str).zip(rows).collect();
    levels.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    Some(Values { words: levels.into_iter().map(|(level, _)| level).collect(), numbers: Vec::new() })
}

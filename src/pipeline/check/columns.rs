//! Columns that say nothing, say too much, or say one thing in several spellings.

use super::{Area, Finding, Grade, Notebook, by_number, counted, first_few, listed};
use crate::tables::{Column, ColumnType, LeadTable};
use crate::text::fold;
use std::collections::BTreeMap;

/// A column with its own value on more than this share of the leads identifies them.
const NEARLY_UNIQUE: f64 = 0.9;
/// A column without a value on more than this share of the leads is sparse.
const SPARSE: f64 = 0.5;
/// Below so many values "nearly unique" and "constant" mean nothing.
const FEWEST_ROWS: usize = 20;
/// Columns of more distinct values are not looked through for spellings.
const MOST_SPELLINGS: usize = 2_000;
/// Pairs of spellings shown.
const PAIRS_SHOWN: usize = 4;

/// What reading found about a column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnLook {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub column_type: ColumnType,
    /// Rows without a value.
    pub n_missing: usize,
    /// Distinct values.
    pub n_distinct: usize,
    /// What looked odd, in sentences: values that are nearly all numbers, days that may be months.
    pub problems: Vec<String>,
}

impl ColumnLook {
    /// Whether it tells leads apart by name rather than by kind.
    pub(super) fn is_nearly_unique(&self, n_rows: usize) -> bool {
        let n_values = n_rows.saturating_sub(self.n_missing);
        n_values >= FEWEST_ROWS && self.n_distinct as f64 > NEARLY_UNIQUE * n_values as f64
    }
}

pub(super) fn look(columns: &[ColumnLook], table: &LeadTable, notes: &mut Notebook) {
    let n = table.n_leads();
    for column in columns.iter().filter(|c| !c.problems.is_empty()) {
        let sentence = format!("`{}` is read as {}, but looks mixed", column.name, words(column.column_type));
        notes.findings.push(
            Finding::new(Grade::Look, Area::Columns, sentence, column.problems.join("; ")).naming([&column.name]),
        );
    }
    if n >= FEWEST_ROWS {
        notes.findings.extend(silent(columns));
        notes.findings.extend(identifying(columns, n));
        notes.findings.extend(sparse(columns, n));
    }
    notes.findings.extend(table.columns.iter().filter_map(spellings));
}

fn words(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Number => "numbers",
        ColumnType::Category => "categories",
        ColumnType::Date => "times",
        ColumnType::Text => "text",
    }
}

fn silent(columns: &[ColumnLook]) -> Vec<Finding> {
    let named = |holds: &dyn Fn(&ColumnLook) -> bool| -> Vec<&str> {
        columns.iter().filter(|c| holds(c)).map(|c| c.name.as_str()).collect()
    };
    let empty = named(&|c| c.n_distinct == 0);
    let constant = named(&|c| c.n_distinct == 1 && c.n_missing == 0);
    let mut found = Vec::new();
    for (names, what) in [(empty, "no value on any lead"), (constant, "the same value on every lead")] {
        if !names.is_empty() {
            let n = names.len();
            let sentence = format!("{} {} {what}", counted(n, "column"), by_number(n, "has", "have"));
            let evidence = format!("{}: the model leaves {} out", listed(&names), by_number(n, "it", "them"));
            found.push(Finding::new(Grade::Note, Area::Columns, sentence, evidence).naming(names));
        }
    }
    found
}

fn identifying(columns: &[ColumnLook], n: usize) -> Option<Finding> {
    let names: Vec<&str> = columns
        .iter()
        .filter(|c| matches!(c.column_type, ColumnType::Text | ColumnType::Category) && c.is_nearly_unique(n))
        .map(|c| c.name.as_str())
        .collect();
    (!names.is_empty()).then(|| {
        let verb = by_number(names.len(), "differs", "differ");
        let sentence = format!("{} {verb} on nearly every lead", counted(names.len(), "column"));
        let what = by_number(
            names.len(),
            "an identifier or free text, which the model does not use as it stands",
            "identifiers or free text, which the model does not use as they stand",
        );
        let evidence = format!("{}: {what}", listed(&names));
        Finding::new(Grade::Note, Area::Columns, sentence, evidence).naming(names)
    })
}

fn sparse(columns: &[ColumnLook], n: usize) -> Option<Finding> {
    let mut sparse: Vec<&ColumnLook> =
        columns.iter().filter(|c| c.n_distinct > 0 && c.n_missing as f64 > SPARSE * n as f64).collect();
    sparse.sort_by(|a, b| b.n_missing.cmp(&a.n_missing).then(a.name.cmp(&b.name)));
    let shown: Vec<String> =
        sparse.iter().map(|c| format!("`{}` ({:.0} %)", c.name, 100.0 * c.n_missing as f64 / n as f64)).collect();
    (!sparse.is_empty()).then(|| {
        let verb = by_number(sparse.len(), "is", "are");
        let sentence = format!("{} {verb} missing on more than half of the leads", counted(sparse.len(), "column"));
        Finding::new(Grade::Note, Area::Columns, sentence, first_few(&shown)).naming(sparse.iter().map(|c| &c.name))
    })
}

/// Values of one category that differ only in capitals, blanks and signs.
fn spellings(column: &Column) -> Option<Finding> {
    let text = column
        .text
        .as_ref()
        .filter(|t| column.column_type == ColumnType::Category && t.levels.len() <= MOST_SPELLINGS)?;
    let mut by_letters: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for level in &text.levels {
        let letters: String = fold(level).chars().filter(|c| c.is_alphanumeric()).collect();
        // Signs alone carry the meaning of +, − or <5 and >5.
        if letters.chars().filter(|c| c.is_alphabetic()).count() >= 3 {
            by_letters.entry(letters).or_default().push(level);
        }
    }
    let alike: Vec<String> = by_letters
        .into_values()
        .filter(|levels| levels.len() > 1)
        .map(|levels| levels.iter().map(|l| format!("\"{l}\"")).collect::<Vec<_>>().join(" and "))
        .collect();
    (!alike.is_empty()).then(|| {
        let more = alike.len().saturating_sub(PAIRS_SHOWN);
        let mut shown = alike.iter().take(PAIRS_SHOWN).cloned().collect::<Vec<_>>().join("; ");
        if more > 0 {
            shown.push_str(&format!("; and {more} more"));
        }
        let sentence = format!("`{}` has values that differ only in capitals, blanks or signs", column.name);
        Finding::new(Grade::Look, Area::Columns, sentence, shown).naming([&column.name])
    })
}

//! The column plan: which columns and kinds of activity the model may use, and why the others are left out.

use super::derived::Derived;
use super::source::{Attribute, KindMeasure, Source, Values};
use crate::asof::Instant;
use crate::measures::KindColumns;
use crate::tables::{Column, ColumnType, LeadTable, Numbers};
use serde::{Deserialize, Serialize};

/// A text column with more distinct values than this is also read for what it derives.
const DERIVE_ABOVE_LEVELS: usize = 30;
/// A text column derives a seniority only if at least this share of its distinct values yields one.
const DERIVES_OFTEN: f64 = 0.2;

/// What became of a column or a kind of activity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fate {
    /// A term of the model.
    Used(String),
    /// Not used, and why.
    LeftOut(String),
}

/// One line of the column plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanLine {
    /// The column, kind or derived term.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
}

/// What decides which columns may become terms.
#[derive(Debug, Clone, Default)]
pub struct PlanSettings {
    /// Columns never used by the model.
    pub exclude: Vec<String>,
    /// Columns that are used although a rule of thumb would leave them out.
    pub allow: Vec<String>,
    /// Counters of acts kept as columns.
    pub activity_columns: Vec<String>,
    /// Whether such a counter may be used: only where the moment of the snapshot is the moment of the export.
    pub counters_are_as_of: bool,
    /// Columns with a role of their own (id, outcome, times, row weight).
    pub roles: Vec<String>,
    /// Kinds of our own acts, which are counted only.
    pub ours: Vec<String>,
    /// Whether the age of the lead is a term.
    pub age: bool,
    /// Sources that are read whatever the columns look like: those of a version that is to be asked about the deals.
    pub keep: Vec<Source>,
}

/// What the columns of a leads table offer.
#[derive(Debug, Default)]
pub struct Offer {
    /// Sources that may become terms.
    pub sources: Vec<Source>,
    /// Those of the columns that the project file excludes.
    pub excluded: Vec<Source>,
    /// A line for each column that is left out.
    pub left_out: Vec<PlanLine>,
}

/// The sources that the columns of a leads table offer.
pub fn sources(table: &LeadTable, rows: &[usize], settings: &PlanSettings, has_as_of: bool) -> Offer {
    let mut offer = Offer::default();
    for column in table.columns.iter().filter(|column| !settings.roles.contains(&column.name)) {
        let name = &column.name;
        let of_column = of_column(column, rows, settings, has_as_of);
        let left_out = if settings.exclude.contains(name) {
            offer.excluded.extend(of_column.unwrap_or_default());
            Some("excluded by the project file")
        } else {
            of_column.map(|sources| offer.sources.extend(sources)).err()
        };
        let line = |why: &str| PlanLine { name: name.clone(), fate: Fate::LeftOut(why.to_string()) };
        offer.left_out.extend(left_out.map(line));
    }
    if settings.age && has_as_of && table.created_at.is_some() {
        offer.sources.push(Source::Age);
    }
    offer
}

/// The sources that one column offers, or why it offers none.
fn of_column(
    column: &Column,
    rows: &[usize],
    settings: &PlanSettings,
    has_as_of: bool,
) -> Result<Vec<Source>, &'static str> {
    let name = &column.name;
    let allowed = settings.allow.contains(name);
    if settings.activity_columns.contains(name) && !settings.counters_are_as_of && !allowed {
        return Err("a counter of the whole life; it knows what came after the as-of (`allow` brings it back)");
    }
    if column.column_type == ColumnType::Date {
        return if has_as_of {
            Ok(vec![Source::DaysFrom(name.clone())])
        } else {
            Err("a date says nothing without an as-of")
        };
    }
    if column.column_type == ColumnType::Text && !allowed {
        let derived = derivations(column, rows);
        return if derived.is_empty() {
            Err("free text or an identifier: nearly every lead has its own value")
        } else {
            Ok(derived)
        };
    }
    let mut sources = vec![Source::Column(name.clone())];
    if column.column_type == ColumnType::Category
        && column.text.as_ref().is_some_and(|t| t.levels_of(rows).len() > DERIVE_ABOVE_LEVELS)
    {
        sources.extend(derivations(column, rows));
    }
    Ok(sources)
}

/// What can be derived from a text column, judged by its values on the training rows.
fn derivations(column: &Column, rows: &[usize]) -> Vec<Source> {
    let Some(text) = &column.text else { return Vec::new() };
    let mut levels = text.levels_of(rows);
    levels.sort_unstable();
    let looked_at = levels.iter().take(1000);
    let n = looked_at.len().max(1) as f64;
    let share = |what: Derived| looked_at.clone().filter(|l| what.read(l).is_some()).count() as f64 / n;
    let source = |what| Source::Derived { column: column.name.clone(), what };
    if share(Derived::EmailDomain) > 0.5 {
        vec![source(Derived::EmailDomain)]
    } else if share(Derived::Seniority) >= DERIVES_OFTEN {
        vec![source(Derived::Seniority), source(Derived::Department)]
    } else {
        Vec::new()
    }
}

/// The sources that a kind of activity offers.
pub fn kind_sources(kind: &str, ours: bool) -> Vec<Source> {
    let all = [KindMeasure::Count, KindMeasure::Decayed, KindMeasure::DaysSince, KindMeasure::DaysSinceFirst];
    let measures = if ours { &all[..1] } else { &all[..] };
    measures.iter().map(|&measure| Source::Activity { kind: kind.to_string(), measure }).collect()
}

/// Reads a source's values for the leads `rows` of the table. `None` when the table or log does not have it.
pub fn read(
    source: &Source,
    table: &LeadTable,
    rows: &[usize],
    as_of: Option<&[Instant]>,
    kinds: &[KindColumns],
) -> Option<Attribute> {
    let days = |from: Instant, row: usize| as_of.map_or(f64::NAN, |t| t[row].since(from).days());
    let values = match source {
        Source::Column(name) => column_values(table.column(name)?, rows)?,
        Source::DaysFrom(name) => {
            let dates = table.column(name)?.date.as_ref()?;
            Values::Number(rows.iter().map(|&r| dates[r].map_or(f64::NAN, |d| days(d, r))).collect())
        }
        Source::Derived { column, what } => {
            let derived = what.of_column(table.column(column)?.text.as_ref()?);
            Values::Text(derived.rows(rows))
        }
        Source::Age => {
            let created = table.created_at.as_ref()?;
            Values::Number(rows.iter().map(|&r| created[r].map_or(f64::NAN, |c| days(c, r))).collect())
        }
        Source::Activity { kind, measure } => {
            Values::Number(kind_measure(kinds.iter().find(|k| k.kind == *kind)?, *measure, rows, as_of).into())
        }
    };
    Some(Attribute { source: source.clone(), values })
}

/// A measure of a kind of activity for the leads `rows`.
fn kind_measure(kind: &KindColumns, measure: KindMeasure, rows: &[usize], as_of: Option<&[Instant]>) -> Vec<f64> {
    match (measure, as_of) {
        (KindMeasure::Count, _) => kind.counts(rows),
        (KindMeasure::Decayed, _) => kind.decayed(rows),
        (KindMeasure::DaysSince, Some(as_of)) => kind.days_since_newest(rows, as_of),
        (KindMeasure::DaysSinceFirst, Some(as_of)) => kind.days_since_first(rows, as_of),
        (KindMeasure::DaysSince | KindMeasure::DaysSinceFirst, None) => vec![f64::NAN; rows.len()],
    }
}

/// A measure of a kind of activity for the leads `rows`, in as few bytes as hold it exactly.
pub fn narrow_kind_measure(
    kind: &KindColumns,
    measure: KindMeasure,
    rows: &[usize],
    as_of: Option<&[Instant]>,
) -> Numbers {
    match (measure, as_of) {
        (KindMeasure::Count, _) => Numbers::of_counts(kind.counts(rows)),
        (KindMeasure::DaysSince, Some(as_of)) => Numbers::of_spans(kind.since_newest(rows, as_of)),
        (KindMeasure::DaysSinceFirst, Some(as_of)) => Numbers::of_spans(kind.since_first(rows, as_of)),
        _ => Numbers::Wide(kind_measure(kind, measure, rows, as_of)),
    }
}

fn column_values(column: &Column, rows: &[usize]) -> Option<Values> {
    Some(match column.column_type {
        ColumnType::Number => {
            let numbers = column.number.as_ref()?;
            Values::Number(rows.iter().map(|&r| numbers[r]).collect())
        }
        _ => Values::Text(column.text.as_ref()?.rows(rows)),
    })
}

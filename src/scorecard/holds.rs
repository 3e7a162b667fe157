//! Evaluates conditions column by column: text once per distinct value, then by code.

use super::condition::{Condition, FieldCondition, FieldTest};
use super::evidence::Evidence;
use crate::asof::Instant;
use crate::tables::{Column, ColumnType, MISSING, TextColumn};
use crate::text::TextMatch;
use rayon::prelude::*;

impl Condition {
    /// `(n_leads,)` where the condition holds.
    pub(super) fn holds(&self, evidence: &Evidence<'_>) -> Vec<bool> {
        let n_leads = evidence.leads.n_leads();
        match self {
            Condition::All(parts) => joined(parts, evidence, |so_far, part| so_far & part),
            Condition::Any(parts) => joined(parts, evidence, |so_far, part| so_far | part),
            Condition::Not(part) => part.holds(evidence).into_iter().map(|holds| !holds).collect(),
            Condition::Field(field) => match evidence.leads.column(&field.field) {
                Some(column) => field.holds(column, evidence),
                // The caller chose to go on without the column: every value is missing.
                None => vec![field.tests.iter().all(|test| *test == FieldTest::Missing(true)); n_leads],
            },
        }
    }
}

fn joined(parts: &[Condition], evidence: &Evidence<'_>, join: fn(bool, bool) -> bool) -> Vec<bool> {
    let mut masks = parts.iter().map(|part| part.holds(evidence));
    let mut result = masks.next().unwrap_or_default();
    for mask in masks {
        result.iter_mut().zip(mask).for_each(|(so_far, part)| *so_far = join(*so_far, part));
    }
    result
}

impl FieldCondition {
    fn holds(&self, column: &Column, evidence: &Evidence<'_>) -> Vec<bool> {
        let n_leads = evidence.leads.n_leads();
        let mut result = vec![true; n_leads];
        for test in &self.tests {
            let mask = test.holds(column, evidence.as_of).unwrap_or_else(|| vec![false; n_leads]);
            result.iter_mut().zip(mask).for_each(|(so_far, holds)| *so_far &= holds);
        }
        result
    }
}

impl FieldTest {
    /// `None` where the column has no such view, so that nothing can be said of any value.
    fn holds(&self, column: &Column, as_of: Option<&[Instant]>) -> Option<Vec<bool>> {
        match self {
            FieldTest::Text { matching, .. } => column.text.as_ref().map(|text| text_holds(matching, text)),
            FieldTest::Number { min, max } => {
                // NaN lies in no range.
                let numbers = column.number.as_ref()?;
                Some(numbers.iter().map(|number| min <= number && number <= max).collect())
            }
            FieldTest::Date { from, to } => {
                let within = |at: &Instant| from.is_none_or(|from| *at >= from) && to.is_none_or(|to| *at <= to);
                Some(column.date.as_ref()?.iter().map(|at| at.as_ref().is_some_and(within)).collect())
            }
            FieldTest::InDays { from, to } => {
                let dates = column.date.as_ref()?.iter().zip(as_of?);
                let within = |at: &Instant, as_of: &Instant| (*from..=*to).contains(&at.since(*as_of));
                Some(dates.map(|(at, as_of)| at.as_ref().is_some_and(|at| within(at, as_of))).collect())
            }
            FieldTest::Missing(wanted) => Some(missing(column)?.into_iter().map(|is| is == *wanted).collect()),
        }
    }
}

fn text_holds(matching: &TextMatch, text: &TextColumn) -> Vec<bool> {
    let by_level: Vec<bool> = text.levels.par_iter().with_min_len(1024).map(|level| matching.holds(level)).collect();
    text.codes.iter().map(|code| *code != MISSING && by_level[*code as usize]).collect()
}

/// Where a column has no value, by the view of its own type or else any that it has.
pub(super) fn missing(column: &Column) -> Option<Vec<bool>> {
    let by_number = || Some(column.number.as_ref()?.iter().map(|number| number.is_nan()).collect());
    let by_date = || Some(column.date.as_ref()?.iter().map(Option::is_none).collect());
    let by_text = || Some(column.text.as_ref()?.codes.iter().map(|code| *code == MISSING).collect());
    let own: Option<Vec<bool>> = match column.column_type {
        ColumnType::Number => by_number(),
        ColumnType::Date => by_date(),
        ColumnType::Category | ColumnType::Text => by_text(),
    };
    own.or_else(by_text).or_else(by_number).or_else(by_date)
}

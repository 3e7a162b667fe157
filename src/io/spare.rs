//! Columns that the leads table takes over as they were read, since nobody needs them as they stand any more: of a million
//! leads each copy less is a thousand pages of memory that need not be had.

use super::cells::{RawCells, TextCells};
use super::leads::ColumnRequest;
use super::raw::RawTable;
use super::reading::CellReader;
use super::settings::LeadRoles;
use crate::asof::Instant;
use crate::tables::ColumnType;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Cells taken out of the raw table, by the name of their column. Whoever reads a column asks here first.
#[derive(Default)]
pub(super) struct Spare(Mutex<BTreeMap<String, RawCells>>);

impl Spare {
    /// Takes the columns that one reader alone asks for, in a form that can be taken over without looking at single cells, and
    /// that are not `kept`. All rows must be leads.
    pub(super) fn of(
        raw: &mut RawTable,
        roles: &LeadRoles,
        requests: &[ColumnRequest],
        reader: &CellReader,
        kept: &dyn Fn(&str) -> bool,
    ) -> Spare {
        let mut spare = BTreeMap::new();
        for column in &mut raw.columns {
            let asked: Vec<&ColumnRequest> = requests.iter().filter(|request| request.name == column.name).collect();
            let (n_times, n_others) = n_roles(roles, &column.name);
            let is_fit = match (&asked[..], n_times, n_others) {
                ([request], 0, 0) => is_fit(request, &column.cells, reader),
                ([], 1, 0) => matches!(column.cells, RawCells::Instants(_)),
                _ => false,
            };
            if is_fit && !kept(&column.name) {
                let none = RawCells::Text(TextCells::default());
                spare.insert(column.name.clone(), std::mem::replace(&mut column.cells, none));
            }
        }
        Spare(Mutex::new(spare))
    }

    /// The numbers of a column, if it was taken.
    pub(super) fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        match self.take(name)? {
            RawCells::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }

    /// The times of a column, if it was taken.
    pub(super) fn instants(&self, name: &str) -> Option<Vec<Option<Instant>>> {
        match self.take(name)? {
            RawCells::Instants(instants) => Some(instants),
            _ => None,
        }
    }

    /// The words of a column, if it was taken.
    pub(super) fn words(&self, name: &str) -> Option<TextCells> {
        match self.take(name)? {
            RawCells::Text(words) => Some(words),
            _ => None,
        }
    }

    fn take(&self, name: &str) -> Option<RawCells> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name)
    }
}

/// How many times a column is, and how many other parts it plays.
fn n_roles(roles: &LeadRoles, name: &str) -> (usize, usize) {
    let LeadRoles { id, created_at, closed_at, as_of, outcome, weight, activity_columns } = roles;
    let times = [created_at, closed_at, as_of].into_iter().flatten();
    let others =
        [id].into_iter().chain(outcome.iter().map(|outcome| &outcome.column)).chain(weight).chain(activity_columns);
    (times.filter(|column| *column == name).count(), others.filter(|column| *column == name).count())
}

/// Whether cells are what is asked for, and nothing else is.
fn is_fit(request: &ColumnRequest, cells: &RawCells, reader: &CellReader) -> bool {
    let views = request.views;
    match (request.column_type, cells) {
        (ColumnType::Number, RawCells::Numbers(numbers)) => {
            !views.text && !views.date && reader.takes_as_they_are(numbers)
        }
        (ColumnType::Date, RawCells::Instants(_)) => !views.text && !views.number,
        (ColumnType::Category | ColumnType::Text, RawCells::Text(texts)) => {
            !views.number && !views.date && texts.words().is_some()
        }
        _ => false,
    }
}

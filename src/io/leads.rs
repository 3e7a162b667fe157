//! From raw columns to the checked leads table: ids unique, every value read as the type of its column.

use super::ids::distinct_ids;
use super::names::no_such_column;
use super::raw::{RawColumn, RawTable};
use super::reading::{CellReader, Unread, decided_order, unread_error};
use super::roles::ReadRoles;
use super::settings::{LeadRoles, ReadSettings};
use super::spare::Spare;
use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::{Column, ColumnType, Ids, LeadTable, MISSING, TextColumn};
use crate::values::{DateOrder, OrderVerdict, parse_number};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Views that somebody needs beyond the one of the column's own type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Views {
    /// As text.
    pub text: bool,
    /// As numbers; what is none is missing.
    pub number: bool,
    /// As times; what is none is missing.
    pub date: bool,
}

/// A column to be built.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnRequest {
    /// Its name.
    pub name: String,
    /// What it holds. A value that is not of this type is an error (`lenient`: missing, counted).
    pub column_type: ColumnType,
    /// Further views.
    pub views: Views,
}

/// The leads, and what was met on the way.
#[derive(Debug, Clone)]
pub struct BuiltLeads {
    /// The checked table.
    pub table: LeadTable,
    /// What was mended, left out or decided.
    pub report: ReadReport,
    /// `(n_leads,)` row of the raw table of each lead.
    pub raw_rows: Vec<u32>,
}

/// What was mended, left out or decided while reading leads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadReport {
    /// Rows read from all files.
    pub rows_read: usize,
    /// Rows that a later file's row of the same id took the place of.
    pub replaced_rows: usize,
    /// Rows without an id, left out (`lenient`).
    pub blank_id_rows: usize,
    /// Columns asked for that a file does not have, taken as missing (`lenient`).
    pub missing_columns: Vec<String>,
    /// Cells that could not be read, taken as missing (`lenient`).
    pub unreadable: Vec<Unreadable>,
    /// Further remarks, in sentences.
    pub notes: Vec<String>,
    /// Orders of day and month, by column, for the column plan.
    pub date_orders: BTreeMap<String, DateOrder>,
}

/// Cells of one column that could not be read as what the column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Name of the column.
    pub column: String,
    /// How many rows.
    pub rows: usize,
    /// File and line of the first.
    pub first_place: String,
    /// What stands there.
    pub first_value: String,
}

/// Builds the columns asked for and the roles into a checked table.
///
/// # Errors
/// A column that is not there, an id that is blank or stands twice in one file, a value that is not of its column's
/// type (with file, line, column, value and the number of such rows), an order of day and month that no row decides.
pub fn build_leads(
    raw: &RawTable,
    roles: &LeadRoles,
    requests: &[ColumnRequest],
    settings: &ReadSettings,
) -> Result<BuiltLeads, InputError> {
    let (requests, mut report) = begin(raw, roles, requests, settings)?;
    let cells = CellReader::new(settings)?;
    let (raw_rows, ids) = distinct_ids(raw, settings, &roles.id, &mut report)?;
    let context = Building { raw, settings, cells, spare: Spare::default() };
    build(&context, roles, &requests, raw_rows, ids, report)
}

/// The same where nobody needs the cells of a column afterwards unless it is `kept`: others may be taken out of `raw`.
///
/// # Errors
/// Those of [`build_leads`].
pub fn build_leads_out_of(
    raw: &mut RawTable,
    roles: &LeadRoles,
    requests: &[ColumnRequest],
    settings: &ReadSettings,
    kept: &dyn Fn(&str) -> bool,
) -> Result<BuiltLeads, InputError> {
    let (requests, mut report) = begin(raw, roles, requests, settings)?;
    let cells = CellReader::new(settings)?;
    let (raw_rows, ids) = distinct_ids(raw, settings, &roles.id, &mut report)?;
    let are_all = raw_rows.len() == raw.n_rows();
    let spare = if are_all { Spare::of(raw, roles, &requests, &cells, kept) } else { Spare::default() };
    build(&Building { raw, settings, cells, spare }, roles, &requests, raw_rows, ids, report)
}

/// What is asked for, with what the roles need, once it is known to be there.
fn begin(
    raw: &RawTable,
    roles: &LeadRoles,
    requests: &[ColumnRequest],
    settings: &ReadSettings,
) -> Result<(Vec<ColumnRequest>, ReadReport), InputError> {
    let requests = with_activity_columns(requests, roles);
    let mut report = ReadReport { rows_read: raw.n_rows(), notes: raw.notes.clone(), ..ReadReport::default() };
    check_names(raw, roles, &requests, settings, &mut report)?;
    Ok((requests, report))
}

fn build(
    context: &Building<'_>,
    roles: &LeadRoles,
    requests: &[ColumnRequest],
    raw_rows: Vec<u32>,
    ids: Ids,
    mut report: ReadReport,
) -> Result<BuiltLeads, InputError> {
    let raw = context.raw;
    let build_columns = || -> Vec<Result<BuiltColumn, InputError>> {
        requests.par_iter().with_max_len(1).map(|request| context.column(request, &raw_rows)).collect()
    };
    let (built, read_roles) = rayon::join(build_columns, || ReadRoles::of(context, roles, &raw_rows));
    let mut columns = Vec::with_capacity(built.len());
    for column in built {
        let column = column?;
        report.note(&column.column.name, column.unreadable, column.order);
        columns.push(column.column);
    }
    let mut table = LeadTable {
        id_name: roles.id.clone(),
        ids,
        columns,
        created_at: None,
        closed_at: None,
        as_of: None,
        outcome: None,
        row_weight: None,
        origin: match raw_rows.len() == raw.n_rows() {
            true => raw.origin.clone(),
            false => raw.origin.rows(raw_rows.iter().map(|row| *row as usize)),
        },
        files: raw.files.clone(),
    };
    read_roles.fill(context, roles, &raw_rows, &mut table, &mut report)?;
    Ok(BuiltLeads { table, report, raw_rows })
}

impl ReadReport {
    /// Takes in what reading one column found.
    pub(super) fn note(&mut self, column: &str, unreadable: Option<Unreadable>, order: Option<DateOrder>) {
        if let Some(order) = order {
            self.date_orders.insert(column.to_string(), order);
        }
        if let Some(unreadable) = unreadable
            && !self.unreadable.iter().any(|earlier| earlier.column == column)
        {
            self.unreadable.push(unreadable);
        }
    }
}

/// The requests, and the activity columns with their numbers where they are not among them yet.
fn with_activity_columns(requests: &[ColumnRequest], roles: &LeadRoles) -> Vec<ColumnRequest> {
    let mut all = requests.to_vec();
    for name in &roles.activity_columns {
        match all.iter_mut().find(|request| request.name == *name) {
            Some(request) => request.views.number = true,
            None => {
                all.push(ColumnRequest { name: name.clone(), column_type: ColumnType::Number, views: Views::default() })
            }
        }
    }
    all
}

/// Sees to it that every column that is needed is there, once; with `lenient` the gaps are noted.
fn check_names(
    raw: &RawTable,
    roles: &LeadRoles,
    requests: &[ColumnRequest],
    settings: &ReadSettings,
    report: &mut ReadReport,
) -> Result<(), InputError> {
    let mut needed = roles.columns();
    if let Some(name) = needed.iter().find(|name| raw.repeated.contains(name)) {
        return Err(InputError::new(format!("the header names `{name}` more than once"))
            .at(raw.place_of_files())
            .remedy("rename one of the two columns in the file"));
    }
    needed.extend(requests.iter().map(|request| request.name.clone()).filter(|name| !roles.columns().contains(name)));
    for name in needed.iter().filter(|name| raw.repeated.contains(name)) {
        report
            .notes
            .push(format!("the header names `{name}` more than once; the first is meant, the next is `{name}_2`"));
    }
    for name in &needed {
        let lacking =
            raw.absent.iter().find(|(_, absent)| absent == name).map(|(file, _)| raw.files[*file as usize].clone());
        let place = match (raw.column(name), lacking) {
            (Some(_), None) => continue,
            // As the file of open leads beside that of closed ones does.
            (Some(_), Some(file)) if says_how_deals_ended(roles, name) => {
                report.notes.push(format!("{file} has no column `{name}`: its leads count as open"));
                continue;
            }
            (Some(_), Some(file)) => file,
            (None, _) => raw.place_of_files(),
        };
        if !settings.lenient || *name == roles.id {
            let remedy = match *name == roles.id {
                true => "Where the file has no ids, --number-rows takes the row numbers.",
                false => "With --lenient it is taken as missing.",
            };
            return Err(no_such_column(name, &place, &raw.header, remedy));
        }
        report.missing_columns.push(name.clone());
    }
    Ok(())
}

/// Whether a column is blank for open leads, so that a file of such leads may do without it.
fn says_how_deals_ended(roles: &LeadRoles, name: &str) -> bool {
    let outcome = roles.outcome.as_ref().map(|outcome| outcome.column.as_str());
    [outcome, roles.closed_at.as_deref()].contains(&Some(name))
}

/// What every step of building needs.
pub(super) struct Building<'a> {
    /// The raw table.
    pub raw: &'a RawTable,
    /// How to read.
    pub settings: &'a ReadSettings,
    /// The reader of cells by these settings.
    pub cells: CellReader,
    /// Columns that the table may take over.
    pub spare: Spare,
}

struct BuiltColumn {
    column: Column,
    unreadable: Option<Unreadable>,
    order: Option<DateOrder>,
}

impl Building<'_> {
    fn column(&self, request: &ColumnRequest, rows: &[u32]) -> Result<BuiltColumn, InputError> {
        let (own, views) = (request.column_type, request.views);
        let mut column = Column { name: request.name.clone(), column_type: own, text: None, number: None, date: None };
        let (mut unreadable, mut order) = (None, None);
        let raw = self.raw.column(&request.name);
        if views.text || matches!(own, ColumnType::Category | ColumnType::Text) {
            column.text = Some(match raw {
                Some(raw) => match self.spare.words(&request.name) {
                    Some(words) => self.cells.text_of_words(words),
                    None => self.cells.text(raw, rows),
                },
                None => TextColumn { codes: vec![MISSING; rows.len()], levels: Vec::new() },
            });
        }
        if views.number || own == ColumnType::Number {
            let (values, unread) = match raw {
                Some(raw) if own == ColumnType::Number => self.numbers(raw, rows)?,
                Some(raw) => (self.cells.numbers(raw, rows).0, None),
                None => (vec![f64::NAN; rows.len()], None),
            };
            (column.number, unreadable) = (Some(values), unread);
        }
        if views.date || own == ColumnType::Date {
            let read = match raw {
                Some(raw) => self.dates(raw, rows, own == ColumnType::Date)?,
                None => ReadDates { values: vec![None; rows.len()], unreadable: None, order: None },
            };
            order = read.order;
            column.date = Some(read.values);
            unreadable = unreadable.or(read.unreadable);
        }
        Ok(BuiltColumn { column, unreadable, order })
    }

    /// A column whose every value must be a number.
    pub(super) fn numbers(
        &self,
        column: &RawColumn,
        rows: &[u32],
    ) -> Result<(Vec<f64>, Option<Unreadable>), InputError> {
        if let Some(own) = self.spare.numbers(&column.name) {
            return Ok((own, None));
        }
        let (values, unread) = self.cells.numbers(column, rows);
        if unread.n == 0 {
            return Ok((values, None));
        }
        if self.settings.lenient {
            return Ok((values, Some(self.unreadable(column, unread))));
        }
        let other_sign = if self.settings.decimal == '.' { ',' } else { '.' };
        let remedy = match parse_number(&column.text(unread.first_row), other_sign) {
            Some(_) => format!("set decimal = \"{other_sign}\" in the project file if that is the decimal sign"),
            None => format!(
                "mend the value, list it under `missing`, set types = {{ \"{}\" = \"category\" }}, or run with --lenient (missing)",
                column.name
            ),
        };
        Err(unread_error(unread, self.raw, column, "number", &remedy))
    }

    /// A column of times; `own` when the column is one of dates, so that every value must be one.
    pub(super) fn dates(&self, column: &RawColumn, rows: &[u32], own: bool) -> Result<ReadDates, InputError> {
        if let Some(values) = self.spare.instants(&column.name) {
            return Ok(ReadDates { values, unreadable: None, order: None });
        }
        let fixed = self.settings.date_orders.get(&column.name).copied();
        let dates = self.cells.dates(column, rows, fixed);
        let order = match dates.verdict {
            OrderVerdict::Contradictory { .. } if !own => None,
            verdict => decided_order(verdict, self.raw, column)?,
        };
        let mut unreadable = None;
        if own && dates.unread.n > 0 {
            if !self.settings.lenient {
                let remedy = match fixed {
                    Some(DateOrder::MonthFirst) => {
                        "the column was month-first when the model was trained; mend the value"
                    }
                    Some(DateOrder::DayFirst) => "the column was day-first when the model was trained; mend the value",
                    None => "write it as 2024-01-31, set time_format, or run with --lenient (missing)",
                };
                return Err(unread_error(dates.unread, self.raw, column, "time", remedy));
            }
            unreadable = Some(self.unreadable(column, dates.unread));
        }
        Ok(ReadDates { values: dates.values, unreadable, order })
    }

    fn unreadable(&self, column: &RawColumn, unread: Unread) -> Unreadable {
        Unreadable {
            column: column.name.clone(),
            rows: unread.n,
            first_place: self.raw.place(unread.first_row),
            first_value: column.text(unread.first_row).trim().to_string(),
        }
    }
}

/// The times of a column, read.
pub(super) struct ReadDates {
    /// `(n_leads,)`; `None` where missing.
    pub values: Vec<Option<Instant>>,
    /// What `lenient` let pass.
    pub unreadable: Option<Unreadable>,
    /// The order of day and month, where it mattered.
    pub order: Option<DateOrder>,
}

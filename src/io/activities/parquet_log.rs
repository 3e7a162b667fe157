//! The log as Parquet: slices of row groups, only the columns that are needed.

use super::part::{AtCell, LogPlan, Part, RowCells};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::io::cells::{RawCells, TextCells};
use crate::io::parquet_file::{ParquetFile, instants, raw_cells};
use crate::io::settings::ActivityRoles;
use polars::prelude::{Column, DataType};
use std::fmt::Write;

/// The columns of the log that are read, by the part they play.
pub(super) struct ParquetLayout {
    /// Lead id, time, kind, and then detail and count as far as they are there.
    pub columns: Vec<String>,
    /// Whether the fourth is the detail.
    pub has_detail: bool,
    /// Whether the last is the count.
    pub has_count: bool,
}

impl ParquetLayout {
    /// The columns to read for these roles, each looked up by `find`.
    pub(super) fn new(
        roles: &ActivityRoles,
        find: impl Fn(&String) -> Result<bool, InputError>,
    ) -> Result<ParquetLayout, InputError> {
        let mut columns = Vec::new();
        for name in [&roles.lead_id, &roles.at, &roles.kind] {
            find(name)?;
            columns.push(name.clone());
        }
        let mut has = |name: &Option<String>| match name {
            Some(name) if find(name)? => {
                columns.push(name.clone());
                Ok::<bool, InputError>(true)
            }
            _ => Ok(false),
        };
        let (has_detail, has_count) = (has(&roles.detail)?, has(&roles.count)?);
        Ok(ParquetLayout { columns, has_detail, has_count })
    }
}

/// A column whose cells are looked at as text; numbers are printed into one buffer after the other.
enum Cells {
    Text(TextCells),
    Whole(Vec<Option<i64>>),
    Other(RawCells),
}

impl Cells {
    fn of(column: &Column, plan: &LogPlan, place: &str) -> Result<Cells, InputError> {
        Ok(match raw_cells(column, &plan.times, place)? {
            RawCells::Text(cells) => Cells::Text(cells),
            RawCells::Integers(cells) => Cells::Whole(cells),
            other => Cells::Other(other),
        })
    }

    fn get<'a>(&'a self, row: usize, buffer: &'a mut String) -> &'a [u8] {
        match self {
            Cells::Text(cells) => return cells.get(row).as_bytes(),
            Cells::Whole(cells) => {
                buffer.clear();
                if let Some(value) = cells[row] {
                    push_whole(buffer, value);
                }
            }
            Cells::Other(cells) => {
                buffer.clear();
                buffer.push_str(&cells.text(row));
            }
        }
        buffer.as_bytes()
    }
}

fn push_whole(buffer: &mut String, value: i64) {
    // Writing into a string cannot fail.
    let _ = write!(buffer, "{value}");
}

enum Times {
    Instants(Vec<Option<Instant>>),
    Cells(Cells),
}

/// Reads one slice.
pub(super) fn parse(
    file: &ParquetFile,
    slice: (usize, usize),
    layout: &ParquetLayout,
    plan: &LogPlan,
    name: &str,
) -> Result<Part, InputError> {
    let frame = file.read_slice(&layout.columns, slice)?;
    let column = |wanted: &String| frame.column(wanted).map_err(|error| InputError::new(error.to_string()).at(name));
    let text = |index: usize| Cells::of(column(&layout.columns[index])?, plan, name);
    let (leads, kinds) = (text(0)?, text(2)?);
    let at = column(&layout.columns[1])?;
    let times = match at.dtype() {
        DataType::Date | DataType::Datetime(..) => {
            Times::Instants(instants(at, &plan.times).map_err(|error| InputError::new(error.to_string()).at(name))?)
        }
        _ => Times::Cells(text(1)?),
    };
    let details = if layout.has_detail { Some(text(3)?) } else { None };
    let counts = if layout.has_count { Some(text(layout.columns.len() - 1)?) } else { None };
    let mut part = Part::default();
    let mut buffers: [String; 5] = Default::default();
    for row in 0..frame.height() {
        let [lead, time, kind, detail, count] = &mut buffers;
        let cells = RowCells {
            lead: leads.get(row, lead),
            at: match &times {
                Times::Instants(instants) => AtCell::Instant(instants[row]),
                Times::Cells(cells) => AtCell::Text(cells.get(row, time)),
            },
            kind: kinds.get(row, kind),
            detail: details.as_ref().map_or(b"", |cells| cells.get(row, detail)),
            count: counts.as_ref().map_or(b"", |cells| cells.get(row, count)),
        };
        part.take(plan, (slice.0 + row + 1) as u64, &cells);
    }
    part.find_leads(plan);
    Ok(part)
}

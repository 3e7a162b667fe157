//! The log as Parquet: slices of row groups, only the columns that are needed.

use super::index::LeadIndex;
use super::part::{AtCell, KindCell, LogPlan, Part, RowCells};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::io::cells::{RawCells, TextCells};
use crate::io::dictionary::Dictionary;
use crate::io::parquet_file::{ParquetFile, StoredTimes, codes_of_texts, instants, raw_cells};
use crate::io::settings::ActivityRoles;
use crate::tables::MISSING;
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
enum Cells<'c> {
    Text(TextCells),
    /// Whole numbers without a gap, where the file was read to.
    Whole(&'c [i64]),
    Other(RawCells),
}

impl<'c> Cells<'c> {
    fn of(column: &'c Column, plan: &LogPlan, place: &str) -> Result<Cells<'c>, InputError> {
        if let Some(whole) = column.i64().ok().and_then(|whole| whole.cont_slice().ok()) {
            return Ok(Cells::Whole(whole));
        }
        Ok(match raw_cells(column, &plan.times, place)? {
            RawCells::Text(cells) => Cells::Text(cells),
            other => Cells::Other(other),
        })
    }

    fn get<'a>(&'a self, row: usize, buffer: &'a mut String) -> &'a [u8] {
        match self {
            Cells::Text(cells) => return cells.get(row).as_bytes(),
            Cells::Whole(cells) => {
                buffer.clear();
                // Writing into a string cannot fail.
                let _ = write!(buffer, "{}", cells[row]);
            }
            Cells::Other(cells) => {
                buffer.clear();
                buffer.push_str(&cells.text(row));
            }
        }
        buffer.as_bytes()
    }
}

enum Times<'c> {
    /// Without a gap, where the file was read to.
    Stored(StoredTimes<'c>),
    Instants(Vec<Option<Instant>>),
    Cells(Cells<'c>),
}

impl<'c> Times<'c> {
    fn of(column: &'c Column, plan: &'c LogPlan, place: &str) -> Result<Times<'c>, InputError> {
        if let Some(stored) = StoredTimes::of(column, &plan.times) {
            return Ok(Times::Stored(stored));
        }
        Ok(match column.dtype() {
            DataType::Date | DataType::Datetime(..) => Times::Instants(
                instants(column, &plan.times).map_err(|error| InputError::new(error.to_string()).at(place))?,
            ),
            _ => Times::Cells(Cells::of(column, plan, place)?),
        })
    }

    /// The instant of a row, if the file holds it as one.
    #[inline]
    fn instant(&self, row: usize) -> Option<Instant> {
        match self {
            Times::Stored(times) => Some(times.get(row)),
            Times::Instants(instants) => instants[row],
            Times::Cells(_) => None,
        }
    }
}

/// The code of each row's kind, [`MISSING`] where it is blank.
fn kind_codes(column: &Column, plan: &LogPlan, place: &str, kinds: &mut Dictionary) -> Result<Vec<u32>, InputError> {
    let mut code = |text: &[u8]| match text.trim_ascii() {
        b"" => MISSING,
        text => kinds.code(text),
    };
    let Some(texts) = column.str().ok().filter(|texts| texts.null_count() == 0) else {
        let (cells, mut buffer) = (Cells::of(column, plan, place)?, String::new());
        return Ok((0..column.len()).map(|row| code(cells.get(row, &mut buffer))).collect());
    };
    Ok(codes_of_texts(texts, |text| Some(code(text.as_bytes()))).expect("every text has a code"))
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
    let leads = text(0)?;
    let mut part = Part::default();
    let kinds = kind_codes(column(&layout.columns[2])?, plan, name, &mut part.kinds)?;
    let times = Times::of(column(&layout.columns[1])?, plan, name)?;
    let details = if layout.has_detail { Some(text(3)?) } else { None };
    let counts = if layout.has_count { Some(text(layout.columns.len() - 1)?) } else { None };
    // Nearly every log is one of leads known by their numbers, at times and of kinds known as such.
    if let (None, None, Cells::Whole(ids), Times::Stored(times)) = (&details, &counts, &leads, &times)
        && let LeadIndex::Listed(listed) = &plan.leads
        && !kinds.contains(&MISSING)
    {
        part.take_known(listed, ids, times.all(), kinds);
        return Ok(part);
    }
    let mut buffers: [String; 4] = Default::default();
    for (row, &kind) in kinds.iter().enumerate() {
        let [lead, time, detail, count] = &mut buffers;
        let cells = RowCells {
            lead: leads.get(row, lead),
            at: match &times {
                Times::Cells(cells) => AtCell::Text(cells.get(row, time)),
                known => AtCell::Instant(known.instant(row)),
            },
            kind: KindCell::Code(kind),
            detail: details.as_ref().map_or(b"", |cells| cells.get(row, detail)),
            count: counts.as_ref().map_or(b"", |cells| cells.get(row, count)),
        };
        part.take(plan, (slice.0 + row + 1) as u64, &cells);
    }
    part.find_leads(plan);
    Ok(part)
}

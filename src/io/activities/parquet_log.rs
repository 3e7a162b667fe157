//! The log as Parquet: slices of row groups, only the columns that are needed.

use super::part::{AtCell, LogPlan, Part, RowCells, StoredLeads};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::io::cells::{RawCells, TextCells};
use crate::io::dictionary::Dictionary;
use crate::io::parquet_cells::{Words, instants, raw_cells, read_words, stored_instant, whole};
use crate::io::parquet_file::ParquetFile;
use crate::io::parquet_pages::StoredSort;
use crate::io::settings::ActivityRoles;
use crate::tables::MISSING;
use polars::prelude::{Column, DataType};

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
    Other(RawCells),
}

impl Cells {
    fn of(column: &Column, plan: &LogPlan, place: &str) -> Result<Cells, InputError> {
        Ok(match raw_cells(column, &plan.times, place)? {
            RawCells::Text(cells) => Cells::Text(cells),
            other => Cells::Other(other),
        })
    }

    fn get<'a>(&'a self, row: usize, buffer: &'a mut String) -> &'a [u8] {
        match self {
            Cells::Text(cells) => cells.get(row).as_bytes(),
            Cells::Other(cells) => {
                buffer.clear();
                buffer.push_str(&cells.text(row));
                buffer.as_bytes()
            }
        }
    }
}

enum Times {
    Instants(Vec<Option<Instant>>),
    Cells(Cells),
}

impl Times {
    fn of(column: &Column, plan: &LogPlan, place: &str) -> Result<Times, InputError> {
        Ok(match column.dtype() {
            DataType::Date | DataType::Datetime(..) => Times::Instants(
                instants(column, &plan.times).map_err(|error| InputError::new(error.to_string()).at(place))?,
            ),
            _ => Times::Cells(Cells::of(column, plan, place)?),
        })
    }
}

/// A log as Parquet, with what its slices are read by.
pub(super) struct ParquetLog<'a> {
    /// The file.
    pub file: &'a ParquetFile,
    /// Its columns.
    pub layout: &'a ParquetLayout,
    /// How to read its rows.
    pub plan: &'a LogPlan,
    /// What the file is called.
    pub name: &'a str,
}

impl ParquetLog<'_> {
    /// Reads one slice.
    pub(super) fn parse(&self, slice: (usize, usize)) -> Result<Part, InputError> {
        match self.parse_stored(slice)? {
            Some(part) => Ok(part),
            None => self.parse_read(slice),
        }
    }

    /// Reads a slice of rows with nothing wrong from the pages of its columns; `None` where anything is, or is rare. Nearly
    /// every log is one of known times and kinds, of leads whose ids are few.
    fn parse_stored(&self, slice: (usize, usize)) -> Result<Option<Part>, InputError> {
        let ParquetLog { file, layout, plan, .. } = self;
        let [lead, at, kind] = &layout.columns[..] else { return Ok(None) };
        let Some(StoredSort::Times { unit, is_local }) = file.sort_of(at) else { return Ok(None) };
        let (mut times, instant) = (Vec::new(), stored_instant(unit, is_local, &plan.times));
        if !file.read_stored(at, slice, None, &mut times, instant)? {
            return Ok(None);
        }
        let mut part = Part::default();
        let Some(kinds) = self.stored_kinds(kind, slice, &mut part.kinds)? else { return Ok(None) };
        let Some(leads) = self.stored_leads(lead, slice)? else { return Ok(None) };
        part.take_stored(leads, times, kinds);
        Ok(Some(part))
    }

    /// The code of each row's kind; `None` where one is blank.
    fn stored_kinds(
        &self,
        column: &str,
        slice: (usize, usize),
        kinds: &mut Dictionary,
    ) -> Result<Option<Vec<u32>>, InputError> {
        let Some(StoredSort::Text) = self.file.sort_of(column) else { return Ok(None) };
        let Some(Words { words, mut codes }) = read_words(self.file, column, std::iter::once(slice), usize::MAX)?
        else {
            return Ok(None);
        };
        if words.iter().any(|word| word.as_bytes().trim_ascii().is_empty()) {
            return Ok(None);
        }
        let known: Vec<u32> = words.iter().map(|word| kinds.code(word.as_bytes().trim_ascii())).collect();
        if known.iter().enumerate().any(|(word, code)| word != *code as usize) {
            codes.iter_mut().for_each(|code| *code = known[*code as usize]);
        }
        Ok(Some(codes))
    }

    /// The leads of the rows; `None` where an id is blank text.
    fn stored_leads(&self, column: &str, slice: (usize, usize)) -> Result<Option<StoredLeads>, InputError> {
        let ParquetLog { file, plan, .. } = self;
        let StoredLeads { mut codes, mut unknown } = StoredLeads::default();
        let is_read = match file.sort_of(column) {
            Some(StoredSort::Whole) => file.read_stored(column, slice, Some(MISSING), &mut codes, |id| {
                let id = whole(id)?;
                match plan.leads.row_of_whole(id) {
                    Some(row) => StoredLeads::known(row),
                    None => StoredLeads::unknown(&mut unknown, &id.to_string()),
                }
            })?,
            Some(StoredSort::Text) => file.read_stored(column, slice, Some(MISSING), &mut codes, |id| {
                let id = std::str::from_utf8(id).ok().filter(|id| !id.as_bytes().trim_ascii().is_empty())?;
                match plan.leads.row_of(id.as_bytes()) {
                    Some(row) => StoredLeads::known(row),
                    None => StoredLeads::unknown(&mut unknown, id),
                }
            })?,
            _ => false,
        };
        Ok(is_read.then_some(StoredLeads { codes, unknown }))
    }

    /// Reads a slice of rows of any sort, as polars reads them, one by one.
    fn parse_read(&self, slice: (usize, usize)) -> Result<Part, InputError> {
        let ParquetLog { file, layout, plan, name } = *self;
        let frame = file.read_slice(&layout.columns, slice)?;
        let column =
            |wanted: &String| frame.column(wanted).map_err(|error| InputError::new(error.to_string()).at(name));
        let text = |index: usize| Cells::of(column(&layout.columns[index])?, plan, name);
        let (leads, kinds) = (text(0)?, text(2)?);
        let times = Times::of(column(&layout.columns[1])?, plan, name)?;
        let details = if layout.has_detail { Some(text(3)?) } else { None };
        let counts = if layout.has_count { Some(text(layout.columns.len() - 1)?) } else { None };
        let (mut part, mut buffers) = (Part::default(), <[String; 5]>::default());
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
}

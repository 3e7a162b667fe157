//! A Parquet file opened: its columns, its row groups, and their values in the forms that this program knows.

use super::cells::{RawCells, TextCells};
use super::dictionary::Dictionary;
use crate::asof::{Instant, MICROS_PER_DAY};
use crate::fault::InputError;
use crate::values::TimeReader;
use polars::io::parquet::metadata::{FileMetadata, FileMetadataRef};
use polars::prelude::{
    ArrowDataType, Column, DataFrame, DataType, ParallelStrategy, ParquetReader, PolarsError, PolarsResult, SerReader,
    StringChunked, TimeUnit,
};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Rows read at a time from a row group that holds more.
const SLICE_ROWS: usize = 1 << 18;

/// An opened Parquet file.
pub(super) struct ParquetFile {
    name: String,
    file: File,
    /// Read once: handles of one file share their position, so that readers on several threads must not seek.
    metadata: FileMetadataRef,
    /// Names of the columns that hold plain values.
    pub names: Vec<String>,
    /// Names of the others: lists, structures, raw bytes.
    pub nested: Vec<String>,
    /// How many rows there are.
    pub n_rows: usize,
    /// Starts and lengths of slices that lie each within one row group.
    pub slices: Vec<(usize, usize)>,
    /// First row of each row group.
    group_starts: Vec<usize>,
    /// The footer without its row groups.
    bare_footer: FileMetadataRef,
}

impl ParquetFile {
    /// Reads the footer of `file`.
    pub(super) fn open(name: String, file: File) -> Result<ParquetFile, InputError> {
        let mut reader = ParquetReader::new(handle(&file, &name)?);
        let head = guarded(&name, || Ok((reader.schema()?, reader.get_metadata()?.clone())));
        let (schema, metadata) = head?;
        let (mut slices, mut group_starts, mut start) = (Vec::new(), Vec::new(), 0);
        for group in &metadata.row_groups {
            group_starts.push(start);
            let end = start + group.num_rows();
            while start < end {
                let length = SLICE_ROWS.min(end - start);
                slices.push((start, length));
                start += length;
            }
        }
        let n_rows = metadata.num_rows;
        let mut bare_footer = FileMetadata::clone(&metadata);
        bare_footer.row_groups.clear();
        let (plain, nested): (Vec<_>, Vec<_>) = schema.iter().partition(|(_, field)| is_plain(&field.dtype));
        let names =
            |fields: Vec<(_, _)>| fields.into_iter().map(|(name, _): (&_, &_)| ToString::to_string(name)).collect();
        let (names, nested) = (names(plain), names(nested));
        Ok(ParquetFile {
            name,
            file,
            metadata,
            names,
            nested,
            n_rows,
            slices,
            group_starts,
            bare_footer: Arc::new(bare_footer),
        })
    }

    /// The values of one column in all rows, on the caller's thread. Column by column, a table is never there twice.
    pub(super) fn read_column(&self, column: &str) -> Result<Column, InputError> {
        let frame = self.read(&[column.to_string()], (0, self.n_rows), self.metadata.clone())?;
        guarded(&self.name, || frame.column(column).cloned())
    }

    /// The values of these columns in one of `slices`, on the caller's thread.
    ///
    /// The reader is shown a footer with the slice's row group alone: on its way to a slice it decompresses the first
    /// pages of every row group before it, which over a whole file costs the square of their number.
    pub(super) fn read_slice(&self, columns: &[String], slice: (usize, usize)) -> Result<DataFrame, InputError> {
        let index = self.group_starts.partition_point(|start| *start <= slice.0) - 1;
        let group = self.metadata.row_groups[index].clone();
        let mut footer = FileMetadata::clone(&self.bare_footer);
        footer.num_rows = group.num_rows();
        footer.row_groups.push(group);
        let within = (slice.0 - self.group_starts[index], slice.1);
        self.read(columns, within, Arc::new(footer))
    }

    fn read(
        &self,
        columns: &[String],
        slice: (usize, usize),
        metadata: FileMetadataRef,
    ) -> Result<DataFrame, InputError> {
        let mut reader = ParquetReader::new(handle(&self.file, &self.name)?);
        reader.set_metadata(metadata);
        let reader =
            reader.with_columns(Some(columns.to_vec())).with_slice(Some(slice)).read_parallel(ParallelStrategy::None);
        guarded(&self.name, || reader.finish())
    }
}

/// A handle of its own for each reader.
fn handle(file: &File, name: &str) -> Result<File, InputError> {
    file.try_clone().map_err(|error| super::recognise::unreadable(name, &error))
}

/// Runs a step of the Parquet reader. It panics on some broken files, which must not end more than the command.
fn guarded<T>(name: &str, step: impl FnOnce() -> PolarsResult<T>) -> Result<T, InputError> {
    let reason = match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it is broken inside".to_string(),
    };
    Err(InputError::new(format!("the Parquet file cannot be read: {reason}"))
        .at(name)
        .remedy("the file may be cut short or altered; write it anew"))
}

fn is_plain(dtype: &ArrowDataType) -> bool {
    use ArrowDataType::{
        Binary, BinaryView, Dictionary, FixedSizeBinary, FixedSizeList, LargeBinary, LargeList, List, Map, Struct,
        Union,
    };
    match dtype {
        Dictionary(_, values, _) => is_plain(values),
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) | FixedSizeList(..) | LargeList(_) | List(_)
        | Map(..) | Struct(_) | Union(_) => false,
        _ => true,
    }
}

/// A column as raw cells: numbers, booleans and times as they are, everything else as text. Times without a timezone
/// are local ones of the reader's.
pub(super) fn raw_cells(column: &Column, times: &TimeReader, place: &str) -> Result<RawCells, InputError> {
    let failed = |error: PolarsError| {
        InputError::new(format!("its values cannot be read: {error}"))
            .at(format!("{place}, column `{}`", column.name()))
    };
    Ok(match column.dtype() {
        DataType::Boolean => RawCells::Booleans(column.bool().map_err(failed)?.iter().collect()),
        dtype if dtype.is_integer() || matches!(dtype, DataType::Decimal(_, 0)) => {
            let whole = column.strict_cast(&DataType::Int64).map_err(failed)?;
            RawCells::Integers(whole.i64().map_err(failed)?.iter().collect())
        }
        dtype if dtype.is_float() || matches!(dtype, DataType::Decimal(..)) => {
            let numbers = column.cast(&DataType::Float64).map_err(failed)?;
            RawCells::Numbers(numbers.f64().map_err(failed)?.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
        }
        DataType::Date | DataType::Datetime(..) => RawCells::Instants(instants(column, times).map_err(failed)?),
        _ => {
            let texts = column.cast(&DataType::String).map_err(failed)?;
            RawCells::Text(text_cells(texts.str().map_err(failed)?)?)
        }
    })
}

/// A column of more different words is not taken as one of words. More than of a block of CSV, for it is tried but once.
const MOST_WORDS: usize = 1 << 10;

fn text_cells(texts: &StringChunked) -> Result<TextCells, InputError> {
    let mut words = Dictionary::default();
    let codes = codes_of_texts(texts, |text| {
        let code = words.code(text.as_bytes());
        (words.texts.len() <= MOST_WORDS).then_some(code)
    });
    match codes {
        Some(codes) => TextCells::of_words(words.texts.iter().map(String::as_str), codes),
        None => {
            let mut cells = TextCells::default();
            texts.iter().try_for_each(|text| cells.push(text.unwrap_or_default()))?;
            Ok(cells)
        }
    }
}

/// The code of each text, as `code` gives them; `None` as soon as one has none. A missing text is an empty one.
///
/// Texts come as views. Equal views are equal texts, and a column of few words has few views: most are found without a look
/// at the text.
pub(super) fn codes_of_texts(texts: &StringChunked, mut code: impl FnMut(&str) -> Option<u32>) -> Option<Vec<u32>> {
    let (mut codes, has_gaps) = (Vec::with_capacity(texts.len()), texts.null_count() > 0);
    for chunk in texts.downcast_iter() {
        let mut seen = [None; VIEWS_REMEMBERED];
        for (row, view) in chunk.views().iter().enumerate() {
            if has_gaps && chunk.get(row).is_none() {
                codes.push(code("")?);
                continue;
            }
            let view = view.as_u128();
            let home = ((view as u64 ^ (view >> 64) as u64).wrapping_mul(ODD) >> VIEW_SHIFT) as usize;
            let known = seen[home].filter(|(known, _)| *known == view);
            let (_, code) = match known {
                Some(known) => known,
                None => *seen[home].insert((view, code(chunk.value(row))?)),
            };
            codes.push(code);
        }
    }
    Some(codes)
}

/// Texts remembered by their view, each in the one place that the high bits of a product say.
const VIEWS_REMEMBERED: usize = 256;
const VIEW_SHIFT: u32 = u64::BITS - VIEWS_REMEMBERED.trailing_zeros();
const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Times without a gap as the file holds them: none is copied.
pub(super) struct StoredTimes<'c> {
    stored: &'c [i64],
    to_micros: fn(i64) -> i64,
    /// The reader whose clocks show them, where they are local and its clocks are not those of UTC.
    local: Option<&'c TimeReader>,
}

impl<'c> StoredTimes<'c> {
    /// Of a column of times; `None` when it holds something else, or has a gap.
    pub(super) fn of(column: &'c Column, times: &'c TimeReader) -> Option<StoredTimes<'c>> {
        let DataType::Datetime(unit, zone) = column.dtype() else { return None };
        let stored = column.datetime().ok()?.physical().cont_slice().ok()?;
        let local = (zone.is_none() && !times.is_utc()).then_some(times);
        Some(StoredTimes { stored, to_micros: to_micros(*unit), local })
    }

    /// The instants of all rows.
    pub(super) fn all(&self) -> Vec<Instant> {
        (0..self.stored.len()).map(|row| self.get(row)).collect()
    }

    /// The instant of a row.
    #[inline]
    pub(super) fn get(&self, row: usize) -> Instant {
        let micros = (self.to_micros)(self.stored[row]);
        self.local.map_or(Instant(micros), |times| times.on_the_clock(micros))
    }
}

/// The instants of a column of dates or times.
pub(super) fn instants(column: &Column, times: &TimeReader) -> Result<Vec<Option<Instant>>, PolarsError> {
    let physical = column.to_physical_repr().cast(&DataType::Int64)?;
    let (micros, is_local): (fn(i64) -> i64, bool) = match column.dtype() {
        DataType::Datetime(unit, zone) => (to_micros(*unit), zone.is_none()),
        _ => (|days| days * MICROS_PER_DAY, true),
    };
    let instant = |value: i64| if is_local { times.on_the_clock(micros(value)) } else { Instant(micros(value)) };
    Ok(physical.i64()?.iter().map(|value| value.map(instant)).collect())
}

fn to_micros(unit: TimeUnit) -> fn(i64) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => |nanos| nanos.div_euclid(1000),
        TimeUnit::Microseconds => |micros| micros,
        TimeUnit::Milliseconds => |millis| millis.saturating_mul(1000),
    }
}

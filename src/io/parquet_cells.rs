//! A column of Parquet as cells: from its pages where they are stored in a usual way, and else from what polars reads.

use super::cells::{RawCells, TextCells};
use super::dictionary::Dictionary;
use super::parquet_file::ParquetFile;
use super::parquet_pages::StoredSort;
use crate::asof::{Instant, MICROS_PER_DAY};
use crate::fault::InputError;
use crate::values::TimeReader;
use polars::prelude::{Column, DataType, PolarsError, StringChunked, TimeUnit};

/// The cells of a column in all rows, on the caller's thread. Column by column, a table is never there twice.
pub(super) fn read_column(
    file: &ParquetFile,
    column: &str,
    times: &TimeReader,
    place: &str,
) -> Result<RawCells, InputError> {
    match stored_column(file, column, times)? {
        Some(cells) => Ok(cells),
        None => raw_cells(&file.read_column(column)?, times, place),
    }
}

fn stored_column(file: &ParquetFile, column: &str, times: &TimeReader) -> Result<Option<RawCells>, InputError> {
    Ok(match file.sort_of(column) {
        Some(StoredSort::Text) => match read_words(file, column, file.groups(), MOST_WORDS)? {
            Some(Words { words, codes }) => {
                Some(RawCells::Text(TextCells::of_words(words.iter().map(String::as_str), codes)?))
            }
            None => None,
        },
        Some(StoredSort::Whole) => {
            stored_cells(file, column, None, |bytes| whole(bytes).map(Some))?.map(RawCells::Integers)
        }
        Some(StoredSort::Number) => stored_cells(file, column, f64::NAN, number)?.map(RawCells::Numbers),
        Some(StoredSort::Times { unit, is_local }) => {
            let instant = stored_instant(unit, is_local, times);
            stored_cells(file, column, None, |bytes| instant(bytes).map(Some))?.map(RawCells::Instants)
        }
        None => None,
    })
}

fn stored_cells<T: Copy>(
    file: &ParquetFile,
    column: &str,
    missing: T,
    turned: impl Fn(&[u8]) -> Option<T>,
) -> Result<Option<Vec<T>>, InputError> {
    let mut cells = Vec::with_capacity(file.n_rows.min(MOST_ROOM));
    for group in file.groups() {
        if !file.read_stored(column, group, Some(missing), &mut cells, &turned)? {
            return Ok(None);
        }
    }
    Ok(Some(cells))
}

/// The whole number that these bytes store.
#[inline]
pub(super) fn whole(bytes: &[u8]) -> Option<i64> {
    Some(i64::from_le_bytes(bytes.try_into().ok()?))
}

/// What makes an instant of the bytes that store a time in these units.
pub(super) fn stored_instant(unit: TimeUnit, is_local: bool, times: &TimeReader) -> impl Fn(&[u8]) -> Option<Instant> {
    let instant = instant_of(is_local, times);
    move |bytes| Some(instant(to_micros(unit, whole(bytes)?)))
}

/// What makes an instant of microseconds. Without a timezone they are those of the reader's clocks.
fn instant_of(is_local: bool, times: &TimeReader) -> impl Fn(i64) -> Instant {
    let is_shifted = is_local && !times.is_utc();
    move |micros| if is_shifted { times.on_the_clock(micros) } else { Instant(micros) }
}

/// Microseconds of a time in these units.
#[inline]
fn to_micros(unit: TimeUnit, time: i64) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => time.div_euclid(1000),
        TimeUnit::Microseconds => time,
        TimeUnit::Milliseconds => time.saturating_mul(1000),
    }
}

fn number(bytes: &[u8]) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.try_into().ok()?))
}

/// The texts of some rows of a column.
pub(super) struct Words {
    /// In the order of their first appearance.
    pub words: Vec<String>,
    /// By row the index of its own.
    pub codes: Vec<u32>,
}

/// The texts of a column in some slices of its file. A missing one is empty. `None` where they cannot be read from the
/// pages, and where there are more than `most`.
pub(super) fn read_words(
    file: &ParquetFile,
    column: &str,
    slices: impl Iterator<Item = (usize, usize)> + Clone,
    most: usize,
) -> Result<Option<Words>, InputError> {
    let n_rows: usize = slices.clone().map(|(_, n_rows)| n_rows).sum();
    let (mut stored, mut codes) = (Dictionary::default(), Vec::with_capacity(n_rows.min(MOST_ROOM)));
    let missing = stored.code(b"");
    for slice in slices {
        let read = file.read_stored(column, slice, Some(missing), &mut codes, |bytes| {
            std::str::from_utf8(bytes).ok()?;
            let code = stored.code(bytes);
            (stored.texts.len() <= most).then_some(code)
        });
        if !read? {
            return Ok(None);
        }
    }
    Ok(Some(Words { words: in_order_of_appearance(stored.texts, &mut codes), codes }))
}

/// Those of the texts that a row has, numbered anew as they appear.
fn in_order_of_appearance(mut texts: Vec<String>, codes: &mut [u32]) -> Vec<String> {
    let (mut anew, mut ordered) = (vec![None; texts.len()], Vec::new());
    for code in codes {
        let old = *code as usize;
        *code = *anew[old].get_or_insert_with(|| {
            ordered.push(std::mem::take(&mut texts[old]));
            ordered.len() as u32 - 1
        });
    }
    ordered
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

/// Cells that room is made for beforehand: a broken file may promise any number of them.
const MOST_ROOM: usize = 1 << 24;

/// A column of more different words is not taken as one of words. More than of a block of CSV, for it is tried but once.
const MOST_WORDS: usize = 1 << 10;

fn text_cells(texts: &StringChunked) -> Result<TextCells, InputError> {
    let mut words = Dictionary::default();
    let code = |text: Option<&str>| {
        let code = words.code(text.unwrap_or_default().as_bytes());
        (words.texts.len() <= MOST_WORDS).then_some(code)
    };
    match texts.iter().map(code).collect() {
        Some(codes) => TextCells::of_words(words.texts.iter().map(String::as_str), codes),
        None => {
            let mut cells = TextCells::default();
            texts.iter().try_for_each(|text| cells.push(text.unwrap_or_default()))?;
            Ok(cells)
        }
    }
}

/// The instants of a column of dates or times.
pub(super) fn instants(column: &Column, times: &TimeReader) -> Result<Vec<Option<Instant>>, PolarsError> {
    let physical = column.to_physical_repr().cast(&DataType::Int64)?;
    let values = physical.i64()?.iter();
    Ok(match column.dtype() {
        DataType::Datetime(unit, zone) => {
            let instant = instant_of(zone.is_none(), times);
            values.map(|time| Some(instant(to_micros(*unit, time?)))).collect()
        }
        _ => values.map(|days| Some(times.on_the_clock(days? * MICROS_PER_DAY))).collect(),
    })
}

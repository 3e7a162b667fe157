//! The pages of a Parquet column as they are stored.
//!
//! Most columns hold few values often: a dictionary, and for each row its place there. The reader of polars spreads them
//! out to a text or number in every row, to be looked up again in every row. Here each entry of a dictionary is looked
//! at once. What is stored in a rarer way is left to polars.

use polars::io::mmap::ReaderBytes;
use polars::prelude::{ArrowDataType, TimeUnit};
use polars_parquet::parquet::encoding::Encoding;
use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder};
use polars_parquet::parquet::error::{ParquetError, ParquetResult};
use polars_parquet::parquet::metadata::ColumnChunkMetadata;
use polars_parquet::parquet::page::{DataPage, split_buffer};
use polars_parquet::parquet::read::{BasicDecompressor, PageReader};
use polars_parquet::parquet::schema::types::{
    PhysicalType, PrimitiveConvertedType, PrimitiveLogicalType, PrimitiveType, TimeUnit as ParquetTimeUnit,
};
use std::io::Cursor;
use std::ops::Range;

/// What a column holds, of the sorts that [`read_cells`] knows.
#[derive(Clone, Copy)]
pub(super) enum StoredSort {
    /// Text.
    Text,
    /// Whole numbers of 64 bits.
    Whole,
    /// Floating point numbers of 64 bits.
    Number,
    /// Times, as whole numbers of 64 bits.
    Times {
        /// What they count.
        unit: TimeUnit,
        /// Whether they are without a timezone.
        is_local: bool,
    },
}

impl StoredSort {
    /// The sort of a column of the type `dtype`, whose values are `stored` so.
    pub(super) fn of(dtype: &ArrowDataType, stored: &PrimitiveType) -> Option<StoredSort> {
        use ArrowDataType::{Dictionary, Float64, Int64, LargeUtf8, Timestamp, Utf8, Utf8View};
        match (dtype, stored.physical_type) {
            (Utf8 | LargeUtf8 | Utf8View, PhysicalType::ByteArray) => Some(StoredSort::Text),
            (Dictionary(_, texts, _), _) => {
                StoredSort::of(texts, stored).filter(|sort| matches!(sort, StoredSort::Text))
            }
            (Int64, PhysicalType::Int64) => Some(StoredSort::Whole),
            (Float64, PhysicalType::Double) => Some(StoredSort::Number),
            // What the writer held them as need not be what it stored: nanoseconds are stored as microseconds by old ways.
            (Timestamp(_, zone), PhysicalType::Int64) => {
                stored_unit(stored).map(|unit| StoredSort::Times { unit, is_local: zone.is_none() })
            }
            _ => None,
        }
    }
}

/// The unit in which times are stored.
fn stored_unit(stored: &PrimitiveType) -> Option<TimeUnit> {
    match (stored.logical_type, stored.converted_type) {
        (Some(PrimitiveLogicalType::Timestamp { unit, .. }), _) => Some(match unit {
            ParquetTimeUnit::Milliseconds => TimeUnit::Milliseconds,
            ParquetTimeUnit::Microseconds => TimeUnit::Microseconds,
            ParquetTimeUnit::Nanoseconds => TimeUnit::Nanoseconds,
        }),
        (None, Some(PrimitiveConvertedType::TimestampMillis)) => Some(TimeUnit::Milliseconds),
        (None, Some(PrimitiveConvertedType::TimestampMicros)) => Some(TimeUnit::Microseconds),
        _ => None,
    }
}

/// The bytes of a column chunk, of which clones share one piece of memory.
pub(super) struct Bytes(ReaderBytes<'static>);

impl Bytes {
    /// Of these bytes.
    pub(super) fn of(bytes: Vec<u8>) -> Bytes {
        Bytes(ReaderBytes::Owned(bytes.into()))
    }
}

impl Clone for Bytes {
    fn clone(&self) -> Bytes {
        Bytes(match &self.0 {
            ReaderBytes::Owned(bytes) => ReaderBytes::Owned(bytes.clone()),
            ReaderBytes::Borrowed(bytes) => ReaderBytes::Borrowed(bytes),
        })
    }
}

/// Reads the cells of `rows` of a column chunk, which is `bytes`, onto `cells`, each `turned` from its own bytes: those of
/// a number as they lie there, little end first, or those of a text. Missing ones become `missing`.
///
/// Entries of a dictionary are turned once, those too that no row of these holds. False where `turned` gives nothing for
/// one, where a cell is missing and there is no `missing`, and where the chunk is not stored plainly or by a dictionary.
pub(super) fn read_cells<T: Copy>(
    bytes: &Bytes,
    chunk: &ColumnChunkMetadata,
    rows: Range<usize>,
    missing: Option<T>,
    cells: &mut Vec<T>,
    mut turned: impl FnMut(&[u8]) -> Option<T>,
) -> ParquetResult<bool> {
    let descriptor = &chunk.descriptor().descriptor;
    let is_flat = descriptor.max_rep_level == 0 && descriptor.max_def_level <= 1;
    let Some(width) = Width::of(chunk).filter(|_| is_flat) else { return Ok(false) };
    let Bytes(ReaderBytes::Owned(bytes)) = bytes else { return Ok(false) };
    let pages = PageReader::new(Cursor::new(bytes.clone()), chunk, Vec::new(), usize::MAX);
    let mut pages = BasicDecompressor::new(pages, Vec::new());
    let mut entries = Vec::new();
    if let Some(dictionary) = pages.read_dict_page()?
        && !width.take(&dictionary.buffer, dictionary.num_values, &mut entries, &mut turned)?
    {
        return Ok(false);
    }
    cells.reserve(rows.len());
    let (reading, mut start) = (Reading { entries, missing }, 0);
    while start < rows.end {
        let page = pages.next().transpose()?.ok_or_else(|| broken("a column ends before its rows do"))?;
        let end = start + page.num_values();
        if end as i64 > chunk.num_values() {
            return Err(broken("a column goes on after its rows"));
        }
        if end > rows.start {
            let page = page.decompress(&mut pages)?;
            let plain = |bytes: &[u8], n, cells: &mut Vec<T>| width.take(bytes, n, cells, &mut turned);
            let wanted = rows.start.saturating_sub(start)..rows.end.min(end) - start;
            if !reading.take_page(&page, wanted, cells, plain)? {
                return Ok(false);
            }
            pages.reuse_page_buffer(page);
        }
        start = end;
    }
    Ok(true)
}

fn broken(what: &str) -> ParquetError {
    ParquetError::OutOfSpec(what.to_string())
}

/// How the bytes of a plain value are told from those of the next.
#[derive(Clone, Copy)]
enum Width {
    Eight,
    /// Each says before it how many it has.
    Told,
}

impl Width {
    fn of(chunk: &ColumnChunkMetadata) -> Option<Width> {
        match chunk.physical_type() {
            PhysicalType::Int64 | PhysicalType::Double => Some(Width::Eight),
            PhysicalType::ByteArray => Some(Width::Told),
            _ => None,
        }
    }

    /// Turns the `n` plain values of `bytes`, onto `cells`; false where one cannot be turned.
    fn take<T>(
        self,
        bytes: &[u8],
        n: usize,
        cells: &mut Vec<T>,
        turned: &mut impl FnMut(&[u8]) -> Option<T>,
    ) -> ParquetResult<bool> {
        let cut_short = || broken("a page ends before its values do");
        let shortest = match self {
            Width::Eight => 8,
            Width::Told => 4,
        };
        if bytes.len() / shortest < n {
            return Err(cut_short());
        }
        cells.reserve(n);
        let mut push = |value: &[u8]| turned(value).map(|value| cells.push(value)).is_some();
        match self {
            Width::Eight => Ok(bytes.as_chunks::<8>().0[..n].iter().all(|value| push(value))),
            Width::Told => {
                let mut rest = bytes;
                for _ in 0..n {
                    let (length, behind) = rest.split_first_chunk::<4>().ok_or_else(cut_short)?;
                    let length = u32::from_le_bytes(*length) as usize;
                    let (value, behind) = behind.split_at_checked(length).ok_or_else(cut_short)?;
                    if !push(value) {
                        return Ok(false);
                    }
                    rest = behind;
                }
                Ok(true)
            }
        }
    }
}

/// What the pages of a chunk are read by.
struct Reading<T> {
    /// Those of the dictionary, turned.
    entries: Vec<T>,
    missing: Option<T>,
}

impl<T: Copy> Reading<T> {
    /// Takes in the rows `wanted` of a page. Plain values are taken by `plain`, from so many bytes.
    fn take_page(
        &self,
        page: &DataPage,
        wanted: Range<usize>,
        cells: &mut Vec<T>,
        plain: impl FnOnce(&[u8], usize, &mut Vec<T>) -> ParquetResult<bool>,
    ) -> ParquetResult<bool> {
        let (parts, first, n_rows) = (split_buffer(page)?, cells.len(), page.num_values());
        let is_there = match page.descriptor.max_def_level {
            0 => None,
            _ => presence(parts.def, n_rows)?,
        };
        let n = is_there.as_ref().map_or(n_rows, |is_there| is_there.iter().sum::<u32>() as usize);
        let is_taken = match page.encoding() {
            Encoding::Plain => plain(parts.values, n, cells)?,
            Encoding::RleDictionary | Encoding::PlainDictionary => self.take_codes(parts.values, n, cells)?,
            _ => false,
        };
        if !is_taken {
            return Ok(false);
        }
        if let Some(is_there) = is_there {
            let Some(missing) = self.missing else { return Ok(false) };
            spread(cells, first, &is_there, missing);
        }
        cells.truncate(first + wanted.end);
        cells.drain(first..first + wanted.start);
        Ok(true)
    }

    /// Takes in `n` values of which the places in the dictionary are stored.
    fn take_codes(&self, bytes: &[u8], n: usize, cells: &mut Vec<T>) -> ParquetResult<bool> {
        let codes = match bytes.split_first() {
            Some((bits, codes)) => spread_runs(HybridRleDecoder::new(codes, u32::from(*bits), n))?,
            None => Vec::new(),
        };
        if codes.len() != n || codes.iter().any(|code| *code as usize >= self.entries.len()) {
            return Err(broken("a page has places beyond its dictionary, or too few"));
        }
        cells.extend(codes.iter().map(|code| self.entries[*code as usize]));
        Ok(true)
    }
}

/// Values that the decoder unpacks together; where their number is no multiple of it, it writes beyond them for a moment.
const UNPACKED_TOGETHER: usize = 32;

/// All values of the runs. The decoder's own way has no room for what it writes beyond them, and has to move all of them.
fn spread_runs(runs: HybridRleDecoder<'_>) -> ParquetResult<Vec<u32>> {
    let mut values = Vec::with_capacity(runs.len() + UNPACKED_TOGETHER);
    for run in runs.into_chunk_iter() {
        match run? {
            HybridRleChunk::Rle(value, length) => values.resize(values.len() + length, value),
            HybridRleChunk::Bitpacked(packed) => packed.collect_into(&mut values),
        }
    }
    Ok(values)
}

/// By row 1 where there is a value and 0 where none is; `None` where there is one in each.
fn presence(levels: &[u8], n: usize) -> ParquetResult<Option<Vec<u32>>> {
    let levels = HybridRleDecoder::new(levels, 1, n);
    if let Some(HybridRleChunk::Rle(1, run)) = levels.clone().next_chunk()?
        && run == n
    {
        return Ok(None);
    }
    let is_there = levels.collect()?;
    if is_there.len() != n || is_there.iter().any(|level| *level > 1) {
        return Err(broken("a page does not say of all its rows whether they have a value"));
    }
    Ok(Some(is_there))
}

/// Moves the values that stand from `first` on to the rows that have one; the others become `missing`.
fn spread<T: Copy>(cells: &mut Vec<T>, first: usize, is_there: &[u32], missing: T) {
    let mut next = cells.len();
    cells.resize(first + is_there.len(), missing);
    for (row, is_there) in is_there.iter().enumerate().rev() {
        cells[first + row] = if *is_there == 1 {
            next -= 1;
            cells[next]
        } else {
            missing
        };
    }
}

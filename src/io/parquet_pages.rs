//! The pages of a Parquet column as they are stored.
//!
//! Most columns hold few values often: a dictionary, and for each row its place there. The reader of polars spreads them
//! out to a text or number in every row, to be looked up again in every row. Here each entry of a dictionary is looked
//! at once. What is stored in a rarer way is left to polars.

use polars::prelude::{ArrowDataType, ArrowTimeUnit, TimeUnit};
use polars_parquet::parquet::encoding::Encoding;
use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder};
use polars_parquet::parquet::error::ParquetResult;
use polars_parquet::parquet::metadata::ColumnChunkMetadata;
use polars_parquet::parquet::page::{DataPage, split_buffer};
use polars_parquet::parquet::read::{BasicDecompressor, PageReader};
use polars_parquet::parquet::schema::types::PhysicalType;
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
    /// The sort of a column of this type.
    pub(super) fn of(dtype: &ArrowDataType) -> Option<StoredSort> {
        use ArrowDataType::{Dictionary, Float64, Int64, LargeUtf8, Timestamp, Utf8, Utf8View};
        match dtype {
            Utf8 | LargeUtf8 | Utf8View => Some(StoredSort::Text),
            Dictionary(_, texts, _) => StoredSort::of(texts).filter(|sort| matches!(sort, StoredSort::Text)),
            Int64 => Some(StoredSort::Whole),
            Float64 => Some(StoredSort::Number),
            // Seconds are stored as milliseconds.
            Timestamp(unit, zone) if *unit != ArrowTimeUnit::Second => {
                Some(StoredSort::Times { unit: unit.into(), is_local: zone.is_none() })
            }
            _ => None,
        }
    }
}

/// Reads the cells of `rows` of a column chunk, which is `bytes`, onto `cells`, each `turned` from its own bytes: those of
/// a number as they lie there, little end first, or those of a text. Missing ones become `missing`.
///
/// Entries of a dictionary are turned once, those too that no row of these holds. False where `turned` gives nothing for
/// one, where a cell is missing and there is no `missing`, and where the chunk is not stored plainly or by a dictionary.
pub(super) fn read_cells<T: Copy>(
    bytes: Vec<u8>,
    chunk: &ColumnChunkMetadata,
    rows: Range<usize>,
    missing: Option<T>,
    cells: &mut Vec<T>,
    mut turned: impl FnMut(&[u8]) -> Option<T>,
) -> ParquetResult<bool> {
    let descriptor = &chunk.descriptor().descriptor;
    let is_flat = descriptor.max_rep_level == 0 && descriptor.max_def_level <= 1;
    let Some(width) = Width::of(chunk).filter(|_| is_flat) else { return Ok(false) };
    let pages = PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), usize::MAX);
    let mut pages = BasicDecompressor::new(pages, Vec::new());
    let mut entries = Vec::new();
    if let Some(dictionary) = pages.read_dict_page()?
        && width.take(&dictionary.buffer, dictionary.num_values, &mut entries, &mut turned).is_none()
    {
        return Ok(false);
    }
    cells.reserve(rows.len());
    let (reading, mut start) = (Reading { entries, missing }, 0);
    while start < rows.end {
        let Some(page) = pages.next().transpose()? else { return Ok(false) };
        let end = start + page.num_values();
        if end as i64 > chunk.num_values() {
            return Ok(false);
        }
        if end > rows.start {
            let page = page.decompress(&mut pages)?;
            let plain = |bytes: &[u8], n, cells: &mut Vec<T>| width.take(bytes, n, cells, &mut turned);
            let wanted = rows.start.saturating_sub(start)..rows.end.min(end) - start;
            if reading.take_page(&page, wanted, cells, plain)?.is_none() {
                return Ok(false);
            }
            pages.reuse_page_buffer(page);
        }
        start = end;
    }
    Ok(true)
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

    /// Turns the `n` plain values of `bytes`, onto `cells`; `None` where there are not so many, or one cannot be turned.
    fn take<T>(
        self,
        bytes: &[u8],
        n: usize,
        cells: &mut Vec<T>,
        turned: &mut impl FnMut(&[u8]) -> Option<T>,
    ) -> Option<()> {
        // What a broken file promises is not made room for.
        let shortest = match self {
            Width::Eight => 8,
            Width::Told => 4,
        };
        cells.reserve(n.min(bytes.len() / shortest));
        match self {
            Width::Eight => {
                for value in bytes.as_chunks::<8>().0.get(..n)? {
                    cells.push(turned(value)?);
                }
            }
            Width::Told => {
                let mut rest = bytes;
                for _ in 0..n {
                    let (length, behind) = rest.split_first_chunk::<4>()?;
                    let (value, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                    cells.push(turned(value)?);
                    rest = behind;
                }
            }
        }
        Some(())
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
        plain: impl FnOnce(&[u8], usize, &mut Vec<T>) -> Option<()>,
    ) -> ParquetResult<Option<()>> {
        let (parts, first, n_rows) = (split_buffer(page)?, cells.len(), page.num_values());
        let is_there = match page.descriptor.max_def_level {
            0 => None,
            _ => presence(parts.def, n_rows)?,
        };
        let n = is_there.as_ref().map_or(n_rows, |is_there| is_there.iter().sum::<u32>() as usize);
        let taken = match page.encoding() {
            Encoding::Plain => plain(parts.values, n, cells),
            Encoding::RleDictionary | Encoding::PlainDictionary => self.take_codes(parts.values, n, cells)?,
            _ => None,
        };
        if taken.is_none() || cells.len() != first + n {
            return Ok(None);
        }
        if let Some(is_there) = is_there {
            let Some(missing) = self.missing.filter(|_| is_there.len() == n_rows) else { return Ok(None) };
            spread(cells, first, &is_there, missing);
        }
        cells.truncate(first + wanted.end);
        cells.drain(first..first + wanted.start);
        Ok(Some(()))
    }

    /// Takes in `n` values of which the places in the dictionary are stored.
    fn take_codes(&self, bytes: &[u8], n: usize, cells: &mut Vec<T>) -> ParquetResult<Option<()>> {
        let Some((bits, codes)) = bytes.split_first() else { return Ok((n == 0).then_some(())) };
        let codes = HybridRleDecoder::new(codes, u32::from(*bits), n).collect()?;
        if codes.iter().any(|code| *code as usize >= self.entries.len()) {
            return Ok(None);
        }
        cells.extend(codes.iter().map(|code| self.entries[*code as usize]));
        Ok(Some(()))
    }
}

/// By row 1 where there is a value and 0 where none is; `None` where there is one in each.
fn presence(levels: &[u8], n: usize) -> ParquetResult<Option<Vec<u32>>> {
    let levels = HybridRleDecoder::new(levels, 1, n);
    if let Some(HybridRleChunk::Rle(1, run)) = levels.clone().next_chunk()?
        && run == n
    {
        return Ok(None);
    }
    levels.collect().map(Some)
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

//! A Parquet file opened: its columns, its row groups, and their values in the forms that this program knows.

use super::parquet_pages::{Bytes, StoredSort, read_cells};
use crate::fault::InputError;
use polars::io::parquet::metadata::FileMetadata;
use polars::prelude::{
    ArrowDataType, ArrowSchema, Column, DataFrame, ParallelStrategy, ParquetReader, PolarsResult, SerReader,
};
use polars_parquet::parquet::metadata::{ColumnChunkMetadata, RowGroupMetadata};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Rows read at a time from a row group that holds more.
const SLICE_ROWS: usize = 1 << 18;

/// Columns of row groups whose bytes are kept at hand: as many as a log has.
const COLUMNS_HELD: usize = 5;

/// A file that says to have more is broken.
const MOST_ROWS: usize = 1 << 36;

/// Room made for bytes to come: a broken file may promise any number of them.
const MOST_ROOM: u64 = 1 << 26;

/// An opened Parquet file.
pub(super) struct ParquetFile {
    name: String,
    /// Handles of one file share their position: who seeks holds the lock.
    file: Mutex<File>,
    schema: Arc<ArrowSchema>,
    /// Names of the columns that hold plain values.
    pub names: Vec<String>,
    /// Names of the others: lists, structures, raw bytes.
    pub nested: Vec<String>,
    /// How many rows there are.
    pub n_rows: usize,
    /// Starts and lengths of slices that lie each within one row group.
    pub slices: Vec<(usize, usize)>,
    /// The row groups as the footer has them. It is read once, so that the readers of polars need not seek.
    groups: Vec<RowGroupMetadata>,
    /// First row of each.
    group_starts: Vec<usize>,
    /// The footer without them.
    bare_footer: FileMetadata,
    /// Columns of the row groups that were asked for last, by where they lie.
    held: Mutex<VecDeque<(Range<u64>, Bytes)>>,
}

impl ParquetFile {
    /// Reads the footer of `file`.
    pub(super) fn open(name: String, file: File) -> Result<ParquetFile, InputError> {
        let mut reader = ParquetReader::new(handle(&file, &name)?);
        let head = guarded(&name, || Ok((reader.schema()?, reader.get_metadata()?.clone())));
        let (schema, metadata) = head?;
        drop(reader);
        // Nobody else has it any more, so that the row groups need not be copied.
        let mut bare_footer = Arc::unwrap_or_clone(metadata);
        let groups = std::mem::take(&mut bare_footer.row_groups);
        let n_rows = bare_footer.num_rows;
        let in_groups = groups.iter().fold(0, |sum: usize, group| sum.saturating_add(group.num_rows()));
        if n_rows != in_groups || n_rows > MOST_ROWS {
            return Err(broken(
                &name,
                &format!("it says that it has {n_rows} rows, and its row groups have {in_groups}"),
            ));
        }
        let (mut slices, mut group_starts, mut start) = (Vec::new(), Vec::new(), 0);
        for group in &groups {
            group_starts.push(start);
            let end = start + group.num_rows();
            while start < end {
                let length = SLICE_ROWS.min(end - start);
                slices.push((start, length));
                start += length;
            }
        }
        let (plain, nested): (Vec<_>, Vec<_>) = schema.iter().partition(|(_, field)| is_plain(&field.dtype));
        let names =
            |fields: Vec<(_, _)>| fields.into_iter().map(|(name, _): (&_, &_)| ToString::to_string(name)).collect();
        let (names, nested) = (names(plain), names(nested));
        Ok(ParquetFile {
            name,
            file: Mutex::new(file),
            schema,
            names,
            nested,
            n_rows,
            slices,
            groups,
            group_starts,
            bare_footer,
            held: Mutex::default(),
        })
    }

    /// The values of one column in all rows, on the caller's thread. Column by column, a table is never there twice.
    pub(super) fn read_column(&self, column: &str) -> Result<Column, InputError> {
        let frame = self.read(&[column.to_string()], (0, self.n_rows), &self.groups)?;
        guarded(&self.name, || frame.column(column).cloned())
    }

    /// The values of these columns in one of `slices`, on the caller's thread.
    ///
    /// The reader is shown a footer with the slice's row group alone: on its way to a slice it decompresses the first
    /// pages of every row group before it, which over a whole file costs the square of their number.
    pub(super) fn read_slice(&self, columns: &[String], slice: (usize, usize)) -> Result<DataFrame, InputError> {
        let (group, start) = self.group_of(slice);
        self.read(columns, (start, slice.1), std::slice::from_ref(group))
    }

    /// What a column holds, where it is of the sorts that [`ParquetFile::read_stored`] knows.
    pub(super) fn sort_of(&self, column: &str) -> Option<StoredSort> {
        let group = self.groups.first()?;
        let stored = &chunk_of(group, column)?.descriptor().descriptor.primitive_type;
        StoredSort::of(&self.schema.get(column)?.dtype, stored)
    }

    /// Starts and lengths of the row groups.
    pub(super) fn groups(&self) -> impl Iterator<Item = (usize, usize)> + Clone {
        self.group_starts.iter().zip(&self.groups).map(|(start, group)| (*start, group.num_rows()))
    }

    /// Reads the cells of one column in one of `slices`, or of [`ParquetFile::groups`], onto `cells`, each `turned` from
    /// its bytes: see [`read_cells`].
    pub(super) fn read_stored<T: Copy>(
        &self,
        column: &str,
        slice: (usize, usize),
        missing: Option<T>,
        cells: &mut Vec<T>,
        turned: impl FnMut(&[u8]) -> Option<T>,
    ) -> Result<bool, InputError> {
        let (group, start) = self.group_of(slice);
        let Some(chunk) = chunk_of(group, column) else { return Ok(false) };
        let range = guarded(&self.name, || Ok(chunk.byte_range()))?;
        let bytes = if slice.1 < group.num_rows() { self.held(range)? } else { Bytes::of(self.read_bytes(range)?) };
        guarded(&self.name, || Ok(read_cells(&bytes, chunk, start..start + slice.1, missing, cells, turned)?))
    }

    /// Some bytes of the file, which are kept at hand: the slices of one row group are read one after the other, and each asks
    /// for its pages.
    fn held(&self, range: Range<u64>) -> Result<Bytes, InputError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = held.iter().find(|(of, _)| *of == range) {
            return Ok(bytes.clone());
        }
        let bytes = Bytes::of(self.read_bytes(range.clone())?);
        held.push_back((range, bytes.clone()));
        if held.len() > COLUMNS_HELD {
            held.pop_front();
        }
        Ok(bytes)
    }

    /// Lets go of the bytes at hand.
    pub(super) fn forget(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Some bytes of the file, fewer where it ends before.
    fn read_bytes(&self, range: Range<u64>) -> Result<Vec<u8>, InputError> {
        let length = range.end.saturating_sub(range.start);
        let mut bytes = Vec::with_capacity(length.min(MOST_ROOM) as usize);
        let mut file = self.locked();
        file.seek(SeekFrom::Start(range.start))
            .and_then(|_| (&mut *file).take(length).read_to_end(&mut bytes))
            .map_err(|error| super::recognise::unreadable(&self.name, &error))?;
        Ok(bytes)
    }

    fn locked(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The row group that a slice lies in, and where it begins there.
    fn group_of(&self, slice: (usize, usize)) -> (&RowGroupMetadata, usize) {
        let index = self.group_starts.partition_point(|start| *start <= slice.0) - 1;
        (&self.groups[index], slice.0 - self.group_starts[index])
    }

    /// Reads a slice as of a file that has only these row groups.
    fn read(
        &self,
        columns: &[String],
        slice: (usize, usize),
        groups: &[RowGroupMetadata],
    ) -> Result<DataFrame, InputError> {
        let mut footer = self.bare_footer.clone();
        footer.num_rows = groups.iter().map(RowGroupMetadata::num_rows).sum();
        footer.row_groups = groups.to_vec();
        let mut reader = ParquetReader::new(handle(&self.locked(), &self.name)?);
        reader.set_metadata(Arc::new(footer));
        let reader =
            reader.with_columns(Some(columns.to_vec())).with_slice(Some(slice)).read_parallel(ParallelStrategy::None);
        let frame = guarded(&self.name, || reader.finish())?;
        match frame.columns().iter().find(|column| column.len() != slice.1) {
            Some(column) => Err(broken(&self.name, &format!("its column `{}` does not have all rows", column.name()))),
            None => Ok(frame),
        }
    }
}

/// The pages of a column that is no structure.
fn chunk_of<'g>(group: &'g RowGroupMetadata, column: &str) -> Option<&'g ColumnChunkMetadata> {
    let mut chunks = group.columns_under_root_iter(column)?;
    let first = chunks.next()?;
    chunks.next().is_none().then_some(first)
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
    Err(broken(name, &reason))
}

fn broken(name: &str, reason: &str) -> InputError {
    InputError::new(format!("the Parquet file cannot be read: {reason}"))
        .at(name)
        .remedy("the file may be cut short or altered; write it anew")
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

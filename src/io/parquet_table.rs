//! Parquet into raw columns.

use super::parquet_cells::read_column;
use super::parquet_file::ParquetFile;
use super::raw::{RawColumn, RawTable, Wanted};
use super::settings::ReadSettings;
use crate::fault::InputError;
use crate::tables::Origins;
use crate::values::TimeReader;
use rayon::prelude::*;
use std::fs::File;

/// Reads the columns of `file`. Columns that hold lists, structures or bytes are left out, and named.
pub(super) fn read(
    name: String,
    file: File,
    settings: &ReadSettings,
    wanted: Wanted<'_>,
) -> Result<RawTable, InputError> {
    let file = ParquetFile::open(name.clone(), file)?;
    let times = TimeReader::new(&settings.timezone, settings.time_format.as_deref())?;
    let mut table = RawTable { header: file.names.clone(), ..RawTable::default() };
    for nested in file.nested.iter().filter(|nested| wanted.includes(nested)) {
        table.notes.push(format!("{name}: column `{nested}` holds lists, structures or bytes and was left out"));
    }
    let columns: Vec<String> = file.names.iter().filter(|name| wanted.includes(name)).cloned().collect();
    let raw =
        |wanted: &String| Ok(RawColumn { name: wanted.clone(), cells: read_column(&file, wanted, &times, &name)? });
    table.columns = columns.par_iter().with_max_len(1).map(raw).collect::<Result<_, InputError>>()?;
    table.origin = Origins::from_line(1, file.n_rows);
    table.files = vec![name];
    Ok(table)
}

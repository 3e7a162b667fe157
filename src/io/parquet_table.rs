//! Parquet into raw columns.

use super::parquet_file::{ParquetFile, raw_cells};
use super::raw::{RawColumn, RawTable, Wanted};
use super::settings::ReadSettings;
use crate::fault::InputError;
use crate::values::TimeReader;
use polars::prelude::Column;
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
    if !columns.is_empty() {
        let frame = file.read_all(&columns)?;
        let raw = |column: &Column| {
            raw_cells(column, &times, &name).map(|cells| RawColumn { name: column.name().to_string(), cells })
        };
        table.columns = frame.columns().par_iter().map(raw).collect::<Result<_, _>>()?;
    }
    table.origin = (1..=file.n_rows as u64).map(|row| (0, row)).collect();
    table.files = vec![name];
    Ok(table)
}

//! Tables out: CSV, Parquet or NDJSON by the extension of the path, whole or not at all.

mod atomic;
mod csv_out;
mod decimals;
mod ndjson_out;
mod parquet_out;

pub use atomic::write_atomically;
pub use csv_out::write_csv;

use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::TextColumn;
use rayon::prelude::*;
use std::io::{self, Write};
use std::path::Path;

/// Rows that one task formats.
const CHUNK_ROWS: usize = 1 << 14;

/// A column to be written.
#[derive(Debug, Clone)]
pub struct OutColumn {
    /// Its name in the header.
    pub name: String,
    /// Its values.
    pub values: OutValues,
}

/// The values of a column to be written; all columns of a table have the same length.
#[derive(Debug, Clone)]
pub enum OutValues {
    /// Texts of their own.
    Text(Vec<Option<String>>),
    /// Texts of which many are alike.
    Dictionary(TextColumn),
    /// Numbers; NaN is empty. The rounding is that of CSV; the other formats hold them in full.
    Number(Vec<f64>, Rounding),
    /// Truth values.
    Bool(Vec<Option<bool>>),
    /// Times, written in UTC.
    Instant(Vec<Option<Instant>>),
}

/// How CSV rounds a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To 4 decimals, never across a tier bound.
    Points,
    /// To 6 decimals.
    Probability,
    /// Not at all: the shortest text that reads back as the same number.
    Full,
}

/// What the writer of CSV is to mind.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions<'a> {
    /// Tier bounds that points must not be rounded across.
    pub bounds: &'a [f64],
    /// Leave text as it is that a spreadsheet would run as a formula.
    pub raw: bool,
}

impl OutValues {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            OutValues::Text(values) => values.len(),
            OutValues::Dictionary(values) => values.codes.len(),
            OutValues::Number(values, _) => values.len(),
            OutValues::Bool(values) => values.len(),
            OutValues::Instant(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Writes a table to `path`: CSV, Parquet or NDJSON by its extension. On any error nothing is left behind and an
/// earlier file of that name stays.
///
/// # Errors
/// An extension of no such format, a folder that is not there, a disk that is full.
pub fn write_table(path: &Path, columns: &[OutColumn], options: WriteOptions<'_>) -> Result<(), InputError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "csv" => write_atomically(path, &mut |sink| write_csv(sink, columns, options)),
        "ndjson" | "jsonl" => write_atomically(path, &mut |sink| ndjson_out::write(sink, columns)),
        "parquet" => write_atomically(path, &mut |sink| parquet_out::write(sink, columns)),
        _ => Err(InputError::new("the extension says no format that can be written")
            .at(path.display().to_string())
            .remedy("end the name in .csv, .parquet, .ndjson or .jsonl")),
    }
}

/// Formats rows in parallel and writes them in order, a few chunks in memory at a time.
fn write_chunks(
    sink: &mut dyn Write,
    n_rows: usize,
    format: impl Fn(std::ops::Range<usize>) -> io::Result<Vec<u8>> + Sync,
) -> io::Result<()> {
    let starts: Vec<usize> = (0..n_rows).step_by(CHUNK_ROWS).collect();
    for group in starts.chunks(4 * rayon::current_num_threads().max(1)) {
        let texts: Vec<io::Result<Vec<u8>>> =
            group.par_iter().map(|&start| format(start..(start + CHUNK_ROWS).min(n_rows))).collect();
        for text in texts {
            sink.write_all(&text?)?;
        }
    }
    Ok(())
}

fn n_rows(columns: &[OutColumn]) -> usize {
    columns.first().map_or(0, |column| column.values.len())
}

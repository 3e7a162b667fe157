//! Tables out: CSV, Parquet or NDJSON by the extension of the path, whole or not at all.

mod atomic;
mod csv_out;
mod decimals;
mod ndjson_out;
mod parquet_out;
mod rows;
mod unfinished;

pub use atomic::write_atomically;
pub use csv_out::{CsvWriter, write_csv};
pub use rows::rows_at;
pub use unfinished::abandon_unfinished;

use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::{Ids, TextColumn};
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
    /// Ids.
    Ids(Ids),
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
    /// For whom it is written.
    pub dialect: CsvDialect,
}

/// How CSV is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CsvDialect {
    /// For programs: commas, decimal points, UTF-8.
    #[default]
    Plain,
    /// For Excel where lists are parted by commas: the same behind a byte order mark, without which it takes UTF-8 for a
    /// code page.
    ExcelComma,
    /// For Excel where lists are parted by semicolons: these, decimal commas, and the mark.
    ExcelSemicolon,
}

impl CsvDialect {
    fn delimiter(self) -> u8 {
        if self == CsvDialect::ExcelSemicolon { b';' } else { b',' }
    }

    fn has_mark(self) -> bool {
        self != CsvDialect::Plain
    }

    /// Turns the point of a number's text into its own decimal sign.
    fn localise(self, number: &mut [u8]) {
        if self == CsvDialect::ExcelSemicolon {
            number.iter_mut().filter(|sign| **sign == b'.').for_each(|sign| *sign = b',');
        }
    }
}

impl OutValues {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            OutValues::Ids(values) => values.len(),
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
    write_table_in_parts(path, options, &mut |part| part(&[columns]))
}

/// The same of a table that comes in parts of some rows each, all with the same columns: `fill` gives them, one or several
/// at a time, in their order; there must be one at least. An error of `fill` is handed on, and nothing is left behind.
///
/// # Errors
/// As [`write_table`], and those of `fill`.
pub fn write_table_in_parts(
    path: &Path,
    options: WriteOptions<'_>,
    fill: &mut dyn FnMut(&mut PartWriter<'_>) -> Result<(), InputError>,
) -> Result<(), InputError> {
    let format = Format::of(path)?;
    let mut stopped = None;
    let written = write_atomically(path, &mut |sink| {
        let mut table = TableWriter::new(format, sink, options);
        let filled = fill(&mut |parts| table.write(parts).map_err(|error| atomic::unwritten(path, &error)));
        match filled {
            Ok(()) => table.finish(),
            Err(error) => {
                stopped = Some(error);
                Err(io::Error::other("the table was not finished"))
            }
        }
    });
    stopped.map_or(written, Err)
}

/// Writes further parts of a table.
pub type PartWriter<'a> = dyn FnMut(&[&[OutColumn]]) -> Result<(), InputError> + 'a;

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Ndjson,
    Parquet,
}

impl Format {
    fn of(path: &Path) -> Result<Format, InputError> {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        match extension.as_str() {
            "csv" => Ok(Format::Csv),
            "ndjson" | "jsonl" => Ok(Format::Ndjson),
            "parquet" => Ok(Format::Parquet),
            _ => Err(InputError::new("the extension says no format that can be written")
                .at(path.display().to_string())
                .remedy("end the name in .csv, .parquet, .ndjson or .jsonl")),
        }
    }
}

/// Writes a table part by part.
enum TableWriter<'a> {
    Csv(csv_out::CsvWriter<'a>),
    Ndjson(&'a mut dyn Write),
    Parquet(Box<parquet_out::ParquetOut<'a>>),
}

impl<'a> TableWriter<'a> {
    fn new(format: Format, sink: &'a mut dyn Write, options: WriteOptions<'a>) -> TableWriter<'a> {
        match format {
            Format::Csv => TableWriter::Csv(csv_out::CsvWriter::new(sink, options)),
            Format::Ndjson => TableWriter::Ndjson(sink),
            Format::Parquet => TableWriter::Parquet(Box::new(parquet_out::ParquetOut::new(sink))),
        }
    }

    fn write(&mut self, parts: &[&[OutColumn]]) -> io::Result<()> {
        match self {
            TableWriter::Csv(table) => table.write(parts),
            TableWriter::Ndjson(sink) => ndjson_out::write(*sink, parts),
            TableWriter::Parquet(table) => parts.iter().try_for_each(|part| table.write(part)),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            TableWriter::Csv(table) => table.finish(),
            TableWriter::Ndjson(sink) => sink.flush(),
            TableWriter::Parquet(table) => table.finish(),
        }
    }
}

/// Formats rows in parallel and writes them in order, a few chunks in memory at a time.
fn write_chunks(
    sink: &mut dyn Write,
    parts: &[&[OutColumn]],
    format: impl Fn(&[OutColumn], std::ops::Range<usize>) -> io::Result<Vec<u8>> + Sync,
) -> io::Result<()> {
    let chunks_of = |part: usize| {
        let n_rows = n_rows(parts[part]);
        (0..n_rows).step_by(CHUNK_ROWS).map(move |start| (part, start..(start + CHUNK_ROWS).min(n_rows)))
    };
    let chunks: Vec<_> = (0..parts.len()).flat_map(chunks_of).collect();
    for group in chunks.chunks(4 * rayon::current_num_threads().max(1)) {
        let texts: Vec<io::Result<Vec<u8>>> =
            group.par_iter().map(|(part, rows)| format(parts[*part], rows.clone())).collect();
        for text in texts {
            sink.write_all(&text?)?;
        }
    }
    Ok(())
}

fn n_rows(columns: &[OutColumn]) -> usize {
    columns.first().map_or(0, |column| column.values.len())
}

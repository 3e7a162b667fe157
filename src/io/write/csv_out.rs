//! CSV out.

use super::decimals::push_number;
use super::{OutColumn, OutValues, WriteOptions, write_chunks};
use crate::values::format_instant;
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes a table as CSV: quotes where needed, one `\n` a row; the rest as the dialect is.
///
/// # Errors
/// Those of `sink`.
pub fn write_csv(sink: &mut dyn Write, columns: &[OutColumn], options: WriteOptions<'_>) -> io::Result<()> {
    let mut table = CsvWriter::new(sink, options);
    table.write(&[columns])?;
    table.finish()
}

/// The same of a table that comes in parts.
pub struct CsvWriter<'a> {
    sink: &'a mut dyn Write,
    options: WriteOptions<'a>,
    has_header: bool,
}

impl<'a> CsvWriter<'a> {
    /// Nothing written yet; the header comes with the first part.
    pub fn new(sink: &'a mut dyn Write, options: WriteOptions<'a>) -> CsvWriter<'a> {
        CsvWriter { sink, options, has_header: false }
    }

    /// Writes the rows of these parts, all with the same columns.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn write(&mut self, parts: &[&[OutColumn]]) -> io::Result<()> {
        let options = self.options;
        if let Some(columns) = parts.first().filter(|_| !self.has_header) {
            if options.dialect.has_mark() {
                self.sink.write_all(BYTE_ORDER_MARK)?;
            }
            let mut header = writer_into(Vec::new(), options);
            for column in *columns {
                header.write_field(safe(&column.name, options).as_bytes())?;
            }
            self.sink.write_all(&finished(header)?)?;
            self.has_header = true;
        }
        write_chunks(self.sink, parts, |columns, rows| {
            let mut writer = writer_into(Vec::with_capacity(rows.len() * columns.len() * 8), options);
            let mut number = Vec::new();
            for row in rows {
                for column in columns {
                    write_cell(&mut writer, &column.values, row, options, &mut number)?;
                }
                writer.write_record(None::<&[u8]>)?;
            }
            writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
        })
    }

    /// Ends the table.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// Says that a text is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

fn writer_into(bytes: Vec<u8>, options: WriteOptions<'_>) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().delimiter(options.dialect.delimiter()).from_writer(bytes)
}

fn finished(mut writer: csv::Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    writer.write_record(None::<&[u8]>)?;
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn write_cell(
    writer: &mut csv::Writer<Vec<u8>>,
    values: &OutValues,
    row: usize,
    options: WriteOptions<'_>,
    number: &mut Vec<u8>,
) -> io::Result<()> {
    match values {
        OutValues::Ids(values) => write_text(writer, Some(&values[row]), options)?,
        OutValues::Text(values) => write_text(writer, values[row].as_deref(), options)?,
        OutValues::Dictionary(values) => write_text(writer, values.get(row), options)?,
        OutValues::Number(values, rounding) => {
            number.clear();
            push_number(number, values[row], *rounding, options.bounds);
            options.dialect.localise(number);
            writer.write_field(&number[..])?;
        }
        OutValues::Bool(values) => {
            writer.write_field(values[row].map_or("", |is_true| if is_true { "true" } else { "false" }))?
        }
        OutValues::Instant(values) => writer.write_field(values[row].map(format_instant).unwrap_or_default())?,
    }
    Ok(())
}

fn write_text(writer: &mut csv::Writer<Vec<u8>>, text: Option<&str>, options: WriteOptions<'_>) -> csv::Result<()> {
    writer.write_field(safe(text.unwrap_or_default(), options).as_bytes())
}

/// The text as a spreadsheet will show it rather than run it: with an apostrophe before a first character that begins
/// a formula. Plain numbers run to themselves and stay.
fn safe<'a>(text: &'a str, options: WriteOptions<'_>) -> Cow<'a, str> {
    let begins_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if options.raw || !begins_formula || text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{text}"))
}

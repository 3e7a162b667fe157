//! A CSV file opened: its delimiter found, its header read, its rows ready to come in blocks.

use super::blocks::{BlockReader, Ends, failed, unclosed_quote};
use super::faults::RowFaults;
use super::names::Header;
use super::recognise::TextReader;
use super::records::Fields;
use super::settings::ReadSettings;
use crate::fault::InputError;
use std::io::{Cursor, Read};

/// Delimiters looked for, the likelier first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// How much of the file is looked at to find the delimiter and the header.
const SAMPLE: u64 = 1 << 18;

/// How many rows are compared with the header.
const SAMPLE_ROWS: usize = 100;

/// An opened CSV file, its header read.
pub(super) struct CsvFile {
    /// Name as given.
    pub name: String,
    /// Its column names.
    pub header: Header,
    /// Its delimiter.
    pub delimiter: u8,
    /// The rows behind the header.
    pub blocks: BlockReader,
}

impl CsvFile {
    /// Reads the head of `reader`.
    pub(super) fn open(name: String, mut reader: TextReader, settings: &ReadSettings) -> Result<CsvFile, InputError> {
        let mut sample = Vec::new();
        let read = (&mut reader).take(SAMPLE).read_to_end(&mut sample);
        read.map_err(|error| failed(&name, 1, &sample, &error))?;
        if !sample.contains(&b'\n') && sample.contains(&b'\r') {
            return Err(InputError::new("its lines end in a bare carriage return, as on Macs of long ago")
                .at(name)
                .remedy("save it again with today's line ends"));
        }
        let (announced, prefix_lines, start) = skip_to_header(&sample);
        let delimiter = match (settings.delimiter, announced) {
            (Some(chosen), _) => u8::try_from(chosen).map_err(|_| not_a_delimiter(chosen))?,
            (None, Some(announced)) => announced,
            (None, None) => sniff(&sample[start..]),
        };
        let mut fields = Fields::default();
        let text = &sample[start..];
        let taken = fields.split(text, delimiter, true);
        if !taken.closed {
            return Err(unclosed_quote(&name, prefix_lines + 1));
        }
        let names = (0..fields.len()).map(|index| std::str::from_utf8(fields.get(index, text)).map(str::to_string));
        let names =
            names.collect::<Result<Vec<_>, _>>().map_err(|_| foreign_header(&name, prefix_lines + 1, &sample))?;
        sample.drain(..start + taken.bytes);
        let rest: TextReader = Box::new(Cursor::new(sample).chain(reader));
        let blocks = BlockReader::new(name.clone(), rest, Ends::Csv(delimiter), prefix_lines + taken.lines + 1);
        Ok(CsvFile { name, header: Header::new(&names), delimiter, blocks })
    }

    /// How many fields a row should have.
    pub(super) fn width(&self) -> usize {
        self.header.names.len()
    }
}

/// Excel's `sep=;` line and blank lines before the header: what is announced, how many lines, how many bytes.
fn skip_to_header(sample: &[u8]) -> (Option<u8>, u64, usize) {
    let (mut announced, mut lines, mut at) = (None, 0, 0);
    while let Some(line_end) = memchr::memchr(b'\n', &sample[at..]) {
        let line = sample[at..at + line_end].trim_ascii_end();
        match line.strip_prefix(b"sep=") {
            Some([delimiter]) if lines == 0 => announced = Some(*delimiter),
            _ if line.is_empty() => {}
            _ => break,
        }
        lines += 1;
        at += line_end + 1;
    }
    (announced, lines, at)
}

/// The delimiter by which most rows of the sample have as many fields as the header, and the header many.
fn sniff(sample: &[u8]) -> u8 {
    let mut best = (0.0, b',');
    for delimiter in DELIMITERS {
        let (mut fields, mut at) = (Fields::default(), 0);
        let (mut width, mut n_rows, mut n_agreeing) = (0, 0, 0);
        while at < sample.len() && n_rows <= SAMPLE_ROWS {
            at += fields.split(&sample[at..], delimiter, true).bytes;
            if n_rows == 0 {
                width = fields.len();
            } else if fields.len() == width {
                n_agreeing += 1;
            }
            n_rows += 1;
        }
        let agreement = if n_rows > 1 { f64::from(n_agreeing) / (n_rows - 1) as f64 } else { 1.0 };
        // A header alone, or rows that all disagree, still say something by the width of the header.
        let score = (agreement + 1e-3) * (width - 1) as f64;
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

fn foreign_header(name: &str, line: u64, sample: &[u8]) -> InputError {
    let mut faults = RowFaults::default();
    for (index, text) in sample.split(|b| *b == b'\n').enumerate() {
        if std::str::from_utf8(text).is_err() {
            faults.add_foreign(index as u64 + 1, text);
        }
    }
    let place = format!("{name}, line {line}");
    super::encoding::not_utf8(place, &faults.encoding.first, &faults.foreign_sample, faults.encoding.n)
}

fn not_a_delimiter(chosen: char) -> InputError {
    InputError::new(format!("`{chosen}` cannot be a delimiter")).remedy("use one of: , ; tab |")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_found_from_the_file() {
        assert_eq!(sniff(b"a,b\n1,2\n"), b',');
        assert_eq!(sniff(b"name;amount, EUR;x\na;1,5;y\nb;2,5;z\n"), b';');
        assert_eq!(sniff(b"a\tb,c\n1\t2\n"), b'\t');
        assert_eq!(sniff(b"\"a;b\"|c\n1|2\n"), b'|');
        assert_eq!(sniff(b"single\n1\n"), b',');
    }

    #[test]
    fn an_announced_delimiter_and_blank_lines_are_passed() {
        assert_eq!(skip_to_header(b"sep=;\r\n\na;b\n"), (Some(b';'), 2, 8));
        assert_eq!(skip_to_header(b"a;b\n"), (None, 0, 0));
    }
}

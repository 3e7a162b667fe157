//! A text file in blocks of a few megabytes, each ending where a record ends.

use super::recognise::{TextReader, unreadable};
use super::records::{Fields, PlainRecords};
use crate::fault::InputError;
use crate::lanes::{Lanes, in_wide_registers};
use memchr::{memchr, memchr_iter, memrchr};
use std::io::{self, Read};

/// Size aimed at. Large enough to make hand-over cheap, small enough to stay in a core's own cache from reading to parsing.
const BLOCK: usize = 1 << 21;

/// A record longer than this means that a quote was opened and never closed.
const LONGEST_RECORD: usize = 1 << 26;

/// Whole records of one file.
pub(super) struct Block {
    /// Their text, UTF-8 unless the file is not what it says.
    pub bytes: Vec<u8>,
    /// Line of the first record, counted from 1.
    pub first_line: u64,
    /// Whether there may be a quote in it.
    pub quotes: bool,
    /// Whether it is known to hold nothing but ASCII.
    ascii: bool,
}

/// What a text holds, found on one walk.
#[derive(Debug, PartialEq)]
struct Look {
    line_ends: u64,
    quotes: bool,
    ascii: bool,
}

impl Look {
    fn at(text: &[u8]) -> Look {
        in_wide_registers(LookAt { text })
    }
}

struct LookAt<'t> {
    text: &'t [u8],
}

/// Bytes whose line ends are counted together, in numbers of 16 bits: the narrower, the more of them at once.
const COUNTED_TOGETHER: usize = 1 << 14;

impl Lanes for LookAt<'_> {
    type Out = Look;

    #[inline(always)]
    fn run(self) -> Look {
        let (mut line_ends, mut quotes, mut all) = (0, 0, 0);
        for stretch in self.text.chunks(COUNTED_TOGETHER) {
            let (mut n, mut quotes_here, mut all_here) = (0_u16, 0, 0);
            for byte in stretch {
                n += u16::from(*byte == b'\n');
                quotes_here |= u8::from(*byte == b'"');
                all_here |= byte;
            }
            line_ends += u64::from(n);
            quotes |= quotes_here;
            all |= all_here;
        }
        Look { line_ends, quotes: quotes > 0, ascii: all.is_ascii() }
    }
}

impl Block {
    /// Whether the text is UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        self.ascii || std::str::from_utf8(&self.bytes).is_ok()
    }

    /// Calls `each` with line, fields, text and closedness of every record of this block of CSV.
    pub(super) fn each_record(&self, delimiter: u8, mut each: impl FnMut(u64, &Fields, &[u8], bool)) {
        let (mut fields, mut line) = (Fields::default(), self.first_line);
        if !self.quotes {
            let mut records = PlainRecords::new(&self.bytes, delimiter);
            while let Some(text) = records.next(&mut fields) {
                each(line, &fields, text, true);
                line += 1;
            }
            return;
        }
        let mut at = 0;
        while at < self.bytes.len() {
            let text = &self.bytes[at..];
            let taken = fields.split(text, delimiter, true);
            each(line, &fields, &text[..taken.bytes], taken.closed);
            at += taken.bytes;
            line += taken.lines;
        }
    }
}

/// How records end in this kind of file.
#[derive(Clone, Copy)]
pub(super) enum Ends {
    /// At each line end (NDJSON).
    Lines,
    /// At line ends outside of quotes (CSV), with this delimiter.
    Csv(u8),
}

/// Reads a text file block by block.
pub(super) struct BlockReader {
    name: String,
    reader: TextReader,
    ends: Ends,
    carried: Vec<u8>,
    next_line: u64,
    ended: bool,
}

impl BlockReader {
    /// Blocks of `reader`, whose first line is `first_line` of the file called `name`.
    pub(super) fn new(name: String, reader: TextReader, ends: Ends, first_line: u64) -> BlockReader {
        BlockReader { name, reader, ends, carried: Vec::new(), next_line: first_line, ended: false }
    }

    /// The next block, or `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Block>, InputError> {
        let mut bytes = std::mem::take(&mut self.carried);
        let mut size = BLOCK;
        loop {
            self.fill(&mut bytes, size)?;
            let Look { line_ends, quotes, ascii } = Look::at(&bytes);
            let end = if self.ended { bytes.len() } else { self.last_end(&bytes, quotes) };
            if end > 0 {
                self.carried = bytes.split_off(end);
                let first_line = self.next_line;
                self.next_line += line_ends - memchr_iter(b'\n', &self.carried).count() as u64;
                return Ok(Some(Block { bytes, first_line, quotes, ascii }));
            }
            if self.ended {
                return Ok(None);
            }
            if bytes.len() > LONGEST_RECORD {
                return Err(unclosed_quote(&self.name, self.next_line));
            }
            size *= 2;
        }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, size: usize) -> Result<(), InputError> {
        let wanted = size.saturating_sub(bytes.len()) as u64;
        if self.ended || wanted == 0 {
            return Ok(());
        }
        bytes.reserve(wanted as usize);
        let read = (&mut self.reader).take(wanted).read_to_end(bytes);
        let n_read = read.map_err(|error| failed(&self.name, self.next_line, bytes, &error))?;
        self.ended = (n_read as u64) < wanted;
        Ok(())
    }

    /// Where the last whole record ends, 0 when there is none.
    fn last_end(&self, bytes: &[u8], quotes: bool) -> usize {
        let Ends::Csv(delimiter) = self.ends else { return memrchr(b'\n', bytes).map_or(0, |at| at + 1) };
        if !quotes {
            return memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        }
        let (mut at, mut fields) = (0, Fields::default());
        while let Some(line_end) = memchr(b'\n', &bytes[at..]) {
            if memchr(b'"', &bytes[at..at + line_end]).is_none() {
                at += line_end + 1;
                continue;
            }
            let taken = fields.split(&bytes[at..], delimiter, true);
            if !taken.closed || bytes[at + taken.bytes - 1] != b'\n' {
                break;
            }
            at += taken.bytes;
        }
        at
    }
}

/// The error for a text that could not be read further than `so_far`, which begins on line `first_line`.
pub(super) fn failed(name: &str, first_line: u64, so_far: &[u8], error: &io::Error) -> InputError {
    if error.kind() != io::ErrorKind::InvalidData {
        return unreadable(name, error);
    }
    let line = first_line + memchr_iter(b'\n', so_far).count() as u64;
    InputError::new(format!("the text is not {error}"))
        .at(format!("{name}, near line {line}"))
        .remedy("set `encoding` in the project file to what the file was saved in")
}

/// The error for a quote that is opened on a line and never closed.
pub(super) fn unclosed_quote(name: &str, line: u64) -> InputError {
    InputError::new("a quote is opened here and never closed")
        .at(format!("{name}, line {line}"))
        .remedy("close the quote, or double it if it belongs to the text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn one_look_finds_line_ends_quotes_and_bytes_beyond_ascii() {
        let text = |length: usize, at: usize, sign: u8| {
            let mut text: Vec<u8> = (0..length).map(|i| if i % 7 == 3 { b'\n' } else { b'x' }).collect();
            text[at] = sign;
            text
        };
        for length in [1, 31, 32, 33, 8_160, 8_161, 20_000] {
            for (at, sign) in [(0, b'"'), (length - 1, b'"'), (length / 2, 0xE4), (length - 1, 0xE4), (0, b',')] {
                let text = text(length, at, sign);
                let line_ends = text.iter().filter(|byte| **byte == b'\n').count() as u64;
                assert_eq!(Look::at(&text), Look { line_ends, quotes: sign == b'"', ascii: sign != 0xE4 });
            }
        }
        let only_ends = [b'\n'; 70_000];
        assert_eq!(Look::at(&only_ends), Look { line_ends: 70_000, quotes: false, ascii: true });
        assert_eq!(Look::at(b""), Look { line_ends: 0, quotes: false, ascii: true });
    }

    #[test]
    fn blocks_end_at_records_and_know_their_lines() {
        let record = "id-000,\"two\nlines, one \"\"record\"\"\"\nplain,row\n";
        let text = record.repeat(300_000);
        let reader = Box::new(Cursor::new(text.clone().into_bytes()));
        let mut blocks = BlockReader::new("f".to_string(), reader, Ends::Csv(b','), 5);
        let (mut joined, mut line, mut n_blocks) = (Vec::new(), 5, 0);
        while let Some(block) = blocks.next().unwrap() {
            assert_eq!(block.first_line, line);
            assert!(block.bytes.starts_with(b"id-000") || block.bytes.starts_with(b"plain"));
            line += memchr_iter(b'\n', &block.bytes).count() as u64;
            joined.extend_from_slice(&block.bytes);
            n_blocks += 1;
        }
        assert!(n_blocks > 2);
        assert_eq!(joined, text.as_bytes());
    }
}

//! One CSV record into its fields, by the rules of RFC 4180 as the `csv` crate reads them: a quote counts only where
//! a field begins, a doubled quote is one, and what follows a closing quote belongs to the field.

use memchr::{memchr, memchr_iter};

/// Fields of the record read last. Those that needed unescaping stand in `unescaped`.
#[derive(Debug, Default)]
pub(super) struct Fields {
    spans: Vec<Span>,
    unescaped: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
    escaped: bool,
}

/// What one record took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    /// Bytes, the line end included.
    pub bytes: usize,
    /// Line ends, those within quotes included.
    pub lines: u64,
    /// False when the text ended inside quotes.
    pub closed: bool,
}

impl Fields {
    /// How many fields the record has.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// Field `index` of the record at the start of `text`.
    #[inline]
    pub(super) fn get<'a>(&'a self, index: usize, text: &'a [u8]) -> &'a [u8] {
        let span = self.spans[index];
        let source = if span.escaped { &self.unescaped } else { text };
        &source[span.start as usize..span.end as usize]
    }

    /// Whether the record has no value at all: a blank line, or delimiters only.
    pub(super) fn is_blank(&self, text: &[u8]) -> bool {
        (0..self.len()).all(|index| self.get(index, text).trim_ascii().is_empty())
    }

    /// Splits the record at the start of `text` (not empty); `quotes` is false where `text` is known to have none.
    #[inline]
    pub(super) fn split(&mut self, text: &[u8], delimiter: u8, quotes: bool) -> Taken {
        self.spans.clear();
        self.unescaped.clear();
        let line_end = memchr(b'\n', text);
        let line = without_carriage_return(&text[..line_end.unwrap_or(text.len())]);
        if quotes && memchr(b'"', line).is_some() {
            return self.split_quoted(text, delimiter);
        }
        let mut start = 0;
        for end in memchr_iter(delimiter, line) {
            self.push(start, end, false);
            start = end + 1;
        }
        self.push(start, line.len(), false);
        Taken { bytes: line_end.map_or(text.len(), |end| end + 1), lines: 1, closed: true }
    }

    fn split_quoted(&mut self, text: &[u8], delimiter: u8) -> Taken {
        let (mut at, mut lines) = (0, 1);
        loop {
            if text.get(at) == Some(&b'"') {
                let (next, closed) = self.quoted_field(text, at + 1, delimiter, &mut lines);
                if !closed {
                    return Taken { bytes: text.len(), lines, closed: false };
                }
                at = next;
            } else {
                let end = field_end(text, at, delimiter);
                let is_last = text.get(end) != Some(&delimiter);
                let trimmed = if is_last { at + without_carriage_return(&text[at..end]).len() } else { end };
                self.push(at, trimmed, false);
                at = end;
            }
            if text.get(at) != Some(&delimiter) {
                return Taken { bytes: (at + 1).min(text.len()), lines, closed: true };
            }
            at += 1;
        }
    }

    /// Reads a field whose opening quote stands before `start`; gives where it ends, and whether it was closed.
    fn quoted_field(&mut self, text: &[u8], start: usize, delimiter: u8, lines: &mut u64) -> (usize, bool) {
        let kept_from = self.unescaped.len();
        let mut from = start;
        loop {
            let Some(quote) = memchr(b'"', &text[from..]).map(|at| from + at) else {
                self.unescaped.extend_from_slice(&text[from..]);
                self.push(kept_from, self.unescaped.len(), true);
                return (text.len(), false);
            };
            *lines += memchr_iter(b'\n', &text[from..quote]).count() as u64;
            if text.get(quote + 1) == Some(&b'"') {
                self.unescaped.extend_from_slice(&text[from..=quote]);
                from = quote + 2;
                continue;
            }
            let end = field_end(text, quote + 1, delimiter);
            let tail = without_carriage_return(&text[quote + 1..end]);
            if from == start && tail.is_empty() {
                self.push(start, quote, false);
            } else {
                self.unescaped.extend_from_slice(&text[from..quote]);
                self.unescaped.extend_from_slice(tail);
                self.push(kept_from, self.unescaped.len(), true);
            }
            return (end, true);
        }
    }

    #[inline]
    fn push(&mut self, start: usize, end: usize, escaped: bool) {
        // A block is far below 4 GB, so its positions fit.
        self.spans.push(Span { start: start as u32, end: end as u32, escaped });
    }
}

/// The records of a text without any quote, split on one walk over it.
pub(super) struct PlainRecords<'t> {
    text: &'t [u8],
    delimiter: u8,
    /// Positions of delimiters and line ends.
    marks: memchr::Memchr2<'t>,
    start: usize,
}

impl<'t> PlainRecords<'t> {
    /// The records of `text`.
    pub(super) fn new(text: &'t [u8], delimiter: u8) -> PlainRecords<'t> {
        PlainRecords { text, delimiter, marks: memchr::memchr2_iter(delimiter, b'\n', text), start: 0 }
    }

    /// The text of the next record, its line end included, with its fields in `fields`.
    #[inline]
    pub(super) fn next(&mut self, fields: &mut Fields) -> Option<&'t [u8]> {
        let (text, start) = (self.text, self.start);
        if start == text.len() {
            return None;
        }
        fields.spans.clear();
        let mut from = 0;
        loop {
            let mark = self.marks.next();
            let end = mark.unwrap_or(text.len()) - start;
            if mark.is_some_and(|mark| text[mark] == self.delimiter) {
                fields.push(from, end, false);
                from = end + 1;
                continue;
            }
            fields.push(from, from + without_carriage_return(&text[start + from..start + end]).len(), false);
            self.start = mark.map_or(text.len(), |mark| mark + 1);
            return Some(&text[start..self.start]);
        }
    }
}

/// Where the unquoted text at `from` ends: at a delimiter, a line end, or the end of the text.
fn field_end(text: &[u8], from: usize, delimiter: u8) -> usize {
    memchr::memchr2(delimiter, b'\n', &text[from..]).map_or(text.len(), |at| from + at)
}

fn without_carriage_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    fn split_all(text: &[u8]) -> Vec<Vec<String>> {
        let (mut at, mut fields, mut records) = (0, Fields::default(), Vec::new());
        while at < text.len() {
            let taken = fields.split(&text[at..], b',', true);
            let record: Vec<String> =
                (0..fields.len()).map(|i| String::from_utf8_lossy(fields.get(i, &text[at..])).into_owned()).collect();
            if record != [""] {
                records.push(record);
            }
            at += taken.bytes;
        }
        records
    }

    #[test]
    fn quotes_line_breaks_and_stray_quotes() {
        let records = split_all(b"a,\"b \"\"x\"\", c\",\"two\nlines\"\r\n5\" pipe,\"x\"y,\n\n\"\",last");
        assert_eq!(records[0], ["a", "b \"x\", c", "two\nlines"]);
        assert_eq!(records[1], ["5\" pipe", "xy", ""]);
        assert_eq!(records[2], ["", "last"]);
    }

    #[test]
    fn a_text_without_quotes_splits_alike_on_one_walk() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(8);
        let alphabet = [b'a', b',', b'\r', b'\n', b' '];
        for _ in 0..20_000 {
            let length = rng.random_range(0..24);
            let text: Vec<u8> = (0..length).map(|_| alphabet[rng.random_range(0..alphabet.len())]).collect();
            let (mut one, mut other, mut at) = (Fields::default(), Fields::default(), 0);
            let mut records = PlainRecords::new(&text, b',');
            while let Some(record) = records.next(&mut one) {
                let taken = other.split(&text[at..], b',', false);
                assert_eq!(record, &text[at..at + taken.bytes]);
                let cells = |fields: &Fields| {
                    (0..fields.len()).map(|index| fields.get(index, record).to_vec()).collect::<Vec<_>>()
                };
                assert_eq!(cells(&one), cells(&other), "{:?}", String::from_utf8_lossy(&text));
                at += taken.bytes;
            }
            assert_eq!(at, text.len());
        }
    }

    #[test]
    fn lines_are_counted_and_an_open_quote_is_told() {
        let mut fields = Fields::default();
        assert_eq!(fields.split(b"\"a\nb\",c\nd", b',', true), Taken { bytes: 8, lines: 2, closed: true });
        assert!(!fields.split(b"x,\"a\nb", b',', true).closed);
    }

    #[test]
    fn any_text_splits_as_the_csv_crate_splits_it() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let alphabet = [b'a', b',', b'"', b'\n', b' ', b'b'];
        for _ in 0..20_000 {
            let length = rng.random_range(1..24);
            let mut text: Vec<u8> = (0..length).map(|_| alphabet[rng.random_range(0..alphabet.len())]).collect();
            text.push(b'\n');
            let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&text[..]);
            let expected: Vec<Vec<String>> = reader
                .into_records()
                .map(|record| record.unwrap().iter().map(str::to_string).collect::<Vec<_>>())
                .filter(|record| record != &[""])
                .collect();
            assert_eq!(split_all(&text), expected, "{:?}", String::from_utf8_lossy(&text));
        }
    }
}

//! Rows of CSV without any quote, split on one walk straight into the cells of a log.

use super::csv_log::CsvLayout;
use super::part::{AtCell, RowCells};
use crate::values::{KnownDay, TimeReader};
use memchr::memchr;

/// Walks over a text of such rows.
pub(super) struct PlainRows<'t> {
    text: &'t [u8],
    at: usize,
    delimiter: u8,
    /// By index of a field, whose cell it is.
    roles: Vec<Role>,
    times: &'t TimeReader,
    /// The day of the last row.
    day: KnownDay,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Lead,
    At,
    Kind,
    Detail,
    Count,
    Nobody,
}

/// One row.
pub(super) enum Row<'t> {
    /// With as many fields as it should have, and an id.
    Cells(RowCells<'t>),
    /// Any other, as text with its line end.
    Other(&'t [u8]),
}

impl<'t> PlainRows<'t> {
    /// The rows of `text`.
    pub(super) fn new(text: &'t [u8], layout: &CsvLayout, times: &'t TimeReader) -> PlainRows<'t> {
        let mut roles = vec![Role::Nobody; layout.width];
        let parts = [
            (Some(layout.lead), Role::Lead),
            (Some(layout.at), Role::At),
            (Some(layout.kind), Role::Kind),
            (layout.detail, Role::Detail),
            (layout.count, Role::Count),
        ];
        // A column that plays two parts is left to those who look at fields one by one.
        let distinct = parts
            .iter()
            .enumerate()
            .all(|(nth, part)| !parts[..nth].iter().any(|other| other.0 == part.0 && part.0.is_some()));
        for (index, role) in parts.into_iter().filter(|_| distinct) {
            if let Some(index) = index {
                roles[index] = role;
            }
        }
        PlainRows { text, at: 0, delimiter: layout.delimiter, roles, times, day: KnownDay::default() }
    }

    /// The next row.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Row<'t>> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        if let Some(cells) = self.cells() {
            return Some(Row::Cells(cells));
        }
        let rest = &self.text[start..];
        let length = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        self.at = start + length;
        Some(Row::Other(&rest[..length]))
    }

    #[inline]
    fn cells(&mut self) -> Option<RowCells<'t>> {
        let mut cells = RowCells { lead: b"", at: AtCell::Text(b""), kind: b"", detail: b"", count: b"" };
        let (text, mut at) = (self.text, self.at);
        let last = self.roles.len() - 1;
        for (index, role) in self.roles.iter().enumerate() {
            let instant = if *role == Role::At { self.times.read_front(&text[at..], &mut self.day) } else { None };
            // A time is read where it stands; only where its field goes on, the end is looked for.
            let front = instant.map(|(_, length)| at + length).filter(|end| ends_field(text, *end, self.delimiter));
            let end = front.unwrap_or_else(|| field_end(text, at, self.delimiter));
            let mark = text.get(end).copied().unwrap_or(b'\n');
            if (mark == b'\n') != (index == last) {
                return None;
            }
            let mut cell = &text[at..end];
            if index == last {
                cell = cell.strip_suffix(b"\r").unwrap_or(cell);
            }
            match role {
                Role::Lead => cells.lead = cell,
                Role::At if front.is_some() => cells.at = AtCell::Instant(instant.map(|(at, _)| at)),
                Role::At => cells.at = AtCell::Text(cell),
                Role::Kind => cells.kind = cell,
                Role::Detail => cells.detail = cell,
                Role::Count => cells.count = cell,
                Role::Nobody => {}
            }
            at = end + 1;
        }
        if cells.lead.is_empty() {
            return None;
        }
        self.at = at;
        Some(cells)
    }
}

/// Whether a field ends here, at a mark that is no part of it.
#[inline]
fn ends_field(text: &[u8], at: usize, delimiter: u8) -> bool {
    text.get(at).is_none_or(|byte| *byte == delimiter || *byte == b'\n')
}

/// Where the field at `at` ends: at a delimiter, a line end, or the end of the text.
#[inline]
fn field_end(text: &[u8], mut at: usize, delimiter: u8) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let of_each = |byte: u8| u64::from(byte) * ONES;
    // The lowest bit set stands in the first byte that is zero.
    let zeros = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & (ONES << 7);
    while let Some(eight) = text[at..].first_chunk::<8>() {
        let bytes = u64::from_le_bytes(*eight);
        let found = zeros(bytes ^ of_each(delimiter)) | zeros(bytes ^ of_each(b'\n'));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = &text[at..];
    at + rest.iter().position(|byte| *byte == delimiter || *byte == b'\n').unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::records::Fields;
    use rand::{RngExt, SeedableRng};

    const LAYOUT: CsvLayout =
        CsvLayout { delimiter: b',', width: 3, lead: 1, at: 0, kind: 2, detail: None, count: None, lenient: false };

    #[test]
    fn rows_are_split_as_fields_are() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        let pieces: [&[u8]; 10] = [
            b",",
            b",",
            b"\n",
            b"\r\n",
            b"2024-01-31T12:00:00",
            b"2024-01-31 12:00:00.5",
            b"a",
            b"longer than eight",
            b" ",
            b"2024-01-31T12:00:00.000000,an id,a kind\n",
        ];
        let mut as_instants = 0;
        let times = TimeReader::new("UTC", None).unwrap();
        for _ in 0..20_000 {
            let text: Vec<u8> =
                (0..rng.random_range(1..14)).flat_map(|_| pieces[rng.random_range(0..10)]).copied().collect();
            let mut rows = PlainRows::new(&text, &LAYOUT, &times);
            let (mut fields, mut at) = (Fields::default(), 0);
            while let Some(row) = rows.next() {
                let rest = &text[at..];
                let taken = fields.split(rest, b',', false);
                at += taken.bytes;
                let is_whole = fields.len() == 3 && !fields.get(1, rest).is_empty();
                match row {
                    Row::Cells(RowCells { lead, at: time, kind, .. }) => {
                        assert!(is_whole, "{:?}", String::from_utf8_lossy(&text));
                        assert_eq!([lead, kind], [1, 2].map(|index| fields.get(index, rest)));
                        match time {
                            AtCell::Text(time) => assert_eq!(time, fields.get(0, rest)),
                            AtCell::Instant(at) => {
                                assert!(at.is_some() && at == times.read(fields.get(0, rest), None));
                                as_instants += 1;
                            }
                        }
                    }
                    Row::Other(other) => assert!(!is_whole && other == &rest[..taken.bytes]),
                }
            }
            assert_eq!(at, text.len());
        }
        assert!(as_instants > 1000);
    }
}

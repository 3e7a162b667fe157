//! Rows of a text file that cannot be taken as they stand: gathered over the whole file, told in one sentence.

use super::blocks::unclosed_quote;
use super::encoding::not_utf8;
use crate::fault::InputError;
use crate::text::counted;

/// How many lines of each sort are named.
const NAMED: usize = 5;

/// How many bytes around foreign ones are kept to guess an encoding from.
const SAMPLE: usize = 1 << 16;

/// Rows with one and the same fault.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    /// How many.
    pub n: u64,
    /// Lines of the first few.
    pub lines: Vec<u64>,
    /// Text of the first.
    pub first: Vec<u8>,
}

impl Rows {
    /// Takes in one more.
    pub(super) fn add(&mut self, line: u64, text: &[u8]) {
        if self.n == 0 {
            self.first = text.to_vec();
        }
        if self.lines.len() < NAMED {
            self.lines.push(line);
        }
        self.n += 1;
    }

    /// Takes in those of a later part of the file.
    pub(super) fn merge(&mut self, later: Rows) {
        if self.n == 0 {
            self.first = later.first;
        }
        self.n += later.n;
        self.lines.extend(later.lines);
        self.lines.truncate(NAMED);
    }

    /// `lines 3, 9, 12, …`, or `line 3`.
    pub(super) fn lines_named(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(u64::to_string).collect();
        let more = if self.n > self.lines.len() as u64 { ", …" } else { "" };
        format!("{} {}{more}", if self.n == 1 { "line" } else { "lines" }, lines.join(", "))
    }

    fn first_shown(&self) -> String {
        const SHOWN: usize = 60;
        let text: String = String::from_utf8_lossy(&self.first).trim_end().chars().take(SHOWN + 1).collect();
        if text.chars().count() > SHOWN { text.chars().take(SHOWN).chain(['…']).collect() } else { text }
    }
}

/// Everything wrong with the rows of a file as rows.
#[derive(Debug, Clone, Default)]
pub(super) struct RowFaults {
    /// A whole row inside quotes, so that it is a single field.
    pub wrapped: Rows,
    /// Fewer fields than the header.
    pub too_few: Rows,
    /// More fields than the header.
    pub too_many: Rows,
    /// Not UTF-8.
    pub encoding: Rows,
    /// Text with foreign bytes, to guess an encoding from.
    pub foreign_sample: Vec<u8>,
    /// Line of a quote that is never closed.
    pub unclosed: Option<u64>,
    /// Number of fields of the first row with too few or too many.
    pub n_fields: (usize, usize),
}

impl RowFaults {
    /// Takes in those of a later part of the file.
    pub(super) fn merge(&mut self, later: RowFaults) {
        if self.too_few.n == 0 {
            self.n_fields.0 = later.n_fields.0;
        }
        if self.too_many.n == 0 {
            self.n_fields.1 = later.n_fields.1;
        }
        self.wrapped.merge(later.wrapped);
        self.too_few.merge(later.too_few);
        self.too_many.merge(later.too_many);
        self.encoding.merge(later.encoding);
        self.keep_sample(&later.foreign_sample);
        self.unclosed = self.unclosed.or(later.unclosed);
    }

    /// Whether there is anything.
    pub(super) fn any(&self) -> bool {
        self.wrapped.n + self.too_few.n + self.too_many.n + self.encoding.n > 0 || self.unclosed.is_some()
    }

    /// Notes a row with another number of fields than the header.
    pub(super) fn add_miscounted(&mut self, n_fields: usize, width: usize, line: u64, text: &[u8]) {
        let (rows, first) = if n_fields < width {
            (&mut self.too_few, &mut self.n_fields.0)
        } else {
            (&mut self.too_many, &mut self.n_fields.1)
        };
        if rows.n == 0 {
            *first = n_fields;
        }
        rows.add(line, text);
    }

    /// Notes a line that is not UTF-8.
    pub(super) fn add_foreign(&mut self, line: u64, text: &[u8]) {
        self.encoding.add(line, text);
        self.keep_sample(text);
    }

    fn keep_sample(&mut self, text: &[u8]) {
        if self.foreign_sample.len() < SAMPLE {
            self.foreign_sample.extend_from_slice(text);
            self.foreign_sample.push(b'\n');
        }
    }

    /// The error to stop with, the one that explains most first. With `lenient` only what no reading can mend.
    pub(super) fn verdict(&self, name: &str, width: usize, lenient: bool) -> Result<(), InputError> {
        if self.encoding.n > 0 && !lenient {
            let place = format!("{name}, line {}", self.encoding.lines[0]);
            return Err(not_utf8(place, &self.encoding.first, &self.foreign_sample, self.encoding.n));
        }
        if let Some(line) = self.unclosed {
            return Err(unclosed_quote(name, line));
        }
        if lenient {
            return Ok(());
        }
        if self.wrapped.n > 0 {
            return Err(self.wrapped_error(name, width));
        }
        for (rows, n_fields) in [(&self.too_few, self.n_fields.0), (&self.too_many, self.n_fields.1)] {
            if rows.n > 0 {
                return Err(miscounted(rows, n_fields, width, name));
            }
        }
        Ok(())
    }

    fn wrapped_error(&self, name: &str, width: usize) -> InputError {
        let rows = &self.wrapped;
        InputError::new(format!(
            "{} {} wholly inside quotes, one field instead of {width} ({}): {}",
            counted(rows.n as usize, "row"),
            if rows.n == 1 { "stands" } else { "stand" },
            rows.lines_named(),
            rows.first_shown()
        ))
        .at(format!("{name}, line {}", rows.lines[0]))
        .remedy("take the outer quotes away (and undouble the inner ones), or run with --lenient, which reads the rows inside them")
    }

    /// What `lenient` mended, in sentences.
    pub(super) fn notes(&self, name: &str) -> Vec<String> {
        let said = [
            (&self.wrapped, "stood wholly inside quotes and were read inside them"),
            (&self.too_few, "had too few fields; the last ones were taken as missing"),
            (&self.too_many, "had too many fields; the surplus was dropped"),
            (&self.encoding, "were not UTF-8; such cells were taken as missing"),
        ];
        let happened = said.into_iter().filter(|(rows, _)| rows.n > 0);
        happened
            .map(|(rows, what)| format!("{name}: {} {what} ({})", counted(rows.n as usize, "row"), rows.lines_named()))
            .collect()
    }
}

fn miscounted(rows: &Rows, n_fields: usize, width: usize, name: &str) -> InputError {
    let others = match rows.n {
        1 => String::new(),
        n => format!("; {n} such rows: {}", rows.lines_named()),
    };
    let fields = if n_fields == 1 { "1 field" } else { &format!("{n_fields} fields") };
    InputError::new(format!("{fields} where the header has {width}: {}{others}", rows.first_shown()))
        .at(format!("{name}, line {}", rows.lines[0]))
        .remedy("put a field that holds the delimiter or a line break in quotes, or run with --lenient (missing fields are empty, surplus ones dropped)")
}

//! NDJSON into raw columns.

use super::blocks::{Block, BlockReader, Ends};
use super::cells::{RawCells, TextCells};
use super::faults::Rows;
use super::in_order::parse_in_order;
use super::json_lines::{cell, each_object};
use super::raw::{RawColumn, RawTable, Wanted};
use super::recognise::TextReader;
use super::settings::ReadSettings;
use crate::fault::InputError;
use crate::tables::Origins;
use crate::text::counted;

/// Columns as they turn up; each as long as the rows so far.
#[derive(Default)]
struct Gathered {
    /// Every name met, wanted or not.
    header: Vec<String>,
    names: Vec<String>,
    columns: Vec<TextCells>,
    origin: Origins,
    /// Lines that are no object, and what is wrong with the first.
    bad: Rows,
    reason: String,
}

/// Reads the rows of `reader`.
pub(super) fn read(
    name: String,
    reader: TextReader,
    settings: &ReadSettings,
    wanted: Wanted<'_>,
) -> Result<RawTable, InputError> {
    let mut blocks = BlockReader::new(name.clone(), reader, Ends::Lines, 1);
    let mut all = Gathered::default();
    parse_in_order(|| blocks.next(), |block| parse(&block, wanted), |part| all.append(part?))?;
    let mut table = RawTable { files: vec![name.clone()], header: all.header, ..RawTable::default() };
    if all.bad.n > 0 {
        if !settings.lenient {
            return Err(not_an_object(&all.bad, &all.reason, &name));
        }
        table.notes.push(format!(
            "{name}: {} left out because no JSON object stands there ({})",
            counted(all.bad.n as usize, "line"),
            all.bad.lines_named()
        ));
    }
    table.origin = all.origin;
    let columns = all.names.into_iter().zip(all.columns);
    table.columns = columns.map(|(name, cells)| RawColumn { name, cells: RawCells::Text(cells) }).collect();
    Ok(table)
}

/// The error for lines that are no objects.
pub(super) fn not_an_object(bad: &Rows, reason: &str, name: &str) -> InputError {
    let others = if bad.n == 1 { String::new() } else { format!("; {} such lines: {}", bad.n, bad.lines_named()) };
    InputError::new(format!("the line is no JSON object ({reason}){others}"))
        .at(format!("{name}, line {}", bad.lines[0]))
        .remedy("write one JSON object a line, or run with --lenient (such lines are left out)")
}

fn parse(block: &Block, wanted: Wanted<'_>) -> Result<Gathered, InputError> {
    let mut part = Gathered::default();
    let mut failed = None;
    each_object(block, |line, text, object| match object {
        Err(reason) => part.add_bad(line, text, reason),
        Ok(object) => {
            let pushed = object.members().iter().try_for_each(|(name, value)| part.push(name, value, wanted));
            part.origin.push(0, line);
            failed = failed.take().or(pushed.and_then(|()| part.level()).err());
        }
    });
    failed.map_or(Ok(part), Err)
}

impl Gathered {
    fn add_bad(&mut self, line: u64, text: &[u8], reason: String) {
        if self.bad.n == 0 {
            self.reason = reason;
        }
        self.bad.add(line, text);
    }

    /// Puts a member into its column for the row at hand; of a name twice in one object the first counts.
    fn push(&mut self, name: &str, value: &serde_json::value::RawValue, wanted: Wanted<'_>) -> Result<(), InputError> {
        if !self.header.iter().any(|known| known == name) {
            self.header.push(name.to_string());
        }
        if !wanted.includes(name) {
            return Ok(());
        }
        let index = self.column_of(name)?;
        let column = &mut self.columns[index];
        if column.len() > self.origin.len() {
            return Ok(());
        }
        let cell = cell(value);
        if cell.literal { column.push_literal(&cell.text) } else { column.push(&cell.text) }
    }

    /// The index of the column of this name, a new one with missing cells so far if need be.
    fn column_of(&mut self, name: &str) -> Result<usize, InputError> {
        if let Some(index) = self.names.iter().position(|known| known == name) {
            return Ok(index);
        }
        let mut cells = TextCells::default();
        cells.push_missing(self.origin.len())?;
        self.names.push(name.to_string());
        self.columns.push(cells);
        Ok(self.columns.len() - 1)
    }

    /// Fills the columns that the rows so far did not mention.
    fn level(&mut self) -> Result<(), InputError> {
        let n_rows = self.origin.len();
        self.columns.iter_mut().try_for_each(|column| column.push_missing(n_rows - column.len()))
    }

    fn append(&mut self, later: Gathered) -> Result<(), InputError> {
        for name in later.header {
            if !self.header.contains(&name) {
                self.header.push(name);
            }
        }
        for (name, cells) in later.names.iter().zip(&later.columns) {
            let index = self.column_of(name)?;
            self.columns[index].append(cells)?;
        }
        if self.bad.n == 0 {
            self.reason = later.reason;
        }
        self.bad.merge(later.bad);
        self.origin.append(&later.origin, 0);
        self.level()
    }
}

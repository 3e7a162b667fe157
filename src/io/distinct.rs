//! The values of a column that differ, as far as somebody asks.

use super::cells::RawCells;
use super::raw::{RawColumn, RawTable};
use super::reading::CellReader;
use super::settings::ReadSettings;
use crate::fault::InputError;
use rayon::prelude::*;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_64;

/// How many values a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueCounts {
    /// Rows without a value.
    pub n_missing: usize,
    /// Values that differ.
    pub n_distinct: usize,
}

/// Counts the values of all columns, in their order. That takes longer than to infer types, for which a look at some is
/// often enough.
///
/// # Errors
/// Settings that cannot be used, such as an unknown timezone.
pub fn count_values(raw: &RawTable, settings: &ReadSettings) -> Result<Vec<ValueCounts>, InputError> {
    let cells = CellReader::new(settings)?;
    let count = |column: &RawColumn| {
        let values = Values::new(column, &cells);
        ValueCounts { n_missing: column.cells.n_cells() - values.n_values(), n_distinct: values.n_distinct() }
    };
    Ok(raw.columns.par_iter().with_max_len(1).map(count).collect())
}

/// The values of a column. Which of them differ is found when somebody asks, and texts are made then: a million numbers
/// need be neither printed nor told apart to be known as numbers.
pub(super) struct Values<'a> {
    column: &'a RawColumn,
    cells: &'a CellReader,
    distinct: OnceCell<Distinct>,
}

/// By distinct value the row in which it appears first, and in how many rows it stands.
#[derive(Default)]
struct Distinct {
    values: Vec<(u32, u32)>,
    n_values: usize,
}

impl<'a> Values<'a> {
    /// Of a column; nothing is looked at yet.
    pub(super) fn new(column: &'a RawColumn, cells: &'a CellReader) -> Values<'a> {
        Values { column, cells, distinct: OnceCell::new() }
    }

    fn distinct(&self) -> &Distinct {
        self.distinct.get_or_init(|| self.tell_apart())
    }

    fn tell_apart(&self) -> Distinct {
        /// In place of a position among the distinct values.
        const NO_VALUE: u32 = u32::MAX;
        let cells = &self.column.cells;
        // Keyed by hash: this is a look at the data, and two values that share 64 bits would only be counted as one.
        let mut index: HashMap<u64, u32, foldhash::fast::FixedState> = HashMap::default();
        let mut found = Distinct::default();
        let mut look_at = |row: usize, values: &mut Vec<(u32, u32)>| {
            let Some(key) = key(cells, row) else { return NO_VALUE };
            *index.entry(key).or_insert_with(|| {
                if self.is_missing(row) {
                    return NO_VALUE;
                }
                values.push((row as u32, 0));
                values.len() as u32 - 1
            })
        };
        let words = if let RawCells::Text(cells) = cells { cells.words() } else { None };
        let (n_words, codes) = words.map_or((0, None), |(words, codes)| (words.len(), Some(codes)));
        let mut known = vec![None; n_words];
        for row in 0..cells.n_cells() {
            let at = match codes {
                Some(codes) => *known[codes[row] as usize].get_or_insert_with(|| look_at(row, &mut found.values)),
                None => look_at(row, &mut found.values),
            };
            if at != NO_VALUE {
                found.n_values += 1;
                found.values[at as usize].1 += 1;
            }
        }
        found
    }

    /// Whether the cell of a row says that there is no value.
    fn is_missing(&self, row: usize) -> bool {
        let may_be = match &self.column.cells {
            RawCells::Text(_) | RawCells::Booleans(_) => true,
            RawCells::Integers(cells) => cells[row].is_none() || self.cells.digits_may_be_missing(),
            RawCells::Instants(cells) => cells[row].is_none() || self.cells.digits_may_be_missing(),
            RawCells::Numbers(cells) => !cells[row].is_finite() || self.cells.digits_may_be_missing(),
        };
        may_be && self.cells.is_missing(&self.column.text(row))
    }

    /// Whether no row has a value.
    pub(super) fn is_empty(&self) -> bool {
        (0..self.column.cells.n_cells()).all(|row| self.is_missing(row))
    }

    /// Rows with a value.
    pub(super) fn n_values(&self) -> usize {
        self.distinct().n_values
    }

    /// Values that differ.
    pub(super) fn n_distinct(&self) -> usize {
        self.distinct().values.len()
    }

    /// The text of a row, trimmed.
    fn text_of(&self, row: usize) -> Cow<'a, str> {
        match self.column.text(row) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            owned => owned,
        }
    }

    /// The text of a distinct value.
    pub(super) fn text(&self, index: usize) -> Cow<'a, str> {
        self.text_of(self.distinct().values[index].0 as usize)
    }

    /// The distinct values with their number of rows.
    pub(super) fn texts(&self) -> impl Iterator<Item = (Cow<'a, str>, usize)> {
        self.distinct().values.iter().map(|&(row, n)| (self.text_of(row as usize), n as usize))
    }

    /// Whether every value holds. Where the column is not one of few words, row after row: most columns of which not all
    /// hold say so at once, and to read a value again takes no longer than to find out whether it was met.
    pub(super) fn all(&self, holds: impl Fn(&str) -> bool) -> bool {
        let are_words = matches!(&self.column.cells, RawCells::Text(cells) if cells.words().is_some());
        if are_words || self.distinct.get().is_some() {
            return self.texts().all(|(text, _)| holds(&text));
        }
        (0..self.column.cells.n_cells()).all(|row| self.is_missing(row) || holds(&self.text_of(row)))
    }

    /// Rows whose value holds.
    pub(super) fn rows_where(&self, holds: impl Fn(&str) -> bool) -> usize {
        self.texts().filter(|(text, _)| holds(text)).map(|(_, n)| n).sum()
    }

    /// Whether it is worth the time to look for exceptions: by the first values, most hold.
    pub(super) fn mostly(&self, holds: impl Fn(&str) -> bool) -> bool {
        const LOOKED_AT: usize = 1000;
        let n_first = self.n_distinct().min(LOOKED_AT);
        2 * self.texts().take(n_first).filter(|(text, _)| holds(text)).count() >= n_first
    }

    /// The most frequent of the values that do not hold, as `` `n/a` (12), … ``.
    pub(super) fn exceptions(&self, holds: impl Fn(&str) -> bool) -> String {
        let mut others: Vec<(Cow<'_, str>, usize)> = self.texts().filter(|(text, _)| !holds(text)).collect();
        others.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let shown: Vec<String> = others.iter().take(4).map(|(text, n)| format!("`{text}` ({n})")).collect();
        shown.join(", ") + if others.len() > 4 { ", …" } else { "" }
    }
}

/// The same for the same value; `None` where the format has none.
fn key(cells: &RawCells, row: usize) -> Option<u64> {
    match cells {
        RawCells::Text(cells) => Some(xxh3_64(cells.get(row).trim().as_bytes())),
        RawCells::Integers(cells) => cells[row].map(|whole| whole as u64),
        RawCells::Numbers(cells) => Some(cells[row]).filter(|number| !number.is_nan()).map(f64::to_bits),
        RawCells::Booleans(cells) => cells[row].map(u64::from),
        RawCells::Instants(cells) => cells[row].map(|at| at.0 as u64),
    }
}

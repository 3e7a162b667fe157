//! The cells of a column as its format gives them.

use super::whole_ids::{counted_from, tasks};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::Ids;
use crate::values::format_instant;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

/// The cells of a column, in the form that its format gives.
#[derive(Debug, Clone)]
pub enum RawCells {
    /// Text, to be read by somebody; blank where missing.
    Text(TextCells),
    /// Whole numbers (Parquet).
    Integers(Vec<Option<i64>>),
    /// Numbers (Parquet); NaN where missing.
    Numbers(Vec<f64>),
    /// Truth values (Parquet).
    Booleans(Vec<Option<bool>>),
    /// Times (Parquet).
    Instants(Vec<Option<Instant>>),
}

/// Texts one behind the other in a single buffer.
#[derive(Debug, Clone, Default)]
pub struct TextCells {
    text: String,
    /// End of each text in `text`.
    ends: Vec<u32>,
    /// By cell the text it holds; `None` where each holds its own, one after the other.
    codes: Option<Vec<u32>>,
    /// Whether the cell is a literal of its format (a JSON number), written with a decimal point whatever the project
    /// says of decimal signs; empty when none is.
    literal: Vec<bool>,
}

impl TextCells {
    /// Appends a cell.
    pub(super) fn push(&mut self, cell: &str) -> Result<(), InputError> {
        self.spread()?;
        self.text.push_str(cell);
        self.ends.push(position(self.text.len())?);
        if !self.literal.is_empty() {
            self.literal.push(false);
        }
        Ok(())
    }

    /// Appends a literal of the format.
    pub(super) fn push_literal(&mut self, cell: &str) -> Result<(), InputError> {
        let earlier = self.ends.len();
        self.push(cell)?;
        self.literal.resize(earlier, false);
        self.literal.push(true);
        Ok(())
    }

    /// Appends missing cells.
    pub(super) fn push_missing(&mut self, n: usize) -> Result<(), InputError> {
        (0..n).try_for_each(|_| self.push(""))
    }

    /// Cells from their text and ends, as a parser of a block gathers them.
    pub(super) fn from_parts(text: String, ends: Vec<u32>) -> TextCells {
        TextCells { text, ends, ..TextCells::default() }
    }

    /// Cells that each hold one of a few words, by its index.
    pub(super) fn of_words<'w>(
        words: impl IntoIterator<Item = &'w str>,
        codes: Vec<u32>,
    ) -> Result<TextCells, InputError> {
        let mut cells = TextCells::default();
        words.into_iter().try_for_each(|word| cells.push(word))?;
        cells.codes = Some(codes);
        Ok(cells)
    }

    /// The cells of parts, one part after the other.
    pub(super) fn joined(parts: Vec<TextCells>) -> Result<TextCells, InputError> {
        let length = |part: &TextCells| match &part.codes {
            Some(codes) => codes.iter().map(|code| part.at(*code as usize).len()).sum(),
            None => part.text.len(),
        };
        let length = parts.iter().map(length).sum();
        position(length)?;
        let n_cells = parts.iter().map(TextCells::len).sum();
        let mut joined = TextCells::from_parts(String::with_capacity(length), Vec::with_capacity(n_cells));
        parts.into_iter().try_for_each(|part| joined.append(&part))?;
        Ok(joined)
    }

    /// The words, and by cell the index of its own, where the cells were given as words.
    pub(super) fn words(&self) -> Option<(impl ExactSizeIterator<Item = &str>, &[u32])> {
        let words = (0..self.ends.len()).map(|word| self.at(word));
        self.codes.as_deref().map(|codes| (words, codes))
    }

    /// Takes the index of each cell's word out, and leaves the words as cells, one after the other.
    pub(super) fn take_codes(&mut self) -> Vec<u32> {
        self.codes.take().unwrap_or_else(|| (0..self.ends.len() as u32).collect())
    }

    /// Gives each cell a text of its own, so that others can follow.
    fn spread(&mut self) -> Result<(), InputError> {
        let Some(codes) = &self.codes else { return Ok(()) };
        let mut own = TextCells::default();
        (0..codes.len()).try_for_each(|row| own.push(self.get(row)))?;
        *self = own;
        Ok(())
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.codes.as_ref().map_or(self.ends.len(), Vec::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell of `row`, as written.
    #[inline]
    pub fn get(&self, row: usize) -> &str {
        self.at(self.codes.as_ref().map_or(row, |codes| codes[row] as usize))
    }

    #[inline]
    fn at(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[start..self.ends[index] as usize]
    }

    /// Whether the cell of `row` is a literal with a decimal point.
    pub(super) fn is_literal(&self, row: usize) -> bool {
        self.literal.get(row).copied().unwrap_or(false)
    }

    /// Whether any cell is a literal with a decimal point.
    pub(super) fn has_literals(&self) -> bool {
        !self.literal.is_empty()
    }

    /// Appends the cells of `later`.
    pub(super) fn append(&mut self, later: &TextCells) -> Result<(), InputError> {
        if later.codes.is_some() {
            return (0..later.len()).try_for_each(|row| self.push(later.get(row)));
        }
        self.spread()?;
        let shift = self.text.len();
        position(shift + later.text.len())?;
        if !self.literal.is_empty() || !later.literal.is_empty() {
            self.literal.resize(self.ends.len(), false);
            self.literal.extend(&later.literal);
            self.literal.resize(self.ends.len() + later.ends.len(), false);
        }
        self.text.push_str(&later.text);
        self.ends.extend(later.ends.iter().map(|end| end + shift as u32));
        Ok(())
    }
}

pub(super) fn position(length: usize) -> Result<u32, InputError> {
    u32::try_from(length).map_err(|_| {
        InputError::new("a column holds more than 4 GB of text")
            .remedy("score the file in parts, or leave the column out")
    })
}

impl RawCells {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.n_cells() == 0
    }

    /// How many cells there are.
    pub(super) fn n_cells(&self) -> usize {
        match self {
            RawCells::Text(cells) => cells.len(),
            RawCells::Integers(cells) => cells.len(),
            RawCells::Numbers(cells) => cells.len(),
            RawCells::Booleans(cells) => cells.len(),
            RawCells::Instants(cells) => cells.len(),
        }
    }

    /// The text of a cell: numbers and booleans as they print, blank where missing.
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        let printed = match self {
            RawCells::Text(cells) => return Cow::Borrowed(cells.get(row)),
            RawCells::Integers(cells) => cells[row].map(|value| value.to_string()),
            RawCells::Numbers(cells) => Some(cells[row]).filter(|value| !value.is_nan()).map(|value| value.to_string()),
            RawCells::Booleans(cells) => cells[row].map(|value| value.to_string()),
            RawCells::Instants(cells) => cells[row].map(format_instant),
        };
        printed.map_or(Cow::Borrowed(""), Cow::Owned)
    }

    /// The cells as ids.
    pub(super) fn ids(&self) -> Ids {
        if let RawCells::Text(TextCells { text, ends, codes: None, .. }) = self {
            return Ids::from_parts(text.clone(), ends.iter().map(|end| *end as usize).collect());
        }
        let of_rows = |rows: Range<usize>| match self {
            RawCells::Integers(cells) => {
                let mut ids = Ids::default();
                cells[rows].iter().for_each(|cell| match cell {
                    Some(number) => ids.push_number(*number),
                    None => ids.push(""),
                });
                ids
            }
            _ => rows.map(|row| self.text(row)).collect::<Ids>(),
        };
        let ids = Ids::joined(&tasks(self.n_cells()).map(of_rows).collect::<Vec<_>>());
        let first = if let RawCells::Integers(numbers) = self { counted_from(numbers) } else { None };
        match first {
            Some(first) => ids.counting_from(first),
            None => ids,
        }
    }

    /// Appends cells; two forms that differ meet as text.
    pub(super) fn append(&mut self, later: RawCells) -> Result<(), InputError> {
        match (&mut *self, later) {
            (RawCells::Text(cells), RawCells::Text(later)) => return cells.append(&later),
            (RawCells::Integers(cells), RawCells::Integers(later)) => cells.extend(later),
            (RawCells::Numbers(cells), RawCells::Numbers(later)) => cells.extend(later),
            (RawCells::Booleans(cells), RawCells::Booleans(later)) => cells.extend(later),
            (RawCells::Instants(cells), RawCells::Instants(later)) => cells.extend(later),
            (_, later) => {
                let mut as_text = self.to_text()?;
                as_text.append(&later.to_text()?)?;
                *self = RawCells::Text(as_text);
            }
        }
        Ok(())
    }

    fn to_text(&self) -> Result<TextCells, InputError> {
        let mut cells = TextCells::default();
        for row in 0..self.n_cells() {
            match self {
                RawCells::Numbers(_) | RawCells::Integers(_) => cells.push_literal(&self.text(row))?,
                _ => cells.push(&self.text(row))?,
            }
        }
        Ok(cells)
    }

    /// As many missing cells, in the same form.
    pub(super) fn append_missing(&mut self, n: usize) -> Result<(), InputError> {
        match self {
            RawCells::Text(cells) => return cells.push_missing(n),
            RawCells::Integers(cells) => cells.resize(cells.len() + n, None),
            RawCells::Numbers(cells) => cells.resize(cells.len() + n, f64::NAN),
            RawCells::Booleans(cells) => cells.resize(cells.len() + n, None),
            RawCells::Instants(cells) => cells.resize(cells.len() + n, None),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_given_as_words_are_as_others_also_when_more_follow() {
        let words = || TextCells::of_words(["", "blue", "red"], vec![2, 0, 1, 2]).unwrap();
        let texts = |cells: &TextCells| (0..cells.len()).map(|row| cells.get(row).to_string()).collect::<Vec<_>>();
        assert_eq!(texts(&words()), ["red", "", "blue", "red"]);
        assert!(words().words().is_some_and(|(words, codes)| words.len() == 3 && codes == [2, 0, 1, 2]));
        let mut pushed = words();
        pushed.push("x").unwrap();
        assert_eq!(texts(&pushed), ["red", "", "blue", "red", "x"]);
        assert!(pushed.words().is_none());
        let mut first = TextCells::from_parts("ab".to_string(), vec![1, 2]);
        first.append(&words()).unwrap();
        assert_eq!(texts(&first), ["a", "b", "red", "", "blue", "red"]);
        let mut later = words();
        later.append(&TextCells::from_parts("ab".to_string(), vec![1, 2])).unwrap();
        assert_eq!(texts(&later), ["red", "", "blue", "red", "a", "b"]);
        let ids = RawCells::Text(words()).ids();
        assert_eq!(ids, ["red", "", "blue", "red"]);
    }
}

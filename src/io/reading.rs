//! Raw cells as one type: the views of a column, and the rows that could not be read.

use super::cells::{RawCells, TextCells};
use super::ids::others;
use super::raw::{RawColumn, RawTable};
use super::settings::ReadSettings;
use super::short_texts::{ShortText, ShortTexts};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::{MISSING, TextColumn};
use crate::values::{DateOrder, MissingWords, OrderEvidence, OrderVerdict, TimeReader, parse_number};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;

/// Reads cells by the settings of a project.
pub(super) struct CellReader {
    times: TimeReader,
    missing: MissingWords,
    decimal: char,
}

/// Rows of a column whose cell could not be read.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Unread {
    /// How many.
    pub n: usize,
    /// The first of them, a row of the raw table.
    pub first_row: usize,
}

impl Unread {
    fn add(&mut self, row: u32) {
        if self.n == 0 {
            self.first_row = row as usize;
        }
        self.n += 1;
    }

    /// Together with those of later rows.
    fn and_later(self, later: Unread) -> Unread {
        Unread { n: self.n + later.n, first_row: if self.n == 0 { later.first_row } else { self.first_row } }
    }
}

/// Cells that a thread reads in one go: so few that no thread is left with a whole column at the end.
const CELLS_PER_TASK: usize = 1 << 16;

/// The dates of a column.
pub(super) struct Dates {
    /// `(n_rows,)`; `None` where missing or unread.
    pub values: Vec<Option<Instant>>,
    /// Cells that are no times.
    pub unread: Unread,
    /// What the column says about the order of day and month.
    pub verdict: OrderVerdict,
}

impl CellReader {
    /// A reader by these settings.
    pub(super) fn new(settings: &ReadSettings) -> Result<CellReader, InputError> {
        if !matches!(settings.decimal, '.' | ',') {
            return Err(InputError::new(format!("`{}` cannot be a decimal sign", settings.decimal))
                .remedy("set decimal = \".\" or decimal = \",\""));
        }
        Ok(CellReader {
            times: TimeReader::new(&settings.timezone, settings.time_format.as_deref())?,
            missing: MissingWords::new(&settings.missing),
            decimal: settings.decimal,
        })
    }

    /// The reader of times.
    pub(super) fn times(&self) -> &TimeReader {
        &self.times
    }

    /// Whether a cell says that there is no value.
    pub(super) fn is_missing(&self, cell: &str) -> bool {
        self.missing.is_missing(cell)
    }

    /// Whether a cell with digits may say that there is no value.
    pub(super) fn digits_may_be_missing(&self) -> bool {
        self.missing.may_be_numbers()
    }

    /// The decimal sign of a cell: that of the project, but a point in literals of the format.
    fn decimal_of(&self, cells: &TextCells, row: usize) -> char {
        if cells.is_literal(row) { '.' } else { self.decimal }
    }

    /// The number that the text of a cell of CSV is.
    pub(super) fn number(&self, cell: &str) -> Option<f64> {
        parse_number(cell, self.decimal)
    }

    /// The cells of `rows` as numbers, NaN where missing or unread.
    pub(super) fn numbers(&self, column: &RawColumn, rows: &[u32]) -> (Vec<f64>, Unread) {
        let values = match &column.cells {
            RawCells::Text(cells) => {
                let written = |row: u32| (Cow::Borrowed(cells.get(row as usize)), self.decimal_of(cells, row as usize));
                return self.written_numbers(rows, written);
            }
            RawCells::Booleans(cells) => {
                let value = |&row: &u32| cells[row as usize].map_or(f64::NAN, |is_true| f64::from(u8::from(is_true)));
                rows.iter().map(value).collect()
            }
            RawCells::Integers(cells) if !self.missing.may_be_numbers() => {
                rows.iter().map(|&row| cells[row as usize].map_or(f64::NAN, |whole| whole as f64)).collect()
            }
            RawCells::Numbers(cells) if self.takes_as_they_are(cells) => {
                rows.iter().map(|&row| cells[row as usize]).collect()
            }
            cells => return self.written_numbers(rows, |row| (cells.text(row as usize), '.')),
        };
        (values, Unread::default())
    }

    /// The numbers that are `written` in `rows`, with their decimal signs.
    fn written_numbers<'c>(
        &self,
        rows: &[u32],
        written: impl Fn(u32) -> (Cow<'c, str>, char) + Sync,
    ) -> (Vec<f64>, Unread) {
        let read_task = |(rows, values): (&[u32], &mut [f64])| {
            let mut unread = Unread::default();
            for (row, value) in rows.iter().zip(values) {
                let (cell, decimal) = written(*row);
                if self.missing.is_missing(&cell) {
                    continue;
                }
                match parse_number(&cell, decimal) {
                    Some(number) => *value = number,
                    None => unread.add(*row),
                }
            }
            unread
        };
        let mut values = vec![f64::NAN; rows.len()];
        let tasks = rows.par_chunks(CELLS_PER_TASK).zip(values.par_chunks_mut(CELLS_PER_TASK));
        let unread: Vec<Unread> = tasks.map(read_task).collect();
        (values, unread.into_iter().fold(Unread::default(), Unread::and_later))
    }

    /// The cells of `rows` as times, as far as they can be read without knowing an order of day and month; and the places of
    /// the others among `rows`.
    fn dates_without_order(&self, column: &RawColumn, rows: &[u32]) -> (Vec<Option<Instant>>, Vec<usize>) {
        if let RawCells::Instants(cells) = &column.cells {
            return (rows.iter().map(|&row| cells[row as usize]).collect(), Vec::new());
        }
        let read_task = |(task, (rows, values)): (usize, (&[u32], &mut [Option<Instant>]))| {
            let mut left = Vec::new();
            for ((row, value), place) in rows.iter().zip(values).zip(task * CELLS_PER_TASK..) {
                let text = column.cells.text(*row as usize);
                if self.missing.is_missing(&text) {
                    continue;
                }
                *value = self.times.read(text.as_bytes(), None);
                left.extend(value.is_none().then_some(place));
            }
            left
        };
        let mut values = vec![None; rows.len()];
        let tasks = rows.par_chunks(CELLS_PER_TASK).zip(values.par_chunks_mut(CELLS_PER_TASK)).enumerate();
        let left: Vec<Vec<usize>> = tasks.map(read_task).collect();
        (values, left.concat())
    }

    /// Whether numbers are what a column of them holds, without a look at each as text.
    pub(super) fn takes_as_they_are(&self, numbers: &[f64]) -> bool {
        // All are looked at, several at once, rather than up to the first that is infinite.
        !self.missing.may_be_numbers() && numbers.iter().fold(true, |all, number| all & !number.is_infinite())
    }

    /// The cells of `rows` as times. A date that needs the order of its column gets `fixed_order`, or the one that the
    /// column itself decides.
    pub(super) fn dates(&self, column: &RawColumn, rows: &[u32], fixed_order: Option<DateOrder>) -> Dates {
        let (mut values, left) = self.dates_without_order(column, rows);
        let mut evidence = OrderEvidence::default();
        for &index in &left {
            evidence.observe(rows[index] as usize, column.text(rows[index] as usize).as_bytes());
        }
        let verdict = match fixed_order {
            Some(order) if !left.is_empty() => OrderVerdict::Decided(order),
            _ => evidence.verdict(),
        };
        let order = if let OrderVerdict::Decided(order) = verdict { Some(order) } else { None };
        let mut unread = Unread::default();
        for &index in &left {
            values[index] = self.times.read(column.text(rows[index] as usize).as_bytes(), order);
            if values[index].is_none() {
                unread.add(rows[index]);
            }
        }
        Dates { values, unread, verdict }
    }

    /// Cells given as words as trimmed text, coded in place.
    pub(super) fn text_of_words(&self, mut cells: TextCells) -> TextColumn {
        let mut codes = cells.take_codes();
        let (mut coder, mut known) = (Coder::new(|cell| self.missing.is_missing(cell)), vec![None; cells.len()]);
        for code in &mut codes {
            let word = *code as usize;
            *code = *known[word].get_or_insert_with(|| coder.code(cells.get(word)));
        }
        TextColumn { codes, levels: coder.levels }
    }

    /// The cells of `rows` as trimmed text, coded.
    pub(super) fn text(&self, column: &RawColumn, rows: &[u32]) -> TextColumn {
        coded(column, rows, |cell| self.missing.is_missing(cell))
    }
}

/// Gives texts their codes, trimmed, in the order in which they come; [`MISSING`] to those that say so.
struct Coder<'c, M> {
    is_missing: M,
    codes: HashMap<&'c str, u32, foldhash::fast::FixedState>,
    levels: Vec<String>,
}

impl<'c, M: Fn(&str) -> bool> Coder<'c, M> {
    fn new(is_missing: M) -> Coder<'c, M> {
        Coder { is_missing, codes: HashMap::default(), levels: Vec::new() }
    }

    fn code(&mut self, cell: &'c str) -> u32 {
        let cell = cell.trim();
        let Coder { is_missing, codes, levels } = self;
        *codes.entry(cell).or_insert_with(|| {
            if is_missing(cell) {
                return MISSING;
            }
            levels.push(cell.to_string());
            levels.len() as u32 - 1
        })
    }
}

/// The cells of `rows` as trimmed text, coded, [`MISSING`] where that `is_missing`.
pub(super) fn coded(column: &RawColumn, rows: &[u32], is_missing: impl Fn(&str) -> bool) -> TextColumn {
    let RawCells::Text(cells) = &column.cells else { return coded_natives(column, rows, is_missing) };
    let mut coder = Coder::new(is_missing);
    let mut codes = Vec::with_capacity(rows.len());
    if let Some((words, by_cell)) = cells.words() {
        let mut known = vec![None; words.len()];
        codes.extend(
            rows.iter()
                .map(|&row| row as usize)
                .map(|row| *known[by_cell[row] as usize].get_or_insert_with(|| coder.code(cells.get(row)))),
        );
        return TextColumn { codes, levels: coder.levels };
    }
    // Most columns repeat a few short texts.
    let mut recent = ShortTexts::default();
    for &row in rows {
        let cell = cells.get(row as usize);
        let short = ShortText::of(cell.as_bytes());
        let known = short.and_then(|short| recent.code(short));
        codes.push(known.unwrap_or_else(|| {
            let code = coder.code(cell);
            short.into_iter().for_each(|short| recent.put(short, code));
            code
        }));
    }
    TextColumn { codes, levels: coder.levels }
}

fn coded_natives(column: &RawColumn, rows: &[u32], is_missing: impl Fn(&str) -> bool) -> TextColumn {
    let texts: Vec<_> = rows.iter().map(|&row| column.text(row as usize)).collect();
    TextColumn::from_values(texts.iter().map(|text| Some(&**text).filter(|text| !is_missing(text))))
}

/// The error for an order of day and month that the column leaves open or contradicts; `Ok` with the order otherwise.
pub(super) fn decided_order(
    verdict: OrderVerdict,
    raw: &RawTable,
    column: &RawColumn,
) -> Result<Option<DateOrder>, InputError> {
    let name = &column.name;
    let shown = |row: usize| format!("`{}`", column.text(row).trim());
    match verdict {
        OrderVerdict::Irrelevant => Ok(None),
        OrderVerdict::Decided(order) => Ok(Some(order)),
        OrderVerdict::Ambiguous { row } => Err(InputError::new(format!(
            "{} may be month-first or day-first, and no row of the column excludes either",
            shown(row)
        ))
        .at(format!("{}, column `{name}`", raw.place(row)))
        .remedy("set time_format = \"%m/%d/%Y\" or \"%d/%m/%Y\" (with the signs the file uses) in the project file")),
        OrderVerdict::Contradictory { day_first_row, month_first_row } => Err(InputError::new(format!(
            "{} can only be day-first, but {} ({}) can only be month-first",
            shown(day_first_row),
            shown(month_first_row),
            raw.place(month_first_row)
        ))
        .at(format!("{}, column `{name}`", raw.place(day_first_row)))
        .remedy("write all dates of the column in one order, best as 2024-01-31")),
    }
}

/// The error for cells of `column` that are not what it holds.
pub(super) fn unread_error(unread: Unread, raw: &RawTable, column: &RawColumn, sort: &str, remedy: &str) -> InputError {
    InputError::new(format!("`{}` is not a {sort}{}", column.text(unread.first_row).trim(), others(unread.n)))
        .at(format!("{}, column `{}`", raw.place(unread.first_row), column.name))
        .remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_given_as_words_are_coded_as_the_same_cells_one_by_one() {
        let reader = CellReader::new(&ReadSettings::default()).unwrap();
        let words = ["", "blue", " blue ", "n/a", "a word longer than sixteen bytes", "NULL"];
        let codes: Vec<u32> = (0..500).map(|row: u32| row * row % 7 % 6).collect();
        let column = |cells| RawColumn { name: "c".to_string(), cells: RawCells::Text(cells) };
        let mut one_by_one = TextCells::default();
        codes.iter().for_each(|code| one_by_one.push(words[*code as usize]).unwrap());
        let (one_by_one, as_words) = (column(one_by_one), column(TextCells::of_words(words, codes).unwrap()));
        for rows in [(0..500).collect::<Vec<u32>>(), (3..400).rev().step_by(3).collect()] {
            let text = reader.text(&as_words, &rows);
            assert_eq!(text, reader.text(&one_by_one, &rows));
            assert!(text.codes.contains(&MISSING) && text.levels.contains(&"blue".to_string()));
            if rows.len() == 500 {
                let RawCells::Text(words) = as_words.cells.clone() else { panic!("they are text") };
                assert_eq!(text, reader.text_of_words(words));
            }
        }
    }
}

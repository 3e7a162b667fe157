//! A table as `init` looks at it: what stands in each column, before anybody has said what it is for.

use crate::asof::Instant;
use crate::tables::{ColumnType, MISSING, TextColumn};
use crate::values::DateOrder;
use std::collections::{HashMap, HashSet};

/// A table, column by column.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Its columns in the order of the file.
    pub columns: Vec<SheetColumn>,
    /// `(n_rows,)` index of the file that each row stands in.
    pub file_of_row: Vec<u32>,
}

/// One column.
#[derive(Debug, Clone)]
pub struct SheetColumn {
    /// The header as written.
    pub name: String,
    /// What it holds.
    pub column_type: ColumnType,
    /// Whether day and month cannot be told apart in its dates.
    pub is_ambiguous: bool,
    /// Which of them stands first, where it matters and is decided.
    pub date_order: Option<DateOrder>,
    /// `(n_rows,)` its values.
    pub text: TextColumn,
    /// `(n_levels,)` the levels as numbers; empty unless the column holds numbers.
    pub numbers: Vec<f64>,
    /// `(n_levels,)` the levels as times; empty unless the column holds times.
    pub times: Vec<Option<Instant>>,
}

impl Sheet {
    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        self.file_of_row.len()
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&SheetColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether the column has a value in every row and no value twice in one file.
    pub fn is_unique(&self, column: &SheetColumn) -> bool {
        self.first_repeat(column).is_none() && column.n_filled() == self.n_rows() && self.n_rows() > 0
    }

    /// The first value that stands twice in one file.
    pub fn first_repeat<'c>(&self, column: &'c SheetColumn) -> Option<&'c str> {
        let mut met: HashSet<(u32, u32), foldhash::fast::FixedState> = HashSet::default();
        let mut rows = self.file_of_row.iter().zip(&column.text.codes).filter(|(_, code)| **code != MISSING);
        rows.find(|(file, code)| !met.insert((**file, **code)))
            .map(|(_, code)| column.text.levels[*code as usize].as_str())
    }

    /// Whether no two rows of one value of this column are alike in all others.
    pub fn repeats_are_other_rows(&self, column: &SheetColumn) -> bool {
        let others: Vec<&SheetColumn> = self.columns.iter().filter(|other| other.name != column.name).collect();
        let mut met: HashSet<Vec<u32>, foldhash::fast::FixedState> = HashSet::default();
        let n_rows = column.level_rows();
        let is_repeated = |row: &usize| n_rows.get(column.text.codes[*row] as usize).is_some_and(|n| *n > 1);
        let cells = |row: usize| [column].iter().chain(&others).map(|c| c.text.codes[row]).collect::<Vec<u32>>();
        (0..self.n_rows()).filter(is_repeated).all(|row| met.insert(cells(row)))
    }

    /// The places of two of its files: one has values of this column that all stand in the other, too, as deals have ids of
    /// some of the leads, and columns of its own.
    pub fn file_within_another(&self, column: &SheetColumn) -> Option<(usize, usize)> {
        let ids = self.codes_by_file(column);
        let is_within = |part: usize, whole: usize| {
            !ids[part].is_empty() && ids[part].len() < ids[whole].len() && ids[part].is_subset(&ids[whole])
        };
        let files = || 0..ids.len();
        let (part, whole) = files().find_map(|part| Some((part, files().find(|&whole| is_within(part, whole))?)))?;
        let is_its_own = |codes: Vec<HashSet<u32>>| !codes[part].is_empty() && codes[whole].is_empty();
        self.columns.iter().any(|column| is_its_own(self.codes_by_file(column))).then_some((part, whole))
    }

    /// `(n_files,)` the values that a column has in each file.
    fn codes_by_file(&self, column: &SheetColumn) -> Vec<HashSet<u32>> {
        let n_files = self.file_of_row.iter().max().map_or(0, |last| *last as usize + 1);
        let mut codes = vec![HashSet::new(); n_files];
        let filled = self.file_of_row.iter().zip(&column.text.codes).filter(|(_, code)| **code != MISSING);
        filled.for_each(|(file, code)| _ = codes[*file as usize].insert(*code));
        codes
    }
}

impl SheetColumn {
    /// In how many rows there is a value.
    pub fn n_filled(&self) -> usize {
        self.text.codes.iter().filter(|code| **code != MISSING).count()
    }

    /// How many values stand in more than one row.
    pub fn n_repeated(&self) -> usize {
        self.level_rows().iter().filter(|rows| **rows > 1).count()
    }

    /// `(n_levels,)` in how many rows each level stands.
    pub fn level_rows(&self) -> Vec<usize> {
        let mut rows = vec![0; self.text.levels.len()];
        for &code in self.text.codes.iter().filter(|code| **code != MISSING) {
            rows[code as usize] += 1;
        }
        rows
    }

    /// The levels with their share of the rows that have a value, commonest first (ties in order of appearance).
    pub fn levels_by_share(&self) -> Vec<(&str, f64)> {
        let rows = self.level_rows();
        let n_filled = rows.iter().sum::<usize>().max(1) as f64;
        let mut levels: Vec<(&str, f64)> =
            self.text.levels.iter().zip(&rows).map(|(level, n)| (level.as_str(), *n as f64 / n_filled)).collect();
        levels.sort_by(|a, b| b.1.total_cmp(&a.1));
        levels
    }

    /// The number of a row, where the column holds numbers.
    pub fn number(&self, row: usize) -> Option<f64> {
        let value = *self.numbers.get(self.text.codes[row] as usize)?;
        value.is_finite().then_some(value)
    }

    /// The time of a row, where the column holds times.
    pub fn time(&self, row: usize) -> Option<Instant> {
        *self.times.get(self.text.codes[row] as usize)?
    }

    /// The value below which `share` of the numbers lie (nearest rank).
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let mut numbers: Vec<f64> = (0..self.text.codes.len()).filter_map(|row| self.number(row)).collect();
        numbers.sort_by(f64::total_cmp);
        let last = numbers.len().checked_sub(1)?;
        Some(numbers[(share * last as f64).round() as usize])
    }

    /// The share of this column's distinct values that `other` has, too; cells of `other` may hold several, split at `;`.
    pub fn share_found_in(&self, other: &SheetColumn) -> f64 {
        let mut index: HashMap<&str, (), foldhash::fast::FixedState> = HashMap::default();
        for level in &other.text.levels {
            index.insert(level, ());
            if level.contains(';') {
                index.extend(level.split(';').map(|part| (part.trim(), ())));
            }
        }
        let found = self.text.levels.iter().filter(|level| index.contains_key(level.as_str())).count();
        found as f64 / self.text.levels.len().max(1) as f64
    }
}

#[cfg(test)]
pub(super) mod drawn {
    //! Sheets drawn as text, for the tests of this module's neighbours.

    use super::*;
    use crate::values::{TimeReader, parse_number};

    /// A sheet from a header and rows, cells between blanks, `.` for missing and `_` for a blank.
    pub fn sheet(header: &str, rows: &[&str]) -> Sheet {
        let cells: Vec<Vec<String>> =
            rows.iter().map(|row| row.split(' ').map(|cell| cell.replace('_', " ")).collect()).collect();
        let columns = header.split(' ').enumerate().map(|(at, name)| {
            column(name, &cells.iter().map(|row| row[at].as_str()).map(|c| (c != ".").then_some(c)).collect::<Vec<_>>())
        });
        Sheet { columns: columns.collect(), file_of_row: vec![0; rows.len()] }
    }

    fn column(name: &str, cells: &[Option<&str>]) -> SheetColumn {
        let text = TextColumn::from_values(cells.iter().copied());
        let reader = TimeReader::new("UTC", None).unwrap();
        let numbers: Option<Vec<f64>> = text.levels.iter().map(|level| parse_number(level, '.')).collect();
        let times: Option<Vec<Option<Instant>>> =
            text.levels.iter().map(|level| reader.read(level.as_bytes(), None).map(Some)).collect();
        let column_type = match (&numbers, &times) {
            (Some(_), _) => ColumnType::Number,
            (None, Some(_)) => ColumnType::Date,
            _ => ColumnType::Category,
        };
        SheetColumn {
            name: name.to_string(),
            column_type,
            is_ambiguous: false,
            date_order: None,
            numbers: numbers.filter(|_| column_type == ColumnType::Number).unwrap_or_default(),
            times: times.filter(|_| column_type == ColumnType::Date).unwrap_or_default(),
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::drawn::sheet;

    #[test]
    fn deals_that_were_given_as_leads_are_known_by_their_ids_and_columns() {
        let within = |rows: &[&str], file_of_row: &[u32]| {
            let mut leads = sheet("lead_id created won", rows);
            leads.file_of_row = file_of_row.to_vec();
            leads.file_within_another(leads.column("lead_id").unwrap())
        };
        let rows = ["a . 2024-03-01", "a 2024-01-01 .", "b 2024-01-02 ."];
        assert_eq!(within(&rows, &[0, 1, 1]), Some((0, 1)));
        assert_eq!(within(&rows, &[1, 0, 0]), Some((1, 0)));
        assert_eq!(within(&rows, &[0, 0, 1]), None, "either has a lead of its own");
        assert_eq!(
            within(&["a 2024-01-01 .", "a 2024-01-01 .", "b 2024-01-02 ."], &[0, 1, 1]),
            None,
            "an older export"
        );
        assert_eq!(within(&rows, &[0, 0, 0]), None);
    }
}

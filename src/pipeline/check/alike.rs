//! Rows that are alike in everything but their id.

use crate::pipeline::start::is_named_like_an_id;
use crate::tables::{Column, LeadTable, MISSING};
use foldhash::fast::FixedState;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher};

/// With fewer columns that tell leads apart, being alike in all of them is no wonder.
pub(super) const FEWEST_COLUMNS: usize = 6;

/// A column with its own value on more than this share of the rows that have one identifies them.
const NEARLY_UNIQUE: f64 = 0.9;
/// Below so many values that means nothing.
const FEWEST_VALUES: usize = 20;

/// Whether a column with so many distinct values on so many rows tells leads apart by name rather than by kind.
pub(super) fn is_nearly_unique(n_distinct: usize, n_values: usize) -> bool {
    n_values >= FEWEST_VALUES && n_distinct as f64 > NEARLY_UNIQUE * n_values as f64
}

/// Whether a column is another id, of a copy too. An address or an amount of its own on nearly every row is none, and says
/// that two leads are not one.
pub(super) fn is_an_id(name: &str, n_distinct: usize, n_values: usize) -> bool {
    is_nearly_unique(n_distinct, n_values) && is_named_like_an_id(name)
}

/// The groups of two rows or more of which `tell` tells a hasher the same, the largest first. 64 bits make a chance meeting
/// of a million rows one in 10⁷.
pub(super) fn groups(n_rows: usize, tell: impl Fn(usize, &mut dyn Hasher)) -> Vec<Vec<usize>> {
    let mut groups: HashMap<u64, Vec<usize>, FixedState> = HashMap::default();
    for row in 0..n_rows {
        let mut hasher = FixedState::default().build_hasher();
        tell(row, &mut hasher);
        groups.entry(hasher.finish()).or_default().push(row);
    }
    let mut alike: Vec<Vec<usize>> = groups.into_values().filter(|rows| rows.len() > 1).collect();
    alike.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    alike
}

/// Leads that are alike.
pub(super) struct Alike {
    /// How many columns tell leads apart, and were compared.
    pub(super) n_columns: usize,
    /// The rows of each group, the largest first; none where the columns are too few to say so.
    pub(super) groups: Vec<Vec<usize>>,
}

impl Alike {
    /// Of the leads of a table: alike in all columns that tell leads apart, in their times and in their outcome.
    pub(super) fn of(table: &LeadTable) -> Alike {
        let compared: Vec<&Column> =
            table.columns.par_iter().with_max_len(1).filter(|column| tells_apart(column)).collect();
        let n_columns = compared.len();
        let groups = match n_columns < FEWEST_COLUMNS {
            true => Vec::new(),
            false => groups(table.n_leads(), |row, hasher| tell_all(table, &compared, row, hasher)),
        };
        Alike { n_columns, groups }
    }

    /// How many leads there are in the groups.
    pub(super) fn n_leads(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }
}

/// Whether a column has several values, and is no id.
fn tells_apart(column: &Column) -> bool {
    let distinct = |values: &mut dyn Iterator<Item = u64>| {
        let (mut met, mut n) = (HashSet::<u64, FixedState>::default(), 0);
        values.for_each(|value| {
            n += 1;
            met.insert(value);
        });
        (met.len(), n)
    };
    let (n_distinct, n_values) = match (&column.text, &column.number, &column.date) {
        (Some(text), ..) => {
            distinct(&mut text.codes.iter().filter(|code| **code != MISSING).map(|code| u64::from(*code)))
        }
        (_, Some(numbers), _) => {
            distinct(&mut numbers.iter().filter(|number| !number.is_nan()).map(|number| number.to_bits()))
        }
        (.., Some(dates)) => distinct(&mut dates.iter().flatten().map(|at| at.0 as u64)),
        _ => (0, 0),
    };
    n_distinct > 1 && !is_an_id(&column.name, n_distinct, n_values)
}

/// Tells a hasher everything known of a lead but its id.
fn tell_all(table: &LeadTable, columns: &[&Column], row: usize, mut hasher: &mut dyn Hasher) {
    for column in columns {
        match (&column.text, &column.number, &column.date) {
            (Some(text), ..) => text.codes[row].hash(&mut hasher),
            (_, Some(numbers), _) => numbers[row].to_bits().hash(&mut hasher),
            (.., Some(dates)) => dates[row].hash(&mut hasher),
            _ => MISSING.hash(&mut hasher),
        }
    }
    for times in [&table.created_at, &table.closed_at] {
        times.as_ref().map(|t| t[row]).hash(&mut hasher);
    }
    table.outcome.as_ref().map(|o| o[row]).hash(&mut hasher);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_grouped_by_all_that_is_told_of_them() {
        let rows = [[1, 2], [2, 1], [1, 2], [3, 3], [2, 1], [1, 2]];
        let tell = |row: usize, hasher: &mut dyn Hasher| rows[row].iter().for_each(|cell| hasher.write_u32(*cell));
        assert_eq!(groups(rows.len(), tell), [vec![0, 2, 5], vec![1, 4]]);
    }

    #[test]
    fn a_column_names_leads_where_nearly_every_row_has_a_value_of_its_own() {
        assert!(is_an_id("Lead Number", 95, 100) && !is_an_id("email", 100, 100) && !is_an_id("Lead Number", 50, 100));
        assert!(is_nearly_unique(95, 100) && !is_nearly_unique(90, 100) && !is_nearly_unique(10, 10));
    }
}

//! Rows that are alike in everything but their id.

use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

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
        assert!(is_nearly_unique(95, 100) && !is_nearly_unique(90, 100) && !is_nearly_unique(10, 10));
    }
}

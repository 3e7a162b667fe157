//! Interactions told apart from main effects: each table's margins move into the main effects, so that what remains is
//! what the pair says beyond either side alone. No prediction changes.
//!
//! A table f(i, j) is split into m + r(i) + c(j) + g(i, j), where the row-weighted means of g over every row and column
//! are zero: the weighted least-squares fit of an additive table, found by alternating sweeps. Cells without a
//! coefficient, and rows without a level on one side, count as f = 0, so that g there is −m − r(i) − c(j): a table has
//! one row and one column more than the axes have levels, for rows without one.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Axis, Cells};

/// Sweeps stop when no margin exceeds this share of the largest cell: what is left is rounding to any reader.
const SETTLED: f64 = 1e-12;
/// Sweeps on tables whose rows and columns are nearly the same partition converge slowly; predictions are unchanged
/// after any number.
const MAX_SWEEPS: usize = 500;

/// The main effect that belongs to an axis.
#[derive(Debug, Clone)]
pub struct MainEffect<'a> {
    /// Its columns.
    pub columns: Range<usize>,
    /// The axis level of each of its columns: the axis must be a coarsening of the main effect's levels. A row without a
    /// level in the main effect must have none on the axis.
    pub axis_levels: &'a [u32],
}

/// The interaction of a pair after centring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairTable {
    /// Levels of the first axis.
    pub n_rows: usize,
    /// Levels of the second axis.
    pub n_columns: usize,
    /// `(n_rows + 1, n_columns + 1)`, row by row; the last of each is for rows without a level on that axis.
    pub values: Vec<f64>,
}

impl PairTable {
    /// What the pair adds to the log-odds of a row with these codes.
    pub fn value(&self, row: u32, column: u32) -> f64 {
        let (row, column) = ((row as usize).min(self.n_rows), (column as usize).min(self.n_columns));
        self.values[row * (self.n_columns + 1) + column]
    }

    /// The table of fitted cells, not yet centred.
    fn from_cells(cells: &Cells, coefficients: &[f64]) -> PairTable {
        let mut values = vec![0.0; (cells.n_rows + 1) * (cells.n_columns + 1)];
        for (&(row, column), value) in cells.kept.iter().zip(coefficients) {
            values[row as usize * (cells.n_columns + 1) + column as usize] = *value;
        }
        PairTable { n_rows: cells.n_rows, n_columns: cells.n_columns, values }
    }
}

/// A pair to be centred.
#[derive(Debug, Clone)]
pub struct FittedPair<'a> {
    /// The pair's cells.
    pub cells: &'a Cells,
    /// The cells' columns.
    pub columns: Range<usize>,
    /// Both axes, over the rows whose means count.
    pub axes: [Axis<'a>; 2],
    /// Both main effects; `None` where a side has none to take steps, such as a number with one slope. Its margin stays
    /// in the table.
    pub main_effects: [Option<MainEffect<'a>>; 2],
}

/// Moves the row-weighted margins of every pair into the main effects and the intercept, sets the cells' coefficients to
/// zero and returns the tables that take their place.
pub fn center_pairs(
    coefficients: &mut [f64],
    intercept: &mut f64,
    pairs: &[FittedPair<'_>],
    row_weights: &[f64],
) -> Vec<PairTable> {
    let center = |pair: &FittedPair<'_>| {
        let mut table = PairTable::from_cells(pair.cells, &coefficients[pair.columns.clone()]);
        coefficients[pair.columns.clone()].fill(0.0);
        let weights = cell_weights(&pair.axes, row_weights, &table);
        let allowed = [pair.main_effects[0].is_some(), pair.main_effects[1].is_some()];
        let (mean, margins) = split(&mut table, &weights, allowed);
        *intercept += mean;
        for (margin, main) in margins.iter().zip(&pair.main_effects) {
            let Some(main) = main else { continue };
            for (column, &level) in main.columns.clone().zip(main.axis_levels) {
                coefficients[column] += margin.get(level as usize).copied().unwrap_or(0.0);
            }
        }
        table
    };
    pairs.iter().map(center).collect()
}

/// The row weights of each cell, laid out as the table.
fn cell_weights(axes: &[Axis<'_>; 2], row_weights: &[f64], table: &PairTable) -> Vec<f64> {
    let mut weights = vec![0.0; table.values.len()];
    for ((row, column), w) in axes[0].codes.iter().zip(axes[1].codes.iter()).zip(row_weights) {
        if (row as usize) < table.n_rows && (column as usize) < table.n_columns {
            weights[row as usize * (table.n_columns + 1) + column as usize] += w;
        }
    }
    weights
}

/// Takes mean and margins out of the table; returns the mean and the margins, those of the rows first. The margins' own
/// weighted means are zero, and a level without rows has the margin zero.
fn split(table: &mut PairTable, weights: &[f64], allowed: [bool; 2]) -> (f64, [Vec<f64>; 2]) {
    let stride = table.n_columns + 1;
    let line = |cell: usize, side: usize| if side == 0 { cell / stride } else { cell % stride };
    let mut margins = [vec![0.0; table.n_rows], vec![0.0; table.n_columns]];
    let mut residual = table.values.clone();
    let largest = residual.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    for _ in 0..MAX_SWEEPS {
        let mut moved: f64 = 0.0;
        for side in (0..2).filter(|&side| allowed[side]) {
            let means = line_means(&residual, weights, margins[side].len(), |cell| line(cell, side));
            let cells = residual.iter_mut().enumerate().zip(weights).filter(|(_, w)| **w > 0.0);
            cells.for_each(|((cell, value), _)| *value -= means[line(cell, side)]);
            margins[side].iter_mut().zip(&means).for_each(|(margin, mean)| *margin += mean);
            moved = means.iter().fold(moved, |moved, mean| moved.max(mean.abs()));
        }
        if moved <= SETTLED * largest {
            break;
        }
    }
    let mean = [0, 1].map(|side| centre_margin(&mut margins[side], weights, |cell| line(cell, side))).iter().sum();
    for (cell, value) in table.values.iter_mut().enumerate() {
        let margin = |side: usize| margins[side].get(line(cell, side)).copied().unwrap_or(0.0);
        *value -= mean + margin(0) + margin(1);
    }
    (mean, margins)
}

/// The weighted mean of each line, zero for lines without weight.
fn line_means(values: &[f64], weights: &[f64], n_lines: usize, line: impl Fn(usize) -> usize) -> Vec<f64> {
    let mut sums = vec![[0.0; 2]; n_lines];
    for (cell, (value, w)) in values.iter().zip(weights).enumerate().filter(|(_, (_, w))| **w > 0.0) {
        let [total, weight] = &mut sums[line(cell)];
        *total += w * value;
        *weight += w;
    }
    sums.into_iter().map(|[total, weight]| if weight > 0.0 { total / weight } else { 0.0 }).collect()
}

/// Takes the weighted mean out of a margin, over the levels that have rows, and returns it.
fn centre_margin(margin: &mut [f64], weights: &[f64], line: impl Fn(usize) -> usize) -> f64 {
    let mut line_weights = vec![0.0; margin.len()];
    weights.iter().enumerate().filter(|(_, w)| **w > 0.0).for_each(|(cell, w)| line_weights[line(cell)] += w);
    let total: f64 = line_weights.iter().sum();
    if total == 0.0 {
        return 0.0;
    }
    let mean = margin.iter().zip(&line_weights).map(|(m, w)| m * w).sum::<f64>() / total;
    margin.iter_mut().zip(&line_weights).filter(|(_, w)| **w > 0.0).for_each(|(m, _)| *m -= mean);
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounding of sums of a few numbers of size 1.
    const ROUNDING: f64 = 1e-14;

    #[test]
    fn an_additive_table_leaves_nothing_behind() {
        let cells = Cells { n_rows: 2, n_columns: 3, kept: (0..6).map(|i| (i / 3, i % 3)).collect() };
        let value = |i: u32, j: u32| [0.5, -1.0][i as usize] + [0.2, 0.0, 2.0][j as usize];
        let coefficients: Vec<f64> = cells.kept.iter().map(|&(i, j)| value(i, j)).collect();
        let mut table = PairTable::from_cells(&cells, &coefficients);
        let weights = [1.0, 2.0, 0.5, 0.0, 3.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let (mean, [rows, columns]) = split(&mut table, &weights, [true, true]);
        for &(i, j) in &cells.kept {
            assert!(table.value(i, j).abs() < 1e-11);
            assert!((mean + rows[i as usize] + columns[j as usize] - value(i, j)).abs() < 1e-11);
        }
        // Without a level on the first axis the pair was zero: it gives back what the other side now holds.
        assert!((table.value(9, 2) + mean + columns[2]).abs() < ROUNDING);
    }

    #[test]
    fn a_side_without_steps_keeps_its_margin_in_the_table() {
        let cells = Cells { n_rows: 1, n_columns: 2, kept: vec![(0, 0), (0, 1)] };
        let mut table = PairTable::from_cells(&cells, &[1.0, 3.0]);
        let (mean, [rows, columns]) = split(&mut table, &[1.0, 1.0, 0.0, 0.0, 0.0, 0.0], [true, false]);
        assert_eq!((mean, rows, columns), (2.0, vec![0.0], vec![0.0, 0.0]));
        assert_eq!((table.value(0, 0), table.value(0, 1)), (-1.0, 1.0));
    }
}

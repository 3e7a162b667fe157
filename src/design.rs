//! The split design: a dense block for numbers and level codes for everything that is one of several.
//!
//! A one-hot matrix of 10 categories with 140 levels is 140 columns of which 10 a row are not zero. It is never built:
//! what a solver needs of it are four operations, and each is a walk over the codes. Columns are ordered dense first, then
//! the lines, then each block's levels; the intercept is no column and is handed over separately. Of many rows the
//! numbers are lines, which are read where they stand, and the dense block has no column.
//!
//! Sums are taken over fixed chunks of rows and added in row order, and parallel work has disjoint outputs, so results
//! do not depend on the number of threads.

pub(crate) mod codes;
mod levels;
mod line;
mod sandwich;
pub(crate) mod tables;
mod walk;

pub use codes::Codes;
pub use line::Line;
pub(crate) use walk::ROWS_AT_HAND;
use walk::{SumWhereSet, indicator};

use std::ops::Range;

use ndarray::{Array2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;

use crate::lanes::{dot, in_wide_registers};
use levels::{add_effects, add_to_levels, by_place, n_places, of_levels};

/// The code of a row that has no level in a block: all the block's columns are zero there.
pub const NO_LEVEL: u32 = u32::MAX;

/// Rows a thread takes at a time where each row has its own output.
const ROWS_PER_TASK: usize = 8_192;

/// Blocks whose levels a thread sums at a time.
const BLOCKS_PER_TASK: usize = 4;

/// Rows summed before partial sums are added. Fixed, since the order of additions decides the last bits.
const ROWS_PER_SUM: usize = 65_536;

/// One categorical column as codes: row i has a one in the column of level `codes[i]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBlock {
    /// One code a row, below `n_levels`; [`NO_LEVEL`] (and any other code beyond) contributes nothing.
    pub codes: Codes,
    /// Number of levels, and so of columns.
    pub n_levels: usize,
}

impl CodeBlock {
    /// The sum of `r` over the rows of each level.
    pub(crate) fn level_sums(&self, r: &[f64]) -> Vec<f64> {
        match indicator(self, &(0..r.len())) {
            Some(codes) => vec![in_wide_registers(SumWhereSet { codes, r })],
            None => level_sums_of(std::slice::from_ref(self), r),
        }
    }

    /// Adds to each value what the level of its row adds.
    pub(crate) fn add_effects(&self, values: &mut [f64], rows: Range<usize>, effects: &[f64]) {
        add_effects(values, std::slice::from_ref(self), &[by_place(self, effects)], &rows);
    }
}

/// A design matrix of shape `(n_samples, n_columns)` held in three parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Design<'a> {
    /// Numbers, `(n_samples, n_dense)`, already standardised. Has `n_samples` rows even when it has no column.
    pub dense: Array2<f64>,
    /// Numbers that are standardised while they are read; every line has `n_samples` rows.
    pub lines: Vec<Line<'a>>,
    /// Categories and binned numbers; every block has `n_samples` codes.
    pub blocks: Vec<CodeBlock>,
}

impl<'a> Design<'a> {
    /// Number of rows.
    pub fn n_samples(&self) -> usize {
        self.dense.nrows()
    }

    /// Number of columns: dense ones and all levels, without the intercept.
    pub fn n_columns(&self) -> usize {
        self.n_numbers() + self.blocks.iter().map(|block| block.n_levels).sum::<usize>()
    }

    /// Number of the columns that hold numbers, which stand first.
    pub fn n_numbers(&self) -> usize {
        self.dense.ncols() + self.lines.len()
    }

    /// The columns of each block, in block order.
    pub fn block_columns(&self) -> Vec<Range<usize>> {
        let mut start = self.n_numbers();
        let next = |block: &CodeBlock| {
            start += block.n_levels;
            start - block.n_levels..start
        };
        self.blocks.iter().map(next).collect()
    }

    /// The linear predictor η = X β + intercept, one value a row.
    pub fn matvec(&self, coefficients: &[f64], intercept: f64) -> Vec<f64> {
        assert_eq!(coefficients.len(), self.n_columns(), "one coefficient a column");
        let dense = self.dense.as_standard_layout();
        let (n_dense, dense) = (self.dense.ncols(), dense.as_slice().expect("the layout was just made standard"));
        let tables = self.level_tables(coefficients);
        let mut eta = vec![intercept; self.n_samples()];
        eta.par_chunks_mut(ROWS_PER_TASK).enumerate().for_each(|(task, eta)| {
            let first = task * ROWS_PER_TASK;
            if n_dense > 0 {
                let rows = dense[first * n_dense..].chunks_exact(n_dense);
                eta.iter_mut().zip(rows).for_each(|(eta, row)| *eta += dot(row, &coefficients[..n_dense]));
            }
            let rows = first..first + eta.len();
            let mut values = vec![0.0; if self.lines.is_empty() { 0 } else { rows.len() }];
            for (line, coefficient) in self.lines.iter().zip(&coefficients[n_dense..]) {
                line.write(rows.clone(), &mut values);
                eta.iter_mut().zip(&values).for_each(|(eta, x)| *eta += coefficient * x);
            }
            add_effects(eta, &self.blocks, &tables, &rows);
        });
        eta
    }

    /// Each block's coefficients by place.
    fn level_tables(&self, coefficients: &[f64]) -> Vec<Vec<f64>> {
        let of_block = |(block, columns): (&CodeBlock, Range<usize>)| by_place(block, &coefficients[columns]);
        self.blocks.iter().zip(self.block_columns()).map(of_block).collect()
    }

    /// X' r: for each column the sum of its values times `r`.
    pub fn transpose_matvec(&self, r: &[f64]) -> Vec<f64> {
        assert_eq!(r.len(), self.n_samples(), "one value a row");
        let mut sums = self.dense_transpose_matvec(r);
        sums.par_extend(self.lines.par_iter().map(|line| line_sum(line, r)));
        sums.par_extend(self.blocks.par_chunks(BLOCKS_PER_TASK).flat_map_iter(|blocks| level_sums_of(blocks, r)));
        sums
    }

    fn dense_transpose_matvec(&self, r: &[f64]) -> Vec<f64> {
        let n_dense = self.dense.ncols();
        if n_dense == 0 {
            return Vec::new();
        }
        let dense = self.dense.as_standard_layout();
        let dense = dense.as_slice().expect("the layout was just made standard");
        let partial = |(rows, r): (&[f64], &[f64])| {
            let mut sums = vec![0.0; n_dense];
            for (row, r) in rows.chunks_exact(n_dense).zip(r) {
                sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += r * x);
            }
            sums
        };
        let partials: Vec<Vec<f64>> =
            dense.par_chunks(ROWS_PER_SUM * n_dense).zip(r.par_chunks(ROWS_PER_SUM)).map(partial).collect();
        add_in_order(partials, n_dense)
    }

    /// X' W X with the intercept as the last row and column, shape `(n_columns + 1, n_columns + 1)`, W = diag(w).
    pub fn sandwich(&self, w: &[f64]) -> Array2<f64> {
        assert_eq!(w.len(), self.n_samples(), "one weight a row");
        sandwich::sandwich(self, w, 1)
    }

    /// [`Design::sandwich`] from one stretch of rows in `every` so many, brought to the weight of all: near enough to begin
    /// a search by.
    pub(crate) fn rough_sandwich(&self, w: &[f64], every: usize) -> Array2<f64> {
        assert_eq!(w.len(), self.n_samples(), "one weight a row");
        let mut result = sandwich::sandwich(self, w, every);
        let some = result[[self.n_columns(), self.n_columns()]];
        result *= if some > 0.0 { w.iter().sum::<f64>() / some } else { 1.0 };
        result
    }

    /// The design of the given rows, in the given order; a row may come more than once.
    #[must_use]
    pub fn rows(&self, rows: &[usize]) -> Design<'static> {
        let take = |block: &CodeBlock| CodeBlock {
            codes: rows.iter().map(|&row| block.codes.get(row)).collect(),
            n_levels: block.n_levels,
        };
        let (width, n_dense) = (self.n_numbers(), self.dense.ncols());
        let mut dense = Array2::zeros((rows.len(), width));
        dense.slice_mut(s![.., ..n_dense]).assign(&self.dense.select(Axis(0), rows));
        let parts: Vec<ArrayViewMut2<'_, f64>> = dense.axis_chunks_iter_mut(Axis(0), ROWS_PER_TASK).collect();
        parts.into_par_iter().zip(rows.par_chunks(ROWS_PER_TASK)).for_each(|(mut part, rows)| {
            let mut values = vec![0.0; rows.len()];
            for (column, line) in (n_dense..).zip(&self.lines) {
                line.write_rows(rows, &mut values);
                part.column_mut(column).iter_mut().zip(&values).for_each(|(cell, value)| *cell = *value);
            }
        });
        Design { dense, lines: Vec::new(), blocks: self.blocks.par_iter().map(take).collect() }
    }
}

/// Rows of a line that are standardised together.
const ROWS_OF_A_LINE: usize = 1_024;

/// Σ over the rows of a line's value times `r`.
fn line_sum(line: &Line<'_>, r: &[f64]) -> f64 {
    let mut values = vec![0.0; ROWS_OF_A_LINE];
    let parts = r.chunks(ROWS_OF_A_LINE).enumerate().map(|(part, r)| {
        let first = part * ROWS_OF_A_LINE;
        line.write(first..first + r.len(), &mut values[..r.len()]);
        dot(&values[..r.len()], r)
    });
    parts.sum()
}

/// Sum of `r` over the rows of each level of each block.
fn level_sums_of(blocks: &[CodeBlock], r: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; blocks.iter().map(n_places).sum()];
    add_to_levels(&mut sums, blocks, &(0..r.len()), r);
    of_levels(&sums, blocks)
}

/// The element-wise sum of vectors of length `length`, added in the order given.
fn add_in_order(parts: Vec<Vec<f64>>, length: usize) -> Vec<f64> {
    parts.into_iter().fold(vec![0.0; length], |mut total, part| {
        total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
        total
    })
}

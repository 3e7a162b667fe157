//! The split design: a dense block for numbers and level codes for everything that is one of several.
//!
//! A one-hot matrix of 10 categories with 140 levels is 140 columns of which 10 a row are not zero. It is never built:
//! what a solver needs of it are four operations, and each is a walk over the codes. Columns are ordered dense first,
//! then each block's levels; the intercept is no column and is handed over separately.
//!
//! Sums are taken over fixed chunks of rows and added in row order, and parallel work has disjoint outputs, so results
//! do not depend on the number of threads.

mod sandwich;
pub(crate) mod tile;

use std::ops::Range;

use ndarray::{Array2, Axis};
use rayon::prelude::*;

use tile::dot;

/// The code of a row that has no level in a block: all the block's columns are zero there.
pub const NO_LEVEL: u32 = u32::MAX;

/// Rows a thread takes at a time where each row has its own output.
const ROWS_PER_TASK: usize = 8_192;

/// Rows summed before partial sums are added. Fixed, since the order of additions decides the last bits.
const ROWS_PER_SUM: usize = 65_536;

/// One categorical column as codes: row i has a one in the column of level `codes[i]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBlock {
    /// One code a row, below `n_levels`; [`NO_LEVEL`] (and any other code beyond) contributes nothing.
    pub codes: Vec<u32>,
    /// Number of levels, and so of columns.
    pub n_levels: usize,
}

/// A design matrix of shape `(n_samples, n_columns)` held in two parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Numbers, `(n_samples, n_dense)`, already standardised. Has `n_samples` rows even when it has no column.
    pub dense: Array2<f64>,
    /// Categories and binned numbers; every block has `n_samples` codes.
    pub blocks: Vec<CodeBlock>,
}

impl Design {
    /// Number of rows.
    pub fn n_samples(&self) -> usize {
        self.dense.nrows()
    }

    /// Number of columns: dense ones and all levels, without the intercept.
    pub fn n_columns(&self) -> usize {
        self.dense.ncols() + self.blocks.iter().map(|block| block.n_levels).sum::<usize>()
    }

    /// The columns of each block, in block order.
    pub fn block_columns(&self) -> Vec<Range<usize>> {
        let mut start = self.dense.ncols();
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
            for (block, table) in self.blocks.iter().zip(&tables) {
                let codes = &block.codes[first..first + eta.len()];
                eta.iter_mut().zip(codes).for_each(|(eta, &code)| *eta += table[(code as usize).min(block.n_levels)]);
            }
        });
        eta
    }

    /// Each block's coefficients with a zero behind them, for the rows without a level.
    fn level_tables(&self, coefficients: &[f64]) -> Vec<Vec<f64>> {
        let table = |columns: Range<usize>| coefficients[columns].iter().copied().chain([0.0]).collect();
        self.block_columns().into_iter().map(table).collect()
    }

    /// X' r: for each column the sum of its values times `r`.
    pub fn transpose_matvec(&self, r: &[f64]) -> Vec<f64> {
        assert_eq!(r.len(), self.n_samples(), "one value a row");
        let mut sums = self.dense_transpose_matvec(r);
        sums.par_extend(self.blocks.par_chunks(BLOCKS_AT_A_TIME).flat_map_iter(|blocks| level_sums_of(blocks, r)));
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
        sandwich::sandwich(self, w)
    }

    /// The design of the given rows, in the given order; a row may come more than once.
    #[must_use]
    pub fn rows(&self, rows: &[usize]) -> Design {
        let take = |block: &CodeBlock| CodeBlock {
            codes: rows.iter().map(|&row| block.codes[row]).collect(),
            n_levels: block.n_levels,
        };
        Design { dense: self.dense.select(Axis(0), rows), blocks: self.blocks.iter().map(take).collect() }
    }
}

/// Blocks summed side by side: rows of one level follow each other, and each addition would wait for the last.
const BLOCKS_AT_A_TIME: usize = 4;

/// Sum of `r` over the rows of each level of each block.
fn level_sums_of(blocks: &[CodeBlock], r: &[f64]) -> Vec<f64> {
    let [a, b, c, d] = blocks else { return blocks.iter().flat_map(|block| level_sums(block, r)).collect() };
    let mut sums = [a, b, c, d].map(|block| vec![0.0; block.n_levels + 1]);
    let [of_a, of_b, of_c, of_d] = &mut sums;
    for ((((r, &in_a), &in_b), &in_c), &in_d) in r.iter().zip(&a.codes).zip(&b.codes).zip(&c.codes).zip(&d.codes) {
        of_a[(in_a as usize).min(a.n_levels)] += r;
        of_b[(in_b as usize).min(b.n_levels)] += r;
        of_c[(in_c as usize).min(c.n_levels)] += r;
        of_d[(in_d as usize).min(d.n_levels)] += r;
    }
    let levels = |mut sums: Vec<f64>| {
        sums.pop();
        sums
    };
    sums.into_iter().flat_map(levels).collect()
}

/// Sum of `r` over the rows of each level.
fn level_sums(block: &CodeBlock, r: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; block.n_levels + 1];
    for (&code, r) in block.codes.iter().zip(r) {
        sums[(code as usize).min(block.n_levels)] += r;
    }
    sums.truncate(block.n_levels);
    sums
}

/// The element-wise sum of vectors of length `length`, added in the order given.
fn add_in_order(parts: Vec<Vec<f64>>, length: usize) -> Vec<f64> {
    parts.into_iter().fold(vec![0.0; length], |mut total, part| {
        total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
        total
    })
}

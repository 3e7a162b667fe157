//! The inverse of a Cholesky factor, and the variances read off it.
//!
//! Standard errors and traces need few entries of A⁻¹ = L⁻ᵀ L⁻¹, each the product of two columns of L⁻¹. So L⁻¹ alone is
//! formed, which takes as much work as the factor; A⁻¹ in full only when a covariance is asked for.

use ndarray::Array2;
use rayon::prelude::*;

use super::cholesky::{BLOCK, Cholesky, ROWS_PER_TASK, for_each_tile, put};
use crate::lanes::{TILE_COLUMNS, TILE_ROWS, dot, pack};

/// L⁻¹ by columns: "row" j of `columns` holds column j of L⁻¹, zero before its j-th entry.
#[derive(Debug, Clone)]
pub(crate) struct InverseFactor {
    size: usize,
    columns: Vec<f64>,
}

/// One block row U_j of U = L⁻ᵀ, from the diagonal to the right: U_ji = −(Σ_{j ≤ k < i} U_jk L_ik') L_ii⁻ᵀ.
fn fill_block_row(rows: &mut [f64], index: usize, size: usize, lower: &[f64], block_inverses: &[Vec<f64>]) {
    let start = index * BLOCK;
    let n_rows = rows.len() / size;
    for i in 0..n_rows {
        (0..=i).for_each(|j| rows[j * size + start + i] = block_inverses[index][i * n_rows + j]);
    }
    for (block, inverse) in block_inverses.iter().enumerate().skip(index + 1) {
        let (first, width) = (block * BLOCK, BLOCK.min(size - block * BLOCK));
        let depth = first - start;
        let left = pack::<TILE_ROWS>(&rows[start..], size, n_rows, depth);
        let mut sums = vec![0.0; n_rows * width];
        for j in (0..width).step_by(TILE_COLUMNS) {
            let panel = &lower[(first + j) * size..];
            let right = &panel[start * TILE_COLUMNS..first * TILE_COLUMNS];
            for_each_tile(&left, right, depth, |i, _, tile| {
                put(tile, &mut sums, width, (i, n_rows), (j, width), |_, new| -new);
            });
        }
        let left = pack::<TILE_ROWS>(&sums, width, n_rows, width);
        let right = pack::<TILE_COLUMNS>(inverse, width, width, width);
        for_each_tile(&left, &right, width, |i, j, tile| {
            put(tile, &mut rows[first..], size, (i, n_rows), (j, width), |_, new| new);
        });
    }
}

impl InverseFactor {
    /// Inverts the factor.
    pub(crate) fn new(cholesky: &Cholesky) -> InverseFactor {
        let size = cholesky.size;
        let packed = pack::<TILE_COLUMNS>(&cholesky.lower, size, size, size);
        let mut columns = vec![0.0; size * size];
        columns.par_chunks_mut(BLOCK * size).enumerate().for_each(|(index, rows)| {
            fill_block_row(rows, index, size, &packed, &cholesky.block_inverses);
        });
        InverseFactor { size, columns }
    }

    /// Column j of L⁻¹ from its first entry that is not zero on.
    fn column(&self, j: usize) -> &[f64] {
        &self.columns[j * self.size + j..(j + 1) * self.size]
    }

    /// The (j, j) entry of A⁻¹.
    pub(crate) fn variance(&self, j: usize) -> f64 {
        dot(self.column(j), self.column(j))
    }

    /// Aᵤᵤ⁻¹ + Aᵥᵥ⁻¹ − 2 Aᵤᵥ⁻¹: the variance of a difference between two parameters.
    pub(crate) fn variance_of_difference(&self, u: usize, v: usize) -> f64 {
        let (low, high) = (u.min(v), u.max(v));
        let (head, tail) = self.column(low).split_at(high - low);
        let squared: f64 = tail.iter().zip(self.column(high)).map(|(a, b)| (a - b) * (a - b)).sum();
        dot(head, head) + squared
    }

    /// A⁻¹ in full.
    pub(crate) fn inverse(&self) -> Array2<f64> {
        let size = self.size;
        let right = pack::<TILE_COLUMNS>(&self.columns, size, size, size);
        let mut inverse = vec![0.0; size * size];
        inverse.par_chunks_mut(ROWS_PER_TASK * size).enumerate().for_each(|(task, rows)| {
            let n_rows = rows.len() / size;
            let left = pack::<TILE_ROWS>(&self.columns[task * ROWS_PER_TASK * size..], size, n_rows, size);
            for_each_tile(&left, &right, size, |i, j, tile| {
                put(tile, rows, size, (i, n_rows), (j, size), |_, new| new);
            });
        });
        Array2::from_shape_vec((size, size), inverse).expect("size² values were just made")
    }
}

//! Whether a column or a score still looks as it did in training: the population stability index.

use crate::lanes::{Lanes, in_wide_registers};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::ops::Range;

/// The share that an empty cell is taken to hold, so that the index stays finite.
const LEAST_SHARE: f64 = 1e-4;

/// Intervals cut at the quantiles of a reference sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Inner edges, ascending strictly: bin i holds `edges[i − 1] ≤ value < edges[i]`.
    pub edges: Vec<f64>,
}

/// Edges are cut by so many rows at most, spread evenly over all: a tenth is then off by a few thousandths of the rows, which
/// the shares know of: they are counted over more rows.
const ROWS_TO_CUT_BY: usize = 1 << 14;

impl Bins {
    /// At most `bins` bins of about equal row weight; a value that is very common makes fewer. NaN is passed over.
    pub fn fit(values: &[f64], w: &[f64], bins: usize) -> Bins {
        assert_eq!(values.len(), w.len(), "one row weight a row");
        Bins::of_rows(values.len(), |row| (values[row], w[row]), bins)
    }

    /// The same of `n` rows, each asked for its value and its row weight.
    pub fn of_rows(n: usize, row: impl Fn(usize) -> (f64, f64), bins: usize) -> Bins {
        let step = n.div_ceil(ROWS_TO_CUT_BY).max(1);
        // Values with their row weights, which need not be looked up afterwards.
        let mut rows: Vec<(f64, f64)> = (0..n).step_by(step).map(row).collect();
        rows.retain(|(value, w)| !value.is_nan() && *w > 0.0);
        sort_by_value(&mut rows);
        let total: f64 = rows.iter().map(|(_, w)| w).sum();
        let (mut edges, mut before, mut last_cell) = (Vec::new(), 0.0, 0.0);
        for group in rows.chunk_by(|a, b| a.0 == b.0) {
            // The nudge keeps a tenth that was added up in floating point from falling short of itself.
            let cell = (before / total * bins as f64 + 1e-9).floor();
            if cell > last_cell {
                edges.push(group[0].0);
                last_cell = cell;
            }
            before += group.iter().map(|(_, w)| w).sum::<f64>();
        }
        Bins { edges }
    }

    /// The row-weighted share of `values` in each bin, and last the share missing (NaN). All 0 when no row has weight.
    pub fn shares(&self, values: &[f64], w: &[f64]) -> Vec<f64> {
        self.shares_of(values.len(), |rows, into, weights| {
            into.copy_from_slice(&values[rows.clone()]);
            weights.copy_from_slice(&w[rows]);
        })
    }

    /// The same of `n` rows, of which `write` gives the values and the row weights, some at a time.
    pub fn shares_of(&self, n: usize, write: impl Fn(Range<usize>, &mut [f64], &mut [f64])) -> Vec<f64> {
        let mut shares = vec![0.0; self.edges.len() + 2];
        in_wide_registers(AddToBins { edges: &self.edges, n_rows: n, write, shares: &mut shares });
        let total: f64 = shares.iter().sum();
        if total > 0.0 {
            shares.iter_mut().for_each(|share| *share /= total);
        }
        shares
    }
}

/// So many edges are all looked at.
const FEW_EDGES: usize = 12;

/// Rows looked at together.
const ROWS_AT_HAND: usize = 256;

/// Sums of a bin that run side by side.
const LANES: usize = 8;

/// Adds the row weight of each value to its bin, of which the last is for what is missing.
struct AddToBins<'a, W> {
    edges: &'a [f64],
    n_rows: usize,
    write: W,
    shares: &'a mut [f64],
}

impl<W: Fn(Range<usize>, &mut [f64], &mut [f64])> Lanes for AddToBins<'_, W> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let AddToBins { edges, n_rows, write, shares } = self;
        let (mut values, mut weights) = ([0.0; ROWS_AT_HAND], [0.0; ROWS_AT_HAND]);
        let mut sums = [[0.0; LANES]; FEW_EDGES + 2];
        for first in (0..n_rows).step_by(ROWS_AT_HAND) {
            let n = ROWS_AT_HAND.min(n_rows - first);
            write(first..first + n, &mut values[..n], &mut weights[..n]);
            // Few edges are all compared, which is quicker than to guess where to look.
            if edges.len() <= FEW_EDGES {
                weights[n..].fill(0.0);
                add_to_bins(&values, &mut weights, edges, &mut sums[..shares.len()]);
                continue;
            }
            for (value, weight) in values[..n].iter().zip(&weights) {
                let bin = edges.partition_point(|edge| edge <= value);
                shares[if value.is_nan() { edges.len() + 1 } else { bin }] += weight;
            }
        }
        for (share, sums) in shares.iter_mut().zip(sums) {
            *share += sums.iter().sum::<f64>();
        }
    }
}

/// Adds the weight of each value to the sums of its bin; the last is for NaN. Bin after bin takes the weights of what lies
/// under its edge out of those that are left: a weight is taken whole or not at all, so that an empty bin stays at 0.
#[inline(always)]
fn add_to_bins(values: &[f64; ROWS_AT_HAND], left: &mut [f64; ROWS_AT_HAND], edges: &[f64], sums: &mut [[f64; LANES]]) {
    let (bins, missing) = sums.split_at_mut(edges.len() + 1);
    take(values, left, &mut missing[0], |value| !value.is_nan());
    let (last, bins) = bins.split_last_mut().expect("there is one bin more than edges");
    for (edge, sums) in edges.iter().zip(bins) {
        take(values, left, sums, |value| value >= *edge);
    }
    take(values, left, last, |_| false);
}

/// Adds to the sums the weights that are left of values that are not kept for later.
#[inline(always)]
fn take(
    values: &[f64; ROWS_AT_HAND],
    left: &mut [f64; ROWS_AT_HAND],
    sums: &mut [f64; LANES],
    is_kept: impl Fn(f64) -> bool,
) {
    for (values, left) in values.as_chunks::<LANES>().0.iter().zip(left.as_chunks_mut::<LANES>().0) {
        for lane in 0..LANES {
            let kept = if is_kept(values[lane]) { left[lane] } else { 0.0 };
            sums[lane] += left[lane] - kept;
            left[lane] = kept;
        }
    }
}

/// Sorts values with their row weights. Where all weigh the same, the values alone are moved.
fn sort_by_value(rows: &mut [(f64, f64)]) {
    if rows.windows(2).any(|pair| pair[0].1 != pair[1].1) {
        return rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    }
    let mut values: Vec<f64> = rows.iter().map(|row| row.0).collect();
    values.sort_unstable_by(f64::total_cmp);
    rows.iter_mut().zip(values).for_each(|(row, value)| row.0 = value);
}

/// Population stability index, Σ (aᵢ − eᵢ) log(aᵢ / eᵢ) over the cells of two distributions given by their shares.
///
/// By custom under 0.1 is stable and over 0.25 has shifted; on few rows chance alone passes these, see [`psi_noise`].
/// Shares are first kept at 0.0001 or more; a cell empty on both sides counts for nothing.
pub fn psi(expected_shares: &[f64], actual_shares: &[f64]) -> f64 {
    assert_eq!(expected_shares.len(), actual_shares.len(), "the same cells on both sides");
    let term = |(&e, &a): (&f64, &f64)| {
        let (e, a) = (e.max(LEAST_SHARE), a.max(LEAST_SHARE));
        (a - e) * (a / e).ln()
    };
    expected_shares.iter().zip(actual_shares).map(term).sum()
}

/// [`psi`] of two samples of so many rows: a cell that is empty on one side counts there as half a row, because among few
/// rows an empty cell does not show a share of 0.0001.
pub fn sample_psi(expected_shares: &[f64], actual_shares: &[f64], n: [f64; 2]) -> f64 {
    let occupied = expected_shares.iter().zip(actual_shares).filter(|(e, a)| **e > 0.0 || **a > 0.0);
    let least = n.map(|n| 0.5 / n.max(1.0));
    let (expected, actual): (Vec<f64>, Vec<f64>) = occupied.map(|(e, a)| (e.max(least[0]), a.max(least[1]))).unzip();
    psi(&expected, &actual)
}

/// What the index of `n_cells` occupied cells stays under by chance when nothing has drifted, for samples of n and m
/// rows: χ²(cells − 1) · (1/n + 1/m) at the quantile 1 − 0.05 / `looks`, so that of so many indices looked at at once
/// none passes it 95 times in 100 (Bonferroni).
///
/// Yurdakul, B. & Naranjo, J. (2020), Statistical properties of the population stability index, J. Risk Model
/// Validation 14(4), doi:10.21314/JRMV.2020.227. Infinite where a sample is empty, 0 for one cell.
pub fn psi_noise(n_cells: usize, n_expected: f64, n_actual: f64, looks: usize) -> f64 {
    if n_expected <= 0.0 || n_actual <= 0.0 {
        return f64::INFINITY;
    }
    let share = 1.0 - 0.05 / looks.max(1) as f64;
    let quantile = ChiSquared::new(n_cells.saturating_sub(1) as f64).map_or(0.0, |chi| chi.inverse_cdf(share));
    quantile * (1.0 / n_expected + 1.0 / n_actual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deciles_hold_a_tenth_and_missing_has_its_own_cell() {
        let values: Vec<f64> = (0..1000).map(f64::from).collect();
        let bins = Bins::fit(&values, &vec![1.0; 1000], 10);
        assert_eq!(bins.edges, [100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0]);
        assert!(bins.shares(&values, &vec![1.0; 1000])[..10].iter().all(|s| (s - 0.1).abs() < 1e-12));
        assert_eq!(bins.shares(&[f64::NAN, 50.0, 999.0, 5000.0], &[1.0; 4])[9..], [0.5, 0.25]);
        // Nine in ten are 0: one edge, at the first other value.
        let common: Vec<f64> = (0..100).map(|i| f64::from((i - 89).max(0))).collect();
        assert_eq!(Bins::fit(&common, &[1.0; 100], 10).edges, [1.0]);
        assert!(Bins::fit(&[3.0; 5], &[1.0; 5], 10).edges.is_empty());
    }

    #[test]
    fn few_edges_and_many_part_values_alike() {
        let value = |row: usize| if row.is_multiple_of(17) { f64::NAN } else { (row * row % 1009) as f64 };
        let (values, w): (Vec<f64>, Vec<f64>) = (0..1000).map(|row| (value(row), 0.1 * (row % 7) as f64)).unzip();
        for n_edges in 0..=FEW_EDGES + 1 {
            // None lies under the first edge.
            let edges: Vec<f64> = (0..n_edges).map(|edge| (edge * 80) as f64).collect();
            let by_hand = |bin: usize| -> f64 {
                let bin_of = |v: f64| if v.is_nan() { n_edges + 1 } else { edges.iter().filter(|e| v >= **e).count() };
                values.iter().zip(&w).filter(|(v, _)| bin_of(**v) == bin).map(|(_, w)| w).sum()
            };
            let total: f64 = w.iter().sum();
            let shares = Bins { edges: edges.clone() }.shares(&values, &w);
            assert_eq!(shares.len(), n_edges + 2);
            for (bin, share) in shares.iter().enumerate() {
                assert!((share - by_hand(bin) / total).abs() < 1e-14, "{n_edges} edges, bin {bin}");
            }
            assert!(n_edges == 0 || shares[0] == 0.0);
        }
    }

    #[test]
    fn index_by_hand() {
        let expected = (0.6_f64 - 0.5) * (0.6_f64 / 0.5).ln() + (0.4 - 0.5) * (0.4_f64 / 0.5).ln();
        assert!((psi(&[0.5, 0.5], &[0.6, 0.4]) - expected).abs() < 1e-15);
        assert_eq!(psi(&[0.5, 0.5, 0.0], &[0.5, 0.5, 0.0]), 0.0);
        assert!(psi(&[1.0, 0.0], &[0.0, 1.0]).is_finite());
    }

    #[test]
    fn an_empty_cell_of_few_rows_is_half_a_row_and_one_empty_on_both_sides_nothing() {
        let expected = psi(&[0.9, 0.1], &[0.95, 0.05]);
        assert!((sample_psi(&[0.9, 0.1, 0.0], &[0.95, 0.0, 0.0], [1000.0, 10.0]) - expected).abs() < 1e-15);
    }

    #[test]
    fn noise_falls_with_the_rows() {
        // χ²₀.₉₅(9) = 16.918977604620448 (scipy.stats.chi2.ppf).
        assert!((psi_noise(10, 100.0, 400.0, 1) - 16.918_977_604_620_448 * 0.0125).abs() < 1e-6);
        // χ²₀.₉₉₉(9) = 27.877164871256568, the quantile for 50 looks.
        assert!((psi_noise(10, 100.0, 400.0, 50) - 27.877_164_871_256_568 * 0.0125).abs() < 1e-6);
        assert_eq!(psi_noise(1, 10.0, 10.0, 1), 0.0);
        assert_eq!(psi_noise(3, 0.0, 10.0, 1), f64::INFINITY);
    }
}

//! Whether a column or a score still looks as it did in training: the population stability index.

use crate::lanes::{Lanes, in_wide_registers};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// The share that an empty cell is taken to hold, so that the index stays finite.
const LEAST_SHARE: f64 = 1e-4;

/// Intervals cut at the quantiles of a reference sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Inner edges, ascending strictly: bin i holds `edges[i − 1] ≤ value < edges[i]`.
    pub edges: Vec<f64>,
}

/// Edges are cut by so many rows at most, spread evenly over all: a tenth is then off by a thousandth of the rows, which
/// the shares, counted over all rows, know of.
const ROWS_TO_CUT_BY: usize = 1 << 17;

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
        self.shares_of(values.iter().copied().zip(w.iter().copied()))
    }

    /// The same of values that come with their row weights.
    pub fn shares_of(&self, values: impl Iterator<Item = (f64, f64)>) -> Vec<f64> {
        let mut shares = vec![0.0; self.edges.len() + 2];
        in_wide_registers(AddToBins { edges: &self.edges, values, shares: &mut shares });
        let total: f64 = shares.iter().sum();
        if total > 0.0 {
            shares.iter_mut().for_each(|share| *share /= total);
        }
        shares
    }
}

/// So many edges are all looked at.
const FEW_EDGES: usize = 12;

/// Sums that rows are added to in turn.
const TURNS: usize = 4;

/// Adds the row weight of each value to its bin, of which the last is for what is missing.
struct AddToBins<'a, I> {
    edges: &'a [f64],
    values: I,
    shares: &'a mut [f64],
}

impl<I: Iterator<Item = (f64, f64)>> Lanes for AddToBins<'_, I> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let missing = self.edges.len() + 1;
        if self.edges.len() > FEW_EDGES {
            return self.values.for_each(|(value, weight)| {
                let bin = self.edges.partition_point(|&edge| edge <= value);
                self.shares[if value.is_nan() { missing } else { bin }] += weight;
            });
        }
        // Few edges are all compared, which is quicker than to guess where to look. Nothing is at or above NaN.
        let mut edges = [f64::NAN; FEW_EDGES];
        edges[..self.edges.len()].copy_from_slice(self.edges);
        // Rows take turns with sums of their own, for values that follow each other often fall into one bin, and an addition
        // would wait for the one before.
        let mut in_turn = [[0.0; FEW_EDGES + 2]; TURNS];
        let mut turn = 0;
        self.values.for_each(|(value, weight)| {
            let bin: usize = edges.iter().map(|edge| usize::from(*edge <= value)).sum();
            in_turn[turn][if value.is_nan() { missing } else { bin }] += weight;
            turn = (turn + 1) % TURNS;
        });
        for sums in in_turn {
            self.shares.iter_mut().zip(sums).for_each(|(share, sum)| *share += sum);
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

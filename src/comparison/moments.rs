//! Row-weighted moments of the quantities, summed in parts that do not depend on the number of threads.

use ndarray::Array2;
use rayon::prelude::*;

/// Rows summed before partial sums are added; fixed, since the order of additions decides the last bits.
pub(super) const ROWS_PER_SUM: usize = 1 << 17;

/// A variance below this share of the mean square is rounding error of a constant.
const CONSTANT: f64 = 1e-12;

/// Weighted means and covariance of the columns.
pub(super) fn moments(quantities: &Array2<f64>, weights: &[f64]) -> (Vec<f64>, Array2<f64>) {
    let n_rules = quantities.ncols();
    let total: f64 = weights.iter().sum();
    let mut covariance = Array2::zeros((n_rules, n_rules));
    if total <= 0.0 {
        return (vec![0.0; n_rules], covariance);
    }
    let mean = summed(quantities, weights, n_rules, |mean, row, weight| {
        for (mean, quantity) in mean.iter_mut().zip(row) {
            *mean += weight / total * quantity;
        }
    });
    let products = summed(quantities, weights, n_rules * (n_rules + 1) / 2, |products, row, weight| {
        let mut rest = products;
        for first in 0..n_rules {
            let (own, later) = rest.split_at_mut(first + 1);
            let share = weight / total * (row[first] - mean[first]);
            own.iter_mut()
                .zip(row.iter().zip(&mean))
                .for_each(|(sum, (quantity, mean))| *sum += share * (quantity - mean));
            rest = later;
        }
    });
    let mut products = products.into_iter();
    for first in 0..n_rules {
        for (second, product) in (0..=first).zip(products.by_ref()) {
            covariance[[first, second]] = product;
            covariance[[second, first]] = product;
        }
    }
    (mean, covariance)
}

/// Sums of `length` over the rows: `add` adds a row of some weight. Fixed chunks of rows, added in order.
fn summed(
    quantities: &Array2<f64>,
    weights: &[f64],
    length: usize,
    add: impl Fn(&mut [f64], &[f64], f64) + Sync,
) -> Vec<f64> {
    let width = quantities.ncols().max(1);
    let cells = quantities.as_slice().expect("the rows were written one after the other");
    let chunks = cells.par_chunks(ROWS_PER_SUM * width).zip(weights.par_chunks(ROWS_PER_SUM));
    let chunk = |(rows, weights): (&[f64], &[f64])| {
        let mut sums = vec![0.0; length];
        rows.chunks_exact(width).zip(weights).for_each(|(row, weight)| add(&mut sums, row, *weight));
        sums
    };
    let sums: Vec<Vec<f64>> = chunks.map(chunk).collect();
    let add = |mut total: Vec<f64>, part: Vec<f64>| {
        total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
        total
    };
    sums.into_iter().reduce(add).unwrap_or_else(|| vec![0.0; length])
}

/// Root mean square of each rule's quantity over the rows it hits, or 0 where the quantity is constant over the deals.
pub(super) fn scales(quantities: &Array2<f64>, weights: &[f64], covariance: &Array2<f64>) -> Vec<f64> {
    let n_rules = quantities.ncols();
    // Squares of each rule, then the weight that each hits, then the weight of all.
    let sums = summed(quantities, weights, 2 * n_rules + 1, |sums, row, weight| {
        sums[2 * n_rules] += weight;
        let (squares, hit) = sums.split_at_mut(n_rules);
        for ((&quantity, squares), hit) in row.iter().zip(squares).zip(hit) {
            if quantity != 0.0 {
                *squares += weight * quantity * quantity;
                *hit += weight;
            }
        }
    });
    let total = sums[2 * n_rules];
    let scale = |rule: usize| {
        let (squares, hit) = (sums[rule], sums[n_rules + rule]);
        let varies = covariance[[rule, rule]] > CONSTANT * squares / total;
        if hit > 0.0 && varies { (squares / hit).sqrt() } else { 0.0 }
    };
    (0..n_rules).map(scale).collect()
}

/// √(β' C β), 0 where that is rounding error.
pub(super) fn spread(covariance: &Array2<f64>, beta: &[f64]) -> f64 {
    let (mut variance, mut size) = (0.0, 0.0);
    for (row, first) in covariance.outer_iter().zip(beta) {
        for (covariance, second) in row.iter().zip(beta) {
            variance += first * covariance * second;
            size += (first * covariance * second).abs();
        }
    }
    if variance > CONSTANT * size { variance.sqrt() } else { 0.0 }
}

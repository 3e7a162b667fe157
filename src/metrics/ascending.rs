//! Values in ascending order: what ranks and links are made of.

use super::{ROWS_SORTED_TOGETHER, rank, ranked};
use rayon::prelude::*;
use std::ops::Range;

/// Values in ascending order with the weights of their rows; those of weight 0 are left out.
pub(crate) struct Ascending {
    values: Vec<f64>,
    weights: Weights,
}

/// Weights of rows.
enum Weights {
    Same(f64),
    Each(Vec<f64>),
}

impl Ascending {
    /// Of these values and the weights of their rows.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub(crate) fn of(values: &[f64], w: &[f64]) -> Ascending {
        match w.first() {
            // Rows that all weigh the same need not be known apart, and numbers alone are sorted in half the time.
            Some(&same) if same > 0.0 && w.par_iter().all(|w| *w == same) => {
                assert_eq!(values.len(), w.len(), "one row weight a row");
                let mut ranks: Vec<u64> = values.par_iter().map(|value| rank(*value)).collect();
                sort_in_halves(&mut ranks);
                let values = ranks.into_par_iter().map(value_of).collect();
                Ascending { values, weights: Weights::Same(same) }
            }
            _ => {
                let rows = ranked(values, w, |rank| rank);
                let both = rows.par_iter().map(|&(rank, row)| (value_of(rank), w[row as usize]));
                let (values, weights) = both.unzip();
                Ascending { values, weights: Weights::Each(weights) }
            }
        }
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The sum of the weights.
    pub(crate) fn total(&self) -> f64 {
        self.weight_of(0..self.values.len())
    }

    /// Each distinct value with the weight of all its rows.
    pub(crate) fn ties(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let mut first = 0;
        self.values.chunk_by(|a, b| a == b).map(move |tied| {
            let rows = first..first + tied.len();
            first = rows.end;
            (tied[0], self.weight_of(rows))
        })
    }

    fn weight_of(&self, rows: Range<usize>) -> f64 {
        match &self.weights {
            Weights::Same(weight) => std::iter::repeat_n(weight, rows.len()).sum(),
            Weights::Each(weights) => weights[rows].iter().sum(),
        }
    }
}

/// Sorts two halves side by side: equal ranks cannot be told apart, and so whoever sorts comes to the same order.
fn sort_in_halves(ranks: &mut [u64]) {
    if ranks.len() < ROWS_SORTED_TOGETHER {
        return ranks.sort_unstable();
    }
    let (lower, _, upper) = ranks.select_nth_unstable(ranks.len() / 2);
    rayon::join(|| lower.sort_unstable(), || upper.sort_unstable());
}

/// The value of a rank.
fn value_of(rank: u64) -> f64 {
    f64::from_bits(if rank >> 63 == 1 { rank & !(1 << 63) } else { !rank })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ties(values: &[f64], w: &[f64]) -> Vec<(f64, f64)> {
        Ascending::of(values, w).ties().collect()
    }

    #[test]
    fn ties_come_in_order_with_the_weight_of_their_rows() {
        let values = [2.0, -1.0, 2.0, 0.0, f64::INFINITY, -0.0, 7.0];
        assert_eq!(
            ties(&values, &[1.0, 2.0, 3.0, 1.0, 1.0, 1.0, 0.0]),
            [(-1.0, 2.0), (0.0, 2.0), (2.0, 4.0), (f64::INFINITY, 1.0)]
        );
        assert_eq!(ties(&values, &[0.5; 7]), [(-1.0, 0.5), (0.0, 1.0), (2.0, 1.0), (7.0, 0.5), (f64::INFINITY, 0.5)]);
        assert!(ties(&[], &[]).is_empty() && ties(&[1.0], &[0.0]).is_empty());
    }

    #[test]
    fn rows_that_weigh_the_same_are_sorted_as_others_are() {
        let n = 2 * ROWS_SORTED_TOGETHER;
        let values: Vec<f64> = (0..n).map(|i| ((i * 7919) % 50_021) as f64 - 20_000.0).collect();
        let mut w = vec![1.0; n];
        let alike = Ascending::of(&values, &w);
        // One more row, whose weight is another.
        w.push(2.0);
        let apart = Ascending::of(&[&values[..], &[1e9]].concat(), &w);
        assert_eq!(alike.values(), &apart.values()[..n]);
        assert_eq!(alike.total() + 2.0, apart.total());
        assert!(alike.ties().eq(apart.ties().take_while(|tie| tie.0 < 1e9)));
    }
}

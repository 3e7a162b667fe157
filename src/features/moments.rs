//! Mean and standard deviation of a column of numbers, in one walk over it.

use crate::lanes::{Lanes, in_wide_registers};
use crate::tables::Numbers;

/// Rows whose numbers are read together.
const ROWS_AT_A_TIME: usize = 1_024;

/// What is known of the numbers that are there.
pub(super) struct Moments {
    /// How many are missing.
    pub(super) n_missing: usize,
    /// Their mean.
    pub(super) mean: f64,
    /// Their standard deviation.
    pub(super) sd: f64,
    /// The least of them.
    pub(super) least: f64,
    /// The largest.
    pub(super) most: f64,
}

impl Moments {
    /// Of the numbers of these rows.
    pub(super) fn of(numbers: &Numbers, rows: &[usize]) -> Moments {
        let mut values = [0.0; ROWS_AT_A_TIME];
        let mut sums = Sums { least: f64::INFINITY, most: f64::NEG_INFINITY, ..Sums::default() };
        for rows in rows.chunks(ROWS_AT_A_TIME) {
            in_wide_registers(Added { sums: &mut sums, numbers, rows, values: &mut values[..rows.len()] });
        }
        let Sums { near, n, sum, squares, least, most } = sums;
        let beyond = sum / n;
        let sd = (squares / n - beyond * beyond).max(0.0).sqrt();
        Moments { n_missing: rows.len() - n as usize, mean: near + beyond, sd, least, most }
    }
}

/// Sums of the numbers that are there, about a value near them.
#[derive(Default)]
struct Sums {
    near: f64,
    n: f64,
    sum: f64,
    squares: f64,
    least: f64,
    most: f64,
}

/// Numbers that are read and added to the moments, in interleaved sums.
struct Added<'a> {
    sums: &'a mut Sums,
    numbers: &'a Numbers,
    rows: &'a [usize],
    values: &'a mut [f64],
}

const LANES: usize = 8;

impl Lanes for Added<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        self.numbers.write(self.rows, self.values);
        if self.sums.n == 0.0 {
            // Sums about a value among them lose no digits to a mean that is far from 0.
            self.sums.near = self.values.iter().copied().find(|value| !value.is_nan()).unwrap_or(0.0);
        }
        let near = self.sums.near;
        let (mut n, mut sum, mut squares) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let (mut least, mut most) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        let (chunks, rest) = self.values.as_chunks::<LANES>();
        let mut last = [f64::NAN; LANES];
        last[..rest.len()].copy_from_slice(rest);
        for values in chunks.iter().chain([&last]) {
            for lane in 0..LANES {
                let value = values[lane];
                let (is_there, beyond) = (!value.is_nan(), value - near);
                n[lane] += if is_there { 1.0 } else { 0.0 };
                sum[lane] += if is_there { beyond } else { 0.0 };
                squares[lane] += if is_there { beyond * beyond } else { 0.0 };
                least[lane] = if value < least[lane] { value } else { least[lane] };
                most[lane] = if value > most[lane] { value } else { most[lane] };
            }
        }
        self.sums.n += n.iter().sum::<f64>();
        self.sums.sum += sum.iter().sum::<f64>();
        self.sums.squares += squares.iter().sum::<f64>();
        self.sums.least = least.iter().fold(self.sums.least, |least, value| least.min(*value));
        self.sums.most = most.iter().fold(self.sums.most, |most, value| most.max(*value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_numbers_count_for_nothing() {
        let values: Vec<f64> =
            (0..3_000).map(|i| if i % 7 == 3 { f64::NAN } else { 1e6 + f64::from(i % 10) }).collect();
        let there: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let mean = there.iter().sum::<f64>() / there.len() as f64;
        let variance = there.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / there.len() as f64;
        let moments = Moments::of(&values.into(), &(0..3_000).collect::<Vec<usize>>());
        assert_eq!((moments.n_missing, moments.least, moments.most), (3_000 - there.len(), 1e6, 1e6 + 9.0));
        assert!((moments.mean - mean).abs() < 1e-8 && (moments.sd - variance.sqrt()).abs() < 1e-9);
        let none = Moments::of(&vec![f64::NAN; 3].into(), &[0, 1, 2]);
        assert_eq!(none.n_missing, 3);
    }
}

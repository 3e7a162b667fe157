//! The logistic loss log(1 + exp(−ỹη)) of many rows, ỹ = ±1 for y ∈ {0, 1}: its value, its slope p − y and its curvature
//! p (1 − p) in the linear predictor η. All come from e = exp(−|η|), the smaller tail, so that a certain row keeps its
//! digits.

use crate::lanes::{Lanes, in_wide_registers};
use crate::logodds::{Losses, exp_and_log1p, exp_of_negative};
use rayon::prelude::*;
use std::ops::Range;

/// Rows of a task.
const ROWS_PER_TASK: usize = 1 << 13;

/// Rows whose losses are worked out together.
const ROWS_AT_HAND: usize = 512;

/// η where it speaks against the outcome, −η where it speaks for it.
#[inline(always)]
fn against(y: f64, eta: f64) -> f64 {
    if y > 0.5 { -eta } else { eta }
}

/// p − y, from exp(−|η|).
#[inline(always)]
fn slope(y: f64, against: f64, e: f64) -> f64 {
    let inverse = 1.0 / (1.0 + e);
    let missed = if against > 0.0 { inverse } else { e * inverse };
    if y > 0.5 { -missed } else { missed }
}

/// Writes the weighted loss of each row and its weighted slope over `total`: both come from one exponential. A row of weight 0
/// has no loss, whatever its η.
pub(crate) struct LossesAndSlopes<'a> {
    pub(crate) y: &'a [f64],
    pub(crate) weights: &'a [f64],
    pub(crate) total: f64,
    pub(crate) eta: &'a [f64],
    pub(crate) losses: &'a mut [f64],
    pub(crate) slopes: &'a mut [f64],
}

impl Lanes for LossesAndSlopes<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let rows = self.y.iter().zip(self.weights).zip(self.eta);
        for (((y, w), eta), (loss, into)) in rows.zip(self.losses.iter_mut().zip(self.slopes)) {
            let against = against(*y, *eta);
            let (e, log1p) = exp_and_log1p(against.abs());
            let lost = log1p + if against > 0.0 { against } else { 0.0 };
            *loss = if *w > 0.0 { w * lost } else { 0.0 };
            *into = w * slope(*y, against, e) / self.total;
        }
    }
}

struct Slopes<'a> {
    y: &'a [f64],
    weights: &'a [f64],
    total: f64,
    eta: &'a [f64],
    into: &'a mut [f64],
}

impl Lanes for Slopes<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        for (((into, y), w), eta) in self.into.iter_mut().zip(self.y).zip(self.weights).zip(self.eta) {
            let against = against(*y, *eta);
            *into = w * slope(*y, against, exp_of_negative(against.abs())) / self.total;
        }
    }
}

struct Curvatures<'a> {
    weights: &'a [f64],
    total: f64,
    eta: &'a [f64],
    into: &'a mut [f64],
}

impl Lanes for Curvatures<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        for ((into, w), eta) in self.into.iter_mut().zip(self.weights).zip(self.eta) {
            let e = exp_of_negative(eta.abs());
            let inverse = 1.0 / (1.0 + e);
            *into = w * (e * inverse * inverse) / self.total;
        }
    }
}

/// `(n_rows,)` the slopes of the rows' weighted losses over `total`.
pub(crate) fn slopes(y: &[f64], weights: &[f64], eta: &[f64], total: f64) -> Vec<f64> {
    by_row(y.len(), |rows, into| {
        let (y, weights, eta) = (&y[rows.clone()], &weights[rows.clone()], &eta[rows]);
        in_wide_registers(Slopes { y, weights, total, eta, into });
    })
}

/// `(n_rows,)` the rows' weighted curvatures over `total`.
pub(crate) fn curvatures(weights: &[f64], eta: &[f64], total: f64) -> Vec<f64> {
    by_row(eta.len(), |rows, into| {
        let (weights, eta) = (&weights[rows.clone()], &eta[rows]);
        in_wide_registers(Curvatures { weights, total, eta, into });
    })
}

/// A number for each row, written by several threads.
fn by_row(n_rows: usize, write: impl Fn(Range<usize>, &mut [f64]) + Sync) -> Vec<f64> {
    let mut values = vec![0.0; n_rows];
    values.par_chunks_mut(ROWS_PER_TASK).enumerate().for_each(|(task, values)| {
        let first = task * ROWS_PER_TASK;
        write(first..first + values.len(), values);
    });
    values
}

/// Σ wᵢ loss(yᵢ, ηᵢ), in the order of the rows. A row without weight may be as wrong as it likes.
pub(crate) fn sum_of_losses(y: &[f64], weights: &[f64], eta: &[f64]) -> f64 {
    let mut losses = [0.0; ROWS_AT_HAND];
    let parts = y.chunks(ROWS_AT_HAND).zip(weights.chunks(ROWS_AT_HAND)).zip(eta.chunks(ROWS_AT_HAND));
    parts.fold(0.0, |sum, ((y, weights), eta)| {
        in_wide_registers(Losses { y, eta, into: &mut losses[..y.len()] });
        let weighted = losses.iter().zip(weights).map(|(loss, w)| if *w > 0.0 { w * loss } else { 0.0 });
        weighted.fold(sum, |sum, loss| sum + loss)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central differences with this step are good to about its square.
    const STEP: f64 = 1e-5;
    const TOLERANCE: f64 = 1e-9;
    /// Two roundings of a number of about 1.
    const ROUNDING: f64 = 1e-15;

    fn loss(y: f64, eta: f64) -> f64 {
        sum_of_losses(&[y], &[1.0], &[eta])
    }

    fn slope(y: f64, eta: f64) -> f64 {
        slopes(&[y], &[1.0], &[eta], 1.0)[0]
    }

    #[test]
    fn slope_and_curvature_are_the_derivatives() {
        for y in [0.0, 1.0] {
            for eta in [-12.0, -3.0, 0.0, 0.4, 9.0] {
                let difference = (loss(y, eta + STEP) - loss(y, eta - STEP)) / (2.0 * STEP);
                assert!((difference - slope(y, eta)).abs() < TOLERANCE);
                let difference = (slope(y, eta + STEP) - slope(y, eta - STEP)) / (2.0 * STEP);
                assert!((difference - curvatures(&[1.0], &[eta], 1.0)[0]).abs() < TOLERANCE);
            }
        }
    }

    #[test]
    fn weights_multiply_and_the_total_divides() {
        let (y, weights, eta) = ([1.0, 0.0, 1.0], [3.0, 0.0, 0.5], [0.7, 1e300, -2.0]);
        let (mut losses, mut steep) = ([f64::NAN; 3], [f64::NAN; 3]);
        let rows = LossesAndSlopes {
            y: &y,
            weights: &weights,
            total: 2.0,
            eta: &eta,
            losses: &mut losses,
            slopes: &mut steep,
        };
        in_wide_registers(rows);
        assert_eq!(steep, slopes(&y, &weights, &eta, 2.0)[..]);
        assert_eq!(losses.iter().sum::<f64>(), sum_of_losses(&y, &weights, &eta));
        assert!((losses[0] - 3.0 * loss(1.0, 0.7)).abs() < 3.0 * ROUNDING && losses[1] == 0.0);
        assert!((steep[2] - 0.25 * slope(1.0, -2.0)).abs() < ROUNDING && steep[1] == 0.0);
        assert_eq!(curvatures(&weights, &eta, 2.0)[1], 0.0);
    }

    #[test]
    fn certain_rows_keep_their_digits() {
        let tail = (-50f64).exp();
        assert!((slope(1.0, 50.0) + tail).abs() < 2.0 * f64::EPSILON * tail);
        assert!(loss(1.0, 800.0) == 0.0 && loss(0.0, 800.0) == 800.0);
    }
}

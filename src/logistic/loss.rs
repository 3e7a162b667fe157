//! The logistic loss of one row: its value, its slope and its curvature in the linear predictor η.

use crate::lanes::Lanes;
use crate::logodds::{exp_and_log1p, log1p_exp, sigmoid};

/// log(1 + exp(−ỹη)) with ỹ = ±1, written in y ∈ {0, 1}.
pub(crate) fn loss(y: f64, eta: f64) -> f64 {
    if y > 0.5 { log1p_exp(-eta) } else { log1p_exp(eta) }
}

/// d loss / dη = p − y, computed from the smaller tail so that a certain row keeps its digits.
pub(crate) fn slope(y: f64, eta: f64) -> f64 {
    if y > 0.5 { -sigmoid(-eta) } else { sigmoid(eta) }
}

/// Writes the weighted loss of each row and its slope over `total`: both come from one exponential. A row of weight 0 has
/// neither, whatever its η.
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
        for (((y, w), eta), (loss, slope)) in rows.zip(self.losses.iter_mut().zip(self.slopes)) {
            // Positive where the outcome did not come as expected.
            let against = if *y > 0.5 { -eta } else { *eta };
            let (e, log1p) = exp_and_log1p(against.abs());
            let inverse = 1.0 / (1.0 + e);
            let missed = if against > 0.0 { inverse } else { e * inverse };
            let lost = log1p + if against > 0.0 { against } else { 0.0 };
            let signed = if *y > 0.5 { -missed } else { missed };
            *loss = if *w > 0.0 { w * lost } else { 0.0 };
            *slope = w * signed / self.total;
        }
    }
}

/// d² loss / dη² = p (1 − p).
pub(crate) fn curvature(eta: f64) -> f64 {
    sigmoid(eta) * sigmoid(-eta)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::in_wide_registers;

    /// Central differences with this step are good to about its square.
    const STEP: f64 = 1e-5;
    const TOLERANCE: f64 = 1e-9;

    #[test]
    fn slope_and_curvature_are_the_derivatives() {
        for y in [0.0, 1.0] {
            for eta in [-12.0, -3.0, 0.0, 0.4, 9.0] {
                let difference = (loss(y, eta + STEP) - loss(y, eta - STEP)) / (2.0 * STEP);
                assert!((difference - slope(y, eta)).abs() < TOLERANCE);
                let (mut losses, mut slopes) = ([f64::NAN], [f64::NAN]);
                let row = LossesAndSlopes {
                    y: &[y],
                    weights: &[3.0],
                    total: 2.0,
                    eta: &[eta],
                    losses: &mut losses,
                    slopes: &mut slopes,
                };
                in_wide_registers(row);
                assert!((losses[0] - 3.0 * loss(y, eta)).abs() < 1e-14);
                assert!((slopes[0] - 1.5 * slope(y, eta)).abs() < 1e-15);
                let difference = (slope(y, eta + STEP) - slope(y, eta - STEP)) / (2.0 * STEP);
                assert!((difference - curvature(eta)).abs() < TOLERANCE);
            }
        }
    }

    #[test]
    fn certain_rows_keep_their_digits() {
        assert_eq!(slope(1.0, 50.0), -(-50f64).exp());
        assert!(loss(1.0, 800.0) == 0.0 && loss(0.0, 800.0) == 800.0);
    }
}

//! The logistic loss of one row: its value, its slope and its curvature in the linear predictor η.

use crate::logodds::{log1p_exp, sigmoid};

/// log(1 + exp(−ỹη)) with ỹ = ±1, written in y ∈ {0, 1}.
pub(crate) fn loss(y: f64, eta: f64) -> f64 {
    if y > 0.5 { log1p_exp(-eta) } else { log1p_exp(eta) }
}

/// d loss / dη = p − y, computed from the smaller tail so that a certain row keeps its digits.
pub(crate) fn slope(y: f64, eta: f64) -> f64 {
    if y > 0.5 { -sigmoid(-eta) } else { sigmoid(eta) }
}

/// The loss and its slope together: both come from one exponential.
pub(crate) fn loss_and_slope(y: f64, eta: f64) -> (f64, f64) {
    // Positive where the outcome came as expected.
    let margin = if y > 0.5 { eta } else { -eta };
    let e = (-margin.abs()).exp();
    let missed = if margin > 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) };
    (e.ln_1p() + (-margin).max(0.0), if y > 0.5 { -missed } else { missed })
}

/// d² loss / dη² = p (1 − p).
pub(crate) fn curvature(eta: f64) -> f64 {
    sigmoid(eta) * sigmoid(-eta)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central differences with this step are good to about its square.
    const STEP: f64 = 1e-5;
    const TOLERANCE: f64 = 1e-9;

    #[test]
    fn slope_and_curvature_are_the_derivatives() {
        for y in [0.0, 1.0] {
            for eta in [-12.0, -3.0, 0.0, 0.4, 9.0] {
                let difference = (loss(y, eta + STEP) - loss(y, eta - STEP)) / (2.0 * STEP);
                assert!((difference - slope(y, eta)).abs() < TOLERANCE);
                let (together, steep) = loss_and_slope(y, eta);
                assert!((together - loss(y, eta)).abs() < 1e-15 && (steep - slope(y, eta)).abs() < 1e-15);
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

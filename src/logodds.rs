//! The logistic function and its kin, written so that neither tail overflows.

/// 1 / (1 + e^−x).
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// log(p / (1 − p)); p is first kept within [1e-15, 1 − 1e-15], so that a certain prediction stays finite.
pub fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-15, 1.0 - 1e-15);
    (p / (1.0 - p)).ln()
}

/// log(1 + e^x) without overflow.
pub fn log1p_exp(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_finite_and_the_two_directions_agree() {
        for x in [-800.0, -30.0, -1.0, 0.0, 0.3, 20.0, 800.0] {
            assert!(sigmoid(x).is_finite() && log1p_exp(x).is_finite());
            assert!((sigmoid(x) + sigmoid(-x) - 1.0).abs() < 1e-15);
            if x.abs() < 25.0 {
                assert!((logit(sigmoid(x)) - x).abs() < 1e-5);
            }
        }
        assert_eq!(log1p_exp(800.0), 800.0);
    }
}

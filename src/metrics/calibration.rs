//! Whether a probability of 20 % is right one time in five: log loss, Brier score, calibration intercept and slope.

use super::interval::{Estimate, Interval, Z95};
use super::weighted_mean;
use crate::logistic::prior::MapProblem;
use crate::logodds::{log1p_exp, logit, sigmoid};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// −log of the probability that was given to what came: log(1 + e^−η) for a win, log(1 + e^η) for a loss, η = logit p.
pub fn row_log_loss(y: f64, p: f64) -> f64 {
    let eta = logit(p);
    if y > 0.5 { log1p_exp(-eta) } else { log1p_exp(eta) }
}

/// Row-weighted mean log loss; 0 when no row has weight.
pub fn log_loss(y: &[f64], p: &[f64], w: &[f64]) -> f64 {
    weighted_mean(y.iter().zip(p).map(|(&y, &p)| row_log_loss(y, p)), w)
}

/// Log loss of saying the win rate r of every deal, −r log r − (1 − r) log(1 − r); 0 where all or none are won.
pub fn bare_log_loss(win_rate: f64) -> f64 {
    let part = |share: f64| if share > 0.0 { -share * share.ln() } else { 0.0 };
    part(win_rate) + part(1.0 - win_rate)
}

/// Row-weighted mean of (p − y)² (Brier 1950); 0 when no row has weight.
pub fn brier(y: &[f64], p: &[f64], w: &[f64]) -> f64 {
    weighted_mean(y.iter().zip(p).map(|(&y, &p)| (p - y).powi(2)), w)
}

/// How the outcomes relate to the predicted log-odds.
///
/// Van Calster et al. (2019), doi:10.1186/s12916-019-1466-7.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// a of logit P = a + logit p: above 0 the predictions are too low on the whole. `None`: an outcome is absent.
    pub intercept: Option<Estimate>,
    /// b of logit P = a′ + b logit p: below 1 the predictions are too extreme. `None`: an outcome is absent, p is
    /// constant, or p separates wins from losses, so that no slope is too steep.
    pub slope: Option<Estimate>,
}

/// Calibration intercept and slope of the probabilities `p`, with intervals that know the row weights.
///
/// Row weights are not counts, so the variance is a sandwich: that of a coefficient is Σ w² v d² / (Σ w v d²)², with
/// v = P (1 − P) of the fitted curve and d = 1 for the intercept, the distance of logit p from its mean under weights
/// w v for the slope. At equal weights of 1 this is the usual 1 / Σ v d².
pub fn calibration(y: &[f64], p: &[f64], w: &[f64]) -> Calibration {
    let eta: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
    match (reach(&eta, y, w, true), reach(&eta, y, w, false)) {
        (Some(won), Some(lost)) => {
            // A slope exists exactly when the log-odds of wins and of losses overlap by more than a point.
            let overlap = won.low < lost.high && lost.low < won.high;
            let spread = won.high.max(lost.high) - won.low.min(lost.low);
            Calibration {
                intercept: Some(intercept(&eta, y, w)),
                slope: (overlap && spread > LEAST_SPREAD).then(|| slope(&eta, y, w)),
            }
        }
        _ => Calibration { intercept: None, slope: None },
    }
}

/// Log-odds that spread by less than this are rounding: a slope over them would mean nothing.
const LEAST_SPREAD: f64 = 1e-9;

/// The lowest and highest log-odds among the deals of one outcome; `None` when there is none.
fn reach(eta: &[f64], y: &[f64], w: &[f64], won: bool) -> Option<Interval> {
    let rows = || (0..eta.len()).filter(|&i| w[i] > 0.0 && (y[i] > 0.5) == won).map(|i| eta[i]);
    rows().next()?;
    Some(Interval { low: rows().fold(f64::INFINITY, f64::min), high: rows().fold(f64::NEG_INFINITY, f64::max) })
}

/// a of logit P = a + η.
fn intercept(eta: &[f64], y: &[f64], w: &[f64]) -> Estimate {
    let ones = Array2::ones((eta.len(), 1));
    let a = MapProblem::new(ones, y, w).with_offset(eta).fit(&[0.0], &[f64::INFINITY]).coefficients[0];
    wald(a, w, |i| (variance(a + eta[i]), 1.0))
}

/// b of logit P = a′ + b η, fitted over standardised η.
fn slope(eta: &[f64], y: &[f64], w: &[f64]) -> Estimate {
    let mean = weighted_mean(eta.iter().copied(), w);
    let sd = weighted_mean(eta.iter().map(|eta| (eta - mean).powi(2)), w).sqrt();
    let x = Array2::from_shape_fn((eta.len(), 2), |(i, j)| if j == 0 { 1.0 } else { (eta[i] - mean) / sd });
    let found = MapProblem::new(x, y, w).fit(&[0.0; 2], &[f64::INFINITY; 2]).coefficients;
    let b = found[1] / sd;
    let v = |i: usize| variance(found[0] + b * (eta[i] - mean));
    let informed: Vec<f64> = (0..eta.len()).map(|i| w[i] * v(i)).collect();
    let centre = weighted_mean(eta.iter().copied(), &informed);
    wald(b, w, |i| (v(i), eta[i] - centre))
}

/// P (1 − P) at these log-odds.
fn variance(log_odds: f64) -> f64 {
    sigmoid(log_odds) * sigmoid(-log_odds)
}

/// `value` ± z √(Σ w² v d²) / Σ w v d², (v, d) of each row by `row`.
fn wald(value: f64, w: &[f64], row: impl Fn(usize) -> (f64, f64)) -> Estimate {
    let (mut bread, mut meat) = (0.0, 0.0);
    for (i, &weight) in w.iter().enumerate() {
        let (v, d) = row(i);
        bread += weight * v * d * d;
        meat += weight * weight * v * d * d;
    }
    let half = Z95 * meat.sqrt() / bread;
    Estimate { value, interval: Interval { low: value - half, high: value + half } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_fitted_is_none() {
        let one_outcome = calibration(&[1.0, 1.0], &[0.5, 0.6], &[1.0; 2]);
        assert_eq!(one_outcome, Calibration { intercept: None, slope: None });
        let separated = calibration(&[0.0, 0.0, 1.0, 1.0], &[0.1, 0.2, 0.2, 0.6], &[1.0; 4]);
        assert!(separated.intercept.is_some() && separated.slope.is_none());
        // A lone win among losses on either side has a slope; at their edge it has none.
        let lone = |p: f64| calibration(&[0.0, 0.0, 0.0, 1.0], &[0.1, 0.3, 0.6, p], &[1.0; 4]).slope.is_some();
        assert!(lone(0.4) && lone(0.3) && !lone(0.6) && !lone(0.1));
        let constant = calibration(&[0.0, 1.0, 0.0, 1.0], &[0.2; 4], &[1.0; 4]);
        assert!(constant.slope.is_none());
        // At a constant p the intercept is the distance of the log-odds: logit ½ − logit 0.2.
        assert!((constant.intercept.unwrap().value - 4.0_f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn losses_by_hand() {
        let (y, p, w) = ([1.0, 0.0], [0.8, 0.4], [3.0, 1.0]);
        assert!((log_loss(&y, &p, &w) - (-3.0 * 0.8_f64.ln() - 0.6_f64.ln()) / 4.0).abs() < 1e-12);
        assert!((brier(&y, &p, &w) - (3.0 * 0.04 + 0.16) / 4.0).abs() < 1e-15);
        assert!(row_log_loss(1.0, 0.0).is_finite());
        assert_eq!(log_loss(&[], &[], &[]), 0.0);
    }
}

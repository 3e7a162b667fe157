//! A small dense logistic fit with normal priors: the mode of the posterior, and its curvature.
//!
//! Minimised is Σ wᵢ log(1 + exp(−ỹᵢ ηᵢ)) + ½ Σ_j ((β_j − m_j) / s_j)² with η = X β + offset: a sum, since the priors are
//! meant as they stand. s = ∞ leaves a coefficient free, s = 0 holds it at m. There is no intercept but a column of ones.

use ndarray::{Array2, ArrayView2, s};

use super::cholesky::aliased_columns;
use super::inverse_factor::InverseFactor;
use super::loss::{curvature, slope};
use super::newton::{Convergence, MAX_STEPS, Objective, Progress, minimise};
use super::objective::{pin, weighted_loss};
use crate::design::Design;

/// The mode of a posterior and its neighbourhood.
#[derive(Debug, Clone, PartialEq)]
pub struct MapFit {
    /// The mode, one coefficient a column.
    pub coefficients: Vec<f64>,
    /// H⁻¹ at the mode, shape `(n_columns, n_columns)`; zero for coefficients that are held.
    pub covariance: Array2<f64>,
    /// How the search ended; the gradient is that of the sum.
    pub convergence: Convergence,
    /// Log-likelihood plus log prior at the mode, without the priors' normalising constants.
    pub log_posterior: f64,
}

/// The posterior mode of `x` (`(n_samples, n_columns)`), outcomes `y` ∈ {0, 1} and row weights.
///
/// Free columns that others determine are held at their prior mean. With free columns that tell won from lost without
/// fail the reason is [`super::StopReason::Separated`].
///
/// # Panics
///
/// When lengths do not match: the caller builds all of them.
pub fn map_fit(
    x: ArrayView2<'_, f64>,
    offset: Option<&[f64]>,
    y: &[f64],
    weights: &[f64],
    prior_mean: &[f64],
    prior_sd: &[f64],
) -> MapFit {
    map_fit_from(x, offset, y, weights, prior_mean, prior_sd, prior_mean)
}

/// [`map_fit`] from a start that is near the mode, `(n_columns,)`: the same mode in fewer steps.
///
/// # Panics
///
/// When lengths do not match: the caller builds all of them.
pub fn map_fit_from(
    x: ArrayView2<'_, f64>,
    offset: Option<&[f64]>,
    y: &[f64],
    weights: &[f64],
    prior_mean: &[f64],
    prior_sd: &[f64],
    start: &[f64],
) -> MapFit {
    assert!(x.nrows() == y.len() && y.len() == weights.len(), "outcomes and row weights, one a row");
    assert!(x.ncols() == prior_mean.len() && x.ncols() == prior_sd.len(), "one prior a column");
    assert!(x.ncols() == start.len(), "one start a column");
    assert!(offset.is_none_or(|offset| offset.len() == y.len()), "one offset a row");
    let mut objective = Posterior {
        design: Design { dense: x.to_owned(), blocks: Vec::new() },
        offset: offset.map_or_else(|| vec![0.0; y.len()], <[f64]>::to_vec),
        y,
        weights,
        prior_mean,
        precision: prior_sd.iter().map(|sd| if *sd > 0.0 { sd.powi(-2) } else { 0.0 }).collect(),
        held: prior_sd.iter().map(|sd| *sd <= 0.0).collect(),
    };
    objective.hold_undetermined();
    let mut progress = Progress::new(&objective, start.to_vec());
    let (convergence, factor) = minimise(&objective, &mut progress, MAX_STEPS);
    let mut covariance = InverseFactor::new(&factor).inverse();
    for j in (0..x.ncols()).filter(|&j| objective.held[j]) {
        covariance[[j, j]] = 0.0;
    }
    MapFit { log_posterior: -progress.value(), coefficients: progress.parameters, covariance, convergence }
}

struct Posterior<'a> {
    design: Design,
    offset: Vec<f64>,
    y: &'a [f64],
    weights: &'a [f64],
    prior_mean: &'a [f64],
    precision: Vec<f64>,
    held: Vec<bool>,
}

impl Posterior<'_> {
    fn has_free_columns(&self) -> bool {
        self.precision.iter().zip(&self.held).any(|(precision, held)| *precision == 0.0 && !held)
    }

    fn hold_undetermined(&mut self) {
        if !self.has_free_columns() {
            return;
        }
        let hessian = self.hessian(&vec![0.0; self.y.len()]);
        for column in aliased_columns(hessian.view()) {
            self.held[column] = true;
        }
    }

    fn shifted(&self, eta: &[f64]) -> Vec<f64> {
        eta.iter().zip(&self.offset).map(|(eta, offset)| eta + offset).collect()
    }
}

impl Objective for Posterior<'_> {
    fn total_weight(&self) -> f64 {
        1.0
    }

    fn is_row_used(&self, row: usize) -> bool {
        self.weights[row] > 0.0
    }

    fn can_separate(&self) -> bool {
        self.has_free_columns()
    }

    fn linear_predictor(&self, parameters: &[f64]) -> Vec<f64> {
        self.design.matvec(parameters, 0.0)
    }

    fn value(&self, eta: &[f64], parameters: &[f64]) -> f64 {
        let distances = parameters.iter().zip(self.prior_mean).zip(&self.precision);
        let prior: f64 = distances.map(|((b, mean), precision)| precision * (b - mean) * (b - mean)).sum();
        weighted_loss(self.y, self.weights, &self.shifted(eta)) + 0.5 * prior
    }

    fn gradient(&self, eta: &[f64], parameters: &[f64]) -> Vec<f64> {
        let rows = self.y.iter().zip(self.weights).zip(self.shifted(eta));
        let slopes: Vec<f64> = rows.map(|((&y, w), eta)| w * slope(y, eta)).collect();
        let mut gradient = self.design.transpose_matvec(&slopes);
        for (j, g) in gradient.iter_mut().enumerate() {
            let pull = self.precision[j] * (parameters[j] - self.prior_mean[j]);
            *g = if self.held[j] { 0.0 } else { *g + pull };
        }
        gradient
    }

    fn hessian(&self, eta: &[f64]) -> Array2<f64> {
        let curvatures: Vec<f64> =
            self.weights.iter().zip(self.shifted(eta)).map(|(w, eta)| w * curvature(eta)).collect();
        let n_columns = self.precision.len();
        let mut hessian = self.design.sandwich(&curvatures).slice(s![..n_columns, ..n_columns]).to_owned();
        for (j, precision) in self.precision.iter().enumerate() {
            hessian[[j, j]] += precision;
        }
        pin(&mut hessian, &self.held);
        hessian
    }
}

//! A small dense logistic fit with normal priors: the mode of the posterior, and its curvature.
//!
//! Minimised is Σ wᵢ log(1 + exp(−ỹᵢ ηᵢ)) + ½ Σ_j ((β_j − m_j) / s_j)² with η = X β + offset: a sum, since the priors are
//! meant as they stand. s = ∞ leaves a coefficient free, s = 0 holds it at m. There is no intercept but a column of ones.

use ndarray::{Array2, s};
use std::borrow::Cow;

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

/// Rows that may be fitted under one prior after the other.
#[derive(Debug)]
pub struct MapProblem<'a> {
    design: Design,
    offset: Option<&'a [f64]>,
    y: &'a [f64],
    weights: &'a [f64],
}

impl<'a> MapProblem<'a> {
    /// Rows `x` (`(n_samples, n_columns)`), outcomes `y` ∈ {0, 1} and row weights.
    ///
    /// # Panics
    ///
    /// When lengths do not match: the caller builds all of them.
    pub fn new(x: Array2<f64>, y: &'a [f64], weights: &'a [f64]) -> MapProblem<'a> {
        assert!(x.nrows() == y.len() && y.len() == weights.len(), "outcomes and row weights, one a row");
        MapProblem { design: Design { dense: x, blocks: Vec::new() }, offset: None, y, weights }
    }

    /// The same with an offset a row.
    ///
    /// # Panics
    ///
    /// When lengths do not match.
    pub fn with_offset(self, offset: &'a [f64]) -> MapProblem<'a> {
        assert!(offset.len() == self.y.len(), "one offset a row");
        MapProblem { offset: Some(offset), ..self }
    }

    /// The posterior mode, means and standard deviations of the priors one a column.
    ///
    /// Free columns that others determine are held at their prior mean. With free columns that tell won from lost
    /// without fail the reason is [`super::StopReason::Separated`].
    ///
    /// # Panics
    ///
    /// When lengths do not match.
    pub fn fit(&self, prior_mean: &[f64], prior_sd: &[f64]) -> MapFit {
        self.fit_from(prior_mean, prior_sd, prior_mean)
    }

    /// [`MapProblem::fit`] from a start that is near the mode, `(n_columns,)`: the same mode in fewer steps.
    ///
    /// # Panics
    ///
    /// When lengths do not match.
    pub fn fit_from(&self, prior_mean: &[f64], prior_sd: &[f64], start: &[f64]) -> MapFit {
        let n_columns = self.design.dense.ncols();
        assert!(n_columns == prior_mean.len() && n_columns == prior_sd.len(), "one prior a column");
        assert!(n_columns == start.len(), "one start a column");
        let mut objective = Posterior {
            problem: self,
            prior_mean,
            precision: prior_sd.iter().map(|sd| if *sd > 0.0 { sd.powi(-2) } else { 0.0 }).collect(),
            held: prior_sd.iter().map(|sd| *sd <= 0.0).collect(),
        };
        objective.hold_undetermined();
        let mut progress = Progress::new(&objective, start.to_vec());
        let (convergence, factor) = minimise(&objective, &mut progress, MAX_STEPS);
        let mut covariance = InverseFactor::new(&factor).inverse();
        for j in (0..n_columns).filter(|&j| objective.held[j]) {
            covariance[[j, j]] = 0.0;
        }
        MapFit { log_posterior: -progress.value(), coefficients: progress.parameters, covariance, convergence }
    }

    /// η with the offset.
    fn shifted<'e>(&self, eta: &'e [f64]) -> Cow<'e, [f64]> {
        match self.offset {
            Some(offset) => eta.iter().zip(offset).map(|(eta, offset)| eta + offset).collect(),
            None => Cow::Borrowed(eta),
        }
    }
}

struct Posterior<'a> {
    problem: &'a MapProblem<'a>,
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
        let hessian = self.hessian(&vec![0.0; self.problem.y.len()]);
        for column in aliased_columns(hessian.view()) {
            self.held[column] = true;
        }
    }
}

impl Objective for Posterior<'_> {
    fn has_many_rows(&self) -> bool {
        // Its few columns make a Hessian as cheap as a gradient.
        false
    }

    fn total_weight(&self) -> f64 {
        1.0
    }

    fn is_row_used(&self, row: usize) -> bool {
        self.problem.weights[row] > 0.0
    }

    fn can_separate(&self) -> bool {
        self.has_free_columns()
    }

    fn linear_predictor(&self, parameters: &[f64]) -> Vec<f64> {
        self.problem.design.matvec(parameters, 0.0)
    }

    fn value(&self, eta: &[f64], parameters: &[f64]) -> f64 {
        let distances = parameters.iter().zip(self.prior_mean).zip(&self.precision);
        let prior: f64 = distances.map(|((b, mean), precision)| precision * (b - mean) * (b - mean)).sum();
        weighted_loss(self.problem.y, self.problem.weights, &self.problem.shifted(eta)) + 0.5 * prior
    }

    fn gradient(&self, eta: &[f64], parameters: &[f64]) -> Vec<f64> {
        let eta = self.problem.shifted(eta);
        let rows = self.problem.y.iter().zip(self.problem.weights).zip(eta.iter());
        let slopes: Vec<f64> = rows.map(|((&y, w), &eta)| w * slope(y, eta)).collect();
        let mut gradient = self.problem.design.transpose_matvec(&slopes);
        for (j, g) in gradient.iter_mut().enumerate() {
            let pull = self.precision[j] * (parameters[j] - self.prior_mean[j]);
            *g = if self.held[j] { 0.0 } else { *g + pull };
        }
        gradient
    }

    fn hessian(&self, eta: &[f64]) -> Array2<f64> {
        let eta = self.problem.shifted(eta);
        let curvatures: Vec<f64> =
            self.problem.weights.iter().zip(eta.iter()).map(|(w, &eta)| w * curvature(eta)).collect();
        let n_columns = self.precision.len();
        let mut hessian = self.problem.design.sandwich(&curvatures).slice(s![..n_columns, ..n_columns]).to_owned();
        for (j, precision) in self.precision.iter().enumerate() {
            hessian[[j, j]] += precision;
        }
        pin(&mut hessian, &self.held);
        hessian
    }
}

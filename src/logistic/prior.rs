//! A small dense logistic fit with normal priors: the mode of the posterior, and its curvature.
//!
//! Minimised is Σ wᵢ log(1 + exp(−ỹᵢ ηᵢ)) + ½ Σ_j ((β_j − m_j) / s_j)² with η = X β + offset: a sum, since the priors are
//! meant as they stand. s = ∞ leaves a coefficient free, s = 0 holds it at m. There is no intercept but a column of ones.

use ndarray::{Array2, s};
use rayon::prelude::*;
use std::borrow::Cow;

use super::cholesky::aliased_columns;
use super::inverse_factor::InverseFactor;
use super::loss::{curvatures, slopes};
use super::newton::{Convergence, MAX_STEPS, Objective, Progress, minimise};
use super::objective::{pin, weighted_loss};
use crate::design::Design;

/// From so many rows on the search begins at the mode of some of them: the mode is the same, and found in fewer steps.
const MANY_ROWS: usize = 1 << 18;

/// So many rows are looked at first.
const SAMPLED_ROWS: usize = 1 << 16;

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
    design: Design<'a>,
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
        MapProblem { design: Design { dense: x, lines: Vec::new(), blocks: Vec::new() }, offset: None, y, weights }
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
        let n_rows = self.y.len();
        if n_rows < MANY_ROWS {
            return self.fit_from(prior_mean, prior_sd, prior_mean);
        }
        // The mode of some of the rows is near that of all, and what tells some of them apart tells all of them apart.
        let rows: Vec<usize> = (0..n_rows).step_by(n_rows / SAMPLED_ROWS).collect();
        let pick = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let (y, weights, offset) = (pick(self.y), pick(self.weights), self.offset.map(pick));
        let some = MapProblem { design: self.design.rows(&rows), offset: offset.as_deref(), y: &y, weights: &weights };
        let (first, is_determined) = some.search(prior_mean, prior_sd, prior_mean, false);
        let start = if first.convergence.is_converged() { &first.coefficients } else { prior_mean };
        self.search(prior_mean, prior_sd, start, is_determined).0
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
        self.search(prior_mean, prior_sd, start, false).0
    }

    /// The mode, and whether no column had to be held for want of data; not asked where it is known.
    fn search(&self, prior_mean: &[f64], prior_sd: &[f64], start: &[f64], is_determined: bool) -> (MapFit, bool) {
        let n_columns = prior_mean.len();
        let mut objective = Posterior {
            problem: self,
            prior_mean,
            precision: prior_sd.iter().map(|sd| if *sd > 0.0 { sd.powi(-2) } else { 0.0 }).collect(),
            held: prior_sd.iter().map(|sd| *sd <= 0.0).collect(),
        };
        let n_held = objective.held.iter().filter(|held| **held).count();
        if !is_determined {
            objective.hold_undetermined();
        }
        let is_determined = n_held == objective.held.iter().filter(|held| **held).count();
        let mut progress = Progress::new(&objective, start.to_vec());
        let (convergence, factor) = minimise(&objective, &mut progress, MAX_STEPS);
        let mut covariance = InverseFactor::new(&factor).inverse();
        for j in (0..n_columns).filter(|&j| objective.held[j]) {
            covariance[[j, j]] = 0.0;
        }
        let log_posterior = -progress.value();
        (MapFit { log_posterior, coefficients: progress.parameters, covariance, convergence }, is_determined)
    }

    /// η with the offset.
    fn shifted<'e>(&self, eta: &'e [f64]) -> Cow<'e, [f64]> {
        match self.offset {
            Some(offset) => Cow::Owned(eta.par_iter().zip(offset).map(|(eta, offset)| eta + offset).collect()),
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
        let slopes = slopes(self.problem.y, self.problem.weights, &eta, 1.0);
        let mut gradient = self.problem.design.transpose_matvec(&slopes);
        for (j, g) in gradient.iter_mut().enumerate() {
            let pull = self.precision[j] * (parameters[j] - self.prior_mean[j]);
            *g = if self.held[j] { 0.0 } else { *g + pull };
        }
        gradient
    }

    fn hessian(&self, eta: &[f64]) -> Array2<f64> {
        let eta = self.problem.shifted(eta);
        let curvatures = curvatures(self.problem.weights, &eta, 1.0);
        let n_columns = self.precision.len();
        let mut hessian = self.problem.design.sandwich(&curvatures).slice(s![..n_columns, ..n_columns]).to_owned();
        for (j, precision) in self.precision.iter().enumerate() {
            hessian[[j, j]] += precision;
        }
        pin(&mut hessian, &self.held);
        hessian
    }
}

//! How certain a fit is, from the Hessian H of the penalised mean at the optimum.
//!
//! Covariance = (Σw · H)⁻¹. Effective degrees of freedom of a term: its columns less the share of each that the penalty
//! decides, K − λ tr(H⁻¹\[b, b\] S) − Σ ε_j H⁻¹_jj. Laplace's approximation of the log marginal likelihood, for comparing
//! fits of the same data: −Σw f + ½ log|ΠλS|₊ − ½ log|Σw H| + ½ (free parameters − penalised directions) log 2π, λ on the
//! sum of losses, |·|₊ without the eigenvalues that are zero, and flat priors where there is no penalty.

use ndarray::Array2;

use super::cholesky::Cholesky;
use super::inverse_factor::InverseFactor;
use super::newton::{Convergence, Objective, Progress, factor_hessian};
use super::objective::PenalisedLoss;
use super::{FitError, Fitted, Problem, Term, check};

/// Everything about a fit that its Hessian tells.
pub(super) fn summarise(
    objective: &PenalisedLoss<'_>,
    progress: &Progress,
    factor: &Cholesky,
    convergence: Convergence,
) -> Fitted {
    let inverse = InverseFactor::new(factor);
    let (intercept, coefficients) = progress.parameters.split_last().expect("the intercept is always there");
    let standard_error = |j: usize| (inverse.variance(j) / objective.total_weight).sqrt();
    let of_column = |j: usize| if objective.pinned[j] { 0.0 } else { standard_error(j) };
    Fitted {
        intercept: *intercept,
        coefficients: coefficients.to_vec(),
        intercept_standard_error: standard_error(coefficients.len()),
        standard_errors: (0..coefficients.len()).map(of_column).collect(),
        penalty: objective.penalty,
        lambdas: objective.penalties.iter().map(|term| term.lambda).collect(),
        effective_df: effective_df(objective, &inverse),
        log_marginal: log_marginal(objective, progress.value(), factor),
        convergence,
    }
}

/// A fit near the optimum of which no more is wanted to be known than its coefficients.
pub(super) fn nearly(objective: &PenalisedLoss<'_>, progress: &Progress, factor: &Cholesky) -> Fitted {
    let (intercept, coefficients) = progress.parameters.split_last().expect("the intercept is always there");
    Fitted {
        intercept: *intercept,
        coefficients: coefficients.to_vec(),
        intercept_standard_error: 0.0,
        standard_errors: vec![0.0; coefficients.len()],
        penalty: objective.penalty,
        lambdas: objective.penalties.iter().map(|term| term.lambda).collect(),
        effective_df: vec![0.0; objective.penalties.len()],
        log_marginal: f64::NAN,
        convergence: progress.judged_by(objective, factor),
    }
}

fn effective_df(objective: &PenalisedLoss<'_>, inverse: &InverseFactor) -> Vec<f64> {
    let of_column = |j: usize| match (objective.pinned[j], objective.ridge[j]) {
        (true, _) => 0.0,
        (false, 0.0) => 1.0,
        (false, ridge) => 1.0 - ridge * inverse.variance(j),
    };
    let of_term = |term: &super::TermPenalty| {
        let penalised = if term.lambda > 0.0 { term.lambda * term.trace(inverse) } else { 0.0 };
        term.columns.clone().map(of_column).sum::<f64>() - penalised
    };
    objective.penalties.iter().map(of_term).collect()
}

fn log_marginal(objective: &PenalisedLoss<'_>, value: f64, factor: &Cholesky) -> f64 {
    let n_free = 1 + objective.pinned.iter().filter(|pinned| !**pinned).count();
    let penalised = objective.penalties.iter().filter(|term| term.lambda > 0.0);
    let n_penalised: usize = penalised.map(|term| term.rank()).sum();
    let log_hessian = factor.log_determinant() + n_free as f64 * objective.total_weight.ln();
    let log_two_pi = (n_free as f64 - n_penalised as f64) * std::f64::consts::TAU.ln();
    -objective.total_weight * value + 0.5 * (objective.log_penalty_determinant() - log_hessian + log_two_pi)
}

impl Fitted {
    /// The covariance of the coefficients and, last, the intercept: shape `(n_columns + 1, n_columns + 1)`. Rows and
    /// columns of coefficients left out at λ = 0 are zero. Worked out anew from the data of the fit, since it is too large
    /// to keep with a model.
    ///
    /// # Errors
    ///
    /// When the problem or the terms are not of the fit's shape.
    pub fn covariance(&self, problem: &Problem<'_>, terms: &[Term]) -> Result<Array2<f64>, FitError> {
        check::check(problem, terms, None)?;
        check::expect_length("coefficients", problem.design.n_columns(), self.coefficients.len())?;
        check::expect_length("penalties", terms.len(), self.lambdas.len())?;
        let mut objective = super::penalised(problem, terms, self.penalty, &self.lambdas);
        objective.pinned = self.standard_errors.iter().map(|se| *se == 0.0).collect();
        let eta = problem.design.matvec(&self.coefficients, self.intercept);
        let factor = factor_hessian(|| objective.hessian(&eta)).0;
        let mut covariance = InverseFactor::new(&factor).inverse() / objective.total_weight;
        for j in (0..objective.pinned.len()).filter(|&j| objective.pinned[j]) {
            covariance[[j, j]] = 0.0;
        }
        Ok(covariance)
    }
}

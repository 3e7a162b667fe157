//! The same ridge-penalised fit by linfa-logistic's L-BFGS, for whoever wants a second solver.
//!
//! What linfa-logistic 0.8.1 asks of its caller: its loss is a sum, so its alpha is n λ and its gradient tolerance scales
//! with n; it knows no row weights, so deals are kept with a probability equal to their row weight; its positive class is
//! the more frequent one, so the sign is read off `labels()`; it says `Ok` whether or not it has converged, so the
//! gradient is worked out here and reported.

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

use super::cholesky::Cholesky;
use super::fixed::fixed_objective;
use super::newton::{Convergence, Objective, Progress, StopReason, factor_hessian};
use super::{FitError, Fitted, Problem, Structure, Term, check, inference};
use crate::design::Design;

/// The largest expanded design: 400 MB.
pub const MAX_CELLS: usize = 50_000_000;

/// Largest error of a coefficient that still counts as converged.
const COEFFICIENT_TOLERANCE: f64 = 1e-4;

/// The solver stops when the Euclidean norm of the gradient of the mean loss falls below this share of λ, within the
/// bounds. Along a direction that only the ridge decides, coefficients are off by the gradient over λ.
const GRADIENT_TOLERANCE_OF_LAMBDA: f64 = 0.5 * COEFFICIENT_TOLERANCE;

/// Below the smaller bound lies the rounding of the solver's sums; above the larger one, directions that the data decide
/// weakly are not settled.
const GRADIENT_TOLERANCE_RANGE: (f64, f64) = (1e-9, 1e-7);

/// L-BFGS iterations. Standardised numbers and a few categories take one to three hundred; linfa's default of 100 ends
/// before.
const MAX_ITERATIONS: u64 = 5_000;

/// Fits with one ridge λ (on the mean) for all columns. A row is kept when its `u` ∈ \[0, 1), a hash of its own, lies below
/// its row weight; the kept rows count alike.
///
/// # Errors
///
/// As [`super::fit`]; moreover when the expanded design is too large, a term is no ridge or the solver gives up.
///
/// # Panics
///
/// When `u` has not one value a row.
pub fn fit_lbfgs(problem: &Problem<'_>, terms: &[Term], lambda: f64, u: &[f64]) -> Result<Fitted, FitError> {
    check::check(problem, terms, None)?;
    assert_eq!(u.len(), problem.y.len(), "one hash a row");
    if let Some(term) = terms.iter().position(|term| term.structure != Structure::Ridge) {
        return Err(FitError::RidgeOnly { term });
    }
    let kept: Vec<usize> = (0..u.len()).filter(|&row| u[row] < problem.weights[row]).collect();
    check_size(kept.len(), problem.design.n_columns())?;
    let design = problem.design.rows(&kept);
    let y: Vec<f64> = kept.iter().map(|&row| problem.y[row]).collect();
    let weights = vec![1.0; kept.len()];
    let thinned = Problem { design: &design, y: &y, weights: &weights };
    check::check(&thinned, terms, None)?;
    let objective = fixed_objective(&thinned, terms, lambda)?;
    let used: Vec<usize> = (0..design.n_columns()).filter(|&j| !objective.pinned[j]).collect();
    let (intercept, solution) = solve(&design, &y, lambda, &used)?;
    let mut parameters = vec![0.0; design.n_columns() + 1];
    used.iter().zip(solution).for_each(|(&column, coefficient)| parameters[column] = coefficient);
    parameters[design.n_columns()] = intercept;
    let progress = Progress::new(&objective, parameters);
    let factor = factor_hessian(|| objective.hessian(&progress.eta)).0;
    let convergence = judge(&objective.gradient(&progress.eta, &progress.parameters), &factor);
    Ok(inference::summarise(&objective, &progress, &factor, convergence))
}

/// Runs linfa-logistic on the columns `used`; returns the intercept and their coefficients for the log-odds of y = 1.
fn solve(design: &Design, y: &[f64], lambda: f64, used: &[usize]) -> Result<(f64, Vec<f64>), FitError> {
    let n_samples = y.len() as f64;
    let (smallest, largest) = GRADIENT_TOLERANCE_RANGE;
    let tolerance = (GRADIENT_TOLERANCE_OF_LAMBDA * lambda).clamp(smallest, largest);
    let targets: Array1<bool> = y.iter().map(|y| *y > 0.5).collect();
    let dataset = DatasetBase::new(expand(design, used), targets);
    let model = LogisticRegression::default()
        .alpha(n_samples * lambda)
        .gradient_tolerance(n_samples * tolerance)
        .max_iterations(MAX_ITERATIONS)
        .fit(&dataset)
        .map_err(|error| FitError::Solver { message: error.to_string() })?;
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    Ok((sign * model.intercept(), model.params().iter().map(|b| sign * b).collect()))
}

fn check_size(n_samples: usize, n_columns: usize) -> Result<(), FitError> {
    let cells = n_samples.saturating_mul(n_columns);
    if cells > MAX_CELLS { Err(FitError::TooManyCells { cells, limit: MAX_CELLS }) } else { Ok(()) }
}

/// The columns `used` of the design in full.
fn expand(design: &Design<'_>, used: &[usize]) -> Array2<f64> {
    let (n_samples, n_columns) = (design.n_samples(), design.n_columns());
    let mut full = Array2::zeros((n_samples, n_columns));
    design.write_rows(0..n_samples, full.as_slice_mut().expect("zeros stand row by row"), n_columns.max(1));
    for (block, columns) in design.blocks.iter().zip(design.block_columns()) {
        for (row, code) in block.codes.iter().enumerate().filter(|(_, code)| (*code as usize) < block.n_levels) {
            full[[row, columns.start + code as usize]] = 1.0;
        }
    }
    if used.len() == n_columns { full } else { full.select(ndarray::Axis(1), used) }
}

/// Whether the solver had converged, which it does not tell itself: when a Newton step from here would move no
/// coefficient noticeably.
fn judge(gradient: &[f64], factor: &Cholesky) -> Convergence {
    let largest = |values: &[f64]| values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let is_there = largest(&factor.solve(gradient)) <= COEFFICIENT_TOLERANCE;
    let reason = if is_there { StopReason::GradientSmall } else { StopReason::StepLimit };
    Convergence { reason, steps: 0, gradient_norm: largest(gradient) }
}

//! Fits with one λ for all terms.

use super::cholesky::{Cholesky, aliased_columns};
use super::newton::{
    MAX_STEPS, NEAR_BY_FIXED, Objective, Progress, approach, approach_in, come_near, factor_hessian, minimise,
};
use super::objective::{PenalisedLoss, Problem};
use super::part::Part;
use super::{FitError, Fitted, Penalty, Start, Term, check, inference, parameters, penalised};

/// Steps of all rows by the Hessian of those that were fitted first: further on it is too far away.
const STEPS_BY_SOME: usize = 2;

/// Fits with one λ for all terms. Without `start` the search over many rows begins at the fit of some of them.
pub(super) fn fit(
    problem: &Problem<'_>,
    terms: &[Term],
    lambda: f64,
    start: Option<&Start>,
) -> Result<Fitted, FitError> {
    check::check(problem, terms, start)?;
    let objective = fixed_objective(problem, terms, lambda)?;
    if start.is_some() {
        return Ok(fit_from(&objective, start, None));
    }
    let near = Part::of(problem).and_then(|part| fit_near(&part.problem(), terms, lambda).ok().flatten());
    // What the part leaves undetermined the whole may tell, and the other way round: then its steps are none of the whole's.
    let first = near.as_ref().filter(|near| near.pinned == objective.pinned).map(|near| &near.factor);
    Ok(fit_from(&objective, near.as_ref().map(|near| &near.start), first))
}

/// `first` is the factor of the Hessian of those rows that `start` is the fit of.
fn fit_from(objective: &PenalisedLoss<'_>, start: Option<&Start>, first: Option<&Cholesky>) -> Fitted {
    let mut parameters = parameters(start, objective.ridge.len());
    let pinned = objective.pinned.iter().zip(&mut parameters).filter(|(pinned, _)| **pinned);
    pinned.for_each(|(_, parameter)| *parameter = 0.0);
    let mut progress = Progress::new(objective, parameters);
    if start.is_some() && objective.has_many_rows() {
        if let Some(first) = first {
            approach_in(objective, &mut progress, first, NEAR_BY_FIXED, STEPS_BY_SOME);
        }
        // Of a quarter of the rows, and so nearer to that of all than that of the rows that were fitted first.
        let rough = || objective.with_pins(objective.penalised(objective.rough_data_hessian(&progress.eta)));
        let factor = factor_hessian(rough).0;
        approach(objective, &mut progress, &factor, NEAR_BY_FIXED);
    }
    let (convergence, factor) = minimise(objective, &mut progress, MAX_STEPS);
    inference::summarise(objective, &progress, &factor, convergence)
}

/// A fit that ended near its optimum.
struct Near {
    start: Start,
    /// Of the last Hessian.
    factor: Cholesky,
    /// What stayed zero.
    pinned: Vec<bool>,
}

/// A fit with one λ that goes to within a standard error or so of the optimum, where the fit of more rows begins; `None` where
/// it does not get there.
fn fit_near(problem: &Problem<'_>, terms: &[Term], lambda: f64) -> Result<Option<Near>, FitError> {
    check::check(problem, terms, None)?;
    let objective = fixed_objective(problem, terms, lambda)?;
    let mut parameters = vec![0.0; problem.design.n_columns() + 1];
    let won = problem.y.iter().zip(problem.weights).map(|(y, w)| y * w).sum::<f64>() / objective.total_weight;
    parameters[problem.design.n_columns()] = (won / (1.0 - won)).ln();
    let mut progress = Progress::new(&objective, parameters);
    let factor = come_near(&objective, &mut progress);
    let (&intercept, coefficients) = progress.parameters.split_last().expect("the intercept is always there");
    let start = Start { intercept, coefficients: coefficients.to_vec(), lambdas: vec![lambda; terms.len()] };
    Ok(factor.map(|factor| Near { start, factor, pinned: objective.pinned }))
}

/// The objective of [`Penalty::Fixed`], with what the data leave undetermined pinned.
pub(super) fn fixed_objective<'a>(
    problem: &Problem<'a>,
    terms: &[Term],
    lambda: f64,
) -> Result<PenalisedLoss<'a>, FitError> {
    if !(lambda.is_finite() && lambda >= 0.0) {
        return Err(FitError::Penalty { lambda });
    }
    let mut objective = penalised(problem, terms, Penalty::Fixed(lambda), &vec![lambda; terms.len()]);
    if objective.unpenalised {
        pin_undetermined(&mut objective, lambda);
    }
    Ok(objective)
}

/// Pins what an unpenalised fit cannot tell apart: at λ = 0 the commonest level of each block in which every row has a
/// level, and all columns that others determine.
fn pin_undetermined(objective: &mut PenalisedLoss<'_>, lambda: f64) {
    let Problem { design, weights, .. } = objective.problem;
    if lambda == 0.0 {
        let level_weights = design.transpose_matvec(weights);
        for (block, columns) in design.blocks.iter().zip(design.block_columns()) {
            let has_level = |(code, &w): (u32, &f64)| w == 0.0 || (code as usize) < block.n_levels;
            if !block.codes.iter().zip(weights).all(has_level) {
                continue;
            }
            // The first of equals: `max_by` would take the last.
            let commonest = columns.rev().max_by(|&a, &b| level_weights[a].total_cmp(&level_weights[b]));
            commonest.into_iter().for_each(|column| objective.pinned[column] = true);
        }
    }
    let curvatures: Vec<f64> = weights.iter().map(|w| 0.25 * w / objective.total_weight).collect();
    let hessian = objective.with_pins(objective.hessian_for(&curvatures));
    for column in aliased_columns(hessian.view()) {
        objective.pinned[column] = true;
    }
}

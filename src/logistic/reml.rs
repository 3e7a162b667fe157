//! One penalty a term by approximate REML: the generalised Fellner–Schall update.
//!
//! With V = X'WX + Σ λS on the sum of losses, λ ← (rank S − λ tr(V⁻¹\[b, b\] S)) / (β_b' S β_b): the λ under which the
//! penalty's prior and the coefficients agree in size. A few rounds of it, each with one Newton step, settle both.
//! Wood & Fasiolo (2017), doi:10.1111/biom.12666. The λ here are on the mean, those of the paper Σw times as large.

use ndarray::Array2;
use rayon::prelude::*;

use super::cholesky::Cholesky;
use super::inverse_factor::InverseFactor;
use super::newton::{Convergence, MAX_STEPS, NEAR_BY, Progress, approach, factor_hessian, minimise};
use super::objective::PenalisedLoss;
use crate::watch::Work;

/// λ of every term before the first round, on the sum of losses.
pub(crate) const START_LAMBDA: f64 = 10.0;
/// Ridge of every column but the intercept, on the sum of losses: it decides what the data leave open, such as the
/// level that all levels of a category share with the intercept, and nothing else.
pub(crate) const TINY_RIDGE: f64 = 1e-3;
/// Bounds of λ on the sum of losses: a curve left alone, and a curve as good as flat.
const LAMBDA_RANGE: (f64, f64) = (0.01, 1e5);
/// Largest factor by which a round changes λ.
const LARGEST_CHANGE: f64 = 20.0;
/// Rounds stop when no log λ changes by more.
const SETTLED: f64 = 0.1;
/// Newton steps of the first round, which starts far from the optimum; later rounds take one.
const FIRST_ROUND_STEPS: u32 = 4;
/// Squared length of the step, in standard errors, that may be left when λ are updated: they are known to a factor, not to
/// a digit.
const NEAR_ENOUGH: f64 = 1e-3;
/// Rounds of a fit from scratch.
pub(crate) const ROUNDS: u32 = 5;
/// Rounds of a fit whose λ begin at those of nearly the same rows.
pub(crate) const ROUNDS_FROM_LIKE: u32 = 2;
/// Rounds of a fit that begins where a sample of its rows ended, whose λ are nearly those of all rows.
pub(crate) const ROUNDS_FROM_SAMPLE: u32 = 1;

/// Settles λ and coefficients in at most `rounds` rounds, then takes Newton to convergence at the last λ.
pub(crate) fn fit(
    objective: &mut PenalisedLoss<'_>,
    progress: &mut Progress,
    rounds: u32,
    mut work: Work,
) -> (Convergence, Cholesky) {
    for round in 0..rounds {
        let steps = if round == 0 { FIRST_ROUND_STEPS } else { 1 };
        let (_, factor) = minimise(objective, progress, steps);
        let change = update_lambdas(objective, progress, &InverseFactor::new(&factor));
        progress.refresh(objective);
        work.step(rounds as usize + 1);
        if change < SETTLED {
            break;
        }
    }
    minimise(objective, progress, MAX_STEPS)
}

/// The same with many rows, where a Hessian is worth many gradients: its part from the data is taken once, where the search
/// begins, and serves for all rounds; from far away the search begins by a rough one. `near` is that of some of the rows,
/// where they were fitted; `is_near` says whether the search begins near the optimum, at the fit of some of the rows or of
/// fewer terms. It ends [`NEAR_BY`] the optimum, and [`minimise`] may go on from there; the factor is that of the Hessian it
/// has gone by.
pub(crate) fn fit_many(
    objective: &mut PenalisedLoss<'_>,
    progress: &mut Progress,
    rounds: u32,
    is_near: bool,
    near: Option<Array2<f64>>,
    mut work: Work,
) -> Cholesky {
    let steps = rounds as usize + if is_near { 2 } else { 3 };
    let first = |objective: &PenalisedLoss<'_>, eta: &[f64]| match is_near {
        true => objective.data_hessian(eta),
        false => objective.rough_data_hessian(eta),
    };
    let mut data = near.unwrap_or_else(|| first(objective, &progress.eta));
    let factor =
        |objective: &PenalisedLoss<'_>, data: &Array2<f64>| factor_hessian(|| objective.penalised(copy(data))).0;
    if !is_near {
        approach(objective, progress, &factor(objective, &data), NEAR_ENOUGH);
        data = objective.data_hessian(&progress.eta);
        work.step(steps);
    }
    work.step(steps);
    for _ in 0..rounds {
        let factor = factor(objective, &data);
        approach(objective, progress, &factor, NEAR_ENOUGH);
        let change = update_lambdas(objective, progress, &InverseFactor::new(&factor));
        progress.refresh(objective);
        work.step(steps);
        if change < SETTLED {
            break;
        }
    }
    let last = factor(objective, &data);
    approach(objective, progress, &last, NEAR_BY);
    last
}

/// A copy whose memory several threads touch first: that is what a large one takes its time for.
fn copy(matrix: &Array2<f64>) -> Array2<f64> {
    let cells = matrix.as_slice().expect("Hessians are made row by row");
    let cells: Vec<f64> = cells.par_iter().copied().collect();
    Array2::from_shape_vec(matrix.dim(), cells).expect("as many cells as before")
}

/// One update of every λ; returns the largest change of a log λ.
fn update_lambdas(objective: &mut PenalisedLoss<'_>, progress: &Progress, inverse: &InverseFactor) -> f64 {
    let total_weight = objective.total_weight;
    let mut largest: f64 = 0.0;
    for term in objective.penalties.iter_mut().filter(|term| term.rank() > 0) {
        let old = term.lambda * total_weight;
        let shrunk = term.rank() as f64 - term.lambda * term.trace(inverse);
        let new = shrunk.max(0.0) / term.quadratic_form(&progress.parameters).max(f64::MIN_POSITIVE);
        let new = new.clamp(old / LARGEST_CHANGE, old * LARGEST_CHANGE).clamp(LAMBDA_RANGE.0, LAMBDA_RANGE.1);
        largest = largest.max((new / old).ln().abs());
        term.lambda = new / total_weight;
    }
    largest
}

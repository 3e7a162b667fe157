//! Penalised logistic regression on a split design. It knows arrays, never leads, columns or labels.
//!
//! Minimised is (1/Σw) Σ wᵢ log(1 + exp(−ỹᵢ ηᵢ)) + ½ Σ_g λ_g β_g' S_g β_g with η = X β + β₀ and ỹ ∈ {−1, +1}: a mean,
//! so that λ means the same on a hundred deals as on a million; half of λ, so that it is the precision of a normal prior
//! divided by Σw; the intercept β₀ outside X and never penalised. `loss`, `penalty` and `objective` say what is
//! minimised, `newton` how, `reml` how large the penalties are, `inference` how certain the outcome is.

mod check;
pub(crate) mod cholesky;
mod fixed;
pub mod inference;
mod inverse_factor;
pub mod lbfgs;
pub mod linfa_impl;
mod loss;
mod newton;
mod objective;
pub mod pairs;
mod part;
mod penalty;
pub mod prior;
mod reml;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use check::FitError;
pub use newton::{Convergence, StopReason};
pub use objective::Problem;
pub use penalty::Structure;

use crate::watch::Work;
use ndarray::Array2;
use newton::{MAX_STEPS, Objective, Progress, minimise};
use objective::PenalisedLoss;
use part::Part;
use penalty::TermPenalty;
use reml::{START_LAMBDA, TINY_RIDGE};

/// Columns that share one penalty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Columns of the design.
    pub columns: Range<usize>,
    /// What the penalty draws them to.
    pub structure: Structure,
}

/// How strong the penalties are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Penalty {
    /// One λ for all terms, on the mean. At 0 the commonest level of each block and every column that others determine
    /// keep the coefficient 0, so that the fit is identified.
    Fixed(f64),
    /// One λ a term by approximate REML, see Wood & Fasiolo (2017), doi:10.1111/biom.12666.
    Reml,
}

/// Where a fit begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The intercept.
    pub intercept: f64,
    /// One coefficient a column.
    pub coefficients: Vec<f64>,
    /// One λ a term, on the mean; read by REML only.
    pub lambdas: Vec<f64>,
}

/// A fitted model and how certain it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// The intercept.
    pub intercept: f64,
    /// One coefficient a column; exactly 0 for columns left out at λ = 0.
    pub coefficients: Vec<f64>,
    /// Standard error of the intercept.
    pub intercept_standard_error: f64,
    /// Standard errors of the coefficients; 0 for columns left out at λ = 0.
    pub standard_errors: Vec<f64>,
    /// The penalty that was asked for.
    pub penalty: Penalty,
    /// λ of each term, on the mean.
    pub lambdas: Vec<f64>,
    /// Effective degrees of freedom of each term: between 0 and its number of columns.
    pub effective_df: Vec<f64>,
    /// Laplace's approximation of the log marginal likelihood, see [`inference`].
    pub log_marginal: f64,
    /// How the fit ended.
    pub convergence: Convergence,
}

/// Fits the problem. With `start` the search begins at an earlier fit of the same columns and terms; without one that of
/// many rows begins at the fit of some of them.
///
/// # Errors
///
/// Lengths that do not match, values that are not finite, outcomes other than 0 and 1, overlapping terms, or outcomes
/// all alike. Separated data are no error: see [`StopReason::Separated`].
pub fn fit(
    problem: &Problem<'_>,
    terms: &[Term],
    penalty: Penalty,
    start: Option<&Fitted>,
) -> Result<Fitted, FitError> {
    if let Some(start) = start.map(Start::of) {
        return match penalty {
            Penalty::Reml => fit_reml(problem, terms, Beginning::near(&start), reml::ROUNDS, Ending::Settled.into()),
            Penalty::Fixed(lambda) => fixed::fit(problem, terms, lambda, Some(&start)),
        };
    }
    match penalty {
        Penalty::Reml => fit_by_reml(problem, terms, Ending::Settled.into(), None),
        Penalty::Fixed(lambda) => fixed::fit(problem, terms, lambda, None),
    }
}

/// How far a fit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// To the optimum, with all that its Hessian tells.
    Settled,
    /// Of many rows to within 1e-3 standard errors of the optimum, without a Hessian there: standard errors and degrees of
    /// freedom stay 0, and the log marginal likelihood NaN. Of fewer rows as [`Ending::Settled`].
    Near,
}

/// How far a fit goes, and how far it has come.
pub struct Effort {
    /// How far it goes.
    pub ending: Ending,
    /// The work, as its watcher is told.
    pub work: Work,
}

impl From<Ending> for Effort {
    /// Nobody watches.
    fn from(ending: Ending) -> Effort {
        Effort { ending, work: Work::default() }
    }
}

impl Effort {
    /// That of a fit that only serves to begin another, at so large a share of the cost, and that of the other.
    pub(crate) fn after_near(self, share: f64) -> (Effort, Effort) {
        let [near, rest] = self.work.split([share, 1.0 - share]);
        (Effort { ending: Ending::Near, work: near }, Effort { ending: self.ending, work: rest })
    }
}

/// As [`fit`] by REML from scratch, with a choice of how far. `like` is the fit of nearly the same rows: of many rows the
/// search begins there, and that for λ is short.
///
/// # Errors
///
/// As [`fit`].
pub fn fit_by_reml(
    problem: &Problem<'_>,
    terms: &[Term],
    effort: Effort,
    like: Option<&Start>,
) -> Result<Fitted, FitError> {
    let (sampled, effort) = sampled(problem, terms, effort, |some, _, near| fit_by_reml(some, terms, near, None));
    if sampled.is_some() {
        return fit_reml(problem, terms, Beginning::of(sampled.as_ref()), reml::ROUNDS_FROM_SAMPLE, effort);
    }
    match like.filter(|_| problem.y.len() >= objective::MANY_ROWS) {
        Some(like) => fit_reml(problem, terms, Beginning::near(like), reml::ROUNDS_FROM_LIKE, effort),
        None => fit_reml(problem, terms, Beginning::default(), reml::ROUNDS, effort),
    }
}

/// Goes on from a fit that ended [`Ending::Near`]: the λ stay.
///
/// # Errors
///
/// As [`fit`].
pub fn settle(problem: &Problem<'_>, terms: &[Term], near: &Fitted) -> Result<Fitted, FitError> {
    let start = Start::of(near);
    check::check(problem, terms, Some(&start))?;
    check::check_lambdas(&start.lambdas)?;
    let objective = penalised(problem, terms, Penalty::Reml, &start.lambdas);
    if !objective.has_many_rows() {
        return Ok(near.clone());
    }
    let mut progress = Progress::new(&objective, parameters(Some(&start), problem.design.n_columns()));
    let (convergence, factor) = minimise(&objective, &mut progress, MAX_STEPS);
    Ok(inference::summarise(&objective, &progress, &factor, convergence))
}

/// What the fit of some of many rows takes of the time that all take together.
const SHARE_OF_SOME: f64 = 0.35;

/// What it takes of the time of a settled fit of many rows to come near the optimum.
const SHARE_OF_NEAR: f64 = 0.5;

/// The fit of some of the rows.
struct Sampled {
    start: Start,
    /// The Hessian's part from the data at their optimum.
    data: Array2<f64>,
}

/// Where a search begins, and what is known there.
#[derive(Clone, Copy, Default)]
struct Beginning<'a> {
    start: Option<&'a Start>,
    /// The Hessian's part from the data.
    data: Option<&'a Array2<f64>>,
}

impl Beginning<'_> {
    fn of(sampled: Option<&Sampled>) -> Beginning<'_> {
        let (start, data) = (sampled.map(|sampled| &sampled.start), sampled.map(|sampled| &sampled.data));
        Beginning { start, data }
    }

    fn near(start: &Start) -> Beginning<'_> {
        Beginning { start: Some(start), data: None }
    }
}

/// The fit of some of many rows, and the effort left for all; `None` for fewer, and where they do not settle. `fit_some` fits
/// those, whose share of the row weights it is told.
fn sampled(
    problem: &Problem<'_>,
    terms: &[Term],
    effort: Effort,
    fit_some: impl FnOnce(&Problem<'_>, f64, Effort) -> Result<Fitted, FitError>,
) -> (Option<Sampled>, Effort) {
    let Some(part) = Part::of(problem) else { return (None, effort) };
    let (near, effort) = effort.after_near(SHARE_OF_SOME);
    let fitted = fit_some(&part.problem(), part.share, near).ok().filter(|fitted| fitted.convergence.is_converged());
    (fitted.map(|fitted| Sampled::of(&part, terms, &fitted)), effort)
}

impl Sampled {
    fn of(part: &Part, terms: &[Term], fitted: &Fitted) -> Sampled {
        let objective = penalised(&part.problem(), terms, fitted.penalty, &fitted.lambdas);
        let data = objective.data_hessian(&part.design.matvec(&fitted.coefficients, fitted.intercept));
        let mut start = Start::of(fitted);
        // λ are on the mean; on the sum of losses those of a part are those of the whole.
        start.lambdas.iter_mut().for_each(|lambda| *lambda *= part.share);
        Sampled { start, data }
    }
}

impl Start {
    fn of(fitted: &Fitted) -> Start {
        Start {
            intercept: fitted.intercept,
            coefficients: fitted.coefficients.clone(),
            lambdas: fitted.lambdas.clone(),
        }
    }
}

/// Fits by REML from the given coefficients and λ, in at most `rounds` rounds: the second stage, after terms were added. With
/// many rows, some of them take those rounds.
///
/// # Errors
///
/// As [`fit`].
pub fn refit(
    problem: &Problem<'_>,
    terms: &[Term],
    start: &Start,
    rounds: u32,
    effort: Effort,
) -> Result<Fitted, FitError> {
    let (sampled, effort) = sampled(problem, terms, effort, |some, share, near| {
        let lambdas = start.lambdas.iter().map(|lambda| lambda / share).collect();
        let start = Start { lambdas, ..start.clone() };
        fit_reml(some, terms, Beginning::near(&start), rounds, near)
    });
    match &sampled {
        Some(_) => fit_reml(problem, terms, Beginning::of(sampled.as_ref()), reml::ROUNDS_FROM_SAMPLE, effort),
        None => fit_reml(problem, terms, Beginning::near(start), rounds, effort),
    }
}

fn fit_reml(
    problem: &Problem<'_>,
    terms: &[Term],
    beginning: Beginning<'_>,
    rounds: u32,
    effort: Effort,
) -> Result<Fitted, FitError> {
    let Beginning { start, data } = beginning;
    check::check(problem, terms, start)?;
    check::check_lambdas(start.map_or(&[], |start| &start.lambdas))?;
    let total_weight = objective::sum_in_order(problem.weights);
    let lambdas = start.map_or_else(|| vec![START_LAMBDA / total_weight; terms.len()], |start| start.lambdas.clone());
    let mut objective = penalised(problem, terms, Penalty::Reml, &lambdas);
    let mut progress = Progress::new(&objective, parameters(start, problem.design.n_columns()));
    let (convergence, factor) = if !objective.has_many_rows() {
        reml::fit(&mut objective, &mut progress, rounds, effort.work)
    } else if effort.ending == Ending::Near {
        let factor = reml::fit_many(&mut objective, &mut progress, rounds, start.is_some(), data.cloned(), effort.work);
        return Ok(inference::nearly(&objective, &progress, &factor));
    } else {
        let (near, _settling) = effort.after_near(SHARE_OF_NEAR);
        drop(reml::fit_many(&mut objective, &mut progress, rounds, start.is_some(), data.cloned(), near.work));
        minimise(&objective, &mut progress, MAX_STEPS)
    };
    Ok(inference::summarise(&objective, &progress, &factor, convergence))
}

/// The objective at the given λ, nothing pinned.
fn penalised<'a>(problem: &Problem<'a>, terms: &[Term], penalty: Penalty, lambdas: &[f64]) -> PenalisedLoss<'a> {
    let total_weight = objective::sum_in_order(problem.weights);
    let ridge = tiny_ridge(problem.design.n_columns(), terms, penalty, total_weight);
    let mut is_free: Vec<bool> = ridge.iter().map(|ridge| *ridge == 0.0).collect();
    let mut penalties = Vec::with_capacity(terms.len());
    for (Term { columns, structure }, &lambda) in terms.iter().zip(lambdas) {
        if lambda > 0.0 {
            is_free[columns.clone()].fill(false);
        }
        penalties.push(TermPenalty { columns: columns.clone(), structure: structure.clone(), lambda });
    }
    let pinned = vec![false; ridge.len()];
    let unpenalised = is_free.contains(&true);
    PenalisedLoss { problem: *problem, total_weight, penalties, ridge, pinned, unpenalised, penalty }
}

/// The tiny ridge of each column on the mean: of all with REML, and with a fixed λ of curves, whose level first
/// differences leave open.
fn tiny_ridge(n_columns: usize, terms: &[Term], penalty: Penalty, total_weight: f64) -> Vec<f64> {
    let tiny = TINY_RIDGE / total_weight;
    match penalty {
        Penalty::Reml => vec![tiny; n_columns],
        Penalty::Fixed(lambda) => {
            let mut ridge = vec![0.0; n_columns];
            let is_curve = |term: &&Term| lambda > 0.0 && matches!(term.structure, Structure::Difference { .. });
            terms.iter().filter(is_curve).for_each(|term| ridge[term.columns.clone()].fill(tiny));
            ridge
        }
    }
}

fn parameters(start: Option<&Start>, n_columns: usize) -> Vec<f64> {
    match start {
        Some(start) => start.coefficients.iter().copied().chain([start.intercept]).collect(),
        None => vec![0.0; n_columns + 1],
    }
}

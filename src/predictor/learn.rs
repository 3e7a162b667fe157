//! Learning a predictor from training rows: shapes of the terms, penalties, coefficients.

use super::assemble::{Assembly, assemble, repeats};
use super::like::{Lambdas, Like};
use super::pairs::{FittedPair, add_pairs, find_pairs};
use super::spread::{Added, means_and_spreads};
use super::{FittedTerm, Predictor};
use crate::features::{Attribute, Fate, PlanLine, Term, TermSettings};
use crate::logistic::{self, Effort, Ending, FitError, Fitted, Penalty, Problem, Start};
use crate::text::counted;
use crate::watch::{Steps, Work};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Which program minimises the penalised loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Solver {
    /// Newton's method on the split design.
    Newton,
    /// linfa-logistic's L-BFGS on the expanded design.
    Lbfgs,
}

/// How a predictor is learned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LearnSettings {
    /// Shapes of the terms.
    pub terms: TermSettings,
    /// λ on the mean loss, or `None`: one a term by approximate REML.
    pub penalty: Option<f64>,
    /// The solver.
    pub solver: Solver,
    /// Most interactions; they need the penalties found by REML.
    pub interactions: usize,
}

/// What it takes to choose the terms' shapes, to lay out their columns and to fit them, in proportion.
const CHOOSING_ASSEMBLING_FITTING: [f64; 3] = [0.1, 0.05, 0.85];

/// What the fit without interactions takes of the time that it takes to find and fit them too.
const SHARE_WITHOUT_PAIRS: f64 = 0.5;

/// A predictor and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The model.
    pub predictor: Predictor,
    /// What became of each source.
    pub plan: Vec<PlanLine>,
    /// The fit as the solver left it, without the columns of the interactions: why it stopped, how certain it is.
    pub additive: Fitted,
    /// The λ that it found.
    pub lambdas: Lambdas,
}

/// The training rows as the solver needs them.
#[derive(Debug, Clone, Copy)]
pub struct Lessons<'a> {
    /// Candidate sources with their values.
    pub attributes: &'a [Attribute],
    /// `(n_deals,)` 1 for won.
    pub y: &'a [f64],
    /// `(n_deals,)` row weights.
    pub weights: &'a [f64],
    /// `(n_deals,)` a number in [0, 1) a deal, for a solver that must draw deals instead of weighing them.
    pub draw: &'a [f64],
}

/// Learns from the deals `rows`.
///
/// # Errors
/// What the solver could not do: separable deals without a penalty, a design too large for L-BFGS.
pub fn learn(lessons: Lessons<'_>, rows: &[usize], settings: &LearnSettings) -> Result<Learned, FitError> {
    learn_until(lessons, rows, settings, Ending::Settled.into(), None)
}

/// As [`learn`]; for a model that is not kept `effort` may leave unknown how certain it is, and of many deals the search may
/// begin where that of nearly the same deals ended.
///
/// # Errors
/// As [`learn`].
pub fn learn_until(
    lessons: Lessons<'_>,
    rows: &[usize],
    settings: &LearnSettings,
    effort: Effort,
    like: Option<Like<'_>>,
) -> Result<Learned, FitError> {
    let Effort { ending, work } = effort;
    let [choosing, assembling, fitting] = work.split(CHOOSING_ASSEMBLING_FITTING);
    let (terms, attributes, plan) = choose_terms(lessons.attributes, rows, settings.terms, choosing);
    let assembly = assemble(&terms, &attributes, rows);
    drop(assembling);
    let pick = |values: &[f64]| rows.iter().map(|&r| values[r]).collect::<Vec<f64>>();
    let (y, weights) = (pick(lessons.y), pick(lessons.weights));
    let problem = Problem { design: &assembly.design, y: &y, weights: &weights };
    let (fitted, pairs) = match (settings.solver, settings.penalty) {
        (Solver::Newton, None) => {
            let total = weights.iter().sum();
            let start = like.and_then(|like| like.start(&terms, &attributes, &assembly, total));
            let effort = Effort { ending, work: fitting };
            fit_by_reml(&terms, &assembly, &problem, settings.interactions, effort, start.as_ref())?
        }
        (Solver::Newton, Some(lambda)) => {
            (logistic::fit(&problem, &assembly.penalties, Penalty::Fixed(lambda), None)?, Vec::new())
        }
        (Solver::Lbfgs, lambda) => {
            let (lambda, draw) = (lambda.unwrap_or(0.0), pick(lessons.draw));
            (logistic::lbfgs::fit_lbfgs(&problem, &assembly.penalties, lambda, &draw)?, Vec::new())
        }
    };
    let lambdas = Lambdas::of(&terms, &attributes, &fitted.lambdas, weights.iter().sum());
    let mut predictor = additive(terms, &assembly, &fitted, &weights);
    predictor.average += pairs.iter().map(|pair| pair.mean).sum::<f64>();
    predictor.pairs = pairs;
    Ok(Learned { predictor, plan, additive: without_pairs(fitted, &assembly), lambdas })
}

/// The fit by REML, with interactions where the deals bear out any.
fn fit_by_reml(
    terms: &[Term],
    assembly: &Assembly<'_>,
    problem: &Problem<'_>,
    interactions: usize,
    effort: Effort,
    like: Option<&Start>,
) -> Result<(Fitted, Vec<FittedPair>), FitError> {
    if interactions == 0 {
        return Ok((logistic::fit_by_reml(problem, &assembly.penalties, effort, like)?, Vec::new()));
    }
    let (without, effort) = effort.after_near(SHARE_WITHOUT_PAIRS);
    let near = logistic::fit_by_reml(problem, &assembly.penalties, without, like)?;
    match find_pairs(terms, assembly, problem, &near, interactions) {
        Some(found) => add_pairs(&found, assembly, problem, &near, effort).map(|paired| (paired.fitted, paired.pairs)),
        None if effort.ending == Ending::Near => Ok((near, Vec::new())),
        None => Ok((logistic::settle(problem, &assembly.penalties, &near)?, Vec::new())),
    }
}

/// The part of a fit that belongs to the additive terms, which stand first.
fn without_pairs(mut fitted: Fitted, assembly: &Assembly<'_>) -> Fitted {
    let (n_columns, n_terms) = (assembly.design.n_columns(), assembly.penalties.len());
    fitted.coefficients.truncate(n_columns);
    fitted.standard_errors.truncate(n_columns);
    fitted.lambdas.truncate(n_terms);
    fitted.effective_df.truncate(n_terms);
    fitted
}

/// The sources that can be terms on these rows, with their attributes, and a plan line for every source.
fn choose_terms<'a>(
    attributes: &'a [Attribute],
    rows: &[usize],
    settings: TermSettings,
    work: Work,
) -> (Vec<Term>, Vec<&'a Attribute>, Vec<PlanLine>) {
    let mut lines = Vec::new();
    let mut candidates: Vec<(Term, &Attribute, usize)> = Vec::new();
    let steps = Steps::of(work, attributes.len());
    let learn = |a: &Attribute| {
        let learned = Term::learn(&a.source, &a.values, rows, settings);
        steps.step();
        learned
    };
    let learned: Vec<_> = attributes.par_iter().with_max_len(1).map(learn).collect();
    for (attribute, learned) in attributes.iter().zip(learned) {
        let name = attribute.source.to_string();
        match learned {
            Ok(term) => {
                candidates.push((term, attribute, lines.len()));
                lines.push(PlanLine { name, fate: Fate::Used(String::new()) });
            }
            Err(why) => lines.push(PlanLine { name, fate: Fate::LeftOut(why) }),
        }
    }
    let terms: Vec<Term> = candidates.iter().map(|c| c.0.clone()).collect();
    let read: Vec<&Attribute> = candidates.iter().map(|c| c.1).collect();
    let earlier = repeats(&terms, &read, rows);
    let (mut kept_terms, mut kept_attributes) = (Vec::new(), Vec::new());
    for (i, (term, attribute, line)) in candidates.iter().enumerate() {
        lines[*line].fate = match earlier[i] {
            Some(same) => Fate::LeftOut(format!("splits the deals exactly as `{}` does", terms[same].source)),
            None => Fate::Used(describe(term)),
        };
        if earlier[i].is_none() {
            kept_terms.push(term.clone());
            kept_attributes.push(*attribute);
        }
    }
    (kept_terms, kept_attributes, lines)
}

/// What a term is, for the column plan.
fn describe(term: &Term) -> String {
    use crate::features::Shape;
    match &term.shape {
        Shape::Line { .. } => "number, straight line".to_string(),
        Shape::Curve { edges, line, .. } => {
            let under = if line.is_some() { " on a straight line" } else { "" };
            format!("number, curve of {} steps{under}", edges.len() + 1)
        }
        Shape::Levels { levels, other, .. } => {
            format!("category, {}{}", counted(levels.len(), "level"), if *other { " and (other)" } else { "" })
        }
    }
}

/// The additive part of the predictor from the solver's coefficients.
fn additive(terms: Vec<Term>, assembly: &Assembly<'_>, fitted: &Fitted, weights: &[f64]) -> Predictor {
    let error_of = |i: usize| fitted.standard_errors[i];
    let mut blocks = assembly.design.blocks.iter();
    let added: Vec<Added<'_>> = assembly
        .places
        .iter()
        .zip(&terms)
        .map(|(place, term)| Added {
            is_standard: term.is_standard(),
            line: place.dense.map(|d| (d, fitted.coefficients[d])),
            levels: (!place.levels.is_empty()).then(|| {
                (blocks.next().expect("one block a term with levels"), &fitted.coefficients[place.levels.clone()])
            }),
        })
        .collect();
    let moments = means_and_spreads(&added, &assembly.design, weights);
    let mut average = fitted.intercept;
    let mut out = Vec::with_capacity(terms.len());
    for ((term, place), (mean, spread)) in terms.into_iter().zip(&assembly.places).zip(moments) {
        average += mean;
        out.push(FittedTerm {
            slope: place.dense.map_or(0.0, |d| fitted.coefficients[d]),
            slope_error: place.dense.map_or(0.0, error_of),
            effect_errors: place.levels.clone().map(error_of).collect(),
            effects: fitted.coefficients[place.levels.clone()].to_vec(),
            mean,
            spread,
            lambda: fitted.lambdas[place.penalty],
            effective_df: fitted.effective_df[place.penalty],
            term,
        });
    }
    Predictor { average, terms: out, pairs: Vec::new() }
}

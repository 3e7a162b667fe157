//! Learning a predictor from training rows: shapes of the terms, penalties, coefficients.

use super::assemble::{Assembly, assemble, repeats};
use super::pairs::add_pairs;
use super::{FittedTerm, Predictor};
use crate::design::{CodeBlock, NO_LEVEL};
use crate::features::{Attribute, Fate, PlanLine, Term, TermSettings};
use crate::logistic::{self, FitError, Fitted, Penalty, Problem};
use ndarray::Array2;
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

/// A predictor and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The model.
    pub predictor: Predictor,
    /// What became of each source.
    pub plan: Vec<PlanLine>,
    /// The fit as the solver left it, without the columns of the interactions: why it stopped, how certain it is.
    pub additive: Fitted,
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
    let (terms, attributes, plan) = choose_terms(lessons.attributes, rows, settings.terms);
    let assembly = assemble(&terms, &attributes, rows);
    let pick = |values: &[f64]| rows.iter().map(|&r| values[r]).collect::<Vec<f64>>();
    let (y, weights) = (pick(lessons.y), pick(lessons.weights));
    let problem = Problem { design: &assembly.design, y: &y, weights: &weights };
    let fitted = match settings.solver {
        Solver::Newton => {
            let penalty = settings.penalty.map_or(Penalty::Reml, Penalty::Fixed);
            logistic::fit(&problem, &assembly.penalties, penalty, None)?
        }
        Solver::Lbfgs => {
            let lambda = settings.penalty.unwrap_or(0.0);
            logistic::lbfgs::fit_lbfgs(&problem, &assembly.penalties, lambda, &pick(lessons.draw))?
        }
    };
    let paired = match settings.interactions {
        0 => None,
        _ if settings.penalty.is_some() => None,
        limit => add_pairs(&terms, &assembly, &problem, &fitted, limit)?,
    };
    let (fitted, pairs) = match paired {
        Some(paired) => (paired.fitted, paired.pairs),
        None => (fitted, Vec::new()),
    };
    let mut predictor = additive(terms, &assembly, &fitted, &weights);
    predictor.average += pairs.iter().map(|pair| pair.mean).sum::<f64>();
    predictor.pairs = pairs;
    Ok(Learned { predictor, plan, additive: without_pairs(fitted, &assembly) })
}

/// The part of a fit that belongs to the additive terms, which stand first.
fn without_pairs(mut fitted: Fitted, assembly: &Assembly) -> Fitted {
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
) -> (Vec<Term>, Vec<&'a Attribute>, Vec<PlanLine>) {
    let mut lines = Vec::new();
    let mut candidates: Vec<(Term, &Attribute, usize)> = Vec::new();
    let learned: Vec<_> = attributes.par_iter().map(|a| Term::learn(&a.source, &a.values, rows, settings)).collect();
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
            format!("category, {} levels{}", levels.len(), if *other { " and (other)" } else { "" })
        }
    }
}

/// What one term adds to the log-odds of the training rows.
struct Added<'a> {
    /// Column of the dense block and slope of the line.
    line: Option<(usize, f64)>,
    /// The levels and their effects.
    levels: Option<(&'a CodeBlock, &'a [f64])>,
}

impl Added<'_> {
    fn at(&self, numbers: &[f64], row: usize) -> f64 {
        let line = self.line.map_or(0.0, |(column, slope)| slope * numbers[column]);
        let level = |(block, effects): (&CodeBlock, &[f64])| match block.codes[row] {
            NO_LEVEL => 0.0,
            code => effects[code as usize],
        };
        line + self.levels.map_or(0.0, level)
    }
}

/// Row-weighted mean and standard deviation of what each term adds. The rows are taken some at a time, term after term: the
/// numbers of a row lie side by side, and column by column each would be fetched once a term.
fn means_and_spreads(added: &[Added<'_>], dense: &Array2<f64>, weights: &[f64]) -> Vec<(f64, f64)> {
    let width = dense.ncols();
    let dense = dense.as_standard_layout();
    let dense = dense.as_slice().expect("the layout was just made standard");
    let total: f64 = weights.iter().sum();
    let means: Vec<f64> = weighted_sums(added, dense, width, weights, |_, value| value);
    let means: Vec<f64> = means.into_iter().map(|sum| sum / total).collect();
    let square = |term: usize, value: f64| (value - means[term]) * (value - means[term]);
    let squares = weighted_sums(added, dense, width, weights, square);
    means.iter().zip(squares).map(|(mean, squares)| (*mean, (squares / total).sqrt())).collect()
}

/// Row-weighted sum of a function of what each term adds; `dense` has rows of `width` numbers.
fn weighted_sums(
    added: &[Added<'_>],
    dense: &[f64],
    width: usize,
    weights: &[f64],
    of: impl Fn(usize, f64) -> f64 + Sync,
) -> Vec<f64> {
    let mut sums = vec![0.0; added.len()];
    for first in (0..weights.len()).step_by(ROWS_AT_A_TIME) {
        let rows = first..(first + ROWS_AT_A_TIME).min(weights.len());
        sums.par_iter_mut().zip(added).enumerate().for_each(|(term, (sum, added))| {
            for row in rows.clone() {
                *sum += weights[row] * of(term, added.at(&dense[row * width..], row));
            }
        });
    }
    sums
}

/// Rows whose numbers stay at hand from term to term.
const ROWS_AT_A_TIME: usize = 1 << 12;

/// The additive part of the predictor from the solver's coefficients.
fn additive(terms: Vec<Term>, assembly: &Assembly, fitted: &Fitted, weights: &[f64]) -> Predictor {
    let error_of = |i: usize| fitted.standard_errors[i];
    let mut blocks = assembly.design.blocks.iter();
    let added: Vec<Added<'_>> = assembly
        .places
        .iter()
        .map(|place| Added {
            line: place.dense.map(|d| (d, fitted.coefficients[d])),
            levels: (!place.levels.is_empty()).then(|| {
                (blocks.next().expect("one block a term with levels"), &fitted.coefficients[place.levels.clone()])
            }),
        })
        .collect();
    let moments = means_and_spreads(&added, &assembly.design.dense, weights);
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

//! Interactions: what a pair of terms adds beyond the two.
//!
//! Pairs are found by a screen on the additive fit, fitted as cells of coarser levels, and their margins moved into the
//! main effects, so that a contribution of a pair is what neither term says alone.

use super::FittedTerm;
use super::assemble::Assembly;
use crate::design::{Codes, Design, NO_LEVEL};
use crate::features::bins::coarsen;
use crate::features::{Shape, Term};
use crate::logistic::pairs::{
    self, Axis, MainEffect, PairScore, PairTable, all_pairs, center_pairs, keep, refit_with_pairs, screen,
    working_residuals,
};
use crate::logistic::{Effort, FitError, Fitted, Problem};
use serde::{Deserialize, Serialize};

/// Most levels of one side of a pair, missing aside: finer cells hold too few deals.
const AXIS_LEVELS: usize = 16;

/// A pair of terms and the effects of its cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedPair {
    /// Index of the first term.
    pub first: usize,
    /// Index of the second term.
    pub second: usize,
    /// The first term's level → the pair's coarser level.
    pub first_axis: Vec<u32>,
    /// The second term's level → the pair's coarser level.
    pub second_axis: Vec<u32>,
    /// Effects in log-odds.
    pub table: PairTable,
    /// Row-weighted mean over the training deals.
    pub mean: f64,
    /// What the screen found the pair worth: its gain in log marginal likelihood.
    pub screen_score: f64,
    /// λ on the mean loss.
    pub lambda: f64,
}

impl FittedPair {
    /// `first × second`.
    pub fn name(&self, terms: &[FittedTerm]) -> String {
        format!("{} × {}", terms[self.first].term.source, terms[self.second].term.source)
    }

    /// The contributions of leads with these levels of the two terms.
    pub fn contributions(&self, first: &[u32], second: &[u32]) -> Vec<f64> {
        first.iter().zip(second).map(|(&a, &b)| self.effect(a, b) - self.mean).collect()
    }

    fn effect(&self, first: u32, second: u32) -> f64 {
        self.table.value(on_axis(&self.first_axis, first), on_axis(&self.second_axis, second))
    }
}

fn on_axis(axis: &[u32], level: u32) -> u32 {
    axis.get(level as usize).copied().unwrap_or(NO_LEVEL)
}

/// A fit with pairs whose margins have been moved into the main effects.
pub(super) struct Paired {
    pub(super) fitted: Fitted,
    pub(super) pairs: Vec<FittedPair>,
}

/// One side that a pair can have: a term with levels, made coarser.
struct Side {
    term: usize,
    block: usize,
    codes: Codes,
    of_level: Vec<u32>,
    n_levels: usize,
    ordered_levels: usize,
}

impl Side {
    fn axis(&self) -> Axis<'_> {
        Axis { codes: &self.codes, n_levels: self.n_levels, ordered_levels: self.ordered_levels }
    }
}

/// Pairs that the deals bear out, among the sides that there are.
pub(super) struct Found {
    sides: Vec<Side>,
    kept: Vec<PairScore>,
}

/// Finds the pairs that the deals bear out beyond an additive fit, at most `limit`; `None` when there are none.
pub(super) fn find_pairs(
    terms: &[Term],
    assembly: &Assembly<'_>,
    problem: &Problem<'_>,
    additive: &Fitted,
    limit: usize,
) -> Option<Found> {
    let sides = sides(terms, &assembly.design);
    let axes: Vec<Axis<'_>> = sides.iter().map(Side::axis).collect();
    let (residuals, hessian_weights) = working_residuals(problem, additive);
    let kept = keep(&screen(&axes, &residuals, &hessian_weights, &all_pairs(axes.len())), limit);
    (!kept.is_empty()).then_some(Found { sides, kept })
}

/// Adds the pairs found to an additive fit.
pub(super) fn add_pairs(
    found: &Found,
    assembly: &Assembly<'_>,
    problem: &Problem<'_>,
    additive: &Fitted,
    effort: Effort,
) -> Result<Paired, FitError> {
    let Found { sides, kept } = found;
    let axes: Vec<Axis<'_>> = sides.iter().map(Side::axis).collect();
    let with_pairs = refit_with_pairs(problem, &assembly.penalties, additive, &axes, kept, effort)?;
    let n_additive = assembly.penalties.len();
    let mut fitted = with_pairs.fitted;
    let to_center: Vec<pairs::FittedPair<'_>> = kept
        .iter()
        .enumerate()
        .map(|(i, pair)| pairs::FittedPair {
            cells: &with_pairs.cells[i],
            columns: with_pairs.terms[n_additive + i].columns.clone(),
            axes: [axes[pair.a], axes[pair.b]],
            main_effects: [pair.a, pair.b].map(|side| {
                let side = &sides[side];
                let columns = assembly.places[side.term].levels.clone();
                Some(MainEffect { columns, axis_levels: &side.of_level })
            }),
        })
        .collect();
    let tables = center_pairs(&mut fitted.coefficients, &mut fitted.intercept, &to_center, problem.weights);
    let total: f64 = problem.weights.iter().sum();
    let pairs = kept
        .iter()
        .zip(tables)
        .enumerate()
        .map(|(i, (pair, table))| {
            let lambda = fitted.lambdas[n_additive + i];
            fitted_pair(pair, [&sides[pair.a], &sides[pair.b]], table, lambda, assembly, problem.weights, total)
        })
        .collect();
    Ok(Paired { fitted, pairs })
}

fn fitted_pair(
    score: &PairScore,
    sides: [&Side; 2],
    table: PairTable,
    lambda: f64,
    assembly: &Assembly<'_>,
    weights: &[f64],
    total: f64,
) -> FittedPair {
    let mut pair = FittedPair {
        first: sides[0].term,
        second: sides[1].term,
        first_axis: sides[0].of_level.clone(),
        second_axis: sides[1].of_level.clone(),
        table,
        mean: 0.0,
        screen_score: score.score,
        lambda,
    };
    let codes = sides.map(|side| &assembly.design.blocks[side.block].codes);
    let effects = codes[0].iter().zip(codes[1].iter()).map(|(first, second)| pair.effect(first, second));
    pair.mean = effects.zip(weights).map(|(effect, w)| effect * w).sum::<f64>() / total;
    pair
}

/// The terms that can be a side of a pair: those whose effect is one of levels.
fn sides(terms: &[Term], design: &Design<'_>) -> Vec<Side> {
    let mut block = 0;
    let mut sides = Vec::new();
    for (index, term) in terms.iter().enumerate() {
        let own = block;
        block += usize::from(term.n_levels() > 0);
        let codes = match term.shape {
            Shape::Line { .. } => continue,
            _ => &design.blocks[own].codes,
        };
        let (of_level, n_levels, ordered_levels) = coarse_levels(term, codes);
        let coarse = codes.iter().map(|code| on_axis(&of_level, code)).collect();
        sides.push(Side { term: index, block: own, codes: coarse, of_level, n_levels, ordered_levels });
    }
    sides
}

/// For each level of a term its level on the axis; how many those are, and how many of them lie along a line.
fn coarse_levels(term: &Term, codes: &Codes) -> (Vec<u32>, usize, usize) {
    match &term.shape {
        Shape::Curve { edges, missing, .. } => {
            let n_bins = edges.len() + 1;
            let mut rows = vec![0usize; n_bins];
            codes.iter().filter(|c| (*c as usize) < n_bins).for_each(|c| rows[c as usize] += 1);
            let mut of_level = coarsen(edges, &rows, AXIS_LEVELS).of_fine;
            let n_bins = of_level.last().map_or(0, |last| last + 1);
            if *missing {
                of_level.push(n_bins);
            }
            (of_level, n_bins as usize + usize::from(*missing), n_bins as usize)
        }
        Shape::Levels { levels, other, missing, .. } => {
            let pooled = levels.len() > AXIS_LEVELS || *other;
            let n_own = levels.len().min(AXIS_LEVELS) as u32;
            let mut of_level: Vec<u32> = (0..levels.len() as u32).map(|level| level.min(n_own)).collect();
            if *other {
                of_level.push(n_own);
            }
            let n_words = n_own + u32::from(pooled);
            if *missing {
                of_level.push(n_words);
            }
            (of_level, (n_words + u32::from(*missing)) as usize, 0)
        }
        Shape::Line { .. } => (Vec::new(), 0, 0),
    }
}

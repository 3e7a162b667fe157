//! Interactions: found by a screen on the additive fit, fitted as cells, and told apart from the main effects.
//!
//! A pair of terms becomes a table of cells, one coefficient a cell, drawn towards its neighbours along ordered axes.
//! `screen` ranks the pairs by what their cells explain beyond the additive fit, `cells` builds the columns,
//! [`refit_with_pairs`] fits all terms again, `centring` moves the tables' margins into the main effects.

mod cells;
mod centring;
mod screen;

pub use cells::{CellTerm, Cells, cell_block};
pub use centring::{FittedPair, MainEffect, PairTable, center_pairs};
pub use screen::{PairScore, all_pairs, keep, screen, working_residuals};

use super::objective::sum_in_order;
use super::{Effort, FitError, Fitted, Problem, Start, Term, refit};
use crate::design::{Codes, Design};

/// Fewest rows of a cell that gets a coefficient; in smaller ones the interaction is zero.
pub const MIN_CELL_ROWS: usize = 5;

/// Rounds of penalty updates after pairs were added: the main effects' penalties are already near.
const REFIT_ROUNDS: u32 = 3;

/// One side of a pair: a category's levels or a number's bins, coarser than or equal to those of its main effect.
#[derive(Debug, Clone, Copy)]
pub struct Axis<'a> {
    /// One code a row, [`crate::design::NO_LEVEL`] where the row takes no part in the pair.
    pub codes: &'a Codes,
    /// Number of levels.
    pub n_levels: usize,
    /// 0: the levels have no order. Otherwise the first so many lie along a line, and any after them stands for missing.
    pub ordered_levels: usize,
}

/// An additive model with pairs added.
#[derive(Debug, Clone)]
pub struct WithPairs<'a> {
    /// The additive design's columns, then each pair's cells.
    pub design: Design<'a>,
    /// The additive terms, then one a pair.
    pub terms: Vec<Term>,
    /// The cells of each pair.
    pub cells: Vec<Cells>,
    /// The fit of all terms.
    pub fitted: Fitted,
}

/// Adds the kept pairs to an additive fit by REML and fits all terms again, from where it ended; the pairs' λ start at
/// the inverse of the cell variance that the screen found.
///
/// # Errors
///
/// As [`super::fit`].
pub fn refit_with_pairs<'a>(
    problem: &Problem<'a>,
    terms: &[Term],
    additive: &Fitted,
    axes: &[Axis<'_>],
    kept: &[PairScore],
    effort: Effort,
) -> Result<WithPairs<'a>, FitError> {
    let total_weight = sum_in_order(problem.weights);
    let mut design = problem.design.clone();
    let mut terms = terms.to_vec();
    let mut start = Start {
        intercept: additive.intercept,
        coefficients: additive.coefficients.clone(),
        lambdas: additive.lambdas.clone(),
    };
    let mut cells = Vec::with_capacity(kept.len());
    for pair in kept {
        let built = cell_block(&axes[pair.a], &axes[pair.b], MIN_CELL_ROWS);
        let first = design.n_columns();
        terms.push(Term { columns: first..first + built.block.n_levels, structure: built.structure });
        start.lambdas.push(1.0 / (pair.t2 * total_weight));
        start.coefficients.resize(first + built.block.n_levels, 0.0);
        design.blocks.push(built.block);
        cells.push(built.cells);
    }
    let problem = Problem { design: &design, ..*problem };
    let fitted = refit(&problem, &terms, &start, REFIT_ROUNDS, effort)?;
    Ok(WithPairs { design, terms, cells, fitted })
}

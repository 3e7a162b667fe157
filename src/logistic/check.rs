//! What a problem must satisfy before any number is worked with, so that nothing below needs to ask again.

use rayon::prelude::*;

use crate::design::{Design, Line};
use crate::fault::InputError;

use super::{Problem, Start, Structure, Term};

/// The most columns: their Hessian takes 2 GB, and its factor and inverse as much each.
const MAX_COLUMNS: usize = 16_384;

/// Why a problem cannot be fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FitError {
    /// Two things that belong together differ in length.
    #[error("{what}: {found} where {expected} are needed")]
    Shape {
        /// What was counted.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A value is not finite.
    #[error("{what} is not finite at position {position}")]
    NotFinite {
        /// Which values.
        what: &'static str,
        /// The row, or the position in a list.
        position: usize,
    },
    /// An outcome is neither 0 nor 1.
    #[error("outcome {value} in row {row}: it must be 0 or 1")]
    Outcome {
        /// The row.
        row: usize,
        /// The value found.
        value: f64,
    },
    /// A row weight is negative.
    #[error("row weight {value} in row {row}: it must not be negative")]
    RowWeight {
        /// The row.
        row: usize,
        /// The value found.
        value: f64,
    },
    /// The rows with a weight all have the same outcome, or there are none: the intercept would be infinite, whatever
    /// the penalties.
    #[error("all outcomes are alike: a model needs deals won and deals lost")]
    OneOutcome,
    /// A term's columns or edges lie outside the design, or two terms share a column.
    #[error("term {term} has columns beyond the design's or shared with another term, or edges beyond its columns")]
    Term {
        /// Position of the term.
        term: usize,
    },
    /// λ is negative or not finite.
    #[error("penalty {lambda}: it must be 0 or more")]
    Penalty {
        /// The value found.
        lambda: f64,
    },
    /// The Hessian would not fit into memory.
    #[error("the model would have {columns} columns, more than {limit}")]
    TooManyColumns {
        /// Columns of the design.
        columns: usize,
        /// The most that is accepted.
        limit: usize,
    },
    /// The expanded design would not fit into memory.
    #[error("the lbfgs solver would expand the design to {cells} cells, more than {limit}")]
    TooManyCells {
        /// Rows times columns.
        cells: usize,
        /// The most that is accepted.
        limit: usize,
    },
    /// The L-BFGS solver knows one ridge for all columns and nothing else.
    #[error("the lbfgs solver takes one ridge for all columns: term {term} asks for something else")]
    RidgeOnly {
        /// Position of the term.
        term: usize,
    },
    /// The solver of another package failed.
    #[error("the lbfgs solver failed: {message}")]
    Solver {
        /// What it said.
        message: String,
    },
    /// A dataset could not be used.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
}

/// An error of linfa's dataset layer. A type of its own, since linfa's cannot be cloned or compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DatasetError {
    /// What linfa said.
    pub message: String,
}

impl From<linfa::Error> for FitError {
    fn from(error: linfa::Error) -> FitError {
        FitError::Dataset(DatasetError { message: error.to_string() })
    }
}

impl From<FitError> for InputError {
    fn from(error: FitError) -> InputError {
        let remedy = match &error {
            FitError::OneOutcome => "add closed deals of the other outcome, or check the words of `outcome`",
            FitError::TooManyColumns { .. } => "raise `min_level_count` or exclude a column",
            FitError::TooManyCells { .. } => "use solver = \"newton\"",
            FitError::RidgeOnly { .. } => "use solver = \"newton\", or curves = false with a numeric penalty",
            FitError::Penalty { .. } => "set `penalty` to \"auto\" or to a number that is not negative",
            _ => "",
        };
        InputError::new(error.to_string()).remedy(remedy)
    }
}

/// Checks everything that the solvers take for granted.
pub(super) fn check(problem: &Problem<'_>, terms: &[Term], start: Option<&Start>) -> Result<(), FitError> {
    check_shapes(problem)?;
    let columns = problem.design.n_columns();
    if columns > MAX_COLUMNS {
        return Err(FitError::TooManyColumns { columns, limit: MAX_COLUMNS });
    }
    check_values(problem)?;
    check_terms(columns, terms)?;
    let Some(start) = start else { return Ok(()) };
    expect_length("start coefficients", problem.design.n_columns(), start.coefficients.len())?;
    expect_length("start penalties", terms.len(), start.lambdas.len())?;
    expect_finite("start intercept", &[start.intercept])?;
    expect_finite("start coefficient", &start.coefficients)?;
    Ok(())
}

/// Checks the λ at which a search by REML begins.
pub(super) fn check_lambdas(lambdas: &[f64]) -> Result<(), FitError> {
    match lambdas.iter().find(|lambda| !(lambda.is_finite() && **lambda > 0.0)) {
        Some(&lambda) => Err(FitError::Penalty { lambda }),
        None => Ok(()),
    }
}

pub(super) fn expect_length(what: &'static str, expected: usize, found: usize) -> Result<(), FitError> {
    if expected == found { Ok(()) } else { Err(FitError::Shape { what, expected, found }) }
}

fn expect_finite(what: &'static str, values: &[f64]) -> Result<(), FitError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(FitError::NotFinite { what, position }),
        None => Ok(()),
    }
}

fn check_shapes(problem: &Problem<'_>) -> Result<(), FitError> {
    let n_samples = problem.design.n_samples();
    expect_length("outcomes", n_samples, problem.y.len())?;
    expect_length("row weights", n_samples, problem.weights.len())?;
    problem.design.blocks.iter().try_for_each(|block| expect_length("level codes", n_samples, block.codes.len()))
}

fn check_values(problem: &Problem<'_>) -> Result<(), FitError> {
    expect_finite("row weight", problem.weights)?;
    if let Some(row) = problem.weights.iter().position(|w| *w < 0.0) {
        return Err(FitError::RowWeight { row, value: problem.weights[row] });
    }
    if let Some(row) = problem.y.iter().position(|y| *y != 0.0 && *y != 1.0) {
        return Err(FitError::Outcome { row, value: problem.y[row] });
    }
    if let Some(position) = first_not_finite(problem.design) {
        return Err(FitError::NotFinite { what: "number in the design", position });
    }
    let has = |outcome: f64| problem.y.iter().zip(problem.weights).any(|(y, w)| *y == outcome && *w > 0.0);
    if has(0.0) && has(1.0) { Ok(()) } else { Err(FitError::OneOutcome) }
}

/// Cells looked at together.
const CELLS_CHECKED: usize = 1 << 15;

/// The first row with a number that is not finite.
fn first_not_finite(design: &Design<'_>) -> Option<usize> {
    let cells = design.dense.as_standard_layout();
    let parts = cells.as_slice().expect("the layout was just made standard").par_chunks(CELLS_CHECKED).enumerate();
    let of_part = |(part, cells): (usize, &[f64])| {
        // All are looked at, several at once; which it is, is asked only where there is one.
        let are_finite = cells.iter().fold(true, |all, cell| all & cell.is_finite());
        let at = if are_finite { None } else { cells.iter().position(|cell| !cell.is_finite()) };
        at.map(|at| (part * CELLS_CHECKED + at) / design.dense.ncols())
    };
    let of_dense = parts.filter_map(of_part).min();
    let of_lines = design.lines.par_iter().filter_map(Line::first_not_finite).min();
    of_dense.into_iter().chain(of_lines).min()
}

fn check_terms(n_columns: usize, terms: &[Term]) -> Result<(), FitError> {
    let mut taken = vec![false; n_columns];
    for (index, term) in terms.iter().enumerate() {
        let Some(columns) = taken.get_mut(term.columns.clone()) else { return Err(FitError::Term { term: index }) };
        let is_edge = |&(u, v): &(u32, u32)| u != v && u.max(v) < columns.len() as u32;
        let has_good_edges = match &term.structure {
            Structure::Graph { edges } => edges.iter().all(is_edge),
            Structure::Ridge | Structure::Difference { .. } => true,
        };
        if !has_good_edges || columns.contains(&true) {
            return Err(FitError::Term { term: index });
        }
        columns.fill(true);
    }
    Ok(())
}

//! Some of many rows, which are fitted first: the search over all of them then begins near its end.

use super::Problem;
use super::objective::sum_in_order;
use crate::design::Design;

/// From so many rows on the search begins at the fit of some of them, and one Hessian serves several steps. The optimum is
/// the same; what is saved are walks over all rows.
const MANY_ROWS: usize = 1 << 18;

/// So many rows, spread over all of them, are fitted first.
const SAMPLED_ROWS: usize = 1 << 16;

/// Some of many rows, spread over all of them.
pub(super) struct Part {
    pub(super) design: Design<'static>,
    y: Vec<f64>,
    weights: Vec<f64>,
    /// Their share of the row weights.
    pub(super) share: f64,
}

impl Part {
    /// `None` where there are not many rows.
    pub(super) fn of(problem: &Problem<'_>) -> Option<Part> {
        let n_rows = problem.design.n_samples();
        if n_rows < MANY_ROWS || problem.y.len() != n_rows || problem.weights.len() != n_rows {
            return None;
        }
        let rows: Vec<usize> = (0..n_rows).step_by(n_rows / SAMPLED_ROWS).collect();
        let pick = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let (design, y, weights) = (problem.design.rows(&rows), pick(problem.y), pick(problem.weights));
        let share = sum_in_order(&weights) / sum_in_order(problem.weights);
        Some(Part { design, y, weights, share })
    }

    pub(super) fn problem(&self) -> Problem<'_> {
        Problem { design: &self.design, y: &self.y, weights: &self.weights }
    }
}

//! What is minimised: the penalised mean loss of a problem.
//!
//! f(β, β₀) = (1/Σw) Σ wᵢ log(1 + exp(−ỹᵢ ηᵢ)) + ½ Σ_g λ_g β_g' S_g β_g + ½ Σ_j ε_j β_j², with η = X β + β₀ and
//! ỹ ∈ {−1, +1}. The intercept β₀ is never penalised and stands last among the parameters. Pinned coefficients stay at
//! zero: their gradient is zero and their row and column of the Hessian that of the identity.

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use super::Penalty;
use super::loss::{LossesAndSlopes, curvatures, slopes, sum_of_losses};
use super::newton::{Evaluation, Objective};
use super::penalty::TermPenalty;
use crate::design::{Design, ROWS_AT_HAND};
use crate::lanes::in_wide_registers;

/// Rows summed before partial sums are added; fixed, since the order of additions decides the last bits.
const ROWS_PER_SUM: usize = 16_384;

/// From so many rows on a Hessian is worth many gradients.
pub(super) const MANY_ROWS: usize = 1 << 16;

/// A rough Hessian is that of one stretch of rows in so many.
const ROWS_STEPPED_OVER: usize = 4;

/// Training data: design, outcomes and row weights, one row each.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// `(n_samples, n_columns)` without the intercept.
    pub design: &'a Design<'a>,
    /// Outcomes: 1 won, 0 lost.
    pub y: &'a [f64],
    /// Row weights, zero or more.
    pub weights: &'a [f64],
}

/// The penalised mean loss, see the module.
#[derive(Debug, Clone)]
pub(crate) struct PenalisedLoss<'a> {
    pub(crate) problem: Problem<'a>,
    pub(crate) total_weight: f64,
    pub(crate) penalties: Vec<TermPenalty>,
    /// ε_j on the mean, one a column.
    pub(crate) ridge: Vec<f64>,
    /// Whether a column's coefficient stays zero.
    pub(crate) pinned: Vec<bool>,
    /// Whether some direction other than the intercept's is without any penalty.
    pub(crate) unpenalised: bool,
    /// What was asked for.
    pub(crate) penalty: Penalty,
}

impl PenalisedLoss<'_> {
    fn penalty(&self, coefficients: &[f64]) -> f64 {
        let terms: f64 = self.penalties.iter().map(|term| term.lambda * term.quadratic_form(coefficients)).sum();
        let ridge: f64 = coefficients.iter().zip(&self.ridge).map(|(b, ridge)| ridge * b * b).sum();
        0.5 * (terms + ridge)
    }

    /// The gradient whose part from the data is this, with what the penalties add.
    fn penalised_gradient(&self, mut gradient: Vec<f64>, coefficients: &[f64]) -> Vec<f64> {
        for term in &self.penalties {
            term.add_matvec(&mut gradient, coefficients);
        }
        for (j, g) in gradient[..coefficients.len()].iter_mut().enumerate() {
            *g = if self.pinned[j] { 0.0 } else { *g + self.ridge[j] * coefficients[j] };
        }
        gradient
    }

    /// X'WX / Σw plus the penalties for the given curvatures wᵢ pᵢ (1 − pᵢ) / Σw, before anything is pinned.
    pub(crate) fn hessian_for(&self, curvatures: &[f64]) -> Array2<f64> {
        self.penalised(self.problem.design.sandwich(curvatures))
    }

    /// X'WX / Σw: the part of the Hessian that stays when penalties change.
    pub(crate) fn data_hessian(&self, eta: &[f64]) -> Array2<f64> {
        self.problem.design.sandwich(&self.curvatures(eta))
    }

    /// [`PenalisedLoss::data_hessian`] from some of the rows: near enough to begin a search by.
    pub(crate) fn rough_data_hessian(&self, eta: &[f64]) -> Array2<f64> {
        self.problem.design.rough_sandwich(&self.curvatures(eta), ROWS_STEPPED_OVER)
    }

    /// wᵢ pᵢ (1 − pᵢ) / Σw.
    fn curvatures(&self, eta: &[f64]) -> Vec<f64> {
        curvatures(self.problem.weights, eta, self.total_weight)
    }

    /// The Hessian whose part from the data is this, before anything is pinned.
    pub(crate) fn penalised(&self, mut hessian: Array2<f64>) -> Array2<f64> {
        for term in &self.penalties {
            term.add_to_hessian(&mut hessian);
        }
        for (j, ridge) in self.ridge.iter().enumerate() {
            hessian[[j, j]] += ridge;
        }
        hessian
    }

    /// The Hessian with the rows and columns of pinned coefficients turned into those of the identity.
    pub(crate) fn with_pins(&self, mut hessian: Array2<f64>) -> Array2<f64> {
        pin(&mut hessian, &self.pinned);
        hessian
    }

    /// log of Π over terms of the pseudo-determinant of λ S on the sum of losses, and of ε on columns without a term.
    pub(crate) fn log_penalty_determinant(&self) -> f64 {
        let term = |term: &TermPenalty| {
            let size = term.columns.len();
            let lambda = (term.lambda * self.total_weight).ln();
            term.structure.log_pseudo_determinant(size) + term.rank() as f64 * lambda
        };
        self.penalties.iter().filter(|penalty| penalty.lambda > 0.0).map(term).sum()
    }
}

impl Objective for PenalisedLoss<'_> {
    fn total_weight(&self) -> f64 {
        self.total_weight
    }

    fn is_row_used(&self, row: usize) -> bool {
        self.problem.weights[row] > 0.0
    }

    fn has_many_rows(&self) -> bool {
        self.problem.y.len() >= MANY_ROWS
    }

    fn can_separate(&self) -> bool {
        self.unpenalised
    }

    fn linear_predictor(&self, parameters: &[f64]) -> Vec<f64> {
        let (intercept, coefficients) = parameters.split_last().expect("the intercept is always there");
        self.problem.design.matvec(coefficients, *intercept)
    }

    fn value(&self, eta: &[f64], parameters: &[f64]) -> f64 {
        let coefficients = &parameters[..parameters.len() - 1];
        weighted_loss(self.problem.y, self.problem.weights, eta) / self.total_weight + self.penalty(coefficients)
    }

    fn gradient(&self, eta: &[f64], parameters: &[f64]) -> Vec<f64> {
        let coefficients = &parameters[..parameters.len() - 1];
        let Problem { design, y, weights } = self.problem;
        let slopes = slopes(y, weights, eta, self.total_weight);
        let mut gradient = design.transpose_matvec(&slopes);
        gradient.push(sum_in_order(&slopes));
        self.penalised_gradient(gradient, coefficients)
    }

    fn evaluate(&self, parameters: &[f64]) -> Evaluation {
        if !self.has_many_rows() {
            let eta = self.linear_predictor(parameters);
            let (value, gradient) = (self.value(&eta, parameters), self.gradient(&eta, parameters));
            return Evaluation { eta, value, gradient };
        }
        let (intercept, coefficients) = parameters.split_last().expect("the intercept is always there");
        let Problem { design, y, weights } = self.problem;
        let look = |rows: Range<usize>, eta: &[f64], slopes: &mut [f64]| {
            let mut losses = [0.0; ROWS_AT_HAND];
            let losses = &mut losses[..rows.len()];
            let (y, weights) = (&y[rows.clone()], &weights[rows]);
            in_wide_registers(LossesAndSlopes { y, weights, total: self.total_weight, eta, losses, slopes });
            losses.iter().sum()
        };
        let walk = design.walk(coefficients, *intercept, look);
        let gradient = self.penalised_gradient(walk.sums, coefficients);
        Evaluation { eta: walk.eta, value: walk.total / self.total_weight + self.penalty(coefficients), gradient }
    }

    fn hessian(&self, eta: &[f64]) -> Array2<f64> {
        self.with_pins(self.penalised(self.data_hessian(eta)))
    }
}

/// Turns the rows and columns of pinned coefficients into those of the identity.
pub(crate) fn pin(hessian: &mut Array2<f64>, pinned: &[bool]) {
    for j in (0..pinned.len()).filter(|&j| pinned[j]) {
        hessian.row_mut(j).fill(0.0);
        hessian.column_mut(j).fill(0.0);
        hessian[[j, j]] = 1.0;
    }
}

/// Σ wᵢ loss(yᵢ, ηᵢ), over fixed chunks added in order.
pub(crate) fn weighted_loss(y: &[f64], weights: &[f64], eta: &[f64]) -> f64 {
    let chunks = y.par_chunks(ROWS_PER_SUM).zip(weights.par_chunks(ROWS_PER_SUM)).zip(eta.par_chunks(ROWS_PER_SUM));
    let chunk = |((y, w), eta): ((&[f64], &[f64]), &[f64])| sum_of_losses(y, w, eta);
    chunks.map(chunk).collect::<Vec<f64>>().iter().sum()
}

/// Σ rᵢ over fixed chunks added in order.
pub(crate) fn sum_in_order(r: &[f64]) -> f64 {
    r.chunks(ROWS_PER_SUM).map(|chunk| chunk.iter().sum::<f64>()).sum()
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::super::penalty::Structure;
    use super::*;
    use crate::design::{CodeBlock, NO_LEVEL};

    /// Central differences with this step are good to about its square.
    const STEP: f64 = 1e-5;
    const TOLERANCE: f64 = 1e-9;

    #[test]
    fn gradient_and_hessian_equal_finite_differences() {
        let dense = arr2(&[[0.5, -1.0], [2.0, 0.3], [-0.7, 0.1], [1.1, 1.9], [0.0, -0.4]]);
        let blocks = vec![CodeBlock { codes: vec![0, 2, 1, NO_LEVEL, 2].into(), n_levels: 3 }];
        let design = Design { dense, lines: Vec::new(), blocks };
        let problem = Problem { design: &design, y: &[1.0, 0.0, 0.0, 1.0, 1.0], weights: &[1.0, 0.5, 2.0, 0.0, 1.5] };
        let penalties = vec![
            TermPenalty { columns: 0..2, structure: Structure::Ridge, lambda: 0.3 },
            TermPenalty { columns: 2..5, structure: Structure::Difference { missing_level: false }, lambda: 0.2 },
        ];
        let (ridge, pinned) = (vec![0.0, 0.0, 0.1, 0.1, 0.1], vec![false; 5]);
        let penalty = Penalty::Reml;
        let objective =
            PenalisedLoss { problem, total_weight: 5.0, penalties, ridge, pinned, unpenalised: false, penalty };
        let point = [0.2, -0.6, 0.4, 1.0, -0.3, 0.1];
        let eta = objective.linear_predictor(&point);
        let (gradient, hessian) = (objective.gradient(&eta, &point), objective.hessian(&eta));
        for j in 0..6 {
            let at = |step: f64| {
                let mut moved = point;
                moved[j] += step;
                let eta = objective.linear_predictor(&moved);
                (objective.value(&eta, &moved), objective.gradient(&eta, &moved))
            };
            let (up, down) = (at(STEP), at(-STEP));
            assert!(((up.0 - down.0) / (2.0 * STEP) - gradient[j]).abs() < TOLERANCE);
            for i in 0..6 {
                assert!(((up.1[i] - down.1[i]) / (2.0 * STEP) - hessian[[i, j]]).abs() < TOLERANCE);
            }
        }
    }
}

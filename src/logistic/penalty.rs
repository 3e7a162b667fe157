//! Quadratic penalties ½ λ β'Sβ on a term's coefficients.
//!
//! Every S here is a diagonal plus squared differences over the edges of a graph: a ridge has no edges, first
//! differences have a path, the cells of an interaction a grid. So value, gradient, Hessian and trace are each written
//! once.

use std::ops::Range;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::cholesky::Cholesky;
use super::inverse_factor::InverseFactor;

/// The share of a ridge in [`Structure::Graph`], which pulls cells without neighbours, and the level of all, to zero.
const GRAPH_RIDGE: f64 = 0.1;

/// The matrix S of a term's penalty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Structure {
    /// S = I: every coefficient is drawn to zero.
    Ridge,
    /// S = D'D, D the first differences between neighbouring levels: the curve is drawn to a constant.
    Difference {
        /// The last level is no neighbour of the others but stands for missing values: it gets a ridge of its own.
        missing_level: bool,
    },
    /// S = 0.1 I + Laplacian of the graph: neighbouring cells are drawn together, and weakly to zero.
    Graph {
        /// Pairs of positions within the term; an edge stands once.
        edges: Vec<(u32, u32)>,
    },
}

impl Structure {
    /// Diagonal part of S at position `i` of `size`.
    fn ridge(&self, i: usize, size: usize) -> f64 {
        match self {
            Structure::Ridge => 1.0,
            Structure::Difference { missing_level } => f64::from(u8::from(*missing_level && i + 1 == size)),
            Structure::Graph { .. } => GRAPH_RIDGE,
        }
    }

    fn for_each_edge(&self, size: usize, mut visit: impl FnMut(usize, usize)) {
        match self {
            Structure::Ridge => {}
            Structure::Difference { missing_level } => {
                (1..size.saturating_sub(usize::from(*missing_level))).for_each(|i| visit(i - 1, i));
            }
            Structure::Graph { edges } => edges.iter().for_each(|&(u, v)| visit(u as usize, v as usize)),
        }
    }

    /// Number of directions that S penalises, for a term of `size` coefficients.
    pub fn rank(&self, size: usize) -> usize {
        match self {
            Structure::Ridge | Structure::Graph { .. } => size,
            Structure::Difference { missing_level: true } if size > 1 => size - 1,
            Structure::Difference { missing_level: true } => size,
            Structure::Difference { missing_level: false } => size.saturating_sub(1),
        }
    }

    /// Logarithm of the product of the eigenvalues of S that are not zero.
    pub fn log_pseudo_determinant(&self, size: usize) -> f64 {
        match self {
            Structure::Ridge => 0.0,
            // A path has one spanning tree, so by Kirchhoff's theorem the product is its number of nodes.
            Structure::Difference { missing_level } => {
                let levels = size.saturating_sub(usize::from(*missing_level));
                (levels.max(1) as f64).ln()
            }
            Structure::Graph { .. } => {
                let mut matrix = Array2::zeros((size, size));
                self.add_to(&mut matrix, 0, size, 1.0);
                Cholesky::factor(matrix).expect("a ridge and a Laplacian are positive definite").log_determinant()
            }
        }
    }

    fn add_to(&self, matrix: &mut Array2<f64>, start: usize, size: usize, lambda: f64) {
        for i in 0..size {
            matrix[[start + i, start + i]] += lambda * self.ridge(i, size);
        }
        self.for_each_edge(size, |u, v| {
            let (u, v) = (start + u, start + v);
            matrix[[u, u]] += lambda;
            matrix[[v, v]] += lambda;
            matrix[[u, v]] -= lambda;
            matrix[[v, u]] -= lambda;
        });
    }
}

/// One term's penalty: its columns, its S and its λ on the mean loss.
#[derive(Debug, Clone)]
pub(crate) struct TermPenalty {
    pub(crate) columns: Range<usize>,
    pub(crate) structure: Structure,
    pub(crate) lambda: f64,
}

impl TermPenalty {
    /// β'Sβ, without λ.
    pub(crate) fn quadratic_form(&self, coefficients: &[f64]) -> f64 {
        let beta = &coefficients[self.columns.clone()];
        let ridge: f64 = beta.iter().enumerate().map(|(i, b)| self.structure.ridge(i, beta.len()) * b * b).sum();
        let mut edges = 0.0;
        self.structure.for_each_edge(beta.len(), |u, v| edges += (beta[u] - beta[v]) * (beta[u] - beta[v]));
        ridge + edges
    }

    /// Adds λ S β to the gradient.
    pub(crate) fn add_matvec(&self, gradient: &mut [f64], coefficients: &[f64]) {
        let (beta, gradient) = (&coefficients[self.columns.clone()], &mut gradient[self.columns.clone()]);
        for (i, (g, b)) in gradient.iter_mut().zip(beta).enumerate() {
            *g += self.lambda * self.structure.ridge(i, beta.len()) * b;
        }
        self.structure.for_each_edge(beta.len(), |u, v| {
            let pull = self.lambda * (beta[u] - beta[v]);
            gradient[u] += pull;
            gradient[v] -= pull;
        });
    }

    /// Adds λ S to the Hessian.
    pub(crate) fn add_to_hessian(&self, hessian: &mut Array2<f64>) {
        self.structure.add_to(hessian, self.columns.start, self.columns.len(), self.lambda);
    }

    /// tr(H⁻¹\[b, b\] S) without λ, from the inverse Cholesky factor of H.
    pub(crate) fn trace(&self, inverse: &InverseFactor) -> f64 {
        let (start, size) = (self.columns.start, self.columns.len());
        let ridge = |i: usize| match self.structure.ridge(i, size) {
            0.0 => 0.0,
            share => share * inverse.variance(start + i),
        };
        let mut trace: f64 = (0..size).map(ridge).sum();
        self.structure.for_each_edge(size, |u, v| trace += inverse.variance_of_difference(start + u, start + v));
        trace
    }

    pub(crate) fn rank(&self) -> usize {
        self.structure.rank(self.columns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn structures() -> [Structure; 4] {
        [
            Structure::Ridge,
            Structure::Difference { missing_level: false },
            Structure::Difference { missing_level: true },
            Structure::Graph { edges: vec![(0, 1), (1, 3), (0, 4)] },
        ]
    }

    #[test]
    fn quadratic_form_gradient_and_trace_agree_with_the_matrix() {
        let beta = [0.0, 0.5, -1.0, 2.0, 0.25, 3.0];
        for structure in structures() {
            let term = TermPenalty { columns: 1..6, structure, lambda: 0.7 };
            let mut s = Array2::zeros((6, 6));
            term.add_to_hessian(&mut s);
            let product = s.dot(&ndarray::arr1(&beta));
            let mut gradient = [0.0; 6];
            term.add_matvec(&mut gradient, &beta);
            gradient.iter().zip(&product).for_each(|(a, b)| assert!((a - b).abs() < 1e-14));
            let form: f64 = product.iter().zip(beta).map(|(a, b)| a * b).sum();
            assert!((term.lambda * term.quadratic_form(&beta) - form).abs() < 1e-14);
            let inverse = InverseFactor::new(&Cholesky::factor(Array2::eye(6)).unwrap());
            assert!((term.lambda * term.trace(&inverse) - s.diag().sum()).abs() < 1e-14);
        }
    }

    #[test]
    fn rank_and_pseudo_determinant_are_those_of_hand_worked_matrices() {
        let difference = Structure::Difference { missing_level: false };
        // [[1, −1], [−1, 1]] has the eigenvalues 0 and 2; the path of three nodes 0, 1 and 3.
        assert_eq!((difference.rank(2), difference.rank(3), difference.rank(1)), (1, 2, 0));
        assert!((difference.log_pseudo_determinant(2) - 2f64.ln()).abs() < 1e-15);
        assert!((difference.log_pseudo_determinant(3) - 3f64.ln()).abs() < 1e-15);
        let with_missing = Structure::Difference { missing_level: true };
        assert_eq!((with_missing.rank(3), with_missing.rank(1)), (2, 1));
        let graph = Structure::Graph { edges: vec![(0, 1)] };
        assert!((graph.log_pseudo_determinant(2) - (0.1f64 * 2.1).ln()).abs() < 1e-14);
    }
}

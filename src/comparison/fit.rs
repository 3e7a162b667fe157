//! The regression of the outcome on the hand-set score and the rules' deviations from it, at a given τ.
//!
//! Columns are scaled so that every prior is standard: 1 (free), S / sd(S) ~ N(1, 1), q_j / scale_j ~ N(0, τ²).
//! Minimised is the sum of the row-weighted log losses plus half the squared distances to the priors.

use super::ComparisonInput;
use super::deals::Deals;
use super::root::root;
use crate::logistic::prior::map_fit;
use ndarray::{Array2, Axis};

/// Columns before the rules' own: intercept and hand-set score.
pub(super) const SHARED: usize = 2;

/// The columns over the distinct rows, and what each means for each rule.
pub(super) struct Design<'a> {
    pub(super) input: &'a ComparisonInput<'a>,
    pub(super) deals: &'a Deals,
    /// Over the distinct rows: intercept, S / sd(S), then the deviations.
    pub(super) columns: Array2<f64>,
    /// β = `to_beta` · coefficients, `(n_rules, n_columns)`.
    pub(super) to_beta: Array2<f64>,
}

/// Mode and covariance of the coefficients at one τ.
pub(super) struct Posterior {
    /// In the scaled columns: intercept, κ·sd(S), δ_j·scale_j.
    pub mode: Vec<f64>,
    /// H⁻¹ at the mode.
    pub covariance: Array2<f64>,
    /// log ∫ likelihood · prior by Laplace's method at the mode, up to what is the same for every τ.
    pub log_evidence: f64,
}

impl<'a> Design<'a> {
    /// Lays out the columns. Needs sd(S) > 0.
    pub fn new(input: &'a ComparisonInput<'a>, deals: &'a Deals) -> Design<'a> {
        let (n_rows, n_rules) = deals.quantities.dim();
        let told: Vec<usize> = (0..n_rules).filter(|&rule| deals.scale[rule] > 0.0).collect();
        let mut to_beta = Array2::zeros((n_rules, SHARED + told.len()));
        for (rule, points) in deals.points.iter().enumerate() {
            to_beta[[rule, 1]] = points / deals.sd_score;
        }
        for (column, &rule) in told.iter().enumerate() {
            to_beta[[rule, SHARED + column]] = 1.0 / deals.scale[rule];
        }
        let mut columns = Array2::ones((n_rows, SHARED + told.len()));
        for (mut to, from) in columns.outer_iter_mut().zip(deals.quantities.outer_iter()) {
            let score: f64 = from.iter().zip(&deals.points).map(|(quantity, points)| quantity * points).sum();
            to[1] = score / deals.sd_score;
            for (column, &rule) in told.iter().enumerate() {
                to[SHARED + column] = from[rule] / deals.scale[rule];
            }
        }
        Design { input, deals, columns, to_beta }
    }

    /// β of the rules from coefficients.
    pub fn beta(&self, coefficients: &[f64]) -> Vec<f64> {
        let beta = |row: ndarray::ArrayView1<f64>| row.iter().zip(coefficients).map(|(to, b)| to * b).sum();
        self.to_beta.outer_iter().map(beta).collect()
    }

    /// κ from coefficients.
    pub fn kappa(&self, coefficients: &[f64]) -> f64 {
        coefficients[1] / self.deals.sd_score
    }

    /// Distinct rows there are to fit.
    pub fn n_rows(&self) -> usize {
        self.columns.nrows()
    }

    /// The fit on some deals, at τ > 0.
    pub fn fit(&self, deals: &[usize], tau: f64) -> Posterior {
        let deviations = vec![tau; self.columns.ncols() - SHARED];
        self.fit_with(deals, &deviations)
    }

    /// The fit on some deals, with a prior standard deviation for each column after the shared ones; 0 holds it at 0.
    pub fn fit_with(&self, deals: &[usize], deviations: &[f64]) -> Posterior {
        let (rows, y, weights) = self.cells(deals);
        let x = self.columns.select(Axis(0), &rows);
        let mut prior_mean = vec![0.0; x.ncols()];
        prior_mean[1] = 1.0;
        let prior_sd = [&[f64::INFINITY, 1.0], deviations].concat();
        let fit = map_fit(x.view(), None, &y, &weights, &prior_mean, &prior_sd);
        // A coefficient that is held has no volume, neither before the deals nor after.
        let log_volume = |sds: &mut dyn Iterator<Item = f64>| sds.filter(|sd| *sd > 0.0).map(f64::ln).sum::<f64>();
        let after = log_volume(&mut root(&fit.covariance).diag().iter().copied());
        let before = log_volume(&mut deviations.iter().copied());
        let log_evidence = fit.log_posterior + after - before;
        Posterior { mode: fit.coefficients, covariance: fit.covariance, log_evidence }
    }

    /// Equal deals of one outcome folded into one: row, outcome and summed row weight of each.
    fn cells(&self, deals: &[usize]) -> (Vec<usize>, Vec<f64>, Vec<f64>) {
        let mut summed = vec![[0.0; 2]; self.columns.nrows()];
        for &deal in deals {
            let won = usize::from(self.input.y[deal] == 1.0);
            summed[self.deals.row_of[deal] as usize][won] += self.input.weights[deal];
        }
        let (mut rows, mut y, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for (row, of_row) in summed.iter().enumerate() {
            for (won, &weight) in of_row.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
                rows.push(row);
                y.push(won as f64);
                weights.push(weight);
            }
        }
        (rows, y, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::RuleInput;
    use serde_json::Value;

    /// Both sides stop at a gradient of about 1e-10; modes and covariances are of order 1.
    const TOLERANCE: f64 = 1e-6;

    fn numbers(value: &Value) -> Vec<f64> {
        value.as_array().expect("an array").iter().map(|number| number.as_f64().expect("a number")).collect()
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < TOLERANCE * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn mode_covariance_and_factor_are_those_of_scipy() {
        let reference: Value =
            serde_json::from_str(include_str!("../../tests/reference/comparison.json")).expect("JSON");
        let points = numbers(&reference["points"]);
        let quantities = reference["quantities"].as_array().expect("an array");
        let rules: Vec<RuleInput> = points
            .iter()
            .zip(quantities)
            .enumerate()
            .map(|(at, (&points, quantity))| RuleInput {
                id: format!("{at}"),
                group: "fit".into(),
                persona: None,
                points,
                quantity: numbers(quantity),
                limit: f64::INFINITY,
            })
            .collect();
        let (y, weights) = (numbers(&reference["outcomes"]), numbers(&reference["weights"]));
        let input = ComparisonInput { rules: &rules, y: &y, weights: &weights, folds: &[], seed: 0, draws: 0 };
        let deals = Deals::new(&input);
        let design = Design::new(&input, &deals);
        let all: Vec<usize> = (0..y.len()).collect();
        near(deals.sd_score, reference["sd_score"].as_f64().expect("a number"));
        for expected in reference["fits"].as_array().expect("an array") {
            let fit = design.fit(&all, expected["tau"].as_f64().expect("a number"));
            near(fit.log_evidence, expected["log_evidence"].as_f64().expect("a number"));
            numbers(&expected["mode"]).iter().zip(&fit.mode).for_each(|(expected, found)| near(*found, *expected));
            let rows = expected["covariance"].as_array().expect("an array");
            for (row, found) in rows.iter().zip(fit.covariance.outer_iter()) {
                numbers(row).iter().zip(found).for_each(|(expected, found)| near(*found, *expected));
            }
            let beta = design.beta(&fit.mode);
            let factor = deals.factor(&beta).expect("the rules tell deals apart");
            let expected = numbers(&expected["points_at_full_belief"]);
            expected.iter().zip(beta).for_each(|(expected, beta)| near(factor * beta, *expected));
        }
    }
}

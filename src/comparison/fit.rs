//! The regression of the outcome on the hand-set score and the rules' deviations from it, at a given τ.
//!
//! Columns are scaled so that every prior is standard: 1 (free), S / sd(S) ~ N(1, 1), q_j / scale_j ~ N(0, τ²) or
//! t(0, τ²). Minimised is the sum of the row-weighted log losses plus half the squared distances to the priors.
//!
//! A normal prior pulls the one outright wrong rule of a good scorecard back towards its points: the other rules keep τ
//! small. Under a t prior most deviations are small and a few are not. Its density is met by a normal one that touches it
//! at the deviation's root mean square ξ, with variance (ν τ² + ξ²) / (ν + 1); fit and ξ² take turns. The evidence is the
//! bound that this leaves (Jaakkola and Jordan, 2000, doi:10.1023/A:1008932416310).

use super::ComparisonInput;
use super::deals::{Deals, side_by_side};
use super::expansion::{Expansion, Mode};
use super::root::root;
use crate::logistic::prior::MapProblem;
use ndarray::Array2;

/// Columns before the rules' own: intercept and hand-set score.
pub(super) const SHARED: usize = 2;

/// Degrees of freedom ν of heavy tails: deviations of many τ are likely, and their variance is still finite.
const DEGREES: f64 = 4.0;

/// Turns that fit and ξ² take under heavy tails. Further ones move no deviation by a twentieth of its standard error.
const TURNS: usize = 5;

/// What is thought of one deviation before the deals are seen: centred on 0, of scale `sd`; 0 holds it at 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Prior {
    /// N(0, sd²).
    Normal(f64),
    /// t with [`DEGREES`] degrees of freedom, times sd.
    HeavyTailed(f64),
}

impl Prior {
    /// The standard deviation of the normal density that stands for this one where the mean square of the deviation is
    /// `size`; nothing known of it, the scale.
    pub fn touching(self, size: Option<f64>) -> f64 {
        match (self, size) {
            (Prior::HeavyTailed(tau), Some(size)) => ((DEGREES * tau * tau + size) / (DEGREES + 1.0)).sqrt(),
            (Prior::Normal(sd) | Prior::HeavyTailed(sd), _) => sd,
        }
    }

    /// log t(ξ) − log N(ξ) for the touching normal density, up to what is the same for every τ.
    fn log_above_normal(self, size: f64) -> f64 {
        let Prior::HeavyTailed(tau) = self else { return 0.0 };
        let variance = self.touching(Some(size)).powi(2);
        let t = -0.5 * (DEGREES + 1.0) * (size / (DEGREES * tau * tau)).ln_1p() - tau.ln();
        t + 0.5 * size / variance + 0.5 * variance.ln()
    }
}

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
        let columns = side_by_side(n_rows, SHARED + told.len(), |row, to| {
            let from = deals.quantities.row(row);
            let score: f64 = from.iter().zip(&deals.points).map(|(quantity, points)| quantity * points).sum();
            (to[0], to[1]) = (1.0, score / deals.sd_score);
            for (to, &rule) in to[SHARED..].iter_mut().zip(&told) {
                *to = from[rule] / deals.scale[rule];
            }
        });
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

    /// Columns of deviations, each with a prior of its own.
    pub fn n_deviations(&self) -> usize {
        self.columns.ncols() - SHARED
    }

    /// The fit on some deals, with a prior for each deviation.
    pub fn fit(&self, deals: &[usize], priors: &[Prior]) -> Posterior {
        let (x, y, weights) = self.cells(deals);
        let problem = MapProblem::new(x, &y, &weights);
        let mean = self.prior_mean();
        let posterior = self.in_turns(priors, |prior_sd, start| Some(problem.fit_from(&mean, prior_sd, start).into()));
        posterior.expect("a walk over the deals always ends at a mode")
    }

    /// The likelihood of some deals about the mode under normal priors of these standard deviations, one a deviation;
    /// the search begins at `start`.
    pub fn expansion(&self, deals: &[usize], deviations: &[f64], start: &[f64]) -> Option<Expansion> {
        let (x, y, weights) = self.cells(deals);
        let (mean, prior_sd) = (self.prior_mean(), with_shared(deviations));
        let mode = MapProblem::new(x, &y, &weights).fit_from(&mean, &prior_sd, start).into();
        Expansion::about(&mode, &mean, &prior_sd)
    }

    /// What a prior for each deviation makes of that likelihood; none where rounding leaves no mode.
    pub fn fit_near(&self, likelihood: &Expansion, priors: &[Prior]) -> Option<Posterior> {
        let mean = self.prior_mean();
        self.in_turns(priors, |prior_sd, _| likelihood.under(&mean, prior_sd))
    }

    /// Prior means of the columns.
    pub fn prior_mean(&self) -> Vec<f64> {
        let mut mean = vec![0.0; self.columns.ncols()];
        mean[1] = 1.0;
        mean
    }

    /// Mode and covariance under the priors, where `mode` finds both under normal priors from a start.
    fn in_turns(&self, priors: &[Prior], mode: impl Fn(&[f64], &[f64]) -> Option<Mode>) -> Option<Posterior> {
        let touching = |size: &dyn Fn(usize) -> Option<f64>| -> Vec<f64> {
            priors.iter().enumerate().map(|(column, prior)| prior.touching(size(column))).collect()
        };
        let of = |deviations: Vec<f64>, start: &[f64]| {
            mode(&with_shared(&deviations), start).map(|found| Posterior::of(found, &deviations))
        };
        let mut posterior = of(touching(&|_| None), &self.prior_mean())?;
        if priors.iter().all(|prior| matches!(prior, Prior::Normal(_))) {
            return Some(posterior);
        }
        for _ in 0..TURNS {
            let sizes = posterior.mean_squares();
            posterior = of(touching(&|column| Some(sizes[column])), &posterior.mode)?;
            let above = priors.iter().zip(&sizes).map(|(prior, &size)| prior.log_above_normal(size));
            posterior.log_evidence += above.sum::<f64>();
        }
        Some(posterior)
    }

    /// Equal deals of one outcome folded into one: columns, outcome and summed row weight of each.
    fn cells(&self, deals: &[usize]) -> (Array2<f64>, Vec<f64>, Vec<f64>) {
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
        let columns = side_by_side(rows.len(), self.columns.ncols(), |at, to| {
            to.iter_mut().zip(self.columns.row(rows[at])).for_each(|(to, from)| *to = *from);
        });
        (columns, y, weights)
    }
}

/// Prior standard deviations of all columns: the intercept is free, κ·sd(S) has 1.
fn with_shared(deviations: &[f64]) -> Vec<f64> {
    [&[f64::INFINITY, 1.0], deviations].concat()
}

impl Posterior {
    /// A mode found under a normal prior of the given standard deviation for each column after the shared ones; 0 holds it.
    fn of(found: Mode, deviations: &[f64]) -> Posterior {
        // A coefficient that is held has no volume, neither before the deals nor after.
        let log_volume = |sds: &mut dyn Iterator<Item = f64>| sds.filter(|sd| *sd > 0.0).map(f64::ln).sum::<f64>();
        let after = log_volume(&mut root(&found.covariance).diag().iter().copied());
        let before = log_volume(&mut deviations.iter().copied());
        let log_evidence = found.log_posterior + after - before;
        Posterior { mode: found.coefficients, covariance: found.covariance, log_evidence }
    }

    /// Mean square ξ² of each deviation.
    pub fn mean_squares(&self) -> Vec<f64> {
        let square = |(column, mode): (usize, &f64)| mode.powi(2) + self.covariance[[column, column]];
        self.mode.iter().enumerate().skip(SHARED).map(square).collect()
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

    /// What scipy found, and the same deals as input.
    fn reference() -> (Value, Vec<RuleInput>, Vec<f64>, Vec<f64>) {
        let reference: Value =
            serde_json::from_str(include_str!("../../tests/reference/comparison.json")).expect("JSON");
        let points = numbers(&reference["points"]);
        let quantities = reference["quantities"].as_array().expect("an array");
        let rules = points.iter().zip(quantities).enumerate().map(|(at, (&points, quantity))| RuleInput {
            id: format!("{at}"),
            group: "fit".into(),
            persona: None,
            points,
            quantity: numbers(quantity),
            limit: f64::INFINITY,
        });
        let (rules, y, weights) = (rules.collect(), numbers(&reference["outcomes"]), numbers(&reference["weights"]));
        (reference, rules, y, weights)
    }

    #[test]
    fn mode_covariance_and_factor_are_those_of_scipy() {
        let (reference, rules, y, weights) = reference();
        let input = ComparisonInput { rules: &rules, y: &y, weights: &weights, folds: &[], seed: 0, draws: 0 };
        let deals = Deals::new(&input);
        let design = Design::new(&input, &deals);
        let all: Vec<usize> = (0..y.len()).collect();
        near(deals.sd_score, reference["sd_score"].as_f64().expect("a number"));
        for expected in reference["fits"].as_array().expect("an array") {
            let tau = expected["tau"].as_f64().expect("a number");
            let fit = design.fit(&all, &vec![Prior::Normal(tau); design.n_deviations()]);
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

    /// What further turns may still move: a coefficient in its standard errors, and the log evidence, which makes a
    /// share of belief 1 % larger or smaller.
    const MOVED_BY_FURTHER_TURNS: f64 = 0.05;
    const EVIDENCE_BY_FURTHER_TURNS: f64 = 0.01;

    #[test]
    fn heavy_tails_are_those_of_scipy_after_any_number_of_turns() {
        let (reference, rules, y, weights) = reference();
        let input = ComparisonInput { rules: &rules, y: &y, weights: &weights, folds: &[], seed: 0, draws: 0 };
        let deals = Deals::new(&input);
        let design = Design::new(&input, &deals);
        let all: Vec<usize> = (0..y.len()).collect();
        for expected in reference["heavy_tailed"].as_array().expect("an array") {
            let tau = expected["tau"].as_f64().expect("a number");
            let fit = design.fit(&all, &vec![Prior::HeavyTailed(tau); design.n_deviations()]);
            for (column, mode) in numbers(&expected["mode"]).into_iter().enumerate() {
                let error = fit.covariance[[column, column]].sqrt();
                assert!((fit.mode[column] - mode).abs() < MOVED_BY_FURTHER_TURNS * error, "{tau} {column}");
            }
            let evidence = expected["log_evidence"].as_f64().expect("a number");
            assert!((fit.log_evidence - evidence).abs() < EVIDENCE_BY_FURTHER_TURNS, "{} {evidence}", fit.log_evidence);
        }
    }
}

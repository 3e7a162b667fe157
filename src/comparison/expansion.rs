//! The likelihood of many deals near a point, to second order, so that every further prior costs no walk over the deals.
//!
//! ```text
//! log L(b) ≈ log L(b₀) + s'(b − b₀) − ½ (b − b₀)' H (b − b₀)
//! ```
//!
//! b₀ is the mode under some prior; s and H are read off that fit, where the gradient of the posterior is 0. From some
//! hundred thousand deals on the modes under other priors lie within a few standard errors of b₀, and what is left out
//! moves them by hundredths of one.

use crate::logistic::cholesky::Cholesky;
use crate::logistic::prior::MapFit;
use ndarray::{Array1, Array2};

/// A mode and its neighbourhood.
pub(super) struct Mode {
    /// `(n_columns)`.
    pub coefficients: Vec<f64>,
    /// `(n_columns, n_columns)`.
    pub covariance: Array2<f64>,
    /// Log-likelihood plus log prior at the mode, without the priors' normalising constants.
    pub log_posterior: f64,
}

impl From<MapFit> for Mode {
    fn from(fit: MapFit) -> Mode {
        Mode { coefficients: fit.coefficients, covariance: fit.covariance, log_posterior: fit.log_posterior }
    }
}

/// log L near a point.
pub(super) struct Expansion {
    /// b₀.
    at: Array1<f64>,
    /// log L(b₀).
    log_likelihood: f64,
    /// s.
    slope: Array1<f64>,
    /// H.
    curvature: Array2<f64>,
}

impl Expansion {
    /// About the mode that was found under normal priors of these means and standard deviations; none where rounding
    /// leaves nothing of its curvature.
    pub fn about(mode: &Mode, prior_mean: &[f64], prior_sd: &[f64]) -> Option<Expansion> {
        let mut curvature = inverse(&mode.covariance)?.1;
        let precision = precision(prior_sd);
        let from_prior: Vec<f64> = mode.coefficients.iter().zip(prior_mean).map(|(b, mean)| b - mean).collect();
        let slope: Vec<f64> = precision.iter().zip(&from_prior).map(|(precision, by)| precision * by).collect();
        let distance: f64 = slope.iter().zip(&from_prior).map(|(slope, by)| slope * by).sum();
        curvature.diag_mut().iter_mut().zip(&precision).for_each(|(h, precision)| *h -= precision);
        let log_likelihood = mode.log_posterior + 0.5 * distance;
        Some(Expansion { at: mode.coefficients.clone().into(), log_likelihood, slope: slope.into(), curvature })
    }

    /// The mode under other priors.
    pub fn under(&self, prior_mean: &[f64], prior_sd: &[f64]) -> Option<Mode> {
        let precision = precision(prior_sd);
        let mut hessian = self.curvature.clone();
        hessian.diag_mut().iter_mut().zip(&precision).for_each(|(h, precision)| *h += precision);
        let (factor, covariance) = inverse(&hessian)?;
        let pulled =
            self.at.iter().zip(prior_mean).zip(&precision).map(|((at, mean), precision)| precision * (mean - at));
        let gradient: Vec<f64> = pulled.zip(&self.slope).map(|(pull, slope)| pull + slope).collect();
        let step = Array1::from(factor.solve(&gradient));
        let coefficients = (&self.at + &step).to_vec();
        let gain = self.slope.dot(&step) - 0.5 * step.dot(&self.curvature.dot(&step));
        let from_prior = coefficients.iter().zip(prior_mean).map(|(b, mean)| (b - mean).powi(2));
        let prior: f64 = from_prior.zip(&precision).map(|(square, precision)| precision * square).sum();
        let log_posterior = self.log_likelihood + gain - 0.5 * prior;
        Some(Mode { coefficients, covariance, log_posterior })
    }
}

/// 1 / sd², 0 for a free coefficient. None is held: a rule whose deviation nothing allows is no column.
fn precision(prior_sd: &[f64]) -> Vec<f64> {
    prior_sd.iter().map(|sd| sd.powi(-2)).collect()
}

/// The factor of a positive definite matrix and its inverse; none where rounding makes it no such matrix.
fn inverse(matrix: &Array2<f64>) -> Option<(Cholesky, Array2<f64>)> {
    let factor = Cholesky::factor(matrix.clone()).ok()?;
    let size = matrix.nrows();
    let mut inverse = Array2::zeros((size, size));
    for column in 0..size {
        let unit: Vec<f64> = (0..size).map(|row| f64::from(u8::from(row == column))).collect();
        inverse.column_mut(column).assign(&Array1::from(factor.solve(&unit)));
    }
    Some((factor, inverse))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logistic::prior::MapProblem;
    use crate::logodds::sigmoid;

    const MEAN: [f64; 3] = [0.0, 1.0, 0.0];

    /// 60,000 deals on a grid, won as often as the log-odds say, without any draw.
    fn deals() -> (Array2<f64>, Vec<f64>, Vec<f64>) {
        let x = Array2::from_shape_fn((60_000, 3), |(row, column)| match column {
            0 => 1.0,
            1 => (row % 7) as f64 / 3.0 - 1.0,
            _ => f64::from(u8::from(row % 5 == 0)),
        });
        let won = |(row, x): (usize, ndarray::ArrayView1<f64>)| {
            let draw = ((row / 35) as f64 * 0.618_033_988_75).fract();
            f64::from(u8::from(draw < sigmoid(-1.5 + 0.9 * x[1] - 0.3 * x[2])))
        };
        let y = x.outer_iter().enumerate().map(won).collect();
        (x, y, vec![1.0; 60_000])
    }

    #[test]
    fn the_mode_it_was_made_about_comes_back() {
        let (x, y, weights) = deals();
        let sds = [f64::INFINITY, 1.0, 0.35];
        let mode: Mode = MapProblem::new(x, &y, &weights).fit(&MEAN, &sds).into();
        let again = Expansion::about(&mode, &MEAN, &sds).unwrap().under(&MEAN, &sds).unwrap();
        for column in 0..3 {
            assert!((again.coefficients[column] - mode.coefficients[column]).abs() < 1e-9);
            assert!((again.covariance[[column, column]] / mode.covariance[[column, column]] - 1.0).abs() < 1e-6);
        }
        assert!((again.log_posterior - mode.log_posterior).abs() < 1e-6);
    }

    #[test]
    fn another_prior_ends_where_a_fit_of_its_own_would() {
        let (x, y, weights) = deals();
        let problem = MapProblem::new(x, &y, &weights);
        let wide = [f64::INFINITY, 1.0, 0.35];
        let near = Expansion::about(&problem.fit(&MEAN, &wide).into(), &MEAN, &wide).unwrap();
        for sd in [0.05, 0.1, 1.0] {
            let sds = [f64::INFINITY, 1.0, sd];
            let (own, found) = (problem.fit(&MEAN, &sds), near.under(&MEAN, &sds).unwrap());
            for column in 0..3 {
                let error = own.covariance[[column, column]].sqrt();
                // Hundredths of a standard error, though the prior pulls by several of them.
                assert!((found.coefficients[column] - own.coefficients[column]).abs() < 0.05 * error, "{sd} {column}");
                assert!((found.covariance[[column, column]].sqrt() / error - 1.0).abs() < 0.05, "{sd} {column}");
            }
            assert!((found.log_posterior - own.log_posterior).abs() < 0.05, "{sd}");
        }
    }
}

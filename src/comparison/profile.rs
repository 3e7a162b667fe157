//! The shape of one rule that the deals bear out: how fast its points should fade, or how often it should count.
//!
//! Each shape on offer (a half-life, a cap) gives the rule another quantity q over the same deals. They are set side by
//! side in the regression
//!
//! ```text
//! logit p = a + b · others + γ · q / sd(q)      b · sd(others) ~ N(1, 1)      γ ~ N(0, 1)
//! ```
//!
//! where `others` is what all other rules add by their learned points. A shape is plausible when its log posterior lies
//! within half the 95 % point of χ² with one degree of freedom of the best: the profile-likelihood interval.

use crate::logistic::prior::MapProblem;
use ndarray::Array2;

/// Half the 95 % point of χ²(1).
pub const PLAUSIBLE_DROP: f64 = 1.920_729_410_347_062;

/// Deals that a profile is read from at most, evenly spaced: more would only make narrow intervals narrower.
const MOST_DEALS: usize = 100_000;

/// One rule's quantity under every shape on offer.
#[derive(Debug, Clone, Copy)]
pub struct ProfileInput<'a> {
    /// `(n_deals,)` what all other rules add, in points.
    pub others: &'a [f64],
    /// `(n_shapes, n_deals)` the rule's quantity.
    pub shapes: &'a [&'a [f64]],
    /// `(n_deals,)` 1 for won, 0 for lost.
    pub y: &'a [f64],
    /// `(n_deals,)` row weights.
    pub weights: &'a [f64],
}

/// How well each shape fits the deals.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// `(n_shapes,)` log posterior at the mode, less that of the best shape: 0 for the best, negative for the others.
    pub drop: Vec<f64>,
    /// `(n_shapes,)` γ: log-odds per standard deviation of the quantity.
    pub effect: Vec<f64>,
    /// What the rule adds at its best shape: log posterior less that without the rule.
    pub gain: f64,
}

impl Profile {
    /// The profile of a rule over at least one shape.
    pub fn new(input: &ProfileInput<'_>) -> Profile {
        let stride = input.y.len().div_ceil(MOST_DEALS).max(1);
        let every = |values: &[f64]| -> Vec<f64> { values.iter().step_by(stride).copied().collect() };
        let (y, weights) = (every(input.y), every(input.weights));
        let others = standardised(&every(input.others), &weights);
        let without = posterior(&others, None, &y, &weights).0;
        let fits: Vec<(f64, f64)> = input
            .shapes
            .iter()
            .map(|shape| posterior(&others, Some(&standardised(&every(shape), &weights)), &y, &weights))
            .collect();
        let best = fits.iter().map(|fit| fit.0).fold(f64::NEG_INFINITY, f64::max);
        Profile {
            drop: fits.iter().map(|fit| fit.0 - best).collect(),
            effect: fits.iter().map(|fit| fit.1).collect(),
            gain: best - without,
        }
    }

    /// Whether the deals cannot rule this shape out.
    pub fn is_plausible(&self, shape: usize) -> bool {
        self.drop[shape] >= -PLAUSIBLE_DROP
    }

    /// Whether the deals say anything of the shape: the rule tells deals apart, and some shape is ruled out.
    pub fn tells(&self) -> bool {
        self.gain > PLAUSIBLE_DROP && (0..self.drop.len()).any(|shape| !self.is_plausible(shape))
    }

    /// The best of some shapes, the first among equals.
    pub fn best_of(&self, shapes: impl IntoIterator<Item = usize>) -> Option<usize> {
        shapes.into_iter().fold(None, |best: Option<usize>, shape| match best {
            Some(other) if self.drop[other] >= self.drop[shape] => Some(other),
            _ => Some(shape),
        })
    }
}

/// (x − mean) / sd by row weight; all 0 for a constant.
fn standardised(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    let mean = values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / total;
    let sd = (values.iter().zip(weights).map(|(v, w)| w * (v - mean).powi(2)).sum::<f64>() / total).sqrt();
    let scale = if sd > 0.0 { 1.0 / sd } else { 0.0 };
    values.iter().map(|v| (v - mean) * scale).collect()
}

/// Log posterior and γ with or without a shape's column.
fn posterior(others: &[f64], shape: Option<&[f64]>, y: &[f64], weights: &[f64]) -> (f64, f64) {
    let mut x = Array2::ones((y.len(), 2 + usize::from(shape.is_some())));
    for (row, mut to) in x.outer_iter_mut().enumerate() {
        to[1] = others[row];
        if let Some(shape) = shape {
            to[2] = shape[row];
        }
    }
    let n = x.ncols();
    let fit = MapProblem::new(x, y, weights).fit(&[0.0, 1.0, 0.0][..n], &[f64::INFINITY, 1.0, 1.0][..n]);
    (fit.log_posterior, fit.coefficients.get(2).copied().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logodds::sigmoid;

    /// 4,000 deals on a grid, half of them won with the chance that `log_odds` gives, without any draw.
    fn deals(log_odds: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let visits: Vec<f64> = (0..4_000).map(|i| f64::from(i % 8)).collect();
        let y = (0..4_000u32).map(|i| {
            let draw = (f64::from(i / 8) + 0.5) / 500.0;
            f64::from(u8::from(draw < sigmoid(log_odds(f64::from(i % 8)))))
        });
        (visits.clone(), y.collect(), vec![1.0; visits.len()])
    }

    fn capped(visits: &[f64], cap: f64) -> Vec<f64> {
        visits.iter().map(|v| v.min(cap)).collect()
    }

    #[test]
    fn the_true_cap_is_the_best_and_others_are_ruled_out() {
        let (visits, y, weights) = deals(|v| 0.8 * v.min(2.0) - 1.0);
        let shapes: Vec<Vec<f64>> = [1.0, 2.0, 3.0, 10.0].iter().map(|cap| capped(&visits, *cap)).collect();
        let shapes: Vec<&[f64]> = shapes.iter().map(Vec::as_slice).collect();
        let others = vec![0.0; y.len()];
        let profile = Profile::new(&ProfileInput { others: &others, shapes: &shapes, y: &y, weights: &weights });
        assert_eq!(profile.best_of(0..4), Some(1));
        assert_eq!((0..4).map(|s| profile.is_plausible(s)).collect::<Vec<_>>(), [false, true, false, false]);
        assert!(profile.tells() && profile.effect[1] > 0.0);
    }

    #[test]
    fn a_rule_that_tells_nothing_has_no_shape() {
        let (visits, y, weights) = deals(|_| -0.5);
        let shapes = [capped(&visits, 1.0), visits];
        let shapes: Vec<&[f64]> = shapes.iter().map(Vec::as_slice).collect();
        let others = vec![0.0; y.len()];
        let profile = Profile::new(&ProfileInput { others: &others, shapes: &shapes, y: &y, weights: &weights });
        assert!(!profile.tells(), "{profile:?}");
    }
}

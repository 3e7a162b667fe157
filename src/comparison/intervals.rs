//! 95 % intervals of the learned points, from seeded draws of the coefficients.

use super::ComparisonInput;
use super::deals::Deals;
use super::fit::Design;
use super::mixture::Mixture;
use super::root::root;
use ndarray::{Array2, ArrayView1};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, Normal};

/// Ends of the interval.
const TAILS: [f64; 2] = [0.025, 0.975];

/// 2.5 and 97.5 % of F β over draws of the coefficients, each with its own F; the points as they stand without draws.
pub(super) fn intervals(input: &ComparisonInput, deals: &Deals, design: &Design, mixture: &Mixture) -> Vec<[f64; 2]> {
    let drawn = drawn_points(input, deals, design, mixture);
    drawn.into_iter().zip(&deals.points).map(|(drawn, &points)| quantiles(drawn, points)).collect()
}

/// `[rule][draw]` F β over draws of the coefficients, each with its own F.
pub(super) fn drawn_points(
    input: &ComparisonInput,
    deals: &Deals,
    design: &Design,
    mixture: &Mixture,
) -> Vec<Vec<f64>> {
    let mut drawn = vec![Vec::with_capacity(input.draws); deals.points.len()];
    let mut random = ChaCha8Rng::seed_from_u64(input.seed);
    let (mut share, mut done) = (0.0, 0);
    for part in &mixture.parts {
        share += part.share;
        let until = (share * input.draws as f64).round() as usize;
        let root = root(&part.posterior.covariance);
        for _ in done..until {
            let beta = design.beta(&draw(&mut random, &part.posterior.mode, &root));
            let factor = deals.factor(&beta).unwrap_or(0.0);
            drawn.iter_mut().zip(beta).for_each(|(drawn, beta)| drawn.push(factor * beta));
        }
        done = until;
    }
    drawn
}

/// One draw from N(mode, root · rootᵀ).
fn draw(random: &mut ChaCha8Rng, mode: &[f64], root: &Array2<f64>) -> Vec<f64> {
    let normal = Normal::standard();
    let noise: Vec<f64> = mode.iter().map(|_| normal.inverse_cdf(open_unit(random))).collect();
    let moved = |(row, mode): (ArrayView1<f64>, &f64)| mode + row.iter().zip(&noise).map(|(l, z)| l * z).sum::<f64>();
    root.outer_iter().zip(mode).map(moved).collect()
}

/// Uniform on the open interval (0, 1), where the normal quantile is finite.
fn open_unit(random: &mut ChaCha8Rng) -> f64 {
    const CELLS: f64 = (1u64 << 53) as f64;
    ((random.random::<u64>() >> 11) as f64 + 0.5) / CELLS
}

/// The interval's ends, linear between order statistics; `points` without draws.
pub(super) fn quantiles(mut drawn: Vec<f64>, points: f64) -> [f64; 2] {
    if drawn.is_empty() {
        return [points, points];
    }
    drawn.sort_by(f64::total_cmp);
    TAILS.map(|tail| {
        let place = tail * (drawn.len() - 1) as f64;
        let below = place as usize;
        let above = (below + 1).min(drawn.len() - 1);
        drawn[below] + (place - below as f64) * (drawn[above] - drawn[below])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_mean_and_spread_asked_for() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let root = ndarray::array![[2.0, 0.0], [1.0, 1.0]];
        let draws: Vec<Vec<f64>> = (0..20_000).map(|_| draw(&mut random, &[5.0, -1.0], &root)).collect();
        let mean = |of: &dyn Fn(&[f64]) -> f64| draws.iter().map(|draw| of(draw)).sum::<f64>() / 20_000.0;
        // Four standard errors of each moment at 20,000 draws.
        assert!((mean(&|draw| draw[0]) - 5.0).abs() < 4.0 * 2.0 / 141.0);
        assert!((mean(&|draw| (draw[0] - 5.0).powi(2)) - 4.0).abs() < 4.0 * 4.0 * 1.42 / 141.0);
        assert!((mean(&|draw| (draw[0] - 5.0) * (draw[1] + 1.0)) - 2.0).abs() < 4.0 * 3.5 / 141.0);
    }

    #[test]
    fn ends_lie_between_order_statistics() {
        let drawn: Vec<f64> = (0..=200).rev().map(f64::from).collect();
        assert_eq!(quantiles(drawn, 0.0), [5.0, 195.0]);
        assert_eq!(quantiles(Vec::new(), 3.0), [3.0, 3.0]);
    }
}

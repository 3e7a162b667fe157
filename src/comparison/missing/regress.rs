//! The worth of one fact beside the score: a regression of the outcome on intercept, score and the fact.

use crate::logistic::cholesky::Cholesky;
use crate::logistic::prior::MapProblem;
use crate::logodds::sigmoid;
use ndarray::Array2;

/// Of many deals so many, evenly spread, are fitted first, and so many of those with the fact; all of them then take a step.
const FITTED_FIRST: usize = 1 << 17;
const HELD_FIRST: usize = 1 << 12;

/// Three units of log-odds are much for one fact, so the prior speaks only where a fact has won or lost every deal.
const FACT_SD: f64 = 3.0;

/// Coefficients and standard errors of intercept, score and one more column. Of many deals every so manieth is fitted, and
/// one Newton step over all of them follows: what it leaves is the square of what it mends.
pub(super) fn regress(score: &[f64], holds: Option<&[bool]>, y: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let held = holds.map_or(y.len(), |holds| holds.iter().filter(|holds| **holds).count());
    let every = (y.len() / FITTED_FIRST).min(held / HELD_FIRST).max(1);
    if every == 1 {
        return fit(score, holds, y, weights);
    }
    let some = |values: &[f64]| values.iter().step_by(every).copied().collect::<Vec<f64>>();
    let held: Option<Vec<bool>> = holds.map(|holds| holds.iter().step_by(every).copied().collect());
    let (near, _) = fit(&some(score), held.as_deref(), &some(y), &some(weights));
    step(near, score, holds, y, weights)
}

fn fit(score: &[f64], holds: Option<&[bool]>, y: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut x = Array2::ones((y.len(), 2 + usize::from(holds.is_some())));
    for (row, mut to) in x.outer_iter_mut().enumerate() {
        to[1] = score[row];
        if let Some(holds) = holds {
            to[2] = f64::from(u8::from(holds[row]));
        }
    }
    let n = x.ncols();
    let fit = MapProblem::new(x, y, weights).fit(&[0.0; 3][..n], &[f64::INFINITY, f64::INFINITY, FACT_SD][..n]);
    let errors = fit.covariance.diag().iter().map(|variance| variance.sqrt()).collect();
    (fit.coefficients, errors)
}

/// One Newton step over all deals, and the standard errors where it began.
fn step(near: Vec<f64>, score: &[f64], holds: Option<&[bool]>, y: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = near.len();
    let (mut gradient, mut hessian) = ([0.0; 3], [[0.0; 3]; 3]);
    for (row, (&score, (y, w))) in score.iter().zip(y.iter().zip(weights)).enumerate() {
        let x = [1.0, score, holds.map_or(0.0, |holds| f64::from(u8::from(holds[row])))];
        let p = sigmoid(near.iter().zip(x).map(|(coefficient, x)| coefficient * x).sum());
        let (residual, curvature) = (w * (y - p), w * p * (1.0 - p));
        for i in 0..3 {
            gradient[i] += residual * x[i];
            (0..=i).for_each(|j| hessian[i][j] += curvature * x[i] * x[j]);
        }
    }
    if let Some(fact) = near.get(2) {
        gradient[2] -= fact / (FACT_SD * FACT_SD);
        hessian[2][2] += 1.0 / (FACT_SD * FACT_SD);
    }
    let hessian = Array2::from_shape_fn((n, n), |(i, j)| hessian[i.max(j)][i.min(j)]);
    let Ok(factor) = Cholesky::factor(hessian) else { return (near, vec![f64::INFINITY; n]) };
    let unit = |at: usize| (0..n).map(|i| f64::from(u8::from(i == at))).collect::<Vec<f64>>();
    let errors = (0..n).map(|at| factor.solve(&unit(at))[at].sqrt()).collect();
    let moved = near.iter().zip(factor.solve(&gradient[..n])).map(|(near, step)| near + step).collect();
    (moved, errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    fn unit(random: &mut ChaCha8Rng) -> f64 {
        random.next_u64() as f64 / 2f64.powi(64)
    }

    #[test]
    fn a_step_over_all_deals_ends_where_a_fit_of_them_would() {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let n = 2 * FITTED_FIRST + 1_000;
        let score: Vec<f64> = (0..n).map(|_| 100.0 * unit(&mut random)).collect();
        let holds: Vec<bool> = (0..n).map(|_| unit(&mut random) < 0.2).collect();
        let chance = |row: usize| sigmoid((score[row] - 80.0 + 12.0 * f64::from(u8::from(holds[row]))) / 10.0);
        let y: Vec<f64> = (0..n).map(|row| f64::from(u8::from(unit(&mut random) < chance(row)))).collect();
        let weights = vec![1.0; n];
        let stepped = regress(&score, Some(&holds), &y, &weights);
        let fitted = fit(&score, Some(&holds), &y, &weights);
        for at in 0..3 {
            let error = fitted.1[at];
            assert!((stepped.0[at] - fitted.0[at]).abs() < 0.02 * error, "{stepped:?} {fitted:?}");
            assert!((stepped.1[at] / error - 1.0).abs() < 0.02, "{stepped:?} {fitted:?}");
        }
    }
}

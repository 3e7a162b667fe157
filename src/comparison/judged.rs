//! Two scorecards on the same deals: how well each ranks them, and how sure the difference is.

use super::AucWithError;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use serde::Serialize;

/// Bootstrap draws at most.
const DRAWS: usize = 1_000;

/// Deals times draws at most, so that a hundred thousand deals take seconds; their interval is narrow anyway.
const MOST_WORK: usize = 20_000_000;

/// Draws at least: the ends of a 95 % interval need some beyond them.
const FEWEST_DRAWS: usize = 200;

/// Area under the ROC curve of the hand-set and of the learned points on deals that neither has seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Contest {
    /// Deals judged on.
    pub deals: usize,
    /// Deals won among them.
    pub won: usize,
    /// AUC of the hand-set points.
    pub hand_set: f64,
    /// AUC of the learned points.
    pub learned: f64,
    /// Learned less hand-set.
    pub gain: f64,
    /// Its 95 % interval over seeded bootstrap draws of the deals.
    pub interval: [f64; 2],
}

/// Sets two scores side by side on the same deals; none where an outcome is absent.
pub fn contest(
    hand_set: &[f64],
    learned: &[f64],
    y: &[f64],
    weights: &[f64],
    auc: &AucWithError<'_>,
    seed: u64,
) -> Option<Contest> {
    let of = |score: &[f64], weights: &[f64]| auc(score, y, weights).map(|auc| auc.0);
    let (old, new) = (of(hand_set, weights)?, of(learned, weights)?);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let draws = (MOST_WORK / y.len()).clamp(FEWEST_DRAWS, DRAWS);
    let mut gains: Vec<f64> = (0..draws)
        .filter_map(|_| {
            let drawn = resampled(weights, &mut random);
            Some(of(learned, &drawn)? - of(hand_set, &drawn)?)
        })
        .collect();
    gains.sort_by(f64::total_cmp);
    let at = |share: f64| gains.get(((gains.len() - 1) as f64 * share).round() as usize).copied();
    let interval = if gains.is_empty() { [f64::NEG_INFINITY, f64::INFINITY] } else { [at(0.025)?, at(0.975)?] };
    let won = y.iter().filter(|y| **y == 1.0).count();
    Some(Contest { deals: y.len(), won, hand_set: old, learned: new, gain: new - old, interval })
}

/// Row weights times how often each deal is drawn in as many draws with replacement as there are deals.
fn resampled(weights: &[f64], random: &mut ChaCha8Rng) -> Vec<f64> {
    let n = weights.len() as u64;
    let mut times = vec![0u32; weights.len()];
    for _ in 0..n {
        // The high half of the product: uniform but for one part in 2⁶⁴ ÷ n.
        let drawn = (u128::from(random.next_u64()) * u128::from(n)) >> 64;
        times[drawn as usize] += 1;
    }
    weights.iter().zip(times).map(|(weight, times)| weight * f64::from(times)).collect()
}

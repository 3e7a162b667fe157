//! Two scorecards on the same deals: how well each ranks them, and how sure the difference is.

use crate::metrics::{Ranking, paired_bootstrap};
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

impl Contest {
    /// Whether the learned points rank worse than the hand-set ones, beyond chance.
    pub fn is_lost(&self) -> bool {
        self.interval[1] < 0.0
    }

    /// Whether they rank better, beyond chance.
    pub fn is_won(&self) -> bool {
        self.interval[0] > 0.0
    }
}

/// Sets two scores side by side on the same deals; none where an outcome is absent.
pub fn contest(hand_set: &[f64], learned: &[f64], y: &[f64], weights: &[f64], seed: u64) -> Option<Contest> {
    let (old, new) = (Ranking::of(hand_set, y), Ranking::of(learned, y));
    let draws = (MOST_WORK / y.len().max(1)).clamp(FEWEST_DRAWS, DRAWS);
    let [gain] = paired_bootstrap(weights, draws, seed, |w| [new.auc(w).zip(old.auc(w)).map(|(new, old)| new - old)]);
    let gain = gain?;
    Some(Contest {
        deals: y.len(),
        won: y.iter().filter(|y| **y == 1.0).count(),
        hand_set: old.auc(weights)?,
        learned: new.auc(weights)?,
        gain: gain.value,
        interval: [gain.interval.low, gain.interval.high],
    })
}

//! How good predictions are: order, calibration, stability. Functions on arrays that know neither leads nor models.
//!
//! Every function takes row weights (see the snapshot): a row of weight 0 is a row removed. Intervals are at 95 %.
//! Slices of one call have one length; outcomes are 0 or 1.

use rayon::prelude::*;

mod ascending;
mod calibration;
mod calibration_curve;
mod discrimination;
mod figures;
mod interval;
mod lift;
mod paired;
mod stability;

pub(crate) use ascending::Ascending;
pub use calibration::{Calibration, bare_log_loss, brier, calibration, log_loss, row_log_loss};
pub use calibration_curve::{
    CurveBin, are_seen_apart, calibration_curve, ends_off, expected_calibration_error, furthest_apart,
};
pub use discrimination::{Auc, Tied, auc, auc_of_ties};
pub use figures::{Figures, ProbabilityFigures, figures, probability_figures, score_figures};
pub use interval::{Estimate, Interval, Rate, Standing, Z95, effective_n, wilson};
pub use lift::{LIFT_SHARES, LiftRow, lift};
pub use paired::{Ranking, paired_bootstrap};
pub use stability::{Bins, psi, psi_noise, sample_psi};

/// Row numbers of positive weight, ordered by `score` from high to low; ties keep the order of the rows.
///
/// # Panics
/// When the slices differ in length.
fn descending(score: &[f64], w: &[f64]) -> Vec<usize> {
    ranked(score, w, |rank| !rank).into_iter().map(|(_, row)| row as usize).collect()
}

/// From so many rows on all threads sort.
const ROWS_SORTED_TOGETHER: usize = 1 << 15;

/// A whole number that orders values as `total_cmp` does.
fn rank(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The rows of positive weight behind the ranks of their scores, sorted: sorting such pairs waits for no memory, as looking up
/// two scores a comparison would.
fn ranked(score: &[f64], w: &[f64], turn: impl Fn(u64) -> u64) -> Vec<(u64, u32)> {
    assert_eq!(score.len(), w.len(), "one row weight a row");
    let weighted = (0..score.len()).filter(|&i| w[i] > 0.0);
    let mut rows: Vec<(u64, u32)> = weighted.map(|i| (turn(rank(score[i])), i as u32)).collect();
    // No two are equal, so that whoever sorts comes to the same order.
    if rows.len() < ROWS_SORTED_TOGETHER {
        rows.sort_unstable()
    } else {
        rows.par_sort_unstable()
    };
    rows
}

/// The ends of runs of equal `score` in `rows`: each item is a slice of tied rows.
fn tied<'a>(rows: &'a [usize], score: &'a [f64]) -> impl DoubleEndedIterator<Item = &'a [usize]> {
    rows.chunk_by(|&a, &b| score[a] == score[b])
}

/// Σ wᵢ vᵢ / Σ wᵢ, or 0 when there is no weight.
fn weighted_mean(values: impl Iterator<Item = f64>, w: &[f64]) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for (value, &weight) in values.zip(w) {
        if weight > 0.0 {
            sum += weight * value;
            total += weight;
        }
    }
    if total > 0.0 { sum / total } else { 0.0 }
}

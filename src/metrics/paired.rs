//! The paired bootstrap: how sure it is that one way of scoring deals is better than another.
//!
//! The same resample of the deals judges both, so what makes a deal hard for both cancels. Efron & Tibshirani (1993), An
//! Introduction to the Bootstrap, chapter 13.

use super::descending;
use super::interval::{Estimate, Interval};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// `K` gains of the deals with row weights `w`, each with its 95 % percentile interval over `resamples` seeded draws of
/// as many deals with replacement.
///
/// `gains` works the gains out from row weights; a resample that leaves one undefined is passed over for it. `None`
/// where the deals themselves leave it undefined; without any resample that defines it, all is possible.
pub fn paired_bootstrap<const K: usize>(
    w: &[f64],
    resamples: usize,
    seed: u64,
    gains: impl Fn(&[f64]) -> [Option<f64>; K] + Sync,
) -> [Option<Estimate>; K] {
    let random = ChaCha8Rng::seed_from_u64(seed);
    let of_resample = |resampled: &mut Vec<f64>, number: usize| {
        // One stream of draws, entered where this resample begins: the same with any number of threads.
        let mut random = random.clone();
        random.set_word_pos(number as u128 * w.len() as u128 * WORDS_PER_DRAW);
        draw(w, &mut random, resampled);
        gains(resampled)
    };
    let drawn: Vec<[Option<f64>; K]> =
        (0..resamples).into_par_iter().map_init(|| vec![0.0; w.len()], of_resample).collect();
    let mut gain = 0..K;
    gains(w).map(|value| {
        let gain = gain.next().expect("as many gains as gains");
        let resampled = drawn.iter().filter_map(|gains| gains[gain]).collect();
        value.map(|value| Estimate { value, interval: middle_95(resampled) })
    })
}

/// Words of 32 bits that a draw takes from the stream.
const WORDS_PER_DRAW: u128 = 2;

/// Row weights times how often each deal is drawn in as many draws with replacement as there are deals.
fn draw(w: &[f64], random: &mut ChaCha8Rng, resampled: &mut [f64]) {
    resampled.fill(0.0);
    let n = w.len() as u64;
    for _ in 0..n {
        // The high half of the product: uniform but for one part in 2⁶⁴ ÷ n.
        let drawn = ((u128::from(random.next_u64()) * u128::from(n)) >> 64) as usize;
        resampled[drawn] += w[drawn];
    }
}

fn middle_95(mut values: Vec<f64>) -> Interval {
    if values.is_empty() {
        return Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };
    }
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    Interval { low: at(0.025), high: at(0.975) }
}

/// Deals ranked once by a score, so that the area under the ROC curve at other row weights costs one pass.
pub struct Ranking {
    /// The deals by descending score.
    deals: Vec<Ranked>,
}

/// A deal at its place in a ranking.
struct Ranked {
    deal: u32,
    won: bool,
    /// Whether the next deal has a lower score, or there is none.
    last_of_tied: bool,
}

impl Ranking {
    /// Ranks the deals with outcomes `y` by `score`.
    pub fn of(score: &[f64], y: &[f64]) -> Ranking {
        let order = descending(score, &vec![1.0; score.len()]);
        let mut deals = Vec::with_capacity(order.len());
        for tied in super::tied(&order, score) {
            let last = tied.last().copied();
            deals.extend(tied.iter().map(|&i| Ranked {
                deal: i as u32,
                won: y[i] > 0.5,
                last_of_tied: Some(i) == last,
            }));
        }
        Ranking { deals }
    }

    /// The row-weighted area, as [`auc`](super::auc) gives it; `None` when an outcome has no weight.
    pub fn auc(&self, w: &[f64]) -> Option<f64> {
        let (mut won, mut lost, mut area) = (0.0, 0.0, 0.0);
        let mut here = [0.0, 0.0];
        for ranked in &self.deals {
            here[usize::from(ranked.won)] += w[ranked.deal as usize];
            if ranked.last_of_tied {
                let [lost_here, won_here] = here;
                area += lost_here * (won + won_here / 2.0);
                won += won_here;
                lost += lost_here;
                here = [0.0, 0.0];
            }
        }
        (won > 0.0 && lost > 0.0).then(|| area / (won * lost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::auc;

    #[test]
    fn the_area_of_a_resample_is_that_of_the_metrics() {
        let y: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i % 3 == 0))).collect();
        // Every fourth score is tied with another, and every third deal has no weight.
        let score: Vec<f64> = (0..200).map(|i| (f64::from(i / 4 * 3) * 0.618).fract() + y[i as usize] / 5.0).collect();
        let w: Vec<f64> = (0..200).map(|i| f64::from(i % 3 + 1)).collect();
        let expected = auc(&y, &score, &w).unwrap().value;
        assert!((Ranking::of(&score, &y).auc(&w).unwrap() - expected).abs() < 1e-12);
        assert_eq!(Ranking::of(&score, &y).auc(&y), None);
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_the_normal_distribution() {
        // Deals worth 0 and 1 by turns: the mean of 400 has the standard error 0.025.
        let worth: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let mean = |w: &[f64]| [Some(worth.iter().zip(w).map(|(v, w)| v * w).sum::<f64>() / 400.0)];
        let [Some(found)] = paired_bootstrap(&[1.0; 400], 2000, 1, mean) else { panic!("a mean is always there") };
        assert_eq!(found.value, 0.5);
        // Of 2,000 resamples the 50th from either end scatters by a tenth of the standard error.
        let tolerance = 4.0 * 0.0025;
        assert!((found.interval.low - (0.5 - 1.96 * 0.025)).abs() < tolerance, "{found:?}");
        assert!((found.interval.high - (0.5 + 1.96 * 0.025)).abs() < tolerance, "{found:?}");
    }

    #[test]
    fn what_no_resample_defines_may_be_anything_and_what_the_deals_do_not_define_is_nothing() {
        let [there, gone] = paired_bootstrap(&[1.0, 1.0], 10, 1, |w| [(w == [1.0, 1.0]).then_some(3.0), None]);
        assert_eq!(there.map(|e| e.value), Some(3.0));
        assert_eq!(gone, None);
    }

    #[test]
    fn a_resample_begins_where_the_one_before_it_ends() {
        let w: Vec<f64> = (0..37).map(f64::from).collect();
        let mut one_after_the_other = ChaCha8Rng::seed_from_u64(5);
        let mut expected = vec![0.0; w.len()];
        let drawn = paired_bootstrap(&w, 5, 5, |w| [Some(w.iter().zip(0..).map(|(w, i)| w * f64::from(i)).sum())]);
        let sums = (0..5).map(|_| {
            draw(&w, &mut one_after_the_other, &mut expected);
            expected.iter().zip(0..).map(|(w, i)| w * f64::from(i)).sum::<f64>()
        });
        assert_eq!(drawn[0].map(|e| e.interval), Some(middle_95(sums.collect())));
    }
}

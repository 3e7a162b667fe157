//! Seeded draws: one independent stream a lead, so that a change to one lead moves no other.
//!
//! Every distribution is written out here on top of the generator's raw 64 bits. A newer release of `rand` may change
//! how its own distributions use those bits; the committed sample must not change with it.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::TAU;

/// A stream of random values.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// Stream number `stream` of the generator seeded with `seed`.
    pub(super) fn new(seed: u64, stream: u64) -> Draw {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Draw(generator)
    }

    /// Uniform on [0, 1): the upper 53 bits, which is as fine as a double there.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform on [low, high).
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with probability `probability`.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of `choices`, all alike. The slice is never empty: the vocabularies are constants.
    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[((self.unit() * choices.len() as f64) as usize).min(choices.len() - 1)]
    }

    /// An index drawn in proportion to `shares`, which need not sum to 1.
    pub(super) fn index_by_share(&mut self, shares: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.unit() * shares.clone().sum::<f64>();
        let mut last = 0;
        for (index, share) in shares.enumerate() {
            last = index;
            if left < share {
                return index;
            }
            left -= share;
        }
        last
    }

    /// Standard normal, by Box and Muller.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }

    /// exp of a normal with median `median` and standard deviation `sd` of the logarithm.
    pub(super) fn log_normal(&mut self, median: f64, sd: f64) -> f64 {
        median * (sd * self.normal()).exp()
    }

    /// Exponential with mean `mean`.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Poisson with mean `mean` (small here: a lead's acts of one kind), by counting unit-rate arrivals.
    pub(super) fn poisson(&mut self, mean: f64) -> usize {
        let mut arrivals = 0;
        let mut clock = self.exponential(1.0);
        while clock < mean {
            arrivals += 1;
            clock += self.exponential(1.0);
        }
        arrivals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four standard errors of a mean over 20,000 draws with variance 1; the seed is fixed, so this never flickers.
    const TOLERANCE: f64 = 4.0 / 141.0;
    const N_DRAWS: usize = 20_000;

    fn mean_of(mut each: impl FnMut(&mut Draw) -> f64) -> f64 {
        let mut draw = Draw::new(7, 0);
        (0..N_DRAWS).map(|_| each(&mut draw)).sum::<f64>() / N_DRAWS as f64
    }

    #[test]
    fn means_are_those_of_the_named_distributions() {
        assert!((mean_of(Draw::unit) - 0.5).abs() < TOLERANCE);
        assert!(mean_of(Draw::normal).abs() < TOLERANCE);
        assert!((mean_of(|d| d.normal().powi(2)) - 1.0).abs() < 2.0 * TOLERANCE);
        assert!((mean_of(|d| d.exponential(1.0)) - 1.0).abs() < TOLERANCE);
        assert!((mean_of(|d| d.poisson(0.9) as f64) - 0.9).abs() < TOLERANCE);
        assert!((mean_of(|d| d.index_by_share([1.0, 3.0].into_iter()) as f64) - 0.75).abs() < TOLERANCE);
    }

    #[test]
    fn streams_differ_and_repeat() {
        let first = Draw::new(1, 0).unit();
        assert_eq!(first, Draw::new(1, 0).unit());
        assert_ne!(first, Draw::new(1, 1).unit());
        assert_ne!(first, Draw::new(2, 0).unit());
    }
}

//! Intervals of shares, and the small values that carry any figure with its interval.

use super::weighted_mean;
use serde::{Deserialize, Serialize};

/// The 97.5 % quantile of the normal distribution: 95 % lie within ± this.
pub const Z95: f64 = 1.959_963_984_540_054;

/// A 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies within, ends included.
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A figure and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Its 95 % interval.
    pub interval: Interval,
}

/// The share of wins in a set of deals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Deals (rows of positive weight).
    pub n: usize,
    /// Wins among them.
    pub wins: usize,
    /// Row-weighted share of wins.
    pub rate: f64,
    /// Wilson's interval at the effective number of deals.
    pub interval: Interval,
}

/// How a rate does beside that of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its interval lies above the rate of all.
    Better,
    /// Its interval lies below.
    Worse,
    /// Its interval includes it.
    Alike,
}

impl Rate {
    /// How it does beside `all`, the rate of all deals.
    pub fn standing(&self, all: f64) -> Standing {
        match self.interval {
            interval if interval.low > all => Standing::Better,
            interval if interval.high < all => Standing::Worse,
            _ => Standing::Alike,
        }
    }

    /// The win rate of deals with outcomes `y` and row weights `w`; `None` when no row has weight.
    pub fn of(y: &[f64], w: &[f64]) -> Option<Rate> {
        let weighted = || y.iter().zip(w).filter(|(_, w)| **w > 0.0);
        let n = weighted().count();
        let rate = weighted_mean(y.iter().copied(), w);
        let effective = effective_n(w);
        (n > 0).then(|| Rate {
            n,
            wins: weighted().filter(|(y, _)| **y > 0.5).count(),
            rate,
            interval: wilson(rate * effective, effective),
        })
    }
}

/// Wilson's score interval for a share of `wins` in `n`; both may be fractions. With n = 0: from 0 to 1.
///
/// centre = (wins + z²/2) / (n + z²), half = z √(wins (n − wins) / n + z²/4) / (n + z²).
/// Wilson, E. B. (1927), doi:10.1080/01621459.1927.10502953.
pub fn wilson(wins: f64, n: f64) -> Interval {
    if n <= 0.0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let z2 = Z95 * Z95;
    let centre = (wins + z2 / 2.0) / (n + z2);
    let half = Z95 * (wins * (n - wins).max(0.0) / n + z2 / 4.0).sqrt() / (n + z2);
    // At no wins and at all wins an end is 0 or 1 exactly, but for rounding.
    let low = if wins <= 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if wins >= n { 1.0 } else { (centre + half).min(1.0) };
    Interval { low, high }
}

/// Kish's effective number of rows, (Σw)² / Σw²: how many rows of equal weight tell as much about a mean.
///
/// Kish, L. (1965), Survey Sampling, section 11.7. With no weight at all: 0.
pub fn effective_n(w: &[f64]) -> f64 {
    let (sum, squares) = w.iter().fold((0.0, 0.0), |(s, q), &w| (s + w, q + w * w));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_at_its_ends() {
        assert_eq!(wilson(0.0, 0.0), Interval { low: 0.0, high: 1.0 });
        assert_eq!(wilson(0.0, 10.0).low, 0.0);
        assert_eq!(wilson(10.0, 10.0).high, 1.0);
        // No wins in n: the upper end is z² / (n + z²).
        let z2 = Z95 * Z95;
        assert!((wilson(0.0, 10.0).high - z2 / (10.0 + z2)).abs() < 1e-15);
    }

    #[test]
    fn equal_weights_change_nothing_and_weight_0_is_a_row_removed() {
        let plain = Rate::of(&[1.0, 0.0, 0.0], &[1.0; 3]).unwrap();
        let halved = Rate::of(&[1.0, 0.0, 0.0, 1.0], &[0.5, 0.5, 0.5, 0.0]).unwrap();
        assert_eq!((plain.n, plain.wins), (halved.n, halved.wins));
        assert!((plain.interval.low - halved.interval.low).abs() < 1e-15);
        assert_eq!(effective_n(&[1.0, 1.0, 0.0]), 2.0);
        assert!(Rate::of(&[1.0], &[0.0]).is_none());
    }
}

//! The straight line under a step curve.
//!
//! Steps alone cannot tell 51 from 59 within a bin, nor the difference of two columns that run side by side. So a number
//! with more distinct values than bins also enters as a straight line with a penalty of its own: where the effect is
//! straight the line carries it, elsewhere its penalty sends it to nothing and the steps speak. A number with a bin a
//! value loses nothing in its bins and needs no line, and without one it cannot run on beyond what the deals showed.

use super::source::Values;
use serde::{Deserialize, Serialize};

/// The line is level beyond this share of the training values on either side: far values are held to be no more
/// telling than the last common ones, and one mistyped amount moves nothing.
const TAIL: f64 = 0.01;

/// Within-bin differences below this share of the standard deviation are rounding.
const ROUNDING: f64 = 1e-9;

/// x ↦ (min(max(x, low), high) − mean) / sd.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveLine {
    /// Mean of the training values, held between `low` and `high`.
    pub mean: f64,
    /// Their standard deviation.
    pub sd: f64,
    /// Below this the line is level.
    pub low: f64,
    /// Above this the line is level.
    pub high: f64,
    /// `(n_bins,)` where the training values of each bin lie on the line on average.
    pub centres: Vec<f64>,
}

impl CurveLine {
    /// The line of the present training values whose bins lie between `edges`; `None` where the bins tell every value
    /// apart, or the values have no spread that numbers can hold.
    pub fn learn(present: &[f64], edges: &[f64]) -> Option<CurveLine> {
        let mut sorted = present.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        CurveLine::of_sorted(&sorted, edges)
    }

    /// The same of values in ascending order.
    pub fn of_sorted(sorted: &[f64], edges: &[f64]) -> Option<CurveLine> {
        let n_distinct = sorted.chunk_by(|a, b| a == b).count();
        if n_distinct <= edges.len() + 1 {
            return None;
        }
        let last = (sorted.len() - 1) as f64;
        let (low, high) = (sorted[(last * TAIL) as usize], sorted[(last * (1.0 - TAIL)).ceil() as usize]);
        let n = sorted.len() as f64;
        let mean = sorted.iter().map(|v| v.clamp(low, high)).sum::<f64>() / n;
        let sd = (sorted.iter().map(|v| (v.clamp(low, high) - mean).powi(2)).sum::<f64>() / n).sqrt();
        let holds = sd.is_finite() && sd > ROUNDING * mean.abs() && sd > 0.0;
        let mut line = CurveLine { mean, sd, low, high, centres: Vec::new() };
        line.centres = holds.then(|| line.means_by_bin(sorted, edges))?;
        Some(line)
    }

    /// Where a value lies on the line, in standard deviations; 0, the mean, where it is missing.
    pub fn at(&self, value: f64) -> f64 {
        if value.is_nan() { 0.0 } else { (value.clamp(self.low, self.high) - self.mean) / self.sd }
    }

    /// `values` ascend, so that each bin is a stretch of them.
    fn means_by_bin(&self, values: &[f64], edges: &[f64]) -> Vec<f64> {
        let ends = edges.iter().map(|edge| values.partition_point(|value| value <= edge)).chain([values.len()]);
        let mut start = 0;
        let mean = |end: usize| {
            let own = &values[start..end];
            start = end;
            let sum = own.iter().fold(0.0, |sum, value| sum + self.at(*value));
            if own.is_empty() { 0.0 } else { sum / own.len() as f64 }
        };
        ends.map(mean).collect()
    }
}

/// The line's places of some rows of a number.
pub fn places(line: &CurveLine, values: &Values, rows: &[usize]) -> Option<Vec<f64>> {
    let Values::Number(numbers) = values else { return None };
    let mut places = numbers.of_rows(rows);
    places.iter_mut().for_each(|value| *value = line.at(*value));
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::bins::bin_edges;

    #[test]
    fn a_bin_a_value_needs_no_line() {
        let values: Vec<f64> = (0..200).map(|i| f64::from(i % 20)).collect();
        assert_eq!(CurveLine::learn(&values, &bin_edges(&values, 32)), None);
        assert!(CurveLine::learn(&values, &bin_edges(&values, 8)).is_some());
    }

    #[test]
    fn the_line_is_standardised_and_level_beyond_the_common_values() {
        let values: Vec<f64> = (0..=1000).map(f64::from).collect();
        let edges = bin_edges(&values, 10);
        let line = CurveLine::learn(&values, &edges).unwrap();
        assert_eq!((line.low, line.high), (10.0, 990.0));
        assert_eq!(line.at(-5.0), line.at(10.0));
        assert_eq!(line.at(1e300), line.at(990.0));
        assert_eq!(line.at(f64::NAN), 0.0);
        let places: Vec<f64> = values.iter().map(|v| line.at(*v)).collect();
        let mean = places.iter().sum::<f64>() / places.len() as f64;
        let variance = places.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / places.len() as f64;
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
        assert_eq!(line.centres.len(), edges.len() + 1);
        assert!(line.centres.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn values_without_a_usable_spread_have_no_line() {
        let huge: Vec<f64> = (0..100).map(|i| f64::from(i) * 1e307).collect();
        assert_eq!(CurveLine::learn(&huge, &bin_edges(&huge, 8)), None);
    }
}

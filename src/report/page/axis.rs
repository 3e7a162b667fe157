//! Round numbers along an axis.

/// Steps within a decade.
const STEPS: [f64; 4] = [1.0, 2.0, 5.0, 10.0];

/// Round numbers from `low` to `high`, ascending: of all round steps the one that gives nearest to `about` numbers, the
/// finer of two as near.
pub(super) fn ticks(low: f64, high: f64, about: usize) -> Vec<f64> {
    let rough = (high - low) / about.max(1) as f64;
    if !rough.is_finite() || rough <= 0.0 {
        return vec![low];
    }
    let decade = 10f64.powf(rough.log10().floor());
    let ends = |step: f64| ((low / step).ceil() as i64, (high / step).floor() as i64);
    let off = |step: &f64| {
        let (first, last) = ends(*step);
        (last - first + 1).abs_diff(about as i64)
    };
    let step = STEPS.into_iter().map(|s| s * decade).min_by_key(off).unwrap_or(decade);
    let (first, last) = ends(step);
    (first..=last).map(|i| i as f64 * step).collect()
}

/// The least and the largest of the values and 0, apart by something.
pub(super) fn reach(values: &[f64]) -> [f64; 2] {
    let (low, high) =
        values.iter().filter(|v| v.is_finite()).fold((0.0f64, 0.0f64), |(low, high), &v| (low.min(v), high.max(v)));
    if high > low { [low, high] } else { [low, low + 1.0] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(ticks(-12.0, 31.0, 4), [-10.0, 0.0, 10.0, 20.0, 30.0]);
        assert_eq!(ticks(-72.0, 43.0, 4), [-60.0, -40.0, -20.0, 0.0, 20.0, 40.0]);
        assert_eq!(ticks(0.0, 1.0, 6), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(3.0, 3.0, 5), [3.0]);
        assert_eq!(reach(&[2.0, f64::NAN, -1.0]), [-1.0, 2.0]);
        assert_eq!(reach(&[]), [0.0, 1.0]);
    }
}

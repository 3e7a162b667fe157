//! Round numbers along an axis.

/// Steps within a decade.
const STEPS: [f64; 4] = [1.0, 2.0, 2.5, 5.0];
/// What rounding makes of a whole number of steps.
const ROUNDING: f64 = 1e-9;

/// Round numbers, ascending, about so many, of which the first is no higher than 0 and than any of the values and the last
/// no lower, so that every value stands between two that are named. Of all round steps that are whole numbers of `unit`,
/// which the names are written to, the one that gives nearest to `about` numbers, the finer of two as near.
pub(super) fn scale(values: &[f64], about: usize, unit: f64) -> Vec<f64> {
    let finite = values.iter().filter(|value| value.is_finite());
    let (low, high) = finite.fold((0.0f64, 0.0f64), |(low, high), &value| (low.min(value), high.max(value)));
    let high = if high > low { high } else { low + unit };
    let decade = 10f64.powf(((high - low) / about.max(1) as f64).log10().floor());
    let ends = |step: f64| ((low / step + ROUNDING).floor() as i64, (high / step - ROUNDING).ceil() as i64);
    let off = |step: &f64| {
        let (first, last) = ends(*step);
        (last - first + 1).abs_diff(about as i64)
    };
    let is_whole = |step: &f64| (step / unit - (step / unit).round()).abs() < ROUNDING && *step > unit - ROUNDING;
    let steps = [decade, 10.0 * decade].into_iter().flat_map(|decade| STEPS.map(|step| step * decade));
    let step = steps.filter(is_whole).min_by_key(off).unwrap_or(unit);
    let (first, last) = ends(step);
    (first..=last).map(|i| i as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_reach_past_every_value() {
        assert_eq!(scale(&[-12.0, f64::NAN, 31.0], 5, 1.0), [-20.0, 0.0, 20.0, 40.0]);
        assert_eq!(scale(&[-72.0, 46.0], 5, 1.0), [-75.0, -50.0, -25.0, 0.0, 25.0, 50.0]);
        assert_eq!(scale(&[0.97], 5, 0.01), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(scale(&[0.3, 0.30000000000000004], 4, 0.01), [0.0, 0.1, 0.2, 0.30000000000000004]);
        assert_eq!(scale(&[0.004], 5, 0.01), [0.0, 0.01]);
        assert_eq!(scale(&[], 5, 1.0), [0.0, 1.0]);
        for most in [0.011, 0.13, 0.29, 0.4, 0.5000001, 0.99, 1.0] {
            let scale = scale(&[most], 5, 0.01);
            assert!(scale[scale.len() - 1] >= most - 1e-9 && scale[scale.len() - 1] <= 1.0 + 1e-9, "{scale:?}");
        }
    }
}

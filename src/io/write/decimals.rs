//! Decimal text of numbers, rounded so that nobody changes tier by being written down.

use super::Rounding;
use std::io::Write;

/// A bound is reached from this far below; tenths do not add up exactly in floating point.
const REACHED_WITHIN: f64 = 1e-9;

/// Beyond this a rounded number is no longer exact as an integer, and is written in full.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Appends a number; NaN appends nothing.
pub(super) fn push_number(text: &mut Vec<u8>, value: f64, rounding: Rounding, bounds: &[f64]) {
    if value.is_nan() {
        return;
    }
    match rounding {
        Rounding::Points => match rounded_within_tier(value, bounds) {
            Some(ten_thousandths) => push_fixed(text, ten_thousandths, 4),
            None => push_full(text, value),
        },
        Rounding::Probability => match whole(value * 1e6, f64::round) {
            Some(millionths) => push_fixed(text, millionths, 6),
            None => push_full(text, value),
        },
        Rounding::Full => push_full(text, value),
    }
}

/// `value` in ten-thousandths: the nearest, or the other neighbour where the nearest lies beyond a bound; `None` where
/// both do.
fn rounded_within_tier(value: f64, bounds: &[f64]) -> Option<i64> {
    let n_reached = |score: f64| bounds.iter().filter(|bound| score >= **bound - REACHED_WITHIN).count();
    let wanted = n_reached(value);
    [f64::round, f64::floor, f64::ceil]
        .into_iter()
        .filter_map(|round| whole(value * 1e4, round))
        .find(|scaled| n_reached(*scaled as f64 / 1e4) == wanted)
}

fn whole(scaled: f64, round: fn(f64) -> f64) -> Option<i64> {
    let rounded = round(scaled);
    (rounded.abs() < EXACT).then_some(rounded as i64)
}

/// Appends `scaled` / 10^`decimals` without trailing zeros.
fn push_fixed(text: &mut Vec<u8>, scaled: i64, decimals: u32) {
    let mut scaled = scaled;
    let mut decimals = decimals as usize;
    while decimals > 0 && scaled % 10 == 0 {
        scaled /= 10;
        decimals -= 1;
    }
    if scaled < 0 {
        text.push(b'-');
    }
    let mut digits = [b'0'; 24];
    let mut left = scaled.unsigned_abs();
    let mut at = digits.len();
    while left > 0 || digits.len() - at <= decimals {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    let point = digits.len() - decimals;
    text.extend_from_slice(&digits[at..point]);
    if decimals > 0 {
        text.push(b'.');
        text.extend_from_slice(&digits[point..]);
    }
}

/// Appends the shortest text that reads back as `value`.
pub(super) fn push_full(text: &mut Vec<u8>, value: f64) {
    // Writing into a vector cannot fail; 0.0 also takes the sign off negative zero.
    let _ = write!(text, "{}", value + 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: f64, rounding: Rounding, bounds: &[f64]) -> String {
        let mut text = Vec::new();
        push_number(&mut text, value, rounding, bounds);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn points_and_probabilities() {
        for (value, points, probability) in [
            (0.0, "0", "0"),
            (-0.0, "0", "0"),
            (80.0, "80", "80"),
            (12.5, "12.5", "12.5"),
            (-0.00004, "0", "-0.00004"),
            (-7.65432149, "-7.6543", "-7.654321"),
            (0.05, "0.05", "0.05"),
            (100_000.25, "100000.25", "100000.25"),
            (1e17, "100000000000000000", "100000000000000000"),
            (f64::NAN, "", ""),
        ] {
            assert_eq!(written(value, Rounding::Points, &[]), points);
            assert_eq!(written(value, Rounding::Probability, &[]), probability);
        }
        assert_eq!(written(0.1 + 0.2, Rounding::Full, &[]), "0.30000000000000004");
    }

    #[test]
    fn rounding_never_crosses_a_bound() {
        let bounds = [50.0, 80.0];
        assert_eq!(written(79.99996, Rounding::Points, &bounds), "79.9999");
        assert_eq!(written(79.9999999999, Rounding::Points, &bounds), "80");
        assert_eq!(written(80.00004, Rounding::Points, &bounds), "80");
        let odd = [66.666666];
        assert_eq!(written(66.666666, Rounding::Points, &odd), "66.6667");
        assert_eq!(written(66.66664, Rounding::Points, &odd), "66.6666");
        let close = [33.33331, 33.33339];
        assert_eq!(written(33.33335, Rounding::Points, &close), "33.33335");
    }

    #[test]
    fn every_written_score_stays_in_its_tier() {
        let bounds = [12.345678, 50.0, 79.99999];
        for step in 0..40_000 {
            for near in bounds {
                let value = near + (f64::from(step) - 20_000.0) * 1.7e-8;
                let back: f64 = written(value, Rounding::Points, &bounds).parse().unwrap();
                for bound in bounds {
                    assert_eq!(value >= bound - REACHED_WITHIN, back >= bound - REACHED_WITHIN, "{value} {back}");
                }
            }
        }
    }
}

//! The narrow forms of numbers: what is kept in fewer bytes, where nothing is lost by it.

use crate::asof::{MICROS_PER_DAY, Span};
use crate::lanes::{Lanes, in_wide_registers};

const MICROS_PER_SECOND: i64 = 1_000_000;
pub(super) const SECONDS_PER_DAY: f64 = (MICROS_PER_DAY / MICROS_PER_SECOND) as f64;
/// Stands for a count that is missing.
pub(super) const NO_COUNT: u16 = u16::MAX;
/// Stands for seconds that are missing.
pub(super) const NO_TIME: i32 = i32::MIN;
/// Stands for a length of time that is missing.
pub const NO_SPAN: i64 = i64::MIN;

/// Counts as numbers of 16 bits, where all of them are.
pub(super) struct NarrowCounts<'a>(pub &'a [f64]);

impl Lanes for NarrowCounts<'_> {
    type Out = Option<Vec<u16>>;

    #[inline(always)]
    fn run(self) -> Option<Vec<u16>> {
        let mut narrow = vec![0; self.0.len()];
        let mut are_kept = true;
        for (narrow, count) in narrow.iter_mut().zip(self.0) {
            let whole = *count as i32;
            // By bits, so that −0 stays itself.
            let is_kept = f64::from(whole).to_bits() == count.to_bits() && (0..i32::from(NO_COUNT)).contains(&whole);
            are_kept &= is_kept | count.is_nan();
            *narrow = if count.is_nan() { NO_COUNT } else { whole as u16 };
        }
        are_kept.then_some(narrow)
    }
}

/// Days of lengths of time in microseconds; NaN for [`NO_SPAN`].
pub fn days_of(micros: &[i64]) -> Vec<f64> {
    let mut days = vec![0.0; micros.len()];
    let are_short = in_wide_registers(ShortSpans { micros, days: &mut days });
    if are_short { days } else { micros.iter().map(|&micros| self::days(micros)).collect() }
}

/// The days of spans that stand in the digits of a float; whether all of them do.
struct ShortSpans<'a> {
    micros: &'a [i64],
    days: &'a mut [f64],
}

impl Lanes for ShortSpans<'_> {
    type Out = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let mut are_short = true;
        for (days, &micros) in self.days.iter_mut().zip(self.micros) {
            let is_missing = micros == NO_SPAN;
            are_short &= is_missing | is_short(micros);
            *days = if is_missing { f64::NAN } else { wide(micros) / MICROS_PER_DAY as f64 };
        }
        are_short
    }
}

/// Whether a whole number stands in the digits of a float that lies between 2^52 and 2^53.
#[inline(always)]
pub(crate) fn is_short(whole: i64) -> bool {
    (whole.wrapping_add(1 << 51) as u64) >> 52 == 0
}

/// A [short](is_short) whole number as a float, with steps that run on several at once.
#[inline(always)]
pub(crate) fn wide(whole: i64) -> f64 {
    f64::from_bits((whole as u64).wrapping_add(ROUND.to_bits())) - ROUND
}

/// Days of a length of time in microseconds.
pub(super) fn days(micros: i64) -> f64 {
    if micros == NO_SPAN { f64::NAN } else { Span(micros).days() }
}

/// Microseconds as whole seconds, where all of them are.
pub(super) struct NarrowSpans<'a>(pub &'a [i64]);

impl Lanes for NarrowSpans<'_> {
    type Out = Option<Vec<i32>>;

    #[inline(always)]
    fn run(self) -> Option<Vec<i32>> {
        let mut seconds = vec![0; self.0.len()];
        let mut are_kept = true;
        for (seconds, &micros) in seconds.iter_mut().zip(self.0) {
            let wide = wide(micros);
            let whole = (wide * (1.0 / MICROS_PER_SECOND as f64) + ROUND) - ROUND;
            let is_missing = micros == NO_SPAN;
            // Short enough for that and for a whole number of 32 bits, and whole seconds.
            let is_kept = is_short(micros) & (whole.abs() < f64::from(i32::MAX));
            are_kept &= is_missing | is_kept & (whole * MICROS_PER_SECOND as f64 == wide);
            *seconds = if is_missing { NO_TIME } else { whole as i32 };
        }
        are_kept.then_some(seconds)
    }
}

/// So large that adding it rounds to a whole number.
const ROUND: f64 = 6_755_399_441_055_744.0;

#[inline(always)]
pub(super) fn wide_count(count: u16) -> f64 {
    if count == NO_COUNT { f64::NAN } else { f64::from(count) }
}

/// As [`Span::days`]: the product is exact, and both steps run on several at once.
#[inline(always)]
pub(super) fn wide_seconds(seconds: i32) -> f64 {
    if seconds == NO_TIME { f64::NAN } else { f64::from(seconds) * MICROS_PER_SECOND as f64 / MICROS_PER_DAY as f64 }
}

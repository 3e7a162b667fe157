//! Instants, spans and the half-open window: the one place that decides what a score may see.
//!
//! A score is true *as of* an instant. Only what happened **before** it counts: `at < as_of`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Microseconds in one day.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A point in time: microseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instant(pub i64);

/// A length of time in microseconds; negative lengths point into the future where a condition allows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span(pub i64);

impl Instant {
    /// The time from `earlier` to `self`; negative when `earlier` is later.
    pub fn since(self, earlier: Instant) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// `self` moved forward by `span`.
    pub fn plus(self, span: Span) -> Instant {
        Instant(self.0.saturating_add(span.0))
    }

    /// `self` moved back by `span`.
    pub fn minus(self, span: Span) -> Instant {
        Instant(self.0.saturating_sub(span.0))
    }
}

impl Span {
    /// A span of `days` days (fractions allowed, rounded to the microsecond).
    pub fn from_days(days: f64) -> Span {
        Span((days * MICROS_PER_DAY as f64).round() as i64)
    }

    /// The span in days.
    pub fn days(self) -> f64 {
        self.0 as f64 / MICROS_PER_DAY as f64
    }

    /// Reads `"36h"`, `"30d"`, `"8w"` (also minutes `"90m"`; decimals and a leading minus allowed).
    ///
    /// # Errors
    /// A sentence that names the value and the spellings understood.
    pub fn parse(text: &str) -> Result<Span, String> {
        let trimmed = text.trim();
        let unit = trimmed.chars().last().unwrap_or(' ');
        let days_per_unit = match unit {
            'w' => 7.0,
            'd' => 1.0,
            'h' => 1.0 / 24.0,
            'm' => 1.0 / 1440.0,
            _ => return Err(Self::refusal(text)),
        };
        let number = &trimmed[..trimmed.len() - 1];
        match number.trim().parse::<f64>() {
            Ok(value) if value.is_finite() && (value * days_per_unit).abs() < 4e6 => {
                Ok(Span::from_days(value * days_per_unit))
            }
            _ => Err(Self::refusal(text)),
        }
    }

    fn refusal(text: &str) -> String {
        format!("`{text}` is not a duration; write a number and a unit, such as \"36h\", \"30d\" or \"8w\"")
    }
}

impl fmt::Display for Span {
    /// The shortest of weeks-free spellings: whole days as `30d`, whole hours as `36h`, otherwise days with decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MICROS_PER_HOUR: i64 = MICROS_PER_DAY / 24;
        if self.0 % MICROS_PER_DAY == 0 {
            write!(f, "{}d", self.0 / MICROS_PER_DAY)
        } else if self.0 % MICROS_PER_HOUR == 0 {
            write!(f, "{}h", self.0 / MICROS_PER_HOUR)
        } else {
            write!(f, "{}d", self.days())
        }
    }
}

/// Whether an act at `at` is known as of `as_of`: strictly before it.
pub fn seen(at: Instant, as_of: Instant) -> bool {
    at < as_of
}

/// Whether `at` lies in the window of length `within` that ends, open, at `as_of`: `as_of − within ≤ at < as_of`.
pub fn in_window(at: Instant, as_of: Instant, within: Option<Span>) -> bool {
    seen(at, as_of) && within.is_none_or(|w| at >= as_of.minus(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_closed_at_its_start_and_open_at_the_as_of() {
        let as_of = Instant(10 * MICROS_PER_DAY);
        let ten_days = Some(Span::from_days(10.0));
        assert!(in_window(Instant(0), as_of, ten_days));
        assert!(!in_window(Instant(-1), as_of, ten_days));
        assert!(in_window(Instant(as_of.0 - 1), as_of, ten_days));
        assert!(!in_window(as_of, as_of, ten_days));
    }

    #[test]
    fn durations_read_and_print() {
        assert_eq!(Span::parse("36h").unwrap(), Span::from_days(1.5));
        assert_eq!(Span::parse("8w").unwrap().to_string(), "56d");
        assert_eq!(Span::parse("36h").unwrap().to_string(), "36h");
        for wrong in ["", "d", "30", "30 days", "NaNd", "infd", "é"] {
            assert!(Span::parse(wrong).is_err(), "{wrong}");
        }
    }
}

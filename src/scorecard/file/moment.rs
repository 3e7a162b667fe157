//! Dates in conditions: TOML dates, or the same in quotes.

use crate::asof::{Instant, MICROS_PER_DAY, Span};
use toml_edit::{Datetime, Offset, Value};

/// From the first to the last microsecond that a written date means: a whole day, or one instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub first: Instant,
    pub last: Instant,
}

/// Turns wall-clock microseconds, counted as if they were UTC, into an instant: the project's timezone.
pub(super) type LocalTime<'a> = &'a dyn Fn(i64) -> Instant;

/// Reads a date, or `None` where `value` is none. Without an offset it is local time.
pub(super) fn moment_of(value: &Value, local: LocalTime<'_>) -> Option<Moment> {
    let datetime = match value {
        Value::Datetime(datetime) => *datetime.value(),
        Value::String(text) => text.value().trim().parse::<Datetime>().ok()?,
        _ => return None,
    };
    let date = datetime.date?;
    let midnight = days_from_civil(i64::from(date.year), i64::from(date.month), i64::from(date.day)) * MICROS_PER_DAY;
    let Some(time) = datetime.time else {
        let last = local(midnight + MICROS_PER_DAY).minus(Span(1));
        return Some(Moment { first: local(midnight), last });
    };
    let seconds = i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or(0));
    let wall = midnight + seconds * 1_000_000 + i64::from(time.nanosecond.unwrap_or(0)) / 1000;
    let at = match datetime.offset {
        Some(Offset::Z) => Instant(wall),
        Some(Offset::Custom { minutes }) => Instant(wall - i64::from(minutes) * 60_000_000),
        None => local(wall),
    };
    Some(Moment { first: at, last: at })
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, by counting years from March so that the leap
/// day comes last (H. Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2000, 2, 29), 11_016);
        assert_eq!(days_from_civil(2000, 3, 1), 11_017);
        assert_eq!(days_from_civil(1969, 12, 31), -1);
        assert_eq!(days_from_civil(2026, 11, 22), 20_779);
    }

    #[test]
    fn a_date_alone_is_a_whole_local_day_and_an_offset_settles_it() {
        let tokyo = |wall: i64| Instant(wall - 9 * 3_600_000_000);
        let day = moment_of(&Value::from("1970-01-02"), &tokyo).unwrap();
        assert_eq!(day.first, Instant(15 * 3_600_000_000));
        assert_eq!(day.last, Instant(39 * 3_600_000_000 - 1));
        let noon = moment_of(&Value::from("1970-01-01T12:00:00+02:00"), &tokyo).unwrap();
        assert_eq!((noon.first, noon.last), (Instant(10 * 3_600_000_000), Instant(10 * 3_600_000_000)));
        assert!(moment_of(&Value::from("12:00:00"), &tokyo).is_none());
        assert!(moment_of(&Value::from("soon"), &tokyo).is_none());
    }
}

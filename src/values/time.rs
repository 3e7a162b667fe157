//! Times as files write them, read to the microsecond.
//!
//! Understood without being told: ISO 8601 with or without offset, dates alone (midnight), year-first dates with `/`
//! or `.`, eight digits beginning with 19 or 20 (yyyymmdd), ten digits (epoch seconds), thirteen (milliseconds), and
//! dates with the year last once the order of their column is known.

use super::DateOrder;
use super::written::{KnownDay, MICROS_PER_SECOND, Written, dated, epoch, iso_front, iso_to_the_second, slashed_parts};
use super::zone::Zone;
use crate::asof::Instant;
use crate::fault::InputError;
use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Reads the times of a table: local ones in its timezone, and first of all by `time_format` where there is one.
#[derive(Debug, Clone)]
pub struct TimeReader {
    zone: Arc<Zone>,
    format: Option<Arc<str>>,
}

impl TimeReader {
    /// A reader for local times of `timezone` (an IANA name); `time_format` is in strftime's notation.
    ///
    /// # Errors
    /// An unknown timezone; a format that cannot be understood or that leaves the day open.
    pub fn new(timezone: &str, time_format: Option<&str>) -> Result<TimeReader, InputError> {
        if let Some(format) = time_format {
            check_format(format)?;
        }
        Ok(TimeReader { zone: Arc::new(Zone::named(timezone)?), format: time_format.map(Arc::from) })
    }

    /// The instant a cell names, or `None` when it is no time. A date with its year last needs `order`.
    #[inline]
    pub fn read(&self, cell: &[u8], order: Option<DateOrder>) -> Option<Instant> {
        self.read_next(cell, order, &mut KnownDay::default())
    }

    /// The same for one cell after the other: the day read last is at hand, as logs run on in time.
    #[inline]
    pub fn read_next(&self, cell: &[u8], order: Option<DateOrder>, last: &mut KnownDay) -> Option<Instant> {
        let cell = cell.trim_ascii();
        if let Some(format) = &self.format
            && let Some(instant) = self.read_by_format(format, cell)
        {
            return Some(instant);
        }
        if let Some(written) = iso_to_the_second(cell, last) {
            return Some(self.instant(written));
        }
        match cell.iter().take_while(|b| b.is_ascii_digit()).count() {
            10 | 13 => epoch(cell),
            _ => dated(cell, order).map(|written| self.instant(written)),
        }
    }

    /// The instant that a text on its own names; a date whose order would have to be guessed is refused.
    ///
    /// # Errors
    /// What was found, and the spellings understood.
    pub fn read_one(&self, text: &str) -> Result<Instant, InputError> {
        if let Some(instant) = self.read(text.as_bytes(), None) {
            return Ok(instant);
        }
        let what = match slashed_parts(text.as_bytes()) {
            Some(_) => format!("`{text}` may be month-first or day-first"),
            None => format!("`{text}` is not a time"),
        };
        Err(InputError::new(what).remedy("write it as 2024-01-31 or 2024-01-31T14:00:00+02:00"))
    }

    /// The instant that `2024-01-31T12:00:00` at the front of a text names, with its fraction and a `Z`, and how many bytes
    /// that is; `None` where the text begins otherwise, or the project has a form of its own.
    #[inline]
    pub fn read_front(&self, text: &[u8], last: &mut KnownDay) -> Option<(Instant, usize)> {
        let (written, length) = self.format.is_none().then(|| iso_front(text, last))??;
        Some((self.instant(written), length))
    }

    /// Whether local times are in UTC.
    pub fn is_utc(&self) -> bool {
        self.zone.is_utc()
    }

    /// The instant at which clocks of the timezone show this time, given in microseconds since 1970-01-01 00:00.
    pub fn on_the_clock(&self, micros: i64) -> Instant {
        let second = micros.div_euclid(MICROS_PER_SECOND);
        self.instant(Written { second, micros: micros.rem_euclid(MICROS_PER_SECOND), offset: None })
    }

    fn instant(&self, written: Written) -> Instant {
        let offset = written.offset.unwrap_or_else(|| self.zone.offset_at(written.second));
        Instant((written.second - i64::from(offset)).saturating_mul(MICROS_PER_SECOND).saturating_add(written.micros))
    }

    fn read_by_format(&self, format: &str, cell: &[u8]) -> Option<Instant> {
        let parsed = BrokenDownTime::parse(format, cell).ok()?;
        if parsed.offset().is_some() || parsed.timestamp().is_some() {
            return parsed.to_timestamp().ok().map(|timestamp| Instant(timestamp.as_microsecond()));
        }
        let local = parsed.to_datetime().or_else(|_| parsed.to_date().map(|date| date.at(0, 0, 0, 0))).ok()?;
        let as_if_utc = local.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let second = as_if_utc.as_second();
        let micros = as_if_utc.as_microsecond() - second * MICROS_PER_SECOND;
        Some(self.instant(Written { second, micros, offset: None }))
    }
}

/// Spells an instant in UTC: `2024-01-31T12:00:00Z`, with a fraction only where there is one.
pub fn format_instant(at: Instant) -> String {
    match Timestamp::from_microsecond(at.0) {
        Ok(timestamp) => timestamp.to_string(),
        // Beyond the years a calendar is kept for; the number is still the truth.
        Err(_) => format!("{} microseconds since 1970", at.0),
    }
}

/// The day of an instant in UTC: `2024-01-31`.
pub fn format_day(at: Instant) -> String {
    format_instant(at)[..10].to_string()
}

fn check_format(format: &str) -> Result<(), InputError> {
    let sample = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    let round_trip = jiff::fmt::strtime::format(format, &sample).and_then(|text| {
        let parsed = BrokenDownTime::parse(format, &text)?;
        parsed.to_timestamp().map(|_| ()).or_else(|_| parsed.to_date().map(|_| ()))
    });
    round_trip.map_err(|reason| {
        InputError::new(format!("time_format \"{format}\" cannot be used: {reason}"))
            .remedy("write it in strftime's notation, such as \"%d/%m/%Y %H:%M\"; it must name the year, month and day")
    })
}

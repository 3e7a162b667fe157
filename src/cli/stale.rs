//! Whether an as-of goes with the files: of leads that came years before it, it makes ancient ones.

use crate::asof::{Instant, MICROS_PER_DAY, Span};
use crate::pipeline::score::AsOf;
use crate::tables::LeadTable;
use crate::values::{TimeReader, format_day, format_instant};
use serde::Serialize;
use std::time::{SystemTime, UNIX_EPOCH};

/// So long no new lead may come before that is odd …
const LEAST: f64 = 30.0;
/// … or this share of the time that the leads span, …
const OF_THE_SPAN: f64 = 0.1;
/// … but longer than this it always is.
const MOST: f64 = 90.0;

/// An as-of that lies implausibly far beyond the newest lead, and a better one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Stale {
    /// The day on which the newest lead came.
    newest: String,
    /// How many days before the as-of that was.
    days: f64,
    /// What to pass as `--as-of` to see the leads as they stood at the end of the files.
    pub(super) as_of: String,
}

impl Stale {
    /// Of leads created at these times; `None` where the as-of goes with them.
    pub(super) fn of(created: impl Iterator<Item = Instant>, as_of: Instant, times: &TimeReader) -> Option<Stale> {
        let ends = created.fold(None, |ends: Option<(Instant, Instant)>, at| {
            Some(ends.map_or((at, at), |(oldest, newest)| (oldest.min(at), newest.max(at))))
        });
        let (oldest, newest) = ends?;
        let days = as_of.since(newest).days();
        let plausible = (OF_THE_SPAN * newest.since(oldest).days()).clamp(LEAST, MOST);
        (days > plausible).then(|| Stale { newest: format_day(newest), days, as_of: just_after(newest, times) })
    }

    /// Of the leads of a table.
    pub(super) fn of_table(table: &LeadTable, as_of: AsOf, times: &TimeReader) -> Option<Stale> {
        match as_of {
            AsOf::At(at) => Stale::of(table.created_at.iter().flatten().flatten().copied(), at, times),
            AsOf::Column => None,
        }
    }

    /// The same beside the clock.
    pub(super) fn by_the_clock(created: impl Iterator<Item = Instant>, times: &TimeReader) -> Option<Stale> {
        Stale::of(created, now(), times)
    }

    /// What to say of it.
    pub(super) fn sentence(&self) -> String {
        format!(
            "The newest lead came on {}, {} days before the as-of: all are looked at as if nobody had come since. \
             `--as-of {}` looks at them as they stood at the end of the file.",
            self.newest,
            crate::text::thousands(self.days as usize),
            self.as_of
        )
    }
}

/// This very instant.
pub(super) fn now() -> Instant {
    Instant(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as i64))
}

/// The first midnight after `newest`, as a day where the project's times are read so; else the very next instant.
fn just_after(newest: Instant, times: &TimeReader) -> String {
    let days = (1..=2).map(|n| format_day(newest.plus(Span(n * MICROS_PER_DAY))));
    let fits = |day: &String| times.read_one(day).is_ok_and(|at| at > newest);
    days.into_iter().find(fits).unwrap_or_else(|| format_instant(Instant(newest.0 + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stale(created: &[&str], as_of: &str, zone: &str) -> Option<Stale> {
        let times = TimeReader::new(zone, None).unwrap();
        let at = |text: &&str| times.read_one(text).unwrap();
        Stale::of(created.iter().map(at), at(&as_of), &times)
    }

    #[test]
    fn only_an_as_of_far_beyond_the_newest_lead_is_stale() {
        let leads = ["2017-06-14", "2018-05-31"];
        assert_eq!(stale(&leads, "2018-07-01", "UTC"), None);
        let found = stale(&leads, "2026-11-26", "UTC").unwrap();
        assert_eq!((found.as_of.as_str(), found.newest.as_str(), found.days), ("2018-06-01", "2018-05-31", 3101.0));
        // Leads of ten years: a quarter without a new one is nothing.
        assert_eq!(stale(&["2008-01-01", "2018-05-31"], "2018-08-20", "UTC"), None);
        assert!(stale(&["2008-01-01", "2018-05-31"], "2018-09-20", "UTC").is_some());
        assert_eq!(stale(&[], "2026-11-26", "UTC"), None);
    }

    #[test]
    fn the_better_as_of_lies_after_the_newest_lead_in_any_time_zone() {
        for zone in ["Asia/Tokyo", "America/New_York", "UTC"] {
            let newest = "2018-05-31T23:30:00";
            let found = stale(&[newest], "2026-11-26", zone).unwrap();
            let times = TimeReader::new(zone, None).unwrap();
            let after = times.read_one(&found.as_of).unwrap().since(times.read_one(newest).unwrap()).days();
            assert!(after > 0.0 && after <= 1.5, "{zone}: {after}");
        }
    }
}

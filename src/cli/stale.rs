//! Whether an as-of goes with the files: of leads that came years before it, it makes ancient ones.

use crate::asof::{Instant, MICROS_PER_DAY, Span};
use crate::fault::InputError;
use crate::lanes::{Lanes, in_wide_registers};
use crate::pipeline::score::AsOf;
use crate::tables::{ActivityBatch, ActivityBatches, LeadTable, Outcome};
use crate::values::{TimeReader, format_day, format_instant};
use rayon::prelude::*;
use serde::Serialize;
use std::time::{SystemTime, UNIX_EPOCH};

/// So long no new lead may come before that is odd …
const LEAST: f64 = 30.0;
/// … or this share of the time that the leads span, …
const OF_THE_SPAN: f64 = 0.1;
/// … but longer than this it always is.
const MOST: f64 = 90.0;

/// 2300-01-01: later than whatever happened.
const END_OF_TIME: Instant = Instant(120_530 * MICROS_PER_DAY);

/// An as-of that lies implausibly far beyond the newest lead, and a better one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Stale {
    /// The day on which the newest lead came.
    newest: String,
    /// How many days before the as-of that was.
    days: f64,
    /// What that day follows.
    #[serde(skip)]
    ends: String,
    /// What to pass as `--as-of` to see the leads as they stood at the end of the files.
    pub(super) as_of: String,
}

impl Stale {
    /// Of leads created at these times, and of what the files know to have happened `since`; `None` where the as-of goes
    /// with the leads.
    ///
    /// The better one lies after all that is known by the as-of. Where deals went on closing long after the last lead came,
    /// hardly anybody is open at their end: there it is the day after that lead.
    fn of(
        created: impl ParallelIterator<Item = Instant>,
        since: impl ParallelIterator<Item = Instant>,
        as_of: Instant,
        times: &TimeReader,
    ) -> Option<Stale> {
        let ends = created.map(|at| (at, at)).reduce_with(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let (oldest, newest) = ends?;
        let plausible = (OF_THE_SPAN * newest.since(oldest).days()).clamp(LEAST, MOST);
        let goes_with_them = |at: Instant| at.since(newest).days() <= plausible;
        if goes_with_them(as_of) {
            return None;
        }
        let last_known = since.filter(|at| *at < as_of).reduce(|| newest, Instant::max);
        let day = just_after(last_known, times);
        let is_late = !times.read_one(&day).is_ok_and(goes_with_them);
        let ends = match is_late || last_known == newest {
            true => format!("the newest lead came on {}", format_day(newest)),
            false => format!("the files end on {}", format_day(last_known)),
        };
        Some(Stale {
            newest: format_day(newest),
            days: as_of.since(newest).days(),
            ends,
            as_of: if is_late { just_after(newest, times) } else { day },
        })
    }

    /// Of the leads of a table, and of their newest activity before the as-of as far as the log was read.
    pub(super) fn of_table(
        table: &LeadTable,
        newest_act: Option<Instant>,
        as_of: AsOf,
        times: &TimeReader,
    ) -> Option<Stale> {
        let AsOf::At(at) = as_of else { return None };
        let created = table.created_at.par_iter().flatten().filter_map(|at| *at);
        Stale::of(created, closes(table).chain(newest_act), at, times)
    }

    /// The day after all that a table and a log know of: what [`of_table`](Self::of_table) names once that is long ago. `None` of
    /// leads without times.
    pub(super) fn end_of(table: &LeadTable, newest_act: Option<Instant>, times: &TimeReader) -> Option<String> {
        Stale::of_table(table, newest_act, AsOf::At(END_OF_TIME), times).map(|stale| stale.as_of)
    }

    /// Why that as-of, in few words.
    pub(super) fn why(&self) -> &str {
        &self.ends
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

/// When the decided deals closed; the time in which an open one is expected to close tells of nothing that happened.
pub(super) fn closes(table: &LeadTable) -> impl ParallelIterator<Item = Instant> {
    let is_decided = |row: usize| table.outcome.as_ref().is_some_and(|outcomes| outcomes[row] != Outcome::Open);
    let closes = table.closed_at.as_deref().unwrap_or_default().par_iter().enumerate();
    closes.filter_map(move |(row, at)| at.filter(|_| is_decided(row)))
}

/// A log that keeps in mind when the newest activity before an instant was.
pub(super) struct DatedLog<'l> {
    log: &'l mut dyn ActivityBatches,
    before: Instant,
    /// That activity's time, as far as the log was read.
    pub(super) newest: Option<Instant>,
}

impl<'l> DatedLog<'l> {
    pub(super) fn new(log: &'l mut dyn ActivityBatches, before: Instant) -> DatedLog<'l> {
        DatedLog { log, before, newest: None }
    }
}

impl ActivityBatches for DatedLog<'_> {
    fn for_each(&mut self, each: &mut dyn FnMut(ActivityBatch<'_>)) -> Result<(), InputError> {
        let DatedLog { log, before, newest } = self;
        log.for_each(&mut |batch| {
            *newest = in_wide_registers(NewestBefore { at: &batch.acts.at, before: *before }).max(*newest);
            each(batch);
        })
    }
}

/// The newest of some instants before one.
struct NewestBefore<'a> {
    at: &'a [Instant],
    before: Instant,
}

impl Lanes for NewestBefore<'_> {
    type Out = Option<Instant>;

    #[inline(always)]
    fn run(self) -> Option<Instant> {
        // The earliest instant there is stands for none.
        let none = i64::MIN;
        let newest = self.at.iter().fold(none, |newest, at| newest.max(if *at < self.before { at.0 } else { none }));
        (newest > none).then_some(Instant(newest))
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

    fn stale_after(created: &[&str], since: &[&str], as_of: &str, zone: &str) -> Option<Stale> {
        let times = TimeReader::new(zone, None).unwrap();
        let at = |text: &&str| times.read_one(text).unwrap();
        Stale::of(created.par_iter().map(at), since.par_iter().map(at), at(&as_of), &times)
    }

    fn stale(created: &[&str], as_of: &str, zone: &str) -> Option<Stale> {
        stale_after(created, &[], as_of, zone)
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

    #[test]
    fn the_better_as_of_lies_after_all_that_is_known_by_then() {
        let as_of =
            |since: &[&str]| stale_after(&["2017-06-14", "2018-05-31"], since, "2026-11-26", "UTC").unwrap().as_of;
        assert_eq!(as_of(&["2018-01-05", "2018-06-10"]), "2018-06-11");
        assert_eq!(as_of(&["2018-05-31T10:00:00Z"]), "2018-06-01");
        assert_eq!(as_of(&["2018-06-10", "2026-12-24"]), "2018-06-11", "what is still to come is not known");
        assert_eq!(as_of(&["2018-06-10", "2018-11-14"]), "2018-06-01", "by then hardly anybody was open");
    }
}

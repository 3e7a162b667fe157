//! What the log as a whole looks like, from rows before their lead's as-of only.

use crate::asof::Instant;
use crate::lanes::{Lanes, in_wide_registers};
use crate::tables::{is_short, wide};
use foldhash::fast::FixedState;
use std::collections::{BTreeMap, HashMap};

const MICROS_PER_HOUR: i64 = 3_600_000_000;
const HOURS_PER_PAGE: usize = 1024;

/// Figures of the whole log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogStatistics {
    /// Rows before their lead's as-of.
    pub acts_seen: u64,
    /// Rows at or after it, which nothing else here counts.
    pub acts_after: u64,
    /// Leads with any row at all.
    pub leads_matched: u64,
    /// Leads with a row before their as-of.
    pub leads_seen: u64,
    /// Rows seen, by hours since the Unix epoch.
    pub by_hour: BTreeMap<i64, u64>,
    /// Rows seen, by kind, in order of first appearance.
    pub acts_by_kind: Vec<(String, u64)>,
    /// Kinds the model does without because there were more than it takes.
    pub kinds_left_out: Vec<String>,
}

impl LogStatistics {
    /// The beginning of the first hour by whose end more than `share` of the rows had happened; `None` without rows.
    pub fn quantile_hour(&self, share: f64) -> Option<Instant> {
        let wanted = share * self.acts_seen as f64;
        let mut so_far = 0;
        self.by_hour.iter().find_map(|(hour, rows)| {
            so_far += rows;
            (so_far as f64 > wanted).then(|| Instant(hour.saturating_mul(MICROS_PER_HOUR)))
        })
    }
}

/// What is counted of the log while it is read: whole numbers, which may be added in any order.
#[derive(Debug, Default)]
pub(super) struct LogTally {
    /// Rows before their lead's as-of, by kind code.
    pub acts: Vec<u64>,
    /// The same by hour.
    pub hours: HourCounts,
}

impl LogTally {
    /// Takes in another one.
    pub(super) fn merge(&mut self, other: LogTally) {
        self.acts.resize(self.acts.len().max(other.acts.len()), 0);
        self.acts.iter_mut().zip(other.acts).for_each(|(total, acts)| *total += acts);
        self.hours.merge(&other.hours);
    }
}

/// Counts rows by hour. Pages of hours, those met lately at hand, each in the one place that its number says: the acts of
/// a lead lie months apart, and a log is a few dozen pages long.
#[derive(Debug)]
pub(super) struct HourCounts {
    /// Page behind page, in the order in which they were met.
    counts: Vec<u64>,
    /// By the number of a page where it begins.
    begins: HashMap<i64, usize, FixedState>,
    at_hand: [(i64, usize); PAGES_AT_HAND],
    /// Room for the hours of rows that come together.
    hours: Vec<i32>,
}

const PAGES_AT_HAND: usize = 64;

/// The number of no page.
const NO_PAGE: i64 = i64::MIN;

impl Default for HourCounts {
    fn default() -> HourCounts {
        let at_hand = [(NO_PAGE, 0); PAGES_AT_HAND];
        HourCounts { counts: Vec::new(), begins: HashMap::default(), at_hand, hours: Vec::new() }
    }
}

impl HourCounts {
    #[inline]
    pub(super) fn add(&mut self, at: Instant) {
        self.count(at.0.div_euclid(MICROS_PER_HOUR));
    }

    /// Adds many, whose hours are found several at once.
    pub(super) fn add_all(&mut self, at: &[i64]) {
        let mut hours = std::mem::take(&mut self.hours);
        hours.resize(at.len(), 0);
        if in_wide_registers(HoursOf { at, hours: &mut hours }) {
            hours.iter().for_each(|hour| self.count(i64::from(*hour)));
        } else {
            at.iter().for_each(|at| self.add(Instant(*at)));
        }
        self.hours = hours;
    }

    #[inline]
    fn count(&mut self, hour: i64) {
        let number = hour.div_euclid(HOURS_PER_PAGE as i64);
        let begin = match self.at_hand[number.rem_euclid(PAGES_AT_HAND as i64) as usize] {
            (known, begin) if known == number => begin,
            _ => self.turn_to(number),
        };
        self.counts[begin + hour.rem_euclid(HOURS_PER_PAGE as i64) as usize] += 1;
    }

    /// Where the page of this number begins.
    fn turn_to(&mut self, number: i64) -> usize {
        let counts = &mut self.counts;
        let begin = *self.begins.entry(number).or_insert_with(|| {
            counts.resize(counts.len() + HOURS_PER_PAGE, 0);
            counts.len() - HOURS_PER_PAGE
        });
        self.at_hand[number.rem_euclid(PAGES_AT_HAND as i64) as usize] = (number, begin);
        begin
    }

    fn merge(&mut self, other: &HourCounts) {
        for (&number, &theirs) in &other.begins {
            let ours = self.turn_to(number);
            let rows = &other.counts[theirs..][..HOURS_PER_PAGE];
            self.counts[ours..].iter_mut().zip(rows).for_each(|(total, rows)| *total += rows);
        }
    }

    pub(super) fn finish(self) -> BTreeMap<i64, u64> {
        let mut by_hour = BTreeMap::new();
        for (number, begin) in self.begins {
            let first_hour = number * HOURS_PER_PAGE as i64;
            let hours = self.counts[begin..][..HOURS_PER_PAGE].iter().zip(first_hour..).filter(|(rows, _)| **rows > 0);
            by_hour.extend(hours.map(|(rows, hour)| (hour, *rows)));
        }
        by_hour
    }
}

/// The hours of instants; false where one is so far away that a float does not hold it exactly.
struct HoursOf<'a> {
    at: &'a [i64],
    hours: &'a mut [i32],
}

impl Lanes for HoursOf<'_> {
    type Out = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let mut are_near = true;
        for (hour, &at) in self.hours.iter_mut().zip(self.at) {
            are_near &= is_short(at);
            // A microsecond is more of an hour than the quotient is rounded by.
            *hour = (wide(at) / MICROS_PER_HOUR as f64).floor() as i32;
        }
        are_near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_that_come_together_are_counted_as_one_by_one() {
        let edges = [0, 1, 490_000, -490_000, 700_000, -700_000, 1023, 1024, -1024];
        let mut at: Vec<i64> = edges.iter().flat_map(|hour| [-1, 0, 1].map(|by| hour * MICROS_PER_HOUR + by)).collect();
        for far in [vec![], vec![1 << 52, i64::MAX, i64::MIN, -(1 << 52)]] {
            at.extend(far);
            let (mut together, mut alone) = (HourCounts::default(), HourCounts::default());
            together.add_all(&at);
            at.iter().for_each(|at| alone.add(Instant(*at)));
            let mut both = HourCounts::default();
            both.merge(&together);
            both.merge(&alone);
            let (together, alone) = (together.finish(), alone.finish());
            assert_eq!(together, alone);
            assert!(both.finish().iter().all(|(hour, rows)| *rows == 2 * alone[hour]));
            for (hour, rows) in &alone {
                let own = at.iter().filter(|at| at.div_euclid(MICROS_PER_HOUR) == *hour).count();
                assert_eq!(own as u64, *rows);
            }
        }
    }
}

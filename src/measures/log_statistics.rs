//! What the log as a whole looks like, from rows before their lead's as-of only.

use crate::asof::Instant;
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
    pages: Vec<Box<[u64; HOURS_PER_PAGE]>>,
    page_of: HashMap<i64, usize, FixedState>,
    at_hand: [Option<(i64, usize)>; PAGES_AT_HAND],
}

const PAGES_AT_HAND: usize = 64;

impl Default for HourCounts {
    fn default() -> HourCounts {
        HourCounts { pages: Vec::new(), page_of: HashMap::default(), at_hand: [None; PAGES_AT_HAND] }
    }
}

impl HourCounts {
    #[inline]
    pub(super) fn add(&mut self, at: Instant) {
        let hour = at.0.div_euclid(MICROS_PER_HOUR);
        let number = hour.div_euclid(HOURS_PER_PAGE as i64);
        let page = match self.at_hand[number.rem_euclid(PAGES_AT_HAND as i64) as usize] {
            Some((known, page)) if known == number => page,
            _ => self.turn_to(number),
        };
        self.pages[page][hour.rem_euclid(HOURS_PER_PAGE as i64) as usize] += 1;
    }

    fn turn_to(&mut self, number: i64) -> usize {
        let pages = &mut self.pages;
        let page = *self.page_of.entry(number).or_insert_with(|| {
            pages.push(Box::new([0; HOURS_PER_PAGE]));
            pages.len() - 1
        });
        self.at_hand[number.rem_euclid(PAGES_AT_HAND as i64) as usize] = Some((number, page));
        page
    }

    fn merge(&mut self, other: &HourCounts) {
        for (&number, &theirs) in &other.page_of {
            let ours = self.turn_to(number);
            self.pages[ours].iter_mut().zip(other.pages[theirs].iter()).for_each(|(total, rows)| *total += rows);
        }
    }

    pub(super) fn finish(self) -> BTreeMap<i64, u64> {
        let mut by_hour = BTreeMap::new();
        for (number, page) in self.page_of {
            let first_hour = number * HOURS_PER_PAGE as i64;
            let hours = self.pages[page].iter().enumerate().filter(|(_, rows)| **rows > 0);
            by_hour.extend(hours.map(|(offset, rows)| (first_hour + offset as i64, *rows)));
        }
        by_hour
    }
}

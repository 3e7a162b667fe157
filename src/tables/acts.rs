//! Acts of the log as columns.

use super::{Activity, MISSING};
use crate::asof::Instant;

/// Acts as columns: 16 bytes each, and only where a row has a detail or stands for another number than one act, up to 8 more.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Acts {
    /// Rows of the leads in the [`LeadTable`].
    pub leads: Vec<u32>,
    /// When they happened.
    pub at: Vec<Instant>,
    /// Codes of their kinds.
    pub kinds: Vec<u32>,
    /// Codes of their details; empty while no act has one.
    details: Vec<u32>,
    /// How many acts each row stands for; empty while every row is one act.
    counts: Vec<u32>,
}

impl Acts {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.leads.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.leads.is_empty()
    }

    /// Whether every row is one act without a detail.
    pub fn are_plain(&self) -> bool {
        self.details.is_empty() && self.counts.is_empty()
    }

    /// Of one such row each: lead, instant and kind.
    ///
    /// # Panics
    /// When the columns differ in length.
    pub fn of_plain(leads: Vec<u32>, at: Vec<Instant>, kinds: Vec<u32>) -> Acts {
        assert!(leads.len() == at.len() && leads.len() == kinds.len(), "columns of one table are of one length");
        Acts { leads, at, kinds, ..Acts::default() }
    }

    /// Appends a row.
    #[inline]
    pub fn push(&mut self, act: Activity) {
        if act.detail != MISSING || !self.details.is_empty() {
            push_rare(&mut self.details, self.leads.len(), MISSING, act.detail);
        }
        if act.count != 1 || !self.counts.is_empty() {
            push_rare(&mut self.counts, self.leads.len(), 1, act.count);
        }
        self.leads.push(act.lead);
        self.at.push(act.at);
        self.kinds.push(act.kind);
    }

    /// One row.
    #[inline]
    pub fn get(&self, row: usize) -> Activity {
        Activity {
            lead: self.leads[row],
            at: self.at[row],
            kind: self.kinds[row],
            detail: self.details.get(row).copied().unwrap_or(MISSING),
            count: self.counts.get(row).copied().unwrap_or(1),
        }
    }

    /// The rows in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Activity> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Keeps of the rows from `first` on those with a lead, in their order.
    pub fn keep_known(&mut self, first: usize) {
        let mut kept = first;
        for row in first..self.len() {
            if self.leads[row] == MISSING {
                continue;
            }
            self.leads[kept] = self.leads[row];
            self.at[kept] = self.at[row];
            self.kinds[kept] = self.kinds[row];
            for rare in [&mut self.details, &mut self.counts] {
                if !rare.is_empty() {
                    rare[kept] = rare[row];
                }
            }
            kept += 1;
        }
        self.leads.truncate(kept);
        self.at.truncate(kept);
        self.kinds.truncate(kept);
        self.details.truncate(kept);
        self.counts.truncate(kept);
    }

    /// Gives every detail the code that `code` gives for it.
    pub fn recode_details(&mut self, mut code: impl FnMut(u32) -> u32) {
        self.details.iter_mut().filter(|detail| **detail != MISSING).for_each(|detail| *detail = code(*detail));
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.leads.clear();
        self.at.clear();
        self.kinds.clear();
        self.details.clear();
        self.counts.clear();
    }
}

/// Appends to a column that is empty while all of its `n_rows` values are `usual`.
fn push_rare(column: &mut Vec<u32>, n_rows: usize, usual: u32, value: u32) {
    column.resize(n_rows, usual);
    column.push(value);
}

impl Extend<Activity> for Acts {
    fn extend<I: IntoIterator<Item = Activity>>(&mut self, acts: I) {
        acts.into_iter().for_each(|act| self.push(act));
    }
}

impl FromIterator<Activity> for Acts {
    fn from_iter<I: IntoIterator<Item = Activity>>(acts: I) -> Acts {
        let mut columns = Acts::default();
        columns.extend(acts);
        columns
    }
}

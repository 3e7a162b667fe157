//! How many leads share the first place, where neither score nor chance puts one before the other.

use crate::pipeline::score::{FirstLead, Place};
use std::cmp::Ordering;

/// The first place among those to call, and how many leads have it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ties {
    first: Option<Place>,
    n: usize,
}

impl Ties {
    /// Of the first leads to call, the first of them in a place with `n` others, itself among them.
    pub(super) fn of(top: &[FirstLead], n: usize) -> Ties {
        Ties { first: top.first().map(|lead| lead.place), n }
    }

    /// Among those of both.
    pub(super) fn and(self, more: Ties) -> Ties {
        let (Some(own), Some(other)) = (self.first, more.first) else {
            return if self.first.is_some() { self } else { more };
        };
        match own.by_score(&other) {
            Ordering::Less => self,
            Ordering::Greater => more,
            Ordering::Equal => Ties { first: self.first, n: self.n + more.n },
        }
    }

    /// How many share the first place, where there are more of them than the `shown` ones.
    pub(super) fn beyond(&self, shown: usize) -> Option<usize> {
        Some(self.n).filter(|n| *n > shown)
    }
}

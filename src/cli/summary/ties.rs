//! How many leads share the first place, where nothing but the file's order puts one before the other.

use crate::cli::terminal::count;
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
        match own.first(&other) {
            Ordering::Less => self,
            Ordering::Greater => more,
            Ordering::Equal => Ties { first: self.first, n: self.n + more.n },
        }
    }

    /// That they tie, where there are more of them than the `shown` ones.
    pub(super) fn told(&self, shown: usize) -> Option<String> {
        (self.n > shown).then(|| {
            format!("\n{} leads share the first place: among them the order of the file decides.\n", count(self.n))
        })
    }
}

//! The acts of one kind and one stretch that lie before their leads' as-of, each of them one occurrence, in the order of the
//! log.

use crate::asof::{Instant, Span, seen};
use crate::decay::Decay;

/// Columns that serve kind after kind.
#[derive(Debug, Default)]
pub(super) struct SeenActs {
    leads: Vec<u32>,
    at: Vec<i64>,
    ages: Vec<Span>,
    factors: Vec<f64>,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenAct {
    /// The lead within the stretch.
    pub lead: usize,
    pub at: Instant,
    /// How long before its lead's as-of it was.
    pub age: Span,
    /// What a decay leaves of it.
    pub factor: f64,
}

impl SeenActs {
    /// Takes those of `acts` that lie before their lead's as-of, with the factors of the shared decay; `mark` is told of each
    /// act's lead, and whether it does.
    pub(super) fn fill(
        &mut self,
        acts: impl ExactSizeIterator<Item = (usize, Instant)>,
        as_of: &[Instant],
        decay: &Decay,
        mut mark: impl FnMut(usize, bool),
    ) {
        let SeenActs { leads, at, ages, factors } = self;
        leads.resize(acts.len(), 0);
        at.resize(acts.len(), 0);
        ages.resize(acts.len(), Span(0));
        let mut n_seen = 0;
        for (lead, instant) in acts {
            // Written in any case, and written over where it does not count: nothing depends on a guess.
            let is_seen = seen(instant, as_of[lead]);
            (leads[n_seen], at[n_seen], ages[n_seen]) = (lead as u32, instant.0, as_of[lead].since(instant));
            n_seen += usize::from(is_seen);
            mark(lead, is_seen);
        }
        leads.truncate(n_seen);
        at.truncate(n_seen);
        ages.truncate(n_seen);
        decay.factors(ages, factors);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.leads.len()
    }

    /// When each was, in microseconds.
    pub(super) fn at(&self) -> &[i64] {
        &self.at
    }

    /// How long before its lead's as-of each lies.
    pub(super) fn ages(&self) -> &[Span] {
        &self.ages
    }

    /// Each of them, with the factor of the shared decay.
    #[inline]
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = SeenAct> + Clone {
        self.with(&self.factors)
    }

    /// Each of them, with these factors.
    #[inline]
    pub(super) fn with<'a>(&'a self, factors: &'a [f64]) -> impl DoubleEndedIterator<Item = SeenAct> + Clone + 'a {
        let acts = self.leads.iter().zip(&self.at).zip(&self.ages).zip(factors);
        acts.map(|(((lead, at), age), factor)| SeenAct {
            lead: *lead as usize,
            at: Instant(*at),
            age: *age,
            factor: *factor,
        })
    }
}

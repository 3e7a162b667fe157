//! Which acts a rule looks at and what it wants to know of them.

use crate::asof::Span;
use crate::decay::Decay;
use crate::text::{TextMatch, fold};

/// The kinds a selection takes, compared trimmed and case-folded.
#[derive(Debug, Clone, PartialEq)]
pub enum KindMatch {
    /// Any of these.
    Listed(Vec<String>),
    /// Any but these.
    AnyBut(Vec<String>),
}

impl KindMatch {
    /// Whether acts of `kind` are taken.
    pub fn holds(&self, kind: &str) -> bool {
        let kind = fold(kind);
        match self {
            KindMatch::Listed(kinds) => kinds.iter().any(|listed| fold(listed) == kind),
            KindMatch::AnyBut(kinds) => !kinds.iter().any(|listed| fold(listed) == kind),
        }
    }
}

/// A choice of acts.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Of these kinds,
    pub kinds: KindMatch,
    /// and with such a detail; an act without a detail meets no condition on it.
    pub detail: Option<TextMatch>,
}

/// What to know of the selected acts before a lead's as-of *t*.
#[derive(Debug, Clone, PartialEq)]
pub enum Amount {
    /// Σ factor(t − at) over the newest `max_count` occurrences with t − within ≤ at < t. A row with count c is c
    /// occurrences, and `max_count` cuts inside a row.
    Sum {
        /// Length of the window; `None`: since ever.
        within: Option<Span>,
        /// How an occurrence fades.
        decay: Decay,
        /// How many occurrences count at most.
        max_count: Option<u64>,
    },
    /// How many occurrences lie in the window.
    Count {
        /// Length of the window; `None`: since ever.
        within: Option<Span>,
    },
    /// When the newest was.
    Newest,
    /// When the first was.
    First,
    /// The time between the two newest rows.
    Gap,
}

impl Amount {
    /// How its occurrences fade, if they do.
    pub(super) fn decay(&self) -> Option<&Decay> {
        match self {
            Amount::Sum { decay, .. } if *decay != Decay::None => Some(decay),
            _ => None,
        }
    }

    /// Whether it is a sum whose last bits depend on the order in which acts are added.
    pub(super) fn is_of_fractions(&self) -> bool {
        self.decay().is_some()
    }

    /// Whether acts at no known time can be counted in.
    pub(super) fn takes_untimed(&self) -> bool {
        matches!(self, Amount::Sum { within: None, decay: Decay::None, .. } | Amount::Count { within: None })
    }
}

/// One thing to know of every lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Of which acts.
    pub selection: Selection,
    /// What.
    pub amount: Amount,
}

/// The ticket under which [`super::Measures`] answers a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// All requests of one pass; equal ones are kept once.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    requests: Vec<Request>,
}

impl Plan {
    /// Adds a request, or finds the equal one asked before.
    pub fn ask(&mut self, request: Request) -> RequestId {
        let position = self.requests.iter().position(|known| *known == request).unwrap_or_else(|| {
            self.requests.push(request);
            self.requests.len() - 1
        });
        RequestId(position as u32)
    }

    /// How many different requests there are.
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Whether any request looks at details, so that the source must deliver them.
    pub fn wants_details(&self) -> bool {
        self.requests.iter().any(|request| request.selection.detail.is_some())
    }

    pub(super) fn requests(&self) -> &[Request] {
        &self.requests
    }
}

//! What the model knows of each kind of act: how many, their decayed amount, the newest, the first.

use crate::asof::{Instant, Span};
use crate::decay::Decay;
use crate::text::fold;

/// The instant of a kind that never happened.
pub const NEVER: i64 = i64::MIN;

/// Which kinds the model wants to know about.
#[derive(Debug, Clone)]
pub struct ModelKinds {
    /// Half-life of the decayed amount.
    pub half_life: Span,
    /// These, in this order; `None`: every kind met before its lead's as-of.
    pub kinds: Option<Vec<String>>,
    /// With `kinds: None`, how many kinds to follow at most; later ones are named in the log's statistics. A column
    /// of free text taken for the kind would otherwise take leads × texts cells.
    pub max_kinds: usize,
}

/// One kind, `(n_leads,)` each.
#[derive(Debug, Clone, PartialEq)]
pub struct KindColumns {
    /// The kind as first written.
    pub kind: String,
    /// Occurrences before as-of.
    pub count: Vec<f64>,
    /// Σ 2^(−age / half-life) over them.
    pub decayed: Vec<f64>,
    /// Microseconds of the newest, or [`NEVER`].
    pub newest: Vec<i64>,
    /// Microseconds of the first; of no meaning where there is no newest.
    pub first: Vec<i64>,
}

impl KindColumns {
    /// When the newest act of this kind was.
    pub fn newest_at(&self, lead: usize) -> Option<Instant> {
        (self.newest[lead] != NEVER).then(|| Instant(self.newest[lead]))
    }

    /// When the first act of this kind was.
    pub fn first_at(&self, lead: usize) -> Option<Instant> {
        self.newest_at(lead).map(|_| Instant(self.first[lead]))
    }
}

/// State of the followed kinds during the pass.
#[derive(Debug)]
pub(super) struct KindFollower {
    decay: Decay,
    n_leads: usize,
    /// How many more kinds may be taken up; `None`: the list is closed.
    room: Option<usize>,
    followed: Vec<Followed>,
    left_out: Vec<String>,
}

#[derive(Debug)]
struct Followed {
    kind: String,
    folded: String,
    leads: Vec<Cell>,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    count: f64,
    decayed: f64,
    newest: i64,
    first: i64,
}

const NOTHING: Cell = Cell { count: 0.0, decayed: 0.0, newest: NEVER, first: i64::MAX };

impl KindFollower {
    pub(super) fn new(options: ModelKinds, n_leads: usize) -> KindFollower {
        let decay = Decay::HalfLife(options.half_life);
        let room = if options.kinds.is_none() { Some(options.max_kinds) } else { None };
        let mut follower = KindFollower { decay, n_leads, room, followed: Vec::new(), left_out: Vec::new() };
        for kind in options.kinds.unwrap_or_default() {
            let folded = fold(&kind);
            follower.take_up(&kind, folded);
        }
        follower
    }

    /// Where `kind`, just met before its lead's as-of, is followed, if it is.
    pub(super) fn slot(&mut self, kind: &str) -> Option<usize> {
        let folded = fold(kind);
        if let Some(slot) = self.followed.iter().position(|followed| followed.folded == folded) {
            return Some(slot);
        }
        match &mut self.room {
            None => None,
            Some(0) => {
                if !self.left_out.iter().any(|known| fold(known) == folded) {
                    self.left_out.push(kind.to_string());
                }
                None
            }
            Some(room) => {
                *room -= 1;
                Some(self.take_up(kind, folded))
            }
        }
    }

    fn take_up(&mut self, kind: &str, folded: String) -> usize {
        self.followed.push(Followed { kind: kind.to_string(), folded, leads: vec![NOTHING; self.n_leads] });
        self.followed.len() - 1
    }

    #[inline]
    pub(super) fn add(&mut self, slot: usize, lead: usize, at: Instant, as_of: Instant, count: u64) {
        let cell = &mut self.followed[slot].leads[lead];
        cell.count += count as f64;
        cell.decayed += self.decay.factor(as_of.since(at)) * count as f64;
        cell.newest = cell.newest.max(at.0);
        cell.first = cell.first.min(at.0);
    }

    /// Reads some of the state of a lead, so that it is at hand when changed.
    #[inline]
    pub(super) fn touch(&self, slot: usize, lead: usize) -> i64 {
        self.followed[slot].leads[lead].newest
    }

    pub(super) fn finish(self) -> (Vec<KindColumns>, Vec<String>) {
        let columns = self.followed.into_iter().map(|followed| KindColumns {
            kind: followed.kind,
            count: followed.leads.iter().map(|cell| cell.count).collect(),
            decayed: followed.leads.iter().map(|cell| cell.decayed).collect(),
            newest: followed.leads.iter().map(|cell| cell.newest).collect(),
            first: followed.leads.iter().map(|cell| cell.first).collect(),
        });
        (columns.collect(), self.left_out)
    }
}

//! What the model knows of each kind of act: how many, their decayed amount, the newest, the first.

use super::shard::LEADS_PER_SHARD;
use crate::asof::{Instant, Span};
use crate::decay::Decay;
use crate::text::fold;

/// The instant of a kind that never happened.
const NEVER: i64 = i64::MIN;

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

/// What is known of one kind, lead by lead. It stays where the pass gathered it, shard by shard: as columns of their
/// own, a dozen kinds of a million leads would be copied once more.
#[derive(Debug, Clone)]
pub struct KindColumns {
    /// The kind as first written.
    pub kind: String,
    shards: Vec<Vec<KindOfLead>>,
}

impl KindColumns {
    #[inline]
    fn cell(&self, lead: usize) -> &KindOfLead {
        &self.shards[lead / LEADS_PER_SHARD][lead % LEADS_PER_SHARD]
    }

    /// What `look` makes of each of these leads, in their order.
    pub fn of_leads<T>(&self, leads: &[usize], look: impl Fn(usize, &KindOfLead) -> T) -> Vec<T> {
        if let [shard] = &self.shards[..] {
            return leads.iter().map(|&lead| look(lead, &shard[lead])).collect();
        }
        leads.iter().map(|&lead| look(lead, self.cell(lead))).collect()
    }

    /// Occurrences before as-of.
    #[inline]
    pub fn count(&self, lead: usize) -> f64 {
        self.cell(lead).count
    }

    /// Σ 2^(−age / half-life) over them.
    #[inline]
    pub fn decayed(&self, lead: usize) -> f64 {
        self.cell(lead).decayed
    }

    /// When the newest act of this kind was.
    #[inline]
    pub fn newest_at(&self, lead: usize) -> Option<Instant> {
        self.cell(lead).newest_at()
    }

    /// When the first act of this kind was.
    #[inline]
    pub fn first_at(&self, lead: usize) -> Option<Instant> {
        self.cell(lead).first_at()
    }
}

/// Which kinds are followed.
#[derive(Debug)]
pub(super) struct KindFollower {
    decay: Decay,
    /// How many more kinds may be taken up; `None`: the list is closed.
    room: Option<usize>,
    followed: Vec<Followed>,
    /// Kinds for which there was no room.
    pub left_out: Vec<String>,
}

#[derive(Debug)]
struct Followed {
    kind: String,
    folded: String,
}

/// What is known of a stretch of leads: by kind and lead.
#[derive(Debug, Default)]
pub(super) struct KindCells {
    kinds: Vec<Vec<KindOfLead>>,
}

/// What is known of one kind and one lead. Aligned to its size, so that none lies across two cache lines.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub struct KindOfLead {
    /// Occurrences before as-of.
    pub count: f64,
    /// Σ 2^(−age / half-life) over them.
    pub decayed: f64,
    newest: i64,
    first: i64,
}

/// Room left behind the cells of a kind. Without it those of one lead would lie a power of two apart, kind by kind, and so
/// all in the same few places of a cache.
const CELLS_APART: usize = 2;

const NOTHING: KindOfLead = KindOfLead { count: 0.0, decayed: 0.0, newest: NEVER, first: i64::MAX };

impl KindOfLead {
    /// When the newest act was.
    #[inline]
    pub fn newest_at(&self) -> Option<Instant> {
        (self.newest != NEVER).then_some(Instant(self.newest))
    }

    /// When the first act was.
    #[inline]
    pub fn first_at(&self) -> Option<Instant> {
        self.newest_at().map(|_| Instant(self.first))
    }
}

impl KindCells {
    /// Makes room for the kinds that are followed by now.
    pub(super) fn extend(&mut self, follower: &KindFollower, n_leads: usize) {
        self.kinds.resize_with(follower.followed.len(), || {
            let mut cells = Vec::with_capacity(n_leads + CELLS_APART);
            cells.resize(n_leads, NOTHING);
            cells
        });
    }

    /// Adds `count` occurrences at `at`, each of which has kept the share `factor` of its worth.
    #[inline]
    pub(super) fn add(&mut self, slot: usize, lead: usize, at: Instant, factor: f64, count: u64) {
        let cell = &mut self.kinds[slot][lead];
        cell.count += count as f64;
        cell.decayed += factor * count as f64;
        cell.newest = cell.newest.max(at.0);
        cell.first = cell.first.min(at.0);
    }
}

impl KindFollower {
    pub(super) fn new(options: ModelKinds) -> KindFollower {
        let decay = Decay::HalfLife(options.half_life);
        let room = if options.kinds.is_none() { Some(options.max_kinds) } else { None };
        let mut follower = KindFollower { decay, room, followed: Vec::new(), left_out: Vec::new() };
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
        self.followed.push(Followed { kind: kind.to_string(), folded });
        self.followed.len() - 1
    }

    /// How the model's decayed amounts fade.
    pub(super) fn decay(&self) -> &Decay {
        &self.decay
    }

    /// The kinds with what is known of each lead, from the cells of shard after shard.
    pub(super) fn columns(&self, shards: Vec<KindCells>) -> Vec<KindColumns> {
        let mut shards: Vec<_> = shards.into_iter().map(|cells| cells.kinds.into_iter()).collect();
        let columns = self.followed.iter().map(|followed| KindColumns {
            kind: followed.kind.clone(),
            shards: shards.iter_mut().filter_map(Iterator::next).collect(),
        });
        columns.collect()
    }
}

//! What the model knows of each kind of act: how many, their decayed amount, the newest, the first.

use super::seen_acts::{SeenAct, SeenActs};
use super::shard::LEADS_PER_SHARD;
use crate::asof::{Instant, Span};
use crate::decay::Decay;
use crate::tables::{NO_SPAN, days_of};
use crate::text::fold;

/// When the newest act was of a kind that never happened, and the first.
const NEVER: i64 = i64::MIN;
const NOT_YET: i64 = i64::MAX;

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
    shards: Vec<KindCells>,
}

impl KindColumns {
    /// What `look` makes of what `of` knows of each of these leads, in their order.
    fn of_leads<T: Copy, U>(
        &self,
        leads: &[usize],
        of: impl Fn(&KindCells) -> &[T],
        look: impl Fn(usize, T) -> U,
    ) -> Vec<U> {
        let [shard] = &self.shards[..] else {
            let cell = |lead: usize| of(&self.shards[lead / LEADS_PER_SHARD])[lead % LEADS_PER_SHARD];
            return leads.iter().map(|&lead| look(lead, cell(lead))).collect();
        };
        let cells = of(shard);
        match leads.first() {
            // Nearly always all leads of a stretch are asked for.
            Some(&first) if leads.windows(2).all(|pair| pair[1] == pair[0] + 1) => {
                let own = &cells[first..first + leads.len()];
                own.iter().zip(first..).map(|(cell, lead)| look(lead, *cell)).collect()
            }
            _ => leads.iter().map(|&lead| look(lead, cells[lead])).collect(),
        }
    }

    /// Occurrences before as-of.
    pub fn counts(&self, leads: &[usize]) -> Vec<f64> {
        self.of_leads(leads, |cells| &cells.count, |_, count| count)
    }

    /// Σ 2^(−age / half-life) over them.
    pub fn decayed(&self, leads: &[usize]) -> Vec<f64> {
        self.of_leads(leads, |cells| &cells.decayed, |_, decayed| decayed)
    }

    /// When the newest act of each was.
    pub fn newest(&self, leads: &[usize]) -> Vec<Option<Instant>> {
        self.of_leads(leads, |cells| &cells.newest, |_, at| (at != NEVER).then_some(Instant(at)))
    }

    /// Whether there was an act of each at or after its instant in `from`.
    pub fn reach(&self, leads: &[usize], from: &[Instant]) -> Vec<bool> {
        let newest = self.of_leads(leads, |cells| &cells.newest, |_, at| at);
        newest.iter().zip(from).map(|(at, from)| *at >= from.0 && *at != NEVER).collect()
    }

    /// Microseconds from the newest act of each to its `as_of`, which is that of all leads; [`NO_SPAN`] where there was none.
    pub fn since_newest(&self, leads: &[usize], as_of: &[Instant]) -> Vec<i64> {
        self.of_leads(leads, |cells| &cells.newest, |lead, at| micros(at, NEVER, as_of[lead]))
    }

    /// The same from the first act.
    pub fn since_first(&self, leads: &[usize], as_of: &[Instant]) -> Vec<i64> {
        self.of_leads(leads, |cells| &cells.first, |lead, at| micros(at, NOT_YET, as_of[lead]))
    }

    /// Days from the newest act of each to its `as_of`, which is that of all leads; NaN where there was none.
    pub fn days_since_newest(&self, leads: &[usize], as_of: &[Instant]) -> Vec<f64> {
        days_of(&self.since_newest(leads, as_of))
    }

    /// The same from the first act.
    pub fn days_since_first(&self, leads: &[usize], as_of: &[Instant]) -> Vec<f64> {
        days_of(&self.since_first(leads, as_of))
    }
}

/// Microseconds from an instant, of which `none` stands for there being none. Nobody can guess which leads have acts of a kind,
/// and so they are worked out in any case.
#[inline]
fn micros(at: i64, none: i64, as_of: Instant) -> i64 {
    let since = as_of.since(Instant(at)).0.max(NO_SPAN + 1);
    if at == none { NO_SPAN } else { since }
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

/// What is known of one kind and the leads of a stretch, `(n_leads,)` each.
#[derive(Debug, Clone)]
pub(super) struct KindCells {
    /// Occurrences before as-of.
    count: Vec<f64>,
    /// Σ 2^(−age / half-life) over them.
    decayed: Vec<f64>,
    newest: Vec<i64>,
    first: Vec<i64>,
}

impl KindCells {
    pub(super) fn new(n_leads: usize) -> KindCells {
        KindCells {
            count: vec![0.0; n_leads],
            decayed: vec![0.0; n_leads],
            newest: vec![NEVER; n_leads],
            first: vec![NOT_YET; n_leads],
        }
    }

    /// Adds `count` occurrences at `at`, each of which has kept the share `factor` of its worth.
    #[inline]
    pub(super) fn add(&mut self, lead: usize, at: Instant, factor: f64, count: u64) {
        self.count[lead] += count as f64;
        self.decayed[lead] += factor * count as f64;
        self.newest[lead] = self.newest[lead].max(at.0);
        self.first[lead] = self.first[lead].min(at.0);
    }

    /// Adds all acts of the kind.
    pub(super) fn add_all(&mut self, acts: &SeenActs) {
        acts.iter().for_each(|SeenAct { lead, at, factor, .. }| self.add(lead, at, factor, 1));
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

    /// How many kinds are followed by now.
    pub(super) fn n_followed(&self) -> usize {
        self.followed.len()
    }

    /// How the model's decayed amounts fade.
    pub(super) fn decay(&self) -> &Decay {
        &self.decay
    }

    /// The kinds with what is known of each lead, from the cells of shard after shard, by kind.
    pub(super) fn columns(&self, shards: Vec<Vec<KindCells>>) -> Vec<KindColumns> {
        let mut shards: Vec<_> = shards.into_iter().map(Vec::into_iter).collect();
        let columns = self.followed.iter().map(|followed| KindColumns {
            kind: followed.kind.clone(),
            shards: shards.iter_mut().filter_map(Iterator::next).collect(),
        });
        columns.collect()
    }
}

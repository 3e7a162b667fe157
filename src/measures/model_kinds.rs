//! What the model knows of each kind of act: how many, their decayed amount, the newest, the first.

use super::seen_acts::{SeenAct, SeenActs};
use super::shard::LEADS_PER_SHARD;
use crate::asof::{Instant, Span};
use crate::decay::Decay;
use crate::lanes::{Lanes, in_wide_registers};
use crate::tables::{NO_SPAN, days_of, stretch_of};
use crate::text::fold;
use std::borrow::Cow;

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
    /// What `of` knows of each of these leads, in their order.
    fn cells<T: Copy>(&self, leads: &[usize], of: impl Fn(&KindCells) -> &[T]) -> Cow<'_, [T]> {
        let [shard] = &self.shards[..] else {
            let cell = |lead: usize| of(&self.shards[lead / LEADS_PER_SHARD])[lead % LEADS_PER_SHARD];
            return leads.iter().map(|&lead| cell(lead)).collect();
        };
        picked(of(shard), leads)
    }

    /// Microseconds from an instant of each lead to its `as_of`, which is that of all leads; [`NO_SPAN`] for `none`.
    fn since(&self, leads: &[usize], as_of: &[Instant], of: impl Fn(&KindCells) -> &[i64], none: i64) -> Vec<i64> {
        let mut since = vec![0; leads.len()];
        let (at, as_of) = (self.cells(leads, of), picked(as_of, leads));
        in_wide_registers(Since { at: &at, as_of: &as_of, none, since: &mut since });
        since
    }

    /// Occurrences before as-of.
    pub fn counts(&self, leads: &[usize]) -> Vec<f64> {
        self.cells(leads, |cells| &cells.count).into_owned()
    }

    /// Σ 2^(−age / half-life) over them.
    pub fn decayed(&self, leads: &[usize]) -> Vec<f64> {
        self.cells(leads, |cells| &cells.decayed).into_owned()
    }

    /// When the newest act of each was.
    pub fn newest(&self, leads: &[usize]) -> Vec<Option<Instant>> {
        let newest = self.cells(leads, |cells| &cells.newest);
        newest.iter().map(|&at| (at != NEVER).then_some(Instant(at))).collect()
    }

    /// Whether there was an act of each at or after its instant in `from`.
    pub fn reach(&self, leads: &[usize], from: &[Instant]) -> Vec<bool> {
        let newest = self.cells(leads, |cells| &cells.newest);
        newest.iter().zip(from).map(|(at, from)| *at >= from.0 && *at != NEVER).collect()
    }

    /// Microseconds from the newest act of each to its `as_of`, which is that of all leads; [`NO_SPAN`] where there was none.
    pub fn since_newest(&self, leads: &[usize], as_of: &[Instant]) -> Vec<i64> {
        self.since(leads, as_of, |cells| &cells.newest, NEVER)
    }

    /// The same from the first act.
    pub fn since_first(&self, leads: &[usize], as_of: &[Instant]) -> Vec<i64> {
        self.since(leads, as_of, |cells| &cells.first, NOT_YET)
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

/// The values of these leads; nearly always those of a stretch, which need not be copied.
fn picked<'v, T: Copy>(values: &'v [T], leads: &[usize]) -> Cow<'v, [T]> {
    match stretch_of(leads) {
        Some(stretch) => Cow::Borrowed(&values[stretch]),
        None => leads.iter().map(|&lead| values[lead]).collect(),
    }
}

/// Microseconds from instants, of which `none` stands for there being none. Nobody can guess which leads have acts of a kind,
/// and so they are worked out in any case.
struct Since<'a> {
    at: &'a [i64],
    as_of: &'a [Instant],
    none: i64,
    since: &'a mut [i64],
}

impl Lanes for Since<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        for ((since, &at), as_of) in self.since.iter_mut().zip(self.at).zip(self.as_of) {
            let micros = as_of.since(Instant(at)).0.max(NO_SPAN + 1);
            *since = if at == self.none { NO_SPAN } else { micros };
        }
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

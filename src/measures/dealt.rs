//! Acts of one stretch of leads that wait to be added: 8 bytes each, in the order of the log, and then lead by lead.

use super::shard::LEADS_PER_SHARD;
use crate::asof::{Instant, MICROS_PER_DAY, Span};
use crate::tables::{Activity, MISSING};
use std::ops::Range;

/// Acts written beside the stretch itself before they go to a piece: dealing jumps from stretch to stretch, and this way it
/// jumps between places that all stay in a second-level cache.
const OPEN: usize = 32;

/// Acts of one piece: a list that grows piece by piece is never copied, and wastes one piece at most.
const PIECE: usize = 32 * OPEN;

/// Pieces allocated together, 2 MB: few enough that the room which other tables have given back serves again.
const PIECES_PER_SLAB: usize = 1 << 8;

/// An act as it waits: in the highest bits the lead within the stretch, then the kind or [`ASIDE`], then the microseconds since
/// the earliest instant that these bits can tell.
type Dealt = u64;

const TIME_BITS: u32 = 48;
const KIND_BITS: u32 = u64::BITS - TIME_BITS - LEADS_PER_SHARD.trailing_zeros();
const LAST_TIME: u64 = (1 << TIME_BITS) - 1;
/// Stands where a kind would: the act stands aside, and its number there where the time would.
const ASIDE: u32 = (1 << KIND_BITS) - 1;

/// Room for the waiting acts of all stretches.
#[derive(Debug)]
pub(super) struct Pieces {
    slabs: Vec<Vec<Dealt>>,
    n_taken: usize,
    /// The earliest instant that an act can be kept with.
    begin: Instant,
}

/// Waiting acts of one stretch.
#[derive(Debug, Default)]
pub(super) struct DealtActs {
    open: [Dealt; OPEN],
    n_open: usize,
    /// Which of the [`Pieces`] are this stretch's; all are full but the last.
    pieces: Vec<u32>,
    n_in_last: usize,
    /// The few acts that have a detail or a count other than 1, are of a kind beyond the first sixty, or happened eight years
    /// before the newest as-of or a year after it.
    aside: Vec<Activity>,
}

/// The acts of one stretch, lead by lead, those of each lead in the order of the log.
#[derive(Debug)]
pub(super) struct ActsByLead {
    acts: Vec<Dealt>,
    begin: Instant,
    /// `(n_leads,)` where those of each lead end.
    ends: Vec<u32>,
    aside: Vec<Activity>,
}

impl Pieces {
    /// For acts of leads with these as-of: what counts happened before the newest of them, and nearly all of it not eight years
    /// before.
    pub(super) fn before(as_of: &[Instant]) -> Pieces {
        const YEAR: i64 = 366 * MICROS_PER_DAY;
        let newest = as_of.iter().max().map_or(0, |newest| newest.0);
        Pieces { slabs: Vec::new(), n_taken: 0, begin: Instant(newest.saturating_sub(LAST_TIME as i64 - YEAR)) }
    }

    /// The microseconds to an instant, where they can be kept.
    #[inline]
    fn since_begin(&self, at: Instant) -> Option<u64> {
        // Where this runs over, the difference is far beyond the last.
        Some(at.0.wrapping_sub(self.begin.0) as u64).filter(|since| *since <= LAST_TIME)
    }

    /// The number of a piece that nobody has.
    fn take(&mut self) -> u32 {
        let (slab, _) = Pieces::place(self.n_taken as u32);
        if slab == self.slabs.len() {
            self.slabs.push(vec![0; PIECES_PER_SLAB * PIECE]);
        }
        self.n_taken += 1;
        (self.n_taken - 1) as u32
    }

    fn place(piece: u32) -> (usize, Range<usize>) {
        let (slab, within) = (piece as usize / PIECES_PER_SLAB, piece as usize % PIECES_PER_SLAB);
        (slab, within * PIECE..(within + 1) * PIECE)
    }

    fn get(&self, piece: u32) -> &[Dealt] {
        let (slab, within) = Pieces::place(piece);
        &self.slabs[slab][within]
    }

    fn get_mut(&mut self, piece: u32) -> &mut [Dealt] {
        let (slab, within) = Pieces::place(piece);
        &mut self.slabs[slab][within]
    }

    /// Takes all of them back, once the acts of every stretch have been added.
    pub(super) fn clear(&mut self) {
        self.n_taken = 0;
    }
}

impl DealtActs {
    /// Takes a row that is one act without a detail, of one of the stretch's leads.
    #[inline]
    pub(super) fn push_plain(&mut self, lead: u32, at: Instant, kind: u32, pieces: &mut Pieces) {
        match pieces.since_begin(at) {
            Some(since) if kind < ASIDE => self.push_dealt(since, lead, kind, pieces),
            _ => self.push_aside(Activity { lead, at, kind, detail: MISSING, count: 1 }, pieces),
        }
    }

    /// Takes any act of one of the stretch's leads.
    pub(super) fn push(&mut self, act: Activity, pieces: &mut Pieces) {
        if act.detail == MISSING && act.count == 1 {
            return self.push_plain(act.lead, act.at, act.kind, pieces);
        }
        self.push_aside(act, pieces);
    }

    #[cold]
    fn push_aside(&mut self, act: Activity, pieces: &mut Pieces) {
        self.push_dealt(self.aside.len() as u64, act.lead, ASIDE, pieces);
        self.aside.push(Activity { lead: act.lead % LEADS_PER_SHARD as u32, ..act });
    }

    #[inline]
    fn push_dealt(&mut self, time: u64, lead: u32, kind: u32, pieces: &mut Pieces) {
        let lead = lead % LEADS_PER_SHARD as u32;
        self.open[self.n_open] = u64::from(lead << KIND_BITS | kind) << TIME_BITS | time;
        self.n_open += 1;
        if self.n_open == OPEN {
            self.close(pieces);
        }
    }

    /// Moves the acts at hand, as many as there may be, to the last piece.
    #[inline(never)]
    fn close(&mut self, pieces: &mut Pieces) {
        if self.pieces.is_empty() || self.n_in_last == PIECE {
            self.pieces.push(pieces.take());
            self.n_in_last = 0;
        }
        let last = *self.pieces.last().expect("there is one now");
        pieces.get_mut(last)[self.n_in_last..][..OPEN].copy_from_slice(&self.open);
        self.n_in_last += OPEN;
        self.n_open = 0;
    }

    /// Takes the acts out, sorted by lead by counting. None waits any longer afterwards.
    pub(super) fn take_by_lead(&mut self, pieces: &Pieces, n_leads: usize) -> ActsByLead {
        let (acts, ends) = self.take_by(pieces, n_leads, lead_of);
        ActsByLead { acts, begin: pieces.begin, ends, aside: std::mem::take(&mut self.aside) }
    }

    /// Takes the acts out, sorted by kind by counting, where none stands aside.
    pub(super) fn take_by_kind(&mut self, pieces: &Pieces, n_kinds: usize) -> Option<ActsByKind> {
        if !self.aside.is_empty() {
            return None;
        }
        let (acts, ends) = self.take_by(pieces, n_kinds, |dealt| kind_of(dealt) as usize);
        Some(ActsByKind { acts, begin: pieces.begin, ends })
    }

    /// Takes the acts out, sorted by one of `n` keys, and where those of each end.
    fn take_by(&mut self, pieces: &Pieces, n: usize, key: impl Fn(Dealt) -> usize) -> (Vec<Dealt>, Vec<u32>) {
        let own = std::mem::take(&mut self.pieces);
        let open = &self.open[..std::mem::take(&mut self.n_open)];
        let full = own.iter().enumerate().map(|(at, &piece)| {
            let is_last = at + 1 == own.len();
            &pieces.get(piece)[..if is_last { self.n_in_last } else { PIECE }]
        });
        let parts: Vec<&[Dealt]> = full.chain([open]).collect();
        let mut ends = vec![0_u32; n];
        for acts in &parts {
            acts.iter().for_each(|dealt| ends[key(*dealt)] += 1);
        }
        let mut before = 0;
        for end in &mut ends {
            before += std::mem::replace(end, before);
        }
        // Now each "end" is a start; filling in a key's acts moves it to the end.
        let mut sorted = vec![0; before as usize];
        for acts in parts {
            for dealt in acts {
                let position = &mut ends[key(*dealt)];
                sorted[*position as usize] = *dealt;
                *position += 1;
            }
        }
        (sorted, ends)
    }
}

/// The acts of one stretch, kind by kind, those of each kind in the order of the log.
#[derive(Debug)]
pub(super) struct ActsByKind {
    acts: Vec<Dealt>,
    begin: Instant,
    /// `(n_kinds,)` where those of each kind end.
    ends: Vec<u32>,
}

impl ActsByKind {
    /// How many there are of each kind, by its code.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| start as usize..end as usize)
    }

    /// Looks at some of them: lead, counted from the stretch's first, and when it was.
    #[inline]
    pub(super) fn of(&self, acts: Range<usize>) -> impl ExactSizeIterator<Item = (usize, Instant)> {
        self.acts[acts].iter().map(|dealt| (lead_of(*dealt), instant(self.begin, *dealt)))
    }
}

impl ActsByLead {
    /// How many acts there are.
    pub(super) fn len(&self) -> usize {
        self.acts.len()
    }

    /// How long before its lead's as-of each act lies, in their order; negative from the as-of on.
    pub(super) fn ages<'a>(&'a self, as_of: &'a [Instant]) -> impl Iterator<Item = Span> + 'a {
        self.acts.iter().map(move |dealt| as_of[lead_of(*dealt)].since(self.at(*dealt)))
    }

    /// The acts of a lead, which is counted from the stretch's first.
    #[inline]
    pub(super) fn of_lead(&self, lead: usize) -> impl ExactSizeIterator<Item = Activity> + '_ {
        let start = if lead == 0 { 0 } else { self.ends[lead - 1] };
        let own = &self.acts[start as usize..self.ends[lead] as usize];
        own.iter().map(|dealt| self.unpack(*dealt))
    }

    #[inline]
    fn at(&self, dealt: Dealt) -> Instant {
        if kind_of(dealt) == ASIDE { self.aside[time_of(dealt) as usize].at } else { instant(self.begin, dealt) }
    }

    #[inline]
    fn unpack(&self, dealt: Dealt) -> Activity {
        match kind_of(dealt) {
            ASIDE => self.aside[time_of(dealt) as usize],
            kind => Activity {
                lead: lead_of(dealt) as u32,
                at: instant(self.begin, dealt),
                kind,
                detail: MISSING,
                count: 1,
            },
        }
    }
}

/// The lead within the stretch.
#[inline]
fn lead_of(dealt: Dealt) -> usize {
    (dealt >> (TIME_BITS + KIND_BITS)) as usize
}

#[inline]
fn kind_of(dealt: Dealt) -> u32 {
    (dealt >> TIME_BITS) as u32 & ASIDE
}

/// When an act was that does not stand aside.
#[inline]
fn instant(begin: Instant, dealt: Dealt) -> Instant {
    Instant(begin.0.wrapping_add(time_of(dealt) as i64))
}

/// The time since the begin, or the number among those that stand aside.
#[inline]
fn time_of(dealt: Dealt) -> u64 {
    dealt & LAST_TIME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_come_back_as_they_were_lead_by_lead_in_their_order() {
        let act = |n: u32| Activity {
            lead: n * 7 % LEADS_PER_SHARD as u32,
            at: match n % 3 {
                0 => Instant(-i64::from(n)),
                1 => Instant(i64::MAX - i64::from(n)),
                _ => Instant(i64::MIN + i64::from(n)),
            },
            kind: if n.is_multiple_of(5) { u32::MAX - n } else { n % 90 },
            detail: if n.is_multiple_of(4) { n } else { MISSING },
            count: if n.is_multiple_of(6) { n } else { 1 },
        };
        let (mut dealt, mut pieces) = (DealtActs::default(), Pieces::before(&[Instant(0)]));
        for round in 0..2 {
            pieces.clear();
            let mut wanted: Vec<Activity> = (0..5 * PIECE as u32 + 5).map(|n| act(n + round)).collect();
            // A stretch that is not the first: its leads are counted from its own first.
            let of_stretch = |act: &Activity| Activity { lead: act.lead + 3 * LEADS_PER_SHARD as u32, ..*act };
            wanted.iter().for_each(|act| dealt.push(of_stretch(act), &mut pieces));
            let mut back = Vec::new();
            let by_lead = dealt.take_by_lead(&pieces, LEADS_PER_SHARD);
            for lead in 0..LEADS_PER_SHARD {
                let own: Vec<Activity> = by_lead.of_lead(lead).collect();
                assert!(own.iter().all(|act| act.lead as usize == lead));
                back.extend(own);
            }
            wanted.sort_by_key(|act| act.lead);
            assert_eq!(back, wanted);
            assert!(by_lead.aside.len() < back.len() * 95 / 100, "some acts are kept in 8 bytes");
        }
    }
}

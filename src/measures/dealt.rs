//! Acts of one stretch of leads that wait to be added: 12 bytes each, in the order of the log, and then lead by lead.

use super::shard::LEADS_PER_SHARD;
use crate::asof::{Instant, Span};
use crate::tables::{Activity, MISSING};

/// Acts of one piece: a list that grows piece by piece is never copied, and wastes one piece at most.
const PIECE: usize = 1024;

/// Acts written beside the stretch itself before they go to a piece: dealing jumps from stretch to stretch, and this way it
/// jumps between places that all stay in a second-level cache.
const OPEN: usize = 32;

const KIND_BITS: u32 = 32 - LEADS_PER_SHARD.trailing_zeros();
/// Stands where a kind would: the act stands aside, and its number there where the instant would.
const ASIDE: u32 = (1 << KIND_BITS) - 1;

/// An act as it waits. The instant in halves, so that it takes 12 bytes rather than 16 for the sake of alignment.
#[derive(Debug, Clone, Copy, Default)]
struct Dealt {
    at: [u32; 2],
    /// The lead within the stretch in the high bits, the kind or [`ASIDE`] in the low ones.
    what: u32,
}

/// Waiting acts of one stretch.
#[derive(Debug, Default)]
pub(super) struct DealtActs {
    open: [Dealt; OPEN],
    n_open: usize,
    pieces: Vec<Vec<Dealt>>,
    /// The few acts that have a detail, a count other than 1, or a kind beyond the first two million.
    aside: Vec<Activity>,
}

/// The acts of one stretch, lead by lead, those of each lead in the order of the log.
#[derive(Debug)]
pub(super) struct ActsByLead {
    acts: Vec<Dealt>,
    /// `(n_leads,)` where those of each lead end.
    ends: Vec<u32>,
    aside: Vec<Activity>,
}

impl DealtActs {
    /// Takes a row that is one act without a detail, of one of the stretch's leads.
    #[inline]
    pub(super) fn push_plain(&mut self, lead: u32, at: Instant, kind: u32) {
        if kind >= ASIDE {
            return self.push(Activity { lead, at, kind, detail: MISSING, count: 1 });
        }
        self.push_dealt(at.0 as u64, lead % LEADS_PER_SHARD as u32, kind);
    }

    /// Takes any act of one of the stretch's leads.
    pub(super) fn push(&mut self, act: Activity) {
        if act.detail == MISSING && act.count == 1 && act.kind < ASIDE {
            return self.push_plain(act.lead, act.at, act.kind);
        }
        let lead = act.lead % LEADS_PER_SHARD as u32;
        self.push_dealt(self.aside.len() as u64, lead, ASIDE);
        self.aside.push(Activity { lead, ..act });
    }

    #[inline]
    fn push_dealt(&mut self, at: u64, lead: u32, kind: u32) {
        self.open[self.n_open] = Dealt { at: [(at >> 32) as u32, at as u32], what: lead << KIND_BITS | kind };
        self.n_open += 1;
        if self.n_open == OPEN {
            self.close();
        }
    }

    /// Moves the acts at hand to the last piece.
    #[inline(never)]
    fn close(&mut self) {
        if self.pieces.last().is_none_or(|piece| piece.len() + self.n_open > PIECE) {
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        let piece = self.pieces.last_mut().expect("a piece with room was just made");
        piece.extend_from_slice(&self.open[..self.n_open]);
        self.n_open = 0;
    }

    /// Takes the acts out, sorted by lead by counting. None waits any longer afterwards.
    pub(super) fn take_by_lead(&mut self, n_leads: usize) -> ActsByLead {
        self.close();
        let pieces = std::mem::take(&mut self.pieces);
        let mut ends = vec![0_u32; n_leads];
        for dealt in pieces.iter().flatten() {
            ends[(dealt.what >> KIND_BITS) as usize] += 1;
        }
        let mut before = 0;
        for end in &mut ends {
            before += std::mem::replace(end, before);
        }
        // Now each "end" is a start; filling in a lead's acts moves it to the end.
        let mut acts = vec![Dealt::default(); before as usize];
        for piece in pieces {
            for dealt in piece {
                let position = &mut ends[(dealt.what >> KIND_BITS) as usize];
                acts[*position as usize] = dealt;
                *position += 1;
            }
        }
        ActsByLead { acts, ends, aside: std::mem::take(&mut self.aside) }
    }
}

impl ActsByLead {
    /// How many acts there are.
    pub(super) fn len(&self) -> usize {
        self.acts.len()
    }

    /// How long before its lead's as-of each act lies, in their order; negative from the as-of on.
    pub(super) fn ages<'a>(&'a self, as_of: &'a [Instant]) -> impl Iterator<Item = Span> + 'a {
        self.acts.iter().map(move |dealt| as_of[(dealt.what >> KIND_BITS) as usize].since(dealt.at(&self.aside)))
    }

    /// The acts of a lead, which is counted from the stretch's first.
    #[inline]
    pub(super) fn of_lead(&self, lead: usize) -> impl ExactSizeIterator<Item = Activity> + '_ {
        let start = if lead == 0 { 0 } else { self.ends[lead - 1] };
        let own = &self.acts[start as usize..self.ends[lead] as usize];
        own.iter().map(|dealt| dealt.unpack(&self.aside))
    }
}

impl Dealt {
    /// The instant, or its number among those that stand aside.
    #[inline]
    fn whole(self) -> u64 {
        u64::from(self.at[0]) << 32 | u64::from(self.at[1])
    }

    #[inline]
    fn at(self, aside: &[Activity]) -> Instant {
        if self.what & ASIDE == ASIDE { aside[self.whole() as usize].at } else { Instant(self.whole() as i64) }
    }

    #[inline]
    fn unpack(self, aside: &[Activity]) -> Activity {
        match self.what & ASIDE {
            ASIDE => aside[self.whole() as usize],
            kind => {
                let (lead, at) = (self.what >> KIND_BITS, Instant(self.whole() as i64));
                Activity { lead, at, kind, detail: MISSING, count: 1 }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_come_back_as_they_were_lead_by_lead_in_their_order() {
        let act = |n: u32| Activity {
            lead: n * 7 % LEADS_PER_SHARD as u32,
            at: Instant(if n.is_multiple_of(3) { -i64::from(n) } else { i64::MAX - i64::from(n) }),
            kind: if n.is_multiple_of(5) { u32::MAX - n } else { n % 9 },
            detail: if n.is_multiple_of(4) { n } else { MISSING },
            count: if n.is_multiple_of(6) { n } else { 1 },
        };
        let mut dealt = DealtActs::default();
        for round in 0..2 {
            let mut wanted: Vec<Activity> = (0..5 * PIECE as u32 + 5).map(|n| act(n + round)).collect();
            // A stretch that is not the first: its leads are counted from its own first.
            let of_stretch = |act: &Activity| Activity { lead: act.lead + 3 * LEADS_PER_SHARD as u32, ..*act };
            wanted.iter().for_each(|act| dealt.push(of_stretch(act)));
            let mut back = Vec::new();
            let by_lead = dealt.take_by_lead(LEADS_PER_SHARD);
            for lead in 0..LEADS_PER_SHARD {
                let own: Vec<Activity> = by_lead.of_lead(lead).collect();
                assert!(own.iter().all(|act| act.lead as usize == lead));
                back.extend(own);
            }
            wanted.sort_by_key(|act| act.lead);
            assert_eq!(back, wanted);
        }
    }
}

//! Acts of one stretch of leads that wait to be added: 12 bytes each, in the order of the log.

use super::shard::LEADS_PER_SHARD;
use crate::asof::Instant;
use crate::tables::{Activity, MISSING};

/// Acts of one piece: a list that grows piece by piece is never copied, and wastes one piece at most.
const PIECE: usize = 1024;

const KIND_BITS: u32 = 32 - LEADS_PER_SHARD.trailing_zeros();
/// Stands where a kind would: the act's particulars stand aside.
const ASIDE: u32 = (1 << KIND_BITS) - 1;

/// An act as it waits. The instant in halves, so that it takes 12 bytes rather than 16 for the sake of alignment.
#[derive(Debug, Clone, Copy)]
struct Dealt {
    at: [u32; 2],
    /// The lead within the stretch in the high bits, the kind or [`ASIDE`] in the low ones.
    what: u32,
}

/// What few acts have: a detail, a count other than 1, or a kind beyond the first two million.
#[derive(Debug, Clone, Copy)]
struct Particulars {
    kind: u32,
    detail: u32,
    count: u32,
}

/// Waiting acts of one stretch.
#[derive(Debug, Default)]
pub(super) struct DealtActs {
    pieces: Vec<Vec<Dealt>>,
    /// Those of the acts marked [`ASIDE`], in their order.
    aside: Vec<Particulars>,
}

impl DealtActs {
    /// Takes an act of one of the stretch's leads.
    #[inline]
    pub(super) fn push(&mut self, act: Activity) {
        let lead = act.lead % LEADS_PER_SHARD as u32;
        let is_plain = act.detail == MISSING && act.count == 1 && act.kind < ASIDE;
        let kind = if is_plain { act.kind } else { self.put_aside(act) };
        let dealt = Dealt { at: [(act.at.0 as u64 >> 32) as u32, act.at.0 as u32], what: lead << KIND_BITS | kind };
        match self.pieces.last_mut() {
            Some(piece) if piece.len() < PIECE => piece.push(dealt),
            _ => self.begin_piece(dealt),
        }
    }

    #[cold]
    fn begin_piece(&mut self, dealt: Dealt) {
        let mut piece = Vec::with_capacity(PIECE);
        piece.push(dealt);
        self.pieces.push(piece);
    }

    fn put_aside(&mut self, act: Activity) -> u32 {
        self.aside.push(Particulars { kind: act.kind, detail: act.detail, count: act.count });
        ASIDE
    }

    /// Calls `each` with the acts in their order, up to `n` at a time, their leads counted from the stretch's first.
    /// None waits any longer afterwards.
    pub(super) fn drain(&mut self, n: usize, mut each: impl FnMut(&[Activity])) {
        let mut aside = self.aside.drain(..);
        let mut acts = Vec::with_capacity(n);
        for piece in self.pieces.drain(..) {
            for part in piece.chunks(n) {
                acts.clear();
                acts.extend(part.iter().map(|dealt| dealt.unpack(&mut aside)));
                each(&acts);
            }
        }
    }
}

impl Dealt {
    #[inline]
    fn unpack(self, aside: &mut impl Iterator<Item = Particulars>) -> Activity {
        let at = Instant((u64::from(self.at[0]) << 32 | u64::from(self.at[1])) as i64);
        let lead = self.what >> KIND_BITS;
        match self.what & ASIDE {
            ASIDE => {
                let Particulars { kind, detail, count } =
                    aside.next().expect("an act is marked only when its particulars are put aside");
                Activity { lead, at, kind, detail, count }
            }
            kind => Activity { lead, at, kind, detail: MISSING, count: 1 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_come_back_as_they_were_in_their_order() {
        let act = |n: u32| Activity {
            lead: n * 7 % LEADS_PER_SHARD as u32,
            at: Instant(if n.is_multiple_of(3) { -i64::from(n) } else { i64::MAX - i64::from(n) }),
            kind: if n.is_multiple_of(5) { u32::MAX - n } else { n % 9 },
            detail: if n.is_multiple_of(4) { n } else { MISSING },
            count: if n.is_multiple_of(6) { n } else { 1 },
        };
        let mut dealt = DealtActs::default();
        for round in 0..2 {
            let wanted: Vec<Activity> = (0..2 * PIECE as u32 + 5).map(|n| act(n + round)).collect();
            // A stretch that is not the first: its leads are counted from its own first.
            let of_stretch = |act: &Activity| Activity { lead: act.lead + 3 * LEADS_PER_SHARD as u32, ..*act };
            wanted.iter().for_each(|act| dealt.push(of_stretch(act)));
            let mut back = Vec::new();
            dealt.drain(64, |acts| back.extend_from_slice(acts));
            assert_eq!(back, wanted);
        }
    }
}

//! Acts of one stretch of leads that wait to be added: words in the order of the log, and then acts of 8 bytes, lead by lead or
//! kind by kind.

use super::dealer::OPEN;
use super::shard::LEADS_PER_SHARD;
use super::words::{ASIDE, Alone, Head, Word, Words, alone, head, kind_of, lead_of, time_of};
use crate::asof::{Instant, Span};
use crate::tables::{Activity, MISSING};
use std::ops::Range;

/// Words of one piece: a list that grows piece by piece is never copied, and wastes one piece at most.
const PIECE: usize = 32 * OPEN;

/// Pieces allocated together, 2 MB: few enough that the room which other tables have given back serves again.
const PIECES_PER_SLAB: usize = 1 << 8;

/// Room for the waiting acts of all stretches.
#[derive(Debug)]
pub(super) struct Pieces {
    slabs: Vec<Vec<Word>>,
    n_taken: usize,
    /// From when on times are counted.
    begin: Instant,
}

/// Waiting acts of one stretch.
#[derive(Debug, Default)]
pub(super) struct DealtActs {
    /// Which of the [`Pieces`] are this stretch's, and how many words stand in each.
    pieces: Vec<(u32, usize)>,
    /// How many of them are of single words; `None` while all are.
    n_single: Option<usize>,
    /// The few acts that have a detail or a count other than 1, are of a kind beyond the first sixty, or happened eight years
    /// before the newest as-of or a year after it.
    aside: Vec<Activity>,
}

/// The acts of one stretch, lead by lead, those of each lead in the order of the log.
#[derive(Debug)]
pub(super) struct ActsByLead {
    acts: Vec<Alone>,
    begin: Instant,
    /// `(n_leads,)` where those of each lead end.
    ends: Vec<u32>,
    aside: Vec<Activity>,
}

impl Pieces {
    /// None yet, for acts whose times are counted from `begin`.
    pub(super) fn since(begin: Instant) -> Pieces {
        Pieces { slabs: Vec::new(), n_taken: 0, begin }
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

    fn get(&self, piece: u32) -> &[Word] {
        let (slab, within) = Pieces::place(piece);
        &self.slabs[slab][within]
    }

    fn get_mut(&mut self, piece: u32) -> &mut [Word] {
        let (slab, within) = Pieces::place(piece);
        &mut self.slabs[slab][within]
    }

    /// Takes all of them back, once the acts of every stretch have been added.
    pub(super) fn clear(&mut self) {
        self.n_taken = 0;
    }
}

impl DealtActs {
    /// Takes further words, as many as the dealer has open or, at last, fewer. Once they are pairs they stay so.
    pub(super) fn take(&mut self, words: &[Word], are_pairs: bool, pieces: &mut Pieces) {
        let has_turned = are_pairs && self.n_single.is_none();
        if has_turned {
            self.n_single = Some(self.pieces.len());
        }
        if has_turned || self.pieces.last().is_none_or(|(_, n_words)| *n_words == PIECE) {
            self.pieces.push((pieces.take(), 0));
        }
        let (last, n_words) = self.pieces.last_mut().expect("there is one now");
        pieces.get_mut(*last)[*n_words..][..words.len()].copy_from_slice(words);
        *n_words += words.len();
    }

    /// How many words wait.
    #[cfg(test)]
    pub(super) fn n_words(&self) -> usize {
        self.pieces.iter().map(|(_, n_words)| n_words).sum()
    }

    /// Takes an act whose word says that it stands aside.
    pub(super) fn put_aside(&mut self, act: Activity) {
        self.aside.push(Activity { lead: act.lead % LEADS_PER_SHARD as u32, ..act });
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
        let (acts, ends) = self.take_by(pieces, n_kinds, |head| kind_of(head) as usize);
        Some(ActsByKind { acts, begin: pieces.begin, ends })
    }

    /// Takes the acts out, sorted by one of `n` keys, and where those of each end.
    fn take_by(&mut self, pieces: &Pieces, n: usize, key: impl Fn(Head) -> usize) -> (Vec<Alone>, Vec<u32>) {
        let (own, n_single) = (std::mem::take(&mut self.pieces), self.n_single.take());
        let mut words = Words::default();
        for (at, (piece, n_words)) in own.iter().enumerate() {
            let is_single = n_single.is_none_or(|n_single| at < n_single);
            let parts = if is_single { &mut words.single } else { &mut words.paired };
            parts.push(&pieces.get(*piece)[..*n_words]);
        }
        let mut ends = vec![0_u32; n];
        words.each_head(|head| ends[key(head)] += 1);
        let mut before = 0;
        for end in &mut ends {
            before += std::mem::replace(end, before);
        }
        // Now each "end" is a start; filling in a key's acts moves it to the end.
        let mut sorted = vec![0; before as usize];
        words.each_act(|head, time| {
            let position = &mut ends[key(head)];
            sorted[*position as usize] = alone(head, time);
            *position += 1;
        });
        (sorted, ends)
    }
}

/// The acts of one stretch, kind by kind, those of each kind in the order of the log.
#[derive(Debug)]
pub(super) struct ActsByKind {
    acts: Vec<Alone>,
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
        self.acts[acts].iter().map(|dealt| (lead_of(head(*dealt)), instant(self.begin, *dealt)))
    }
}

impl ActsByLead {
    /// How many acts there are.
    pub(super) fn len(&self) -> usize {
        self.acts.len()
    }

    /// How long before its lead's as-of each act lies, in their order; negative from the as-of on.
    pub(super) fn ages<'a>(&'a self, as_of: &'a [Instant]) -> impl Iterator<Item = Span> + 'a {
        self.acts.iter().map(move |dealt| as_of[lead_of(head(*dealt))].since(self.at(*dealt)))
    }

    /// The acts of a lead, which is counted from the stretch's first.
    #[inline]
    pub(super) fn of_lead(&self, lead: usize) -> impl ExactSizeIterator<Item = Activity> + '_ {
        let start = if lead == 0 { 0 } else { self.ends[lead - 1] };
        let own = &self.acts[start as usize..self.ends[lead] as usize];
        own.iter().map(|dealt| self.unpack(*dealt))
    }

    #[inline]
    fn at(&self, dealt: Alone) -> Instant {
        if kind_of(head(dealt)) == ASIDE { self.aside[time_of(dealt) as usize].at } else { instant(self.begin, dealt) }
    }

    #[inline]
    fn unpack(&self, dealt: Alone) -> Activity {
        match kind_of(head(dealt)) {
            ASIDE => self.aside[time_of(dealt) as usize],
            kind => Activity {
                lead: lead_of(head(dealt)) as u32,
                at: instant(self.begin, dealt),
                kind,
                detail: MISSING,
                count: 1,
            },
        }
    }
}

/// When an act was that does not stand aside.
#[inline]
fn instant(begin: Instant, dealt: Alone) -> Instant {
    Instant(begin.0.wrapping_add(time_of(dealt) as i64))
}

//! How acts of one stretch of leads are written down while they wait: in one word of 4 bytes where a log in order of time, in whole
//! seconds, allows it, and in two where not.
//!
//! Memory that is not written to is what counts here: each page of it is brought by the system, and taken back at the end, at a
//! price beyond all that is done in it.

use super::shard::LEADS_PER_SHARD;
use crate::asof::Instant;
use crate::lanes::{Lanes, in_wide_registers};

/// In the highest bits the head, then the whole seconds since the hour that was told last. Kinds of their own stand for words
/// that tell something of the acts after them.
///
/// A log in order of time needs another hour but once in a while.
pub(super) type Word = u32;

/// Lead within the stretch, and kind.
pub(super) type Head = u32;

const LEAD_BITS: u32 = LEADS_PER_SHARD.trailing_zeros();
const KIND_BITS: u32 = 6;
const SECOND_BITS: u32 = Word::BITS - LEAD_BITS - KIND_BITS;
/// The most seconds since the hour that a word can tell.
pub(super) const LAST_SECOND: u32 = (1 << SECOND_BITS) - 1;

/// An act on its own: its head, and then the microseconds since the begin, or its number among those that stand aside.
pub(super) type Alone = u64;

/// Bits of its time.
pub(super) const TIME_BITS: u32 = Alone::BITS - LEAD_BITS - KIND_BITS;

/// Stands where a kind would: the act stands aside, the next of those that do.
pub(super) const ASIDE: u32 = (1 << KIND_BITS) - 1;
/// Stands where a kind would: the other bits tell the hour from here on.
const HOUR: u32 = ASIDE - 1;
/// Stands where a kind would: the other bits tell by how many microseconds the next act is later than its second.
const MICROS: u32 = ASIDE - 2;
/// The first code of a kind that has no room in a word.
pub(super) const BEYOND: u32 = MICROS;

/// Seconds by which hours are told.
const HOUR_STEP: u32 = 64;
/// Seconds before an act at which its hour begins: a log may be a little out of order.
const BEFORE: u32 = LAST_SECOND / 4;

pub(super) const MICROS_PER_SECOND: u64 = 1_000_000;

/// The head of an act of a lead, which may be counted from the first of all.
#[inline]
pub(super) fn head_of(lead: u32, kind: u32) -> Head {
    (lead % LEADS_PER_SHARD as u32) << KIND_BITS | kind
}

/// The lead within the stretch.
#[inline]
pub(super) fn lead_of(head: Head) -> usize {
    (head >> KIND_BITS) as usize
}

/// The kind.
#[inline]
pub(super) fn kind_of(head: Head) -> u32 {
    head & ASIDE
}

/// The word of an act so many seconds after the hour.
#[inline]
pub(super) fn word_of(head: Head, seconds: u32) -> Word {
    head << SECOND_BITS | seconds
}

/// The hour for an act at `second`, and the word that tells it.
pub(super) fn hour_for(second: u32) -> (u32, Word) {
    let steps = second.saturating_sub(BEFORE) / HOUR_STEP;
    (steps * HOUR_STEP, telling(HOUR, steps))
}

/// The word that tells by how many microseconds the next act is later than its second.
pub(super) fn word_of_micros(micros: u64) -> Word {
    telling(MICROS, micros as u32)
}

/// A word that tells something in all bits but those of the kind.
fn telling(kind: u32, what: u32) -> Word {
    word_of(head_of(what >> SECOND_BITS, kind), what & LAST_SECOND)
}

/// What it tells.
fn told(word: Word) -> u64 {
    u64::from(word >> (SECOND_BITS + KIND_BITS) << SECOND_BITS | word & LAST_SECOND)
}

/// An act of this head and time.
#[inline]
pub(super) fn alone(head: Head, time: u64) -> Alone {
    Alone::from(head) << TIME_BITS | time
}

/// Its head.
#[inline]
pub(super) fn head(alone: Alone) -> Head {
    (alone >> TIME_BITS) as Head
}

/// Its time.
#[inline]
pub(super) fn time_of(alone: Alone) -> u64 {
    alone & ((1 << TIME_BITS) - 1)
}

/// The two words that are an act on its own.
#[inline]
pub(super) fn pair_of(alone: Alone) -> [Word; 2] {
    [(alone >> Word::BITS) as Word, alone as Word]
}

/// The words of a stretch in their order: first those of which each is an act or says more of those after it, then those of which
/// two are an act.
#[derive(Default)]
pub(super) struct Words<'a> {
    /// In parts.
    pub single: Vec<&'a [Word]>,
    /// In parts, each of whole pairs.
    pub paired: Vec<&'a [Word]>,
}

impl Words<'_> {
    /// Calls `each` with the head of every act, in any order.
    #[inline]
    pub(super) fn each_head(&self, mut each: impl FnMut(Head)) {
        for words in &self.single {
            let heads = words.iter().map(|word| word >> SECOND_BITS);
            heads.filter(|head| !matches!(kind_of(*head), HOUR | MICROS)).for_each(&mut each);
        }
        for words in &self.paired {
            let firsts = words.as_chunks::<2>().0.iter().map(|[first, _]| first);
            firsts.for_each(|first| each(head(Alone::from(*first) << Word::BITS)));
        }
    }

    /// Calls `each` for every act in their order, with its head and the microseconds since the begin; of one that stands aside,
    /// with its number among those.
    #[inline]
    pub(super) fn each_act(&self, mut each: impl FnMut(Head, u64)) {
        // The seconds of the next act are counted from here; of those after it from the hour.
        let (mut from, mut hour, mut n_aside) = (0, 0, 0);
        for word in self.single.iter().copied().flatten() {
            let head = word >> SECOND_BITS;
            if kind_of(head) < BEYOND {
                each(head, from + u64::from(word & LAST_SECOND) * MICROS_PER_SECOND);
                from = hour;
                continue;
            }
            match kind_of(head) {
                MICROS => from += told(*word),
                HOUR => {
                    let next = told(*word) * u64::from(HOUR_STEP) * MICROS_PER_SECOND;
                    from = from - hour + next;
                    hour = next;
                }
                _ => {
                    each(head, n_aside);
                    n_aside += 1;
                }
            }
        }
        for words in &self.paired {
            for [first, second] in words.as_chunks::<2>().0 {
                let act = Alone::from(*first) << Word::BITS | Alone::from(*second);
                if kind_of(head(act)) == ASIDE {
                    each(head(act), n_aside);
                    n_aside += 1;
                } else {
                    each(head(act), time_of(act));
                }
            }
        }
    }
}

/// Stands where whole seconds would that there are not.
const NO_SECOND: u32 = u32::MAX;

/// By instant the seconds since `begin`, or [`NO_SECOND`] where they are not whole, negative, or beyond `last`.
pub(super) fn whole_seconds(at: &[Instant], begin: Instant, last: u32, seconds: &mut Vec<u32>) {
    seconds.resize(at.len(), NO_SECOND);
    in_wide_registers(WholeSeconds { at, begin, last, seconds });
}

struct WholeSeconds<'a> {
    at: &'a [Instant],
    begin: Instant,
    last: u32,
    seconds: &'a mut [u32],
}

impl Lanes for WholeSeconds<'_> {
    type Out = ();

    /// Without a division: the odd part of the microseconds in a second, 5⁶, has a number that gives 1 with it modulo 2⁶⁴.
    /// Times that number, whole seconds come out, and all else beyond any number of them.
    #[inline(always)]
    fn run(self) {
        const TWOS: u32 = MICROS_PER_SECOND.trailing_zeros();
        const INVERSE: u64 = inverse_of(MICROS_PER_SECOND >> TWOS);
        let (begin, last) = (self.begin.0, u64::from(self.last));
        for (at, second) in self.at.iter().zip(self.seconds) {
            let whole = (at.0.wrapping_sub(begin) as u64).wrapping_mul(INVERSE).rotate_right(TWOS);
            *second = if whole <= last { whole as u32 } else { NO_SECOND };
        }
    }
}

/// What gives 1 with an odd number, modulo 2⁶⁴: each step doubles the bits that are right, of which an odd number has three
/// with itself.
const fn inverse_of(odd: u64) -> u64 {
    let (mut inverse, mut n_right) = (odd, 3);
    while n_right < u64::BITS {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
        n_right *= 2;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_seconds_are_found() {
        let begin = Instant(-7_000_000);
        let micros = [0, 1, 999_999, 1_000_000, 1_000_001, 64, 15_625, 63_000_000, 64_000_000, -1_000_000, i64::MIN];
        let at = micros.map(|micros: i64| Instant(begin.0.wrapping_add(micros)));
        let mut seconds = Vec::new();
        whole_seconds(&at, begin, 63, &mut seconds);
        let wanted = micros.map(|micros| match micros {
            0..=63_000_000 if micros % 1_000_000 == 0 => (micros / 1_000_000) as u32,
            _ => NO_SECOND,
        });
        assert_eq!(seconds, wanted);
    }
}

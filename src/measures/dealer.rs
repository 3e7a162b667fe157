//! Deals acts out to the stretches of their leads, each act to those that wait there already.

use super::dealt::{DealtActs, Pieces};
use super::shard::LEADS_PER_SHARD;
use super::words::{
    ASIDE, BEYOND, HEAD_BITS, LAST_SECOND, MICROS_PER_SECOND, Word, head_of, hour_for, whole_seconds, word_of,
    word_of_micros,
};
use crate::asof::{Instant, MICROS_PER_DAY};
use crate::tables::{Activity, Acts, MISSING};

/// Words written beside a stretch's own before they go to a piece.
pub(super) const OPEN: usize = 64;

/// The most seconds that an act can be kept with: nearly nine years, of which one lies after the newest as-of.
const LAST_SECOND_OF_ALL: u32 = ((1 << (u64::BITS - HEAD_BITS)) / MICROS_PER_SECOND - 1) as u32;
const YEAR: i64 = 366 * MICROS_PER_DAY;

/// Acts on their way to their stretches.
///
/// Dealing jumps from stretch to stretch. What it needs of each stands side by side, apart from what is kept of it: so it jumps
/// between places that all stay in the caches next to the processor.
#[derive(Debug)]
pub(super) struct Dealer {
    /// By stretch.
    hands: Vec<Hand>,
    /// By stretch, words that do not stand in a piece yet.
    open: Vec<[Word; OPEN]>,
    /// By stretch, what waits there.
    dealt: Vec<DealtActs>,
    pieces: Pieces,
    /// The earliest instant that an act can be kept with: a whole second.
    begin: Instant,
    /// Room for the seconds of a batch.
    seconds: Vec<u32>,
}

/// How far dealing to one stretch has come.
#[derive(Debug, Clone, Copy, Default)]
struct Hand {
    /// The second from which those of the next words are counted, since the begin.
    hour: u32,
    n_open: u32,
}

impl Dealer {
    /// For leads with these as-of: what counts happened before the newest of them, and nearly all of it not eight years before.
    pub(super) fn before(as_of: &[Instant]) -> Dealer {
        let newest = as_of.iter().max().map_or(0, |newest| newest.0);
        let earliest = newest.saturating_sub(i64::from(LAST_SECOND_OF_ALL) * MICROS_PER_SECOND as i64 - YEAR);
        let begin = Instant(earliest.saturating_sub(earliest.rem_euclid(MICROS_PER_SECOND as i64)));
        let n_stretches = as_of.len().div_ceil(LEADS_PER_SHARD);
        Dealer {
            hands: vec![Hand::default(); n_stretches],
            open: vec![[0; OPEN]; n_stretches],
            dealt: (0..n_stretches).map(|_| DealtActs::default()).collect(),
            pieces: Pieces::since(begin),
            begin,
            seconds: Vec::new(),
        }
    }

    /// Deals out some acts.
    pub(super) fn deal(&mut self, acts: &Acts) {
        if !acts.are_plain() {
            return acts.iter().for_each(|act| self.push(act));
        }
        let mut seconds = std::mem::take(&mut self.seconds);
        whole_seconds(&acts.at, self.begin, LAST_SECOND_OF_ALL, &mut seconds);
        let rows = acts.leads.iter().zip(&acts.at).zip(&acts.kinds).zip(&seconds);
        for (((&lead, &at), &kind), &second) in rows {
            let stretch = lead as usize / LEADS_PER_SHARD;
            let hand = &mut self.hands[stretch];
            let since = second.wrapping_sub(hand.hour);
            // Nearly all: whole seconds within the hour. Where there is no second, it is far beyond.
            if since <= LAST_SECOND && kind < BEYOND {
                self.open[stretch][hand.n_open as usize] = word_of(head_of(lead, kind), since);
                hand.n_open += 1;
                if hand.n_open == OPEN as u32 {
                    self.close(stretch);
                }
            } else {
                self.push(Activity { lead, at, kind, detail: MISSING, count: 1 });
            }
        }
        self.seconds = seconds;
    }

    /// What waits at each stretch, and the room that it stands in; the dealer has nothing at hand any more.
    pub(super) fn lay_down(&mut self) -> (&mut [DealtActs], &mut Pieces) {
        for stretch in 0..self.hands.len() {
            if self.hands[stretch].n_open > 0 {
                self.close(stretch);
            }
            self.hands[stretch].hour = 0;
        }
        (&mut self.dealt, &mut self.pieces)
    }

    /// The same for good.
    pub(super) fn end(mut self) -> (Vec<DealtActs>, Pieces) {
        self.lay_down();
        (self.dealt, self.pieces)
    }

    /// Takes any act.
    #[inline(never)]
    fn push(&mut self, act: Activity) {
        let (stretch, since) = (act.lead as usize / LEADS_PER_SHARD, act.at.0.wrapping_sub(self.begin.0) as u64);
        let (second, micros) = (since / MICROS_PER_SECOND, since % MICROS_PER_SECOND);
        let is_plain = act.detail == MISSING && act.count == 1 && act.kind < BEYOND;
        if !is_plain || second > u64::from(LAST_SECOND_OF_ALL) {
            return self.push_aside(act);
        }
        let second = second as u32;
        if second.wrapping_sub(self.hands[stretch].hour) > LAST_SECOND {
            let (hour, word) = hour_for(second);
            self.hands[stretch].hour = hour;
            self.push_word(stretch, word);
        }
        if micros > 0 {
            self.push_word(stretch, word_of_micros(micros));
        }
        self.push_word(stretch, word_of(head_of(act.lead, act.kind), second - self.hands[stretch].hour));
    }

    fn push_aside(&mut self, act: Activity) {
        let stretch = act.lead as usize / LEADS_PER_SHARD;
        self.push_word(stretch, word_of(head_of(act.lead, ASIDE), 0));
        self.dealt[stretch].put_aside(act);
    }

    fn push_word(&mut self, stretch: usize, word: Word) {
        let hand = &mut self.hands[stretch];
        self.open[stretch][hand.n_open as usize] = word;
        hand.n_open += 1;
        if hand.n_open == OPEN as u32 {
            self.close(stretch);
        }
    }

    /// Moves the words at hand, as many as there may be, to the pieces of their stretch.
    #[inline(never)]
    fn close(&mut self, stretch: usize) {
        let n_open = std::mem::take(&mut self.hands[stretch].n_open) as usize;
        self.dealt[stretch].take(&self.open[stretch][..n_open], &mut self.pieces);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N_LEADS: usize = 3 * LEADS_PER_SHARD + 5;
    const AS_OF: Instant = Instant(1_700_000_000 * MICROS_PER_SECOND as i64);

    /// Acts as they come back, lead by lead, and how many words they took.
    fn dealt_and_back(acts: &[Activity]) -> (Vec<Activity>, usize) {
        let mut dealer = Dealer::before(&vec![AS_OF; N_LEADS]);
        // Twice, so that what is left of the first time would be found.
        for round in 0..2 {
            acts.chunks(777).for_each(|acts| dealer.deal(&acts.iter().copied().collect()));
            let (dealt, pieces) = dealer.lay_down();
            let n_words = dealt.iter().map(DealtActs::n_words).sum();
            let mut back = Vec::new();
            for (stretch, dealt) in dealt.iter_mut().enumerate() {
                let by_lead = dealt.take_by_lead(pieces, LEADS_PER_SHARD);
                for lead in 0..LEADS_PER_SHARD {
                    let first = (stretch * LEADS_PER_SHARD) as u32;
                    back.extend(by_lead.of_lead(lead).map(|act| Activity { lead: act.lead + first, ..act }));
                }
            }
            pieces.clear();
            if round == 1 {
                return (back, n_words);
            }
        }
        unreachable!("the second round returns")
    }

    fn check(acts: &[Activity]) -> usize {
        let (back, n_words) = dealt_and_back(acts);
        let mut wanted = acts.to_vec();
        wanted.sort_by_key(|act| act.lead);
        assert_eq!(back, wanted);
        n_words
    }

    fn plain(n: u32, at: i64) -> Activity {
        Activity { lead: n * 7919 % N_LEADS as u32, at: Instant(at), kind: n % 61, detail: MISSING, count: 1 }
    }

    #[test]
    fn acts_of_any_sort_come_back_as_they_were_in_their_order() {
        let act = |n: u32| Activity {
            at: match n % 5 {
                0 => Instant(AS_OF.0 - i64::from(n) * 1_000_003),
                1 => Instant(i64::MAX - i64::from(n)),
                2 => Instant(i64::MIN + i64::from(n)),
                3 => Instant(AS_OF.0 + i64::from(n) * 1_000_000_000),
                _ => Instant(AS_OF.0 - i64::from(n % 97) * 86_400_000_000),
            },
            kind: if n.is_multiple_of(7) { u32::MAX - n } else { n % 90 },
            detail: if n.is_multiple_of(4) { n } else { MISSING },
            count: if n.is_multiple_of(6) { n } else { 1 },
            ..plain(n, 0)
        };
        check(&(0..30_000).map(act).collect::<Vec<_>>());
        check(&(0..30_000).map(|n| Activity { detail: MISSING, count: 1, ..act(n) }).collect::<Vec<_>>());
        assert_eq!(check(&[]), 0);
    }

    #[test]
    fn an_act_takes_one_word_in_order_of_time_and_three_at_most() {
        let acts =
            |step: i64| (0..40_000).map(|n| plain(n, AS_OF.0 - step * (40_000 - i64::from(n)))).collect::<Vec<_>>();
        let words_an_act = |acts: &[Activity]| check(acts) as f64 / acts.len() as f64;
        assert!(words_an_act(&acts(60_000_000)) < 1.02, "an act a minute");
        assert!(words_an_act(&acts(60_000_123)) < 2.02, "with fractions of a second");
        let mut shuffled = acts(5_000_123_456);
        shuffled.sort_by_key(|act| act.at.0 % 1_000_003);
        assert!((2.5..=3.0).contains(&words_an_act(&shuffled)), "and in no order");
    }
}

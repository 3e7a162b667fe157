//! Deals acts out to the stretches of their leads, each act to those that wait there already.

use super::dealt::{DealtActs, Pieces};
use super::shard::LEADS_PER_SHARD;
use super::words::{
    ASIDE, BEYOND, LAST_SECOND, MICROS_PER_SECOND, TIME_BITS, Word, alone, head_of, hour_for, pair_of, whole_seconds,
    word_of, word_of_micros,
};
use crate::asof::{Instant, MICROS_PER_DAY};
use crate::tables::{Activity, Acts, MISSING};

/// Words written beside a stretch's own before they go to a piece.
pub(super) const OPEN: usize = 64;

/// The most seconds that an act can be kept with: nearly nine years, of which one lies after the newest as-of.
const LAST_SECOND_OF_ALL: u32 = ((1 << TIME_BITS) / MICROS_PER_SECOND - 1) as u32;
/// The same in microseconds.
const LAST_OF_ALL: u64 = LAST_SECOND_OF_ALL as u64 * MICROS_PER_SECOND;
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
    /// The earliest instant that an act can be kept with: a whole second, but at the beginning of all time.
    begin: Instant,
    /// Room for the seconds of a batch.
    seconds: Vec<u32>,
    /// Whether an act takes a pair of words, as it does from where too many have taken more than one on.
    pairs: bool,
    /// Acts dealt in single words, and words beyond one that they took.
    n_dealt: usize,
    n_beyond: usize,
}

/// Of so many acts one may take more than one word, beside a few in each stretch, before all are dealt in pairs: these take
/// no longer, whatever the times.
const ACTS_A_WORD_BEYOND: usize = 4;
const BEYOND_A_STRETCH: usize = 4;

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
        let earliest = newest.saturating_sub(LAST_OF_ALL as i64 - YEAR);
        let begin = Instant(earliest.saturating_sub(earliest.rem_euclid(MICROS_PER_SECOND as i64)));
        let n_stretches = as_of.len().div_ceil(LEADS_PER_SHARD);
        Dealer {
            hands: vec![Hand::default(); n_stretches],
            open: vec![[0; OPEN]; n_stretches],
            dealt: (0..n_stretches).map(|_| DealtActs::default()).collect(),
            pieces: Pieces::since(begin),
            begin,
            seconds: Vec::new(),
            pairs: false,
            n_dealt: 0,
            n_beyond: 0,
        }
    }

    /// Deals out some acts.
    pub(super) fn deal(&mut self, acts: &Acts) {
        match (self.pairs, acts.are_plain()) {
            (true, true) => self.deal_pairs(acts),
            (true, false) => acts.iter().for_each(|act| self.push_pair(act)),
            (false, true) => self.deal_words(acts),
            (false, false) => acts.iter().for_each(|act| self.push(act)),
        }
        self.n_dealt += acts.len();
        let are_few = self.n_beyond <= self.n_dealt / ACTS_A_WORD_BEYOND + BEYOND_A_STRETCH * self.hands.len();
        if !self.pairs && !are_few {
            self.lay_down();
            self.pairs = true;
        }
    }

    fn deal_words(&mut self, acts: &Acts) {
        let mut seconds = std::mem::take(&mut self.seconds);
        whole_seconds(&acts.at, self.begin, LAST_SECOND_OF_ALL, &mut seconds);
        let rows = acts.leads.iter().zip(&acts.at).zip(&acts.kinds).zip(&seconds);
        for (((&lead, &at), &kind), &second) in rows {
            let stretch = lead as usize / LEADS_PER_SHARD;
            let since = second.wrapping_sub(self.hands[stretch].hour);
            // Nearly all: whole seconds within the hour. Where there is no second, it is far beyond.
            if since <= LAST_SECOND && kind < BEYOND {
                self.push_word(stretch, word_of(head_of(lead, kind), since));
            } else {
                self.push(Activity { lead, at, kind, detail: MISSING, count: 1 });
            }
        }
        self.seconds = seconds;
    }

    fn deal_pairs(&mut self, acts: &Acts) {
        for ((&lead, &at), &kind) in acts.leads.iter().zip(&acts.at).zip(&acts.kinds) {
            let since = at.0.wrapping_sub(self.begin.0) as u64;
            if since <= LAST_OF_ALL && kind < BEYOND {
                self.put_pair(lead as usize / LEADS_PER_SHARD, pair_of(alone(head_of(lead, kind), since)));
            } else {
                self.push_pair(Activity { lead, at, kind, detail: MISSING, count: 1 });
            }
        }
    }

    /// Takes any act as a pair of words.
    #[inline(never)]
    fn push_pair(&mut self, act: Activity) {
        let (stretch, since) = (act.lead as usize / LEADS_PER_SHARD, act.at.0.wrapping_sub(self.begin.0) as u64);
        if fits_words(&act) && since <= LAST_OF_ALL {
            return self.put_pair(stretch, pair_of(alone(head_of(act.lead, act.kind), since)));
        }
        self.put_pair(stretch, pair_of(alone(head_of(act.lead, ASIDE), 0)));
        self.dealt[stretch].put_aside(act);
    }

    #[inline(always)]
    fn put_pair(&mut self, stretch: usize, pair: [Word; 2]) {
        let hand = &mut self.hands[stretch];
        self.open[stretch].as_chunks_mut::<2>().0[hand.n_open as usize / 2] = pair;
        hand.n_open += 2;
        if hand.n_open == OPEN as u32 {
            self.close(stretch);
        }
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

    /// Takes any act in single words.
    #[inline(never)]
    fn push(&mut self, act: Activity) {
        let (stretch, since) = (act.lead as usize / LEADS_PER_SHARD, act.at.0.wrapping_sub(self.begin.0) as u64);
        let (second, micros) = (since / MICROS_PER_SECOND, since % MICROS_PER_SECOND);
        if !fits_words(&act) || second > u64::from(LAST_SECOND_OF_ALL) {
            return self.push_aside(act);
        }
        let mut seconds = (second as u32).wrapping_sub(self.hands[stretch].hour);
        if seconds > LAST_SECOND {
            seconds = self.begin_hour(stretch, second as u32);
        }
        if micros > 0 {
            self.n_beyond += 1;
            self.push_word(stretch, word_of_micros(micros));
        }
        self.push_word(stretch, word_of(head_of(act.lead, act.kind), seconds));
    }

    /// Begins the hour for an act at `second`, and gives the seconds since then.
    #[inline]
    fn begin_hour(&mut self, stretch: usize, second: u32) -> u32 {
        let (hour, word) = hour_for(second);
        self.hands[stretch].hour = hour;
        self.n_beyond += 1;
        self.push_word(stretch, word);
        second - hour
    }

    fn push_aside(&mut self, act: Activity) {
        let stretch = act.lead as usize / LEADS_PER_SHARD;
        self.push_word(stretch, word_of(head_of(act.lead, ASIDE), 0));
        self.dealt[stretch].put_aside(act);
    }

    #[inline]
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
        self.dealt[stretch].take(&self.open[stretch][..n_open], self.pairs, &mut self.pieces);
    }
}

/// Whether words can say what an act is, if they can say when it was.
fn fits_words(act: &Activity) -> bool {
    act.detail == MISSING && act.count == 1 && act.kind < BEYOND
}

#[cfg(test)]
mod tests {
    use super::*;

    const N_LEADS: usize = 3 * LEADS_PER_SHARD + 5;
    const AS_OF: Instant = Instant(1_700_000_000 * MICROS_PER_SECOND as i64);

    /// Acts as they come back, lead by lead, and how many words they took at first.
    fn dealt_and_back(acts: &[Activity]) -> (Vec<Activity>, usize) {
        let mut dealer = Dealer::before(&vec![AS_OF; N_LEADS]);
        // Twice, so that what is left of the first time would be found.
        let mut rounds = (0..2).map(|_| {
            acts.chunks(777).for_each(|acts| dealer.deal(&acts.iter().copied().collect()));
            let (dealt, pieces) = dealer.lay_down();
            let n_words: usize = dealt.iter().map(DealtActs::n_words).sum();
            let mut back = Vec::new();
            for (stretch, dealt) in dealt.iter_mut().enumerate() {
                let by_lead = dealt.take_by_lead(pieces, LEADS_PER_SHARD);
                for lead in 0..LEADS_PER_SHARD {
                    let first = (stretch * LEADS_PER_SHARD) as u32;
                    back.extend(by_lead.of_lead(lead).map(|act| Activity { lead: act.lead + first, ..act }));
                }
            }
            pieces.clear();
            (back, n_words)
        });
        let (first, second) = (rounds.next().unwrap(), rounds.next().unwrap());
        assert_eq!(first.0, second.0);
        first
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
    fn an_act_takes_one_word_in_order_of_time_and_two_where_not() {
        let acts =
            |step: i64| (0..200_000).map(|n| plain(n, AS_OF.0 - step * (200_000 - i64::from(n)))).collect::<Vec<_>>();
        let words_an_act = |acts: &[Activity]| check(acts) as f64 / acts.len() as f64;
        assert!(words_an_act(&acts(60_000_000)) < 1.02, "an act a minute");
        let fractions = acts(60_000_123);
        assert!((1.98..2.02).contains(&words_an_act(&fractions)), "with fractions of a second");
        let mut by_lead = acts(1_000_000_000);
        by_lead.sort_by_key(|act| act.lead);
        assert!((1.98..2.02).contains(&words_an_act(&by_lead)), "lead by lead");
        // A log whose times have fractions from some day on.
        let turns = [&acts(60_000_000)[..100_000], &fractions[100_000..]].concat();
        assert!((1.4..1.6).contains(&words_an_act(&turns)), "and both");
    }
}

//! The newest few acts of every lead, where all acts come at once: those of each lead one after the other, or all of one kind.
//!
//! Then nothing need be kept. The acts of a lead wait in one small list until the next lead's come, and are answered; those of
//! a kind are added newest first.

use super::accumulator::{Answer, NONE_BEFORE};
use super::recent::{MAX_AGE, age, count, entries, one};
use super::seen_acts::{SeenAct, SeenActs};
use crate::asof::{Instant, Span};
use crate::decay::Decay;
use std::cmp::Reverse;

/// The decayed sum over the newest occurrences, up to a number, lead by lead.
#[derive(Debug)]
pub(super) struct AtOnce {
    max_count: u64,
    decay: Decay,
    /// Whether the acts come with the factors of this very decay.
    factors_come: bool,
    /// The lead whose acts are at hand, and its as-of.
    lead: usize,
    as_of: Instant,
    /// Its acts: entry and factor.
    acts: Vec<(u64, f64)>,
    /// Whether they came oldest first.
    oldest_first: bool,
    answer: Answer,
}

/// The sum of a lead in the making: what is kept of it lies side by side, and is fetched at once.
#[derive(Debug, Clone, Copy)]
struct Sum {
    amount: f64,
    newest: i64,
    /// When the act was that came last.
    last: i64,
    occurrences: u32,
}

const NO_SUM: Sum = Sum { amount: 0.0, newest: NONE_BEFORE, last: i64::MAX, occurrences: 0 };

impl AtOnce {
    /// For so many leads; `shared` is the decay whose factors come with the acts.
    pub(super) fn new(n_leads: usize, max_count: u64, decay: &Decay, shared: Option<&Decay>) -> AtOnce {
        AtOnce {
            max_count,
            decay: decay.clone(),
            factors_come: shared == Some(decay),
            lead: usize::MAX,
            as_of: Instant(0),
            acts: Vec::new(),
            oldest_first: true,
            answer: Answer::of_nothing(n_leads),
        }
    }

    /// Adds `count` occurrences of a lead at `at`, which lies before `as_of`; `factor` is that of the shared decay.
    #[inline]
    pub(super) fn push(&mut self, lead: usize, at: Instant, as_of: Instant, count: u64, factor: f64) {
        if lead != self.lead {
            self.settle();
            (self.lead, self.as_of) = (lead, as_of);
        }
        let span = as_of.since(at);
        let factor = if self.factors_come && span.0 as u64 <= MAX_AGE { factor } else { self.decay.factor(span) };
        // Nearly every row is one act.
        if count == 1 {
            return self.put(one(span), factor);
        }
        entries(span, count.min(self.max_count)).for_each(|entry| self.put(entry, factor));
    }

    #[inline]
    fn put(&mut self, entry: u64, factor: f64) {
        self.oldest_first &= self.acts.last().is_none_or(|(last, _)| *last >= entry);
        self.acts.push((entry, factor));
    }

    /// Answers for the lead whose acts are at hand: they are summed newest first, so that the order of the log does not show.
    fn settle(&mut self) {
        if !self.oldest_first {
            self.acts.sort_unstable_by_key(|act| Reverse(act.0));
        }
        let Some((newest, _)) = self.acts.last() else { return };
        self.answer.newest[self.lead] = self.as_of.minus(age(*newest)).0;
        let (mut amount, mut occurrences) = (0.0, 0);
        for (entry, factor) in self.acts.iter().rev() {
            let counted = count(*entry).min(self.max_count - occurrences);
            if counted == 0 {
                break;
            }
            amount += factor * counted as f64;
            occurrences += counted;
        }
        self.answer.numbers[self.lead] = amount;
        if let Some(all) = &mut self.answer.occurrences {
            all[self.lead] = u32::try_from(occurrences).unwrap_or(u32::MAX);
        }
        self.acts.clear();
        self.oldest_first = true;
    }

    /// Adds the acts of one kind, which are all that there are.
    pub(super) fn take_kind(&mut self, acts: &SeenActs, within: Option<Span>) {
        if self.factors_come {
            return self.sum(acts.iter(), within);
        }
        let mut factors = Vec::new();
        self.decay.factors(acts.ages(), &mut factors);
        self.sum(acts.with(&factors), within);
    }

    /// Sums those acts of a log that lie `within`, each of them one occurrence, newest first.
    fn sum(&mut self, acts: impl DoubleEndedIterator<Item = SeenAct> + Clone, within: Option<Span>) {
        if !self.sum_newest_first(acts.clone().rev(), within) {
            // Not a log in order of time.
            let mut acts: Vec<SeenAct> = acts.collect();
            acts.sort_by_key(|act| Reverse(act.at));
            self.sum_newest_first(acts.into_iter(), within);
        }
    }

    /// False where those of a lead do not come newest first. Which acts count nobody can guess, and so all are added, those
    /// that do not as nothing.
    fn sum_newest_first(&mut self, acts: impl Iterator<Item = SeenAct>, within: Option<Span>) -> bool {
        let Answer { numbers, occurrences, newest, .. } = &mut self.answer;
        let most = u32::try_from(self.max_count).unwrap_or(u32::MAX);
        let longest = within.unwrap_or(Span(i64::MAX));
        let mut sums = vec![NO_SUM; newest.len()];
        let mut is_sorted = true;
        for SeenAct { lead, at, age, factor } in acts {
            let sum = &mut sums[lead];
            is_sorted &= at.0 <= std::mem::replace(&mut sum.last, at.0);
            let is_within = age <= longest;
            sum.newest = sum.newest.max(if is_within { at.0 } else { NONE_BEFORE });
            let counts = is_within & (sum.occurrences < most);
            sum.amount += if counts { factor } else { 0.0 };
            sum.occurrences += u32::from(counts);
        }
        newest.iter_mut().zip(&sums).for_each(|(newest, sum)| *newest = sum.newest);
        numbers.iter_mut().zip(&sums).for_each(|(number, sum)| *number = sum.amount);
        *occurrences = Some(sums.iter().map(|sum| sum.occurrences).collect());
        is_sorted
    }

    /// The answers.
    pub(super) fn finish(mut self) -> Answer {
        self.settle();
        self.answer
    }
}

//! The newest few instants of every lead, in one compact list per request.
//!
//! Acts are appended as they are added, each with its lead. Where they were not added lead by lead, they are brought together
//! when the pass ends, and before that whenever there are twice as many as can ever count, which gives the older ones
//! back. That costs 12 bytes an act.

use crate::asof::{Instant, Span};
use crate::decay::Decay;

/// Bits of an entry that hold how many occurrences it stands for; a row of more takes several entries.
const COUNT_BITS: u32 = 12;
const MAX_ENTRY_COUNT: u64 = (1 << COUNT_BITS) - 1;
/// Ages are kept up to 2^52 microseconds, 142 years; anything older is as old as that.
pub(super) const MAX_AGE: u64 = (1 << (64 - COUNT_BITS)) - 1;
/// Entries for which there is always room: so many a lead, and so many more.
const ROOM: [usize; 2] = [4, 64];

/// The newest occurrences of each lead, up to a number.
#[derive(Debug)]
pub(super) struct Recent {
    max_count: u64,
    n_leads: usize,
    nodes: Vec<Node>,
    /// Whether the nodes stand lead by lead.
    by_lead: bool,
    /// So many nodes at most before the older ones are given back.
    limit: usize,
}

/// An entry and its lead. In halves, so that a node takes 12 bytes rather than 16 for the sake of alignment.
#[derive(Debug, Clone, Copy)]
struct Node {
    entry: [u32; 2],
    lead: u32,
}

impl Node {
    fn new(entry: u64, lead: u32) -> Node {
        Node { entry: [(entry >> 32) as u32, entry as u32], lead }
    }

    fn entry(self) -> u64 {
        u64::from(self.entry[0]) << 32 | u64::from(self.entry[1])
    }
}

/// Entries with those of each lead together.
struct ByLead {
    entries: Vec<u64>,
    /// `(n_leads,)` where those of each lead end.
    ends: Vec<u32>,
}

/// What a lead's entries come to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tally {
    pub amount: f64,
    pub occurrences: u64,
    pub newest_age: Option<Span>,
}

impl Recent {
    pub(super) fn new(n_leads: usize, max_count: u64) -> Recent {
        Recent { max_count, n_leads, nodes: Vec::new(), by_lead: true, limit: room(n_leads) }
    }

    /// Adds `count` occurrences at `at`, which lies before `as_of`.
    #[inline]
    pub(super) fn push(&mut self, lead: usize, at: Instant, as_of: Instant, count: u64) {
        for entry in entries(as_of.since(at), count.min(self.max_count)) {
            self.by_lead &= self.nodes.last().is_none_or(|last| last.lead <= lead as u32);
            self.nodes.push(Node::new(entry, lead as u32));
        }
        if self.nodes.len() >= self.limit {
            self.condense();
        }
    }

    /// Keeps the newest `max_count` entries of each lead; as each stands for at least one occurrence, no older one can
    /// count.
    #[cold]
    fn condense(&mut self) {
        let keep = self.max_count as usize;
        let ByLead { mut entries, ends } = self.by_lead();
        self.nodes.clear();
        let mut start = 0;
        for (lead, &end) in ends.iter().enumerate() {
            let own = &mut entries[start..end as usize];
            start = end as usize;
            if own.len() > keep {
                own.select_nth_unstable(keep - 1);
            }
            let kept = own.len().min(keep);
            self.nodes.extend(own[..kept].iter().map(|&entry| Node::new(entry, lead as u32)));
        }
        (self.by_lead, self.limit) = (true, 2 * self.nodes.len() + room(self.n_leads));
    }

    /// Sorts the entries by lead, by counting, unless they stand so already.
    fn by_lead(&self) -> ByLead {
        let mut ends = vec![0_u32; self.n_leads];
        for node in &self.nodes {
            ends[node.lead as usize] += 1;
        }
        let mut before = 0;
        if self.by_lead {
            for end in &mut ends {
                before += *end;
                *end = before;
            }
            return ByLead { entries: self.nodes.iter().map(|node| node.entry()).collect(), ends };
        }
        for end in &mut ends {
            before += std::mem::replace(end, before);
        }
        // Now each "end" is a start; filling in a lead's entries moves it to the end.
        let mut entries = vec![0; self.nodes.len()];
        for node in &self.nodes {
            let position = &mut ends[node.lead as usize];
            entries[*position as usize] = node.entry();
            *position += 1;
        }
        ByLead { entries, ends }
    }

    /// `(n_leads,)` of each lead the newest `max_count` occurrences, summed newest first, so that the order of the log does
    /// not show.
    pub(super) fn finish(self, decay: &Decay) -> Vec<Tally> {
        let ByLead { mut entries, ends } = self.by_lead();
        drop(self.nodes);
        let mut start = 0;
        for &end in &ends {
            let own = &mut entries[start..end as usize];
            start = end as usize;
            if own.len() > 1 {
                own.sort_unstable();
            }
        }
        let mut factors = Vec::with_capacity(entries.len());
        decay.factors(&entries.iter().map(|&entry| age(entry)).collect::<Vec<_>>(), &mut factors);
        start = 0;
        let tally = |&end: &u32| {
            let own = start..end as usize;
            start = end as usize;
            tally_sorted(&entries[own.clone()], &factors[own], self.max_count)
        };
        ends.iter().map(tally).collect()
    }
}

fn room(n_leads: usize) -> usize {
    ROOM[0] * n_leads + ROOM[1]
}

/// The entries of `count` occurrences of one age: the age in the high bits and the count in the low ones, so that the
/// smaller is the newer.
#[inline]
pub(super) fn entries(age: Span, count: u64) -> impl Iterator<Item = u64> {
    (0..count.div_ceil(MAX_ENTRY_COUNT))
        .map(move |part| one(age) - 1 + (count - part * MAX_ENTRY_COUNT).min(MAX_ENTRY_COUNT))
}

/// The entry of one occurrence.
#[inline]
pub(super) fn one(age: Span) -> u64 {
    (age.0 as u64).min(MAX_AGE) << COUNT_BITS | 1
}

/// How long before the as-of an entry lies.
pub(super) fn age(entry: u64) -> Span {
    Span((entry >> COUNT_BITS) as i64)
}

/// How many occurrences an entry stands for.
pub(super) fn count(entry: u64) -> u64 {
    entry & MAX_ENTRY_COUNT
}

fn tally_sorted(entries: &[u64], factors: &[f64], max_count: u64) -> Tally {
    let mut tally = Tally::default();
    for (&entry, factor) in entries.iter().zip(factors) {
        let counted = count(entry).min(max_count - tally.occurrences);
        if counted == 0 {
            break;
        }
        tally.newest_age = tally.newest_age.or(Some(age(entry)));
        tally.amount += factor * counted as f64;
        tally.occurrences += counted;
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    const AS_OF: Instant = Instant(1_000_000);

    fn tally_of(max_count: u64, acts: &[(i64, u64)]) -> (Tally, usize) {
        let mut recent = Recent::new(2, max_count);
        for (age, count) in acts {
            recent.push(1, Instant(AS_OF.0 - age), AS_OF, *count);
        }
        let n_nodes = recent.nodes.len();
        let tallies = recent.finish(&Decay::Lifespan(Span(100)));
        assert_eq!(tallies[0], Tally::default());
        (tallies[1], n_nodes)
    }

    #[test]
    fn the_cut_falls_inside_a_row_and_the_order_of_the_log_does_not_show() {
        // Newest three: one of age 10 (0.9), two of the five of age 20 (0.8 each): 2.5.
        let expected = Tally { amount: 0.9 + 2.0 * 0.8, occurrences: 3, newest_age: Some(Span(10)) };
        for acts in [[(10, 1), (20, 5), (50, 9)], [(50, 9), (10, 1), (20, 5)], [(20, 5), (50, 9), (10, 1)]] {
            assert_eq!(tally_of(3, &acts).0, expected);
        }
    }

    #[test]
    fn state_stays_bounded_and_a_big_count_is_split() {
        let acts: Vec<(i64, u64)> = (0..99_703).map(|k| ((k * 7919) % 99_700 + 1, 1)).collect();
        let (tally, n_nodes) = tally_of(5, &acts);
        // Room for the two leads, and twice the five that may count.
        assert!(n_nodes <= ROOM[0] * 2 + ROOM[1] + 2 * 5);
        // 7919 and 99,700 share no factor, so the ages are 1 to 99,700, and k = 99,700..99,703 repeats those of k = 0, 1,
        // 2, which are 1, 7920 and 15,839. The newest five are then 1, 1, 2, 3, 4.
        assert_eq!(tally.occurrences, 5);
        assert!((tally.amount - (0.99 + 0.99 + 0.98 + 0.97 + 0.96)).abs() < 1e-12);

        let (tally, n_nodes) = tally_of(10_000, &[(10, 9_000), (20, 9_000)]);
        assert_eq!((tally.occurrences, n_nodes), (10_000, 6));
        assert!((tally.amount - (0.9 * 9_000.0 + 0.8 * 1_000.0)).abs() < 1e-9);
    }
}

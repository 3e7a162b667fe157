//! The newest few instants of every lead, in one compact list per request.
//!
//! A lead's acts are a linked list in a shared arena: adding one is a write at the arena's end and one at the lead's
//! head, wherever in time it lies. When a list is twice as long as can ever count, the older half is given back. That
//! costs 12 bytes an act and 8 a lead, where a `Vec` per lead would cost 24 and an allocation before the first act.

use crate::asof::{Instant, Span};
use crate::decay::Decay;

/// Bits of an entry that hold how many occurrences it stands for; a row of more takes several entries.
const COUNT_BITS: u32 = 12;
const MAX_ENTRY_COUNT: u64 = (1 << COUNT_BITS) - 1;
/// Ages are kept up to 2^52 microseconds, 142 years; anything older is as old as that.
const MAX_AGE: u64 = (1 << (64 - COUNT_BITS)) - 1;
const END: u32 = u32::MAX;

/// The newest occurrences of each lead, up to a number.
#[derive(Debug)]
pub(super) struct Recent {
    max_count: u64,
    /// `(n_leads,)` where the list of each lead begins and how long it is.
    lists: Vec<List>,
    nodes: Vec<Node>,
    free: u32,
    scratch: Vec<u64>,
}

#[derive(Debug, Clone, Copy)]
struct List {
    head: u32,
    len: u32,
}

/// An entry and the node after it. In halves, so that a node takes 12 bytes rather than 16 for the sake of alignment.
#[derive(Debug, Clone, Copy)]
struct Node {
    entry: [u32; 2],
    next: u32,
}

impl Node {
    /// Age in the high bits, count in the low ones, so that the smaller entry is the newer.
    fn new(entry: u64, next: u32) -> Node {
        Node { entry: [(entry >> 32) as u32, entry as u32], next }
    }

    fn entry(self) -> u64 {
        u64::from(self.entry[0]) << 32 | u64::from(self.entry[1])
    }
}

/// What a lead's list comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tally {
    pub amount: f64,
    pub occurrences: u64,
    pub newest_age: Option<Span>,
}

impl Recent {
    pub(super) fn new(n_leads: usize, max_count: u64) -> Recent {
        let lists = vec![List { head: END, len: 0 }; n_leads];
        Recent { max_count, lists, nodes: Vec::new(), free: END, scratch: Vec::new() }
    }

    /// Adds `count` occurrences at `at`, which lies before `as_of`.
    pub(super) fn push(&mut self, lead: usize, at: Instant, as_of: Instant, count: u64) {
        let age = (as_of.since(at).0 as u64).min(MAX_AGE);
        let mut left = count.min(self.max_count);
        while left > 0 {
            let part = left.min(MAX_ENTRY_COUNT);
            self.push_entry(lead, age << COUNT_BITS | part);
            left -= part;
        }
    }

    /// Reads where the lead's list begins, so that it is at hand for the next act.
    #[inline]
    pub(super) fn touch(&self, lead: usize) -> i64 {
        i64::from(self.lists[lead].head)
    }

    fn push_entry(&mut self, lead: usize, entry: u64) {
        let node = self.new_node(Node::new(entry, self.lists[lead].head));
        let list = &mut self.lists[lead];
        list.head = node;
        list.len += 1;
        if u64::from(list.len) >= self.max_count.saturating_mul(2) {
            self.give_back_the_older_half(lead);
        }
    }

    fn new_node(&mut self, node: Node) -> u32 {
        if self.free == END {
            self.nodes.push(node);
            return (self.nodes.len() - 1) as u32;
        }
        let position = self.free;
        self.free = std::mem::replace(&mut self.nodes[position as usize], node).next;
        position
    }

    /// Keeps the newest `max_count` entries; as each stands for at least one occurrence, no older one can count.
    fn give_back_the_older_half(&mut self, lead: usize) {
        let keep = self.max_count as usize;
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let mut position = self.lists[lead].head;
        while position != END {
            scratch.push(self.nodes[position as usize].entry());
            position = self.nodes[position as usize].next;
        }
        scratch.select_nth_unstable(keep - 1);
        position = self.lists[lead].head;
        for (kept, entry) in scratch[..keep].iter().enumerate() {
            let next = self.nodes[position as usize].next;
            self.nodes[position as usize] = Node::new(*entry, if kept + 1 == keep { END } else { next });
            position = next;
        }
        while position != END {
            let next = std::mem::replace(&mut self.nodes[position as usize].next, self.free);
            self.free = position;
            position = next;
        }
        self.lists[lead].len = keep as u32;
        self.scratch = scratch;
    }

    /// Calls `each` with the tally of every lead from `first` on, as many as `scratch` has room for: the newest
    /// `max_count` occurrences, summed newest first, so that the order of the log does not show.
    ///
    /// The lists are walked side by side, a node of each in turn: walked one after the other, every node would wait
    /// for memory by itself.
    pub(super) fn tally(
        &self,
        first: usize,
        decay: &Decay,
        scratch: &mut [Vec<u64>],
        mut each: impl FnMut(usize, Tally),
    ) {
        let lists = &self.lists[first..self.lists.len().min(first + scratch.len())];
        let mut walks: Vec<(usize, u32)> = lists.iter().enumerate().map(|(lead, list)| (lead, list.head)).collect();
        scratch.iter_mut().for_each(Vec::clear);
        loop {
            walks.retain(|(_, position)| *position != END);
            if walks.is_empty() {
                break;
            }
            for (lead, position) in &mut walks {
                let node = self.nodes[*position as usize];
                scratch[*lead].push(node.entry());
                *position = node.next;
            }
        }
        for (lead, entries) in scratch.iter_mut().enumerate().take(lists.len()) {
            entries.sort_unstable();
            each(lead, self.tally_sorted(entries, decay));
        }
    }

    fn tally_sorted(&self, entries: &[u64], decay: &Decay) -> Tally {
        let mut tally = Tally::default();
        for entry in entries {
            let counted = (entry & MAX_ENTRY_COUNT).min(self.max_count - tally.occurrences);
            if counted == 0 {
                break;
            }
            let age = Span((entry >> COUNT_BITS) as i64);
            tally.newest_age = tally.newest_age.or(Some(age));
            tally.amount += decay.factor(age) * counted as f64;
            tally.occurrences += counted;
        }
        tally
    }
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
        let mut tallies = [Tally::default(); 2];
        let decay = Decay::Lifespan(Span(100));
        recent.tally(0, &decay, &mut vec![Vec::new(); 5], |lead, tally| tallies[lead] = tally);
        assert_eq!(tallies[0], Tally::default());
        (tallies[1], recent.nodes.len())
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
        let acts: Vec<(i64, u64)> = (0..1000).map(|k| ((k * 7919) % 997 + 1, 1)).collect();
        let (tally, n_nodes) = tally_of(5, &acts);
        assert_eq!(n_nodes, 10);
        // Ages 1 to 997 with three of them twice; 7919 k mod 997 runs through all residues, k = 997..1000 repeats
        // those of k = 0, 1, 2, whose ages are 1, 941 and 884. The newest five are then 1, 1, 2, 3, 4.
        assert_eq!(tally.occurrences, 5);
        assert!((tally.amount - (0.99 + 0.99 + 0.98 + 0.97 + 0.96)).abs() < 1e-12);

        let (tally, n_nodes) = tally_of(10_000, &[(10, 9_000), (20, 9_000)]);
        assert_eq!((tally.occurrences, n_nodes), (10_000, 6));
        assert!((tally.amount - (0.9 * 9_000.0 + 0.8 * 1_000.0)).abs() < 1e-9);
    }
}

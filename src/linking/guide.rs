//! Where among ascending probabilities a search may begin and must end, so that a million of them look at few knots each.

use std::sync::OnceLock;

/// Cells of equal width. A power of two, so that the cell of a probability is exact.
const CELLS: usize = 1 << 12;

/// Made at the first search. It says nothing that the knots do not, and so all guides are equal.
#[derive(Debug, Clone, Default)]
pub(super) struct Guide {
    /// `(CELLS + 1,)` how many knots lie before each cell's beginning; last, all of them.
    before: OnceLock<Vec<u32>>,
}

impl PartialEq for Guide {
    fn eq(&self, _: &Guide) -> bool {
        true
    }
}

impl Guide {
    /// How many of the knots, which ascend, are at most `p`.
    #[inline]
    pub(super) fn count_up_to(&self, knots: &[f64], p: f64) -> usize {
        let before = self.before.get_or_init(|| Guide::cells(knots));
        let cell = ((p * CELLS as f64) as usize).min(CELLS - 1);
        let (from, to) = (before[cell] as usize, before[cell + 1] as usize);
        from + knots[from..to].partition_point(|&knot| knot <= p)
    }

    fn cells(knots: &[f64]) -> Vec<u32> {
        let begins = (0..CELLS).map(|cell| cell as f64 / CELLS as f64);
        let before = begins.map(|begin| knots.partition_point(|&knot| knot < begin) as u32);
        before.chain([knots.len() as u32]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guided_search_finds_what_a_search_of_all_finds() {
        let edge = 1.0 / CELLS as f64;
        let ascending = [0.0, 0.0, edge / 3.0, edge, edge, 2.0 * edge, 0.3, 0.31, 0.999_999, 1.0, 1.0];
        for knots in [&ascending[..], &ascending[..1], &ascending[2..9], &[]] {
            let guide = Guide::default();
            let beside = |p: f64| [p.next_down(), p, p.next_up()];
            let asked = ascending.into_iter().flat_map(beside).chain([0.5, 0.9, 1.0, f64::NAN]);
            for p in asked {
                assert_eq!(guide.count_up_to(knots, p), knots.partition_point(|&knot| knot <= p), "{p}");
            }
        }
    }
}

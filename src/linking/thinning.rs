//! Fewer knots for a long monotone curve, at the least greatest error that splitting worst-first finds.

use super::{Knot, between};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A stretch between two kept knots, and the knot between them that lies furthest from the straight line.
struct Stretch {
    error: f64,
    worst: usize,
    from: usize,
    to: usize,
}

impl Ord for Stretch {
    /// By error; of equal errors the earlier stretch first, so that the result does not hang on the heap.
    fn cmp(&self, other: &Stretch) -> Ordering {
        self.error.total_cmp(&other.error).then(other.from.cmp(&self.from))
    }
}

impl PartialOrd for Stretch {
    fn partial_cmp(&self, other: &Stretch) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Stretch {
    fn eq(&self, other: &Stretch) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Stretch {}

/// At most `most` of `knots`, the `pinned` ones (ascending, the ends among them) always, and the greatest vertical
/// distance at any knot left out.
///
/// Starting from the pinned knots, the stretch with the greatest error is split at its worst knot, over and over
/// (Ramer 1972, Douglas & Peucker 1973, worst first). O(n log n) but for very uneven curves.
pub(super) fn thin(knots: &[Knot], pinned: &[usize], most: usize) -> (Vec<Knot>, f64) {
    if knots.len() <= most {
        return (knots.to_vec(), 0.0);
    }
    let mut kept = pinned.to_vec();
    let mut stretches: BinaryHeap<Stretch> = pinned.windows(2).map(|ends| stretch(knots, ends[0], ends[1])).collect();
    while kept.len() < most {
        match stretches.pop() {
            Some(Stretch { error, worst, from, to }) if error > 0.0 => {
                kept.push(worst);
                stretches.push(stretch(knots, from, worst));
                stretches.push(stretch(knots, worst, to));
            }
            _ => break,
        }
    }
    kept.sort_unstable();
    let error = stretches.peek().map_or(0.0, |stretch| stretch.error);
    (kept.into_iter().map(|i| knots[i]).collect(), error)
}

fn stretch(knots: &[Knot], from: usize, to: usize) -> Stretch {
    let (start, end) = (knots[from], knots[to]);
    let mut found = Stretch { error: 0.0, worst: from, from, to };
    // A jump is on no line: its two ends say all there is.
    if start.0 == end.0 {
        return found;
    }
    for (i, &(p, score)) in knots.iter().enumerate().take(to).skip(from + 1) {
        let error = (score - between(start, end, p)).abs();
        if error > found.error {
            found = Stretch { error, worst: i, from, to };
        }
    }
    found
}

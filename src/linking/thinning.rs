//! Fewer knots for a long monotone curve, at the least greatest error that splitting worst-first finds.

use super::{Knot, between};
use crate::lanes::{Lanes, in_wide_registers};
use rayon::prelude::*;
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
    let none = Stretch { error: 0.0, worst: from, from, to };
    // A jump is on no line: its two ends say all there is.
    if start.0 == end.0 || to - from < 2 {
        return none;
    }
    let first = from + 1;
    let of_part = |(part, knots): (usize, &[Knot])| (in_wide_registers(Furthest { knots, start, end }), part);
    let parts = knots[first..to].par_chunks(KNOTS_PER_PART).enumerate().map(of_part);
    // The first of equals.
    let further = |a: (f64, usize), b: (f64, usize)| if (a.0, b.1) < (b.0, a.1) { b } else { a };
    let (error, part) = parts.reduce(|| (0.0, usize::MAX), further);
    if error == 0.0 {
        return none;
    }
    let in_part = &knots[first + part * KNOTS_PER_PART..to];
    let worst = in_part.iter().position(|knot| distance(start, end, *knot) == error);
    let worst = worst.expect("the distance was just found in this part");
    Stretch { error, worst: first + part * KNOTS_PER_PART + worst, from, to }
}

/// Knots that a thread looks at together.
const KNOTS_PER_PART: usize = 1 << 14;

/// The greatest distance of some knots from the line between two.
struct Furthest<'k> {
    knots: &'k [Knot],
    start: Knot,
    end: Knot,
}

impl Lanes for Furthest<'_> {
    type Out = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let (eights, rest) = self.knots.as_chunks::<8>();
        let mut most = [0.0_f64; 8];
        let further = |most: f64, knot: Knot| {
            let here = distance(self.start, self.end, knot);
            if here > most { here } else { most }
        };
        for knots in eights {
            for lane in 0..8 {
                most[lane] = further(most[lane], knots[lane]);
            }
        }
        most.into_iter().fold(rest.iter().fold(0.0, |most, knot| further(most, *knot)), f64::max)
    }
}

/// How far a knot lies above or below the line between two.
#[inline(always)]
fn distance(start: Knot, end: Knot, knot: Knot) -> f64 {
    (knot.1 - between(start, end, knot.0)).abs()
}

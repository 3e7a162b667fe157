//! The link: puts a probability on the scorecard's own scale (equipercentile).
//!
//! A team that calls everyone from 80 points on wants to go on doing so. So a probability becomes the score that as many
//! of the reference deals stay under as stay under the probability: each tier holds the same share of the reference
//! deals as before, only better ones, on any scale.
//!
//! Kolen, M. J. & Brennan, R. L. (2014), Test Equating, Scaling, and Linking, chapter 2,
//! doi:10.1007/978-1-4939-0317-7.

mod guide;
mod scale;
mod thinning;

use crate::linking::guide::Guide;
use crate::linking::scale::Scale;
use crate::linking::thinning::thin;
use crate::metrics::Ascending;
use serde::{Deserialize, Serialize};

/// With up to this many knots the link is exact.
pub const MOST_KNOTS: usize = 4096;

/// A tier bound is reached when score ≥ bound − this (tenths do not add up in floating point).
const REACHED: f64 = 1e-9;

/// A monotone map from probability to score: straight between its knots, with a jump where two share a probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Probabilities, ascending.
    p: Vec<f64>,
    /// The score at each.
    score: Vec<f64>,
    /// Greatest distance, in points, from the link with all its knots.
    error: f64,
    #[serde(skip)]
    guide: Guide,
}

/// The side of a link that more than one can share: how the reference deals' rule scores are spread.
pub(crate) struct Linking {
    scale: Scale,
    /// Ascending.
    bounds: Vec<f64>,
}

impl Linking {
    /// Of the reference deals' rule scores.
    pub(crate) fn new(rule_scores: &Ascending, tier_bounds: &[f64], range: (f64, f64)) -> Linking {
        let mut bounds = tier_bounds.to_vec();
        bounds.sort_by(f64::total_cmp);
        Linking { scale: Scale::fit(rule_scores, &bounds, range), bounds }
    }

    /// The link of their probabilities, as [`Link::fit`] has it.
    pub(crate) fn link(&self, p: &Ascending) -> Link {
        let knots = knots(mid_ranks(p), p.values().len(), &self.scale);
        let (knots, error) = thin(&knots, &pinned(&knots, &self.bounds), MOST_KNOTS);
        let (p, score) = knots.into_iter().unzip();
        Link { p, score, error, guide: Guide::default() }
    }
}

/// A knot: probability and score.
type Knot = (f64, f64);

impl Link {
    /// The link of the reference deals: their rule scores, probabilities (out of fold) and row weights.
    ///
    /// Deals tied at a rule score v are spread evenly over the cell from max(half way to the next lower score, the
    /// highest tier bound ≤ v) to min(half way to the next higher, just under the lowest tier bound > v), the range's
    /// ends closing the outer cells. The score of p is the inverse of that distribution at the rank of p: mid-ranks at
    /// the reference deals' own probabilities, straight between them, and beyond them straight to rank 0 at p = 0 and
    /// to rank 1 at p = 1. A tier no deal reached is jumped over. Where row weights differ, a deal astride a tier bound
    /// falls to the side that holds more of it. Beyond [`MOST_KNOTS`] the knots are thinned, see [`Link::error`].
    ///
    /// Without deals of positive weight, the link is the straight line over `range`, under all tier bounds.
    pub fn fit(rule_scores: &[f64], p: &[f64], w: &[f64], tier_bounds: &[f64], range: (f64, f64)) -> Link {
        Linking::new(&Ascending::of(rule_scores, w), tier_bounds, range).link(&Ascending::of(p, w))
    }

    /// The score at probability `p`; at a jump the upper one.
    pub fn score(&self, p: f64) -> f64 {
        let after = self.guide.count_up_to(&self.p, p);
        if after == 0 {
            self.score[0]
        } else if after == self.p.len() {
            self.score[after - 1]
        } else {
            between((self.p[after - 1], self.score[after - 1]), (self.p[after], self.score[after]), p)
        }
    }

    /// How far, in points, thinning has moved the score of any probability at most; 0 up to [`MOST_KNOTS`] knots.
    ///
    /// Knots beside a tier bound are never left out, so thinning moves no reference deal into another tier.
    pub fn error(&self) -> f64 {
        self.error
    }

    /// The least probability whose score reaches `bound`; `None` where none does.
    pub fn reaches(&self, bound: f64) -> Option<f64> {
        let above = self.score.partition_point(|&score| score < bound - REACHED);
        let (p, score) = (*self.p.get(above)?, self.score[above]);
        let Some(before) = above.checked_sub(1) else { return Some(p) };
        let part = (bound - self.score[before]) / (score - self.score[before]);
        Some((self.p[before] + part * (p - self.p[before])).min(p))
    }

    /// The tier bounds that no probability reaches, because no reference deal's rule score reached them.
    pub fn out_of_reach(&self, tier_bounds: &[f64]) -> Vec<f64> {
        let top = self.score(1.0);
        tier_bounds.iter().copied().filter(|bound| top < bound - REACHED).collect()
    }
}

/// The score at `p` on the straight line between two knots, `p` before the second.
#[inline(always)]
fn between(from: Knot, to: Knot, p: f64) -> f64 {
    let part = (p - from.0) / (to.0 - from.0);
    // Rounding must not lift the score above the next knot: it may lie just under a tier bound.
    (from.1 + part * (to.1 - from.1)).min(to.1)
}

/// Distinct values of `p` with their row-weighted mid-ranks in (0, 1), ascending, between (0, 0) and (1, 1).
fn mid_ranks(p: &Ascending) -> impl Iterator<Item = (f64, f64)> + '_ {
    let total = p.total();
    let mut before = 0.0;
    let ranks = p.ties().map(move |(p, here)| {
        let rank = (before + 0.5 * here) / total;
        before += here;
        (p, rank)
    });
    let bottom = p.values().first().is_none_or(|&least| least > 0.0).then_some((0.0, 0.0));
    let top = p.values().last().is_none_or(|&most| most < 1.0).then_some((1.0, 1.0));
    bottom.into_iter().chain(ranks).chain(top)
}

/// All knots of the map p → rank → score: the reference probabilities, about `n_ranks`, and where a rank passes from cell to
/// cell.
fn knots(ranks: impl Iterator<Item = (f64, f64)>, n_ranks: usize, scale: &Scale) -> Vec<Knot> {
    let mut knots = Vec::with_capacity(n_ranks + 2 + 2 * scale.n_cells());
    let (mut cell, mut last): (usize, Option<(f64, f64)>) = (0, None);
    for (p, rank) in ranks {
        while cell + 1 < scale.n_cells() && scale.end_rank(cell) <= rank {
            let at = match last {
                Some((p_before, rank_before)) => {
                    let part = (scale.end_rank(cell) - rank_before) / (rank - rank_before);
                    (p_before + part * (p - p_before)).clamp(p_before, p)
                }
                None => p,
            };
            knots.push((at, scale.top(cell)));
            knots.push((at, scale.bottom(cell + 1)));
            cell += 1;
        }
        knots.push((p, scale.score_in(cell, rank)));
        last = Some((p, rank));
    }
    knots
}

/// Knots that thinning must keep: the ends, and the two beside every tier bound.
fn pinned(knots: &[Knot], bounds: &[f64]) -> Vec<usize> {
    let mut pinned = vec![0, knots.len() - 1];
    for bound in bounds {
        let above = knots.partition_point(|knot| knot.1 < bound - REACHED);
        pinned.extend([above.saturating_sub(1), above.min(knots.len() - 1)]);
    }
    pinned.sort_unstable();
    pinned.dedup();
    pinned
}

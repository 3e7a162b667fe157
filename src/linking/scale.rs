//! The distribution of the reference deals over the scorecard's scale, spread out so that it has an inverse.

use super::REACHED;
use crate::metrics::Ascending;

/// How far under a tier bound a cell ends that the bound cuts off: the bound itself belongs to the next tier.
const UNDER_BOUND: f64 = 1e-6;

/// One cell a distinct rule score, ascending; the deals tied there lie evenly in it.
///
/// The cell of the score v goes from max(half way to the next lower score, the highest tier bound ≤ v) to min(half way
/// to the next higher, just under the lowest tier bound > v); the ends of the range close the outer cells. So no cell
/// holds a tier bound inside, and where a tier is empty there is a gap.
pub(super) struct Scale {
    cells: Vec<Cell>,
}

struct Cell {
    bottom: f64,
    top: f64,
    start_rank: f64,
    end_rank: f64,
}

impl Scale {
    /// The scale of the deals with these scores; `bounds` ascend.
    pub(super) fn fit(rule_scores: &Ascending, bounds: &[f64], range: (f64, f64)) -> Scale {
        let ties: Vec<(f64, f64)> = rule_scores.ties().collect();
        if ties.is_empty() {
            return Scale { cells: vec![Cell::around(range.0, range.0, range.1, bounds, (0.0, 1.0))] };
        }
        let total: f64 = ties.iter().map(|tie| tie.1).sum();
        let mut before = 0.0;
        let cells = (0..ties.len()).map(|i| {
            let (score, weight) = ties[i];
            let bottom = if i == 0 { range.0 } else { 0.5 * (ties[i - 1].0 + score) };
            let top = ties.get(i + 1).map_or(range.1, |next| 0.5 * (score + next.0));
            let start = before / total;
            before += weight;
            Cell::around(score, bottom, top, bounds, (start, before / total))
        });
        Scale { cells: cells.collect() }
    }

    pub(super) fn n_cells(&self) -> usize {
        self.cells.len()
    }

    pub(super) fn bottom(&self, cell: usize) -> f64 {
        self.cells[cell].bottom
    }

    pub(super) fn top(&self, cell: usize) -> f64 {
        self.cells[cell].top
    }

    /// The share of the deals in this cell and all lower ones.
    pub(super) fn end_rank(&self, cell: usize) -> f64 {
        self.cells[cell].end_rank
    }

    /// The score at `rank`, which lies in `cell`.
    pub(super) fn score_in(&self, cell: usize, rank: f64) -> f64 {
        let Cell { bottom, top, start_rank, end_rank } = self.cells[cell];
        let part = if end_rank > start_rank { (rank - start_rank) / (end_rank - start_rank) } else { 0.5 };
        (bottom + part.clamp(0.0, 1.0) * (top - bottom)).min(top)
    }
}

impl Cell {
    /// The cell of `score` within `bottom` and `top`, cut by the tier bounds beside it.
    fn around(score: f64, bottom: f64, top: f64, bounds: &[f64], ranks: (f64, f64)) -> Cell {
        let reached = bounds.partition_point(|&bound| score >= bound - REACHED);
        let floor = if reached > 0 { bounds[reached - 1] } else { f64::NEG_INFINITY };
        let ceiling = bounds.get(reached).map_or(f64::INFINITY, |bound| bound - UNDER_BOUND);
        // A score that itself lies within a hair of a bound, or beyond the range, is its own cell's edge.
        let bottom = bottom.max(floor).min(score);
        Cell { bottom, top: top.min(ceiling).max(score), start_rank: ranks.0, end_rank: ranks.1 }
    }
}

//! Bins for a number: the steps of its piecewise constant curve.
//!
//! Few distinct values get a bin each. Otherwise bins hold about as many rows as each other, except that a value with a
//! heap of rows of its own (0, −1, 999) gets a bin of its own, so that no indicator for it is needed.

use crate::design::NO_LEVEL;
use crate::lanes::{Lanes, in_wide_registers};

/// A bin may be closed before its share is reached, to set a heap apart, when it holds this share of it.
const ENOUGH_BEFORE_A_HEAP: f64 = 0.25;

/// The edges between at most `max_bins` bins, ascending: `k` edges make `k + 1` bins. NaN stands for missing and is left
/// out. Edges lie half way between neighbouring values.
pub fn bin_edges(values: &[f64], max_bins: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    edges_of_sorted(&sorted, max_bins)
}

/// The same of values in ascending order, none of them missing.
pub fn edges_of_sorted(sorted: &[f64], max_bins: usize) -> Vec<f64> {
    // The chunks compare by ==, so that −0 and 0 are one value.
    let heaps: Vec<(f64, usize)> = sorted.chunk_by(|a, b| a == b).map(|chunk| (chunk[0], chunk.len())).collect();
    let rows: Vec<usize> = heaps.iter().map(|(_, rows)| *rows).collect();
    bin_ends(&rows, max_bins).into_iter().map(|end| edge_between(heaps[end - 1].0, heaps[end].0)).collect()
}

/// Bins made of whole finer bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Coarse {
    /// Edges between the coarser bins: some of the finer ones.
    pub edges: Vec<f64>,
    /// The coarser bin of each finer one.
    pub of_fine: Vec<u32>,
}

/// Joins neighbouring bins until at most `max_bins` are left, by the same rule. `rows` counts the rows of each finer bin,
/// one more than there are `edges`.
pub fn coarsen(edges: &[f64], rows: &[usize], max_bins: usize) -> Coarse {
    assert_eq!(rows.len(), edges.len() + 1, "one count a bin");
    let ends = bin_ends(rows, max_bins);
    let of_fine = (0..rows.len()).map(|bin| ends.partition_point(|end| *end <= bin) as u32).collect();
    Coarse { edges: ends.into_iter().map(|end| edges[end - 1]).collect(), of_fine }
}

/// Where bins end, as positions of the first heap of the next bin: heaps are joined in order, none is split.
fn bin_ends(heaps: &[usize], max_bins: usize) -> Vec<usize> {
    if heaps.len() <= max_bins {
        return (1..heaps.len()).collect();
    }
    let mut rows_left: usize = heaps.iter().sum();
    let mut ends = Vec::new();
    let mut in_bin = 0;
    let mut share = rows_left as f64 / max_bins as f64;
    for (position, &rows) in heaps.iter().enumerate() {
        let heap_follows = rows as f64 >= share && in_bin as f64 >= ENOUGH_BEFORE_A_HEAP * share;
        if in_bin > 0 && (in_bin as f64 >= share || heap_follows) && ends.len() + 1 < max_bins {
            ends.push(position);
            rows_left -= in_bin;
            share = rows_left as f64 / (max_bins - ends.len()) as f64;
            in_bin = 0;
        }
        in_bin += rows;
    }
    ends
}

/// An edge with `low` at or below it and `high` above it.
fn edge_between(low: f64, high: f64) -> f64 {
    let middle = low + (high - low) / 2.0;
    // Neighbouring floats and infinities have no number between them.
    if middle > low && middle < high { middle } else { low }
}

/// The bin of a value: a value equal to an edge belongs to the bin below it; values beyond the edges fall into the outer
/// bins. NaN has no bin and gives [`NO_LEVEL`].
pub fn code(value: f64, edges: &[f64]) -> u32 {
    if value.is_nan() { NO_LEVEL } else { edges.partition_point(|edge| *edge < value) as u32 }
}

/// Up to so many edges every value is compared with all of them, many values at once, rather than with a few in turn.
const EDGES_COMPARED: usize = 64;

/// Values that are compared at once.
const VALUES_COMPARED: usize = 16;

/// [`code`] of each value.
pub fn codes(values: &[f64], edges: &[f64]) -> Vec<u32> {
    if edges.len() > EDGES_COMPARED {
        return values.iter().map(|value| code(*value, edges)).collect();
    }
    let mut codes = vec![0; values.len()];
    in_wide_registers(Coded { values, edges, codes: &mut codes });
    codes
}

struct Coded<'a> {
    values: &'a [f64],
    edges: &'a [f64],
    codes: &'a mut [u32],
}

impl Lanes for Coded<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let (values, rest) = self.values.as_chunks::<VALUES_COMPARED>();
        let (codes, codes_of_rest) = self.codes.as_chunks_mut::<VALUES_COMPARED>();
        for (values, codes) in values.iter().zip(codes) {
            let mut below = [0; VALUES_COMPARED];
            for edge in self.edges {
                for (below, value) in below.iter_mut().zip(values) {
                    *below += u32::from(edge < value);
                }
            }
            for ((code, below), value) in codes.iter_mut().zip(below).zip(values) {
                *code = if value.is_nan() { NO_LEVEL } else { below };
            }
        }
        rest.iter().zip(codes_of_rest).for_each(|(value, own)| *own = code(*value, self.edges));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_distinct_values_get_a_bin_each() {
        let edges = bin_edges(&[3.0, 1.0, 1.0, f64::NAN, 7.0, -0.0, 0.0], 32);
        assert_eq!(edges, [0.5, 2.0, 5.0]);
        assert_eq!([-9.0, 0.5, 0.6, 2.0, 5.0, 1e9].map(|value| code(value, &edges)), [0, 0, 1, 1, 2, 3]);
        assert_eq!(code(f64::NAN, &edges), NO_LEVEL);
        assert!(bin_edges(&[], 32).is_empty() && bin_edges(&[2.0; 5], 32).is_empty());
    }

    #[test]
    fn many_values_share_the_rows_evenly() {
        let values: Vec<f64> = (0..1000).map(f64::from).collect();
        let edges = bin_edges(&values, 10);
        assert_eq!(edges.len(), 9);
        let mut counts = [0; 10];
        values.iter().for_each(|value| counts[code(*value, &edges) as usize] += 1);
        assert_eq!(counts, [100; 10]);
    }

    #[test]
    fn a_heap_gets_a_bin_of_its_own() {
        let values: Vec<f64> = (1..=500).map(f64::from).chain([250.0; 400]).chain([999.0; 100]).collect();
        let edges = bin_edges(&values, 8);
        let bin = |value: f64| code(value, &edges);
        assert!(edges.len() < 8);
        assert!(bin(249.0) < bin(250.0) && bin(250.0) < bin(251.0));
        assert!(bin(500.0) < bin(999.0));
    }

    #[test]
    fn coarse_bins_are_unions_of_fine_ones() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i * i)).collect();
        let edges = bin_edges(&values, 32);
        let mut rows = vec![0; edges.len() + 1];
        values.iter().for_each(|value| rows[code(*value, &edges) as usize] += 1);
        let coarse = coarsen(&edges, &rows, 7);
        assert_eq!(coarse.edges.len(), 6);
        let coarse_code = |value: f64| coarse.of_fine[code(value, &edges) as usize];
        assert!(values.iter().all(|value| coarse_code(*value) == code(*value, &coarse.edges)));
        assert_eq!(coarsen(&[1.0], &[3, 4], 16), Coarse { edges: vec![1.0], of_fine: vec![0, 1] });
    }

    #[test]
    fn neighbouring_floats_and_infinities_keep_apart() {
        let next = f64::from_bits(1f64.to_bits() + 1);
        let values = [f64::NEG_INFINITY, 1.0, next, f64::INFINITY];
        let edges = bin_edges(&values, 32);
        assert_eq!(values.map(|value| code(value, &edges)), [0, 1, 2, 3]);
    }

    #[test]
    fn values_coded_together_are_coded_as_each_alone() {
        let mut values: Vec<f64> = (-40..45).map(|i| f64::from(i) / 3.0).collect();
        values.extend([f64::NAN, 0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY]);
        for n_edges in [0, 1, 31, EDGES_COMPARED, EDGES_COMPARED + 1] {
            let edges: Vec<f64> = (0..n_edges).map(|edge| edge as f64 / 2.0 - 8.0).collect();
            let each: Vec<u32> = values.iter().map(|value| code(*value, &edges)).collect();
            assert_eq!(codes(&values, &edges), each);
        }
    }
}

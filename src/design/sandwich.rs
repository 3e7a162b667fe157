//! X' W X from its three kinds of part: dense × dense, dense × codes, codes × codes.
//!
//! The dense parts are summed over fixed shards of rows and the shards added in order. Codes × codes are weighted
//! cross-tables, each whole in one task; a table of usual size stays in the fastest cache.

mod cross;
mod wide;

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use super::levels::{add_to_levels, n_places};
use super::{CodeBlock, Design, ROWS_PER_SUM, add_in_order};
use cross::{cross_tables, put_tables};
use wide::Wide;

use crate::lanes::{Lanes, TILE_COLUMNS, TILE_ROWS, Tile, accumulate, in_wide_registers};

/// Dense rows copied and multiplied at a time: 36 columns of them fill half a second-level cache.
const ROWS_PER_PANEL: usize = 512;

/// See [`Design::sandwich`].
pub(super) fn sandwich(design: &Design<'_>, w: &[f64], every: usize) -> Array2<f64> {
    let size = design.n_columns() + 1;
    let mut result = Array2::zeros((size, size));
    let wide = Wide::of(design);
    if wide.width() > 0 {
        put_dense(&mut result, design, &wide, w, every);
    }
    let stretches = stretches(w.len(), every);
    let sums: Vec<Vec<f64>> = wide.blocks.par_iter().map(|(block, _)| level_sums(block, w, &stretches)).collect();
    for ((_, columns), sums) in wide.blocks.iter().zip(sums) {
        for (column, sum) in columns.clone().zip(sums) {
            result[[column, column]] = sum;
            result[[size - 1, column]] = sum;
        }
    }
    for tables in cross_tables(&wide.blocks, w, &stretches) {
        put_tables(&mut result, &wide.blocks, &tables);
    }
    // Four interleaved sums would be quicker; this one is as exact as the level sums it stands beside.
    let parts = stretches.iter().flat_map(|rows| w[rows.clone()].chunks(ROWS_PER_SUM));
    result[[size - 1, size - 1]] = add_in_order(parts.map(|w| vec![w.iter().sum()]).collect(), 1)[0];
    mirror(&mut result);
    result
}

/// The rows that are summed: all of them together, or one panel in `every` so many.
fn stretches(n_rows: usize, every: usize) -> Vec<Range<usize>> {
    if every == 1 {
        return std::iter::once(0..n_rows).collect();
    }
    let firsts = (0..n_rows).step_by(every * ROWS_PER_PANEL);
    firsts.map(|first| first..(first + ROWS_PER_PANEL).min(n_rows)).collect()
}

/// Sum of `w` over the rows of each level.
fn level_sums(block: &CodeBlock, w: &[f64], stretches: &[Range<usize>]) -> Vec<f64> {
    let mut sums = vec![0.0; n_places(block)];
    stretches.iter().for_each(|rows| add_to_levels(&mut sums, std::slice::from_ref(block), rows, &w[rows.clone()]));
    sums.truncate(block.n_levels);
    sums
}

/// Columns that are worked on together: those of a tile.
type Group = [f64; TILE_COLUMNS];

/// Copies the lower triangle onto the upper one, square by square: down a whole column each cell would lie in a page of its
/// own.
fn mirror(matrix: &mut Array2<f64>) {
    const SIDE: usize = 32;
    let size = matrix.nrows();
    for first_row in (0..size).step_by(SIDE) {
        for first_column in (0..=first_row).step_by(SIDE) {
            for i in first_row..(first_row + SIDE).min(size) {
                for j in first_column..(first_column + SIDE).min(i) {
                    matrix[[j, i]] = matrix[[i, j]];
                }
            }
        }
    }
}

/// Sums of one shard of rows. `gram` is the width padded to tiles, squared; `levels` holds for every group of columns and in
/// it for every place of every block a sum for each column; `totals` one for each column.
struct DenseSums {
    gram: Vec<f64>,
    levels: Vec<Group>,
    totals: Vec<Group>,
}

impl DenseSums {
    fn none(wide: &Wide<'_>) -> DenseSums {
        let (n_groups, padded) = (wide.n_groups(), wide.n_groups() * TILE_COLUMNS);
        let none = [0.0; TILE_COLUMNS];
        DenseSums {
            gram: vec![0.0; padded * padded],
            levels: vec![none; n_groups * wide.n_places()],
            totals: vec![none; n_groups],
        }
    }

    fn add(&mut self, others: &DenseSums) {
        self.gram.iter_mut().zip(&others.gram).for_each(|(total, part)| *total += part);
        let groups = self.levels.iter_mut().chain(&mut self.totals).zip(others.levels.iter().chain(&others.totals));
        groups.for_each(|(total, part)| add(total, part));
    }
}

#[inline(always)]
fn add(sums: &mut Group, more: &Group) {
    sums.iter_mut().zip(more).for_each(|(sum, x)| *sum += x);
}

fn put_dense(result: &mut Array2<f64>, design: &Design<'_>, wide: &Wide<'_>, w: &[f64], every: usize) {
    let padded = wide.n_groups() * TILE_COLUMNS;
    let shard = |(index, w): (usize, &[f64])| shard_sums(design, wide, index * ROWS_PER_SUM, w, every);
    let shards = w.par_chunks(ROWS_PER_SUM).enumerate();
    let sums = shards.map(shard).collect::<Vec<_>>().into_iter().reduce(|mut total, part| {
        total.add(&part);
        total
    });
    let Some(sums) = sums else { return };
    let last = result.nrows() - 1;
    for (i, &column) in wide.columns.iter().enumerate() {
        let (group, lane) = (i / TILE_COLUMNS, i % TILE_COLUMNS);
        result[[last, column]] = sums.totals[group][lane];
        for (j, &other) in wide.columns[..=i].iter().enumerate() {
            result[[column, other]] = sums.gram[i * padded + j];
        }
        let mut places = sums.levels[group * wide.n_places()..].iter();
        for (block, columns) in &wide.blocks {
            for (level, sums) in columns.clone().zip(places.by_ref().take(block.n_levels)) {
                result[[level.max(column), level.min(column)]] = sums[lane];
            }
            places.next().expect("every block ends with the sums of the rows without a level");
        }
    }
}

/// What is made of the rows of a panel, in room that serves for all of them.
struct AtHand {
    /// The columns of a group, one after the other.
    turning: Vec<f64>,
    /// The rows of a group, weighted.
    weighted: Vec<Group>,
    /// For each row the place of its level in every block.
    places: Vec<u32>,
    /// Group after group its rows.
    right: Vec<Group>,
    /// The same rows, weighted, in halves of groups.
    left: Vec<[f64; TILE_ROWS]>,
}

impl AtHand {
    fn new(wide: &Wide<'_>) -> AtHand {
        let none = [0.0; TILE_COLUMNS];
        AtHand {
            turning: vec![0.0; TILE_COLUMNS * ROWS_PER_PANEL],
            weighted: vec![none; ROWS_PER_PANEL],
            places: vec![0; wide.blocks.len() * ROWS_PER_PANEL],
            right: vec![none; wide.n_groups() * ROWS_PER_PANEL],
            left: vec![[0.0; TILE_ROWS]; wide.n_groups() * HALVES * ROWS_PER_PANEL],
        }
    }
}

/// Tiles on top of each other in a group's square.
const HALVES: usize = TILE_COLUMNS / TILE_ROWS;

fn shard_sums(design: &Design<'_>, wide: &Wide<'_>, first_row: usize, w: &[f64], every: usize) -> DenseSums {
    let mut sums = DenseSums::none(wide);
    let mut at_hand = AtHand::new(wide);
    for (panel, w) in w.chunks(ROWS_PER_PANEL).enumerate().step_by(every) {
        let first_row = first_row + panel * ROWS_PER_PANEL;
        let rows = first_row..first_row + w.len();
        let AtHand { turning, weighted, places, right, left } = &mut at_hand;
        let (turning, weighted) = (&mut turning[..w.len() * TILE_COLUMNS], &mut weighted[..w.len()]);
        let (right, left) = (&mut right[..w.len() * wide.n_groups()], &mut left[..w.len() * wide.n_groups() * HALVES]);
        let places = &mut places[..w.len() * wide.blocks.len()];
        wide.write_places(rows.clone(), places);
        let groups = right.chunks_exact_mut(w.len()).zip(left.chunks_exact_mut(w.len() * HALVES));
        for (group, (right, left)) in groups.enumerate() {
            wide.write_group(design, group, rows.clone(), turning, right);
            let total = &mut sums.totals[group];
            in_wide_registers(Weighted { right, w, weighted, left, total });
            let levels = &mut sums.levels[group * wide.n_places()..][..wide.n_places()];
            in_wide_registers(AddLevels { sums: levels, places, n_blocks: wide.blocks.len(), rows: weighted });
        }
        add_gram(&mut sums.gram, right, left, w.len());
    }
    sums
}

/// Weighs the rows of a group and sums them.
struct Weighted<'a> {
    right: &'a [Group],
    w: &'a [f64],
    weighted: &'a mut [Group],
    left: &'a mut [[f64; TILE_ROWS]],
    total: &'a mut Group,
}

impl Lanes for Weighted<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Weighted { right, w, weighted, left, total } = self;
        let (upper, lower) = left.split_at_mut(w.len());
        let mut sums = *total;
        let halves = upper.iter_mut().zip(lower);
        for (((row, w), weighted), (upper, lower)) in right.iter().zip(w).zip(weighted).zip(halves) {
            let own = row.map(|x| x * w);
            add(&mut sums, &own);
            *weighted = own;
            upper.copy_from_slice(&own[..TILE_ROWS]);
            lower.copy_from_slice(&own[TILE_ROWS..]);
        }
        *total = sums;
    }
}

/// Adds the rows of a group to the sums of their levels.
struct AddLevels<'a> {
    sums: &'a mut [Group],
    places: &'a [u32],
    n_blocks: usize,
    rows: &'a [Group],
}

impl Lanes for AddLevels<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        if self.n_blocks == 0 {
            return;
        }
        for (row, places) in self.rows.iter().zip(self.places.chunks_exact(self.n_blocks)) {
            for &place in places {
                let sums = &mut self.sums[place as usize];
                let mut own = *sums;
                add(&mut own, row);
                *sums = own;
            }
        }
    }
}

/// gram += left' right, tile by tile, on and below the diagonal.
fn add_gram(gram: &mut [f64], right: &[Group], left: &[[f64; TILE_ROWS]], n_rows: usize) {
    let padded = right.len() / n_rows * TILE_COLUMNS;
    for (i, left) in left.chunks_exact(n_rows).enumerate() {
        for (j, right) in right.chunks_exact(n_rows).enumerate() {
            if j * TILE_COLUMNS > i * TILE_ROWS + TILE_ROWS - 1 {
                break;
            }
            let mut tile = Tile::default();
            accumulate(&mut tile, left.as_flattened(), right.as_flattened());
            for (lane, sums) in tile.iter().enumerate() {
                let start = (i * TILE_ROWS + lane) * padded + j * TILE_COLUMNS;
                gram[start..start + TILE_COLUMNS].iter_mut().zip(sums).for_each(|(cell, sum)| *cell += sum);
            }
        }
    }
}

//! X' W X from its three kinds of part: dense × dense, dense × codes, codes × codes.
//!
//! The dense parts are summed over fixed shards of rows and the shards added in order. Codes × codes are weighted
//! cross-tables, each whole in one task; a table of usual size stays in the fastest cache.

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use super::codes::{Code, with_codes};
use super::levels::{add_to_levels, n_places};
use super::tables::{Column, TABLES_PER_PASS, add_to_tables, width};
use super::{CodeBlock, Design, ROWS_PER_SUM, add_in_order};
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

/// The design with its blocks of one level (indicators of missing) counted among the numbers: there they cost a lane of a
/// tile, as blocks a cross-table with every other block.
struct Wide<'a> {
    /// The blocks of one level.
    indicators: Vec<&'a CodeBlock>,
    /// The column of every number and then every indicator.
    columns: Vec<usize>,
    /// The other blocks and their columns.
    blocks: Vec<(&'a CodeBlock, Range<usize>)>,
}

impl<'a> Wide<'a> {
    fn of(design: &'a Design<'_>) -> Wide<'a> {
        let all = design.blocks.iter().zip(design.block_columns());
        let (single, blocks): (Vec<_>, Vec<_>) = all.partition(|(block, _)| block.n_levels == 1);
        let columns = (0..design.n_numbers()).chain(single.iter().map(|(_, columns)| columns.start)).collect();
        Wide { indicators: single.into_iter().map(|(block, _)| block).collect(), columns, blocks }
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    /// Some rows of numbers with their indicators behind them.
    fn rows(&self, design: &Design<'_>, rows: Range<usize>) -> Vec<f64> {
        let width = self.width();
        let mut cells = vec![0.0; rows.len() * width];
        design.write_rows(rows.clone(), &mut cells, width);
        for (column, block) in (design.n_numbers()..).zip(&self.indicators) {
            let own = cells[column..].iter_mut().step_by(width);
            with_codes!(&block.codes, codes => {
                own.zip(&codes[rows.clone()]).for_each(|(cell, code)| *cell = f64::from(u8::from(code.level() == 0)));
            });
        }
        cells
    }
}

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

/// Sums of one shard of rows. `gram` is the width padded to tiles, squared; `levels` holds for every level of every block
/// (and one behind each block for the rows without a level) a sum for each number.
struct DenseSums {
    gram: Vec<f64>,
    levels: Vec<f64>,
    totals: Vec<f64>,
}

fn put_dense(result: &mut Array2<f64>, design: &Design<'_>, wide: &Wide<'_>, w: &[f64], every: usize) {
    let width = wide.width();
    let padded = width.next_multiple_of(TILE_COLUMNS);
    let shard = |(index, w): (usize, &[f64])| shard_sums(design, wide, index * ROWS_PER_SUM, w, every);
    let shards = w.par_chunks(ROWS_PER_SUM).enumerate();
    let sums = shards.map(shard).collect::<Vec<_>>().into_iter().reduce(|mut total, part| {
        for (total, part) in
            [(&mut total.gram, part.gram), (&mut total.levels, part.levels), (&mut total.totals, part.totals)]
        {
            total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
        }
        total
    });
    let Some(sums) = sums else { return };
    let last = result.nrows() - 1;
    for (i, &column) in wide.columns.iter().enumerate() {
        result[[last, column]] = sums.totals[i];
        for (j, &other) in wide.columns[..=i].iter().enumerate() {
            result[[column, other]] = sums.gram[i * padded + j];
        }
    }
    let mut table = sums.levels.chunks_exact(width);
    for (block, columns) in &wide.blocks {
        for (column, sums) in columns.clone().zip(table.by_ref().take(block.n_levels)) {
            let cells = wide.columns.iter().zip(sums);
            cells.for_each(|(&other, sum)| result[[column.max(other), column.min(other)]] = *sum);
        }
        table.next().expect("every block ends with the sums of the rows without a level");
    }
}

fn shard_sums(design: &Design<'_>, wide: &Wide<'_>, first_row: usize, w: &[f64], every: usize) -> DenseSums {
    let width = wide.width();
    let padded = width.next_multiple_of(TILE_COLUMNS);
    let n_level_rows: usize = wide.blocks.iter().map(|(block, _)| block.n_levels + 1).sum();
    let mut sums = DenseSums {
        gram: vec![0.0; padded * padded],
        levels: vec![0.0; n_level_rows * width],
        totals: vec![0.0; width],
    };
    for (panel, w) in w.chunks(ROWS_PER_PANEL).enumerate().step_by(every) {
        let first_row = first_row + panel * ROWS_PER_PANEL;
        let rows = wide.rows(design, first_row..first_row + w.len());
        let mut weighted = rows.clone();
        weighted.chunks_exact_mut(width).zip(w).for_each(|(row, w)| row.iter_mut().for_each(|x| *x *= w));
        add_gram(&mut sums.gram, &rows, &weighted, width);
        for row in weighted.chunks_exact(width) {
            sums.totals.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        let mut levels = sums.levels.as_mut_slice();
        for (block, _) in &wide.blocks {
            let (mine, rest) = levels.split_at_mut((block.n_levels + 1) * width);
            with_codes!(&block.codes, codes => {
                let codes = &codes[first_row..first_row + w.len()];
                in_wide_registers(AddLevels { sums: mine, codes, n_levels: block.n_levels, rows: &weighted, width });
            });
            levels = rest;
        }
    }
    sums
}

/// gram += weighted' rows, tile by tile, on and below the diagonal.
fn add_gram(gram: &mut [f64], rows: &[f64], weighted: &[f64], n_dense: usize) {
    let padded = n_dense.next_multiple_of(TILE_COLUMNS);
    let left = gather::<TILE_ROWS>(weighted, n_dense);
    let right = gather::<TILE_COLUMNS>(rows, n_dense);
    let depth = rows.len() / n_dense;
    for (i, left) in left.chunks_exact(depth * TILE_ROWS).enumerate() {
        for (j, right) in right.chunks_exact(depth * TILE_COLUMNS).enumerate() {
            if j * TILE_COLUMNS > i * TILE_ROWS + TILE_ROWS - 1 {
                break;
            }
            let mut tile = Tile::default();
            accumulate(&mut tile, left, right);
            for (lane, sums) in tile.iter().enumerate() {
                let start = (i * TILE_ROWS + lane) * padded + j * TILE_COLUMNS;
                gram[start..start + TILE_COLUMNS].iter_mut().zip(sums).for_each(|(cell, sum)| *cell += sum);
            }
        }
    }
}

/// Packs the columns of row-major rows into panels of `WIDTH` columns, filled up with zeros.
fn gather<const WIDTH: usize>(rows: &[f64], n_dense: usize) -> Vec<f64> {
    let depth = rows.len() / n_dense;
    let mut packed = vec![0.0; n_dense.div_ceil(WIDTH) * WIDTH * depth];
    for (panel_index, panel) in packed.chunks_exact_mut(WIDTH * depth).enumerate() {
        let columns = panel_index * WIDTH..n_dense.min((panel_index + 1) * WIDTH);
        let (panel, _) = panel.as_chunks_mut::<WIDTH>();
        for (cells, row) in panel.iter_mut().zip(rows.chunks_exact(n_dense)) {
            match row[columns.start..].first_chunk::<WIDTH>() {
                // Of fixed length, which is no call.
                Some(whole) => *cells = *whole,
                None => cells[..columns.len()].copy_from_slice(&row[columns.clone()]),
            }
        }
    }
    packed
}

/// Adds rows of `width` numbers to the sums of their levels.
struct AddLevels<'a, C> {
    sums: &'a mut [f64],
    codes: &'a [C],
    n_levels: usize,
    rows: &'a [f64],
    width: usize,
}

impl<C: Code> Lanes for AddLevels<'_, C> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        for (code, row) in self.codes.iter().zip(self.rows.chunks_exact(self.width)) {
            let start = code.level().min(self.n_levels) * self.width;
            self.sums[start..start + self.width].iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
    }
}

/// The weighted cross-tables of one block (rows) with several others side by side: for each of them its levels and one
/// column more, for rows without a level.
struct CrossTables {
    block: usize,
    others: Range<usize>,
    sums: Vec<f64>,
}

fn cross_tables(blocks: &[(&CodeBlock, Range<usize>)], w: &[f64], stretches: &[Range<usize>]) -> Vec<CrossTables> {
    let groups: Vec<(usize, Range<usize>)> = (1..blocks.len())
        .flat_map(|block| {
            let starts = (0..block).step_by(TABLES_PER_PASS);
            starts.map(move |start| (block, start..block.min(start + TABLES_PER_PASS)))
        })
        .collect();
    groups.into_par_iter().map(|(block, others)| tabulate(blocks, block, others, w, stretches)).collect()
}

fn tabulate(
    blocks: &[(&CodeBlock, Range<usize>)],
    block: usize,
    others: Range<usize>,
    w: &[f64],
    stretches: &[Range<usize>],
) -> CrossTables {
    let first = column(blocks[block].0);
    let columns: Vec<Column<'_>> = blocks[others.clone()].iter().map(|(other, _)| column(other)).collect();
    let mut sums = vec![0.0; (first.n_levels + 1) * width(&columns)];
    for stretch in stretches {
        add_to_tables(&mut sums, first, &columns, stretch, &w[stretch.clone()]);
    }
    CrossTables { block, others, sums }
}

fn column(block: &CodeBlock) -> Column<'_> {
    Column { codes: &block.codes, n_levels: block.n_levels }
}

fn put_tables(result: &mut Array2<f64>, blocks: &[(&CodeBlock, Range<usize>)], tables: &CrossTables) {
    let others = &blocks[tables.others.clone()];
    let width: usize = others.iter().map(|(_, columns)| columns.len() + 1).sum();
    for (row, sums) in blocks[tables.block].1.clone().zip(tables.sums.chunks_exact(width)) {
        let mut rest = sums;
        for (_, columns) in others {
            let (mine, next) = rest.split_at(columns.len() + 1);
            columns.clone().zip(mine).for_each(|(column, sum)| result[[row, column]] = *sum);
            rest = next;
        }
    }
}

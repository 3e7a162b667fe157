//! X' W X from its three kinds of part: dense × dense, dense × codes, codes × codes.
//!
//! The dense parts are summed over fixed shards of rows and the shards added in order. Codes × codes are weighted
//! cross-tables, each whole in one task; a table of usual size stays in the fastest cache.

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use super::tile::{TILE_COLUMNS, TILE_ROWS, Tile, accumulate};
use super::{CodeBlock, Design, ROWS_PER_SUM, add_in_order, level_sums};

/// Dense rows copied and multiplied at a time: 36 columns of them fill half a second-level cache.
const ROWS_PER_PANEL: usize = 512;

/// Blocks tabulated against another at a time, so that codes and weights are read once for all of them.
const TABLES_PER_PASS: usize = 4;

/// See [`Design::sandwich`].
pub(super) fn sandwich(design: &Design, w: &[f64]) -> Array2<f64> {
    let size = design.n_columns() + 1;
    let mut result = Array2::zeros((size, size));
    let wide = Wide::of(design);
    if wide.width() > 0 {
        put_dense(&mut result, design, &wide, w);
    }
    let sums: Vec<Vec<f64>> = wide.blocks.par_iter().map(|(block, _)| level_sums(block, w)).collect();
    for ((_, columns), sums) in wide.blocks.iter().zip(sums) {
        for (column, sum) in columns.clone().zip(sums) {
            result[[column, column]] = sum;
            result[[size - 1, column]] = sum;
        }
    }
    for tables in cross_tables(&wide.blocks, w) {
        put_tables(&mut result, &wide.blocks, &tables);
    }
    // Four interleaved sums would be quicker; this one is as exact as the level sums it stands beside.
    result[[size - 1, size - 1]] = add_in_order(w.chunks(ROWS_PER_SUM).map(|w| vec![w.iter().sum()]).collect(), 1)[0];
    mirror(&mut result);
    result
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
    fn of(design: &'a Design) -> Wide<'a> {
        let all = design.blocks.iter().zip(design.block_columns());
        let (single, blocks): (Vec<_>, Vec<_>) = all.partition(|(block, _)| block.n_levels == 1);
        let columns = (0..design.dense.ncols()).chain(single.iter().map(|(_, columns)| columns.start)).collect();
        Wide { indicators: single.into_iter().map(|(block, _)| block).collect(), columns, blocks }
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    /// Rows of numbers with their indicators behind them; the first of them is `first_row`.
    fn rows(&self, dense: &[f64], n_rows: usize, first_row: usize) -> Vec<f64> {
        let n_dense = self.width() - self.indicators.len();
        let mut rows = Vec::with_capacity(n_rows * self.width());
        for row in 0..n_rows {
            rows.extend_from_slice(&dense[row * n_dense..(row + 1) * n_dense]);
            rows.extend(self.indicators.iter().map(|block| f64::from(u8::from(block.codes[first_row + row] == 0))));
        }
        rows
    }
}

/// Copies the lower triangle onto the upper one.
fn mirror(matrix: &mut Array2<f64>) {
    for i in 0..matrix.nrows() {
        for j in 0..i {
            matrix[[j, i]] = matrix[[i, j]];
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

fn put_dense(result: &mut Array2<f64>, design: &Design, wide: &Wide<'_>, w: &[f64]) {
    let (n_dense, width) = (design.dense.ncols(), wide.width());
    let padded = width.next_multiple_of(TILE_COLUMNS);
    let dense = design.dense.as_standard_layout();
    let dense = dense.as_slice().expect("the layout was just made standard");
    let shard = |(index, w): (usize, &[f64])| {
        let first_row = index * ROWS_PER_SUM;
        shard_sums(&dense[first_row * n_dense..(first_row + w.len()) * n_dense], n_dense, wide, first_row, w)
    };
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

fn shard_sums(dense: &[f64], n_dense: usize, wide: &Wide<'_>, first_row: usize, w: &[f64]) -> DenseSums {
    let width = wide.width();
    let padded = width.next_multiple_of(TILE_COLUMNS);
    let n_level_rows: usize = wide.blocks.iter().map(|(block, _)| block.n_levels + 1).sum();
    let mut sums = DenseSums {
        gram: vec![0.0; padded * padded],
        levels: vec![0.0; n_level_rows * width],
        totals: vec![0.0; width],
    };
    for (panel, w) in w.chunks(ROWS_PER_PANEL).enumerate() {
        let start = panel * ROWS_PER_PANEL;
        let first_row = first_row + start;
        let rows = wide.rows(&dense[start * n_dense..(start + w.len()) * n_dense], w.len(), first_row);
        let mut weighted = rows.clone();
        weighted.chunks_exact_mut(width).zip(w).for_each(|(row, w)| row.iter_mut().for_each(|x| *x *= w));
        add_gram(&mut sums.gram, &rows, &weighted, width);
        for row in weighted.chunks_exact(width) {
            sums.totals.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        let mut levels = sums.levels.as_mut_slice();
        for (block, _) in &wide.blocks {
            let (mine, rest) = levels.split_at_mut((block.n_levels + 1) * width);
            add_levels(mine, &block.codes[first_row..first_row + w.len()], block.n_levels, &weighted, width);
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

fn add_levels(sums: &mut [f64], codes: &[u32], n_levels: usize, weighted: &[f64], n_dense: usize) {
    for (&code, row) in codes.iter().zip(weighted.chunks_exact(n_dense)) {
        let start = (code as usize).min(n_levels) * n_dense;
        sums[start..start + n_dense].iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
}

/// The weighted cross-tables of one block (rows) with several others side by side: for each of them its levels and one
/// column more, for rows without a level.
struct CrossTables {
    block: usize,
    others: Range<usize>,
    sums: Vec<f64>,
}

fn cross_tables(blocks: &[(&CodeBlock, Range<usize>)], w: &[f64]) -> Vec<CrossTables> {
    let groups: Vec<(usize, Range<usize>)> = (1..blocks.len())
        .flat_map(|block| {
            let starts = (0..block).step_by(TABLES_PER_PASS);
            starts.map(move |start| (block, start..block.min(start + TABLES_PER_PASS)))
        })
        .collect();
    groups.into_par_iter().map(|(block, others)| tabulate(blocks, block, others, w)).collect()
}

fn tabulate(blocks: &[(&CodeBlock, Range<usize>)], block: usize, others: Range<usize>, w: &[f64]) -> CrossTables {
    let widths: Vec<usize> = blocks[others.clone()].iter().map(|(other, _)| other.n_levels + 1).collect();
    let (width, rows) = (widths.iter().sum::<usize>(), blocks[block].0);
    let mut sums = vec![0.0; (rows.n_levels + 1) * width];
    match &blocks[others.clone()] {
        // The usual case, four at a time: one multiplication finds the row in all four.
        [(b0, _), (b1, _), (b2, _), (b3, _)] => {
            let [w0, w1, w2] = [widths[0], widths[0] + widths[1], widths[0] + widths[1] + widths[2]];
            let codes = rows.codes.iter().zip(w).zip(&b0.codes).zip(&b1.codes).zip(&b2.codes).zip(&b3.codes);
            for (((((&code, w), &c0), &c1), &c2), &c3) in codes {
                let start = clamp(code, rows) * width;
                let row = &mut sums[start..start + width];
                row[clamp(c0, b0)] += w;
                row[w0 + clamp(c1, b1)] += w;
                row[w1 + clamp(c2, b2)] += w;
                row[w2 + clamp(c3, b3)] += w;
            }
        }
        few => {
            let mut offset = 0;
            for (other, _) in few {
                for ((&code, w), &other_code) in rows.codes.iter().zip(w).zip(&other.codes) {
                    sums[clamp(code, rows) * width + offset + clamp(other_code, other)] += w;
                }
                offset += other.n_levels + 1;
            }
        }
    }
    CrossTables { block, others, sums }
}

/// The code, or the number of levels for a row without one.
#[inline(always)]
fn clamp(code: u32, block: &CodeBlock) -> usize {
    (code as usize).min(block.n_levels)
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

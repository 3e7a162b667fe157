//! The columns that are multiplied with each other, group by group, and the places of the levels beside them.

use std::ops::Range;

use super::Group;
use crate::design::codes::{Code, with_codes};
use crate::design::{CodeBlock, Design};
use crate::lanes::{Lanes, TILE_COLUMNS, in_wide_registers};

/// The design with its blocks of one level (indicators of missing) counted among the numbers: there they cost a lane of a
/// tile, as blocks a cross-table with every other block.
pub(super) struct Wide<'a> {
    /// The blocks of one level.
    indicators: Vec<&'a CodeBlock>,
    /// The column of every number and then every indicator.
    pub(super) columns: Vec<usize>,
    /// The other blocks and their columns.
    pub(super) blocks: Vec<(&'a CodeBlock, Range<usize>)>,
}

impl<'a> Wide<'a> {
    pub(super) fn of(design: &'a Design<'_>) -> Wide<'a> {
        let all = design.blocks.iter().zip(design.block_columns());
        let (single, blocks): (Vec<_>, Vec<_>) = all.partition(|(block, _)| block.n_levels == 1);
        let columns = (0..design.n_numbers()).chain(single.iter().map(|(_, columns)| columns.start)).collect();
        Wide { indicators: single.into_iter().map(|(block, _)| block).collect(), columns, blocks }
    }

    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn n_groups(&self) -> usize {
        self.width().div_ceil(TILE_COLUMNS)
    }

    /// Places of all blocks: one a level, and one behind each block for the rows without a level.
    pub(super) fn n_places(&self) -> usize {
        self.blocks.iter().map(|(block, _)| block.n_levels + 1).sum()
    }

    /// Writes some rows of a group of columns, and 0 where it has fewer than others; `turning` is room for the columns.
    pub(super) fn write_group(
        &self,
        design: &Design<'_>,
        group: usize,
        rows: Range<usize>,
        turning: &mut [f64],
        into: &mut [Group],
    ) {
        let first = group * TILE_COLUMNS;
        let n_dense = design.dense.ncols();
        let own = first..self.width().min(first + TILE_COLUMNS);
        if own.end <= n_dense
            && let Some(dense) = design.dense.as_slice()
        {
            let dense = dense[rows.start * n_dense..].chunks_exact(n_dense);
            into.iter_mut().zip(dense).for_each(|(cells, row)| *cells = padded(&row[own.clone()]));
            return;
        }
        let n_rows = rows.len();
        for (column, cells) in (first..).zip(turning.chunks_exact_mut(n_rows)) {
            match column.checked_sub(design.n_numbers()) {
                None => design.write_number(column, rows.clone(), cells),
                Some(indicator) => match self.indicators.get(indicator) {
                    Some(block) => with_codes!(&block.codes, codes => {
                        in_wide_registers(Indicated { codes: &codes[rows.clone()], cells });
                    }),
                    None => cells.fill(0.0),
                },
            }
        }
        in_wide_registers(Turned { columns: turning, n_rows, rows: into });
    }

    /// Writes for each of some rows the place of its level in every block, block after block.
    pub(super) fn write_places(&self, rows: Range<usize>, into: &mut [u32]) {
        let (n_blocks, mut first) = (self.blocks.len(), 0);
        for (nth, (block, _)) in self.blocks.iter().enumerate() {
            with_codes!(&block.codes, codes => {
                let own = into[nth..].iter_mut().step_by(n_blocks).zip(&codes[rows.clone()]);
                own.for_each(|(place, code)| *place = (first + code.level().min(block.n_levels)) as u32);
            });
            first += block.n_levels + 1;
        }
    }
}

/// Numbers of a row as those of a group.
#[inline(always)]
fn padded(own: &[f64]) -> Group {
    if let Ok(whole) = own.try_into() {
        return whole;
    }
    let mut padded = [0.0; TILE_COLUMNS];
    padded[..own.len()].copy_from_slice(own);
    padded
}

/// Writes 1 where a row has the level of a block of one, and else 0.
struct Indicated<'a, C> {
    codes: &'a [C],
    cells: &'a mut [f64],
}

impl<C: Code> Lanes for Indicated<'_, C> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let cells = self.cells.iter_mut().zip(self.codes);
        cells.for_each(|(cell, code)| *cell = if code.level() == 0 { 1.0 } else { 0.0 });
    }
}

/// Writes the columns of a group, `n_rows` cells each, as its rows, square by square.
struct Turned<'a> {
    columns: &'a [f64],
    n_rows: usize,
    rows: &'a mut [Group],
}

impl Lanes for Turned<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Turned { columns, n_rows, rows } = self;
        let columns: [&[f64]; TILE_COLUMNS] = std::array::from_fn(|lane| &columns[lane * n_rows..][..n_rows]);
        let (squares, rest) = rows[..n_rows].as_chunks_mut::<TILE_COLUMNS>();
        let n_turned = squares.len() * TILE_COLUMNS;
        for (nth, square) in squares.iter_mut().enumerate() {
            let cells: [&Group; TILE_COLUMNS] = columns
                .map(|column| column[nth * TILE_COLUMNS..].first_chunk::<TILE_COLUMNS>().expect("the square is whole"));
            for (row, into) in square.iter_mut().enumerate() {
                *into = cells.map(|cells| cells[row]);
            }
        }
        for (row, into) in (n_turned..).zip(rest) {
            *into = columns.map(|column| column[row]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_turned_into_rows() {
        for n_rows in [1, 8, 21] {
            let value = |row: usize, column: usize| (row * 1000 + column) as f64;
            let columns: Vec<f64> =
                (0..TILE_COLUMNS).flat_map(|column| (0..n_rows).map(move |row| value(row, column))).collect();
            let mut rows = vec![[f64::NAN; TILE_COLUMNS]; n_rows];
            in_wide_registers(Turned { columns: &columns, n_rows, rows: &mut rows });
            for (row, cells) in rows.iter().enumerate() {
                assert!(cells.iter().enumerate().all(|(column, cell)| *cell == value(row, column)));
            }
        }
    }
}

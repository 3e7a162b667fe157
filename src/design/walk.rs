//! One walk over many rows for both directions: each row's linear predictor, and with what is made of it the sums of the
//! columns. Two walks would fetch the design twice, and fetching it is what takes the time.

use std::ops::Range;

use rayon::prelude::*;

use super::codes::Codes;
use super::levels::{add_effects, add_to_levels, n_places, of_levels};
use super::{CodeBlock, Design, add_in_order};
use crate::lanes::{AddColumns, DotColumns, Lanes, Panel, in_wide_registers};

/// Rows of a task. Fixed, since the order of additions decides the last bits.
const ROWS_PER_TASK: usize = 16_384;

/// Rows that stay at hand between the two directions: sixty numbers of each fill a quarter of a second-level cache.
pub(crate) const ROWS_AT_HAND: usize = 512;

/// The codes of a block of one level: 0 where a row has it.
pub(super) fn indicator<'a>(block: &'a CodeBlock, rows: &Range<usize>) -> Option<&'a [u8]> {
    match &block.codes {
        Codes::Bytes(codes) if block.n_levels == 1 => Some(&codes[rows.clone()]),
        _ => None,
    }
}

/// Adds a value where an indicator is set.
struct AddWhereSet<'a> {
    sums: &'a mut [f64],
    codes: &'a [u8],
    value: f64,
}

impl Lanes for AddWhereSet<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let cells = self.sums.iter_mut().zip(self.codes);
        cells.for_each(|(sum, code)| *sum += if *code == 0 { self.value } else { 0.0 });
    }
}

/// The sum of r where an indicator is set.
pub(super) struct SumWhereSet<'a> {
    pub(super) codes: &'a [u8],
    pub(super) r: &'a [f64],
}

impl Lanes for SumWhereSet<'_> {
    type Out = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let (codes, rest_of_codes) = self.codes.as_chunks::<8>();
        let (r, rest) = self.r.as_chunks::<8>();
        let set = |code: u8, r: f64| if code == 0 { r } else { 0.0 };
        let mut sums = [0.0; 8];
        for (codes, r) in codes.iter().zip(r) {
            for lane in 0..8 {
                sums[lane] += set(codes[lane], r[lane]);
            }
        }
        let rest: f64 = rest_of_codes.iter().zip(rest).map(|(code, r)| set(*code, *r)).sum();
        sums.iter().sum::<f64>() + rest
    }
}

/// Sides of the squares that [`Turned`] goes by: a cache line.
const SIDE: usize = 8;

/// Writes rows of `n_columns` numbers as columns, [`ROWS_AT_HAND`] cells each, square by square: whatever is read or written
/// is then a whole cache line.
struct Turned<'a> {
    rows: &'a [f64],
    n_columns: usize,
    columns: &'a mut [f64],
}

impl Lanes for Turned<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Turned { rows, n_columns, columns } = self;
        let n_rows = rows.len().checked_div(n_columns).unwrap_or(0);
        for first_row in (0..n_rows).step_by(SIDE) {
            for first_column in (0..n_columns).step_by(SIDE) {
                let square = |row: usize| rows[(first_row + row) * n_columns + first_column..].first_chunk::<SIDE>();
                if first_row + SIDE <= n_rows && first_column + SIDE <= n_columns {
                    let square: [&[f64; SIDE]; SIDE] = std::array::from_fn(|row| square(row).expect("it is whole"));
                    for column in 0..SIDE {
                        let cells = &mut columns[(first_column + column) * ROWS_AT_HAND + first_row..][..SIDE];
                        cells.copy_from_slice(&square.map(|row| row[column]));
                    }
                    continue;
                }
                for column in first_column..(first_column + SIDE).min(n_columns) {
                    let cells = &mut columns[column * ROWS_AT_HAND..][first_row..(first_row + SIDE).min(n_rows)];
                    let values = rows[first_row * n_columns + column..].iter().step_by(n_columns);
                    cells.iter_mut().zip(values).for_each(|(cell, value)| *cell = *value);
                }
            }
        }
    }
}

/// What a walk gives.
pub(crate) struct Walk {
    /// `(n_samples,)` the linear predictor.
    pub(crate) eta: Vec<f64>,
    /// `(n_columns + 1,)` X' r, and last the sum of r.
    pub(crate) sums: Vec<f64>,
    /// The sum of what `look` gave.
    pub(crate) total: f64,
}

/// Sums of some rows.
struct Sums {
    numbers: Vec<f64>,
    levels: Vec<f64>,
    of_all: f64,
    total: f64,
}

impl Design<'_> {
    /// Walks over the rows: `look` gets some of them with their linear predictor, writes r for each, and gives a number
    /// that is summed.
    pub(crate) fn walk(
        &self,
        coefficients: &[f64],
        intercept: f64,
        look: impl Fn(Range<usize>, &[f64], &mut [f64]) -> f64 + Sync,
    ) -> Walk {
        let tables = self.level_tables(coefficients);
        let dense = self.dense.as_standard_layout();
        let dense = dense.as_slice().expect("the layout was just made standard");
        let mut eta = vec![intercept; self.n_samples()];
        let parts = eta.par_chunks_mut(ROWS_PER_TASK).enumerate().map(|(task, eta)| {
            let mut sums = self.no_sums();
            let mut panel = vec![0.0; self.n_numbers() * ROWS_AT_HAND];
            let mut r = [0.0; ROWS_AT_HAND];
            for (step, eta) in eta.chunks_mut(ROWS_AT_HAND).enumerate() {
                let first = task * ROWS_PER_TASK + step * ROWS_AT_HAND;
                let rows = first..first + eta.len();
                let r = &mut r[..rows.len()];
                self.fill_panel(dense, rows.clone(), &mut panel);
                let numbers = Panel { cells: &panel, height: ROWS_AT_HAND };
                in_wide_registers(AddColumns { sums: eta, panel: numbers, times: coefficients });
                self.add_effects(eta, &tables, &rows);
                sums.total += look(rows.clone(), eta, r);
                in_wide_registers(DotColumns { sums: &mut sums.numbers, panel: numbers, r });
                self.add_to_levels(&mut sums.levels, &rows, r);
                sums.of_all += r.iter().sum::<f64>();
            }
            sums
        });
        let parts: Vec<Sums> = parts.collect();
        let total = parts.iter().map(|part| part.total).sum();
        let n_columns = self.n_columns();
        let whole = |part: Sums| {
            let mut sums = part.numbers;
            sums.extend(of_levels(&part.levels, &self.blocks));
            sums.push(part.of_all);
            sums
        };
        let sums = add_in_order(parts.into_iter().map(whole).collect(), n_columns + 1);
        Walk { eta, sums, total }
    }

    /// The blocks: each indicator alone, and those between two of them together.
    fn runs(&self) -> impl Iterator<Item = &[CodeBlock]> {
        self.blocks.chunk_by(|a, b| a.n_levels > 1 && b.n_levels > 1)
    }

    /// Adds to each row what its levels add, block after block.
    fn add_effects(&self, eta: &mut [f64], tables: &[Vec<f64>], rows: &Range<usize>) {
        let mut rest = tables;
        for blocks in self.runs() {
            let (own, next) = rest.split_at(blocks.len());
            rest = next;
            match indicator(&blocks[0], rows) {
                Some(codes) => in_wide_registers(AddWhereSet { sums: eta, codes, value: own[0][0] }),
                None => add_effects(eta, blocks, own, rows),
            }
        }
    }

    /// Adds r of some rows to the sums of their levels.
    fn add_to_levels(&self, sums: &mut [f64], rows: &Range<usize>, r: &[f64]) {
        let mut rest = sums;
        for blocks in self.runs() {
            let (own, next) = rest.split_at_mut(blocks.iter().map(n_places).sum());
            rest = next;
            match indicator(&blocks[0], rows) {
                Some(codes) => own[0] += in_wide_registers(SumWhereSet { codes, r }),
                None => add_to_levels(own, blocks, rows, r),
            }
        }
    }

    fn no_sums(&self) -> Sums {
        let n_places = self.blocks.iter().map(n_places).sum();
        Sums { numbers: vec![0.0; self.n_numbers()], levels: vec![0.0; n_places], of_all: 0.0, total: 0.0 }
    }

    /// The numbers of some rows, column by column, [`ROWS_AT_HAND`] cells each; `dense` is the dense block row by row.
    fn fill_panel(&self, dense: &[f64], rows: Range<usize>, panel: &mut [f64]) {
        let n_dense = self.dense.ncols();
        let (of_dense, of_lines) = panel.split_at_mut(n_dense * ROWS_AT_HAND);
        let own = &dense[rows.start * n_dense..rows.end * n_dense];
        in_wide_registers(Turned { rows: own, n_columns: n_dense, columns: of_dense });
        for (line, cells) in self.lines.iter().zip(of_lines.chunks_exact_mut(ROWS_AT_HAND)) {
            line.write(rows.clone(), &mut cells[..rows.len()]);
        }
    }

    /// Writes one column of numbers of some rows.
    pub(crate) fn write_number(&self, column: usize, rows: Range<usize>, into: &mut [f64]) {
        match column.checked_sub(self.dense.ncols()) {
            Some(line) => self.lines[line].write(rows, into),
            None => {
                let values = self.dense.column(column).slice_move(ndarray::s![rows]);
                into.iter_mut().zip(values).for_each(|(cell, value)| *cell = *value);
            }
        }
    }

    /// Writes the numbers of some rows, row by row, `stride` cells apart.
    pub(crate) fn write_rows(&self, rows: Range<usize>, into: &mut [f64], stride: usize) {
        let n_dense = self.dense.ncols();
        for (cells, row) in into.chunks_exact_mut(stride).zip(rows.clone()) {
            let values = self.dense.row(row);
            cells[..n_dense].iter_mut().zip(values).for_each(|(cell, value)| *cell = *value);
        }
        let mut values = vec![0.0; if self.lines.is_empty() { 0 } else { rows.len() }];
        for (column, line) in (n_dense..).zip(&self.lines) {
            line.write(rows.clone(), &mut values);
            into[column..].iter_mut().step_by(stride).zip(&values).for_each(|(cell, value)| *cell = *value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_turned_into_columns() {
        for (n_rows, n_columns) in [(1, 1), (7, 9), (ROWS_AT_HAND, 17), (100, 8), (5, 0)] {
            let value = |row: usize, column: usize| (row * 1000 + column) as f64;
            let rows: Vec<f64> =
                (0..n_rows).flat_map(|row| (0..n_columns).map(move |column| value(row, column))).collect();
            let mut columns = vec![f64::NAN; n_columns * ROWS_AT_HAND];
            in_wide_registers(Turned { rows: &rows, n_columns, columns: &mut columns });
            for (column, cells) in columns.chunks_exact(ROWS_AT_HAND).enumerate() {
                assert!((0..n_rows).all(|row| cells[row] == value(row, column)));
                assert!(cells[n_rows..].iter().all(|cell| cell.is_nan()));
            }
        }
    }
}

//! Tables of one column of codes with several others, side by side: a line a level of the first, in it a cell a level of each
//! other, and in both one more for rows without a level.

use super::codes::{Code, Codes, four_of_bytes, with_codes};
use std::ops::Range;

/// Tables that are filled together, so that codes and amounts are read once for all of them.
pub(crate) const TABLES_PER_PASS: usize = 4;

/// A column of codes.
#[derive(Clone, Copy)]
pub(crate) struct Column<'a> {
    pub(crate) codes: &'a Codes,
    pub(crate) n_levels: usize,
}

/// What a row adds to the cell that it falls into.
pub(crate) trait Amount: Copy {
    fn add(&mut self, more: Self);
}

impl Amount for f64 {
    #[inline(always)]
    fn add(&mut self, more: f64) {
        *self += more;
    }
}

impl Amount for [f64; 2] {
    #[inline(always)]
    fn add(&mut self, more: [f64; 2]) {
        *self = [self[0] + more[0], self[1] + more[1]];
    }
}

/// Cells of a line.
pub(crate) fn width(others: &[Column<'_>]) -> usize {
    others.iter().map(|other| other.n_levels + 1).sum()
}

/// Adds the `amounts` of some rows to their cells.
pub(crate) fn add_to_tables<A: Amount>(
    cells: &mut [A],
    first: Column<'_>,
    others: &[Column<'_>],
    rows: &Range<usize>,
    amounts: &[A],
) {
    let four = match others {
        [a, b, c, d] => four_of_bytes([a, b, c, d].map(|other| other.codes)).map(|four| (four, [a, b, c, d])),
        _ => None,
    };
    with_codes!(first.codes, codes => {
        let lines = (&codes[rows.clone()], first.n_levels);
        // The usual case, four at a time: one multiplication finds the line in all four.
        if let Some((four, columns)) = four {
            let four = four.map(|codes| &codes[rows.clone()]);
            return add_to_four(cells, lines, four, columns.map(|column| column.n_levels), amounts);
        }
        let (width, mut offset) = (width(others), 0);
        for other in others {
            with_codes!(other.codes, codes => {
                for ((line, cell), amount) in lines.0.iter().zip(&codes[rows.clone()]).zip(amounts) {
                    let line = line.level().min(lines.1) * width;
                    cells[line + offset + cell.level().min(other.n_levels)].add(*amount);
                }
            });
            offset += other.n_levels + 1;
        }
    });
}

fn add_to_four<A: Amount>(
    cells: &mut [A],
    lines: (&[impl Code], usize),
    columns: [&[u8]; 4],
    n_levels: [usize; 4],
    amounts: &[A],
) {
    let [l0, l1, l2, l3] = n_levels;
    let [first, second, third] = [l0 + 1, l0 + l1 + 2, l0 + l1 + l2 + 3];
    let width = third + l3 + 1;
    let [c0, c1, c2, c3] = columns;
    for (((((line, amount), c0), c1), c2), c3) in lines.0.iter().zip(amounts).zip(c0).zip(c1).zip(c2).zip(c3) {
        let start = line.level().min(lines.1) * width;
        let line = &mut cells[start..start + width];
        line[c0.level().min(l0)].add(*amount);
        line[first + c1.level().min(l1)].add(*amount);
        line[second + c2.level().min(l2)].add(*amount);
        line[third + c3.level().min(l3)].add(*amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::NO_LEVEL;

    #[test]
    fn every_row_falls_into_the_cell_of_its_levels_however_the_codes_are_kept() {
        let codes = |n_levels: u32| -> Codes {
            let code = |row: u32| if row.is_multiple_of(7) { NO_LEVEL } else { row.wrapping_mul(7919) % n_levels };
            (0..600).map(code).collect()
        };
        let amounts: Vec<f64> = (0..500).map(|row| f64::from(row * 31 % 97) / 8.0).collect();
        for (first, others) in
            [(5, vec![3, 9, 2, 33]), (300, vec![3, 9, 2, 33]), (5, vec![3, 400, 2, 33]), (5, vec![4])]
        {
            let (first_codes, codes): (Codes, Vec<Codes>) = (codes(first), others.iter().copied().map(codes).collect());
            let of = |codes, n_levels: u32| Column { codes, n_levels: n_levels as usize };
            let columns: Vec<Column<'_>> =
                codes.iter().zip(&others).map(|(codes, &n_levels)| of(codes, n_levels)).collect();
            let width = width(&columns);
            let mut cells = vec![0.0; (first as usize + 1) * width];
            add_to_tables(&mut cells, of(&first_codes, first), &columns, &(100..600), &amounts);
            let mut expected = vec![0.0; cells.len()];
            for (row, amount) in (100..600).zip(&amounts) {
                let mut at = first_codes.get(row).min(first) as usize * width;
                for column in &columns {
                    expected[at + (column.codes.get(row) as usize).min(column.n_levels)] += amount;
                    at += column.n_levels + 1;
                }
            }
            assert_eq!(cells, expected);
        }
    }
}

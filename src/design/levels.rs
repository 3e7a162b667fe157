//! The two directions of a block: what the levels add to their rows, and what the rows add to their levels.
//!
//! A block of bytes has a place for every code that a byte can hold, so that no code need be compared with the number of
//! levels. Four such blocks go side by side: a row's value is fetched once for all of them, and rows of one level, which
//! often follow each other, do not make each addition wait for the last.

use super::CodeBlock;
use super::codes::{Code, Codes, four_of_bytes, with_codes};
use std::ops::Range;

/// Blocks side by side.
const BLOCKS_AT_A_TIME: usize = 4;

/// Codes that a byte can hold.
const BYTES: usize = 1 << u8::BITS;

/// Places of a block: one a level, and at least one more for the rows without one.
pub(super) fn n_places(block: &CodeBlock) -> usize {
    match &block.codes {
        Codes::Bytes(_) => BYTES,
        Codes::Shorts(_) | Codes::Words(_) => block.n_levels + 1,
    }
}

/// The effects of a block's levels by place; 0 for the rows without a level.
pub(super) fn by_place(block: &CodeBlock, effects: &[f64]) -> Vec<f64> {
    let mut table = effects.to_vec();
    table.resize(n_places(block), 0.0);
    table
}

/// Adds to each row what its level in each block adds, block after block; `tables` are the blocks' effects by place.
pub(super) fn add_effects(values: &mut [f64], blocks: &[CodeBlock], tables: &[Vec<f64>], rows: &Range<usize>) {
    for (blocks, tables) in blocks.chunks(BLOCKS_AT_A_TIME).zip(tables.chunks(BLOCKS_AT_A_TIME)) {
        match (four_at(blocks, rows), tables) {
            (Some(codes), [a, b, c, d]) => add_four_effects(values, [a, b, c, d].map(|table| of_bytes(table)), codes),
            _ => blocks.iter().zip(tables).for_each(|(block, table)| add_effects_of(values, block, table, rows)),
        }
    }
}

fn add_effects_of(values: &mut [f64], block: &CodeBlock, table: &[f64], rows: &Range<usize>) {
    with_codes!(&block.codes, codes => {
        let codes = &codes[rows.clone()];
        values.iter_mut().zip(codes).for_each(|(value, code)| *value += table[code.level().min(block.n_levels)]);
    });
}

fn add_four_effects(values: &mut [f64], [in_a, in_b, in_c, in_d]: [&[f64; BYTES]; 4], codes: [&[u8]; 4]) {
    let [of_a, of_b, of_c, of_d] = codes;
    for ((((value, a), b), c), d) in values.iter_mut().zip(of_a).zip(of_b).zip(of_c).zip(of_d) {
        *value = *value + in_a[a.level()] + in_b[b.level()] + in_c[c.level()] + in_d[d.level()];
    }
}

/// Adds `r` of some rows to the sums of their levels: block after block a sum a place.
pub(super) fn add_to_levels(sums: &mut [f64], blocks: &[CodeBlock], rows: &Range<usize>, r: &[f64]) {
    let mut rest = sums;
    for blocks in blocks.chunks(BLOCKS_AT_A_TIME) {
        let (own, next) = rest.split_at_mut(blocks.iter().map(n_places).sum());
        rest = next;
        match four_at(blocks, rows) {
            Some(codes) => add_to_four(own, codes, r),
            None => add_one_by_one(own, blocks, rows, r),
        }
    }
}

fn add_to_four(sums: &mut [f64], codes: [&[u8]; 4], r: &[f64]) {
    let (of_a, rest) = split_bytes(sums);
    let (of_b, rest) = split_bytes(rest);
    let (of_c, rest) = split_bytes(rest);
    let (of_d, _) = split_bytes(rest);
    let [in_a, in_b, in_c, in_d] = codes;
    for ((((r, a), b), c), d) in r.iter().zip(in_a).zip(in_b).zip(in_c).zip(in_d) {
        of_a[a.level()] += r;
        of_b[b.level()] += r;
        of_c[c.level()] += r;
        of_d[d.level()] += r;
    }
}

fn add_one_by_one(sums: &mut [f64], blocks: &[CodeBlock], rows: &Range<usize>, r: &[f64]) {
    let mut rest = sums;
    for block in blocks {
        let (own, next) = rest.split_at_mut(n_places(block));
        rest = next;
        with_codes!(&block.codes, codes => {
            codes[rows.clone()].iter().zip(r).for_each(|(code, r)| own[code.level().min(block.n_levels)] += r);
        });
    }
}

/// The sums of the levels alone.
pub(super) fn of_levels(sums: &[f64], blocks: &[CodeBlock]) -> Vec<f64> {
    let mut rest = sums;
    let mut levels = Vec::with_capacity(blocks.iter().map(|block| block.n_levels).sum());
    for block in blocks {
        let (own, next) = rest.split_at(n_places(block));
        levels.extend_from_slice(&own[..block.n_levels]);
        rest = next;
    }
    levels
}

/// The codes of some rows in four blocks of bytes.
fn four_at<'a>(blocks: &'a [CodeBlock], rows: &Range<usize>) -> Option<[&'a [u8]; 4]> {
    let [a, b, c, d] = blocks else { return None };
    four_of_bytes([a, b, c, d].map(|block| &block.codes)).map(|four| four.map(|codes| &codes[rows.clone()]))
}

fn of_bytes(table: &[f64]) -> &[f64; BYTES] {
    table.first_chunk().expect("a block of bytes has a place for each")
}

fn split_bytes(sums: &mut [f64]) -> (&mut [f64; BYTES], &mut [f64]) {
    sums.split_first_chunk_mut().expect("a block of bytes has a place for each")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::NO_LEVEL;

    /// Blocks of bytes and of shorts: a run of four, and runs that are no four of bytes.
    fn blocks(n_rows: u32) -> Vec<CodeBlock> {
        let block = |n_levels: u32| {
            let code = |row: u32| if row.is_multiple_of(11) { NO_LEVEL } else { row.wrapping_mul(7919) % n_levels };
            CodeBlock { codes: (0..n_rows).map(code).collect(), n_levels: n_levels as usize }
        };
        [2, 33, 255, 7, 5, 300, 4, 9, 3].map(block).into()
    }

    #[test]
    fn effects_are_added_block_after_block_and_none_where_a_row_has_no_level() {
        let blocks = blocks(500);
        let effect = |block: usize, level: usize| (block * 31 + level * 17) as f64 / 7.0 - 9.0;
        let tables: Vec<Vec<f64>> = blocks
            .iter()
            .enumerate()
            .map(|(nth, block)| {
                by_place(block, &(0..block.n_levels).map(|level| effect(nth, level)).collect::<Vec<_>>())
            })
            .collect();
        let mut values = vec![0.25; 300];
        add_effects(&mut values, &blocks, &tables, &(100..400));
        for (row, value) in (100..400).zip(values) {
            let own = blocks.iter().enumerate().map(|(nth, block)| (nth, block.codes.get(row)));
            let sum = own
                .fold(0.25, |sum, (nth, code)| if code == NO_LEVEL { sum } else { sum + effect(nth, code as usize) });
            assert_eq!(value.to_bits(), sum.to_bits());
        }
    }

    #[test]
    fn rows_are_summed_by_level_in_their_order() {
        let blocks = blocks(500);
        let r: Vec<f64> = (0..300).map(|row| f64::from(row * 7919 % 1000) / 7.0 - 70.0).collect();
        let mut sums = vec![0.0; blocks.iter().map(n_places).sum()];
        add_to_levels(&mut sums, &blocks, &(100..400), &r);
        let expected = blocks.iter().flat_map(|block| {
            let mut sums = vec![0.0; block.n_levels];
            for (row, r) in (100..400).zip(&r) {
                if let Some(sum) = sums.get_mut(block.codes.get(row) as usize) {
                    *sum += r;
                }
            }
            sums
        });
        assert_eq!(of_levels(&sums, &blocks), expected.collect::<Vec<f64>>());
    }
}

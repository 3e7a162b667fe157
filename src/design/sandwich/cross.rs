//! Codes × codes: weighted cross-tables, each whole in one task; a table of usual size stays in the fastest cache.

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use crate::design::CodeBlock;
use crate::design::tables::{Column, TABLES_PER_PASS, add_to_tables, width};

/// The weighted cross-tables of one block (rows) with several others side by side: for each of them its levels and one
/// column more, for rows without a level.
pub(super) struct CrossTables {
    block: usize,
    others: Range<usize>,
    sums: Vec<f64>,
}

pub(super) fn cross_tables(
    blocks: &[(&CodeBlock, Range<usize>)],
    w: &[f64],
    stretches: &[Range<usize>],
) -> Vec<CrossTables> {
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

pub(super) fn put_tables(result: &mut Array2<f64>, blocks: &[(&CodeBlock, Range<usize>)], tables: &CrossTables) {
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

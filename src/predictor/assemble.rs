//! Terms and values → the split design the solver reads, and back from its coefficients to the terms.

use crate::design::{CodeBlock, Codes, Design, Line};
use crate::features::{Attribute, Shape, Term};
use crate::logistic::{self, Structure};
use ndarray::Array2;
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::Range;

/// Where a term's coefficients stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// Column of the dense block, for a line, also one under a curve.
    pub(super) dense: Option<usize>,
    /// Coefficients of the term's levels.
    pub(super) levels: Range<usize>,
    /// Index of the penalty that holds the term's main coefficients: the steps of a curve, the slope of a line.
    pub(super) penalty: usize,
}

/// The design of some training rows, and where each term stands in it.
pub(super) struct Assembly<'a> {
    pub(super) design: Design<'a>,
    pub(super) penalties: Vec<logistic::Term>,
    pub(super) places: Vec<Place>,
}

/// The numbers of more rows than this are read where they stand; those of fewer are put side by side, which is quicker to
/// work with and small.
const ROWS_SIDE_BY_SIDE: usize = 1 << 17;

/// Rows whose codes are made together.
const ROWS_CODED: usize = 1 << 16;

/// Codes and standardised numbers of the terms on `rows`.
pub(super) fn assemble<'a>(terms: &[Term], attributes: &[&'a Attribute], rows: &'a [usize]) -> Assembly<'a> {
    let read: Vec<(&Term, &'a Attribute)> = terms.iter().zip(attributes.iter().copied()).collect();
    let are_all = attributes.first().is_some_and(|a| a.values.len() == rows.len())
        && rows.iter().enumerate().all(|(at, row)| at == *row);
    let of_lines = (!are_all).then_some(rows);
    let all_lines = read.iter().filter_map(|(term, attribute)| term.line(&attribute.values, of_lines));
    let (mut lines, mut dense) = (all_lines.collect::<Vec<Line<'a>>>(), Array2::zeros((rows.len(), 0)));
    let n_lines = lines.len();
    if rows.len() <= ROWS_SIDE_BY_SIDE {
        dense = side_by_side(&lines, rows.len());
        lines = Vec::new();
    }
    let mut penalties = Vec::new();
    let mut places = Vec::new();
    let (mut next_line, mut next_level) = (0, n_lines);
    for (term, attribute) in &read {
        let mut place = Place { dense: None, levels: next_level..next_level, penalty: penalties.len() };
        if term.has_line(&attribute.values) {
            penalties.push(logistic::Term { columns: next_line..next_line + 1, structure: Structure::Ridge });
            place.dense = Some(next_line);
            next_line += 1;
        }
        let n_levels = term.n_levels();
        if n_levels > 0 {
            place.levels = next_level..next_level + n_levels;
            next_level += n_levels;
            let structure = match &term.shape {
                Shape::Curve { missing, .. } => {
                    place.penalty = penalties.len();
                    Structure::Difference { missing_level: *missing }
                }
                _ => Structure::Ridge,
            };
            penalties.push(logistic::Term { columns: place.levels.clone(), structure });
        }
        places.push(place);
    }
    let levelled = read.par_iter().filter(|(term, _)| term.n_levels() > 0);
    let blocks = levelled.map(|(term, attribute)| block(term, attribute, rows)).collect();
    Assembly { design: Design { dense, lines, blocks }, penalties, places }
}

fn block(term: &Term, attribute: &Attribute, rows: &[usize]) -> CodeBlock {
    let mut codes = Codes::with_room(rows.len());
    rows.chunks(ROWS_CODED).for_each(|rows| codes.append(&term.codes(&attribute.values, rows)));
    CodeBlock { codes, n_levels: term.n_levels() }
}

/// The numbers of the lines as the rows of a matrix `(n_rows, lines)`, some rows at a time: those stay at hand while column
/// after column is written into them, and no column is ever whole beside the matrix.
fn side_by_side(lines: &[Line<'_>], n_rows: usize) -> Array2<f64> {
    let width = lines.len();
    let mut cells = vec![0.0; n_rows * width];
    cells.par_chunks_mut((ROWS_WRITTEN * width).max(1)).enumerate().for_each(|(part, cells)| {
        let first = part * ROWS_WRITTEN;
        let mut values = vec![0.0; cells.len() / width];
        for (column, line) in lines.iter().enumerate() {
            line.write(first..first + values.len(), &mut values);
            cells[column..].iter_mut().step_by(width).zip(&values).for_each(|(cell, value)| *cell = *value);
        }
    });
    Array2::from_shape_vec((n_rows, width), cells).expect("as many cells as rows times columns were just made")
}

/// Rows written at a time: with forty numbers they fill a quarter of a second-level cache.
const ROWS_WRITTEN: usize = 1 << 10;

/// For each term, the index of an earlier term that splits the rows in the same way, if there is one.
///
/// Two such columns could trade their coefficients freely, and each explanation would tell half of the truth.
pub(super) fn repeats(terms: &[Term], attributes: &[&Attribute], rows: &[usize]) -> Vec<Option<usize>> {
    // Terms that part some of the rows differently part all of them differently, and that is nearly every pair of terms.
    let some: Vec<usize> = rows.iter().copied().step_by((rows.len() / ROWS_COMPARED_FIRST).max(1)).collect();
    let of_some =
        |term: &Term, attribute: &Attribute| digest(&partition(term, attribute, &some, &mut Labels::default()));
    let digests: Vec<u64> =
        terms.par_iter().zip(attributes).map(|(term, attribute)| of_some(term, attribute)).collect();
    let mut found: Vec<Option<usize>> = Vec::with_capacity(terms.len());
    for i in 0..terms.len() {
        let mut alike = (0..i).filter(|&j| found[j].is_none() && digests[j] == digests[i]);
        let same = alike.find(|&j| part_alike([j, i].map(|term| (&terms[term], attributes[term])), rows));
        found.push(same);
    }
    found
}

/// Whether two terms part the rows in the same way: some rows after the other, since most of those that do not are told apart
/// by the first.
fn part_alike(terms: [(&Term, &Attribute); 2], rows: &[usize]) -> bool {
    let mut seen = [Labels::default(), Labels::default()];
    rows.chunks(ROWS_CODED).all(|rows| {
        let [one, other] = [0, 1].map(|which| partition(terms[which].0, terms[which].1, rows, &mut seen[which]));
        one == other
    })
}

/// Rows by which terms are told apart before all rows are looked at.
const ROWS_COMPARED_FIRST: usize = 4_096;

/// The label of each value met, in order of first appearance, so that two codings of one partition are equal.
type Labels = HashMap<u64, u32, foldhash::fast::FixedState>;

/// How a term parts the rows: the same label for the same value.
fn partition(term: &Term, attribute: &Attribute, rows: &[usize], seen: &mut Labels) -> Vec<u32> {
    let line = term.standardised(&attribute.values, rows).filter(|_| matches!(term.shape, Shape::Line { .. }));
    match line {
        Some(x) => relabel(x.iter().map(|v| v.to_bits()), seen),
        None => relabel(term.codes(&attribute.values, rows).iter().map(|&c| u64::from(c)), seen),
    }
}

fn relabel(values: impl Iterator<Item = u64>, seen: &mut Labels) -> Vec<u32> {
    let label = |value: u64| {
        let next = seen.len() as u32;
        *seen.entry(value).or_insert(next)
    };
    values.map(label).collect()
}

fn digest(labels: &[u32]) -> u64 {
    let bytes: Vec<u8> = labels.iter().flat_map(|l| l.to_le_bytes()).collect();
    xxhash_rust::xxh3::xxh3_64(&bytes)
}

//! Terms and values → the split design the solver reads, and back from its coefficients to the terms.

use crate::design::{CodeBlock, Design};
use crate::features::{Attribute, Shape, Term};
use crate::logistic::{self, Structure};
use ndarray::Array2;
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
pub(super) struct Assembly {
    pub(super) design: Design,
    pub(super) penalties: Vec<logistic::Term>,
    pub(super) places: Vec<Place>,
}

/// Codes and standardised numbers of the terms on `rows`.
pub(super) fn assemble(terms: &[Term], attributes: &[&Attribute], rows: &[usize]) -> Assembly {
    let lines: Vec<Option<Vec<f64>>> =
        terms.iter().zip(attributes).map(|(t, a)| t.standardised(&a.values, rows)).collect();
    let n_dense = lines.iter().flatten().count();
    let mut dense = Array2::zeros((rows.len(), n_dense));
    let mut blocks = Vec::new();
    let mut penalties = Vec::new();
    let mut places = Vec::new();
    let (mut next_dense, mut next_level) = (0, n_dense);
    for ((term, attribute), line) in terms.iter().zip(attributes).zip(lines) {
        let mut place = Place { dense: None, levels: next_level..next_level, penalty: penalties.len() };
        if let Some(x) = line {
            dense.column_mut(next_dense).assign(&ndarray::ArrayView1::from(&x));
            penalties.push(logistic::Term { columns: next_dense..next_dense + 1, structure: Structure::Ridge });
            place.dense = Some(next_dense);
            next_dense += 1;
        }
        let n_levels = term.n_levels();
        if n_levels > 0 {
            place.levels = next_level..next_level + n_levels;
            next_level += n_levels;
            blocks.push(CodeBlock { codes: term.codes(&attribute.values, rows), n_levels });
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
    Assembly { design: Design { dense, blocks }, penalties, places }
}

/// For each term, the index of an earlier term that splits the rows in the same way, if there is one.
///
/// Two such columns could trade their coefficients freely, and each explanation would tell half of the truth.
pub(super) fn repeats(terms: &[Term], attributes: &[&Attribute], rows: &[usize]) -> Vec<Option<usize>> {
    let mut seen: HashMap<u64, Vec<(usize, Vec<u32>)>> = HashMap::new();
    let mut found = Vec::with_capacity(terms.len());
    for (i, (term, attribute)) in terms.iter().zip(attributes).enumerate() {
        let line = term.standardised(&attribute.values, rows).filter(|_| matches!(term.shape, Shape::Line { .. }));
        let partition = match line {
            Some(x) => relabel(x.iter().map(|v| v.to_bits())),
            None => relabel(term.codes(&attribute.values, rows).iter().map(|&c| u64::from(c))),
        };
        let digest = digest(&partition);
        let same = seen.entry(digest).or_default();
        let earlier = same.iter().find(|(_, p)| *p == partition).map(|(i, _)| *i);
        if earlier.is_none() {
            same.push((i, partition));
        }
        found.push(earlier);
    }
    found
}

/// Labels in order of first appearance, so that two codings of one partition are equal.
fn relabel(labels: impl Iterator<Item = u64>) -> Vec<u32> {
    let mut index: HashMap<u64, u32, foldhash::fast::FixedState> = HashMap::default();
    labels
        .map(|label| {
            let next = index.len() as u32;
            *index.entry(label).or_insert(next)
        })
        .collect()
}

fn digest(labels: &[u32]) -> u64 {
    let bytes: Vec<u8> = labels.iter().flat_map(|l| l.to_le_bytes()).collect();
    xxhash_rust::xxh3::xxh3_64(&bytes)
}

//! The training reference: how columns and scores were spread over the training deals, stored with each version.

use super::deals::Deals;
use super::model::Model;
use super::purpose::spread;
use super::retrain::{blended, read_by};
use super::train::pick;
use crate::asof::Span;
use crate::features::{Attribute, Source, Values};
use crate::metrics::{Bins, effective_n};
use crate::tables::{MISSING, TextColumn};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bins of a number: tenths, by custom of the stability index.
const BINS: usize = 10;
/// Words with a cell of their own; the rest share one.
const WORDS: usize = 20;
/// Shares are counted over so many deals at most, spread evenly over all: beyond, what one more would add is far less than
/// what the index may vary by chance.
const DEALS_COUNTED: usize = 1 << 16;
/// Words remembered, so that a new one can be told; beyond this the column is too varied for "new" to mean anything.
const REMEMBERED: usize = 1000;

/// The share of the training deals that had closed after the time for which a promise is waited for.
const SETTLED: f64 = 0.95;

/// How a column was spread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnReference {
    /// Where its values come from.
    pub source: Source,
    /// How it is parted.
    pub cells: Cells,
    /// Row-weighted share of each cell; the last is the share missing.
    pub shares: Vec<f64>,
}

/// How a column's values are parted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cells {
    /// Numbers at the quantiles of the training deals.
    Numbers(Bins),
    /// Words: the commonest each alone, then all others together.
    Words {
        /// Every word of the training deals, commonest first; those beyond the first 20 share a cell.
        known: Vec<String>,
        /// Whether `known` has them all.
        complete: bool,
    },
}

/// How the training deals were spread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Each source that the model reads.
    pub columns: Vec<ColumnReference>,
    /// Bins of the win probability.
    pub score: Bins,
    /// Shares of the win probability's bins; the last is missing.
    pub score_shares: Vec<f64>,
    /// Kish's effective number of the deals that the shares are counted over.
    pub effective_n: f64,
    /// Within this of the moment at which a deal was looked at, 95 in 100 had closed, by row weight; `None` where there
    /// are no such moments, or where `lost_after` says when a deal has ended.
    pub settles_within: Option<Span>,
}

impl Reference {
    /// Of the training deals, of each of which the model says `p_model`; `None` for a version without a model.
    pub(super) fn of(deals: &Deals, model: &Model, p_model: &[f64]) -> Option<Reference> {
        let settles_within = if model.recipe.lost_after.is_none() { settles_within(deals) } else { None };
        let predictor = model.predictor.as_ref()?;
        let w = &deals.snapshots.row_weight;
        let all: Vec<usize> = (0..deals.n()).collect();
        let rows = spread(&all, DEALS_COUNTED);
        let columns =
            read_by(deals, predictor).par_iter().with_max_len(1).map(|a| ColumnReference::of(a, &rows, w)).collect();
        let p = blended(deals, model.blending.as_ref(), &pick(p_model, &rows), &rows);
        let weights = pick(w, &rows);
        let score = Bins::fit(&p, &weights, BINS);
        Some(Reference {
            columns,
            score_shares: score.shares(&p, &weights),
            score,
            effective_n: effective_n(&weights),
            settles_within,
        })
    }
}

/// The row-weighted quantile of the time from a deal's moment to its close.
fn settles_within(deals: &Deals) -> Option<Span> {
    let s = &deals.snapshots;
    let waits = s.as_of.as_ref()?.iter().zip(&s.closed_at).zip(&s.row_weight);
    let mut waits: Vec<(Span, f64)> = waits.filter_map(|((&at, closed), &w)| Some(((*closed)?.since(at), w))).collect();
    waits.par_sort_by_key(|(wait, _)| *wait);
    let wanted = SETTLED * waits.iter().map(|(_, w)| w).sum::<f64>();
    let mut below = 0.0;
    let found = waits.iter().find(|(_, w)| {
        below += w;
        below >= wanted
    });
    found.or(waits.last()).map(|(wait, _)| *wait)
}

impl ColumnReference {
    /// Of the deals `rows`; the words are those of all deals.
    fn of(attribute: &Attribute, rows: &[usize], w: &[f64]) -> ColumnReference {
        let cells = match &attribute.values {
            Values::Number(numbers) => {
                Cells::Numbers(Bins::of_rows(rows.len(), |i| (numbers.get(rows[i]), w[rows[i]]), BINS))
            }
            Values::Text(column) => {
                let mut words: Vec<(String, f64)> = by_word(column, 0..w.len(), w).into_iter().collect();
                words.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                let complete = words.len() <= REMEMBERED;
                Cells::Words { known: words.into_iter().take(REMEMBERED).map(|(word, _)| word).collect(), complete }
            }
        };
        let mut reference = ColumnReference { source: attribute.source.clone(), cells, shares: Vec::new() };
        reference.shares = reference.shares_of(&attribute.values, rows, w);
        reference
    }

    /// Row-weighted share of each cell among other rows; the last is the share missing. Values of another type than
    /// at training are all missing.
    pub fn shares_of(&self, values: &Values, rows: &[usize], w: &[f64]) -> Vec<f64> {
        match (&self.cells, values) {
            (Cells::Numbers(bins), Values::Number(numbers)) => bins.shares_of(rows.len(), |part, values, weights| {
                numbers.write(&rows[part.clone()], values);
                weights.iter_mut().zip(&rows[part]).for_each(|(weight, &row)| *weight = w[row]);
            }),
            (Cells::Numbers(bins), Values::Text(_)) => {
                let weights: Vec<f64> = rows.iter().map(|&row| w[row]).collect();
                bins.shares(&vec![f64::NAN; rows.len()], &weights)
            }
            (Cells::Words { known, .. }, values) => {
                let own = known.len().min(WORDS);
                let mut shares = vec![0.0; own + 2];
                let cell_of = |word: &str| known[..own].iter().position(|k| k == word).unwrap_or(own);
                let cells: Vec<usize> = match values {
                    Values::Text(column) => column.levels.iter().map(|level| cell_of(level)).collect(),
                    Values::Number(_) => Vec::new(),
                };
                for &row in rows {
                    let cell = match values {
                        Values::Text(column) if column.codes[row] != MISSING => cells[column.codes[row] as usize],
                        _ => own + 1,
                    };
                    shares[cell] += w[row];
                }
                let total: f64 = rows.iter().map(|&row| w[row]).sum();
                shares.iter_mut().for_each(|share| *share /= if total > 0.0 { total } else { 1.0 });
                shares
            }
        }
    }

    /// The words that no training deal had, with their share of the rows, the commonest first.
    pub fn new_words(&self, values: &Values, rows: &[usize], w: &[f64]) -> Vec<(String, f64)> {
        let (Cells::Words { known, complete: true }, Values::Text(column)) = (&self.cells, values) else {
            return Vec::new();
        };
        let total: f64 = rows.iter().map(|&r| w[r]).sum();
        let words = by_word(column, rows.iter().copied(), w).into_iter().filter(|(word, _)| !known.contains(word));
        let mut new: Vec<(String, f64)> = words.map(|(word, weight)| (word, weight / total)).collect();
        new.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        new
    }
}

/// The row weight of each word among some rows.
fn by_word(column: &TextColumn, rows: impl Iterator<Item = usize>, w: &[f64]) -> BTreeMap<String, f64> {
    let mut by_code = vec![0.0; column.levels.len()];
    rows.filter(|&r| column.codes[r] != MISSING).for_each(|r| by_code[column.codes[r] as usize] += w[r]);
    let met = column.levels.iter().zip(by_code).filter(|(_, weight)| *weight > 0.0);
    met.map(|(word, weight)| (word.to_string(), weight)).collect()
}

//! The fitted model in the words of the features: what each term adds to a lead's log-odds.
//!
//! A lead's log-odds is the average lead's plus one contribution a term, β(x − training mean); a curve or a category
//! is one contribution. The ledger is therefore exact by construction, and scoring is a table look-up per term.

mod assemble;
mod certainty;
mod learn;
mod like;
mod pairs;
mod representative;
mod spread;

pub use certainty::{Certainty, Spot};
pub use learn::{LearnSettings, Learned, Lessons, Solver, learn, learn_until};
pub use like::{Lambdas, Like};
pub use pairs::FittedPair;

use crate::design::NO_LEVEL;
use crate::features::{Attribute, Shape, Source, Term, Values};
use crate::lanes::{Lanes, in_wide_registers};
use crate::tables::Numbers;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// Leads whose contributions are computed together; bounds memory, changes no result.
const CHUNK: usize = 8192;

/// Rows whose log-odds are added up together: few enough for what each term adds to stay in the nearest cache.
const ROWS_ADDED: usize = 1024;

/// A term and what was learned for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedTerm {
    /// Source and shape.
    pub term: Term,
    /// Log-odds per standard deviation of a line, also of the one under a curve; 0 without one.
    pub slope: f64,
    /// Standard error of the slope.
    pub slope_error: f64,
    /// Log-odds of each level of the term's block.
    pub effects: Vec<f64>,
    /// Standard errors of the effects.
    pub effect_errors: Vec<f64>,
    /// Row-weighted mean of the raw contribution over the training deals; contributions are relative to it.
    pub mean: f64,
    /// Row-weighted standard deviation of the contribution over the training deals: how much the term tells leads apart.
    pub spread: f64,
    /// λ on the mean loss.
    pub lambda: f64,
    /// Effective degrees of freedom.
    pub effective_df: f64,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predictor {
    /// Log-odds of the average lead: the intercept plus every term's mean.
    pub average: f64,
    /// The terms.
    pub terms: Vec<FittedTerm>,
    /// The interactions.
    pub pairs: Vec<FittedPair>,
}

/// One line of the log-odds ledger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    /// The term.
    pub name: String,
    /// The lead's value as a person reads it.
    pub value: String,
    /// What it adds to the log-odds.
    pub log_odds: f64,
}

/// The name of the ledger's first line.
pub const AVERAGE_LEAD: &str = "average lead";

impl FittedTerm {
    /// `(n_levels,)` log-odds of each level against the average lead: its effect, and what the line under a curve adds
    /// where the level's values lie on average.
    pub fn level_contributions(&self) -> Vec<f64> {
        let with_line = |(code, effect): (usize, &f64)| effect + self.slope * self.term.centre(code as u32) - self.mean;
        self.effects.iter().enumerate().map(with_line).collect()
    }

    /// `(n,)` what each value adds to the log-odds, against the average lead.
    pub fn at(&self, values: &Values) -> Vec<f64> {
        let rows: Vec<usize> = (0..values.len()).collect();
        let codes = self.term.codes(values, &rows);
        self.contributions(&Attribute { source: self.term.source.clone(), values: values.clone() }, &rows, &codes)
    }

    /// Adds the contribution of each of the given rows to its sum.
    fn add_to(&self, sums: &mut [f64], attribute: &Attribute, rows: &[usize]) {
        match (&self.term.shape, &attribute.values) {
            (Shape::Line { mean, sd, missing }, Values::Number(numbers)) => {
                let absent = -self.mean + if *missing { self.effects[0] } else { 0.0 };
                let line = AddedLine { mean: *mean, sd: *sd, slope: self.slope, less: self.mean, absent };
                in_wide_registers(AddLine { sums, numbers, rows, line });
            }
            (Shape::Levels { .. }, Values::Text(column)) => {
                let (by_level, absent) = self.term.level_codes(column);
                let worth =
                    |code: u32| if code == NO_LEVEL { -self.mean } else { -self.mean + self.effects[code as usize] };
                let (by_level, absent) = (by_level.into_iter().map(worth).collect::<Vec<f64>>(), worth(absent));
                for (sum, &row) in sums.iter_mut().zip(rows) {
                    // A missing value has no level.
                    *sum += by_level.get(column.codes[row] as usize).copied().unwrap_or(absent);
                }
            }
            _ => {
                let codes = self.term.codes(&attribute.values, rows);
                let added = self.contributions(attribute, rows, &codes);
                sums.iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
            }
        }
    }

    /// The contributions of the given rows.
    fn contributions(&self, attribute: &Attribute, rows: &[usize], codes: &[u32]) -> Vec<f64> {
        let mut added = vec![-self.mean; rows.len()];
        if let Some(line) = self.term.line(&attribute.values, Some(rows)) {
            line.write(0..rows.len(), &mut added);
            added.iter_mut().for_each(|x| *x = self.slope * *x - self.mean);
        }
        for (sum, &code) in added.iter_mut().zip(codes) {
            if code != NO_LEVEL {
                *sum += self.effects[code as usize];
            }
        }
        added
    }
}

/// What a line adds to a sum.
struct AddedLine {
    mean: f64,
    sd: f64,
    slope: f64,
    /// What the line adds on average, which is taken off.
    less: f64,
    /// What a missing number adds.
    absent: f64,
}

/// Adds a line to the sum of each of the given rows, of which there are up to [`ROWS_ADDED`].
struct AddLine<'a> {
    sums: &'a mut [f64],
    numbers: &'a Numbers,
    rows: &'a [usize],
    line: AddedLine,
}

impl Lanes for AddLine<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let AddedLine { mean, sd, slope, less, absent } = self.line;
        let mut values = [0.0; ROWS_ADDED];
        let values = &mut values[..self.rows.len()];
        self.numbers.write(self.rows, values);
        // Step for step as a line is written, so that both ways come to the same bits.
        let scale = 1.0 / sd;
        for (sum, value) in self.sums.iter_mut().zip(values) {
            *sum += if value.is_nan() { absent } else { slope * ((*value - mean) * scale) - less };
        }
    }
}

impl Predictor {
    /// The sources the model reads, in the order of the terms.
    pub fn sources(&self) -> Vec<Source> {
        self.terms.iter().map(|t| t.term.source.clone()).collect()
    }

    /// How many contributions a lead has: one a term and one an interaction.
    pub fn n_contributions(&self) -> usize {
        self.terms.len() + self.pairs.len()
    }

    /// The name of a contribution.
    pub fn name(&self, contribution: usize) -> String {
        match self.terms.get(contribution) {
            Some(term) => term.term.source.to_string(),
            None => self.pairs[contribution - self.terms.len()].name(&self.terms),
        }
    }

    /// The value behind a contribution as a person reads it.
    pub fn value(&self, contribution: usize, attributes: &[Attribute], row: usize) -> String {
        match self.terms.get(contribution) {
            Some(_) => attributes[contribution].values.show(row),
            None => {
                let pair = &self.pairs[contribution - self.terms.len()];
                format!("{} × {}", attributes[pair.first].values.show(row), attributes[pair.second].values.show(row))
            }
        }
    }

    /// `(n_contributions, rows)` contributions of some rows. `attributes` stand in the order of [`Predictor::sources`].
    fn block(&self, attributes: &[impl Borrow<Attribute>], rows: &[usize]) -> Vec<Vec<f64>> {
        let codes: Vec<Vec<u32>> =
            self.terms.iter().zip(attributes).map(|(t, a)| t.term.codes(&a.borrow().values, rows)).collect();
        let mut columns: Vec<Vec<f64>> = self
            .terms
            .iter()
            .zip(attributes)
            .zip(&codes)
            .map(|((term, attribute), codes)| term.contributions(attribute.borrow(), rows, codes))
            .collect();
        columns.extend(self.pairs.iter().map(|p| p.contributions(&codes[p.first], &codes[p.second])));
        columns
    }

    /// Calls `each` with the position in `rows`, the log-odds and the contributions of every row, chunk by chunk; results in the order of
    /// `rows`.
    pub fn map_rows<T: Send>(
        &self,
        attributes: &[impl Borrow<Attribute> + Sync],
        rows: &[usize],
        each: impl Fn(usize, f64, &[f64]) -> T + Sync,
    ) -> Vec<T> {
        rows.par_chunks(CHUNK)
            .enumerate()
            .flat_map_iter(|(chunk, part)| {
                let columns = self.block(attributes, part);
                let mut own = vec![0.0; columns.len()];
                let each = &each;
                (0..part.len())
                    .map(move |i| {
                        let mut log_odds = self.average;
                        for (slot, column) in own.iter_mut().zip(&columns) {
                            *slot = column[i];
                            log_odds += column[i];
                        }
                        each(chunk * CHUNK + i, log_odds, &own)
                    })
                    .collect::<Vec<T>>()
            })
            .collect()
    }

    /// The log-odds of the given rows: the sums that [`Predictor::map_rows`] forms, term after term.
    pub fn log_odds(&self, attributes: &[impl Borrow<Attribute> + Sync], rows: &[usize]) -> Vec<f64> {
        let mut log_odds = vec![self.average; rows.len()];
        log_odds.par_chunks_mut(ROWS_ADDED).zip(rows.par_chunks(ROWS_ADDED)).for_each(|(sums, rows)| {
            let is_paired = |term: usize| self.pairs.iter().any(|pair| pair.first == term || pair.second == term);
            let mut codes: Vec<Vec<u32>> = vec![Vec::new(); self.terms.len()];
            for (i, (term, attribute)) in self.terms.iter().zip(attributes).enumerate() {
                term.add_to(sums, attribute.borrow(), rows);
                if is_paired(i) {
                    codes[i] = term.term.codes(&attribute.borrow().values, rows);
                }
            }
            for pair in &self.pairs {
                let added = pair.contributions(&codes[pair.first], &codes[pair.second]);
                sums.iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
            }
        });
        log_odds
    }

    /// `(n_contributions,)` row-weighted means of the contributions of the given rows: by how much each moves the
    /// log-odds of these leads on average, against the training deals. All 0 without any weight.
    pub fn mean_contributions(
        &self,
        attributes: &[impl Borrow<Attribute> + Sync],
        rows: &[usize],
        w: &[f64],
    ) -> Vec<f64> {
        let of_part = |part: &[usize]| -> Vec<f64> {
            let block = self.block(attributes, part);
            block.iter().map(|column| column.iter().zip(part).map(|(c, &row)| c * w[row]).sum()).collect()
        };
        let sums: Vec<Vec<f64>> = rows.par_chunks(CHUNK).map(of_part).collect();
        let total: f64 = rows.iter().map(|&row| w[row]).sum();
        let mean = |i: usize| sums.iter().map(|part| part[i]).sum::<f64>() / if total > 0.0 { total } else { 1.0 };
        (0..self.n_contributions()).map(mean).collect()
    }

    /// The ledger of one lead: the average lead, then every term's contribution; they sum to its log-odds.
    pub fn ledger(&self, attributes: &[Attribute], row: usize) -> Vec<Contribution> {
        let columns = self.block(attributes, &[row]);
        let average = Contribution { name: AVERAGE_LEAD.to_string(), value: String::new(), log_odds: self.average };
        std::iter::once(average)
            .chain(columns.iter().enumerate().map(|(i, column)| Contribution {
                name: self.name(i),
                value: self.value(i, attributes, row),
                log_odds: column[0],
            }))
            .collect()
    }

    /// How much is known of each lead: the share of the terms' spread that belongs to terms whose value is known, 0 to 1;
    /// NaN when no term tells leads apart.
    ///
    /// A value is known when it is neither missing nor a word without an effect of its own (`(other)`, or new). What the
    /// log says is known of every lead when there is a log, also that nothing happened.
    pub fn evidence(&self, attributes: &[Attribute], has_log: bool) -> Vec<f64> {
        let total: f64 = self.terms.iter().map(|t| t.spread).sum();
        let n_rows = attributes.first().map_or(0, |a| a.values.len());
        let mut known = vec![0.0; n_rows];
        for (fitted, attribute) in self.terms.iter().zip(attributes) {
            match fitted.term.source {
                Source::Activity { .. } if has_log => known.iter_mut().for_each(|sum| *sum += fitted.spread),
                Source::Activity { .. } => {}
                _ => {
                    let is_known = fitted.term.known(&attribute.values);
                    let worth = |is_known| if is_known { fitted.spread } else { 0.0 };
                    known.iter_mut().zip(is_known).for_each(|(sum, is_known)| *sum += worth(is_known));
                }
            }
        }
        known.into_iter().map(|sum| if total > 0.0 { (sum / total).min(1.0) } else { f64::NAN }).collect()
    }

    /// For each term that reads words: its index, and which of the column's levels it pools for want of deals.
    pub fn pooled(&self, attributes: &[Attribute]) -> Vec<(usize, Vec<bool>)> {
        let pooled = self.terms.iter().zip(attributes).enumerate().filter_map(|(i, (term, attribute))| {
            let Values::Text(column) = &attribute.values else { return None };
            let levels = term.term.pooled_levels(column);
            levels.contains(&true).then_some((i, levels))
        });
        pooled.collect()
    }
}

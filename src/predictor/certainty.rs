//! How certain contributions are: the variance of any difference between two leads' additive parts.
//!
//! A contribution is c'β with c the design row of a value less that of the average lead, or less that of another value,
//! so its variance is c' V c with V = (Σw · H)⁻¹ the covariance of the coefficients. Adding up the coefficients' own
//! errors instead would forget that a curve's steps and the line under it, or the levels of one category, trade what
//! they say. Interactions are held as they are.

use super::FittedTerm;
use super::assemble::{Assembly, Place, assemble};
use super::learn::{Learned, Lessons};
use super::representative::Representatives;
use crate::design::NO_LEVEL;
use crate::features::{Attribute, Term, Values};
use crate::logistic::{FitError, Problem};
use ndarray::Array2;

/// Where a value stands in a term's columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// On the line, in standard deviations; 0 without one.
    pub line: f64,
    /// Its level; [`NO_LEVEL`] where none applies.
    pub level: u32,
}

/// The covariance of a predictor's additive coefficients.
#[derive(Debug, Clone)]
pub struct Certainty {
    covariance: Array2<f64>,
    places: Vec<Place>,
    /// `(n_columns,)` row-weighted mean of each column over the training deals: the average lead.
    average: Vec<f64>,
}

/// Columns and what they are multiplied by; a column may stand twice.
type Contrast = Vec<(usize, f64)>;

impl Certainty {
    /// Of a predictor learned from the deals `rows`; of many, those that stand for all of them.
    ///
    /// # Errors
    /// When the lessons are not those that it was learned from.
    pub fn of(learned: &Learned, lessons: Lessons<'_>, rows: &[usize]) -> Result<Certainty, FitError> {
        let terms: Vec<Term> = learned.predictor.terms.iter().map(|fitted| fitted.term.clone()).collect();
        let of_term = |term: &Term| lessons.attributes.iter().find(|a| a.source == term.source);
        let attributes: Vec<&Attribute> = terms.iter().filter_map(of_term).collect();
        let Representatives { rows, times } = Representatives::of(&terms, &attributes, rows);
        let Assembly { design, penalties, places } = assemble(&terms, &attributes, &rows);
        let y: Vec<f64> = rows.iter().map(|&r| lessons.y[r]).collect();
        let weights: Vec<f64> = rows.iter().zip(&times).map(|(&r, times)| lessons.weights[r] * times).collect();
        let problem = Problem { design: &design, y: &y, weights: &weights };
        let covariance = learned.additive.covariance(&problem, &penalties)?;
        let total: f64 = weights.iter().sum();
        let average = design.transpose_matvec(&weights).into_iter().map(|sum| sum / total).collect();
        Ok(Certainty { covariance, places, average })
    }

    /// Standard error of what a term adds at `spot`, against the average lead.
    pub fn against_average(&self, term: usize, spot: Spot) -> f64 {
        let place = &self.places[term];
        let columns = place.dense.into_iter().chain(place.levels.clone());
        let mut contrast: Contrast = columns.map(|column| (column, -self.average[column])).collect();
        self.add(&mut contrast, term, spot, 1.0);
        self.error(&contrast)
    }

    /// Standard error of what several terms add together, each at the second spot instead of the first.
    pub fn of_change(&self, changes: &[(usize, Spot, Spot)]) -> f64 {
        let mut contrast = Contrast::new();
        for &(term, from, to) in changes {
            self.add(&mut contrast, term, from, -1.0);
            self.add(&mut contrast, term, to, 1.0);
        }
        self.error(&contrast)
    }

    fn add(&self, contrast: &mut Contrast, term: usize, spot: Spot, times: f64) {
        let place = &self.places[term];
        contrast.extend(place.dense.map(|column| (column, times * spot.line)));
        if spot.level != NO_LEVEL {
            contrast.push((place.levels.start + spot.level as usize, times));
        }
    }

    /// √(c' V c), 0 where rounding would make it the root of less.
    fn error(&self, contrast: &Contrast) -> f64 {
        let of_pair =
            |&(i, a): &(usize, f64)| contrast.iter().map(|&(j, b)| a * b * self.covariance[[i, j]]).sum::<f64>();
        contrast.iter().map(of_pair).sum::<f64>().max(0.0).sqrt()
    }
}

impl FittedTerm {
    /// `(n,)` where each value stands.
    pub fn spots(&self, values: &Values) -> Vec<Spot> {
        let rows: Vec<usize> = (0..values.len()).collect();
        let lines = self.term.standardised(values, &rows).unwrap_or_else(|| vec![0.0; rows.len()]);
        lines.into_iter().zip(self.term.codes(values, &rows)).map(|(line, level)| Spot { line, level }).collect()
    }

    /// Where the values of a level stand on average.
    pub fn spot_of_level(&self, level: u32) -> Spot {
        Spot { line: self.term.centre(level), level }
    }
}

//! The deals as the fit sees them: distinct rows of quantities, the hand-set score over them, and their spread.

use super::moments::{ROWS_PER_SUM, moments, scales, spread};
use super::{ComparisonInput, FEWEST_LEADS, RuleInput};
use ndarray::Array2;
use rayon::prelude::*;
use std::collections::HashMap;

/// Grouping equal rows stops paying once this share of the deals is distinct.
const DISTINCT_SHARE: f64 = 0.5;

/// Rows written by one task.
const ROWS_PER_TASK: usize = 1 << 12;

/// Of more deals than one sum takes so many are looked at first: where nearly all of these differ, none are grouped.
const LOOKED_AT_FIRST: usize = 1 << 14;

/// Share of them that counts as nearly all.
const NEARLY_ALL: f64 = 0.9;

/// Share of the score's standard deviation that counts as nearly all of it: nine tenths of the variance.
const NEARLY_ALL_OF_THE_SPREAD: f64 = 0.95;

/// Closed deals with equal quantities folded into one row; rules in the order of their ids.
pub(super) struct Deals {
    /// Place in `ComparisonInput::rules` of each rule here.
    pub order: Vec<usize>,
    /// Hand-set points, `(n_rules)`.
    pub points: Vec<f64>,
    /// Quantities of the distinct rows, `(n_rows, n_rules)`.
    pub quantities: Array2<f64>,
    /// The row of each deal, `(n_deals)`.
    pub row_of: Vec<u32>,
    /// Row-weighted covariance of the quantities, `(n_rules, n_rules)`.
    pub covariance: Array2<f64>,
    /// Root mean square of each rule's quantity over the deals it hits; 0 where the deals cannot tell the rule apart,
    /// because it hits none of them or all alike.
    pub scale: Vec<f64>,
    /// Deals each rule hits.
    pub leads: Vec<usize>,
    /// Deals won among them.
    pub won: Vec<usize>,
    /// Row-weighted share of won deals among them.
    pub win_rate: Vec<f64>,
    /// Row-weighted mean of each rule's quantity.
    pub mean: Vec<f64>,
    /// Standard deviation of the hand-set score S; 0 when all deals have the same.
    pub sd_score: f64,
}

impl Deals {
    /// Folds equal rows and takes the moments.
    pub fn new(input: &ComparisonInput) -> Deals {
        let mut order: Vec<usize> = (0..input.rules.len()).collect();
        order.sort_by_key(|&rule| (&input.rules[rule].id, &input.rules[rule].persona));
        let rules: Vec<&RuleInput> = order.iter().map(|&rule| &input.rules[rule]).collect();
        let (row_of, first) = distinct_rows(&rules, input.y.len());
        let quantities = side_by_side(first.len(), rules.len(), |row, cells| {
            let deal = first[row];
            cells.iter_mut().zip(&rules).for_each(|(cell, rule)| *cell = rule.quantity[deal].min(rule.limit));
        });
        let mut row_weights = vec![0.0; first.len()];
        for (&row, weight) in row_of.iter().zip(input.weights) {
            row_weights[row as usize] += weight;
        }
        let points: Vec<f64> = rules.iter().map(|rule| rule.points).collect();
        let (mean, covariance) = moments(&quantities, &row_weights);
        let scale = scales(&quantities, &row_weights, &covariance);
        let sd_score = spread(&covariance, &points);
        let hits: Vec<Hits> = rules.par_iter().map(|rule| hits(rule, input)).collect();
        let (leads, won) = hits.iter().map(|hits| (hits.leads, hits.won)).unzip();
        let win_rate = hits.iter().map(Hits::win_rate).collect();
        Deals { order, points, quantities, row_of, covariance, scale, leads, won, win_rate, mean, sd_score }
    }

    /// F = sd(S) / sd(Σ β_j q_j); none where β tells no deal from another.
    pub fn factor(&self, beta: &[f64]) -> Option<f64> {
        let spread = spread(&self.covariance, beta);
        (spread > 0.0).then(|| self.sd_score / spread)
    }

    /// Whether a rule of so many points brings nearly all of the spread of the score, which is held at what it is: then its
    /// points can hardly be others, whatever it is worth, and the other rules are measured by it.
    pub fn sets_the_scale(&self, rule: usize, points: f64) -> bool {
        self.sd_score > 0.0
            && points.abs() * self.covariance[[rule, rule]].sqrt() >= NEARLY_ALL_OF_THE_SPREAD * self.sd_score
    }

    /// Whether no other rule tells deals apart: then its learned points can be its own or their opposite, and nothing else.
    pub fn is_alone(&self, rule: usize) -> bool {
        self.scale.iter().enumerate().all(|(other, &scale)| (other == rule) == (scale > 0.0))
    }

    /// How far a rule may follow the deals, from 0 to 1: not at all where they do not tell it apart (none hit, or all
    /// alike), all the way from as many leads as it takes to judge it, below that in proportion, so that three deals
    /// turn none upside down.
    pub fn told(&self, rule: usize) -> f64 {
        if self.scale[rule] > 0.0 { (self.leads[rule] as f64 / FEWEST_LEADS as f64).min(1.0) } else { 0.0 }
    }

    /// Σ β_j q_j of a deal.
    pub fn score(&self, deal: usize, beta: &[f64]) -> f64 {
        self.quantities.row(self.row_of[deal] as usize).iter().zip(beta).map(|(quantity, beta)| quantity * beta).sum()
    }
}

/// Deals that a rule hits, and those won among them.
#[derive(Default)]
struct Hits {
    leads: usize,
    won: usize,
    row_weight: f64,
    row_weight_won: f64,
}

impl Hits {
    fn win_rate(&self) -> f64 {
        if self.row_weight > 0.0 { self.row_weight_won / self.row_weight } else { 0.0 }
    }
}

/// Deals of no row weight are none.
fn hits(rule: &RuleInput, input: &ComparisonInput) -> Hits {
    let mut hits = Hits::default();
    let deals = rule.quantity.iter().zip(input.y).zip(input.weights);
    for ((_, y), weight) in deals.filter(|((quantity, _), weight)| **quantity != 0.0 && **weight > 0.0) {
        hits.leads += 1;
        hits.won += usize::from(*y == 1.0);
        hits.row_weight += weight;
        hits.row_weight_won += weight * y;
    }
    hits
}

/// A matrix `(n_rows, n_columns)` of which each row is written by its number.
pub(super) fn side_by_side(n_rows: usize, n_columns: usize, write: impl Fn(usize, &mut [f64]) + Sync) -> Array2<f64> {
    let mut cells = vec![0.0; n_rows * n_columns];
    let width = n_columns.max(1);
    cells.par_chunks_mut(ROWS_PER_TASK * width).enumerate().for_each(|(task, rows)| {
        let rows = rows.chunks_exact_mut(width).enumerate();
        rows.for_each(|(at, row)| write(task * ROWS_PER_TASK + at, row));
    });
    Array2::from_shape_vec((n_rows, n_columns), cells).expect("as many cells as rows times columns were just made")
}

/// The row of each deal and the first deal of each row.
fn distinct_rows(rules: &[&RuleInput], n_deals: usize) -> (Vec<u32>, Vec<usize>) {
    let alone = || ((0..n_deals as u32).collect(), (0..n_deals).collect());
    if n_deals > ROWS_PER_SUM {
        let some: Vec<usize> = (0..n_deals).step_by(n_deals / LOOKED_AT_FIRST).collect();
        if split(rules, &some, (some.len() as f64 * NEARLY_ALL) as usize).is_none() {
            return alone();
        }
    }
    let all: Vec<usize> = (0..n_deals).collect();
    let most = (n_deals as f64 * DISTINCT_SHARE) as usize;
    let Some(class) = split(rules, &all, most.max(1)) else { return alone() };
    let mut first = Vec::new();
    for (deal, &class) in class.iter().enumerate() {
        if class as usize == first.len() {
            first.push(deal);
        }
    }
    (class, first)
}

/// The class of each of the deals, numbered as they appear; none where there are more than `most`.
///
/// Rule by rule, deals of one class are split by the value of the next quantity: exact, and in one pass a rule.
fn split(rules: &[&RuleInput], deals: &[usize], most: usize) -> Option<Vec<u32>> {
    let mut class = vec![0u32; deals.len()];
    for rule in rules {
        let mut split: HashMap<(u32, u64), u32, foldhash::fast::FixedState> = HashMap::default();
        for (class, &deal) in class.iter_mut().zip(deals) {
            // Adding 0 turns −0 into 0, which has other bits but is the same quantity.
            let value = (rule.quantity[deal].min(rule.limit) + 0.0).to_bits();
            let next = split.len() as u32;
            *class = *split.entry((*class, value)).or_insert(next);
        }
        if split.len() > most {
            return None;
        }
    }
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, points: f64, quantity: &[f64]) -> RuleInput {
        RuleInput {
            id: id.into(),
            group: "fit".into(),
            persona: None,
            points,
            quantity: quantity.to_vec(),
            limit: f64::INFINITY,
        }
    }

    fn deals(rules: &[RuleInput], weights: &[f64]) -> Deals {
        let y = vec![0.0; weights.len()];
        Deals::new(&ComparisonInput { rules, y: &y, weights, folds: &[], seed: 0, draws: 0 })
    }

    #[test]
    fn equal_rows_fold_into_one_and_moments_are_those_of_the_deals() {
        let rules =
            [rule("b", 10.0, &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0]), rule("a", -4.0, &[0.0, -0.0, 0.0, 2.0, 0.0, 2.0])];
        let deals = deals(&rules, &[1.0; 6]);
        assert_eq!(deals.order, [1, 0]);
        assert_eq!(deals.row_of, [0, 1, 0, 2, 0, 2]);
        assert_eq!(deals.quantities.nrows(), 3);
        assert_eq!(deals.scale, [2.0, 1.0]);
        // S = 10, 0, 10, −8, 10, −8: mean 14/6, mean square 428/6.
        assert!((deals.sd_score.powi(2) - (428.0 / 6.0 - (14.0f64 / 6.0).powi(2))).abs() < 1e-12);
    }

    #[test]
    fn a_rule_that_hits_none_or_all_alike_has_no_scale() {
        let rules =
            [rule("all", 5.0, &[0.3; 4]), rule("none", 5.0, &[0.0; 4]), rule("some", 5.0, &[0.0, 1.0, 1.0, 1.0])];
        assert_eq!(deals(&rules, &[0.1, 0.7, 0.3, 0.9]).scale, [0.0, 0.0, 1.0]);
        assert_eq!(deals(&rules, &[]).sd_score, 0.0);
    }

    #[test]
    fn a_quantity_counts_up_to_its_limit() {
        let mut rules = [rule("visits", 10.0, &[0.0, 5.0, 50.0])];
        rules[0].limit = 5.0;
        assert_eq!(deals(&rules, &[1.0; 3]).quantities.column(0).to_vec(), [0.0, 5.0, 5.0]);
    }
}

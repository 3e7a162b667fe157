//! Drift: what came of the deals, and what the model expected, month by month.

use super::super::backtest::past::Past;
use super::super::deals::Deals;
use crate::metrics::Rate;
use crate::values::format_instant;
use serde::Serialize;
use statrs::distribution::{Binomial, DiscreteCDF};
use std::collections::{BTreeMap, HashMap};

/// Months shown, the newest.
const SHOWN: usize = 36;
/// What chance brings about less often than this is told.
const RARE: f64 = 0.05;
/// Length of `2026-07`.
const YEAR_AND_MONTH: usize = 7;
/// Deals of one day are of one month, which is then written once.
const MICROSECONDS_OF_A_DAY: i64 = 86_400_000_000;

/// The deals looked at in one month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Month {
    /// `2026-07`.
    pub month: String,
    /// What came of them.
    pub record: Rate,
    /// Row-weighted mean of the model's probability.
    pub expected: Option<f64>,
    /// Row-weighted mean of the rule score.
    pub rule_score: Option<f64>,
}

/// The judged deals by the month of their as-of; empty without times.
pub(super) fn by_month(deals: &Deals, past: &Past) -> Vec<Month> {
    let Some(as_of) = &deals.snapshots.as_of else { return Vec::new() };
    let mut rows_of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut months: HashMap<i64, String> = HashMap::new();
    for i in 0..past.n() {
        let as_of = as_of[past.rows[i]];
        let month = months.entry(as_of.0.div_euclid(MICROSECONDS_OF_A_DAY)).or_insert_with(|| {
            let mut written = format_instant(as_of);
            written.truncate(YEAR_AND_MONTH);
            written
        });
        match rows_of.get_mut(month) {
            Some(rows) => rows.push(i),
            None => _ = rows_of.insert(month.clone(), vec![i]),
        }
    }
    let skipped = rows_of.len().saturating_sub(SHOWN);
    rows_of.into_iter().skip(skipped).filter_map(|(month, rows)| one(month, &rows, past)).collect()
}

/// That in more of the months fewer deals were won than expected, or more, than chance brings about; `None` where it does, or
/// nothing was expected.
pub(super) fn leaning(months: &[Month]) -> Option<String> {
    let gaps = months.iter().filter_map(|month| Some(month.record.rate - month.expected?)).filter(|gap| *gap != 0.0);
    let (above, below): (Vec<f64>, Vec<f64>) = gaps.partition(|gap| *gap > 0.0);
    let (most, all) = (above.len().max(below.len()), above.len() + below.len());
    let by_chance = chance_of_so_many(most, all);
    let (fewer, high) = if below.len() == most { ("fewer", "high") } else { ("more", "low") };
    (by_chance < RARE).then(|| {
        format!(
            "In {most} of {all} months {fewer} of these past deals were won than expected (by chance: {:.1} %): their chances were too {high}.",
            100.0 * by_chance
        )
    })
}

/// How often of `all` tosses of a coin at least `most` fall on one side, be it the one or the other.
fn chance_of_so_many(most: usize, all: usize) -> f64 {
    let heads = Binomial::new(0.5, all as u64).expect("a coin has two sides");
    (2.0 * heads.cdf((all - most) as u64)).min(1.0)
}

fn one(month: String, rows: &[usize], past: &Past) -> Option<Month> {
    let (y, w): (Vec<f64>, Vec<f64>) = rows.iter().map(|&i| (past.y[i], past.w[i])).unzip();
    let total: f64 = w.iter().sum();
    let mean = |values: &Option<Vec<f64>>| {
        let values = values.as_ref()?;
        Some(rows.iter().zip(&w).map(|(&i, w)| values[i] * w).sum::<f64>() / total)
    };
    Some(Month { month, record: Rate::of(&y, &w)?, expected: mean(&past.p_model), rule_score: mean(&past.rule_score) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_that_lean_to_one_side_are_told_beyond_chance() {
        let record = Rate::of(&[1.0, 0.0], &[1.0, 1.0]).unwrap();
        let of = |expected: &[f64]| {
            let month = |p: &f64| Month { month: "2026-07".into(), record, expected: Some(*p), rule_score: None };
            leaning(&expected.iter().map(month).collect::<Vec<_>>())
        };
        let mut months = [0.6; 10];
        months[3] = 0.4;
        // scipy.stats.binomtest(9, 10).pvalue = 0.021484375
        let told = "In 9 of 10 months fewer of these past deals were won than expected (by chance: 2.1 %): their chances were too high.";
        assert_eq!(of(&months).as_deref(), Some(told));
        assert!(of(&[0.4; 6]).is_some_and(|told| told.starts_with("In 6 of 6 months more of these past deals")));
        months[5] = 0.4;
        assert_eq!(of(&months), None, "scipy.stats.binomtest(8, 10).pvalue = 0.109");
        assert_eq!((of(&[0.5; 9]), of(&[])), (None, None));
    }
}

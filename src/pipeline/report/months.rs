//! Drift: what came of the deals, and what the model expected, month by month.

use super::super::backtest::past::Past;
use super::super::deals::Deals;
use crate::metrics::Rate;
use crate::values::format_instant;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Months shown, the newest.
const SHOWN: usize = 36;
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

fn one(month: String, rows: &[usize], past: &Past) -> Option<Month> {
    let (y, w): (Vec<f64>, Vec<f64>) = rows.iter().map(|&i| (past.y[i], past.w[i])).unzip();
    let total: f64 = w.iter().sum();
    let mean = |values: &Option<Vec<f64>>| {
        let values = values.as_ref()?;
        Some(rows.iter().zip(&w).map(|(&i, w)| values[i] * w).sum::<f64>() / total)
    };
    Some(Month { month, record: Rate::of(&y, &w)?, expected: mean(&past.p_model), rule_score: mean(&past.rule_score) })
}

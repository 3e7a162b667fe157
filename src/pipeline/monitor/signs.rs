//! What lies beyond its limit and beyond chance: one sign a thing, whatever group of deals shows it.

use super::Limits;
use super::decay::Calibration;
use super::drift::Group;
use crate::metrics::Auc;
use serde::Serialize;

/// What kind of thing; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A planned column is not there.
    Gone,
    /// The promised wins did not come, or more did.
    Wins,
    /// Wins stand no longer above losses as they did.
    Order,
    /// The win probabilities lie elsewhere.
    Score,
    /// A column is spread otherwise.
    Column,
    /// A column is missing more or less often.
    Missing,
    /// A column has words that no training deal had.
    NewWords,
}

/// Something beyond its limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sign {
    /// What kind of thing.
    pub what: What,
    /// The column, where it is one's.
    pub column: Option<String>,
}

impl Sign {
    /// A sign that is no column's.
    pub(super) fn of(what: What) -> Sign {
        Sign { what, column: None }
    }

    fn at(what: What, column: &str) -> Sign {
        Sign { what, column: Some(column.to_string()) }
    }
}

/// The signs of a group of deals or leads, the gravest first. `promised` is the AUC that the version was honest to
/// promise.
pub(super) fn beyond(
    group: &Group,
    calibration: Option<&Calibration>,
    auc: Option<&Auc>,
    promised: Option<f64>,
    limits: &Limits,
) -> Vec<Sign> {
    let mut signs = Vec::new();
    if calibration.is_some_and(|c| c.is_beyond(limits.calibration)) {
        signs.push(Sign::of(What::Wins));
    }
    let fell = |(now, then): (&Auc, f64)| then - now.value > limits.auc_drop && now.interval.high < then;
    if auc.zip(promised).is_some_and(fell) {
        signs.push(Sign::of(What::Order));
    }
    if group.score.is_beyond(limits.psi) {
        signs.push(Sign::of(What::Score));
    }
    let columns = &group.columns;
    signs.extend(columns.iter().filter(|d| d.is_beyond(limits.psi)).map(|d| Sign::at(What::Column, &d.column)));
    let missing = columns.iter().filter(|d| d.is_missing_otherwise(limits.missing));
    signs.extend(missing.map(|d| Sign::at(What::Missing, &d.column)));
    let new = columns.iter().filter(|d| d.new_share() > limits.new_levels);
    signs.extend(new.map(|d| Sign::at(What::NewWords, &d.column)));
    signs
}

//! What moved between two versions: what each term adds to the log-odds at the same values, and hand-set points.

use super::model::Model;
use crate::features::{Shape, Values};
use crate::metrics::Z95;
use crate::predictor::FittedTerm;
use crate::scorecard::Scorecard;
use crate::tables::TextColumn;
use serde::Serialize;

/// A change smaller than this many log-odds is rounding to any reader.
const LEAST_MOVE: f64 = 0.005;

/// What one value of a term adds in either version.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// The term.
    pub term: String,
    /// The value.
    pub value: String,
    /// Log-odds in the first version, against its average lead; `None` when it has no such term.
    pub from: Option<f64>,
    /// Log-odds in the second.
    pub to: Option<f64>,
    /// Whether the change is larger than 1.96 √(SE₁² + SE₂²). The two versions share deals, so this is on the safe
    /// side. `None` when only one version has the term.
    pub beyond_interval: Option<bool>,
}

/// A rule whose points differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PointsMoved {
    /// The rule's id.
    pub rule: String,
    /// Points in the first version's scorecard.
    pub from: Option<f64>,
    /// Points in the second's.
    pub to: Option<f64>,
}

/// What moved in the model, the largest change first.
///
/// Bins are cut anew at each training, so terms are compared at values: the middles of the second version's bins, its
/// words, and the mean ± a standard deviation of a line.
pub fn coefficients(from: &Model, to: &Model) -> Vec<Moved> {
    let terms = |m: &Model| -> Vec<FittedTerm> { m.predictor.as_ref().map(|p| p.terms.clone()).unwrap_or_default() };
    let (old, new) = (terms(from), terms(to));
    let mut moved = Vec::new();
    for term in &new {
        let twin = old.iter().find(|t| t.term.source == term.term.source);
        let (names, values) = probes(term);
        let now = (term.at(&values), errors(term, &values));
        let then = twin.map(|t| (t.at(&values), errors(t, &values)));
        for (i, value) in names.into_iter().enumerate() {
            let change = then.as_ref().map_or(f64::INFINITY, |(a, _)| (now.0[i] - a[i]).abs());
            if change < LEAST_MOVE {
                continue;
            }
            moved.push(Moved {
                term: term.term.source.to_string(),
                value,
                from: then.as_ref().map(|(a, _)| a[i]),
                to: Some(now.0[i]),
                beyond_interval: then.as_ref().map(|(_, e)| change > Z95 * e[i].hypot(now.1[i])),
            });
        }
    }
    for term in old.iter().filter(|t| new.iter().all(|n| n.term.source != t.term.source)) {
        let (names, values) = probes(term);
        moved.extend(names.into_iter().zip(term.at(&values)).map(|(value, from)| Moved {
            term: term.term.source.to_string(),
            value,
            from: Some(from),
            to: None,
            beyond_interval: None,
        }));
    }
    let size = |m: &Moved| (m.to.unwrap_or(0.0) - m.from.unwrap_or(0.0)).abs();
    moved.sort_by(|a, b| size(b).total_cmp(&size(a)));
    moved
}

/// Values that show a term's shape, and what to call them.
fn probes(term: &FittedTerm) -> (Vec<String>, Values) {
    match &term.term.shape {
        Shape::Line { mean, sd, .. } => {
            let at = vec![mean - sd, mean + sd];
            (at.iter().map(|v| crate::features::short_number(*v)).collect(), Values::Number(at.into()))
        }
        Shape::Curve { edges, .. } => {
            let names = (0..=edges.len()).map(|code| term.term.level_name(code as u32)).collect();
            (names, Values::Number(middles(edges).into()))
        }
        Shape::Levels { levels, .. } => {
            let column = TextColumn::from_values(levels.iter().map(|l| Some(l.as_str())));
            (levels.clone(), Values::Text(column))
        }
    }
}

/// A value in each of the bins that `edges` part; the outer bins are entered by a bin's width, or by 1.
fn middles(edges: &[f64]) -> Vec<f64> {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return vec![0.0] };
    let step = |a: Option<&f64>, b: Option<&f64>| a.zip(b).map_or(1.0, |(a, b)| b - a);
    let mut at = vec![first - step(edges.first(), edges.get(1)) / 2.0];
    at.extend(edges.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])));
    at.push(last + step(edges.iter().rev().nth(1), edges.last()) / 2.0);
    at
}

/// Standard errors of what the values add.
fn errors(term: &FittedTerm, values: &Values) -> Vec<f64> {
    let rows: Vec<usize> = (0..values.len()).collect();
    let codes = term.term.codes(values, &rows);
    let x = term.term.standardised(values, &rows).unwrap_or_else(|| vec![0.0; rows.len()]);
    let of_level = |code: u32| term.effect_errors.get(code as usize).copied().unwrap_or(0.0);
    codes.iter().zip(x).map(|(&code, x)| of_level(code).hypot(term.slope_error * x)).collect()
}

/// Rules whose points differ, in the order of the second scorecard, then those that are gone.
pub fn points(from: Option<&Scorecard>, to: Option<&Scorecard>) -> Vec<PointsMoved> {
    let of = |card: Option<&Scorecard>| -> Vec<(String, Option<f64>)> {
        card.map(|c| c.rules.iter().map(|r| (r.name.clone(), r.points())).collect()).unwrap_or_default()
    };
    let (old, new) = (of(from), of(to));
    let find = |rules: &[(String, Option<f64>)], name: &str| rules.iter().find(|(n, _)| n == name).and_then(|r| r.1);
    let names = new.iter().chain(old.iter().filter(|(n, _)| find(&new, n).is_none())).map(|(n, _)| n.clone());
    names
        .map(|rule| PointsMoved { from: find(&old, &rule), to: find(&new, &rule), rule })
        .filter(|p| p.from != p.to)
        .collect()
}

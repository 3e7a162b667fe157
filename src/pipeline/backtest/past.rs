//! The judged deals as columns: what each side said of them, and what came of them.

use super::super::deals::Deals;
use super::super::figures::Blended;
use super::super::train::{Procedure, pick};
use crate::asof::Instant;
use crate::scorecard::Scorecard;
use serde::Serialize;

/// Who says what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The hand-set points.
    Scorecard,
    /// The model.
    Model,
    /// Both, joined.
    Blend,
}

impl Side {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Scorecard => "scorecard",
            Side::Model => "model",
            Side::Blend => "blend",
        }
    }

    /// What its cut-offs are in.
    pub fn unit(self) -> &'static str {
        match self {
            Side::Scorecard => "rule_score",
            Side::Model => "model_probability",
            Side::Blend => "score",
        }
    }
}

/// What one side says: by what it ranks, and its probability where it has one.
pub(in crate::pipeline) struct Said<'a> {
    pub(in crate::pipeline) side: Side,
    pub(in crate::pipeline) rank: &'a [f64],
    pub(in crate::pipeline) p: Option<&'a [f64]>,
    /// Whether a disqualified deal is out for this side.
    pub(in crate::pipeline) heeds_rules: bool,
}

/// The judged deals; every column is `(n_judged,)`.
pub(in crate::pipeline) struct Past {
    /// Positions among the deals.
    pub(in crate::pipeline) rows: Vec<usize>,
    pub(in crate::pipeline) y: Vec<f64>,
    pub(in crate::pipeline) w: Vec<f64>,
    pub(in crate::pipeline) disqualified: Vec<bool>,
    pub(in crate::pipeline) rule_score: Option<Vec<f64>>,
    pub(in crate::pipeline) p_rule: Option<Vec<f64>>,
    pub(in crate::pipeline) p_model: Option<Vec<f64>>,
    pub(in crate::pipeline) model_score: Option<Vec<f64>>,
    /// The blend's probability.
    pub(in crate::pipeline) p: Option<Vec<f64>>,
    /// The blend's score.
    pub(in crate::pipeline) score: Option<Vec<f64>>,
    pub(in crate::pipeline) as_of: Option<(Instant, Instant)>,
}

impl Past {
    /// The deals predicted out of fold; all of them when there is no model.
    pub(in crate::pipeline) fn of(deals: &Deals, scorecard: Option<&Scorecard>, done: &Procedure) -> Past {
        let predicted = done.out_of_fold.as_ref();
        let rows: Vec<usize> = predicted.map_or_else(|| (0..deals.n()).collect(), |p| p.rows.clone());
        let rules = deals.rules.as_ref();
        let moments = deals.snapshots.as_of.as_ref().map(|t| pick(t, &rows));
        let mut past = Past {
            y: pick(&deals.snapshots.won, &rows),
            w: pick(&deals.snapshots.row_weight, &rows),
            disqualified: rules.map_or_else(|| vec![false; rows.len()], |r| pick(&r.disqualified, &rows)),
            rule_score: rules.map(|r| pick(&r.score, &rows)),
            p_rule: None,
            p_model: predicted.map(|p| p.p_model.clone()),
            model_score: None,
            p: None,
            score: None,
            as_of: moments.and_then(|t| Some((*t.iter().min()?, *t.iter().max()?))),
            rows,
        };
        if let (Some(card), Some(predicted), Some(blending)) = (scorecard, predicted, &done.blending) {
            let rule_score = past.rule_score.as_deref().unwrap_or_default();
            let Blended { p, score } = Blended::of(blending, card, rule_score, &past.disqualified, predicted);
            let model_score =
                |(&out, &p): (&bool, &f64)| if out { card.range.min } else { blending.model_link.score(p) };
            let model_score = past.disqualified.iter().zip(&predicted.p_model).map(model_score).collect();
            past.p_rule = Some(predicted.p_rule.clone());
            (past.model_score, past.score, past.p) = (Some(model_score), Some(score), Some(p));
        }
        past
    }

    pub(in crate::pipeline) fn n(&self) -> usize {
        self.rows.len()
    }

    /// Row weights scaled to the number of deals.
    pub(in crate::pipeline) fn scaled(&self) -> Vec<f64> {
        let mean = self.w.iter().sum::<f64>() / self.n() as f64;
        self.w.iter().map(|w| w / mean).collect()
    }

    /// Wins by scaled row weight.
    pub(in crate::pipeline) fn weighted_wins(&self) -> f64 {
        self.y.iter().zip(self.scaled()).map(|(y, w)| y * w).sum()
    }

    /// The sides that are there.
    pub(in crate::pipeline) fn sides(&self) -> Vec<Said<'_>> {
        [
            (Side::Scorecard, &self.rule_score, &self.p_rule),
            (Side::Model, &self.p_model, &self.p_model),
            (Side::Blend, &self.score, &self.p),
        ]
        .into_iter()
        .filter_map(|(side, rank, p)| {
            Some(Said { side, rank: rank.as_deref()?, p: p.as_deref(), heeds_rules: side != Side::Model })
        })
        .collect()
    }
}

//! Closed deals that went against their points: high and lost, low and won, with what carried them.

use super::super::deals::{Deals, RuleEvidence};
use super::super::score::model_reasons;
use super::super::train::{Procedure, in_order};
use super::past::Past;
use crate::asof::Instant;
use crate::mismatch::mismatch_gap;
use crate::scorecard::Scorecard;
use crate::tables::LeadTable;
use serde::Serialize;
use std::collections::HashMap;

/// A deal that went against its points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Surprise {
    /// The lead.
    pub lead: String,
    /// The moment it was looked at.
    #[serde(skip)]
    pub as_of: Option<Instant>,
    /// Its rule score then.
    pub rule_score: f64,
    /// What a model that had not seen it made of it.
    pub model_probability: Option<f64>,
    /// The blend of both.
    pub win_probability: Option<f64>,
    /// Rank by the model minus rank by the rules, in percentage points.
    pub gap: Option<f64>,
    /// What carried its points.
    pub rule_reasons: String,
    /// What carried the model's view.
    pub model_reasons: String,
}

/// Deals of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SurpriseList {
    /// How many there are.
    pub deals: usize,
    /// Of how many that were high (or low) by the rules.
    pub of: usize,
    /// How many of them the model had on the right side of the handover.
    pub seen_by_model: Option<usize>,
    /// Those the model saw coming most clearly first; without a model, by rule score.
    pub shown: Vec<Surprise>,
}

/// What the lists are made from.
pub(super) struct Sources<'a> {
    pub(super) table: &'a LeadTable,
    pub(super) deals: &'a Deals,
    pub(super) past: &'a Past,
    pub(super) scorecard: Option<&'a Scorecard>,
    pub(super) done: &'a Procedure,
    pub(super) evidence: Option<&'a RuleEvidence>,
    pub(super) top: usize,
}

/// `high_score_no_order` and `low_score_order`; `None` without a scorecard with tiers.
pub(super) fn lists(sources: &Sources<'_>) -> Option<(SurpriseList, SurpriseList)> {
    sources.scorecard?.handover?;
    Some((sources.list(true)?, sources.list(false)?))
}

impl Sources<'_> {
    /// High and lost, or low and won.
    fn list(&self, high: bool) -> Option<SurpriseList> {
        let (past, card) = (self.past, self.scorecard?);
        let score = past.rule_score.as_ref()?;
        let of: Vec<usize> =
            (0..past.n()).filter(|&i| !past.disqualified[i] && card.is_high(score[i]) == high).collect();
        let mut rows: Vec<usize> = of.iter().copied().filter(|&i| (past.y[i] > 0.5) != high).collect();
        // Low by the model is a falling gap among the high, high by the model a rising one among the low.
        let sign = if high { 1.0 } else { -1.0 };
        let key = |i: usize| sign * self.gap(i).unwrap_or(-score[i]);
        rows.sort_by(|&a, &b| key(a).total_cmp(&key(b)).then_with(|| self.id(a).cmp(self.id(b))));
        let seen = past.model_score.as_ref().map(|m| rows.iter().filter(|&&i| card.is_high(m[i]) != high).count());
        let shown: Vec<usize> = rows.iter().copied().take(self.top).collect();
        let mut model_reasons = self.model_reasons(&shown);
        let shown = shown
            .into_iter()
            .map(|i| Surprise {
                lead: self.id(i).to_string(),
                as_of: self.deals.snapshots.as_of.as_ref().map(|t| t[past.rows[i]]),
                rule_score: score[i],
                model_probability: past.p_model.as_ref().map(|p| p[i]),
                win_probability: past.p.as_ref().map(|p| p[i]),
                gap: self.gap(i),
                rule_reasons: self.evidence.map_or_else(String::new, |e| e.reasons(card, self.table, self.lead(i))),
                model_reasons: model_reasons.remove(&past.rows[i]).unwrap_or_default(),
            })
            .collect();
        Some(SurpriseList { deals: rows.len(), of: of.len(), seen_by_model: seen, shown })
    }

    /// Row in the leads table.
    fn lead(&self, i: usize) -> usize {
        self.deals.snapshots.rows[self.past.rows[i]]
    }

    fn id(&self, i: usize) -> &str {
        &self.table.ids[self.lead(i)]
    }

    fn gap(&self, i: usize) -> Option<f64> {
        let (ranks, blending) = (self.done.model_ranks.as_ref()?, self.done.blending.as_ref()?);
        let (p_model, score) = (self.past.p_model.as_ref()?, self.past.rule_score.as_ref()?);
        Some(mismatch_gap(ranks, &blending.rule_ranks, p_model[i], score[i]))
    }

    /// By deal: why the model that had not seen it thought so.
    fn model_reasons(&self, shown: &[usize]) -> HashMap<usize, String> {
        let mut reasons = HashMap::new();
        let parts = self.done.folds.iter().flat_map(|f| &f.parts);
        for (part, predictor) in parts.zip(&self.done.fold_models) {
            let own = |i: &usize| part.test.binary_search(&self.past.rows[*i]).is_ok();
            let rows: Vec<usize> = shown.iter().filter(|i| own(i)).map(|&i| self.past.rows[i]).collect();
            if rows.is_empty() {
                continue;
            }
            let attributes = in_order(self.deals, &predictor.sources());
            let words = predictor
                .map_rows(&attributes, &rows, |at, _, parts| model_reasons(predictor, &attributes, rows[at], parts));
            reasons.extend(rows.into_iter().zip(words));
        }
        reasons
    }
}

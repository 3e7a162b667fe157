//! Closed deals that went against their points: high and lost, low and won, with what carried them.

use super::super::deals::{Deals, RuleEvidence};
use super::super::disagreement::{ModelView, like_deals, sides};
use super::super::handover::Handover;
use super::super::score::model_reasons;
use super::super::train::{Procedure, in_order};
use super::past::Past;
use crate::asof::Instant;
use crate::features::Attribute;
use crate::metrics::Rate;
use crate::mismatch::{Quadrant, Reason, mismatch_gap, of_their_kinds, reason};
use crate::scorecard::Scorecard;
use crate::snapshot::RowWeights;
use crate::tables::LeadTable;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

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
    /// Why it went against its points.
    #[serde(flatten)]
    pub reason: Reason,
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
    /// What became of all deals that stand as those shown do.
    pub of_their_kinds: Vec<String>,
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
        let against = of.par_iter().copied().filter(|&i| (past.y[i] > 0.5) != high);
        // Low by the model is a falling gap among the high, high by the model a rising one among the low.
        let sign = if high { 1.0 } else { -1.0 };
        let mut keyed: Vec<(f64, usize)> = against.map(|i| (sign * self.gap(i).unwrap_or(-score[i]), i)).collect();
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| self.id(a.1).cmp(self.id(b.1))));
        let rows: Vec<usize> = keyed.into_iter().map(|(_, i)| i).collect();
        let seen = past.model_score.as_ref().map(|m| rows.iter().filter(|&&i| card.is_high(m[i]) != high).count());
        let shown: Vec<usize> = rows.iter().copied().take(self.top).collect();
        let like = self.like(&of);
        let mut said = self.words(&shown, high, &like);
        let shown: Vec<Surprise> = shown
            .into_iter()
            .map(|i| {
                let (reason, model_reasons) =
                    said.remove(&past.rows[i]).unwrap_or_else(|| (self.sentence(i, high, None, &like), String::new()));
                (i, reason, model_reasons)
            })
            .map(|(i, reason, model_reasons)| Surprise {
                reason,
                lead: self.id(i).to_string(),
                as_of: self.deals.snapshots.as_of.as_ref().map(|t| t[past.rows[i]]),
                rule_score: score[i],
                model_probability: past.p_model.as_ref().map(|p| p[i]),
                win_probability: past.p.as_ref().map(|p| p[i]),
                gap: self.gap(i),
                rule_reasons: self.evidence.map_or_else(String::new, |e| e.reasons(card, self.table, self.lead(i))),
                model_reasons,
            })
            .collect();
        let of_their_kinds = of_their_kinds(shown.iter().map(|deal| &deal.reason));
        Some(SurpriseList { deals: rows.len(), of: of.len(), seen_by_model: seen, of_their_kinds, shown })
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

    fn weights(&self) -> RowWeights {
        self.deals.snapshots.row_weights
    }

    /// The handover beside the win rate of the judged deals.
    fn handover(&self, card: &Scorecard) -> Option<Handover> {
        let rate = Rate::of(&self.past.y, &self.past.w);
        let (average, weights) =
            rate.map_or((0.0, RowWeights::Alike), |rate| (rate.rate, rate.weighted_by(self.weights())));
        Handover::joined(card, self.done.blending.as_ref()?, average, weights)
    }

    /// By main rule: the judged deals on the same side of the handover.
    fn like(&self, of: &[usize]) -> BTreeMap<&str, Vec<usize>> {
        let driver = |&i: &usize| self.deals.rules.as_ref().map_or("", |rules| rules.driver(self.past.rows[i]));
        let drivers: Vec<&str> = of.par_iter().map(driver).collect();
        let mut like: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        of.iter().zip(drivers).for_each(|(&i, driver)| like.entry(driver).or_default().push(i));
        like
    }

    /// Why judged deal `i` went against its points.
    fn sentence(
        &self,
        i: usize,
        high: bool,
        view: Option<&ModelView<'_>>,
        like: &BTreeMap<&str, Vec<usize>>,
    ) -> Reason {
        let (Some(card), Some(score)) = (self.scorecard, &self.past.rule_score) else { return Reason::default() };
        let gains = self.evidence.map_or_else(Vec::new, |e| e.gains(card, self.table, self.lead(i)));
        let driver = self.deals.rules.as_ref().map_or("", |rules| rules.driver(self.past.rows[i]));
        let side = if high { "high by points" } else { "low by points" };
        let most = if driver.is_empty() { "no points".to_string() } else { format!("most points from `{driver}`") };
        let rows = like.get(driver).map_or(&[][..], Vec::as_slice);
        let like = like_deals(format!("{side}, {most}"), rows, [&self.past.y, &self.past.w], self.weights());
        let model_high = self.past.model_score.as_ref().is_some_and(|m| card.is_high(m[i]));
        let chance = self.handover(card).zip(self.past.p_model.as_ref()).map(|(handover, p)| handover.chance(p[i]));
        reason(Quadrant::of(high, model_high), &sides(card, score[i], gains, view, like, chance))
    }

    /// By deal: the sentence, and why the model that had not seen it thought so.
    fn words(
        &self,
        shown: &[usize],
        high: bool,
        like: &BTreeMap<&str, Vec<usize>>,
    ) -> HashMap<usize, (Reason, String)> {
        let mut words = HashMap::new();
        let parts = self.done.folds.iter().flat_map(|f| &f.parts);
        for (part, predictor) in parts.zip(&self.done.fold_models) {
            let own: Vec<usize> =
                shown.iter().copied().filter(|&i| part.test.binary_search(&self.past.rows[i]).is_ok()).collect();
            if own.is_empty() {
                continue;
            }
            let rows: Vec<usize> = own.iter().map(|&i| self.past.rows[i]).collect();
            let attributes: Vec<Attribute> = in_order(self.deals, &predictor.sources()).into_iter().cloned().collect();
            let said = predictor.map_rows(&attributes, &rows, |at, _, parts| {
                let view = ModelView { predictor, attributes: &attributes, row: rows[at], parts };
                let why = model_reasons(predictor, &attributes, rows[at], parts);
                (self.sentence(own[at], high, Some(&view), like), why)
            });
            words.extend(rows.into_iter().zip(said));
        }
        words
    }
}

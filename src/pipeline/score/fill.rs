//! From rules and model to each lead's scores.

use super::super::figures::final_score;
use super::super::model::{Blending, Model};
use super::words::model_reasons;
use super::{Assessment, LeadScore, ScoreSettings, Standing};
use crate::fault::InputError;
use crate::logodds::sigmoid;
use crate::mismatch::{Quadrant, Ranks, mismatch_gap};
use crate::scorecard::{self, Scorecard};
use rayon::prelude::*;

impl Assessment<'_> {
    pub(super) fn fill(&mut self, version: Option<&Model>, settings: &ScoreSettings) -> Result<(), InputError> {
        if let (Some(card), Some(evidence)) = (self.scorecard, self.evidence()) {
            let rules = card.evaluate(&evidence);
            let reference = version.and_then(|m| m.grade_reference.as_ref());
            self.grades = Some(card.grades(&rules, reference)?);
            self.rules = Some(rules);
        }
        let rows: Vec<usize> = (0..self.table.n_leads()).collect();
        let (log_odds, reasons): (Vec<f64>, Vec<String>) = match self.model.and_then(|m| m.predictor.as_ref()) {
            Some(predictor) if settings.reasons => predictor
                .map_rows(&self.attributes, &rows, |row, log_odds, parts| {
                    (log_odds, model_reasons(predictor, &self.attributes, row, parts))
                })
                .into_iter()
                .unzip(),
            Some(predictor) => (predictor.log_odds(&self.attributes, &rows), Vec::new()),
            None => (vec![f64::NAN; rows.len()], Vec::new()),
        };
        let is_blended = |row: usize| settings.blends_closed || self.standing[row] != Standing::Closed;
        self.leads = rows.par_iter().map(|&row| self.lead_score(row, log_odds[row], is_blended(row))).collect();
        self.abstain(settings.min_evidence, rows.iter().any(|&row| is_blended(row)));
        self.model_reasons = reasons;
        Ok(())
    }

    /// Takes tiers and quadrant from the leads about which too little is known, where any have them.
    fn abstain(&mut self, min_evidence: f64, are_blended: bool) {
        let predictor = self.model.filter(|_| are_blended).and_then(|m| m.predictor.as_ref());
        self.evidence = match predictor.filter(|p| !p.terms.is_empty()) {
            Some(predictor) => predictor.evidence(&self.attributes, self.follows_kinds),
            None => vec![f64::NAN; self.leads.len()],
        };
        self.abstained = self.evidence.iter().map(|known| *known < min_evidence).collect();
        for (lead, _) in self.leads.iter_mut().zip(&self.abstained).filter(|(_, abstained)| **abstained) {
            (lead.tier, lead.model_tier) = (None, None);
            (lead.quadrant, lead.mismatch, lead.mismatch_gap) = (None, None, f64::NAN);
        }
    }

    /// The scores of a lead; unless it `is_blended`, the model's probability alone.
    fn lead_score(&self, row: usize, log_odds: f64, is_blended: bool) -> LeadScore {
        let mut lead = LeadScore {
            score: f64::NAN,
            tier: None,
            win_probability: f64::NAN,
            model_score: f64::NAN,
            model_probability: f64::NAN,
            model_tier: None,
            rule_probability: f64::NAN,
            quadrant: None,
            mismatch: None,
            mismatch_gap: f64::NAN,
        };
        if self.standing[row] == Standing::NotCreated {
            return lead;
        }
        if self.model.is_some() {
            lead.model_probability = sigmoid(log_odds);
        }
        if !is_blended {
            return lead;
        }
        match (self.scorecard, &self.rules, self.model) {
            (Some(card), Some(rules), None) => {
                lead.score = rules.rule_score[row];
                lead.tier = card.tier_of(lead.score);
            }
            (None, _, Some(model)) => {
                lead.model_score =
                    model.model_ranks.as_ref().map_or(f64::NAN, |r| r.percentile(lead.model_probability));
                lead.score = lead.model_score;
                lead.win_probability = lead.model_probability;
            }
            (Some(card), Some(rules), Some(model)) => {
                if let (Some(blending), Some(ranks)) = (&model.blending, &model.model_ranks) {
                    blend(&mut lead, card, rules, row, blending, ranks);
                }
            }
            _ => {}
        }
        lead
    }
}

fn blend(
    lead: &mut LeadScore,
    card: &Scorecard,
    rules: &scorecard::Scored,
    row: usize,
    blending: &Blending,
    ranks: &Ranks,
) {
    let rule_score = rules.rule_score[row];
    lead.rule_probability = blending.curve.probability(rule_score);
    lead.win_probability = blending.blend.probability(lead.rule_probability, lead.model_probability);
    if rules.disqualified[row] {
        lead.score = card.range.min;
        lead.model_score = card.range.min;
        return;
    }
    lead.model_score = blending.model_link.score(lead.model_probability);
    lead.score = final_score(blending, rule_score, lead.model_probability, lead.win_probability);
    lead.tier = card.tier_of(lead.score);
    lead.model_tier = card.tier_of(lead.model_score);
    // Without a tier for sales nothing is high or low.
    if blending.blurred.is_some() || card.handover.is_none() {
        return;
    }
    let quadrant = Quadrant::of(card.is_high(rule_score), card.is_high(lead.model_score));
    lead.mismatch_gap = mismatch_gap(ranks, &blending.rule_ranks, lead.model_probability, rule_score);
    lead.mismatch = Some(quadrant.is_mismatch(lead.mismatch_gap, blending.min_gap));
    lead.quadrant = Some(quadrant);
}

//! One lead, every contribution: both ledgers and the chain from them to the score.

use super::handover::Handover;
use super::score::{Assessment, Standing};
use crate::mismatch::Quadrant;
use crate::scorecard::Scorecard;
use crate::text::counted;
use serde::Serialize;

/// A line of a ledger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The rule or term.
    pub name: String,
    /// The quantity or value behind it.
    pub value: String,
    /// What it adds, in points or in log-odds.
    pub contribution: f64,
}

/// Everything about one lead's score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The lead.
    pub lead: String,
    /// The instant the score is true for.
    pub as_of: String,
    /// Whether the scorecard is still the one that `init` drew up.
    pub is_start: bool,
    /// Rule contributions in points; they sum to `rule_score`.
    pub points: Vec<Line>,
    /// Term contributions in log-odds; they sum to the logit of `model_probability`.
    pub log_odds: Vec<Line>,
    /// The rules whose points go one way and whose column or kind goes the other in log-odds, with what they read.
    pub opposed: Vec<String>,
    /// The rule score.
    pub rule_score: Option<f64>,
    /// P(win | rule score).
    pub rule_probability: Option<f64>,
    /// The model's probability.
    pub model_probability: Option<f64>,
    /// The blend weight: 0 the scorecard alone, 1 the model alone.
    pub blend_weight: Option<f64>,
    /// The win probability.
    pub win_probability: Option<f64>,
    /// The score.
    pub score: Option<f64>,
    /// The tier by the rules alone.
    pub rule_tier: String,
    /// The tier.
    pub tier: String,
    /// The quadrant; empty when there is none.
    pub quadrant: String,
    /// What high means there, in words.
    pub high_means: String,
    /// What became of the deals in that quadrant, in words.
    pub record: String,
    /// Why rules and model disagree; empty where they do not.
    pub reason: String,
    /// What to do next.
    pub next_action: String,
    /// Warnings.
    pub warnings: String,
}

/// Explains row `row` of an assessment. `as_of` is its moment as a person reads it.
pub fn explain(assessment: &Assessment<'_>, row: usize, as_of: String) -> Explanation {
    let lead = &assessment.leads[row];
    let known = |value: f64| (!value.is_nan()).then_some(value);
    let points = assessment
        .points_ledger(row)
        .into_iter()
        .map(|e| Line { name: e.name, value: crate::features::short_number(e.value), contribution: e.contribution })
        .collect();
    let log_odds = assessment
        .log_odds_ledger(row)
        .into_iter()
        .map(|c| Line { name: c.name, value: c.value, contribution: c.log_odds })
        .collect();
    let disagreement = assessment.disagreement(row);
    let created = assessment.standing[row] != Standing::NotCreated;
    Explanation {
        lead: assessment.table.ids[row].to_string(),
        as_of,
        is_start: assessment.scorecard.is_some_and(Scorecard::is_start),
        points: if created { points } else { Vec::new() },
        log_odds: if created { log_odds } else { Vec::new() },
        opposed: if created { assessment.opposed(row) } else { Vec::new() },
        rule_score: known(assessment.rule_score(row)),
        rule_probability: known(lead.rule_probability),
        model_probability: known(lead.model_probability),
        blend_weight: assessment.model.and_then(|m| m.blending.as_ref()).map(|b| b.blend.weight),
        win_probability: known(lead.win_probability),
        score: known(lead.score),
        rule_tier: assessment.rule_tier(row).to_string(),
        tier: assessment.tier_name(row, lead.tier).to_string(),
        quadrant: lead.quadrant.map_or("", |q| q.as_str()).to_string(),
        high_means: lead.quadrant.map_or_else(String::new, |quadrant| high_means(assessment, row, quadrant)),
        record: record(assessment, row),
        next_action: disagreement
            .as_ref()
            .map_or_else(|| assessment.next_action(row).to_string(), |d| d.action.clone()),
        reason: disagreement.map(|d| d.reason.to_string()).unwrap_or_default(),
        warnings: assessment.warnings().get(row).unwrap_or_default().to_string(),
    }
}

/// What high means there, and what it does not mean for a lead that is likely all the same.
fn high_means(assessment: &Assessment<'_>, row: usize, quadrant: Quadrant) -> String {
    let Some(handover) = Handover::of(assessment.scorecard, assessment.model) else { return String::new() };
    let likely = handover
        .likely_outside(assessment.leads[row].win_probability)
        .filter(|_| quadrant == Quadrant::Nurture && assessment.is_to_be_worked(row));
    [Some(handover.sentence()), likely].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What became of the deals that fell where this lead falls.
fn record(assessment: &Assessment<'_>, row: usize) -> String {
    let Some(quadrant) = assessment.leads[row].quadrant else { return String::new() };
    let Some(model) = assessment.model else { return String::new() };
    let Some(blending) = &model.blending else { return String::new() };
    let Some(kept) = blending.records.iter().find(|r| r.quadrant == quadrant) else { return String::new() };
    match (kept.says(), &kept.record) {
        (Some(rate), _) => format!("past deals in this quadrant: {}", rate.told(model.row_weights())),
        (None, Some(rate)) => format!("too few to say: {} in this quadrant", counted(rate.n, "past deal")),
        (None, None) => "no past deal fell into this quadrant".to_string(),
    }
}

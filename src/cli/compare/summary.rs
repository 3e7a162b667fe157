//! What `compare --format json` prints.

use super::personas::PersonaRows;
use crate::comparison::{Comparison, RuleComparison};
use crate::pipeline::compare::{Compared, Judged, ShapeProfile, Suggestion};
use crate::scorecard::Scorecard;
use crate::snapshot::RowWeights;
use serde::Serialize;

/// The whole comparison.
#[derive(Serialize)]
pub(in super::super) struct Summary {
    pub(in super::super) scorecard: String,
    /// Whether it is still the one that `init` drew up.
    pub(in super::super) is_start: bool,
    pub(in super::super) deals: usize,
    pub(in super::super) won: usize,
    pub(in super::super) win_rate: f64,
    /// What row weights make of the rates.
    pub(in super::super) row_weights: RowWeights,
    pub(in super::super) rho: f64,
    pub(in super::super) auc_out_of_fold: Option<f64>,
    pub(in super::super) sentences: Vec<String>,
    pub(in super::super) rules: Vec<RuleRow>,
    /// What it means that a rule sets the scale, where one does.
    pub(in super::super) of_the_scale: Option<String>,
    /// What there is too little of where a rule has too little data though the deals are many.
    pub(in super::super) unjudged: Option<String>,
    /// Whether no rule has a verdict, and not for want of deals.
    #[serde(skip)]
    pub(in super::super) ranks_nothing: bool,
    pub(in super::super) groups: Vec<GroupRow>,
    /// Within each persona; empty where there are none, or too little data to tell them apart.
    pub(in super::super) personas: Vec<PersonaRows>,
    pub(in super::super) half_lives: Vec<ShapeProfile>,
    pub(in super::super) caps: Vec<ShapeProfile>,
    pub(in super::super) overlaps: Vec<String>,
    pub(in super::super) suggestions: Vec<Suggestion>,
    /// The learned scorecard on the newest deals, learned from the older ones.
    pub(in super::super) judged: Option<Judged>,
    pub(in super::super) notes: Vec<String>,
    pub(in super::super) written: Option<String>,
    pub(in super::super) suggested: Option<String>,
    /// Why no learned scorecard was written although one was asked for.
    pub(in super::super) declined: Option<String>,
}

/// One rule of the comparison.
#[derive(Serialize)]
pub(in super::super) struct RuleRow {
    pub(in super::super) rule: String,
    pub(in super::super) persona: Option<String>,
    pub(in super::super) group: String,
    pub(in super::super) hand_set_points: f64,
    pub(in super::super) learned_points: f64,
    pub(in super::super) interval: [f64; 2],
    /// Whether the interval is narrow only because the scale is held by this rule.
    pub(in super::super) sets_the_scale: bool,
    #[serde(skip)]
    pub(in super::super) drawn_interval: [f64; 2],
    /// Whether anything was learned of it.
    #[serde(skip)]
    pub(in super::super) is_learned: bool,
    pub(in super::super) leads: usize,
    pub(in super::super) won: usize,
    /// Row-weighted share of won deals among them.
    pub(in super::super) win_rate: f64,
    pub(in super::super) evidence: String,
    pub(in super::super) matters: f64,
    pub(in super::super) verdict: String,
}

/// What the rules of one group, or of one persona's share of it, pay a deal on average.
#[derive(Serialize)]
pub(in super::super) struct GroupRow {
    pub(in super::super) group: String,
    pub(in super::super) persona: Option<String>,
    pub(in super::super) rules: usize,
    /// Hand-set points a deal, on average, before caps.
    pub(in super::super) hand_set_points: f64,
    /// Learned points a deal.
    pub(in super::super) learned_points: f64,
    /// What the differences of its rules move.
    pub(in super::super) matters: f64,
}

impl Summary {
    /// The comparison, its rules sorted by how many points, on how many leads, are at stake.
    pub(super) fn of(scorecard: &Scorecard, compared: &Compared) -> Summary {
        let comparison = &compared.comparison;
        let mut rules: Vec<&RuleComparison> = comparison.rules.iter().collect();
        rules.sort_by(|a, b| b.sets_apart.total_cmp(&a.sets_apart));
        let mut notes = comparison.notes.clone();
        notes.extend(compared.notes.iter().cloned());
        Summary {
            scorecard: scorecard.name.clone(),
            deals: comparison.deals,
            won: comparison.won,
            win_rate: comparison.win_rate,
            row_weights: compared.row_weights(),
            rho: comparison.rho,
            auc_out_of_fold: comparison.auc,
            is_start: scorecard.is_start(),
            sentences: compared.sentences(scorecard.is_start()),
            rules: rules.into_iter().map(row).collect(),
            of_the_scale: comparison.of_the_scale(),
            unjudged: compared.unjudged(),
            ranks_nothing: comparison.ranks_nothing(),
            groups: groups(comparison),
            personas: compared
                .personas
                .iter()
                .map(|persona| PersonaRows::of(persona, compared.row_weights()))
                .collect(),
            half_lives: compared.half_lives.clone(),
            caps: compared.caps.clone(),
            overlaps: compared.overlaps.iter().map(|o| o.sentence(&comparison.rules)).collect(),
            suggestions: compared.suggestions.clone(),
            judged: compared.judged.clone(),
            notes,
            written: None,
            suggested: None,
            declined: None,
        }
    }
}

fn row(rule: &RuleComparison) -> RuleRow {
    RuleRow {
        rule: rule.id.clone(),
        persona: rule.persona.clone(),
        group: rule.group.clone(),
        hand_set_points: rule.hand_set_points,
        learned_points: rule.learned_points,
        interval: rule.interval,
        sets_the_scale: rule.sets_the_scale,
        drawn_interval: rule.drawn_interval(),
        is_learned: rule.is_learned(),
        leads: rule.leads,
        won: rule.won,
        win_rate: rule.win_rate,
        evidence: rule.evidence.to_string(),
        matters: rule.matters,
        verdict: rule.verdict_text(),
    }
}

/// Sums over each group of the common rules and of each persona's, in the order of the rules.
fn groups(comparison: &Comparison) -> Vec<GroupRow> {
    let mut rows: Vec<GroupRow> = Vec::new();
    for rule in &comparison.rules {
        let at = rows.iter().position(|row| row.group == rule.group && row.persona == rule.persona);
        let at = at.unwrap_or_else(|| {
            rows.push(GroupRow {
                group: rule.group.clone(),
                persona: rule.persona.clone(),
                rules: 0,
                hand_set_points: 0.0,
                learned_points: 0.0,
                matters: 0.0,
            });
            rows.len() - 1
        });
        let row = &mut rows[at];
        row.rules += 1;
        row.hand_set_points += rule.hand_set_points * rule.mean_quantity;
        row.learned_points += rule.learned_points * rule.mean_quantity;
        row.matters += rule.matters;
    }
    rows
}

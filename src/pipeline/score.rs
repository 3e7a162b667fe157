//! Score leads as of a moment: rules, model, blend, tiers, quadrant, reasons and warnings.

use super::deals::counters;
use super::figures::final_score;
use super::model::{Blending, Model};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::features::plan::read;
use crate::features::{Attribute, Values};
use crate::logodds::sigmoid;
use crate::measures::{Measures, ModelKinds, Pass, PassOptions, Plan};
use crate::mismatch::{Quadrant, mismatch_gap};
use crate::predictor::{AVERAGE_LEAD, Predictor};
use crate::scorecard::{self, DISQUALIFIED, Evidence, Grades, RuleRequests, Scorecard};
use crate::tables::{ActivityBatches, LeadTable, MISSING, Outcome};

/// Reasons shown of each sign.
const REASONS: usize = 3;
/// From less than this share of what the model goes by, a lead is said to be little known.
const LITTLE_KNOWN: f64 = 0.5;
/// A contribution smaller than this many log-odds is no reason.
const LEAST_REASON: f64 = 0.005;

/// For when the scores are true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The same instant for all leads.
    At(Instant),
    /// Each lead's own, from the as-of column.
    Column,
}

/// What is scored, with what.
pub struct ScoreInputs<'a, 'l> {
    /// The leads.
    pub table: &'a LeadTable,
    /// The activity log, when there is one.
    pub log: Option<&'l mut dyn ActivityBatches>,
    /// The hand-set points.
    pub scorecard: Option<&'a Scorecard>,
    /// The learned side.
    pub model: Option<&'a Model>,
}

/// What decides how leads are scored.
#[derive(Debug, Clone)]
pub struct ScoreSettings {
    /// For when.
    pub as_of: AsOf,
    /// Counters of acts kept as columns.
    pub activity_columns: Vec<String>,
    /// Kinds of our own acts.
    pub ours: Vec<String>,
    /// Whether reasons are wanted; they cost more than the scores.
    pub reasons: bool,
    /// The least evidence that a tier may rest on, 0 to 1; 0: any.
    pub min_evidence: f64,
    /// Said of every lead in `warnings`.
    pub warnings: Vec<String>,
}

/// Where a lead stands at its as-of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Created, not closed.
    Open,
    /// Closed before the as-of; scored as of its close.
    Closed,
    /// Created at or after the as-of; not scored.
    NotCreated,
}

/// The scores of one lead; NaN where the column is empty.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadScore {
    /// The blended score on the scorecard's scale.
    pub score: f64,
    /// Index of the tier reached by the score.
    pub tier: Option<usize>,
    /// The win probability.
    pub win_probability: f64,
    /// The model's score on the scorecard's scale.
    pub model_score: f64,
    /// The model's probability.
    pub model_probability: f64,
    /// Index of the tier reached by the model score.
    pub model_tier: Option<usize>,
    /// P(win | rule score).
    pub rule_probability: f64,
    /// The quadrant.
    pub quadrant: Option<Quadrant>,
    /// Whether the two sides disagree.
    pub mismatch: Option<bool>,
    /// Rank by the model minus rank by the rules, in percentage points.
    pub mismatch_gap: f64,
}

/// All that was worked out about the leads.
pub struct Assessment<'a> {
    /// The leads.
    pub table: &'a LeadTable,
    /// The hand-set points.
    pub scorecard: Option<&'a Scorecard>,
    /// The learned side, when it holds a model.
    pub model: Option<&'a Model>,
    /// `(n_leads,)` the moment each score is true for.
    pub as_of: Vec<Instant>,
    /// `(n_leads,)` where each lead stands.
    pub standing: Vec<Standing>,
    /// `(n_leads,)` the scores.
    pub leads: Vec<LeadScore>,
    /// The rule side.
    pub rules: Option<scorecard::Scored>,
    /// Grades, and a note where they cannot be had.
    pub grades: Option<Grades>,
    /// `(n_leads,)` how much of what the model goes by is known of the lead, 0 to 1; NaN without a model.
    pub evidence: Vec<f64>,
    /// `(n_leads,)` whether that is too little for a tier.
    pub abstained: Vec<bool>,
    /// `(n_leads,)` the model's reasons; empty strings when they were not wanted.
    pub model_reasons: Vec<String>,
    /// `(n_leads,)` warnings.
    pub warnings: Vec<String>,
    /// How many rows of the log were seen, and how many lay at or after their lead's as-of.
    pub acts: (u64, u64),
    attributes: Vec<Attribute>,
    measures: Measures,
    requests: Option<RuleRequests>,
}

/// Scores the leads.
///
/// # Errors
/// Neither scorecard nor model; an empty cell in the as-of column; counters that are no counts.
pub fn score<'a>(inputs: ScoreInputs<'a, '_>, settings: &ScoreSettings) -> Result<Assessment<'a>, InputError> {
    let (table, scorecard, model) = (inputs.table, inputs.scorecard, inputs.model);
    if scorecard.is_none() && model.is_none_or(|m| m.predictor.is_none()) {
        return Err(InputError::new("there is neither a scorecard nor a model to score with")
            .remedy("write a scorecard.toml (`leadscore init` starts one) or train a model with `leadscore train`"));
    }
    let (as_of, standing) = moments(table, settings.as_of)?;
    let mut plan = Plan::default();
    let requests = match scorecard {
        Some(card) => {
            card.refuse_untimed(&settings.activity_columns)?;
            Some(card.requests(&mut plan, &settings.ours))
        }
        None => None,
    };
    let counters = counters(table, &settings.activity_columns)?;
    let kinds = model.filter(|m| m.needs_log()).map(|m| ModelKinds {
        half_life: m.recipe.half_life,
        kinds: Some(m.reading.kinds.clone()),
        max_kinds: usize::MAX,
    });
    let measures = match inputs.log {
        Some(log) => {
            let mut pass = Pass::new(&plan, as_of.clone(), PassOptions { model: kinds });
            log.for_each(&mut |batch| pass.add(batch))?;
            pass.finish(&counters)
        }
        None => Measures::without_log(&plan, table.n_leads(), &counters),
    };
    let predictor = model.and_then(|m| m.predictor.as_ref());
    let attributes = predictor.map(|p| attributes(p, table, &measures, &as_of)).transpose()?.unwrap_or_default();
    let acts = (measures.log().acts_seen, measures.log().acts_after);
    let mut assessment = Assessment {
        table,
        scorecard,
        model: model.filter(|m| m.predictor.is_some()),
        as_of,
        standing,
        leads: Vec::new(),
        rules: None,
        grades: None,
        evidence: Vec::new(),
        abstained: Vec::new(),
        model_reasons: Vec::new(),
        warnings: Vec::new(),
        acts,
        attributes,
        measures,
        requests,
    };
    assessment.fill(model, settings)?;
    Ok(assessment)
}

/// Each lead's moment, and where it stands at it.
fn moments(table: &LeadTable, as_of: AsOf) -> Result<(Vec<Instant>, Vec<Standing>), InputError> {
    let own = match as_of {
        AsOf::At(_) => None,
        AsOf::Column => Some(table.as_of.as_ref().ok_or_else(|| {
            InputError::new("--as-of column needs a column with each lead's own as-of")
                .remedy("name it under [leads] as `as_of = \"…\"`, or give an instant: --as-of 2026-07-01")
        })?),
    };
    let mut moments = Vec::with_capacity(table.n_leads());
    let mut standing = Vec::with_capacity(table.n_leads());
    for row in 0..table.n_leads() {
        let at = match (as_of, own) {
            (AsOf::At(at), _) => at,
            (AsOf::Column, Some(own)) => own[row].ok_or_else(|| {
                InputError::new(format!("lead `{}` has no as-of", table.ids[row]))
                    .at(table.place(row))
                    .remedy("fill the cell, or score all leads as of one instant: --as-of 2026-07-01")
            })?,
            (AsOf::Column, None) => Instant(i64::MAX),
        };
        let time = |times: &Option<Vec<Option<Instant>>>| times.as_ref().and_then(|t| t[row]);
        let (created, closed) = (time(&table.created_at), time(&table.closed_at));
        if created.is_some_and(|c| c >= at) {
            moments.push(at);
            standing.push(Standing::NotCreated);
        } else if let Some(closed) = closed.filter(|c| *c < at && !still_open(table, row)) {
            moments.push(closed);
            standing.push(Standing::Closed);
        } else {
            moments.push(at);
            standing.push(Standing::Open);
        }
    }
    Ok((moments, standing))
}

/// An expected close is no close: with an outcome column a lead without an outcome is open.
fn still_open(table: &LeadTable, row: usize) -> bool {
    table.outcome.as_ref().is_some_and(|o| o[row] == Outcome::Open)
}

fn attributes(
    predictor: &Predictor,
    table: &LeadTable,
    measures: &Measures,
    as_of: &[Instant],
) -> Result<Vec<Attribute>, InputError> {
    let rows: Vec<usize> = (0..table.n_leads()).collect();
    predictor
        .sources()
        .iter()
        .map(|source| {
            let found = read(source, table, &rows, Some(as_of), measures.model_kinds());
            Ok(found.unwrap_or_else(|| absent(source, rows.len())))
        })
        .collect()
}

/// A source that is not there: missing for every lead, or for a kind of activity, never.
fn absent(source: &crate::features::Source, n: usize) -> Attribute {
    use crate::features::{KindMeasure, Source};
    let value = match source {
        Source::Activity { measure: KindMeasure::Count | KindMeasure::Decayed, .. } => 0.0,
        _ => f64::NAN,
    };
    Attribute { source: source.clone(), values: Values::Number(vec![value; n]) }
}

impl Assessment<'_> {
    fn fill(&mut self, version: Option<&Model>, settings: &ScoreSettings) -> Result<(), InputError> {
        if let (Some(card), Some(evidence)) = (self.scorecard, self.evidence()) {
            let rules = card.evaluate(&evidence);
            let reference = version.and_then(|m| m.grade_reference.as_ref());
            self.grades = Some(card.grades(&rules, reference)?);
            self.rules = Some(rules);
        }
        let rows: Vec<usize> = (0..self.table.n_leads()).collect();
        let (log_odds, reasons): (Vec<f64>, Vec<String>) = match self.model.and_then(|m| m.predictor.as_ref()) {
            Some(predictor) => predictor
                .map_rows(&self.attributes, &rows, |row, log_odds, parts| {
                    let why = if settings.reasons {
                        model_reasons(predictor, &self.attributes, row, parts)
                    } else {
                        String::new()
                    };
                    (log_odds, why)
                })
                .into_iter()
                .unzip(),
            None => (vec![f64::NAN; rows.len()], vec![String::new(); rows.len()]),
        };
        self.leads = rows.iter().map(|&row| self.lead_score(row, log_odds[row])).collect();
        self.abstain(settings.min_evidence);
        self.model_reasons = reasons;
        self.warnings = self.warn(settings);
        Ok(())
    }

    /// Takes tiers and quadrant from the leads about which too little is known.
    fn abstain(&mut self, min_evidence: f64) {
        let predictor = self.model.and_then(|m| m.predictor.as_ref());
        let has_log = !self.measures.model_kinds().is_empty();
        self.evidence = match predictor.filter(|p| !p.terms.is_empty()) {
            Some(predictor) => predictor.evidence(&self.attributes, has_log),
            None => vec![f64::NAN; self.leads.len()],
        };
        self.abstained = self.evidence.iter().map(|known| *known < min_evidence).collect();
        for (lead, _) in self.leads.iter_mut().zip(&self.abstained).filter(|(_, abstained)| **abstained) {
            (lead.tier, lead.model_tier) = (None, None);
            (lead.quadrant, lead.mismatch, lead.mismatch_gap) = (None, None, f64::NAN);
        }
    }

    fn evidence(&self) -> Option<Evidence<'_>> {
        let requests = self.requests.as_ref()?;
        Some(Evidence { leads: self.table, measures: &self.measures, requests, as_of: Some(&self.as_of) })
    }

    fn lead_score(&self, row: usize, log_odds: f64) -> LeadScore {
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

    /// Whether the lead is older at its as-of than any deal was when the model looked at it.
    pub fn is_older_than_known(&self, row: usize) -> bool {
        let horizon = self.model.and_then(|m| m.snapshot.horizon);
        let created = self.table.created_at.as_ref().and_then(|c| c[row]);
        horizon.zip(created).is_some_and(|(horizon, created)| self.as_of[row].since(created) > horizon)
    }

    /// Whether a rule disqualifies the lead.
    pub fn is_disqualified(&self, row: usize) -> bool {
        self.rules.as_ref().is_some_and(|r| r.disqualified[row])
    }

    /// The name of a tier of this lead: empty below all tiers and for a lead that is not created yet.
    pub fn tier_name(&self, row: usize, tier: Option<usize>) -> &str {
        match self.scorecard {
            Some(_) if self.standing[row] == Standing::NotCreated => "",
            Some(_) if self.is_disqualified(row) => DISQUALIFIED,
            Some(card) => card.tier_name(tier),
            None => "",
        }
    }

    /// The tier by the rule score alone.
    pub fn rule_tier(&self, row: usize) -> &str {
        match (self.scorecard, &self.rules) {
            (Some(card), Some(rules)) if self.standing[row] != Standing::NotCreated => rules.rule_tier(card, row),
            _ => "",
        }
    }

    /// The rule score; NaN where the column is empty.
    pub fn rule_score(&self, row: usize) -> f64 {
        match &self.rules {
            Some(rules) if self.standing[row] != Standing::NotCreated => rules.rule_score[row],
            _ => f64::NAN,
        }
    }

    /// What the rules say, in points.
    pub fn rule_reasons(&self, row: usize) -> String {
        match (self.scorecard, &self.rules, self.evidence()) {
            (Some(card), Some(rules), Some(evidence)) if self.standing[row] != Standing::NotCreated => {
                card.reasons(rules, &evidence, row)
            }
            _ => String::new(),
        }
    }

    /// What to do next.
    pub fn next_action(&self, row: usize) -> &str {
        match (self.scorecard, &self.rules) {
            (Some(card), Some(rules)) if self.standing[row] == Standing::Open => {
                let lead = &self.leads[row];
                let quadrant = lead.quadrant.map_or("", Quadrant::as_str);
                card.next_action(rules, row, self.tier_name(row, lead.tier), quadrant)
            }
            _ => "",
        }
    }

    /// The points ledger of one lead; it sums to its rule score.
    pub fn points_ledger(&self, row: usize) -> Vec<scorecard::LedgerEntry> {
        match (self.scorecard, &self.rules) {
            (Some(card), Some(rules)) => card.ledger(rules, row),
            _ => Vec::new(),
        }
    }

    /// The names of the log-odds contributions, and for every lead the contributions in that order: the average lead
    /// first; they sum to the logit of its model probability.
    pub fn log_odds_ledgers(&self) -> (Vec<String>, Vec<Vec<f64>>) {
        let Some(predictor) = self.model.and_then(|m| m.predictor.as_ref()) else { return (Vec::new(), Vec::new()) };
        let names = std::iter::once(AVERAGE_LEAD.to_string())
            .chain((0..predictor.n_contributions()).map(|i| predictor.name(i)));
        let rows: Vec<usize> = (0..self.table.n_leads()).collect();
        let lines = predictor.map_rows(&self.attributes, &rows, |_, _, parts| {
            std::iter::once(predictor.average).chain(parts.iter().copied()).collect()
        });
        (names.collect(), lines)
    }

    /// The value behind line `line` of a lead's log-odds ledger, as a person reads it.
    pub fn log_odds_value(&self, line: usize, row: usize) -> String {
        match self.model.and_then(|m| m.predictor.as_ref()) {
            Some(predictor) if line > 0 => predictor.value(line - 1, &self.attributes, row),
            _ => String::new(),
        }
    }

    /// The log-odds ledger of one lead; it sums to the logit of its model probability.
    pub fn log_odds_ledger(&self, row: usize) -> Vec<crate::predictor::Contribution> {
        match self.model.and_then(|m| m.predictor.as_ref()) {
            Some(predictor) => predictor.ledger(&self.attributes, row),
            None => Vec::new(),
        }
    }

    fn warn(&self, settings: &ScoreSettings) -> Vec<String> {
        let horizon = self.model.and_then(|m| m.snapshot.horizon);
        let predictor = self.model.and_then(|m| m.predictor.as_ref());
        let pooled = predictor.map(|p| p.pooled(&self.attributes)).unwrap_or_default();
        (0..self.table.n_leads())
            .map(|row| {
                if self.standing[row] == Standing::NotCreated {
                    return "not created yet".to_string();
                }
                let mut said: Vec<String> = Vec::new();
                if self.standing[row] == Standing::Closed {
                    said.push("closed".to_string());
                }
                if let Some(horizon) = horizon.filter(|_| self.is_older_than_known(row)) {
                    said.push(format!("older than the {:.0} days the model knows", horizon.days()));
                }
                for (term, levels) in &pooled {
                    if let Values::Text(column) = &self.attributes[*term].values {
                        let code = column.codes[row];
                        if code != MISSING && levels[code as usize] {
                            let word = &column.levels[code as usize];
                            said.push(format!("{} `{word}` is new or rare", self.attributes[*term].source));
                        }
                    }
                }
                if self.evidence[row] < LITTLE_KNOWN {
                    said.push(format!("little is known ({:.0} %)", 100.0 * self.evidence[row]));
                }
                if self.abstained[row] {
                    said.push("abstained".to_string());
                }
                said.extend(settings.warnings.iter().cloned());
                said.join("; ")
            })
            .collect()
    }
}

fn blend(
    lead: &mut LeadScore,
    card: &Scorecard,
    rules: &scorecard::Scored,
    row: usize,
    blending: &Blending,
    ranks: &crate::mismatch::Ranks,
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
    if blending.blurred.is_some() {
        return;
    }
    let quadrant = Quadrant::of(card.is_high(rule_score), card.is_high(lead.model_score));
    lead.mismatch_gap = mismatch_gap(ranks, &blending.rule_ranks, lead.model_probability, rule_score);
    lead.mismatch = Some(quadrant.is_mismatch(lead.mismatch_gap, blending.min_gap));
    lead.quadrant = Some(quadrant);
}

/// The largest contributions of each sign, `term +0.31 (value)`.
pub(super) fn model_reasons(predictor: &Predictor, attributes: &[Attribute], row: usize, parts: &[f64]) -> String {
    let mut order: Vec<usize> = (0..parts.len()).filter(|&i| parts[i].abs() >= LEAST_REASON).collect();
    order.sort_by(|&a, &b| parts[b].abs().total_cmp(&parts[a].abs()).then(a.cmp(&b)));
    let of_sign = |up: bool| order.iter().copied().filter(move |&i| (parts[i] > 0.0) == up).take(REASONS);
    of_sign(true)
        .chain(of_sign(false))
        .map(|i| {
            let value = predictor.value(i, attributes, row);
            let value = if value.is_empty() { "missing".to_string() } else { value };
            format!("{} {:+.2} ({value})", predictor.name(i), parts[i])
        })
        .collect::<Vec<_>>()
        .join("; ")
}

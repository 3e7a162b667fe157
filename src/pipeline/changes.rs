//! What changed about one lead between two as-ofs, adding up to the difference exactly.
//!
//! The way from before to after is walked in three steps, each a scoring of its own: the other version (scorecard and
//! model) at the same moment; then time passing with no new act; then the new acts. Each line of both ledgers and each
//! figure of the chain changes by the sum of its three steps, because every step begins where the last one ended.

use super::model::Model;
use super::score::{AsOf, Assessment, ScoreInputs, ScoreSettings, Standing, score};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::scorecard::Scorecard;
use crate::tables::{ActivityBatch, ActivityBatches, Acts, LeadTable};
use crate::values::format_instant;
use serde::Serialize;

/// A figure before and after, and what each step did to it: `before + version + time + acts = after`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The rule, the term or the figure.
    pub name: String,
    /// Before.
    pub before: f64,
    /// By the scorecard or the model being another.
    pub by_version: f64,
    /// By time passing: points fade, a lead grows old or quiet.
    pub by_time: f64,
    /// By new acts.
    pub by_acts: f64,
    /// After.
    pub after: f64,
}

impl Change {
    fn of(name: &str, steps: [f64; 4]) -> Change {
        let [before, other, later, after] = steps;
        let (by_version, by_time, by_acts) = (other - before, later - other, after - later);
        Change { name: name.to_string(), before, by_version, by_time, by_acts, after }
    }

    /// After less before.
    pub fn total(&self) -> f64 {
        self.after - self.before
    }
}

/// An act between the two moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewAct {
    /// When.
    pub at: String,
    /// Its kind.
    pub kind: String,
    /// Its detail; empty where there is none, or where no rule looks at details.
    pub detail: String,
    /// How many acts the row stands for.
    pub count: u32,
}

/// What changed about one lead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes {
    /// The lead.
    pub lead: String,
    /// The earlier moment.
    pub since: String,
    /// The later moment.
    pub as_of: String,
    /// Acts at or after the earlier and before the later moment, in order.
    pub acts: Vec<NewAct>,
    /// By rule, cap and bound, in points; they sum to the change of the rule score.
    pub points: Vec<Change>,
    /// By term, in log-odds; they sum to the change of the logit of the model's probability.
    pub log_odds: Vec<Change>,
    /// The chain from both to the score, as far as there is one.
    pub chain: Vec<Change>,
    /// Tier before and after; empty below all tiers.
    pub tiers: (String, String),
}

/// One version of the two sides, with the lead read by its plan.
#[derive(Clone, Copy)]
pub struct Scorers<'a> {
    /// The table of the one lead.
    pub lead: &'a LeadTable,
    /// The hand-set points.
    pub scorecard: Option<&'a Scorecard>,
    /// The learned side.
    pub model: Option<&'a Model>,
}

/// Compares the lead at `since`, scored by `before`, with the lead at the as-of of `settings`, scored by `after`;
/// `before` is `None` where the version is the same.
///
/// # Errors
/// As [`score`]; a lead that did not exist yet at `since`; a `since` that is not before the as-of.
pub fn changes(
    before: Option<Scorers<'_>>,
    after: Scorers<'_>,
    mut log: Option<&mut dyn ActivityBatches>,
    since: Instant,
    settings: &ScoreSettings,
) -> Result<Changes, InputError> {
    let mut at = |scorers: Scorers<'_>, as_of: AsOf, until: Option<Instant>| {
        let mut known = log.as_deref_mut().map(|log| Until { log, until });
        let source = known.as_mut().map(|log| log as &mut dyn ActivityBatches);
        let inputs =
            ScoreInputs { table: scorers.lead, log: source, scorecard: scorers.scorecard, model: scorers.model };
        state(&score(inputs, &ScoreSettings { as_of, reasons: false, ..settings.clone() })?)
    };
    let first = at(before.unwrap_or(after), AsOf::At(since), None)?;
    let other = match before {
        Some(_) => at(after, AsOf::At(since), None)?,
        None => first.clone(),
    };
    let later = at(after, settings.as_of, Some(first.moment))?;
    let last = at(after, settings.as_of, None)?;
    if last.moment < first.moment {
        return Err(InputError::new("--since lies after the as-of").at("--since").remedy("give an earlier time"));
    }
    let acts = match log {
        Some(log) => new_acts(log, first.moment, last.moment)?,
        None => Vec::new(),
    };
    let states = [&first, &other, &later, &last];
    Ok(Changes {
        lead: after.lead.ids[0].to_string(),
        since: format_instant(first.moment),
        as_of: format_instant(last.moment),
        acts,
        points: by_line(states.map(|s| s.points.as_slice())),
        log_odds: by_line(states.map(|s| s.log_odds.as_slice())),
        chain: by_line(states.map(|s| s.chain.as_slice())),
        tiers: (first.tier.clone(), last.tier.clone()),
    })
}

/// What one scoring says, line by line.
#[derive(Clone)]
struct State {
    moment: Instant,
    points: Vec<(String, f64)>,
    log_odds: Vec<(String, f64)>,
    chain: Vec<(String, f64)>,
    tier: String,
}

fn state(scored: &Assessment<'_>) -> Result<State, InputError> {
    let moment = scored.as_of[0];
    if scored.standing[0] == Standing::NotCreated {
        let what = format!("lead `{}` did not exist yet at {}", &scored.table.ids[0], format_instant(moment));
        return Err(InputError::new(what).remedy("choose a --since after it was created, or leave --since out"));
    }
    let lead = &scored.leads[0];
    let chain = [
        ("rule score", scored.rule_score(0)),
        ("win chance by the rules", lead.rule_probability),
        ("win chance by the model", lead.model_probability),
        ("win chance", lead.win_probability),
        ("score", lead.score),
    ];
    Ok(State {
        moment,
        points: scored.points_ledger(0).into_iter().map(|line| (line.name, line.contribution)).collect(),
        log_odds: scored.log_odds_ledger(0).into_iter().map(|line| (line.name, line.log_odds)).collect(),
        chain: chain.into_iter().filter(|(_, v)| !v.is_nan()).map(|(name, v)| (name.to_string(), v)).collect(),
        tier: scored.tier_name(0, lead.tier).to_string(),
    })
}

/// Every line that any state has, in the order of the last one and then of the others; a line that is not there is 0.
fn by_line(states: [&[(String, f64)]; 4]) -> Vec<Change> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in states.iter().rev().flat_map(|lines| lines.iter()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let sum =
        |lines: &[(String, f64)], name: &str| lines.iter().filter(|(n, _)| n == name).map(|(_, v)| v).sum::<f64>();
    names.into_iter().map(|name| Change::of(name, states.map(|lines| sum(lines, name)))).collect()
}

/// The acts at or after `from` and before `to`, by time; of one instant in the order of the log.
fn new_acts(log: &mut dyn ActivityBatches, from: Instant, to: Instant) -> Result<Vec<NewAct>, InputError> {
    let mut acts: Vec<(Instant, NewAct)> = Vec::new();
    log.for_each(&mut |batch| {
        for act in batch.acts.iter().filter(|act| act.at >= from && act.at < to && act.count > 0) {
            let detail = batch.details.get(act.detail as usize).cloned().unwrap_or_default();
            let kind = batch.kinds[act.kind as usize].clone();
            acts.push((act.at, NewAct { at: format_instant(act.at), kind, detail, count: act.count }));
        }
    })?;
    acts.sort_by_key(|(at, _)| *at);
    Ok(acts.into_iter().map(|(_, act)| act).collect())
}

/// A log as it was known at a moment: without what came at or after it.
struct Until<'l> {
    log: &'l mut dyn ActivityBatches,
    until: Option<Instant>,
}

impl ActivityBatches for Until<'_> {
    fn for_each(&mut self, each: &mut dyn FnMut(ActivityBatch<'_>)) -> Result<(), InputError> {
        let Some(until) = self.until else { return self.log.for_each(each) };
        let mut kept = Acts::default();
        self.log.for_each(&mut |batch| {
            kept.clear();
            kept.extend(batch.acts.iter().filter(|act| act.at < until));
            each(ActivityBatch { acts: &kept, ..batch });
        })
    }
}

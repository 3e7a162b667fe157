//! The scorecard, the model and their blend on past deals as they were then.
//!
//! Each deal is judged by a model that had not seen it: the out-of-fold predictions of the same procedure that
//! [`train`](super::train) runs. Everything is by row weight, as someone who scores open leads meets the deals: a win on
//! the first day is hardly ever among them, and nobody can gain it by calling in order. Only then is a win probability,
//! which is what an open lead has, comparable with cost ÷ value. The cut-offs scale the weights to the number of deals.

mod bands;
mod cutoff;
pub(super) mod past;
mod quality;
mod surprises;

pub use bands::{Band, SideBands, TierRow};
pub use cutoff::{Capacity, CapacityCut, Cut, Money, Period, ValueCut, ValueRow};
pub use past::Side;
pub use quality::{Level, Quality};
pub use surprises::{Surprise, SurpriseList};

use super::deals::{DealInputs, Deals, Keep, RuleEvidence, gather_and_keep};
use super::figures::side_figures;
use super::leaks::{self, ScreenSettings};
use super::model::{Model, SideFigures};
use super::purpose::{Cost, Purpose};
use super::train::{Predicted, Procedure, TrainSettings, procedure};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::metrics::{Rate, score_figures};
use crate::scorecard::Scorecard;
use crate::snapshot::RowWeights;
use crate::tables::LeadTable;
use crate::text::{counted, percent, thousands};
use crate::watch::Stage;
pub(super) use past::Past;
use serde::Serialize;

/// Folds when the project asks for none: without any, no deal is predicted by a model that had not seen it.
const LEAST_FOLDS: usize = 5;

/// What learning and looking back takes, in proportion.
const LEARNING_LOOKING_BACK: [f64; 2] = [0.8, 0.2];

/// Everything that decides a backtest.
#[derive(Debug, Clone)]
pub struct BacktestSettings {
    /// The procedure that is judged.
    pub train: TrainSettings,
    /// Columns to sum up by; empty: those named like a source or campaign.
    pub by: Vec<String>,
    /// How many leads sales can work.
    pub capacity: Option<Capacity>,
    /// What working a lead costs and a win is worth.
    pub money: Option<Money>,
    /// Hours that working one lead takes.
    pub hours_per_lead: Option<f64>,
    /// How many deals of each list are shown.
    pub top: usize,
}

/// What the past deals say.
#[derive(Debug, Clone, Serialize)]
pub struct Backtest {
    /// The scorecard's name.
    pub scorecard: Option<String>,
    /// Closed deals.
    pub deals: usize,
    /// Those that are judged: predicted by a model that had not seen them; all, when there is no model.
    pub judged: Rate,
    /// What row weights make of that and the other rates.
    pub row_weights: RowWeights,
    /// Earliest and latest as-of of the judged deals.
    #[serde(skip)]
    pub as_of: Option<(Instant, Instant)>,
    /// Closed deals with any activity before their as-of.
    #[serde(skip)]
    pub deals_with_acts: usize,
    /// How the deals were parted for the predictions.
    pub fold_scheme: String,
    /// The blend weight.
    pub blend_weight: Option<f64>,
    /// The three sides on the same deals.
    pub figures: SideFigures,
    /// Win rate by tenth of the deals, for each side.
    pub bands: Vec<SideBands>,
    /// Win rate by tier.
    pub tiers: Vec<TierRow>,
    /// Deals high by the rules and lost.
    pub high_score_no_order: Option<SurpriseList>,
    /// Deals low by the rules and won.
    pub low_score_order: Option<SurpriseList>,
    /// The cut-off by sales capacity.
    pub capacity: Option<CapacityCut>,
    /// The cut-off by cost and value.
    pub value: Option<ValueCut>,
    /// Sources and campaigns by quality.
    pub sources: Vec<Quality>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// Judges scorecard, model and blend on the closed deals of `inputs`.
///
/// # Errors
/// Inputs that cannot be looked at as of a moment; no closed deal; a column of `by` that is not there. Few deals or no
/// scorecard are no error: what is missing is said in the notes.
pub fn backtest(inputs: DealInputs<'_, '_>, settings: &BacktestSettings) -> Result<Backtest, InputError> {
    look_back(inputs, settings).map(|looked| looked.found)
}

/// A backtest together with what it rests on, for whoever says more about the same deals.
pub(super) struct LookedBack {
    pub(super) found: Backtest,
    pub(super) deals: Deals,
    pub(super) past: Past,
    pub(super) done: Procedure,
    pub(super) evidence: Option<RuleEvidence>,
    pub(super) train: TrainSettings,
}

/// As [`backtest`], with the deals and the models.
fn look_back(inputs: DealInputs<'_, '_>, settings: &BacktestSettings) -> Result<LookedBack, InputError> {
    let (table, scorecard) = (inputs.table, inputs.scorecard);
    let (mut deals, evidence) = gather_and_keep(inputs, &settings.train.deals, Keep::Evidence)?;
    leaks::leave_out(&mut deals, &ScreenSettings::of(&settings.train.deals));
    look_back_on(deals, evidence, table, scorecard, settings)
}

/// As [`backtest`], on deals already gathered and screened.
pub(super) fn look_back_on(
    deals: Deals,
    evidence: Option<RuleEvidence>,
    table: &LeadTable,
    scorecard: Option<&Scorecard>,
    settings: &BacktestSettings,
) -> Result<LookedBack, InputError> {
    let columns = quality::columns(table, &settings.by, &settings.train.deals.plan.exclude)?;
    let mut train = settings.train.clone();
    train.folds = if train.folds == 0 { LEAST_FOLDS } else { train.folds };
    let all: Vec<usize> = (0..deals.n()).collect();
    let cost = Cost::of(deals.n(), Purpose::Keep, train.folds).total();
    let work = train.deals.watch.begin(Stage::new("learning from deals", "deal", cost));
    let [learning, _looking_back] = work.split(LEARNING_LOOKING_BACK);
    let done = procedure(&deals, scorecard, &all, Purpose::Keep, None, &train, learning)?;
    let past = Past::of(&deals, scorecard, &done);
    let Some(judged) = Rate::of(&past.y, &past.w) else {
        return Err(deals.snapshots.no_deals());
    };
    let lists = surprises::lists(&surprises::Sources {
        table,
        deals: &deals,
        past: &past,
        scorecard,
        done: &done,
        evidence: evidence.as_ref(),
        top: settings.top,
    });
    let (high_score_no_order, low_score_order) = lists.unzip();
    let sources = quality::by_columns(table, &columns, &deals, &past, train.learn.terms.min_level_count);
    let weights = judged.weighted_by(deals.snapshots.row_weights);
    let mut notes = notes(scorecard, &done);
    notes.extend(whose_rates(&past, &judged, deals.snapshots.row_weights, !sources.is_empty()));
    notes.extend(past.as_of.is_none().then(|| Model::NO_TIMES.to_string()));
    notes.extend(leaks::notes(&deals.leaks));
    let span_days = past.as_of.map(|(first, last)| last.since(first).days());
    let capacity = match settings.capacity {
        Some(capacity) => cutoff::by_capacity(&past, capacity, span_days, settings.hours_per_lead, &mut notes),
        None => None,
    };
    let found = Backtest {
        scorecard: scorecard.map(|s| s.name.clone()),
        deals: deals.n(),
        judged,
        row_weights: weights,
        as_of: past.as_of,
        deals_with_acts: deals.deals_with_acts,
        fold_scheme: done.folds.as_ref().map_or("none", |f| f.scheme.as_str()).to_string(),
        blend_weight: done.blending.as_ref().map(|b| b.blend.weight),
        figures: figures(&deals, scorecard, &done, &past),
        bands: bands::by_tenth(&past),
        tiers: scorecard.map(|card| bands::by_tier(card, &past)).unwrap_or_default(),
        high_score_no_order,
        low_score_order,
        capacity,
        value: settings.money.map(|money| cutoff::by_value(&past, money, settings.hours_per_lead)),
        sources,
        notes,
    };
    Ok(LookedBack { found, deals, past, done, evidence, train })
}

/// The three sides' figures; without a model, the scorecard's order alone.
fn figures(deals: &Deals, scorecard: Option<&Scorecard>, done: &Procedure, past: &Past) -> SideFigures {
    let predicted: Option<&Predicted> = done.out_of_fold.as_ref();
    match predicted {
        Some(predicted) => side_figures(deals, scorecard, predicted, done.blending.as_ref()),
        None => SideFigures {
            scorecard: past.rule_score.as_ref().map(|score| score_figures(&past.y, score, &past.w)),
            model: None,
            blend: None,
            calibration: Vec::new(),
            tiers: Vec::new(),
        },
    }
}

/// What is missing, and what a reader must know of what is there.
fn notes(scorecard: Option<&Scorecard>, done: &Procedure) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    match scorecard {
        None => {
            notes.push("There is no scorecard: only the model is judged, and no deal is high or low by points.".into())
        }
        Some(card) if card.handover.is_none() => {
            notes.push("The scorecard has no tiers: no deal is high or low by its points.".into());
        }
        Some(_) => {}
    }
    match (&done.why_no_model, &done.out_of_fold) {
        (Some(why), _) => notes.push(format!("There is no model: {why}. Only the scorecard is judged.")),
        (None, None) => notes.push("The model could not be judged on deals it had not seen.".into()),
        (None, Some(_)) => {}
    }
    notes.extend(done.folds.iter().flat_map(|f| f.notes.iter().cloned()));
    notes
}

/// Whose rates and cut-offs are told, and what counts deals otherwise; nothing where every deal counts once.
fn whose_rates(past: &Past, judged: &Rate, weights: RowWeights, has_sources: bool) -> Option<String> {
    if past.w.iter().all(|w| *w == past.w[0]) {
        return None;
    }
    let but = if has_sources { ", but those of sources and campaigns," } else { "" };
    Some(format!(
        "Rates and cut-offs{but} are {}{}. Counted so, {} of the {} were won; each counted once, {} ({}).",
        weights.whose(),
        weights.why(),
        percent(judged.rate),
        counted(judged.n, "deal"),
        percent(judged.wins as f64 / judged.n as f64),
        thousands(judged.wins)
    ))
}

//! Monitor: recent closed deals and open leads against what the live version learned from.
//!
//! Inputs may drift without harm, and a model may decay without drift, so both are looked at: how columns and scores
//! are spread now (stability index against the stored training reference), and whether the promised wins came
//! (calibration, AUC, what became of each quadrant). What is said to have moved lies beyond chance as well as beyond its
//! limit; on few deals the limits alone would cry wolf.

mod alarms;
mod decay;
mod drift;
mod due;
mod months;
mod signs;

pub use alarms::Alarm;
pub use decay::Calibration;
pub use drift::{Drift, Group, State, TierVolume};
pub use due::Due;
pub use months::Month;
pub use signs::{Sign, What};

use super::deals::{DealInputs, DealSettings, gather};
use super::model::{Model, PlannedColumn};
use super::retrain::{Current, News, read_as_trained, read_by, said};
use super::score::{AsOf, ScoreInputs, ScoreSettings, Standing, score};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::features::Attribute;
use crate::logodds::sigmoid;
use crate::metrics::Auc;
use crate::mismatch::QuadrantRecord;
use crate::snapshot::{Mode, RowWeights};
use crate::tables::{ActivityBatches, LeadTable};
use crate::text::counted;
use crate::values::format_day;
use crate::watch::Stage;
use decay::{Recent, order};
use drift::Look;
use months::Said;
use serde::Serialize;
use std::borrow::Cow;

/// Fewer closed deals say nothing of calibration and order.
pub const FEWEST_TO_SAY: usize = 30;

/// From where on something is an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limits {
    /// Stability index of a column or the score.
    pub psi: f64,
    /// Wins may differ from those expected by this share.
    pub calibration: f64,
    /// AUC may fall by this.
    pub auc_drop: f64,
    /// The share missing of a column may rise or fall by this.
    pub missing: f64,
    /// Words that no training deal had may take this share.
    pub new_levels: f64,
}

/// What decides a look.
#[derive(Debug, Clone)]
pub struct MonitorSettings {
    /// How deals are gathered.
    pub deals: DealSettings,
    /// Deals settled from here on are recent; default: the end of the version's training data.
    pub since: Option<Instant>,
    /// For when open leads are looked at; default: the end of the data.
    pub as_of: Option<Instant>,
    /// The limits.
    pub limits: Limits,
}

/// What a look found.
#[derive(Debug, Clone, Serialize)]
pub struct Monitor {
    /// The version.
    pub version: u32,
    /// Which recent deals are held to what was promised of them.
    pub due: Due,
    /// These against the training deals.
    pub closed: Option<Group>,
    /// Open leads against the training deals.
    pub open: Option<Group>,
    /// Wins that came against wins that were expected.
    pub calibration: Option<Calibration>,
    /// The tenth of these deals in which promise and truth are furthest apart, beyond chance: `in the highest tenth: …`.
    pub furthest_off: Option<String>,
    /// AUC on the recent deals.
    pub auc: Option<Auc>,
    /// AUC that the version was honest to promise.
    pub promised_auc: Option<f64>,
    /// Recent deals by month.
    pub months: Vec<Month>,
    /// What became of the recent deals of each quadrant.
    pub quadrants: Vec<QuadrantRecord>,
    /// What became of the training deals of each quadrant.
    pub quadrants_then: Vec<QuadrantRecord>,
    /// Why deals weigh differently.
    #[serde(skip)]
    pub row_weights: RowWeights,
    /// What lies beyond the limits; empty: all is well.
    pub alarms: Vec<Alarm>,
    /// What else a reader must know.
    pub notes: Vec<String>,
}

/// Looks at what came since a version was trained.
///
/// # Errors
/// A version without a model; deals that cannot be gathered or have no closing times.
pub fn monitor(
    table: &LeadTable,
    mut log: Option<&mut dyn ActivityBatches>,
    current: &Current<'_>,
    settings: &MonitorSettings,
) -> Result<Monitor, InputError> {
    let model = current.model;
    let (Some(predictor), Some(reference)) = (&model.predictor, &model.reference) else {
        return Err(InputError::new(format!("version {} holds no model to watch", current.version))
            .remedy("run `leadscore train` once there are enough closed deals"));
    };
    let lent = log.as_mut().map(|l| &mut **l as &mut dyn ActivityBatches);
    let how = as_at_training(model, &settings.deals);
    let deals = gather(DealInputs { table, log: lent, scorecard: current.scorecard }, &how)?;
    let stage = Stage::new("comparing with the training", "deal", deals.n());
    let [deals_then, _leads_now] = settings.deals.watch.begin(stage).split([1.0, 1.0]);
    let cut_off = settings.since.or(model.snapshot.until);
    let settled = News::of(&deals.snapshots, cut_off, how.snapshot.lost_after)?.new;
    let (due, rows) = Due::of(&deals, settled, cut_off, reference);
    let all: Vec<usize> = (0..deals.n()).collect();
    let p = said(&deals, predictor, model.blending.as_ref(), &all);
    let attributes: Vec<Attribute> = read_by(&deals, predictor).into_iter().map(Cow::into_owned).collect();
    let p_model: Vec<f64> = predictor.log_odds(&attributes, &all).into_iter().map(sigmoid).collect();
    let w = &deals.snapshots.row_weight;
    let look = Look { model, predictor, reference, attributes: &attributes, p: &p, w };
    let recent = Recent::of(&deals, &p, &p_model, &rows);
    let closed = (!rows.is_empty()).then(|| {
        let mut group = Group::of(&look, &rows);
        group.tiers = drift::tiers(current, &recent.scores(current));
        group
    });
    let promised_auc = promised(model);
    let said = Said { look, deals: &deals, p_model: &p_model };
    let says = rows.len() >= FEWEST_TO_SAY;
    drop(deals_then);
    let (open, left_out) = open_leads(table, log, current, settings, deals.snapshots.until)?;
    let mut found = Monitor {
        version: current.version,
        notes: notes(&due).into_iter().chain(left_out).collect(),
        due,
        closed,
        open,
        calibration: says.then(|| Calibration::of(&recent.y, &recent.p, &recent.w)),
        furthest_off: if says { recent.furthest_off() } else { None },
        auc: if says { order(&recent) } else { None },
        promised_auc,
        months: months::months(&said, current, &rows, promised_auc, &settings.limits),
        quadrants: recent.quadrant_records(current),
        quadrants_then: model.blending.as_ref().map(|b| b.records.clone()).unwrap_or_default(),
        row_weights: model.row_weights(),
        alarms: Vec::new(),
    };
    found.alarms = alarms::alarms(&found, &gone(table, model), &settings.limits);
    Ok(found)
}

/// Deals gathered as they were at the training: the same sources, moments of the same kind, the same horizon.
fn as_at_training(model: &Model, now: &DealSettings) -> DealSettings {
    let mut settings = read_as_trained(model, now);
    settings.snapshot.lost_after = model.recipe.lost_after;
    settings.snapshot.mode = Some(match model.snapshot.mode {
        Mode::Random { .. } => Mode::Random { horizon: model.snapshot.horizon },
        mode => mode,
    });
    settings
}

/// What is left out and why, and whether the rest is enough.
fn notes(due: &Due) -> Vec<String> {
    let mut notes: Vec<String> = due.sentence().into_iter().collect();
    if due.due < FEWEST_TO_SAY {
        let first = due.first_due.filter(|_| due.due == 0).map(format_day);
        let first = first.map_or_else(String::new, |day| format!("; the first are due from {day} on"));
        notes.push(format!(
            "{} {} held to their promise: too few (under {FEWEST_TO_SAY}) to say whether the promised wins came{first}.",
            counted(due.due, "deal"),
            if due.due == 1 { "is" } else { "are" }
        ));
    }
    notes
}

/// Planned columns that are gone or of another kind.
fn gone(table: &LeadTable, model: &Model) -> Vec<String> {
    let there =
        |planned: &PlannedColumn| table.column(&planned.name).map(|c| c.column_type) == Some(planned.column_type);
    model.reading.columns.iter().filter(|planned| !there(planned)).map(|planned| planned.name.clone()).collect()
}

/// The AUC of what is live on deals held out, or else out of fold.
fn promised(model: &Model) -> Option<f64> {
    let held_out = model.holdout.as_ref().and_then(|h| h.figures.as_ref());
    let figures = held_out.or(model.out_of_fold.as_ref())?;
    figures.of_scores()?.auc.map(|a| a.value)
}

/// The leads that are open at the as-of and no older than what the version learned from; `None` when there are none. And
/// what was left out, in words.
fn open_leads(
    table: &LeadTable,
    log: Option<&mut dyn ActivityBatches>,
    current: &Current<'_>,
    settings: &MonitorSettings,
    end: Option<Instant>,
) -> Result<(Option<Group>, Option<String>), InputError> {
    let at = settings.as_of.or(end).unwrap_or(Instant(i64::MAX));
    let scoring = ScoreSettings {
        activity_columns: settings.deals.plan.activity_columns.clone(),
        ours: settings.deals.plan.ours.clone(),
        ..ScoreSettings::of(AsOf::At(at))
    };
    let inputs = ScoreInputs { table, log, scorecard: current.scorecard, model: Some(current.model) };
    let assessment = score(inputs, &scoring)?;
    let is_open = |row: &usize| {
        assessment.standing[*row] == Standing::Open
            && table.outcome.as_ref().is_none_or(|o| o[*row] == crate::tables::Outcome::Open)
    };
    let open: Vec<usize> = (0..table.n_leads()).filter(is_open).collect();
    // Older leads were never looked at in training, so that they are older is no drift.
    let horizon = current.model.snapshot.horizon;
    let created = |row: usize| table.created_at.as_ref().and_then(|times| times[row]);
    let is_known =
        |row: &usize| horizon.zip(created(*row)).is_none_or(|(horizon, created)| created.plus(horizon) >= at);
    let (rows, older): (Vec<usize>, Vec<usize>) = open.into_iter().partition(is_known);
    let left_out = horizon.filter(|_| !older.is_empty()).map(|horizon| {
        format!(
            "{} older than the {:.0} days up to which the version looked at deals: left out.",
            counted(older.len(), "open lead"),
            horizon.days()
        )
    });
    let (Some(reference), Some(predictor)) = (&current.model.reference, &current.model.predictor) else {
        return Ok((None, left_out));
    };
    if rows.is_empty() {
        return Ok((None, left_out));
    }
    let p: Vec<f64> = assessment.leads.iter().map(|l| l.win_probability).collect();
    let (w, attributes) = (vec![1.0; table.n_leads()], assessment.attributes());
    let look = Look { model: current.model, predictor, reference, attributes, p: &p, w: &w };
    let mut group = Group::of(&look, &rows);
    let scores: Vec<f64> = rows.iter().map(|&row| assessment.leads[row].score).collect();
    group.tiers = drift::tiers(current, &scores);
    Ok((Some(group), left_out))
}

//! Monitor: recent closed deals and open leads against what the live version learned from.
//!
//! Inputs may drift without harm, and a model may decay without drift, so both are looked at: how columns and scores
//! are spread now (stability index against the stored training reference), and whether the promised wins came
//! (calibration, AUC, what became of each quadrant). What is said to have moved lies beyond chance as well as beyond its
//! limit; on few deals the limits alone would cry wolf.

mod decay;
mod drift;

pub use decay::{Calibration, Month};
pub use drift::{Drift, Group, State, TierVolume};

use super::deals::{DealInputs, DealSettings, gather};
use super::model::Model;
use super::retrain::{Current, News, read_by, said};
use super::score::{AsOf, ScoreInputs, ScoreSettings, Standing, score};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::logodds::sigmoid;
use crate::metrics::{Auc, auc};
use crate::mismatch::{self, Quadrant, QuadrantRecord};
use crate::tables::{ActivityBatches, LeadTable};
use decay::{Recent, Said};
use serde::Serialize;

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
    /// Recent closed deals against the training deals.
    pub closed: Option<Group>,
    /// Open leads against the training deals.
    pub open: Option<Group>,
    /// Wins that came against wins that were expected.
    pub calibration: Option<Calibration>,
    /// AUC on the recent closed deals.
    pub auc: Option<Auc>,
    /// AUC that the version was honest to promise.
    pub promised_auc: Option<f64>,
    /// Recent closed deals by month.
    pub months: Vec<Month>,
    /// What became of the recent deals of each quadrant.
    pub quadrants: Vec<QuadrantRecord>,
    /// What became of the training deals of each quadrant.
    pub quadrants_then: Vec<QuadrantRecord>,
    /// What lies beyond the limits, in sentences; empty: all is well.
    pub alarms: Vec<String>,
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
    let how = DealSettings { half_life: model.recipe.half_life, ..settings.deals.clone() };
    let deals = gather(DealInputs { table, log: lent, scorecard: current.scorecard }, &how)?;
    let cut_off = settings.since.or(model.snapshot.until);
    let rows = News::of(&deals.snapshots, cut_off, settings.deals.snapshot.lost_after)?.new;
    let all: Vec<usize> = (0..deals.n()).collect();
    let p = said(&deals, predictor, model.blending.as_ref(), &all);
    let attributes = read_by(&deals, predictor);
    let p_model: Vec<f64> = predictor.log_odds(&attributes, &all).into_iter().map(sigmoid).collect();
    let recent = Recent::of(&deals, &p, &p_model, &rows);
    let closed = (!rows.is_empty()).then(|| {
        let mut group = Group::of(reference, &attributes, &p, &rows, &deals.snapshots.row_weight);
        group.tiers = drift::tiers(current, &recent.scores(current));
        group
    });
    let said = Said { reference, attributes: &attributes, deals: &deals, p: &p, p_model: &p_model };
    let months = decay::months(&said, current, &rows);
    let open = open_leads(table, log, current, settings, deals.snapshots.until)?;
    let quadrants = recent.quadrants(current);
    let mut found = Monitor {
        version: current.version,
        closed,
        open,
        calibration: (rows.len() >= FEWEST_TO_SAY).then(|| Calibration::of(&recent.y, &recent.p, &recent.w)),
        auc: if rows.len() >= FEWEST_TO_SAY { auc(&recent.y, &recent.p, &recent.w) } else { None },
        promised_auc: promised(model),
        months,
        quadrants: mismatch::records(&quadrants, &recent.y, &recent.w),
        quadrants_then: model.blending.as_ref().map(|b| b.records.clone()).unwrap_or_default(),
        alarms: Vec::new(),
        notes: Vec::new(),
    };
    if quadrants.is_empty() {
        found.quadrants.clear();
    }
    if rows.len() < FEWEST_TO_SAY {
        found.notes.push(format!(
            "{} closed since: too few (under {FEWEST_TO_SAY}) to say whether the promised wins came.",
            rows.len()
        ));
    }
    found.alarms = alarms(&found, table, model, &settings.limits);
    Ok(found)
}

/// The AUC of what is live on deals held out, or else out of fold.
fn promised(model: &Model) -> Option<f64> {
    let held_out = model.holdout.as_ref().and_then(|h| h.figures.as_ref());
    let figures = held_out.or(model.out_of_fold.as_ref())?;
    figures.blend.as_ref().or(figures.model.as_ref())?.auc.map(|a| a.value)
}

/// The leads that are open at the as-of; `None` when there are none.
fn open_leads(
    table: &LeadTable,
    log: Option<&mut dyn ActivityBatches>,
    current: &Current<'_>,
    settings: &MonitorSettings,
    end: Option<Instant>,
) -> Result<Option<Group>, InputError> {
    let at = settings.as_of.or(end).unwrap_or(Instant(i64::MAX));
    let scoring = ScoreSettings {
        as_of: AsOf::At(at),
        activity_columns: settings.deals.plan.activity_columns.clone(),
        ours: settings.deals.plan.ours.clone(),
        reasons: false,
        min_evidence: 0.0,
        warnings: Vec::new(),
    };
    let inputs = ScoreInputs { table, log, scorecard: current.scorecard, model: Some(current.model) };
    let assessment = score(inputs, &scoring)?;
    let is_open = |row: &usize| {
        assessment.standing[*row] == Standing::Open
            && table.outcome.as_ref().is_none_or(|o| o[*row] == crate::tables::Outcome::Open)
    };
    let rows: Vec<usize> = (0..table.n_leads()).filter(is_open).collect();
    let Some(reference) = current.model.reference.as_ref().filter(|_| !rows.is_empty()) else { return Ok(None) };
    let p: Vec<f64> = assessment.leads.iter().map(|l| l.win_probability).collect();
    let mut group = Group::of(reference, assessment.attributes(), &p, &rows, &vec![1.0; table.n_leads()]);
    let scores: Vec<f64> = rows.iter().map(|&row| assessment.leads[row].score).collect();
    group.tiers = drift::tiers(current, &scores);
    Ok(Some(group))
}

/// What lies beyond the limits.
fn alarms(found: &Monitor, table: &LeadTable, model: &Model, limits: &Limits) -> Vec<String> {
    let mut alarms = Vec::new();
    for planned in &model.reading.columns {
        if table.column(&planned.name).is_none_or(|c| c.column_type != planned.column_type) {
            alarms.push(format!("Column `{}` is gone or of another kind than at training.", planned.name));
        }
    }
    for (who, group) in [("closed deals", &found.closed), ("open leads", &found.open)] {
        alarms.extend(group.iter().flat_map(|g| g.alarms(who, limits)));
    }
    if let Some(c) = found.calibration.as_ref().filter(|c| c.is_beyond(limits.calibration)) {
        alarms.push(c.sentence());
    }
    if let (Some(now), Some(then)) = (&found.auc, found.promised_auc)
        && then - now.value > limits.auc_drop
        && now.interval.high < then
    {
        alarms.push(format!(
            "The order is worse than promised: AUC {:.3} (95 % interval {:.3} to {:.3}) on the recent deals, {then:.3} at \
             training.",
            now.value, now.interval.low, now.interval.high
        ));
    }
    alarms
}

impl Recent {
    /// The recent deals' scores on the scorecard's scale; empty without one.
    fn scores(&self, current: &Current<'_>) -> Vec<f64> {
        let Some(blending) = &current.model.blending else { return Vec::new() };
        self.p.iter().map(|&p| blending.link.score(p)).collect()
    }

    /// The recent deals' quadrants; none where the version tells none.
    fn quadrants(&self, current: &Current<'_>) -> Vec<Quadrant> {
        let told = current.model.blending.as_ref().filter(|b| b.blurred.is_none());
        let (Some(blending), Some(card), Some(rule_score)) = (told, current.scorecard, &self.rule_score) else {
            return Vec::new();
        };
        let both = rule_score.iter().zip(&self.p_model);
        both.map(|(&s, &p)| Quadrant::of(card.is_high(s), card.is_high(blending.model_link.score(p)))).collect()
    }
}

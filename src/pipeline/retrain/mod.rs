//! Retrain: a challenger against the current version, on the newest deals, which neither has seen.
//!
//! The current version names the end of its training data, so the deals settled since are new to it. The newer half of
//! them judges; the challenger learns from everything before that half, by the same procedure as
//! [`train`](super::train::train). What is published is that procedure on all deals, with the judging figures kept.

mod gate;
mod news;

pub use gate::{GateRecord, Judged, SideResult, Verdict};
pub use news::{News, TooFew};

use super::deals::{DealInputs, DealSettings, Deals, gather};
use super::leaks::{self, ScreenSettings};
use super::model::Model;
use super::score::absent;
use super::train::{TrainSettings, fit_all, pick, procedure, rule_curve};
use crate::asof::Instant;
use crate::blend::RuleCurve;
use crate::fault::InputError;
use crate::features::{Attribute, Source};
use crate::logodds::sigmoid;
use crate::predictor::Predictor;
use crate::scorecard::Scorecard;
use crate::tables::{ActivityBatches, ColumnType, LeadTable};
use serde::{Deserialize, Serialize};

/// The share of old deals won may move by so much before their outcomes count as changed.
const OUTCOMES_CHANGED: f64 = 0.05;

/// The version that is live, as it stands.
pub struct Current<'a> {
    /// Its number.
    pub version: u32,
    /// Its content.
    pub model: &'a Model,
    /// The scorecard stored with it.
    pub scorecard: Option<&'a Scorecard>,
}

/// What decides a retraining.
#[derive(Debug, Clone)]
pub struct RetrainSettings {
    /// The procedure.
    pub train: TrainSettings,
    /// By how much a challenger may be worse, in log loss and in AUC.
    pub margin: f64,
    /// Fewest deals that may judge.
    pub min_deals: usize,
}

/// How a version came to be judged; stored with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The version it was judged against.
    pub against: u32,
    /// Deals settled since that version's training data ended.
    pub new_deals: usize,
    /// Deals that judged, and wins among them.
    pub judged: (usize, usize),
    /// When the judged deals begin and end.
    pub span: (Instant, Instant),
    /// What came of it.
    pub gate: GateRecord,
}

/// What a retraining comes to.
pub enum Outcome {
    /// Too few new deals.
    TooFew(TooFew),
    /// Columns or outcomes are not those of the current version: what differs, one sentence each.
    Changed(Vec<String>),
    /// Judged: the challenger, refitted on all deals, with its judgement inside.
    Judged(Box<Model>),
}

/// A retraining, and what was seen on the way.
pub struct Retraining {
    /// What it comes to.
    pub outcome: Outcome,
    /// Closed deals.
    pub n_deals: usize,
    /// Closed deals with any activity before their as-of.
    pub deals_with_acts: usize,
}

/// Judges a challenger against the current version.
///
/// # Errors
/// As [`train`](super::train::train); deals without closing times, of which nobody knows which are new.
pub fn retrain(
    table: &LeadTable,
    mut log: Option<&mut dyn ActivityBatches>,
    scorecard: Option<&Scorecard>,
    current: &Current<'_>,
    settings: &RetrainSettings,
) -> Result<Retraining, InputError> {
    let train = &settings.train;
    let ending =
        |outcome, deals: &Deals| Ok(Retraining { outcome, n_deals: deals.n(), deals_with_acts: deals.deals_with_acts });
    // A trait object behind a mutable reference has to be lent anew for each reading.
    let lent = log.as_mut().map(|l| &mut **l as &mut dyn ActivityBatches);
    let mut deals = gather(DealInputs { table, log: lent, scorecard }, &train.deals)?;
    let news = News::of(&deals.snapshots, current.model.snapshot.until, train.deals.snapshot.lost_after)?;
    let changed = changes(table, log.is_some(), &deals, &news, current.model);
    if !changed.is_empty() {
        return ending(Outcome::Changed(changed), &deals);
    }
    if let Some(too_few) = news.too_few(&deals.snapshots, settings.min_deals) {
        return ending(Outcome::TooFew(too_few), &deals);
    }
    let lent = log.as_mut().map(|l| &mut **l as &mut dyn ActivityBatches);
    let own = gather(
        DealInputs { table, log: lent, scorecard: current.scorecard },
        &DealSettings { half_life: current.model.recipe.half_life, ..train.deals.clone() },
    )?;
    leaks::leave_out(&mut deals, &ScreenSettings::of(&train.deals));
    let judgement = judge(&deals, &own, &news, scorecard, current, settings)?;
    let mut model = fit_all(table, &deals, scorecard, train)?;
    model.notes.push(judgement.sentence());
    model.judgement = Some(judgement);
    ending(Outcome::Judged(Box::new(model)), &deals)
}

/// What the current version cannot be compared over, in sentences.
fn changes(table: &LeadTable, has_log: bool, deals: &Deals, news: &News, model: &Model) -> Vec<String> {
    let mut said = Vec::new();
    for planned in &model.reading.columns {
        match table.column(&planned.name) {
            None => said.push(format!("column `{}`, which the current version reads, is gone", planned.name)),
            Some(found) if found.column_type != planned.column_type => said.push(format!(
                "column `{}` was read as a {} and now looks like a {}",
                planned.name,
                kind_of(planned.column_type),
                kind_of(found.column_type)
            )),
            Some(_) => {}
        }
    }
    if model.needs_log() && !has_log {
        said.push("the current version counts activities, and there is no activity log".to_string());
    }
    let won = pick(&deals.snapshots.won, &news.old).iter().sum::<f64>();
    let (now, then) =
        (won / news.old.len().max(1) as f64, model.snapshot.won as f64 / model.snapshot.deals.max(1) as f64);
    if (now - then).abs() > OUTCOMES_CHANGED {
        said.push(format!(
            "of the deals from before the current version's cut-off {:.1} % are won now and {:.1} % were then: the \
             outcomes, or the words for them, have changed",
            now * 100.0,
            then * 100.0
        ));
    }
    said
}

fn kind_of(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Number => "number",
        ColumnType::Category => "category",
        ColumnType::Date => "date",
        ColumnType::Text => "text",
    }
}

/// Both sides and the scorecard alone on the judged deals.
fn judge(
    deals: &Deals,
    own: &Deals,
    news: &News,
    scorecard: Option<&Scorecard>,
    current: &Current<'_>,
    settings: &RetrainSettings,
) -> Result<Judgement, InputError> {
    let (older, rows) = (&news.older, &news.judged);
    let challenger = procedure(deals, scorecard, older, &settings.train)?;
    let (y, w) = (pick(&deals.snapshots.won, rows), pick(&deals.snapshots.row_weight, rows));
    let weights = pick(&deals.snapshots.row_weight, older);
    let won: f64 = older.iter().map(|&r| deals.snapshots.won[r] * deals.snapshots.row_weight[r]).sum();
    let win_rate = won / weights.iter().sum::<f64>();
    let by_rules = |deals: &Deals| {
        let rules = deals.rules.as_ref()?;
        let curve = rule_curve(deals, rules, older);
        Some(rows.iter().map(|&r| curve.probability(rules.score[r])).collect::<Vec<f64>>())
    };
    let flat = || vec![win_rate; rows.len()];
    let p_challenger = match &challenger.learned {
        Some(learned) => said(deals, &learned.predictor, challenger.blending.as_ref(), rows),
        None => by_rules(deals).unwrap_or_else(flat),
    };
    let p_current = match &current.model.predictor {
        Some(predictor) => said(own, predictor, current.model.blending.as_ref(), rows),
        None => by_rules(own).unwrap_or_else(flat),
    };
    let p_scorecard = by_rules(deals);
    let judged = Judged {
        y: &y,
        w: &w,
        current: &p_current,
        challenger: &p_challenger,
        scorecard: p_scorecard.as_deref(),
        win_rate,
    };
    Ok(Judgement {
        against: current.version,
        new_deals: news.new.len(),
        judged: (rows.len(), y.iter().filter(|y| **y > 0.5).count()),
        span: news.span,
        gate: GateRecord::of(&judged, settings.margin, settings.train.deals.snapshot.seed),
    })
}

/// `(rows,)` win probabilities as the scored table gives them: the blend where there is one, else the model.
pub(super) fn said(
    deals: &Deals,
    predictor: &Predictor,
    blending: Option<&super::model::Blending>,
    rows: &[usize],
) -> Vec<f64> {
    let attributes = read_by(deals, predictor);
    let p_model = predictor.log_odds(&attributes, rows).into_iter().map(sigmoid);
    let curve = |curve: &RuleCurve, row: usize| deals.rules.as_ref().map(|r| curve.probability(r.score[row]));
    p_model
        .zip(rows)
        .map(|(p, &row)| match blending.and_then(|b| Some((b, curve(&b.curve, row)?))) {
            Some((blending, p_rule)) => blending.blend.probability(p_rule, p),
            None => p,
        })
        .collect()
}

/// The deals' attributes in the order that a predictor reads them; what is not there is missing for every deal.
pub(super) fn read_by(deals: &Deals, predictor: &Predictor) -> Vec<Attribute> {
    let sources = predictor.sources();
    let found = |source: &Source| deals.attributes.iter().find(|a| a.source == *source).cloned();
    sources.iter().map(|source| found(source).unwrap_or_else(|| absent(source, deals.n()))).collect()
}

impl Judgement {
    /// The reason in words, with the interval.
    pub fn sentence(&self) -> String {
        let g = &self.gate;
        let ends = |e: &crate::metrics::Estimate| {
            format!("{:+.3} (95 % interval {:+.3} to {:+.3})", e.value, e.interval.low, e.interval.high)
        };
        let figures = format!(
            "on the {} newest deals ({} won), which neither had seen, against version {}: gain in AUC {}, gain in log \
             loss {}, margin {}",
            self.judged.0,
            self.judged.1,
            self.against,
            ends(&g.auc_gain),
            ends(&g.log_loss_gain),
            g.margin
        );
        match g.verdict {
            Verdict::Better => format!("Better, {figures}."),
            Verdict::NotWorse => format!("Not worse by the margin, {figures}."),
            Verdict::KnowsNothing => format!(
                "Cannot be told from a model that knows nothing (AUC {}; log loss {:.3}, and {:.3} by giving every \
                 deal the old win rate), {figures}.",
                auc_words(g.challenger.auc.as_ref()),
                g.challenger.log_loss,
                g.win_rate_log_loss
            ),
            Verdict::MayBeWorse => format!("May be worse by more than the margin, {figures}."),
        }
    }
}

fn auc_words(auc: Option<&crate::metrics::Auc>) -> String {
    auc.map_or("none".to_string(), |a| {
        format!("{:.3}, 95 % interval {:.3} to {:.3}", a.value, a.interval.low, a.interval.high)
    })
}

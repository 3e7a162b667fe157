//! Retrain: from closed deals to a model, its blend with the scorecard, and figures that can be believed.

use super::assembly::{Beside, assemble};
use super::deals::{DealInputs, DealSettings, Deals, gather};
use super::drift;
use super::figures::side_figures;
use super::folds::{Earlier, Folded, fold};
use super::holdout::hold_out;
use super::joining::{Said, join, qualified, rule_curve};
use super::leaks::{self, ScreenSettings};
use super::leaning::asked;
use super::model::{Blending, DriftRecord, HoldoutRecord, Model, SideFigures};
use super::provenance::{digest, digest_after, of_deals};
use super::purpose::{Cost, Purpose};
use super::reference::Reference;
use crate::blend::RuleCurve;
use crate::fault::InputError;
use crate::features::Source;
use crate::logistic::Effort;
use crate::logodds::sigmoid;
use crate::metrics::Ascending;
use crate::mismatch::Ranks;
use crate::predictor::{Lambdas, LearnSettings, Learned, Lessons, Like, Predictor, Solver, learn_until};
use crate::scorecard::Scorecard;
use crate::tables::LeadTable;
use crate::validation::{Folds, MIN_OF_EACH_OUTCOME};
use crate::watch::{Stage, Work};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Everything that decides a training.
#[derive(Debug, Clone)]
pub struct TrainSettings {
    /// How the deals are gathered.
    pub deals: DealSettings,
    /// How the model is fitted.
    pub learn: LearnSettings,
    /// Folds for the out-of-fold predictions; 0: none.
    pub folds: usize,
    /// Newest share held out; 0: none.
    pub holdout: f64,
    /// The blend weight; `None` lets the deals choose it.
    pub blend_weight: Option<f64>,
    /// Gap from which a disagreement is flagged, in percentage points.
    pub min_gap: f64,
    /// Order of day and month as the training files decided it, by column.
    pub date_orders: BTreeMap<String, crate::values::DateOrder>,
    /// How the files were read, as keys of the project file and what they stand at: kept with the version, and nothing
    /// else is done with it.
    pub read_as: Vec<(String, String)>,
}

/// Trains on the closed deals of `inputs`.
///
/// # Errors
/// Inputs that cannot be trained on; few deals are no error, they give a version without a model.
pub fn train(inputs: DealInputs<'_, '_>, settings: &TrainSettings) -> Result<(Model, Deals), InputError> {
    let (table, scorecard) = (inputs.table, inputs.scorecard);
    let screened = screened(inputs, settings)?;
    Ok((screened.train(table, scorecard, settings)?, screened.deals))
}

/// Deals gathered and screened. All else that a training asks of the leads is what their columns are called and hold.
pub struct Screened {
    /// The deals.
    pub deals: Deals,
    digest: String,
}

/// Gathers the closed deals of `inputs` and screens them.
///
/// # Errors
/// Inputs that cannot be trained on.
pub fn screened(inputs: DealInputs<'_, '_>, settings: &TrainSettings) -> Result<Screened, InputError> {
    let table = inputs.table;
    let mut deals = gather(inputs, &settings.deals)?;
    let screen = ScreenSettings::of(&settings.deals);
    let (found, of_deals) = rayon::join(|| leaks::screen(&deals, &screen), || of_deals(table, &deals));
    leaks::leave_out_found(&mut deals, found);
    let digest = digest_after(of_deals, &deals);
    Ok(Screened { digest, deals })
}

impl Screened {
    /// Trains on the deals. Of `table` only its columns' names and types are looked at.
    ///
    /// # Errors
    /// Deals that cannot be trained on; few deals are no error, they give a version without a model.
    pub fn train(
        &self,
        table: &LeadTable,
        scorecard: Option<&Scorecard>,
        settings: &TrainSettings,
    ) -> Result<Model, InputError> {
        fit_screened(table, &self.deals, scorecard, self.digest.clone(), settings)
    }
}

/// The whole procedure on all of the deals, which have been screened, and the holdout's figures beside it.
pub(super) fn fit_all(
    table: &LeadTable,
    deals: &Deals,
    scorecard: Option<&Scorecard>,
    settings: &TrainSettings,
) -> Result<Model, InputError> {
    fit_screened(table, deals, scorecard, digest(table, deals), settings)
}

fn fit_screened(
    table: &LeadTable,
    deals: &Deals,
    scorecard: Option<&Scorecard>,
    digest: String,
    settings: &TrainSettings,
) -> Result<Model, InputError> {
    let all: Vec<usize> = (0..deals.n()).collect();
    let [learning, judging] = work(deals.n(), settings);
    let mut whole = procedure(deals, scorecard, &all, Purpose::Keep, None, settings, learning)?;
    let out_of_fold = || whole.out_of_fold.as_ref().map(|p| side_figures(deals, scorecard, p, whole.blending.as_ref()));
    let (judged, out_of_fold) = rayon::join(|| judge(deals, scorecard, &whole, settings, judging), out_of_fold);
    let (holdout, drift) = judged?;
    let in_sample = whole.in_sample.take();
    let auc = out_of_fold.as_ref().and_then(SideFigures::model_auc);
    let held_out = holdout.as_ref().and_then(|record| record.figures.as_ref()?.model_auc());
    let asked = asked(deals, whole.predictor(), auc.as_ref(), held_out, scorecard, settings)?;
    let beside = Beside { out_of_fold, holdout, drift, asked, digest };
    let mut model = assemble(table, deals, scorecard, whole, beside, settings);
    model.reference = in_sample.and_then(|said| Reference::of(deals, &model, &said.p_model));
    Ok(model)
}

/// The work of the whole procedure on so many deals, and of its judgement without the newest of them.
fn work(n_deals: usize, settings: &TrainSettings) -> [Work; 2] {
    let whole = Cost::of(n_deals, Purpose::Keep, settings.folds).total();
    let n_older = ((1.0 - settings.holdout) * n_deals as f64) as usize;
    let judged = if settings.holdout > 0.0 { Cost::of_holdout(n_older, settings.folds).total() } else { 0 };
    let stage = Stage::new("learning from deals", "deal", whole + judged);
    settings.deals.watch.begin(stage).split([whole as f64, judged as f64])
}

/// How the procedure does without the newest deals, and how they differ from the others.
fn judge(
    deals: &Deals,
    scorecard: Option<&Scorecard>,
    whole: &Procedure,
    settings: &TrainSettings,
    work: Work,
) -> Result<(Option<HoldoutRecord>, Option<DriftRecord>), InputError> {
    if settings.holdout <= 0.0 {
        return Ok((None, None));
    }
    let (record, drift) = hold_out(deals, scorecard, whole, settings, work)?;
    let untimed = deals.snapshots.order.is_none();
    Ok((Some(record), if untimed { drift::by_file_order(deals, whole, settings.holdout) } else { drift }))
}

/// The predictions on one set of deals.
#[derive(Default)]
pub(super) struct Predicted {
    pub(super) rows: Vec<usize>,
    pub(super) p_model: Vec<f64>,
    pub(super) p_rule: Vec<f64>,
}

/// The whole procedure on some of the deals.
#[derive(Default)]
pub(super) struct Procedure {
    pub(super) learned: Option<Learned>,
    pub(super) why_no_model: Option<String>,
    pub(super) folds: Option<Folds>,
    pub(super) out_of_fold: Option<Predicted>,
    /// The model of each fold, in the folds' order, and its λ.
    pub(super) fold_models: Vec<Predictor>,
    pub(super) fold_lambdas: Vec<Lambdas>,
    pub(super) model_ranks: Option<Ranks>,
    pub(super) blending: Option<Blending>,
    /// What the model says of the deals it was learned from, and of those of `rows` that it was not.
    pub(super) in_sample: Option<Predicted>,
}

impl Procedure {
    /// The model, if there is one.
    pub(super) fn predictor(&self) -> Option<&Predictor> {
        self.learned.as_ref().map(|learned| &learned.predictor)
    }
}

pub(super) fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&r| values[r]).collect()
}

pub(super) fn lessons(deals: &Deals) -> Lessons<'_> {
    Lessons {
        attributes: &deals.attributes,
        y: &deals.snapshots.won,
        weights: &deals.snapshots.row_weight,
        draw: &deals.draw,
    }
}

/// The procedure on the deals `rows`; `earlier` is what is known already of predicting them fold by fold.
pub(super) fn procedure(
    deals: &Deals,
    scorecard: Option<&Scorecard>,
    rows: &[usize],
    purpose: Purpose,
    earlier: Option<Earlier>,
    settings: &TrainSettings,
    work: Work,
) -> Result<Procedure, InputError> {
    let y = pick(&deals.snapshots.won, rows);
    if let Some(why) = too_few(&y) {
        return Ok(Procedure { why_no_model: Some(why), ..Procedure::default() });
    }
    let cost = Cost::of(rows.len(), purpose, if earlier.is_some() { 0 } else { settings.folds });
    let [learning, folding, _using] = work.split(cost.learning_folding_using());
    let learn = |like: Option<Like<'_>>| {
        let effort = Effort { ending: purpose.ending(), work: learning };
        learn_until(lessons(deals), &purpose.lessons(rows), &settings.learn, effort, like)
    };
    let learn_and_fold = || match earlier {
        Some(Earlier { predicted, last }) => {
            let like = last.as_ref().map(|(predictor, lambdas)| Like { predictor, lambdas });
            (learn(like), Ok((None, Some(Folded { predicted, ..Folded::default() }))))
        }
        None => rayon::join(|| learn(None), || fold(deals, rows, &y, settings, folding)),
    };
    let rule_curve = || deals.rules.as_ref().map(|r| rule_curve(deals, r, rows));
    // Side by side, since each leaves threads idle while it works on a matrix.
    let ((learned, folded), curve) = rayon::join(learn_and_fold, rule_curve);
    let (learned, (folds, folded)) = (learned.map_err(fit_error)?, folded?);
    let (out_of_fold, fold_models, fold_lambdas) = match folded {
        Some(Folded { predicted, models, lambdas }) => (Some(predicted), models, lambdas),
        None => (None, Vec::new(), Vec::new()),
    };
    // Not what the fit says of them: that differs in the last bits from what the predictor will say of leads like them.
    let in_sample = predict(deals, &learned, curve.as_ref(), rows);
    let reference = out_of_fold.as_ref().unwrap_or(&in_sample);
    let kept = qualified(deals, &reference.rows);
    let weights = pick(&deals.snapshots.row_weight, &pick(&reference.rows, &kept));
    let p_model = pick(&reference.p_model, &kept);
    let by_model = Ascending::of(&p_model, &weights);
    let blending = || match (&deals.rules, curve, scorecard) {
        (Some(rules), Some(curve), Some(scorecard)) => {
            let said = Said { out_of_fold: out_of_fold.as_ref(), in_sample: &in_sample, by_model: &by_model };
            Some(join(deals, rules, scorecard, curve, &said, settings))
        }
        _ => None,
    };
    let (model_ranks, blending) = rayon::join(|| Ranks::fit(&by_model), blending);
    Ok(Procedure {
        learned: Some(learned),
        why_no_model: None,
        folds,
        out_of_fold,
        fold_models,
        fold_lambdas,
        model_ranks: Some(model_ranks),
        blending,
        in_sample: Some(in_sample),
    })
}

/// Why there can be no model from these outcomes, if there cannot.
fn too_few(y: &[f64]) -> Option<String> {
    let won = y.iter().filter(|v| **v > 0.5).count();
    let lost = y.len() - won;
    (won < MIN_OF_EACH_OUTCOME || lost < MIN_OF_EACH_OUTCOME).then(|| {
        format!(
            "{won} won and {lost} lost deals are too few to learn from: at least {MIN_OF_EACH_OUTCOME} of each are needed"
        )
    })
}

pub(super) fn fit_error(error: crate::logistic::FitError) -> InputError {
    InputError::new(format!("the model could not be fitted: {error}"))
        .remedy("leave [train] penalty at \"auto\", or look with `leadscore check` for a column that knows the outcome")
}

pub(super) fn predict(deals: &Deals, learned: &Learned, curve: Option<&RuleCurve>, rows: &[usize]) -> Predicted {
    // A term read by the predictor is always among the deals' attributes: it was learned from them.
    let attributes = in_order(deals, &learned.predictor.sources());
    let p_model = learned.predictor.log_odds(&attributes, rows).into_par_iter().map(sigmoid).collect();
    let p_rule = match (curve, &deals.rules) {
        (Some(curve), Some(rules)) => rows.par_iter().map(|&r| curve.probability(rules.score[r])).collect(),
        _ => Vec::new(),
    };
    Predicted { rows: rows.to_vec(), p_model, p_rule }
}

pub(super) fn in_order<'d>(deals: &'d Deals, sources: &[Source]) -> Vec<&'d crate::features::Attribute> {
    sources.iter().filter_map(|s| deals.attributes.iter().find(|a| a.source == *s)).collect()
}

impl TrainSettings {
    /// Whether the L-BFGS solver can do what is asked.
    ///
    /// # Errors
    /// Settings that only Newton's method knows.
    pub fn check(&self) -> Result<(), InputError> {
        let lbfgs = self.learn.solver == Solver::Lbfgs;
        if lbfgs && (self.learn.penalty.is_none() || self.learn.terms.curves) {
            return Err(InputError::new("solver \"lbfgs\" has one penalty and straight lines")
                .remedy("set [train] penalty to a number and curves = false, or use solver = \"newton\""));
        }
        Ok(())
    }
}

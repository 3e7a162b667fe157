//! What a training found out, put together as the model that is saved.

use super::deals::Deals;
use super::late_closes::LateCloses;
use super::leaks;
use super::leaning::ASK_FIRST;
use super::model::{
    DriftRecord, HoldoutRecord, Model, PlannedColumn, ReadingPlan, Recipe, SideFigures, SnapshotRecord,
};
use super::train::{Procedure, TrainSettings};
use crate::features::{Fate, PlanLine, Source};
use crate::metrics;
use crate::scorecard::Scorecard;
use crate::snapshot::Mode;
use crate::tables::LeadTable;

/// What stands beside a procedure in the model that is made of it.
#[derive(Default)]
pub(super) struct Beside {
    /// Its figures on the deals predicted out of fold.
    pub(super) out_of_fold: Option<SideFigures>,
    /// The holdout's figures.
    pub(super) holdout: Option<HoldoutRecord>,
    /// How the newest deals differ.
    pub(super) drift: Option<DriftRecord>,
    /// What is asked about columns that it leans on.
    pub(super) asked: Option<String>,
    /// The deals' digest; empty for a model that is not kept.
    pub(super) digest: String,
}

/// The model of the whole procedure on all deals, with what stands beside it.
pub(super) fn assemble(
    table: &LeadTable,
    deals: &Deals,
    scorecard: Option<&Scorecard>,
    whole: Procedure,
    beside: Beside,
    settings: &TrainSettings,
) -> Model {
    let Beside { out_of_fold: oof_figures, holdout, drift, asked, digest } = beside;
    let predictor = whole.learned.as_ref().map(|l| l.predictor.clone());
    let reading = predictor.as_ref().map(|p| reading_plan(table, &p.sources(), settings)).unwrap_or_default();
    let mut plan: Vec<PlanLine> = whole.learned.as_ref().map(|l| l.plan.clone()).unwrap_or_default();
    plan.extend(deals.left_out.iter().cloned());
    let out_of_fold_auc = oof_figures.as_ref().and_then(SideFigures::model_auc);
    let notes = notes(deals, scorecard, &whole, out_of_fold_auc.as_ref(), &plan, asked);
    Model {
        recipe: Recipe::of(settings),
        snapshot: record(deals, digest),
        reading,
        plan,
        predictor,
        why_no_model: whole.why_no_model,
        model_ranks: whole.model_ranks,
        blending: whole.blending,
        grade_reference: deals.rules.as_ref().map(|r| r.grade_reference),
        fold_scheme: whole.folds.as_ref().map_or("none", |f| f.scheme.as_str()).to_string(),
        out_of_fold_auc,
        out_of_fold: oof_figures,
        holdout,
        drift,
        reference: None,
        judgement: None,
        notes,
    }
}

impl Recipe {
    /// The settings of a training, as they are kept with its version.
    pub fn of(settings: &TrainSettings) -> Recipe {
        Recipe {
            program: env!("CARGO_PKG_VERSION").to_string(),
            seed: settings.deals.snapshot.seed,
            solver: settings.learn.solver,
            penalty: settings.learn.penalty,
            curves: settings.learn.terms.curves,
            interactions: settings.learn.interactions,
            half_life: settings.deals.half_life,
            min_level_count: settings.learn.terms.min_level_count,
            folds: settings.folds,
            holdout: settings.holdout,
            blend_weight: settings.blend_weight,
            min_gap: settings.min_gap,
            lost_after: settings.deals.snapshot.lost_after,
            exclude: settings.deals.plan.exclude.clone(),
            allow: settings.deals.plan.allow.clone(),
            activity_columns: settings.deals.plan.activity_columns.clone(),
            ours: settings.deals.plan.ours.clone(),
            since: settings.deals.since,
            read_as: settings.read_as.clone(),
        }
    }
}

fn reading_plan(table: &LeadTable, sources: &[Source], settings: &TrainSettings) -> ReadingPlan {
    let mut plan = ReadingPlan::default();
    for source in sources {
        if let Some(column) = source.column().and_then(|name| table.column(name))
            && plan.columns.iter().all(|c| c.name != column.name)
        {
            plan.columns.push(PlannedColumn {
                name: column.name.clone(),
                column_type: column.column_type,
                date_order: settings.date_orders.get(&column.name).copied(),
            });
        }
        if let Source::Activity { kind, .. } = source
            && !plan.kinds.contains(kind)
        {
            plan.kinds.push(kind.clone());
        }
    }
    plan.date_orders = settings.date_orders.iter().map(|(name, order)| (name.clone(), *order)).collect();
    plan
}

fn record(deals: &Deals, digest: String) -> SnapshotRecord {
    let s = &deals.snapshots;
    let range = s.as_of.as_ref().and_then(|t| Some((*t.iter().min()?, *t.iter().max()?)));
    SnapshotRecord {
        mode: s.mode,
        horizon: s.horizon,
        until: s.until,
        deals: deals.n(),
        won: deals.n_won(),
        win_rate: deals.win_rate(),
        as_of: range,
        left_out: s.left_out.clone(),
        late_wins: s.late_wins,
        log: deals.log.clone(),
        digest,
    }
}

/// What a reader of the model card must know.
fn notes(
    deals: &Deals,
    scorecard: Option<&Scorecard>,
    whole: &Procedure,
    out_of_fold_auc: Option<&metrics::Auc>,
    plan: &[PlanLine],
    asked: Option<String>,
) -> Vec<String> {
    let decided = deals.decided_before.iter().map(|decided| {
        let first = if decided.must_be_asked() { ASK_FIRST } else { "" };
        format!("{first}{} {}", decided.told(), decided.answer()).trim_end().to_string()
    });
    let mut notes: Vec<String> = decided.chain(asked).collect();
    notes.extend(leaks::notes(&deals.leaks));
    if let Some(learned) = whole.learned.as_ref().filter(|l| !l.additive.convergence.is_converged()) {
        notes.push(format!(
            "The solver stopped before it had converged ({:?} after {} steps): take the coefficients with care.",
            learned.additive.convergence.reason, learned.additive.convergence.steps
        ));
    }
    notes.extend(Model::own_weights(deals.snapshots.row_weights).map(str::to_string));
    notes.push(Model::ATTRIBUTES_AS_EXPORTED.to_string());
    if deals.snapshots.mode == Mode::None {
        notes.push(Model::NO_TIMES.to_string());
    }
    let how_judged = whole.folds.iter().flat_map(|folds| &folds.notes);
    notes.extend(how_judged.map(|note| Model::how_judged(note)));
    if let Some(auc) = out_of_fold_auc.filter(|auc| !auc.beats_chance()) {
        notes.push(format!(
            "{}: of a won and a lost deal that the model has not seen, it ranks the won one higher {}. {}",
            Model::NOTHING_TO_LEARN,
            auc.in_words(),
            Model::WHAT_TO_BRING
        ));
    }
    notes.extend(deals.late_closes.iter().map(LateCloses::in_full));
    notes.extend(deals.snapshots.wins_in_words());
    if let (Some(scorecard), Some(blending)) = (scorecard, &whole.blending) {
        let bounds: Vec<f64> = scorecard.tiers.iter().map(|t| t.bound).collect();
        for bound in blending.link.out_of_reach(&bounds) {
            let name = scorecard.tier_name(scorecard.tier_of(bound));
            notes.push(format!(
                "No training deal reached tier {name} by its points, so no lead reaches it by its score."
            ));
        }
    }
    if !plan.iter().any(|l| matches!(l.fate, Fate::Used(_))) && whole.learned.is_some() {
        notes.push("No column is left to learn from: every lead gets the average win rate.".to_string());
    }
    notes
}

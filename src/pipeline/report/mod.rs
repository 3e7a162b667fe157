//! Everything the report shows, as one value: the page draws it and computes nothing.
//!
//! The deals are gathered once and looked back on as in [`backtest`](super::backtest); the comparison, the quadrants,
//! the grid and the rest are read off the same deals.

mod acts;
mod advice;
mod corners;
mod effects;
mod grid;
mod journey;
mod leads;
mod legend;
mod lookback;
mod map;
mod months;
mod parting;
mod privacy;
mod rules;
mod sentences;
mod touches;

pub use acts::{ActEffect, Aged, Repeated};
pub use advice::Advice;
pub use corners::Corner;
pub use effects::{Effect, EffectLevel, Move};
pub use grid::{Grid, GridCell};
pub use journey::{Amount, Days, Journey, Touch};
pub use leads::{CallLead, CallList, LeadLists, OpenCorner};
pub use lookback::CardFigures;
pub use map::{Axis, Map, Spot};
pub use months::Month;
pub use parting::Parting;
pub use rules::ShownRule;

use super::assembly::{Beside, assemble};
use super::backtest::{Backtest, BacktestSettings, LookedBack, look_back_on};
use super::compare::{CompareSettings, Gathered, OfferedShapes, WriteSettings, compare_gathered, gather_with_shapes};
use super::deals::{DealInputs, DealSettings, Deals, Keep, RuleEvidence, gather_and_keep};
use super::drift;
use super::handover::Handover;
use super::leaks::{self, ScreenSettings};
use super::leaning::asked;
use super::model::{DriftRecord, Model};
use super::promises::Promises;
use super::score::most_points_within;
use super::train::{Procedure, fit_error, lessons};
use crate::comparison::Comparison;
use crate::fault::InputError;
use crate::features::PlanLine;
use crate::predictor::Certainty;
use crate::scorecard::Scorecard;
use crate::values::format_instant;
use crate::watch::Stage;
use legend::{ids_count_rows, newest_by, tier_meanings, whose_rates};
use parting::{Both, partings};
use serde::Serialize;
use std::collections::BTreeMap;
use touches::Watched;

/// Everything that decides a report.
#[derive(Debug, Clone)]
pub struct ReportSettings {
    /// How the past deals are looked back on.
    pub backtest: BacktestSettings,
    /// The scorecard's file, for the learned one that is put on trial.
    pub scorecard_text: String,
    /// What the live version's card says, which a reader may have seen before.
    pub card: Option<CardFigures>,
    /// Leave out whatever names a person.
    pub anonymous: bool,
}

/// The view: what the page shows.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The program's version.
    pub program: String,
    /// Whether what names a person was left out.
    pub anonymous: bool,
    /// What makes the sentences doubtful, to be read before them.
    pub warnings: Vec<String>,
    /// Whether the last of the warnings is of drift, of which its own section says more.
    pub warns_of_drift: bool,
    /// The sentences that matter, at most three.
    pub sentences: Vec<String>,
    /// The one of them that says that the model ranks no better than chance, where it is so.
    #[serde(skip)]
    pub nothing_to_learn: Option<String>,
    /// Whether the promised chances came true: `right in sum, but not in the highest tenth: …`.
    pub promises: Option<String>,
    /// Closed deals that were won.
    pub won: usize,
    /// Whose rates those of all deals are, where they are not won ÷ closed, and why.
    pub whose_rates: Option<[&'static str; 2]>,
    /// Whose rates those of the judged deals are; empty where they are won ÷ closed.
    pub whose_judged: &'static str,
    /// How a lift counts the best tenth, where the picture of the tenths counts another.
    pub of_lift: Option<String>,
    /// The deals on which `train` judged the live version; `None` where nobody knows.
    pub train_judges: Option<String>,
    /// How the newest deals differ from the older ones, in plain words; `None` where they were not compared.
    pub drift: Option<DriftRecord>,
    /// Lowest and highest score of the scorecard.
    pub scale: Option<[f64; 2]>,
    /// The most points that a past deal had, where the scale goes on above them.
    pub most_points: Option<f64>,
    /// Whether deals that had closed by their as-of are left out: then each was judged while it was open.
    pub while_open: bool,
    /// Earliest and latest as-of of the judged deals, as written.
    pub as_of: Option<[String; 2]>,
    /// End of the data, as far as the model has learned what became of deals.
    pub until: Option<String>,
    /// Half-life of the recent activity, in days.
    pub half_life_days: f64,
    /// The look back: figures, bands, tiers, surprises, sources, notes.
    pub backtest: Backtest,
    /// Whether the scorecard is still the one that `init` drew up.
    pub is_start: bool,
    /// What makes a deal one of the newer, as the end of "newer is what …".
    pub newest_by: Option<&'static str>,
    /// Whether leads are called by the numbers of their rows, from 1 on.
    pub ids_count_rows: bool,
    /// Learned beside hand-set points; `None` without a scorecard.
    pub comparison: Option<Comparison>,
    /// What to show of each of its rules, in their order.
    pub rules: Vec<ShownRule>,
    /// What else the deals say of the scorecard; `None` without one.
    pub advice: Option<Advice>,
    /// What became of each quadrant's past deals, in the order of [`Quadrant::ALL`](crate::mismatch::Quadrant::ALL).
    pub quadrants: Vec<Corner>,
    /// What high means there; `None` where there are no quadrants.
    pub handover: Option<Handover>,
    /// The same in words.
    pub handover_sentence: String,
    /// The model's probability where high begins, as the example of how little a score is a chance; `None` where it is none.
    pub handover_chance: Option<f64>,
    /// What became of likely deals below the tier where sales takes over; `None` of a few.
    pub likely_then: Option<String>,
    /// What the names of tiers mean, for those who have not named them.
    pub tier_meanings: BTreeMap<String, String>,
    /// Why there are no quadrants, when there are none.
    pub blurred: Option<String>,
    /// The open leads to call and to verify; `None` when there are no open leads.
    pub leads: Option<LeadLists>,
    /// Win rate by fit × engagement; `None` where the scorecard gives no grades.
    pub grid: Option<Grid>,
    /// Where past deals stand by points and by the model; `None` where there are no quadrants.
    pub map: Option<Map>,
    /// What each attribute adds, widest effect first.
    pub effects: Vec<Effect>,
    /// Attributes by which the model goes although the deals cannot tell of any alone.
    pub effects_untold: Vec<String>,
    /// Other attributes that are not listed.
    pub effects_more: usize,
    /// What one act of each kind does as it ages, and what several do.
    pub acts: Vec<ActEffect>,
    /// Kinds by which the model goes although the deals cannot tell of any alone.
    pub acts_untold: Vec<String>,
    /// Other kinds that are not listed.
    pub acts_more: usize,
    /// Where the points and the odds of one thing part.
    pub partings: Vec<Parting>,
    /// Whether a list of single leads or deals tells odds.
    pub odds_in_lists: bool,
    /// What won deals did beside lost ones.
    pub journey: Journey,
    /// Deals by month of their as-of.
    pub months: Vec<Month>,
    /// That in more of them fewer deals were won than expected, or more, than chance brings about.
    pub months_lean: Option<String>,
    /// What became of every column and kind.
    pub plan: Vec<PlanLine>,
    /// What a reader must know of the data, beside the notes of the look back.
    pub notes: Vec<String>,
}

/// The report on the closed deals of `inputs`, and the model it speaks of, with which open leads can be scored. That model
/// has no digest of the deals.
///
/// # Errors
/// As [`backtest`](super::backtest::backtest).
pub fn report(inputs: DealInputs<'_, '_>, settings: &ReportSettings) -> Result<(Report, Model), InputError> {
    let DealInputs { table, log, scorecard } = inputs;
    let mut watched = log.map(|log| Watched::new(log, table));
    let log = watched.as_mut().map(|w| w as &mut dyn crate::tables::ActivityBatches);
    let inputs = DealInputs { table, log, scorecard };
    let (deals, evidence, shapes) = gathered(inputs, &settings.backtest.train.deals)?;
    let looked = look_back_on(deals, evidence, table, scorecard, &settings.backtest)?;
    let LookedBack { mut found, deals, past, done, evidence, train } = looked;
    let grid = scorecard.zip(evidence.as_ref()).and_then(|(card, evidence)| grid::grid(card, evidence, &deals, &past));
    let map = scorecard.and_then(|card| map::map(card, &past, done.blending.as_ref()?));
    drop(evidence);
    let drawing = train.deals.watch.begin(Stage::new("drawing up the report", "deal", deals.n()));
    let [certain, _counting] = drawing.split([1.0, 1.0]);
    let certainty = certainty(&deals, &done)?;
    drop(certain);
    let mut drift = drift::looking_back(&deals, &done, &train);
    if let Some(drift) = drift.as_mut().filter(|_| settings.anonymous) {
        privacy::leave_out_of_drift(drift);
    }
    let months = months::by_month(&deals, &past);
    let journey =
        journey::journey(table, &deals, watched.as_ref().map(Watched::touches), train.deals.snapshot.lost_after);
    let auc = found.figures.model_auc();
    let asked = asked(&deals, done.predictor(), auc.as_ref(), None, scorecard, &train)?;
    let (comparison, advice, suggestions, deals) = match scorecard.zip(shapes) {
        Some((card, shapes)) => {
            let how = CompareSettings {
                deals: train.deals.clone(),
                folds: train.folds,
                holdout: train.holdout,
                // The page does not show them, and of a million deals they would take longer than all the rest.
                within_personas: false,
                write: WriteSettings::default(),
            };
            let compared = compare_gathered(deals, shapes, card, &settings.scorecard_text, &how)?;
            let advice = advice::advice(&compared, card.is_start(), asked.as_deref());
            (Some(compared.comparison), Some(advice), compared.suggestions, compared.deals)
        }
        None => (None, None, Vec::new(), deals),
    };
    // Figures were taken looking back, and nobody traces the model of a page: the digest, a long chain of steps, is none.
    let out_of_fold = done.out_of_fold.is_some().then(|| found.figures.clone());
    let model =
        assemble(table, &deals, scorecard, done, Beside { out_of_fold, drift, asked, ..Beside::default() }, &train);
    found.notes.retain(|note| !model.notes.contains(note) && !model.notes.contains(&Model::how_judged(note)));
    let effects = certainty.as_ref().map(|c| effects::effects(&model, c)).unwrap_or_default();
    let acts = certainty.as_ref().map(|c| acts::act_effects(&model, c)).unwrap_or_default();
    let both = scorecard.zip(comparison.as_ref()).zip(model.predictor.as_ref());
    let partings = both.map_or_else(Vec::new, |((scorecard, comparison), predictor)| {
        partings(&Both {
            scorecard,
            comparison,
            suggestions: &suggestions,
            deals: &deals,
            predictor,
            acts: &acts.shown,
        })
    });
    let handover = Handover::of(scorecard, Some(&model));
    let is_start = scorecard.is_some_and(Scorecard::is_start);
    let mut report = Report {
        program: model.recipe.program.clone(),
        anonymous: settings.anonymous,
        warnings: sentences::warnings(
            &model,
            deals.late_closes.as_ref(),
            lookback::sentence(&found, settings.card.as_ref()),
        ),
        warns_of_drift: model.drift.as_ref().is_some_and(|drift| drift.sentence().is_some()),
        sentences: sentences::sentences(&found, advice.as_ref(), &model, handover.as_ref(), is_start),
        nothing_to_learn: sentences::nothing_to_learn(&found),
        promises: Promises::of(&found.figures).as_ref().map(Promises::in_brief),
        won: model.snapshot.won,
        whose_rates: whose_rates(&deals),
        whose_judged: found.row_weights.whose(),
        of_lift: sentences::of_lift(found.row_weights, found.judged.n, &found.bands),
        train_judges: lookback::train_judges(&found, settings.card.as_ref()),
        drift: model.drift.as_ref().map(DriftRecord::plain),
        scale: scorecard.map(|card| [card.range.min, card.range.max]),
        most_points: scorecard.and_then(|card| most_points_within(&model, card)),
        is_start,
        newest_by: newest_by(table, &train.deals),
        ids_count_rows: ids_count_rows(table),
        while_open: deals.snapshots.tell_closes(),
        as_of: found.as_of.map(|(first, last)| [first, last].map(format_instant)),
        until: deals.snapshots.until.map(format_instant),
        half_life_days: train.deals.half_life.days(),
        rules: scorecard.zip(comparison.as_ref()).map(|(card, c)| ShownRule::of_each(card, c)).unwrap_or_default(),
        comparison,
        advice,
        quadrants: model
            .blending
            .as_ref()
            .map(|b| corners::corners(&b.records, found.judged.rate, is_start))
            .unwrap_or_default(),
        handover_sentence: handover.as_ref().map(Handover::bounds).unwrap_or_default(),
        handover_chance: handover
            .as_ref()
            .zip(scorecard)
            .and_then(|(of, card)| of.chance_unlike_score([card.range.min, card.range.max])),
        likely_then: handover
            .as_ref()
            .zip(scorecard)
            .and_then(|(of, card)| sentences::likely_then(of, card, &past, deals.snapshots.row_weights)),
        handover,
        tier_meanings: scorecard.map(tier_meanings).unwrap_or_default(),
        blurred: model.blending.as_ref().and_then(|b| b.blurred.clone()),
        leads: None,
        grid,
        map,
        effects: effects.shown,
        effects_untold: effects.untold,
        effects_more: effects.more,
        acts: acts.shown,
        acts_untold: acts.untold,
        acts_more: acts.more,
        partings,
        odds_in_lists: false,
        journey,
        months_lean: months::leaning(&months),
        months,
        plan: model.plan.clone(),
        notes: model.notes.clone(),
        backtest: found,
    };
    report.tell_odds_in_lists();
    if settings.anonymous {
        privacy::leave_out_people(&mut report);
    }
    Ok((report, model))
}

/// How certain the effects are; `None` without a model.
fn certainty(deals: &Deals, done: &Procedure) -> Result<Option<Certainty>, InputError> {
    let Some(learned) = &done.learned else { return Ok(None) };
    let rows: Vec<usize> = (0..deals.n()).collect();
    Certainty::of(learned, lessons(deals), &rows).map(Some).map_err(fit_error)
}

/// The deals, the evidence of the rules, and other shapes of the rules where there are any.
fn gathered(
    inputs: DealInputs<'_, '_>,
    settings: &DealSettings,
) -> Result<(Deals, Option<RuleEvidence>, Option<OfferedShapes>), InputError> {
    if let Some(scorecard) = inputs.scorecard {
        let Gathered { deals, evidence, shapes } = gather_with_shapes(inputs, scorecard, settings, Keep::Evidence)?;
        return Ok((deals, evidence, Some(shapes)));
    }
    let (mut deals, evidence) = gather_and_keep(inputs, settings, Keep::Evidence)?;
    leaks::leave_out(&mut deals, &ScreenSettings::of(settings));
    Ok((deals, evidence, None))
}

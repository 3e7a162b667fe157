//! The honest figures: the procedure run without the newest deals, judged on them.

use super::deals::Deals;
use super::drift;
use super::figures::side_figures;
use super::folds::Earlier;
use super::model::{DriftRecord, HoldoutRecord};
use super::purpose::Purpose;
use super::train::{Procedure, TrainSettings, pick, predict, procedure};
use crate::fault::InputError;
use crate::metrics::Rate;
use crate::scorecard::Scorecard;
use crate::validation::{self, Scheme};
use crate::watch::Work;

/// What learning without the newest deals and judging by them takes, in proportion.
const LEARNING_JUDGING: [f64; 2] = [0.7, 0.3];

/// The procedure without the newest deals, judged on them, and how they differ from the others; `whole` is the procedure on
/// all of them.
pub(super) fn hold_out(
    deals: &Deals,
    scorecard: Option<&Scorecard>,
    whole: &Procedure,
    settings: &TrainSettings,
    work: Work,
) -> Result<(HoldoutRecord, Option<DriftRecord>), InputError> {
    let y = &deals.snapshots.won;
    let seed = settings.deals.snapshot.seed;
    let set_apart = validation::holdout(deals.snapshots.order.as_deref(), y, settings.holdout, seed);
    let mut notes = set_apart.notes;
    let mut drift = None;
    let mut record = HoldoutRecord {
        scheme: set_apart.scheme.as_str().to_string(),
        figures: None,
        blend_weight: None,
        older: None,
        notes: Vec::new(),
    };
    if let Some(part) = set_apart.part {
        notes.extend(validation::shift_note(y, &deals.snapshots.row_weight, &part));
        record.older = Rate::of(&pick(y, &part.train), &pick(&deals.snapshots.row_weight, &part.train));
        let earlier = Earlier::of(whole, &part, set_apart.scheme);
        let [learning, _judging] = work.split(LEARNING_JUDGING);
        let older = procedure(deals, scorecard, &part.train, Purpose::Judge, earlier, settings, learning)?;
        match &older.learned {
            Some(learned) => {
                let curve = older.blending.as_ref().map(|b| &b.curve);
                let predicted = predict(deals, learned, curve, &part.test);
                record.figures = Some(side_figures(deals, scorecard, &predicted, older.blending.as_ref()));
                let by_time = set_apart.scheme == Scheme::Forward;
                drift = by_time.then(|| drift::of_holdout(deals, &older, &part.train, &predicted));
                record.blend_weight = older.blending.as_ref().map(|b| b.blend.weight);
            }
            None => {
                notes.extend(older.why_no_model.map(|why| format!("no honest figures: {why} without the newest deals")))
            }
        }
    }
    record.notes = notes;
    Ok((record, drift))
}

//! Retrain: a challenger against the current version, on the newest deals, which neither has seen.
//!
//! The current version names the end of its training data, so the deals settled since are new to it. The newer half of
//! them judges; the challenger learns from everything before, by the same procedure as [`train`](super::train::train),
//! and anew as the judged deals go by. What is published is that procedure on all deals, with the judging figures kept.

mod changed;
mod gate;
mod judge;
mod judgement;
mod news;

pub use gate::{GateRecord, Judged, SideResult, Verdict};
pub(super) use judge::{blended, read_by, said};
pub use judgement::Judgement;
pub use news::{News, TooFew};

use super::deals::{DealInputs, DealSettings, Deals, gather};
use super::leaks::{self, ScreenSettings};
use super::model::Model;
use super::train::{TrainSettings, fit_all};
use crate::fault::InputError;
use crate::scorecard::Scorecard;
use crate::tables::{ActivityBatches, LeadTable};
use changed::changes;
use judge::judge;

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
    let own = DealInputs { table, log: lent, scorecard: current.scorecard };
    let own = gather(own, &read_as_trained(current.model, &train.deals))?;
    leaks::leave_out(&mut deals, &ScreenSettings::of(&train.deals));
    let judgement = judge(&deals, &own, &news, scorecard, current, settings)?;
    let mut model = fit_all(table, &deals, scorecard, train)?;
    model.notes.push(judgement.sentence());
    model.judgement = Some(judgement);
    ending(Outcome::Judged(Box::new(model)), &deals)
}

/// How deals are gathered for a version to say what it thinks of them: it reads what it read at its training, whatever
/// the columns look like now and whatever has been excluded since.
pub(super) fn read_as_trained(model: &Model, now: &DealSettings) -> DealSettings {
    let mut settings = DealSettings { half_life: model.recipe.half_life, ..now.clone() };
    settings.plan.keep = model.predictor.as_ref().map(|p| p.sources()).unwrap_or_default();
    settings
}

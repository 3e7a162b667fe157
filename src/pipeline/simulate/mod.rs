//! A changed scorecard against the current one: on past deals as they were then, and on open leads now.
//!
//! Both sides are the points alone: a blend with the changed scorecard exists only once a model is trained with it.

mod exchange;
mod movement;
mod rules;

pub use exchange::{Exchange, exchange};
pub use movement::{Crossing, Moved, Movement};
pub use rules::RuleEffect;

use super::deals::{DealInputs, DealSettings, Keep, gather_and_keep};
use super::score::{ScoreInputs, ScoreSettings, Standing, score};
use crate::fault::InputError;
use crate::scorecard::{Scorecard, Scored};
use crate::tables::{ActivityBatches, LeadTable};
use movement::Sides;
use serde::Serialize;

/// Days of a week.
const WEEK: f64 = 7.0;

/// The two scorecards.
#[derive(Clone, Copy)]
pub struct Scorecards<'a> {
    /// In force.
    pub current: &'a Scorecard,
    /// Proposed.
    pub changed: &'a Scorecard,
}

/// What the change would have meant for past deals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PastEffect {
    /// Closed deals.
    pub deals: usize,
    /// Of them won.
    pub won: usize,
    /// Who crosses which tier.
    pub movement: Movement,
    /// Past wins gained and lost when sales works as many deals as the current scorecard hands over; `None` without tiers.
    pub same_volume: Option<Exchange>,
    /// The same by row weight, as someone who scores open leads meets the deals.
    pub same_volume_by_row_weight: Option<Exchange>,
    /// The deals tied at the cut, which count by the share of them that can be worked; `None` where all can or none.
    pub tied: Option<Tied>,
    /// Won deals that only the changed scorecard brings at that volume; those tied at the cut are not named.
    pub wins_gained: Vec<String>,
    /// Won deals that only the current scorecard brings; again without those tied at the cut.
    pub wins_lost: Vec<String>,
    /// Deals a week at or above the handover; `None` without times.
    pub per_week: Option<PerWeek>,
}

/// Deals at one score, of which only some can be worked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tied {
    /// How many.
    pub deals: usize,
    /// The share of them that can be worked.
    pub share: f64,
}

/// How much comes to sales in a week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PerWeek {
    /// Weeks from the earliest as-of to the latest.
    pub weeks: f64,
    /// By the current scorecard.
    pub current: f64,
    /// By the changed one.
    pub changed: f64,
}

/// Both scorecards on the closed deals of `table`, each as it was at its moment.
///
/// # Errors
/// Inputs that cannot be looked at as of a moment; no closed deal.
pub fn simulate_past(
    table: &LeadTable,
    mut log: Option<&mut dyn ActivityBatches>,
    scorecards: Scorecards<'_>,
    settings: &DealSettings,
) -> Result<PastEffect, InputError> {
    let mut looked_at = |card| {
        let source = log.as_mut().map(|log| &mut **log as &mut dyn ActivityBatches);
        gather_and_keep(DealInputs { table, log: source, scorecard: Some(card) }, settings, Keep::Evidence)
    };
    let (deals, current) = looked_at(scorecards.current)?;
    let (_, changed) = looked_at(scorecards.changed)?;
    let (Some(current), Some(changed)) = (current, changed) else {
        return Err(InputError::new("the scorecards could not be judged on the deals"));
    };
    if deals.n() == 0 {
        return Err(deals.snapshots.no_deals());
    }
    let sides =
        Sides { table, rows: &deals.snapshots.rows, scorecards, current: current.scored(), changed: changed.scored() };
    let (y, w) = (&deals.snapshots.won, &deals.snapshots.row_weight);
    let traded = sides.exchange(y, &vec![1.0; y.len()]);
    let wins = |of: &dyn Fn(&exchange::Traded, usize) -> bool| -> Vec<String> {
        let own = traded.iter().flat_map(|t| (0..y.len()).filter(move |&i| y[i] > 0.5 && of(t, i)));
        own.map(|i| table.ids[deals.snapshots.rows[i]].to_string()).collect()
    };
    let movement = sides.movement();
    let times = deals.snapshots.as_of.as_ref();
    let days = times.and_then(|t| Some(t.iter().max()?.since(*t.iter().min()?).days()));
    Ok(PastEffect {
        deals: deals.n(),
        won: deals.n_won(),
        per_week: days.filter(|d| *d > WEEK).map(|days| PerWeek {
            weeks: days / WEEK,
            current: movement.handed_over.0 as f64 * WEEK / days,
            changed: movement.handed_over.1 as f64 * WEEK / days,
        }),
        tied: traded.as_ref().and_then(exchange::Traded::tied),
        wins_gained: wins(&|t, i| !t.before[i] && t.share[i] == 1.0),
        wins_lost: wins(&|t, i| t.before[i] && t.share[i] == 0.0),
        same_volume: traded.as_ref().map(|t| t.exchange),
        same_volume_by_row_weight: sides.exchange(y, w).map(|t| t.exchange),
        movement,
    })
}

/// Both scorecards on the open leads of `table` as of the settings' moment.
///
/// # Errors
/// As [`score`].
pub fn simulate_open(
    table: &LeadTable,
    mut log: Option<&mut dyn ActivityBatches>,
    scorecards: Scorecards<'_>,
    settings: &ScoreSettings,
) -> Result<Movement, InputError> {
    let mut scored = |card| -> Result<(Option<Scored>, Vec<Standing>), InputError> {
        let source = log.as_mut().map(|log| &mut **log as &mut dyn ActivityBatches);
        let assessment = score(ScoreInputs { table, log: source, scorecard: Some(card), model: None }, settings)?;
        Ok((assessment.rules, assessment.standing))
    };
    let (current, standing) = scored(scorecards.current)?;
    let (changed, _) = scored(scorecards.changed)?;
    let (Some(current), Some(changed)) = (current, changed) else {
        return Err(InputError::new("the scorecards could not be judged on the leads"));
    };
    let rows: Vec<usize> = (0..table.n_leads()).filter(|&i| standing[i] == Standing::Open).collect();
    Ok(Sides { table, rows: &rows, scorecards, current: &current, changed: &changed }.movement())
}

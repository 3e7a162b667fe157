//! `leadscore simulate`: a changed scorecard beside the current one, on past deals and on open leads.

mod text;

use super::inputs::{InputArgs, Inputs, load_scorecard};
use super::log::{looks_at_details, open_log};
use super::reading::{LeadsRead, leads_for_scoring, leads_for_training};
use super::score::{as_of, stored};
use super::stale::Stale;
use super::terminal::Terminal;
use super::train::deal_settings;
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::io::{OutColumn, OutValues, Rounding, WriteOptions, write_table};
use crate::pipeline::score::{AsOf, ScoreSettings};
use crate::pipeline::simulate::{Moved, Movement, PastEffect, Scorecards, simulate_open, simulate_past};
use crate::scorecard::{Scorecard, is_learned};
use crate::tables::{ActivityBatches, LeadTable, Outcome};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Put a changed scorecard (--scorecard) beside the current one.
///
/// The current one is that of the live model version, or without a model scorecard.toml beside the project file. Past
/// deals come from the project file's leads, open leads from --leads or else from the same files. Points alone: no model
/// is needed or used.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  leadscore simulate --scorecard scorecard.learned.toml --leads open.csv --as-of 2026-07-01"
)]
pub(super) struct SimulateArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// The instant the open leads are looked at: a time, `now`, or `column`.
    #[arg(long, value_name = "WHEN", default_value = "now")]
    as_of: String,
    /// What closed at or after this is open [default: after the newest time in the leads and outcomes].
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Leads of each list that are shown; --format json has all.
    #[arg(long, value_name = "N", default_value_t = 5)]
    top: usize,
    /// Write everyone who crosses a tier: who, set (past or open), score and tier by either scorecard.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What `simulate --format json` prints.
#[derive(Serialize)]
struct Summary {
    current: String,
    changed: String,
    /// Whether the changed points were learned from the past deals that they are tried on.
    is_learned: bool,
    /// Tiers that begin elsewhere.
    moved_tiers: Vec<MovedTier>,
    past: Option<PastEffect>,
    open: Option<Movement>,
}

/// A tier that begins elsewhere by the changed scorecard.
#[derive(Serialize)]
struct MovedTier {
    tier: String,
    current: f64,
    changed: f64,
}

pub(super) fn run(args: &SimulateArgs, terminal: &Terminal) -> CommandResult {
    let found = simulate(args, terminal)?;
    terminal.summary(&found, text::simulation_text(&found, args.top))?;
    Ok(Ending::Done)
}

fn simulate(args: &SimulateArgs, terminal: &Terminal) -> Result<Summary, InputError> {
    if args.inputs.scorecard.is_none() {
        return Err(InputError::new("which changed scorecard is meant is not said")
            .remedy("pass it: leadscore simulate --scorecard other.toml"));
    }
    let mut open_inputs = args.inputs.resolve()?;
    let (name, current) = current(&open_inputs, terminal)?;
    open_inputs.beside = Some(current.clone());
    let mut past_inputs = InputArgs { leads: Vec::new(), ..args.inputs.clone() }.resolve()?;
    past_inputs.beside = Some(current.clone());
    // Leads given without any in the project file are both: deals where they closed, open leads where not.
    let apart = !args.inputs.leads.is_empty() && !past_inputs.leads.is_empty();
    if !apart {
        past_inputs.leads = open_inputs.leads.clone();
    }
    let Some(file) = &open_inputs.scorecard else {
        return Err(InputError::new("the changed scorecard could not be read").at("--scorecard"));
    };
    let scorecards = Scorecards { current: &current, changed: &file.scorecard };
    if let Some(path) = &args.out {
        open_inputs.spare("--out", path)?;
        past_inputs.spare("--out", path)?;
    }
    let has_outcome = past_inputs.project.leads.outcome.is_some() || !past_inputs.outcomes.is_empty();
    let read = if has_outcome { Some(leads_for_training(&past_inputs, terminal)?) } else { None };
    let past = match &read {
        Some(read) => Some(past_effect(args, &past_inputs, read, scorecards, terminal)?),
        None => None,
    };
    let open = match (&read, apart) {
        (Some(read), false) => open_among(args, &past_inputs, read, scorecards, terminal)?,
        _ => {
            let moment = as_of(&open_inputs, &args.as_of)?;
            let own = moment == AsOf::Column;
            let read = leads_for_scoring(&open_inputs, Some(&file.scorecard), None, own, &[], terminal)?;
            Some(open_effect(args, &open_inputs, &read, &read.built.table, scorecards, terminal)?)
        }
    };
    if let Some(path) = &args.out {
        write_table(path, &moved_table(past.as_ref(), open.as_ref()), WriteOptions::default())?;
    }
    Ok(Summary {
        current: name,
        changed: file.path.display().to_string(),
        is_learned: is_learned(&file.text),
        moved_tiers: moved_tiers(scorecards),
        past,
        open,
    })
}

/// The tiers of both scorecards whose bounds differ, the highest first.
fn moved_tiers(Scorecards { current, changed }: Scorecards<'_>) -> Vec<MovedTier> {
    let moved = changed.tiers.iter().rev().filter_map(|tier| {
        let before = current.tiers.iter().find(|before| before.name == tier.name && before.bound != tier.bound)?;
        Some(MovedTier { tier: tier.name.clone(), current: before.bound, changed: tier.bound })
    });
    moved.collect()
}

/// The scorecard in force, and what to call it.
fn current(inputs: &Inputs, terminal: &Terminal) -> Result<(String, Scorecard), InputError> {
    if let Some(version) = inputs.store().current(&inputs.name)?
        && let Some(card) = stored(inputs, Some(version), terminal)?.scorecard
    {
        return Ok((format!("the scorecard of model version {version}"), card));
    }
    let beside = inputs.project.located("scorecard.toml");
    if !beside.is_file() {
        return Err(InputError::new("there is no current scorecard to compare with")
            .remedy("put it beside the project file as scorecard.toml, or train a model with it"));
    }
    Ok((beside.display().to_string(), load_scorecard(&beside, &inputs.times)?.scorecard))
}

fn past_effect(
    args: &SimulateArgs,
    inputs: &Inputs,
    read: &LeadsRead,
    cards: Scorecards<'_>,
    terminal: &Terminal,
) -> Result<PastEffect, InputError> {
    let settings = deal_settings(inputs, read, args.until.as_deref(), terminal)?;
    let table = &read.built.table;
    let mut log = open_log(
        inputs,
        &table.ids,
        looks_at_details([Some(cards.current), Some(cards.changed)]),
        &Default::default(),
        terminal,
    )?;
    simulate_past(table, log.as_mut().map(|l| l as &mut dyn ActivityBatches), cards, &settings)
}

/// The open leads among those read for the past; `None` when there are none.
fn open_among(
    args: &SimulateArgs,
    inputs: &Inputs,
    read: &LeadsRead,
    cards: Scorecards<'_>,
    terminal: &Terminal,
) -> Result<Option<Movement>, InputError> {
    let table = &read.built.table;
    let open = |row: &usize| table.outcome.as_ref().is_some_and(|o| o[*row] == Outcome::Open);
    let rows: Vec<usize> = (0..table.n_leads()).filter(open).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    open_effect(args, inputs, read, &table.rows(&rows), cards, terminal).map(Some)
}

fn open_effect(
    args: &SimulateArgs,
    inputs: &Inputs,
    read: &LeadsRead,
    table: &LeadTable,
    cards: Scorecards<'_>,
    terminal: &Terminal,
) -> Result<Movement, InputError> {
    let moment = as_of(inputs, &args.as_of)?;
    if let Some(stale) = Stale::of_table(table, None, moment, &inputs.times) {
        terminal.note(&stale.sentence());
    }
    let settings = ScoreSettings {
        activity_columns: read.roles.activity_columns.clone(),
        ours: inputs.project.activities.ours.clone(),
        lost_after: inputs.project.leads.lost_after,
        ..ScoreSettings::of(moment)
    };
    let by = looks_at_details([Some(cards.current), Some(cards.changed)]);
    let mut log = open_log(inputs, &table.ids, by, &Default::default(), terminal)?;
    simulate_open(table, log.as_mut().map(|l| l as &mut dyn ActivityBatches), cards, &settings)
}

/// Everyone who crosses a tier.
fn moved_table(past: Option<&PastEffect>, open: Option<&Movement>) -> Vec<OutColumn> {
    let sets = [("past", past.map(|p| &p.movement)), ("open", open)];
    let rows: Vec<(&str, &Moved)> =
        sets.iter().flat_map(|(set, m)| m.iter().flat_map(|m| m.moved.iter().map(|lead| (*set, lead)))).collect();
    let text = |name: &str, of: &dyn Fn(&(&str, &Moved)) -> String| OutColumn {
        name: name.to_string(),
        values: OutValues::Text(rows.iter().map(|row| Some(of(row)).filter(|t| !t.is_empty())).collect()),
    };
    let number = |name: &str, of: &dyn Fn(&Moved) -> f64| OutColumn {
        name: name.to_string(),
        values: OutValues::Number(rows.iter().map(|(_, lead)| of(lead)).collect(), Rounding::Points),
    };
    vec![
        text("lead", &|(_, lead)| lead.lead.clone()),
        text("set", &|(set, _)| set.to_string()),
        number("score_current", &|lead| lead.score_current),
        number("score_changed", &|lead| lead.score_changed),
        text("tier_current", &|(_, lead)| lead.tier_current.clone()),
        text("tier_changed", &|(_, lead)| lead.tier_changed.clone()),
    ]
}

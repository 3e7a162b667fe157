//! `leadscore backtest`: the scorecard, the model and their blend on past deals as they were then.

mod text;

use super::inputs::{InputArgs, Inputs};
use super::log::{check_log_for_training, open_log};
use super::reading::{LeadsRead, leads_for_training};
use super::terminal::Terminal;
use super::train::{require_log, train_settings};
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::pipeline::backtest::{Backtest, BacktestSettings, Capacity, Money, Period, backtest};
use crate::pipeline::deals::DealInputs;
use crate::tables::ActivityBatches;
use crate::values::format_instant;
use clap::Args;
use serde::Serialize;

/// Judge scorecard, model and blend on past deals as they were then.
///
/// Each closed deal is looked at as it was at its moment, and predicted by a model that had not seen it. No stored model
/// is used or changed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  leadscore backtest --capacity 40/day --cost 50 --value 4000 --by campaign")]
pub(super) struct BacktestArgs {
    #[command(flatten)]
    pub(super) inputs: InputArgs,
    /// What closed at or after this is open [default: after the newest time in the leads and outcomes].
    #[arg(long, value_name = "WHEN")]
    pub(super) until: Option<String>,
    /// Deals shown of each list; --format json shows all unless this is given.
    #[arg(long, value_name = "N")]
    pub(super) top: Option<usize>,
    /// Leads that sales can work: 40/day, 200/week or 900/month.
    #[arg(long, value_name = "N/PERIOD", value_parser = capacity)]
    pub(super) capacity: Option<Capacity>,
    /// What working one lead costs.
    #[arg(long, requires = "value", value_parser = positive)]
    pub(super) cost: Option<f64>,
    /// What a won deal is worth.
    #[arg(long, requires = "cost", value_parser = positive)]
    pub(super) value: Option<f64>,
    /// Hours that working one lead takes.
    #[arg(long, value_name = "HOURS", value_parser = positive)]
    pub(super) hours_per_lead: Option<f64>,
    /// Column to sum up by; may be given several times [default: those named like a source or campaign].
    #[arg(long, value_name = "COL")]
    pub(super) by: Vec<String>,
}

/// Deals of each list that a person is shown.
const SHOWN: usize = 10;

/// What `backtest --format json` prints.
#[derive(Serialize)]
struct Summary<'a> {
    first_as_of: Option<String>,
    last_as_of: Option<String>,
    #[serde(flatten)]
    backtest: &'a Backtest,
}

pub(super) fn run(args: &BacktestArgs, terminal: &Terminal) -> CommandResult {
    let found = look_back(args, terminal)?;
    let [first_as_of, last_as_of] =
        [found.as_of.map(|(first, _)| format_instant(first)), found.as_of.map(|(_, last)| format_instant(last))];
    terminal.summary(&Summary { first_as_of, last_as_of, backtest: &found }, text::backtest_text(&found))?;
    Ok(Ending::Done)
}

fn look_back(args: &BacktestArgs, terminal: &Terminal) -> Result<Backtest, InputError> {
    let inputs = args.inputs.resolve()?;
    let read = leads_for_training(&inputs, terminal)?;
    require_log(&inputs, &read, args.inputs.no_activities)?;
    let shown = args.top.unwrap_or(if terminal.wants_json() { usize::MAX } else { SHOWN });
    let settings = backtest_settings(args, &inputs, &read, shown, terminal)?;
    let scorecard = inputs.card();
    let mut log = open_log(&inputs, &read.built.table.ids, scorecard, &Default::default(), terminal)?;
    let source = log.as_mut().map(|l| l as &mut dyn ActivityBatches);
    let found = backtest(DealInputs { table: &read.built.table, log: source, scorecard }, &settings)?;
    if let Some(log) = &log {
        check_log_for_training(log.report(), found.deals_with_acts, found.deals, terminal)?;
    }
    Ok(found)
}

/// The settings of a look back from the project file and the arguments; `top` deals of each list.
pub(super) fn backtest_settings(
    args: &BacktestArgs,
    inputs: &Inputs,
    read: &LeadsRead,
    top: usize,
    terminal: &Terminal,
) -> Result<BacktestSettings, InputError> {
    let train = train_settings(inputs, read, args.until.as_deref(), terminal)?;
    train.check()?;
    Ok(BacktestSettings {
        train,
        by: args.by.clone(),
        capacity: args.capacity,
        money: money(args)?,
        hours_per_lead: args.hours_per_lead,
        top,
    })
}

fn money(args: &BacktestArgs) -> Result<Option<Money>, InputError> {
    match args.cost.zip(args.value) {
        Some((cost, value)) if cost >= value => Err(InputError::new(format!(
            "working a lead costs {cost}, and a win is worth {value}: no lead would be worth its work"
        ))
        .at("--cost")
        .remedy("give the value of a won deal, not of a lead")),
        both => Ok(both.map(|(cost, value)| Money { cost, value })),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err("a number above 0 is wanted, such as 50".to_string()),
    }
}

fn capacity(text: &str) -> Result<Capacity, String> {
    let wrong = || "leads and a period are wanted: 40/day, 200/week or 900/month".to_string();
    let (leads, per) = text.split_once('/').ok_or_else(wrong)?;
    let per = match per.trim() {
        "day" | "d" => Period::Day,
        "week" | "w" => Period::Week,
        "month" => Period::Month,
        _ => return Err(wrong()),
    };
    Ok(Capacity { leads: positive(leads).map_err(|_| wrong())?, per })
}

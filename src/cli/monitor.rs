//! `leadscore monitor`: recent deals and open leads against what the live version learned from.

mod metrics;
mod text;

use super::inputs::{InputArgs, parse_scorecard};
use super::log::{log_key, open_log};
use super::reading::leads_for_training;
use super::recipe::warn_of_changes;
use super::score::version;
use super::terminal::Terminal;
use super::train::{deal_settings, require_log};
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::io::write_atomically;
use crate::pipeline::model::Model;
use crate::pipeline::monitor::{Limits, Monitor, MonitorSettings, monitor};
use crate::pipeline::retrain::Current;
use crate::tables::ActivityBatches;
use clap::Args;
use std::path::PathBuf;

/// Watch the live version: drift of columns and scores, and whether the promised wins came.
///
/// Recent closed deals and open leads are set against what the version learned from. Exit status 3 when something lies
/// beyond the limits in [monitor].
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  leadscore monitor --metrics leadscore.prom")]
pub(super) struct MonitorArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// Deals closed from here on are recent [default: the end of the version's training data].
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// For when open leads are looked at [default: after the newest time in the leads and outcomes].
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// Version to watch [default: the live one].
    #[arg(long, value_name = "V", value_parser = version)]
    model_version: Option<u32>,
    /// Also write the figures for Prometheus (text format).
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
}

pub(super) fn run(args: &MonitorArgs, terminal: &Terminal) -> CommandResult {
    let found = look(args, terminal)?;
    if let Some(path) = &args.metrics {
        let text = metrics::prometheus(&found, &args.inputs.name);
        write_atomically(path, &mut |out| out.write_all(text.as_bytes()))?;
    }
    terminal.summary(&found, text::monitor(&found))?;
    Ok(if found.alarms.is_empty() { Ending::Done } else { Ending::Refused })
}

fn look(args: &MonitorArgs, terminal: &Terminal) -> Result<Monitor, InputError> {
    let inputs = args.inputs.resolve()?;
    if let Some(path) = &args.metrics {
        inputs.spare("--metrics", path)?;
    }
    let live = inputs.store().load::<Model>(&inputs.name, args.model_version)?;
    warn_of_changes(&inputs, &live, terminal)?;
    let read = leads_for_training(&inputs, terminal)?;
    require_log(&inputs, &read, args.inputs.no_activities)?;
    let limits = inputs.project.monitor;
    let settings = MonitorSettings {
        deals: deal_settings(&inputs, &read, None, terminal)?,
        since: args.since.as_deref().map(|text| inputs.instant("--since", text)).transpose()?,
        as_of: args.as_of.as_deref().map(|text| inputs.instant("--as-of", text)).transpose()?,
        limits: Limits {
            psi: limits.psi,
            calibration: limits.calibration,
            auc_drop: limits.auc_drop,
            missing: limits.missing,
            new_levels: limits.new_levels,
        },
    };
    let name = format!("the scorecard of version {}", live.version);
    let scorecard = live.scorecard.as_ref().map(|text| parse_scorecard(text, &name, &inputs.times)).transpose()?;
    let current = Current { version: live.version, model: &live.payload, scorecard: scorecard.as_ref() };
    let key = log_key(&inputs.project.activities.at);
    let orders = live.payload.reading.date_orders.iter().filter(|(k, _)| *k == key).cloned().collect();
    let mut log = open_log(&inputs, &read.built.table.ids, scorecard.as_ref(), &orders, terminal)?;
    let source = log.as_mut().map(|l| l as &mut dyn ActivityBatches);
    monitor(&read.built.table, source, &current, &settings)
}

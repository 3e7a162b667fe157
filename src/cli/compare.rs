//! `leadscore compare`: learned beside hand-set points, in one unit.

mod personas;
mod summary;
mod text;

pub(super) use summary::Summary;
pub(super) use text::comparison_text;

use super::inputs::{InputArgs, ScorecardFile};
use super::log::{check_log_for_training, open_log};
use super::reading::leads_for_training;
use super::terminal::Terminal;
use super::train::{deal_settings, require_log};
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::io::write_atomically;
use crate::pipeline::compare::{CompareSettings, Compared, WriteSettings, compare};
use crate::pipeline::deals::DealInputs;
use crate::tables::ActivityBatches;
use clap::Args;
use std::path::{Path, PathBuf};

/// Put learned beside hand-set points.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  leadscore compare --leads closed.csv --activities acts.csv --write scorecard.learned.toml --rules contradicted --decay"
)]
pub(super) struct CompareArgs {
    #[command(flatten)]
    pub(super) inputs: InputArgs,
    /// What closed at or after this is open.
    #[arg(long, value_name = "WHEN")]
    pub(super) until: Option<String>,
    /// Write the scorecard with the learned points here.
    #[arg(long, value_name = "FILE")]
    pub(super) write: Option<PathBuf>,
    /// Write the rules that the scorecard could have here, to paste from.
    #[arg(long, value_name = "FILE")]
    pub(super) suggest: Option<PathBuf>,
    #[command(flatten)]
    pub(super) how: WriteArgs,
}

/// How the learned scorecard is written; the figures beside it are those of what would be written.
#[derive(Debug, Args)]
pub(super) struct WriteArgs {
    /// Leave the tiers' bounds where they are.
    #[arg(long)]
    pub(super) keep_tiers: bool,
    /// How far to go from the hand-set points (0) to the learned ones (1).
    #[arg(long, value_name = "0..1", default_value = "1", value_parser = strength)]
    pub(super) strength: f64,
    /// Which rules get learned points.
    #[arg(long, value_enum, default_value = "all")]
    pub(super) rules: Rules,
    /// Also change half-lives that the deals rule out.
    #[arg(long)]
    pub(super) decay: bool,
    /// Also cap rules that pay for repetition beyond what it is worth.
    #[arg(long)]
    pub(super) caps: bool,
}

/// Which rules a learned scorecard changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Rules {
    /// Every rule.
    All,
    /// Only rules with the verdict wrong sign, too strong, too weak or worth.
    Contradicted,
}

impl WriteArgs {
    fn settings(&self) -> WriteSettings {
        WriteSettings {
            keep_tiers: self.keep_tiers,
            strength: self.strength,
            only_contradicted: self.rules == Rules::Contradicted,
            decay: self.decay,
            caps: self.caps,
        }
    }
}

impl Default for WriteArgs {
    fn default() -> WriteArgs {
        WriteArgs { keep_tiers: false, strength: 1.0, rules: Rules::All, decay: false, caps: false }
    }
}

/// A number from 0 to 1.
fn strength(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "a number from 0 to 1".to_string())?;
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err("a number from 0 to 1".to_string()) }
}

pub(super) fn run(args: &CompareArgs, terminal: &Terminal) -> CommandResult {
    let summary = compare_and_write(args, terminal)?;
    terminal.summary(&summary, comparison_text(&summary))?;
    Ok(if summary.declined.is_some() { Ending::Refused } else { Ending::Done })
}

/// Compares, and writes the learned scorecard when asked.
pub(super) fn compare_and_write(args: &CompareArgs, terminal: &Terminal) -> Result<Summary, InputError> {
    let inputs = args.inputs.resolve()?;
    let ScorecardFile { text, scorecard, .. } = inputs.scorecard.as_ref().ok_or_else(|| {
        InputError::new("there is no scorecard to compare with")
            .remedy("pass --scorecard FILE, or let `leadscore init` start one")
    })?;
    for (key, path) in [("--write", &args.write), ("--suggest", &args.suggest)] {
        path.as_ref().map_or(Ok(()), |path| inputs.spare(key, path))?;
    }
    let read = leads_for_training(&inputs, terminal)?;
    require_log(&inputs, &read, args.inputs.no_activities)?;
    let settings = CompareSettings {
        deals: deal_settings(&inputs, &read, args.until.as_deref(), terminal)?,
        within_personas: true,
        folds: inputs.project.train.folds,
        holdout: inputs.project.train.holdout,
        write: args.how.settings(),
    };
    let mut log = open_log(&inputs, &read.built.table.ids, Some(scorecard), &Default::default(), terminal)?;
    let source = log.as_mut().map(|l| l as &mut dyn ActivityBatches);
    let deals = DealInputs { table: &read.built.table, log: source, scorecard: Some(scorecard) };
    let compared = compare(deals, scorecard, text, &settings)?;
    if let Some(log) = &log {
        check_log_for_training(log.report(), compared.deals.deals_with_acts, compared.deals.n(), terminal)?;
    }
    let mut summary = Summary::of(scorecard, &compared);
    if let Some(path) = &args.write {
        match &compared.learned {
            Some(learned) => summary.written = Some(written(path, learned)?),
            None => summary.declined = Some(declined(path)),
        }
    }
    if let Some(path) = &args.suggest {
        summary.suggested = Some(written(path, &suggested(&compared))?);
    }
    Ok(summary)
}

/// Why nothing is written, and whether an earlier comparison left a file of that name.
fn declined(path: &Path) -> String {
    let old = if path.exists() { format!(" ({} is of an earlier comparison)", path.display()) } else { String::new() };
    format!("every verdict is `too little data`{old}")
}

fn written(path: &Path, text: &str) -> Result<String, InputError> {
    write_atomically(path, &mut |out| out.write_all(text.as_bytes()))?;
    Ok(path.display().to_string())
}

/// The suggested rules as a file to paste from.
fn suggested(compared: &Compared) -> String {
    let mut text = String::from(
        "# Rules that the deals suggest beside the learned points: paste what you believe into scorecard.toml.\n",
    );
    for suggestion in &compared.suggestions {
        text.push_str(&format!(
            "\n# {}\n{}",
            suggestion.sentence(compared.comparison.win_rate, compared.row_weights()),
            suggestion.toml
        ));
    }
    text
}

//! `leadscore compare`: learned beside hand-set points, in one unit.

use super::inputs::{InputArgs, ScorecardFile};
use super::page::{Page, Strip};
use super::reading::{check_log_for_training, leads_for_training, open_log};
use super::terminal::{Align, Terminal, count, percent, table};
use super::train::{deal_settings, require_log};
use super::{CommandResult, Ending};
use crate::comparison::{Comparison, RuleComparison, sentences};
use crate::fault::InputError;
use crate::features::short_number;
use crate::io::write_atomically;
use crate::pipeline::compare::{WriteSettings, compare, learned_scorecard};
use crate::pipeline::deals::DealInputs;
use crate::tables::ActivityBatches;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Put learned beside hand-set points.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  leadscore compare --leads closed.csv --activities acts.csv --write scorecard.learned.toml"
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
    /// With --write: leave the tiers' bounds where they are.
    #[arg(long, requires = "write")]
    pub(super) keep_tiers: bool,
}

/// What `compare --format json` prints.
#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) scorecard: String,
    pub(super) deals: usize,
    pub(super) won: usize,
    pub(super) win_rate: f64,
    pub(super) rho: f64,
    pub(super) auc_out_of_fold: Option<f64>,
    pub(super) sentences: Vec<String>,
    pub(super) rules: Vec<RuleRow>,
    pub(super) notes: Vec<String>,
    pub(super) written: Option<String>,
    /// Why no learned scorecard was written although one was asked for.
    pub(super) declined: Option<String>,
}

/// One rule of the comparison.
#[derive(Serialize)]
pub(super) struct RuleRow {
    pub(super) rule: String,
    pub(super) persona: Option<String>,
    pub(super) group: String,
    pub(super) hand_set_points: f64,
    pub(super) learned_points: f64,
    pub(super) interval: [f64; 2],
    pub(super) leads: usize,
    pub(super) won: usize,
    pub(super) evidence: String,
    pub(super) matters: f64,
    pub(super) verdict: String,
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
    if let Some(path) = &args.write {
        inputs.spare("--write", path)?;
    }
    let read = leads_for_training(&inputs, terminal)?;
    require_log(&inputs, &read, args.inputs.no_activities)?;
    let settings = deal_settings(&inputs, &read, args.until.as_deref())?;
    let mut log = open_log(&inputs, &read.built.table.ids, Some(scorecard), &Default::default())?;
    let source = log.as_mut().map(|l| l as &mut dyn ActivityBatches);
    let deals = DealInputs { table: &read.built.table, log: source, scorecard: Some(scorecard) };
    let (comparison, deals) = compare(deals, &settings, inputs.project.train.folds)?;
    if let Some(log) = &log {
        check_log_for_training(log.report(), deals.deals_with_acts, deals.n(), terminal)?;
    }
    let (mut written, mut declined) = (None, None);
    if args.write.is_some() && !comparison.says_something() {
        declined = Some("every verdict is `too little data`".to_string());
    } else if let Some(path) = &args.write {
        let settings = WriteSettings { keep_tiers: args.keep_tiers };
        let learned = learned_scorecard(text, scorecard, &comparison, &deals, settings)?;
        write_atomically(path, &mut |out| out.write_all(learned.as_bytes()))?;
        written = Some(path.display().to_string());
    }
    Ok(summarise(scorecard.name.clone(), &comparison, written, declined))
}

fn summarise(scorecard: String, comparison: &Comparison, written: Option<String>, declined: Option<String>) -> Summary {
    let mut rules: Vec<&RuleComparison> = comparison.rules.iter().collect();
    rules.sort_by(|a, b| b.matters.total_cmp(&a.matters));
    Summary {
        scorecard,
        deals: comparison.deals,
        won: comparison.won,
        win_rate: comparison.win_rate,
        rho: comparison.rho,
        auc_out_of_fold: comparison.auc,
        sentences: sentences(comparison),
        rules: rules.into_iter().map(row).collect(),
        notes: comparison.notes.clone(),
        written,
        declined,
    }
}

fn row(rule: &RuleComparison) -> RuleRow {
    RuleRow {
        rule: rule.id.clone(),
        persona: rule.persona.clone(),
        group: rule.group.clone(),
        hand_set_points: rule.hand_set_points,
        learned_points: rule.learned_points,
        interval: rule.interval,
        leads: rule.leads,
        won: rule.won,
        evidence: rule.evidence.to_string(),
        matters: rule.matters,
        verdict: rule.verdict_text(),
    }
}

/// The column that draws the figures beside it.
const PICTURE: &str = "○ set ● learned ─ interval";

/// The comparison as a manager reads it.
pub(super) fn comparison_text(summary: &Summary) -> Page {
    let mut text = Page::new();
    for sentence in &summary.sentences {
        text.push_str(sentence);
        text.push_str("\n");
    }
    let strip = Strip::holding(
        summary.rules.iter().flat_map(|r| [r.hand_set_points, r.learned_points, r.interval[0], r.interval[1]]),
    );
    let rows: Vec<Vec<String>> = summary
        .rules
        .iter()
        .map(|r| {
            let name = r.persona.as_ref().map_or_else(|| r.rule.clone(), |p| format!("{p}/{}", r.rule));
            let rate = if r.leads == 0 { String::new() } else { percent(r.won as f64 / r.leads as f64) };
            vec![
                name,
                r.group.clone(),
                short_number(r.hand_set_points),
                tenth(r.learned_points),
                format!("{} to {}", tenth(r.interval[0]), tenth(r.interval[1])),
                strip.draw(r.hand_set_points, r.learned_points, r.interval),
                count(r.leads),
                rate,
                r.verdict.clone(),
            ]
        })
        .collect();
    let header = ["rule", "group", "hand-set", "learned", "95 % interval", PICTURE, "deals hit", "won", "verdict"];
    let align = [
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
    ];
    text.append(Page::below_a_blank(table(&header, &align, &rows).sparing(&["group", PICTURE])));
    text.push_str(&format!(
        "\n{} deals, {} won ({} by row weight). Points learned are shrunk towards the hand-set ones; sorted by what the difference moves.\n",
        count(summary.deals),
        count(summary.won),
        percent(summary.win_rate)
    ));
    for note in &summary.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    if let Some(why) = &summary.declined {
        text.push_str(&format!(
            "No learned scorecard is written: {why}. Keep the hand-set one until more deals have closed.\n"
        ));
    }
    if let Some(path) = &summary.written {
        text.push_str(&format!("The learned scorecard is in {path}; `leadscore train --scorecard {path}` tries it.\n"));
    }
    text
}

/// One decimal, no negative zero.
fn tenth(value: f64) -> String {
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".to_string() } else { text }
}

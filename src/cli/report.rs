//! `leadscore report`: one page that shows what the deals say, to open from a mail.

use super::backtest::{BacktestArgs, backtest_settings};
use super::inputs::Inputs;
use super::leads_at_hand::{is_a_sheet, rows_of_one_file};
use super::log::{check_log_for_training, open_log};
use super::reading::{LeadsRead, leads_for_training};
use super::stale::{DatedLog, Stale, now};
use super::terminal::{Terminal, count};
use super::train::require_log;
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::io::write_atomically;
use crate::pipeline::deals::DealInputs;
use crate::pipeline::model::Model;
use crate::pipeline::report::{CardFigures, Report, ReportSettings, report};
use crate::pipeline::score::{AsOf, ScoreInputs, ScoreSettings, score};
use crate::report::page::{Locale, page};
use crate::tables::{ActivityBatches, Outcome};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Write one HTML page that shows what the deals say.
///
/// The page needs no network and no script. Past deals are looked back on as by `backtest`; open leads of the same
/// leads table are scored with the model learned from all closed deals. Where a model is stored, the page says whether its
/// card promises more than the look back found.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  leadscore report --out report.html --anonymous")]
pub(super) struct ReportArgs {
    #[command(flatten)]
    backtest: BacktestArgs,
    /// Where the page goes.
    #[arg(long, value_name = "FILE", required_unless_present = "json")]
    out: Option<PathBuf>,
    /// Write what the page shows as JSON; - for stdout.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The instant the open leads are scored for [default: the end of the files: after the newest time in the leads and
    /// outcomes, or the day after the newest lead where long none came].
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// Leave out whatever names a person: ids, what cells say, columns of names.
    #[arg(long)]
    anonymous: bool,
    /// How the page writes numbers.
    #[arg(long, value_enum, default_value_t = Numbers::En)]
    locale: Numbers,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Numbers {
    /// 1,234.5
    En,
    /// 1.234,5
    De,
    /// 1 234,5
    Fr,
    /// 1’234.5
    Ch,
}

/// Deals and leads of each list.
const SHOWN: usize = 10;

/// What `report --format json` prints.
#[derive(Serialize)]
struct Summary {
    out: Option<String>,
    bytes: usize,
    warnings: Vec<String>,
    sentences: Vec<String>,
}

pub(super) fn run(args: &ReportArgs, terminal: &Terminal) -> CommandResult {
    let inputs = args.backtest.inputs.resolve()?;
    for (option, path) in [("--out", &args.out), ("--json", &args.json)] {
        if let Some(path) = path {
            inputs.spare(option, path)?;
        }
    }
    let view = view(args, &inputs, terminal)?;
    if let Some(path) = &args.json {
        write_view(path, &view, terminal)?;
    }
    let mut bytes = 0;
    if let Some(path) = &args.out {
        let html = page(&view, args.locale.into())?;
        bytes = html.len();
        write_atomically(path, &mut |out| out.write_all(html.as_bytes()))?;
    }
    let out = args.out.as_ref().map(|path| path.display().to_string());
    let of_open_leads = view
        .leads
        .as_ref()
        .filter(|leads| args.as_of.is_none() && leads.open > 0)
        .and_then(|leads| leads.as_of.as_deref());
    let text = summary_text(&view, out.as_deref(), bytes, of_open_leads, terminal.is_verbose());
    let summary = Summary { out, bytes, warnings: view.warnings, sentences: view.sentences };
    if args.json.as_deref() == Some(Path::new("-")) {
        terminal.summary_aside(&summary, text)?;
    } else {
        terminal.summary(&summary, text)?;
    }
    Ok(Ending::Done)
}

/// What the page warns of, and where it is, with the as-of `of_open_leads` that nobody named; `all`, and where it is not
/// written: also what it says.
fn summary_text(view: &Report, out: Option<&str>, bytes: usize, of_open_leads: Option<&str>, all: bool) -> String {
    let Some(out) = out.filter(|_| !all) else {
        let mut text = view.warnings.iter().map(|warning| format!("{warning}\n\n")).collect::<String>();
        text.extend(view.sentences.iter().map(|sentence| format!("{sentence}\n")));
        text.extend(out.map(|out| format!("\nThe report is in {out} ({} kB).\n", count(bytes.div_ceil(1000)))));
        return text;
    };
    let warnings = view.warnings.iter().map(|warning| first_sentence(warning));
    let mut text: String =
        view.nothing_to_learn.as_deref().into_iter().chain(warnings).map(|said| format!("{said}\n")).collect();
    let as_of = of_open_leads.map_or_else(String::new, |as_of| format!("; open leads as of {as_of}"));
    text.push_str(&format!(
        "The report is in {out} ({} kB{as_of}): open it in a browser.\n",
        count(bytes.div_ceil(1000))
    ));
    text
}

/// Up to the first stop or question mark before a blank.
fn first_sentence(text: &str) -> &str {
    [". ", "? "].iter().filter_map(|end| text.find(end)).min().map_or(text, |at| &text[..=at])
}

fn view(args: &ReportArgs, inputs: &Inputs, terminal: &Terminal) -> Result<Report, InputError> {
    let read = leads_for_training(inputs, terminal)?;
    require_log(inputs, &read, args.backtest.inputs.no_activities)?;
    let shown = args.backtest.top.unwrap_or(SHOWN);
    let settings = ReportSettings {
        backtest: backtest_settings(&args.backtest, inputs, &read, shown, terminal)?,
        scorecard_text: inputs.scorecard.as_ref().map(|s| s.text.clone()).unwrap_or_default(),
        card: live_card(inputs, terminal),
        anonymous: args.anonymous,
    };
    let scorecard = inputs.card();
    let mut log = open_log(inputs, &read.built.table.ids, scorecard, &Default::default(), terminal)?;
    let mut dated = log.as_mut().map(|log| DatedLog::new(log, now()));
    let source = dated.as_mut().map(|log| log as &mut dyn ActivityBatches);
    let (mut view, model) = report(DealInputs { table: &read.built.table, log: source, scorecard }, &settings)?;
    let newest_act = dated.and_then(|log| log.newest);
    if let Some(log) = &log {
        check_log_for_training(log.report(), view.backtest.deals_with_acts, view.backtest.deals, terminal)?;
    }
    // An end that somebody named is the end; otherwise leads stand as they do when the files end, whatever the clock says but of
    // acts still to come.
    let end_of_files = || Stale::end_of(&read.built.table, newest_act, &inputs.times);
    let at = match &args.backtest.until {
        Some(_) => view.until.clone(),
        None => end_of_files().or_else(|| view.until.clone()),
    };
    let at = args.as_of.clone().or(at);
    add_open_leads(&mut view, inputs, &read, &model, at, shown, terminal)?;
    Ok(view)
}

/// The figures on the live version's card.
fn live_card(inputs: &Inputs, terminal: &Terminal) -> Option<CardFigures> {
    let live = inputs.live_or_warn(terminal, "the page is not held against a model card")?;
    CardFigures::of(live.version, &live.payload)
}

/// Scores the open leads of the table with the model that the report speaks of.
fn add_open_leads(
    view: &mut Report,
    inputs: &Inputs,
    read: &LeadsRead,
    model: &Model,
    at: Option<String>,
    shown: usize,
    terminal: &Terminal,
) -> Result<(), InputError> {
    let Some(outcomes) = &read.built.table.outcome else { return Ok(()) };
    // Leads without any times are open or not, whenever one looks.
    let as_of = at.as_ref().map_or_else(|| Ok(now()), |at| inputs.instant("--as-of", at))?;
    // Where time decides what is lost, a lead without a close may still be won; and one that closed later was open then.
    let by_time = model.recipe.lost_after.is_some();
    let closes = read.built.table.closed_at.as_ref();
    let may_be_open = |row: usize| closes.is_some_and(|closes| closes[row].map_or(by_time, |closed| closed >= as_of));
    let open: Vec<usize> =
        (0..outcomes.len()).filter(|&row| outcomes[row] == Outcome::Open || may_be_open(row)).collect();
    let scorecard = inputs.card();
    if open.is_empty() || (scorecard.is_none() && model.predictor.is_none()) {
        return Ok(());
    }
    let mut table = read.built.table.rows(&open);
    let settings = ScoreSettings {
        activity_columns: read.roles.activity_columns.clone(),
        ours: inputs.project.activities.ours.clone(),
        min_evidence: inputs.project.score.min_evidence,
        ..ScoreSettings::of(AsOf::At(as_of))
    };
    // A log may know other leads by the bare numbers.
    let ids = table.ids.clone();
    let mut log = open_log(inputs, &ids, scorecard, &Default::default(), terminal)?;
    let source = log.as_mut().map(|l| l as &mut dyn ActivityBatches);
    let rows_of = rows_of_one_file(&ids, &table.files).filter(|_| inputs.number_rows).map(|(file, numbers)| {
        table.ids = numbers;
        file
    });
    let rows_of = rows_of.filter(|file| is_a_sheet(file));
    let assessment = score(ScoreInputs { table: &table, log: source, scorecard, model: Some(model) }, &settings)?;
    view.add_leads(&assessment, at, rows_of, shown);
    Ok(())
}

fn write_view(path: &Path, view: &Report, terminal: &Terminal) -> Result<(), InputError> {
    let text = serde_json::to_string_pretty(view)
        .map_err(|e| InputError::new(format!("the report cannot be written as JSON: {e}")))?
        + "\n";
    if path == Path::new("-") {
        return terminal.print(&text);
    }
    write_atomically(path, &mut |out| out.write_all(text.as_bytes()))
}

impl From<Numbers> for Locale {
    fn from(numbers: Numbers) -> Locale {
        match numbers {
            Numbers::En => Locale::English,
            Numbers::De => Locale::German,
            Numbers::Fr => Locale::French,
            Numbers::Ch => Locale::Swiss,
        }
    }
}

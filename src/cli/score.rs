//! `leadscore score`: score leads as of a moment, write the scored table, say what matters.

use super::inputs::{InputArgs, Inputs, parse_scorecard};
use super::leads_at_hand::is_a_sheet;
use super::log::{check_log_for_scoring, log_key, open_log};
use super::order::{Order, Waiting, places};
use super::output::{Chosen, MismatchRow, contributions_table, mismatch_rows, mismatches_table, scored_columns};
use super::reading::{KEEP_ALL, leads_for_scoring};
use super::recipe::warn_of_changes;
use super::stale::{DatedLog, Stale, now};
use super::summary::{Moment, ScoreSummary, looks_back, score_text};
use super::terminal::Terminal;
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::io::{CsvDialect, CsvWriter, OutColumn, PartWriter, WriteOptions, write_table, write_table_in_parts};
use crate::pipeline::model::Model;
use crate::pipeline::score::{AsOf, Assessment, Place, ScoreInputs, ScoreSettings, score_in_stretches};
use crate::registry::Loaded;
use crate::scorecard::Scorecard;
use crate::tables::ActivityBatches;
use crate::watch::Watch;
use clap::{Args, ValueEnum};
use std::io::{self, IsTerminal};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The as-of that is this very instant.
const NOW: &str = "now";

/// Score leads and write the scored table.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  leadscore score --leads open.csv --activities acts.csv --as-of 2026-07-01 --out scored.csv"
)]
pub(super) struct ScoreArgs {
    #[command(flatten)]
    pub(super) inputs: InputArgs,
    /// The instant the scores are true for: a time, `now`, or `column` for each lead's own.
    #[arg(long, value_name = "WHEN", default_value = NOW)]
    pub(super) as_of: String,
    /// Version of the model [default: the live one].
    #[arg(long, value_name = "V", value_parser = version)]
    pub(super) model_version: Option<u32>,
    /// Score with the scorecard alone.
    #[arg(long)]
    pub(super) rules_only: bool,
    /// Where the scored table goes: .csv, .parquet, .ndjson, or - for CSV on stdout.
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// Write only these columns after the id.
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    pub(super) columns: Vec<String>,
    /// Keep a column of the input; may be given several times.
    #[arg(long, value_name = "COL")]
    pub(super) keep: Vec<String>,
    /// Keep every column of the input.
    #[arg(long)]
    pub(super) keep_all: bool,
    /// In which order the leads are written.
    #[arg(long, value_enum, default_value = "file")]
    pub(super) order: Order,
    /// Also write every contribution of every lead (long table).
    #[arg(long, value_name = "FILE")]
    pub(super) contributions: Option<PathBuf>,
    /// Also write the mismatches with why and what to do: id, quadrant, gap, reason, action.
    #[arg(long, value_name = "FILE")]
    pub(super) mismatches: Option<PathBuf>,
    /// Write text cells as they are, even where a spreadsheet would run them as a formula.
    #[arg(long)]
    pub(super) raw: bool,
    /// Write CSV as Excel opens it by a double click, with this sign between cells; `semicolon` has decimal commas, too.
    #[arg(long, value_enum, value_name = "SIGN")]
    pub(super) excel: Option<CellsPartedBy>,
}

/// What parts cells where Excel's language is set so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CellsPartedBy {
    /// As in English.
    Comma,
    /// As in French, German, Spanish and others.
    Semicolon,
}

impl From<CellsPartedBy> for CsvDialect {
    fn from(parted: CellsPartedBy) -> CsvDialect {
        match parted {
            CellsPartedBy::Comma => CsvDialect::ExcelComma,
            CellsPartedBy::Semicolon => CsvDialect::ExcelSemicolon,
        }
    }
}

impl ScoreArgs {
    /// Whether what is asked goes together.
    fn check(&self) -> Result<(), InputError> {
        let is_csv = |path: &Path| {
            path == Path::new("-") || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
        };
        match self.excel.is_some() && !is_csv(&self.out) {
            true => Err(InputError::new("--excel is about CSV")
                .at(self.out.display().to_string())
                .remedy("end the name in .csv, or leave --excel out")),
            false => Ok(()),
        }
    }
}

/// A version as the scored table spells it (`v0001`) or as a number.
pub(super) fn version(text: &str) -> Result<u32, String> {
    let digits = text.trim_start_matches(['v', 'V']);
    digits.parse().map_err(|_| format!("`{text}` is not a version; write 3 or v0003"))
}

/// The scorecard and model that leads are scored with.
pub(super) struct Scorers {
    pub(super) scorecard: Option<Scorecard>,
    pub(super) model: Option<Model>,
    pub(super) version: Option<u32>,
}

pub(super) fn run(args: &ScoreArgs, terminal: &Terminal) -> CommandResult {
    let inputs = args.inputs.resolve()?;
    args.check()?;
    let scorers = scorers(&inputs, args.model_version, args.rules_only, terminal)?;
    let summary = score_and_write(args, &inputs, &scorers, terminal)?;
    let text = score_text(&summary, terminal.is_verbose());
    if args.out == Path::new("-") {
        terminal.summary_aside(&summary, text)?;
    } else {
        terminal.summary(&summary, text)?;
    }
    Ok(Ending::Done)
}

/// The stored version, or the scorecard alone.
pub(super) fn scorers(
    inputs: &Inputs,
    version: Option<u32>,
    rules_only: bool,
    terminal: &Terminal,
) -> Result<Scorers, InputError> {
    let given = inputs.scorecard.as_ref();
    let store = inputs.store();
    let live = if rules_only { None } else { store.current(&inputs.name)? };
    if rules_only || (live.is_none() && version.is_none()) {
        if !rules_only {
            terminal.note("no model is stored yet (`leadscore train`): the scorecard alone scores");
        }
        return Ok(Scorers { scorecard: given.map(|g| g.scorecard.clone()), model: None, version: None });
    }
    let loaded = store.load::<Model>(&inputs.name, version)?;
    if let Some(given) = given {
        let differs = match &loaded.scorecard {
            Some(stored) if given.text == *stored => None,
            Some(_) => Some(format!("differs from the scorecard that version {} was trained with", loaded.version)),
            None => Some(format!("was not there when version {} was trained", loaded.version)),
        };
        if let Some(differs) = differs {
            return Err(InputError::new(differs)
                .at(given.path.display().to_string())
                .remedy("run `leadscore train` to learn the blend anew, or score with it alone: --rules-only"));
        }
    }
    warn_of_changes(inputs, &loaded, terminal)?;
    with_scorecard(loaded, inputs, terminal)
}

/// A stored version with its own scorecard, whatever the folder's says.
pub(super) fn stored(inputs: &Inputs, version: Option<u32>, terminal: &Terminal) -> Result<Scorers, InputError> {
    with_scorecard(inputs.store().load::<Model>(&inputs.name, version)?, inputs, terminal)
}

fn with_scorecard(loaded: Loaded<Model>, inputs: &Inputs, terminal: &Terminal) -> Result<Scorers, InputError> {
    let stored_name = format!("the scorecard of version {}", loaded.version);
    let scorecard = loaded.scorecard.map(|text| parse_scorecard(&text, &stored_name, &inputs.times)).transpose()?;
    if let Some(why) = &loaded.payload.why_no_model {
        terminal.note(&format!("version {} holds no model: {why}", loaded.version));
    }
    Ok(Scorers { scorecard, model: Some(loaded.payload), version: Some(loaded.version) })
}

/// What `--as-of` means.
pub(super) fn as_of(inputs: &Inputs, text: &str) -> Result<AsOf, InputError> {
    Ok(match text {
        "column" => AsOf::Column,
        "now" => AsOf::At(now()),
        text => AsOf::At(inputs.instant("--as-of", text)?),
    })
}

/// What is said of every lead.
pub(super) fn general_warnings(
    inputs: &Inputs,
    scorers: &Scorers,
    no_activities: bool,
) -> Result<Vec<String>, InputError> {
    let mut warnings = Vec::new();
    if !inputs.activities.is_empty() {
        return Ok(warnings);
    }
    let model_needs = scorers.model.as_ref().is_some_and(Model::needs_log);
    let rules_need = scorers
        .scorecard
        .as_ref()
        .is_some_and(|card| card.uses_activities() && inputs.project.leads.activity_columns.is_empty());
    if (model_needs || rules_need) && !no_activities {
        let who = if model_needs { "the model counts activities" } else { "the scorecard has rules on activities" };
        return Err(InputError::new(format!("{who}, but no activity log is given"))
            .remedy("pass --activities FILE, or go without it: --no-activities"));
    }
    if model_needs || rules_need {
        warnings.push("scored without an activity log".to_string());
    }
    Ok(warnings)
}

/// Scores, writes the table and the contributions, and sums up.
pub(super) fn score_and_write(
    args: &ScoreArgs,
    inputs: &Inputs,
    scorers: &Scorers,
    terminal: &Terminal,
) -> Result<ScoreSummary, InputError> {
    let chosen = Chosen::parse(&args.columns)?;
    inputs.spare("--out", &args.out)?;
    if let Some(path) = &args.contributions {
        inputs.spare("--contributions", path)?;
    }
    if let Some(path) = &args.mismatches {
        inputs.spare("--mismatches", path)?;
    }
    let as_of = as_of(inputs, &args.as_of)?;
    let mut warnings = general_warnings(inputs, scorers, args.inputs.no_activities)?;
    let keep: Vec<String> = if args.keep_all { vec![KEEP_ALL.to_string()] } else { args.keep.clone() };
    let (card, model) = (scorers.scorecard.as_ref(), scorers.model.as_ref());
    let read = leads_for_scoring(inputs, card, model, as_of == AsOf::Column, &keep, terminal)?;
    let table = &read.built.table;
    if table.n_leads() == 0 {
        terminal
            .warn(&format!("{}: there is a header and no row below it, so nothing is scored", table.files.join(", ")));
    }
    let mut missing = read.built.report.missing_columns.clone();
    // A column that only rules read is not in the model's plan.
    missing.extend(card.map(|card| card.missing_columns(table)).unwrap_or_default());
    missing.sort();
    missing.dedup();
    warnings.extend(missing.iter().map(|column| format!("column `{column}` is missing")));
    let mut log_orders = std::collections::BTreeMap::new();
    let key = log_key(&inputs.project.activities.at);
    if let Some((_, order)) = model.and_then(|m| m.reading.date_orders.iter().find(|(k, _)| *k == key)) {
        log_orders.insert(key, *order);
    }
    let mut log = open_log(inputs, &table.ids, card, &log_orders, terminal)?;
    let keep: Vec<String> = if args.keep_all { read.raw.header.clone() } else { args.keep.clone() };
    let bounds: Vec<f64> = card.map(|c| c.tiers.iter().map(|t| t.bound).collect()).unwrap_or_default();
    let dialect = args.excel.map_or(CsvDialect::Plain, CsvDialect::from);
    let options = WriteOptions { bounds: &bounds, raw: args.raw, dialect };
    let unbounded = WriteOptions { bounds: &[], ..options };
    // Rows on a terminal leave no line for a bar.
    let has_line = args.out != Path::new("-") || !io::stdout().is_terminal();
    let settings = ScoreSettings {
        as_of,
        activity_columns: read.roles.activity_columns.clone(),
        ours: inputs.project.activities.ours.clone(),
        reasons: chosen.wants("model_reasons"),
        blends_closed: chosen.wants_blends() || args.order == Order::Score,
        min_evidence: inputs.project.score.min_evidence,
        lost_after: inputs.project.leads.lost_after,
        warnings,
        watch: if has_line { terminal.watch() } else { Watch::default() },
    };
    let looks_back = looks_back(table);
    let look = |assessment: &Assessment<'_>, leads: Range<usize>| {
        Ok(Looked {
            columns: scored_columns(assessment, leads, &read, &chosen, &keep, scorers.version)?,
            places: if args.order == Order::Score { places(assessment) } else { Vec::new() },
            contributions: args.contributions.as_ref().map(|_| contributions_table(assessment)),
            mismatches: args.mismatches.as_ref().map(|_| mismatch_rows(assessment)).unwrap_or_default(),
            summary: ScoreSummary::of(assessment, scorers.version, looks_back, &args.out),
        })
    };
    let (mut summary, mut mismatches, mut waiting) = (None::<ScoreSummary>, Vec::new(), Waiting::default());
    let mut newest_act = None;
    let mut fill = |out: &mut PartWriter<'_>, mut contributions: Option<&mut PartWriter<'_>>| {
        let before = if let AsOf::At(at) = as_of { at } else { now() };
        let mut dated = log.as_mut().map(|log| DatedLog::new(log, before));
        let source = dated.as_mut().map(|log| log as &mut dyn ActivityBatches);
        let inputs = ScoreInputs { table, log: source, scorecard: card, model };
        score_in_stretches(inputs, &settings, look, |parts: Vec<Looked>| {
            if args.order == Order::File {
                out(&parts.iter().map(|part| &part.columns[..]).collect::<Vec<_>>())?;
            }
            if let Some(contributions) = &mut contributions {
                contributions(&parts.iter().filter_map(|part| part.contributions.as_deref()).collect::<Vec<_>>())?;
            }
            for part in parts {
                if args.order == Order::Score {
                    waiting.add(part.columns, part.places);
                }
                mismatches.extend(part.mismatches);
                match &mut summary {
                    Some(summary) => summary.add(part.summary),
                    None => summary = Some(part.summary),
                }
            }
            Ok(())
        })?;
        if args.order == Order::Score {
            let _bar = has_line.then(|| terminal.begin("writing the scored table"));
            std::mem::take(&mut waiting).write(out)?;
        }
        newest_act = dated.and_then(|log| log.newest);
        match &args.mismatches {
            Some(path) => {
                write_table(path, &mismatches_table(&table.id_name, std::mem::take(&mut mismatches)), unbounded)
            }
            None => Ok(()),
        }
    };
    match &args.contributions {
        Some(path) => write_table_in_parts(path, unbounded, &mut |contributions| {
            write_scored(&args.out, options, &mut |out| fill(out, Some(contributions)))
        })?,
        None => write_scored(&args.out, options, &mut |out| fill(out, None))?,
    }
    if let Some(log) = &log {
        check_log_for_scoring(log.report(), table.n_leads(), terminal);
    }
    let moment = Moment {
        stale: Stale::of_table(table, newest_act, as_of, &inputs.times),
        as_of: Some(args.as_of.clone()).filter(|as_of| as_of != NOW),
        inputs: args.inputs.as_typed(),
        numbers_rows: read.has_numbered_rows && table.files.iter().all(|file| is_a_sheet(file)),
        learned_until: match as_of {
            AsOf::At(at) => model.and_then(|model| model.learned_until(at)),
            AsOf::Column => None,
        },
        is_on_a_day: args.as_of != NOW && matches!(as_of, AsOf::At(_)),
        lacks_outcomes: table.outcome.is_none(),
    };
    Ok(summary.expect("even of no lead there is a stretch, and its summary").finished(moment, args.order))
}

/// What is wanted of the leads of one stretch.
struct Looked {
    columns: Vec<OutColumn>,
    places: Vec<Place>,
    contributions: Option<Vec<OutColumn>>,
    mismatches: Vec<MismatchRow>,
    summary: ScoreSummary,
}

/// The scored table into its file, or as CSV to standard output.
fn write_scored(
    out: &Path,
    options: WriteOptions<'_>,
    fill: &mut dyn FnMut(&mut PartWriter<'_>) -> Result<(), InputError>,
) -> Result<(), InputError> {
    if out != Path::new("-") {
        return write_table_in_parts(out, options, fill);
    }
    let unwritten = |error: io::Error| InputError::new(format!("standard output cannot be written: {error}"));
    let mut sink = io::BufWriter::new(io::stdout().lock());
    let mut table = CsvWriter::new(&mut sink, options);
    // Who reads only the first lines wants no more of them, and still the summary.
    let passed = |written: io::Result<()>| match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(unwritten),
    };
    fill(&mut |parts| passed(table.write(parts)))?;
    passed(table.finish())
}

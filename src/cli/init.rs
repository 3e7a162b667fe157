//! `leadscore init`: look at the files, say what every column was taken for, write a project file and a scorecard.

mod ask;
mod columns;
mod files;
mod look;
mod told;
mod trial;
mod typed;

use super::stale::Stale;
use super::terminal::Terminal;
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::io::{ReadSettings, write_atomically};
use crate::pipeline::start::{
    Bounds, Layout, View, Wishes, lacks_an_id, lay_out, project_text, scorecard_text, starting_rules,
};
use clap::Args;
use look::{Looked, look};
use std::path::{Path, PathBuf};
use trial::Trial;

/// The copy with ids that is proposed for a table without.
const WITH_IDS: &str = "leads-with-ids.csv";

/// Look at the files and write a project file and a starting scorecard.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  leadscore init --leads leads.csv --activities acts.csv")]
pub(super) struct InitArgs {
    /// Leads table (CSV, Parquet or NDJSON); may be given several times.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(super) leads: Vec<PathBuf>,
    /// Activity log; may be given several times.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) activities: Vec<PathBuf>,
    /// Outcomes table, where deals are kept apart from leads; may be given several times.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) outcomes: Vec<PathBuf>,
    /// Folder to write leadscore.toml and scorecard.toml into.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
    /// Write over files that are there.
    #[arg(long)]
    pub(super) force: bool,
    /// Column that identifies a lead.
    #[arg(long, value_name = "COL", conflicts_with = "add_id")]
    pub(super) id: Option<String>,
    /// Write a copy of the leads table with a column of row numbers into FILE, and use that [default where nothing
    /// identifies a lead, and there is neither a log nor deals: leads-with-ids.csv].
    #[arg(long, value_name = "FILE")]
    pub(super) add_id: Option<PathBuf>,
    /// Column that says how the deal ended.
    #[arg(long, value_name = "COL")]
    pub(super) outcome: Option<String>,
    /// Value that means won; may be given several times.
    #[arg(long, value_name = "WORD")]
    pub(super) won: Vec<String>,
    /// Value that means lost; may be given several times; `*`: all that is not won.
    #[arg(long, value_name = "WORD")]
    pub(super) lost: Vec<String>,
    /// Column with the time the lead was created.
    #[arg(long, value_name = "COL")]
    pub(super) created_at: Option<String>,
    /// Column with the time the deal was won or lost.
    #[arg(long, value_name = "COL")]
    pub(super) closed_at: Option<String>,
    /// Timezone of times without an offset, by its IANA name.
    #[arg(long, value_name = "ZONE", default_value = InitArgs::TIMEZONE)]
    pub(super) timezone: String,
    /// How times are written, such as "%d.%m.%Y", where the files leave it open.
    #[arg(long, value_name = "FORMAT")]
    pub(super) time_format: Option<String>,
    /// Encoding of the files, such as shift_jis [default: UTF-8, or what the text looks like].
    #[arg(long, value_name = "NAME")]
    pub(super) encoding: Option<String>,
    /// Turn what cannot be read into missing values instead of stopping.
    #[arg(long)]
    pub(super) lenient: bool,
    /// Ask nothing, even at a terminal.
    #[arg(long)]
    pub(super) no_ask: bool,
}

impl InitArgs {
    /// The zone of times without an offset, when nobody names one.
    const TIMEZONE: &'static str = "UTC";
}

/// What was written, and what it was drawn from.
pub(super) struct Start {
    pub(super) project: PathBuf,
    pub(super) scorecard: PathBuf,
    pub(super) view: View,
    pub(super) layout: Layout,
    pub(super) n_rules: usize,
    /// The tiers of the scorecard; `None`: no lead has points enough for one.
    pub(super) bounds: Option<Bounds>,
    pub(super) best_score: Option<f64>,
    /// A better as-of for these leads, where now is implausibly late.
    pub(super) stale: Option<Stale>,
    /// Whether the leads had no ids and were numbered row by row.
    pub(super) has_numbered_rows: bool,
    /// Whether the files cannot be read by this project file as it stands.
    pub(super) is_unusable: bool,
    /// What other commands need to find and read them, as typed.
    pub(super) needed: String,
    /// Then the command that gives one of the leads' tables as outcomes, where it may be the deals.
    pub(super) with_deals_apart: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) missing: Vec<String>,
}

pub(super) fn run(args: &InitArgs, terminal: &Terminal) -> CommandResult {
    let (project, scorecard) = targets(args)?;
    let start = prepare(args, &project, &scorecard, terminal)?;
    terminal.summary(&told::summary(&start), told::text(&start, terminal.is_verbose()))?;
    Ok(Ending::Done)
}

/// The two files to write, which must not be there yet.
fn targets(args: &InitArgs) -> Result<(PathBuf, PathBuf), InputError> {
    let (project, scorecard) = (args.dir.join("leadscore.toml"), args.dir.join("scorecard.toml"));
    let new_table = args.add_id.clone();
    for path in [&project, &scorecard].into_iter().chain(&new_table) {
        if path.exists() && !args.force {
            return Err(InputError::new("is there already, and may hold somebody's work")
                .at(path.display().to_string())
                .remedy(format!(
                    "keep it and go on (`leadscore check{}` tells what is wrong in it), write both files anew with --force, \
                     or choose another folder with --dir",
                    args.needed_by_others()
                )));
        }
    }
    Ok((project, scorecard))
}

fn prepare(args: &InitArgs, project: &Path, scorecard: &Path, terminal: &Terminal) -> Result<Start, InputError> {
    let mut settings = ReadSettings {
        encoding: args.encoding.clone(),
        timezone: args.timezone.clone(),
        time_format: args.time_format.clone(),
        lenient: args.lenient,
        ..ReadSettings::default()
    };
    let mut files = files::Files {
        leads: args.leads.clone(),
        activities: args.activities.clone(),
        outcomes: args.outcomes.clone(),
    };
    let mut notes = Vec::new();
    if let Some(copy) = &args.add_id {
        notes.push(files::add_id(&files.leads, copy, &mut settings)?);
        files.leads = vec![copy.clone()];
    }
    let mut looked = look(&files, settings, &mut notes, terminal)?;
    let mut wishes = Wishes {
        id: args.id.clone(),
        outcome: args.outcome.clone(),
        won: args.won.clone(),
        lost: args.lost.clone(),
        created_at: args.created_at.clone(),
        closed_at: args.closed_at.clone(),
        no_outcome: false,
        unclosed_are_lost: None,
    };
    let asks = !args.no_ask && terminal.can_ask();
    // Nothing in a log or among deals could refer to the number of a row.
    let is_alone = args.activities.is_empty() && args.outcomes.is_empty();
    let may_number = args.add_id.is_none() && is_alone && !args.leads.iter().any(|path| path == Path::new(WITH_IDS));
    let must_number = may_number && lacks_an_id(&looked.view, &wishes);
    if must_number && !asks {
        return prepare_numbered(args, project, scorecard, terminal);
    }
    if asks {
        // The screen is not locked: a bar may be drawn on it while files are looked at again.
        let (mut answers, mut questions) = (std::io::stdin().lock(), std::io::stderr());
        let mut talk = ask::Talk { answers: &mut answers, questions: &mut questions };
        if must_number && ask::wants_numbers(&mut talk) {
            drop(answers);
            return prepare_numbered(args, project, scorecard, terminal);
        }
        ask::settle(&mut talk, &mut looked, &mut wishes, &files, &mut notes, terminal)?;
    }
    let _bar = terminal.begin("drawing up the files");
    let mut layout = lay_out(&looked.view, &wishes).map_err(|error| with_command(error, &args.with_files(&files)))?;
    if let Some(close) = files::close_named_in(project).filter(|close| layout.possible_closes.contains(close)) {
        notes.push(format!("`{close}` says when deals closed, as in the {} before", project.display()));
        wishes.closed_at = Some(close);
        layout = lay_out(&looked.view, &wishes)?;
    }
    write(args, &files, looked, layout, (project, scorecard), notes, terminal)
}

/// The same on a copy of the leads with the rows numbered, which is not left behind if that fails.
fn prepare_numbered(
    args: &InitArgs,
    project: &Path,
    scorecard: &Path,
    terminal: &Terminal,
) -> Result<Start, InputError> {
    let before = files::SetAside::of(Path::new(WITH_IDS))?;
    match prepare(&args.numbered(), project, scorecard, terminal) {
        Ok(mut start) => {
            start.notes.insert(0, "no column tells leads apart, so their rows are numbered".to_string());
            start.notes.extend(before.told()?);
            Ok(start)
        }
        Err(error) => {
            before.put_back();
            Err(error)
        }
    }
}

/// An error whose remedy is `--add-id`, with the command to paste.
fn with_command(mut error: InputError, args: &InitArgs) -> InputError {
    error.remedy = error.remedy.replace("--add-id FILE", &format!("`{}`", args.numbered().as_typed()));
    error
}

#[allow(clippy::disallowed_methods, reason = "the command line is an edge: it reads and writes files")]
fn write(
    args: &InitArgs,
    files: &files::Files,
    looked: Looked,
    layout: Layout,
    (project, scorecard): (&Path, &Path),
    mut notes: Vec<String>,
    terminal: &Terminal,
) -> Result<Start, InputError> {
    std::fs::create_dir_all(&args.dir)
        .map_err(|e| InputError::new(format!("cannot be made: {e}")).at(args.dir.display().to_string()))?;
    let reading = files.reading(&looked, &args.dir)?;
    let project_text = project_text(&layout, &reading);
    let rules = starting_rules(&looked.view, &layout);
    if rules.is_empty() {
        notes.push(
            "no column or activity is left that points could be given for, so no scorecard is written".to_string(),
        );
    }
    let draft = (!rules.is_empty()).then(|| scorecard_text(&rules, None));
    let tried = trial::trial(&project_text, draft.as_deref(), files, &looked, &layout, args.lenient, terminal);
    let (trial, unusable) = match tried {
        Ok(trial) => (trial, None),
        Err(error) => (Trial::default(), Some(cannot_be_used(&error))),
    };
    let is_unusable = unusable.is_some();
    notes.extend(unusable);
    let strongest = rules.iter().map(|rule| rule.points).fold(0.0, f64::max);
    let bounds = Bounds::within_reach(&trial.scores, strongest);
    let scorecard_text = scorecard_text(&rules, bounds);
    let texts = [(scorecard, &scorecard_text), (project, &project_text)];
    notes.extend(write_over(&texts[usize::from(rules.is_empty())..])?);
    let apart = || files::with_deals_apart(files, &looked.view.leads, &layout.id.column);
    Ok(Start {
        is_unusable,
        with_deals_apart: is_unusable
            .then(apart)
            .flatten()
            .map(|apart| InitArgs { force: true, ..args.with_files(&apart) }.as_typed()),
        needed: args.needed_by_others(),
        stale: trial.stale,
        has_numbered_rows: args.add_id.is_some(),
        project: project.to_path_buf(),
        scorecard: scorecard.to_path_buf(),
        view: looked.view,
        layout,
        n_rules: rules.len(),
        bounds,
        best_score: trial.scores.iter().copied().reduce(f64::max),
        notes,
        missing: reading.missing,
    })
}

/// What is said of files that this project file cannot read as it stands.
fn cannot_be_used(error: &InputError) -> String {
    let remedy = if error.remedy.is_empty() { String::new() } else { format!(" ({})", error.remedy) };
    format!("the files cannot be used yet: {error}{remedy}")
}

/// Writes files, keeps what stood in them, and says where.
fn write_over(texts: &[(&Path, &String)]) -> Result<Option<String>, InputError> {
    let kept = texts.iter().map(|(path, text)| files::keep_old(path, text)).collect::<Result<Vec<_>, _>>()?;
    for (path, text) in texts {
        write_atomically(path, &mut |out| out.write_all(text.as_bytes()))?;
    }
    let kept: Vec<String> = kept.into_iter().flatten().collect();
    let told =
        || format!("what you may have changed in the files before is kept, but not in force: {}", kept.join(", "));
    Ok((!kept.is_empty()).then(told))
}

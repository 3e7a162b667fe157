//! Arguments every command shares, and what they resolve to: project file, scorecard, files, store.

use super::leads_at_hand::LeadsAtHand;
use super::terminal::Terminal;
use crate::asof::Instant;
use crate::fault::InputError;
use crate::io::{self, ActivityRoles, LeadRoles, LostWords, OutcomeColumn, OutcomeRoles, ReadSettings};
use crate::pipeline::model::Model;
use crate::project::{self, Lost, Project};
use crate::registry::{Loaded, Store, StoreError};
use crate::scorecard::Scorecard;
use crate::values::TimeReader;
use clap::Args;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The project file in the working folder.
const PROJECT_FILE: &str = "leadscore.toml";

/// The name of the model when nobody gives one.
const DEFAULT_NAME: &str = "default";

/// The seed when nobody names one.
const DEFAULT_SEED: u64 = 1;

/// What stands for the file of open leads in a command to paste, where the leads at hand are all decided.
pub(super) const OPEN_LEADS: &str = "open.csv";

/// Files and folders, each with a default.
#[derive(Debug, Clone, Args)]
pub(super) struct InputArgs {
    /// Project file [default: leadscore.toml, when there is one].
    #[arg(long, value_name = "FILE")]
    pub(super) project: Option<PathBuf>,
    /// Scorecard [default: scorecard.toml beside the project file, when there is one].
    #[arg(long, value_name = "FILE")]
    pub(super) scorecard: Option<PathBuf>,
    /// Leads table (CSV, Parquet or NDJSON); may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(super) leads: Vec<PathBuf>,
    /// Activity log; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(super) activities: Vec<PathBuf>,
    /// Outcomes table; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(super) outcomes: Vec<PathBuf>,
    /// Go without the activity log.
    #[arg(long, conflicts_with = "activities")]
    pub(super) no_activities: bool,
    /// Turn what cannot be read into missing values, and count it, instead of stopping.
    #[arg(long)]
    pub(super) lenient: bool,
    /// For a leads table without a column of ids: its row numbers stand for them.
    #[arg(long)]
    pub(super) number_rows: bool,
    /// Folder of the model store [default: models beside the project file].
    #[arg(long, value_name = "DIR")]
    pub(super) models: Option<PathBuf>,
    /// Name of the model in the store.
    #[arg(long, value_name = "NAME", default_value = DEFAULT_NAME)]
    pub(super) name: String,
    /// Seed of every draw [default: 1, or the project file's].
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
}

/// A scorecard and the text it was read from.
pub(super) struct ScorecardFile {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) scorecard: Scorecard,
}

/// What the arguments and the project file resolve to.
pub(super) struct Inputs {
    pub(super) project: Project,
    /// The project file, where there is one.
    pub(super) project_file: Option<PathBuf>,
    pub(super) scorecard: Option<ScorecardFile>,
    /// A second scorecard whose columns are read, too.
    pub(super) beside: Option<Scorecard>,
    pub(super) leads: Vec<PathBuf>,
    pub(super) activities: Vec<PathBuf>,
    pub(super) outcomes: Vec<PathBuf>,
    pub(super) read: ReadSettings,
    /// Whether row numbers stand for the ids of leads where there is no column of them.
    pub(super) number_rows: bool,
    pub(super) times: TimeReader,
    pub(super) models: PathBuf,
    pub(super) name: String,
    pub(super) seed: u64,
}

impl InputArgs {
    /// These arguments as somebody would type them, for a command to paste; the seed decides nothing of a score.
    pub(super) fn as_typed(&self) -> String {
        let files = [("leads", &self.leads), ("activities", &self.activities), ("outcomes", &self.outcomes)];
        let scorecard = self.scorecard.iter().map(|path| ("scorecard", path));
        let files = files.into_iter().flat_map(|(name, paths)| paths.iter().map(move |path| (name, path)));
        let mut typed = self.store_as_typed();
        for (name, path) in scorecard.chain(files) {
            typed.push_str(&typed_option(name, &path.display().to_string()));
        }
        let flags = [
            (" --no-activities", self.no_activities),
            (" --lenient", self.lenient),
            (" --number-rows", self.number_rows),
        ];
        flags.iter().filter(|(_, is_set)| *is_set).for_each(|(flag, _)| typed.push_str(flag));
        typed
    }

    /// The same for a command that scores: where nobody is left to call, of a file of other leads, whose rows are numbered
    /// as those at hand were.
    pub(super) fn as_typed_to_score(&self, leads: &LeadsAtHand) -> String {
        if !leads.are_decided {
            return self.as_typed();
        }
        let number_rows = self.number_rows || leads.are_numbered;
        InputArgs { leads: vec![PathBuf::from(OPEN_LEADS)], number_rows, ..self.clone() }.as_typed()
    }

    /// Those of them that say which model is meant.
    pub(super) fn store_as_typed(&self) -> String {
        let paths = [("project", &self.project), ("models", &self.models)];
        let paths = paths.into_iter().filter_map(|(name, path)| Some((name, path.as_ref()?)));
        let mut typed: String = paths.map(|(name, path)| typed_option(name, &path.display().to_string())).collect();
        if self.name != DEFAULT_NAME {
            typed.push_str(&typed_option("name", &self.name));
        }
        typed
    }

    /// Reads the project file and the scorecard, and settles which files are meant.
    pub(super) fn resolve(&self) -> Result<Inputs, InputError> {
        let beside_us = || Some(PathBuf::from(PROJECT_FILE)).filter(|path| path.is_file());
        let project_file = self.project.clone().or_else(beside_us);
        let project = load_project(self.project.as_deref())?;
        let times = TimeReader::new(&project.timezone, project.time_format.as_deref())?;
        let scorecard = match &self.scorecard {
            Some(path) => Some(load_scorecard(path, &times)?),
            None => {
                let beside = project.located("scorecard.toml");
                if beside.is_file() { Some(load_scorecard(&beside, &times)?) } else { None }
            }
        };
        let files = |given: &[PathBuf], written: &[String]| -> Vec<PathBuf> {
            if given.is_empty() { written.iter().map(|f| project.located(f)).collect() } else { given.to_vec() }
        };
        let activities =
            if self.no_activities { Vec::new() } else { files(&self.activities, &project.activities.files) };
        Ok(Inputs {
            leads: files(&self.leads, &project.leads.files),
            outcomes: files(&self.outcomes, &project.outcomes.files),
            activities,
            read: read_settings(&project, self.lenient),
            number_rows: self.number_rows,
            times,
            models: self.models.clone().unwrap_or_else(|| project.located("models")),
            name: self.name.clone(),
            seed: self.seed.or(project.snapshot.seed).unwrap_or(DEFAULT_SEED),
            scorecard,
            beside: None,
            project_file,
            project,
        })
    }
}

impl Inputs {
    /// The scorecard, without its file.
    pub(super) fn card(&self) -> Option<&Scorecard> {
        self.scorecard.as_ref().map(|file| &file.scorecard)
    }

    /// The store.
    pub(super) fn store(&self) -> Store {
        Store::at(&self.models)
    }

    /// An instant given on the command line.
    pub(super) fn instant(&self, option: &str, text: &str) -> Result<Instant, InputError> {
        self.times.read_one(text).map_err(|e| e.at(option.to_string()))
    }

    /// Refuses to write over a file that this very call reads.
    pub(super) fn spare(&self, option: &str, out: &Path) -> Result<(), InputError> {
        let same = |input: &Path| match (input.canonicalize(), out.canonicalize()) {
            (Ok(input), Ok(out)) => input == out,
            _ => false,
        };
        let scorecard = self.scorecard.iter().map(|s| &s.path);
        let read = self.leads.iter().chain(&self.activities).chain(&self.outcomes).chain(scorecard);
        match read.into_iter().find(|input| same(input)) {
            None => Ok(()),
            Some(input) => {
                Err(InputError::new(format!("{} is read by this call and would be written over", input.display()))
                    .at(option.to_string())
                    .remedy("choose another file name"))
            }
        }
    }

    /// The live version, for a command that goes without a store: one that cannot be read is only warned of, with what is then
    /// not done.
    pub(super) fn live_or_warn(&self, terminal: &Terminal, not_done: &str) -> Option<Loaded<Model>> {
        let warn = |error: StoreError| terminal.warn(&format!("{not_done}: {error}"));
        self.store().load_live(&self.name).map_err(warn).ok()?
    }

    /// The leads files, at least one.
    pub(super) fn leads(&self) -> Result<&[PathBuf], InputError> {
        if self.leads.is_empty() {
            let remedy = if self.project_file.is_some() {
                "pass --leads FILE, or name it in leadscore.toml: [leads] files = [\"leads.csv\"]"
            } else {
                "there is no leadscore.toml here: begin with `leadscore init --leads FILE`, or pass --leads FILE"
            };
            return Err(InputError::new("no leads table is given").remedy(remedy));
        }
        if self.leads.iter().any(|path| path == Path::new(OPEN_LEADS) && !path.exists()) {
            return Err(InputError::new("no such file").at(OPEN_LEADS).remedy(
                "it stands for a file of your open leads: name yours, which has the columns of the closed ones but the outcome; none? leave --leads out: the closed ones are scored",
            ));
        }
        Ok(&self.leads)
    }

    /// The roles of the leads table's columns. `header` serves to find the id when the project does not name it.
    pub(super) fn lead_roles(&self, header: &[String]) -> Result<LeadRoles, InputError> {
        let leads = &self.project.leads;
        let id = match &leads.id {
            Some(id) => id.clone(),
            None => guess_id(header)?,
        };
        Ok(LeadRoles {
            id,
            created_at: leads.created_at.clone(),
            closed_at: leads.closed_at.clone(),
            as_of: leads.as_of.clone(),
            outcome: leads.outcome.as_ref().map(outcome_column),
            weight: leads.weight.clone(),
            activity_columns: leads.activity_columns.clone(),
        })
    }

    /// The roles of the log's columns.
    pub(super) fn activity_roles(&self) -> ActivityRoles {
        let roles = &self.project.activities;
        ActivityRoles {
            lead_id: roles.lead_id.clone(),
            at: roles.at.clone(),
            kind: roles.kind.clone(),
            detail: roles.detail.clone(),
            count: roles.count.clone(),
        }
    }

    /// The roles of the outcomes table's columns.
    pub(super) fn outcome_roles(&self, lead_id: &str) -> OutcomeRoles {
        let roles = &self.project.outcomes;
        OutcomeRoles {
            key: roles.key.clone(),
            id: roles.id.clone().or_else(|| roles.key.clone()).unwrap_or_else(|| lead_id.to_string()),
            closed_at: roles.closed_at.clone(),
            outcome: roles.outcome.as_ref().map(outcome_column),
            absent: match roles.absent {
                project::Absent::Open => io::Absent::Open,
                project::Absent::Lost => io::Absent::Lost,
            },
        }
    }
}

/// An option and its value as a shell takes them: in one word where the value could be taken for an option.
pub(super) fn typed_option(name: &str, value: &str) -> String {
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!(" --{name}{between}{}", quoted(value))
}

/// An argument as a shell takes it: in quotes where it holds more than letters, digits and signs of paths.
pub(super) fn quoted(argument: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:,+@%".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        return argument.to_string();
    }
    format!("'{}'", argument.replace('\'', "'\\''"))
}

/// Headers that are an id when the project file names none.
const ID_HEADERS: [&str; 6] = ["lead_id", "id", "lead id", "leadid", "record id", "contact id"];

fn guess_id(header: &[String]) -> Result<String, InputError> {
    let found = ID_HEADERS.iter().find_map(|id| header.iter().find(|h| h.trim().eq_ignore_ascii_case(id)));
    found.cloned().ok_or_else(|| {
        InputError::new("which column identifies a lead is not known")
            .remedy("name it in leadscore.toml: [leads] id = \"…\" (`leadscore init` writes the file)")
    })
}

fn outcome_column(column: &project::OutcomeColumn) -> OutcomeColumn {
    OutcomeColumn {
        column: column.column.clone(),
        won: column.won.clone(),
        lost: match &column.lost {
            Lost::Words(words) => LostWords::Words(words.clone()),
            Lost::Rest => LostWords::Everything,
        },
    }
}

fn read_settings(project: &Project, lenient: bool) -> ReadSettings {
    ReadSettings {
        delimiter: project.delimiter,
        encoding: project.encoding.clone(),
        decimal: project.decimal,
        timezone: project.timezone.clone(),
        time_format: project.time_format.clone(),
        missing: project.leads.missing.clone(),
        lenient,
        types: project.leads.types.clone(),
        ..ReadSettings::default()
    }
}

/// Reads a text file.
pub(super) fn read_text(path: &Path) -> Result<String, InputError> {
    let bytes = std::fs::read(path).map_err(|error| {
        let unread = InputError::new(format!("cannot be read: {error}")).at(path.display().to_string());
        match error.kind() {
            ErrorKind::NotFound => unread.remedy(
                "check the path; `leadscore init` writes a project and a starting scorecard, `leadscore compare --write \
                 FILE` a learned one, unless the deals are too few to say anything: an edited copy of your scorecard will do",
            ),
            _ => unread,
        }
    })?;
    String::from_utf8(bytes).map(|text| text.trim_start_matches('\u{feff}').to_string()).map_err(|_| {
        InputError::new("is not UTF-8 text").at(path.display().to_string()).remedy("save the file as UTF-8")
    })
}

/// Reads the project file; the one in the working folder when none is named, and the defaults without one.
pub(super) fn load_project(given: Option<&Path>) -> Result<Project, InputError> {
    let path = match given {
        Some(path) => path.to_path_buf(),
        None => PathBuf::from(PROJECT_FILE),
    };
    if given.is_none() && !path.is_file() {
        return Ok(Project::default());
    }
    Project::parse(&read_text(&path)?, &path.display().to_string())
}

/// Reads a scorecard; its dates without an offset are in the project's time zone.
pub(super) fn load_scorecard(path: &Path, times: &TimeReader) -> Result<ScorecardFile, InputError> {
    let text = read_text(path)?;
    let scorecard = parse_scorecard(&text, &path.display().to_string(), times)?;
    Ok(ScorecardFile { path: path.to_path_buf(), text, scorecard })
}

/// Parses a scorecard with the project's time zone.
pub(super) fn parse_scorecard(text: &str, name: &str, times: &TimeReader) -> Result<Scorecard, InputError> {
    Scorecard::parse_in(text, name, &|wall_clock| times.on_the_clock(wall_clock))
}

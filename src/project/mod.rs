//! The project file, `leadscore.toml`: which files, which columns, which choices.
//!
//! [`Project::parse`] turns its text into settings that mean what they say: a key nobody knows, a value of the wrong
//! type or out of range, and two keys that contradict each other are refused with the line and the remedy. The text is
//! handed in and no file is touched here; the same text gives the same settings. [`KEYS`] describes every key once, for
//! the parser's messages and for the reference page alike.

mod contradictions;
mod document;
mod key_table;
mod keys;
mod parse;
mod reference;
mod settings;
mod values;

pub use key_table::KEYS;
pub use keys::KeyDoc;
pub use reference::reference;
pub use settings::{
    Absent, Activities, Blend, BlendWeight, Leads, Lost, Monitor, OutcomeColumn, Outcomes, Penalty, Retrain, Score,
    Since, Snapshot, SnapshotMode, Solver, Train,
};

use crate::fault::InputError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Everything a project file can say, with the defaults where it is silent.
///
/// `Project::default()` is a project without a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The folder that relative paths start from: the project file's own.
    pub base: PathBuf,
    /// The timezone of times without an offset. Its name is checked where times are read.
    pub timezone: String,
    /// The encoding of the input files; `None`: by byte order mark, else UTF-8.
    pub encoding: Option<String>,
    /// The decimal mark, `.` or `,`.
    pub decimal: char,
    /// How dates are written where a column does not show it by itself.
    pub time_format: Option<String>,
    /// The field delimiter of CSV files; `None`: found from each file.
    pub delimiter: Option<char>,
    /// `[leads]`.
    pub leads: Leads,
    /// `[activities]`.
    pub activities: Activities,
    /// `[outcomes]`.
    pub outcomes: Outcomes,
    /// `[snapshot]`.
    pub snapshot: Snapshot,
    /// `[train]`.
    pub train: Train,
    /// `[blend]`.
    pub blend: Blend,
    /// `[retrain]`.
    pub retrain: Retrain,
    /// `[monitor]`.
    pub monitor: Monitor,
    /// `[score]`.
    pub score: Score,
    origin: Origin,
}

/// Where the settings were written, so that a later complaint can point at the line.
#[derive(Debug, Clone, Default, PartialEq)]
struct Origin {
    file_name: String,
    lines: BTreeMap<String, usize>,
}

impl Default for Project {
    fn default() -> Project {
        Project {
            base: PathBuf::new(),
            timezone: "UTC".to_string(),
            encoding: None,
            decimal: '.',
            time_format: None,
            delimiter: None,
            leads: Leads::default(),
            activities: Activities::default(),
            outcomes: Outcomes::default(),
            snapshot: Snapshot::default(),
            train: Train::default(),
            blend: Blend::default(),
            retrain: Retrain::default(),
            monitor: Monitor::default(),
            score: Score::default(),
            origin: Origin::default(),
        }
    }
}

impl Project {
    /// Reads the text of a project file. Relative paths start from the folder of `file_name`.
    ///
    /// # Errors
    /// The first thing that is not TOML, not a known key, not an allowed value or not consistent with the rest, with
    /// its line.
    pub fn parse(text: &str, file_name: &str) -> Result<Project, InputError> {
        let project = parse::project(text, file_name)?;
        project.check()?;
        Ok(project)
    }

    /// Makes sure that the settings hold together; to be asked again after the command line has changed some.
    ///
    /// # Errors
    /// The first contradiction, with the line of the key to change.
    pub fn check(&self) -> Result<(), InputError> {
        contradictions::refuse(self)
    }

    /// The same project with relative paths starting from `base`.
    #[must_use]
    pub fn with_base(mut self, base: impl Into<PathBuf>) -> Project {
        self.base = base.into();
        self
    }

    /// Where a file named in the project file lies: relative to it unless absolute.
    pub fn located(&self, file: impl AsRef<Path>) -> PathBuf {
        self.base.join(file)
    }

    /// Where the key `path` (such as `leads.id`) was written: `leadscore.toml, line 4`.
    ///
    /// The file alone for a key that was not written; empty without a project file.
    pub fn place(&self, path: &str) -> String {
        match self.line(path) {
            Some(line) => document::place(&self.origin.file_name, line),
            None => self.origin.file_name.clone(),
        }
    }

    /// Whether the key or table `path` was written, rather than left to its default.
    pub fn is_written(&self, path: &str) -> bool {
        self.line(path).is_some()
    }

    /// The line of a key, or the first line of the keys in a table.
    fn line(&self, path: &str) -> Option<usize> {
        let inside = |key: &str| key.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.origin.lines.iter().filter(|(key, _)| inside(key)).map(|(_, line)| *line).min()
    }

    /// How the as-of of closed deals is chosen: as written, otherwise by the columns that are named.
    ///
    /// `column` where `[leads] as_of` is set, `random` where both a creation and a close time exist, otherwise `none`.
    pub fn snapshot_mode(&self) -> SnapshotMode {
        match self.snapshot.mode {
            Some(mode) => mode,
            None if self.leads.as_of.is_some() => SnapshotMode::Column,
            None if self.leads.created_at.is_some() && self.has_close_times() => SnapshotMode::Random,
            None => SnapshotMode::None,
        }
    }

    /// Whether a column with the time of the close is named, in the leads or in the outcomes table.
    fn has_close_times(&self) -> bool {
        self.leads.closed_at.is_some() || self.outcomes.closed_at.is_some()
    }
}

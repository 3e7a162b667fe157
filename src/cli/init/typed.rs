//! `init` as it was typed, to be repeated with something changed, and what other commands need of it.

use super::super::inputs::typed_option;
use super::files::Files;
use super::{InitArgs, WITH_IDS};
use std::path::{Path, PathBuf};

impl InitArgs {
    /// These arguments with other files, and without a copy of the leads to make.
    pub(super) fn with_files(&self, files: &Files) -> InitArgs {
        InitArgs {
            leads: files.leads.clone(),
            activities: files.activities.clone(),
            outcomes: files.outcomes.clone(),
            add_id: None,
            ..self.clone()
        }
    }

    /// These arguments with a copy of the leads to make, in which the rows are numbered.
    pub(super) fn numbered(&self) -> InitArgs {
        InitArgs { add_id: Some(PathBuf::from(WITH_IDS)), ..self.clone() }
    }

    /// The command as somebody would type it, with everything that was said.
    pub(super) fn as_typed(&self) -> String {
        let files = [("leads", &self.leads), ("activities", &self.activities), ("outcomes", &self.outcomes)];
        let files = files.into_iter().flat_map(|(name, paths)| paths.iter().map(move |path| (name, as_text(path))));
        let dir = Some(("dir", as_text(&self.dir))).filter(|_| !is_here(&self.dir));
        let copy = self.add_id.iter().map(|path| ("add-id", as_text(path)));
        let named = [
            ("id", &self.id),
            ("outcome", &self.outcome),
            ("created-at", &self.created_at),
            ("closed-at", &self.closed_at),
            ("time-format", &self.time_format),
            ("encoding", &self.encoding),
        ];
        let named = named.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        let words = [("won", &self.won), ("lost", &self.lost)];
        let words = words.into_iter().flat_map(|(name, words)| words.iter().map(move |word| (name, word.clone())));
        let zone = Some(("timezone", self.timezone.clone())).filter(|(_, zone)| zone != InitArgs::TIMEZONE);
        let options = files.chain(dir).chain(copy).chain(named).chain(words).chain(zone);
        let options = options.map(|(name, value)| typed_option(name, &value));
        let flags = [(" --lenient", self.lenient), (" --no-ask", self.no_ask), (" --force", self.force)];
        let flags = flags.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag.to_string());
        format!("leadscore init{}", options.chain(flags).collect::<String>())
    }

    /// What every command on these files needs, typed where `init` was: ` --project FILE`, unless it is found without, and
    /// `--lenient` where they were read so.
    pub(super) fn needed_by_others(&self) -> String {
        let project = as_text(&self.dir.join("leadscore.toml"));
        let project = if is_here(&self.dir) { String::new() } else { typed_option("project", &project) };
        project + if self.lenient { " --lenient" } else { "" }
    }
}

/// Whether a folder is the one in which commands are typed.
fn is_here(dir: &Path) -> bool {
    dir.as_os_str().is_empty() || dir == Path::new(".")
}

fn as_text(path: &Path) -> String {
    path.display().to_string()
}

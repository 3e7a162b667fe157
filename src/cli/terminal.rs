//! Where words go: data and summaries to stdout, messages to stderr, in the form and width that the reader has.

use super::Format;
pub(super) use super::page::{Align, table};
use super::page::{Page, Sheet};
use super::progress::{Bar, Bars};
use crate::fault::InputError;
use crate::io::ActivityLog;
pub(super) use crate::text::{counted as plural, percent, thousands as count};
use crate::watch::Watch;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// Columns of a terminal that does not tell.
const USUAL_WIDTH: usize = 80;

/// Where messages go, and in which form.
pub(super) struct Terminal {
    format: Format,
    quiet: bool,
    verbose: bool,
    out: Sheet,
    messages: Sheet,
    /// Where somebody sits who wants to know how far long work has come.
    bars: Option<Bars>,
}

impl Terminal {
    pub(super) fn new(format: Format, quiet: bool, verbose: bool) -> Terminal {
        let (out, messages) = (sheet(io::stdout().is_terminal()), sheet(io::stderr().is_terminal()));
        let is_dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let is_watched = !quiet && io::stderr().is_terminal() && !is_dumb;
        let bars = is_watched.then(|| Bars::new(messages.width.unwrap_or(USUAL_WIDTH)));
        Terminal { format, quiet, verbose, out, messages, bars }
    }

    /// Whether somebody can be asked: a person at a terminal who wants to read.
    pub(super) fn can_ask(&self) -> bool {
        self.format == Format::Table && !self.quiet && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// The log, with a bar on stderr while it is read when somebody sits there and wants to know.
    pub(super) fn watch_log<'a>(&self, log: ActivityLog<'a>) -> ActivityLog<'a> {
        let Some(bars) = self.bars.clone() else { return log };
        let mut bar: Option<Bar> = None;
        log.watched_by(move |progress| {
            let under_way = bar.get_or_insert_with(|| bars.begin("reading activities", "row"));
            under_way.come_to(progress.rows as usize, progress.share);
            if progress.share >= 1.0 {
                bar = None;
            }
        })
    }

    /// A stage of which nobody can tell how far it has come; it ends when what is returned is dropped.
    pub(super) fn begin(&self, what: &str) -> Option<Bar> {
        self.bars.as_ref().map(|bars| bars.begin(what, ""))
    }

    /// The same place where nothing is said but how far long work has come.
    pub(super) fn silent(&self) -> Terminal {
        Terminal { quiet: true, verbose: false, format: Format::Table, bars: self.bars.clone(), ..*self }
    }

    /// Whoever sits there and wants to know how far long work has come.
    pub(super) fn watch(&self) -> Watch {
        self.bars.clone().map(Watch::by).unwrap_or_default()
    }

    /// No more of that: the program is about to end.
    pub(super) fn leave(&self) {
        self.bars.iter().for_each(Bars::leave);
    }

    /// Whether somebody wants to read more than what it takes to go on.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether the summary goes to a program, which wants all of it.
    pub(super) fn wants_json(&self) -> bool {
        self.format == Format::Json
    }

    /// The summary: JSON of `data`, or `page` as a table or as Markdown.
    pub(super) fn summary(&self, data: &impl Serialize, page: impl Into<Page>) -> Result<(), InputError> {
        let text = match self.format {
            Format::Json => format!("{}\n", json(serde_json::to_string_pretty(data))?),
            _ if self.quiet => return Ok(()),
            Format::Markdown => page.into().to_markdown(),
            Format::Table => page.into().to_plain(self.out),
        };
        self.print(&text)
    }

    /// The summary on stderr, for when stdout carries the data.
    pub(super) fn summary_aside(&self, data: &impl Serialize, page: impl Into<Page>) -> Result<(), InputError> {
        match self.format {
            Format::Json => self.write_message(&json(serde_json::to_string(data))?),
            _ if self.quiet => {}
            Format::Markdown => self.write_message(&page.into().to_markdown()),
            Format::Table => self.write_message(&page.into().to_plain(self.messages)),
        }
        Ok(())
    }

    /// Data on stdout. A reader that went away (a closed pipe) is success.
    pub(super) fn print(&self, text: &str) -> Result<(), InputError> {
        let write = || {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        };
        match self.make_way(write) {
            Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
                Err(InputError::new(format!("standard output cannot be written: {e}")))
            }
            _ => Ok(()),
        }
    }

    /// A message on stderr.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.aside(text);
        }
    }

    /// A message that only `--verbose` shows.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose {
            self.aside(text);
        }
    }

    /// A warning on stderr; shown even with `--quiet`.
    pub(super) fn warn(&self, text: &str) {
        self.aside(&format!("warning: {text}"));
    }

    /// An error and its hint on stderr.
    pub(super) fn error(&self, error: &InputError) {
        self.aside(&format!("error: {error}"));
        if !error.remedy.is_empty() {
            self.aside(&format!("  hint: {}", error.remedy));
        }
    }

    fn aside(&self, text: &str) {
        self.write_message(&Page::from(text).to_plain(self.messages));
    }

    fn write_message(&self, text: &str) {
        // Nothing is left to tell when stderr itself is gone.
        let _ = self.make_way(|| writeln!(io::stderr().lock(), "{}", text.trim_end()));
    }

    /// Writes where no bar stands.
    fn make_way<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bars {
            Some(bars) => bars.make_way(write),
            None => write(),
        }
    }
}

fn json(written: serde_json::Result<String>) -> Result<String, InputError> {
    written.map_err(|e| InputError::new(format!("the summary cannot be written as JSON: {e}")))
}

/// The width and colours of a stream. A terminal that says it has no columns does not know them. `COLUMNS` sets the width of a pipe too; `NO_COLOR` (no-color.org) and a terminal
/// called `dumb` take colours away, `CLICOLOR_FORCE` gives them to a pipe.
fn sheet(is_terminal: bool) -> Sheet {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let columns = set("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
    let of_terminal = || comfy_table::Table::new().width().map(usize::from).filter(|&width| is_terminal && width > 0);
    let is_forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let is_plain = set("NO_COLOR").is_some() || set("TERM").is_some_and(|term| term == "dumb");
    Sheet { width: columns.or_else(of_terminal), has_colour: !is_plain && (is_terminal || is_forced) }
}

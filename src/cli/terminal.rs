//! What a person at a terminal reads: aligned tables, sentences, errors with a hint.

use super::Format;
use crate::fault::InputError;
pub(super) use crate::text::thousands as count;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// Where messages go, and in which form.
pub(super) struct Terminal {
    format: Format,
    quiet: bool,
    verbose: bool,
}

/// How a column of a table is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

impl Terminal {
    pub(super) fn new(format: Format, quiet: bool, verbose: bool) -> Terminal {
        Terminal { format, quiet, verbose }
    }

    /// Whether somebody can be asked: a person at a terminal who wants to read.
    pub(super) fn can_ask(&self) -> bool {
        self.format == Format::Table && !self.quiet && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Whether the summary goes to a program, which wants all of it.
    pub(super) fn wants_json(&self) -> bool {
        self.format == Format::Json
    }

    /// The summary: JSON of `data`, or `text`.
    pub(super) fn summary(&self, data: &impl Serialize, text: &str) -> Result<(), InputError> {
        if self.format == Format::Json {
            let json = serde_json::to_string_pretty(data)
                .map_err(|e| InputError::new(format!("the summary cannot be written as JSON: {e}")))?;
            self.print(&format!("{json}\n"))
        } else if self.quiet {
            Ok(())
        } else {
            self.print(text)
        }
    }

    /// The summary on stderr, for when stdout carries the data.
    pub(super) fn summary_aside(&self, data: &impl Serialize, text: &str) -> Result<(), InputError> {
        match self.format {
            Format::Json => {
                let json = serde_json::to_string(data)
                    .map_err(|e| InputError::new(format!("the summary cannot be written as JSON: {e}")))?;
                self.aside(&json);
            }
            Format::Table if !self.quiet => self.aside(text),
            Format::Table => {}
        }
        Ok(())
    }

    /// Data on stdout. A reader that went away (a closed pipe) is success.
    pub(super) fn print(&self, text: &str) -> Result<(), InputError> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
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
        // Nothing is left to tell when stderr itself is gone.
        let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
    }
}

/// An aligned table without lines; a trailing newline after each row.
pub(super) fn table(header: &[&str], align: &[Align], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.to_vec());
    for row in rows {
        table.add_row(row.clone());
    }
    for (column, align) in table.column_iter_mut().zip(align) {
        column.set_padding((0, 2));
        column.set_cell_alignment(match align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    let mut text = String::new();
    for line in table.to_string().lines() {
        text.push_str("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// `12.3 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `1 deal`, `2 deals`.
pub(super) fn plural(n: usize, word: &str) -> String {
    format!("{} {word}{}", count(n), if n == 1 { "" } else { "s" })
}

//! The project file as a flat list of known keys, each with its line and its text as written.
//!
//! Nothing is interpreted here beyond the names: a key outside [`KEYS`] is refused with the nearest spelling.

use super::key_table::{KEYS, is_key, is_table};
use crate::fault::InputError;
use crate::text::nearest;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys at the top of a scorecard; seeing one here means that the files were mixed up.
const SCORECARD_KEYS: [&str; 9] =
    ["name", "range", "tiers", "handover", "groups", "rule", "persona", "action", "rescale"];

/// A value and where it was written.
pub(super) struct Entry<'a> {
    /// The value, with the places of its parts.
    pub(super) value: &'a Spanned<DeValue<'a>>,
    /// The line of its key, from 1.
    pub(super) line: usize,
}

/// A parsed project file whose every key is known.
pub(super) struct Document<'a> {
    /// The text.
    text: &'a str,
    /// What to call the file.
    pub(super) file_name: &'a str,
    /// Each written key by its path.
    pub(super) entries: BTreeMap<String, Entry<'a>>,
}

/// `leadscore.toml, line 4`.
pub(super) fn place(file_name: &str, line: usize) -> String {
    format!("{file_name}, line {line}")
}

/// Reads TOML, keeping the places of everything.
pub(super) fn read_toml<'a>(text: &'a str, file_name: &str) -> Result<DeTable<'a>, InputError> {
    DeTable::parse(text).map(Spanned::into_inner).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        InputError::new(format!("not valid TOML: {}", error.message().trim().replace('\n', "; ")))
            .at(place(file_name, line))
            .remedy("texts are quoted, lists stand in [ ], and each key is written once")
    })
}

impl<'a> Document<'a> {
    /// The known keys of `table`.
    pub(super) fn of(table: &'a DeTable<'a>, text: &'a str, file_name: &'a str) -> Result<Document<'a>, InputError> {
        let mut document = Document { text, file_name, entries: BTreeMap::new() };
        document.collect(table, "")?;
        Ok(document)
    }

    fn collect(&mut self, table: &'a DeTable<'a>, parent: &str) -> Result<(), InputError> {
        for (key, value) in table.iter() {
            let name = key.get_ref().as_ref();
            let line = self.line(&key.span());
            let path = if parent.is_empty() { name.to_string() } else { format!("{parent}.{name}") };
            // A quoted key may hold a dot; it must not pass for a path.
            if is_key(&path) && !name.contains('.') {
                self.entries.insert(path, Entry { value, line });
            } else if is_table(&path) && !name.contains('.') {
                match value.get_ref() {
                    DeValue::Table(inner) => self.collect(inner, &path)?,
                    _ => return Err(self.not_a_table(&path, value, line)),
                }
            } else {
                return Err(unknown_key(name, parent).at(place(self.file_name, line)));
            }
        }
        Ok(())
    }

    fn not_a_table(&self, path: &str, value: &Spanned<DeValue<'_>>, line: usize) -> InputError {
        let names: Vec<&str> = keys_in(path).collect();
        let remedy = match path.split_once('.') {
            Some((_, key)) => format!("write {key} = {{ {} = … }}", names.join(" = …, ")),
            None => format!("write [{path}] on a line of its own, and below it its keys: {}", names.join(", ")),
        };
        InputError::new(format!("`{path}` is {}, but it is a table of keys", self.written(value)))
            .at(place(self.file_name, line))
            .remedy(remedy)
    }

    /// The text of a value as it was written, cut where it grows long.
    pub(super) fn written(&self, value: &Spanned<DeValue<'_>>) -> String {
        const LONGEST: usize = 60;
        let text = self.text.get(value.span()).unwrap_or_default();
        if text.chars().count() <= LONGEST && !text.contains('\n') {
            return text.to_string();
        }
        let first: String = text.chars().take_while(|c| *c != '\n').take(LONGEST).collect();
        format!("{first} …")
    }

    /// The line, from 1, at which `span` begins.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        line_of(self.text, span.start)
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

/// The names that may stand directly in the table `parent`.
fn keys_in(parent: &str) -> impl Iterator<Item = &'static str> {
    let prefix = if parent.is_empty() { String::new() } else { format!("{parent}.") };
    let mut names: Vec<&'static str> = Vec::new();
    for key in KEYS {
        if let Some(rest) = key.path.strip_prefix(&prefix) {
            let name = rest.split('.').next().unwrap_or(rest);
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
    }
    names.into_iter()
}

fn unknown_key(name: &str, parent: &str) -> InputError {
    let table = if parent.is_empty() { "at the top level".to_string() } else { format!("in [{parent}]") };
    let what = format!("unknown key `{name}` {table}");
    if let Some(home) = KEYS.iter().find(|key| leaf(key.path) == name) {
        return InputError::new(what).remedy(match home.path.rsplit_once('.') {
            Some((home_table, _)) => format!("`{name}` belongs in [{home_table}]"),
            None => format!("`{name}` belongs at the top of the file, before the first [table]"),
        });
    }
    if parent.is_empty() && SCORECARD_KEYS.contains(&name) {
        return InputError::new(what).remedy(format!("`{name}` belongs in scorecard.toml"));
    }
    InputError::new(what).remedy(match nearest(name, keys_in(parent)) {
        Some(known) => format!("did you mean `{known}`?"),
        None => format!("the keys {table} are {}", keys_in(parent).collect::<Vec<_>>().join(", ")),
    })
}

fn leaf(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

//! The value of one key as the type it must have, or an error that says what is allowed.
//!
//! Every method takes the key's path in [`KEYS`](super::KEYS) and gives `None` where the key was not written.

use super::document::{Document, Entry, place};
use super::key_table::key_doc;
use crate::asof::Span;
use crate::fault::InputError;
use crate::text::nearest;
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::DeValue;

/// What reading one key gives.
pub(super) type Read<T> = Result<Option<T>, InputError>;

impl Document<'_> {
    /// A text that is not empty.
    pub(super) fn text(&self, path: &str) -> Read<String> {
        self.read(path, |value| non_empty(value.get_ref().as_str()?))
    }

    /// A text or a list of texts.
    pub(super) fn texts(&self, path: &str) -> Read<Vec<String>> {
        self.read(path, |value| each(value, |item| non_empty(item.get_ref().as_str()?)))
    }

    /// A value or a list of values by their text; numbers and booleans as they were written.
    pub(super) fn words(&self, path: &str) -> Read<Vec<String>> {
        self.read(path, |value| {
            each(value, |item| match item.get_ref() {
                DeValue::String(text) => non_empty(text),
                DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => Some(self.written(item)),
                _ => None,
            })
        })
    }

    /// A yes or no.
    pub(super) fn flag(&self, path: &str) -> Read<bool> {
        self.read(path, |value| value.get_ref().as_bool())
    }

    /// A number within `range`.
    pub(super) fn number(&self, path: &str, range: RangeInclusive<f64>) -> Read<f64> {
        self.read(path, |value| as_number(value).filter(|number| range.contains(number)))
    }

    /// `"auto"`, which gives `None`, or a number within `range`.
    pub(super) fn auto_or_number(&self, path: &str, range: RangeInclusive<f64>) -> Read<Option<f64>> {
        self.read(path, |value| match value.get_ref().as_str() {
            Some(text) => (text == "auto").then_some(None),
            None => as_number(value).filter(|number| range.contains(number)).map(Some),
        })
    }

    /// A whole number for which `allowed` holds.
    pub(super) fn whole(&self, path: &str, allowed: impl Fn(u64) -> bool) -> Read<u64> {
        self.read(path, |value| {
            let integer = value.get_ref().as_integer()?;
            u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|number| allowed(*number))
        })
    }

    /// A duration longer than nothing.
    pub(super) fn duration(&self, path: &str) -> Read<Span> {
        self.read(path, |value| Span::parse(value.get_ref().as_str()?).ok().filter(|span| *span > Span(0)))
    }

    /// A duration that may be nothing.
    pub(super) fn wait(&self, path: &str) -> Read<Span> {
        self.read(path, |value| Span::parse(value.get_ref().as_str()?).ok().filter(|span| *span >= Span(0)))
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, path: &str, choices: &[(&str, T)]) -> Read<T> {
        let Some(entry) = self.entry(path) else { return Ok(None) };
        let text = entry.value.get_ref().as_str();
        match text.and_then(|text| choices.iter().find(|(word, _)| *word == text)) {
            Some((_, choice)) => Ok(Some(*choice)),
            None => Err(match text.and_then(|text| nearest(text, choices.iter().map(|(word, _)| *word))) {
                Some(word) => self.refusal(path, entry).remedy(format!("did you mean \"{word}\"?")),
                None => self.refusal(path, entry),
            }),
        }
    }

    /// The error that says what is allowed for the key `path`, as written in `entry`.
    pub(super) fn refusal(&self, path: &str, entry: &Entry<'_>) -> InputError {
        self.refusal_at(path, entry.value, entry.line)
    }

    /// As [`Self::refusal`], for a part of the value.
    pub(super) fn refusal_at(&self, path: &str, value: &Spanned<DeValue<'_>>, line: usize) -> InputError {
        InputError::new(format!("`{path}` is {}; allowed: {}", self.written(value), key_doc(path).value))
            .at(place(self.file_name, line))
            .remedy(format!("for example: {}", key_doc(path).example_line()))
    }

    /// What was written for the key `path`.
    pub(super) fn entry(&self, path: &str) -> Option<&Entry<'_>> {
        // Looked up even when absent, so that a key read but not described fails in every test.
        self.entries.get(key_doc(path).path)
    }

    fn read<T>(&self, path: &str, value_of: impl FnOnce(&Spanned<DeValue<'_>>) -> Option<T>) -> Read<T> {
        match self.entry(path) {
            None => Ok(None),
            Some(entry) => value_of(entry.value).map(Some).ok_or_else(|| self.refusal(path, entry)),
        }
    }
}

fn non_empty(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_string())
}

/// A list's values, or the value alone.
fn each<T>(value: &Spanned<DeValue<'_>>, read: impl Fn(&Spanned<DeValue<'_>>) -> Option<T>) -> Option<Vec<T>> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().map(read).collect(),
        _ => read(value).map(|item| vec![item]),
    }
}

fn as_number(value: &Spanned<DeValue<'_>>) -> Option<f64> {
    let number = match value.get_ref() {
        DeValue::Float(float) => float.as_str().parse::<f64>().ok()?,
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok()? as f64,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

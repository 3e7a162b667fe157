//! Words: how two spellings are compared, and which of them mean "no value".

use super::parse_number;
use crate::text::fold;
use std::borrow::Cow;
use std::collections::HashSet;

/// A set of words. A cell is in it when it folds to one of them, or is the same plain number (`1.0` is `1`).
#[derive(Debug, Clone, Default)]
pub struct WordSet {
    folded: HashSet<String>,
    numbers: Vec<f64>,
}

impl WordSet {
    /// The set of these words.
    pub fn new(words: &[String]) -> WordSet {
        WordSet {
            folded: words.iter().map(|word| fold(word)).collect(),
            numbers: words.iter().filter_map(|word| parse_number(word, '.')).collect(),
        }
    }

    /// Whether `cell` is one of the words.
    pub fn contains(&self, cell: &str) -> bool {
        self.folded.contains(&fold(cell))
            || (!self.numbers.is_empty() && parse_number(cell, '.').is_some_and(|value| self.numbers.contains(&value)))
    }

    /// Whether there are no words at all.
    pub fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }
}

/// The spellings of "no value". The blank cell always is one.
#[derive(Debug, Clone, Default)]
pub struct MissingWords {
    folded: Vec<String>,
}

impl MissingWords {
    /// Blank, and these words.
    pub fn new(words: &[String]) -> MissingWords {
        MissingWords { folded: words.iter().map(|word| fold(word)).filter(|word| !word.is_empty()).collect() }
    }

    /// Whether any of the spellings has a digit, so that a number may be one.
    pub fn may_be_numbers(&self) -> bool {
        self.folded.iter().any(|word| word.contains(|c: char| c.is_ascii_digit()))
    }

    /// Whether `cell` says that there is no value.
    pub fn is_missing(&self, cell: &str) -> bool {
        let cell = cell.trim();
        if cell.is_empty() {
            return true;
        }
        if self.folded.is_empty() {
            return false;
        }
        let key: Cow<'_, str> = if cell.is_ascii() { Cow::Borrowed(cell) } else { Cow::Owned(fold(cell)) };
        self.folded.iter().any(|word| word.eq_ignore_ascii_case(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|w| w.to_string()).collect()
    }

    #[test]
    fn outcome_words_by_fold_and_numbers_by_value() {
        let won = WordSet::new(&words(&["Closed Won", "1", "TRUE", "受注"]));
        for cell in [" closed won ", "1", "1.0", "true", "True", "受注", "Ｃｌｏｓｅｄ Ｗｏｎ"] {
            assert!(won.contains(cell), "{cell}");
        }
        for cell in ["", "won", "10", "0", "false"] {
            assert!(!won.contains(cell), "{cell}");
        }
    }

    #[test]
    fn blank_is_always_missing_and_listed_words_are() {
        assert!(MissingWords::default().is_missing(" \u{3000}"));
        let missing = MissingWords::new(&words(&["Select", "n/a", "ＮＡ", "不明"]));
        for cell in ["select ", "N/A", "na", "ＮＡ", "不明"] {
            assert!(missing.is_missing(cell), "{cell}");
        }
        assert!(!missing.is_missing("selected"));
    }
}

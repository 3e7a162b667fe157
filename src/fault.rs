//! What can be wrong with an input, said so that a person can mend it.

use std::fmt;

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// Where: file, and line or column where there is one; empty when the input as a whole is meant.
    pub place: String,
    /// What is wrong, with the offending value.
    pub what: String,
    /// What to do; printed as a hint by the edge. Empty when `what` says it all.
    pub remedy: String,
}

impl InputError {
    /// An error without a place or a remedy.
    pub fn new(what: impl Into<String>) -> InputError {
        InputError { place: String::new(), what: what.into(), remedy: String::new() }
    }

    /// Whether the command line itself is at fault: its place is an option, such as `--as-of`.
    pub fn is_usage(&self) -> bool {
        self.place.starts_with("--")
    }

    /// The same error at `place`.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> InputError {
        self.place = place.into();
        self
    }

    /// The same error with what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> InputError {
        self.remedy = remedy.into();
        self
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() { write!(f, "{}", self.what) } else { write!(f, "{}: {}", self.place, self.what) }
    }
}

impl std::error::Error for InputError {}

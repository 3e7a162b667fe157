//! Where a term's values come from: a column, a kind of activity, the age of the lead.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::tables::{Numbers, TextColumn};

/// What is counted about a kind of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KindMeasure {
    /// How often it happened before the as-of.
    Count,
    /// The same, each act fading with the model's half-life.
    Decayed,
    /// Days from the newest act to the as-of; missing when it never happened.
    DaysSince,
    /// Days from the first act to the as-of; missing when it never happened.
    DaysSinceFirst,
}

/// Where a term's values come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Source {
    /// A number, category or flag of the leads table, as it stands.
    Column(String),
    /// A date of the leads table, in days from it to the as-of (negative: the date lies ahead).
    DaysFrom(String),
    /// What a table of words finds in a text column, such as the seniority in a job title.
    Derived {
        /// The column read.
        column: String,
        /// What is read from it.
        what: crate::features::derived::Derived,
    },
    /// A measure of a kind of activity.
    Activity {
        /// The kind, as in the log.
        kind: String,
        /// What is measured.
        measure: KindMeasure,
    },
    /// Days from the lead's creation to the as-of.
    Age,
}

impl Source {
    /// The column it reads, when it reads one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Source::Column(name) | Source::DaysFrom(name) | Source::Derived { column: name, .. } => Some(name),
            _ => None,
        }
    }

    /// The kind of activity it measures, when it measures one.
    pub fn kind(&self) -> Option<&str> {
        match self {
            Source::Activity { kind, .. } => Some(kind),
            _ => None,
        }
    }
}

impl fmt::Display for Source {
    /// The term's name in reasons, plans and ledgers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Column(name) => f.write_str(name),
            Source::DaysFrom(name) => write!(f, "days since {name}"),
            Source::Derived { column, what } => write!(f, "{what} of {column}"),
            Source::Activity { kind, measure: KindMeasure::Count } => write!(f, "{kind} (count)"),
            Source::Activity { kind, measure: KindMeasure::Decayed } => write!(f, "{kind} (recent)"),
            Source::Activity { kind, measure: KindMeasure::DaysSince } => write!(f, "{kind} (days since)"),
            Source::Activity { kind, measure: KindMeasure::DaysSinceFirst } => {
                write!(f, "{kind} (days since the first)")
            }
            Source::Age => f.write_str("age of the lead (days)"),
        }
    }
}

/// The values of one source, one per lead.
#[derive(Debug, Clone)]
pub enum Values {
    /// Amounts; NaN where missing.
    Number(Numbers),
    /// Words.
    Text(TextColumn),
}

/// A source together with its values.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Where they come from.
    pub source: Source,
    /// `(n_leads,)` the values.
    pub values: Values,
}

impl Values {
    /// How many leads there are.
    pub fn len(&self) -> usize {
        match self {
            Values::Number(values) => values.len(),
            Values::Text(column) => column.codes.len(),
        }
    }

    /// Whether there are no leads.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of one lead as a person reads it; empty where missing.
    pub fn show(&self, row: usize) -> String {
        match self {
            Values::Number(values) if values.get(row).is_nan() => String::new(),
            Values::Number(values) => short_number(values.get(row)),
            Values::Text(column) => column.get(row).unwrap_or_default().to_string(),
        }
    }
}

/// A number with at most two decimals and no trailing zeros.
pub fn short_number(value: f64) -> String {
    without_trailing_zeros(&format!("{value:.2}"))
}

pub(super) fn without_trailing_zeros(text: &str) -> String {
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_number_has_no_negative_zero() {
        assert_eq!([short_number(-0.001), short_number(1200.0)], ["0", "1200"]);
    }
}

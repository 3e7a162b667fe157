//! Conditions on a lead's attributes.

use crate::asof::{Instant, Span};
use crate::text::TextMatch;

/// In which form a condition reads a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// As text.
    Text,
    /// As numbers.
    Number,
    /// As instants.
    Date,
    /// As whatever the column is: only whether there is a value matters.
    Own,
}

/// A condition on a lead. On a missing value every test is false except `missing = true`.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of these hold.
    All(Vec<Condition>),
    /// At least one of these holds.
    Any(Vec<Condition>),
    /// This does not hold (so it holds for a missing value).
    Not(Box<Condition>),
    /// The tests on one field all hold.
    Field(FieldCondition),
}

/// Tests on the value of one column, all of which must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldCondition {
    /// The column.
    pub field: String,
    /// The tests, at least one.
    pub tests: Vec<FieldTest>,
}

/// One test of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldTest {
    /// A test of the text.
    Text {
        /// Which.
        operator: TextOperator,
        /// Its words as written.
        words: Vec<String>,
        /// The test, compiled.
        matching: TextMatch,
    },
    /// min ≤ value ≤ max.
    Number {
        /// The least value; −∞ where open.
        min: f64,
        /// The greatest value; ∞ where open.
        max: f64,
    },
    /// from ≤ value ≤ to.
    Date {
        /// The first instant.
        from: Option<Instant>,
        /// The last instant.
        to: Option<Instant>,
    },
    /// from ≤ value − as-of ≤ to, so that negative spans lie in the past.
    InDays {
        /// The least distance.
        from: Span,
        /// The greatest distance.
        to: Span,
    },
    /// Whether there is no value.
    Missing(bool),
}

/// A test of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextOperator {
    /// Equal to one of the words.
    AnyOf,
    /// Equal to none of them.
    NoneOf,
    /// One of them stands in it as a whole word.
    HasWord,
    /// One of them occurs in it.
    Contains,
    /// One of the regular expressions matches.
    Matches,
    /// An address in one of the domains.
    DomainIn,
}

impl TextOperator {
    /// All of them, in the order of the documentation.
    pub const ALL: [TextOperator; 6] = [
        TextOperator::AnyOf,
        TextOperator::NoneOf,
        TextOperator::HasWord,
        TextOperator::Contains,
        TextOperator::Matches,
        TextOperator::DomainIn,
    ];

    /// Its key in the file.
    pub fn key(self) -> &'static str {
        match self {
            TextOperator::AnyOf => "any_of",
            TextOperator::NoneOf => "none_of",
            TextOperator::HasWord => "has_word",
            TextOperator::Contains => "contains",
            TextOperator::Matches => "matches",
            TextOperator::DomainIn => "domain_in",
        }
    }

    /// The test with these words.
    ///
    /// # Errors
    /// What is wrong with a regular expression.
    pub fn matching(self, words: &[String]) -> Result<TextMatch, String> {
        Ok(match self {
            TextOperator::AnyOf => TextMatch::any_of(words),
            TextOperator::NoneOf => TextMatch::none_of(words),
            TextOperator::HasWord => TextMatch::has_word(words),
            TextOperator::Contains => TextMatch::contains(words),
            TextOperator::Matches => TextMatch::matches_any(words)?,
            TextOperator::DomainIn => TextMatch::domain_in(words),
        })
    }
}

impl FieldTest {
    /// In which form it reads the column.
    pub fn view(&self) -> View {
        match self {
            FieldTest::Text { .. } => View::Text,
            FieldTest::Number { .. } => View::Number,
            FieldTest::Date { .. } | FieldTest::InDays { .. } => View::Date,
            FieldTest::Missing(_) => View::Own,
        }
    }
}

impl Condition {
    /// Calls `each` for every condition on a field, in the order written.
    pub fn for_each_field<'c>(&'c self, each: &mut dyn FnMut(&'c FieldCondition)) {
        match self {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| part.for_each_field(each)),
            Condition::Not(part) => part.for_each_field(each),
            Condition::Field(field) => each(field),
        }
    }

    /// The conditions on fields, in the order written.
    pub fn fields(&self) -> Vec<&FieldCondition> {
        let mut fields = Vec::new();
        self.for_each_field(&mut |field| fields.push(field));
        fields
    }
}

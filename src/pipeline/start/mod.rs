//! The start: from a look at tables to a project file and a scorecard to argue about.
//!
//! Everything here is a guess that says why. Roles come from headers and values ([`lay_out`]); the project file
//! ([`project_text`]) and the scorecard ([`scorecard_text`]) are text, because their comments are half of their use.
//! Points are never looked up from the outcomes.

mod column_rules;
mod contact;
mod crm;
mod deals;
mod ends;
mod findings;
mod kind_rules;
mod layout;
mod log;
mod outcome;
mod project_text;
mod question;
mod roles;
mod rule;
mod scorecard_text;
mod screen;
mod sheet;
mod toml;
mod unclosed;
mod vocabulary;

pub use contact::{OF_THE_DECIDING_CONTACT, Values, contact, numbers_may_tell_of_a_contact};
pub use crm::Crm;
pub use deals::DealsChoice;
pub use ends::reads_like_an_end;
pub use findings::{ASK_FIRST, Finding, findings};
pub use layout::{Layout, Moment, View, Wishes, lay_out};
pub use log::LogChoice;
pub use outcome::{LostWords, OutcomeChoice, possible_outcomes};
pub use project_text::{Reading, project_text};
pub use question::{Question, Topic, YES, lacks_an_id, question};
pub use roles::{Choice, are_nearly_as_many, is_named_like_an_id, sensitive_name};
pub use rule::StartRule;
pub use scorecard_text::{Bounds, scorecard_text, starting_rules};
pub use screen::{BY_ITS_NAME, Verdict, is_in_doubt_by_name, is_left_out_by_name, one_line};
pub use sheet::{Sheet, SheetColumn};
pub use unclosed::Unclosed;

/// Whether an outcome says that the deal is open; another word may mean an end that nobody has listed.
pub fn means_open(word: &str) -> bool {
    vocabulary::is_value("open", &word.replace(['_', '-'], " "))
}

/// Whether a value is one of the known spellings of "no value".
pub fn means_missing(value: &str) -> bool {
    vocabulary::is_value("missing", value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_open_is_known_and_one_for_an_end_is_not() {
        assert!(["Open", "in_progress", "In Progress", "商談中"].into_iter().all(means_open));
        assert!(!["abandoned", "open day", "parked", ""].into_iter().any(means_open));
    }
}

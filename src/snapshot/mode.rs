//! How the moment is chosen, and what the columns allow.

use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::tables::LeadTable;
use crate::text::counted;
use serde::{Deserialize, Serialize};

/// How the moment is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Uniformly over the open life, up to the horizon (default horizon: 90th percentile of the won deals' lives).
    Random {
        /// The horizon, when the project sets it.
        horizon: Option<Span>,
    },
    /// That long after creation.
    AfterCreated(Span),
    /// That long before the close, never before creation.
    BeforeClose(Span),
    /// From a column of the leads table.
    Column,
    /// Attributes as they stand; there are no times.
    None,
}

impl Mode {
    /// The oldest age at which a deal was looked at, where all leads beyond it are unlike those: the horizon, or the age at
    /// which every deal was.
    pub fn oldest_age(self, horizon: Option<Span>) -> Option<Span> {
        match self {
            Mode::AfterCreated(age) => Some(age),
            _ => horizon,
        }
    }

    /// That a lead is older than [`oldest_age`](Self::oldest_age), and why no deal was looked at later: that is where the
    /// looking stops, not where deals end.
    pub fn beyond(self, horizon: Option<Span>) -> Option<String> {
        let age = counted(self.oldest_age(horizon)?.days().round() as usize, "day");
        Some(match self {
            Mode::AfterCreated(_) => {
                format!("older than {age}, the age at which past deals were looked at (`after_created`)")
            }
            Mode::Random { horizon: Some(_) } => {
                format!("older than {age}, the most at which past deals were looked at (`horizon`)")
            }
            _ => format!("older than {age}, by when 9 of 10 wins had come (`horizon`)"),
        })
    }

    /// The word of the project file.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Random { .. } => "random",
            Mode::AfterCreated(_) => "after_created",
            Mode::BeforeClose(_) => "before_close",
            Mode::Column => "column",
            Mode::None => "none",
        }
    }

    /// Whether the age of the lead says something about it rather than about how the moment was chosen.
    pub fn age_is_a_term(self) -> bool {
        matches!(self, Mode::Random { .. } | Mode::Column)
    }

    /// What the columns there are allow.
    pub(super) fn of_columns(table: &LeadTable) -> Mode {
        if table.as_of.is_some() {
            Mode::Column
        } else if any_time(&table.created_at) && any_time(&table.closed_at) {
            Mode::Random { horizon: None }
        } else {
            Mode::None
        }
    }

    /// Refuses a mode whose column the project does not name.
    pub(super) fn check_columns(self, table: &LeadTable) -> Result<(), InputError> {
        let needed: &[(&str, bool)] = match self {
            Mode::Random { .. } | Mode::BeforeClose(_) => {
                &[("created_at", table.created_at.is_some()), ("closed_at", any_time(&table.closed_at))]
            }
            Mode::AfterCreated(_) => &[("created_at", table.created_at.is_some())],
            Mode::Column => &[("as_of", table.as_of.is_some())],
            Mode::None => &[],
        };
        match needed.iter().find(|(_, there)| !there) {
            None => Ok(()),
            Some((key, _)) => Err(InputError::new(format!("snapshot mode `{}` needs `{key}`", self.name())).remedy(
                format!("name the column under [leads] as `{key} = \"…\"`, or choose another [snapshot] mode"),
            )),
        }
    }
}

/// Whether the column is there and not empty.
fn any_time(times: &Option<Vec<Option<Instant>>>) -> bool {
    times.as_ref().is_some_and(|t| t.iter().any(Option::is_some))
}

//! For when scores are true.

use crate::cli::stale::Stale;
use serde::Serialize;

/// For when the scores are true, and what follows from that.
#[derive(Debug, Default, Serialize)]
pub(in crate::cli) struct Moment {
    /// An as-of that does not go with the file.
    pub(in crate::cli) stale: Option<Stale>,
    /// The as-of as it was given, where that is not now.
    pub(in crate::cli) as_of: Option<String>,
    /// The files as they were given, for other commands to read the same.
    #[serde(skip)]
    pub(in crate::cli) inputs: String,
    /// Whether leads are called by the numbers of their rows in the one sheet that was read.
    #[serde(skip)]
    pub(in crate::cli) numbers_rows: bool,
    /// The day to which the model knows what became of deals, where that is later than the as-of.
    pub(in crate::cli) learned_until: Option<String>,
    /// Whether the as-of is an instant that was named, the same for all leads.
    #[serde(skip)]
    pub(in crate::cli) is_on_a_day: bool,
    /// Whether the table does not tell what became of any lead.
    #[serde(skip)]
    pub(in crate::cli) lacks_outcomes: bool,
}

//! How files are to be read, and which column plays which part. Plain data, filled from the project file.

use crate::tables::ColumnType;
use crate::values::DateOrder;
use std::collections::BTreeMap;

/// How the cells of a table are read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadSettings {
    /// The delimiter of CSV files; `None`: found from the file.
    pub delimiter: Option<char>,
    /// The encoding of text files; `None`: by byte order mark, else UTF-8.
    pub encoding: Option<String>,
    /// The decimal sign of numbers in text, `.` or `,`.
    pub decimal: char,
    /// IANA name of the timezone of times without an offset.
    pub timezone: String,
    /// Notation of times, strftime's.
    pub time_format: Option<String>,
    /// Further spellings of "no value".
    pub missing: Vec<String>,
    /// What cannot be read becomes missing and is counted, instead of being an error.
    pub lenient: bool,
    /// Types that the project sets by hand.
    pub types: BTreeMap<String, ColumnType>,
    /// Orders of day and month known beforehand, by column.
    pub date_orders: BTreeMap<String, DateOrder>,
}

impl Default for ReadSettings {
    fn default() -> ReadSettings {
        ReadSettings {
            delimiter: None,
            encoding: None,
            decimal: '.',
            timezone: "UTC".to_string(),
            time_format: None,
            missing: Vec::new(),
            lenient: false,
            types: BTreeMap::new(),
            date_orders: BTreeMap::new(),
        }
    }
}

/// Which cells of an outcome column mean won, and which lost; the rest is open.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeColumn {
    /// Name of the column.
    pub column: String,
    /// Words for won.
    pub won: Vec<String>,
    /// Words for lost.
    pub lost: LostWords,
}

/// What counts as lost.
#[derive(Debug, Clone, PartialEq)]
pub enum LostWords {
    /// These words.
    Words(Vec<String>),
    /// `"*"`: everything not won and not missing.
    Everything,
}

/// Parts that columns of the leads table play.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeadRoles {
    /// Name of the id column.
    pub id: String,
    /// When a lead came into being.
    pub created_at: Option<String>,
    /// When its deal was closed.
    pub closed_at: Option<String>,
    /// The lead's own as-of.
    pub as_of: Option<String>,
    /// What came of it.
    pub outcome: Option<OutcomeColumn>,
    /// Row weight.
    pub weight: Option<String>,
    /// Counters of acts kept as columns.
    pub activity_columns: Vec<String>,
}

/// Parts that columns of the activity log play.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActivityRoles {
    /// The lead's id.
    pub lead_id: String,
    /// When the act happened.
    pub at: String,
    /// What was done.
    pub kind: String,
    /// Page, campaign, subject and the like.
    pub detail: Option<String>,
    /// How many acts a row stands for.
    pub count: Option<String>,
}

/// Parts that columns of the outcomes table play, and how it is joined to the leads.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeRoles {
    /// Column of the leads table that `id` refers to; `None`: the lead's id. A cell may hold several, split at `;`.
    pub key: Option<String>,
    /// Column of the outcomes table that names the lead or deal.
    pub id: String,
    /// When the deal was closed.
    pub closed_at: Option<String>,
    /// What came of it; `None`: to be found here is to be won.
    pub outcome: Option<OutcomeColumn>,
    /// What a lead is that is not found here.
    pub absent: Absent,
}

/// What a lead is that the outcomes table does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Not decided yet.
    Open,
    /// Lost.
    Lost,
}

impl LeadRoles {
    /// The columns that play a part, each once.
    pub fn columns(&self) -> Vec<String> {
        let outcome = self.outcome.as_ref().map(|outcome| &outcome.column);
        let single = [Some(&self.id), self.created_at.as_ref(), self.closed_at.as_ref(), self.as_of.as_ref()];
        distinct(single.into_iter().chain([outcome, self.weight.as_ref()]).flatten().chain(&self.activity_columns))
    }

    /// The roles without those whose column is not in `header`; new leads, for one, have no outcome yet. The id and
    /// the activity columns stay, so that a gap there is told.
    #[must_use]
    pub fn present_in(&self, header: &[String]) -> LeadRoles {
        let present = |name: &Option<String>| name.clone().filter(|name| header.contains(name));
        LeadRoles {
            id: self.id.clone(),
            created_at: present(&self.created_at),
            closed_at: present(&self.closed_at),
            as_of: present(&self.as_of),
            outcome: self.outcome.clone().filter(|outcome| header.contains(&outcome.column)),
            weight: present(&self.weight),
            activity_columns: self.activity_columns.clone(),
        }
    }
}

impl ActivityRoles {
    /// The columns that play a part, each once.
    pub fn columns(&self) -> Vec<String> {
        distinct([&self.lead_id, &self.at, &self.kind].into_iter().chain(&self.detail).chain(&self.count))
    }
}

impl OutcomeRoles {
    /// The columns of the outcomes table that play a part, each once.
    pub fn columns(&self) -> Vec<String> {
        let outcome = self.outcome.as_ref().map(|outcome| &outcome.column);
        distinct([&self.id].into_iter().chain(&self.closed_at).chain(outcome))
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.contains(name) {
            kept.push(name.clone());
        }
    }
    kept
}

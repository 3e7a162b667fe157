//! The checked tables: leads as typed columns, activities as a source of batches.
//!
//! A [`LeadTable`] exists only when its ids are unique and every value was read as the type its column has;
//! nothing downstream checks again.

mod acts;
mod ids;
mod numbers;
mod origins;

pub use acts::Acts;
pub use ids::Ids;
pub use numbers::{NO_SPAN, Numbers, days_of};
pub(crate) use numbers::{is_short, stretch_of, wide};
pub use origins::Origins;

use crate::asof::Instant;
use crate::fault::InputError;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The code of a missing value in a [`TextColumn`].
pub const MISSING: u32 = u32::MAX;

/// Text values, each distinct one stored once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextColumn {
    /// `(n_leads,)`: index into `levels`, or [`MISSING`].
    pub codes: Vec<u32>,
    /// The distinct values as written (trimmed), in order of first appearance.
    pub levels: Vec<String>,
}

impl TextColumn {
    /// The value of row `row`, or `None` where it is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        match self.codes[row] {
            MISSING => None,
            code => Some(&self.levels[code as usize]),
        }
    }

    /// Codes a sequence of optional values.
    pub fn from_values<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> TextColumn {
        let mut index: HashMap<String, u32, foldhash::fast::FixedState> = HashMap::default();
        let mut column = TextColumn::default();
        for value in values {
            let code = match value {
                None => MISSING,
                Some(text) => match index.get(text.as_ref()) {
                    Some(&code) => code,
                    None => {
                        let code = column.levels.len() as u32;
                        column.levels.push(text.as_ref().to_string());
                        index.insert(text.as_ref().to_string(), code);
                        code
                    }
                },
            };
            column.codes.push(code);
        }
        column
    }
}

impl TextColumn {
    /// The levels that occur in the chosen rows, in order of first appearance.
    pub fn levels_of(&self, rows: &[usize]) -> Vec<&str> {
        let (mut is_met, mut met) = (vec![false; self.levels.len()], Vec::new());
        for code in rows.iter().map(|&row| self.codes[row]).filter(|code| *code != MISSING) {
            if !std::mem::replace(&mut is_met[code as usize], true) {
                met.push(self.levels[code as usize].as_str());
                // Mostly after a few rows: then the others need not be looked at.
                if met.len() == self.levels.len() {
                    break;
                }
            }
        }
        met
    }

    /// The chosen rows, with only the levels that occur in them, in order of first appearance.
    pub fn rows(&self, rows: &[usize]) -> TextColumn {
        let mut renumbered = vec![MISSING; self.levels.len()];
        let mut chosen = TextColumn { codes: Vec::with_capacity(rows.len()), levels: Vec::new() };
        for &row in rows {
            let code = self.codes[row];
            if code == MISSING {
                chosen.codes.push(MISSING);
                continue;
            }
            let slot = &mut renumbered[code as usize];
            if *slot == MISSING {
                *slot = chosen.levels.len() as u32;
                chosen.levels.push(self.levels[code as usize].clone());
            }
            chosen.codes.push(*slot);
        }
        chosen
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Amounts: the order and the distance mean something.
    Number,
    /// One of a set of words.
    Category,
    /// A point in time.
    Date,
    /// Free text, or an identifier.
    Text,
}

/// One column of the leads table, in the views that somebody asked for.
///
/// The view of the column's own type is always there (text for `Category` and `Text`). A rule may need another one
/// too, such as the text of a number for `any_of`.
#[derive(Debug, Clone)]
pub struct Column {
    /// The header as written.
    pub name: String,
    /// What the column holds.
    pub column_type: ColumnType,
    /// Values as text.
    pub text: Option<TextColumn>,
    /// Values as numbers; NaN where missing.
    pub number: Option<Vec<f64>>,
    /// Values as instants; `None` where missing.
    pub date: Option<Vec<Option<Instant>>>,
}

/// What came of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The deal was won.
    Won,
    /// The deal was lost.
    Lost,
    /// Anything else: not decided yet.
    Open,
}

/// The leads, checked: ids unique, every column read as its type.
#[derive(Debug, Clone)]
pub struct LeadTable {
    /// The header of the id column.
    pub id_name: String,
    /// `(n_leads,)` ids exactly as written.
    pub ids: Ids,
    /// Attributes in the order of the file (roles such as outcome and times are not among them, unless a rule or
    /// `--keep` asked for them by name).
    pub columns: Vec<Column>,
    /// When each lead came into being, if the project names the column.
    pub created_at: Option<Vec<Option<Instant>>>,
    /// When each deal was closed, if known.
    pub closed_at: Option<Vec<Option<Instant>>>,
    /// Each lead's own as-of, if the project names the column.
    pub as_of: Option<Vec<Option<Instant>>>,
    /// Outcomes, if the project says where they stand.
    pub outcome: Option<Vec<Outcome>>,
    /// Row weights, if the project names the column.
    pub row_weight: Option<Vec<f64>>,
    /// `(n_leads,)` where each row was read.
    pub origin: Origins,
    /// Names of the files, as given.
    pub files: Vec<String>,
}

impl LeadTable {
    /// How many leads there are.
    pub fn n_leads(&self) -> usize {
        self.ids.len()
    }

    /// The column of this name (as written in the header).
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The table with these rows only, in this order.
    pub fn rows(&self, rows: &[usize]) -> LeadTable {
        let times = |t: &Option<Vec<Option<Instant>>>| t.as_ref().map(|t| pick(t, rows));
        let columns = self.columns.iter().map(|c| Column {
            name: c.name.clone(),
            column_type: c.column_type,
            text: c.text.as_ref().map(|t| t.rows(rows)),
            number: c.number.as_ref().map(|n| pick(n, rows)),
            date: times(&c.date),
        });
        LeadTable {
            id_name: self.id_name.clone(),
            ids: rows.iter().map(|&r| &self.ids[r]).collect(),
            columns: columns.collect(),
            created_at: times(&self.created_at),
            closed_at: times(&self.closed_at),
            as_of: times(&self.as_of),
            outcome: self.outcome.as_ref().map(|o| pick(o, rows)),
            row_weight: self.row_weight.as_ref().map(|w| pick(w, rows)),
            origin: self.origin.rows(rows.iter().copied()),
            files: self.files.clone(),
        }
    }

    /// Lets go of what is known of each lead. What the columns are called and hold stays.
    pub fn forget_leads(&mut self) {
        let columns = std::mem::take(&mut self.columns).into_iter();
        let bare =
            |c: Column| Column { name: c.name, column_type: c.column_type, text: None, number: None, date: None };
        *self = LeadTable {
            id_name: std::mem::take(&mut self.id_name),
            ids: Ids::default(),
            columns: columns.map(bare).collect(),
            created_at: None,
            closed_at: None,
            as_of: None,
            outcome: None,
            row_weight: None,
            origin: Origins::default(),
            files: std::mem::take(&mut self.files),
        };
    }

    /// Some leads one after the other, with only the columns that are wanted and without what is told of a lead: its id
    /// and where it was read.
    pub(crate) fn stretch(&self, leads: std::ops::Range<usize>, is_wanted: impl Fn(&str) -> bool) -> LeadTable {
        let rows: Vec<usize> = leads.clone().collect();
        let times = |t: &Option<Vec<Option<Instant>>>| t.as_ref().map(|t| t[leads.clone()].to_vec());
        let columns = self.columns.iter().filter(|column| is_wanted(&column.name)).map(|c| Column {
            name: c.name.clone(),
            column_type: c.column_type,
            text: c.text.as_ref().map(|t| t.rows(&rows)),
            number: c.number.as_ref().map(|n| n[leads.clone()].to_vec()),
            date: times(&c.date),
        });
        LeadTable {
            id_name: self.id_name.clone(),
            ids: std::iter::repeat_n("", leads.len()).collect(),
            columns: columns.collect(),
            created_at: times(&self.created_at),
            closed_at: times(&self.closed_at),
            as_of: times(&self.as_of),
            outcome: None,
            row_weight: None,
            origin: Origins::default(),
            files: Vec::new(),
        }
    }

    /// `file, line n` of a row, for messages.
    pub fn place(&self, row: usize) -> String {
        let (file, line) = self.origin.get(row);
        format!("{}, line {line}", self.files.get(file as usize).map_or("input", String::as_str))
    }
}

fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&r| values[r]).collect()
}

/// One act of a lead, checked. `detail` is a code of the batch's `details`, [`MISSING`] where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Activity {
    /// Row of the lead in the [`LeadTable`].
    pub lead: u32,
    /// When it happened.
    pub at: Instant,
    /// Code of its kind in [`ActivityBatch::kinds`].
    pub kind: u32,
    /// Code of its detail in [`ActivityBatch::details`].
    pub detail: u32,
    /// How many acts the row stands for.
    pub count: u32,
}

/// Some rows of the activity log, in file order. The dictionaries grow from batch to batch and never renumber.
#[derive(Debug, Clone, Copy)]
pub struct ActivityBatch<'a> {
    /// The acts whose lead is in the table.
    pub acts: &'a Acts,
    /// Kinds met so far, by code.
    pub kinds: &'a [String],
    /// Details met so far, by code; empty when nobody asked for details.
    pub details: &'a [String],
}

/// A source of checked batches, read front to back each time it is asked; nothing holds the whole log.
pub trait ActivityBatches {
    /// Calls `each` for every batch in file order.
    ///
    /// # Errors
    /// What the edge found wrong with the input; `each` is not called again after an error.
    fn for_each(&mut self, each: &mut dyn FnMut(ActivityBatch<'_>)) -> Result<(), InputError>;
}

//! What the commands printed at the end have to know of the leads.

use super::inputs::quoted;
use crate::pipeline::start::{are_nearly_as_many, is_named_like_an_id};
use crate::tables::{Column, Ids, LeadTable, Outcome};
use std::collections::HashSet;
use std::path::Path;

/// What a command to go on with has to know of the leads of this one.
#[derive(Debug, Clone)]
pub(super) struct LeadsAtHand {
    /// Whether every one has closed: where only time tells the lost ones, others are open at an earlier as-of.
    pub(super) are_decided: bool,
    /// Whether their ids are the [numbers of their rows](are_numbered).
    pub(super) are_numbered: bool,
    /// The column by which people know them then.
    pub(super) known_by: Option<String>,
}

impl LeadsAtHand {
    /// Of a table of leads.
    pub(super) fn of(table: &LeadTable) -> LeadsAtHand {
        let is_decided = |row: usize| {
            let closes = table.closed_at.as_ref();
            let is_closed = closes.is_none_or(|closes| closes[row].is_some());
            is_closed && table.outcome.as_ref().is_some_and(|outcomes| outcomes[row] != Outcome::Open)
        };
        let are_numbered = are_numbered(table);
        let known_by = if are_numbered { known_by(table) } else { None };
        LeadsAtHand { are_decided: (0..table.n_leads()).all(is_decided), are_numbered, known_by }
    }

    /// ` --keep COLUMN`, so that people know the rows of a scored table.
    pub(super) fn keep_as_typed(&self) -> String {
        self.known_by.as_ref().map_or_else(String::new, |column| format!(" --keep {}", quoted(column)))
    }
}

/// A column called like an id in which few values repeat.
fn known_by(table: &LeadTable) -> Option<String> {
    let tells =
        |column: &&Column| is_named_like_an_id(&column.name) && are_nearly_as_many(n_values(column), table.n_leads());
    table.columns.iter().find(tells).map(|column| column.name.clone())
}

/// How many different values a column of words or numbers has.
fn n_values(column: &Column) -> usize {
    match (&column.text, &column.number) {
        (Some(text), _) => text.levels.len(),
        (None, Some(numbers)) => numbers.iter().map(|number| number.to_bits()).collect::<HashSet<u64>>().len(),
        (None, None) => 0,
    }
}

/// Whether the ids are the numbers of the rows, as they are where a table has no ids of its own.
pub(super) fn are_numbered(table: &LeadTable) -> bool {
    (0..table.n_leads()).all(|row| table.ids[row].parse() == Ok(row + 1))
}

/// File and number of a lead that is called by them: `open.csv:17`.
pub(super) fn numbered(id: &str) -> Option<(&str, &str)> {
    let is_number = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    id.rsplit_once(':').filter(|(file, number)| file.contains('.') && is_number(number))
}

/// Whether a file opens in a spreadsheet row by row, so that the number of a row helps to find it.
pub(super) fn is_a_sheet(file: &str) -> bool {
    let ending = Path::new(file).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ["csv", "tsv", "txt"].iter().any(|of_sheets| ending.eq_ignore_ascii_case(of_sheets))
}

/// Whether the file at `path` is called so.
pub(super) fn is_called(path: &str, name: &str) -> bool {
    Path::new(path).file_name().is_some_and(|own| own == name)
}

/// The file whose [numbered] rows all leads are, and their bare numbers, by which a table of that file alone calls them;
/// `None` where some come from elsewhere, whose numbers may be the same.
pub(super) fn rows_of_one_file(ids: &Ids, files: &[String]) -> Option<(String, Ids)> {
    let (file, _) = numbered(ids.iter().next()?)?;
    let is_of_the_file = |(own, number): (&str, &'_ str)| (own == file).then(|| number.to_string());
    let numbers: Option<Ids> = ids.iter().map(|id| numbered(id).and_then(is_of_the_file)).collect();
    let is_read = files.iter().any(|path| is_called(path, file));
    numbers.filter(|_| is_read).map(|numbers| (file.to_string(), numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_rows_open_in_a_spreadsheet() {
        assert!(is_a_sheet("crm/Open.CSV") && is_a_sheet("open.txt"));
        assert!(!is_a_sheet("open.parquet") && !is_a_sheet("open.ndjson") && !is_a_sheet("csv"));
    }

    #[test]
    fn rows_of_one_file_alone_are_called_by_their_bare_numbers() {
        let of =
            |ids: &[&str]| rows_of_one_file(&ids.iter().collect(), &["closed.csv", "crm/open.csv"].map(str::to_string));
        let (file, numbers) = of(&["open.csv:2", "open.csv:17"]).unwrap();
        assert_eq!((file.as_str(), numbers == ["2", "17"]), ("open.csv", true));
        assert_eq!(of(&["open.csv:2", "17"]), None, "a lead of closed.csv is among them");
        assert_eq!(of(&["open.csv:2", "closed.csv:2"]), None);
        assert_eq!(of(&["other.csv:2"]), None, "an id of its own");
        assert_eq!(of(&[]), None);
    }
}

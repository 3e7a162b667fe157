//! Leads that are alike in everything but their id.

use super::columns::ColumnLook;
use super::{Area, Finding, Grade, Notebook, by_number, counted, thousands};
use crate::pipeline::start::is_named_like_an_id;
use crate::tables::{Column, LeadTable, MISSING};
use crate::text::listed;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};

/// With fewer columns that tell leads apart, being alike in all of them is no wonder.
const FEWEST_COLUMNS: usize = 6;

/// Ids of the largest group that are shown.
const IDS_SHOWN: usize = 3;

pub(super) fn look(table: &LeadTable, columns: &[ColumnLook], notes: &mut Notebook) {
    let n = table.n_leads();
    let tells = |look: &ColumnLook| look.n_distinct > 1 && !is_another_id(look, n);
    let is_compared = |column: &&Column| columns.iter().any(|look| look.name == column.name && tells(look));
    let compared: Vec<&Column> = table.columns.iter().filter(is_compared).collect();
    if compared.len() < FEWEST_COLUMNS {
        let few = by_number(compared.len(), "is too little", "are too few");
        notes.skip("duplicate rows", format!("{} {few} to call two leads alike", counted(compared.len(), "column")));
        return;
    }
    let alike = groups(n, |row| hash(table, &compared, row));
    if alike.is_empty() {
        return;
    }
    let leads: usize = alike.iter().map(Vec::len).sum();
    let mut ids: Vec<String> = alike[0].iter().take(IDS_SHOWN).map(|&row| format!("`{}`", &table.ids[row])).collect();
    if alike[0].len() > IDS_SHOWN {
        ids.push(format!("{} more", thousands(alike[0].len() - IDS_SHOWN)));
    }
    let sentence = format!(
        "{} are alike in all {} columns that tell leads apart, under different ids ({})",
        counted(leads, "lead"),
        compared.len(),
        if alike.len() == 1 { "one group".to_string() } else { format!("{} groups", thousands(alike.len())) }
    );
    let largest = format!("The largest group: {}.", listed(&ids, "and"));
    let to_do =
        "Is it one lead, entered twice, and not many of whom little is known? Then leave one row: copies count double.";
    let finding = Finding::new(Grade::Look, Area::Rows, sentence, largest);
    notes.findings.push(Finding { evidence: [vec![to_do.to_string()], finding.evidence].concat(), ..finding });
}

/// Whether a column is another id, of a copy too. An address or an amount of its own on nearly every row is none, and says
/// that two leads are not one.
fn is_another_id(look: &ColumnLook, n_rows: usize) -> bool {
    look.is_nearly_unique(n_rows) && is_named_like_an_id(&look.name)
}

/// The groups of two rows or more of one hash, the largest first.
fn groups(n_rows: usize, hash: impl Fn(usize) -> u64) -> Vec<Vec<usize>> {
    let mut groups: HashMap<u64, Vec<usize>, FixedState> = HashMap::default();
    for row in 0..n_rows {
        groups.entry(hash(row)).or_default().push(row);
    }
    let mut alike: Vec<Vec<usize>> = groups.into_values().filter(|rows| rows.len() > 1).collect();
    alike.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    alike
}

/// A hash of everything known of a lead but its id; 64 bits make a chance meeting of a million leads one in 10⁷.
fn hash(table: &LeadTable, columns: &[&Column], row: usize) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    for column in columns {
        match (&column.text, &column.number, &column.date) {
            (Some(text), ..) => text.codes[row].hash(&mut hasher),
            (_, Some(numbers), _) => numbers[row].to_bits().hash(&mut hasher),
            (.., Some(dates)) => dates[row].hash(&mut hasher),
            _ => MISSING.hash(&mut hasher),
        }
    }
    for times in [&table.created_at, &table.closed_at] {
        times.as_ref().map(|t| t[row]).hash(&mut hasher);
    }
    table.outcome.as_ref().map(|o| o[row]).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::ColumnType;

    #[test]
    fn rows_are_grouped_by_all_that_is_told_of_them() {
        let rows = [[1, 2], [2, 1], [1, 2], [3, 3], [2, 1], [1, 2]];
        assert_eq!(groups(rows.len(), |row| rows[row][0] * 10 + rows[row][1]), [vec![0, 2, 5], vec![1, 4]]);
    }

    #[test]
    fn a_column_names_leads_where_nearly_every_row_has_a_value_of_its_own() {
        let look = |name: &str, n_distinct| ColumnLook {
            name: name.to_string(),
            column_type: ColumnType::Text,
            n_missing: 0,
            n_distinct,
            problems: Vec::new(),
        };
        let is_id = |name, n_distinct| is_another_id(&look(name, n_distinct), 100);
        assert!(is_id("Lead Number", 95) && !is_id("email", 100) && !is_id("Lead Number", 50));
        let is_nearly_unique = |n_distinct, n_rows| look("x", n_distinct).is_nearly_unique(n_rows);
        assert!(is_nearly_unique(95, 100) && !is_nearly_unique(90, 100) && !is_nearly_unique(10, 10));
    }
}

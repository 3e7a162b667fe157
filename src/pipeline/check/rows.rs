//! Leads that are alike in everything but their id.

use super::alike::{Alike, FEWEST_COLUMNS};
use super::{Area, Finding, Grade, Notebook, by_number, counted, thousands};
use crate::tables::LeadTable;
use crate::text::listed;

/// Ids of the largest group that are shown.
const IDS_SHOWN: usize = 3;

pub(super) fn look(table: &LeadTable, notes: &mut Notebook) {
    let found = Alike::of(table);
    if found.n_columns < FEWEST_COLUMNS {
        let few = by_number(found.n_columns, "is too little", "are too few");
        notes.skip("duplicate rows", format!("{} {few} to call two leads alike", counted(found.n_columns, "column")));
        return;
    }
    let alike = &found.groups;
    if alike.is_empty() {
        return;
    }
    let mut ids: Vec<String> = alike[0].iter().take(IDS_SHOWN).map(|&row| format!("`{}`", &table.ids[row])).collect();
    if alike[0].len() > IDS_SHOWN {
        ids.push(format!("{} more", thousands(alike[0].len() - IDS_SHOWN)));
    }
    let sentence = format!(
        "{} are alike in all {} columns that tell leads apart, under different ids ({})",
        counted(found.n_leads(), "lead"),
        found.n_columns,
        if alike.len() == 1 { "one group".to_string() } else { format!("{} groups", thousands(alike.len())) }
    );
    let largest = format!("The largest group: {}.", listed(&ids, "and"));
    let to_do =
        "Is it one lead, entered twice, and not many of whom little is known? Then leave one row: copies count double.";
    let finding = Finding::new(Grade::Look, Area::Rows, sentence, largest);
    notes.findings.push(Finding { evidence: [vec![to_do.to_string()], finding.evidence].concat(), ..finding });
}

//! Leads that are alike in everything but their id.

use super::columns::ColumnLook;
use super::{Area, Finding, Grade, Notebook, by_number, counted, thousands};
use crate::pipeline::alike::{FEWEST_COLUMNS, groups};
use crate::tables::{Column, LeadTable, MISSING};
use crate::text::listed;
use std::hash::{Hash, Hasher};

/// Ids of the largest group that are shown.
const IDS_SHOWN: usize = 3;

pub(super) fn look(table: &LeadTable, columns: &[ColumnLook], notes: &mut Notebook) {
    let n = table.n_leads();
    let tells =
        |column: &&Column| columns.iter().any(|c| c.name == column.name && c.n_distinct > 1 && !c.is_nearly_unique(n));
    let compared: Vec<&Column> = table.columns.iter().filter(tells).collect();
    if compared.len() < FEWEST_COLUMNS {
        notes.skip(
            "duplicate rows",
            format!(
                "{} {}",
                counted(compared.len(), "column"),
                by_number(compared.len(), "is too little", "are too few")
            ) + " to call two leads alike",
        );
        return;
    }
    let alike = groups(n, |row, hasher| tell(table, &compared, row, hasher));
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
    let to_do = "Is it one lead, entered twice? Then leave one row: copies count double, and flatter the figures.";
    let finding = Finding::new(Grade::Look, Area::Rows, sentence, largest);
    notes.findings.push(Finding { evidence: [vec![to_do.to_string()], finding.evidence].concat(), ..finding });
}

/// Tells a hasher everything known of a lead but its id.
fn tell(table: &LeadTable, columns: &[&Column], row: usize, mut hasher: &mut dyn Hasher) {
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
}

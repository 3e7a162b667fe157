//! What `init` says of the columns: in brief those with a role and those to look at, in full each with its reason.

use super::super::page::Page;
use super::super::terminal::{Align, plural, table};
use super::Start;
use crate::pipeline::start::{ASK_FIRST, Finding};
use crate::text::capital;

/// Columns left out of the model that are named in brief; the project file has them all.
const NAMED: usize = 4;
/// Kinds of activity that are named in full.
const KINDS_NAMED: usize = 12;

/// What a column without a role is taken for.
const WITHOUT_A_ROLE: [&str; 5] = ["attribute", "counter", ASK_FIRST, "left out", "of no use"];

/// The columns that carry everything else, and those that are left out. What is in doubt a training asks about, once, if
/// its model leans on it.
pub(super) fn in_brief(text: &mut Page, start: &Start, found: &[Finding]) {
    for of_table in found.chunk_by(|a, b| a.table == b.table) {
        let has_role = |finding: &&Finding| !WITHOUT_A_ROLE.contains(&finding.taken_for.as_str());
        let roles: Vec<String> = of_table.iter().filter(has_role).map(role).collect();
        if !roles.is_empty() {
            text.push_str(&format!("{}: {}\n", capital(of_table[0].table), roles.join(", ")));
        }
    }
    let of = |taken_for: &str| -> Vec<&str> {
        found.iter().filter(|finding| finding.taken_for == taken_for).map(|finding| finding.column.as_str()).collect()
    };
    let left_out = of("left out");
    if !left_out.is_empty() {
        text.push_str(&format!("Left out of the model (the project file says why): {}\n", some(&left_out, NAMED)));
    }
    let learned = ["attribute", "counter", ASK_FIRST];
    let n_attributes = found.iter().filter(|f| f.table == "leads" && learned.contains(&f.taken_for.as_str())).count();
    let mut rest = plural(n_attributes, "attribute");
    if let Some(log) = &start.layout.log {
        rest.push_str(&format!(", {} of activity", plural(log.kinds.len(), "kind")));
    }
    rest.push_str(" (`-v` names them)");
    if let Some(created) = start.layout.age_from() {
        rest.push_str(&format!(", and the age of the lead, from `{created}`"));
    }
    text.push_str(&format!("To learn from: {rest}\n"));
}

/// `created_at first_contact`, and `id` where the column is called so itself.
fn role(finding: &Finding) -> String {
    let words = finding.why.split_once(": won = ").filter(|_| finding.taken_for == "outcome");
    let words = words.map_or_else(String::new, |(_, words)| format!(" (won = {words})"));
    let column = if finding.column == finding.taken_for { "" } else { &format!(" `{}`", finding.column) };
    format!("{}{column}{words}", finding.taken_for)
}

/// The first names, and how many more.
fn some(names: &[&str], shown: usize) -> String {
    match names.len().saturating_sub(shown) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..shown].join(", ")),
    }
}

/// Every column with what it was taken for and why.
pub(super) fn in_full(text: &mut Page, start: &Start, found: &[Finding]) {
    let (attributes, roles): (Vec<&Finding>, Vec<&Finding>) = found.iter().partition(|f| f.taken_for == "attribute");
    text.push_table(table(&["table", "column", "taken for", "why"], &[Align::Left; 4], &rows(&roles)));
    if found.iter().any(Finding::asks_first) {
        text.push_str("Left out: the model never sees it. Ask first: it does, until you put it into `exclude`.\n");
    }
    let names: Vec<&str> = attributes.iter().map(|finding| finding.column.as_str()).collect();
    text.push_str(&format!("\n{} of who the lead is: {}\n", plural(names.len(), "attribute"), names.join(", ")));
    if let Some(created) = start.layout.age_from() {
        text.push_str(&format!("Learned from, too: the age of the lead, counted from `{created}`\n"));
    }
    if let Some(log) = &start.layout.log {
        let kinds: Vec<&str> = log.kinds.iter().map(|(kind, _)| kind.as_str()).take(KINDS_NAMED).collect();
        let more = if log.kinds.len() > kinds.len() { ", …" } else { "" };
        text.push_str(&format!("{} of activity: {}{more}\n", plural(log.kinds.len(), "kind"), kinds.join(", ")));
        if !log.ours.is_empty() {
            text.push_str(&format!("Our own acts: {}\n", log.ours.join(", ")));
        }
    }
}

/// A row a column; those of one table that are taken for the same out of one reason share a row.
fn rows(roles: &[&Finding]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for f in roles {
        let is_alike = |row: &&mut Vec<String>| row[0] == f.table && row[2] == f.taken_for && row[3] == f.why;
        match rows.iter_mut().find(is_alike) {
            Some(row) => row[1] = format!("{}, {}", row[1], f.column),
            None => rows.push(vec![f.table.to_string(), f.column.clone(), f.taken_for.clone(), f.why.clone()]),
        }
    }
    rows
}

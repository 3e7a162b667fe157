//! What each column was taken for, in words, for the summary.

use super::layout::{Layout, View};
use super::outcome::{LostWords, OutcomeChoice};
use super::roles::{Choice, nearly_tells_rows_apart};
use super::screen::Verdict;
use super::sheet::{Sheet, SheetColumn};
use super::vocabulary::rank;
use crate::tables::ColumnType;
use serde::Serialize;

/// What is taken for something that only a person can say.
pub const ASK_FIRST: &str = "ask first";

/// One column and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `leads`, `outcomes` or `activities`.
    pub table: &'static str,
    /// The header; of an activity to ask about its kind.
    pub column: String,
    /// What it was taken for.
    pub taken_for: String,
    /// Why.
    pub why: String,
}

impl Finding {
    /// Whether a person must say whether the model may learn from it.
    pub fn asks_first(&self) -> bool {
        self.taken_for == ASK_FIRST
    }
}

/// A line for each column that has a role or is left out, in the order of the files; attributes without a remark
/// are told together.
pub fn findings(view: &View, layout: &Layout) -> Vec<Finding> {
    let mut found = of_leads(view, layout);
    if let Some(deals) = &layout.deals {
        let mut roles = vec![("id", &deals.id)];
        roles.extend(deals.closed_at.iter().map(|choice| ("closed_at", choice)));
        found.extend(roles.into_iter().map(|(role, choice)| finding("outcomes", role, choice)));
        found.extend(deals.outcome.as_ref().map(|outcome| of_outcome("outcomes", outcome)));
    }
    if let Some(log) = &layout.log {
        let mut roles = vec![("lead_id", &log.lead_id), ("at", &log.at), ("kind", &log.kind)];
        roles.extend(log.detail.iter().map(|choice| ("detail", choice)));
        roles.extend(log.count.iter().map(|choice| ("count", choice)));
        found.extend(roles.into_iter().map(|(role, choice)| finding("activities", role, choice)));
        found.extend(layout.kinds_in_doubt.iter().map(|(kind, why)| Finding {
            table: "activities",
            column: kind.clone(),
            taken_for: ASK_FIRST.to_string(),
            why: why.clone(),
        }));
    }
    found
}

fn of_leads(view: &View, layout: &Layout) -> Vec<Finding> {
    let times = [
        ("created_at", &layout.created_at),
        ("closed_at", &layout.closed_at),
        ("as_of", &layout.as_of),
        ("row weight", &layout.row_weight),
    ];
    let mut roles = vec![("id", &layout.id)];
    roles.extend(times.iter().filter_map(|(role, choice)| Some((*role, choice.as_ref()?))));
    if let Some(deals) = layout.deals.as_ref().filter(|deals| deals.key.column != layout.id.column) {
        roles.push(("key of the outcomes", &deals.key));
    }
    let mut found = Vec::new();
    for column in &view.leads.columns {
        let name = column.name.as_str();
        if let Some((role, choice)) = roles.iter().find(|(_, choice)| choice.column == name) {
            found.push(finding("leads", role, choice));
        } else if let Some(outcome) = layout.outcome.as_ref().filter(|outcome| outcome.column == name) {
            found.push(of_outcome("leads", outcome));
        } else if let Some((_, verdict)) = layout.others.iter().find(|(other, _)| other == name) {
            let (taken_for, why) = match verdict {
                Verdict::Attribute => match of_no_use(&view.leads, column) {
                    Some(why) => ("of no use", why.to_string()),
                    None => ("attribute", format!("{:?}", column.column_type).to_lowercase()),
                },
                Verdict::Exclude(why) => ("left out", why.clone()),
                Verdict::Doubt(why) => (ASK_FIRST, why.clone()),
                Verdict::Counter => ("counter", "counts acts; may be an activity column".to_string()),
            };
            found.push(Finding { table: "leads", column: name.to_string(), taken_for: taken_for.to_string(), why });
        }
    }
    found
}

/// Why a training will make nothing of a column, where that is plain.
fn of_no_use(leads: &Sheet, column: &SheetColumn) -> Option<&'static str> {
    let levels = &column.text.levels;
    if levels.len() < 2 && column.n_filled() == leads.n_rows() {
        return Some("the same on every lead");
    }
    // A domain is made of addresses, and a seniority of titles.
    let may_derive = levels.iter().any(|level| level.contains('@')) || rank("title", &column.name).is_some();
    let is_own = column.column_type == ColumnType::Text && nearly_tells_rows_apart(leads, column);
    (is_own && !may_derive).then_some("another value on nearly every lead")
}

fn finding(table: &'static str, role: &str, choice: &Choice) -> Finding {
    Finding { table, column: choice.column.clone(), taken_for: role.to_string(), why: choice.why.clone() }
}

fn of_outcome(table: &'static str, outcome: &OutcomeChoice) -> Finding {
    let lost = match &outcome.lost {
        LostWords::Rest => "everything else".to_string(),
        LostWords::NotInTime => "not won in time".to_string(),
        LostWords::Listed(words) => words.join(", "),
    };
    let won = if outcome.won.is_empty() { "?".to_string() } else { outcome.won.join(", ") };
    let why = format!("{}: won = {won}; lost = {lost}", outcome.why);
    Finding { table, column: outcome.column.clone(), taken_for: "outcome".to_string(), why }
}

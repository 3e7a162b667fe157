//! What `init` says: what every column was taken for and why, what to look at, what to run next.

use super::super::inputs::quoted;
use super::super::page::Page;
use super::super::terminal::{Align, plural, table};
use super::Start;
use crate::pipeline::leaning::to_paste;
use crate::pipeline::start::{Finding, Moment, findings};
use crate::text::listed;
use serde::Serialize;
use std::path::Path;

/// What `init --format json` prints.
#[derive(Serialize)]
pub(super) struct Summary {
    project: String,
    scorecard: Option<String>,
    leads: usize,
    product: Option<&'static str>,
    columns: Vec<Finding>,
    missing: Vec<String>,
    snapshot: String,
    rules: usize,
    tiers: Vec<(&'static str, f64)>,
    best_rule_score: Option<f64>,
    ours: Vec<String>,
    notes: Vec<String>,
    next: Vec<String>,
}

pub(super) fn summary(start: &Start) -> Summary {
    let dir = start.project.parent().unwrap_or(Path::new(""));
    Summary {
        project: start.project.display().to_string(),
        scorecard: Some(start.scorecard.display().to_string()).filter(|_| start.n_rules > 0),
        leads: start.view.leads.n_rows(),
        product: start.layout.product.map(|crm| crm.name),
        columns: findings(&start.view, &start.layout),
        missing: start.missing.clone(),
        snapshot: moment(start.layout.moment),
        rules: start.n_rules,
        tiers: start.bounds.mql.map(|mql| ("MQL", mql)).into_iter().chain([("SQL", start.bounds.sql)]).collect(),
        best_rule_score: start.best_score,
        ours: start.layout.log.as_ref().map(|log| log.ours.clone()).unwrap_or_default(),
        notes: notes(start),
        next: next(start, dir),
    }
}

fn moment(moment: Moment) -> String {
    match moment {
        Moment::Random => "closed deals are looked at at a random moment of their open life".to_string(),
        Moment::Column => "each lead is looked at at its own as-of".to_string(),
        Moment::DaysAfterCreation(days) => {
            format!("deals are looked at {} after creation, as their close is not known", plural(days as usize, "day"))
        }
        Moment::AsExported => {
            "deals are taken as exported: without times of creation and close nobody can tell what was filled in only after a \
             deal was decided"
                .to_string()
        }
    }
}

pub(super) fn text(start: &Start, dir: &Path) -> Page {
    let leads = &start.view.leads;
    let mut text = Page::from(format!("{}, {}", plural(leads.n_rows(), "lead"), plural(leads.columns.len(), "column")));
    text.push_str(
        &start.layout.product.as_ref().map_or("\n".to_string(), |crm| format!(", exported from {}\n", crm.name)),
    );
    let found = findings(&start.view, &start.layout);
    let (attributes, roles): (Vec<&Finding>, Vec<&Finding>) = found.iter().partition(|f| f.taken_for == "attribute");
    text.push_table(table(&["table", "column", "taken for", "why"], &[Align::Left; 4], &rows(&roles)));
    let has = |taken_for: &str| found.iter().any(|finding| finding.taken_for == taken_for);
    if has("in doubt") {
        text.push_str(
            "Left out: the model never sees it. In doubt: it does, until you put the column into `exclude`.\n",
        );
    }
    let names: Vec<&str> = attributes.iter().map(|finding| finding.column.as_str()).collect();
    text.push_str(&format!("\n{} of who the lead is: {}\n", plural(names.len(), "attribute"), names.join(", ")));
    if !start.missing.is_empty() {
        text.push_str(&format!("Taken for \"no value\": {}\n", start.missing.join(", ")));
    }
    if let Some(log) = &start.layout.log {
        let kinds: Vec<&str> = log.kinds.iter().map(|(kind, _)| kind.as_str()).take(12).collect();
        let more = if log.kinds.len() > kinds.len() { ", …" } else { "" };
        text.push_str(&format!("{} of activity: {}{more}\n", plural(log.kinds.len(), "kind"), kinds.join(", ")));
        if !log.ours.is_empty() {
            text.push_str(&format!("Our own acts: {}\n", log.ours.join(", ")));
        }
    }
    if start.layout.knows_outcomes() {
        text.push_str(&format!("Snapshot: {}.\n", moment(start.layout.moment)));
    }
    for note in notes(start) {
        text.push_str(&format!("Look at this: {note}\n"));
    }
    text.push_str(&format!("\nWritten: {}", start.project.display()));
    if start.n_rules > 0 {
        text.push_str(&format!(
            " and {} ({}, a start to be argued about)",
            start.scorecard.display(),
            plural(start.n_rules, "rule")
        ));
    }
    text.push_str("\nLook through both, change what is wrong, then:\n");
    for command in next(start, dir) {
        text.push_str(&format!("  {command}\n"));
    }
    text
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

fn notes(start: &Start) -> Vec<String> {
    let layout = &start.layout;
    let mut notes = start.notes.clone();
    if !layout.id.is_named {
        notes.push(format!(
            "`{}` was taken for the id only because no value is in it twice; --id names another",
            layout.id.column
        ));
    }
    let outcome = layout.outcome.as_ref().or(layout.deals.as_ref().and_then(|deals| deals.outcome.as_ref()));
    notes.extend(outcome.and_then(|outcome| outcome.doubt.clone()));
    if let Some(days) = layout.lost_after_days() {
        notes.push(format!(
            "a lead that is not won within {days} days of its creation counts as lost: `lost_after` in the project file"
        ));
    }
    if !layout.knows_outcomes() {
        notes.push("no column says which leads were won: rules can score, nothing can be learned; --outcome COL names it, --outcomes FILE gives a table of deals".to_string());
    }
    notes.extend(of_contacts(&layout.contacts()));
    let ambiguous: Vec<String> =
        start.view.leads.columns.iter().filter(|c| c.is_ambiguous).map(|c| format!("`{}`", c.name)).collect();
    if !ambiguous.is_empty() {
        notes.push(format!(
            "month-first or day-first in {}? Choose one of the two `time_format` lines in the project file",
            ambiguous.join(", ")
        ));
    }
    if layout.log.is_some() && matches!(layout.moment, Moment::AsExported) && layout.knows_outcomes() {
        notes.push(
            "training with an activity log needs creation and close times: --created-at, --closed-at".to_string(),
        );
    }
    if let Some(log) = layout.log.as_ref().filter(|log| !log.ends.is_empty()) {
        notes.push(format!("these kinds of activity read like the end of a deal: {}", log.ends.join(", ")));
    }
    if let Some(best) = start.best_score.filter(|best| *best < 80.0) {
        let mql = start.bounds.mql.map_or_else(String::new, |mql| format!(" and MQL (worth nurturing) at {mql}"));
        notes.push(format!(
            "no lead has more than {best} points by the starting rules, so SQL (sales takes over) begins at {}{mql}",
            start.bounds.sql
        ));
    }
    notes
}

/// That columns tell of a contact and not of the lead, with what leaves them out.
fn of_contacts(contacts: &[(&str, &str)]) -> Option<String> {
    let named: Vec<String> = contacts.iter().map(|(name, told)| format!("`{name}` ({told})")).collect();
    let (look, they_stay) = if contacts.len() == 1 { ("looks", "It stays") } else { ("look", "They stay") };
    (!contacts.is_empty()).then(|| {
        format!(
            "{} {look} like the date or number of a contact, not like who the lead is: a lead that nobody has contacted yet has \
             none, and another year's months may sell otherwise. {they_stay} in until you put `{}` into `exclude` of \
             leadscore.toml",
            listed(&named, "and"),
            to_paste(contacts.iter().map(|(name, _)| *name))
        )
    })
}

fn next(start: &Start, dir: &Path) -> Vec<String> {
    let here = dir.as_os_str().is_empty() || dir == Path::new(".");
    let project =
        if here { String::new() } else { format!(" --project {}", quoted(&start.project.display().to_string())) };
    let check = Some(format!("leadscore check{project}"));
    let train = Some(format!("leadscore train{project}")).filter(|_| start.layout.knows_outcomes());
    let alone = if train.is_some() { "" } else { " --rules-only" };
    let can_score = train.is_some() || start.n_rules > 0;
    let as_of = start.as_of.as_ref().map_or_else(String::new, |as_of| format!(" --as-of {}", quoted(as_of)));
    let score = Some(format!("leadscore score{project}{alone} --out scored.csv{as_of}")).filter(|_| can_score);
    let report = train.as_ref().map(|_| format!("leadscore report{project} --out report.html{as_of}"));
    check.into_iter().chain(train).chain(score).chain(report).collect()
}

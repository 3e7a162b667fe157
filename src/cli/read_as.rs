//! How the files were read, for the provenance of a version: what the project file says of them, as it stands.

use super::inputs::Inputs;
use crate::pipeline::model::Recipe;
use crate::project::{Absent, Lost, OutcomeColumn};

/// Keys of the project file that decide how files are read, each with what it stands at; those left open are not there.
pub(super) fn read_as(inputs: &Inputs) -> Vec<(String, String)> {
    let project = &inputs.project;
    let mut said = Said(Vec::new());
    said.that("timezone", Some(project.timezone.clone()));
    said.that("decimal", Some(project.decimal.to_string()));
    said.that("encoding", project.encoding.clone());
    said.that("delimiter", project.delimiter.map(|c| c.to_string()));
    said.that("time_format", project.time_format.clone());
    said.that("lenient", inputs.read.lenient.then(|| "true".to_string()));
    let leads = &project.leads;
    said.that("leads.id", leads.id.clone());
    said.that("leads.created_at", leads.created_at.clone());
    said.that("leads.closed_at", leads.closed_at.clone());
    said.that("leads.as_of", leads.as_of.clone());
    said.that("leads.outcome", leads.outcome.as_ref().map(words));
    said.that(Recipe::OWN_WEIGHT, leads.weight.clone());
    said.that("leads.missing", (!leads.missing.is_empty()).then(|| leads.missing.join(", ")));
    for (column, column_type) in &leads.types {
        said.that(&format!("leads.types.{column}"), Some(format!("{column_type:?}").to_lowercase()));
    }
    if !inputs.activities.is_empty() {
        let log = &project.activities;
        said.that("activities.lead_id", Some(log.lead_id.clone()));
        said.that("activities.at", Some(log.at.clone()));
        said.that("activities.kind", Some(log.kind.clone()));
        said.that("activities.detail", log.detail.clone());
        said.that("activities.count", log.count.clone());
    }
    if !inputs.outcomes.is_empty() {
        let deals = &project.outcomes;
        said.that("outcomes.key", deals.key.clone());
        said.that("outcomes.id", deals.id.clone());
        said.that("outcomes.closed_at", deals.closed_at.clone());
        said.that("outcomes.outcome", deals.outcome.as_ref().map(words));
        let absent = if deals.absent == Absent::Lost { "lost" } else { "open" };
        said.that("outcomes.absent", Some(absent.to_string()));
    }
    said.0
}

struct Said(Vec<(String, String)>);

impl Said {
    fn that(&mut self, key: &str, value: Option<String>) {
        self.0.extend(value.map(|value| (key.to_string(), value)));
    }
}

/// `stage: won = Closed Won; lost = Closed Lost, No Fit`.
fn words(outcome: &OutcomeColumn) -> String {
    let lost = match &outcome.lost {
        Lost::Words(words) => words.join(", "),
        Lost::Rest => "*".to_string(),
    };
    format!("{}: won = {}; lost = {lost}", outcome.column, outcome.won.join(", "))
}

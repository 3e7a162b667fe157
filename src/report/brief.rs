//! The model card in brief: what somebody reads in the terminal right after a training.

use super::card::{judged, learned_from, whose, widest_first};
use super::sentences;
use crate::pipeline::leaks::is_of_the_leak_screen;
use crate::pipeline::model::Model;
use crate::scorecard::Scorecard;
use crate::text::counted;
use std::fmt::Write;

/// Findings of what has changed with time that are told.
const CHANGES_TOLD: usize = 3;
/// What the model goes by, named at most.
const TERMS_NAMED: usize = 6;

/// The sentences of the model card that decide what to do next.
pub fn brief(model: &Model, name: &str, scorecard: Option<&Scorecard>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_brief(&mut text, model, name, whose(scorecard));
    text
}

fn write_brief(out: &mut String, model: &Model, name: &str, whose: &str) -> std::fmt::Result {
    writeln!(out, "# Model: {name}\n")?;
    learned_from(out, model)?;
    if let Some((figures, which)) = judged(model) {
        writeln!(out, "\nOn {which}:\n")?;
        sentences::figures_in_brief(out, figures, whose)?;
    }
    if let Some(drift) = model.drift.as_ref().filter(|drift| !drift.found.is_empty()) {
        sentences::drift(out, drift, CHANGES_TOLD)?;
    }
    writeln!(out, "\n## What to know\n")?;
    goes_by(out, model)?;
    for (why, n) in &model.snapshot.left_out {
        writeln!(out, "- Left out: {} ({why})", counted(*n, "lead"))?;
    }
    let (first, others) = model.notes_first_and_last();
    let is_told = |note: &&&str| is_of_every_model(note) || !first.is_empty() && is_of_the_leak_screen(note);
    others.iter().filter(|note| !is_told(note)).try_for_each(|note| writeln!(out, "- {note}"))
}

/// Said of the way in which columns are read; the model card has it.
fn is_of_every_model(note: &str) -> bool {
    note == Model::ATTRIBUTES_AS_EXPORTED
}

/// What tells the deals apart most.
fn goes_by(out: &mut String, model: &Model) -> std::fmt::Result {
    let Some(predictor) = &model.predictor else { return Ok(()) };
    let terms = widest_first(predictor);
    let named: Vec<String> = terms.iter().take(TERMS_NAMED).map(|term| format!("`{}`", term.term.source)).collect();
    match terms.len().saturating_sub(TERMS_NAMED) {
        _ if terms.is_empty() => Ok(()),
        0 => writeln!(out, "- The model goes by {}, the first most.", named.join(", ")),
        more => writeln!(out, "- The model goes most by {}, and by {more} more.", named.join(", ")),
    }
}

//! The model card in brief: what somebody reads in the terminal right after a training.

use super::card::{judged, learned_from, other_notes, whose, widest_first};
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
    // Whether deals further down the file are newer nobody knows; the model card has them.
    let drift = model.drift.as_ref().filter(|drift| !drift.found.is_empty() && !drift.by_file_order);
    if let Some(drift) = drift {
        sentences::drift(out, drift, CHANGES_TOLD)?;
    }
    writeln!(out, "\n## What to know\n")?;
    goes_by(out, model)?;
    for (why, n) in &model.snapshot.left_out {
        writeln!(out, "- Left out: {} ({why})", counted(*n, "lead"))?;
    }
    let (of_the_screen, others): (Vec<&str>, Vec<&str>) =
        other_notes(model).into_iter().partition(|note| is_of_the_leak_screen(note));
    if !of_the_screen.is_empty() {
        writeln!(out, "- Some of what the model goes by may know the outcome: `leadscore check` names it and asks.")?;
    }
    // How columns are read goes for every model.
    let others = others.into_iter().filter(|note| *note != Model::ATTRIBUTES_AS_EXPORTED);
    others.into_iter().try_for_each(|note| writeln!(out, "- {note}"))
}

/// What tells the deals apart most.
fn goes_by(out: &mut String, model: &Model) -> std::fmt::Result {
    let Some(predictor) = &model.predictor else { return Ok(()) };
    let terms = widest_first(predictor);
    let named: Vec<String> = terms.iter().take(TERMS_NAMED).map(|term| format!("`{}`", term.term.source)).collect();
    match terms.len().saturating_sub(TERMS_NAMED) {
        _ if terms.is_empty() => Ok(()),
        0 => writeln!(out, "- The model goes by {}, most of all by the first.", named.join(", ")),
        more => writeln!(out, "- The model goes most by {}, and by {more} more.", named.join(", ")),
    }
}

//! The model card: what was learned, from what, and how far it can be believed, in Markdown that reads as plain text.

use super::sides::sides;
use super::{back, sentences};
use crate::features::{Fate, Shape, short_number};
use crate::pipeline::model::{HoldoutRecord, Model, SideFigures};
use crate::predictor::{FittedTerm, Predictor};
use crate::scorecard::Scorecard;
use crate::text::{counted, thousands};
use crate::validation::judged_on;
use crate::values::format_instant;
use std::fmt::Write;

/// Terms shown, largest effect first.
const TERMS_SHOWN: usize = 12;
/// Levels shown of a term.
const LEVELS_SHOWN: usize = 4;
/// Columns left out that are listed.
const LEFT_OUT_SHOWN: usize = 20;

/// The card of a model called `name`, trained with `scorecard`. Holds no time of saving, so that the same training gives
/// the same card.
pub fn model_card(model: &Model, name: &str, scorecard: Option<&Scorecard>) -> String {
    let mut card = String::new();
    // Writing to a String cannot fail.
    let _ = write_card(&mut card, model, name, whose(scorecard));
    card
}

/// What to call the scorecard that a model was trained with.
pub(super) fn whose(scorecard: Option<&Scorecard>) -> &'static str {
    if scorecard.is_some_and(Scorecard::is_start) { "the starting scorecard" } else { "your scorecard" }
}

fn write_card(out: &mut String, model: &Model, name: &str, whose: &str) -> std::fmt::Result {
    writeln!(out, "# Model card: {name}\n")?;
    headline(out, model, whose)?;
    if let Some(drift) = &model.drift {
        sentences::drift(out, drift)?;
    }
    deals(out, model)?;
    if let Some(holdout) = &model.holdout {
        let which = if is_newest(holdout) { "the newest deals" } else { "deals drawn by chance" };
        writeln!(out, "\n## On {which}, which the model had not seen\n")?;
        if let Some(older) = &holdout.older {
            writeln!(out, "The deals it had learned from: {}.\n", older.told(model.row_weights()))?;
        }
        if let Some(figures) = &holdout.figures {
            sides(out, figures, model.row_weights())?;
        }
        for note in &holdout.notes {
            writeln!(out, "- {note}")?;
        }
    }
    if let Some(figures) = &model.out_of_fold {
        writeln!(out, "\n## Out of fold ({})\n", model.fold_scheme)?;
        sides(out, figures, model.row_weights())?;
    }
    blend(out, model)?;
    if let Some(predictor) = &model.predictor {
        terms(out, predictor)?;
    }
    plan(out, model)?;
    writeln!(out, "\n## What to know\n")?;
    for note in other_notes(model) {
        writeln!(out, "- {note}")?;
    }
    Ok(())
}

/// The sentences that matter.
fn headline(out: &mut String, model: &Model, whose: &str) -> std::fmt::Result {
    learned_from(out, model)?;
    let Some((figures, which)) = judged(model) else { return Ok(()) };
    writeln!(out, "\nOn {which}:\n")?;
    sentences::figures(out, figures, whose, model.row_weights())?;
    back::looking_back(out, model)?;
    if model.holdout.as_ref().is_some_and(|holdout| holdout.figures.is_some()) && model.out_of_fold.is_some() {
        writeln!(
            out,
            "\n`backtest` and `report` look back on more deals, each judged by a model that had not seen it (out of fold), so \
             their figures are others."
        )?;
    }
    Ok(())
}

/// From how many deals the model learned, and what must be read before any figure; or why there is no model.
fn learned_from(out: &mut String, model: &Model) -> std::fmt::Result {
    let s = &model.snapshot;
    if let Some(why) = &model.why_no_model {
        return writeln!(out, "There is no model in this version: {why}. The scorecard alone scores.");
    }
    let share = model.row_weights().share_won(s.deals, s.won, s.win_rate);
    let of_them = format!("{} of them won ({share})", thousands(s.won));
    writeln!(out, "Learned from {}, {of_them}.", counted(s.deals, "closed deal"))?;
    let weights = model.weights_of_rate();
    if judged(model).is_some() && weights.differ() {
        writeln!(out, "{}", weights.sentence())?;
    }
    before_figures(out, model)
}

/// The notes that must be read before any figure.
pub(super) fn before_figures(out: &mut String, model: &Model) -> std::fmt::Result {
    let (first, others) = model.notes_first_and_last();
    let first = first.into_iter().chain(others.into_iter().filter(|note| model_ranks_by_chance(note)));
    first.into_iter().try_for_each(|note| writeln!(out, "\n{note}"))
}

/// What is to be known once the figures are read.
fn other_notes(model: &Model) -> Vec<&str> {
    model.notes_first_and_last().1.into_iter().filter(|note| !model_ranks_by_chance(note)).collect()
}

/// Whether a note says that the model ranks no better than chance: who reads the figures must know that first.
pub(super) fn model_ranks_by_chance(note: &str) -> bool {
    note.starts_with(Model::NOTHING_TO_LEARN)
}

/// The honest figures, and in words of which deals they are.
pub(super) fn judged(model: &Model) -> Option<(&SideFigures, String)> {
    if model.why_no_model.is_some() {
        return None;
    }
    let held_out = model.holdout.as_ref().and_then(|holdout| Some((holdout.figures.as_ref()?, holdout)));
    let figures = held_out.map_or(model.out_of_fold.as_ref(), |(figures, _)| Some(figures))?;
    let side = [&figures.blend, &figures.model, &figures.scorecard].into_iter().find_map(Option::as_ref)?;
    let (deals, unseen) = match held_out {
        Some((_, holdout)) => (judged_on(&holdout.scheme, side.n), ", unseen by the model"),
        None => (counted(side.n, "deal"), " that the model had not seen, each in its turn"),
    };
    // What the rates below are so many times of, where wins over deals is another.
    let weights = model.row_weights();
    let rate = match weights.of_rate(side.n, side.wins, side.win_rate).differ() {
        true => format!("; {}", weights.share(side.n, side.wins, side.win_rate)),
        false => String::new(),
    };
    Some((figures, format!("{deals} ({} won{rate}){unseen}", thousands(side.wins))))
}

fn is_newest(holdout: &HoldoutRecord) -> bool {
    holdout.scheme == "forward"
}

fn deals(out: &mut String, model: &Model) -> std::fmt::Result {
    let s = &model.snapshot;
    writeln!(out, "\n## Deals\n")?;
    write!(out, "- Each deal was looked at once: snapshot mode `{}`", s.mode.name())?;
    match s.horizon {
        Some(horizon) => writeln!(
            out,
            ", within its first {:.0} days (the horizon: within it nearly all wins come)",
            horizon.days()
        )?,
        None => writeln!(out)?,
    }
    if let Some((from, to)) = s.as_of {
        writeln!(out, "- As of {} to {}", format_instant(from), format_instant(to))?;
    }
    for (why, n) in &s.left_out {
        writeln!(out, "- Left out: {} ({why})", counted(*n, "lead"))?;
    }
    if let Some(log) = &s.log {
        write!(out, "- Activity log: {} seen, before their deal's as-of", counted(log.acts_seen as usize, "row"))?;
        match log.begins {
            Some(begins) => writeln!(out, "; it begins {}", format_instant(begins))?,
            None => writeln!(out)?,
        }
    }
    writeln!(out, "- Digest of the deals as seen: {}", s.digest)
}

fn blend(out: &mut String, model: &Model) -> std::fmt::Result {
    let Some(blending) = &model.blending else { return Ok(()) };
    writeln!(out, "\n## Blend\n")?;
    let weight = blending.blend.weight;
    let how = if blending.choice.is_some() { "chosen by the deals" } else { "set by the project file" };
    writeln!(out, "- Blend weight {weight:.2}, {how}: 0 is the scorecard alone, 1 the model alone")?;
    match &blending.blurred {
        Some(why) => writeln!(out, "- No quadrants: {why}")?,
        None => {
            for record in &blending.records {
                let name = record.quadrant.as_str();
                match (record.says(), &record.record) {
                    (Some(r), _) => writeln!(out, "- {name}: {}", r.told(model.row_weights()))?,
                    (None, Some(r)) => writeln!(
                        out,
                        "- {name}: {} of {} won, too few to say",
                        thousands(r.wins),
                        counted(r.n, "deal")
                    )?,
                    (None, None) => writeln!(out, "- {name}: no deal")?,
                }
            }
        }
    }
    Ok(())
}

/// How far apart a term's effects lie: its weight in the ranking.
fn spread(term: &FittedTerm) -> f64 {
    let levels = term.level_contributions();
    let (low, high) = levels.iter().fold((0f64, 0f64), |(l, h), e| (l.min(*e), h.max(*e)));
    if matches!(term.term.shape, Shape::Line { .. }) { 2.0 * term.slope.abs() } else { high - low }
}

/// The terms by how much they tell deals apart.
pub(super) fn widest_first(predictor: &Predictor) -> Vec<&FittedTerm> {
    let mut sorted: Vec<&FittedTerm> = predictor.terms.iter().collect();
    sorted.sort_by(|a, b| spread(b).total_cmp(&spread(a)));
    sorted
}

fn terms(out: &mut String, predictor: &Predictor) -> std::fmt::Result {
    writeln!(out, "\n## Terms, widest effect first\n")?;
    writeln!(out, "In log-odds against the average lead: +0.7 doubles the odds of a win, -0.7 halves them.\n")?;
    let sorted = widest_first(predictor);
    for term in sorted.iter().take(TERMS_SHOWN) {
        write!(out, "- {}: ", term.term.source)?;
        if matches!(term.term.shape, Shape::Line { .. }) {
            write!(out, "{:+.2} per standard deviation; ", term.slope)?;
        }
        let mut levels: Vec<(usize, f64)> = term.level_contributions().into_iter().enumerate().collect();
        levels.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
        let shown: Vec<String> = levels
            .iter()
            .take(LEVELS_SHOWN)
            .map(|(level, added)| format!("{} {added:+.2}", term.term.level_name(*level as u32)))
            .collect();
        writeln!(out, "{}", shown.join(", "))?;
    }
    if sorted.len() > TERMS_SHOWN {
        writeln!(out, "- and {} more, in model.json", sorted.len() - TERMS_SHOWN)?;
    }
    for pair in &predictor.pairs {
        writeln!(
            out,
            "- interaction {} (screen score {})",
            pair.name(&predictor.terms),
            short_number(pair.screen_score)
        )?;
    }
    Ok(())
}

fn plan(out: &mut String, model: &Model) -> std::fmt::Result {
    let left_out: Vec<(&str, &str)> = model
        .plan
        .iter()
        .filter_map(|l| match &l.fate {
            Fate::LeftOut(why) => Some((l.name.as_str(), why.as_str())),
            Fate::Used(_) => None,
        })
        .collect();
    writeln!(out, "\n## Columns left out\n")?;
    if left_out.is_empty() {
        writeln!(out, "- none")?;
    }
    for (name, why) in left_out.iter().take(LEFT_OUT_SHOWN) {
        writeln!(out, "- {name}: {why}")?;
    }
    if left_out.len() > LEFT_OUT_SHOWN {
        writeln!(out, "- and {} more, in model.json", left_out.len() - LEFT_OUT_SHOWN)?;
    }
    Ok(())
}

//! The model card: what was learned, from what, and how far it can be believed, in Markdown that reads as plain text.

use super::sentences;
use super::sides::sides;
use crate::features::{Fate, Shape, short_number};
use crate::metrics::{BY_ROW_WEIGHT, is_weighted, share_won};
use crate::pipeline::model::{HoldoutRecord, Model};
use crate::predictor::{FittedTerm, Predictor};
use crate::scorecard::Scorecard;
use crate::text::{counted, thousands};
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
    let whose = if scorecard.is_some_and(Scorecard::is_start) { "the starting scorecard" } else { "your scorecard" };
    // Writing to a String cannot fail.
    let _ = write_card(&mut card, model, name, whose);
    card
}

fn write_card(out: &mut String, model: &Model, name: &str, whose: &str) -> std::fmt::Result {
    writeln!(out, "# Model card: {name}\n")?;
    headline(out, model, whose)?;
    if let Some(drift) = &model.drift {
        sentences::drift(out, drift)?;
    }
    deals(out, model)?;
    if let Some(holdout) = &model.holdout {
        let n_deals = holdout.figures.as_ref().and_then(|f| f.model.as_ref()).map_or(0, |figures| figures.n);
        writeln!(out, "\n## On {}\n", judged_on(holdout, n_deals))?;
        if let Some(older) = &holdout.older {
            writeln!(out, "The deals it had learned from: {older}.\n")?;
        }
        if let Some(figures) = &holdout.figures {
            sides(out, figures)?;
        }
        for note in &holdout.notes {
            writeln!(out, "- {note}")?;
        }
    }
    if let Some(figures) = &model.out_of_fold {
        writeln!(out, "\n## Out of fold ({})\n", model.fold_scheme)?;
        sides(out, figures)?;
    }
    blend(out, model)?;
    if let Some(predictor) = &model.predictor {
        terms(out, predictor)?;
    }
    plan(out, model)?;
    writeln!(out, "\n## What to know\n")?;
    for note in model.notes_first_and_last().1 {
        writeln!(out, "- {note}")?;
    }
    Ok(())
}

/// The sentences that matter.
fn headline(out: &mut String, model: &Model, whose: &str) -> std::fmt::Result {
    let s = &model.snapshot;
    if let Some(why) = &model.why_no_model {
        return writeln!(out, "There is no model in this version: {why}. The scorecard alone scores.");
    }
    writeln!(
        out,
        "Learned from {}, {} of them won ({}).",
        counted(s.deals, "closed deal"),
        thousands(s.won),
        share_won(s.deals, s.won, s.win_rate)
    )?;
    for note in model.notes_first_and_last().0 {
        writeln!(out, "\n{note}")?;
    }
    let figures = model.holdout.as_ref().and_then(|h| h.figures.as_ref()).or(model.out_of_fold.as_ref());
    let Some(figures) = figures else { return Ok(()) };
    if is_weighted(s.deals, s.won, s.win_rate) {
        writeln!(out, "{BY_ROW_WEIGHT}")?;
    }
    let n_deals = figures.model.as_ref().map_or(0, |figures| figures.n);
    let (which, back) = match &model.holdout {
        Some(holdout) if holdout.figures.is_some() => (
            judged_on(holdout, n_deals),
            " (`backtest` and `report` look back on more deals than these, so their figures differ)",
        ),
        _ => (format!("{} that the model had not seen, each in its turn", counted(n_deals, "deal")), ""),
    };
    writeln!(out, "\nOn {which}{back}:\n")?;
    sentences::figures(out, figures, whose)
}

/// Which deals a holdout judges, `n_deals` of them.
fn judged_on(holdout: &HoldoutRecord, n_deals: usize) -> String {
    let n = thousands(n_deals);
    if holdout.scheme == "forward" {
        format!("the newest {n} deals, which the model had not seen")
    } else {
        format!("{n} deals drawn by chance, which the model had not seen")
    }
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
                    (Some(r), _) => writeln!(out, "- {name}: {r}")?,
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

fn terms(out: &mut String, predictor: &Predictor) -> std::fmt::Result {
    writeln!(out, "\n## Terms, widest effect first\n")?;
    let mut sorted: Vec<&FittedTerm> = predictor.terms.iter().collect();
    sorted.sort_by(|a, b| spread(b).total_cmp(&spread(a)));
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

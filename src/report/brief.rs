//! The model card in brief: what somebody reads in the terminal right after a training.

use super::back;
use super::card::{before_figures, judged, model_ranks_by_chance, whose};
use super::sentences::{self, top};
use crate::features::PlanLine;
use crate::pipeline::leaks::{asks_about, is_of_the_leak_screen, rules_all_the_same};
use crate::pipeline::leaning;
use crate::pipeline::model::{DriftRecord, Model, SideFigures};
use crate::pipeline::promises::Promises;
use crate::predictor::FittedTerm;
use crate::scorecard::Scorecard;
use crate::snapshot::in_words;
use crate::text::{counted, listed, percent, thousands};
use std::fmt::Write;

/// What the model goes by, named at most.
const TERMS_NAMED: usize = 3;
/// Excluded columns named at most.
const EXCLUDED_NAMED: usize = 3;

/// The sentences of the model card that decide what to do next: whether anything is suspicious, how good the model is,
/// what it goes by, what was left out.
pub fn brief(model: &Model, name: &str, scorecard: Option<&Scorecard>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_brief(&mut text, model, name, scorecard);
    text
}

fn write_brief(out: &mut String, model: &Model, name: &str, scorecard: Option<&Scorecard>) -> std::fmt::Result {
    writeln!(out, "# Model: {name}\n")?;
    learned_from(out, model)?;
    if is_chance(model) {
        writeln!(out)?;
        changed(out, model)?;
    } else {
        worth(out, model, whose(scorecard))?;
    }
    kept_out(out, model, scorecard)?;
    left_out(out, model)?;
    notes(out, model)
}

/// Whether it has been said that neither model nor score ranks better than chance: then that is the verdict, which other
/// figures would only blur.
fn is_chance(model: &Model) -> bool {
    model.score_ranks_by_chance() && model.notes.iter().any(|note| model_ranks_by_chance(note))
}

/// How good the score is on deals unseen, whether that will last, and what the model goes by.
fn worth(out: &mut String, model: &Model, whose: &str) -> std::fmt::Result {
    if let Some((sides, which)) = judged(model) {
        writeln!(out, "\nOn {which}:\n")?;
        figures(out, sides, whose)?;
        back::looking_back(out, model)?;
    }
    writeln!(out)?;
    changed(out, model)?;
    goes_by(out, model)
}

/// From how many deals the model learned, and what must be read before any figure; or why there is no model.
fn learned_from(out: &mut String, model: &Model) -> std::fmt::Result {
    let s = &model.snapshot;
    if let Some(why) = &model.why_no_model {
        return writeln!(out, "There is no model in this version: {why}. The scorecard alone scores.");
    }
    let rate = model.row_weights().share_won(s.deals, s.won, s.win_rate);
    let why = model.weights_of_rate().aside();
    let (deals, won) = (counted(s.deals, "closed deal"), thousands(s.won));
    writeln!(out, "Learned from {deals}, {won} of them won ({rate}{why}).")?;
    before_figures(out, model)
}

/// How well the score ranks, and whether its chances were right, without terms of statistics.
fn figures(out: &mut String, sides: &SideFigures, whose: &str) -> std::fmt::Result {
    let Some((name, best)) = sentences::best(sides) else { return Ok(()) };
    let by_points = sides.scorecard.as_ref();
    let beside = |figure: Option<String>| figure.map_or_else(String::new, |figure| format!("; by {whose} {figure}"));
    if let Some(row) = top(best) {
        let points = by_points.and_then(top).map(|row| format!("{:.1}", row.lift));
        let (won, points) = (percent(row.win_rate), beside(points));
        // The average itself would be one more rate beside that of all deals above.
        writeln!(out, "- Best fifth by the {name}: {won} won, {:.1} times the average{points}.", row.lift)?;
    }
    if let Some(auc) = &best.auc {
        let [value, low, high] = [auc.value, auc.interval.low, auc.interval.high].map(|auc| 100.0 * auc);
        let points = by_points.and_then(|figures| figures.auc.as_ref()).map(|auc| format!("{:.0}", 100.0 * auc.value));
        let points = beside(points);
        // Of a score that is the same for nearly all there is no interval to tell.
        let within = if high - low < 1.0 { String::new() } else { format!("{low:.0} to {high:.0}; ") };
        writeln!(
            out,
            "- The {name} ranks a won deal above a lost one {value:.0} times in 100 ({within}chance 50{points})."
        )?;
    }
    if let Some(promises) = Promises::of(sides) {
        writeln!(out, "- Its chances were {}.", promises.in_brief())?;
    }
    Ok(())
}

/// The gravest of what has changed with time.
fn changed(out: &mut String, model: &Model) -> std::fmt::Result {
    let Some(drift) = &model.drift else { return Ok(()) };
    if drift.by_file_order {
        // Whether deals further down the file are newer nobody knows; the model card has what may be chance.
        return drift.sentence().map_or(Ok(()), |sentence| writeln!(out, "- {sentence}"));
    }
    let Some(gravest) = drift.found.first() else { return Ok(()) };
    let of_several = match drift.found.len() {
        1 => String::new(),
        n => format!(" (the gravest of {n} changes here)"),
    };
    writeln!(
        out,
        "- The deals have changed, so newer leads may do otherwise{of_several}. {}",
        DriftRecord::in_plain_words(gravest)
    )
}

/// What tells the deals apart most, and which of it was asked about.
fn goes_by(out: &mut String, model: &Model) -> std::fmt::Result {
    let Some(predictor) = &model.predictor else { return Ok(()) };
    let questions = model.notes_first_and_last().0;
    let name = |term: &&FittedTerm| {
        let is_asked = |column| questions.iter().any(|question| leaning::asks_about(question, column));
        let source = &term.term.source;
        let asked = if source.column().or(source.kind()).is_some_and(is_asked) { " (asked)" } else { "" };
        format!("`{source}`{asked}")
    };
    // By what moves the deals apart, not by the widest effect: that may be one that a single deal has.
    let mut terms: Vec<&FittedTerm> = predictor.terms.iter().collect();
    terms.sort_by(|a, b| b.spread.total_cmp(&a.spread));
    let named: Vec<String> = terms.iter().take(TERMS_NAMED).map(name).collect();
    if named.is_empty() { Ok(()) } else { writeln!(out, "- The model goes most by {}.", listed(&named, "and")) }
}

/// Columns that the project file keeps from the model: its author may have thought of more than `init` knew. Rules may go by
/// them all the same.
fn kept_out(out: &mut String, model: &Model, scorecard: Option<&Scorecard>) -> std::fmt::Result {
    let is_excluded = |line: &&PlanLine| model.recipe.exclude.contains(&line.name);
    let names: Vec<&str> = model.plan.iter().filter(is_excluded).map(|line| line.name.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = names.iter().take(EXCLUDED_NAMED).map(|name| format!("`{name}`")).collect();
    let more = match names.len() - shown.len() {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let shown = shown.join(", ");
    let rules = rules_all_the_same(scorecard, &names);
    writeln!(out, "- Kept out by `exclude` of leadscore.toml: {shown}{more}{rules}.")
}

/// Leads that are among no deals, those first that are no riddle.
fn left_out(out: &mut String, model: &Model) -> std::fmt::Result {
    let left_out = &model.snapshot.left_out;
    if left_out.is_empty() { Ok(()) } else { writeln!(out, "- Left out: {}.", in_words(left_out)) }
}

/// The other notes, as far as they call for something or warn.
fn notes(out: &mut String, model: &Model) -> std::fmt::Result {
    let (first, others) = model.notes_first_and_last();
    let has_been_asked = |name: &str| first.iter().any(|note| note.contains(&format!("`{name}`")));
    let auc = model.out_of_fold_auc.as_ref();
    let is_used =
        |name: &str| model.predictor.as_ref().is_some_and(|predictor| leaning::leans_on(predictor, auc, name));
    let suspicious: Vec<String> = others
        .iter()
        .filter_map(|note| asks_about(note))
        .filter(|name| !has_been_asked(name) && is_used(name))
        .map(|name| format!("`{name}`"))
        .collect();
    if !suspicious.is_empty() {
        let named = listed(&suspicious, "and");
        writeln!(out, "- {named} may know the outcome: `leadscore check` shows why, and asks.")?;
    }
    // That columns may know what came later is what a question says; how columns are read goes for every model, and how it was judged is for those who read the whole card.
    let is_for_the_card = |note: &str| {
        is_of_the_leak_screen(note)
            || model_ranks_by_chance(note)
            || note == Model::ATTRIBUTES_AS_EXPORTED
            || (note == Model::NO_TIMES && !first.is_empty())
            || note.starts_with(Model::HOW_JUDGED)
    };
    let others = others.into_iter().filter(|note| !is_for_the_card(note));
    others.into_iter().try_for_each(|note| writeln!(out, "- {note}"))
}

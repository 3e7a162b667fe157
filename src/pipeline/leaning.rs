//! Whether a model may be too good to be true, and which columns carry it: that is asked before any figure is shown.
//!
//! A strong column may be an honest one. So it is a question, which only a person can answer, and no verdict.

use super::leaks::{LeakFinding, LeakGrade, Subject};
use super::start::BY_ITS_NAME;
use crate::features::Source;
use crate::predictor::Predictor;
use crate::text;
use std::collections::BTreeMap;

/// The model leans on columns that bring this share of what tells the deals apart. Of those in doubt all are asked about at
/// once: who answers a question should not be asked the next.
const LEAST_SHARE: f64 = 0.01;
/// Of a model that ranks unusually well the strongest column is named, if it brings this share of what tells the deals apart.
const CARRIES: f64 = 0.1;
/// A model that ranks better than this ranks unusually well.
const UNUSUAL_AUC: f64 = 0.9;

/// How such a note begins, by which the edges know to put it first.
pub const ASK_FIRST: &str = "Ask first: ";

/// What speaks against the strongest column of a model that ranks unusually well.
const STRONGEST: &str = "the strongest of all";

/// The note, where the model leans on a column that the leak screen has a question about, or ranks unusually well out of
/// fold. Named are the columns that have evidence against them; where the deals give none, also the strongest, but no other,
/// for many columns are strong and cannot know the outcome. `allow` names the columns of which somebody has said that they
/// are honest.
pub(super) fn ask_first(
    findings: &[LeakFinding],
    predictor: &Predictor,
    auc: Option<f64>,
    allow: &[String],
) -> Option<String> {
    let leant_on = leant_on(predictor);
    let is_leant_on = |name: &str| leant_on.iter().any(|(leant_on, share)| *leant_on == name && *share >= LEAST_SHARE);
    let suspicious = findings.iter().filter(|f| f.grade == LeakGrade::Suspicious && f.subject == Subject::Column);
    let found: Vec<&LeakFinding> = suspicious.filter(|finding| is_leant_on(&finding.name)).collect();
    let is_unusual = auc.is_some_and(|auc| auc > UNUSUAL_AUC);
    let carries = |(name, share): &&(&str, f64)| {
        let is_named = found.iter().any(|finding| finding.name == *name);
        *share >= CARRIES && !is_named && !allow.iter().any(|vouched| vouched == name)
    };
    let strongest = leant_on.first().filter(|_| is_unusual && found.iter().all(|f| f.evidence == BY_ITS_NAME));
    let mut against: Vec<(&str, Vec<&str>)> =
        strongest.filter(carries).map(|(name, _)| (STRONGEST, vec![*name])).into_iter().collect();
    for finding in found {
        let evidence = if finding.evidence == BY_ITS_NAME { "by its name" } else { plainest(&finding.evidence) };
        match against.iter_mut().find(|(known, _)| *known == evidence) {
            Some((_, names)) => names.push(&finding.name),
            None => against.push((evidence, vec![&finding.name])),
        }
    }
    let names: Vec<&str> = against.iter().flat_map(|(_, names)| names).copied().collect();
    if names.is_empty() {
        return None;
    }
    let unusual = if is_unusual { ", and ranks unusually well" } else { "" };
    let it = if names.len() == 1 { "it" } else { "them" };
    Some(format!(
        "{ASK_FIRST}could {} have been filled in after the deal was decided? The model leans on {it} ({}){unusual}. \
         If so, or in doubt, {} Till then the figures may be too good.",
        listed(&names),
        evidence_in_turn(&against),
        how_to_settle(names.iter().copied()),
    ))
}

/// What speaks against the columns, by their places in the question: `the first: …; the next 2: …`.
fn evidence_in_turn(against: &[(&str, Vec<&str>)]) -> String {
    if let [(evidence, names)] = against {
        return if names.len() == 1 { evidence.to_string() } else { format!("each: {evidence}") };
    }
    let told = against.iter().enumerate().map(|(i, (evidence, names))| match (i, names.len()) {
        (0, 1) => format!("the first: {evidence}"),
        (0, n) => format!("the first {n}: {evidence}"),
        (_, 1) => format!("the next: {evidence}"),
        (_, n) => format!("the next {n}: {evidence}"),
    });
    told.collect::<Vec<_>>().join("; ")
}

/// The piece of evidence that speaks of shares of deals, where there is one: everybody understands that. Without what it has
/// in brackets, so that columns of one kind are told together.
fn plainest(evidence: &str) -> &str {
    let mut pieces = evidence.split("; ");
    let first = pieces.clone().next().unwrap_or(evidence);
    let piece = pieces.find(|piece| piece.contains(" % ")).unwrap_or(first);
    piece.split(" (").next().unwrap_or(piece)
}

/// Whether such a note asks about the column `name`.
pub fn asks_about(note: &str, name: &str) -> bool {
    let question = note.split(" have been filled in ").next();
    question.is_some_and(|question| question.contains(&format!("`{name}`")))
}

/// The columns and kinds of activity that the model goes by, widest effect first, each with its share of what tells the
/// deals apart.
fn leant_on(predictor: &Predictor) -> Vec<(&str, f64)> {
    let mut variances: BTreeMap<&str, f64> = BTreeMap::new();
    for term in &predictor.terms {
        if let Source::Column(name)
        | Source::DaysFrom(name)
        | Source::Derived { column: name, .. }
        | Source::Activity { kind: name, .. } = &term.term.source
        {
            *variances.entry(name).or_default() += term.spread * term.spread;
        }
    }
    let all: f64 = variances.values().sum();
    let mut shares: Vec<(&str, f64)> = variances.into_iter().map(|(name, variance)| (name, variance / all)).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    shares
}

/// `a`, `b` or `c`.
fn listed(names: &[&str]) -> String {
    text::listed(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>(), "or")
}

/// How to leave columns out, with the piece to put in, in the words of all commands.
pub fn put_into_exclude<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("put `{}` into `exclude` of leadscore.toml", to_paste(names))
}

/// What settles a question about columns, for "If so, or in doubt, …".
pub(super) fn how_to_settle<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("{} and train again; if not, into `allow`.", put_into_exclude(names))
}

/// Names as a list of the project file takes them in: `"a", "b",`.
pub(super) fn to_paste<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let pieces: Vec<String> = names.map(|name| toml::Value::String(name.to_string()).to_string() + ",").collect();
    pieces.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_to_paste_is_toml() {
        let said = put_into_exclude(["Lead Source", "a \"b\""].into_iter());
        let piece = said.split('`').nth(1).unwrap();
        let table: toml::Table = toml::from_str(&format!("exclude = [{piece}]")).unwrap();
        assert_eq!(table["exclude"].as_array().unwrap()[1].as_str(), Some("a \"b\""));
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` or `c`");
    }

    #[test]
    fn evidence_is_told_once_by_the_places_of_its_columns() {
        let filled = || ("filled for 9 %", vec!["b", "c"]);
        assert_eq!(evidence_in_turn(&[("named so", vec!["a"])]), "named so");
        assert_eq!(evidence_in_turn(&[filled()]), "each: filled for 9 %");
        let both = [("named so", vec!["a"]), filled()];
        assert_eq!(evidence_in_turn(&both), "the first: named so; the next 2: filled for 9 %");
    }

    #[test]
    fn of_evidence_the_plainest_piece_is_told() {
        let ranks = "ranks the deals alone with AUC 0.78; the next best column 0.50";
        assert_eq!(plainest(ranks), "ranks the deals alone with AUC 0.78");
        let filled = "filled for 75 % of the won and 17 % of the lost deals";
        assert_eq!(plainest(&format!("{ranks}; {filled}")), filled);
    }
}

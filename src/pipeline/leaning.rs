//! Whether a model may be too good to be true, and which columns carry it: that is asked before any figure is shown.
//!
//! A strong column may be an honest one. So it is a question, which only a person can answer, and no verdict.

use super::leaks::{LeakFinding, LeakGrade, Subject};
use crate::features::Source;
use crate::predictor::Predictor;
use crate::text;
use std::collections::BTreeMap;

/// The model leans on the columns that tell the deals apart most, so many of them.
const LEANS_ON: usize = 5;
/// Of a model that ranks unusually well the strongest column is named, if it brings this share of what tells the deals apart.
const CARRIES: f64 = 0.1;
/// A model that ranks better than this ranks unusually well.
const UNUSUAL_AUC: f64 = 0.9;

/// How such a note begins, by which the edges know to put it first.
pub const ASK_FIRST: &str = "Ask first: ";

/// The note, where the model leans on a column that the leak screen has a question about, or ranks unusually well out of
/// fold. Named are the columns that have evidence against them; without any, only the strongest, for many columns are strong
/// and cannot know the outcome. `allow` names the columns of which somebody has said that they are honest.
pub(super) fn ask_first(
    findings: &[LeakFinding],
    predictor: &Predictor,
    auc: Option<f64>,
    allow: &[String],
) -> Option<String> {
    let leant_on = leant_on(predictor);
    let suspicious = findings.iter().filter(|f| f.grade == LeakGrade::Suspicious && f.subject == Subject::Column);
    let found: Vec<&LeakFinding> =
        suspicious.filter(|finding| leant_on.iter().take(LEANS_ON).any(|(name, _)| *name == finding.name)).collect();
    let unusual = auc.filter(|auc| *auc > UNUSUAL_AUC);
    let names: Vec<&str> = match (found.is_empty(), unusual) {
        (false, _) => found.iter().map(|finding| finding.name.as_str()).collect(),
        (true, Some(_)) => {
            let carries =
                |(name, share): &(&str, f64)| *share >= CARRIES && !allow.iter().any(|vouched| vouched == name);
            leant_on.into_iter().take(1).filter(carries).map(|(name, _)| name).collect()
        }
        (true, None) => Vec::new(),
    };
    if names.is_empty() {
        return None;
    }
    let evidence = found.first().map_or_else(String::new, |first| match found.len() {
        1 => format!(" ({})", plainest(&first.evidence)),
        _ => format!(" (the first: {})", plainest(&first.evidence)),
    });
    let unusual = if unusual.is_some() { ", and ranks unusually well" } else { "" };
    let it = if names.len() == 1 { "it" } else { "them" };
    Some(format!(
        "{ASK_FIRST}could {} have been filled in only after the deal was decided? The model leans on {it}{evidence}{unusual}. \
         If so, all figures are too good to be true: then, and in doubt, {} If not, the same in `allow` ends the question.",
        listed(&names),
        paste_into_exclude(names.iter().copied()),
    ))
}

/// The piece of evidence that speaks of shares of deals, where there is one: everybody understands that.
fn plainest(evidence: &str) -> &str {
    let mut pieces = evidence.split("; ");
    let first = pieces.clone().next().unwrap_or(evidence);
    pieces.find(|piece| piece.contains(" % ")).unwrap_or(first)
}

/// Whether such a note asks about the column `name`.
pub(super) fn asks_about(note: &str, name: &str) -> bool {
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

/// Names as a list of the project file takes them in: `"a", "b",`.
pub fn to_paste<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let pieces: Vec<String> = names.map(|name| toml::Value::String(name.to_string()).to_string() + ",").collect();
    pieces.join(" ")
}

/// How to leave columns out, with the piece to paste: the end of a sentence.
pub(super) fn how_to_leave_out<'n>(names: impl Iterator<Item = &'n str>, them: &str) -> String {
    format!("to leave {them} out, {}", paste_into_exclude(names))
}

fn paste_into_exclude<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("paste `{}` into `exclude = [ … ]` of leadscore.toml and train again.", to_paste(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_to_paste_is_toml() {
        let said = how_to_leave_out(["Lead Source", "a \"b\""].into_iter(), "them");
        let piece = said.split('`').nth(1).unwrap();
        let table: toml::Table = toml::from_str(&format!("exclude = [{piece}]")).unwrap();
        assert_eq!(table["exclude"].as_array().unwrap()[1].as_str(), Some("a \"b\""));
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` or `c`");
    }

    #[test]
    fn of_evidence_the_plainest_piece_is_told() {
        let ranks = "ranks the deals alone with AUC 0.78; the next best column 0.50";
        assert_eq!(plainest(ranks), "ranks the deals alone with AUC 0.78");
        let filled = "filled for 75 % of the won and 17 % of the lost deals";
        assert_eq!(plainest(&format!("{ranks}; {filled}")), filled);
    }
}

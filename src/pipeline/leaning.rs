//! Whether the model leans on columns that may know the outcome: then its figures are too good to be true, and that comes
//! before them.

use super::leaks::{LeakFinding, LeakGrade, Subject};
use crate::features::Source;
use crate::predictor::Predictor;
use std::collections::BTreeMap;

/// The model leans on the columns that tell the deals apart most, so many of them.
const LEANS_ON: usize = 5;

/// How such a note begins, by which the edges know to put it first.
pub const BEWARE: &str = "Beware: ";

/// The note, where the model leans on a suspicious column.
pub(super) fn beware(findings: &[LeakFinding], predictor: &Predictor) -> Option<String> {
    let mut spreads: BTreeMap<&str, f64> = BTreeMap::new();
    for term in &predictor.terms {
        if let Source::Column(name) | Source::DaysFrom(name) | Source::Derived { column: name, .. } = &term.term.source
        {
            *spreads.entry(name).or_default() += term.spread * term.spread;
        }
    }
    let mut columns: Vec<(&str, f64)> = spreads.into_iter().collect();
    columns.sort_by(|a, b| b.1.total_cmp(&a.1));
    columns.truncate(LEANS_ON);
    let is_leant_on = |finding: &&LeakFinding| columns.iter().any(|(name, _)| *name == finding.name);
    let suspicious = findings.iter().filter(|f| f.grade == LeakGrade::Suspicious && f.subject == Subject::Column);
    let leant_on: Vec<&LeakFinding> = suspicious.filter(is_leant_on).collect();
    let first = leant_on.first()?;
    let names: Vec<String> = leant_on.iter().map(|f| format!("`{}`", f.name)).collect();
    let (they, them) = if leant_on.len() == 1 { ("it", "it") } else { ("they", "them") };
    Some(format!(
        "{BEWARE}the model leans on {}, which may be known only once the deal is decided (`{}`: {}). If so, all these \
         figures are too good to be true, and {they} must go: {}",
        names.join(" and "),
        first.name,
        first.evidence,
        how_to_leave_out(leant_on.iter().map(|f| f.name.as_str()), them)
    ))
}

/// How to leave columns out, with the line to paste.
pub(super) fn how_to_leave_out<'n>(names: impl Iterator<Item = &'n str>, them: &str) -> String {
    let line: Vec<String> = names.map(|name| toml::Value::String(name.to_string()).to_string() + ",").collect();
    format!("to leave {them} out, put `{}` into `exclude = [ … ]` of leadscore.toml and train again.", line.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_paste_is_toml() {
        let said = how_to_leave_out(["Lead Source", "a \"b\""].into_iter(), "them");
        let line = said.split('`').nth(1).unwrap();
        let table: toml::Table = toml::from_str(&format!("exclude = [{line}]")).unwrap();
        assert_eq!(table["exclude"].as_array().unwrap()[1].as_str(), Some("a \"b\""));
    }
}

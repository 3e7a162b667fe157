//! What in a scorecard is wrong, or worth a look: findings as data.

mod on_data;
mod on_its_own;

use super::Scorecard;
use super::evaluate::Scored;
use crate::tables::LeadTable;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It must be mended: the scorecard does not do what it says.
    Mend,
    /// It deserves a look: it may be meant so.
    Look,
    /// It is good to know, and asks for nothing.
    Note,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Name of the rule it is about.
    pub rule: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What shows it; empty where the message says it all.
    pub evidence: String,
}

impl Finding {
    fn new(severity: Severity, rule: Option<&str>, message: impl Into<String>, evidence: impl Into<String>) -> Finding {
        Finding { severity, rule: rule.map(str::to_string), message: message.into(), evidence: evidence.into() }
    }
}

/// Checks a scorecard on its own and, as far as they are given, on the leads, on what it made of them, and on the
/// kinds of acts the log holds. What must be mended comes first.
pub fn check_scorecard(
    scorecard: &Scorecard,
    leads: Option<&LeadTable>,
    scored: Option<&Scored>,
    kinds_seen: Option<&[String]>,
) -> Vec<Finding> {
    let mut findings = on_its_own::findings(scorecard);
    if let Some(leads) = leads {
        findings.extend(on_data::column_findings(scorecard, leads));
    }
    if let Some(kinds) = kinds_seen {
        findings.extend(on_data::kind_findings(scorecard, kinds));
    }
    if let Some(scored) = scored {
        findings.extend(on_data::firing_findings(scorecard, scored));
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

//! What the model card says of the findings.

use super::{LeakFinding, LeakGrade};
use crate::pipeline::leaning::how_to_settle;

/// How notes begin about what is suspicious, how what to do about it, and how about what `allow` keeps.
const OF_THE_SUSPICIOUS: [&str; 3] = ["Kept, with a question: ", "If in doubt: ", "Kept because `allow` says so: "];

/// Whether a note of a model is about columns that are kept though they may know the outcome.
pub fn is_of_the_leak_screen(note: &str) -> bool {
    OF_THE_SUSPICIOUS.iter().any(|beginning| note.starts_with(beginning))
}

/// The column or kind that a note asks about: that of the first kind.
pub fn asks_about(note: &str) -> Option<&str> {
    note.strip_prefix(OF_THE_SUSPICIOUS[0])?.strip_prefix('`')?.split('`').next()
}

/// What the model card says of the findings: the leaks in one sentence, then each suspicious one with its question.
pub fn notes(findings: &[LeakFinding]) -> Vec<String> {
    /// Suspicious columns that get a sentence of their own.
    const NAMED: usize = 6;
    let names = |grade: LeakGrade, skip: usize| -> Vec<String> {
        findings.iter().filter(|f| f.grade == grade).skip(skip).map(|f| format!("`{}`", f.name)).collect()
    };
    let mut notes = Vec::new();
    let leaks = names(LeakGrade::Leak, 0);
    if !leaks.is_empty() {
        let (they, know, them) = if leaks.len() == 1 { ("it", "knows", "it") } else { ("they", "know", "them") };
        notes.push(format!(
            "Left out because {they} {know} the outcome: {} (`leadscore check` shows why; `allow` of leadscore.toml brings \
             {them} back).",
            leaks.join(", ")
        ));
    }
    let allowed = names(LeakGrade::Allowed, 0);
    if !allowed.is_empty() {
        notes.push(format!(
            "{}{} (`leadscore check` shows what speaks against it).",
            OF_THE_SUSPICIOUS[2],
            allowed.join(", ")
        ));
    }
    let suspicious = || findings.iter().filter(|f| f.grade == LeakGrade::Suspicious);
    notes.extend(suspicious().take(NAMED).map(|f| format!("{}{f}", OF_THE_SUSPICIOUS[0])));
    let more = names(LeakGrade::Suspicious, NAMED);
    if !more.is_empty() {
        notes.push(format!("{}the same of {}.", OF_THE_SUSPICIOUS[0], more.join(", ")));
    }
    let names: Vec<&str> = suspicious().filter(|f| f.can_be_excluded()).map(|f| f.name.as_str()).collect();
    if !names.is_empty() {
        notes.push(format!("{}{}", OF_THE_SUSPICIOUS[1], how_to_settle(names.into_iter(), &[])));
    }
    notes
}

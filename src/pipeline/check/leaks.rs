//! Columns that may know the outcome: what the leak screen found, and what the live model leans on.

use super::{Area, Finding, Grade, counted, listed};
use crate::features::plan::PlanSettings;
use crate::pipeline::deals::Deals;
use crate::pipeline::leaks::{DecidedBefore, LeakFinding, LeakGrade, OF_THE_WORK, Subject, rules_on};
use crate::pipeline::leaning::{how_to_settle, question, to_paste};
use crate::pipeline::model::Model;
use crate::scorecard::Scorecard;
use crate::text::{capital, uncapitalised};

/// The question about the column that carries the live model, in the words of `train`; what the deals speak against is
/// among the findings of the screen.
pub(super) fn of_the_strongest(
    deals: &Deals,
    live: &Model,
    plan: &PlanSettings,
    scorecard: Option<&Scorecard>,
) -> Option<Finding> {
    let auc = live.out_of_fold_auc.as_ref();
    let asked = question(deals, live.predictor.as_ref()?, auc, &plan.allow, scorecard)?.of_the_strongest()?;
    // The version may be older than the answer.
    let is_answered = asked.names().iter().any(|name| plan.exclude.iter().any(|excluded| excluded == name));
    let finding = Finding::new(Grade::Look, Area::Leaks, asked.asked(), "").naming(asked.names());
    (!is_answered).then(|| Finding { evidence: vec![asked.answer(), asked.why()], ..finding })
}

/// That deals were decided before they were looked at.
pub(super) fn of_the_decided(decided: &DecidedBefore) -> Finding {
    let grade = if decided.must_be_asked() { Grade::Mend } else { Grade::Note };
    Finding::new(grade, Area::Leaks, capital(&decided.told()), decided.answer())
}

/// What the screen found: one finding for all that raise the same question, a line of evidence each.
pub(super) fn of_the_screen(found: &[LeakFinding], scorecard: Option<&Scorecard>) -> Vec<Finding> {
    let mut findings: Vec<(LeakGrade, &str, Vec<&LeakFinding>)> = Vec::new();
    for leak in found {
        match findings
            .iter_mut()
            .find(|(grade, question, _)| (*grade, *question) == (leak.grade, leak.question.as_str()))
        {
            Some((_, _, alike)) => alike.push(leak),
            None => findings.push((leak.grade, &leak.question, vec![leak])),
        }
    }
    findings.into_iter().map(|(grade, question, alike)| of_one_question(grade, question, &alike, scorecard)).collect()
}

/// The rules that go by one of these columns or kinds, by name.
fn rules_of<'s>(alike: &[&LeakFinding], scorecard: Option<&'s Scorecard>) -> Vec<&'s str> {
    rules_on(scorecard, &alike.iter().map(|leak| (leak.subject, leak.name.as_str())).collect::<Vec<_>>())
}

/// What becomes of a leak: the model leaves it out, so that nothing must be mended; a rule may still go by it.
fn of_a_leak(names: &str, one: bool, rules: &[&str]) -> (Grade, String) {
    let them = if one { "it" } else { "them" };
    let allow = format!("If known before the deal was decided, put `{names}` into `allow` of leadscore.toml.");
    if rules.is_empty() {
        return (Grade::Note, format!("The model leaves {them} out. {allow}"));
    }
    let (noun, go, those) = if rules.len() == 1 { ("rule", "goes", "it") } else { ("rules", "go", "them") };
    let told = format!(
        "The model leaves {them} out, but {noun} {} {go} by {them}: take {those} out of scorecard.toml. {allow}",
        listed(rules)
    );
    (Grade::Look, told)
}

/// What is said of columns that raise the same question.
fn in_doubt(alike: &[&LeakFinding], one: bool) -> &'static str {
    match (alike.iter().any(|leak| leak.question == OF_THE_WORK), one) {
        (false, _) => "may know the outcome",
        (true, true) => "is missing far more often on open leads than on closed deals",
        (true, false) => "are missing far more often on open leads than on closed deals",
    }
}

/// The evidence about one column or kind as a sentence: `It is filled for 9 % …; by itself it ranks …`.
fn sentence(evidence: &str) -> String {
    let clause = |piece: &str| match piece.strip_prefix("by itself ") {
        Some(ranks) => format!("by itself it {ranks}"),
        None if piece.starts_with("filled ") => format!("it is {piece}"),
        None => format!("it {piece}"),
    };
    let clauses: Vec<String> = evidence.split("; ").map(clause).collect();
    format!("{}.", capital(&clauses.join("; ")))
}

fn of_one_question(grade: LeakGrade, question: &str, alike: &[&LeakFinding], scorecard: Option<&Scorecard>) -> Finding {
    let one = alike.len() == 1;
    let who = match (alike, alike.iter().all(|l| l.subject == Subject::Kind)) {
        ([only], _) => format!("`{}`", only.name),
        (_, true) => format!("{} of activity", counted(alike.len(), "kind")),
        _ => counted(alike.len(), "column"),
    };
    let mut evidence: Vec<String> = match alike {
        [only] => vec![sentence(&only.evidence)],
        _ => alike.iter().map(|l| format!("`{}`: {}", l.name, l.evidence)).collect(),
    };
    let question = if one { question.to_string() } else { format!("Of each: {}", uncapitalised(question)) };
    let (grade, sentence) = match grade {
        LeakGrade::Leak => {
            let names = to_paste(alike.iter().map(|l| l.name.as_str()));
            let (grade, told) = of_a_leak(&names, one, &rules_of(alike, scorecard));
            // First, so that a long list does not hide what to do.
            evidence.insert(0, told);
            (grade, format!("{who} {} the outcome. {question}", if one { "knows" } else { "know" }))
        }
        LeakGrade::Suspicious => {
            let names: Vec<&str> = alike.iter().filter(|l| l.can_be_excluded()).map(|l| l.name.as_str()).collect();
            if !names.is_empty() {
                let settles = how_to_settle(names.into_iter(), &rules_of(alike, scorecard));
                evidence.insert(0, format!("If so, or in doubt, {settles}"));
            }
            (Grade::Look, format!("{who} {}. {question}", in_doubt(alike, one)))
        }
        LeakGrade::Allowed => {
            let verbs = if one { "knows the outcome, and is" } else { "know the outcome, and are" };
            (Grade::Note, format!("{who} {verbs} kept because `allow` says so"))
        }
    };
    Finding { grade, area: Area::Leaks, sentence, evidence, names: alike.iter().map(|l| l.name.clone()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_about_one_column_is_a_sentence() {
        let ranks = "by itself ranks a won deal above a lost one 78 times in 100 (the next best column: 52)";
        let filled = "filled for 92 % of the won and 31 % of the lost deals";
        assert_eq!(
            sentence(&format!("{ranks}; {filled}")),
            "By itself it ranks a won deal above a lost one 78 times in 100 (the next best column: 52); it is filled for \
             92 % of the won and 31 % of the lost deals."
        );
        assert_eq!(sentence("tells of a contact, not of the lead"), "It tells of a contact, not of the lead.");
    }
}

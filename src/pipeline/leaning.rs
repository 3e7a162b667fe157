//! Whether a model may be too good to be true, and which columns and kinds of activity carry it: that is asked before any
//! figure is shown.
//!
//! A strong column may be an honest one. So it is a question, which only a person can answer, and no verdict.

mod worth;
mod written;

use super::deals::Deals;
use super::leaks::{BY_ITSELF, HAPPENED, LeakFinding, LeakGrade, OF_A_CONTACT, Subject, delete_rules, rules_on};
use super::start::{BY_ITS_NAME, OF_THE_DECIDING_CONTACT};
use super::train::TrainSettings;
use crate::fault::InputError;
use crate::features::Source;
use crate::metrics::Auc;
use crate::predictor::Predictor;
use crate::scorecard::Scorecard;
use crate::text;
use std::collections::BTreeMap;
use std::fmt;
use worth::Worth;
use written::Written;

/// The model leans on columns that bring this share of what tells the deals apart.
const LEAST_SHARE: f64 = 0.01;
/// Of a model that ranks unusually well the strongest column is named, if it brings this share of what tells the deals apart.
const CARRIES: f64 = 0.1;
/// A model that ranks better than this ranks unusually well.
const UNUSUAL_AUC: f64 = 0.9;

/// How such a note begins, by which the edges know to put it first.
pub const ASK_FIRST: &str = "Ask first: ";

/// What speaks against the strongest column of a model that ranks unusually well.
const STRONGEST: &str = "the strongest of all";
/// The same where acts, which are not asked about, tell more.
const STRONGEST_COLUMN: &str = "the strongest column";

/// How the answer to why it is asked begins.
const WHY: &str = "The model leans on ";

/// What is asked about the columns and kinds of activity that a model leans on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question<'a> {
    /// What speaks against columns and kinds, and which.
    against: Vec<(&'a str, Vec<&'a str>)>,
    /// The columns and kinds asked about.
    subjects: Vec<(Subject, &'a str)>,
    /// When the others may have been written.
    written: Written,
    /// Those of them that tell of a contact with the lead.
    contacts: Vec<&'a str>,
    /// The rules that give points by them.
    rules: Vec<&'a str>,
    /// Whether the model ranks unusually well.
    is_unusual: bool,
    /// How well it ranks without them, where that is known.
    worth: Option<Worth>,
}

/// The [`question`] in words, with how well the model ranks without what is asked about. `with`: how well one that was offered
/// all columns ranks the deals held out, where that is known.
///
/// # Errors
/// A model without it that cannot be fitted.
pub(super) fn asked(
    deals: &Deals,
    predictor: Option<&Predictor>,
    auc: Option<&Auc>,
    with: Option<Auc>,
    scorecard: Option<&Scorecard>,
    settings: &TrainSettings,
) -> Result<Option<String>, InputError> {
    let allow = &settings.deals.plan.allow;
    let question = predictor.and_then(|predictor| question(deals, predictor, auc, allow, scorecard));
    let Some(question) = question else { return Ok(None) };
    let worth = Worth::of(deals, &question.subjects, with, settings)?;
    Ok(Some(Question { worth, ..question }.to_string()))
}

/// The question, where the model leans on a column that the leak screen has a question about, or ranks unusually well out
/// of fold. Once one is asked about, all are that the model may read and that have evidence against them: who answers must
/// not be asked the next, be it one that says the same as the first and so was no term beside it. Where the deals give no
/// evidence, the strongest is asked about, too, but no other, for many columns are strong and cannot know the outcome; and
/// nobody is asked about another strongest who has excluded one. Where closes are known, no act after one is seen, so that
/// a kind is asked about only if its name or its time speaks against it. `allow` names the columns of which somebody has
/// said that they are honest. Of a model that ranks no better than chance nothing is asked: it has learned nothing of them.
pub(super) fn question<'a>(
    deals: &'a Deals,
    predictor: &'a Predictor,
    auc: Option<&Auc>,
    allow: &[String],
    scorecard: Option<&'a Scorecard>,
) -> Option<Question<'a>> {
    if auc.is_some_and(|auc| !auc.beats_chance()) {
        return None;
    }
    let leant_on = leant_on(predictor);
    let offers = |source: fn(&Source) -> Option<&str>, name: &str| {
        deals.attributes.iter().any(|attribute| source(&attribute.source) == Some(name))
    };
    let is_offered = |f: &LeakFinding| match f.subject {
        Subject::Column => offers(Source::column, &f.name),
        Subject::Kind => offers(Source::kind, &f.name),
        Subject::Age => false,
    };
    let closes_known = deals.snapshots.tell_closes();
    let is_in_question = |f: &LeakFinding| f.speaks_of_the_end || f.subject != Subject::Kind || !closes_known;
    let is_asked = |f: &&LeakFinding| f.grade == LeakGrade::Suspicious && is_offered(f) && is_in_question(f);
    let found: Vec<&LeakFinding> = deals.leaks.iter().filter(is_asked).collect();
    let is_unusual = auc.is_some_and(|auc| auc.value > UNUSUAL_AUC);
    let is_without_evidence = |name: &&str| found.iter().all(|f| f.evidence == BY_ITS_NAME && f.name != *name);
    let is_kind = |name: &str| offers(Source::kind, name) && !offers(Source::column, name);
    let strongest = strongest(&leant_on, |name| !closes_known || !is_kind(name), deals.is_answered, allow)
        .filter(|(_, name)| is_unusual && is_without_evidence(name));
    let is_leant_on = |f: &&LeakFinding| leans_on(predictor, auc, &f.name);
    if strongest.is_none() && !found.iter().any(is_leant_on) {
        return None;
    }
    let of_a_contact = found.iter().filter(|finding| finding.question == OF_A_CONTACT);
    let contacts = of_a_contact.map(|finding| finding.name.as_str()).collect();
    let has_kinds =
        found.iter().any(|f| f.subject == Subject::Kind) || strongest.is_some_and(|(_, name)| is_kind(name));
    let written = Written::of(&found, has_kinds, strongest.is_some());
    let against = against(strongest, found);
    let named = against.iter().flat_map(|(_, names)| names);
    let subject = |name: &str| if is_kind(name) { Subject::Kind } else { Subject::Column };
    let subjects: Vec<(Subject, &str)> = named.map(|name| (subject(name), *name)).collect();
    let rules = rules_on(scorecard, &subjects);
    Some(Question { against, subjects, written, contacts, rules, is_unusual, worth: None })
}

/// The column that carries the model and what speaks against it, unless somebody has excluded such a one (`is_answered`) or
/// allowed it.
fn strongest<'a>(
    leant_on: &[(&'a str, f64)],
    may_be_asked: impl Fn(&str) -> bool,
    is_answered: bool,
    allow: &[String],
) -> Option<(&'static str, &'a str)> {
    let carrying = leant_on.iter().filter(|(_, share)| *share >= CARRIES).map(|(name, _)| *name);
    let is_allowed = carrying.clone().any(|name| allow.iter().any(|allowed| allowed == name));
    let (place, name) = carrying.enumerate().find(|(_, name)| may_be_asked(name))?;
    let evidence = if place == 0 { STRONGEST } else { STRONGEST_COLUMN };
    (!is_answered && !is_allowed).then_some((evidence, name))
}

/// What speaks against the columns, each piece of evidence once.
fn against<'a>(strongest: Option<(&'a str, &'a str)>, found: Vec<&'a LeakFinding>) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut against: Vec<(&str, Vec<&str>)> =
        strongest.into_iter().map(|(evidence, name)| (evidence, vec![name])).collect();
    for finding in found {
        let evidence = match told(finding) {
            BY_ITS_NAME => "by its name",
            // How well each does is for who looks closer; told with its figure, each would be told alone.
            ranks if ranks.starts_with(BY_ITSELF) => "by itself ranks the deals unusually well",
            happened if happened.starts_with(HAPPENED) => "far more often on deals of one outcome",
            other => other,
        };
        match against.iter_mut().find(|(known, _)| *known == evidence) {
            Some((_, names)) => names.push(&finding.name),
            None => against.push((evidence, vec![&finding.name])),
        }
    }
    against
}

impl<'a> Question<'a> {
    /// The same about the strongest column alone, where that is asked about.
    pub(super) fn of_the_strongest(mut self) -> Option<Question<'a>> {
        self.against.retain(|(evidence, _)| [STRONGEST, STRONGEST_COLUMN].contains(evidence));
        self.written = self.written.of_the_strongest();
        (!self.against.is_empty()).then_some(self)
    }

    /// The columns asked about.
    pub(super) fn names(&self) -> Vec<&'a str> {
        self.against.iter().flat_map(|(_, names)| names).copied().collect()
    }

    /// Those that tell of a contact, and the others.
    fn by_question(&self) -> (Vec<&'a str>, Vec<&'a str>) {
        self.names().into_iter().partition(|name| self.contacts.contains(name))
    }

    /// The question itself, as the end of a sentence. What tells of a contact may well have been known before the deal was
    /// decided, and yet not before that contact.
    pub(super) fn asked(&self) -> String {
        let (contacts, others) = self.by_question();
        let filled =
            (!others.is_empty()).then(|| format!("could {} have been {}", listed(&others), self.written.in_question()));
        let told = (!contacts.is_empty()).then(|| {
            let verb = if contacts.len() == 1 { "does" } else { "do" };
            let deal = if filled.is_some() { "it" } else { "the deal" };
            format!("{verb} {} {OF_THE_DECIDING_CONTACT} {deal}", listed(&contacts))
        });
        format!("{}?", filled.into_iter().chain(told).collect::<Vec<_>>().join(", or "))
    }

    /// Why it is asked.
    pub(super) fn why(&self) -> String {
        let unusual = if self.is_unusual { ", and ranks unusually well" } else { "" };
        let it = self.it();
        format!("{WHY}{it} ({}){unusual}.", evidence_in_turn(&self.against))
    }

    /// What an answer costs, as a sentence behind others.
    fn worth(&self) -> String {
        self.worth.map_or_else(String::new, |worth| format!(" {}", worth.told(self.it())))
    }

    /// What the columns are called once they have been named.
    fn it(&self) -> &'static str {
        if self.names().len() == 1 { "it" } else { "them" }
    }

    /// What settles it.
    pub(super) fn answer(&self) -> String {
        let (contacts, others) = self.by_question();
        let settles = match (contacts.is_empty(), others.is_empty()) {
            // Two questions have two answers.
            (false, false) => format!(
                "put `{}` ({}) and `{}` (of that contact) into `exclude` of leadscore.toml{} and train again; what \
                 is neither, into `allow`.",
                to_paste(others.into_iter()),
                self.written.in_brief(),
                to_paste(contacts.into_iter()),
                delete_rules(&self.rules)
            ),
            _ => how_to_settle(self.names().into_iter(), &self.rules),
        };
        format!("If so, or in doubt, {settles} Either ends the questions; {}.", self.written.till_then())
    }
}

impl fmt::Display for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ASK_FIRST}{} {}{} {}", self.asked(), self.why(), self.worth(), self.answer())
    }
}

/// What speaks against the columns, by their places in the question: `the first: …; the next 2, each: …`.
fn evidence_in_turn(against: &[(&str, Vec<&str>)]) -> String {
    if let [(evidence, names)] = against {
        return if names.len() == 1 { evidence.to_string() } else { format!("each: {evidence}") };
    }
    let told = against.iter().enumerate().map(|(i, (evidence, names))| match (i, names.len()) {
        (0, 1) => format!("the first: {evidence}"),
        (0, n) => format!("the first {n}, each: {evidence}"),
        (_, 1) => format!("the next: {evidence}"),
        (_, n) => format!("the next {n}, each: {evidence}"),
    });
    told.collect::<Vec<_>>().join("; ")
}

/// What is told of a finding: of a kind its name, where that speaks against it; else the plainest piece of evidence.
fn told(finding: &LeakFinding) -> &str {
    match finding.subject {
        Subject::Kind if finding.speaks_of_the_end => finding.evidence.split("; ").next().unwrap_or_default(),
        _ => plainest(&finding.evidence),
    }
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
    let question = note.split(WHY).next();
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

/// Whether a model leans on a column or a kind of activity; one that ranks no better than chance leans on none.
pub fn leans_on(predictor: &Predictor, auc: Option<&Auc>, name: &str) -> bool {
    let has_learned = auc.is_none_or(Auc::beats_chance);
    has_learned && leant_on(predictor).iter().any(|(source, share)| *source == name && *share >= LEAST_SHARE)
}

/// `a`, `b` or `c`.
fn listed(names: &[&str]) -> String {
    text::listed(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>(), "or")
}

/// How to leave columns out, with the piece to put in, in the words of all commands.
pub fn put_into_exclude<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("put `{}` into `exclude` of leadscore.toml", to_paste(names))
}

/// What settles a question about columns and kinds, by which these rules go, for "If so, or in doubt, …".
pub(super) fn how_to_settle<'n>(names: impl Iterator<Item = &'n str>, rules: &[&str]) -> String {
    format!("{}{} and train again; if not, into `allow`.", put_into_exclude(names), delete_rules(rules))
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
        assert_eq!(evidence_in_turn(&both), "the first: named so; the next 2, each: filled for 9 %");
    }

    #[test]
    fn of_evidence_the_plainest_piece_is_told() {
        let ranks = "by itself ranks a won deal above a lost one 78 times in 100 (the next best column: 50)";
        assert_eq!(plainest(ranks), "by itself ranks a won deal above a lost one 78 times in 100");
        let filled = "filled for 75 % of the won and 17 % of the lost deals";
        assert_eq!(plainest(&format!("{ranks}; {filled}")), filled);
    }
}

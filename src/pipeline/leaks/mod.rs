//! The leak screen: columns and kinds of activity that may know the outcome.
//!
//! A column that was filled after a deal was decided ranks past deals brilliantly and open leads not at all. No test can
//! prove when a value was written, so there are two grades. A *leak* is left out of the model unless the project allows
//! it by name; something *suspicious* stays in, is named first, and comes with the question that only a person can
//! answer.

mod cohorts;
mod contacts;
mod dates;
mod decided;
mod filled;
mod kinds;
mod names;
mod notes;
mod open;
mod ranking;
mod rules;
mod worked;

pub(super) use contacts::QUESTION as OF_A_CONTACT;
use decided::Decided;
pub use decided::DecidedBefore;
pub(super) use decided::dates_after_creation;
pub(super) use filled::HAPPENED;
pub use kinds::{KindTimes, OpenWatch};
pub use notes::{asks_about, is_of_the_leak_screen, notes};
pub use open::OpenLeads;
pub(super) use open::open_rows;
pub(super) use ranking::BY_ITSELF;
pub use rules::rules_all_the_same;
pub(super) use rules::{delete_rules, rules_on};
pub(super) use worked::QUESTION as OF_THE_WORK;

use super::deals::{DealSettings, Deals};
use super::start::is_left_out_by_name;
use crate::features::{Attribute, Fate, KindMeasure, PlanLine, Source, Values};
use crate::snapshot::Mode;
use crate::tables::{Column, LeadTable, MISSING};
use crate::watch::{Stage, Steps, Watch};
use filled::{Shares, Sides};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Below so many deals of either outcome nothing can be said.
const FEWEST_OF_AN_OUTCOME: usize = 5;
/// What is seen on fewer deals than this is an anecdote.
pub(super) const FEWEST_DEALS: usize = 20;

/// Pieces of evidence told of one column, the strongest first.
const CHARGES_SHOWN: usize = 2;

/// How sure it is that a column knows the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LeakGrade {
    /// Left out of the model unless it is in `allow`.
    Leak,
    /// Kept, and named first.
    Suspicious,
    /// A leak that `allow` keeps: named, and not asked about.
    Allowed,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A column of the leads table.
    Column,
    /// A kind of activity.
    Kind,
    /// The age of the lead.
    Age,
}

/// A column or kind that may know the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeakFinding {
    /// The column or kind.
    pub name: String,
    /// Which of the two.
    pub subject: Subject,
    /// How sure it is.
    pub grade: LeakGrade,
    /// What the deals show: the end of a sentence that begins with the name.
    pub evidence: String,
    /// What a person must answer.
    pub question: String,
    /// Whether its name or when it happens speaks against it, and not only how much it goes with the outcome.
    pub speaks_of_the_end: bool,
}

impl LeakFinding {
    /// Whether the project file can keep it from the model by its name.
    pub(super) fn can_be_excluded(&self) -> bool {
        self.subject != Subject::Age
    }
}

impl fmt::Display for LeakFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}. {}", self.name, self.evidence, self.question)
    }
}

/// What decides the screen.
#[derive(Debug, Clone, Default)]
pub struct ScreenSettings {
    /// Columns and kinds that a person vouches for: a leak among them is kept and only named.
    pub allow: Vec<String>,
    /// Seed of the folds.
    pub seed: u64,
    /// Who is told how far it has come.
    pub watch: Watch,
}

impl ScreenSettings {
    /// The settings that go with those of the deals.
    pub fn of(settings: &DealSettings) -> ScreenSettings {
        let DealSettings { plan, snapshot, watch, .. } = settings;
        ScreenSettings { allow: plan.allow.clone(), seed: snapshot.seed, watch: watch.clone() }
    }
}

/// A column that the model does not read (a text, a date without an as-of): only whether it is filled is looked at.
#[derive(Debug, Clone)]
pub struct Unread {
    /// The column.
    pub name: String,
    /// `(n_deals,)` whether it has a value.
    pub filled: Vec<bool>,
}

impl Unread {
    /// Of the columns left out that the project does not exclude by name.
    pub(super) fn of(table: &LeadTable, rows: &[usize], left_out: &[PlanLine], exclude: &[String]) -> Vec<Unread> {
        let columns: Vec<&Column> =
            left_out.iter().filter(|l| !exclude.contains(&l.name)).filter_map(|l| table.column(&l.name)).collect();
        columns
            .into_par_iter()
            .with_max_len(1)
            .map(|column| {
                let filled = |&row: &usize| match (&column.date, &column.text, &column.number) {
                    (Some(dates), ..) => dates[row].is_some(),
                    (_, Some(text), _) => text.codes[row] != MISSING,
                    (.., Some(numbers)) => !numbers[row].is_nan(),
                    _ => false,
                };
                Unread { name: column.name.clone(), filled: rows.iter().map(filled).collect() }
            })
            .collect()
    }
}

/// Everything the screen knows of one column or kind.
struct Suspect<'d> {
    name: String,
    subject: Subject,
    attributes: Vec<&'d Attribute>,
    /// Whether the project file keeps it from the model: then nothing is to be found, but it is a measure for the others.
    is_excluded: bool,
    auc: Option<ranking::Ranking>,
    filled: Option<Shares>,
    leaks: Vec<Charge>,
    suspicions: Vec<Charge>,
}

/// What a piece of evidence rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// What it is called.
    Name,
    /// On how many deals of either outcome it is there.
    Shares,
    /// How well it ranks the deals.
    Ranking,
    /// When it was written, or what it holds.
    Values,
}

/// One piece of evidence and the question it raises.
struct Charge {
    ground: Ground,
    evidence: String,
    question: String,
}

impl Charge {
    fn new(ground: Ground, evidence: impl Into<String>, question: impl Into<String>) -> Charge {
        Charge { ground, evidence: evidence.into(), question: question.into() }
    }
}

/// What the screen says of the deals.
#[derive(Debug, Default)]
pub struct Screening {
    /// Leaks first, then what is suspicious, each by how well it ranks the deals alone.
    pub findings: Vec<LeakFinding>,
    /// Whether a person keeps a column from the model that could carry one.
    pub is_answered: bool,
    /// Deals that were decided before they were looked at, if there are any.
    pub decided_before: Option<DecidedBefore>,
}

/// Screens the deals' attributes.
///
/// What speaks against a column is a property of it beside all that the files hold: what the project file excludes is a
/// measure as before, so that nobody who excludes a column is asked about the next.
pub fn screen(deals: &Deals, settings: &ScreenSettings) -> Screening {
    let n_won = deals.n_won();
    if n_won.min(deals.n() - n_won) < FEWEST_OF_AN_OUTCOME {
        return Screening::default();
    }
    let mut suspects = suspects(deals);
    let sample = ranking::Sample::draw(deals, settings.seed);
    let stage = Stage::new("looking for columns that know the outcome", "column", suspects.len());
    let steps = Steps::of(settings.watch.begin(stage), suspects.len());
    let all = Sides::all(deals);
    suspects.par_iter_mut().with_max_len(1).for_each(|suspect| {
        suspect.auc = sample.rank_best(&suspect.attributes);
        suspect.filled = Shares::of(deals, &all, suspect);
        filled::judge(suspect, deals);
        kinds::judge(suspect, deals);
        dates::judge(suspect, deals);
        open::judge(suspect, deals);
        worked::judge(suspect, deals);
        steps.step();
    });
    ranking::judge(&mut suspects);
    // A column that only its header speaks against is a measure for the others.
    suspects.par_iter_mut().with_max_len(1).filter(|suspect| suspect.differs()).for_each(|suspect| {
        names::judge(suspect);
        contacts::judge(suspect);
    });
    let is_answered = suspects.iter().any(|suspect| suspect.is_answer(deals.snapshots.mode));
    let decided = Decided::of(deals, &suspects, &settings.allow);
    if let Some(decided) = &decided {
        let undecided = decided.undecided(deals, settings.seed);
        suspects.iter_mut().for_each(|suspect| undecided.reconsider(suspect));
    }
    let decided_before = decided.map(|decided| decided.told);
    let mut findings: Vec<(f64, LeakFinding)> = suspects
        .into_iter()
        .filter(|suspect| !suspect.is_excluded)
        .filter_map(|suspect| Some((suspect.auc.as_ref().map_or(0.0, |r| r.auc), suspect.finding(&settings.allow)?)))
        .collect();
    findings.sort_by(|(a, f), (b, g)| f.grade.cmp(&g.grade).then(b.total_cmp(a)).then(f.name.cmp(&g.name)));
    Screening { findings: findings.into_iter().map(|(_, finding)| finding).collect(), is_answered, decided_before }
}

/// The attributes by the column or kind they come from.
fn suspects(deals: &Deals) -> Vec<Suspect<'_>> {
    let mut suspects: Vec<Suspect<'_>> = Vec::new();
    let offered = deals.attributes.iter().map(|attribute| (attribute, false));
    for (attribute, is_excluded) in offered.chain(deals.excluded.iter().map(|attribute| (attribute, true))) {
        let (subject, name) = origin(&attribute.source);
        match suspects.iter_mut().find(|s| s.subject == subject && s.name == name) {
            Some(suspect) => suspect.attributes.push(attribute),
            None => suspects.push(Suspect { attributes: vec![attribute], is_excluded, ..Suspect::new(name, subject) }),
        }
    }
    suspects.extend(deals.unread.iter().map(|unread| Suspect::new(unread.name.clone(), Subject::Column)));
    suspects
}

/// What a term's values come from, and its name; a column and a kind may have the same.
pub(super) fn origin(source: &Source) -> (Subject, String) {
    match source {
        Source::Activity { kind, .. } => (Subject::Kind, kind.clone()),
        Source::Age => (Subject::Age, source.to_string()),
        Source::Column(name) | Source::DaysFrom(name) | Source::Derived { column: name, .. } => {
            (Subject::Column, name.clone())
        }
    }
}

impl<'d> Suspect<'d> {
    fn new(name: String, subject: Subject) -> Suspect<'d> {
        let (attributes, leaks, suspicions) = (Vec::new(), Vec::new(), Vec::new());
        Suspect { name, subject, attributes, is_excluded: false, auc: None, filled: None, leaks, suspicions }
    }

    /// The attribute that says whether there is a value at all: the column itself, or the count of the kind.
    fn plain(&self) -> Option<&'d Attribute> {
        self.attributes.iter().copied().find(|attribute| {
            matches!(
                attribute.source,
                Source::Column(_) | Source::DaysFrom(_) | Source::Activity { measure: KindMeasure::Count, .. }
            )
        })
    }

    /// Whether it is not the same on every deal, which tells nothing of any.
    fn differs(&self) -> bool {
        self.plain().is_none_or(|attribute| match &attribute.values {
            Values::Number(numbers) => numbers.iter().any(|number| number.to_bits() != numbers.get(0).to_bits()),
            Values::Text(column) => column.codes.iter().any(|code| *code != column.codes[0]),
        })
    }

    fn is_named(&self) -> bool {
        !self.leaks.is_empty() || !self.suspicions.is_empty()
    }

    /// Whether somebody has excluded what could carry a model, and so has gone through the columns: what the screen leaves
    /// out, and what `init` excludes by its header, tells of nobody.
    fn is_answer(&self, mode: Mode) -> bool {
        let could_carry = self.auc.is_some_and(|ranking| ranking.auc >= ranking::CARRIES_AUC);
        let is_init_s = self.subject == Subject::Column && is_left_out_by_name(&self.name, mode != Mode::None);
        self.is_excluded && could_carry && self.leaks.is_empty() && !is_init_s
    }

    fn finding(self, allow: &[String]) -> Option<LeakFinding> {
        let allowed = allow.contains(&self.name);
        let grade = match (self.leaks.is_empty(), allowed) {
            (false, false) => LeakGrade::Leak,
            (false, true) => LeakGrade::Allowed,
            // Whoever allowed the column has answered the question.
            (true, false) if !self.suspicions.is_empty() => LeakGrade::Suspicious,
            _ => return None,
        };
        let speaks_of_the_end =
            self.leaks.iter().chain(&self.suspicions).any(|c| matches!(c.ground, Ground::Name | Ground::Values));
        let charges: Vec<&Charge> = self.leaks.iter().chain(&self.suspicions).take(CHARGES_SHOWN).collect();
        let evidence: Vec<&str> = charges.iter().map(|c| c.evidence.as_str()).collect();
        let question = charges.first().map_or_else(String::new, |c| c.question.clone());
        let (name, subject, evidence) = (self.name, self.subject, evidence.join("; "));
        Some(LeakFinding { name, subject, grade, evidence, question, speaks_of_the_end })
    }
}

/// Screens the deals, which then hold what was found.
pub fn look(deals: &mut Deals, settings: &ScreenSettings) {
    hold(deals, screen(deals, settings));
}

fn hold(deals: &mut Deals, screening: Screening) {
    let Screening { findings, is_answered, decided_before } = screening;
    (deals.leaks, deals.is_answered, deals.decided_before) = (findings, is_answered, decided_before);
    deals.excluded = Vec::new();
}

/// Screens the deals and takes the leaks out of their attributes; each gets a line of the column plan.
pub fn leave_out(deals: &mut Deals, settings: &ScreenSettings) {
    leave_out_found(deals, screen(deals, settings));
}

/// The same of what was found by [`screen`].
pub fn leave_out_found(deals: &mut Deals, screening: Screening) {
    hold(deals, screening);
    for leak in deals.leaks.iter().filter(|f| f.grade == LeakGrade::Leak) {
        deals.attributes.retain(|a| origin(&a.source) != (leak.subject, leak.name.clone()));
        deals.left_out.retain(|line| line.name != leak.name);
        deals.left_out.push(PlanLine {
            name: leak.name.clone(),
            fate: Fate::LeftOut(format!("it knows the outcome: {} (`allow` brings it back)", leak.evidence)),
        });
    }
}

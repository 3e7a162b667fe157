//! Check: what in the data, the scorecard and the columns is wrong or suspicious, each with its evidence.
//!
//! Nothing here stops at the first fault. Every part looks as far as its input allows; what could not be looked at is
//! said, with the reason.

mod columns;
mod leaks;
mod log;
mod outcomes;
mod rows;
mod scored;
mod sensitive;
mod times;

pub use columns::ColumnLook;
pub use outcomes::Month;

use super::deals::{DealInputs, DealSettings, Deals, gather};
use super::leaks::{ScreenSettings, look};
use super::model::Model;
use super::score::AsOf;
use crate::fault::InputError;
use crate::scorecard::{Scorecard, Severity};
use crate::snapshot::LeftOut;
use crate::tables::{ActivityBatches, LeadTable};
use crate::text::{by_number, counted, thousands};
use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// It must be mended.
    Mend,
    /// It deserves a look; it may be meant so.
    Look,
    /// It is good to know, and asks for nothing.
    Note,
}

/// What a finding is about, the important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// The files as files.
    Files,
    /// Columns that know the outcome.
    Leaks,
    /// The hand-set points.
    Scorecard,
    /// Won and lost.
    Outcomes,
    /// The activity log.
    Activities,
    /// Times of leads and deals.
    Times,
    /// Columns of the leads table.
    Columns,
    /// Rows of the leads table.
    Rows,
    /// Columns that should not decide about people.
    Sensitive,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub grade: Grade,
    /// What it is about.
    pub area: Area,
    /// What is wrong, in a sentence.
    pub sentence: String,
    /// What shows it, and what to do, a sentence a line; empty where the sentence says it all.
    pub evidence: Vec<String>,
    /// The columns, kinds or rules it names, all of them.
    pub names: Vec<String>,
}

impl Finding {
    /// A finding that names nothing in particular.
    pub fn new(grade: Grade, area: Area, sentence: impl Into<String>, evidence: impl Into<String>) -> Finding {
        let evidence = Some(evidence.into()).filter(|text| !text.is_empty());
        let evidence = evidence.into_iter().collect();
        Finding { grade, area, sentence: sentence.into(), evidence, names: Vec::new() }
    }

    /// The same, naming columns, kinds or rules.
    #[must_use]
    pub fn naming<S: ToString>(mut self, names: impl IntoIterator<Item = S>) -> Finding {
        self.names = names.into_iter().map(|name| name.to_string()).collect();
        self
    }
}

/// Something that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotChecked {
    /// What.
    pub what: String,
    /// Why not.
    pub why: String,
}

/// Everything found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Leads.
    pub leads: usize,
    /// Among them won, lost and open as a training counts them, or as the file has them where none can; `None` without an
    /// outcome.
    pub outcomes: Option<[usize; 3]>,
    /// Closed ones that a training leaves out, by reason.
    pub left_out: Vec<(LeftOut, usize)>,
    /// Wins that a training counts as lost, for they came later than `lost_after`.
    pub late_wins: usize,
    /// What became of all wins of the files, where `lost_after` decides.
    pub wins: Option<String>,
    /// Columns of the leads table.
    pub columns: usize,
    /// Rows of the activity log that belong to a lead; `None` without a log.
    pub activities: Option<u64>,
    /// What was found: what must be mended first, then by area.
    pub findings: Vec<Finding>,
    /// What could not be checked, and why.
    pub not_checked: Vec<NotChecked>,
    /// Won and lost by month of creation (of close, where creation is not known).
    pub months: Vec<Month>,
}

impl Report {
    /// How many findings are of this grade.
    pub fn count(&self, grade: Grade) -> usize {
        self.findings.iter().filter(|f| f.grade == grade).count()
    }
}

/// What is checked.
pub struct CheckInputs<'a, 'l> {
    /// The leads.
    pub table: &'a LeadTable,
    /// How many columns it was read from.
    pub n_columns: usize,
    /// What reading found about each column that has no role.
    pub columns: &'a [ColumnLook],
    /// The activity log, when there is one; it is read several times.
    pub log: Option<&'l mut dyn ActivityBatches>,
    /// The hand-set points.
    pub scorecard: Option<&'a Scorecard>,
    /// The live version, when there is one: what carries it is asked about.
    pub live: Option<&'a Model>,
    /// The outcomes, as written, of open leads with a closing time; none of those that have none.
    pub open_words: &'a [String],
}

/// What decides the check.
#[derive(Debug, Clone)]
pub struct CheckSettings {
    /// How the deals are gathered.
    pub deals: DealSettings,
    /// When the scorecard looks at the leads; `None`: deals at their moment, the others at the end of the data.
    pub as_of: Option<AsOf>,
}

/// Findings on their way into the report.
#[derive(Default)]
struct Notebook {
    findings: Vec<Finding>,
    not_checked: Vec<NotChecked>,
}

impl Notebook {
    fn skip(&mut self, what: &str, why: impl Into<String>) {
        self.not_checked.push(NotChecked { what: what.to_string(), why: why.into() });
    }
}

/// Checks data and scorecard.
///
/// # Errors
/// A log that cannot be read; an as-of column that is not there. What is wrong inside the data is a finding.
pub fn check(inputs: CheckInputs<'_, '_>, settings: &CheckSettings) -> Result<Report, InputError> {
    let CheckInputs { table, n_columns, columns, mut log, scorecard, live, open_words } = inputs;
    let mut notes = Notebook::default();
    columns::look(columns, table, &mut notes);
    rows::look(table, columns, &mut notes);
    let lost_after = settings.deals.snapshot.lost_after.is_some();
    times::look(table, lost_after, open_words, &mut notes);
    let months = outcomes::look(table, lost_after, &mut notes);
    let facts = match again(&mut log) {
        Some(log) => Some(log::look(log, table, settings.deals.since, &mut notes)?),
        None => {
            notes.skip("activities", "there is no activity log");
            None
        }
    };
    let mut gathered = deals(table, again(&mut log), &settings.deals, &mut notes);
    if let Some(deals) = &mut gathered {
        look(deals, &ScreenSettings::of(&settings.deals));
        let strongest = live.and_then(|live| leaks::of_the_strongest(deals, live, &settings.deals.plan, scorecard));
        notes.findings.extend(strongest);
        notes.findings.extend(deals.decided_before.iter().map(leaks::of_the_decided));
        notes.findings.extend(leaks::of_the_screen(&deals.leaks, scorecard));
    }
    match scorecard {
        Some(card) => {
            let moments = scored::moments(table, gathered.as_ref(), facts.as_ref(), settings.as_of)?;
            let on = scored::On { table, as_of: moments, facts: facts.as_ref(), settings: &settings.deals };
            scored::look(card, &on, again(&mut log), &mut notes)?;
        }
        None => notes.skip("scorecard", "there is none"),
    }
    sensitive::look(columns, scorecard, &settings.deals.plan.exclude, &mut notes);
    notes.findings.sort_by_key(|f| (f.grade, f.area));
    let snapshots = gathered.as_ref().map(|deals| &deals.snapshots);
    Ok(Report {
        leads: table.n_leads(),
        outcomes: outcomes::counts(table, snapshots),
        left_out: snapshots.map(|s| s.left_out_closed().collect()).unwrap_or_default(),
        late_wins: snapshots.map_or(0, |s| s.late_wins),
        wins: snapshots.and_then(|s| s.wins_in_words()),
        columns: n_columns,
        activities: facts.as_ref().map(|f| f.rows),
        findings: notes.findings,
        not_checked: notes.not_checked,
        months,
    })
}

/// The log, to be read once more.
fn again<'r>(log: &'r mut Option<&mut dyn ActivityBatches>) -> Option<&'r mut dyn ActivityBatches> {
    match log {
        Some(log) => Some(&mut **log),
        None => None,
    }
}

/// The closed deals at their moments, for the leak screen.
fn deals(
    table: &LeadTable,
    mut log: Option<&mut dyn ActivityBatches>,
    settings: &DealSettings,
    notes: &mut Notebook,
) -> Option<Deals> {
    const WHAT: &str = "leaks (columns that know the outcome)";
    if table.outcome.is_none() && settings.snapshot.lost_after.is_none() {
        notes.skip(WHAT, "the project names no outcome");
        return None;
    }
    let without_log = || gather(DealInputs { table, log: None, scorecard: None }, settings);
    let gathered = match again(&mut log) {
        None => without_log(),
        Some(log) => gather(DealInputs { table, log: Some(log), scorecard: None }, settings).or_else(|error| {
            notes.skip("kinds of activity that know the outcome", error.what);
            without_log()
        }),
    };
    match gathered {
        Err(error) => {
            notes.skip(WHAT, error.what);
            None
        }
        Ok(deals) if deals.n() == 0 => {
            notes.skip(WHAT, "no deal is closed");
            None
        }
        Ok(deals) => Some(deals),
    }
}

/// The grade of a scorecard's finding.
fn grade_of(severity: Severity) -> Grade {
    match severity {
        Severity::Mend => Grade::Mend,
        Severity::Look => Grade::Look,
        Severity::Note => Grade::Note,
    }
}

/// Names in backquotes, the first few, and how many more.
fn listed<S: AsRef<str>>(names: &[S]) -> String {
    first_few(&names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>())
}

/// The first few, and how many more.
fn first_few(texts: &[String]) -> String {
    /// Texts shown in a sentence.
    const SHOWN: usize = 5;
    let shown = &texts[..texts.len().min(SHOWN)];
    match texts.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

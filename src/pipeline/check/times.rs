//! Times that cannot be.

use super::{Area, Finding, Grade, Notebook, by_number, counted, listed};
use crate::asof::{Instant, MICROS_PER_DAY};
use crate::pipeline::late_closes::LateCloses;
use crate::pipeline::start::means_open;
use crate::tables::{LeadTable, Outcome};
use crate::text::thousands;
use crate::values::format_instant;

/// 1901-01-01; dates of 1900 and before are how software spells "none".
const EARLIEST: Instant = Instant(-25_202 * MICROS_PER_DAY);
/// 1990-01-01; no lead of today was created before.
const EARLIEST_LEAD: Instant = Instant(7_305 * MICROS_PER_DAY);
/// 2100-01-01.
const LATEST: Instant = Instant(47_482 * MICROS_PER_DAY);
/// More than this share of the deals closed before they were created is a wrong column, not a slip.
const TOO_MANY: f64 = 0.01;
/// A time on so large a share of the open leads …
const NEARLY_ALL: f64 = 0.95;
/// … of so many is no slip.
const FEWEST_OPEN: usize = 20;

pub(super) fn look(table: &LeadTable, lost_after: bool, open_words: &[String], notes: &mut Notebook) {
    if table.created_at.is_none() && table.closed_at.is_none() && table.as_of.is_none() {
        notes.skip("times, and win rate by month", "the project names none (created_at, closed_at, as_of)");
    }
    let roles = [("created_at", &table.created_at), ("closed_at", &table.closed_at), ("as_of", &table.as_of)];
    for (role, times) in roles {
        if let Some(times) = times {
            notes.findings.extend(impossible(table, role, times, EARLIEST_LEAD, Grade::Mend));
        }
    }
    for column in &table.columns {
        if let Some(dates) = &column.date {
            notes.findings.extend(impossible(table, &column.name, dates, EARLIEST, Grade::Look));
        }
    }
    notes.findings.extend(lacking(table, lost_after));
    notes.findings.extend(open_with_a_time(table, open_words));
    notes.findings.extend(reversed(table));
    let late = LateCloses::of(table);
    notes.findings.extend(late.map(|late| Finding::new(Grade::Look, Area::Times, late.told(), late.what_to_do())));
}

fn impossible(
    table: &LeadTable,
    name: &str,
    times: &[Option<Instant>],
    earliest: Instant,
    grade: Grade,
) -> Option<Finding> {
    let wrong = |at: &Option<Instant>| at.is_some_and(|at| at < earliest || at >= LATEST);
    let first = times.iter().position(wrong)?;
    let n = times.iter().filter(|at| wrong(at)).count();
    let sentence = format!("`{name}` is impossible on {}", counted(n, "lead"));
    let evidence =
        format!("The first: {} ({})", times[first].map_or_else(String::new, format_instant), table.place(first));
    Some(Finding::new(grade, Area::Times, sentence, evidence).naming([name]))
}

/// Leads without the times that their place among the deals asks for. With `lost_after` a loss needs no closing time.
fn lacking(table: &LeadTable, lost_after: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(created) = &table.created_at {
        let without = || (0..created.len()).filter(|&row| created[row].is_none());
        let n = without().count();
        if n > 0 {
            let is_closed = |row: &usize| table.outcome.as_ref().is_some_and(|all| all[*row] != Outcome::Open);
            let sentence = format!("{} {} no creation time", counted(n, "lead"), by_number(n, "has", "have"));
            found.push(match without().filter(is_closed).count() {
                0 => {
                    let evidence = by_number(n, "It is not closed.", "None of them is closed.");
                    Finding::new(Grade::Note, Area::Times, sentence, evidence)
                }
                closed => {
                    let evidence = match n {
                        1 => "It is closed, and cannot train the model.".to_string(),
                        _ => format!("{} among them cannot train the model.", counted(closed, "closed one")),
                    };
                    Finding::new(Grade::Look, Area::Times, sentence, evidence)
                }
            });
        }
    }
    if let (Some(closed), Some(outcome)) = (&table.closed_at, &table.outcome) {
        let needs_one = |outcome| outcome == Outcome::Won || outcome == Outcome::Lost && !lost_after;
        let without = |row: &usize| closed[*row].is_none() && needs_one(outcome[*row]);
        let n = (0..table.n_leads()).filter(without).count();
        if n > 0 {
            let they = by_number(n, "It", "They");
            let unless = format!(", unless `lost_after` says when {} lost", by_number(n, "it is", "they are"));
            let (which, unless) = if lost_after { ("won", "") } else { ("won or lost", unless.as_str()) };
            let evidence = format!("{they} cannot train the model{unless}.");
            let sentence = format!("{} {which} {} no closing time", counted(n, "lead"), by_number(n, "has", "have"));
            found.push(Finding::new(Grade::Look, Area::Times, sentence, evidence));
        }
    }
    found
}

/// Open leads with a closing time: some may be decided by a word that nobody listed; if all have one, and no word that
/// may decide them, it is the time of something else on every open lead.
fn open_with_a_time(table: &LeadTable, open_words: &[String]) -> Option<Finding> {
    let (closed, outcome) = (table.closed_at.as_ref()?, table.outcome.as_ref()?);
    let open = || outcome.iter().zip(closed).filter(|(outcome, _)| **outcome == Outcome::Open);
    let (n, n_open) = (open().filter(|(_, closed)| closed.is_some()).count(), open().count());
    let in_doubt: Vec<&String> = open_words.iter().filter(|word| !means_open(word)).collect();
    let (grade, sentence, evidence) = match () {
        () if n == 0 => return None,
        () if in_doubt.is_empty() && n >= FEWEST_OPEN && n as f64 >= NEARLY_ALL * n_open as f64 => (
            Grade::Note,
            format!("The closing time of {} of {} closes none of them", thousands(n), counted(n_open, "open lead")),
            "While the outcome is open it is the time of the last event so far, or a planned one: nothing to do."
                .to_string(),
        ),
        () => (
            Grade::Look,
            format!(
                "{} {} neither won nor lost",
                counted(n, "lead"),
                by_number(n, "has a closing time, but is", "have a closing time, but are")
            ),
            what_they_lack(&in_doubt),
        ),
    };
    Some(Finding::new(grade, Area::Times, sentence, evidence))
}

fn what_they_lack(in_doubt: &[&String]) -> String {
    let missing = match in_doubt {
        [] => "Are words missing from `won` or `lost`".to_string(),
        [word] => format!("Is `{word}` missing from `won` or `lost`"),
        words => format!("Are any of {} missing from `won` or `lost`", listed(words)),
    };
    format!("{missing}, or is it the time of the last event, or a planned one?")
}

fn reversed(table: &LeadTable) -> Option<Finding> {
    let (created, closed) = (table.created_at.as_ref()?, table.closed_at.as_ref()?);
    let both = (0..table.n_leads()).filter(|&r| created[r].is_some() && closed[r].is_some());
    let n_both = both.clone().count();
    let wrong: Vec<usize> = both.filter(|&r| closed[r] <= created[r]).collect();
    let ids: Vec<&str> = wrong.iter().take(3).map(|&r| &table.ids[r]).collect();
    (!wrong.is_empty()).then(|| {
        let grade = if wrong.len() as f64 > TOO_MANY * n_both as f64 { Grade::Mend } else { Grade::Look };
        let n = wrong.len();
        let sentence = format!("{} closed at or before {} creation", counted(n, "lead"), by_number(n, "its", "their"));
        let evidence = match &ids[..] {
            [only] => format!("`{only}` cannot train the model."),
            _ => format!("Such as {}; they cannot train the model.", listed(&ids)),
        };
        Finding::new(grade, Area::Times, sentence, evidence)
    })
}

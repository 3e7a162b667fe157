//! Open leads beside the closed deals: what only closed deals have came with the close.

use super::cohorts::Cohorts;
use super::filled::{QUESTION, QUESTION_FOR_KINDS, outcome_word};
use super::{Charge, FEWEST_DEALS, Ground, Subject, Suspect, contacts};
use crate::features::plan::read;
use crate::features::{Attribute, Source, Values};
use crate::pipeline::deals::Deals;
use crate::snapshot::Snapshots;
use crate::tables::{LeadTable, MISSING, Outcome, TextColumn};
use crate::text::{fold, thousands};
use std::collections::HashSet;

/// Fewer open leads than this are no measure.
pub(super) const FEWEST_OPEN: usize = 100;
/// So many open leads must be expected to have a value, by its share among the deals, before their having none means
/// anything: e^−4.6 is one in a hundred.
const EXPECTED: f64 = 4.6;
/// A value that so large a share of its deals' outcome goes with decides it.
const DECIDES: f64 = 0.95;
/// Values found on closed deals alone that together cover this share of them were written at the close.
const MOST_DEALS: f64 = 0.5;
/// Open leads whose date lies ahead: so large a share makes it a plan.
const AHEAD: f64 = 0.1;

/// The leads that are not decided yet.
#[derive(Debug, Clone)]
pub struct OpenLeads {
    /// Rows of the leads table.
    pub rows: Vec<usize>,
    /// Their values under each attribute that comes from a column, looked at when the training data end.
    attributes: Vec<Attribute>,
    /// Which deals and open leads came into being at about the same time, so that a change of times does not set them apart.
    pub(super) cohorts: Cohorts,
}

/// Rows of the leads that are open at the end of the training data.
pub(in crate::pipeline) fn open_rows(table: &LeadTable, snapshots: &Snapshots) -> Vec<usize> {
    let Some(outcomes) = &table.outcome else { return Vec::new() };
    let mut is_deal = vec![false; table.n_leads()];
    snapshots.rows.iter().for_each(|&row| is_deal[row] = true);
    let closed_later = |row: usize| {
        let closed = table.closed_at.as_ref().and_then(|times| times[row]);
        closed.zip(snapshots.until).is_some_and(|(closed, until)| closed >= until)
    };
    (0..table.n_leads()).filter(|&r| !is_deal[r] && (outcomes[r] == Outcome::Open || closed_later(r))).collect()
}

impl OpenLeads {
    /// Reads the open leads' columns; `None` when there are too few to compare with, or none as old as the deals.
    pub(in crate::pipeline) fn read<'d>(
        table: &LeadTable,
        snapshots: &Snapshots,
        rows: Vec<usize>,
        deals: impl Iterator<Item = &'d Attribute>,
    ) -> Option<OpenLeads> {
        if rows.len() < FEWEST_OPEN {
            return None;
        }
        let cohorts = Cohorts::of(table, snapshots, &rows);
        let newest = snapshots.as_of.as_ref().and_then(|times| times.iter().max().copied());
        let end = snapshots.until.or(newest).map(|end| vec![end; table.n_leads()]);
        let columns = deals.filter(|a| a.source.column().is_some());
        let attributes = columns.filter_map(|a| read(&a.source, table, &rows, end.as_deref(), &[])).collect();
        let open = OpenLeads { rows, attributes, cohorts };
        (open.n_peers() >= FEWEST_DEALS).then_some(open)
    }

    /// Their values under the attribute of this source.
    pub(super) fn values(&self, source: &Source) -> Option<&Values> {
        self.attributes.iter().find(|a| a.source == *source).map(|a| &a.values)
    }

    /// Whether a deal is as young as the open leads.
    fn is_peer(&self, deal: usize) -> bool {
        self.cohorts.of_deals[deal].is_some()
    }

    fn n_peers(&self) -> usize {
        self.cohorts.of_deals.iter().flatten().count()
    }

    /// Whether some open lead should show what these deals show, were it not for the close.
    fn should_show(&self, seen: ClosedOnly) -> bool {
        let expected = seen.n() as f64 / self.n_peers() as f64 * self.rows.len() as f64;
        seen.n() >= FEWEST_DEALS && expected >= EXPECTED
    }

    /// Whether the date of this column lies ahead for a good part of the open leads.
    pub(super) fn plans(&self, column: &str) -> bool {
        let Some(Values::Number(days_before)) = self.values(&Source::DaysFrom(column.to_string())) else {
            return false;
        };
        let filled = days_before.iter().filter(|days| !days.is_nan()).count();
        let ahead = days_before.iter().filter(|days| *days < 0.0).count();
        filled > 0 && ahead as f64 >= AHEAD * filled as f64
    }
}

/// Won and lost deals that show something which no open lead shows.
#[derive(Default, Clone, Copy)]
struct ClosedOnly {
    won: usize,
    lost: usize,
}

impl ClosedOnly {
    fn n(self) -> usize {
        self.won + self.lost
    }

    fn add(&mut self, won: f64) {
        if won > 0.5 { self.won += 1 } else { self.lost += 1 }
    }

    fn side(self) -> Option<usize> {
        let n = self.n() as f64;
        if self.won as f64 >= DECIDES * n {
            Some(0)
        } else if self.lost as f64 >= DECIDES * n {
            Some(1)
        } else {
            None
        }
    }
}

/// Judges the values of a column, or a kind, that deals show and open leads do not.
pub(super) fn judge(suspect: &mut Suspect<'_>, deals: &Deals) {
    let Some(open) = &deals.open else { return };
    let Some(attribute) = suspect.plain() else { return };
    match (&attribute.values, suspect.subject) {
        (Values::Number(counts), Subject::Kind) => {
            let kind = fold(&suspect.name);
            if deals.kinds.iter().all(|k| fold(&k.kind) != kind || k.open_leads == 0) {
                let seen = closed_only(deals, open, |row| counts.get(row) > 0.0);
                charge_all(suspect, open, seen, "has happened", QUESTION_FOR_KINDS);
            }
        }
        (Values::Number(numbers), Subject::Column) => {
            let theirs = open.values(&attribute.source);
            if matches!(theirs, Some(Values::Number(theirs)) if theirs.iter().all(|value| value.is_nan())) {
                let seen = closed_only(deals, open, |row| !numbers.get(row).is_nan());
                charge_all(suspect, open, seen, "filled", QUESTION);
            }
        }
        (Values::Text(column), Subject::Column) => {
            let Some(Values::Text(theirs)) = open.values(&attribute.source) else { return };
            // Leads that are open now were met at another time of the year than those of long ago.
            let is_of_the_season = contacts::tells_of_a_contact_alone(suspect) && overlap(column, theirs);
            if !is_of_the_season {
                charge_values(suspect, closed_levels(deals, open, column, theirs), open);
            }
        }
        _ => {}
    }
}

/// Whether some open lead shows what some deal does.
fn overlap(column: &TextColumn, theirs: &TextColumn) -> bool {
    let seen: HashSet<u32> = column.codes.iter().copied().filter(|code| *code != MISSING).collect();
    seen.into_iter().any(|code| theirs.levels.contains(&column.levels[code as usize]))
}

/// The levels that a surprising number of deals has and no open lead, with the deals of each.
fn closed_levels<'c>(
    deals: &Deals,
    open: &OpenLeads,
    column: &'c TextColumn,
    theirs: &TextColumn,
) -> Vec<(&'c str, ClosedOnly)> {
    // The levels of the open leads are only those that occur among them.
    let known: HashSet<&str> = theirs.levels.iter().map(String::as_str).collect();
    let mut by_level = vec![ClosedOnly::default(); column.levels.len()];
    for (row, &code) in column.codes.iter().enumerate() {
        if code != MISSING && open.is_peer(row) {
            by_level[code as usize].add(deals.snapshots.won[row]);
        }
    }
    let levels = column.levels.iter().map(String::as_str).zip(by_level);
    levels.filter(|(level, seen)| !known.contains(level) && open.should_show(*seen)).collect()
}

/// A leak that all deals of `seen` show.
fn charge_all(suspect: &mut Suspect<'_>, open: &OpenLeads, seen: ClosedOnly, verb: &str, question: &str) {
    if open.should_show(seen) {
        let evidence = format!(
            "{verb} on {} closed deals of the same age and on none of {} open leads",
            thousands(seen.n()),
            thousands(open.rows.len())
        );
        suspect.leaks.push(Charge::new(Ground::Values, evidence, question));
    }
}

fn closed_only(deals: &Deals, open: &OpenLeads, shows: impl Fn(usize) -> bool) -> ClosedOnly {
    let mut seen = ClosedOnly::default();
    (0..deals.n()).filter(|&row| open.is_peer(row) && shows(row)).for_each(|row| seen.add(deals.snapshots.won[row]));
    seen
}

/// A value that decides, or values that most deals have, came with the close; others may just be out of use.
fn charge_values(suspect: &mut Suspect<'_>, mut found: Vec<(&str, ClosedOnly)>, open: &OpenLeads) {
    found.sort_by(|a, b| b.1.n().cmp(&a.1.n()).then(a.0.cmp(b.0)));
    let Some((largest, seen)) = found.iter().find(|(_, seen)| seen.side().is_some()).or(found.first()).copied() else {
        return;
    };
    let covered: usize = found.iter().map(|(_, seen)| seen.n()).sum();
    let of = seen.side().map_or(String::new(), |side| format!(", nearly all {}", outcome_word(side)));
    let more = if found.len() > 1 { format!(" (and {} more such values)", found.len() - 1) } else { String::new() };
    let charge = Charge::new(
        Ground::Values,
        format!(
            "has \"{largest}\" on {} closed deals{of}, and on none of {} open leads{more}",
            thousands(seen.n()),
            thousands(open.rows.len())
        ),
        "Is it written when the deal is decided, or is the value just no longer in use?",
    );
    let decided = found.iter().any(|(_, seen)| seen.side().is_some());
    if decided || covered as f64 >= MOST_DEALS * open.n_peers() as f64 {
        suspect.leaks.push(charge);
    } else {
        suspect.suspicions.push(charge);
    }
}

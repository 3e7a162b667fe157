//! Won and lost: enough of each, and over time.

use super::{Area, Finding, Grade, Notebook, counted};
use crate::asof::Instant;
use crate::snapshot::{LeftOut, Snapshots};
use crate::tables::{LeadTable, Outcome};
use crate::validation::MIN_OF_EACH_OUTCOME;
use crate::values::format_instant;
use serde::Serialize;
use std::collections::BTreeMap;

/// A month with fewer deals has no win rate to speak of.
const FEWEST_IN_A_MONTH: usize = 20;
/// Win rates of two halves of the time further apart than this factor are a drift.
const DRIFT: f64 = 2.0;
/// A win rate this high in the newest month, far from the others', means that its losses have not come in yet.
const UNRIPE: f64 = 0.9;
/// The earlier months' win rate, at most, for that to be far.
const RIPE: f64 = 0.7;

/// The leads of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Month {
    /// `2026-07`.
    pub month: String,
    /// Won.
    pub won: usize,
    /// Lost.
    pub lost: usize,
    /// Not decided.
    pub open: usize,
}

impl Month {
    fn closed(&self) -> usize {
        self.won + self.lost
    }

    fn rate(&self) -> f64 {
        self.won as f64 / self.closed() as f64
    }
}

/// Looks at the outcomes; gives won and lost by month.
pub(super) fn look(table: &LeadTable, lost_after: bool, notes: &mut Notebook) -> Vec<Month> {
    let Some(outcomes) = &table.outcome else {
        notes.skip("outcomes", "the project names none ([leads] outcome, or an [outcomes] table)");
        return Vec::new();
    };
    let n = |one: Outcome| outcomes.iter().filter(|o| **o == one).count();
    notes.findings.extend(enough(n(Outcome::Won), n(Outcome::Lost), lost_after));
    let (times, by) = match (&table.created_at, &table.closed_at) {
        (Some(created), _) => (created, "created"),
        (None, Some(closed)) => (closed, "closed"),
        (None, None) => return Vec::new(),
    };
    let months = by_month(times, outcomes);
    if !lost_after {
        notes.findings.extend(unripe(&months, by).or_else(|| drift(&months, by)));
    }
    months
}

fn enough(won: usize, lost: usize, lost_after: bool) -> Option<Finding> {
    let sentence = match (won, lost) {
        (0, _) => "no lead is won",
        (_, 0) if !lost_after => "no lead is lost",
        (won, lost) if won < MIN_OF_EACH_OUTCOME || lost < MIN_OF_EACH_OUTCOME && !lost_after => {
            let sentence = format!("{won} won and {lost} lost are too few to learn from");
            let evidence = format!("{MIN_OF_EACH_OUTCOME} of each are needed; the scorecard alone will score.");
            return Some(Finding::new(Grade::Look, Area::Outcomes, sentence, evidence));
        }
        _ => return None,
    };
    let evidence = "Check the words of [leads] outcome against the column; lost = \"*\" and lost_after are other ways.";
    Some(Finding::new(Grade::Mend, Area::Outcomes, sentence, evidence))
}

/// Won, lost and open leads as a training counts them, or as the file has them where none can; `None` without an outcome.
pub(super) fn counts(table: &LeadTable, trained: Option<&Snapshots>) -> Option<[usize; 3]> {
    let Some(snapshots) = trained else {
        let count = |one| table.outcome.as_ref().map(|all| all.iter().filter(|o| **o == one).count());
        return Some([count(Outcome::Won)?, count(Outcome::Lost)?, count(Outcome::Open)?]);
    };
    let won = snapshots.n_won();
    let open = snapshots.left_out.iter().filter(|(why, _)| *why == LeftOut::Open).map(|(_, n)| n).sum();
    Some([won, snapshots.n_deals() - won, open])
}

fn by_month(times: &[Option<Instant>], outcomes: &[Outcome]) -> Vec<Month> {
    let mut months: BTreeMap<String, Month> = BTreeMap::new();
    for (at, outcome) in times.iter().zip(outcomes) {
        let Some(at) = at else { continue };
        let text: String = format_instant(*at).chars().take(7).collect();
        let month = months.entry(text.clone()).or_insert(Month { month: text, won: 0, lost: 0, open: 0 });
        match outcome {
            Outcome::Won => month.won += 1,
            Outcome::Lost => month.lost += 1,
            Outcome::Open => month.open += 1,
        }
    }
    months.into_values().collect()
}

/// The newest months nearly all won, because losses take longer to be written down.
fn unripe(months: &[Month], by: &str) -> Option<Finding> {
    let full: Vec<&Month> = months.iter().filter(|m| m.closed() >= FEWEST_IN_A_MONTH).collect();
    let (newest, earlier) = full.split_last()?;
    let won: usize = earlier.iter().map(|m| m.won).sum();
    let closed: usize = earlier.iter().map(|m| m.closed()).sum();
    (closed > 0 && newest.rate() >= UNRIPE && (won as f64) < RIPE * closed as f64).then(|| {
        let sentence = format!(
            "{:.0} % of the decided leads {by} in {} are won, {:.0} % of the earlier ones",
            100.0 * newest.rate(),
            newest.month,
            100.0 * won as f64 / closed as f64
        );
        Finding::new(
            Grade::Look,
            Area::Outcomes,
            sentence,
            "Losses seem to be written down late: set `lost_after`, or train with an earlier --until.",
        )
    })
}

/// The older and the newer half of the deals, far apart in win rate.
fn drift(months: &[Month], by: &str) -> Option<Finding> {
    let total: usize = months.iter().map(Month::closed).sum();
    let mut so_far = 0;
    let split = months.iter().position(|m| {
        so_far += m.closed();
        2 * so_far >= total
    })?;
    let rate = |part: &[Month]| {
        let closed: usize = part.iter().map(Month::closed).sum();
        let won: usize = part.iter().map(|m| m.won).sum();
        (closed >= FEWEST_IN_A_MONTH).then(|| won as f64 / closed as f64)
    };
    let (older, newer) = (rate(&months[..=split])?, rate(&months[split + 1..])?);
    (older > DRIFT * newer || newer > DRIFT * older).then(|| {
        let sentence = format!(
            "the win rate moved from {:.0} % to {:.0} % (leads {by} up to {} and after)",
            100.0 * older,
            100.0 * newer,
            months[split].month
        );
        let evidence = format!("By month: {}", shown(months));
        Finding::new(Grade::Look, Area::Outcomes, sentence, evidence)
    })
}

/// The newest months, as `2026-07 12 % of 340`.
fn shown(months: &[Month]) -> String {
    const SHOWN: usize = 6;
    let full: Vec<&Month> = months.iter().filter(|m| m.closed() >= FEWEST_IN_A_MONTH).collect();
    let newest = full.len().saturating_sub(SHOWN);
    full[newest..]
        .iter()
        .map(|m| format!("{} {:.0} % of {}", m.month, 100.0 * m.rate(), counted(m.closed(), "deal")))
        .collect::<Vec<_>>()
        .join(", ")
}

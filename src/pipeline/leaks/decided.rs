//! Deals that were decided before they were looked at. Where no column says when a deal closed, only the log can tell: by a
//! kind of activity that knows the outcome and had happened by then.

use super::filled::{ByRow, Shares, Sides};
use super::ranking::{SUSPICIOUS_AUC, Sample};
use super::{FEWEST_DEALS, FEWEST_OF_AN_OUTCOME, Ground, Subject, Suspect};
use crate::features::Values;
use crate::pipeline::deals::Deals;
use crate::pipeline::leaning::to_paste;
use crate::pipeline::start::reads_like_an_end;
use crate::snapshot::{Mode, retain};
use crate::tables::{Column, LeadTable, Numbers};
use crate::text::{counted, listed, thousands};

/// Kinds named at most.
const NAMED: usize = 3;

/// How many deals, and which kinds tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedBefore {
    deals: usize,
    of: usize,
    kinds: Vec<String>,
    /// Whether somebody has excluded all kinds that tell, and so has answered.
    is_answered: bool,
    columns: Vec<String>,
    mode: Mode,
}

/// A kind of activity that tells, with how often each deal shows it.
struct Telling<'d> {
    name: &'d str,
    is_excluded: bool,
    count: &'d Numbers,
}

impl Telling<'_> {
    /// `(n_deals,)` whether a deal shows any of these kinds.
    fn any<'t>(kinds: impl Iterator<Item = &'t Self> + Clone, n_deals: usize) -> Vec<bool>
    where
        Self: 't,
    {
        (0..n_deals).map(|deal| kinds.clone().any(|kind| kind.count.get(deal) > 0.0)).collect()
    }
}

/// What is told of such deals, and which they are.
pub(super) struct Decided {
    pub(super) told: DecidedBefore,
    /// `(n_deals,)`
    is_decided: Vec<bool>,
}

impl Decided {
    /// Of deals that are looked at some time after creation and of which nobody knows when they closed. What `allow` vouches
    /// for happened before any deal was decided.
    pub(super) fn of(deals: &Deals, suspects: &[Suspect<'_>], allow: &[String]) -> Option<Decided> {
        let snapshots = &deals.snapshots;
        if snapshots.as_of.is_none() || snapshots.tell_closes() {
            return None;
        }
        let tells = |suspect: &&Suspect<'_>| {
            let is_of_one_outcome = suspect.filled.is_some_and(|shares| shares.only_outcome().is_some());
            let may_tell = suspect.subject == Subject::Kind && !allow.contains(&suspect.name);
            may_tell && !suspect.leaks.is_empty() && is_of_one_outcome
        };
        let kinds: Vec<Telling<'_>> = suspects.iter().filter(tells).filter_map(telling).collect();
        let is_decided = Telling::any(kinds.iter(), deals.n());
        let told = DecidedBefore::of(deals, &kinds, &is_decided)?;
        Some(Decided { told, is_decided })
    }

    /// The deals that were still open.
    pub(super) fn undecided<'d>(&'d self, deals: &'d Deals, seed: u64) -> Undecided<'d> {
        let sample = Sample::among(deals, |row| !self.is_decided[row], seed);
        Undecided { deals, is_decided: &self.is_decided, sample }
    }
}

fn telling<'d>(suspect: &'d Suspect<'_>) -> Option<Telling<'d>> {
    match &suspect.plain()?.values {
        Values::Number(count) => Some(Telling { name: &suspect.name, is_excluded: suspect.is_excluded, count }),
        Values::Text(_) => None,
    }
}

/// How many deals `are_so`, where that is no anecdote.
fn enough(are_so: &[bool]) -> Option<usize> {
    let n = are_so.iter().filter(|is_so| **is_so).count();
    (n >= FEWEST_DEALS).then_some(n)
}

/// The deals that were still open when they were looked at.
pub(super) struct Undecided<'d> {
    deals: &'d Deals,
    /// `(n_deals,)`
    is_decided: &'d [bool],
    sample: Sample,
}

impl Undecided<'_> {
    /// Drops each suspicion of a kind that these deals would bear out, are enough to, and do not. A deal lost at once
    /// never came to the later steps: they go with the outcome, and yet are plain steps of the deals that were still open.
    pub(super) fn reconsider(&self, suspect: &mut Suspect<'_>) {
        if suspect.subject != Subject::Kind || !suspect.leaks.is_empty() || suspect.suspicions.is_empty() {
            return;
        }
        let Some(Values::Number(count)) = suspect.plain().map(|attribute| &attribute.values) else { return };
        let undecided = |row: usize| !self.is_decided[row];
        let all = Sides::of(self.deals, ByRow(undecided));
        let shares = Shares::among(&all, &Sides::of(self.deals, ByRow(|row| undecided(row) && count.get(row) > 0.0)));
        // So few of an outcome could not show shares that lie half apart.
        if shares.of.iter().any(|deals| *deals < FEWEST_DEALS) {
            return;
        }
        let is_plain = |ground| match ground {
            Ground::Shares => !shares.accuse_a_kind(),
            Ground::Name => {
                shares.deals.iter().all(|deals| *deals >= FEWEST_OF_AN_OUTCOME)
                    && reads_like_an_end(&suspect.name, shares.deals, shares.of).is_none()
            }
            Ground::Ranking => {
                self.sample.rank_best(&suspect.attributes).is_none_or(|ranking| ranking.auc <= SUSPICIOUS_AUC)
            }
            Ground::Values => false,
        };
        let is_borne_out: Vec<bool> = suspect.suspicions.iter().map(|charge| !is_plain(charge.ground)).collect();
        retain(&mut suspect.suspicions, &is_borne_out);
    }
}

impl DecidedBefore {
    /// By the kinds that nobody has excluded; where those do not tell of enough deals, by all.
    fn of(deals: &Deals, kinds: &[Telling<'_>], is_decided: &[bool]) -> Option<DecidedBefore> {
        let all = enough(is_decided)?;
        let asked = kinds.iter().filter(|kind| !kind.is_excluded);
        let unanswered = enough(&Telling::any(asked.clone(), deals.n()));
        let named: Vec<&Telling<'_>> = if unanswered.is_some() { asked.collect() } else { kinds.iter().collect() };
        Some(DecidedBefore {
            deals: unanswered.unwrap_or(all),
            of: deals.n(),
            kinds: named.into_iter().map(|kind| kind.name.to_string()).collect(),
            is_answered: unanswered.is_none(),
            columns: deals.dates_after_creation.clone(),
            mode: deals.snapshots.mode,
        })
    }

    /// Whether a person must still be asked: whoever has excluded the kinds that tell knows.
    pub fn must_be_asked(&self) -> bool {
        !self.is_answered
    }

    /// What must be asked, or known by whoever has been asked, and why.
    pub fn told(&self) -> String {
        let named: Vec<String> = self.kinds.iter().take(NAMED).map(|kind| format!("`{kind}`")).collect();
        let (deals, of) = (thousands(self.deals), counted(self.of, "deal"));
        if self.is_answered {
            let show = if named.len() == 1 { "shows" } else { "show" };
            let named = listed(&named, "and");
            return format!(
                "{deals} of {of} were decided before they were looked at, as the excluded {named} {show}, and nothing says when \
                 they closed: figures are too good."
            );
        }
        format!(
            "when did the deals close? {deals} of {of} had {} behind them at the moment at which they are looked at, so they \
             were decided by then, and figures are too good.",
            listed(&named, "or"),
        )
    }

    /// What settles it, with the columns that may say when a deal closed; nothing where it is settled.
    pub fn answer(&self) -> String {
        if self.is_answered {
            return String::new();
        }
        format!(
            "{} If none does, figures stay too good: `{}` in `exclude` only ends the question, for the model leaves {} out \
             already.",
            self.close_named(),
            to_paste(self.kinds.iter().map(String::as_str)),
            if self.kinds.len() == 1 { "it" } else { "them" }
        )
    }

    /// How to name the column of the close.
    fn close_named(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("`{column}`?")).collect();
        let (says, put) = match &self.columns[..] {
            [] => ("a column".to_string(), "name it as `closed_at`".to_string()),
            [only] => (format!("`{only}`"), format!("put `closed_at = {}`", toml::Value::String(only.clone()))),
            _ => (format!("a column ({})", columns.join(" ")), "name it as `closed_at`".to_string()),
        };
        format!(
            "If {says} says when a deal closed, {put} under [leads] of leadscore.toml, {} and train again: each is then \
             looked at while it was open.",
            self.way_made_free()
        )
    }

    /// What else of the project file would still say when deals are looked at.
    fn way_made_free(&self) -> &'static str {
        match self.mode {
            Mode::Column => "take `as_of` out there and `mode` out of [snapshot],",
            // Of the other modes only this one does without the close.
            _ => "take `mode` and `after_created` out of [snapshot],",
        }
    }
}

/// Columns of dates that most leads have, never before the creation and mostly after it: one may say when deals closed.
pub(in crate::pipeline) fn dates_after_creation(table: &LeadTable) -> Vec<String> {
    let Some(created_at) = &table.created_at else { return Vec::new() };
    let lies_after = |column: &&Column| {
        let Some(dates) = &column.date else { return false };
        let both = || dates.iter().zip(created_at).filter_map(|(date, created)| Some(((*date)?, (*created)?)));
        let n_later = both().filter(|(date, created)| date > created).count();
        2 * n_later > table.n_leads() && both().all(|(date, created)| date >= created)
    };
    table.columns.iter().filter(lies_after).map(|column| column.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asof::Span;

    fn decided() -> DecidedBefore {
        let kinds = ["declined", "cancelled"].map(String::from).to_vec();
        let mode = Mode::AfterCreated(Span::from_days(1.0));
        DecidedBefore { deals: 5_555, of: 10_251, kinds, is_answered: false, columns: Vec::new(), mode }
    }

    #[test]
    fn it_is_asked_with_the_figures_and_the_kinds() {
        let mut decided = decided();
        assert!(decided.told().contains("5,555 of 10,251 deals had `declined` or `cancelled` behind them"));
        assert!(decided.answer().ends_with(
            "If none does, figures stay too good: `\"declined\", \"cancelled\",` in `exclude` only ends the question, for the \
             model leaves them out already."
        ));
        assert!(decided.answer().starts_with("If a column says when a deal closed, name it as `closed_at`"));
        decided.columns.push("last_ts".to_string());
        assert!(decided.answer().starts_with(
            "If `last_ts` says when a deal closed, put `closed_at = \"last_ts\"` under [leads] of leadscore.toml, take \
             `mode` and `after_created` out of [snapshot], and train again: "
        ));
        decided.columns.push("signed".to_string());
        assert!(decided.answer().starts_with("If a column (`last_ts`? `signed`?) says when a deal closed, name it"));
        decided.mode = Mode::Column;
        assert!(decided.answer().contains("take `as_of` out there and `mode` out of [snapshot], and train again"));
    }

    #[test]
    fn of_excluded_kinds_it_is_told_and_not_asked() {
        let mut decided = DecidedBefore { is_answered: true, ..decided() };
        let told = "5,555 of 10,251 deals were decided before they were looked at, as the excluded `declined` and `cancelled` \
                    show, and nothing says when they closed: figures are too good.";
        assert_eq!((decided.told().as_str(), decided.answer().as_str()), (told, ""));
        decided.columns.push("last_ts".to_string());
        assert_eq!(decided.answer(), "", "whoever has excluded the kinds was asked for the close");
    }
}

//! Why leads are not among the training deals, counted.

use crate::asof::Span;
use crate::fault::InputError;
use crate::text::{counted, thousands};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::fmt;

/// Why a lead is not among the training deals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LeftOut {
    /// No outcome yet, or closed at or after `until`.
    Open,
    /// Younger than `lost_after` at `until`.
    NotRipe,
    /// The creation time is missing.
    NoCreatedAt,
    /// The closing time is missing.
    NoClosedAt,
    /// Closed at or before its creation.
    NoOpenLife,
    /// The cell of the as-of column is empty.
    NoAsOf,
    /// Closed before the moment at which mode `after_created` looks.
    ClosedTooSoon,
    /// Its as-of lies before the log's beginning plus 30 days.
    BeforeLog,
    /// Its row weight is 0.
    NoWeight,
    /// Its own as-of lies more than a day after its close, when the outcome was known.
    AsOfAfterClose,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LeftOut::Open => "open: no outcome before the training's end",
            LeftOut::NotRipe => "too young: `lost_after` had not passed at the training's end",
            LeftOut::NoCreatedAt => "the creation time is missing",
            LeftOut::NoClosedAt => "the closing time is missing",
            LeftOut::NoOpenLife => "closed at or before its creation",
            LeftOut::NoAsOf => "the as-of is missing",
            LeftOut::ClosedTooSoon => "closed before the moment at which deals are looked at",
            LeftOut::BeforeLog => "looked at less than 30 days after the activity log begins",
            LeftOut::NoWeight => "row weight 0",
            LeftOut::AsOfAfterClose => "its as-of lies more than a day after its close",
        })
    }
}

/// The counts as parts of a sentence, open leads as what they are: no riddle.
pub fn in_words(left_out: &[(LeftOut, usize)]) -> String {
    let of = |(why, n): &(LeftOut, usize)| match why {
        LeftOut::Open => counted(*n, "open lead"),
        _ => format!("{} ({why})", thousands(*n)),
    };
    left_out.iter().map(of).collect::<Vec<_>>().join("; ")
}

/// What became of all wins of the files, so that the parts add up, and what to do where most of them are too young; `None`
/// where `lost_after` judged none of them. `took`: nine of ten came within it.
pub(super) fn wins_in_words(
    counted_as_won: usize,
    late: usize,
    left_out: &[(LeftOut, usize)],
    took: Option<Span>,
) -> Option<String> {
    let young: usize = left_out.iter().filter(|(why, _)| *why == LeftOut::NotRipe).map(|(_, n)| n).sum();
    if late == 0 && young == 0 {
        return None;
    }
    let all = counted_as_won + late + left_out.iter().map(|(_, n)| n).sum::<usize>();
    let mut parts = vec![format!("{} counted as won", thousands(counted_as_won))];
    if late > 0 {
        parts.push(format!("{} counted as lost (won later than `lost_after`)", thousands(late)));
    }
    parts.extend(left_out.iter().map(|(why, n)| format!("{} left out ({why})", thousands(*n))));
    let shorter = match took.filter(|_| 2 * young > all) {
        Some(took) => format!(
            " Most are too young to count; 9 of 10 came within {:.0} days, so a shorter `lost_after` would count them.",
            took.days().ceil()
        ),
        None => String::new(),
    };
    Some(format!("{} in the files: {}.{shorter}", counted(all, "win"), parts.join(", ")))
}

/// The error for data in which no deal is left to be looked at, by what the leads were left out for.
pub(super) fn no_deals(left_out: &[(LeftOut, usize)]) -> InputError {
    let mut closed: Vec<(LeftOut, usize)> =
        left_out.iter().copied().filter(|(reason, _)| *reason != LeftOut::Open).collect();
    closed.sort_by_key(|(_, n)| Reverse(*n));
    let Some((most, _)) = closed.first() else {
        return InputError::new("there is no closed deal to look back on").remedy(
            "name the outcome column and its words in leadscore.toml: \
             [leads] outcome = { column = \"…\", won = [\"…\"], lost = [\"…\"] }",
        );
    };
    let reasons: Vec<String> = closed.iter().map(|(reason, n)| format!("{n} ({reason})")).collect();
    InputError::new(format!("there is no deal to look back on: all closed ones were left out, {}", reasons.join(", ")))
        .remedy(most.remedy())
}

impl LeftOut {
    /// What brings such leads back.
    fn remedy(self) -> &'static str {
        match self {
            LeftOut::Open => "give leads that have closed",
            LeftOut::NotRipe => "give older leads, or shorten [leads] lost_after",
            LeftOut::NoCreatedAt => "fill the column that [leads] created_at names",
            LeftOut::NoClosedAt => "fill the column that [leads] closed_at names",
            LeftOut::NoOpenLife => "check [leads] created_at and closed_at: a deal closes after it was created",
            LeftOut::NoAsOf => "fill the column that [leads] as_of names",
            LeftOut::ClosedTooSoon => "shorten [snapshot] after_created",
            LeftOut::BeforeLog => {
                "give the log from its beginning on; where it is complete although it begins later, say so: \
                 [activities] since = \"always\""
            }
            LeftOut::NoWeight => "give the deals a weight above 0 in the column that [leads] weight names",
            LeftOut::AsOfAfterClose => "check the column that [leads] as_of names: it must not lie after the close",
        }
    }
}

/// Leads left out, by reason in the order of its first lead.
#[derive(Default)]
pub(super) struct Tally {
    /// All of them.
    pub all: Vec<(LeftOut, usize)>,
    /// Those won.
    pub wins: Vec<(LeftOut, usize)>,
}

impl Tally {
    pub fn add(&mut self, reason: LeftOut, is_win: bool) {
        for tally in std::iter::once(&mut self.all).chain(is_win.then_some(&mut self.wins)) {
            add(tally, reason, 1);
        }
    }

    /// Takes in that of later leads.
    pub fn merge(&mut self, later: &Tally) {
        later.all.iter().for_each(|(reason, n)| add(&mut self.all, *reason, *n));
        later.wins.iter().for_each(|(reason, n)| add(&mut self.wins, *reason, *n));
    }
}

fn add(tally: &mut Vec<(LeftOut, usize)>, reason: LeftOut, n: usize) {
    match tally.iter_mut().find(|(known, _)| *known == reason) {
        Some((_, so_far)) => *so_far += n,
        None => tally.push((reason, n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wins_of_the_files_are_told_where_they_went() {
        let young = [(LeftOut::NotRipe, 51)];
        assert_eq!(
            wins_in_words(723, 68, &young, Some(Span::from_days(83.5))).unwrap(),
            "842 wins in the files: 723 counted as won, 68 counted as lost (won later than `lost_after`), 51 left out (too \
             young: `lost_after` had not passed at the training's end)."
        );
        let mostly_young = wins_in_words(37, 4, &[(LeftOut::NotRipe, 801)], Some(Span::from_days(83.5))).unwrap();
        assert!(mostly_young.ends_with(
            " Most are too young to count; 9 of 10 came within 84 days, so a shorter `lost_after` would count them."
        ));
        assert_eq!(wins_in_words(1, 1, &[], None).unwrap().split(':').next(), Some("2 wins in the files"));
        assert_eq!(
            wins_in_words(5, 0, &[(LeftOut::NoOpenLife, 2)], None),
            None,
            "no win was judged by the time it took"
        );
    }
}

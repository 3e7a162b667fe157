//! Leads that nobody closes: after how long they may be counted as lost.

use super::outcome::OutcomeChoice;
use super::sheet::{Sheet, SheetColumn};
use crate::asof::Span;
use crate::text::fold;

/// Share of the wins that come within the suggested `lost_after`.
const SHARE_OF_WINS: f64 = 0.9;
/// The suggestion where the data give none.
pub(super) const USUAL_DAYS: u32 = 180;
/// The suggestion is rounded up to this many days.
const ROUND_TO_DAYS: f64 = 30.0;
/// So few leads or wins are an anecdote.
const FEWEST: usize = 20;

/// Leads that would have been decided by now, and are not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unclosed {
    /// How many there are.
    pub n: usize,
    /// They are older than this, within which nine of ten wins came.
    pub days: u32,
}

/// The days within which nine of ten of these lives ended, rounded up.
pub(super) fn days_to_win(lives: impl Iterator<Item = Span>) -> Option<u32> {
    let mut days: Vec<f64> = lives.filter(|life| *life > Span(0)).map(Span::days).collect();
    days.sort_by(f64::total_cmp);
    let typical = days.get((SHARE_OF_WINS * days.len() as f64) as usize).or(days.last())?;
    Some(((typical / ROUND_TO_DAYS).ceil().max(1.0) * ROUND_TO_DAYS) as u32)
}

/// The leads beside their own columns of outcomes, creations and closes.
pub(super) struct Lives<'s> {
    outcome: &'s OutcomeChoice,
    outcomes: &'s SheetColumn,
    created: &'s SheetColumn,
    closed: &'s SheetColumn,
}

impl<'s> Lives<'s> {
    /// `None` where a column is not there.
    pub(super) fn of(leads: &'s Sheet, outcome: &'s OutcomeChoice, created: &str, closed: &str) -> Option<Lives<'s>> {
        let outcomes = leads.column(&outcome.column)?;
        Some(Lives { outcome, outcomes, created: leads.column(created)?, closed: leads.column(closed)? })
    }

    fn rows(&self) -> std::ops::Range<usize> {
        0..self.outcomes.text.codes.len()
    }

    fn is_won(&self, row: usize) -> bool {
        let word = self.outcomes.text.get(row).map(fold);
        word.is_some_and(|word| self.outcome.won.iter().any(|won| fold(won) == word))
    }

    /// The days within which nine of ten wins came.
    pub(super) fn days_to_win(&self) -> Option<u32> {
        let won = self.rows().filter(|&row| self.is_won(row));
        let lives: Vec<Span> =
            won.filter_map(|row| Some(self.closed.time(row)?.since(self.created.time(row)?))).collect();
        days_to_win(lives.into_iter())
    }

    /// The leads that are older than that and not closed, where they are more than those lost at a known time: there losses
    /// are hardly ever written down.
    pub(super) fn unclosed(&self) -> Option<Unclosed> {
        let days = self.days_to_win().filter(|_| self.rows().filter(|&row| self.is_won(row)).count() >= FEWEST)?;
        let newest = self.rows().flat_map(|row| [self.created.time(row), self.closed.time(row)]).flatten().max()?;
        let is_old = |row: usize| self.created.time(row).is_some_and(|at| newest.since(at).days() > f64::from(days));
        let (closed, open): (Vec<usize>, Vec<usize>) =
            self.rows().filter(|&row| !self.is_won(row)).partition(|&row| self.closed.time(row).is_some());
        let n = open.into_iter().filter(|&row| is_old(row)).count();
        (n >= FEWEST && n > closed.len()).then_some(Unclosed { n, days })
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::{Told, outcome};
    use super::super::sheet::drawn::sheet;
    use super::*;

    /// Of 200 leads of January a quarter is won within twelve days; `lost` of the others are closed as well.
    fn unclosed(lost: usize) -> Option<Unclosed> {
        let rows: Vec<String> = (0..200)
            .map(|i| {
                let (state, closed) = match i {
                    i if i % 4 == 0 => ("won", format!("2024-01-{:02}", 11 + i % 3)),
                    i if i < lost => ("lost", "2024-03-01".to_string()),
                    _ => ("lost", ".".to_string()),
                };
                format!("a{i} 2024-01-01 {closed} {state}")
            })
            .chain(std::iter::once("z 2024-06-01 . open".to_string()))
            .collect();
        let leads = sheet("id created closed state", &rows.iter().map(String::as_str).collect::<Vec<_>>());
        let found = outcome(&leads, &[], Told { column: None, won: &[], lost: &[] }).unwrap().unwrap();
        Lives::of(&leads, &found, "created", "closed").unwrap().unclosed()
    }

    #[test]
    fn leads_that_nobody_closes_are_counted_beside_the_time_that_wins_take() {
        assert_eq!(unclosed(0), Some(Unclosed { n: 150, days: 30 }));
        assert_eq!(unclosed(180), None, "most losses are closed");
    }

    #[test]
    fn nine_of_ten_lives_are_rounded_up_to_months() {
        let days = |of: &[f64]| days_to_win(of.iter().map(|days| Span::from_days(*days)));
        assert_eq!(days(&[5.0, 31.0, 40.0]), Some(60));
        assert_eq!(days(&[0.0]), None, "closed when it was created");
    }
}

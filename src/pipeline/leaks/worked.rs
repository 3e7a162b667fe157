//! Columns that deals have filled and open leads of the same age lack: they are written as a deal is worked. An open lead that
//! nobody has worked yet would be judged by the few deals that never got a value.

use super::cohorts::Cohorts;
use super::filled::{STANDARD_ERRORS, share};
use super::open::{FEWEST_OPEN, OpenLeads};
use super::{Charge, FEWEST_DEALS, Ground, Subject, Suspect};
use crate::features::Values;
use crate::pipeline::deals::Deals;
use crate::tables::MISSING;

/// Shares further apart than this tell of the work. Deals that take long are more frequent among open leads, and a column that
/// goes strongly with how long they take (filled on 80 % of the quick ones and 20 % of the slow) sets them apart by a quarter.
const APART: f64 = 0.4;

/// What such a column is asked.
pub(in crate::pipeline) const QUESTION: &str = "Is it filled in only as the deal is worked?";

/// Leads with a value among some.
#[derive(Debug, Clone, Copy, Default)]
struct Filled {
    n: usize,
    of: usize,
}

impl Filled {
    fn add(&mut self, is_filled: bool) {
        self.n += usize::from(is_filled);
        self.of += 1;
    }

    fn and(self, other: Filled) -> Filled {
        Filled { n: self.n + other.n, of: self.of + other.of }
    }

    fn share(self) -> f64 {
        self.n as f64 / self.of as f64
    }
}

/// The leads of one cohort.
#[derive(Debug, Clone, Copy, Default)]
struct Cohort {
    won: Filled,
    lost: Filled,
    open: Filled,
}

/// How often deals have a value and how often open leads do, as if the deals were of the open leads' cohorts.
struct Compared {
    deals: f64,
    open: f64,
    /// Standard error of the difference, were there none.
    error: f64,
    n_deals: usize,
    n_open: usize,
}

impl Compared {
    /// `None` where no cohort has both.
    fn of(cohorts: &[Cohort], deals: impl Fn(&Cohort) -> Filled) -> Option<Compared> {
        let pairs = cohorts.iter().map(|cohort| (deals(cohort), cohort.open));
        let both: Vec<(Filled, Filled)> = pairs.filter(|(deals, open)| deals.of > 0 && open.of > 0).collect();
        let n_open: usize = both.iter().map(|(_, open)| open.of).sum();
        let mean = |of_cohort: &dyn Fn(Filled, Filled) -> f64| -> f64 {
            both.iter().map(|&(deals, open)| open.of as f64 / n_open as f64 * of_cohort(deals, open)).sum()
        };
        let variance = |&(deals, open): &(Filled, Filled)| {
            let (pooled, part) = (deals.and(open).share(), open.of as f64 / n_open as f64);
            part * part * pooled * (1.0 - pooled) * (1.0 / deals.of as f64 + 1.0 / open.of as f64)
        };
        (n_open > 0).then(|| Compared {
            deals: mean(&|deals, _| deals.share()),
            open: mean(&|_, open| open.share()),
            error: both.iter().map(variance).sum::<f64>().sqrt(),
            n_deals: both.iter().map(|(deals, _)| deals.of).sum(),
            n_open,
        })
    }

    /// Whether open leads lack the value far more often, and not by chance.
    fn is_lacking(&self) -> bool {
        let apart = self.deals - self.open;
        let are_enough = self.n_deals >= FEWEST_DEALS && self.n_open >= FEWEST_OPEN;
        are_enough && apart >= APART && apart > STANDARD_ERRORS * self.error
    }
}

/// Judges how often a column is filled on deals and on open leads.
///
/// The open leads are to be won or lost, so that an honest column is filled on as many of them as lies between its shares of
/// won and of lost deals, however much it goes with the outcome: only less often than on either tells of the work.
pub(super) fn judge(suspect: &mut Suspect<'_>, deals: &Deals) {
    let Some(open) = &deals.open else { return };
    if suspect.subject != Subject::Column || !suspect.leaks.is_empty() {
        return;
    }
    let Some(cohorts) = suspect.plain().and_then(|attribute| {
        let theirs = open.values(&attribute.source)?;
        Some(count(deals, open, &attribute.values, theirs))
    }) else {
        return;
    };
    let is_lacking = |side: fn(&Cohort) -> Filled| Compared::of(&cohorts, side).is_some_and(|c| c.is_lacking());
    if !is_lacking(|cohort| cohort.won) || !is_lacking(|cohort| cohort.lost) {
        return;
    }
    if let Some(all) = Compared::of(&cohorts, |cohort| cohort.won.and(cohort.lost)) {
        let evidence = format!(
            "filled for {} of the closed deals and {} of the open leads of the same age",
            share(all.deals),
            share(all.open)
        );
        suspect.suspicions.push(Charge::new(Ground::Shares, evidence, QUESTION));
    }
}

/// The leads of each cohort that have a value, of the deals' and the open leads' values.
fn count(deals: &Deals, open: &OpenLeads, ours: &Values, theirs: &Values) -> Vec<Cohort> {
    let mut cohorts = vec![Cohort::default(); Cohorts::most()];
    for (deal, cohort) in open.cohorts.of_deals.iter().enumerate() {
        let Some(cohort) = cohort.map(|cohort| &mut cohorts[cohort]) else { continue };
        let side = if deals.snapshots.won[deal] > 0.5 { &mut cohort.won } else { &mut cohort.lost };
        side.add(is_filled(ours, deal));
    }
    for (lead, cohort) in open.cohorts.of_open.iter().enumerate() {
        if let Some(cohort) = cohort {
            cohorts[*cohort].open.add(is_filled(theirs, lead));
        }
    }
    cohorts
}

fn is_filled(values: &Values, row: usize) -> bool {
    match values {
        Values::Number(numbers) => !numbers.is_missing(row),
        Values::Text(column) => column.codes[row] != MISSING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(n: usize, of: usize) -> Filled {
        Filled { n, of }
    }

    fn cohorts(each: [[(usize, usize); 2]; 2]) -> Vec<Cohort> {
        let cohort = |[deals, open]: [(usize, usize); 2]| Cohort {
            won: filled(deals.0, deals.1),
            open: filled(open.0, open.1),
            ..Cohort::default()
        };
        each.into_iter().map(cohort).collect()
    }

    fn of_won(cohorts: &[Cohort]) -> Compared {
        Compared::of(cohorts, |cohort| cohort.won).unwrap()
    }

    #[test]
    fn what_went_out_of_use_is_lacking_in_no_cohort() {
        let abandoned = of_won(&cohorts([[(90, 90), (20, 20)], [(0, 10), (0, 180)]]));
        assert_eq!((abandoned.deals, abandoned.open), (0.1, 0.1));
        assert!(!abandoned.is_lacking());
    }

    #[test]
    fn a_value_is_lacking_where_a_good_part_of_enough_leads_lacks_it() {
        assert!(of_won(&cohorts([[(45, 50), (30, 100)], [(40, 50), (40, 100)]])).is_lacking());
        assert!(!of_won(&cohorts([[(45, 50), (70, 100)], [(40, 50), (66, 100)]])).is_lacking(), "by less");
        assert!(!of_won(&cohorts([[(45, 50), (9, 30)], [(40, 50), (12, 30)]])).is_lacking(), "of few open leads");
        assert!(!of_won(&cohorts([[(2, 2), (55, 100)], [(18, 18), (10, 20)]])).is_lacking(), "may be chance");
    }

    #[test]
    fn cohorts_of_deals_or_open_leads_alone_compare_nothing() {
        let apart = cohorts([[(50, 50), (0, 0)], [(0, 0), (0, 200)]]);
        assert!(Compared::of(&apart, |cohort| cohort.won).is_none());
    }
}

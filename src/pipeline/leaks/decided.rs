//! Deals that were decided before they were looked at. Where no column says when a deal closed, only the log can tell: by a
//! kind of activity that knows the outcome and had happened by then.

use super::{FEWEST_DEALS, Subject, Suspect};
use crate::features::Values;
use crate::pipeline::deals::Deals;
use crate::text::{counted, listed, thousands};

/// Kinds named at most.
const NAMED: usize = 3;

/// How many deals, and which kinds tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedBefore {
    deals: usize,
    of: usize,
    kinds: Vec<String>,
}

impl DecidedBefore {
    /// Of deals that are looked at some time after creation and of which nobody knows when they closed.
    pub(super) fn of(deals: &Deals, suspects: &[Suspect<'_>]) -> Option<DecidedBefore> {
        let snapshots = &deals.snapshots;
        if snapshots.as_of.is_none() || snapshots.closed_at.iter().any(Option::is_some) {
            return None;
        }
        let tells = |suspect: &&Suspect<'_>| {
            let is_of_one_outcome = suspect.filled.is_some_and(|shares| shares.only_outcome().is_some());
            suspect.subject == Subject::Kind && !suspect.leaks.is_empty() && is_of_one_outcome
        };
        let (mut kinds, mut counts) = (Vec::new(), Vec::new());
        for suspect in suspects.iter().filter(tells) {
            if let Some(Values::Number(count)) = suspect.plain().map(|attribute| &attribute.values) {
                kinds.push(suspect.name.clone());
                counts.push(count);
            }
        }
        let is_decided = |deal: &usize| counts.iter().any(|count| count.get(*deal) > 0.0);
        let decided = (0..deals.n()).filter(is_decided).count();
        (decided >= FEWEST_DEALS).then_some(DecidedBefore { deals: decided, of: deals.n(), kinds })
    }

    /// What must be asked, and why.
    pub fn question(&self) -> String {
        let named: Vec<String> = self.kinds.iter().take(NAMED).map(|kind| format!("`{kind}`")).collect();
        format!(
            "when did the deals close? {} of {} had {} behind them at the moment at which they are looked at, so they were \
             decided by then, and figures are too good.",
            thousands(self.deals),
            counted(self.of, "deal"),
            listed(&named, "or"),
        )
    }

    /// What settles it.
    pub fn answer(&self) -> &'static str {
        "If a column says when a deal closed, name it as `closed_at` under [leads] of leadscore.toml and train again: deals \
         that were decided by then are left out."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_with_the_figures_and_the_kinds() {
        let kinds = ["declined", "cancelled"].map(String::from).to_vec();
        let decided = DecidedBefore { deals: 5_555, of: 10_251, kinds };
        assert!(decided.question().contains("5,555 of 10,251 deals had `declined` or `cancelled` behind them"));
    }
}

//! The words of the page's lists of leads and deals, which no row of the view has: they go by the rows beside each other.

use crate::mismatch::{ListWords, Reason, list_words};
use crate::pipeline::report::Report;
use serde::Serialize;

/// Of each list, by its name in the view.
#[derive(Serialize)]
pub(super) struct Lists {
    call: ListWords,
    verify: ListWords,
    high_score_no_order: ListWords,
    low_score_order: ListWords,
}

impl Lists {
    /// Of the lists of this report; those that it does not have are empty.
    pub(super) fn of(report: &Report) -> Lists {
        let (leads, found) = (report.leads.as_ref(), &report.backtest);
        Lists {
            call: words(leads.map(|leads| leads.call.leads.iter().map(|lead| &lead.reason))),
            verify: words(leads.map(|leads| leads.verify.leads.iter().map(|lead| &lead.reason))),
            high_score_no_order: words(found.high_score_no_order.as_ref().map(|of| of.shown.iter().map(|d| &d.reason))),
            low_score_order: words(found.low_score_order.as_ref().map(|of| of.shown.iter().map(|d| &d.reason))),
        }
    }
}

fn words<'a>(reasons: Option<impl Iterator<Item = &'a Reason>>) -> ListWords {
    list_words(&reasons.into_iter().flatten().collect::<Vec<_>>())
}

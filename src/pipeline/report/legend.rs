//! What words and numbers of the page stand for, where nobody could know.

use super::super::deals::{DealSettings, Deals};
use crate::scorecard::{Scorecard, tier_meaning};
use crate::tables::LeadTable;
use std::collections::BTreeMap;

/// What makes a deal one of the newer, as the end of "newer is what …"; `None` where nothing does.
pub(super) fn newest_by(table: &LeadTable, settings: &DealSettings) -> Option<&'static str> {
    match (settings.snapshot.lost_after.is_some(), table.closed_at.is_some(), table.created_at.is_some()) {
        (true, _, true) => Some("came later"),
        (false, true, _) => Some("closed later"),
        _ => None,
    }
}

/// Whether leads are called by the numbers of their rows, from 1 on: nobody knows them by these but in that file.
pub(super) fn ids_count_rows(table: &LeadTable) -> bool {
    table.n_leads() > 1 && table.ids.iter().zip(1..).all(|(id, row): (&str, usize)| id.parse() == Ok(row))
}

/// Whose rates those of all deals are, and why; `None` where they are won ÷ closed.
pub(super) fn whose_rates(deals: &Deals) -> Option<[&'static str; 2]> {
    let weights = deals.snapshots.row_weights.of_rate(deals.n(), deals.n_won(), deals.win_rate());
    weights.differ().then(|| [weights.whose(), weights.why()])
}

/// What the names of the scorecard's tiers mean.
pub(super) fn tier_meanings(scorecard: &Scorecard) -> BTreeMap<String, String> {
    let handover = scorecard.handover.map(|handover| scorecard.tiers[handover].name.as_str());
    let names = scorecard.tiers.iter().map(|tier| &tier.name);
    names.filter_map(|name| Some((name.clone(), tier_meaning(name, handover)?))).collect()
}

//! Dates that were stamped while the deal ran or when it closed.

use super::{Charge, FEWEST_DEALS, Ground, Suspect};
use crate::features::{Source, Values};
use crate::pipeline::deals::Deals;
use crate::text::words_of;

/// A date that lies between the as-of and the close for more than this share of the deals was not known at the as-of.
const MOSTLY: f64 = 0.5;
/// A date beyond the close for more than this share is a plan, which nobody could have stamped.
const PLANNED: f64 = 0.05;
/// Dates alone are midnights, so the close's own day counts as before it.
const A_DAY: f64 = 1.0;

/// Words of names under which plans are kept.
const PLAN_WORDS: [&str; 18] = [
    "expected",
    "expect",
    "planned",
    "plan",
    "target",
    "due",
    "deadline",
    "forecast",
    "estimated",
    "desired",
    "requested",
    "prévu",
    "prévue",
    "geplant",
    "erwartet",
    "previsto",
    "prevista",
    "renewal",
];

/// Judges a date: one that mostly lies after the as-of and never beyond the close was written as the deal ran.
pub(super) fn judge(suspect: &mut Suspect<'_>, deals: &Deals) {
    let Some(attribute) = suspect.plain() else { return };
    let (Source::DaysFrom(name), Values::Number(days_before)) = (&attribute.source, &attribute.values) else { return };
    let Some(as_of) = &deals.snapshots.as_of else { return };
    if words_of(name).iter().any(|word| PLAN_WORDS.contains(&word.as_str()))
        || deals.open.as_ref().is_some_and(|o| o.plans(name))
    {
        return;
    }
    let (mut n, mut between, mut beyond) = (0, 0, 0);
    for (row, days) in days_before.iter().enumerate() {
        let Some(closed) = deals.snapshots.closed_at[row].filter(|_| !days.is_nan()) else { continue };
        let ahead = -days;
        let to_close = closed.since(as_of[row]).days();
        n += 1;
        between += usize::from(ahead >= 0.0 && ahead <= to_close + A_DAY);
        beyond += usize::from(ahead > to_close + A_DAY);
    }
    let share = |count: usize| count as f64 / n as f64;
    if n >= FEWEST_DEALS && share(between) > MOSTLY && share(beyond) <= PLANNED {
        suspect.leaks.push(Charge::new(
            Ground::Values,
            format!("lies between the as-of and the close for {:.0} % of the deals", share(between) * 100.0),
            "Is it stamped while the deal runs or when it closes?",
        ));
    }
}

//! The recent deals month by month, and what was first seen in which month.

use super::super::deals::Deals;
use super::decay::{Calibration, Recent, order};
use super::drift::{Group, Look, tiers};
use super::signs::{Sign, What, beyond};
use super::{Current, FEWEST_TO_SAY, Limits};
use crate::asof::Instant;
use crate::metrics::Auc;
use crate::mismatch::QuadrantRecord;
use crate::values::format_instant;
use serde::Serialize;
use std::collections::BTreeMap;

/// One month's deals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Month {
    /// `2026-04`, in UTC: when the deals were promised (their as-of), or closed where there is no such moment.
    pub month: String,
    /// Wins that came and were expected.
    pub calibration: Calibration,
    /// AUC, where both outcomes came.
    pub auc: Option<Auc>,
    /// How columns and the win probability are spread, shares missing, tier volumes.
    pub group: Group,
    /// What became of the deals of each quadrant; none where the version tells none.
    pub quadrants: Vec<QuadrantRecord>,
    /// What lies beyond the limits; nothing in a month of too few deals to say.
    pub beyond: Vec<Sign>,
    /// Of these, what did not in the month before, or has moved again since.
    pub first: Vec<Sign>,
}

impl Month {
    /// Whether there are enough deals to say anything.
    pub fn says(&self) -> bool {
        self.calibration.deals >= FEWEST_TO_SAY
    }
}

/// What a version says of all deals, each slice `(n_deals,)`.
pub(super) struct Said<'a> {
    pub(super) look: Look<'a>,
    pub(super) deals: &'a Deals,
    /// Model probabilities.
    pub(super) p_model: &'a [f64],
}

/// The deals `rows` by month; `promised` is the AUC that the version was honest to promise.
pub(super) fn months(
    said: &Said<'_>,
    current: &Current<'_>,
    rows: &[usize],
    promised: Option<f64>,
    limits: &Limits,
) -> Vec<Month> {
    let mut by_month: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for &row in rows {
        let month = moment(said.deals, row).map_or_else(|| "unknown".into(), |at| format_instant(at)[..7].to_string());
        by_month.entry(month).or_default().push(row);
    }
    let mut months: Vec<Month> = by_month.into_iter().map(|(month, rows)| one(said, current, month, &rows)).collect();
    for i in 0..months.len() {
        if !months[i].says() {
            continue;
        }
        let own = &months[i];
        let beyond = beyond(&own.group, Some(&own.calibration), own.auc.as_ref(), promised, limits);
        let before = months[..i].iter().rev().find(|month| month.says());
        let first = beyond.iter().filter(|sign| before.is_none_or(|b| is_new(sign, own, b, limits))).cloned().collect();
        (months[i].beyond, months[i].first) = (beyond, first);
    }
    months
}

fn one(said: &Said<'_>, current: &Current<'_>, month: String, rows: &[usize]) -> Month {
    let recent = Recent::of(said.deals, said.look.p, said.p_model, rows);
    let mut group = Group::of(&said.look, rows);
    group.tiers = tiers(current, &recent.scores(current));
    Month {
        month,
        calibration: Calibration::of(&recent.y, &recent.p, &recent.w),
        auc: order(&recent),
        group,
        quadrants: recent.quadrant_records(current),
        beyond: Vec::new(),
        first: Vec::new(),
    }
}

/// A deal's as-of, or else when it closed.
fn moment(deals: &Deals, row: usize) -> Option<Instant> {
    let s = &deals.snapshots;
    let looked_at = s.as_of.as_ref().map(|as_of| as_of[row]);
    looked_at.or(s.closed_at[row]).or_else(|| Some(Instant(s.order.as_ref()?[row])))
}

/// Whether a sign of a month was not there in the month before, or has moved again.
fn is_new(sign: &Sign, own: &Month, before: &Month, limits: &Limits) -> bool {
    if !before.beyond.contains(sign) {
        return true;
    }
    let n = [before.group.effective_n, own.group.effective_n];
    let looks = own.group.columns.len() + 1;
    let of = |group: &Group, name: &str| group.columns.iter().find(|d| d.column == name).cloned();
    match (sign.what, &sign.column) {
        (What::Wins, _) => {
            let is_short = |c: &Calibration| c.won < c.expected;
            is_short(&own.calibration) != is_short(&before.calibration)
        }
        (What::Score, _) => own.group.score.moved_since(&before.group.score, n, looks, limits.psi),
        (What::Column, Some(name)) => of(&own.group, name)
            .zip(of(&before.group, name))
            .is_some_and(|(now, then)| now.moved_since(&then, n, looks, limits.psi)),
        _ => false,
    }
}

/// The month from which on a sign was there without a break up to the newest month that says anything.
pub(super) fn since<'m>(months: &'m [Month], sign: &Sign) -> Option<&'m Month> {
    let telling = months.iter().rev().filter(|month| month.says());
    telling.take_while(|month| month.beyond.contains(sign)).last()
}

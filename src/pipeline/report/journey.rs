//! What won deals did before they ordered, beside what lost ones did.

use super::super::deals::Deals;
use super::touches::{NOBODY, Touches};
use crate::asof::Span;
use crate::features::{Attribute, KindMeasure, Source, Values};
use crate::tables::LeadTable;
use serde::Serialize;
use std::collections::BTreeMap;

/// Kinds shown of each list.
const SHOWN: usize = 12;

/// Days from creation to close: quartiles of the deals that have both times. A lead that counts as lost because time
/// ran out has no close.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Days {
    /// Deals.
    pub n: usize,
    /// A quarter took at most so long.
    pub quarter: f64,
    /// Half took at most so long.
    pub median: f64,
    /// Three quarters took at most so long.
    pub three_quarters: f64,
}

/// How much of one kind of activity the deals saw before their as-of, by row weight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Amount {
    /// The kind.
    pub kind: String,
    /// Share of the won, then of the lost deals with any.
    pub any: [f64; 2],
    /// Mean number a won, then a lost deal.
    pub mean: [f64; 2],
}

/// How often a kind was the first, or the last, before the close.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Touch {
    /// The kind.
    pub kind: String,
    /// Share of the won, then of the lost deals with any activity.
    pub share: [f64; 2],
    /// How many of each.
    pub deals: [usize; 2],
}

/// Won beside lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Journey {
    /// How long won, then lost deals took.
    pub days: [Option<Days>; 2],
    /// Activities before the as-of, the largest difference first.
    pub amounts: Vec<Amount>,
    /// First touch, the commonest first.
    pub first: Vec<Touch>,
    /// Last touch before the close, the commonest first.
    pub last: Vec<Touch>,
}

/// Reads the journey off the deals and the touches that the log's pass saw; at `lost_after` time has run out.
pub(super) fn journey(
    table: &LeadTable,
    deals: &Deals,
    touches: Option<&Touches>,
    lost_after: Option<Span>,
) -> Journey {
    let won: Vec<bool> = deals.snapshots.won.iter().map(|w| *w > 0.5).collect();
    let touches = touches.filter(|t| !t.kinds.is_empty() && table.closed_at.is_some());
    let pairs: Vec<(u32, u32)> = match touches {
        Some(touches) => deals.snapshots.rows.iter().map(|&row| touches.of(row)).collect(),
        None => Vec::new(),
    };
    let kinds = touches.map_or(&[][..], |t| &t.kinds);
    Journey {
        days: [true, false].map(|side| days(table, deals, &won, side, lost_after)),
        amounts: amounts(deals),
        first: touched(kinds, pairs.iter().map(|p| p.0), &won),
        last: touched(kinds, pairs.iter().map(|p| p.1), &won),
    }
}

fn days(table: &LeadTable, deals: &Deals, won: &[bool], side: bool, lost_after: Option<Span>) -> Option<Days> {
    let created = table.created_at.as_ref()?;
    let snapshots = &deals.snapshots;
    let took = |i: usize| {
        let life = snapshots.closed_at[i]?.since(created[snapshots.rows[i]]?);
        lost_after.is_none_or(|limit| life < limit).then(|| life.days())
    };
    let mut all: Vec<f64> = (0..deals.n()).filter(|&i| won[i] == side).filter_map(took).collect();
    all.sort_by(f64::total_cmp);
    let at = |share: f64| all.get(((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1))).copied();
    Some(Days { n: all.len(), quarter: at(0.25)?, median: at(0.5)?, three_quarters: at(0.75)? })
}

fn amounts(deals: &Deals) -> Vec<Amount> {
    let mut all: Vec<Amount> = deals.attributes.iter().filter_map(|a| amount(a, deals)).collect();
    all.sort_by(|a, b| {
        let apart = |a: &Amount| (a.any[0] - a.any[1]).abs();
        apart(b).total_cmp(&apart(a)).then_with(|| a.kind.cmp(&b.kind))
    });
    all.truncate(SHOWN);
    all
}

fn amount(attribute: &Attribute, deals: &Deals) -> Option<Amount> {
    let (Source::Activity { kind, measure: KindMeasure::Count }, Values::Number(count)) =
        (&attribute.source, &attribute.values)
    else {
        return None;
    };
    let snapshots = &deals.snapshots;
    let (mut weight, mut any, mut sum) = ([0.0; 2], [0.0; 2], [0.0; 2]);
    for (i, count) in count.iter().enumerate() {
        let side = usize::from(snapshots.won[i] < 0.5);
        let w = snapshots.row_weight[i];
        weight[side] += w;
        any[side] += if count > 0.0 { w } else { 0.0 };
        sum[side] += w * count.max(0.0);
    }
    let share = |of: [f64; 2]| [0, 1].map(|s| if weight[s] > 0.0 { of[s] / weight[s] } else { 0.0 });
    Some(Amount { kind: kind.clone(), any: share(any), mean: share(sum) })
}

fn touched(kinds: &[String], codes: impl Iterator<Item = u32>, won: &[bool]) -> Vec<Touch> {
    let mut counts: BTreeMap<u32, [usize; 2]> = BTreeMap::new();
    let mut total = [0usize; 2];
    for (code, won) in codes.zip(won) {
        if code != NOBODY {
            let side = usize::from(!won);
            counts.entry(code).or_default()[side] += 1;
            total[side] += 1;
        }
    }
    let touch = |(code, deals): (u32, [usize; 2])| Touch {
        kind: kinds[code as usize].clone(),
        share: [0, 1].map(|s| deals[s] as f64 / total[s].max(1) as f64),
        deals,
    };
    let mut all: Vec<Touch> = counts.into_iter().map(touch).collect();
    all.sort_by(|a, b| {
        let n = |t: &Touch| t.deals[0] + t.deals[1];
        n(b).cmp(&n(a)).then_with(|| a.kind.cmp(&b.kind))
    });
    all.truncate(SHOWN);
    all
}

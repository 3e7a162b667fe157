//! When acts happen relative to the close, kept beside the one pass over the log.

use super::filled::{QUESTION_FOR_KINDS as QUESTION, outcome_word};
use super::{Charge, FEWEST_DEALS, Ground, Subject, Suspect};
use crate::asof::{Instant, seen};
use crate::pipeline::deals::{Deals, MAX_KINDS};
use crate::snapshot::Snapshots;
use crate::tables::{ActivityBatch, LeadTable};
use crate::text::{fold, thousands};
use rayon::prelude::*;
use std::collections::HashMap;

/// A kind that lies at the close for this share of the deals that show it …
const AT_THE_CLOSE: f64 = 0.9;
/// … nearly all of one outcome …
const ONE_OUTCOME: f64 = 0.99;
/// … decides deals, unless so many of one outcome in a row are chance.
const ACCIDENT: f64 = 1e-6;

/// How a kind of activity lies relative to the close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindTimes {
    /// The kind.
    pub kind: String,
    /// Won and lost deals with such an act within a day of the close (and before the as-of).
    pub at_close: [usize; 2],
    /// Open leads with such an act before the end of the training data.
    pub open_leads: usize,
}

/// Watches the log go by for what the open leads do. Like everything that is learned from, it sees only acts before their
/// lead's as-of.
pub struct OpenWatch {
    /// The open leads, a bit a lead.
    is_open: Vec<u64>,
    n_leads: usize,
    /// `(n_leads,)` acts before this are marked; empty where no lead is open.
    before: Vec<Instant>,
    slots: HashMap<String, usize, foldhash::fast::FixedState>,
    slot_of_kind: Vec<Option<usize>>,
    names: Vec<String>,
    /// `[kind][lead / 64]` bits.
    marks: Vec<Vec<u64>>,
}

impl OpenWatch {
    /// Watches the open leads up to their own as-of or the end of the training data.
    pub fn new(table: &LeadTable, snapshots: &Snapshots, open: &[usize]) -> OpenWatch {
        let n_leads = table.n_leads();
        let n_watched = if open.is_empty() { 0 } else { n_leads };
        let mut watch = OpenWatch {
            is_open: vec![0; n_leads.div_ceil(64)],
            n_leads,
            before: vec![Instant(i64::MIN); n_watched],
            slots: HashMap::default(),
            slot_of_kind: Vec::new(),
            names: Vec::new(),
            marks: Vec::new(),
        };
        for &row in open {
            let own = table.as_of.as_ref().and_then(|times| times[row]).or(snapshots.until);
            watch.is_open[row / 64] |= 1 << (row % 64);
            watch.before[row] = own.unwrap_or(Instant(i64::MAX));
        }
        watch
    }

    /// Takes in the next rows of the log.
    pub fn add(&mut self, batch: ActivityBatch<'_>) {
        if self.before.is_empty() {
            return;
        }
        for kind in &batch.kinds[self.slot_of_kind.len()..] {
            let slot = self.slot(kind);
            self.slot_of_kind.push(slot);
        }
        for act in batch.acts.iter() {
            let lead = act.lead as usize;
            // The bits of a million leads stay in a cache, which their instants would not.
            if !is_marked(&self.is_open, lead) || !seen(act.at, self.before[lead]) {
                continue;
            }
            if let Some(slot) = self.slot_of_kind[act.kind as usize] {
                let marks = &mut self.marks[slot];
                if marks.is_empty() {
                    *marks = vec![0; self.n_leads.div_ceil(64)];
                }
                marks[lead / 64] |= 1 << (lead % 64);
            }
        }
    }

    /// Kinds folded alike are one; beyond as many as the model looks at, none is watched.
    fn slot(&mut self, kind: &str) -> Option<usize> {
        let folded = fold(kind);
        if let Some(&slot) = self.slots.get(&folded) {
            return Some(slot);
        }
        // Kinds that the model is not offered cannot leak; a log of free texts must not fill the memory.
        if self.names.len() >= 4 * MAX_KINDS {
            return None;
        }
        self.slots.insert(folded, self.names.len());
        self.names.push(kind.to_string());
        self.marks.push(Vec::new());
        Some(self.names.len() - 1)
    }

    /// What was seen of each kind that the model may be offered: `at_close` says of each deal whether its newest act of
    /// the kind lies within a day of the close.
    pub fn finish(self, kinds: &[(&str, &[bool])], snapshots: &Snapshots) -> Vec<KindTimes> {
        let of_kind = |&(kind, at_close): &(&str, &[bool])| {
            let mut times = KindTimes { kind: kind.to_string(), at_close: [0; 2], open_leads: 0 };
            for (&at_close, &won) in at_close.iter().zip(&snapshots.won) {
                times.at_close[usize::from(won <= 0.5)] += usize::from(at_close);
            }
            let marks = self.slots.get(&fold(kind)).map(|&slot| &self.marks[slot]);
            times.open_leads = marks.map_or(0, |marks| marks.iter().map(|word| word.count_ones() as usize).sum());
            times
        };
        kinds.par_iter().map(of_kind).collect()
    }
}

fn is_marked(bits: &[u64], lead: usize) -> bool {
    bits[lead / 64] >> (lead % 64) & 1 == 1
}

/// Judges a kind that happens at the close on one outcome only.
pub(super) fn judge(suspect: &mut Suspect<'_>, deals: &Deals) {
    if suspect.subject != Subject::Kind {
        return;
    }
    let name = fold(&suspect.name);
    let Some(times) = deals.kinds.iter().find(|k| fold(&k.kind) == name) else { return };
    let Some(shares) = suspect.filled else { return };
    let at_close = times.at_close[0] + times.at_close[1];
    let showing = shares.deals[0] + shares.deals[1];
    if at_close < FEWEST_DEALS || (at_close as f64) < AT_THE_CLOSE * showing as f64 {
        return;
    }
    let side = usize::from(times.at_close[1] > times.at_close[0]);
    let base = shares.of[side] as f64 / (shares.of[0] + shares.of[1]) as f64;
    if times.at_close[side] as f64 >= ONE_OUTCOME * at_close as f64 && base.powi(at_close as i32) < ACCIDENT {
        suspect.leaks.push(Charge::new(
            Ground::Values,
            format!(
                "happens within a day of the close on {} deals, nearly all of them {}",
                thousands(at_close),
                outcome_word(side)
            ),
            QUESTION,
        ));
    }
}

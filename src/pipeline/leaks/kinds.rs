//! When acts happen relative to the close, kept beside the one pass over the log.

use super::filled::{QUESTION_FOR_KINDS as QUESTION, outcome_word};
use super::{Charge, FEWEST_DEALS, Subject, Suspect};
use crate::asof::{Instant, MICROS_PER_DAY, seen};
use crate::pipeline::deals::{Deals, MAX_KINDS};
use crate::snapshot::Snapshots;
use crate::tables::{ActivityBatch, LeadTable};
use crate::text::fold;
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

/// What is looked at of one lead.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Deal,
    Open,
    Neither,
}

/// Watches the log go by. Like everything that is learned from, it sees only acts before their lead's as-of.
pub struct KindWatch {
    roles: Vec<Role>,
    /// `(n_leads,)` acts in [from, before) are marked.
    windows: Vec<(Instant, Instant)>,
    slots: HashMap<String, usize, foldhash::fast::FixedState>,
    slot_of_kind: Vec<Option<usize>>,
    names: Vec<String>,
    /// `[kind][lead / 64]` bits.
    marks: Vec<Vec<u64>>,
}

impl KindWatch {
    /// Watches the deals near their close, and the open leads up to their own as-of or the end of the training data.
    pub fn new(table: &LeadTable, snapshots: &Snapshots, open: &[usize]) -> KindWatch {
        let n_leads = table.n_leads();
        let nothing = (Instant(i64::MAX), Instant(i64::MIN));
        let mut watch = KindWatch {
            roles: vec![Role::Neither; n_leads],
            windows: vec![nothing; n_leads],
            slots: HashMap::default(),
            slot_of_kind: Vec::new(),
            names: Vec::new(),
            marks: Vec::new(),
        };
        for (i, &row) in snapshots.rows.iter().enumerate() {
            watch.roles[row] = Role::Deal;
            if let (Some(closed), Some(as_of)) = (snapshots.closed_at[i], &snapshots.as_of) {
                watch.windows[row] = (Instant(closed.0.saturating_sub(MICROS_PER_DAY)), as_of[i]);
            }
        }
        for &row in open {
            watch.roles[row] = Role::Open;
            let own = table.as_of.as_ref().and_then(|times| times[row]).or(snapshots.until);
            watch.windows[row] = (Instant(i64::MIN), own.unwrap_or(Instant(i64::MAX)));
        }
        watch
    }

    /// Takes in the next rows of the log.
    pub fn add(&mut self, batch: ActivityBatch<'_>) {
        for kind in &batch.kinds[self.slot_of_kind.len()..] {
            let slot = self.slot(kind);
            self.slot_of_kind.push(slot);
        }
        for act in batch.acts.iter() {
            let lead = act.lead as usize;
            let (from, before) = self.windows[lead];
            if act.at < from || !seen(act.at, before) {
                continue;
            }
            if let Some(slot) = self.slot_of_kind[act.kind as usize] {
                let n_words = self.roles.len().div_ceil(64);
                let marks = &mut self.marks[slot];
                if marks.is_empty() {
                    *marks = vec![0; n_words];
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

    /// What was seen, by kind; `won` holds the outcome of each deal in `rows`.
    pub fn finish(self, snapshots: &Snapshots) -> Vec<KindTimes> {
        let marked = |marks: &[u64], lead: usize| marks.get(lead / 64).is_some_and(|word| word >> (lead % 64) & 1 == 1);
        let of_kind = |(kind, marks): (String, Vec<u64>)| {
            let mut times = KindTimes { kind, at_close: [0; 2], open_leads: 0 };
            for (&row, &won) in snapshots.rows.iter().zip(&snapshots.won) {
                times.at_close[usize::from(won <= 0.5)] += usize::from(marked(&marks, row));
            }
            let open = (0..self.roles.len()).filter(|&lead| self.roles[lead] == Role::Open);
            times.open_leads = open.filter(|&lead| marked(&marks, lead)).count();
            times
        };
        self.names.into_iter().zip(self.marks).map(of_kind).collect()
    }
}

/// Judges a kind that happens at the close on one outcome only.
pub(super) fn judge(suspect: &mut Suspect, deals: &Deals) {
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
            format!("happens within a day of the close on {at_close} deals, nearly all of them {}", outcome_word(side)),
            QUESTION,
        ));
    }
}

//! Whether a value is there at all, by outcome.

use super::{Charge, FEWEST_DEALS, Ground, Subject, Suspect};
use crate::features::Values;
use crate::lanes::{Lanes, in_wide_registers};
use crate::pipeline::deals::Deals;
use crate::tables::{MISSING, Numbers};
use crate::text::counted;
use std::ops::Range;

/// Filled for at least this share of one outcome …
const NEARLY_ALL: f64 = 0.95;
/// … and for at most this share of the other: a leak.
const NEARLY_NONE: f64 = 0.05;
/// Shares further apart than this are suspicious.
const APART: f64 = 0.25;
/// For kinds of activity the bar is higher: what happened before the as-of is what the model is there to learn from.
const APART_FOR_KINDS: f64 = 0.5;
/// Shares must also lie so many standard errors apart, or twenty deals would raise an alarm by chance.
pub(super) const STANDARD_ERRORS: f64 = 3.0;
/// Chance below which "on one outcome only" is no accident, even for a column that quarters the other outcome's share.
const ACCIDENT: f64 = 1e-6;
/// An honest column may divide the share of an outcome by this much; only "never" beyond that gives a leak away.
const HONEST_FACTOR: f64 = 4.0;

/// How the evidence begins that a kind goes with an outcome.
pub(in crate::pipeline) const HAPPENED: &str = "has happened before the as-of";
/// What a column that gives itself away by being filled is asked.
pub(super) const QUESTION: &str = "Is it filled only once the deal is decided?";
/// What a kind of activity is asked.
pub(super) const QUESTION_FOR_KINDS: &str = "Is it recorded when the deal is decided, or long before?";

/// How often a value is there (or a kind has happened before the as-of), by outcome.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shares {
    /// Row-weighted shares among the won and the lost deals.
    pub share: [f64; 2],
    /// Deals with a value among the won and the lost.
    pub deals: [usize; 2],
    /// Won and lost deals.
    pub of: [usize; 2],
}

impl Shares {
    /// Of a column or kind, where `all` is what there is of the deals; `None` for what has no such state (the age).
    pub(super) fn of(deals: &Deals, all: &Sides, suspect: &Suspect<'_>) -> Option<Shares> {
        let unread = deals.unread.iter().find(|u| u.name == suspect.name && suspect.attributes.is_empty());
        let with = match (unread, suspect.plain()) {
            (Some(unread), _) => Sides::of(deals, ByRow(|row| unread.filled[row])),
            (None, plain) => match &plain?.values {
                Values::Number(counts) if suspect.subject == Subject::Kind => Sides::of(deals, AreAbove(counts)),
                Values::Number(numbers) => Sides::of(deals, AreThere(numbers)),
                Values::Text(column) => Sides::of(deals, ByRow(|row| column.codes[row] != MISSING)),
            },
        };
        Some(Shares::among(all, &with))
    }

    /// Of those `with` a value among `all`.
    pub(super) fn among(all: &Sides, with: &Sides) -> Shares {
        Shares {
            share: [with.weight[0] / all.weight[0], with.weight[1] / all.weight[1]],
            deals: with.deals,
            of: all.deals,
        }
    }

    /// The outcome on which alone the value is found, if on enough deals to be no accident: 0 won, 1 lost.
    ///
    /// With base share b of the other outcome, n deals without one of it have chance (1 − b/4)ⁿ even if the column
    /// honestly divides that share by four.
    pub(super) fn only_outcome(&self) -> Option<usize> {
        let side = match self.deals {
            [n, 0] if n >= FEWEST_DEALS => 0,
            [0, n] if n >= FEWEST_DEALS => 1,
            _ => return None,
        };
        let others_share = self.of[1 - side] as f64 / (self.of[0] + self.of[1]) as f64;
        let chance = (1.0 - others_share / HONEST_FACTOR).powi(self.deals[side] as i32);
        (chance < ACCIDENT).then_some(side)
    }

    /// Whether the shares lie that far apart, and not by chance.
    fn are_apart(&self, least: f64) -> bool {
        (self.share[0] - self.share[1]).abs() >= least && self.differ()
    }

    /// Whether a kind goes with an outcome so much that it is suspicious.
    pub(super) fn accuse_a_kind(&self) -> bool {
        self.are_apart(APART_FOR_KINDS) || self.only_outcome().is_some()
    }

    /// Whether the shares differ by more than chance moves them.
    fn differ(&self) -> bool {
        let pooled = (self.deals[0] + self.deals[1]) as f64 / (self.of[0] + self.of[1]) as f64;
        let error = (pooled * (1.0 - pooled) * (1.0 / self.of[0] as f64 + 1.0 / self.of[1] as f64)).sqrt();
        (self.share[0] - self.share[1]).abs() > STANDARD_ERRORS * error
    }

    fn in_words(&self, verb: &str) -> String {
        format!("{verb} for {} of the won and {} of the lost deals", share(self.share[0]), share(self.share[1]))
    }
}

/// Some of the deals: how many were won and how many lost, and what they weigh.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    deals: [usize; 2],
    weight: [f64; 2],
}

impl Sides {
    /// All deals.
    pub(super) fn all(deals: &Deals) -> Sides {
        Sides::of(deals, ByRow(|_| true))
    }

    /// Those that are flagged.
    pub(super) fn of(deals: &Deals, flagged: impl Flagged) -> Sides {
        in_wide_registers(Added { won: &deals.snapshots.won, weights: &deals.snapshots.row_weight, flagged })
    }
}

/// What holds for some deals.
pub(super) trait Flagged {
    /// Writes 1 for each of the rows, which follow each other, that it holds for, and else 0. To be inlined, with all it
    /// calls.
    fn flag(&self, rows: Range<usize>, flags: &mut [f64]);
}

/// What is asked of each row by itself.
pub(super) struct ByRow<F>(pub F);

impl<F: Fn(usize) -> bool> Flagged for ByRow<F> {
    #[inline(always)]
    fn flag(&self, rows: Range<usize>, flags: &mut [f64]) {
        flags.iter_mut().zip(rows).for_each(|(flag, row)| *flag = f64::from(u8::from((self.0)(row))));
    }
}

/// Numbers above 0.
struct AreAbove<'a>(&'a Numbers);

impl Flagged for AreAbove<'_> {
    #[inline(always)]
    fn flag(&self, rows: Range<usize>, flags: &mut [f64]) {
        self.0.flag(rows, flags, |number| number > 0.0);
    }
}

/// Numbers that are not missing.
struct AreThere<'a>(&'a Numbers);

impl Flagged for AreThere<'_> {
    #[inline(always)]
    fn flag(&self, rows: Range<usize>, flags: &mut [f64]) {
        self.0.flag(rows, flags, |number| !number.is_nan());
    }
}

/// Deals looked at together.
const ROWS_AT_HAND: usize = 512;

/// Sums that run side by side.
type Sums = [f64; 4];

/// The flagged deals of each outcome added up.
struct Added<'a, F: Flagged> {
    won: &'a [f64],
    weights: &'a [f64],
    flagged: F,
}

impl<F: Flagged> Lanes for Added<'_, F> {
    type Out = Sides;

    #[inline(always)]
    fn run(self) -> Sides {
        let (mut deals, mut weight) = ([Sums::default(); 2], [Sums::default(); 2]);
        let mut flags = [0.0; ROWS_AT_HAND];
        let parts = self.won.chunks(ROWS_AT_HAND).zip(self.weights.chunks(ROWS_AT_HAND));
        for (part, (won, weights)) in parts.enumerate() {
            let (first, flags) = (part * ROWS_AT_HAND, &mut flags[..won.len()]);
            self.flagged.flag(first..first + won.len(), flags);
            for (at, ((won, own), flag)) in won.iter().zip(weights).zip(&*flags).enumerate() {
                let lane = at % Sums::default().len();
                // Both sides at each deal, without a branch: nobody could foresee it.
                let is_won = if *won > 0.5 { 1.0 } else { 0.0 };
                for (side, is_of) in [is_won, 1.0 - is_won].into_iter().enumerate() {
                    deals[side][lane] += flag * is_of;
                    weight[side][lane] += flag * is_of * own;
                }
            }
        }
        let total = |sums: &Sums| sums.iter().sum::<f64>();
        Sides { deals: deals.each_ref().map(|sums| total(sums) as usize), weight: weight.each_ref().map(total) }
    }
}

/// A share as a whole percentage that says "none" and "all" only where that is so.
pub(super) fn share(share: f64) -> String {
    match share * 100.0 {
        p if p > 0.0 && p < 0.5 => "under 1 %".to_string(),
        p if p > 99.5 && p < 100.0 => "over 99 %".to_string(),
        p => format!("{p:.0} %"),
    }
}

/// Won or lost.
pub(super) fn outcome_word(side: usize) -> &'static str {
    if side == 0 { "won" } else { "lost" }
}

/// Judges the shares.
pub(super) fn judge(suspect: &mut Suspect<'_>, deals: &Deals) {
    let Some(shares) = suspect.filled else { return };
    let kind = suspect.subject == Subject::Kind;
    let verb = if kind { HAPPENED } else { "filled" };
    let question = if kind { QUESTION_FOR_KINDS } else { QUESTION };
    let [high, low] = [shares.share[0].max(shares.share[1]), shares.share[0].min(shares.share[1])];
    let charge = Charge::new(Ground::Shares, shares.in_words(verb), question);
    if high >= NEARLY_ALL && low <= NEARLY_NONE {
        suspect.leaks.push(charge);
    } else if let Some(side) = shares.only_outcome() {
        let evidence = format!("{verb} on {}, all of them {}", counted(shares.deals[side], "deal"), outcome_word(side));
        // Where closes are known, an act that decides deals shows by happening at the close.
        let closes_known = kind && deals.snapshots.tell_closes();
        let charges = if closes_known { &mut suspect.suspicions } else { &mut suspect.leaks };
        charges.push(Charge::new(Ground::Shares, evidence, question));
    } else if shares.are_apart(if kind { APART_FOR_KINDS } else { APART }) {
        suspect.suspicions.push(charge);
    }
}

//! Who crosses which tier when one scorecard takes the place of another.

use super::Scorecards;
use super::exchange::{Traded, trade};
use super::rules::{RuleEffect, effects};
use crate::scorecard::{Scorecard, Scored};
use crate::tables::LeadTable;
use serde::Serialize;
use std::cmp::Ordering;

/// How many leads reach a tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Crossing {
    /// The tier, by its name in either scorecard.
    pub tier: String,
    /// Leads at or above it by the current scorecard.
    pub current: usize,
    /// By the changed one.
    pub changed: usize,
    /// Leads that rise to it or above.
    pub up: usize,
    /// Leads that fall below it.
    pub down: usize,
}

/// A lead that crosses a tier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// The lead.
    pub lead: String,
    /// Its rule score by the current scorecard.
    pub score_current: f64,
    /// And by the changed one.
    pub score_changed: f64,
    /// Its tier by the current scorecard; empty below all.
    pub tier_current: String,
    /// And by the changed one.
    pub tier_changed: String,
}

/// What the change does to a set of leads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Movement {
    /// Leads looked at.
    pub leads: usize,
    /// Mean change of the rule score.
    pub mean_change: f64,
    /// By tier, the highest first.
    pub tiers: Vec<Crossing>,
    /// The changed scorecard's tier at which sales takes over; empty without one.
    pub handover: String,
    /// Leads at or above the handover, by the current and by the changed scorecard.
    pub handed_over: (usize, usize),
    /// Leads that rise to a higher tier.
    pub up: usize,
    /// Leads that fall to a lower one.
    pub down: usize,
    /// Leads that cross a tier, the largest change of score first.
    pub moved: Vec<Moved>,
    /// By rule.
    pub rules: Vec<RuleEffect>,
}

/// One scorecard's scores of the rows looked at.
pub(super) struct Scores<'a> {
    pub(super) card: &'a Scorecard,
    pub(super) score: Vec<f64>,
    pub(super) disqualified: Vec<bool>,
}

impl<'a> Scores<'a> {
    fn of(card: &'a Scorecard, scored: &Scored, rows: &[usize]) -> Scores<'a> {
        Scores {
            card,
            score: rows.iter().map(|&r| scored.rule_score[r]).collect(),
            disqualified: rows.iter().map(|&r| scored.disqualified[r]).collect(),
        }
    }

    fn reaches(&self, i: usize, tier: &str) -> bool {
        let bound = self.card.tiers.iter().find(|t| t.name == tier);
        !self.disqualified[i] && bound.is_some_and(|t| t.is_reached_by(self.score[i]))
    }

    fn is_high(&self, i: usize) -> bool {
        !self.disqualified[i] && self.card.is_high(self.score[i])
    }

    fn tier(&self, i: usize) -> &str {
        if self.disqualified[i] {
            crate::scorecard::DISQUALIFIED
        } else {
            self.card.tier_name(self.card.tier_of(self.score[i]))
        }
    }
}

/// Names of the tiers of both scorecards, the highest of the changed one first.
fn tier_names(scorecards: [&Scorecard; 2]) -> Vec<&str> {
    let [current, changed] = scorecards;
    let mut names: Vec<&str> = Vec::new();
    for tier in changed.tiers.iter().rev().chain(current.tiers.iter().rev()) {
        if !names.contains(&tier.name.as_str()) {
            names.push(&tier.name);
        }
    }
    names
}

/// How many rise to a tier or fall below one, tier by tier.
fn crossings(before: &Scores<'_>, after: &Scores<'_>) -> Vec<Crossing> {
    let n = before.score.len();
    let crossing = |tier: &str| {
        let mut crossing = Crossing { tier: tier.to_string(), current: 0, changed: 0, up: 0, down: 0 };
        for i in 0..n {
            let (was, is) = (before.reaches(i, tier), after.reaches(i, tier));
            crossing.current += usize::from(was);
            crossing.changed += usize::from(is);
            crossing.up += usize::from(is && !was);
            crossing.down += usize::from(was && !is);
        }
        crossing
    };
    tier_names([before.card, after.card]).into_iter().map(crossing).collect()
}

/// How many leads rise to a higher tier, and how many fall to a lower one, each counted once.
pub(super) fn movers(before: &Scores<'_>, after: &Scores<'_>) -> (usize, usize) {
    let tiers = tier_names([before.card, after.card]);
    let height = |scores: &Scores<'_>, i: usize| tiers.iter().filter(|tier| scores.reaches(i, tier)).count();
    let moves = (0..before.score.len()).map(|i| height(after, i).cmp(&height(before, i)));
    moves.fold((0, 0), |(up, down), to| match to {
        Ordering::Greater => (up + 1, down),
        Ordering::Less => (up, down + 1),
        Ordering::Equal => (up, down),
    })
}

/// Two scorecards on the same leads.
pub(super) struct Sides<'a> {
    pub(super) table: &'a LeadTable,
    /// Rows of the table that are looked at.
    pub(super) rows: &'a [usize],
    pub(super) scorecards: Scorecards<'a>,
    pub(super) current: &'a Scored,
    pub(super) changed: &'a Scored,
}

impl Sides<'_> {
    pub(super) fn before(&self) -> Scores<'_> {
        Scores::of(self.scorecards.current, self.current, self.rows)
    }

    fn after(&self) -> Scores<'_> {
        Scores::of(self.scorecards.changed, self.changed, self.rows)
    }

    pub(super) fn movement(&self) -> Movement {
        let (before, after) = (self.before(), self.after());
        let n = self.rows.len();
        let change = |i: usize| after.score[i] - before.score[i];
        let mut moved: Vec<usize> = (0..n).filter(|&i| before.tier(i) != after.tier(i)).collect();
        moved.sort_by(|&a, &b| change(b).abs().total_cmp(&change(a).abs()).then(a.cmp(&b)));
        let high = |scores: &Scores<'_>| (0..n).filter(|&i| scores.is_high(i)).count();
        let (up, down) = movers(&before, &after);
        Movement {
            leads: n,
            mean_change: if n == 0 { 0.0 } else { (0..n).map(change).sum::<f64>() / n as f64 },
            tiers: crossings(&before, &after),
            handover: after.card.handover.map_or_else(String::new, |tier| after.card.tiers[tier].name.clone()),
            handed_over: (high(&before), high(&after)),
            up,
            down,
            moved: moved
                .into_iter()
                .map(|i| Moved {
                    lead: self.table.ids[self.rows[i]].to_string(),
                    score_current: before.score[i],
                    score_changed: after.score[i],
                    tier_current: before.tier(i).to_string(),
                    tier_changed: after.tier(i).to_string(),
                })
                .collect(),
            rules: effects(self),
        }
    }

    /// Wins at the volume of the current scorecard; `None` where it hands nothing over.
    pub(super) fn exchange(&self, y: &[f64], w: &[f64]) -> Option<Traded> {
        self.scorecards.current.handover?;
        let (before, after) = (self.before(), self.after());
        let handed_over: Vec<bool> = (0..self.rows.len()).map(|i| before.is_high(i)).collect();
        let out = |i: usize| if after.disqualified[i] { f64::NEG_INFINITY } else { after.score[i] };
        let score: Vec<f64> = (0..self.rows.len()).map(out).collect();
        Some(trade(handed_over, &score, y, w))
    }
}

//! What each changed, added or removed rule does by itself, everything else as it is.

use super::movement::{Scores, Sides, movers};
use crate::scorecard::{Effect, Rule, Scorecard, Scored};
use serde::Serialize;

/// What everything but the rules is called: limits of groups, range and bounds of tiers, around the current points.
pub const FRAME: &str = "limits and tiers, points as now";

/// The effect of one rule's change alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleEffect {
    /// The rule, or [`FRAME`].
    pub rule: String,
    /// `changed`, `added`, `removed`.
    pub change: String,
    /// Leads whose score it moves.
    pub leads: usize,
    /// By how many points on average over those leads.
    pub mean_points: f64,
    /// Leads that rise to a higher tier because of it alone.
    pub up: usize,
    /// Leads that fall to a lower one.
    pub down: usize,
}

/// A scorecard as it would be, with the quantities its rules have: `[rule][lead]`.
struct Variant<'a> {
    card: Scorecard,
    quantities: Vec<&'a [f64]>,
}

impl Variant<'_> {
    /// The variant's scores of `rows`.
    fn scores(&self, rows: &[usize]) -> Scores<'_> {
        let rules = self.card.rules.iter().zip(&self.quantities);
        let with_points: Vec<&[f64]> = rules.clone().filter(|(r, _)| r.points().is_some()).map(|(_, q)| *q).collect();
        let totals = self.card.totals(&with_points);
        let out: Vec<&[f64]> = rules.filter(|(r, _)| r.effect == Effect::Disqualify).map(|(_, q)| *q).collect();
        let disqualified: Vec<bool> = rows.iter().map(|&r| out.iter().any(|q| q[r] > 0.0)).collect();
        // Without any rule in points there are no columns to add up: every lead has the base.
        let base = self.card.range.clamp(self.card.base());
        let score = rows.iter().zip(&disqualified).map(|(&r, out)| match out {
            true => self.card.range.min,
            false => totals.get(r).copied().unwrap_or(base),
        });
        Scores { card: &self.card, score: score.collect(), disqualified }
    }
}

/// The effects of all rules that differ, the one that moves most leads across tiers first, and last that of the frame:
/// bounds made for other points move many leads when the points stay, which is no reason to look at them first.
pub(super) fn effects(sides: &Sides<'_>) -> Vec<RuleEffect> {
    let (current, changed) = (sides.scorecards.current, sides.scorecards.changed);
    let mut effects: Vec<RuleEffect> = Vec::new();
    for (number, rule) in current.rules.iter().enumerate() {
        let same_name = changed.rules.iter().position(|other| other.name == rule.name);
        match same_name {
            None => effects.push(sides.alone(&rule.name, "removed", &sides.without(number))),
            Some(other) if sides.differs(number, other) => {
                effects.push(sides.alone(&rule.name, "changed", &sides.with(Some(number), other)));
            }
            Some(_) => {}
        }
    }
    for (number, rule) in changed.rules.iter().enumerate() {
        if current.rules.iter().all(|other| other.name != rule.name) {
            effects.push(sides.alone(&rule.name, "added", &sides.with(None, number)));
        }
    }
    effects.sort_by_key(|e| std::cmp::Reverse((e.up + e.down, e.leads)));
    if frame_differs(current, changed) {
        effects.push(sides.alone(FRAME, "changed", &sides.in_the_new_frame()));
    }
    effects
}

/// Whether caps, range, rescaling, rounding, tiers or the handover differ.
fn frame_differs(one: &Scorecard, other: &Scorecard) -> bool {
    let frame = |card: &Scorecard| {
        let mut groups = card.groups.clone();
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        groups.retain(|g| g.min.is_some() || g.max.is_some());
        format!("{groups:?} {:?} {:?} {} {:?} {:?}", card.range, card.rescale, card.integer, card.tiers, card.handover)
    };
    frame(one) != frame(other)
}

/// `rule` of `from` as a rule of `into`, which gets its group when it lacks it.
fn moved(rule: &Rule, from: &Scorecard, into: &mut Scorecard) -> Rule {
    let group = &from.groups[rule.group];
    let index = into.groups.iter().position(|g| g.name == group.name).unwrap_or_else(|| {
        into.groups.push(group.clone());
        into.groups.len() - 1
    });
    Rule { group: index, ..rule.clone() }
}

fn columns(scored: &Scored) -> Vec<&[f64]> {
    scored.quantities.iter().map(Vec::as_slice).collect()
}

impl<'a> Sides<'a> {
    /// Whether the two rules differ in what they say, or in what they find in these leads (another persona's `when`).
    fn differs(&self, current: usize, changed: usize) -> bool {
        let (one, other) = (&self.scorecards.current.rules[current], &self.scorecards.changed.rules[changed]);
        let groups =
            (&self.scorecards.current.groups[one.group].name, &self.scorecards.changed.groups[other.group].name);
        let (q, other_q) = (&self.current.quantities[current], &self.changed.quantities[changed]);
        one.effect != other.effect
            || one.when != other.when
            || one.activity != other.activity
            || groups.0 != groups.1
            || self.rows.iter().any(|&r| q[r] != other_q[r])
    }

    /// The current scorecard without one rule.
    fn without(&self, rule: usize) -> Variant<'a> {
        let mut card = self.scorecards.current.clone();
        let mut quantities = columns(self.current);
        card.rules.remove(rule);
        quantities.remove(rule);
        Variant { card, quantities }
    }

    /// The current scorecard with a rule of the changed one, in the place of `instead_of` or beside the others.
    fn with(&self, instead_of: Option<usize>, rule: usize) -> Variant<'a> {
        let mut card = self.scorecards.current.clone();
        let mut quantities = columns(self.current);
        let changed = self.scorecards.changed;
        let new = moved(&changed.rules[rule], changed, &mut card);
        let q = self.changed.quantities[rule].as_slice();
        match instead_of {
            Some(place) => (card.rules[place], quantities[place]) = (new, q),
            None => {
                card.rules.push(new);
                quantities.push(q);
            }
        }
        Variant { card, quantities }
    }

    /// The current rules between the changed bounds.
    fn in_the_new_frame(&self) -> Variant<'a> {
        let mut card = self.scorecards.changed.clone();
        let current = self.scorecards.current;
        card.rules = current.rules.iter().map(|rule| moved(rule, current, &mut card)).collect();
        Variant { card, quantities: columns(self.current) }
    }

    fn alone(&self, rule: &str, change: &str, variant: &Variant<'_>) -> RuleEffect {
        let (before, after) = (self.before(), variant.scores(self.rows));
        let moves: Vec<f64> =
            before.score.iter().zip(&after.score).map(|(was, is)| is - was).filter(|m| m.abs() > UNMOVED).collect();
        let (up, down) = movers(&before, &after);
        RuleEffect {
            rule: rule.to_string(),
            change: change.to_string(),
            leads: moves.len(),
            mean_points: if moves.is_empty() { 0.0 } else { moves.iter().sum::<f64>() / moves.len() as f64 },
            up,
            down,
        }
    }
}

/// Scores that differ by less are the same sum in another order.
const UNMOVED: f64 = 1e-9;

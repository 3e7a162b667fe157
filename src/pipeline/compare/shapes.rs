//! How fast the points of each activity rule should fade, and how often it should count: profiles over a grid.

use crate::asof::Span;
use crate::comparison::profile::{Profile, ProfileInput};
use crate::decay::Decay;
use crate::pipeline::deals::RuleColumn;
use crate::scorecard::{ActivityMeasure, Scorecard, Variant};
use crate::text::thousands;
use crate::watch::{Steps, Work};
use rayon::prelude::*;
use serde::Serialize;

/// Half-lives on offer, in days; beside them no decay at all.
pub const HALF_LIVES_DAYS: [f64; 7] = [3.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0];

/// Caps on offer; beside them none.
pub const CAPS: [u64; 7] = [1, 2, 3, 5, 10, 20, 50];

/// Cells of quantities (leads × shapes) that are held at most: half a gigabyte.
const MOST_CELLS: usize = 60_000_000;

/// Deals a rule must hit before its shape is asked for.
const FEWEST_HIT: usize = 30;

/// A shape on offer for a rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// As the scorecard has it.
    AsSet,
    /// Points that never fade.
    NoDecay,
    /// Points that halve in so many days.
    HalfLifeDays(f64),
    /// At most so many acts count.
    Cap(u64),
    /// Every act counts.
    NoCap,
}

/// One rule under another shape.
pub(super) struct Offer {
    /// Place of the rule among those with points.
    pub(super) rule: usize,
    pub(super) shape: Shape,
    pub(super) variant: Variant,
}

/// What the deals say of a rule's decay or cap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShapeProfile {
    /// The rule's id.
    pub rule: String,
    /// Its persona.
    pub persona: Option<String>,
    /// The shapes compared, the one that is set first.
    pub shapes: Vec<ShapeRow>,
    /// Place of the best of them; `None` where the deals cannot tell.
    pub best: Option<usize>,
}

/// One shape and how well it fits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShapeRow {
    /// The shape.
    pub shape: Shape,
    /// Log posterior less that of the best shape.
    pub drop: f64,
    /// Whether the deals cannot rule it out.
    pub plausible: bool,
}

impl ShapeProfile {
    /// Whether the shape that is set is ruled out by the deals.
    pub fn contradicts(&self) -> bool {
        self.best.is_some() && !self.shapes[0].plausible
    }

    /// The rule, with its persona.
    fn name(&self) -> String {
        self.persona.as_ref().map_or_else(|| self.rule.clone(), |persona| format!("{persona}/{}", self.rule))
    }

    /// Only of rules whose cap, or lack of one, the deals rule out.
    pub fn cap_sentence(&self) -> Option<String> {
        let best = self.best.filter(|_| self.contradicts())?;
        Some(format!(
            "`{}` pays for repetition beyond what it is worth: let {} count.",
            self.name(),
            self.shapes[best].shape.words()
        ))
    }

    /// Which half-lives the deals bear out.
    pub fn half_life_sentence(&self) -> String {
        let Some(best) = self.best else {
            return format!("`{}`: the deals cannot tell.", self.name());
        };
        let plausible: Vec<String> =
            self.shapes[1..].iter().filter(|row| row.plausible).map(|row| row.shape.words()).collect();
        let verdict = if self.contradicts() { "what is set does not fit" } else { "what is set fits as well" };
        let plausible =
            if plausible.len() + 1 == self.shapes.len() { "all on offer".to_string() } else { plausible.join(", ") };
        format!("`{}`: best {} (plausible: {plausible}); {verdict}.", self.name(), self.shapes[best].shape.words())
    }
}

/// The shapes on offer for a scorecard's each-time rules; none without an activity log, for acts at no known time, or
/// where they would not fit into memory, with the reason for the last.
pub(super) fn offers(
    scorecard: &Scorecard,
    counters: &[String],
    has_log: bool,
    n_leads: usize,
) -> (Vec<Offer>, Option<String>) {
    if !has_log {
        return (Vec::new(), None);
    }
    let with_points = scorecard.rules.iter().enumerate().filter(|(_, rule)| rule.points().is_some());
    let mut offers = Vec::new();
    for (place, (number, rule)) in with_points.enumerate() {
        let Some(activity) = &rule.activity else { continue };
        let timeless = |kind: &String| counters.iter().any(|c| crate::text::fold(c) == crate::text::fold(kind));
        let counted = activity.kinds.listed();
        if counted.iter().any(timeless) || (counted.is_empty() && !counters.is_empty()) {
            continue;
        }
        if let ActivityMeasure::EachTime { within, decay, max_count } = &activity.measure {
            let mut offer = |shape: Shape, decay: Decay, max_count: Option<u64>| {
                let measure = ActivityMeasure::EachTime { within: *within, decay, max_count };
                offers.push(Offer { rule: place, shape, variant: Variant { rule: number, measure } });
            };
            offer(Shape::NoDecay, Decay::None, *max_count);
            for days in HALF_LIVES_DAYS {
                offer(Shape::HalfLifeDays(days), Decay::HalfLife(Span::from_days(days)), *max_count);
            }
            CAPS.iter().for_each(|cap| offer(Shape::Cap(*cap), decay.clone(), Some(*cap)));
            offer(Shape::NoCap, decay.clone(), None);
        }
    }
    if offers.len() * n_leads > MOST_CELLS {
        let why = format!(
            "half-lives and caps are not compared: {} leads under {} shapes would not fit into memory; compare on a part of the leads",
            thousands(n_leads),
            offers.len()
        );
        return (Vec::new(), Some(why));
    }
    (offers, None)
}

/// The deals that a profile is read from.
pub(super) struct Look<'a> {
    pub(super) rules: &'a [RuleColumn],
    pub(super) learned_points: &'a [f64],
    /// Quantities of the offers, in their order.
    pub(super) offered: &'a [RuleColumn],
    pub(super) offers: &'a [Offer],
    /// The deals looked at.
    pub(super) rows: &'a [usize],
    pub(super) y: &'a [f64],
    pub(super) weights: &'a [f64],
}

impl Look<'_> {
    /// Profiles of half-lives and of caps, each in the order of the rules.
    pub(super) fn profiles(&self, work: Work) -> (Vec<ShapeProfile>, Vec<ShapeProfile>) {
        let half_life = |shape: &Shape| matches!(shape, Shape::NoDecay | Shape::HalfLifeDays(_));
        let mut rules: Vec<usize> = self.offers.iter().map(|offer| offer.rule).collect();
        rules.dedup();
        let steps = Steps::of(work, 2 * rules.len());
        let of = |kept: &(dyn Fn(&Shape) -> bool + Sync)| -> Vec<ShapeProfile> {
            let of_rule = |&rule: &usize| {
                let profile = self.profile(rule, kept);
                steps.step();
                profile
            };
            rules.par_iter().filter_map(of_rule).collect()
        };
        (of(&half_life), of(&|shape| !half_life(shape)))
    }

    fn profile(&self, rule: usize, kept: &dyn Fn(&Shape) -> bool) -> Option<ShapeProfile> {
        let own = &self.rules[rule];
        let pick = |q: &[f64]| -> Vec<f64> { self.rows.iter().map(|&row| q[row]).collect() };
        let set = pick(&own.q);
        if set.iter().filter(|q| **q > 0.0).count() < FEWEST_HIT {
            return None;
        }
        let offers: Vec<usize> =
            (0..self.offers.len()).filter(|&o| self.offers[o].rule == rule && kept(&self.offers[o].shape)).collect();
        let columns: Vec<Vec<f64>> =
            std::iter::once(set).chain(offers.iter().map(|&o| pick(&self.offered[o].q))).collect();
        let shapes: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let others = self.others(rule);
        let input = ProfileInput { others: &others, shapes: &shapes, y: self.y, weights: self.weights };
        let profile = Profile::new(&input);
        let named = std::iter::once(Shape::AsSet).chain(offers.iter().map(|&o| self.offers[o].shape));
        let rows: Vec<ShapeRow> = named
            .enumerate()
            .map(|(at, shape)| ShapeRow { shape, drop: profile.drop[at], plausible: profile.is_plausible(at) })
            .collect();
        let best = profile.tells().then(|| best(&profile, &rows)).flatten();
        Some(ShapeProfile { rule: own.id.clone(), persona: own.persona.clone(), shapes: rows, best })
    }

    /// What all rules but one add by their learned points.
    fn others(&self, but: usize) -> Vec<f64> {
        let mut sum = vec![0.0; self.rows.len()];
        for (rule, points) in
            self.rules.iter().zip(self.learned_points).enumerate().filter(|(at, _)| *at != but).map(|(_, r)| r)
        {
            for (sum, &row) in sum.iter_mut().zip(self.rows) {
                *sum += points * rule.q[row].min(rule.limit);
            }
        }
        sum
    }
}

/// The best half-life; of caps the lowest that is plausible, since what a rule pays beyond it buys nothing.
fn best(profile: &Profile, rows: &[ShapeRow]) -> Option<usize> {
    let caps = rows.iter().any(|row| matches!(row.shape, Shape::Cap(_)));
    if caps {
        return (1..rows.len()).find(|&at| profile.is_plausible(at)).or(Some(0));
    }
    profile.best_of(1..rows.len())
}

impl Shape {
    /// The shape in words: `14 d`, `no decay`, `at most 3`.
    pub fn words(&self) -> String {
        match self {
            Shape::AsSet => "as set".to_string(),
            Shape::NoDecay => "no decay".to_string(),
            Shape::HalfLifeDays(days) => format!("{days} d"),
            Shape::Cap(cap) => format!("at most {cap}"),
            Shape::NoCap => "no cap".to_string(),
        }
    }

    /// Key and value of the scorecard file; `None` for what is set.
    pub(super) fn key(&self) -> Option<(&'static str, Option<String>)> {
        match self {
            Shape::AsSet => None,
            Shape::NoDecay => Some(("decay", None)),
            Shape::HalfLifeDays(days) => Some(("decay", Some(format!("{{ half_life = \"{days}d\" }}")))),
            Shape::Cap(cap) => Some(("max_count", Some(cap.to_string()))),
            Shape::NoCap => Some(("max_count", None)),
        }
    }
}

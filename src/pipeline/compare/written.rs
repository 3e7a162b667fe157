//! The learned scorecard as a file: points, tiers, and, when asked, decay and caps.

use super::shapes::{Shape, ShapeProfile};
use super::{Lesson, WriteSettings};
use crate::comparison::rounding::{round_points, step};
use crate::comparison::tiers::{Tier, move_tiers};
use crate::comparison::{RuleComparison, Verdict};
use crate::fault::InputError;
use crate::pipeline::deals::Deals;
use crate::scorecard::{self, NewPoints, Scorecard};

/// A learned scorecard, and what the deals score by it.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) scorecard: Scorecard,
    /// `(n_deals,)` rule scores of all deals by the learned scorecard.
    pub(super) scores: Vec<f64>,
}

/// The scorecard's text with what `lesson` learned, rounded to its habit, and the tiers moved to the bounds that the
/// same share of the lesson's deals reaches.
///
/// # Errors
/// When the learned scorecard would not be valid.
pub(super) fn write(
    hand_set_text: &str,
    scorecard: &Scorecard,
    lesson: &Lesson,
    deals: &Deals,
    settings: &WriteSettings,
) -> Result<Written, InputError> {
    let hand_set: Vec<f64> = lesson.comparison.rules.iter().map(|rule| rule.hand_set_points).collect();
    let wanted: Vec<f64> = lesson.comparison.rules.iter().map(|rule| settings.points(rule)).collect();
    let rounded = round_points(&hand_set, &wanted);
    let new: Vec<NewPoints> = lesson
        .comparison
        .rules
        .iter()
        .zip(&rounded)
        .filter(|(rule, points)| **points != rule.hand_set_points)
        .map(|(rule, &points)| NewPoints { rule: rule.id.clone(), persona: rule.persona.clone(), points })
        .collect();
    let mut text = scorecard::with_points(hand_set_text, &new)?;
    for (profile, shape) in lesson.changed_shapes() {
        text = with_shape(&text, profile, shape)?;
    }
    let mut learned = Scorecard::parse(&text, "the learned scorecard")?;
    let quantities: Vec<&[f64]> = lesson.columns.iter().map(|column| column.q.as_slice()).collect();
    let scores = learned.totals(&quantities);
    if !settings.keep_tiers && !scorecard.tiers.is_empty() {
        text = scorecard::with_tiers(&text, &moved(scorecard, lesson, deals, &scores, step(&hand_set)))?;
        learned = Scorecard::parse(&text, "the learned scorecard")?;
    }
    if text != hand_set_text {
        text = scorecard::as_learned(&text);
    }
    Ok(Written { text, scorecard: learned, scores })
}

impl WriteSettings {
    /// The points to be written for a rule, before they are rounded.
    fn points(&self, rule: &RuleComparison) -> f64 {
        let contradicted = !matches!(rule.verdict, Verdict::Agrees | Verdict::TooLittleData);
        if self.only_contradicted && !contradicted {
            return rule.hand_set_points;
        }
        rule.hand_set_points + self.strength * (rule.learned_points - rule.hand_set_points)
    }
}

fn with_shape(text: &str, profile: &ShapeProfile, shape: Shape) -> Result<String, InputError> {
    match shape.key() {
        Some((key, value)) => {
            scorecard::with_key(text, &profile.rule, profile.persona.as_deref(), key, value.as_deref())
        }
        None => Ok(text.to_string()),
    }
}

/// The tiers' bounds that the same share of the lesson's deals reaches.
fn moved(scorecard: &Scorecard, lesson: &Lesson, deals: &Deals, scores: &[f64], step: f64) -> Vec<(String, f64)> {
    let Some(rules) = &deals.rules else { return Vec::new() };
    let pick = |values: &[f64]| -> Vec<f64> { lesson.rows.iter().map(|&row| values[row]).collect() };
    let tiers: Vec<Tier> = scorecard.tiers.iter().map(|t| Tier { name: t.name.clone(), bound: t.bound }).collect();
    let range = [scorecard.range.min, scorecard.range.max];
    let weights = pick(&deals.snapshots.row_weight);
    let moved = move_tiers(&pick(&rules.score), &pick(scores), &weights, &tiers, range, step);
    moved.into_iter().map(|tier| (tier.name, tier.bound)).collect()
}

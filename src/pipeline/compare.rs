//! Learned beside hand-set points, on the training deals as they were at their moments.

use super::deals::{DealInputs, DealSettings, Deals, gather};
use crate::comparison::rounding::{round_points, step};
use crate::comparison::tiers::{Tier, move_tiers};
use crate::comparison::{self, Comparison, ComparisonInput, RuleInput};
use crate::fault::InputError;
use crate::metrics::auc;
use crate::scorecard::{self, NewPoints, Scorecard};
use crate::validation::{self, Scheme};

/// Compares the scorecard's points with what the closed deals bear out.
///
/// # Errors
/// Inputs that cannot be looked at as of a moment; few deals are no error.
pub fn compare(
    inputs: DealInputs<'_, '_>,
    settings: &DealSettings,
    folds: usize,
) -> Result<(Comparison, Deals), InputError> {
    let deals = gather(inputs, settings)?;
    let comparison = compare_deals(&deals, folds, settings.snapshot.seed);
    Ok((comparison, deals))
}

/// The comparison on deals already gathered.
pub fn compare_deals(deals: &Deals, folds: usize, seed: u64) -> Comparison {
    let kept: Vec<usize> = match &deals.rules {
        Some(rules) => (0..deals.n()).filter(|&i| !rules.disqualified[i]).collect(),
        None => Vec::new(),
    };
    let pick = |values: &[f64]| -> Vec<f64> { kept.iter().map(|&i| values[i]).collect() };
    let rules: Vec<RuleInput> = deals
        .rules
        .iter()
        .flat_map(|r| &r.rules)
        .map(|rule| RuleInput {
            id: rule.id.clone(),
            group: rule.group.clone(),
            persona: rule.persona.clone(),
            points: rule.points,
            quantity: pick(&rule.q),
            limit: rule.limit,
        })
        .collect();
    let (y, weights) = (pick(&deals.snapshots.won), pick(&deals.snapshots.row_weight));
    let order: Option<Vec<i64>> = deals.snapshots.order.as_ref().map(|o| kept.iter().map(|&i| o[i]).collect());
    let folds = validation::folds(order.as_deref(), &y, folds.max(2), seed);
    let parts: Vec<(Vec<usize>, Vec<usize>)> = match folds.scheme {
        Scheme::None => Vec::new(),
        _ => folds.parts.into_iter().map(|p| (p.train, p.test)).collect(),
    };
    let input =
        ComparisonInput { rules: &rules, y: &y, weights: &weights, folds: &parts, seed, draws: comparison::DRAWS };
    let judge = |scores: &[f64], y: &[f64], w: &[f64]| auc(y, scores, w).map(|a| (a.value, a.se));
    comparison::compare(&input, &judge)
}

/// How a learned scorecard is written.
#[derive(Debug, Clone, Copy)]
pub struct WriteSettings {
    /// Leave the tiers' bounds where they are.
    pub keep_tiers: bool,
}

/// The scorecard's text with the learned points, rounded to its habit, and the tiers moved to the bounds that the same
/// share of the training deals reaches.
///
/// # Errors
/// When every verdict is `too little data`, or the learned scorecard would not be valid.
pub fn learned_scorecard(
    text: &str,
    scorecard: &Scorecard,
    comparison: &Comparison,
    deals: &Deals,
    settings: WriteSettings,
) -> Result<String, InputError> {
    if !comparison.says_something() {
        return Err(InputError::new("there is too little data to learn any rule's points from")
            .remedy("keep the hand-set scorecard, and compare again when more deals have closed"));
    }
    let hand_set: Vec<f64> = comparison.rules.iter().map(|r| r.hand_set_points).collect();
    let learned: Vec<f64> = comparison.rules.iter().map(|r| r.learned_points).collect();
    let rounded = round_points(&hand_set, &learned);
    let new: Vec<NewPoints> = comparison
        .rules
        .iter()
        .zip(&rounded)
        .filter(|(rule, points)| **points != rule.hand_set_points)
        .map(|(rule, &points)| NewPoints { rule: rule.id.clone(), persona: rule.persona.clone(), points })
        .collect();
    let text = scorecard::with_points(text, &new)?;
    if settings.keep_tiers || scorecard.tiers.is_empty() {
        return Ok(text);
    }
    let tiers: Vec<Tier> = scorecard.tiers.iter().map(|t| Tier { name: t.name.clone(), bound: t.bound }).collect();
    let (old, new_scores, weights) = totals(scorecard, &text, deals)?;
    let moved =
        move_tiers(&old, &new_scores, &weights, &tiers, [scorecard.range.min, scorecard.range.max], step(&hand_set));
    let bounds: Vec<(String, f64)> = moved.into_iter().map(|t| (t.name, t.bound)).collect();
    scorecard::with_tiers(&text, &bounds)
}

/// Rule scores of the deals under the hand-set points, under the learned points, and the row weights.
type Totals = (Vec<f64>, Vec<f64>, Vec<f64>);

fn totals(scorecard: &Scorecard, learned: &str, deals: &Deals) -> Result<Totals, InputError> {
    let learned = Scorecard::parse(learned, "the learned scorecard")?;
    let Some(rules) = &deals.rules else { return Ok((Vec::new(), Vec::new(), Vec::new())) };
    let kept: Vec<usize> = (0..deals.n()).filter(|&i| !rules.disqualified[i]).collect();
    let old = kept.iter().map(|&i| rules.score[i]).collect();
    let quantities: Vec<&[f64]> = rules.rules.iter().map(|r| r.q.as_slice()).collect();
    let new = learned.totals(&quantities);
    debug_assert_eq!(scorecard.rules.len(), learned.rules.len(), "only points and tiers differ");
    let weights = kept.iter().map(|&i| deals.snapshots.row_weight[i]).collect();
    Ok((old, kept.iter().map(|&i| new[i]).collect(), weights))
}

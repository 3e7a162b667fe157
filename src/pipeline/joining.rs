//! Rules and model joined: the rule curve, the blend, and the links that put both on the scorecard's scale.

use super::deals::{Deals, RuleSide};
use super::model::Blending;
use super::train::{Predicted, TrainSettings, pick};
use crate::blend::{Blend, Predictions, RuleCurve, choose_weight};
use crate::linking::Linking;
use crate::metrics::{Ascending, auc};
use crate::mismatch::{self, Quadrant, Ranks};
use crate::scorecard::Scorecard;
use rayon::prelude::*;
use std::borrow::Cow;

/// Positions (in `rows`) of the deals that no rule disqualifies.
pub(super) fn qualified(deals: &Deals, rows: &[usize]) -> Vec<usize> {
    let out = deals.rules.as_ref().map(|r| &r.disqualified);
    (0..rows.len()).filter(|&i| out.is_none_or(|d| !d[rows[i]])).collect()
}

/// The rule curve of some deals.
pub(super) fn rule_curve(deals: &Deals, rules: &RuleSide, rows: &[usize]) -> RuleCurve {
    let kept = pick(rows, &qualified(deals, rows));
    RuleCurve::fit(
        &pick(&rules.score, &kept),
        &pick(&deals.snapshots.won, &kept),
        &pick(&deals.snapshots.row_weight, &kept),
    )
}

/// The deals of a prediction that no rule disqualifies, as arrays.
#[derive(Default)]
struct Sides<'a> {
    rows: Vec<usize>,
    p_model: Cow<'a, [f64]>,
    p_rule: Cow<'a, [f64]>,
    score: Cow<'a, [f64]>,
    y: Cow<'a, [f64]>,
    w: Cow<'a, [f64]>,
}

impl<'a> Sides<'a> {
    fn of(deals: &'a Deals, rules: &'a RuleSide, predicted: &'a Predicted) -> Sides<'a> {
        let kept = qualified(deals, &predicted.rows);
        let rows = pick(&predicted.rows, &kept);
        Sides {
            p_model: picked(&predicted.p_model, &kept),
            p_rule: picked(&predicted.p_rule, &kept),
            score: picked(&rules.score, &rows),
            y: picked(&deals.snapshots.won, &rows),
            w: picked(&deals.snapshots.row_weight, &rows),
            rows,
        }
    }

    fn predictions(&self) -> Predictions<'_> {
        Predictions { p_rule: &self.p_rule, p_model: &self.p_model, y: &self.y, w: &self.w }
    }
}

/// The values of some rows; borrowed where these are all, one after the other.
fn picked<'a>(values: &'a [f64], rows: &[usize]) -> Cow<'a, [f64]> {
    let are_all = rows.len() == values.len() && rows.iter().enumerate().all(|(at, row)| at == *row);
    if are_all { Cow::Borrowed(values) } else { Cow::Owned(pick(values, rows)) }
}

/// What both sides say of the deals.
pub(super) struct Said<'a> {
    pub(super) out_of_fold: Option<&'a Predicted>,
    pub(super) in_sample: &'a Predicted,
    /// What the model says of the deals that no rule disqualifies, out of fold or else in sample, in ascending order.
    pub(super) by_model: &'a Ascending,
}

/// Joins both sides' predictions on the deals.
pub(super) fn join(
    deals: &Deals,
    rules: &RuleSide,
    scorecard: &Scorecard,
    curve: RuleCurve,
    said: &Said<'_>,
    settings: &TrainSettings,
) -> Blending {
    let training = Sides::of(deals, rules, said.in_sample);
    let past = said.out_of_fold.map(|p| Sides::of(deals, rules, p));
    let choice = match (settings.blend_weight, &past) {
        (None, Some(past)) => Some(choose_weight(&past.p_model, &past.p_rule, &past.y, &past.w)),
        _ => None,
    };
    // Without a number and without folds there is nothing to choose by, so each side has half a say.
    let weight = settings.blend_weight.or(choice.as_ref().map(|c| c.weight)).unwrap_or(0.5);
    let none = Sides::default();
    let reference = past.as_ref().unwrap_or(&training);
    let bounds: Vec<f64> = scorecard.tiers.iter().map(|t| t.bound).collect();
    let range = (scorecard.range.min, scorecard.range.max);
    let by_score = || {
        let scores = Ascending::of(&reference.score, &reference.w);
        let linking = || Linking::new(&scores, &bounds, range);
        rayon::join(linking, || Ranks::fit(&scores))
    };
    let by_blend = || {
        let blend = Blend::fit(weight, past.as_ref().unwrap_or(&none).predictions(), training.predictions());
        let all = (0..reference.y.len()).into_par_iter();
        let p: Vec<f64> = all.map(|i| blend.probability(reference.p_rule[i], reference.p_model[i])).collect();
        (blend, p)
    };
    let ((linking, rule_ranks), (blend, p)) = rayon::join(by_score, by_blend);
    let model_link = || linking.link(said.by_model);
    let by_blend = Ascending::of(&p, &reference.w);
    let (model_link, link) = rayon::join(model_link, || linking.link(&by_blend));
    let quadrant = |i: usize| {
        let model_score = model_link.score(reference.p_model[i]);
        Quadrant::of(scorecard.is_high(reference.score[i]), scorecard.is_high(model_score))
    };
    let driver = |i: usize| rules.driver(reference.rows[i]);
    let quadrants: Vec<Quadrant> = (0..reference.y.len()).into_par_iter().map(quadrant).collect();
    let (records, driver_records) = rayon::join(
        || mismatch::records(&quadrants, &reference.y, &reference.w),
        || mismatch::driver_records(&quadrants, driver, &reference.y, &reference.w),
    );
    Blending {
        link,
        rule_ranks,
        records,
        driver_records,
        blurred: match &past {
            Some(past) => mismatch::blurred(auc(&past.y, &past.p_model, &past.w).as_ref()),
            None => mismatch::blurred(None),
        },
        min_gap: settings.min_gap,
        curve,
        blend,
        choice,
        model_link,
    }
}

//! The figures of scorecard, model and blend on the same deals.

use super::deals::Deals;
use super::model::{Blending, SideFigures, TierRates};
use super::train::{Predicted, pick};
use crate::metrics::{Figures, Rate, calibration_curve, figures, probability_figures, score_figures};
use crate::scorecard::Scorecard;
use rayon::prelude::*;

/// Bins of the calibration curve.
pub(super) const CURVE_BINS: usize = 10;

/// The three sides' figures on the same deals.
pub(super) fn side_figures(
    deals: &Deals,
    scorecard: Option<&Scorecard>,
    predicted: &Predicted,
    blending: Option<&Blending>,
) -> SideFigures {
    let rows = &predicted.rows;
    let (y, w) = (pick(&deals.snapshots.won, rows), pick(&deals.snapshots.row_weight, rows));
    let by_model = || figures(&y, &predicted.p_model, &w);
    let Some((rules, scorecard, blending)) =
        deals.rules.as_ref().zip(scorecard).zip(blending).map(|((r, s), b)| (r, s, b))
    else {
        let calibration = calibration_curve(&y, &predicted.p_model, &w, CURVE_BINS);
        return SideFigures { scorecard: None, model: Some(by_model()), blend: None, calibration, tiers: Vec::new() };
    };
    let score = pick(&rules.score, rows);
    let by_points = || {
        let order = || score_figures(&y, &score, &w);
        let (order, probability) = rayon::join(order, || probability_figures(&y, &predicted.p_rule, &w));
        Figures { probability, ..order }
    };
    let disqualified = pick(&rules.disqualified, rows);
    let Blended { p, score: blended } = Blended::of(blending, scorecard, &score, &disqualified, predicted);
    let by_blend = || {
        let order = || score_figures(&y, &blended, &w);
        let (order, probability) = rayon::join(order, || probability_figures(&y, &p, &w));
        (Figures { probability, ..order }, calibration_curve(&y, &p, &w, CURVE_BINS))
    };
    let ((points, model), (blend, calibration)) = rayon::join(|| rayon::join(by_points, by_model), by_blend);
    SideFigures {
        scorecard: Some(points),
        model: Some(model),
        blend: Some(blend),
        calibration,
        tiers: tier_rates(scorecard, &score, &blended, &disqualified, &y, &w),
    }
}

/// The blend of predicted deals.
pub(super) struct Blended {
    /// `(n_predicted,)` win probabilities.
    pub(super) p: Vec<f64>,
    /// `(n_predicted,)` scores, which alone say in which order leads are called: of folds with curves of their own, or where
    /// a curve is flat, probabilities put deals in another. A disqualified deal is at the bottom of the range.
    pub(super) score: Vec<f64>,
}

impl Blended {
    /// Of the predicted deals, their rule scores, and whether they are disqualified.
    pub(super) fn of(
        blending: &Blending,
        scorecard: &Scorecard,
        rule_score: &[f64],
        disqualified: &[bool],
        predicted: &Predicted,
    ) -> Blended {
        let blended = |i: usize| {
            let p = blending.blend.probability(predicted.p_rule[i], predicted.p_model[i]);
            let score = match disqualified[i] {
                true => scorecard.range.min,
                false => final_score(blending, rule_score[i], predicted.p_model[i], p),
            };
            (p, score)
        };
        let (p, score) = (0..rule_score.len()).into_par_iter().map(blended).unzip();
        Blended { p, score }
    }
}

/// Score on the scorecard's scale: at blend weight 0 it is the rule score, at 1 the model score.
pub(super) fn final_score(blending: &Blending, rule_score: f64, p_model: f64, p: f64) -> f64 {
    if blending.blend.weight == 0.0 {
        rule_score
    } else if blending.blend.weight == 1.0 {
        blending.model_link.score(p_model)
    } else {
        blending.link.score(p)
    }
}

fn tier_rates(
    scorecard: &Scorecard,
    rule_score: &[f64],
    score: &[f64],
    disqualified: &[bool],
    y: &[f64],
    w: &[f64],
) -> Vec<TierRates> {
    let rate = |scores: &[f64], tier: Option<usize>| {
        let rows: Vec<usize> =
            (0..scores.len()).filter(|&i| !disqualified[i] && scorecard.tier_of(scores[i]) == tier).collect();
        Rate::of(&pick(y, &rows), &pick(w, &rows))
    };
    let mut tiers: Vec<Option<usize>> = (0..scorecard.tiers.len()).rev().map(Some).collect();
    tiers.push(None);
    tiers
        .into_iter()
        .map(|tier| TierRates {
            tier: scorecard.tier_name(tier).to_string(),
            by_rules: rate(rule_score, tier),
            by_score: rate(score, tier),
        })
        .collect()
}

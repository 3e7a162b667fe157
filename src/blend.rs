//! The scorecard's probability, the model's, and how much to trust either: the blend.
//!
//! logit p = a + s · ((1 − w) logit p_rule + w logit p_model), w the blend weight. At w = 0 and at w = 1 the blend is
//! p_rule or p_model itself (s = 1, a = 0).

use crate::lanes::in_wide_registers;
use crate::logistic::prior::MapProblem;
use crate::logodds::{Losses, logit, sigmoid};
use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Prior of the recalibration slope: N(1, 0.5²).
const SLOPE_PRIOR_SD: f64 = 0.5;
/// The recalibration never flattens the blend further than this, nor turns it round.
const LEAST_SLOPE: f64 = 0.1;
/// Rows summed before partial sums are added; fixed, since the order of additions decides the last bits.
const ROWS_PER_SUM: usize = 1 << 16;
/// How near the blend's mean comes to the win rate.
const MEAN_TOLERANCE: f64 = 1e-12;
/// The candidates for the blend weight are 0, 1/20, … 1.
const STEPS: usize = 20;

/// P(win | rule score): a logistic curve, so that points can meet a probability.
///
/// logit p = intercept + slope · (score − mean) / sd. The slope has the prior N(1, 1) and is kept ≥ 0: a scorecard that
/// the deals contradict says nothing, it does not say the opposite. Where the score does not vary, or an outcome is
/// absent, p is the win rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleCurve {
    /// Row-weighted mean of the training deals' rule scores.
    pub mean: f64,
    /// Their row-weighted standard deviation; 0 when they do not vary.
    pub sd: f64,
    /// Log-odds at the mean score.
    pub intercept: f64,
    /// Log-odds per standard deviation of the score.
    pub slope: f64,
}

impl RuleCurve {
    /// The curve of these deals.
    pub fn fit(rule_scores: &[f64], y: &[f64], w: &[f64]) -> RuleCurve {
        let total: f64 = w.iter().sum();
        let mean_of = |value: &dyn Fn(usize) -> f64| {
            (0..w.len()).map(|i| w[i] * value(i)).sum::<f64>() / total.max(f64::MIN_POSITIVE)
        };
        let mean = mean_of(&|i| rule_scores[i]);
        let sd = mean_of(&|i| (rule_scores[i] - mean).powi(2)).sqrt();
        // A spread of rounding size is none: dividing by it would make noise out of equal scores.
        let sd = if sd > 1e-9 * mean.abs().max(1.0) { sd } else { 0.0 };
        let wins: f64 = y.iter().zip(w).map(|(y, w)| y * w).sum();
        let flat = |sd| RuleCurve { mean, sd, intercept: base_log_odds(wins, total), slope: 0.0 };
        if sd == 0.0 || wins <= 0.0 || wins >= total {
            return flat(sd);
        }
        let z: Vec<f64> = rule_scores.iter().map(|score| (score - mean) / sd).collect();
        let (intercept, slope) = line(&z, y, w, 1.0);
        if slope > 0.0 { RuleCurve { mean, sd, intercept, slope } } else { flat(sd) }
    }

    /// P(win) at this rule score.
    pub fn probability(&self, rule_score: f64) -> f64 {
        let z = if self.sd > 0.0 { (rule_score - self.mean) / self.sd } else { 0.0 };
        sigmoid(self.intercept + self.slope * z)
    }
}

/// Log-odds of the win rate; half a deal of either outcome is lent where one is absent.
fn base_log_odds(wins: f64, total: f64) -> f64 {
    let losses = total - wins;
    if wins > 0.0 && losses > 0.0 { (wins / losses).ln() } else { ((wins + 0.5) / (losses + 0.5)).ln() }
}

/// Intercept and slope of logit P = a + b x, a free and b ~ N(1, `slope_sd`²).
fn line(x: &[f64], y: &[f64], w: &[f64], slope_sd: f64) -> (f64, f64) {
    let design = Array2::from_shape_fn((x.len(), 2), |(i, j)| if j == 0 { 1.0 } else { x[i] });
    let fit = MapProblem::new(design, y, w).fit(&[0.0, 1.0], &[f64::INFINITY, slope_sd]);
    (fit.coefficients[0], fit.coefficients[1])
}

/// One blend weight that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The blend weight.
    pub weight: f64,
    /// Its row-weighted mean out-of-fold log loss.
    pub log_loss: f64,
    /// By how much that exceeds the least.
    pub excess: f64,
    /// Standard error of `excess`, deal by deal against the best candidate.
    pub se: f64,
}

/// The blend weight chosen, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeightChoice {
    /// The smallest weight whose loss is within one standard error of the least.
    pub weight: f64,
    /// The weight of the least loss.
    pub least: f64,
    /// All that were tried, ascending.
    pub candidates: Vec<Candidate>,
}

/// The smallest blend weight in 0, 0.05 … 1 whose mean out-of-fold log loss is within one paired standard error of the
/// least: the scorecard is what the team agreed on, so the model has to earn its say.
///
/// The losses are those of the blend before recalibration. Cross-fitting the recalibration as well was tried on made-up
/// companies of 200 deals: the weight scattered twice as far, and new deals were predicted worse. Without deals: 0.
pub fn choose_weight(oof_model: &[f64], oof_rule: &[f64], y: &[f64], w: &[f64]) -> WeightChoice {
    let log_odds = |p: &[f64]| -> Vec<f64> { p.par_iter().map(|&p| logit(p)).collect() };
    let (model, rule) = (log_odds(oof_model), log_odds(oof_rule));
    let total: f64 = w.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let weights: Vec<f64> = (0..=STEPS).map(|step| step as f64 / STEPS as f64).collect();
    let row_losses = |weight: f64| row_losses(weight, &rule, &model, y);
    let losses: Vec<f64> = weights
        .par_iter()
        .map(|&weight| row_losses(weight).zip(w).map(|(loss, w)| w * loss).sum::<f64>() / total)
        .collect();
    // The first of equal losses: the smaller weight.
    let best = (0..=STEPS).fold(0, |best, step| if losses[step] < losses[best] { step } else { best });
    let least = weights[best];
    let least_loss: Vec<f64> = row_losses(least).collect();
    let candidates: Vec<Candidate> = (0..=STEPS)
        .into_par_iter()
        .map(|step| {
            let excess = losses[step] - losses[best];
            let difference = row_losses(weights[step]).zip(&least_loss).map(|(loss, least)| loss - least - excess);
            Candidate {
                weight: weights[step],
                log_loss: losses[step],
                excess,
                se: standard_error(w, total, difference),
            }
        })
        .collect();
    let weight = candidates.iter().find(|c| c.excess <= c.se).map_or(least, |c| c.weight);
    WeightChoice { weight, least, candidates }
}

/// Rows whose losses are worked out together.
const ROWS_AT_A_TIME: usize = 1 << 10;

/// The log loss of each row under the mix of both sides' log-odds.
fn row_losses(weight: f64, rule: &[f64], model: &[f64], y: &[f64]) -> impl Iterator<Item = f64> {
    let (mut eta, mut losses) = ([0.0; ROWS_AT_A_TIME], [0.0; ROWS_AT_A_TIME]);
    let parts = rule.chunks(ROWS_AT_A_TIME).zip(model.chunks(ROWS_AT_A_TIME)).zip(y.chunks(ROWS_AT_A_TIME));
    parts.flat_map(move |((rule, model), y)| {
        let eta = &mut eta[..y.len()];
        eta.iter_mut().zip(rule).zip(model).for_each(|((eta, &rule), &model)| *eta = mix(weight, rule, model));
        in_wide_registers(Losses { y, eta, into: &mut losses[..y.len()] });
        losses.into_iter().take(y.len())
    })
}

/// √(Σ w² d² / W² · n/(n − 1)) at the effective n, for deviations d from a row-weighted mean.
fn standard_error(w: &[f64], total: f64, deviations: impl Iterator<Item = f64>) -> f64 {
    let used = w.iter().zip(deviations).filter(|(w, _)| **w > 0.0);
    let squares: f64 = used.map(|(w, deviation)| (w * deviation).powi(2)).sum();
    let effective = crate::metrics::effective_n(w);
    if effective > 1.0 + 1e-9 { (squares * effective / (effective - 1.0)).sqrt() / total } else { 0.0 }
}

/// Probabilities of both kinds with what came of the deals.
#[derive(Debug, Clone, Copy)]
pub struct Predictions<'a> {
    /// By the rule curve.
    pub p_rule: &'a [f64],
    /// By the model.
    pub p_model: &'a [f64],
    /// Outcomes.
    pub y: &'a [f64],
    /// Row weights.
    pub w: &'a [f64],
}

impl Predictions<'_> {
    fn mixed(&self, weight: f64) -> Vec<f64> {
        let both = self.p_rule.par_iter().zip(self.p_model);
        both.map(|(&rule, &model)| mix(weight, logit(rule), logit(model))).collect()
    }
}

/// (1 − w) rule + w model, in log-odds.
fn mix(weight: f64, rule: f64, model: f64) -> f64 {
    (1.0 - weight) * rule + weight * model
}

/// The blend of scorecard and model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blend {
    /// The blend weight: 0 the scorecard alone, 1 the model alone.
    pub weight: f64,
    /// s: how much the mixed log-odds are stretched.
    pub slope: f64,
    /// a: what is then added to them.
    pub intercept: f64,
}

impl Blend {
    /// The blend at this weight, recalibrated when it lies between 0 and 1.
    ///
    /// Two sources that agree for different reasons are surer together than their mean says, two that agree for the
    /// same reason are not: the slope, fitted on the `out_of_fold` predictions with prior N(1, 0.5²) and kept ≥ 0.1,
    /// learns which. The intercept then keeps the row-weighted mean over the `training` deals at their win rate.
    pub fn fit(weight: f64, out_of_fold: Predictions<'_>, training: Predictions<'_>) -> Blend {
        if weight <= 0.0 || weight >= 1.0 {
            return Blend { weight, slope: 1.0, intercept: 0.0 };
        }
        let won: f64 = out_of_fold.y.iter().zip(out_of_fold.w).map(|(y, w)| y * w).sum();
        let total: f64 = out_of_fold.w.iter().sum();
        // Without both outcomes the free intercept has no optimum, and the slope stays at its prior.
        let slope = if won > 0.0 && won < total {
            line(&out_of_fold.mixed(weight), out_of_fold.y, out_of_fold.w, SLOPE_PRIOR_SD).1.max(LEAST_SLOPE)
        } else {
            1.0
        };
        let stretched: Vec<f64> = training.mixed(weight).iter().map(|eta| slope * eta).collect();
        Blend { weight, slope, intercept: intercept_for_mean(&stretched, training.y, training.w) }
    }

    /// The win probability from the scorecard's and the model's.
    pub fn probability(&self, p_rule: f64, p_model: f64) -> f64 {
        if self.weight <= 0.0 {
            p_rule
        } else if self.weight >= 1.0 {
            p_model
        } else {
            sigmoid(self.intercept + self.slope * mix(self.weight, logit(p_rule), logit(p_model)))
        }
    }
}

/// The a with Σ w sigmoid(a + ηᵢ) = Σ w y, by Newton's method kept inside a bracket; 0 when an outcome is absent.
fn intercept_for_mean(eta: &[f64], y: &[f64], w: &[f64]) -> f64 {
    let total: f64 = w.iter().sum();
    let won: f64 = y.iter().zip(w).map(|(y, w)| y * w).sum();
    if won <= 0.0 || won >= total {
        return 0.0;
    }
    let target = logit(won / total);
    let (least, most) = eta.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), &e| (l.min(e), m.max(e)));
    // At these ends every deal lies above, or below, the win rate.
    let (mut low, mut high) = (target - most, target - least);
    let mut a = 0.5 * (low + high);
    for _ in 0..200 {
        let part = |(eta, w): (&[f64], &[f64])| {
            eta.iter().zip(w).fold((0.0, 0.0), |(expected, slope), (&e, &weight)| {
                let p = sigmoid(a + e);
                (expected + weight * p, slope + weight * p * (1.0 - p))
            })
        };
        let parts: Vec<(f64, f64)> = eta.par_chunks(ROWS_PER_SUM).zip(w.par_chunks(ROWS_PER_SUM)).map(part).collect();
        let (surplus, slope) = parts.iter().fold((-won, 0.0), |(s, d), part| (s + part.0, d + part.1));
        if surplus.abs() <= MEAN_TOLERANCE * total {
            break;
        }
        if surplus > 0.0 {
            high = a
        } else {
            low = a
        }
        let newton = a - surplus / slope;
        a = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
    }
    a
}

//! The rule curve, the blend weight and the blend against scipy (tests/reference/metrics.py), and by properties.

use leadscore::blend::{Blend, Predictions, RuleCurve, choose_weight};
use leadscore::logodds::{logit, sigmoid};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

/// Coefficients of two optimisers that stop at their own gradient.
const FIT: f64 = 1e-6;
/// Sums over a few hundred rows in another order; the rule curve's own tolerance enters them.
const LOSS: f64 = 1e-8;
/// The blend's mean is solved to 1e-12; the sum over the rows adds rounding.
const MEAN: f64 = 1e-11;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    y: Vec<f64>,
    p: Vec<f64>,
    score: Vec<f64>,
    w: Vec<f64>,
    rule_curve: RuleCurve,
    choice: Choice,
    blend: Vec<Blend>,
}

#[derive(Deserialize)]
struct Choice {
    weight: f64,
    least: f64,
    losses: Vec<f64>,
    se: Vec<f64>,
}

fn cases() -> Vec<Case> {
    let reference: Reference = serde_json::from_str(include_str!("../reference/metrics.json")).unwrap();
    reference.cases
}

fn close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance, "{what}: {got}, expected {expected}");
}

fn rule_probabilities(case: &Case) -> Vec<f64> {
    let curve = RuleCurve::fit(&case.score, &case.y, &case.w);
    case.score.iter().map(|&score| curve.probability(score)).collect()
}

#[test]
fn the_rule_curve_is_the_penalised_optimum() {
    for case in cases() {
        let curve = RuleCurve::fit(&case.score, &case.y, &case.w);
        close(curve.mean, case.rule_curve.mean, LOSS, &case.name);
        close(curve.sd, case.rule_curve.sd, LOSS, &case.name);
        close(curve.intercept, case.rule_curve.intercept, FIT, &case.name);
        close(curve.slope, case.rule_curve.slope, FIT, &case.name);
    }
}

#[test]
fn a_scorecard_that_says_nothing_gives_the_win_rate() {
    let y = [1.0, 0.0, 0.0, 1.0, 0.0];
    let w = [1.0, 0.5, 1.0, 1.0, 0.5];
    let constant = RuleCurve::fit(&[33.3; 5], &y, &w);
    close(constant.probability(99.0), 0.5, LOSS, "constant");
    // Points that fall as wins rise, on deals enough to outvote the prior.
    let scores: Vec<f64> = (0..200).map(f64::from).collect();
    let y: Vec<f64> = (0..200).map(|i| f64::from(i < 50)).collect();
    let contradicted = RuleCurve::fit(&scores, &y, &[1.0; 200]);
    assert_eq!(contradicted.slope, 0.0);
    close(contradicted.probability(0.0), 0.25, LOSS, "contradicted");
    // One outcome alone: finite, and on its side.
    let all_won = RuleCurve::fit(&[1.0, 2.0], &[1.0; 2], &[1.0; 2]).probability(1.0);
    assert!(all_won > 0.5 && all_won < 1.0);
    assert!(RuleCurve::fit(&[], &[], &[]).probability(50.0).is_finite());
}

#[test]
fn rescaling_the_points_changes_no_probability() {
    for case in cases() {
        let tenfold: Vec<f64> = case.score.iter().map(|s| 7.0 * s - 20.0).collect();
        let curve = RuleCurve::fit(&tenfold, &case.y, &case.w);
        for (p, score) in rule_probabilities(&case).iter().zip(&tenfold) {
            close(curve.probability(*score), *p, LOSS, &case.name);
        }
    }
}

#[test]
fn the_weight_is_the_smallest_within_one_standard_error() {
    for case in cases() {
        let choice = choose_weight(&case.p, &rule_probabilities(&case), &case.y, &case.w);
        close(choice.weight, case.choice.weight, LOSS, &case.name);
        close(choice.least, case.choice.least, LOSS, &case.name);
        for (candidate, (loss, se)) in choice.candidates.iter().zip(case.choice.losses.iter().zip(&case.choice.se)) {
            close(candidate.log_loss, *loss, LOSS, &case.name);
            close(candidate.se, *se, LOSS, &case.name);
        }
    }
}

#[test]
fn useless_and_perfect_models_get_their_due() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let truth: Vec<f64> = (0..2000).map(|_| sigmoid(2.0 * (rng.random::<f64>() - 0.7) * 3.0)).collect();
    let y: Vec<f64> = truth.iter().map(|&p| f64::from(rng.random::<f64>() < p)).collect();
    let base = vec![y.iter().sum::<f64>() / 2000.0; 2000];
    let w = vec![1.0; 2000];
    assert_eq!(choose_weight(&base, &truth, &y, &w).weight, 0.0);
    assert!(choose_weight(&truth, &base, &y, &w).weight >= 0.8);
    // Two that agree: nothing to gain, so the scorecard alone.
    assert_eq!(choose_weight(&truth, &truth, &y, &w).weight, 0.0);
    assert_eq!(choose_weight(&[], &[], &[], &[]).weight, 0.0);
}

#[test]
fn the_blend_is_recalibrated_as_scipy_would() {
    for case in cases() {
        let p_rule = rule_probabilities(&case);
        let deals = Predictions { p_rule: &p_rule, p_model: &case.p, y: &case.y, w: &case.w };
        for expected in &case.blend {
            let blend = Blend::fit(expected.weight, deals, deals);
            close(blend.slope, expected.slope, FIT, &case.name);
            close(blend.intercept, expected.intercept, FIT, &case.name);
        }
    }
}

#[test]
fn its_mean_is_the_win_rate_and_its_ends_are_the_sources() {
    for case in cases() {
        let p_rule = rule_probabilities(&case);
        let deals = Predictions { p_rule: &p_rule, p_model: &case.p, y: &case.y, w: &case.w };
        let few = Predictions { p_rule: &[], p_model: &[], y: &[], w: &[] };
        for (weight, out_of_fold) in [(0.05, deals), (0.5, deals), (0.95, few)] {
            let blend = Blend::fit(weight, out_of_fold, deals);
            let total: f64 = case.w.iter().sum();
            let mean = |p: &dyn Fn(usize) -> f64| (0..case.w.len()).map(|i| case.w[i] * p(i)).sum::<f64>() / total;
            let predicted = mean(&|i| blend.probability(p_rule[i], case.p[i]));
            close(predicted, mean(&|i| case.y[i]), MEAN, &case.name);
        }
        assert_eq!(Blend::fit(0.0, deals, deals).probability(0.123, 0.9), 0.123);
        assert_eq!(Blend::fit(1.0, deals, deals).probability(0.123, 0.9), 0.9);
    }
}

#[test]
fn the_blend_rises_with_both_sources_and_survives_certainty() {
    let blend = Blend { weight: 0.3, slope: 0.1, intercept: -0.2 };
    assert!(blend.probability(0.2, 0.5) < blend.probability(0.3, 0.5));
    assert!(blend.probability(0.2, 0.5) < blend.probability(0.2, 0.6));
    assert!(blend.probability(0.0, 1.0).is_finite());
    // By hand: logit p = −0.2 + 0.1 (0.7 logit 0.2 + 0.3 logit 0.6).
    let expected = sigmoid(-0.2 + 0.1 * (0.7 * logit(0.2) + 0.3 * logit(0.6)));
    close(blend.probability(0.2, 0.6), expected, 1e-15, "by hand");
}

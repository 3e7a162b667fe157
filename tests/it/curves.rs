//! Numbers as steps on a line: what the steps alone cannot see, and where the curve must not run on.

use leadscore::features::{Attribute, Source, TermSettings, Values};
use leadscore::logodds::sigmoid;
use leadscore::predictor::{LearnSettings, Lessons, Predictor, Solver, learn};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const SETTINGS: LearnSettings = LearnSettings {
    terms: TermSettings { curves: true, min_level_count: 10 },
    penalty: None,
    solver: Solver::Newton,
    interactions: 0,
};

/// Correlation with the true log-odds on new leads that the fit must reach. Steps alone reach 0.70 on this company.
const CORRELATION: f64 = 0.95;

fn unit(random: &mut ChaCha8Rng) -> f64 {
    random.next_u64() as f64 / 2f64.powi(64)
}

fn number(name: &str, values: Vec<f64>) -> Attribute {
    Attribute { source: Source::Column(name.to_string()), values: Values::Number(values) }
}

fn fit(attributes: &[Attribute], y: &[f64], rows: &[usize]) -> Predictor {
    let (weights, draw) = (vec![1.0; y.len()], vec![0.5; y.len()]);
    learn(Lessons { attributes, y, weights: &weights, draw: &draw }, rows, &SETTINGS).unwrap().predictor
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let mean = |v: &[f64]| v.iter().sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let product =
        |a: &[f64], ma: f64, b: &[f64], mb: f64| a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum::<f64>();
    product(a, mean_a, b, mean_b) / (product(a, mean_a, a, mean_a) * product(b, mean_b, b, mean_b)).sqrt()
}

#[test]
fn the_difference_of_two_columns_that_run_side_by_side_is_found() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let budget: Vec<f64> = (0..2000).map(|_| 100.0 * unit(&mut random)).collect();
    let spent: Vec<f64> = budget.iter().map(|b| b - 6.0 * (unit(&mut random) - 0.5)).collect();
    let truth: Vec<f64> = budget.iter().zip(&spent).map(|(b, s)| b - s).collect();
    let y: Vec<f64> = truth.iter().map(|t| f64::from(u8::from(unit(&mut random) < sigmoid(*t)))).collect();
    let attributes = [number("budget", budget), number("spent", spent)];
    let (train, new): (Vec<usize>, Vec<usize>) = (0..2000).partition(|row| *row < 1000);
    let found = fit(&attributes, &y, &train).log_odds(&attributes, &new);
    let reached = correlation(&found, &truth[1000..]);
    assert!(reached > CORRELATION, "correlation {reached}");
}

#[test]
fn a_curve_is_level_beyond_what_the_deals_showed() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let visits: Vec<f64> = (0..1000).map(|_| (10.0 * unit(&mut random)).floor()).collect();
    let amount: Vec<f64> = (0..1000).map(|_| 1000.0 * unit(&mut random)).collect();
    let chance = |v: f64, a: f64| sigmoid(0.4 * (v - 5.0) + 0.004 * (a - 500.0));
    let y: Vec<f64> =
        visits.iter().zip(&amount).map(|(v, a)| f64::from(u8::from(unit(&mut random) < chance(*v, *a)))).collect();
    let rows: Vec<usize> = (0..1000).collect();
    let predictor = fit(&[number("visits", visits), number("amount", amount)], &y, &rows);
    let ask = |visits: f64, amount: f64| {
        predictor.log_odds(&[number("visits", vec![visits]), number("amount", vec![amount])], &[0])[0]
    };
    assert_eq!(ask(9.0, 1000.0), ask(1e6, 1e9));
    assert_eq!(ask(0.0, 0.0), ask(-1e6, f64::MIN));
    assert!(ask(9.0, 1000.0) > ask(0.0, 0.0) + 4.0);
}

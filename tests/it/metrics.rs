//! The metrics against scikit-learn, statsmodels and definitions (tests/reference/metrics.py), and by properties.

use leadscore::metrics::{
    Estimate, Z95, auc, brier, calibration, calibration_curve, expected_calibration_error, figures, lift, log_loss,
    psi_noise, score_figures, wilson,
};
use serde::Deserialize;

/// Sums over a few hundred rows, in another order than the reference took.
const ROUNDING: f64 = 1e-11;
/// Fits stop at a gradient of rounding size; coefficients agree to this.
const FIT: f64 = 1e-7;
/// statrs' quantile of χ² stops its search near here.
const QUANTILE: f64 = 1e-6;

#[derive(Deserialize)]
struct Reference {
    wilson: Vec<[f64; 4]>,
    chi2_95: Vec<(usize, f64)>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    y: Vec<f64>,
    p: Vec<f64>,
    score: Vec<f64>,
    w: Vec<f64>,
    auc: f64,
    auc_score: f64,
    delong_variance: f64,
    log_loss: f64,
    brier: f64,
    win_rate: f64,
    wilson: [f64; 2],
    calibration: Fits,
}

/// Value and ends of the 95 % interval.
#[derive(Deserialize)]
struct Fits {
    intercept: [f64; 3],
    slope: [f64; 3],
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/metrics.json")).unwrap()
}

fn close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance, "{what}: {got}, expected {expected}");
}

#[test]
fn order_and_its_standard_error() {
    for case in reference().cases {
        let by_p = auc(&case.y, &case.p, &case.w).unwrap();
        close(by_p.value, case.auc, ROUNDING, &case.name);
        close(by_p.se.powi(2), case.delong_variance, ROUNDING, &case.name);
        assert!(by_p.interval.holds(by_p.value) && by_p.interval.low > 0.0 && by_p.interval.high < 1.0);
        close(auc(&case.y, &case.score, &case.w).unwrap().value, case.auc_score, ROUNDING, &case.name);
    }
}

#[test]
fn losses_and_rates() {
    for case in reference().cases {
        close(log_loss(&case.y, &case.p, &case.w), case.log_loss, ROUNDING, &case.name);
        close(brier(&case.y, &case.p, &case.w), case.brier, ROUNDING, &case.name);
        let everything = &lift(&case.y, &case.p, &case.w, &[1.0])[0];
        close(everything.win_rate, case.win_rate, ROUNDING, &case.name);
        close(everything.interval.low, case.wilson[0], ROUNDING, &case.name);
        close(everything.interval.high, case.wilson[1], ROUNDING, &case.name);
        close(everything.lift, 1.0, ROUNDING, &case.name);
    }
    for [wins, n, low, high] in reference().wilson {
        let interval = wilson(wins, n);
        close(interval.low, low, ROUNDING, "low");
        close(interval.high, high, ROUNDING, "high");
    }
}

#[test]
fn calibration_intercept_and_slope() {
    let agrees = |got: Option<Estimate>, expected: [f64; 3], name: &str| {
        let got = got.unwrap();
        close(got.value, expected[0], FIT, name);
        close(got.interval.low, expected[1], FIT, name);
        close(got.interval.high, expected[2], FIT, name);
    };
    for case in reference().cases {
        let found = calibration(&case.y, &case.p, &case.w);
        agrees(found.intercept, case.calibration.intercept, &case.name);
        agrees(found.slope, case.calibration.slope, &case.name);
    }
}

#[test]
fn noise_of_the_stability_index() {
    for (df, quantile) in reference().chi2_95 {
        close(psi_noise(df + 1, 2.0, 2.0, 1), quantile, QUANTILE, "χ²");
    }
}

#[test]
fn a_scale_of_all_row_weights_changes_no_figure() {
    for case in reference().cases {
        let tenfold: Vec<f64> = case.w.iter().map(|w| 10.0 * w).collect();
        let (one, ten) = (figures(&case.y, &case.p, &case.w), figures(&case.y, &case.p, &tenfold));
        let (a, b) = (one.auc.unwrap(), ten.auc.unwrap());
        close(a.se, b.se, ROUNDING, &case.name);
        let (a, b) = (one.probability.unwrap(), ten.probability.unwrap());
        close(a.log_loss, b.log_loss, ROUNDING, &case.name);
        let (a, b) = (a.calibration.slope.unwrap(), b.calibration.slope.unwrap());
        close(a.interval.low, b.interval.low, FIT, &case.name);
    }
}

#[test]
fn weight_0_is_a_row_removed_and_rows_have_no_order() {
    for case in reference().cases {
        let whole = figures(&case.y, &case.p, &case.w);
        let doubled = |values: &[f64]| -> Vec<f64> { values.iter().chain(values).copied().collect() };
        let silenced: Vec<f64> = case.w.iter().copied().chain(vec![0.0; case.w.len()]).collect();
        let wrong: Vec<f64> = case.y.iter().copied().chain(case.y.iter().map(|y| 1.0 - y)).collect();
        assert!(figures(&wrong, &doubled(&case.p), &silenced) == whole, "{}", case.name);
        let backwards = |values: &[f64]| -> Vec<f64> { values.iter().rev().copied().collect() };
        let reversed = figures(&backwards(&case.y), &backwards(&case.p), &backwards(&case.w));
        close(reversed.auc.unwrap().value, whole.auc.unwrap().value, ROUNDING, &case.name);
        assert_eq!((reversed.n, reversed.wins), (whole.n, whole.wins));
        for (a, b) in reversed.lift.iter().zip(&whole.lift) {
            close(a.win_rate, b.win_rate, ROUNDING, &case.name);
        }
    }
}

#[test]
fn order_alone_decides_what_a_mere_score_is_worth() {
    for case in reference().cases {
        let stretched: Vec<f64> = case.score.iter().map(|s| (s / 10.0).exp()).collect();
        let (plain, other) =
            (score_figures(&case.y, &case.score, &case.w), score_figures(&case.y, &stretched, &case.w));
        assert!(plain == other, "{}", case.name);
        assert!(plain.probability.is_none());
    }
}

#[test]
fn the_curve_covers_all_deals_once() {
    for case in reference().cases {
        let curve = calibration_curve(&case.y, &case.p, &case.w, 10);
        assert_eq!(curve.iter().map(|bin| bin.n).sum::<usize>(), case.y.len());
        close(curve.iter().map(|bin| bin.weight_share).sum(), 1.0, ROUNDING, &case.name);
        let mean: f64 = curve.iter().map(|bin| bin.weight_share * bin.observed).sum();
        close(mean, case.win_rate, ROUNDING, &case.name);
        assert!(curve.windows(2).all(|pair| pair[0].mean_predicted < pair[1].mean_predicted));
        // One bin: the error is that of the mean.
        let one = calibration_curve(&case.y, &case.p, &case.w, 1);
        let bias = (one[0].observed - one[0].mean_predicted).abs();
        close(expected_calibration_error(&one), bias, ROUNDING, &case.name);
    }
}

#[test]
fn nothing_to_judge() {
    let none = figures(&[], &[], &[]);
    assert_eq!((none.n, none.wins, none.win_rate), (0, 0, 0.0));
    assert!(none.auc.is_none() && none.lift.is_empty() && none.probability.is_none());
    let one_outcome = figures(&[1.0; 3], &[0.2, 0.5, 0.9], &[1.0; 3]);
    assert!(one_outcome.auc.is_none());
    assert!(one_outcome.probability.unwrap().calibration.intercept.is_none());
}

#[test]
fn z_is_the_normal_quantile() {
    // scipy.stats.norm.ppf(0.975)
    close(Z95, 1.959963984540054, 1e-15, "z");
}

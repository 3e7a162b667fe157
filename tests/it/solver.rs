//! The solver against other packages' values (tests/reference/solver.py) and against properties that need none.

use std::ops::Range;

use leadscore::design::{CodeBlock, Design, NO_LEVEL};
use leadscore::logistic::lbfgs::fit_lbfgs;
use leadscore::logistic::linfa_impl::LogisticParams;
use leadscore::logistic::prior::MapProblem;
use leadscore::logistic::{FitError, Fitted, Penalty, Problem, StopReason, Structure, Term, fit};
use linfa::traits::{Fit, Predict};
use ndarray::{Array1, Array2};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::Value;

/// Relative difference from values that other packages computed to about 1e-9.
const REFERENCE: f64 = 1e-6;
/// Relative difference between two fits of one problem written in two ways.
const SAME: f64 = 1e-8;
/// Of many rows the last Hessian is one taken within a thousandth of the standard errors of the optimum.
const SAME_ERRORS: f64 = 1e-6;
/// L-BFGS stops by its gradient, far earlier than Newton.
const LBFGS: f64 = 1e-4;

struct Case {
    design: Design<'static>,
    y: Vec<f64>,
    weights: Vec<f64>,
}

impl Case {
    fn problem(&self) -> Problem<'_> {
        Problem { design: &self.design, y: &self.y, weights: &self.weights }
    }

    fn ridge_terms(&self) -> Vec<Term> {
        vec![Term { columns: 0..self.design.n_columns(), structure: Structure::Ridge }]
    }

    fn fit(&self, lambda: f64) -> Fitted {
        fit(&self.problem(), &self.ridge_terms(), Penalty::Fixed(lambda), None).unwrap()
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn read_case(value: &Value) -> Case {
    let rows: Vec<Vec<f64>> = value["dense"].as_array().unwrap().iter().map(numbers).collect();
    let dense = Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap();
    let block = |block: &Value| CodeBlock {
        codes: numbers(&block["codes"]).iter().map(|code| *code as u32).collect(),
        n_levels: block["n_levels"].as_u64().unwrap() as usize,
    };
    let blocks = value["blocks"].as_array().unwrap().iter().map(block).collect();
    Case {
        design: Design { dense, lines: Vec::new(), blocks },
        y: numbers(&value["y"]),
        weights: numbers(&value["weights"]),
    }
}

fn reference() -> Value {
    serde_json::from_str(include_str!("../reference/solver.json")).unwrap()
}

/// Differences relative to the expected value, or to this where it is smaller.
const SMALLEST_SCALE: f64 = 1e-5;

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (position, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * b.abs().max(SMALLEST_SCALE), "{what} {position}: {a} and {b}");
    }
}

fn assert_same_fit(a: &Fitted, b: &Fitted, what: &str) {
    assert!(a.convergence.is_converged() && b.convergence.is_converged(), "{what}");
    assert_close(&a.coefficients, &b.coefficients, SAME, what);
    assert_close(&a.standard_errors, &b.standard_errors, SAME_ERRORS, what);
    assert_close(&[a.intercept], &[b.intercept], SAME, what);
}

/// A number in [0, 1).
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Three dense columns and blocks of 4 and 3 levels, some rows without a level in the second.
fn made_up(n_samples: usize, seed: u64) -> Case {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let dense = Array2::from_shape_fn((n_samples, 3), |_| 4.0 * uniform(&mut rng) - 2.0);
    let first: Vec<u32> = (0..n_samples).map(|_| (4.0 * uniform(&mut rng)) as u32).collect();
    let second: Vec<u32> = (0..n_samples)
        .map(|_| if uniform(&mut rng) < 0.1 { NO_LEVEL } else { (3.0 * uniform(&mut rng)) as u32 })
        .collect();
    let eta = |i: usize| 0.7 * dense[[i, 0]] - 0.4 * dense[[i, 1]] + 0.3 * f64::from(first[i]) - 0.6;
    let y = (0..n_samples).map(|i| f64::from(u8::from(uniform(&mut rng) < 1.0 / (1.0 + (-eta(i)).exp())))).collect();
    let weights = (0..n_samples).map(|_| 0.25 + uniform(&mut rng)).collect();
    let blocks = vec![CodeBlock { codes: first.into(), n_levels: 4 }, CodeBlock { codes: second.into(), n_levels: 3 }];
    Case { design: Design { dense, lines: Vec::new(), blocks }, y, weights }
}

fn one_hot(design: &Design<'_>) -> Array2<f64> {
    let mut full = Array2::zeros((design.n_samples(), design.n_columns() + 1));
    full.slice_mut(ndarray::s![.., ..design.dense.ncols()]).assign(&design.dense);
    for (block, columns) in design.blocks.iter().zip(design.block_columns()) {
        for (row, code) in block.codes.iter().enumerate().filter(|(_, code)| *code != NO_LEVEL) {
            full[[row, columns.start + code as usize]] = 1.0;
        }
    }
    full.column_mut(design.n_columns()).fill(1.0);
    full
}

#[test]
fn unpenalised_fits_equal_statsmodels() {
    for (name, value) in reference()["cases"].as_object().unwrap() {
        let (case, expected) = (read_case(value), &value["unpenalised"]);
        let fitted = case.fit(0.0);
        assert!(fitted.convergence.is_converged(), "{name}");
        assert_close(&fitted.coefficients, &numbers(&expected["coefficients"]), REFERENCE, name);
        assert_close(&fitted.standard_errors, &numbers(&expected["standard_errors"]), REFERENCE, name);
        assert_close(&[fitted.intercept], &[expected["intercept"].as_f64().unwrap()], REFERENCE, name);
        let intercept_se = expected["intercept_standard_error"].as_f64().unwrap();
        assert_close(&[fitted.intercept_standard_error], &[intercept_se], REFERENCE, name);
    }
}

#[test]
fn ridge_fits_equal_glum() {
    for (name, value) in reference()["cases"].as_object().unwrap() {
        let (case, expected) = (read_case(value), &value["ridge"]);
        let fitted = case.fit(expected["lambda"].as_f64().unwrap());
        assert_close(&fitted.coefficients, &numbers(&expected["coefficients"]), REFERENCE, name);
        assert_close(&fitted.standard_errors, &numbers(&expected["standard_errors"]), REFERENCE, name);
        assert_close(&[fitted.intercept], &[expected["intercept"].as_f64().unwrap()], REFERENCE, name);
        let covariance = fitted.covariance(&case.problem(), &case.ridge_terms()).unwrap();
        let first_row = covariance.row(0).to_vec();
        assert_close(&first_row, &numbers(&expected["covariance_first_row"]), REFERENCE, name);
    }
}

#[test]
fn reml_equals_a_dense_version_of_the_same_recursion() {
    let value = &reference()["reml"];
    let (case, expected) = (read_case(value), &value["reml"]);
    let difference = Structure::Difference { missing_level: false };
    let terms = [(0..8, difference.clone()), (8..14, difference), (14..19, Structure::Ridge)];
    let terms = terms.map(|(columns, structure): (Range<usize>, _)| Term { columns, structure });
    let fitted = fit(&case.problem(), &terms, Penalty::Reml, None).unwrap();
    assert!(fitted.convergence.is_converged());
    let total_weight: f64 = case.weights.iter().sum();
    let lambdas: Vec<f64> = fitted.lambdas.iter().map(|lambda| lambda * total_weight).collect();
    assert_close(&lambdas, &numbers(&expected["lambdas_on_sum"]), REFERENCE, "lambdas");
    assert_close(&fitted.coefficients, &numbers(&expected["coefficients"]), REFERENCE, "coefficients");
    assert_close(&fitted.effective_df, &numbers(&expected["effective_df"]), REFERENCE, "effective df");
    assert_close(&[fitted.log_marginal], &[expected["log_marginal"].as_f64().unwrap()], REFERENCE, "log marginal");
    // Block 2 is noise, blocks 1 and 3 are not.
    assert!(lambdas[1] > 10.0 * lambdas[0] && lambdas[1] > 10.0 * lambdas[2]);
}

#[test]
fn posterior_mode_equals_scipy() {
    let reference = reference();
    let (case, expected) = (read_case(&reference["cases"]["weighted"]), &reference["posterior"]);
    let sd: Vec<f64> =
        expected["prior_sd"].as_array().unwrap().iter().map(|s| s.as_f64().unwrap_or(f64::INFINITY)).collect();
    let (mean, offset) = (numbers(&expected["prior_mean"]), numbers(&expected["offset"]));
    let found = MapProblem::new(one_hot(&case.design), &case.y, &case.weights).with_offset(&offset).fit(&mean, &sd);
    assert!(found.convergence.is_converged());
    assert_close(&found.coefficients, &numbers(&expected["coefficients"]), REFERENCE, "mode");
    assert_close(&found.covariance.diag().to_vec(), &numbers(&expected["variances"]), REFERENCE, "variances");
    assert_close(&[found.log_posterior], &[expected["log_posterior"].as_f64().unwrap()], REFERENCE, "log posterior");
    let held = MapProblem::new(one_hot(&case.design), &case.y, &case.weights).fit(&mean, &[0.0; 8]);
    assert_eq!(held.coefficients, mean);
    assert!(held.covariance.iter().all(|v| *v == 0.0));
}

#[test]
fn weight_two_is_the_row_twice_and_weight_zero_no_row() {
    let mut case = made_up(200, 1);
    case.weights = (0..200).map(|i| [0.0, 1.0, 2.0][i % 3]).collect();
    let rows: Vec<usize> = (0..200).flat_map(|i| vec![i; i % 3]).collect();
    let copied = Case {
        design: case.design.rows(&rows),
        y: rows.iter().map(|&row| case.y[row]).collect(),
        weights: vec![1.0; rows.len()],
    };
    for lambda in [0.0, 0.05] {
        assert_same_fit(&case.fit(lambda), &copied.fit(lambda), "copies");
    }
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let case = made_up(300, 2);
    let rows: Vec<usize> = (0..300).map(|i| (i * 7) % 300).collect();
    let take = |values: &[f64]| rows.iter().map(|&row| values[row]).collect();
    let shuffled = Case { design: case.design.rows(&rows), y: take(&case.y), weights: take(&case.weights) };
    assert_same_fit(&case.fit(0.01), &shuffled.fit(0.01), "shuffled");
}

#[test]
fn a_yes_no_number_is_a_block_of_two_levels() {
    let mut case = made_up(250, 3);
    let codes: Vec<u32> = (0..250).map(|i| u32::from(i % 3 == 0)).collect();
    case.design.dense.column_mut(0).iter_mut().zip(&codes).for_each(|(x, code)| *x = f64::from(*code));
    let mut coded = Case { design: case.design.clone(), y: case.y.clone(), weights: case.weights.clone() };
    coded.design.dense = case.design.dense.slice(ndarray::s![.., 1..]).to_owned();
    coded.design.blocks.push(CodeBlock { codes: codes.into(), n_levels: 2 });
    let (number, block) = (case.fit(0.0), coded.fit(0.0));
    assert_close(&[block.coefficients[block.coefficients.len() - 1]], &number.coefficients[..1], SAME, "yes or no");
    assert_close(&[block.intercept], &[number.intercept], SAME, "intercept");
}

#[test]
fn a_column_split_in_two_shares_its_coefficient() {
    // Under a ridge a column and its copy take half each, as if the column had half the penalty.
    let case = made_up(250, 4);
    let mut doubled = made_up(250, 4);
    doubled.design.dense = ndarray::concatenate![ndarray::Axis(1), case.design.dense, case.design.dense];
    doubled.design.blocks.clear();
    let mut single = made_up(250, 4);
    single.design.blocks.clear();
    let (single, doubled) = (single.fit(0.01), doubled.fit(0.02));
    for j in 0..3 {
        assert_close(&[doubled.coefficients[j]], &[single.coefficients[j] / 2.0], SAME, "first");
        assert_close(&[doubled.coefficients[j + 3]], &[single.coefficients[j] / 2.0], SAME, "copy");
    }
}

#[test]
fn a_copied_column_has_no_coefficient_of_its_own_without_penalty() {
    let mut case = made_up(250, 4);
    let plain = case.fit(0.0);
    case.design.dense = ndarray::concatenate![ndarray::Axis(1), case.design.dense, case.design.dense];
    let doubled = case.fit(0.0);
    assert_close(&doubled.coefficients[..3], &plain.coefficients[..3], SAME, "first");
    assert_eq!(doubled.coefficients[3..6], [0.0; 3]);
    assert_eq!(doubled.standard_errors[3..6], [0.0; 3]);
}

#[test]
fn the_four_operations_equal_those_of_the_one_hot_matrix() {
    // 70,000 rows cross the chunk of every sum; the first block alone in its pass, then four at a time.
    let mut case = made_up(70_000, 5);
    // More numbers than go together.
    let dense = case.design.dense.view();
    case.design.dense = ndarray::concatenate![ndarray::Axis(1), dense, &dense * &dense, 0.5 - &dense, &dense * 3.0];
    // Blocks of one level stand among the others: they are added up with the numbers. Codes of one take two bytes.
    for modulus in [1u32, 5, 2, 7, 1, 300, 3] {
        let codes = (0..70_000u32).map(|i| if i % 11 == 0 { NO_LEVEL } else { i / 13 % modulus }).collect();
        case.design.blocks.push(CodeBlock { codes, n_levels: modulus as usize });
    }
    let full = one_hot(&case.design);
    let weighted = &full * &Array1::from(case.weights.clone()).insert_axis(ndarray::Axis(1));
    let expected = full.t().dot(&weighted);
    let found = case.design.sandwich(&case.weights);
    assert_close(found.as_slice().unwrap(), expected.as_standard_layout().as_slice().unwrap(), 1e-10, "sandwich");
    let n_columns = case.design.n_columns();
    let beta: Vec<f64> = (0..=n_columns).map(|j| (j as f64).sin()).collect();
    let eta = full.dot(&Array1::from(beta.clone())).to_vec();
    assert_close(&case.design.matvec(&beta[..n_columns], beta[n_columns]), &eta, 1e-10, "matvec");
    let sums = full.t().dot(&Array1::from(case.weights.clone())).to_vec();
    assert_close(&case.design.transpose_matvec(&case.weights), &sums[..n_columns], 1e-10, "transpose");
    let by_columns = case.design.dense.t().as_standard_layout().to_owned().reversed_axes();
    let turned = Design { dense: by_columns, lines: Vec::new(), blocks: case.design.blocks.clone() };
    assert_eq!(turned.sandwich(&case.weights), found);
    let part = case.design.rows(&[5, 1, 5]);
    assert_eq!(one_hot(&part).row(2), full.row(5));
}

#[test]
fn bytes_do_not_depend_on_the_number_of_threads() {
    // Rows and columns enough to be split in every sum and every block of the factor.
    let mut case = made_up(70_000, 6);
    case.design.blocks.push(CodeBlock { codes: (0..70_000u32).map(|i| i * 31 % 150).collect(), n_levels: 150 });
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| serde_json::to_string(&case.fit(0.01)).unwrap())
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn separable_data_are_named() {
    let mut case = made_up(100, 7);
    case.y = (0..100).map(|i| f64::from(u8::from(case.design.dense[[i, 0]] > 0.1))).collect();
    assert_eq!(case.fit(0.0).convergence.reason, StopReason::Separated);
    let penalised = case.fit(0.01);
    assert!(penalised.convergence.is_converged());
    // One level of which all are won, the rest mixed: only that level's coefficient is infinite.
    let mut case = made_up(200, 8);
    for (y, code) in case.y.iter_mut().zip(case.design.blocks[0].codes.iter()) {
        *y = if code == 1 { 1.0 } else { *y };
    }
    let fitted = case.fit(0.0);
    assert_eq!(fitted.convergence.reason, StopReason::Separated);
    assert!(fitted.coefficients.iter().all(|b| b.is_finite()));
    let reml = fit(&case.problem(), &case.ridge_terms(), Penalty::Reml, None).unwrap();
    assert!(reml.convergence.is_converged());
}

#[test]
fn lbfgs_reaches_the_same_optimum() {
    let mut case = made_up(400, 9);
    case.weights = vec![1.0; 400];
    let won_is_rare = case.y.iter().sum::<f64>() < 200.0;
    for flip in [false, true] {
        if flip {
            case.y.iter_mut().for_each(|y| *y = 1.0 - *y);
        }
        let newton = case.fit(0.01);
        let lbfgs = fit_lbfgs(&case.problem(), &case.ridge_terms(), 0.01, &[0.5; 400]).unwrap();
        assert!(lbfgs.convergence.is_converged(), "{:?}", lbfgs.convergence);
        assert_close(&lbfgs.coefficients, &newton.coefficients, LBFGS, "coefficients");
        assert_close(&lbfgs.standard_errors, &newton.standard_errors, LBFGS, "standard errors");
        assert_close(&[lbfgs.intercept], &[newton.intercept], LBFGS, "intercept");
    }
    assert!(won_is_rare || case.y.iter().sum::<f64>() < 200.0, "wins must be the rarer outcome once");
}

#[test]
fn lbfgs_keeps_rows_by_their_weight_and_refuses_what_it_cannot_do() {
    let mut case = made_up(300, 10);
    case.weights = (0..300).map(|i| if i % 2 == 0 { 0.6 } else { 0.4 }).collect();
    let rows: Vec<usize> = (0..300).step_by(2).collect();
    let half = Case {
        design: case.design.rows(&rows),
        y: rows.iter().map(|&row| case.y[row]).collect(),
        weights: vec![1.0; 150],
    };
    let thinned = fit_lbfgs(&case.problem(), &case.ridge_terms(), 0.01, &[0.5; 300]).unwrap();
    assert_close(&thinned.coefficients, &half.fit(0.01).coefficients, LBFGS, "half");
    let curve = [Term { columns: 0..3, structure: Structure::Difference { missing_level: false } }];
    let refused = fit_lbfgs(&case.problem(), &curve, 0.01, &[0.5; 300]);
    assert_eq!(refused, Err(FitError::RidgeOnly { term: 0 }));
    // 15,000 columns on 4,000 rows are more than 50 million cells.
    let mut tall = made_up(4_000, 10);
    tall.design.blocks.push(CodeBlock { codes: vec![0; 4_000].into(), n_levels: 15_000 });
    let refused = fit_lbfgs(&tall.problem(), &[], 0.01, &[0.0; 4_000]);
    assert!(matches!(refused, Err(FitError::TooManyCells { .. })), "{refused:?}");
    tall.design.blocks.push(CodeBlock { codes: vec![0; 4_000].into(), n_levels: 15_000 });
    let refused = fit(&tall.problem(), &[], Penalty::Reml, None);
    assert!(matches!(refused, Err(FitError::TooManyColumns { .. })), "{refused:?}");
}

#[test]
fn linfa_reaches_the_solver_through_its_own_traits() {
    let mut case = made_up(200, 12);
    case.design.blocks.clear();
    case.weights.iter_mut().for_each(|w| *w = f64::from(*w as f32));
    let targets: Array1<bool> = case.y.iter().map(|y| *y > 0.5).collect();
    let dataset = linfa::DatasetBase::new(case.design.dense.clone(), targets)
        .with_weights(case.weights.iter().map(|w| *w as f32).collect());
    let model = LogisticParams::default().lambda(0.02).fit(&dataset).unwrap();
    assert_same_fit(&model.fitted, &case.fit(0.02), "linfa");
    let predicted = model.predict(dataset.records());
    let right = predicted.iter().zip(&case.y).filter(|(p, y)| **p == (**y > 0.5)).count();
    assert!(right > 120, "{right} of 200");
    let refused = LogisticParams::default().lambda(-1.0).fit(&dataset);
    assert_eq!(refused.unwrap_err(), FitError::Penalty { lambda: -1.0 });
}

#[test]
fn degenerate_problems_give_an_answer_or_a_named_error() {
    let reml = |case: &Case, terms: &[Term]| fit(&case.problem(), terms, Penalty::Reml, None);
    // Intercept only: the log-odds of the weighted share.
    let mut case = made_up(60, 13);
    case.design = Design { dense: Array2::zeros((60, 0)), lines: Vec::new(), blocks: Vec::new() };
    let share = case.y.iter().zip(&case.weights).map(|(y, w)| y * w).sum::<f64>() / case.weights.iter().sum::<f64>();
    for fitted in [reml(&case, &[]).unwrap(), case.fit(0.0), case.fit(1.0)] {
        assert_close(&[fitted.intercept], &[(share / (1.0 - share)).ln()], SAME, "share");
    }
    // A block of one level, a constant column, more columns than rows.
    let mut case = made_up(30, 14);
    case.design.dense.column_mut(1).fill(0.0);
    case.design.blocks.push(CodeBlock { codes: vec![0; 30].into(), n_levels: 1 });
    case.design.blocks.push(CodeBlock { codes: (0..30).map(|i| i * 3).collect(), n_levels: 100 });
    let columns = case.design.block_columns();
    let mut terms: Vec<Term> =
        columns.iter().map(|c| Term { columns: c.clone(), structure: Structure::Ridge }).collect();
    terms[3].structure = Structure::Difference { missing_level: true };
    for penalty in [Penalty::Reml, Penalty::Fixed(0.1)] {
        let fitted = fit(&case.problem(), &terms, penalty, None).unwrap();
        assert!(fitted.coefficients.iter().chain(&fitted.standard_errors).all(|b| b.is_finite()));
        assert_eq!(fitted.coefficients[1], 0.0);
    }
    assert_eq!(case.fit(0.0).convergence.reason, StopReason::Separated);
    assert_eq!(case.fit(0.0).coefficients[columns[2].start], 0.0);
    case.y.fill(1.0);
    assert_eq!(reml(&case, &terms), Err(FitError::OneOutcome));
    case.y[4] = 0.5;
    assert_eq!(reml(&case, &terms), Err(FitError::Outcome { row: 4, value: 0.5 }));
    case.design.dense[[2, 1]] = f64::NAN;
    case.y[4] = 0.0;
    assert_eq!(reml(&case, &terms), Err(FitError::NotFinite { what: "number in the design", position: 2 }));
}

#[test]
fn a_fit_that_starts_at_the_optimum_stays_there() {
    let case = made_up(300, 15);
    let terms = case.ridge_terms();
    let first = case.fit(0.01);
    let second = fit(&case.problem(), &terms, Penalty::Fixed(0.01), Some(&first)).unwrap();
    assert_eq!(second.convergence.steps, 1);
    assert_same_fit(&first, &second, "again");
}

#[test]
fn a_fit_of_many_rows_ends_where_one_from_afar_does() {
    let case = made_up(1 << 18, 16);
    let sampled = case.fit(1e-3);
    let n_columns = case.design.n_columns();
    let afar = Fitted { intercept: 0.0, coefficients: vec![0.0; n_columns], ..sampled.clone() };
    let whole = fit(&case.problem(), &case.ridge_terms(), Penalty::Fixed(1e-3), Some(&afar)).unwrap();
    assert_same_fit(&sampled, &whole, "from a sample");
    assert!(sampled.convergence.steps < whole.convergence.steps, "the sample saves steps");
}

#[test]
fn many_rows_without_penalty_are_fitted_as_fewer_with_more_weight() {
    // Of seven times these rows every fourth is fitted first, and so in the part a balanced block has one level alone.
    let mut few = made_up(40_000, 18);
    few.design.blocks.push(CodeBlock { codes: (0..40_000u32).map(|i| i % 4).collect(), n_levels: 4 });
    few.weights.fill(1.0);
    let copies: Vec<usize> = (0..280_000).map(|row| row % 40_000).collect();
    let y = copies.iter().map(|&row| few.y[row]).collect();
    let many = Case { design: few.design.rows(&copies), y, weights: vec![1.0; copies.len()] };
    let heavy = Case { weights: vec![7.0; 40_000], ..few };
    let (found, expected) = (many.fit(0.0), heavy.fit(0.0));
    assert!(found.convergence.is_converged());
    let zeros = |fitted: &Fitted| fitted.coefficients.iter().map(|b| *b == 0.0).collect::<Vec<bool>>();
    assert_eq!(zeros(&found), zeros(&expected));
    assert!(zeros(&found).contains(&true));
    assert_close(&found.coefficients, &expected.coefficients, 1e-6, "coefficients");
}

#[test]
fn penalties_of_many_rows_are_those_of_half_as_many_with_twice_the_weight() {
    // Few enough rows for Newton's method all along, and twice as many, which share Hessians between the rounds.
    let few = made_up(40_000, 17);
    let twice: Vec<usize> = (0..80_000).map(|row| row % 40_000).collect();
    let pick = |values: &[f64]| twice.iter().map(|&row| values[row]).collect::<Vec<f64>>();
    let many = Case { design: few.design.rows(&twice), y: pick(&few.y), weights: pick(&few.weights) };
    let heavy = Case { weights: few.weights.iter().map(|w| 2.0 * w).collect(), ..few };
    let block_terms = |case: &Case| -> Vec<Term> {
        let dense = (0..3).map(|column| column..column + 1);
        dense.chain(case.design.block_columns()).map(|columns| Term { columns, structure: Structure::Ridge }).collect()
    };
    let reml = |case: &Case| fit(&case.problem(), &block_terms(case), Penalty::Reml, None).unwrap();
    let (found, expected) = (reml(&many), reml(&heavy));
    assert!(found.convergence.is_converged());
    for (a, b) in found.lambdas.iter().zip(&expected.lambdas) {
        assert!((a / b).ln().abs() < LAMBDAS_ALIKE, "{a} and {b}");
    }
    for (column, error) in expected.standard_errors.iter().enumerate() {
        let moved = (found.coefficients[column] - expected.coefficients[column]).abs();
        assert!(moved <= UNNOTICED * error, "column {column} moved by {moved}, standard error {error}");
    }
}

/// Logarithm of the factor by which λ may differ: the rounds stop at 0.1.
const LAMBDAS_ALIKE: f64 = 0.1;

/// Share of a standard error that nobody notices.
const UNNOTICED: f64 = 0.05;

//! Interactions: found where there is one, not found in noise, and moved into the main effects without a trace.

use leadscore::design::{CodeBlock, Codes, Design};
use leadscore::features::bins;
use leadscore::logistic::pairs::{
    Axis, FittedPair, MainEffect, PairScore, WithPairs, all_pairs, center_pairs, keep, refit_with_pairs, screen,
    working_residuals,
};
use leadscore::logistic::{Ending, Fitted, Penalty, Problem, Structure, Term, fit};
use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Predictions before and after centring differ by rounding only.
const UNCHANGED: f64 = 1e-12;
/// Sweeps end when margins are below 1e-12 of the largest cell.
const CENTRED: f64 = 1e-10;

const FINE_BINS: usize = 12;
const COARSE_BINS: usize = 4;
const N_LEVELS: usize = 3;

/// Two numbers in 12 bins, a missing level behind those of the first, and a category; pair axes of 4 bins.
struct World {
    design: Design<'static>,
    terms: Vec<Term>,
    y: Vec<f64>,
    weights: Vec<f64>,
    axis_codes: Vec<Codes>,
    of_fine: Vec<Vec<u32>>,
}

fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

impl World {
    /// `strength` is the log-odds that the two numbers add when both are high or both are low.
    fn new(n_samples: usize, strength: f64, seed: u64) -> World {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut column = |missing: f64| -> Vec<f64> {
            (0..n_samples).map(|_| if uniform(&mut rng) < missing { f64::NAN } else { uniform(&mut rng) }).collect()
        };
        let numbers = [column(0.1), column(0.0)];
        let category: Vec<u32> = (0..n_samples).map(|_| (uniform(&mut rng) * N_LEVELS as f64) as u32).collect();
        let eta = |i: usize| {
            let sign = if (numbers[0][i] > 0.5) == (numbers[1][i] > 0.5) { 1.0 } else { -1.0 };
            numbers[1][i] - 1.0
                + 0.3 * f64::from(category[i])
                + if numbers[0][i].is_nan() { 0.2 } else { strength * sign }
        };
        let y =
            (0..n_samples).map(|i| f64::from(u8::from(uniform(&mut rng) < 1.0 / (1.0 + (-eta(i)).exp())))).collect();
        let weights = (0..n_samples).map(|_| 0.5 + uniform(&mut rng)).collect();
        let mut world = World {
            design: Design { dense: Array2::zeros((n_samples, 0)), lines: Vec::new(), blocks: Vec::new() },
            terms: Vec::new(),
            y,
            weights,
            axis_codes: Vec::new(),
            of_fine: Vec::new(),
        };
        numbers.iter().for_each(|values| world.add_number(values));
        world.add_category(category);
        world
    }

    fn add_number(&mut self, values: &[f64]) {
        let edges = bins::bin_edges(values, FINE_BINS);
        let (n_bins, has_missing) = (edges.len() + 1, values.iter().any(|value| value.is_nan()));
        let codes: Vec<u32> = values.iter().map(|value| bins::code(*value, &edges).min(n_bins as u32)).collect();
        let mut rows = vec![0; n_bins];
        codes.iter().filter(|code| **code < n_bins as u32).for_each(|code| rows[*code as usize] += 1);
        let mut of_fine = bins::coarsen(&edges, &rows, COARSE_BINS).of_fine;
        let first = self.design.n_columns();
        let difference = Structure::Difference { missing_level: false };
        self.terms.push(Term { columns: first..first + n_bins, structure: difference });
        if has_missing {
            of_fine.push(COARSE_BINS as u32);
            self.terms.push(Term { columns: first + n_bins..first + n_bins + 1, structure: Structure::Ridge });
        }
        self.axis_codes.push(codes.iter().map(|code| of_fine[*code as usize]).collect());
        self.design.blocks.push(CodeBlock { codes: codes.into(), n_levels: of_fine.len() });
        self.of_fine.push(of_fine);
    }

    fn add_category(&mut self, codes: Vec<u32>) {
        let first = self.design.n_columns();
        self.terms.push(Term { columns: first..first + N_LEVELS, structure: Structure::Ridge });
        self.axis_codes.push(codes.clone().into());
        self.design.blocks.push(CodeBlock { codes: codes.into(), n_levels: N_LEVELS });
        self.of_fine.push((0..N_LEVELS as u32).collect());
    }

    fn problem(&self) -> Problem<'_> {
        Problem { design: &self.design, y: &self.y, weights: &self.weights }
    }

    fn axes(&self) -> [Axis<'_>; 3] {
        let shapes = [(COARSE_BINS + 1, COARSE_BINS), (COARSE_BINS, COARSE_BINS), (N_LEVELS, 0)];
        std::array::from_fn(|k| Axis { codes: &self.axis_codes[k], n_levels: shapes[k].0, ordered_levels: shapes[k].1 })
    }

    fn additive(&self) -> Fitted {
        fit(&self.problem(), &self.terms, Penalty::Reml, None).unwrap()
    }

    fn kept(&self, additive: &Fitted) -> Vec<PairScore> {
        let (residuals, weights) = working_residuals(&self.problem(), additive);
        keep(&screen(&self.axes(), &residuals, &weights, &all_pairs(3)), 10)
    }
}

#[test]
fn a_planted_interaction_is_found_and_helps() {
    let world = World::new(1_500, 0.8, 1);
    let additive = world.additive();
    let kept = world.kept(&additive);
    assert_eq!(kept.iter().map(|pair| (pair.a, pair.b)).collect::<Vec<_>>(), [(0, 1)]);
    let with =
        refit_with_pairs(&world.problem(), &world.terms, &additive, &world.axes(), &kept, Ending::Settled.into())
            .unwrap();
    assert!(with.fitted.convergence.is_converged());
    assert!(with.fitted.log_marginal > additive.log_marginal + 10.0);
    // High with high and low with low are above low with high.
    let first = world.design.n_columns();
    let cell = |row: u32, column: u32| {
        let position = with.cells[0].kept.iter().position(|kept| *kept == (row, column)).unwrap();
        with.fitted.coefficients[first + position]
    };
    assert!(cell(0, 0) > cell(0, 3) + 0.5 && cell(3, 3) > cell(3, 0) + 0.5);
}

#[test]
fn noise_keeps_no_pair_in_95_of_100() {
    let n_seeds = 200;
    let clean = (0..n_seeds).filter(|seed| {
        let world = World::new(300, 0.0, 1_000 + seed);
        world.kept(&world.additive()).is_empty()
    });
    let clean = clean.count();
    assert!(clean * 100 >= 95 * n_seeds as usize, "{clean} of {n_seeds}");
}

#[test]
fn centring_changes_no_prediction() {
    let world = World::new(800, 0.8, 2);
    let additive = world.additive();
    // All three pairs, kept or not: overlapping margins must not disturb each other.
    let (residuals, weights) = working_residuals(&world.problem(), &additive);
    let scores = screen(&world.axes(), &residuals, &weights, &all_pairs(3));
    let WithPairs { design, terms, cells, fitted } =
        refit_with_pairs(&world.problem(), &world.terms, &additive, &world.axes(), &scores, Ending::Settled.into())
            .unwrap();
    let before = design.matvec(&fitted.coefficients, fitted.intercept);

    let main_columns = world.design.block_columns();
    let side =
        |axis: usize| Some(MainEffect { columns: main_columns[axis].clone(), axis_levels: &world.of_fine[axis] });
    let pair = |(k, score): (usize, &PairScore)| FittedPair {
        cells: &cells[k],
        columns: terms[world.terms.len() + k].columns.clone(),
        axes: [world.axes()[score.a], world.axes()[score.b]],
        main_effects: [side(score.a), side(score.b)],
    };
    let pairs: Vec<FittedPair<'_>> = scores.iter().enumerate().map(pair).collect();
    let (mut coefficients, mut intercept) = (fitted.coefficients.clone(), fitted.intercept);
    let tables = center_pairs(&mut coefficients, &mut intercept, &pairs, &world.weights);
    let main = world.design.matvec(&coefficients[..world.design.n_columns()], intercept);
    for (i, before) in before.iter().enumerate() {
        let codes = |axis: usize| world.axis_codes[axis].get(i);
        let cells = tables.iter().zip(&scores).map(|(table, score)| table.value(codes(score.a), codes(score.b)));
        assert!((main[i] + cells.sum::<f64>() - before).abs() < UNCHANGED);
    }

    assert!(coefficients[world.design.n_columns()..].iter().all(|cell| *cell == 0.0));
    for (table, score) in tables.iter().zip(&scores) {
        for level in 0..table.n_rows as u32 {
            let rows = (0..800).filter(|&i| world.axis_codes[score.a].get(i) == level);
            let sum: f64 = rows.map(|i| world.weights[i] * table.value(level, world.axis_codes[score.b].get(i))).sum();
            assert!(sum.abs() < CENTRED * 800.0, "row {level} of {score:?}: {sum}");
        }
    }
}

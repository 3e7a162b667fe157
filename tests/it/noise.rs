//! What the program says of pure noise: an experiment, not a test, run with
//! `cargo test --release -- --ignored noise --nocapture`. Its result stands in the comment below.

use leadscore::asof::Span;
use leadscore::features::TermSettings;
use leadscore::features::plan::PlanSettings;
use leadscore::pipeline::deals::{DealInputs, DealSettings, LogSince};
use leadscore::pipeline::train::{TrainSettings, train};
use leadscore::predictor::{LearnSettings, Solver};
use leadscore::scorecard::Scorecard;
use leadscore::snapshot::{Mode, SnapshotSettings};
use leadscore::tables::{Column, ColumnType, LeadTable, Outcome, TextColumn};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const RUNS: u64 = 1_000;

pub const SCORECARD: &str = r#"
name = "noise"
range = [0, 100]
tiers = { SQL = 60, MQL = 30 }

[[rule]]
id = "big"
when = { field = "size", at_least = 0.0 }
points = 40

[[rule]]
id = "north"
when = { field = "region", any_of = ["north", "east"] }
points = 30
"#;

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

fn number(name: &str, values: Vec<f64>) -> Column {
    Column { name: name.into(), column_type: ColumnType::Number, text: None, number: Some(values), date: None }
}

fn category(name: &str, values: &[&str]) -> Column {
    let text = TextColumn::from_values(values.iter().map(|v| Some(*v)));
    Column { name: name.into(), column_type: ColumnType::Category, text: Some(text), number: None, date: None }
}

/// Deals whose outcomes have nothing to do with anything.
pub fn company(seed: u64) -> LeadTable {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let n = 300 + (seed % 5) as usize * 100;
    let normal = |random: &mut ChaCha8Rng| (0..12).map(|_| uniform(random)).sum::<f64>() - 6.0;
    let numbers: Vec<Vec<f64>> = (0..4).map(|_| (0..n).map(|_| normal(&mut random)).collect()).collect();
    let mut words = |levels: &[&'static str]| -> Vec<&'static str> {
        (0..n).map(|_| levels[(uniform(&mut random) * levels.len() as f64) as usize]).collect()
    };
    let (region, source) = (words(&["north", "east", "south", "west"]), words(&["web", "fair", "call"]));
    let outcome = (0..n).map(|_| if uniform(&mut random) < 0.3 { Outcome::Won } else { Outcome::Lost }).collect();
    let [size, a, b, c]: [Vec<f64>; 4] = numbers.try_into().unwrap();
    LeadTable {
        id_name: "id".into(),
        ids: (0..n).map(|i| format!("{seed}-{i}")).collect(),
        columns: vec![
            number("size", size),
            number("a", a),
            number("b", b),
            number("c", c),
            category("region", &region),
            category("source", &source),
        ],
        created_at: None,
        closed_at: None,
        as_of: None,
        outcome: Some(outcome),
        row_weight: None,
        origin: (0..n).map(|i| (0, i as u64 + 2)).collect(),
        files: vec!["noise".into()],
    }
}

pub fn settings(seed: u64) -> TrainSettings {
    TrainSettings {
        deals: DealSettings {
            snapshot: SnapshotSettings { mode: Some(Mode::None), lost_after: None, until: None, seed },
            plan: PlanSettings::default(),
            half_life: Span::from_days(30.0),
            since: LogSince::Guessed,
            watch: Default::default(),
        },
        learn: LearnSettings {
            terms: TermSettings { curves: true, min_level_count: 10 },
            penalty: None,
            solver: Solver::Newton,
            interactions: 10,
        },
        folds: 5,
        holdout: 0.2,
        blend_weight: None,
        min_gap: 20.0,
        date_orders: Default::default(),
        read_as: Vec::new(),
    }
}

#[test]
#[ignore = "an experiment of a minute, with its result in the comment above"]
fn noise() {
    let scorecard = Scorecard::parse(SCORECARD, "noise.toml").unwrap();
    let (mut covered, mut weight_zero, mut pairs, mut quiet) = (0, 0, 0, 0);
    for seed in 0..RUNS {
        let table = company(seed);
        let inputs = DealInputs { table: &table, log: None, scorecard: Some(&scorecard) };
        let (model, _) = train(inputs, &settings(seed)).unwrap();
        let holdout = model.holdout.as_ref().and_then(|h| h.figures.as_ref()).unwrap();
        let auc = holdout.model.as_ref().and_then(|m| m.auc).unwrap();
        covered += u32::from(auc.interval.low <= 0.5 && 0.5 <= auc.interval.high);
        let blending = model.blending.as_ref().unwrap();
        weight_zero += u32::from(blending.blend.weight == 0.0);
        quiet += u32::from(blending.blurred.is_some());
        pairs += u32::from(!model.predictor.as_ref().unwrap().pairs.is_empty());
    }
    println!(
        "of {RUNS} runs on noise: AUC interval holds 0.5 in {covered}, blend weight 0 in {weight_zero}, an interaction kept \
         in {pairs}, quadrants stay empty in {quiet}"
    );
}

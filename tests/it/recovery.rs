//! The fit against known truth: true effects lie in their intervals, the win rate at each age is that of the leads open
//! then, and both solvers find one optimum.

use crate::company::sample_folder;
use leadscore::asof::{Instant, MICROS_PER_DAY, Span};
use leadscore::features::plan::PlanSettings;
use leadscore::features::{Attribute, KindMeasure, Shape, Source, TermSettings, Values};
use leadscore::io::{
    ActivityLog, ActivityRoles, ColumnRequest, LeadRoles, LostWords, OutcomeColumn, ReadSettings, Views, Wanted,
    build_leads, infer_types, read_raw,
};
use leadscore::logodds::sigmoid;
use leadscore::pipeline::deals::{DealInputs, DealSettings, Deals, LogSince, gather};
use leadscore::pipeline::score::{AsOf, ScoreInputs, ScoreSettings, score};
use leadscore::pipeline::train::{TrainSettings, train};
use leadscore::predictor::{LearnSettings, Lessons, Predictor, Solver, learn};
use leadscore::sample::{Settings, TrueEffect, make};
use leadscore::snapshot::{Mode, SnapshotSettings};
use leadscore::tables::{ColumnType, LeadTable, Outcome};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use std::path::Path;

/// The leads of `folder/file` with all columns that hold no contact's name or address, as the command line reads them.
fn read_leads(folder: &Path, file: &str, own_as_of: bool) -> LeadTable {
    let settings = ReadSettings::default();
    let raw = read_raw(&[folder.join(file)], &settings, Wanted::All).unwrap();
    let outcome = OutcomeColumn {
        column: "outcome".to_string(),
        won: vec!["won".to_string()],
        lost: LostWords::Words(vec!["lost".to_string()]),
    };
    let roles = LeadRoles {
        id: "lead_id".to_string(),
        created_at: Some("created_at".to_string()),
        closed_at: Some("closed_at".to_string()),
        as_of: own_as_of.then(|| "snapshot_at".to_string()),
        outcome: Some(outcome),
        ..LeadRoles::default()
    };
    let requests: Vec<ColumnRequest> = infer_types(&raw.columns, &settings)
        .unwrap()
        .into_iter()
        .filter(|c| !roles.columns().contains(&c.name) && c.column_type != ColumnType::Text)
        .map(|c| ColumnRequest { name: c.name, column_type: c.column_type, views: Views::default() })
        .collect();
    build_leads(&raw, &roles, &requests, &settings).unwrap().table
}

fn gather_deals(folder: &Path, table: &LeadTable, mode: Mode) -> Deals {
    let roles = ActivityRoles {
        lead_id: "lead_id".to_string(),
        at: "at".to_string(),
        kind: "kind".to_string(),
        ..ActivityRoles::default()
    };
    let path = [folder.join("activities.csv")];
    let mut log = ActivityLog::open(&path, &roles, &ReadSettings::default(), &table.ids, false).unwrap();
    gather(DealInputs { table, log: Some(&mut log), scorecard: None }, &deal_settings(mode)).unwrap()
}

fn deal_settings(mode: Mode) -> DealSettings {
    let exclude = ["owner", "deal_amount"].map(str::to_string).to_vec();
    DealSettings {
        snapshot: SnapshotSettings { mode: Some(mode), lost_after: None, until: None, seed: 1 },
        plan: PlanSettings { exclude, ours: vec!["email_sent".to_string()], ..PlanSettings::default() },
        half_life: Span::from_days(30.0),
        since: LogSince::Always,
        watch: Default::default(),
    }
}

fn straight(penalty: f64, solver: Solver) -> LearnSettings {
    let terms = TermSettings { curves: false, min_level_count: 10 };
    LearnSettings { terms, penalty: Some(penalty), solver, interactions: 0 }
}

/// Learns from all deals, those `attributes` that are given.
fn learn_all(deals: &Deals, attributes: &[Attribute], settings: &LearnSettings) -> Predictor {
    let s = &deals.snapshots;
    let lessons = Lessons { attributes, y: &s.won, weights: &s.row_weight, draw: &deals.draw };
    let rows: Vec<usize> = (0..deals.n()).collect();
    let learned = learn(lessons, &rows, settings).unwrap();
    assert!(learned.additive.convergence.is_converged(), "{:?}", learned.additive.convergence);
    learned.predictor
}

// ---- True effects ----------------------------------------------------------------------------------------------

/// Companies made and fitted.
const SEEDS: u64 = 50;
const DEALS: usize = 3_000;
/// Share of the 95 % intervals that must hold the truth. 1,250 intervals, about 20 independent ones a company, put two
/// standard errors at 1.4 percentage points; the band leaves twice that.
const COVERAGE: std::ops::RangeInclusive<f64> = 0.92..=0.98;

/// One estimate: what it estimates, the truth, the estimate and its standard error.
struct Estimate {
    name: String,
    truth: f64,
    value: f64,
    error: f64,
}

/// The estimates that a true effect stands behind. At λ = 0 the commonest level of a category is dropped, so levels are
/// differences from it and carry the standard error of the difference; slopes are per standard deviation.
fn estimates(predictor: &Predictor, effects: &[TrueEffect]) -> Vec<Estimate> {
    let truth = |term: &str, level: &str| {
        effects.iter().find(|e| e.term == term && e.level == level).map_or(0.0, |effect| effect.log_odds)
    };
    let mut found = Vec::new();
    for fitted in &predictor.terms {
        let name = match &fitted.term.source {
            Source::Column(name) | Source::Activity { kind: name, .. } => name,
            _ => continue,
        };
        match &fitted.term.shape {
            Shape::Line { sd, missing: false, .. } => found.push(Estimate {
                name: name.clone(),
                truth: truth(name, ""),
                value: fitted.slope / sd,
                error: fitted.slope_error / sd,
            }),
            Shape::Levels { levels, other: false, missing: false, .. } if ["source", "industry"].contains(&&**name) => {
                let dropped = fitted.effect_errors.iter().position(|error| *error == 0.0).unwrap();
                assert_eq!(fitted.effects[dropped], 0.0);
                found.extend((0..levels.len()).filter(|&level| level != dropped).map(|level| Estimate {
                    name: format!("{name} {}", levels[level]),
                    truth: truth(name, &levels[level]) - truth(name, &levels[dropped]),
                    value: fitted.effects[level],
                    error: fitted.effect_errors[level],
                }));
            }
            _ => {}
        }
    }
    found
}

/// Fits one made-up company whose outcomes are drawn from the state at the snapshot.
fn company_estimates(seed: u64) -> Vec<Estimate> {
    let settings = Settings { deals: DEALS, open: 2, seed, word_of_mouth: false, outcome_at_snapshot: true };
    let sample = make(&settings);
    let folder = tempfile::tempdir().unwrap();
    for file in ["closed_deals.csv", "activities.csv"] {
        std::fs::write(folder.path().join(file), sample.file(file).unwrap()).unwrap();
    }
    let table = read_leads(folder.path(), "closed_deals.csv", true);
    let deals = gather_deals(folder.path(), &table, Mode::Column);
    // Of the log the counts, in which the truth is linear; country and age without a true effect. Campaigns lie within
    // sources, and their levels would take the sources' place.
    let attributes: Vec<Attribute> = deals
        .attributes
        .iter()
        .filter(|attribute| match &attribute.source {
            Source::Column(name) => ["source", "industry", "country", "employees", "budget"].contains(&name.as_str()),
            Source::Activity { measure, .. } => *measure == KindMeasure::Count,
            Source::Age => true,
            _ => false,
        })
        .cloned()
        .collect();
    estimates(&learn_all(&deals, &attributes, &straight(0.0, Solver::Newton)), &sample.effects)
}

#[test]
fn intervals_hold_the_true_effects_as_often_as_they_say() {
    let all: Vec<Estimate> = (0..SEEDS).into_par_iter().flat_map_iter(company_estimates).collect();
    let covered = |list: &[&Estimate]| {
        let hits = list.iter().filter(|e| (e.value - e.truth).abs() <= 1.96 * e.error).count();
        hits as f64 / list.len() as f64
    };
    let share = covered(&all.iter().collect::<Vec<_>>());
    println!("coverage of {} intervals: {:.2} %", all.len(), share * 100.0);
    assert!(all.len() as u64 >= 24 * SEEDS, "only {} estimates", all.len());
    assert!(COVERAGE.contains(&share), "{share}");
    let strong = all.iter().filter(|e| e.name == "inquiry").collect::<Vec<_>>();
    assert_eq!(strong.len() as u64, SEEDS);
    // An interval as wide as the world would cover, too: this one must tell the effect from none.
    assert!(strong.iter().all(|e| e.truth == 0.8 && e.value > 1.96 * e.error));
    let mut names: Vec<&str> = all.iter().map(|e| e.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let own: Vec<&Estimate> = all.iter().filter(|e| e.name == name).collect();
        // Beyond chance for a right interval of one effect: fewer than 41 of 50 has a probability below 1e-4.
        assert!(covered(&own) >= 0.8 || own.len() < SEEDS as usize / 2, "{name}: {}", covered(&own));
    }
}

// ---- Fairness of the snapshot ----------------------------------------------------------------------------------

/// Deals of the made-up population. Its share won at an age has a standard error of about 0.003 then.
const POPULATION: usize = 100_000;
/// How far the fitted probability may lie from the share won among the leads open at that age.
const FAIR_WITHIN: f64 = 0.02;
/// Ages looked at, in days.
const AGES: [f64; 9] = [0.5, 1.0, 2.0, 4.0, 7.0, 12.0, 20.0, 30.0, 40.0];

fn unit(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Wins take some days, losses months; nothing else tells them apart.
fn fast_wins_and_slow_losses() -> (LeadTable, Vec<(f64, bool)>) {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let start = 20_000 * MICROS_PER_DAY;
    let lives: Vec<(f64, bool)> = (0..POPULATION)
        .map(|_| {
            let won = unit(&mut random) < 0.25;
            let mean_days = if won { 20.0 } else { 90.0 };
            (-mean_days * (1.0 - unit(&mut random)).ln() + 0.01, won)
        })
        .collect();
    let created: Vec<Instant> =
        (0..POPULATION).map(|_| Instant(start + (unit(&mut random) * 365.0 * MICROS_PER_DAY as f64) as i64)).collect();
    let closed = created.iter().zip(&lives).map(|(c, (days, _))| Some(c.plus(Span::from_days(*days)))).collect();
    let table = LeadTable {
        id_name: "id".to_string(),
        ids: (0..POPULATION).map(|i| format!("deal-{i}")).collect(),
        columns: Vec::new(),
        created_at: Some(created.into_iter().map(Some).collect()),
        closed_at: Some(closed),
        as_of: None,
        outcome: Some(lives.iter().map(|(_, won)| if *won { Outcome::Won } else { Outcome::Lost }).collect()),
        row_weight: None,
        origin: (0..POPULATION).map(|i| (0, i as u64 + 2)).collect(),
        files: vec!["made_up".to_string()],
    };
    (table, lives)
}

/// The share won among those still open at an age.
fn share_won_at(lives: &[(f64, bool)], age: f64) -> f64 {
    let open = lives.iter().filter(|(days, _)| *days > age);
    let (n, won) = open.fold((0.0, 0.0), |(n, won), (_, w)| (n + 1.0, won + f64::from(u8::from(*w))));
    won / n
}

/// Leads created so long before one as-of, to be scored.
fn leads_of_age(as_of: Instant) -> LeadTable {
    LeadTable {
        id_name: "id".to_string(),
        ids: AGES.iter().map(f64::to_string).collect(),
        columns: Vec::new(),
        created_at: Some(AGES.iter().map(|age| Some(as_of.minus(Span::from_days(*age)))).collect()),
        closed_at: None,
        as_of: None,
        outcome: None,
        row_weight: None,
        origin: AGES.iter().map(|_| (0, 1)).collect(),
        files: vec!["made_up".to_string()],
    }
}

#[test]
fn the_win_rate_at_each_age_is_that_of_the_leads_open_then() {
    let (table, lives) = fast_wins_and_slow_losses();
    let terms = TermSettings { curves: true, min_level_count: 10 };
    let settings = TrainSettings {
        deals: deal_settings(Mode::Random { horizon: None }),
        learn: LearnSettings { terms, penalty: None, solver: Solver::Newton, interactions: 0 },
        folds: 0,
        holdout: 0.0,
        blend_weight: Some(1.0),
        min_gap: 20.0,
        date_orders: Default::default(),
        read_as: Vec::new(),
    };
    let (model, deals) = train(DealInputs { table: &table, log: None, scorecard: None }, &settings).unwrap();
    let horizon = model.snapshot.horizon.unwrap().days();
    assert!(AGES.iter().all(|age| *age < horizon), "the horizon is {horizon} days");
    let as_of = Instant(30_000 * MICROS_PER_DAY);
    let leads = leads_of_age(as_of);
    let inputs = ScoreInputs { table: &leads, log: None, scorecard: None, model: Some(&model) };
    let how = ScoreSettings::of(AsOf::At(as_of));
    let scored = score(inputs, &how).unwrap();
    let mut largest: f64 = 0.0;
    for (lead, age) in scored.leads.iter().zip(AGES) {
        let truth = share_won_at(&lives, age);
        let gap = (lead.model_probability - truth).abs();
        assert!(gap < FAIR_WITHIN, "at {age} days {:.4}, truth {truth:.4}", lead.model_probability);
        largest = largest.max(gap);
    }
    println!("largest deviation from the share won: {largest:.4}");

    // What the row weight is for: without it the fast wins crowd the young ages.
    let unweighted = vec![1.0; deals.n()];
    let lessons =
        Lessons { attributes: &deals.attributes, y: &deals.snapshots.won, weights: &unweighted, draw: &deals.draw };
    let rows: Vec<usize> = (0..deals.n()).collect();
    let naive = learn(lessons, &rows, &settings.learn).unwrap().predictor;
    let ages = Attribute { source: Source::Age, values: Values::Number(AGES.to_vec().into()) };
    let p = sigmoid(naive.log_odds(&[ages], &[0])[0]);
    assert!(p - share_won_at(&lives, AGES[0]) > 5.0 * FAIR_WITHIN, "without row weights {p}");
}

// ---- Two solvers -----------------------------------------------------------------------------------------------

/// Largest difference of a coefficient, on standardised terms.
const SAME_OPTIMUM: f64 = 1e-4;

#[test]
fn both_solvers_find_one_optimum_on_the_sample() {
    let table = read_leads(&sample_folder(), "closed_deals.csv", false);
    // Every deal weighs 1 here: L-BFGS knows no row weights and would draw deals instead.
    let deals = gather_deals(&sample_folder(), &table, Mode::AfterCreated(Span::from_days(5.0)));
    assert!(deals.n() > 1_500 && deals.snapshots.row_weight.iter().all(|w| *w == 1.0));
    let newton = learn_all(&deals, &deals.attributes, &straight(1e-3, Solver::Newton));
    let lbfgs = learn_all(&deals, &deals.attributes, &straight(1e-3, Solver::Lbfgs));
    assert!(newton.terms.len() > 20 && newton.terms.len() == lbfgs.terms.len());
    let mut largest = (newton.average - lbfgs.average).abs();
    for (a, b) in newton.terms.iter().zip(&lbfgs.terms) {
        assert_eq!(a.term, b.term);
        largest = largest.max((a.slope - b.slope).abs());
        largest = a.effects.iter().zip(&b.effects).map(|(x, y)| (x - y).abs()).fold(largest, f64::max);
    }
    println!("largest difference between the solvers: {largest:.2e}");
    assert!(largest < SAME_OPTIMUM, "{largest}");
    assert!(newton.terms.iter().any(|t| t.slope.abs() > 0.1), "there is something to agree about");
}

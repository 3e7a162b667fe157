//! Made-up companies: a scorecard, what each rule is truly worth, and closed deals drawn from that.

use leadscore::comparison::{Comparison, ComparisonInput, DRAWS, RuleInput, compare};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A made-up company: its scorecard, how often each rule fires, and what each is truly worth in log-odds per q.
#[derive(Clone)]
pub struct Company {
    pub points: Vec<f64>,
    pub hit_rate: Vec<f64>,
    /// Most occurrences of a rule; 1 for a yes/no rule.
    pub most: Vec<u32>,
    pub log_odds: Vec<f64>,
    pub intercept: f64,
}

/// Closed deals of a company.
pub struct Deals {
    pub rules: Vec<RuleInput>,
    pub y: Vec<f64>,
    pub weights: Vec<f64>,
    pub folds: Vec<(Vec<usize>, Vec<usize>)>,
}

/// Log-odds of an outright wrong rule, against its sign.
const WRONG: f64 = 0.3;

impl Company {
    /// 14 rules: ten yes/no, four each-time. Hand-set points are right up to an error per rule, but for the rules in
    /// `wrong`, which fire on 10 % of the leads and work against their sign.
    pub fn new(seed: u64, error: f64, wrong: &[usize]) -> Company {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let points = vec![15.0, 10.0, -20.0, 30.0, 5.0, 20.0, -10.0, 25.0, 10.0, 15.0, 2.0, 5.0, 3.0, 10.0];
        let most = [vec![1; 10], vec![10, 5, 8, 4]].concat();
        let mut hit_rate: Vec<f64> = points.iter().map(|_| 0.02 * 25f64.powf(random.random::<f64>())).collect();
        for &rule in wrong {
            hit_rate[rule] = 0.1;
        }
        let mut company = Company { points, hit_rate, most, log_odds: Vec::new(), intercept: -1.0 };
        let sd = sd(&company.deals(20_000, seed ^ 1).score(&company.points));
        company.log_odds = (0..14)
            .map(|rule| {
                let points = company.points[rule];
                let scale = if company.most[rule] == 1 { 1.0 } else { f64::from(company.most[rule]) * 0.6 };
                if wrong.contains(&rule) {
                    -WRONG * points.signum() / scale
                } else {
                    0.8 * points / sd + error * gauss(&mut random) / scale
                }
            })
            .collect();
        company
    }

    /// A company whose deals have nothing to do with its scorecard.
    pub fn noise(seed: u64) -> Company {
        let company = Company::new(seed, 0.0, &[]);
        Company { log_odds: vec![0.0; 14], ..company }
    }

    pub fn deals(&self, n: usize, seed: u64) -> Deals {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut quantity = vec![vec![0.0; n]; self.points.len()];
        let mut y = vec![0.0; n];
        for deal in 0..n {
            let mut log_odds = self.intercept;
            for (rule, quantity) in quantity.iter_mut().enumerate() {
                if random.random::<f64>() < self.hit_rate[rule] {
                    let q = f64::from(random.random_range(1..=self.most[rule]));
                    quantity[deal] = q;
                    log_odds += self.log_odds.get(rule).map_or(0.0, |beta| beta * q);
                }
            }
            y[deal] = f64::from(random.random::<f64>() < 1.0 / (1.0 + (-log_odds).exp()));
        }
        let rules = quantity.into_iter().zip(&self.points).enumerate();
        let rules = rules.map(|(at, (quantity, &points))| rule(&format!("rule_{at:02}"), points, quantity)).collect();
        Deals::new(rules, y)
    }

    /// The true points: F β with F = sd(S) / sd(Σ β q) over very many leads.
    pub fn true_points(&self) -> Vec<f64> {
        let leads = self.deals(100_000, 77);
        let factor = sd(&leads.score(&self.points)) / sd(&leads.score(&self.log_odds));
        self.log_odds.iter().map(|beta| factor * beta).collect()
    }
}

impl Deals {
    /// Deals in time order, of row weight 1.
    pub fn new(rules: Vec<RuleInput>, y: Vec<f64>) -> Deals {
        Deals { rules, weights: vec![1.0; y.len()], folds: forward_folds(&y), y }
    }

    pub fn score(&self, points: &[f64]) -> Vec<f64> {
        let score = |deal| self.rules.iter().zip(points).map(|(rule, points)| rule.quantity[deal] * points).sum();
        (0..self.y.len()).map(score).collect()
    }

    pub fn compare(&self) -> Comparison {
        let Deals { rules, y, weights, folds } = self;
        compare(&ComparisonInput { rules, y, weights, folds, seed: 7, draws: DRAWS }, &auc_with_error)
    }
}

pub fn rule(id: &str, points: f64, quantity: Vec<f64>) -> RuleInput {
    RuleInput { id: id.into(), group: "fit".into(), persona: None, points, quantity, limit: f64::INFINITY }
}

/// The first fifth only trains, the other four are predicted in turn; seeded shuffles of fifths when these hold fewer
/// than 20 of the rarer outcome.
fn forward_folds(y: &[f64]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let fifth = |at: usize| at * y.len() / 5;
    let rarer = |deals: &[usize]| {
        let won = deals.iter().filter(|&&deal| y[deal] == 1.0).count();
        won.min(deals.len() - won)
    };
    let forward = (1..5).map(|at| ((0..fifth(at)).collect::<Vec<_>>(), (fifth(at)..fifth(at + 1)).collect::<Vec<_>>()));
    let forward: Vec<_> = forward.filter(|(train, _)| rarer(train) >= 5).collect();
    if rarer(&forward.iter().flat_map(|fold| fold.1.clone()).collect::<Vec<_>>()) >= 20 {
        return forward;
    }
    if rarer(&(0..y.len()).collect::<Vec<_>>()) < 5 {
        return Vec::new();
    }
    let mut of = vec![0; y.len()];
    for outcome in [0.0, 1.0] {
        let deals = (0..y.len()).filter(|&deal| y[deal] == outcome);
        deals.enumerate().for_each(|(place, deal)| of[deal] = place % 5);
    }
    (0..5).map(|fold| (0..y.len()).partition(|&deal| of[deal] != fold)).collect()
}

pub fn gauss(random: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

pub fn sd(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

/// Weighted AUC with DeLong's standard error, from the placements of each deal among those of the other outcome.
fn auc_with_error(scores: &[f64], y: &[f64], weights: &[f64]) -> Option<(f64, f64)> {
    let mut order: Vec<usize> = (0..y.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let total = |outcome: f64| (0..y.len()).filter(|&deal| y[deal] == outcome).map(|deal| weights[deal]).sum::<f64>();
    let (lost, won) = (total(0.0), total(1.0));
    if lost <= 0.0 || won <= 0.0 {
        return None;
    }
    let mut placement = vec![0.0; y.len()];
    let (mut lost_below, mut won_below, mut from) = (0.0, 0.0, 0);
    while from < order.len() {
        let tie = order[from..].iter().take_while(|&&deal| scores[deal] == scores[order[from]]).count();
        let tied = &order[from..from + tie];
        let of = |outcome: f64| tied.iter().filter(|&&deal| y[deal] == outcome).map(|&deal| weights[deal]).sum::<f64>();
        let (lost_tied, won_tied) = (of(0.0), of(1.0));
        for &deal in tied {
            placement[deal] = if y[deal] == 1.0 {
                (lost_below + 0.5 * lost_tied) / lost
            } else {
                (won - won_below - 0.5 * won_tied) / won
            };
        }
        (lost_below, won_below, from) = (lost_below + lost_tied, won_below + won_tied, from + tie);
    }
    let auc = (0..y.len()).map(|deal| y[deal] * weights[deal] * placement[deal]).sum::<f64>() / won;
    let part = |outcome: f64, total: f64| {
        let deals = (0..y.len()).filter(|&deal| y[deal] == outcome);
        deals.map(|deal| (weights[deal] / total * (placement[deal] - auc)).powi(2)).sum::<f64>()
    };
    Some((auc, (part(0.0, lost) + part(1.0, won)).sqrt()))
}

/// Of two columns.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (sd_a, sd_b) = (sd(a), sd(b));
    let sum: Vec<f64> = a.iter().zip(b).map(|(a, b)| a / sd_a + b / sd_b).collect();
    sd(&sum).powi(2) / 2.0 - 1.0
}

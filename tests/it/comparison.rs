//! Learned against hand-set points, on made-up companies whose true points are known.

use crate::comparison::company::{Company, Deals, correlation, rule, sd};
use leadscore::comparison::{Comparison, RuleInput, Verdict, quantity_limit, sentences};
use leadscore::snapshot::RowWeights;

mod company;
mod personas;
mod scale;
mod shapes;
mod study;

fn verdicts(comparison: &Comparison) -> Vec<Verdict> {
    comparison.rules.iter().map(|rule| rule.verdict).collect()
}

fn learned(comparison: &Comparison) -> Vec<f64> {
    comparison.rules.iter().map(|rule| rule.learned_points).collect()
}

#[test]
fn without_deals_the_hand_set_points_stand() {
    let company = Company::new(1, 0.2, &[]);
    for n in [0, 3, 8] {
        let comparison = company.deals(n, 5).compare();
        assert_eq!(learned(&comparison), company.points);
        assert!(!comparison.says_something() && comparison.rho == 0.0);
        assert!(sentences(&comparison, None, false, RowWeights::Alike)[0].starts_with("Too little data"));
    }
}

/// 2.5 % of the runs reach ρ = 1 on noise by the very definition of ρ, and in these some rule may get a verdict.
const QUIET_RUNS: f64 = 0.95;

#[test]
fn noise_blows_nothing_up() {
    for (n, seeds) in [(300, 40), (2_000, 30)] {
        let runs: Vec<(f64, bool)> = (0..seeds)
            .map(|seed| {
                let company = Company::noise(seed);
                let comparison = company.deals(n, seed + 500).compare();
                let flipped = learned(&comparison).iter().zip(&company.points).filter(|(a, b)| *a * *b < 0.0).count();
                (flipped as f64 / 14.0, comparison.says_something())
            })
            .collect();
        let flipped = runs.iter().map(|run| run.0).sum::<f64>() / seeds as f64;
        let quiet = runs.iter().filter(|run| !run.1).count() as f64 / seeds as f64;
        assert!(flipped <= 0.15, "{flipped} of the rules change sign at {n}");
        assert!(quiet >= QUIET_RUNS, "{quiet} of the runs are quiet at {n}");
    }
}

#[test]
fn three_deals_move_a_rule_by_half_its_points_at_most() {
    for seed in 0..10 {
        let company = Company::new(seed, 0.2, &[7]);
        for won in [0.0, 1.0] {
            let mut deals = company.deals(2_000, seed + 40);
            let mut quantity = vec![0.0; 2_000];
            for deal in [300, 900, 1_500] {
                quantity[deal] = 1.0;
                deals.y[deal] = won;
            }
            deals.rules.push(rule("rare", 30.0, quantity));
            let comparison = deals.compare();
            let rare = &comparison.rules[14];
            assert_eq!((rare.leads, rare.verdict), (3, Verdict::TooLittleData));
            assert!((rare.learned_points - 30.0).abs() <= 15.0, "moved to {}", rare.learned_points);
        }
    }
}

/// How much further from the truth than the best possible a score may end up; sampling alone reaches 1.5 at times.
const OVER_THE_BOUND: f64 = 1.6;

#[test]
fn plenty_of_deals_find_the_true_points_and_the_wrong_rule() {
    // At 100,000 deals sampling alone leaves 3.7 %.
    let n = 600_000;
    let company = Company::new(3, 0.2, &[7]);
    let truth = company.true_points();
    let comparison = company.deals(n, 11).compare();
    // Compared as scores over leads: the points weighted by how much each rule tells leads apart.
    let leads = company.deals(50_000, 12);
    let gap: Vec<f64> = learned(&comparison).iter().zip(&truth).map(|(learned, truth)| learned - truth).collect();
    let error = sd(&leads.score(&gap)) / sd(&leads.score(&truth));
    // No estimate gets nearer than √(terms / information): each deal tells p (1 − p) about the log-odds.
    let win_rate = comparison.win_rate;
    let bound = (14.0 / (n as f64 * win_rate * (1.0 - win_rate))).sqrt() / sd(&leads.score(&company.log_odds));
    assert!(error < OVER_THE_BOUND * bound, "{error} for {bound}");
    assert!(error < 0.02, "{error}");
    // As the angle between the two scores: under 2 % of a quarter turn would be 0.9995; measured 0.9992.
    let (learned_score, true_score) = (leads.score(&learned(&comparison)), leads.score(&truth));
    assert!(correlation(&learned_score, &true_score) > 0.998);
    assert_eq!(comparison.rules[7].verdict, Verdict::WrongSign);
    assert!(comparison.rules[7].learned_points < 0.0 && comparison.rho == 1.0);
    assert!(
        sentences(&comparison, None, false, RowWeights::Alike)[1]
            .starts_with("Change first: `rule_07` is set to +25, but the ")
    );
}

/// Two fits of one problem stop at slightly different points.
const SAME: f64 = 1e-6;

#[test]
fn points_in_another_unit_learn_the_same() {
    let mut deals = Company::new(4, 0.3, &[1]).deals(3_000, 8);
    let before = deals.compare();
    deals.rules.iter_mut().for_each(|rule| rule.points *= 10.0);
    let after = deals.compare();
    assert_eq!(verdicts(&before), verdicts(&after));
    for (before, after) in before.rules.iter().zip(&after.rules) {
        assert!((10.0 * before.learned_points - after.learned_points).abs() < SAME * 100.0);
        assert!((10.0 * before.interval[0] - after.interval[0]).abs() < SAME * 100.0);
    }
}

#[test]
fn the_order_of_the_rules_changes_nothing() {
    let mut deals = Company::new(5, 0.3, &[1]).deals(1_000, 9);
    let mut before = deals.compare();
    deals.rules.reverse();
    let after = deals.compare();
    before.rules.reverse();
    assert_eq!(before, after);
}

#[test]
fn a_row_of_weight_two_is_two_rows_and_of_weight_zero_none() {
    let company = Company::new(6, 0.3, &[7]);
    let deals = company.deals(3_000, 10);
    let mut doubled = Deals { folds: deals.folds.clone(), ..company.deals(3_000, 10) };
    doubled.weights = vec![2.0; 3_000];
    let mut twice = company.deals(3_000, 10);
    for rule in &mut twice.rules {
        rule.quantity = rule.quantity.iter().flat_map(|&quantity| [quantity; 2]).collect();
    }
    let both = |deals: &[usize]| deals.iter().flat_map(|&deal| [2 * deal, 2 * deal + 1]).collect::<Vec<_>>();
    twice.y = twice.y.iter().flat_map(|&y| [y; 2]).collect();
    twice.weights = vec![1.0; 6_000];
    twice.folds = twice.folds.iter().map(|(train, test)| (both(train), both(test))).collect();
    let (doubled, twice) = (doubled.compare(), twice.compare());
    assert_eq!((doubled.rho, twice.rho), (1.0, 1.0));
    assert_eq!(doubled.tau, twice.tau);
    for (doubled, twice) in doubled.rules.iter().zip(&twice.rules) {
        assert!((doubled.learned_points - twice.learned_points).abs() < SAME * 10.0);
        assert_eq!((2 * doubled.leads, doubled.verdict), (twice.leads, twice.verdict));
    }
    let mut with_nothing = company.deals(3_000, 10);
    with_nothing.weights[2_900..].fill(0.0);
    let mut without = company.deals(3_000, 10);
    without.y.truncate(2_900);
    without.weights.truncate(2_900);
    without.rules.iter_mut().for_each(|rule| rule.quantity.truncate(2_900));
    without.folds = with_nothing.folds.clone();
    without.folds.iter_mut().for_each(|(_, test)| test.retain(|&deal| deal < 2_900));
    for (a, b) in with_nothing.compare().rules.iter().zip(&without.compare().rules) {
        assert!((a.learned_points - b.learned_points).abs() < SAME * 10.0);
        assert_eq!((a.leads, a.won, a.verdict), (b.leads, b.won, b.verdict));
    }
}

#[test]
fn identical_rules_share_what_they_are_worth() {
    let mut deals = Company::new(8, 0.3, &[7]).deals(5_000, 3);
    let twin = RuleInput { id: "rule_07_twin".into(), ..deals.rules[7].clone() };
    deals.rules.push(twin);
    let comparison = deals.compare();
    assert!((comparison.rules[7].learned_points - comparison.rules[14].learned_points).abs() < SAME * 10.0);
}

#[test]
fn a_scorecard_that_sorts_nobody_stands() {
    let mut deals = Company::new(9, 0.3, &[]).deals(500, 3);
    deals.rules.iter_mut().for_each(|rule| rule.quantity.fill(1.0));
    let comparison = deals.compare();
    assert!(!comparison.says_something() && comparison.auc.is_none());
    assert!(comparison.rules.iter().all(|rule| rule.learned_points == rule.hand_set_points));
    deals.rules.clear();
    assert_eq!(deals.compare().rules.len(), 0);
}

#[test]
fn a_rule_that_every_deal_hits_alike_keeps_its_points_whatever_the_others_turn_out_to_be() {
    // A scorecard upside down: κ is negative, and would turn the points that every deal gets, too.
    let company = Company::new(3, 0.0, &[]);
    let turned = Company { log_odds: company.log_odds.iter().map(|beta| -beta).collect(), ..company };
    let mut deals = turned.deals(20_000, 3);
    deals.rules.push(rule("start", 10.0, vec![1.0; 20_000]));
    let comparison = deals.compare();
    assert!(comparison.kappa < 0.0 && comparison.rho == 1.0);
    let start = &comparison.rules[14];
    assert_eq!((start.learned_points, start.verdict), (10.0, Verdict::TooLittleData));
}

#[test]
fn a_quantity_counts_to_what_the_group_or_the_range_allows() {
    let of = |points, min, max, rescale| quantity_limit(points, min, max, [0.0, 100.0], rescale);
    assert_eq!(of(2.0, None, Some(30.0), 1.0), 15.0);
    assert_eq!(of(2.0, None, Some(300.0), 1.0), 50.0);
    assert_eq!(of(2.0, None, None, 0.5), 100.0);
    assert_eq!(of(-5.0, Some(-20.0), Some(10.0), 1.0), 4.0);
    assert_eq!(of(-5.0, None, Some(10.0), 1.0), 20.0);
    assert_eq!(of(0.0, None, Some(10.0), 1.0), f64::INFINITY);
}

//! What the deals say of each rule, and how many deals stand behind it.

use super::deals::Deals;
use super::learned::Learned;
use super::{ComparisonInput, Evidence, FEWEST_LEADS, RuleComparison, Verdict};

/// Leads up to which the evidence is called middling.
const MANY_LEADS: usize = 100;

/// One rule of the result, by its place in the input.
pub(super) fn judge(input: &ComparisonInput, deals: &Deals, learned: &Learned, rule: usize) -> RuleComparison {
    let at = deals.order.iter().position(|&place| place == rule).expect("every rule of the input has a place");
    let from = &input.rules[rule];
    let leads = deals.leads[at];
    let told = deals.scale[at] > 0.0 && learned.rho == 1.0;
    let brings_nearly_all = learned.rho == 1.0 && deals.sets_the_scale(at, learned.points[at]);
    let is_alone = learned.factor > 0.0 && deals.is_alone(at);
    RuleComparison {
        id: from.id.clone(),
        group: from.group.clone(),
        persona: from.persona.clone(),
        hand_set_points: from.points,
        learned_points: learned.points[at],
        interval: learned.intervals[at],
        sets_the_scale: brings_nearly_all || is_alone,
        leads,
        won: deals.won[at],
        win_rate: deals.win_rate[at],
        evidence: evidence(leads),
        verdict: verdict(told, leads, from.points, learned.intervals[at]),
        mean_quantity: deals.mean[at],
        matters: (learned.points[at] - from.points).abs() * deals.mean[at],
        sets_apart: (learned.points[at] - from.points).abs() * concerned(deals.scale[at], deals.mean[at]),
    }
}

/// The share of the deals that a rule hit once at most sets apart from the others: those hit or those not hit, whichever are
/// fewer. Of a rule that counts, its mean.
pub(super) fn concerned(scale: f64, mean: f64) -> f64 {
    let is_yes_or_no = (scale - 1.0).abs() < 1e-9 && mean <= 1.0;
    if is_yes_or_no { mean.min(1.0 - mean) } else { mean }
}

pub(super) fn evidence(leads: usize) -> Evidence {
    match leads {
        0..FEWEST_LEADS => Evidence::Under10,
        FEWEST_LEADS..=MANY_LEADS => Evidence::From10To100,
        _ => Evidence::Over100,
    }
}

/// The first verdict that holds. `told`: the deals tell this rule apart, and are believed in full (ρ = 1).
pub(super) fn verdict(told: bool, leads: usize, points: f64, interval: [f64; 2]) -> Verdict {
    let [low, high] = mirrored(points, interval);
    let size = points.abs();
    if !told || leads < FEWEST_LEADS {
        Verdict::TooLittleData
    } else if points == 0.0 {
        if low > 0.0 || high < 0.0 { Verdict::Worth } else { Verdict::Agrees }
    } else if is_wide(points, interval) {
        Verdict::TooLittleData
    } else if high < 0.0 {
        Verdict::WrongSign
    } else if high < size {
        Verdict::TooStrong
    } else if low > size {
        Verdict::TooWeak
    } else {
        Verdict::Agrees
    }
}

/// Whether the interval holds both 0 and twice the points.
pub(super) fn is_wide(points: f64, interval: [f64; 2]) -> bool {
    let [low, high] = mirrored(points, interval);
    points != 0.0 && low <= 0.0 && 2.0 * points.abs() <= high
}

/// The interval, mirrored where the points are negative, so that the hand-set side is always the positive one.
fn mirrored(points: f64, [low, high]: [f64; 2]) -> [f64; 2] {
    if points < 0.0 { [-high, -low] } else { [low, high] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_come_in_their_order() {
        let told = |points, low, high| verdict(true, 50, points, [low, high]);
        assert_eq!(verdict(false, 50, 10.0, [-9.0, -5.0]), Verdict::TooLittleData);
        assert_eq!(verdict(true, 9, 10.0, [-9.0, -5.0]), Verdict::TooLittleData);
        assert_eq!(told(10.0, -1.0, 21.0), Verdict::TooLittleData);
        assert_eq!(told(10.0, -9.0, -5.0), Verdict::WrongSign);
        assert_eq!(told(10.0, -9.0, 5.0), Verdict::TooStrong);
        assert_eq!(told(10.0, 1.0, 5.0), Verdict::TooStrong);
        assert_eq!(told(10.0, 11.0, 50.0), Verdict::TooWeak);
        assert_eq!(told(10.0, -3.0, 12.0), Verdict::Agrees);
        assert_eq!(told(-10.0, 1.0, 5.0), Verdict::WrongSign);
        assert_eq!(told(-10.0, -9.0, -5.0), Verdict::TooStrong);
        assert_eq!(told(-10.0, -19.0, -15.0), Verdict::TooWeak);
        assert_eq!(told(-10.0, -21.0, 1.0), Verdict::TooLittleData);
        assert_eq!(told(0.0, -1.0, 1.0), Verdict::Agrees);
        assert_eq!(told(0.0, 1.0, 3.0), Verdict::Worth);
    }

    #[test]
    fn what_nearly_all_have_sets_few_apart() {
        assert!((concerned(1.0, 0.95) - 0.05).abs() < 1e-12);
        assert_eq!(concerned(1.0, 0.3), 0.3);
        assert_eq!(concerned(4.2, 0.95), 0.95, "an amount, which differs among those that have any");
    }

    #[test]
    fn evidence_has_three_classes() {
        let of = |leads| evidence(leads).to_string();
        assert_eq!(
            [of(0), of(9), of(10), of(100), of(101)],
            ["under_10", "under_10", "10_to_100", "10_to_100", "over_100"]
        );
    }
}

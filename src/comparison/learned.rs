//! From the fits to points: β, the factor F, and how far the deals are to be believed (ρ), over all and rule by rule.

use super::deals::Deals;
use super::fit::Design;
use super::intervals::intervals;
use super::mixture::{Anchor, Mixture, thinned};
use super::{AucWithError, ComparisonInput};
use rayon::prelude::*;

/// The 97.5 % point of the standard normal distribution.
const TWO_SIDED_95: f64 = 1.96;

/// Deals of either outcome below which there is no model.
const FEWEST_OF_EITHER: usize = 5;

/// The learned scorecard; rules in the order of [`Deals`].
pub(super) struct Learned {
    /// Learned points.
    pub points: Vec<f64>,
    /// 95 % interval of each.
    pub intervals: Vec<[f64; 2]>,
    pub rho: f64,
    pub factor: f64,
    pub kappa: f64,
    pub tau: f64,
    /// AUC and its standard error, out of fold.
    pub auc: Option<(f64, f64)>,
    pub notes: Vec<String>,
}

/// Learns the points, or keeps the hand-set ones where the deals cannot tell.
pub(super) fn learn(input: &ComparisonInput, deals: &Deals, auc: &AucWithError) -> Learned {
    if let Some(why) = why_not(input, deals) {
        return hand_set(deals, why);
    }
    let design = Design::new(input, deals);
    let anchor = Anchor::of(&design);
    let all: Vec<usize> = (0..input.y.len()).collect();
    let auc = out_of_fold(input, deals, &design, anchor.as_ref(), auc);
    let mixture = Mixture::new(&design, &all, anchor.as_ref());
    let mean = mixture.mean();
    let beta = design.beta(&mean);
    let Some(factor) = deals.factor(&beta) else {
        return hand_set(deals, "the deals give every rule the same worth, none".into());
    };
    let rho = auc.map_or(0.0, belief);
    let points: Vec<f64> = (0..beta.len())
        .map(|rule| {
            let hand_set = deals.points[rule];
            hand_set + rho * deals.told(rule) * (factor * beta[rule] - hand_set)
        })
        .collect();
    let mut intervals = intervals(input, deals, &design, &mixture);
    for (rule, interval) in intervals.iter_mut().enumerate() {
        // Where the deals are not believed in full, the hand-set points are in question too.
        let kept = if rho < 1.0 { deals.points[rule] } else { points[rule] };
        *interval = [interval[0].min(points[rule]).min(kept), interval[1].max(points[rule]).max(kept)];
    }
    let kappa = design.kappa(&mean);
    Learned { points, intervals, rho, factor, kappa, tau: mixture.tau(), auc, notes: Vec::new() }
}

/// Why the deals cannot be asked at all.
fn why_not(input: &ComparisonInput, deals: &Deals) -> Option<String> {
    let counts = |deal: &usize| input.weights[*deal] > 0.0;
    let won = (0..input.y.len()).filter(counts).filter(|&deal| input.y[deal] == 1.0).count();
    let lost = (0..input.y.len()).filter(counts).count() - won;
    if won.min(lost) < FEWEST_OF_EITHER {
        return Some(format!("it takes {FEWEST_OF_EITHER} won and {FEWEST_OF_EITHER} lost deals to ask them anything"));
    }
    if deals.sd_score == 0.0 {
        return Some("all deals have the same points, so that nothing can be told from them".into());
    }
    input.folds.is_empty().then(|| "there are too few deals to check what was learned on deals not yet seen".into())
}

/// The scorecard as it stands.
fn hand_set(deals: &Deals, why: String) -> Learned {
    Learned {
        points: deals.points.clone(),
        intervals: deals.points.iter().map(|&points| [points, points]).collect(),
        rho: 0.0,
        factor: 0.0,
        kappa: 0.0,
        tau: 0.0,
        auc: None,
        notes: vec![why],
    }
}

/// AUC, with its standard error, of Σ β_j q_j on deals that β has not seen.
fn out_of_fold(
    input: &ComparisonInput,
    deals: &Deals,
    design: &Design,
    anchor: Option<&Anchor>,
    auc: &AucWithError,
) -> Option<(f64, f64)> {
    let predicted = input.folds.iter().map(|fold| fold.1.len()).sum();
    let folds: Vec<(Vec<usize>, Vec<usize>)> =
        input.folds.iter().map(|(train, test)| (thinned(train, predicted), thinned(test, predicted))).collect();
    let scores: Vec<f64> = folds
        .par_iter()
        .flat_map_iter(|(train, test)| {
            let beta = design.beta(&Mixture::new(design, train, anchor).mean());
            test.iter().map(move |&deal| deals.score(deal, &beta))
        })
        .collect();
    let pick =
        |values: &[f64]| -> Vec<f64> { folds.iter().flat_map(|fold| &fold.1).map(|&deal| values[deal]).collect() };
    auc(&scores, &pick(input.y), &pick(input.weights))
}

/// ρ = min(1, max(0, (AUC − ½) / (1.96 SE))).
fn belief((auc, error): (f64, f64)) -> f64 {
    let rho = (auc - 0.5) / (TWO_SIDED_95 * error);
    if rho.is_nan() { 0.0 } else { rho.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn belief_grows_with_the_distance_from_chance_and_never_jumps() {
        assert_eq!(belief((0.5, 0.1)), 0.0);
        assert_eq!(belief((0.3, 0.1)), 0.0);
        assert!((belief((0.598, 0.1)) - 0.5).abs() < 1e-12);
        assert_eq!(belief((0.9, 0.1)), 1.0);
        assert_eq!(belief((1.0, 0.0)), 1.0);
        assert_eq!(belief((0.5, 0.0)), 0.0);
    }
}

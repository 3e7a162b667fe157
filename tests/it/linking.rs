//! The link: hand-worked cells, and what must hold on any scale.

use leadscore::linking::{Link, MOST_KNOTS};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rounding of a few additions on scales up to 100.
const ROUNDING: f64 = 1e-9;
/// Cells end this far under a tier bound.
const UNDER_BOUND: f64 = 1e-6;

/// The scorecard's range.
type Range = (f64, f64);
/// How a made-up lead's liking becomes a rule score.
type Scoring = fn(f64) -> f64;

fn close(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{got}, expected {expected}");
}

/// The row-weighted share of deals from `bound` on, as the tiers count them.
fn share_at_or_above(scores: &[f64], w: &[f64], bound: f64) -> f64 {
    let above: f64 = scores.iter().zip(w).filter(|(s, _)| **s >= bound - 1e-9).map(|(_, w)| w).sum();
    above / w.iter().sum::<f64>()
}

/// Made-up reference deals: rule scores by `score_of`, distinct probabilities loosely tied to them.
fn deals(n: usize, seed: u64, score_of: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut scores, mut p) = (Vec::new(), Vec::new());
    for i in 0..n {
        let u: f64 = rng.random();
        let v: f64 = rng.random();
        scores.push(score_of(u));
        p.push((0.6 * u + 0.4 * v).clamp(0.001, 0.998) + i as f64 * 1e-9);
    }
    (scores, p)
}

#[test]
fn cells_by_hand() {
    // Scores 10, 10, 30, 60 on 0 to 100 with a tier at 50: cells [0, 20], [20, 45], [50, 100] of shares ½, ¼, ¼;
    // 45 to 50 is a gap. Mid-ranks of the four p's: ⅛, ⅜, ⅝, ⅞.
    let p = [0.4, 0.1, 0.2, 0.3];
    let link = Link::fit(&[10.0, 10.0, 30.0, 60.0], &p, &[1.0; 4], &[50.0], (0.0, 100.0));
    for (p, score) in [(0.1, 5.0), (0.2, 15.0), (0.3, 32.5), (0.4, 75.0)] {
        close(link.score(p), score, ROUNDING);
    }
    // Rank ½ lies half way between 0.2 and 0.3 and ends the first cell; rank ¾, at p = 0.35, jumps the gap.
    close(link.score(0.25), 20.0, ROUNDING);
    close(link.score(0.35 - 1e-9), 45.0, 1e-6);
    close(link.score(0.35 + 1e-9), 50.0, 1e-6);
    // Beyond the reference p's straight to rank 0 at p = 0 and rank 1 at p = 1.
    close(link.score(0.05), 2.5, ROUNDING);
    close(link.score(0.7), 87.5, ROUNDING);
    assert_eq!((link.score(0.0), link.score(1.0)), (0.0, 100.0));
}

#[test]
fn the_scale_of_three_points() {
    // 1, 1, 2, 3 with tiers at 2 and 3: cells [1, 1.5], [2, 2.5], {3} of shares ½, ¼, ¼.
    let p = [0.1, 0.2, 0.3, 0.4];
    let link = Link::fit(&[3.0, 1.0, 2.0, 1.0], &p, &[1.0; 4], &[3.0, 2.0], (1.0, 3.0));
    for (p, score) in [(0.1, 1.125), (0.2, 1.375), (0.3, 2.25), (0.4, 3.0), (1.0, 3.0), (0.0, 1.0)] {
        close(link.score(p), score, ROUNDING);
    }
}

#[test]
fn each_tier_holds_the_same_share_as_before_only_better_ones() {
    let scales: [(&str, Range, &[f64], Scoring); 4] = [
        ("hundred", (0.0, 100.0), &[50.0, 80.0], |u| (u * 100.0).round()),
        ("decayed", (0.0, 100.0), &[50.0, 80.0], |u| u * u * 100.0),
        ("three", (1.0, 3.0), &[2.0, 3.0], |u| 1.0 + (u * 3.0).floor().min(2.0)),
        ("negative", (-20.0, 30.0), &[-5.0, 0.0, 12.5], |u| (u * 25.0).floor() * 2.0 - 20.0),
    ];
    for (name, range, bounds, score_of) in scales {
        for (n, seed) in [(7, 1), (50, 2), (900, 3), (9000, 4)] {
            let (scores, p) = deals(n, seed, score_of);
            let equal = vec![1.0; n];
            let link = Link::fit(&scores, &p, &equal, bounds, range);
            let linked: Vec<f64> = p.iter().map(|&p| link.score(p)).collect();
            for &bound in bounds {
                let (before, after) =
                    (share_at_or_above(&scores, &equal, bound), share_at_or_above(&linked, &equal, bound));
                close(after, before, ROUNDING);
            }
            // With unequal row weights a deal astride a bound falls to the side that holds more of it.
            let w: Vec<f64> = p.iter().map(|p| 0.05 + (p * 7919.0).fract() * 0.95).collect();
            let link = Link::fit(&scores, &p, &w, bounds, range);
            let linked: Vec<f64> = p.iter().map(|&p| link.score(p)).collect();
            for &bound in bounds {
                let (before, after) = (share_at_or_above(&scores, &w, bound), share_at_or_above(&linked, &w, bound));
                close(after, before, 0.5 / w.iter().sum::<f64>() + ROUNDING);
            }
            assert!(linked.iter().all(|s| range.0 <= *s && *s <= range.1), "{name}");
        }
    }
}

#[test]
fn it_never_falls_and_stays_in_the_range() {
    for (n, seed) in [(3, 5), (40, 6), (9000, 7)] {
        let (scores, p) = deals(n, seed, |u| (u * 40.0).floor() * 2.5);
        let link = Link::fit(&scores, &p, &vec![1.0; n], &[50.0, 80.0], (0.0, 100.0));
        let mut last = 0.0;
        for step in 0..=100_000 {
            let score = link.score(f64::from(step) / 1e5);
            assert!(score >= last && score <= 100.0, "at {step}: {score} after {last}");
            last = score;
        }
    }
}

#[test]
fn a_tier_no_deal_reached_stays_out_of_reach() {
    // Nobody between 50 and 80, nobody from 95 on.
    let scores = [10.0, 40.0, 85.0, 90.0];
    let bounds = [50.0, 80.0, 95.0];
    let link = Link::fit(&scores, &[0.1, 0.2, 0.3, 0.4], &[1.0; 4], &bounds, (0.0, 100.0));
    assert_eq!(link.out_of_reach(&bounds), [95.0]);
    assert!(link.score(1.0) < 95.0 - UNDER_BOUND / 2.0);
    for step in 0..=100_000 {
        let score = link.score(f64::from(step) / 1e5);
        assert!(!(50.0 - 1e-9..80.0 - 1e-9).contains(&score), "{score} lies in the empty tier");
    }
}

#[test]
fn ties_and_single_values() {
    // One distinct rule score, 60, above the tier at 50: everybody stays there, spread over [50, 100].
    let link = Link::fit(&[60.0; 4], &[0.1, 0.2, 0.3, 0.4], &[1.0; 4], &[50.0], (0.0, 100.0));
    close(link.score(0.1), 56.25, ROUNDING);
    close(link.score(0.0), 50.0, ROUNDING);
    // One distinct probability: the median of the scale.
    let link = Link::fit(&[10.0, 20.0, 30.0], &[0.3; 3], &[1.0; 3], &[], (0.0, 100.0));
    close(link.score(0.3), 20.0, ROUNDING);
    // Probabilities of exactly 0 and 1 have their mid-ranks.
    let link = Link::fit(&[25.0, 75.0], &[0.0, 1.0], &[1.0; 2], &[], (0.0, 100.0));
    close(link.score(0.0), 25.0, ROUNDING);
    close(link.score(1.0), 75.0, ROUNDING);
    // No deals at all: the range, under the tiers.
    let link = Link::fit(&[], &[], &[], &[50.0], (0.0, 100.0));
    close(link.score(0.5), 25.0, 1e-6);
    assert_eq!(link.out_of_reach(&[50.0]), [50.0]);
    // A score on the very bound, and one that tenths left a hair below it, belong to the tier.
    let link = Link::fit(&[0.1 + 0.2 + 49.7, 49.9999999999], &[0.2, 0.4], &[1.0; 2], &[50.0], (0.0, 100.0));
    assert!(link.score(0.2) >= 50.0 - 1e-9 && link.score(0.0) >= 50.0 - 1e-9);
}

#[test]
fn row_weights_count_and_weight_0_is_a_row_removed() {
    let (scores, p) = ([10.0, 40.0, 90.0], [0.2, 0.3, 0.6]);
    let bounds = [50.0];
    let weighted = Link::fit(&scores, &p, &[2.0, 1.0, 0.0], &bounds, (0.0, 100.0));
    let removed = Link::fit(&scores[..2], &p[..2], &[2.0, 1.0], &bounds, (0.0, 100.0));
    assert_eq!(weighted, removed);
    let doubled = Link::fit(&[10.0, 10.0, 40.0], &[0.2, 0.2, 0.3], &[1.0; 3], &bounds, (0.0, 100.0));
    assert_eq!(doubled, removed);
}

#[test]
fn thinning_says_its_error_and_keeps_the_tiers() {
    let n = 30_000;
    let (scores, p) = deals(n, 11, |u| u.powi(3) * 100.0);
    let bounds = [50.0, 80.0];
    let w = vec![1.0; n];
    let link = Link::fit(&scores, &p, &w, &bounds, (0.0, 100.0));
    assert!(link.error() > 0.0 && link.error() < 0.2, "{}", link.error());
    // The exact score of a reference deal: its own quantile of the rule scores, to within their spacing.
    let (mut by_score, mut by_p) = (scores.clone(), p.clone());
    by_score.sort_by(f64::total_cmp);
    by_p.sort_by(f64::total_cmp);
    let spacing = by_score.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    for (score, p) in by_score.iter().zip(&by_p) {
        close(link.score(*p), *score, link.error() + spacing);
    }
    let few = Link::fit(&scores[..1000], &p[..1000], &w[..1000], &bounds, (0.0, 100.0));
    assert_eq!(few.error(), 0.0);
}

#[test]
fn it_survives_being_stored() {
    let (scores, p) = deals(500, 12, |u| (u * 100.0).round());
    let link = Link::fit(&scores, &p, &vec![1.0; 500], &[50.0], (0.0, 100.0));
    let bytes = bincode::serde::encode_to_vec(&link, bincode::config::standard()).unwrap();
    let (stored, _): (Link, usize) = bincode::serde::decode_from_slice(&bytes, bincode::config::standard()).unwrap();
    assert!(stored == link);
    assert!(bytes.len() < 17 * 2 * MOST_KNOTS);
}

//! Half-lives told apart: made-up logs whose acts truly fade, and the profile over the half-lives on offer.
//!
//! What 50 companies with 20,000 deals each showed stands in RESULTS.md.

use leadscore::comparison::profile::{Profile, ProfileInput};
use leadscore::logodds::sigmoid;
use leadscore::pipeline::compare::HALF_LIVES_DAYS;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Mean acts a lead, and log-odds of a decayed act: the edge at which the half-lives are promised to be told apart.
const ACTS: usize = 3;
const LOG_ODDS: f64 = 0.2;

/// Acts lie in the last half year.
const OLDEST_DAYS: f64 = 180.0;

/// Share of the companies in which the true half-life must be plausible and the other one ruled out.
const TOLD_APART: f64 = 0.95;

/// The profile of a rule whose acts halve in `half_life` days: no decay first, then the half-lives on offer.
fn profile(half_life: f64, n_deals: usize, seed: u64) -> Profile {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut shapes = vec![vec![0.0; n_deals]; HALF_LIVES_DAYS.len() + 1];
    let mut others = vec![0.0; n_deals];
    let mut y = vec![0.0; n_deals];
    for deal in 0..n_deals {
        let mut worth = 0.0;
        for _ in 0..random.random_range(0..=2 * ACTS) {
            let age = OLDEST_DAYS * random.random::<f64>();
            worth += LOG_ODDS * (-age / half_life).exp2();
            shapes[0][deal] += 1.0;
            for (shape, days) in shapes[1..].iter_mut().zip(HALF_LIVES_DAYS) {
                shape[deal] += (-age / days).exp2();
            }
        }
        others[deal] = 2.0 * random.random::<f64>() - 1.0;
        y[deal] = f64::from(u8::from(random.random::<f64>() < sigmoid(others[deal] + worth - 1.0)));
    }
    let shapes: Vec<&[f64]> = shapes.iter().map(Vec::as_slice).collect();
    let weights = vec![1.0; n_deals];
    Profile::new(&ProfileInput { others: &others, shapes: &shapes, y: &y, weights: &weights })
}

/// Place of a half-life among the shapes.
fn place(days: f64) -> usize {
    1 + HALF_LIVES_DAYS.iter().position(|d| *d == days).unwrap()
}

/// Whether the deals rule out the other half-life.
fn tells(truth: f64, other: f64, n_deals: usize, seed: u64) -> bool {
    let profile = profile(truth, n_deals, seed);
    profile.tells() && !profile.is_plausible(place(other))
}

#[test]
fn fourteen_and_sixty_days_are_told_apart_by_many_deals() {
    // Ten times the deals of the study, so that chance has no say.
    for (truth, other) in [(14.0, 60.0), (60.0, 14.0)] {
        let profile = profile(truth, 200_000, 1);
        assert!(profile.is_plausible(place(truth)) && !profile.is_plausible(place(other)), "{truth}: {profile:?}");
    }
}

#[test]
#[ignore = "a study of a minute"]
fn half_lives() {
    for (truth, other) in [(14.0, 60.0), (60.0, 14.0)] {
        let told: Vec<(bool, bool, bool)> = (0..50u64)
            .into_par_iter()
            .map(|seed| {
                let p = profile(truth, 20_000, 100 + seed);
                (
                    tells(truth, other, 20_000, 100 + seed),
                    p.is_plausible(place(truth)),
                    p.drop[place(truth)] > p.drop[place(other)],
                )
            })
            .collect();
        let share = |of: fn(&(bool, bool, bool)) -> bool| told.iter().filter(|t| of(t)).count() as f64 / 50.0;
        println!(
            "true {truth} d: {other} d ruled out in {:.2}, the true one plausible in {:.2}, better than the other in {:.2}",
            share(|t| t.0),
            share(|t| t.1),
            share(|t| t.2)
        );
        assert!(share(|t| t.2) >= TOLD_APART);
    }
}

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

/// Acts lie in the last half year, or in the last quarter.
const OLDEST_DAYS: [f64; 2] = [180.0, 90.0];

/// Share of the companies in which the true half-life must fit better than the other one.
const TOLD_APART: f64 = 0.95;

/// The profile of a rule whose acts halve in `half_life` days: no decay first, then the half-lives on offer.
fn profile(half_life: f64, oldest: f64, n_deals: usize, seed: u64) -> Profile {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut shapes = vec![vec![0.0; n_deals]; HALF_LIVES_DAYS.len() + 1];
    let mut others = vec![0.0; n_deals];
    let mut y = vec![0.0; n_deals];
    for deal in 0..n_deals {
        let mut worth = 0.0;
        for _ in 0..random.random_range(0..=2 * ACTS) {
            let age = oldest * random.random::<f64>();
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

#[test]
fn fourteen_and_sixty_days_are_told_apart_by_many_deals() {
    // Ten times the deals of the study, so that chance has no say.
    for (truth, other) in [(14.0, 60.0), (60.0, 14.0)] {
        let profile = profile(truth, OLDEST_DAYS[0], 200_000, 1);
        assert!(profile.is_plausible(place(truth)) && !profile.is_plausible(place(other)), "{truth}: {profile:?}");
    }
}

#[test]
#[ignore = "a study of two minutes"]
fn half_lives() {
    for oldest in OLDEST_DAYS {
        for (truth, other) in [(14.0, 60.0), (60.0, 14.0)] {
            let profiles: Vec<Profile> =
                (0..50u64).into_par_iter().map(|seed| profile(truth, oldest, 20_000, 100 + seed)).collect();
            let share = |of: &dyn Fn(&Profile) -> bool| profiles.iter().filter(|p| of(p)).count() as f64 / 50.0;
            let better = share(&|p| p.drop[place(truth)] > p.drop[place(other)]);
            let plausible = share(&|p| p.is_plausible(place(truth)));
            let ruled_out = share(&|p| p.tells() && !p.is_plausible(place(other)));
            // 30 days lie between the two.
            let is_short = |p: &Profile| p.best_of(1..p.drop.len()).is_some_and(|best| best < place(30.0));
            let is_long = |p: &Profile| p.best_of(0..p.drop.len()).is_some_and(|best| best == 0 || best > place(30.0));
            let named = share(&|p| if truth < 30.0 { is_short(p) } else { is_long(p) });
            println!(
                "acts of {oldest} days, true {truth}: better than {other} {better:.2}, the best on its side of 30 days \
                 {named:.2}, {other} ruled out {ruled_out:.2}, {truth} plausible {plausible:.2}"
            );
            assert!(better >= TOLD_APART);
        }
    }
}

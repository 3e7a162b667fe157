//! Do 95 % intervals hold the truth 95 times in 100? A thousand made-up companies whose truth is known say so.

use leadscore::metrics::{Interval, auc, calibration};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, Normal};

const COMPANIES: u64 = 1000;
/// Two hundredths: chance alone moves the share of 1,000 companies by 0.7 hundredths (one standard error).
const TOLERANCE: f64 = 0.02;

/// A company: scores of won deals are N(δ, 1), of lost ones N(0, 1), so that the AUC is Φ(δ/√2) and the true log-odds
/// are a straight line in the score; the predictions are off by a known shift, or stretched by a known slope.
struct Company {
    y: Vec<f64>,
    w: Vec<f64>,
    shifted: Vec<f64>,
    stretched: Vec<f64>,
    auc: f64,
    shift: f64,
    slope: f64,
}

/// Row weights of won deals are small (they close soon): the square of a uniform number, of mean 1/3. Those of lost
/// deals have mean 1/2, so the weighted odds of winning are 2/3 of the plain ones.
const WEIGHTED_ODDS: f64 = 2.0 / 3.0;

fn company(seed: u64, weighted: bool) -> Company {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut uniform = |low: f64, high: f64| low + (high - low) * rng.random::<f64>();
    let normal = Normal::standard();
    let n = uniform(100_f64.ln(), 2000_f64.ln()).exp() as usize;
    let (auc, base) = (uniform(0.55, 0.9), uniform(0.1, 0.4));
    let (shift, slope) = (uniform(-0.5, 0.5), uniform(0.5, 1.5));
    let delta = std::f64::consts::SQRT_2 * normal.inverse_cdf(auc);
    let odds_shift = if weighted { WEIGHTED_ODDS.ln() } else { 0.0 };
    let mut made = Company { y: vec![], w: vec![], shifted: vec![], stretched: vec![], auc, shift, slope };
    for _ in 0..n {
        let y = f64::from(uniform(0.0, 1.0) < base);
        let z = normal.inverse_cdf(uniform(1e-12, 1.0)) + delta * y;
        let log_odds = (base / (1.0 - base)).ln() + delta * z - delta * delta / 2.0 + odds_shift;
        let u = uniform(0.0, 1.0);
        made.y.push(y);
        made.w.push(if !weighted {
            1.0
        } else if y > 0.5 {
            u * u
        } else {
            u
        });
        made.shifted.push(leadscore::logodds::sigmoid(log_odds - shift));
        made.stretched.push(leadscore::logodds::sigmoid(log_odds / slope));
    }
    made
}

/// How often an interval held the truth.
#[derive(Default)]
struct Tally {
    held: f64,
    of: f64,
}

impl Tally {
    fn add(&mut self, interval: Option<Interval>, truth: f64) {
        if let Some(interval) = interval {
            self.held += f64::from(interval.holds(truth));
            self.of += 1.0;
        }
    }

    fn check(&self, what: &str) {
        let share = self.held / self.of;
        println!("{what}: {:.1} % of {}", 100.0 * share, self.of);
        assert!(self.of > 0.9 * COMPANIES as f64, "{what}: an interval of only {}", self.of);
        assert!((share - 0.95).abs() <= TOLERANCE, "{what}: {share}");
    }
}

#[test]
#[ignore = "takes several seconds; run it when an interval changes"]
fn intervals_hold_the_truth_95_times_in_100() {
    for weighted in [false, true] {
        let (mut area, mut intercept, mut slope) = (Tally::default(), Tally::default(), Tally::default());
        for seed in 0..COMPANIES {
            let made = company(seed, weighted);
            area.add(auc(&made.y, &made.shifted, &made.w).map(|auc| auc.interval), made.auc);
            let shifted = calibration(&made.y, &made.shifted, &made.w);
            intercept.add(shifted.intercept.map(|found| found.interval), made.shift);
            let stretched = calibration(&made.y, &made.stretched, &made.w);
            slope.add(stretched.slope.map(|found| found.interval), made.slope);
        }
        let rows = if weighted { "row-weighted" } else { "plain" };
        area.check(&format!("{rows} AUC"));
        intercept.check(&format!("{rows} calibration intercept"));
        slope.check(&format!("{rows} calibration slope"));
    }
}

//! How far rules are let off their hand-set points: the fits for several τ, each believed by its evidence.
//!
//! One τ picked by out-of-fold loss within a standard error is nearly always too small on few deals (the loss is too
//! noisy to tell), which leaves the points where they were with intervals of no width. The evidence of a τ,
//! log ∫ likelihood · prior, uses every deal, holds at any number of them, and averaging over τ keeps in the interval
//! what is not known about it (MacKay, Bayesian interpolation, 1992, doi:10.1162/neco.1992.4.3.415).

use super::fit::{Design, Posterior, Prior};
use rayon::prelude::*;

/// Prior scales of a deviation, in log-odds, from next to none to one that can turn any rule. Equally
/// likely before the deals are seen.
const TAUS: [f64; 6] = [0.05, 0.1, 0.2, 0.35, 0.6, 1.0];

/// Deals and distinct rows that τ and ρ are judged on at most. Both are settled long before (the standard error of an
/// AUC is then below 0.01), and the many fits to judge them would take most of the time.
const JUDGED: usize = 100_000;

/// Fits at several τ.
pub(super) struct Mixture {
    /// Each with its share of the belief; the shares sum to 1.
    pub parts: Vec<Part>,
}

/// The fit at one τ.
pub(super) struct Part {
    /// Share of the belief.
    pub share: f64,
    /// τ.
    pub tau: f64,
    /// Mode and covariance.
    pub posterior: Posterior,
}

impl Mixture {
    /// Fits every τ on the deals. Where there are too many distinct ones for that, a part of the deals chooses τ, and
    /// only the likeliest is fitted on all: what the others would add is far inside the interval then.
    pub fn new(design: &Design, deals: &[usize]) -> Mixture {
        if design.n_rows().min(deals.len()) <= JUDGED {
            return Mixture::of_every_tau(design, deals);
        }
        let chosen = Mixture::of_every_tau(design, &thinned(deals, deals.len()));
        let tau = chosen.parts.iter().max_by(|a, b| a.share.total_cmp(&b.share)).map_or(TAUS[0], |part| part.tau);
        Mixture::of_fits(vec![fit(design, deals, tau)])
    }

    fn of_every_tau(design: &Design, deals: &[usize]) -> Mixture {
        Mixture::of_fits(TAUS.par_iter().map(|&tau| fit(design, deals, tau)).collect())
    }

    /// Fits on the same deals, each with the prior standard deviation it was made at, believed by their evidence.
    pub fn of_fits(fits: Vec<(f64, Posterior)>) -> Mixture {
        let most = fits.iter().fold(f64::NEG_INFINITY, |most, fit| most.max(fit.1.log_evidence));
        let total: f64 = fits.iter().map(|fit| (fit.1.log_evidence - most).exp()).sum();
        let part = |(tau, posterior): (f64, Posterior)| Part {
            share: (posterior.log_evidence - most).exp() / total,
            tau,
            posterior,
        };
        Mixture { parts: fits.into_iter().map(part).collect() }
    }

    /// Mean coefficients.
    pub fn mean(&self) -> Vec<f64> {
        let mut mean = vec![0.0; self.parts.first().map_or(0, |part| part.posterior.mode.len())];
        for part in &self.parts {
            mean.iter_mut().zip(&part.posterior.mode).for_each(|(mean, mode)| *mean += part.share * mode);
        }
        mean
    }

    /// Mean τ.
    pub fn tau(&self) -> f64 {
        self.parts.iter().map(|part| part.share * part.tau).sum()
    }
}

/// τ, and the fit in which every deviation has heavy tails of that scale.
fn fit(design: &Design, deals: &[usize], tau: f64) -> (f64, Posterior) {
    (tau, design.fit(deals, &vec![Prior::HeavyTailed(tau); design.n_deviations()]))
}

/// Every so manieth deal, such that of `of` deals about as many are left as are judged on.
pub(super) fn thinned(deals: &[usize], of: usize) -> Vec<usize> {
    deals.iter().copied().step_by(of.div_ceil(JUDGED).max(1)).collect()
}

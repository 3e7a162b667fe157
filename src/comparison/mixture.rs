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

/// Deals up to which every τ is fitted on its own. Of more the likelihood is taken about one mode, to second order, and
/// the folds that ρ is judged by learn from and predict so many at most: both are settled long before (the standard error
/// of an AUC is then below 0.01).
const JUDGED: usize = 100_000;

/// Deals of the rarer outcome from which the likelihood of many deals is narrow enough to be taken to second order.
const FEWEST_OF_RARER: usize = 2_000;

/// τ about whose mode the likelihood of many deals is first looked at: wide enough to hold none of it back.
const FIRST_TAU: f64 = 0.35;

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

/// Where the likelihood of many deals is looked at.
pub(super) struct Anchor {
    /// Coefficients near the mode.
    start: Vec<f64>,
    /// Prior standard deviations of the deviations, about whose mode it is expanded.
    deviations: Vec<f64>,
}

impl Anchor {
    /// Found on a part of the deals; none where these are so few that each τ is fitted on its own.
    pub fn of(design: &Design) -> Option<Anchor> {
        let n_deals = design.input.y.len();
        let won = design.input.y.iter().filter(|y| **y == 1.0).count();
        if n_deals <= JUDGED || won.min(n_deals - won) < FEWEST_OF_RARER {
            return None;
        }
        let deals: Vec<usize> = (0..n_deals).collect();
        let first = Anchor { start: design.prior_mean(), deviations: vec![FIRST_TAU; design.n_deviations()] };
        let mixture = Mixture::near(design, &thinned(&deals, deals.len()), &first)?;
        let likeliest = mixture.likeliest()?;
        let sizes = likeliest.posterior.mean_squares();
        let deviations = sizes.iter().map(|&size| Prior::HeavyTailed(likeliest.tau).touching(Some(size)));
        Some(Anchor { start: mixture.mean(), deviations: deviations.collect() })
    }
}

impl Mixture {
    /// Every τ on the deals: by the likelihood near the anchor, or each by a fit of its own. Where there are too many
    /// deals for that, a part of them chooses τ, and only the likeliest is fitted on all: what the others would add is far
    /// inside the interval then.
    pub fn new(design: &Design, deals: &[usize], anchor: Option<&Anchor>) -> Mixture {
        if let Some(mixture) = anchor.and_then(|anchor| Mixture::near(design, deals, anchor)) {
            return mixture;
        }
        if design.n_rows().min(deals.len()) <= JUDGED {
            return Mixture::of_every_tau(design, deals);
        }
        let chosen = Mixture::of_every_tau(design, &thinned(deals, deals.len()));
        let tau = chosen.likeliest().map_or(TAUS[0], |part| part.tau);
        Mixture::of_fits(vec![fit(design, deals, tau)])
    }

    fn of_every_tau(design: &Design, deals: &[usize]) -> Mixture {
        Mixture::of_fits(TAUS.par_iter().map(|&tau| fit(design, deals, tau)).collect())
    }

    fn near(design: &Design, deals: &[usize], anchor: &Anchor) -> Option<Mixture> {
        let likelihood = design.expansion(deals, &anchor.deviations, &anchor.start)?;
        let fit = |&tau: &f64| Some((tau, design.fit_near(&likelihood, &priors(design, tau))?));
        TAUS.iter().map(fit).collect::<Option<Vec<_>>>().map(Mixture::of_fits)
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

    fn likeliest(&self) -> Option<&Part> {
        self.parts.iter().max_by(|a, b| a.share.total_cmp(&b.share))
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
    (tau, design.fit(deals, &priors(design, tau)))
}

/// Every deviation has heavy tails of scale τ.
fn priors(design: &Design, tau: f64) -> Vec<Prior> {
    vec![Prior::HeavyTailed(tau); design.n_deviations()]
}

/// Every so manieth deal, such that of `of` deals about as many are left as are judged on.
pub(super) fn thinned(deals: &[usize], of: usize) -> Vec<usize> {
    deals.iter().copied().step_by(of.div_ceil(JUDGED).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::deals::Deals;
    use super::super::{ComparisonInput, RuleInput};
    use super::*;
    use crate::logodds::sigmoid;

    /// Three rules on 120,000 deals, of which the third has the wrong sign; won without any draw.
    fn company() -> (Vec<RuleInput>, Vec<f64>) {
        let hits = |deal: usize, rule: usize| [deal % 2, deal / 2 % 3 / 2, deal / 6 % 5 / 4][rule] as f64;
        let rules = [10.0, 20.0, 15.0].into_iter().enumerate().map(|(rule, points)| RuleInput {
            id: format!("{rule}"),
            group: "fit".into(),
            persona: None,
            points,
            quantity: (0..120_000).map(|deal| hits(deal, rule)).collect(),
            limit: f64::INFINITY,
        });
        let won = |deal: usize| {
            let log_odds = -1.5 + 0.5 * hits(deal, 0) + 0.8 * hits(deal, 1) - 0.4 * hits(deal, 2);
            f64::from(u8::from(((deal / 30) as f64 * 0.618_033_988_75).fract() < sigmoid(log_odds)))
        };
        (rules.collect(), (0..120_000).map(won).collect())
    }

    #[test]
    fn near_one_mode_many_deals_say_what_a_fit_for_each_tau_would() {
        let (rules, y) = company();
        let weights = vec![1.0; y.len()];
        let input = ComparisonInput { rules: &rules, y: &y, weights: &weights, folds: &[], seed: 0, draws: 0 };
        let deals = Deals::new(&input);
        let design = Design::new(&input, &deals);
        let all: Vec<usize> = (0..y.len()).collect();
        let anchor = Anchor::of(&design).expect("more deals than are fitted for each τ");
        let near = Mixture::new(&design, &all, Some(&anchor));
        let each = Mixture::of_every_tau(&design, &all);
        assert!((near.tau() - each.tau()).abs() < 0.02 * each.tau(), "{} {}", near.tau(), each.tau());
        let errors = each.likeliest().expect("six of them").posterior.covariance.diag().mapv(f64::sqrt);
        for ((near, each), error) in near.mean().iter().zip(each.mean()).zip(errors) {
            assert!((near - each).abs() < 0.02 * error, "{near} {each} {error}");
        }
    }

    #[test]
    fn few_deals_or_few_wins_have_no_anchor() {
        let (mut rules, mut y) = company();
        y.iter_mut().skip(1_000).for_each(|y| *y = 0.0);
        let anchored = |rules: &[RuleInput], y: &[f64]| {
            let weights = vec![1.0; y.len()];
            let input = ComparisonInput { rules, y, weights: &weights, folds: &[], seed: 0, draws: 0 };
            let deals = Deals::new(&input);
            Anchor::of(&Design::new(&input, &deals)).is_some()
        };
        assert!(!anchored(&rules, &y));
        let (_, y) = company();
        rules.iter_mut().for_each(|rule| rule.quantity.truncate(100_000));
        assert!(!anchored(&rules, &y[..100_000]));
    }
}

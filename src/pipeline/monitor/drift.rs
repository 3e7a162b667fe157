//! How columns and scores are spread now, against the training reference.

use super::super::model::Model;
use super::super::reference::Reference;
use super::super::retrain::Current;
use super::super::train::pick;
use crate::features::Attribute;
use crate::logodds::{logit, sigmoid};
use crate::metrics::{effective_n, psi_noise, sample_psi};
use crate::predictor::Predictor;
use serde::Serialize;

/// By custom: under this stable, from here on worth a look.
const WATCH: f64 = 0.1;
/// By custom: over this it has shifted.
const SHIFTED: f64 = 0.25;

/// How far a column has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Under 0.1, or no more than chance explains.
    Stable,
    /// From 0.1 on.
    Watch,
    /// Over 0.25.
    Shifted,
}

/// One column or the score, then and now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// The column; `win probability` for the score.
    pub column: String,
    /// Population stability index.
    pub psi: f64,
    /// What the index stays under 95 times in 100 by chance alone.
    pub noise: f64,
    /// What that means.
    pub state: State,
    /// Share missing at training.
    pub missing_then: f64,
    /// Share missing now.
    pub missing_now: f64,
    /// Words that no training deal had, with their share.
    pub new_levels: Vec<(String, f64)>,
    /// By how much the change alone moves the average win probability; of the win probability, by how much it has moved.
    pub effect: f64,
    /// By how much the share missing may differ by chance.
    #[serde(skip)]
    missing_noise: f64,
    /// The spread now, over the reference's cells.
    #[serde(skip)]
    pub(super) shares: Vec<f64>,
}

/// How many fall in a tier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierVolume {
    /// The tier; `below all` for none.
    pub tier: String,
    /// Leads or deals.
    pub n: usize,
    /// Their share.
    pub share: f64,
}

/// Some leads against the training deals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// How many.
    pub n: usize,
    /// Kish's effective number of them.
    pub effective_n: f64,
    /// The win probability.
    pub score: Drift,
    /// Every source that the model reads: what has moved first, by what that does to the win probability.
    pub columns: Vec<Drift>,
    /// Tier volumes by the score.
    pub tiers: Vec<TierVolume>,
}

/// What a version says of some leads, each slice `(n_leads,)`.
pub(super) struct Look<'a> {
    pub(super) model: &'a Model,
    pub(super) predictor: &'a Predictor,
    pub(super) reference: &'a Reference,
    /// In the order of the reference's columns.
    pub(super) attributes: &'a [Attribute],
    /// Win probabilities.
    pub(super) p: &'a [f64],
    /// Row weights.
    pub(super) w: &'a [f64],
}

/// Two spreads over the same cells, the last of which is missing, and how many rows each rests on.
struct Spreads<'a> {
    then: &'a [f64],
    now: Vec<f64>,
    n: [f64; 2],
    /// Columns looked at at once.
    looks: usize,
}

impl Drift {
    fn of(column: String, spreads: Spreads<'_>, new_levels: Vec<(String, f64)>, effect: f64) -> Drift {
        let Spreads { then, now, n, looks } = spreads;
        let (psi, noise) = index(then, &now, n, looks);
        let state = match psi {
            _ if psi <= noise || psi < WATCH => State::Stable,
            _ if psi <= SHIFTED => State::Watch,
            _ => State::Shifted,
        };
        let last = |shares: &[f64]| shares.last().copied().unwrap_or(0.0);
        let (missing_then, missing_now) = (last(then), last(&now));
        // χ² of one degree of freedom is the square of a normal deviate, so two cells give the noise of one share.
        let share = (missing_then * n[0] + missing_now * n[1]) / (n[0] + n[1]);
        let missing_noise = (share * (1.0 - share) * psi_noise(2, n[0], n[1], looks)).sqrt();
        Drift { column, psi, noise, state, missing_then, missing_now, new_levels, effect, missing_noise, shares: now }
    }

    /// Whether the index lies beyond its limit and beyond chance.
    pub(super) fn is_beyond(&self, limit: f64) -> bool {
        self.psi > limit && self.psi > self.noise
    }

    /// Whether the spread differs from that of an earlier group by more than the limit and than chance.
    pub(super) fn moved_since(&self, before: &Drift, n: [f64; 2], looks: usize, limit: f64) -> bool {
        let (psi, noise) = index(&before.shares, &self.shares, n, looks);
        psi > limit && psi > noise
    }

    /// Whether the share missing differs from that at training by more than the limit and than chance.
    pub(super) fn is_missing_otherwise(&self, limit: f64) -> bool {
        (self.missing_now - self.missing_then).abs() > limit.max(self.missing_noise)
    }

    /// The share of words that no training deal had.
    pub fn new_share(&self) -> f64 {
        self.new_levels.iter().map(|(_, share)| share).sum()
    }
}

/// The stability index of two spreads, and what it stays under by chance.
fn index(then: &[f64], now: &[f64], n: [f64; 2], looks: usize) -> (f64, f64) {
    let occupied = then.iter().zip(now).filter(|(a, b)| **a > 0.0 || **b > 0.0).count();
    (sample_psi(then, now, n), psi_noise(occupied, n[0], n[1], looks))
}

impl Group {
    /// Some of the leads looked at.
    pub(super) fn of(look: &Look<'_>, rows: &[usize]) -> Group {
        let reference = look.reference;
        let weights = pick(look.w, rows);
        let n = [reference.effective_n, effective_n(&weights)];
        let looks = reference.columns.len() + 1;
        let p = pick(look.p, rows);
        let base = look.model.snapshot.win_rate;
        let mean_p = p.iter().zip(&weights).map(|(p, w)| p * w).sum::<f64>() / weights.iter().sum::<f64>();
        let now = reference.score.shares(&p, &weights);
        let spreads = Spreads { then: &reference.score_shares, now, n, looks };
        let score = Drift::of("win probability".into(), spreads, Vec::new(), mean_p - base);
        let moved = look.predictor.mean_contributions(look.attributes, rows, look.w);
        let columns = reference.columns.iter().zip(look.attributes).zip(moved);
        let mut columns: Vec<Drift> = columns
            .map(|((then, attribute), moved)| {
                let now = then.shares_of(&attribute.values, rows, look.w);
                let new = then.new_words(&attribute.values, rows, look.w);
                let effect = sigmoid(logit(base) + moved) - base;
                Drift::of(then.source.to_string(), Spreads { then: &then.shares, now, n, looks }, new, effect)
            })
            .collect();
        // What matters most to the score comes first among what has moved.
        let rank = |d: &Drift| (d.state == State::Stable, -d.effect.abs());
        columns.sort_by(|a, b| rank(a).0.cmp(&rank(b).0).then(rank(a).1.total_cmp(&rank(b).1)));
        Group { n: rows.len(), effective_n: n[1], score, columns, tiers: Vec::new() }
    }
}

/// How many scores fall in each tier, the highest first; none without a scorecard.
pub(super) fn tiers(current: &Current<'_>, scores: &[f64]) -> Vec<TierVolume> {
    let Some(card) = current.scorecard.filter(|_| !scores.is_empty()) else { return Vec::new() };
    let mut all: Vec<Option<usize>> = (0..card.tiers.len()).rev().map(Some).collect();
    all.push(None);
    let volume = |tier: Option<usize>| {
        let n = scores.iter().filter(|s| card.tier_of(**s) == tier).count();
        let name = if tier.is_some() { card.tier_name(tier) } else { "below all" };
        TierVolume { tier: name.to_string(), n, share: n as f64 / scores.len() as f64 }
    };
    all.into_iter().map(volume).collect()
}

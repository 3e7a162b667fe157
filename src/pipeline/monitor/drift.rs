//! How columns and scores are spread now, against the training reference.

use super::super::reference::Reference;
use super::super::retrain::Current;
use super::super::train::pick;
use super::Limits;
use crate::features::Attribute;
use crate::metrics::{Z95, effective_n, psi, psi_noise};
use serde::Serialize;

/// By custom: under this stable, from here on worth a look.
const WATCH: f64 = 0.1;
/// Words named in a sentence.
const WORDS_NAMED: usize = 3;

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
    /// Every source that the model reads, the most drifted first.
    pub columns: Vec<Drift>,
    /// Tier volumes by the score.
    pub tiers: Vec<TierVolume>,
}

impl Drift {
    /// Two spreads over the same cells, the last of which is missing.
    pub(super) fn of(column: String, then: &[f64], now: &[f64], n: [f64; 2], new_levels: Vec<(String, f64)>) -> Drift {
        let index = psi(then, now);
        let occupied = then.iter().zip(now).filter(|(a, b)| **a > 0.0 || **b > 0.0).count();
        let noise = psi_noise(occupied, n[0], n[1]);
        let state = match index {
            _ if index <= noise || index < WATCH => State::Stable,
            _ if index <= 0.25 => State::Watch,
            _ => State::Shifted,
        };
        let last = |shares: &[f64]| shares.last().copied().unwrap_or(0.0);
        let (missing_then, missing_now) = (last(then), last(now));
        Drift { column, psi: index, noise, state, missing_then, missing_now, new_levels }
    }
}

impl Group {
    /// The rows `rows` of the attributes, which stand in the reference's order, and of the win probabilities.
    pub(super) fn of(reference: &Reference, attributes: &[Attribute], p: &[f64], rows: &[usize], w: &[f64]) -> Group {
        let weights = pick(w, rows);
        let n = [reference.effective_n, effective_n(&weights)];
        let now = reference.score.shares(&pick(p, rows), &weights);
        let score = Drift::of("win probability".into(), &reference.score_shares, &now, n, Vec::new());
        let mut columns: Vec<Drift> = reference
            .columns
            .iter()
            .zip(attributes)
            .map(|(then, attribute)| {
                let now = then.shares_of(&attribute.values, rows, w);
                let new = then.new_words(&attribute.values, rows, w);
                Drift::of(then.source.to_string(), &then.shares, &now, n, new)
            })
            .collect();
        columns.sort_by(|a, b| b.psi.total_cmp(&a.psi));
        Group { n: rows.len(), effective_n: n[1], score, columns, tiers: Vec::new() }
    }

    /// What lies beyond the limits, in sentences.
    pub(super) fn alarms(&self, who: &str, limits: &Limits) -> Vec<String> {
        let mut said = Vec::new();
        for drift in std::iter::once(&self.score).chain(&self.columns) {
            if drift.psi > limits.psi && drift.psi > drift.noise {
                said.push(format!(
                    "`{}` of the {who} is spread otherwise than at training: stability index {:.2} (limit {:.2}).",
                    drift.column, drift.psi, limits.psi
                ));
            }
            let (then, now) = (drift.missing_then, drift.missing_now);
            let chance = Z95 * (then.max(1e-3) * (1.0 - then).max(1e-3) / self.effective_n.max(1.0)).sqrt();
            if (now - then).abs() > limits.missing.max(chance) {
                said.push(format!(
                    "`{}` is missing for {:.1} % of the {who}, {:.1} % at training.",
                    drift.column,
                    now * 100.0,
                    then * 100.0
                ));
            }
            let new: f64 = drift.new_levels.iter().map(|(_, share)| share).sum();
            if new > limits.new_levels {
                let words: Vec<String> =
                    drift.new_levels.iter().take(WORDS_NAMED).map(|(word, _)| format!("`{word}`")).collect();
                said.push(format!(
                    "{:.1} % of the {who} have a `{}` that no training deal had: {}{}.",
                    new * 100.0,
                    drift.column,
                    words.join(", "),
                    if drift.new_levels.len() > WORDS_NAMED { " and others" } else { "" }
                ));
            }
        }
        said
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

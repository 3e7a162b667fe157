//! Win rate by band of the score and by tier.
//!
//! Bands are tenths of the judged deals, best first, by each side's own order: every side's first tenth holds as many
//! deals, so the sides can be compared line by line, on any scale. Deals with one score stay together, in the tenth that
//! their middle falls into; a scorecard with few scores has fewer bands. (Tenths of the scorecard's range would leave
//! bands empty, and mean nothing for a model alone.)

use super::past::{Past, Side};
use crate::metrics::Rate;
use crate::scorecard::{DISQUALIFIED, Scorecard};
use serde::Serialize;

/// Bands of each side.
const BANDS: usize = 10;

/// Deals next to one another in a side's order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// Which tenth of the deals, 1 the best: where it stands in a picture.
    pub tenth: usize,
    /// The first and the last of the tenths it fills: several where many deals have one score. Every tenth is in one band.
    pub tenths: [usize; 2],
    /// Lowest score in it, in the side's unit.
    pub from: f64,
    /// Highest score in it.
    pub to: f64,
    /// What came of its deals.
    #[serde(flatten)]
    pub record: Rate,
}

/// The bands of one side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SideBands {
    /// Whose order.
    pub side: Side,
    /// What the scores are in.
    pub unit: &'static str,
    /// The bands, best first.
    pub bands: Vec<Band>,
}

/// What became of a tier's deals, by each side's tier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierRow {
    /// The tier; empty for below all.
    pub tier: String,
    /// By the rule score.
    pub by_rules: Option<Rate>,
    /// By the model score.
    pub by_model: Option<Rate>,
    /// By the score.
    pub by_score: Option<Rate>,
}

/// The bands of every side.
pub(super) fn by_tenth(past: &Past) -> Vec<SideBands> {
    let bands = |rank: &[f64]| bands(rank, &past.y, &past.w);
    past.sides()
        .into_iter()
        .map(|said| SideBands { side: said.side, unit: said.side.unit(), bands: bands(said.rank) })
        .collect()
}

fn bands(rank: &[f64], y: &[f64], w: &[f64]) -> Vec<Band> {
    let mut order: Vec<usize> = (0..rank.len()).collect();
    order.sort_by(|&a, &b| rank[b].total_cmp(&rank[a]).then(a.cmp(&b)));
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); BANDS];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| rank[a] == rank[b]) {
        // Twice the middle, so that whole numbers suffice.
        let middle = 2 * before + tied.len();
        parts[(BANDS * middle / (2 * rank.len())).min(BANDS - 1)].extend(tied);
        before += tied.len();
    }
    let filled = tenths_filled(&parts.iter().map(Vec::len).collect::<Vec<_>>());
    let band = |(tenth, rows): (usize, &Vec<usize>)| {
        let (y, w): (Vec<f64>, Vec<f64>) = rows.iter().map(|&i| (y[i], w[i])).unzip();
        let (first, last) = (rows.first()?, rows.last()?);
        let (from, to) = (rank[*last], rank[*first]);
        Some(Band { tenth: tenth + 1, tenths: filled[tenth], from, to, record: Rate::of(&y, &w)? })
    };
    parts.iter().enumerate().filter_map(band).collect()
}

/// Which tenths each part fills, first and last: its own, and of the empty ones beside it those whose middle lies among
/// its deals.
fn tenths_filled(deals: &[usize]) -> Vec<[usize; 2]> {
    let all: usize = deals.iter().sum();
    let full: Vec<usize> = (0..deals.len()).filter(|&part| deals[part] > 0).collect();
    let mut filled: Vec<[usize; 2]> = (1..=deals.len()).map(|tenth| [tenth, tenth]).collect();
    let mut through = 0;
    for (place, &part) in full.iter().enumerate() {
        if let Some(before) = place.checked_sub(1) {
            filled[part][0] = filled[full[before]][1] + 1;
        } else {
            filled[part][0] = 1;
        }
        through += deals[part];
        let next = full.get(place + 1).copied().unwrap_or(deals.len());
        // Twice the middles, so that whole numbers suffice.
        let is_among = |&tenth: &usize| (2 * tenth + 1) * all <= 2 * deals.len() * through;
        filled[part][1] = (part + 1..next).take_while(is_among).last().unwrap_or(part) + 1;
    }
    filled
}

/// Win rate by tier, the highest first; then below all tiers, then what a rule disqualifies.
pub(super) fn by_tier(card: &Scorecard, past: &Past) -> Vec<TierRow> {
    if card.tiers.is_empty() {
        return Vec::new();
    }
    let rate = |keep: &dyn Fn(usize) -> bool| {
        let (y, w): (Vec<f64>, Vec<f64>) = (0..past.n()).filter(|&i| keep(i)).map(|i| (past.y[i], past.w[i])).unzip();
        Rate::of(&y, &w)
    };
    let by = |scores: &Option<Vec<f64>>, tier: Option<usize>| {
        let scores = scores.as_ref()?;
        rate(&|i| !past.disqualified[i] && card.tier_of(scores[i]) == tier)
    };
    let mut tiers: Vec<Option<usize>> = (0..card.tiers.len()).rev().map(Some).collect();
    tiers.push(None);
    let mut rows: Vec<TierRow> = tiers
        .into_iter()
        .map(|tier| TierRow {
            tier: card.tier_name(tier).to_string(),
            by_rules: by(&past.rule_score, tier),
            by_model: by(&past.model_score, tier),
            by_score: by(&past.score, tier),
        })
        .collect();
    if let Some(out) = rate(&|i| past.disqualified[i]) {
        let joined = past.score.as_ref().map(|_| out);
        rows.push(TierRow { tier: DISQUALIFIED.into(), by_rules: Some(out), by_model: joined, by_score: joined });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_tenths_and_never_split_a_tie() {
        let rank: Vec<f64> = (0..100).map(f64::from).collect();
        let y: Vec<f64> = (0..100).map(|i| f64::from(i >= 90)).collect();
        let all = bands(&rank, &y, &[1.0; 100]);
        assert_eq!(all.len(), 10);
        assert_eq!((all[0].tenth, all[0].from, all[0].to), (1, 90.0, 99.0));
        assert_eq!((all[0].record.n, all[0].record.wins), (10, 10));
        assert!(all[1..].iter().all(|b| b.record.wins == 0 && b.record.n == 10));

        // 60 deals at 5 points and 40 at 0: two bands, by their middles.
        let rank: Vec<f64> = (0..100).map(|i| if i < 60 { 5.0 } else { 0.0 }).collect();
        let two = bands(&rank, &y, &[1.0; 100]);
        assert_eq!(two.iter().map(|b| (b.tenth, b.record.n)).collect::<Vec<_>>(), [(4, 60), (9, 40)]);
        assert_eq!([two[0].tenths, two[1].tenths], [[1, 6], [7, 10]]);
        assert!(all.iter().all(|b| b.tenths == [b.tenth; 2]));
    }
}

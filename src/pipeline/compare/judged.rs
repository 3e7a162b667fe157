//! The learned scorecard on trial: learned from the older deals, judged on the newest, beside the hand-set one.

use super::super::purpose::Purpose;
use super::{CompareSettings, LEAST_HOLDOUT, Offered, learn, pick, written};
use crate::comparison::{Contest, contest};
use crate::fault::InputError;
use crate::metrics::Rate;
use crate::scorecard::Scorecard;
use crate::text::{percent, thousands};
use crate::validation::{self, judged_on};
use crate::watch::Work;
use serde::Serialize;

/// Hand-set and learned points on deals that neither has seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// How the newest deals were set apart.
    pub scheme: String,
    /// AUC of both.
    pub contest: Contest,
    /// Win rate by tier, highest first, then below all.
    pub tiers: Vec<TierPair>,
}

/// What became of a tier's deals by either scorecard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierPair {
    /// The tier; empty for below all.
    pub tier: String,
    /// By the hand-set points.
    pub hand_set: Option<Rate>,
    /// By the learned points, with the tiers' bounds moved as they would be written.
    pub learned: Option<Rate>,
}

/// Up to so many times more deals, or fewer, in a tier nobody need be told of.
const ANOTHER_VOLUME: usize = 2;

impl Judged {
    /// How the learned points rank beside the hand-set ones, or those of the start, in words, and what to do.
    pub fn sentence(&self, is_start: bool) -> String {
        let c = &self.contest;
        let points = if is_start { "those at the start" } else { "the hand-set ones" };
        let which = judged_on(&self.scheme, c.deals);
        let so = match () {
            () if c.is_lost() => format!("Beyond chance they rank worse: keep {points}."),
            () if let Some(but) = self.gains_nothing_on_top().filter(|_| c.is_won()) => {
                format!(
                    "Beyond chance they rank better, {but}: keep {points}, but for rules whose verdict convinces you, or move \
                     the tiers' bounds."
                )
            }
            () if c.is_won() => format!(
                "Beyond chance they rank better: take them over, once each change makes sense to you{}.",
                self.other_volume().map_or_else(String::new, |volume| volume.caution())
            ),
            () => format!("That may be chance: keep {points}, but for rules whose verdict convinces you."),
        };
        // Of the figures as shown, so that they add up.
        let [learned, hand_set] = [c.learned, c.hand_set].map(|auc| (1000.0 * auc).round() / 10.0);
        format!(
            "Learned from the other deals and judged on {which} ({} won), the learned points rank a won deal above a lost one \
             {learned:.1} times in 100, {points} {hand_set:.1} (50 is chance): {:+.1} (95 % interval {:+.1} to {:+.1}). {so}",
            thousands(c.won),
            learned - hand_set,
            100.0 * c.interval[0],
            100.0 * c.interval[1]
        )
    }

    /// That those of the highest tier by the learned points were won no more often than those of the next one, or than
    /// those of that tier by the hand-set points: better ranked, but not where somebody acts on it.
    fn gains_nothing_on_top(&self) -> Option<String> {
        let [top, next, ..] = &self.tiers[..] else { return None };
        let won = top.learned.as_ref()?.rate;
        let other = |rate: &Option<Rate>| rate.as_ref().map(|rate| rate.rate).filter(|other| won <= *other);
        let than = match (other(&next.learned), other(&top.hand_set)) {
            (Some(of_next), _) => format!("of those {} {}", below(&next.tier), percent(of_next)),
            (None, Some(before)) => format!("by the points as they are {}", percent(before)),
            (None, None) => return None,
        };
        Some(format!("but of those they call {} {} were won, {than}", top.tier, percent(won)))
    }

    /// The highest tier that the learned points would give to far more of the deals, or to far fewer.
    pub fn other_volume(&self) -> Option<Volume> {
        let is_other = |[before, after]: [usize; 2]| before.max(after) > ANOTHER_VOLUME * before.min(after);
        let mut deals = [0; 2];
        for pair in self.tiers.iter().filter(|pair| !pair.tier.is_empty()) {
            for (sum, rate) in deals.iter_mut().zip([&pair.hand_set, &pair.learned]) {
                *sum += rate.as_ref().map_or(0, |rate| rate.n);
            }
            if is_other(deals) {
                return Some(Volume { tier: pair.tier.clone(), deals });
            }
        }
        None
    }
}

/// Where deals of a tier are, all of whose tiers may be none.
fn below(tier: &str) -> String {
    if tier.is_empty() { "below".to_string() } else { format!("in {tier}") }
}

/// A tier that the learned points would make another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// Its name.
    pub tier: String,
    /// Deals at or above it by the hand-set points, then by the learned ones.
    pub deals: [usize; 2],
}

impl Volume {
    /// What to see to before anybody takes the learned points over.
    fn caution(&self) -> String {
        let [before, after] = self.deals.map(thousands);
        let would = format!("{after} of these deals would be {} or above, not {before}", self.tier);
        match self.deals[1] < self.deals[0] {
            true => format!(", and a lower bound brings {} as many leads as now: {would}", self.tier),
            false => format!(", and sales can take so many: {would}"),
        }
    }
}

/// Learns from the older of `rows`, as far as it takes to be judged, and judges on the newest; none where these lack an outcome.
pub(super) fn judge(
    offered: &Offered<'_>,
    scorecard: &Scorecard,
    text: &str,
    rows: &[usize],
    settings: &CompareSettings,
    work: Work,
) -> Result<Option<Judged>, InputError> {
    let deals = offered.deals;
    let order: Option<Vec<i64>> = deals.snapshots.order.as_ref().map(|o| rows.iter().map(|&i| o[i]).collect());
    let share = if settings.holdout > 0.0 { settings.holdout } else { LEAST_HOLDOUT };
    let seed = settings.deals.snapshot.seed;
    let apart = validation::holdout(order.as_deref(), &pick(&deals.snapshots.won, rows), share, seed);
    let (Some(part), Some(rules)) = (apart.part, &deals.rules) else { return Ok(None) };
    let of = |places: &[usize]| -> Vec<usize> { places.iter().map(|&place| rows[place]).collect() };
    let (older, newest) = (of(&part.train), of(&part.test));
    let lesson = learn(offered, &Purpose::Judge.lessons(&older), false, settings, work);
    let learned = written::write(text, scorecard, &lesson, deals, &settings.write)?;
    let (y, weights) = (pick(&deals.snapshots.won, &newest), pick(&deals.snapshots.row_weight, &newest));
    let (old, new) = (pick(&rules.score, &newest), pick(&learned.scores, &newest));
    let Some(contest) = contest(&old, &new, &y, &weights, seed) else { return Ok(None) };
    let rate = |card: &Scorecard, scores: &[f64], tier: Option<usize>| {
        let inside: Vec<usize> = (0..scores.len()).filter(|&i| card.tier_of(scores[i]) == tier).collect();
        Rate::of(&pick(&y, &inside), &pick(&weights, &inside))
    };
    let places = (0..scorecard.tiers.len()).rev().map(Some).chain([None]);
    let tiers = places
        .map(|tier| TierPair {
            tier: scorecard.tier_name(tier).to_string(),
            hand_set: rate(scorecard, &old, tier),
            learned: rate(&learned.scorecard, &new, tier),
        })
        .collect();
    Ok(Some(Judged { scheme: apart.scheme.as_str().to_string(), contest, tiers }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_comes_of_the_trial_there_is_advice() {
        let said = |interval, is_start| {
            let contest = Contest { deals: 400, won: 90, hand_set: 0.7, learned: 0.6, gain: -0.1, interval };
            Judged { scheme: "forward".into(), contest, tiers: Vec::new() }.sentence(is_start)
        };
        let worse = [-0.15, -0.01];
        assert!(said(worse, false).ends_with("-1.0). Beyond chance they rank worse: keep the hand-set ones."));
        assert!(said(worse, true).ends_with("-1.0). Beyond chance they rank worse: keep those at the start."));
        let open = said([-0.15, 0.01], false);
        assert!(open.ends_with(
            "+1.0). That may be chance: keep the hand-set ones, but for rules whose verdict convinces you."
        ));
        assert!(said([0.01, 0.15], false).contains("Beyond chance they rank better: take them over"));
    }

    #[test]
    fn the_figures_shown_add_up() {
        let contest =
            Contest { deals: 400, won: 90, hand_set: 0.6063, learned: 0.7355, gain: 0.1292, interval: [0.1, 0.2] };
        let said = Judged { scheme: "forward".into(), contest, tiers: Vec::new() }.sentence(true);
        assert!(said.contains("73.6 times in 100, those at the start 60.6 (50 is chance): +13.0 (95"), "{said}");
    }

    /// A tier by both scorecards: deals, and how many of them were won.
    fn pair(tier: &str, [hand_set, learned]: [(usize, usize); 2]) -> TierPair {
        let rate = |(n, won): (usize, usize)| {
            let y: Vec<f64> = (0..n).map(|i| f64::from(i < won)).collect();
            Rate::of(&y, &vec![1.0; n])
        };
        TierPair { tier: tier.into(), hand_set: rate(hand_set), learned: rate(learned) }
    }

    /// What is said of learned points that rank better beyond chance.
    fn better(tiers: Vec<TierPair>) -> String {
        let contest = Contest { deals: 400, won: 90, hand_set: 0.6, learned: 0.7, gain: 0.1, interval: [0.01, 0.15] };
        Judged { scheme: "forward".into(), contest, tiers }.sentence(false)
    }

    #[test]
    fn points_that_rank_better_but_not_on_top_are_not_to_be_taken_over() {
        let keep = "keep the hand-set ones, but for rules whose verdict convinces you, or move the tiers' bounds.";
        let of_next = better(vec![pair("SQL", [(100, 30), (200, 86)]), pair("MQL", [(100, 30), (100, 44)])]);
        let but = "Beyond chance they rank better, but of those they call SQL 43.0 % were won,";
        assert!(of_next.ends_with(&format!("{but} of those in MQL 44.0 %: {keep}")), "{of_next}");
        let of_rest = better(vec![pair("SQL", [(100, 30), (200, 86)]), pair("", [(100, 30), (100, 44)])]);
        assert!(of_rest.contains("of those below 44.0 %: "), "{of_rest}");
        let of_before = better(vec![pair("SQL", [(100, 50), (200, 86)]), pair("MQL", [(100, 30), (100, 20)])]);
        assert!(of_before.ends_with(&format!("{but} by the points as they are 50.0 %: {keep}")), "{of_before}");
    }

    #[test]
    fn nobody_takes_over_points_that_hand_over_far_more_or_fewer_unwarned() {
        let said = |learned: usize| {
            let rest = 80 - learned.min(60);
            better(vec![pair("SQL", [(20, 10), (learned, learned)]), pair("MQL", [(60, 30), (rest, 0)])])
        };
        assert!(said(0).ends_with(
            "once each change makes sense to you, and a lower bound brings SQL as many leads as now: 0 of these deals would be \
             SQL or above, not 20."
        ));
        assert!(said(41).ends_with("and sales can take so many: 41 of these deals would be SQL or above, not 20."));
        assert!(said(30).ends_with("once each change makes sense to you."));
    }
}

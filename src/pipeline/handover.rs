//! What "high" means in figures: the handover tier, how many deals it holds, and from where on the model fills it.
//!
//! High is a place in the order of the deals, not a chance: where the tier holds the best tenth and four in ten deals are
//! won, a lead with a chance of 80 % may lie outside it. So wherever leads are called high or low, these figures stand
//! beside.

use super::model::{Blending, Model};
use crate::features::short_number;
use crate::metrics::Rate;
use crate::mismatch::Chance;
use crate::scorecard::Scorecard;
use crate::snapshot::RowWeights;
use crate::text::{counted, percent};
use serde::Serialize;

/// From this win probability on a lead is more likely than not to be won.
pub const LIKELY: f64 = 0.5;

/// Fewer likely leads below the tier than this are told of one by one, if at all.
const FEWEST_TO_TELL: usize = 5;

/// Where so many deals are won, that a lead is likely says nothing of it.
const NEARLY_ALL: f64 = 0.75;

/// So near, as shares of their scales, a score and a chance read as if they were one.
const ALIKE: f64 = 0.1;

/// Below a bound by less than this a rule score still reaches it.
const REACHED: f64 = 1e-6;

/// The tier from which on sales takes over, by points and by the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Handover {
    /// Its name.
    pub tier: String,
    /// The points at which it begins.
    pub points: f64,
    /// Row-weighted share of the reference deals that it holds, by points and by the model alike: the link keeps it.
    pub share: f64,
    /// The model's probability from which on it holds a deal; `None` where no deal reached it by points.
    pub model_from: Option<f64>,
    /// Row-weighted win rate of the deals: what a chance is above or below.
    pub average: f64,
    /// Why deals weigh differently, so that the shares are none of their numbers.
    pub row_weights: RowWeights,
}

impl Handover {
    /// `None` without a scorecard with tiers and a model joined to it.
    pub fn of(scorecard: Option<&Scorecard>, model: Option<&Model>) -> Option<Handover> {
        let model = model?;
        Handover::joined(scorecard?, model.blending.as_ref()?, model.snapshot.win_rate, model.weights_of_rate())
    }

    pub(super) fn joined(
        scorecard: &Scorecard,
        blending: &Blending,
        average: f64,
        row_weights: RowWeights,
    ) -> Option<Handover> {
        let tier = &scorecard.tiers[scorecard.handover?];
        Some(Handover {
            tier: tier.name.clone(),
            points: tier.bound,
            share: 1.0 - blending.rule_ranks.rank(tier.bound - REACHED),
            model_from: blending.model_link.reaches(tier.bound),
            average,
            row_weights,
        })
    }

    /// The model's probability where the tier begins, where that shows that a score on `scale`, from its lowest to its highest, is
    /// no chance: not where the two happen to read alike.
    pub(super) fn chance_unlike_score(&self, [lowest, highest]: [f64; 2]) -> Option<f64> {
        let place = (self.points - lowest) / (highest - lowest);
        self.model_from.filter(|chance| (chance - place).abs() > ALIKE)
    }

    /// The model's probability of a lead beside them.
    pub(super) fn chance(&self, of_lead: f64) -> Chance {
        Chance { of_lead, average: self.average, share: self.share }
    }

    /// Said of a lead outside the tier that is more likely than not to be won; `None` of the others.
    pub fn likely_outside(&self, win_probability: f64) -> Option<String> {
        (win_probability >= LIKELY).then(|| {
            format!("A chance of {} is high all the same: call once {} is done.", percent(win_probability), self.tier)
        })
    }

    /// That so many leads below the tier are likely all the same, and what brings such into it; `None` of a few.
    pub fn likely_below(&self, leads: usize) -> Option<String> {
        self.likely(leads).map(|told| format!("{told}: {}.", self.remedy()))
    }

    /// The same without what brings them into it, for where [what became of such](Handover::likely_then) says that.
    pub(super) fn likely_now(&self, leads: usize) -> Option<String> {
        self.likely(leads).map(|told| told + ".")
    }

    fn likely(&self, leads: usize) -> Option<String> {
        let told = || format!("{} below {} are more likely than not to be won", counted(leads, "lead"), self.tier);
        self.is_telling(leads).then(told)
    }

    /// What became of past deals that were likely and yet below the tier, and what follows from that; `weights` are theirs.
    pub(super) fn likely_then(&self, won: &Rate, weights: RowWeights) -> Option<String> {
        let told = || {
            let so = if won.rate >= LIKELY { self.remedy() } else { "their chances were too good".to_string() };
            format!(
                "Of {} below {} that seemed more likely than not to be won, {} were{}: {so}.",
                counted(won.n, "past deal"),
                self.tier,
                percent(won.rate),
                won.weighted_by(weights).behind(),
            )
        };
        self.is_telling(won.n).then(told)
    }

    /// Whether so many are worth a word: more than a few, and not as likely as nearly everybody is.
    fn is_telling(&self, likely: usize) -> bool {
        likely >= FEWEST_TO_TELL && self.average < NEARLY_ALL
    }

    /// What hands over leads that are likely and yet below the tier. Not to which bound: a training after it moves the scale.
    fn remedy(&self) -> String {
        format!("if sales has time, lower {}'s bound in the scorecard and train again", self.tier)
    }

    /// The figures in words, with the average that a chance is above or below.
    pub fn sentence(&self) -> String {
        self.told_beside(&format!(" (the average is {})", percent(self.average)))
    }

    /// The same where the rate of other deals is what all else stands beside.
    pub(super) fn bounds(&self) -> String {
        self.told_beside("")
    }

    fn told_beside(&self, average: &str) -> String {
        let Handover { tier, points, share, model_from, row_weights, .. } = self;
        match model_from {
            Some(from) => format!(
                "{tier} holds {} of past deals{}: by points from {} on, by the model from a chance of {} on{average}.",
                percent(*share),
                row_weights.behind(),
                short_number(*points),
                percent(*from)
            ),
            None => format!("No past deal reached {tier} by its points, so the model puts none there."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handover(points: f64, model_from: Option<f64>) -> Handover {
        Handover { tier: "SQL".into(), points, share: 0.1, model_from, average: 0.4, row_weights: RowWeights::Alike }
    }

    #[test]
    fn a_score_that_reads_like_the_chance_is_no_example_of_one_that_is_none() {
        let told = |points, chance| handover(points, chance).chance_unlike_score([0.0, 100.0]);
        assert_eq!([told(50.0, Some(0.5)), told(50.0, Some(0.41)), told(50.0, None)], [None; 3]);
        assert_eq!([told(50.0, Some(0.12)), told(80.0, Some(0.95))], [Some(0.12), Some(0.95)]);
        assert_eq!(handover(30.0, Some(0.5)).chance_unlike_score([-10.0, 70.0]), None, "half way along the scale");
    }

    #[test]
    fn likely_leads_below_the_tier_are_told_with_what_hands_them_over_unless_they_are_a_few() {
        let handover = handover(80.0, Some(0.9));
        let told = "16 leads below SQL are more likely than not to be won: if sales has time, lower SQL's bound in the \
                    scorecard and train again.";
        assert_eq!(handover.likely_below(16).as_deref(), Some(told));
        assert_eq!(
            handover.likely_now(16).as_deref(),
            told.split_once(':').map(|(now, _)| format!("{now}.")).as_deref()
        );
        assert_eq!(handover.likely_below(FEWEST_TO_TELL - 1), None);
        let then = |won: usize| {
            let y: Vec<f64> = (0..20).map(|i| f64::from(i < won)).collect();
            let rate = Rate::of(&y, &[1.0; 20]);
            rate.and_then(|rate| handover.likely_then(&rate, RowWeights::Alike)).unwrap_or_default()
        };
        let seemed = "Of 20 past deals below SQL that seemed more likely than not to be won,";
        assert!(then(15).starts_with(&format!("{seemed} 75.0 % were: if sales has time, lower SQL's bound")));
        assert_eq!(then(9), format!("{seemed} 45.0 % were: their chances were too good."));
    }
}

//! Where the look back found worse than the model's own figures: one sentence for the first screen, with why.
//!
//! The model card judges on the newest deals alone. The look back judges older ones, too, by models that had only the deals
//! before them; so it may find less order and bolder chances, and whoever read the card first must not be left to wonder.

use super::super::backtest::Backtest;
use super::super::model::{Model, SideFigures};
use crate::metrics::{CurveBin, Figures, ends_off};
use crate::text::{capital, counted, listed, percent};
use crate::validation::{Scheme, judged_on};

/// What a model card says of the same deals.
#[derive(Debug, Clone)]
pub struct CardFigures {
    /// The version whose card it is.
    pub version: u32,
    /// Closed deals that it learned from.
    deals: usize,
    /// How the deals were set apart that it judges on.
    scheme: String,
    /// What it says of them.
    figures: SideFigures,
}

impl CardFigures {
    /// The figures on the card of `version`; `None` where it judged on no deals held out.
    pub fn of(version: u32, model: &Model) -> Option<CardFigures> {
        let holdout = model.holdout.as_ref()?;
        Some(CardFigures {
            version,
            deals: model.snapshot.deals,
            scheme: holdout.scheme.clone(),
            figures: holdout.figures.clone()?,
        })
    }

    /// The deals that it judges on.
    fn judged_on(&self) -> String {
        judged_on(&self.scheme, self.figures.of_scores().map_or(0, |figures| figures.n))
    }
}

/// The sentence, where there is something to say; `card` is what the reader may have seen before.
pub(super) fn sentence(found: &Backtest, card: Option<&CardFigures>) -> Option<String> {
    let looked = found.figures.of_scores()?;
    // That neither model nor score ranks better than chance is the verdict already, here and after the training.
    let is_chance = [Some(looked), found.figures.model.as_ref()].into_iter().flatten().all(ranks_by_chance);
    let card = card.filter(|card| card.deals == found.deals && !is_chance);
    let order = card.and_then(|card| order(looked, card.figures.of_scores()?));
    let why = card.filter(|_| order.is_some()).map_or_else(String::new, |card| why(found, card));
    let by = found.row_weights.behind();
    let said: Vec<String> = order.into_iter().chain(chances(&found.figures.calibration, &by)).collect();
    let beside = match card.filter(|_| !why.is_empty()) {
        Some(card) => format!(" does worse than `train` said (version {})", card.version),
        None => " promised other chances than came true".to_string(),
    };
    (!said.is_empty()).then(|| {
        let deals = counted(found.judged.n, "past deal");
        format!("Looking back on {deals}, the score{beside}. {}.{why}", capital(&said.join("; ")))
    })
}

/// Which deals the figures are of that the reader may have seen before; `None` where nobody knows.
pub(super) fn train_judges(found: &Backtest, card: Option<&CardFigures>) -> Option<String> {
    card.filter(|card| card.deals == found.deals).map(CardFigures::judged_on)
}

fn ranks_by_chance(figures: &Figures) -> bool {
    figures.auc.as_ref().is_some_and(|auc| !auc.beats_chance())
}

/// That the order was found worse than on the card, beyond chance.
fn order(looked: &Figures, of_card: &Figures) -> Option<String> {
    let (looked, of_card) = (looked.auc.as_ref()?, of_card.auc.as_ref()?);
    looked.falls_short_of(of_card).then(|| {
        format!(
            "a won deal ranks above a lost one {:.0} times in 100, not {:.0}",
            100.0 * looked.value,
            100.0 * of_card.value
        )
    })
}

/// That the lowest or the highest chances did not come true.
fn chances(bins: &[CurveBin], by: &str) -> Option<String> {
    let told = |(which, bin): (&str, &CurveBin)| {
        let [said, came] = [bin.mean_predicted, bin.observed].map(percent);
        format!("of the deals with the {which} chances {came} were won where {said} were expected{by}")
    };
    let said: Vec<String> = ends_off(bins).into_iter().map(told).collect();
    (!said.is_empty()).then(|| listed(&said, "and"))
}

/// Why the page and the card differ.
fn why(found: &Backtest, card: &CardFigures) -> String {
    let on = card.judged_on();
    if card.scheme != Scheme::Forward.as_str() {
        return format!(" `train` judges {on}, this page all of them.");
    }
    let models = match found.fold_scheme.as_str() {
        "forward" => "each by a model that learned from the deals before it, which for the oldest are few",
        _ => "each by a model of other deals",
    };
    format!(" `train` judges {on} alone; this page judges older ones, too, {models}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Interval;

    fn bin(mean_predicted: f64, observed: f64, margin: f64) -> CurveBin {
        let interval = Interval { low: observed - margin, high: observed + margin };
        CurveBin { n: 500, wins: 0, mean_predicted, observed, interval, weight_share: 0.1 }
    }

    #[test]
    fn chances_that_did_not_come_true_are_told_where_it_matters() {
        let middle = || bin(0.2, 0.2, 0.05);
        assert_eq!(
            chances(&[bin(0.005, 0.037, 0.015), middle(), bin(0.6, 0.62, 0.05)], " (so)").unwrap(),
            "of the deals with the lowest chances 3.7 % were won where 0.5 % were expected (so)"
        );
        let high = chances(&[bin(0.01, 0.012, 0.01), middle(), bin(0.9, 0.7, 0.05)], "").unwrap();
        assert_eq!(high, "of the deals with the highest chances 70.0 % were won where 90.0 % were expected");
        assert_eq!(chances(&[middle(), bin(0.6, 0.5, 0.15)], ""), None);
    }
}

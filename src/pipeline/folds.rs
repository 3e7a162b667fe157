//! Every deal predicted by a model that had not seen it, fold by fold.

use super::deals::Deals;
use super::joining::rule_curve;
use super::purpose::{DEALS_TO_JUDGE_BY, Purpose};
use super::train::{Predicted, Procedure, TrainSettings, fit_error, lessons, pick, predict};
use crate::fault::InputError;
use crate::logistic::Effort;
use crate::predictor::{Lambdas, Like, Predictor, learn_until};
use crate::validation::{self, Folds, Part, Scheme};
use crate::watch::Work;

/// What the folds gave.
#[derive(Default)]
pub(super) struct Folded {
    /// The predictions, by row.
    pub(super) predicted: Predicted,
    /// The model of each fold, in the folds' order.
    pub(super) models: Vec<Predictor>,
    /// The λ of each fold's model.
    pub(super) lambdas: Vec<Lambdas>,
}

/// Parts the deals `rows`, whose outcomes are `y`, into folds, and predicts each from others; nothing where there are to be
/// none.
pub(super) fn fold(
    deals: &Deals,
    rows: &[usize],
    y: &[f64],
    settings: &TrainSettings,
    work: Work,
) -> Result<(Option<Folds>, Option<Folded>), InputError> {
    if settings.folds == 0 {
        return Ok((None, None));
    }
    let order = deals.snapshots.order.as_ref().map(|order| pick(order, rows));
    let folds = validation::folds(order.as_deref(), y, settings.folds, settings.deals.snapshot.seed);
    let folded = (folds.scheme != Scheme::None).then(|| Folded::of(deals, rows, &folds, settings, work)).transpose()?;
    Ok((Some(folds), folded))
}

impl Folded {
    /// Learns from each fold's training deals and predicts its others; folds speak of positions in `rows`.
    fn of(
        deals: &Deals,
        rows: &[usize],
        folds: &Folds,
        settings: &TrainSettings,
        work: Work,
    ) -> Result<Folded, InputError> {
        let mut folded = Folded::default();
        let mut by_row: Vec<(usize, f64, f64)> = Vec::new();
        let works = work.split_by(folds.parts.iter().map(|part| Purpose::Judge.n_lessons(part.train.len()) as f64));
        for (part, work) in folds.parts.iter().zip(works) {
            let (train, test) = (pick(rows, &part.train), pick(rows, &part.test));
            let own = Purpose::Judge.lessons(&train);
            // Folds by time learn from more and more of the same deals, so that each begins where the one before ended.
            let before = folded.models.last().zip(folded.lambdas.last());
            let like = before.map(|(predictor, lambdas)| Like { predictor, lambdas });
            let effort = Effort { ending: Purpose::Judge.ending(), work };
            let learned = learn_until(lessons(deals), &own, &settings.learn, effort, like).map_err(fit_error)?;
            let curve = deals.rules.as_ref().map(|r| rule_curve(deals, r, &train));
            let predicted = predict(deals, &learned, curve.as_ref(), &test);
            let p_rule = |i: usize| predicted.p_rule.get(i).copied().unwrap_or(f64::NAN);
            by_row.extend((0..test.len()).map(|i| (test[i], predicted.p_model[i], p_rule(i))));
            folded.lambdas.push(learned.lambdas);
            folded.models.push(learned.predictor);
        }
        by_row.sort_by_key(|(row, _, _)| *row);
        folded.predicted = Predicted {
            rows: by_row.iter().map(|r| r.0).collect(),
            p_model: by_row.iter().map(|r| r.1).collect(),
            p_rule: if deals.rules.is_some() { by_row.iter().map(|r| r.2).collect() } else { Vec::new() },
        };
        Ok(folded)
    }
}

/// What the folds of all deals tell of the older ones alone.
pub(super) struct Earlier {
    /// The predictions of the older deals.
    pub(super) predicted: Predicted,
    /// The last model that learned from older deals alone, and its λ.
    pub(super) last: Option<(Predictor, Lambdas)>,
}

impl Earlier {
    /// Where folds and holdout go by time, what the folds of all deals predict of the older ones owes nothing to the newer:
    /// each was predicted by a model of deals before it. Of many deals that serves in place of folds of their own, which
    /// would cost half of a training; of fewer, `None`.
    pub(super) fn of(whole: &Procedure, part: &Part, scheme: Scheme) -> Option<Earlier> {
        let (folds, all) = (whole.folds.as_ref()?, whole.out_of_fold.as_ref()?);
        let go_by_time = scheme == Scheme::Forward && folds.scheme == Scheme::Forward;
        if !go_by_time || part.train.len() <= DEALS_TO_JUDGE_BY {
            return None;
        }
        let is_older = |row: &usize| part.train.binary_search(row).is_ok();
        let kept: Vec<usize> = (0..all.rows.len()).filter(|&i| is_older(&all.rows[i])).collect();
        // A fold that predicts an older deal has learned from deals before it.
        let n_older = folds.parts.iter().take_while(|fold| fold.test.iter().any(is_older)).count();
        let predicted = Predicted {
            rows: pick(&all.rows, &kept),
            p_model: pick(&all.p_model, &kept),
            p_rule: if all.p_rule.is_empty() { Vec::new() } else { pick(&all.p_rule, &kept) },
        };
        let last = whole.fold_models[..n_older].last().cloned().zip(whole.fold_lambdas[..n_older].last().cloned());
        Some(Earlier { predicted, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Models that are told apart by their average lead.
    fn models(n: usize) -> Vec<Predictor> {
        (0..n).map(|nth| Predictor { average: nth as f64, terms: Vec::new(), pairs: Vec::new() }).collect()
    }

    /// A procedure on deals that lie a second apart, each predicted with its own number.
    fn whole(n_deals: usize) -> (Procedure, Vec<i64>, Vec<f64>) {
        let order: Vec<i64> = (0..n_deals as i64).map(|second| 1_000_000 * second).collect();
        let y: Vec<f64> = (0..n_deals).map(|deal| f64::from(u8::from(deal.is_multiple_of(3)))).collect();
        let folds = validation::folds(Some(&order), &y, 5, 1);
        let rows = folds.predicted();
        let p_model = rows.iter().map(|&row| row as f64).collect();
        let procedure = Procedure {
            out_of_fold: Some(Predicted { rows, p_model, p_rule: Vec::new() }),
            fold_models: models(folds.parts.len()),
            fold_lambdas: vec![Lambdas::default(); folds.parts.len()],
            folds: Some(folds),
            ..Procedure::default()
        };
        (procedure, order, y)
    }

    #[test]
    fn older_deals_keep_the_predictions_that_owe_nothing_to_the_newer() {
        let n_deals = 3 * DEALS_TO_JUDGE_BY;
        let (whole, order, y) = whole(n_deals);
        let part = validation::holdout(Some(&order), &y, 0.15, 1).part.unwrap();
        let earlier = Earlier::of(&whole, &part, Scheme::Forward).unwrap();
        // The first fifth only trains; the newest 15 % are set aside.
        let (first, end) = (earlier.predicted.rows[0], earlier.predicted.rows.last().unwrap() + 1);
        assert_eq!((first, end), ((n_deals as f64 / 5.0).round() as usize, part.test[0]));
        assert_eq!(earlier.predicted.rows, (first..end).collect::<Vec<_>>());
        assert!(earlier.predicted.rows.iter().zip(&earlier.predicted.p_model).all(|(row, p)| *row as f64 == *p));
        assert!(earlier.predicted.p_rule.is_empty());
        // All four models learn from older deals; of a holdout of half the deals, the first two do.
        assert_eq!(earlier.last.unwrap().0.average, 3.0);
        let half = validation::holdout(Some(&order), &y, 0.5, 1).part.unwrap();
        assert_eq!(Earlier::of(&whole, &half, Scheme::Forward).unwrap().last.unwrap().0.average, 1.0);
    }

    #[test]
    fn few_deals_and_those_without_times_have_folds_of_their_own() {
        let (few, order, y) = whole(1000);
        let part = validation::holdout(Some(&order), &y, 0.15, 1).part.unwrap();
        assert!(Earlier::of(&few, &part, Scheme::Forward).is_none());
        let (mut many, order, y) = whole(2 * DEALS_TO_JUDGE_BY);
        let part = validation::holdout(Some(&order), &y, 0.15, 1).part.unwrap();
        assert!(Earlier::of(&many, &part, Scheme::Stratified).is_none());
        many.folds = Some(validation::folds(None, &y, 5, 1));
        assert!(Earlier::of(&many, &part, Scheme::Forward).is_none());
    }
}

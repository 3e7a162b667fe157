//! What a model is learned for, from how many deals, and what that costs.

use crate::logistic::Ending;
use std::borrow::Cow;

/// What a model is learned for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be kept.
    Keep,
    /// To judge the procedure or to choose by, and then to be thrown away.
    Judge,
}

/// A model that is thrown away learns from so many deals at most, spread evenly over those it might learn from. What more of
/// them would add to its figures is less than the figures' own error; what they would cost is most of a training.
pub(super) const DEALS_TO_JUDGE_BY: usize = 1 << 17;

impl Purpose {
    /// How far its fit goes.
    pub(super) fn ending(self) -> Ending {
        if self == Purpose::Keep { Ending::Settled } else { Ending::Near }
    }

    /// The deals of `rows` that a model for this purpose learns from.
    pub(super) fn lessons(self, rows: &[usize]) -> Cow<'_, [usize]> {
        if self == Purpose::Keep { Cow::Borrowed(rows) } else { spread(rows, DEALS_TO_JUDGE_BY) }
    }

    /// How many of so many deals those are.
    pub(super) fn n_lessons(self, n_deals: usize) -> usize {
        if self == Purpose::Keep { n_deals } else { n_deals.min(DEALS_TO_JUDGE_BY) }
    }
}

/// At most so many of the rows, spread evenly over them.
pub(super) fn spread(rows: &[usize], most: usize) -> Cow<'_, [usize]> {
    if rows.len() <= most {
        return Cow::Borrowed(rows);
    }
    (0..most).map(|i| rows[i * rows.len() / most]).collect()
}

/// What predicting and blending takes beside the learning.
const SHARE_OF_USING: f64 = 0.1;

/// What the procedure costs, in deals that models learn from: nearly all of its time is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    /// Of the model itself.
    pub(super) own: usize,
    /// Of the models of the folds.
    pub(super) folds: usize,
}

impl Cost {
    /// Of the procedure on so many deals, with so many folds; those go by time, each learning from all deals before it.
    pub(super) fn of(n_deals: usize, purpose: Purpose, folds: usize) -> Cost {
        let of_fold = |fold: usize| Purpose::Judge.n_lessons(n_deals * fold / folds);
        Cost { own: purpose.n_lessons(n_deals), folds: (1..folds).map(of_fold).sum() }
    }

    /// Of the procedure on so many older deals, to judge it by the newest. Of many its folds are none of its own, see
    /// [`Earlier`](super::folds::Earlier).
    pub(super) fn of_holdout(n_older: usize, folds: usize) -> Cost {
        Cost::of(n_older, Purpose::Judge, if n_older > DEALS_TO_JUDGE_BY { 0 } else { folds })
    }

    /// What learning the model, learning those of the folds, and using them takes, in proportion.
    pub(super) fn learning_folding_using(self) -> [f64; 3] {
        let [own, folds] = [self.own, self.folds].map(|cost| cost as f64);
        [own, folds, SHARE_OF_USING * (own + folds)]
    }

    /// All of it.
    pub(super) fn total(self) -> usize {
        self.own + self.folds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_procedure_costs_the_deals_that_its_models_learn_from() {
        assert_eq!(Cost::of(1000, Purpose::Keep, 5), Cost { own: 1000, folds: 200 + 400 + 600 + 800 });
        assert_eq!(Cost::of(1000, Purpose::Judge, 0), Cost { own: 1000, folds: 0 });
        let (many, most) = (10 * DEALS_TO_JUDGE_BY, DEALS_TO_JUDGE_BY);
        assert_eq!(Cost::of(many, Purpose::Keep, 5), Cost { own: many, folds: 4 * most });
        assert_eq!(Cost::of(many, Purpose::Judge, 5).total(), 5 * most);
        assert_eq!(Cost::of_holdout(many, 5), Cost { own: most, folds: 0 });
        assert_eq!(Cost::of_holdout(1000, 5), Cost::of(1000, Purpose::Judge, 5));
    }
}

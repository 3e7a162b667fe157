//! How well a model ranks with the columns that are asked about, and without them.

use super::super::deals::Deals;
use super::super::figures::side_figures;
use super::super::leaks::{Subject, origin};
use super::super::purpose::Purpose;
use super::super::train::{TrainSettings, fit_error, lessons, predict};
use crate::fault::InputError;
use crate::features::Attribute;
use crate::logistic::Effort;
use crate::metrics::Auc;
use crate::predictor::{Lessons, learn_until};
use crate::validation::{self, MIN_OF_EACH_OUTCOME, MIN_RARER_PREDICTED, Part};
use crate::watch::Work;

/// The AUC of a model that learned from the older deals, on those set apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Worth {
    /// Of one that was offered all columns.
    with: f64,
    /// Of one that was offered all but those asked about.
    without: f64,
}

impl Worth {
    /// Of the columns and kinds `asked`; `None` where no deals are set apart, or too few to say.
    /// `with`: that of a model that was offered all columns, where those deals have been judged by one already.
    ///
    /// # Errors
    /// A model that cannot be fitted.
    pub(super) fn of(
        deals: &Deals,
        asked: &[(Subject, &str)],
        with: Option<Auc>,
        settings: &TrainSettings,
    ) -> Result<Option<Worth>, InputError> {
        let (order, y) = (deals.snapshots.order.as_deref(), &deals.snapshots.won);
        let set_apart = validation::holdout(order, y, settings.holdout, settings.deals.snapshot.seed);
        let Some(part) = set_apart.part.filter(|part| can_tell(y, part)) else { return Ok(None) };
        let is_asked = |attribute: &&Attribute| {
            let (subject, name) = origin(&attribute.source);
            asked.contains(&(subject, &name))
        };
        let others: Vec<Attribute> = deals.attributes.iter().filter(|a| !is_asked(a)).cloned().collect();
        let auc = |attributes| auc(deals, attributes, &part, settings);
        let with = with.map_or_else(|| auc(&deals.attributes), |with| Ok(Some(with)))?;
        let both = with.zip(auc(&others)?);
        Ok(both.map(|(with, without)| Worth { with: with.value, without: without.value }))
    }

    /// The sentence that says so of columns called `them`.
    pub(super) fn told(self, them: &str) -> String {
        let [with, without] = [self.with, self.without].map(|auc| format!("{:.0}", 100.0 * auc));
        let beside = if with == without { format!("as with {them}") } else { format!("not {with}") };
        format!("Without {them} a won deal ranks above a lost one {without} times in 100, {beside}.")
    }
}

/// Whether the older deals are enough for a model, and those set apart for a figure that one deal more would not turn.
fn can_tell(y: &[f64], part: &Part) -> bool {
    let has_of_each = |rows: &[usize], least: usize| {
        let won = rows.iter().filter(|&&row| y[row] > 0.5).count();
        won.min(rows.len() - won) >= least
    };
    has_of_each(&part.train, MIN_OF_EACH_OUTCOME) && has_of_each(&part.test, MIN_RARER_PREDICTED)
}

/// Of a model that may learn from these attributes.
fn auc(
    deals: &Deals,
    attributes: &[Attribute],
    part: &Part,
    settings: &TrainSettings,
) -> Result<Option<Auc>, InputError> {
    let rows = Purpose::Judge.lessons(&part.train);
    let effort = Effort { ending: Purpose::Judge.ending(), work: Work::default() };
    let lessons = Lessons { attributes, ..lessons(deals) };
    let learned = learn_until(lessons, &rows, &settings.learn, effort, None).map_err(fit_error)?;
    let predicted = predict(deals, &learned, None, &part.test);
    Ok(side_figures(deals, None, &predicted, None).model_auc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_costs_is_told_in_wins_of_a_hundred_pairs() {
        let told = |with, without| Worth { with, without }.told("it");
        assert_eq!(told(0.931, 0.792), "Without it a won deal ranks above a lost one 79 times in 100, not 93.");
        assert_eq!(told(0.93, 0.929), "Without it a won deal ranks above a lost one 93 times in 100, as with it.");
    }
}

//! Both ledgers of the leads scored.

use super::Assessment;
use crate::predictor::AVERAGE_LEAD;
use crate::scorecard;

impl Assessment<'_> {
    /// The points ledger of one lead; it sums to its rule score.
    pub fn points_ledger(&self, row: usize) -> Vec<scorecard::LedgerEntry> {
        match (self.scorecard, &self.rules) {
            (Some(card), Some(rules)) => card.ledger(rules, row),
            _ => Vec::new(),
        }
    }

    /// The names of the log-odds contributions, and for every lead the contributions in that order: the average lead
    /// first; they sum to the logit of its model probability.
    pub fn log_odds_ledgers(&self) -> (Vec<String>, Vec<Vec<f64>>) {
        let Some(predictor) = self.model.and_then(|m| m.predictor.as_ref()) else { return (Vec::new(), Vec::new()) };
        let names = std::iter::once(AVERAGE_LEAD.to_string())
            .chain((0..predictor.n_contributions()).map(|i| predictor.name(i)));
        let rows: Vec<usize> = (0..self.table.n_leads()).collect();
        let lines = predictor.map_rows(&self.attributes, &rows, |_, _, parts| {
            std::iter::once(predictor.average).chain(parts.iter().copied()).collect()
        });
        (names.collect(), lines)
    }

    /// The value behind line `line` of a lead's log-odds ledger, as a person reads it.
    pub fn log_odds_value(&self, line: usize, row: usize) -> String {
        match self.model.and_then(|m| m.predictor.as_ref()) {
            Some(predictor) if line > 0 => predictor.value(line - 1, &self.attributes, row),
            _ => String::new(),
        }
    }

    /// The log-odds ledger of one lead; it sums to the logit of its model probability.
    pub fn log_odds_ledger(&self, row: usize) -> Vec<crate::predictor::Contribution> {
        match self.model.and_then(|m| m.predictor.as_ref()) {
            Some(predictor) => predictor.ledger(&self.attributes, row),
            None => Vec::new(),
        }
    }
}

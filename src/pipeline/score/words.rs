//! Reasons, warnings and the next step, in words.

use super::{Assessment, Standing};
use crate::features::{Attribute, Values};
use crate::mismatch::Quadrant;
use crate::predictor::Predictor;
use crate::tables::{MISSING, TextColumn};
use crate::values::format_day;

/// Reasons shown of each sign.
const REASONS: usize = 3;
/// From less than this share of what the model goes by, a lead is said to be little known.
const LITTLE_KNOWN: f64 = 0.5;
/// A contribution smaller than this many log-odds is no reason.
const LEAST_REASON: f64 = 0.005;

/// Said of a lead whose chance is a guess, for it may be older than the model knows.
const OF_UNKNOWN_AGE: &str = "of unknown age";

impl Assessment<'_> {
    /// Of which leads the chance is a guess, behind "those"; `None` where it is of none.
    pub fn beyond(&self) -> Option<String> {
        let beyond = self.model.and_then(|model| model.snapshot.beyond())?;
        let may_be = (0..self.table.n_leads()).any(|row| self.is_of_unknown_age(row));
        Some(if may_be { format!("{beyond}, or {OF_UNKNOWN_AGE}") } else { beyond })
    }

    /// What the rules say, in points.
    pub fn rule_reasons(&self, row: usize) -> String {
        match (self.scorecard, &self.rules, self.evidence()) {
            (Some(card), Some(rules), Some(evidence)) if self.standing[row] != Standing::NotCreated => {
                card.reasons(rules, &evidence, row)
            }
            _ => String::new(),
        }
    }

    /// What the model says, in log-odds; empty when it was not asked for reasons.
    pub fn model_reasons(&self, row: usize) -> &str {
        match self.standing[row] {
            Standing::NotCreated => "",
            _ => self.model_reasons.get(row).map_or("", String::as_str),
        }
    }

    /// What to do next; nothing about a lead that is not open, or closed since.
    pub fn next_action(&self, row: usize) -> &str {
        match (self.scorecard, &self.rules) {
            (Some(card), Some(rules)) if self.is_to_be_worked(row) => {
                let lead = &self.leads[row];
                let quadrant = lead.quadrant.map_or("", Quadrant::as_str);
                card.next_action(rules, row, self.tier_name(row, lead.tier), quadrant)
            }
            _ => "",
        }
    }

    /// `(n_leads,)` what to beware of; missing where there is nothing.
    pub fn warnings(&self) -> TextColumn {
        let beyond = self.model.and_then(|m| m.snapshot.beyond());
        let predictor = self.model.and_then(|m| m.predictor.as_ref());
        let pooled = predictor.map(|p| p.pooled(&self.attributes)).unwrap_or_default();
        let warnings = (0..self.table.n_leads()).map(|row| {
            if self.standing[row] == Standing::NotCreated {
                return Some("not created yet".to_string());
            }
            let mut said: Vec<String> = Vec::new();
            if self.standing[row] == Standing::Closed {
                said.push("closed".to_string());
            }
            if let Some(closed) = self.closed_since(row).filter(|_| !self.is_lost_by_now(row)) {
                said.push(format!("closed since ({})", format_day(closed)));
            }
            if self.is_decided(row) {
                said.push("closed (nothing says when)".to_string());
            }
            if let Some(after) = self.lost_after.filter(|_| self.is_lost_by_now(row)) {
                said.push(format!("closed: not won within {:.0} days, so it counts as lost", after.days()));
            }
            said.extend(beyond.clone().filter(|_| self.is_older_than_known(row)));
            said.extend(self.is_of_unknown_age(row).then(|| OF_UNKNOWN_AGE.to_string()));
            for (term, levels) in &pooled {
                if let Values::Text(column) = &self.attributes[*term].values {
                    let code = column.codes[row];
                    if code != MISSING && levels[code as usize] {
                        let word = &column.levels[code as usize];
                        said.push(format!("{} `{word}` is new or rare", self.attributes[*term].source));
                    }
                }
            }
            if self.evidence[row] < LITTLE_KNOWN {
                said.push(format!("little is known ({:.0} % of what the model goes by)", 100.0 * self.evidence[row]));
            }
            if self.abstained[row] {
                said.push("abstained".to_string());
            }
            said.extend(self.said_of_all.iter().cloned());
            (!said.is_empty()).then(|| said.join("; "))
        });
        TextColumn::from_values(warnings)
    }
}

/// The largest contributions of each sign, `term +0.31 (value)`.
pub(in crate::pipeline) fn model_reasons(
    predictor: &Predictor,
    attributes: &[Attribute],
    row: usize,
    parts: &[f64],
) -> String {
    let mut order: Vec<usize> = (0..parts.len()).filter(|&i| parts[i].abs() >= LEAST_REASON).collect();
    order.sort_by(|&a, &b| parts[b].abs().total_cmp(&parts[a].abs()).then(a.cmp(&b)));
    let of_sign = |up: bool| order.iter().copied().filter(move |&i| (parts[i] > 0.0) == up).take(REASONS);
    of_sign(true)
        .chain(of_sign(false))
        .map(|i| {
            let value = predictor.value(i, attributes, row);
            let value = if value.is_empty() { "missing".to_string() } else { value };
            format!("{} {:+.2} ({value})", predictor.name(i), parts[i])
        })
        .collect::<Vec<_>>()
        .join("; ")
}

//! What is known of one lead: its tier, its rule score, and on what they rest.

use super::moments::still_open;
use super::{Assessment, Standing};
use crate::asof::Instant;
use crate::pipeline::handover::LIKELY;
use crate::scorecard::{DISQUALIFIED, Evidence};
use crate::tables::Outcome;

impl Assessment<'_> {
    /// Whether the lead is older at its as-of than any deal was when the model looked at it.
    pub fn is_older_than_known(&self, row: usize) -> bool {
        let oldest = self.model.and_then(|m| m.snapshot.oldest_age());
        let created = self.table.created_at.as_ref().and_then(|c| c[row]);
        oldest.zip(created).is_some_and(|(oldest, created)| self.as_of[row].since(created) > oldest)
    }

    /// Whether nothing says how old the lead is, where that is known of others and the model knows none beyond an age.
    pub fn is_of_unknown_age(&self, row: usize) -> bool {
        let ends = self.model.is_some_and(|m| m.snapshot.oldest_age().is_some());
        ends && self.table.created_at.as_ref().is_some_and(|created| created[row].is_none())
    }

    /// Whether the lead's chance is a guess, for it is or may be older than any deal that the model has seen.
    pub fn is_guess(&self, row: usize) -> bool {
        self.is_older_than_known(row) || self.is_of_unknown_age(row)
    }

    /// Whether the lead was won or lost although no time says when, so that it could not be looked at before its close.
    pub fn is_decided(&self, row: usize) -> bool {
        let has_outcome = self.table.outcome.as_ref().is_some_and(|o| o[row] != Outcome::Open);
        let has_close = self.table.closed_at.as_ref().is_some_and(|c| c[row].is_some());
        self.standing[row] == Standing::Open && has_outcome && !has_close && self.lost_after.is_none()
    }

    /// Whether the lead counts as lost at its as-of, because it was not won within `lost_after` of its creation.
    pub fn is_lost_by_now(&self, row: usize) -> bool {
        let created = self.table.created_at.as_ref().and_then(|c| c[row]);
        let is_over = self.lost_after.zip(created).is_some_and(|(after, c)| c.plus(after) <= self.as_of[row]);
        self.standing[row] == Standing::Open && self.table.outcome.is_some() && is_over
    }

    /// Whether there is anything left to do about the lead: created, and neither closed, decided nor lost by now.
    pub fn is_open(&self, row: usize) -> bool {
        self.standing[row] == Standing::Open && !self.is_decided(row) && !self.is_lost_by_now(row)
    }

    /// When a lead that is open at its as-of was won or lost after it, as the table already knows.
    pub fn closed_since(&self, row: usize) -> Option<Instant> {
        let closed = self.table.closed_at.as_ref()?[row].filter(|_| !still_open(self.table, row))?;
        (self.standing[row] == Standing::Open && closed >= self.as_of[row]).then_some(closed)
    }

    /// Whether somebody can still do something about the lead today: open, and not closed since.
    pub fn is_to_be_worked(&self, row: usize) -> bool {
        self.is_open(row) && self.closed_since(row).is_none()
    }

    /// The leads that somebody can still do something about, and those that were open at their as-of and have closed since.
    pub fn open_and_closed_since(&self) -> (Vec<usize>, Vec<usize>) {
        let open = (0..self.leads.len()).filter(|&row| self.is_open(row));
        open.partition(|&row| self.closed_since(row).is_none())
    }

    /// Whether a rule disqualifies the lead.
    pub fn is_disqualified(&self, row: usize) -> bool {
        self.rules.as_ref().is_some_and(|r| r.disqualified[row])
    }

    /// Whether the lead is more likely than not to be won, which is no guess, and still not handed over.
    pub fn is_likely_below_handover(&self, row: usize) -> bool {
        let lead = &self.leads[row];
        let is_high = self.scorecard.is_some_and(|card| card.is_high(lead.score));
        lead.win_probability >= LIKELY && !is_high && !self.is_disqualified(row) && !self.is_guess(row)
    }

    /// Those of some leads that are.
    pub fn likely_below_handover(&self, leads: &[usize]) -> usize {
        leads.iter().filter(|&&row| self.is_likely_below_handover(row)).count()
    }

    /// The name of a tier of this lead: empty below all tiers and for a lead that is not created yet.
    pub fn tier_name(&self, row: usize, tier: Option<usize>) -> &str {
        match self.scorecard {
            Some(_) if self.standing[row] == Standing::NotCreated => "",
            Some(_) if self.is_disqualified(row) => DISQUALIFIED,
            Some(card) => card.tier_name(tier),
            None => "",
        }
    }

    /// The tier by the rule score alone.
    pub fn rule_tier(&self, row: usize) -> &str {
        match (self.scorecard, &self.rules) {
            (Some(card), Some(rules)) if self.standing[row] != Standing::NotCreated => rules.rule_tier(card, row),
            _ => "",
        }
    }

    /// The rule score; NaN where the column is empty.
    pub fn rule_score(&self, row: usize) -> f64 {
        match &self.rules {
            Some(rules) if self.standing[row] != Standing::NotCreated => rules.rule_score[row],
            _ => f64::NAN,
        }
    }

    /// What the rules are evaluated on.
    pub(in crate::pipeline) fn evidence(&self) -> Option<Evidence<'_>> {
        let requests = self.requests.as_ref()?;
        Some(Evidence { leads: self.table, measures: &self.measures, requests, as_of: Some(&self.as_of) })
    }
}

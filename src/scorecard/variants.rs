//! The same scorecard with further rules that cost nothing: other shapes of its rules, looked at beside them.

use super::{ActivityMeasure, Effect, Rule, Scorecard};

/// One rule counted in another way.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Index of the rule in [`Scorecard::rules`].
    pub rule: usize,
    /// How its acts become a quantity instead.
    pub measure: ActivityMeasure,
}

impl Scorecard {
    /// The scorecard followed by the variants, in their order, as rules of 0 points: scores and ledgers stay what they
    /// are, and one pass over the log gives the quantities of all.
    ///
    /// # Panics
    /// When a variant is of a rule without an activity.
    #[must_use]
    pub fn with_variants(&self, variants: &[Variant]) -> Scorecard {
        let mut scorecard = self.clone();
        for (number, variant) in variants.iter().enumerate() {
            let mut rule: Rule = self.rules[variant.rule].clone();
            rule.name = format!("{} (variant {number})", rule.name);
            rule.effect = Effect::Points(0.0);
            let activity = rule.activity.as_mut().expect("only rules on activities have variants");
            activity.measure = variant.measure.clone();
            scorecard.rules.push(rule);
        }
        scorecard
    }
}

//! What the page shows of each rule beside its points.

use crate::comparison::{Comparison, RuleComparison};
use crate::scorecard::Scorecard;
use serde::Serialize;

/// One rule, as a reader who never saw the file needs it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownRule {
    /// What it asks for, in words; empty where no cell may be told.
    pub asks: String,
    /// The interval to draw.
    pub drawn_interval: [f64; 2],
    /// Whether anything was learned of it.
    pub is_learned: bool,
}

impl ShownRule {
    /// Of the rules of a comparison, in their order.
    pub(super) fn of_each(scorecard: &Scorecard, comparison: &Comparison) -> Vec<ShownRule> {
        comparison.rules.iter().map(|rule| ShownRule::of(scorecard, rule)).collect()
    }

    fn of(scorecard: &Scorecard, compared: &RuleComparison) -> ShownRule {
        let name = compared.persona.iter().chain([&compared.id]).map(String::as_str).collect::<Vec<_>>().join("/");
        let rule = scorecard.rules.iter().find(|rule| rule.name == name);
        ShownRule {
            asks: rule.map(|rule| rule.asks()).unwrap_or_default(),
            drawn_interval: compared.drawn_interval(),
            is_learned: compared.is_learned(),
        }
    }
}

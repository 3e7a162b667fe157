//! The points ledger: what every rule, cap and bound added to one lead's score.

use super::Scorecard;
use super::evaluate::Scored;

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerEntry {
    /// Name of the rule, or `base`, `cap <group>`, `disqualify`, `clamp`, `rounding`.
    pub name: String,
    /// The rule's quantity; 1 for the others.
    pub value: f64,
    /// What it adds to the rule score.
    pub contribution: f64,
}

impl Scorecard {
    /// What rule number `rule` adds to the score of `lead` before caps: points × q × rescale factor.
    pub fn contribution(&self, scored: &Scored, rule: usize, lead: usize) -> f64 {
        self.rules[rule].points().unwrap_or(0.0) * scored.quantities[rule][lead] * self.factor()
    }

    /// Every contribution to the score of `lead`, in the order in which they apply; they sum to the rule score.
    /// Rules of quantity 0 and steps that changed nothing are left out.
    pub fn ledger(&self, scored: &Scored, lead: usize) -> Vec<LedgerEntry> {
        let mut entries = Vec::new();
        let mut enter = |name: &str, value: f64, contribution: f64| {
            entries.push(LedgerEntry { name: name.to_string(), value, contribution });
        };
        if self.rescale.is_some() {
            enter("base", 1.0, self.base());
        }
        let mut sums = vec![0.0; self.groups.len()];
        for (number, rule) in self.rules.iter().enumerate() {
            let quantity = scored.quantities[number][lead];
            if let (Some(points), true) = (rule.points(), quantity != 0.0) {
                enter(&rule.name, quantity, self.contribution(scored, number, lead));
                sums[rule.group] += points * quantity;
            }
        }
        for (group, sum) in self.groups.iter().zip(&sums) {
            let cut = (group.cap(*sum) - sum) * self.factor();
            if cut != 0.0 {
                enter(&format!("cap {}", group.name), 1.0, cut);
            }
        }
        let steps = self.steps(&scored.group_points, lead);
        if scored.disqualified[lead] {
            enter("disqualify", 1.0, self.range.min - steps.sum);
            return entries;
        }
        for (name, before, after) in [("clamp", steps.sum, steps.clamped), ("rounding", steps.clamped, steps.score)] {
            if after != before {
                enter(name, 1.0, after - before);
            }
        }
        entries
    }
}

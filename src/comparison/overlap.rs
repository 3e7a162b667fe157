//! Rules that say the same thing: they hit nearly the same deals, so a lead is paid twice for one fact.

use super::{FEWEST_LEADS, RuleComparison, RuleInput};
use rayon::prelude::*;

/// Deals hit by both ÷ deals hit by either, from which two rules say the same.
pub(super) const SAME_FROM: f64 = 0.9;

/// Two rules that hit nearly the same deals.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Places of the two in the input.
    pub rules: [usize; 2],
    /// Deals that both hit.
    pub both: usize,
    /// Deals that either hits.
    pub either: usize,
}

/// Pairs of rules with points of one sign that hit nearly the same deals, in the order of the rules.
pub fn overlaps(rules: &[RuleInput]) -> Vec<Overlap> {
    let hits: Vec<Vec<u64>> = rules.par_iter().map(|rule| hits(&rule.quantity)).collect();
    let mut found = Vec::new();
    for first in 0..rules.len() {
        for second in first + 1..rules.len() {
            if rules[first].points * rules[second].points <= 0.0 {
                continue;
            }
            let (mut both, mut either) = (0, 0);
            for (a, b) in hits[first].iter().zip(&hits[second]) {
                both += (a & b).count_ones() as usize;
                either += (a | b).count_ones() as usize;
            }
            if both >= FEWEST_LEADS && both as f64 >= SAME_FROM * either as f64 {
                found.push(Overlap { rules: [first, second], both, either });
            }
        }
    }
    found
}

/// A bit a deal: whether the rule hits it.
fn hits(quantity: &[f64]) -> Vec<u64> {
    let word = |deals: &[f64]| deals.iter().rev().fold(0, |word, q| word << 1 | u64::from(*q > 0.0));
    quantity.chunks(u64::BITS as usize).map(word).collect()
}

impl Overlap {
    /// The pair in words; `rules` are those of the comparison, in the order of the input.
    pub fn sentence(&self, rules: &[RuleComparison]) -> String {
        let [a, b] = self.rules.map(|rule| &rules[rule]);
        let signed = super::rounding::signed;
        format!(
            "`{}` and `{}` say the same thing: of {} deals that either hits, both hit {}. Together they pay {}, and the deals bear out {}.",
            a.id,
            b.id,
            crate::text::thousands(self.either),
            crate::text::thousands(self.both),
            signed(a.hand_set_points + b.hand_set_points),
            signed(a.learned_points + b.learned_points),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, points: f64, hits: std::ops::Range<usize>) -> RuleInput {
        let quantity = (0..100).map(|deal| f64::from(u8::from(hits.contains(&deal)))).collect();
        RuleInput { id: id.into(), group: "fit".into(), persona: None, points, quantity, limit: f64::INFINITY }
    }

    #[test]
    fn only_rules_of_one_sign_on_the_same_deals_overlap() {
        let rules = [rule("a", 5.0, 0..40), rule("b", 10.0, 1..40), rule("c", -5.0, 0..40), rule("d", 5.0, 0..30)];
        assert_eq!(overlaps(&rules), [Overlap { rules: [0, 1], both: 39, either: 40 }]);
        assert_eq!(overlaps(&[rule("a", 5.0, 0..9), rule("b", 5.0, 0..9)]), []);
    }
}

//! A rule that brings nearly all that tells deals apart: the scale of the points hangs on it.

use super::RuleComparison;

/// What stands in place of an interval that is narrow only because the scale is held by its rule.
pub const SETS_THE_SCALE: &str = "sets the scale";

/// What that means for the rule, and for the others.
pub(super) fn told(rules: &[RuleComparison]) -> Option<String> {
    let rule = rules.iter().find(|rule| rule.sets_the_scale)?;
    let others = if rules.len() > 1 { ", and the others are measured by it" } else { "" };
    Some(format!(
        "`{}` {SETS_THE_SCALE}: nearly all that tells deals apart by the learned points is this rule. These are spread as \
         widely as the old ones, so it gets what fills that, whatever it is worth{others}.",
        rule.id
    ))
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::super::sentences::tests::rule;
    use super::*;

    #[test]
    fn what_it_means_is_told_where_a_rule_sets_the_scale() {
        let mut rules = vec![
            rule("referred", [60.0, 60.2], [60.1, 60.3], [300, 200], Verdict::Agrees),
            rule("fair", [5.0, 1.0], [-2.0, 4.0], [300, 100], Verdict::TooStrong),
        ];
        assert_eq!(told(&rules), None);
        rules[0].sets_the_scale = true;
        let said = told(&rules).unwrap();
        assert!(said.starts_with("`referred` sets the scale: ") && said.ends_with("the others are measured by it."));
        assert_eq!([rules[0].drawn_interval(), rules[1].drawn_interval()], [[60.2; 2], [-2.0, 4.0]]);
        assert!(told(&rules[..1]).unwrap().ends_with("whatever it is worth."));
    }
}

//! Why a rule is not judged though the deals are many: what of it there is too little of, in one sentence.

use super::sentences::{ENOUGH_OF_RARER, what_would_help};
use super::verdict::is_wide;
use super::{Comparison, FEWEST_LEADS, RuleComparison, Verdict};
use crate::text::listed;

/// Rules of one cause named at most.
const NAMED: usize = 3;

/// Said where the rules together [rank nothing](ranks_nothing).
const RANKS_NOTHING: &str = "No verdict, but not for want of deals: all rules together hardly rank won deals above lost ones, so \
     learned points stay near those set.";

/// What there is too little of, `out_of_reach` being the ids of the rules that no deal could meet, for none was looked at
/// when `beyond` a certain age; `None` where every rule is judged, or where there are few deals, which says it all.
pub fn unjudged(comparison: &Comparison, out_of_reach: &[String], beyond: Option<&str>) -> Option<String> {
    if ranks_nothing(comparison) {
        return Some(RANKS_NOTHING.into());
    }
    let unjudged: Vec<&RuleComparison> =
        comparison.rules.iter().filter(|rule| rule.verdict == Verdict::TooLittleData).collect();
    // Of points that are not believed in full the sentences say how many more deals would help.
    if !can_be_asked(comparison) || comparison.rho < 1.0 || unjudged.is_empty() {
        return None;
    }
    let of = |cause: Cause| {
        let is_it = |rule: &&RuleComparison| Cause::of(rule, out_of_reach) == cause;
        let rules: Vec<&RuleComparison> = unjudged.iter().copied().filter(is_it).collect();
        (!rules.is_empty()).then(|| cause.said_of(&named(&rules, cause), beyond))
    };
    let causes: Vec<String> = Cause::ALL.into_iter().filter_map(of).collect();
    Some(format!("Too little data: {}.", causes.join("; ")))
}

/// Whether no rule is judged though the deals are many: together the rules hardly rank them, and more deals would not help.
pub(super) fn ranks_nothing(comparison: &Comparison) -> bool {
    can_be_asked(comparison)
        && comparison.rho < 1.0
        && !comparison.rules.is_empty()
        && !comparison.says_something()
        && what_would_help(comparison).is_none()
}

/// Whether the deals are many enough to ask what there is too little of.
fn can_be_asked(comparison: &Comparison) -> bool {
    comparison.won.min(comparison.deals - comparison.won) >= ENOUGH_OF_RARER && comparison.auc.is_some()
}

/// What keeps a rule from being judged where the deals as a whole can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// It takes longer than any of the leads had been there.
    OutOfReach,
    /// It hits fewer leads than it takes.
    Few,
    /// The interval holds both 0 and twice the hand-set points.
    Wide,
    /// It hits all deals alike.
    Alike,
}

impl Cause {
    /// All, in the order in which they are told.
    const ALL: [Cause; 4] = [Cause::Few, Cause::OutOfReach, Cause::Wide, Cause::Alike];

    fn said_of(self, rules: &str, beyond: Option<&str>) -> String {
        match self {
            Cause::OutOfReach => {
                let age = beyond.map_or_else(|| "that old".to_string(), str::to_string);
                format!("no lead of the past deals can meet {rules}: none was yet {age}")
            }
            Cause::Few => format!("{rules} hit too few deals"),
            Cause::Wide => format!("{rules} may be worth nothing or twice the points, so wide is the interval"),
            Cause::Alike => format!("{rules} set no deal apart from the others"),
        }
    }

    fn of(rule: &RuleComparison, out_of_reach: &[String]) -> Cause {
        match rule.leads {
            0 if out_of_reach.contains(&rule.id) => Cause::OutOfReach,
            leads if leads < FEWEST_LEADS => Cause::Few,
            _ if is_wide(rule.hand_set_points, rule.interval) => Cause::Wide,
            _ => Cause::Alike,
        }
    }
}

/// `` `a` (2 deals) and `b` (none) ``; how many deals only where they are too few.
fn named(rules: &[&RuleComparison], cause: Cause) -> String {
    let name = |rule: &&RuleComparison| match (cause, rule.leads) {
        (Cause::Few, 0) => format!("`{}` (none)", rule.id),
        (Cause::Few, leads) => format!("`{}` ({leads})", rule.id),
        _ => format!("`{}`", rule.id),
    };
    let more = rules.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("{more} more"));
    let names: Vec<String> = rules.iter().take(NAMED).map(name).chain(more).collect();
    listed(&names, "and")
}

#[cfg(test)]
mod tests {
    use super::super::sentences::tests::{comparison, rule};
    use super::*;

    #[test]
    fn many_deals_say_what_there_is_too_little_of() {
        let unsure = Verdict::TooLittleData;
        let rules = vec![
            rule("agreed", [10.0, 9.0], [5.0, 12.0], [300, 100], Verdict::Agrees),
            rule("rare", [10.0, 9.0], [4.0, 12.0], [2, 1], unsure),
            rule("quiet", [-5.0, -5.0], [-6.0, -1.0], [0, 0], unsure),
            rule("never", [-5.0, -5.0], [-6.0, -1.0], [0, 0], unsure),
            rule("wide", [10.0, 9.0], [-1.0, 21.0], [40, 20], unsure),
            rule("all", [10.0, 10.0], [8.0, 12.0], [2_000, 770], unsure),
        ];
        assert_eq!(
            unjudged(
                &comparison(rules.clone(), 2_000, 770, 1.0),
                &["quiet".to_string()],
                Some("older than 9 days, by when 9 of 10 wins had come")
            )
            .unwrap(),
            "Too little data: `rare` (2) and `never` (none) hit too few deals; no lead of the past deals can meet `quiet`: none was \
             yet older than 9 days, by when 9 of 10 wins had come; `wide` may be worth nothing or twice the points, so \
             wide is the interval; `all` set no deal apart from the others."
        );
        assert_eq!(unjudged(&comparison(rules[..1].to_vec(), 2_000, 770, 1.0), &[], None), None);
        assert_eq!(unjudged(&comparison(rules, 60, 20, 1.0), &[], None), None, "few deals, which says it all");
    }

    #[test]
    fn where_the_rules_rank_nothing_no_rule_is_blamed() {
        let rules = vec![rule("product", [5.0, 5.0], [-5.0, 5.0], [1_436, 1_000], Verdict::TooLittleData)];
        let said = unjudged(&comparison(rules.clone(), 6_711, 4_238, 0.3), &[], None).unwrap();
        assert!(
            said.contains("not for want of deals: all rules together hardly rank won deals above lost ones"),
            "{said}"
        );
        assert!(ranks_nothing(&comparison(rules.clone(), 6_711, 4_238, 0.3)));
        assert!(!ranks_nothing(&comparison(rules.clone(), 6_711, 4_238, 0.6)));
        assert_eq!(
            unjudged(&comparison(rules, 6_711, 4_238, 0.6), &[], None),
            None,
            "for want of deals: the sentences say how many"
        );
    }
}

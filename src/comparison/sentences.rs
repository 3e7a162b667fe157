//! The comparison in two or three sentences, for whoever owns the scorecard.

use super::rounding::{signed, signed_with_interval};
use super::{Comparison, Contest, FEWEST_LEADS, RuleComparison, Verdict};
use crate::snapshot::RowWeights;
use crate::text::{capital, counted, percent, thousands};

/// Rules told one by one; the table under the sentences has the rest.
const TOLD: usize = 2;

/// Deals of the rarer outcome from which the rules that matter most usually get a verdict.
pub(super) const ENOUGH_OF_RARER: usize = 50;

/// Growth of the deals beyond which nobody waits for a verdict: a team with the deals of three years would sell for twelve
/// more.
const MOST_PROMISED: f64 = 5.0;

/// Two or three plain sentences, the most important first; nothing is to be changed where the learned points lost the
/// `contest` on deals that neither had seen. A rule that sets the scale is not told, for its points do not say what it is
/// worth. `is_start`: the points are nobody's opinion yet, for a program drew them up.
pub fn sentences(
    comparison: &Comparison,
    contest: Option<&Contest>,
    is_start: bool,
    weights: RowWeights,
) -> Vec<String> {
    if !comparison.says_something() {
        return too_little(comparison, if is_start { "starting" } else { "hand-set" });
    }
    let mut contradicted: Vec<&RuleComparison> = comparison.rules.iter().filter(|rule| contradicts(rule)).collect();
    contradicted.sort_by(|a, b| b.sets_apart.total_cmp(&a.sets_apart).then_with(|| a.id.cmp(&b.id)));
    let rules = comparison.rules.len();
    let unsure = comparison.rules.iter().filter(|rule| rule.verdict == Verdict::TooLittleData).count();
    let unsure = match unsure {
        0 => String::new(),
        _ => format!("; on {unsure} they cannot tell yet"),
    };
    let wrong = match contradicted.iter().filter(|rule| rule.verdict == Verdict::WrongSign).count() {
        0 => String::new(),
        wrong if is_start => format!(", {wrong} to the other sign"),
        wrong => format!(", {wrong} in the sign"),
    };
    let contradict = if contradicted.is_empty() { "none".to_owned() } else { contradicted.len().to_string() };
    let rules = counted(rules, "rule");
    let (first, order) = if is_start {
        let start = "Nobody has set the points yet: the scorecard is the start that `init` drew up.";
        (format!("{start} The deals would move {contradict} of its {rules}{wrong}{unsure}."), ["Most of all", "Then"])
    } else {
        (format!("The deals contradict {contradict} of {rules}{wrong}{unsure}."), ["Change first", "Then"])
    };
    let is_lost = contest.is_some_and(Contest::is_lost);
    let (keep, order) = match (is_lost, is_start) {
        (false, _) => ("", order),
        (true, true) => (" On trial, though, the learned points rank worse: keep those at the start.", order),
        (true, false) => {
            (" On trial, though, the learned points rank worse: keep the hand-set ones.", ["Furthest apart", "Then"])
        }
    };
    let mut said = vec![first + keep];
    said.extend(
        order
            .iter()
            .zip(contradicted.into_iter().filter(|rule| !rule.sets_the_scale))
            .take(TOLD)
            .map(|(when, rule)| format!("{when}: {}", one_rule(rule, comparison, is_start, weights))),
    );
    said
}

fn contradicts(rule: &RuleComparison) -> bool {
    !matches!(rule.verdict, Verdict::TooLittleData | Verdict::Agrees)
}

fn one_rule(rule: &RuleComparison, comparison: &Comparison, is_start: bool, weights: RowWeights) -> String {
    let [learned, low, high] = signed_with_interval(rule.learned_points, rule.interval);
    let set =
        format!("`{}` {} {}", rule.id, if is_start { "starts at" } else { "is set to" }, signed(rule.hand_set_points));
    let leads = counted(rule.leads, "lead");
    let [won, of_all] = [rule.win_rate, comparison.win_rate].map(percent);
    let all = thousands(comparison.deals);
    let whose = weights.of_rate(comparison.deals, comparison.won, comparison.win_rate).behind();
    match against_the_points(rule, comparison.win_rate) {
        Some(how_often) => format!(
            "{set}, but the {leads} it hits were won {how_often} often than all {all} deals: {won} against {of_all}{whose}. By \
             the deals it is worth {learned} ({low} to {high})."
        ),
        None => format!(
            "{set} and{}worth {learned} ({low} to {high}): of the {leads} it hits {won} were won, of all {all} \
             deals {of_all}{whose}.",
            match (is_start, is_by_the_others(rule, comparison.win_rate)) {
                (_, true) => ", beside the other rules, ",
                (true, false) => " is ",
                (false, false) => " ",
            }
        ),
    }
}

/// Whether what a rule is worth speaks against the win rate of its leads, so that it comes from what they have beside it.
fn is_by_the_others(rule: &RuleComparison, of_all: f64) -> bool {
    rule.learned_points * (rule.win_rate - of_all) < 0.0
}

/// Win rates within this factor are told as alike.
const ALIKE: f64 = 1.1;

/// How often leads that hit a rule were won, where that alone, and what the rule is worth beside the others, speak against
/// its points.
fn against_the_points(rule: &RuleComparison, of_all: f64) -> Option<&'static str> {
    let is_other_way = rule.learned_points * rule.hand_set_points <= 0.0;
    match rule.hand_set_points {
        points if points > 0.0 && rule.win_rate <= of_all && is_other_way => {
            Some(if rule.win_rate < of_all / ALIKE { "less" } else { "no more" })
        }
        points if points < 0.0 && rule.win_rate >= of_all && is_other_way => {
            Some(if rule.win_rate > of_all * ALIKE { "more" } else { "no less" })
        }
        _ => None,
    }
}

/// What to say when every verdict is `too little data`: that, why the deals cannot be asked at all, and what would help, if
/// anything would.
fn too_little(comparison: &Comparison, points: &str) -> Vec<String> {
    let lost = comparison.deals - comparison.won;
    let help = what_would_help(comparison);
    let (deals, won, lost) = (counted(comparison.deals, "closed deal"), thousands(comparison.won), thousands(lost));
    let deals = format!("{deals} ({won} won, {lost} lost)");
    let mut said = vec![match (comparison.ranks_nothing(), help.is_some()) {
        (true, _) => format!(
            "No verdict: on {deals} all rules together hardly rank won deals above lost ones. So the {points} points stand, \
             unproven."
        ),
        (false, true) => format!("Too little data: {deals} cannot tell any rule's points from the {points} ones."),
        (false, false) => {
            format!("No verdict: {deals} cannot tell any rule's points from the {points} ones, so these stand.")
        }
    }];
    said.extend(comparison.notes.first().map(|why| format!("{}.", capital(why))));
    said.extend(help);
    said
}

/// How many more deals would bring the first verdict, as far as what there is lets one reckon; `None` where no number would.
pub(super) fn what_would_help(comparison: &Comparison) -> Option<String> {
    let times = comparison.rules.iter().map(|rule| times_the_deals(rule, comparison)).fold(f64::INFINITY, f64::min);
    if comparison.auc.is_some() && times <= MOST_PROMISED {
        let more = (comparison.deals as f64 * (times - 1.0)).max(1.0);
        return Some(format!(
            "If the trend holds, about {} more closed deals would bring a first verdict.",
            rounded_up(more)
        ));
    }
    let lost = comparison.deals - comparison.won;
    if comparison.won.min(lost) < ENOUGH_OF_RARER {
        let (outcome, there) = if comparison.won <= lost { ("won", comparison.won) } else { ("lost", lost) };
        let missing = counted(ENOUGH_OF_RARER - there, &format!("more {outcome} deal"));
        return Some(format!("About {missing} would help."));
    }
    None
}

/// By how many times the deals would have to grow for this rule's first verdict.
///
/// Errors fall with the root of the deals, so a width that must halve takes four times as many, and ρ = 1 takes 1 / ρ².
fn times_the_deals(rule: &RuleComparison, comparison: &Comparison) -> f64 {
    if rule.leads == 0 || rule.hand_set_points == 0.0 || comparison.rho == 0.0 {
        return f64::INFINITY;
    }
    let enough_leads = FEWEST_LEADS as f64 / rule.leads as f64;
    // An interval narrower than twice the points cannot hold both 0 and twice the points.
    let width = (rule.interval[1] - rule.interval[0]) / (2.0 * rule.hand_set_points.abs());
    [enough_leads, width * width, comparison.rho.powi(-2)].into_iter().fold(1.0, f64::max)
}

/// Up to two leading digits, so that an estimate does not look like a count.
fn rounded_up(value: f64) -> String {
    let unit = 10f64.powf((value.max(1.0).log10().floor() - 1.0).max(0.0));
    thousands(((value / unit).ceil() * unit) as usize)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::comparison::Evidence;

    pub(in crate::comparison) fn rule(
        id: &str,
        points: [f64; 2],
        interval: [f64; 2],
        hits: [usize; 2],
        verdict: Verdict,
    ) -> RuleComparison {
        RuleComparison {
            id: id.into(),
            group: "fit".into(),
            persona: None,
            hand_set_points: points[0],
            learned_points: points[1],
            interval,
            sets_the_scale: false,
            leads: hits[0],
            won: hits[1],
            win_rate: hits[1] as f64 / hits[0].max(1) as f64,
            evidence: Evidence::Over100,
            verdict,
            mean_quantity: hits[0] as f64,
            matters: (points[1] - points[0]).abs() * hits[0] as f64,
            sets_apart: (points[1] - points[0]).abs() * hits[0] as f64,
        }
    }

    pub(in crate::comparison) fn comparison(
        rules: Vec<RuleComparison>,
        deals: usize,
        won: usize,
        rho: f64,
    ) -> Comparison {
        Comparison {
            rules,
            deals,
            won,
            win_rate: won as f64 / deals.max(1) as f64,
            rho,
            factor: 20.0,
            kappa: 0.05,
            tau: 0.2,
            auc: (rho > 0.0).then_some(0.6),
            auc_se: (rho > 0.0).then_some(0.05),
            notes: Vec::new(),
        }
    }

    #[test]
    fn what_matters_most_comes_first() {
        let rules = vec![
            rule("vp", [10.0, 4.0], [2.0, 6.0], [300, 120], Verdict::TooStrong),
            rule("many_visits", [15.0, -3.0], [-6.0, 0.0], [812, 96], Verdict::WrongSign),
            rule("student", [-20.0, -19.0], [-30.0, -9.0], [90, 3], Verdict::Agrees),
            rule("rare", [30.0, 29.0], [-20.0, 70.0], [4, 1], Verdict::TooLittleData),
        ];
        let said = sentences(&comparison(rules.clone(), 2_000, 770, 1.0), None, false, RowWeights::TimeOpen);
        assert_eq!(said[0], "The deals contradict 2 of 4 rules, 1 in the sign; on 1 they cannot tell yet.");
        assert_eq!(
            said[1],
            "Change first: `many_visits` is set to +15, but the 812 leads it hits were won less often than all 2,000 deals: 11.8 % against 38.5 %. By the deals it is worth -3 (-6 to 0)."
        );
        assert_eq!(
            said[2],
            "Then: `vp` is set to +10 and worth +4 (+2 to +6): of the 300 leads it hits 40.0 % were won, of all 2,000 \
             deals 38.5 %."
        );
        assert_eq!(said.len(), 3);
        let said = sentences(&comparison(rules, 2_000, 770, 1.0), None, true, RowWeights::TimeOpen);
        assert_eq!(
            said[0],
            "Nobody has set the points yet: the scorecard is the start that `init` drew up. The deals would move 2 of its 4 \
             rules, 1 to the other sign; on 1 they cannot tell yet."
        );
        assert!(
            said[1].starts_with("Most of all: `many_visits` starts at +15, but the 812 leads it hits were"),
            "{}",
            said[1]
        );
    }

    #[test]
    fn what_sets_the_scale_is_not_told_first() {
        let mut rules = vec![
            rule("route", [5.0, 8.7], [8.6, 8.8], [900, 400], Verdict::TooWeak),
            rule("region", [5.0, -1.0], [-1.8, -0.1], [300, 90], Verdict::WrongSign),
        ];
        rules[0].sets_the_scale = true;
        let said = sentences(&comparison(rules, 2_000, 770, 1.0), None, false, RowWeights::TimeOpen);
        assert_eq!(said[0], "The deals contradict 2 of 2 rules, 1 in the sign.");
        assert!(said[1].starts_with("Change first: `region`") && said.len() == 2, "{said:?}");
    }

    #[test]
    fn nobody_is_told_to_change_what_the_trial_says_to_keep() {
        let contested =
            comparison(vec![rule("vp", [10.0, 4.0], [2.0, 6.0], [300, 120], Verdict::TooStrong)], 2_000, 770, 1.0);
        let contest = |interval| Contest { deals: 400, won: 90, hand_set: 0.7, learned: 0.6, gain: -0.1, interval };
        let said =
            |interval, is_start| sentences(&contested, Some(&contest(interval)), is_start, RowWeights::Alike).join(" ");
        let (lost, open) = ([-0.15, -0.01], [-0.15, 0.01]);
        assert!(
            said(lost, false).starts_with(
                "The deals contradict 1 of 1 rule. On trial, though, the learned points rank worse: keep the hand-set ones. \
                 Furthest apart: `vp` is set to +10"
            ),
            "{}",
            said(lost, false)
        );
        assert!(said(lost, true).contains("rank worse: keep those at the start. Most of all: `vp` starts at +10"));
        assert!(said(open, false).contains("1 of 1 rule. Change first: `vp`"));
    }

    #[test]
    fn a_win_rate_that_speaks_against_the_points_is_said_first() {
        let how =
            |points, won| against_the_points(&rule("x", points, [-9.0, 9.0], [100, won], Verdict::WrongSign), 0.4);
        assert_eq!(how([10.0, -3.0], 40), Some("no more"));
        assert_eq!(how([10.0, -3.0], 20), Some("less"));
        assert_eq!(how([-10.0, 3.0], 41), Some("no less"));
        assert_eq!(how([-10.0, 3.0], 80), Some("more"));
        assert_eq!(how([10.0, -3.0], 41), None, "won more often, whatever the rule is worth beside the others");
        assert_eq!(how([10.0, 3.0], 30), None, "beside the others it is worth points");
    }

    #[test]
    fn points_that_go_against_the_win_rate_are_said_to_be_beside_the_others() {
        let rules = vec![rule("price_page", [10.0, -2.2], [-6.3, 2.3], [1_010, 480], Verdict::TooStrong)];
        let said = sentences(&comparison(rules, 2_000, 770, 1.0), None, false, RowWeights::TimeOpen);
        assert_eq!(
            said[1],
            "Change first: `price_page` is set to +10 and, beside the other rules, worth -2.2 (-6.3 to +2.3): of the 1,010 leads \
             it hits 47.5 % were won, of all 2,000 deals 38.5 %."
        );
    }

    #[test]
    fn too_little_data_says_how_many_more_would_help() {
        let unsure = |hits| vec![rule("vp", [10.0, 12.0], [-10.0, 30.0], [hits, hits / 3], Verdict::TooLittleData)];
        let said = sentences(&comparison(unsure(60), 200, 70, 1.0), None, false, RowWeights::TimeOpen);
        assert_eq!(said[1], "If the trend holds, about 600 more closed deals would bring a first verdict.");
        let said = sentences(&comparison(unsure(0), 20, 7, 0.0), None, false, RowWeights::TimeOpen);
        assert_eq!(said[1], "About 43 more won deals would help.");
        assert!(said[0].starts_with("Too little data: 20 closed deals (7 won, 13 lost)"));
        // ρ = 0.4 takes 1 / 0.16 times the deals: nobody waits for that.
        let of_rho =
            |rho| sentences(&comparison(unsure(400), 2_000, 800, rho), None, false, RowWeights::TimeOpen).join("\n");
        assert_eq!(
            of_rho(0.4),
            "No verdict: on 2,000 closed deals (800 won, 1,200 lost) all rules together hardly rank won deals above lost ones. \
             So the hand-set points stand, unproven."
        );
        // Where nothing was ranked at all, nothing is said of how.
        assert_eq!(
            of_rho(0.0),
            "No verdict: 2,000 closed deals (800 won, 1,200 lost) cannot tell any rule's points from the hand-set ones, so \
             these stand."
        );
    }
}

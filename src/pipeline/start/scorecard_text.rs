//! The text of the starting `scorecard.toml`, and tiers that some leads can reach.

use super::column_rules::{column_rules, new_leads};
use super::kind_rules::kind_rules;
use super::layout::{Layout, View};
use super::rule::StartRule;
use super::toml::{number, quoted};
use crate::scorecard::{STARTING_NAME, is_reserved_id};

/// No tier begins lower: twice what a rule gives about which nobody has said anything yet.
const LEAST: f64 = 10.0;

/// Leads that the upper tier may hold where no lead reaches the usual bounds.
const SQL_SHARE: f64 = 0.15;

/// Leads that both tiers together may hold there.
const MQL_SHARE: f64 = 0.4;

/// The lowest scores of the two tiers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// From here on worth nurturing; `None` where the leads have too few different scores for two tiers.
    pub mql: Option<f64>,
    /// From here on sales follows up.
    pub sql: f64,
}

impl Bounds {
    /// Bounds in common use, on a scale to 100.
    pub const USUAL: Bounds = Bounds { mql: Some(50.0), sql: 80.0 };

    /// The usual bounds where the leads' `scores` fill both tiers, or nobody has scored them; else scores that leads have,
    /// the lowest that no more than [`SQL_SHARE`] and [`MQL_SHARE`] of the leads reach. A tier that hardly a lead reaches
    /// says nothing, and the link would leave it as empty as it is.
    ///
    /// None begins below [`LEAST`], and none where sales takes over holds more leads by the points of a single rule, of
    /// which `strongest_rule` gives most. Where no lead has enough for that there are no tiers.
    pub fn within_reach(scores: &[f64], strongest_rule: f64) -> Option<Bounds> {
        if scores.is_empty() {
            return Some(Bounds::USUAL);
        }
        let mut falling: Vec<f64> = scores.iter().copied().filter(|score| *score >= LEAST).collect();
        falling.sort_by(|a, b| b.total_cmp(a));
        let best = *falling.first()?;
        let reached_by = |score: f64| falling.partition_point(|other| *other >= score);
        let lowest = |share: f64, below: f64| {
            let most = (share * scores.len() as f64) as usize;
            falling.iter().copied().filter(|&s| s < below && reached_by(s) <= most).reduce(f64::min)
        };
        let by_several_rules = Some(best).filter(|best| *best > strongest_rule);
        let sql = match best < Bounds::USUAL.sql {
            true => lowest(SQL_SHARE, f64::INFINITY).or(by_several_rules)?,
            false => Bounds::USUAL.sql,
        };
        let usual =
            Bounds::USUAL.mql.filter(|mql| sql == Bounds::USUAL.sql && falling.iter().any(|s| (*mql..sql).contains(s)));
        // A score that every lead reaches sets none of them apart.
        let next = || falling.iter().copied().find(|&s| s < sql && reached_by(s) < scores.len());
        let mql = usual.or_else(|| lowest(MQL_SHARE, sql)).or_else(next);
        // Down to a tenth, so that the lead with just that score still reaches it.
        let tenth = |bound: f64| (bound * 10.0).floor() / 10.0;
        let rounded = Bounds { mql: mql.map(tenth), sql: tenth(sql) };
        let is_apart = rounded.mql.is_none_or(|mql| mql < rounded.sql);
        Some(if is_apart { rounded } else { Bounds { mql, sql } })
    }
}

/// Rules drawn from the data's own columns and kinds of activity, never from its outcomes; none where there is
/// nothing to draw them from.
pub fn starting_rules(view: &View, layout: &Layout) -> Vec<StartRule> {
    let mut rules = column_rules(layout, &view.leads);
    if let (Some(log), Some(sheet)) = (&layout.log, &view.log) {
        rules.extend(kind_rules(log, sheet));
    }
    if !rules.iter().any(|rule| rule.points > 0.0) {
        rules.extend(new_leads(layout));
    }
    let mut met: Vec<String> = Vec::new();
    for rule in &mut rules {
        let base = rule.id.clone();
        let numbered = (2..).map(|n| format!("{base}_{n}"));
        let is_free = |id: &String| !met.contains(id) && !is_reserved_id(id);
        rule.id = std::iter::once(base.clone()).chain(numbered).find(is_free).unwrap_or(base);
        met.push(rule.id.clone());
    }
    rules
}

/// The scorecard file, for at least one rule; `None`: no lead has points enough for a tier.
pub fn scorecard_text(rules: &[StartRule], bounds: Option<Bounds>) -> String {
    let mut text = String::from(
        "# A START, to be argued about: drawn from the headers and values of the files with points that scoring guides in\n\
         # use give such things. Nobody looked at which leads were won. Change the points, delete rules, add your own;\n\
         # `leadscore compare` then shows which of them the deals bear out.\n\
         # How rules are written: docs/reference/scorecard.md\n",
    );
    text.push_str(&format!(
        "name = {}   # once the points are yours, give it a name of your own\n",
        quoted(STARTING_NAME)
    ));
    text.push_str("range = [0, 100]                # the score is kept within this\n");
    text.push_str(&tiers_lines(bounds));
    for rule in rules {
        text.push('\n');
        text.push_str(&rule.text());
    }
    if let Some(bounds) = bounds {
        text.push_str(&actions(bounds));
    }
    text
}

/// The tiers and the one where sales takes over.
fn tiers_lines(bounds: Option<Bounds>) -> String {
    const TELLS: &str = "SQL: sales follows up; MQL: worth nurturing";
    let Some(Bounds { mql, sql }) = bounds else {
        return format!(
            "# No tiers yet: one small rule makes no lead ready for sales, and hardly more can be had by these rules.\n\
             # Add rules, then take the # in front away:\n\
             # tiers = {{ SQL = {}, MQL = {} }}   # {TELLS}\n",
            number(Bounds::USUAL.sql),
            number(Bounds::USUAL.mql.unwrap_or_default()),
        );
    };
    let why = match bounds == Some(Bounds::USUAL) {
        true => String::new(),
        false => format!(
            "# Tiers begin at scores that leads have by these rules, at {} or more: one small rule makes no SQL or MQL.\n",
            number(LEAST)
        ),
    };
    let tiers = match mql {
        Some(mql) => format!("tiers = {{ SQL = {}, MQL = {} }}   # {TELLS}\n", number(sql), number(mql)),
        None => format!(
            "tiers = {{ SQL = {} }}             # SQL: sales follows up. More rules make room for a tier below it\n",
            number(sql)
        ),
    };
    format!("{why}{tiers}handover = \"SQL\"                # from this tier on sales takes over\n")
}

/// What to do next.
fn actions(bounds: Bounds) -> String {
    let mut text = String::from(
        "\n# What to do next; the first that fits.\n\n\
         [[action]]\nquadrant = \"verify\"             # many points, but lower in the order of the model\ndo = \"Find out what they are looking for\"\n\n\
         [[action]]\nquadrant = \"hidden_gem\"         # few points, but high in the order of the model\ndo = \"Call, though the points are low\"\n\n\
         [[action]]\nat_least = \"SQL\"\ndo = \"Hand over to sales\"\n",
    );
    if bounds.mql.is_some() {
        text.push_str("\n[[action]]\ntier = \"MQL\"\ndo = \"Nurture; call once SQL is done\"\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_the_usual_ones_or_scores_that_leads_have() {
        let bounds = |mql, sql| Some(Bounds { mql, sql });
        let within_reach = |scores: &[f64]| Bounds::within_reach(scores, 5.0);
        assert_eq!(within_reach(&[]), Some(Bounds::USUAL), "nobody knows what the leads have");
        assert_eq!(within_reach(&[100.0, 60.0, 13.0]), Some(Bounds::USUAL));
        // Nobody stands between 50 and 80.
        assert_eq!(within_reach(&[100.0, 13.0, 0.0]), bounds(Some(13.0), 80.0));
        let scores: Vec<f64> = (0..100).map(|i| f64::from(i) / 2.0).collect();
        // 15 of 100 leads have 42.5 points or more, 40 have 30.
        assert_eq!(within_reach(&scores), bounds(Some(30.0), 42.5));
        // Four in five leads share the best score: it is the bound all the same, for none is better; and there is no
        // score for a second tier.
        assert_eq!(within_reach(&[18.0, 18.0, 18.0, 18.0, 0.0]), bounds(None, 18.0));
        // Half of the leads have 15 points, more than both tiers should hold: better so than a tier that is empty.
        assert_eq!(within_reach(&[20.0, 15.0, 15.0, 15.0, 15.0, 0.0, 0.0]), bounds(Some(15.0), 20.0));
        assert_eq!(within_reach(&[20.0, 15.0, 15.0]), bounds(None, 20.0));
        assert_eq!(within_reach(&[12.34]), bounds(None, 12.3));
    }

    #[test]
    fn a_small_rule_alone_makes_no_tier() {
        assert_eq!(Bounds::within_reach(&[0.0, -5.0], 5.0), None);
        assert_eq!(Bounds::within_reach(&[5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 5.0), None);
        // A lead in eight came by recommendation, half of the others have 5 points.
        let referred = [10.0, 5.0, 5.0, 5.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(Bounds::within_reach(&referred, 10.0), Some(Bounds { mql: None, sql: 10.0 }));
        // Every other lead has the 10 points of a single rule: that makes none of them ready for sales; two rules would.
        let every_other = [10.0, 0.0, 10.0, 0.0];
        assert_eq!(Bounds::within_reach(&every_other, 10.0), None);
        assert_eq!(Bounds::within_reach(&every_other, 5.0), Some(Bounds { mql: None, sql: 10.0 }));
        let text = scorecard_text(&[StartRule::new("product", 5.0, "…").line("when = 1")], None);
        assert!(text.contains("# No tiers yet: one small rule") && !text.contains("\ntiers ="), "{text}");
        assert!(!text.contains("[[action]]") && !text.contains("handover"), "{text}");
    }
}

//! The text of the starting `scorecard.toml`, and tiers that some leads can reach.

use super::column_rules::{column_rules, new_leads};
use super::kind_rules::kind_rules;
use super::layout::{Layout, View};
use super::rule::StartRule;
use super::toml::{number, quoted};
use crate::scorecard::STARTING_NAME;

/// Bounds in common use, on a scale to 100.
const USUAL: Bounds = Bounds { mql: Some(50.0), sql: 80.0 };

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
    /// The usual bounds where the leads' `scores` fill both tiers; else scores that leads have, the lowest that no more
    /// than [`SQL_SHARE`] and [`MQL_SHARE`] of the leads reach. A tier that hardly a lead reaches says nothing, and the
    /// link would leave it as empty as it is.
    pub fn within_reach(scores: &[f64]) -> Bounds {
        let mut falling: Vec<f64> = scores.iter().copied().filter(|score| *score > 0.0).collect();
        falling.sort_by(|a, b| b.total_cmp(a));
        let Some(&best) = falling.first() else { return USUAL };
        let reached_by = |score: f64| falling.partition_point(|other| *other >= score);
        let lowest = |share: f64, below: f64| {
            let most = (share * scores.len() as f64) as usize;
            falling.iter().copied().filter(|&s| s < below && reached_by(s) <= most).reduce(f64::min)
        };
        let sql = if best < USUAL.sql { lowest(SQL_SHARE, f64::INFINITY).unwrap_or(best) } else { USUAL.sql };
        let usual = USUAL.mql.filter(|mql| sql == USUAL.sql && falling.iter().any(|s| (*mql..sql).contains(s)));
        // A score that every lead reaches sets none of them apart.
        let next = || falling.iter().copied().find(|&s| s < sql && reached_by(s) < scores.len());
        let mql = usual.or_else(|| lowest(MQL_SHARE, sql)).or_else(next);
        // Down to a tenth, so that the lead with just that score still reaches it.
        let tenth = |bound: f64| (bound * 10.0).floor() / 10.0;
        let rounded = Bounds { mql: mql.map(tenth), sql: tenth(sql) };
        let is_apart = rounded.mql.is_none_or(|mql| mql > 0.0 && mql < rounded.sql) && rounded.sql > 0.0;
        if is_apart { rounded } else { Bounds { mql, sql } }
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
        rule.id = std::iter::once(base.clone()).chain(numbered).find(|id| !met.contains(id)).unwrap_or(base);
        met.push(rule.id.clone());
    }
    rules
}

/// The scorecard file, for at least one rule.
pub fn scorecard_text(rules: &[StartRule], bounds: Bounds) -> String {
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
    text.push_str(&tiers_line(bounds));
    text.push_str("handover = \"SQL\"                # from this tier on sales takes over\n");
    for rule in rules {
        text.push('\n');
        text.push_str(&rule.text());
    }
    text.push_str(
        "\n# What to do next; the first that fits.\n\n\
         [[action]]\nquadrant = \"verify\"             # many points, but lower in the order of the model\ndo = \"Ask what they are looking for, then call\"\n\n\
         [[action]]\nquadrant = \"hidden_gem\"         # few points, but high in the order of the model\ndo = \"Call: the points may miss something\"\n\n\
         [[action]]\nat_least = \"SQL\"\ndo = \"Hand over to sales\"\n",
    );
    if bounds.mql.is_some() {
        text.push_str("\n[[action]]\ntier = \"MQL\"\ndo = \"Next in line: call once SQL is done\"\n");
    }
    text
}

fn tiers_line(bounds: Bounds) -> String {
    let low = if bounds == USUAL { "" } else { ". Scores that leads have by these rules" };
    match bounds.mql {
        Some(mql) => format!(
            "tiers = {{ SQL = {}, MQL = {} }}   # SQL: sales follows up; MQL: next in line{low}\n",
            number(bounds.sql),
            number(mql)
        ),
        None => format!(
            "tiers = {{ SQL = {} }}             # SQL: sales follows up. More rules make room for a tier below it\n",
            number(bounds.sql)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_the_usual_ones_or_scores_that_leads_have() {
        let bounds = |mql, sql| Bounds { mql, sql };
        assert_eq!(Bounds::within_reach(&[]), USUAL);
        assert_eq!(Bounds::within_reach(&[0.0, -5.0]), USUAL);
        assert_eq!(Bounds::within_reach(&[100.0, 60.0, 3.0]), USUAL);
        // Nobody stands between 50 and 80.
        assert_eq!(Bounds::within_reach(&[100.0, 3.0, 0.0]), bounds(Some(3.0), 80.0));
        let scores: Vec<f64> = (0..100).map(|i| f64::from(i) / 2.0).collect();
        // 15 of 100 leads have 42.5 points or more, 40 have 30.
        assert_eq!(Bounds::within_reach(&scores), bounds(Some(30.0), 42.5));
        // Four in five leads share the best score: it is the bound all the same, for none is better; and there is no
        // score for a second tier.
        assert_eq!(Bounds::within_reach(&[8.0, 8.0, 8.0, 8.0, 0.0]), bounds(None, 8.0));
        // Half of the leads have 5 points, more than both tiers should hold: better so than a tier that is empty.
        assert_eq!(Bounds::within_reach(&[10.0, 5.0, 5.0, 5.0, 5.0, 0.0, 0.0]), bounds(Some(5.0), 10.0));
        assert_eq!(Bounds::within_reach(&[10.0, 5.0, 5.0]), bounds(None, 10.0));
        assert_eq!(Bounds::within_reach(&[0.04]), bounds(None, 0.04));
    }
}

//! The text of the starting `scorecard.toml`, and tiers that some leads can reach.

use super::column_rules::{column_rules, new_leads};
use super::kind_rules::kind_rules;
use super::layout::{Layout, View};
use super::rule::StartRule;
use super::toml::number;

/// Bounds in common use, on a scale to 100.
const USUAL: Bounds = Bounds { mql: 50.0, sql: 80.0 };

/// The lowest scores of the two tiers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// From here on worth nurturing.
    pub mql: f64,
    /// From here on sales follows up.
    pub sql: f64,
}

impl Bounds {
    /// The usual bounds where a lead reaches the upper one, else the same shares of the best score there is.
    pub fn within_reach(best_score: f64) -> Bounds {
        if !best_score.is_finite() || best_score <= 0.0 || best_score >= USUAL.sql {
            return USUAL;
        }
        let tenth = |share: f64| (share / 100.0 * best_score * 10.0).round() / 10.0;
        let (mql, sql) = (tenth(USUAL.mql), tenth(USUAL.sql));
        let whole = Bounds { mql: mql.round(), sql: sql.round() };
        if whole.mql < whole.sql { whole } else { Bounds { mql, sql } }
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
    text.push_str("name = \"Starting scorecard\"\n");
    text.push_str("range = [0, 100]                # the score is kept within this\n");
    text.push_str(&format!(
        "tiers = {{ SQL = {}, MQL = {} }}   # SQL: sales follows up; MQL: worth nurturing{}\n",
        number(bounds.sql),
        number(bounds.mql),
        if bounds == USUAL { "" } else { ". Low, so that some leads reach them" }
    ));
    text.push_str("handover = \"SQL\"                # from this tier on sales takes over\n");
    for rule in rules {
        text.push('\n');
        text.push_str(&rule.text());
    }
    text.push_str(
        "\n# What to do next; the first that fits.\n\n\
         [[action]]\nquadrant = \"verify\"             # many points, but unlike those who ordered\ndo = \"Ask what it is for before a salesperson calls\"\n\n\
         [[action]]\nquadrant = \"hidden_gem\"         # few points, but like those who ordered\ndo = \"Call: the points may miss something\"\n\n\
         [[action]]\nat_least = \"SQL\"\ndo = \"Hand over to sales\"\n\n\
         [[action]]\ntier = \"MQL\"\ndo = \"Keep in touch\"\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_the_usual_ones_or_what_the_best_lead_reaches() {
        assert_eq!(Bounds::within_reach(100.0), USUAL);
        assert_eq!(Bounds::within_reach(45.0), Bounds { mql: 23.0, sql: 36.0 });
        assert_eq!(Bounds::within_reach(1.0), Bounds { mql: 0.5, sql: 0.8 });
        assert_eq!(Bounds::within_reach(f64::NAN), USUAL);
        for best in 1..80 {
            let bounds = Bounds::within_reach(f64::from(best));
            assert!(
                0.0 < bounds.mql && bounds.mql < bounds.sql && bounds.sql <= f64::from(best),
                "{bounds:?} for {best}"
            );
        }
    }
}

//! A changed scorecard beside the current one.

use crate::company::{AS_OF, Company};
use serde_json::Value;

/// Sums of shares that ties have split.
const SUM: f64 = 1e-9;

fn simulated(company: &Company, more: &[&str]) -> Value {
    let start = ["--format", "json", "simulate", "--scorecard", "other.toml", "--leads", "open_leads.csv"];
    let run = company.run(&[&start[..], &["--as-of", AS_OF], more].concat()).ok();
    serde_json::from_str(&run.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// The sample with `other.toml`: its scorecard with one text in the place of another.
fn with_other(from: &str, to: &str) -> Company {
    let company = Company::sample();
    company.write("other.toml", &company.text("scorecard.toml"));
    company.edit("other.toml", from, to);
    company
}

#[test]
fn the_same_scorecard_moves_nobody() {
    let found = simulated(&with_other("name = ", "name  = "), &[]);
    for movement in [&found["past"]["movement"], &found["open"]] {
        assert!(list(&movement["moved"]).is_empty() && list(&movement["rules"]).is_empty(), "{movement}");
        assert_eq!(number(&movement["mean_change"]), 0.0);
    }
    let traded = &found["past"]["same_volume"];
    assert_eq!((number(&traded["gained"]), number(&traded["lost"])), (0.0, 0.0));
}

#[test]
fn crossings_and_wins_add_up_and_one_changed_rule_has_all_the_effect() {
    let company = with_other(
        "points = 10\ndecay = { steps = [[\"30d\", 0.5], [\"90d\", 0.0]] }\n\n[[rule]]\nid = \"download\"",
        "points = 1\ndecay = { steps = [[\"30d\", 0.5], [\"90d\", 0.0]] }\n\n[[rule]]\nid = \"download\"",
    );
    let found = simulated(&company, &["--out", "moved.csv"]);
    let (past, open) = (&found["past"]["movement"], &found["open"]);
    for movement in [past, open] {
        for tier in list(&movement["tiers"]) {
            let count = |key: &str| number(&tier[key]);
            assert_eq!(count("current") + count("up") - count("down"), count("changed"), "{tier}");
        }
        let rules = list(&movement["rules"]);
        assert_eq!((rules.len(), rules[0]["rule"].as_str()), (1, Some("price_page")));
        let fallen = number(&movement["down"]);
        assert!(number(&rules[0]["mean_points"]) < 0.0 && number(&rules[0]["down"]) == fallen && fallen > 0.0);
        assert_eq!(fallen + number(&movement["up"]), list(&movement["moved"]).len() as f64);
    }
    for traded in [&found["past"]["same_volume"], &found["past"]["same_volume_by_row_weight"]] {
        let of = |key: &str| number(&traded[key]);
        assert!((of("wins_current") + of("gained") - of("lost") - of("wins_changed")).abs() < SUM, "{traded}");
    }
    let a = list(&open["moved"]).iter().find(|lead| lead["lead"] == "lead-A").unwrap();
    assert_eq!((number(&a["score_current"]), number(&a["score_changed"])), (100.0, 19.0));
    assert_eq!((a["tier_current"].as_str(), a["tier_changed"].as_str()), (Some("SQL"), Some("")));
    assert_eq!(company.rows("moved.csv").len(), list(&past["moved"]).len() + list(&open["moved"]).len());
}

#[test]
fn added_and_removed_rules_and_moved_tiers_are_told_apart() {
    let company = with_other("tiers = { SQL = 80, MQL = 50 }", "tiers = { SQL = 70, MQL = 50 }");
    company.edit(
        "other.toml",
        "[[rule]]\nid = \"newsletter\"\nactivity = \"newsletter_signup\"\nat_least = 1\npoints = 15",
        "[[rule]]\nid = \"webinar\"\nactivity = \"webinar\"\npoints = 12\ngroup = \"events\"",
    );
    let open = simulated(&company, &[])["open"].clone();
    let mut changes: Vec<(&str, &str)> =
        list(&open["rules"]).iter().map(|r| (r["rule"].as_str().unwrap(), r["change"].as_str().unwrap())).collect();
    changes.sort_unstable();
    assert_eq!(
        changes,
        [("limits and tiers, points as now", "changed"), ("newsletter", "removed"), ("webinar", "added")]
    );
    let text = company
        .run(&["simulate", "--scorecard", "other.toml", "--leads", "open_leads.csv", "--as-of", AS_OF, "--top", "3"])
        .ok();
    for word in
        ["past deals as they were", "The same work, other deals", "A week, over ", "won, newly among them", "3 of "]
    {
        assert!(text.stdout.contains(word), "`{word}` is not in {}", text.stdout);
    }
}

#[test]
fn without_two_scorecards_it_says_which_is_missing() {
    let company = Company::sample();
    company.run(&["simulate", "--leads", "open_leads.csv"]).refused(&["--scorecard other.toml"]);
    std::fs::rename(company.path("scorecard.toml"), company.path("other.toml")).unwrap();
    company.run(&["simulate", "--scorecard", "other.toml"]).refused(&["no current scorecard"]);
}

#[test]
fn learned_points_and_the_tiers_that_compare_moved_are_told() {
    let company = Company::sample();
    company.run(&["compare", "--write", "learned.toml"]).ok();
    let told = |other: &str| company.run(&["simulate", "--scorecard", other, "--as-of", AS_OF]).ok().stdout;
    let bound = |file: &str, tier: &str| {
        let text = company.text(file);
        let card = leadscore::scorecard::Scorecard::parse(&text, file).unwrap();
        card.tiers.iter().find(|t| t.name == tier).unwrap().bound
    };
    let learned = told("learned.toml");
    let sql = format!("SQL at {} (now {})", bound("learned.toml", "SQL"), bound("scorecard.toml", "SQL"));
    assert!(learned.contains(&sql) && learned.contains("for `compare` moved them"), "{learned}");
    assert!(learned.contains("learned from these very deals"), "{learned}");
    // A copy changed by hand, with the tiers as they are.
    company.write("mine.toml", &company.text("scorecard.toml").replacen("points = 15", "points = 12", 1));
    let mine = told("mine.toml");
    assert!(!mine.contains("learned from these very deals") && !mine.contains("begin elsewhere"), "{mine}");
    // Learned once more, the file says so once.
    company.run(&["compare", "--scorecard", "learned.toml", "--write", "again.toml"]);
    if company.path("again.toml").exists() {
        assert_eq!(company.text("again.toml").matches("written by `leadscore compare`").count(), 1);
    }
}

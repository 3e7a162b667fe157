//! What `explain` calls the points, and what changed between two as-ofs: both ledgers and the chain add up, the new acts are named.

use crate::company::{AS_OF, Company};
use serde_json::Value;

/// What the sums of both ledgers may be off by.
const EXACT: f64 = 1e-9;

fn explained(company: &Company, lead: &str, more: &[&str]) -> Value {
    let start = ["--format", "json", "explain", lead, "--leads", "open_leads.csv", "--as-of", AS_OF];
    let run = company.run(&[&start[..], more].concat()).ok();
    serde_json::from_str(&run.stdout).unwrap()
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} is no number in {value}"))
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// Every line is before + its three steps; both ledgers come to what the chain says.
fn adds_up(changes: &Value) {
    let lines = |key: &str| changes[key].as_array().unwrap().clone();
    for line in ["points", "log_odds", "chain"].iter().flat_map(|key| lines(key)) {
        let steps = number(&line, "by_version") + number(&line, "by_time") + number(&line, "by_acts");
        assert!((number(&line, "before") + steps - number(&line, "after")).abs() < EXACT, "{line}");
    }
    let of = |name: &str| lines("chain").into_iter().find(|line| line["name"] == name).unwrap();
    let total = |key: &str, side: &str| lines(key).iter().map(|line| number(line, side)).sum::<f64>();
    let (score, p) = (of("rule score"), of("win chance by the model"));
    for side in ["before", "after"] {
        assert!((total("points", side) - number(&score, side)).abs() < EXACT, "{changes}");
        assert!((total("log_odds", side) - logit(number(&p, side))).abs() < EXACT, "{changes}");
    }
    for step in ["by_version", "by_time", "by_acts"] {
        assert!((total("points", step) - number(&score, step)).abs() < EXACT, "{step}: {changes}");
    }
}

#[test]
fn the_steps_of_random_leads_add_up_in_both_ledgers() {
    let company = Company::trained();
    // Every 29th open lead that existed by then: the order of the file is random.
    let leads = company.rows("open_leads.csv");
    let since = "2026-06-20T00:00:00Z";
    let old = leads.iter().filter(|lead| lead["created_at"].as_str() < since).step_by(29);
    let mut moved = 0;
    for lead in old {
        let changes = explained(&company, &lead["lead_id"], &["--since", since])["changes"].clone();
        adds_up(&changes);
        for line in changes["chain"].as_array().unwrap() {
            assert_eq!(number(line, "by_version"), 0.0, "the version is the same");
        }
        moved += usize::from(!changes["acts"].as_array().unwrap().is_empty());
    }
    assert!(moved > 0, "some lead must have acted since");
}

#[test]
fn new_acts_are_named_with_their_dates_and_only_they_raise_lead_b() {
    let company = Company::trained();
    let inquiry = company
        .rows("activities.csv")
        .into_iter()
        .find(|act| act["lead_id"] == "lead-B" && act["kind"] == "inquiry")
        .unwrap();
    let b = explained(&company, "lead-B", &["--since", &inquiry["at"]])["changes"].clone();
    let acts = b["acts"].as_array().unwrap();
    assert!(acts.iter().any(|act| act["kind"] == "inquiry" && act["at"] == inquiry["at"].as_str()), "{acts:?}");
    let points = b["points"].as_array().unwrap();
    let line = points.iter().find(|line| line["name"] == "inquiry").unwrap();
    assert_eq!((number(line, "before"), number(line, "by_acts"), number(line, "after")), (0.0, 30.0, 30.0));
    company
        .run(&["explain", "lead-B", "--leads", "open_leads.csv", "--as-of", AS_OF, "--since", "2020-01-01"])
        .refused(&["did not exist yet", "--since"]);
}

#[test]
fn what_another_version_does_stands_apart() {
    let company = Company::trained();
    company.edit("scorecard.toml", "points = 30", "points = 40");
    company.run(&["train"]).ok();
    let since = "2026-06-29T00:00:00Z";
    let changes = explained(&company, "lead-B", &["--since", since, "--since-version", "1"])["changes"].clone();
    adds_up(&changes);
    let points = changes["points"].as_array().unwrap();
    let inquiry = points.iter().find(|line| line["name"] == "inquiry").unwrap();
    assert_eq!((number(inquiry, "before"), number(inquiry, "by_version")), (30.0, 10.0));
}

#[test]
fn points_that_nobody_has_set_are_not_called_hand_set() {
    let company = Company::trained();
    let explain = || {
        let run = company.run(&["explain", "lead-A", "--leads", "open_leads.csv", "--as-of", AS_OF]);
        run.ok().stdout
    };
    assert!(explain().contains("Points (hand-set), largest first"));
    let scorecard = company.text("scorecard.toml");
    let name = scorecard.lines().find(|line| line.starts_with("name")).unwrap();
    company.edit("scorecard.toml", name, &format!("name = \"{}\"", leadscore::scorecard::STARTING_NAME));
    company.run(&["train"]).ok();
    assert!(explain().contains("Points (at start), largest first"));
}

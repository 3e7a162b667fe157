//! Why rules and model disagree: lead A and lead B of the sample company, and past deals that went against their points.

use crate::company::{AS_OF, Company};
use serde_json::Value;

fn explained(company: &Company, lead: &str) -> Value {
    let run = company.run(&["--format", "json", "explain", lead, "--leads", "open_leads.csv", "--as-of", AS_OF]).ok();
    serde_json::from_str(&run.stdout).unwrap()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {value}"))
}

#[test]
fn lead_a_is_to_verify_for_its_repeated_page_views() {
    let a = explained(&Company::trained(), "lead-A");
    assert_eq!((a["rule_score"].as_f64(), text(&a, "quadrant")), (Some(100.0), "verify"));
    let reason = text(&a, "reason");
    assert!(reason.starts_with("90 of 100 points are from `price_page` (page_view 9 times, newest "), "{reason}");
    assert!(reason.contains("The model finds that worth"), "{reason}");
    assert!(
        reason.contains("past deals so placed (SQL by points, not by the model") && reason.contains(" were won"),
        "{reason}"
    );
    assert_eq!(text(&a, "next_action"), "Ask what the prices are for before a salesperson calls");
}

#[test]
fn lead_b_is_a_hidden_gem_for_its_inquiry() {
    let b = explained(&Company::trained(), "lead-B");
    assert_eq!((b["rule_score"].as_f64(), text(&b, "quadrant")), (Some(33.0), "hidden_gem"));
    let reason = text(&b, "reason");
    assert!(reason.starts_with("Only 33 points (SQL begins at 80): 30 from `inquiry` (inquiry once, "), "{reason}");
    assert!(reason.contains("For the model most speaks for it: `inquiry, "), "{reason}");
}

#[test]
fn the_sentences_hold_no_value_of_an_attribute() {
    let company = Company::trained();
    company.score("open_leads.csv", "scored.csv", &["--mismatches", "mismatches.csv"]).ok();
    let (rows, leads) = (company.rows("mismatches.csv"), company.rows("open_leads.csv"));
    let scored = company.rows("scored.csv");
    assert_eq!(rows.len(), scored.iter().filter(|row| row["mismatch"] == "true").count());
    assert!(rows.iter().any(|row| row["lead_id"] == "lead-A") && rows.iter().any(|row| row["lead_id"] == "lead-B"));
    for row in &rows {
        assert!(!row["action"].is_empty(), "{row:?}");
        let lead = leads.iter().find(|lead| lead["lead_id"] == row["lead_id"]).unwrap();
        for column in ["email", "job_title", "company"].iter().filter(|c| lead.get(**c).is_some_and(|v| !v.is_empty()))
        {
            assert!(!row["reason"].contains(&lead[*column]), "{column} is in: {}", row["reason"]);
        }
    }
}

#[test]
fn past_deals_that_went_against_their_points_say_why() {
    let company = Company::sample();
    let found: Value = serde_json::from_str(&company.run(&["--format", "json", "backtest"]).ok().stdout).unwrap();
    for (key, word) in [("high_score_no_order", " are from `"), ("low_score_order", " points (SQL begins at ")] {
        let shown = found[key]["shown"].as_array().unwrap();
        for deal in shown {
            assert!(text(deal, "reason").contains(word), "{deal}");
        }
    }
    let quadrants = company.run(&["backtest", "--top", "1"]).ok().stdout;
    assert!(quadrants.contains("past deals so placed (high by points"), "{quadrants}");
}

#[test]
fn tiers_by_points_and_by_the_model_hold_whom_the_quadrants_hold() {
    let company = Company::trained();
    let score = ["score", "--leads", "open_leads.csv", "--as-of", AS_OF, "--out", "scored.csv"];
    let summary = company.run(&[&["--format", "json"], &score[..]].concat()).ok().stdout;
    let summary: Value = serde_json::from_str(&summary).unwrap();
    let entry = |list: &str, key: &str, name: &str| -> Value {
        summary[list].as_array().unwrap().iter().find(|entry| entry[key] == name).unwrap().clone()
    };
    let in_quadrants = |names: [&str; 2]| -> u64 {
        names.iter().map(|name| entry("quadrants", "quadrant", name)["leads"].as_u64().unwrap()).sum()
    };
    let sql = entry("tiers", "tier", "SQL");
    assert_eq!(sql["by_rules"], in_quadrants(["work_now", "verify"]));
    assert_eq!(sql["by_model"], in_quadrants(["work_now", "hidden_gem"]));
    assert_ne!(sql["by_model"], sql["by_score"], "the blend counts otherwise, so all three are printed");
    assert!(company.run(&score).ok().stdout.contains("by points  by model  by score"));
}

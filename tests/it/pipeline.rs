//! The whole way from files to scores: the same bytes whatever the number of threads, one lead as a thousand, and
//! ledgers that add up.

use crate::company::{AS_OF, Company, Row};
use serde_json::Value;
use std::collections::HashMap;

/// Ledgers are sums of what made the score in another order; rounding of a few dozen additions is far below.
const LEDGER: f64 = 1e-9;

#[test]
fn the_same_bytes_whatever_the_number_of_threads() {
    let company = Company::sample();
    let outputs: Vec<[Vec<u8>; 4]> = ["1", "4", "7"]
        .map(|n| {
            let threads = [("RAYON_NUM_THREADS", n)];
            let store = format!("models_{n}");
            company.run_with(&["train", "--models", &store], &threads).ok();
            let score =
                ["score", "--models", &store, "--as-of", AS_OF, "--out", "scored.csv", "--contributions", "parts.csv"];
            company.run_with(&score, &threads).ok();
            let model = company.bytes(&format!("{store}/default/v0001/model.bin"));
            let card = company.bytes(&format!("{store}/default/v0001/card.md"));
            [model, card, company.bytes("scored.csv"), company.bytes("parts.csv")]
        })
        .to_vec();
    for (n, other) in ["4", "7"].iter().zip(&outputs[1..]) {
        for (what, (one, many)) in
            ["model.bin", "card.md", "the scored table", "the contributions"].iter().zip(outputs[0].iter().zip(other))
        {
            assert!(one == many, "{what} differs between 1 and {n} threads");
        }
    }
}

#[test]
fn a_lead_scored_alone_gets_the_numbers_it_gets_among_others() {
    let company = Company::trained();
    company.score("open_leads.csv", "all.csv", &["--contributions", "all_parts.csv"]).ok();
    let text = company.text("open_leads.csv");
    let (header, rows) = text.split_once('\n').unwrap();
    let together: HashMap<String, Row> =
        company.rows("all.csv").into_iter().map(|row| (row["lead_id"].clone(), row)).collect();
    let parts = company.rows("all_parts.csv");
    let chosen: Vec<&str> = rows.lines().step_by(20).chain(rows.lines().filter(|l| l.starts_with("lead-"))).collect();
    assert!(chosen.len() >= 20);
    for line in chosen {
        company.write("one.csv", &format!("{header}\n{line}\n"));
        company.score("one.csv", "alone.csv", &["--contributions", "alone_parts.csv"]).ok();
        let alone = company.rows("alone.csv").remove(0);
        let id = &alone["lead_id"];
        assert_eq!(alone, together[id]);
        let own: Vec<&Row> = parts.iter().filter(|part| part["lead_id"] == *id).collect();
        // The contributions are written in full.
        assert_eq!(company.rows("alone_parts.csv").iter().collect::<Vec<_>>(), own, "{id}");
    }
}

#[test]
fn the_order_of_the_rows_changes_no_score() {
    let company = Company::trained();
    company.score("open_leads.csv", "scored.csv", &[]).ok();
    let forward = company.rows("scored.csv");
    let text = company.text("open_leads.csv");
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    company.write("reversed.csv", &(lines.join("\n") + "\n"));
    company.score("reversed.csv", "scored.csv", &[]).ok();
    let mut backward = company.rows("scored.csv");
    backward.reverse();
    assert_eq!(forward, backward);
}

#[test]
fn points_sum_to_the_rule_score_and_log_odds_to_the_model_probability() {
    let company = Company::trained();
    company.score("open_leads.csv", "scored.ndjson", &["--contributions", "parts.csv"]).ok();
    let mut sums: HashMap<(String, String), f64> = HashMap::new();
    for part in company.rows("parts.csv") {
        let amount: f64 = part["contribution"].parse().unwrap();
        *sums.entry((part["lead_id"].clone(), part["ledger"].clone())).or_default() += amount;
    }
    let text = company.text("scored.ndjson");
    let leads: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(leads.len(), 400);
    let (mut clamped, mut disqualified) = (0, 0);
    for lead in &leads {
        let id = lead["lead_id"].as_str().unwrap().to_string();
        let sum = |ledger: &str| sums.get(&(id.clone(), ledger.to_string())).copied().unwrap_or(0.0);
        let rule_score = lead["rule_score"].as_f64().unwrap();
        assert!((sum("points") - rule_score).abs() < LEDGER, "{id}: {} and {rule_score}", sum("points"));
        let p = lead["model_probability"].as_f64().unwrap();
        let logit = (p / (1.0 - p)).ln();
        assert!((sum("log_odds") - logit).abs() < LEDGER, "{id}: {} and {logit}", sum("log_odds"));
        clamped += usize::from(rule_score == 100.0);
        disqualified += usize::from(lead["tier"] == "disqualified");
    }
    assert!(clamped > 0 && disqualified > 0, "the sample has leads for every line of the ledger");
}

#[test]
fn explain_shows_the_same_ledgers_and_the_chain_to_the_score() {
    let company = Company::trained();
    company.score("open_leads.csv", "scored.ndjson", &[]).ok();
    let text = company.text("scored.ndjson");
    let scored: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for id in ["lead-A", "lead-B", "L-02387"] {
        let lead = scored.iter().find(|lead| lead["lead_id"] == id).unwrap();
        let run = company.run(&["explain", id, "--leads", "open_leads.csv", "--as-of", AS_OF, "--format", "json"]).ok();
        let explained: Value = serde_json::from_str(&run.stdout).unwrap();
        for name in ["score", "tier", "win_probability", "rule_score", "rule_tier", "model_probability", "quadrant"] {
            let (there, here) = (&lead[name], &explained[name]);
            let same_number = there.as_f64().zip(here.as_f64()).is_some_and(|(a, b)| (a - b).abs() < LEDGER);
            assert!(same_number || there == here || there.is_null() && *here == "", "{id} {name}: {there} and {here}");
        }
        let sum = |ledger: &str| -> f64 {
            explained[ledger].as_array().unwrap().iter().map(|line| line["contribution"].as_f64().unwrap()).sum()
        };
        assert!((sum("points") - lead["rule_score"].as_f64().unwrap()).abs() < LEDGER);
        let p = lead["model_probability"].as_f64().unwrap();
        assert!((sum("log_odds") - (p / (1.0 - p)).ln()).abs() < LEDGER);
        assert!(explained["rule_probability"].is_number() && explained["blend_weight"].is_number());
    }
}

#[test]
fn lead_a_and_lead_b_tell_the_story_they_are_made_for() {
    let company = Company::trained();
    company.score("open_leads.csv", "scored.csv", &[]).ok();
    let rows = company.rows("scored.csv");
    let lead = |id: &str| rows.iter().find(|row| row["lead_id"] == id).unwrap();
    let (a, b) = (lead("lead-A"), lead("lead-B"));
    assert_eq!((a["rule_score"].as_str(), b["rule_score"].as_str()), ("100", "33"));
    assert_eq!((a["quadrant"].as_str(), b["quadrant"].as_str()), ("verify", "hidden_gem"));
    let number = |row: &Row, name: &str| row[name].parse::<f64>().unwrap();
    assert!(number(b, "model_probability") > 4.0 * number(a, "model_probability"));
    assert!(number(b, "score") > number(b, "rule_score") && number(a, "score") < number(a, "rule_score"));
}

//! Looking back: the backtest on deals as they were then, and leads about which too little is known.

use crate::company::{AS_OF, Company};
use serde_json::Value;

/// Sums of shares and of counts that ties have split.
const SUM: f64 = 1e-6;

fn json(company: &Company, more: &[&str]) -> Value {
    let mut arguments = vec!["--format", "json", "backtest"];
    arguments.extend(more);
    serde_json::from_str(&company.run(&arguments).ok().stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn list<'v>(value: &'v Value, key: &str) -> &'v Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is no list in {value}"))
}

fn total(rows: &[Value], key: &str) -> f64 {
    rows.iter().map(|row| number(&row[key])).sum()
}

#[test]
fn every_deal_is_counted_once_in_bands_tiers_and_sources() {
    let found = json(&Company::sample(), &["--by", "source"]);
    let (n, wins) = (number(&found["judged"]["n"]), number(&found["judged"]["wins"]));
    assert!(n < number(&found["deals"]), "the first fifth only trains");
    assert_eq!(list(&found, "bands").len(), 3);
    for side in list(&found, "bands") {
        let bands = list(side, "bands");
        assert_eq!((total(bands, "n"), total(bands, "wins")), (n, wins), "{}", side["side"]);
        let tops: Vec<f64> = bands.iter().map(|band| number(&band["to"])).collect();
        assert!(tops.is_sorted_by(|a, b| a > b), "{tops:?}");
    }
    for by in ["by_rules", "by_model", "by_score"] {
        let rates: Vec<Value> = list(&found, "tiers").iter().map(|t| t[by].clone()).filter(|r| !r.is_null()).collect();
        assert_eq!(total(&rates, "n"), n, "{by}");
    }
    let sources = list(&found, "sources");
    let levels = list(&sources[0], "levels");
    assert_eq!((total(levels, "n"), total(levels, "wins")), (n, wins));
    for level in levels {
        let (low, high) = (number(&level["interval"]["low"]), number(&level["interval"]["high"]));
        assert!(low <= number(&level["rate"]) && number(&level["rate"]) <= high);
        let share = number(&level["wins"]) / number(&level["n"]);
        assert!((number(&level["rate"]) - share).abs() < 1e-12, "a source's rate is won ÷ closed: {level}");
    }
}

/// Deals from the web are open for months, those from fairs for days: what is expected of either is on the scale of what
/// came, whatever that does to the row weights.
#[test]
fn what_is_expected_of_a_source_goes_with_what_came_however_long_its_deals_are_open() {
    use leadscore::asof::{Instant, MICROS_PER_DAY};
    let mut leads = String::from("lead_id,source,size,created,closed,outcome\n");
    let day = |n: usize| leadscore::values::format_day(Instant((19_000 + n as i64) * MICROS_PER_DAY));
    for i in 0..3000_usize {
        let (draw, size) = (i * 7919 % 1000, i * 31 % 10);
        let (source, lasts, share) = if i % 2 == 0 { ("web", 100 + i % 80, 450) } else { ("fair", 3 + i % 5, 300) };
        let won = draw < share + 20 * size;
        let (created, closed) = (day(i / 5), day(i / 5 + lasts));
        leads.push_str(&format!("L{i},{source},{size},{created},{closed},{}\n", if won { "won" } else { "lost" }));
    }
    let company = Company::with(&[("leads.csv", &leads)]);
    company.run(&["init", "--leads", "leads.csv"]).ok();
    let found = json(&company, &["--by", "source"]);
    let levels = list(&list(&found, "sources")[0], "levels");
    assert_eq!(levels.len(), 2);
    for level in levels {
        let (rate, expected) = (number(&level["rate"]), number(&level["expected_rate"]));
        assert!((expected / rate - 1.0).abs() < 0.25, "{level}");
        assert!((number(&level["expected_wins"]) / number(&level["n"]) - expected).abs() < 1e-9);
    }
    let [web, fair] = ["web", "fair"].map(|name| levels.iter().find(|level| level["level"] == name).unwrap());
    assert!(number(&web["n"]) > 900.0 && number(&fair["n"]) > 900.0);
}

#[test]
fn the_model_beats_chance_and_the_lists_name_what_carried_each_deal() {
    let company = Company::sample();
    let found = json(&company, &[]);
    assert!(number(&found["figures"]["model"]["auc"]["value"]) > 0.5);
    let outcome: std::collections::HashMap<String, String> = company
        .rows("closed_deals.csv")
        .into_iter()
        .map(|row| (row["lead_id"].clone(), row["outcome"].clone()))
        .collect();
    for (key, came) in [("high_score_no_order", "lost"), ("low_score_order", "won")] {
        let all = list(&found[key], "shown");
        assert_eq!(all.len() as f64, number(&found[key]["deals"]), "JSON shows all");
        assert!(!all.is_empty());
        let gaps: Vec<f64> = all.iter().map(|deal| number(&deal["gap"])).collect();
        let falling = key == "low_score_order";
        assert!(gaps.is_sorted_by(|a, b| if falling { a >= b } else { a <= b }), "{key}");
        for deal in all {
            assert_eq!(outcome[deal["lead"].as_str().unwrap()], came);
            assert!(!deal["model_reasons"].as_str().unwrap().is_empty());
        }
    }
    assert!(list(&found["high_score_no_order"], "shown").iter().all(|d| d["rule_reasons"].as_str() != Some("")));
    assert_eq!(list(&json(&company, &["--top", "2"])["low_score_order"], "shown").len(), 2);
}

#[test]
fn the_cut_offs_use_up_the_capacity_and_add_up() {
    let found = json(
        &Company::sample(),
        &["--capacity", "1/day", "--cost", "50", "--value", "1000", "--hours-per-lead", "0.5"],
    );
    let n = number(&found["judged"]["n"]);
    // By row weight, scaled to the number of deals.
    let wins = n * number(&found["judged"]["rate"]);
    let capacity = &found["capacity"];
    let share = number(&capacity["share"]);
    assert!((share - (1.0 / number(&capacity["arrivals"])).min(1.0)).abs() < SUM && share < 1.0);
    for cut in list(capacity, "sides") {
        assert!((number(&cut["worked"]) - share * n).abs() < SUM, "{cut}");
        let caught_and_missed = number(&cut["wins_caught"]) + number(&cut["wins_missed"]);
        assert!((caught_and_missed - wins).abs() < SUM, "{caught_and_missed} {wins}");
        assert!((number(&cut["hours"]) - 0.5 * number(&cut["worked"])).abs() < SUM);
    }
    let value = &found["value"];
    assert_eq!(number(&value["threshold"]), 0.05);
    for (at, best) in list(value, "at_threshold").iter().zip(list(value, "best")) {
        let earned = |row: &Value| 1000.0 * number(&row["wins_caught"]) - 50.0 * number(&row["worked"]);
        assert!(
            (number(&at["profit"]) - earned(at)).abs() < SUM && (number(&best["profit"]) - earned(best)).abs() < SUM
        );
        assert!(number(&best["profit"]) >= number(&value["everyone"]), "working all is one of the cut-offs");
    }
}

#[test]
fn without_a_scorecard_or_a_model_what_is_there_is_judged() {
    let company = Company::sample();
    std::fs::remove_file(company.path("scorecard.toml")).unwrap();
    let model_only = json(&company, &[]);
    assert_eq!(list(&model_only, "bands").len(), 1);
    assert!(model_only["high_score_no_order"].is_null());
    assert!(company.run(&["backtest"]).ok().stdout.contains("There is no scorecard"));

    let company = Company::sample();
    let few: Vec<String> = company.text("closed_deals.csv").lines().take(6).map(String::from).collect();
    company.write("closed_deals.csv", &format!("{}\n", few.join("\n")));
    let text = company.run(&["backtest", "--cost", "1", "--value", "10"]).ok().stdout;
    assert!(text.contains("There is no model") && text.contains("Win rate by tier"), "{text}");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let company = Company::sample();
    company.run(&["backtest", "--cost", "10", "--value", "5"]).refused(&["no lead would be worth its work"]);
    company.run(&["backtest", "--by", "sorce"]).refused(&["sorce", "source"]);
    for wrong in
        [&["backtest", "--capacity", "40"][..], &["backtest", "--cost", "10"], &["backtest", "--capacity", "0/day"]]
    {
        assert_eq!(company.run(wrong).status, 2, "{wrong:?}");
    }
}

#[test]
fn a_lead_about_which_nothing_is_known_abstains_only_when_asked_to() {
    let company = Company::trained();
    let text = company.text("open_leads.csv");
    let (header, rest) = text.split_once('\n').unwrap();
    let full = rest.lines().next().unwrap();
    // The id and the time of creation, and nothing else.
    let columns: Vec<&str> = header.split(',').collect();
    let known: Vec<String> = columns
        .iter()
        .map(|name| match *name {
            "lead_id" => "empty-lead".to_string(),
            "created_at" => "2026-06-30T00:00:00Z".to_string(),
            _ => String::new(),
        })
        .collect();
    company.write("two.csv", &format!("{header}\n{full}\n{}\n", known.join(",")));
    let arguments = ["--no-activities"];
    company.score("two.csv", "before.csv", &arguments).ok();
    let before = company.rows("before.csv");
    assert!(before[1]["warnings"].contains("little is known ("), "{}", before[1]["warnings"]);
    assert!(!before[1]["warnings"].contains("abstained"));

    let project = company.text("leadscore.toml");
    company.write("leadscore.toml", &format!("{project}\n[score]\nmin_evidence = 1\n"));
    let run = company.score("two.csv", "after.csv", &arguments).ok();
    let after = company.rows("after.csv");
    assert!(run.stdout.contains("without a tier"), "{}", run.stdout);
    for (row, was) in after.iter().zip(&before) {
        assert!(row["warnings"].contains("abstained"));
        assert_eq!((row["tier"].as_str(), row["model_tier"].as_str(), row["quadrant"].as_str()), ("", "", ""));
        assert_eq!((&row["score"], &row["rule_tier"]), (&was["score"], &was["rule_tier"]));
    }
}

#[test]
fn a_lead_with_all_its_cells_and_a_log_is_known() {
    let company = Company::trained();
    company.score("open_leads.csv", "scored.csv", &[]).ok();
    let rows = company.rows("scored.csv");
    let little = rows.iter().filter(|row| row["warnings"].contains("little is known")).count();
    assert!(little * 4 < rows.len(), "{little} of {} are said to be little known as of {AS_OF}", rows.len());
}

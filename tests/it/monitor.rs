//! Monitoring: what has not changed raises no alarm, what has changed is named.

use crate::company::Company;
use crate::retrain::half_trained;
use serde_json::Value;

#[test]
fn a_world_that_has_not_changed_raises_no_alarm() {
    let company = half_trained(800);
    let run = company.run(&["monitor", "--metrics", "leadscore.prom"]).ok();
    assert!(run.stdout.starts_with("Version 1 is within its limits."), "{}", run.stdout);
    for words in ["were expected", "By month of the close", "2025-05", "Closed since: 400"] {
        assert!(run.stdout.contains(words), "`{words}` is not in {}", run.stdout);
    }
    let metrics = company.text("leadscore.prom");
    assert!(metrics.contains("leadscore_alarms{model=\"default\",version=\"1\"} 0"), "{metrics}");
    // Every line is a comment or a name, labels and a number.
    for line in metrics.lines().filter(|l| !l.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("leadscore_") && name.ends_with('}') && value.parse::<f64>().is_ok(), "{line}");
    }
}

#[test]
fn drift_new_words_missing_values_and_lost_wins_are_each_named() {
    let company = half_trained(800);
    let leads = company.text("leads.csv");
    let changed = |change: &dyn Fn(&str, usize) -> String| {
        let lines = leads.lines().enumerate();
        // The first line is the header; version 1 learned from the 400 deals after it.
        let text: Vec<String> = lines.map(|(i, l)| if i > 400 { change(l, i) } else { l.to_string() }).collect();
        company.write("leads.csv", &(text.join("\n") + "\n"));
        let run = company.run(&["monitor", "--format", "json"]);
        let found: Value = serde_json::from_str(&run.stdout).unwrap();
        let alarms: Vec<String> =
            found["alarms"].as_array().unwrap().iter().map(|a| a.as_str().unwrap().to_string()).collect();
        assert_eq!(run.status, 3, "{alarms:?}");
        alarms.join("\n")
    };
    let drifted = changed(&|l, _| l.replace("south", "north").replace("east", "north"));
    assert!(drifted.contains("`region` of the closed deals is spread otherwise"), "{drifted}");
    let new = changed(&|l, i| if i % 2 == 0 { l.replace("south", "abroad") } else { l.to_string() });
    assert!(new.contains("a `region` that no training deal had: `abroad`"), "{new}");
    let missing = changed(&|l, i| if i % 2 == 0 { l[..=l.rfind(',').unwrap()].to_string() } else { l.to_string() });
    assert!(missing.contains("`size` is missing for 50.0 % of the closed deals, 0.0 % at training"), "{missing}");
    let lost = changed(&|l, i| if i % 3 > 0 { l.replace(",won,", ",lost,") } else { l.to_string() });
    assert!(lost.contains("were won;") && lost.contains("were expected"), "{lost}");
}

#[test]
fn each_months_deals_are_all_in_its_tiers_and_quadrants() {
    let company = Company::sample();
    company.run(&["train", "--until", "2026-03-01"]).ok();
    let run = company.run(&["monitor", "--format", "json"]);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let months = found["months"].as_array().unwrap();
    assert!(months.len() >= 2, "{found}");
    for month in months {
        let deals = month["calibration"]["deals"].as_u64();
        let sum = |table: &str, of: &dyn Fn(&Value) -> u64| -> Option<u64> {
            Some(month[table].as_array()?.iter().map(of).sum())
        };
        assert_eq!(sum("tiers", &|t| t["n"].as_u64().unwrap()), deals, "{month}");
        assert_eq!(sum("quadrants", &|q| q["record"]["n"].as_u64().unwrap_or(0)), deals, "{month}");
    }
    assert!(company.run(&["monitor"]).stdout.contains("Tiers by score, and won of each quadrant"));
}

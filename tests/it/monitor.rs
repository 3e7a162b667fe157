//! Monitoring: what has not changed raises no alarm, what has changed is named.

use crate::company::Company;
use crate::retrain::half_trained;
use serde_json::Value;
use std::fmt::Write;

#[test]
fn a_world_that_has_not_changed_raises_no_alarm() {
    let company = half_trained(800);
    let run = company.run(&["monitor", "--metrics", "leadscore.prom"]).ok();
    assert!(run.stdout.starts_with("Version 1 is within its limits."), "{}", run.stdout);
    for words in ["were expected", "By the month of the close", "2025-05", "Closed since 2025-04-11: 400"] {
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

/// Deals of two columns of three words have one of nine probabilities, and the cells that those are counted in are cut at the
/// bit: what the model says of a deal it learned from and of a lead just like it may not differ in the last one.
#[test]
fn open_copies_of_the_deals_have_not_moved() {
    let words = |i: usize| (["north", "south", "west"][i * 7919 % 31 % 3], ["s", "m", "l"][i * 104_729 % 37 % 3]);
    let is_won = |i: usize| i * 15_485_863 % 97 < 10 + 15 * (i * 7919 % 31 % 3) + 10 * (i * 104_729 % 37 % 3);
    let mut leads = "lead_id,region,size,created_at,closed_at,outcome\n".to_string();
    for i in 0..1_200 {
        let ((region, size), end) = (words(i), if is_won(i) { "won" } else { "lost" });
        writeln!(leads, "a{i},{region},{size},2024-{:02}-{:02},2024-12-01,{end}", 1 + i % 9, 1 + i % 28).unwrap();
    }
    let deals = leads.clone();
    for i in 0..1_200 {
        let (region, size) = words(i);
        writeln!(leads, "b{i},{region},{size},2024-12-05,,").unwrap();
    }
    let project = "[leads]\nfiles = [\"deals.csv\"]\nid = \"lead_id\"\ncreated_at = \"created_at\"\n\
                   closed_at = \"closed_at\"\n\
                   outcome = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n\
                   [snapshot]\nmode = \"before_close\"\nbefore_close = \"1d\"\n";
    for settings in ["", "[train]\ncurves = false\npenalty = 1e-4\nfolds = 0\nholdout = 0\n[blend]\nweight = 1.0\n"] {
        let project = format!("{project}{settings}");
        let company = Company::with(&[("deals.csv", &deals), ("leads.csv", &leads), ("leadscore.toml", &project)]);
        company.run(&["train"]).ok();
        let found: Value =
            serde_json::from_str(&company.run(&["--format", "json", "monitor", "--leads", "leads.csv"]).stdout)
                .unwrap();
        let index = found["open"]["score"]["psi"].as_f64().unwrap();
        assert!(found["open"]["n"] == 1_200 && index < 1e-9, "{index} of {}", found["open"]["n"]);
    }
}

#[test]
fn where_nothing_could_be_judged_that_is_said() {
    let company = Company::trained();
    let found = company.run(&["monitor"]).stdout;
    assert!(found.starts_with("Version 1") && found.contains("could not be judged yet"), "{found}");
    assert!(!found.contains("is within its limits"), "{found}");
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
            found["alarms"].as_array().unwrap().iter().map(|a| a["sentence"].as_str().unwrap().to_string()).collect();
        assert_eq!(run.status, 3, "{alarms:?}");
        alarms.join("\n")
    };
    let drifted = changed(&|l, _| l.replace("south", "north").replace("east", "north"));
    assert!(drifted.contains("1 column of the closed deals spread otherwise than at training: `region`"), "{drifted}");
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
    company.run(&["train", "--until", "2026-01-01"]).ok();
    let run = company.run(&["monitor", "--format", "json"]);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let months = found["months"].as_array().unwrap();
    assert!(months.len() >= 2, "{found}");
    for month in months {
        let deals = month["calibration"]["deals"].as_u64();
        let sum =
            |table: &Value, of: &dyn Fn(&Value) -> u64| -> Option<u64> { Some(table.as_array()?.iter().map(of).sum()) };
        assert_eq!(sum(&month["group"]["tiers"], &|t| t["n"].as_u64().unwrap()), deals, "{month}");
        assert_eq!(sum(&month["quadrants"], &|q| q["record"]["n"].as_u64().unwrap_or(0)), deals, "{month}");
    }
    assert!(company.run(&["monitor"]).stdout.contains("Tiers by score, and won of each quadrant"));
}

/// What `monitor --format json` says.
fn look(company: &Company) -> Value {
    serde_json::from_str(&company.run(&["monitor", "--format", "json"]).stdout).unwrap()
}

/// A company whose wins close within 20 days and whose losses take 30 to 70, a new lead every six hours for 700 days;
/// what has not closed by the last day is open. Nothing ever changes.
fn slow_losses() -> Company {
    const DAY: f64 = 86_400.0;
    let begin = 1_735_689_600;
    let mut leads = "lead_id,created_at,closed_at,outcome,region\n".to_string();
    for i in 0..2800 {
        let draw = |step: f64| (f64::from(i) * step).fract();
        let region = ["north", "east", "south", "west"][(4.0 * draw(0.618_033_988_7)) as usize];
        let won = draw(0.732_050_807_6) < if region == "north" { 0.5 } else { 0.2 };
        let life = if won { 1.0 + 19.0 * draw(0.414_213_562_4) } else { 30.0 + 40.0 * draw(0.414_213_562_4) };
        let created = f64::from(i) * DAY / 4.0;
        let at = |seconds: f64| jiff::Timestamp::from_second(begin + seconds as i64).unwrap().to_string();
        let closed = created + life * DAY;
        let (closed, outcome) = match closed < 700.0 * DAY {
            true => (at(closed), if won { "won" } else { "lost" }),
            false => (String::new(), "open"),
        };
        writeln!(leads, "L{i},{},{closed},{outcome},{region}", at(created)).unwrap();
    }
    let project = "[leads]\nfiles = [\"leads.csv\"]\nid = \"lead_id\"\ncreated_at = \"created_at\"\n\
                   closed_at = \"closed_at\"\noutcome = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n";
    Company::with(&[("leads.csv", &leads), ("leadscore.toml", project)])
}

#[test]
fn quick_wins_of_late_are_not_mistaken_for_a_better_world() {
    let company = slow_losses();
    // The version learned from the first 500 days.
    company.run(&["train", "--until", "2026-05-16"]).ok();
    let found = look(&company);
    let (due, calibration) = (&found["due"], &found["calibration"]);
    let n = |key: &str| due[key].as_u64().unwrap();
    assert_eq!(n("settled"), n("due") + n("promised_before") + n("not_due"));
    assert!(n("due") > 100 && n("not_due") > 100 && n("promised_before") > 20, "{due}");
    let of = |key: &str| calibration[key].as_f64().unwrap();
    assert!(of("low") <= of("won") && of("won") <= of("high"), "{calibration}");
    assert_eq!(found["alarms"], Value::Array(Vec::new()));

    // A version of 40 days ago: nothing is due, and the day is told from which something is.
    company.run(&["train", "--until", "2026-10-23"]).ok();
    let run = company.run(&["monitor"]).ok();
    assert!(run.stdout.contains("0 deals are held to their promise: too few"), "{}", run.stdout);
    assert!(run.stdout.contains("the first are due from 2026-12-"), "{}", run.stdout);
}

#[test]
fn what_changed_is_told_with_the_month_in_which_it_began() {
    let company = half_trained(1200);
    let leads = company.text("leads.csv");
    // From 1 July 2025 on the size is no longer exported, and the north is called Nord.
    let begun = |line: &str| line.split(',').nth(1).is_some_and(|closed| ("2025-07-01".."9").contains(&closed));
    let changed: Vec<String> = leads
        .lines()
        .map(|line| match begun(line) {
            true => line[..=line.rfind(',').unwrap()].replace(",north,", ",Nord,"),
            false => line.to_string(),
        })
        .collect();
    company.write("leads.csv", &(changed.join("\n") + "\n"));
    let found = look(&company);
    let months: Vec<&str> = found["months"].as_array().unwrap().iter().map(|m| m["month"].as_str().unwrap()).collect();
    assert_eq!(months, ["2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10"]);
    let alarm = |what: &str| {
        found["alarms"].as_array().unwrap().iter().find(|a| a["what"] == what).unwrap_or_else(|| panic!("{what}"))
    };
    for (what, column) in [("missing", "size"), ("new_words", "region")] {
        let alarm = alarm(what);
        assert_eq!((&alarm["since"], &alarm["new"]), (&"2025-07".into(), &false.into()), "{alarm}");
        assert_eq!(alarm["columns"][0], column);
    }
    for month in found["months"].as_array().unwrap() {
        let is_first = month["first"].as_array().unwrap().iter().any(|s| s["what"] == "missing");
        assert_eq!(is_first, month["month"] == "2025-07", "{month}");
    }
    let told = company.run(&["monitor"]).stdout;
    let of_july = told.lines().find(|l| l.trim_start().starts_with("2025-07") && l.contains("100.0 %"));
    assert!(told.contains("Shares missing by month") && of_july.is_some(), "{told}");
}

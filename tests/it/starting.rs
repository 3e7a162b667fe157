//! Where `init` leads whose file has little to go by: tiers that mean something, and a day that goes with the file.

use crate::company::Company;
use leadscore::asof::{Instant, MICROS_PER_DAY};
use leadscore::values::format_day;
use std::fmt::Write;

/// The day so many days after 2021-01-01.
fn day(after: i64) -> String {
    format_day(Instant((18_628 + after) * MICROS_PER_DAY))
}

/// Three hundred leads, one a day, of whom nothing is known but one of three products; four in five are decided ten days after
/// they came. What is open is expected to close on `expected`.
fn thin(expected: &str) -> Company {
    let mut leads = String::from("id,created_at,closed_at,product,outcome\n");
    for i in 0..300_i64 {
        let product = ["Basic", "Pro", "Max"][(i * 7 % 3) as usize];
        let (closed, outcome) = match i % 5 {
            0 => (expected.to_string(), ""),
            1 | 3 => (day(i + 10), "won"),
            _ => (day(i + 10), "lost"),
        };
        writeln!(leads, "L{i},{},{closed},{product},{outcome}", day(i)).unwrap();
    }
    Company::with(&[("leads.csv", &leads)])
}

/// The as-of of the commands that a text offers, which must be one.
fn offered(text: &str) -> String {
    let mut days: Vec<&str> = text.split("--as-of ").skip(1).filter_map(|rest| rest.get(..10)).collect();
    days.dedup();
    assert_eq!(days.len(), 1, "{text}");
    days[0].to_string()
}

#[test]
fn one_small_rule_makes_no_tier_and_all_commands_go_on_without() {
    let company = thin("");
    let told = company.run(&["init", "--leads", "leads.csv"]).ok().stdout;
    let advice = "5 points at most, too few for SQL (sales takes over): add rules";
    assert!(told.contains(advice), "{told}");
    assert!(company.text("scorecard.toml").contains("# No tiers yet"));
    company.run(&["train"]).ok();
    let checked = company.run(&["check"]).ok().stdout;
    assert!(checked.contains("Nothing must be mended") && checked.contains("GOOD TO KNOW"), "{checked}");
    let as_of = offered(&told);
    let scored = company.run(&["score", "--out", "scored.csv", "--as-of", &as_of]).ok().stdout;
    assert!(!["tier", "next_action", "hidden_gem"].iter().any(|word| scored.contains(word)), "{scored}");
    let rows = company.rows("scored.csv");
    assert!(rows.iter().all(|row| ["tier", "quadrant", "next_action"].iter().all(|column| row[*column].is_empty())));
    company.run(&["report", "--out", "report.html", "--as-of", &as_of]).ok();
}

#[test]
fn the_day_to_score_for_lies_after_the_newest_close_and_no_expected_one_moves_it() {
    for expected in ["", "2021-11-20", "2099-12-31"] {
        let company = thin(expected);
        let told = company.run(&["init", "--leads", "leads.csv"]).ok().stdout;
        // The newest lead came on day 299 and closed on day 309.
        assert_eq!(offered(&told), day(310), "{expected}");
        let next = company.run(&["train"]).ok().stderr;
        assert_eq!(offered(&next), day(310), "{next}");
        let scored = company.run(&["score", "--out", "scored.csv", "--as-of", &day(310)]).ok().stdout;
        assert!(scored.contains("60 open, 240 closed:") && !scored.contains("closed since"), "{scored}");
        let now = company.run(&["score", "--out", "now.csv"]).ok().stdout;
        assert_eq!(offered(&now), day(310), "{now}");
    }
}

#[test]
fn an_activity_is_known_too_unless_it_is_still_to_come() {
    let company = thin("");
    let mut log = String::from("lead_id,at,kind\n");
    (0..300).for_each(|i| writeln!(log, "L{i},{},visit", day(i)).unwrap());
    writeln!(log, "L295,{},visit\nL290,2099-01-01,visit", day(314)).unwrap();
    company.write("acts.csv", &log);
    let told = company.run(&["init", "--leads", "leads.csv", "--activities", "acts.csv"]).ok().stdout;
    assert_eq!(offered(&told), day(315));
    assert_eq!(offered(&company.run(&["train"]).ok().stderr), day(315));
    let now = company.run(&["score", "--out", "now.csv"]).ok().stdout;
    assert!(now.contains(&format!("`--as-of {}`", day(315))), "{now}");
    let page = company.run(&["report", "--out", "report.html", "--json", "view.json"]).ok().stdout;
    let view: serde_json::Value = serde_json::from_str(&company.text("view.json")).unwrap();
    assert_eq!(view["leads"]["as_of"], day(315));
    assert!(page.contains(&format!("; open leads as of {})", day(315))), "{page}");
}

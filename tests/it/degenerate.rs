//! Trainings and scorings with next to nothing in them: a sensible result or a clear error, never a panic.

use crate::company::{Company, Row};

const SCORECARD: &str = "name = \"Small\"\nrange = [0, 100]\ntiers = { SQL = 80, MQL = 50 }\n\n[[rule]]\nid = \"eu\"\nwhen = { field = \"region\", any_of = [\"EU\"] }\npoints = 60\n";

const PROJECT: &str = "[leads]\nfiles = [\"leads.csv\"]\nid = \"id\"\ncreated_at = \"created\"\nclosed_at = \"closed\"\noutcome = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n\n[activities]\nlead_id = \"lead\"\nat = \"at\"\nkind = \"kind\"\n";

const AS_OF: &str = "2027-01-01";

/// The column that the scorecard asks for, without a bearing on the outcome below.
fn region(i: usize) -> String {
    ["EU", "US", "JP", "EU", "US"][i % 5].to_string()
}

fn every_third(i: usize) -> &'static str {
    if i.is_multiple_of(3) { "won" } else { "lost" }
}

/// `n` deals created through 2025, each open for ten days to two months.
fn deals(n: usize, outcome: impl Fn(usize) -> &'static str, columns: &[(&str, &dyn Fn(usize) -> String)]) -> String {
    let names: String = columns.iter().map(|(name, _)| format!(",{name}")).collect();
    let mut text = format!("id,created,closed,outcome{names}\n");
    for i in 0..n {
        let (month, day) = (1 + i / 28 % 9, 1 + i % 28);
        let cells: String = columns.iter().map(|(_, cell)| format!(",{}", cell(i))).collect();
        let closed = format!("2025-{:02}-{:02}", month + 1 + i % 2, 1 + (i * 7) % 28);
        text.push_str(&format!("d{i},2025-{month:02}-{day:02}T08:00:00Z,{closed},{}{cells}\n", outcome(i)));
    }
    text
}

fn with_leads(leads: &str) -> Company {
    Company::with(&[("leadscore.toml", PROJECT), ("scorecard.toml", SCORECARD), ("leads.csv", leads)])
}

/// Trains, and scores the training file; the model card is the whole one.
fn trained(company: &Company) -> (String, Vec<Row>) {
    company.run(&["train"]).ok();
    (company.run(&["models", "show"]).ok().stdout, scored(company, "leads.csv"))
}

fn scored(company: &Company, leads: &str) -> Vec<Row> {
    company.run(&["score", "--leads", leads, "--as-of", AS_OF, "--out", "scored.csv"]).ok();
    company.rows("scored.csv")
}

fn rules_alone(rows: &[Row]) {
    for (i, row) in rows.iter().enumerate() {
        let points = if region(i) == "EU" { "60" } else { "0" };
        assert_eq!([&row["score"], &row["rule_score"]], [points; 2], "{row:?}");
        assert_eq!(["win_probability", "model_probability", "quadrant"].map(|c| row[c].as_str()), [""; 3]);
    }
}

#[test]
fn deals_of_one_outcome_or_too_few_give_the_scorecard_alone_and_say_why() {
    type Case = (usize, fn(usize) -> &'static str, &'static str);
    let cases: [Case; 4] = [
        (60, |_| "won", "60 won and 0 lost deals are too few to learn from: at least 5 of each are needed"),
        (60, |_| "lost", "0 won and 60 lost deals are too few to learn from"),
        (3, every_third, "1 won and 2 lost deals are too few to learn from"),
        (12, every_third, "4 won and 8 lost deals are too few to learn from"),
    ];
    for (n, outcome, why) in cases {
        let company = with_leads(&deals(n, outcome, &[("region", &region)]));
        let (card, rows) = trained(&company);
        assert!(card.contains(why), "{card}");
        assert_eq!(rows.len(), n);
        rules_alone(&rows);
        // Comparing declines as well, without a failure.
        company.run(&["compare"]).ok();
        let declined = company.run(&["compare", "--write", "learned.toml"]);
        assert_eq!(declined.status, 3, "{}", declined.stderr);
        assert!(declined.stdout.contains("No learned scorecard is written"), "{}", declined.stdout);
    }
}

#[test]
fn twelve_deals_of_both_outcomes_are_enough_for_a_model_that_claims_little() {
    let company = with_leads(&deals(12, |i| if i % 2 == 0 { "won" } else { "lost" }, &[("region", &region)]));
    let (card, rows) = trained(&company);
    assert!(card.contains("Learned from 12 closed deals, 6 of them won"), "{card}");
    for row in rows {
        let p: f64 = row["model_probability"].parse().unwrap();
        assert!((0.2..0.8).contains(&p), "{p}");
        // What could not be validated makes no quadrants.
        assert_eq!((row["quadrant"].as_str(), row["mismatch"].as_str()), ("", ""));
    }
}

#[test]
fn one_column_is_enough() {
    let group = |i: usize| if i.is_multiple_of(3) || i % 10 == 1 { "EU" } else { "US" }.to_string();
    let company = with_leads(&deals(300, every_third, &[("region", &group)]));
    let (_, rows) = trained(&company);
    let p = |i: usize| rows[i]["model_probability"].parse::<f64>().unwrap();
    assert!(p(0) > 0.6 && p(2) < 0.2, "{} {}", p(0), p(2));
}

#[test]
fn columns_that_say_nothing_are_left_out_and_named() {
    let company = with_leads(&deals(
        300,
        every_third,
        &[
            ("region", &region),
            ("empty", &|_| String::new()),
            ("same", &|_| "x".to_string()),
            ("seven", &|_| "7".to_string()),
        ],
    ));
    let (_, rows) = trained(&company);
    assert_eq!(rows.len(), 300);
    let dump: serde_json::Value = serde_json::from_str(&company.text("models/default/v0001/model.json")).unwrap();
    let plan = dump["column_plan"].as_array().unwrap();
    for (name, why) in
        [("empty", "missing on every training deal"), ("same", "constant (x)"), ("seven", "constant (7)")]
    {
        let line = plan.iter().find(|line| line["name"] == name).unwrap_or_else(|| panic!("no `{name}` in {plan:?}"));
        assert_eq!(line["fate"]["LeftOut"], why);
    }
    // What the model does not read need not be in a file to be scored.
    let text = company.text("leads.csv");
    let short: String = text.lines().map(|l| l.split(',').take(5).collect::<Vec<_>>().join(",") + "\n").collect();
    company.write("short.csv", &short);
    assert_eq!(scored(&company, "short.csv"), rows);
}

#[test]
fn five_hundred_levels_share_one_effect() {
    let town = |i: usize| format!("town {}", i * 7919 % 500);
    let company = with_leads(&deals(900, every_third, &[("region", &region), ("town", &town)]));
    let (_, rows) = trained(&company);
    assert_eq!(rows.len(), 900);
    for row in &rows {
        let p: f64 = row["model_probability"].parse().unwrap();
        assert!((0.1..0.7).contains(&p), "noise of 500 levels is not learned by heart: {p}");
        assert!(!row["warnings"].contains("town"), "rare towns are the rule: {}", row["warnings"]);
    }
}

#[test]
fn with_no_column_left_every_lead_gets_the_average() {
    let project = PROJECT.replace(
        "created_at = \"created\"\nclosed_at = \"closed\"\n",
        "exclude = [\"region\", \"created\", \"closed\"]\n",
    );
    let company = with_leads(&deals(300, every_third, &[("region", &region)]));
    company.write("leadscore.toml", &project);
    let (card, rows) = trained(&company);
    assert!(card.contains("No column is left to learn from"), "{card}");
    assert!(card.contains("leakage"), "without times the card says what cannot be ruled out: {card}");
    for row in rows {
        let p: f64 = row["model_probability"].parse().unwrap();
        assert!((p - 1.0 / 3.0).abs() < 1e-6, "{p}");
    }
}

#[test]
fn no_leads_and_one_lead_are_scored() {
    let text = deals(300, every_third, &[("region", &region)]);
    let company = with_leads(&text);
    let (_, all) = trained(&company);
    let lines: Vec<&str> = text.lines().collect();
    company.write("one.csv", &format!("{}\n{}\n", lines[0], lines[8]));
    assert_eq!(scored(&company, "one.csv"), all[7..8]);
    for none in [format!("{}\n", lines[0]), lines[0].to_string()] {
        company.write("none.csv", &none);
        assert!(scored(&company, "none.csv").is_empty());
        assert!(company.text("scored.csv").starts_with("id,score,tier,"));
        assert_eq!(company.text("scored.csv").lines().count(), 1);
    }
    let run = company.run(&["score", "--leads", "none.csv", "--as-of", AS_OF, "--out", "none.ndjson"]).ok();
    assert!(run.stdout.contains("0 leads scored"), "{}", run.stdout);
    company.write("blank.csv", "");
    company.run(&["score", "--leads", "blank.csv", "--as-of", AS_OF, "--out", "x.csv"]).refused(&["blank.csv"]);
}

#[test]
fn training_on_a_header_alone_or_on_nothing_is_told() {
    let company = with_leads("id,created,closed,outcome,region\n");
    let run = company.run(&["train"]);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    // Not one deal is below 5 of each: the version carries the scorecard alone.
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("0 won and 0 lost deals are too few to learn from"), "{}", run.stdout);
    company.write("leads.csv", "");
    company.run(&["train"]).refused(&["leads.csv"]);
}

#[test]
fn one_deal_is_one_deal() {
    let company = with_leads(&deals(1, |_| "won", &[("region", &region)]));
    let (card, rows) = trained(&company);
    assert!(card.contains("1 won and 0 lost deals are too few"), "{card}");
    rules_alone(&rows);
}

#[test]
fn a_log_without_times_of_the_deals_is_refused_by_the_columns_it_needs() {
    let company = with_leads(&deals(60, every_third, &[("region", &region)]));
    company.write("acts.csv", "lead,at,kind\nd1,2025-03-01,visit\n");
    company.write("leadscore.toml", &PROJECT.replace("created_at = \"created\"\nclosed_at = \"closed\"\n", ""));
    company.run(&["train", "--activities", "acts.csv"]).refused(&[
        "activity log cannot be used without an as-of",
        "`created_at` and `closed_at`",
        "--no-activities",
    ]);
    company.run(&["train", "--activities", "acts.csv", "--no-activities"]);
    company.run(&["train"]).ok();
    // A mode without its column names it.
    company.write(
        "leadscore.toml",
        &(PROJECT.replace("created_at = \"created\"\n", "") + "\n[snapshot]\nmode = \"random\"\n"),
    );
    let run = company.run(&["train"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stderr.contains("created_at"), "{}", run.stderr);
}

#[test]
fn without_created_at_deals_are_used_as_they_stand() {
    let company = with_leads(&deals(300, every_third, &[("region", &region)]));
    company.write("leadscore.toml", &PROJECT.replace("created_at = \"created\"\n", ""));
    let (card, rows) = trained(&company);
    assert!(card.contains("snapshot mode `none`") && card.contains("leakage"), "{card}");
    assert!(rows.iter().all(|row| !row["model_probability"].is_empty()));
}

/// A log in which winners visit more, but not so much more that the visits would look like a leak.
fn visits(n: usize) -> String {
    let mut text = "lead,at,kind\n".to_string();
    for i in 0..n {
        let (month, day) = (1 + i / 28 % 9, 1 + i % 28);
        for hour in 9..(if i % 3 == 0 || i % 5 == 0 { 15 } else { 11 }) {
            text.push_str(&format!("d{i},2025-{month:02}-{day:02}T{hour:02}:00:00Z,visit\n"));
        }
    }
    text
}

#[test]
fn kinds_that_the_model_does_not_know_change_nothing_when_scoring() {
    let company = with_leads(&deals(300, every_third, &[("region", &region)]));
    company.write("acts.csv", &visits(300));
    company.write(
        "leadscore.toml",
        &PROJECT.replace("[activities]", "[activities]\nfiles = [\"acts.csv\"]\nsince = \"always\""),
    );
    let (_, before) = trained(&company);
    let log = company.text("acts.csv");
    company.write("acts.csv", &format!("{log}d1,2025-02-01,telepathy\nd2,2025-02-01,VISIT \n"));
    let after = scored(&company, "leads.csv");
    assert_eq!(before[1], after[1]);
    // `VISIT ` is `visit`: words are compared trimmed and case-folded.
    let p = |rows: &[Row]| rows[2]["model_probability"].parse::<f64>().unwrap();
    assert_ne!(p(&before), p(&after));
}

#[test]
fn a_log_of_strangers_stops_training_and_warns_in_scoring() {
    let company = with_leads(&deals(300, every_third, &[("region", &region)]));
    company.write(
        "leadscore.toml",
        &PROJECT.replace("[activities]", "[activities]\nfiles = [\"acts.csv\"]\nsince = \"always\""),
    );
    company.write(
        "acts.csv",
        "lead,at,kind\nX-1,2025-03-01,visit\nX-2,2025-03-01,visit\nX-3,2025-03-02,visit\nX-4,2025-03-02,visit\n",
    );
    company.run(&["train"]).refused(&[
        "not one activity belongs to a lead",
        "`d0`, `d1`, `d2`",
        "`X-1`, `X-2`, `X-3`",
        "exactly as written",
    ]);
    assert!(!company.path("models/default/CURRENT").exists());
    let strangers = company.text("acts.csv");
    company.write("acts.csv", &visits(300));
    company.run(&["train"]).ok();
    company.write("acts.csv", &strangers);
    let run = company.run(&["score", "--as-of", AS_OF, "--out", "s.csv"]).ok();
    assert!(run.stderr.contains("warning: not one activity belongs to a lead"), "{}", run.stderr);
    let text = company.text("leads.csv");
    company.write("few.csv", &text.lines().take(20).map(|l| format!("{l}\n")).collect::<String>());
    let run = company.run(&["score", "--leads", "few.csv", "--as-of", AS_OF, "--out", "s.csv"]).ok();
    assert!(!run.stderr.contains("warning"), "19 leads without an act are nothing strange: {}", run.stderr);
    company.write("none.csv", &text.lines().take(1).map(|l| format!("{l}\n")).collect::<String>());
    let run = company.run(&["score", "--leads", "none.csv", "--as-of", AS_OF, "--out", "s.csv"]).ok();
    assert!(run.stderr.contains("none.csv: there is a header and no row below it"), "{}", run.stderr);
    assert_eq!(company.text("s.csv").lines().count(), 1);
    // A log with its header alone has no rows to be strangers.
    company.write("acts.csv", "lead,at,kind\n");
    company.run(&["score", "--as-of", AS_OF, "--out", "s.csv"]).ok();
}

#[test]
fn outcomes_that_match_no_lead_are_an_error_with_ids_of_both_sides() {
    let text = deals(30, every_third, &[("region", &region)]);
    let company = with_leads(&text);
    company.write("outcomes.csv", "deal,stage\nQ-1,won\nQ-2,lost\n");
    let project = PROJECT.replace("outcome = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n", "");
    company.write(
        "leadscore.toml",
        &(project + "\n[outcomes]\nfiles = [\"outcomes.csv\"]\nid = \"deal\"\noutcome = { column = \"stage\", won = [\"won\"], lost = [\"lost\"] }\n"),
    );
    company.run(&["train"]).refused(&[
        "not one row of the outcomes table belongs to a lead",
        "`d0`",
        "`Q-1`",
        "[outcomes]",
    ]);
}

#[test]
fn a_word_never_seen_is_told_and_scored() {
    let plain = |i: usize| ["EU", "US"][i % 2].to_string();
    let company = with_leads(&deals(300, every_third, &[("region", &plain)]));
    trained(&company);
    company.write("new.csv", "id,created,region\nn1,2026-12-20,Mars\nn2,2026-12-20,\n");
    let rows = scored(&company, "new.csv");
    assert!(rows[0]["warnings"].contains("region `Mars` is new or rare"), "{}", rows[0]["warnings"]);
    assert!(rows.iter().all(|row| row["model_probability"].parse::<f64>().unwrap() > 0.0));
}

#[test]
fn a_column_that_tells_the_outcome_without_fail_does_not_break_the_fit() {
    let tell = |i: usize| if i.is_multiple_of(3) { "signed" } else { "gone" }.to_string();
    let company = with_leads(&deals(300, every_third, &[("region", &region), ("state", &tell)]));
    let run = company.run(&["train"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    company.write(
        "leadscore.toml",
        &(PROJECT.to_string() + "\n[train]\npenalty = 0.0\ncurves = false\ninteractions = 0\n"),
    );
    let run = company.run(&["train"]);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert!(run.status == 0 || run.stderr.contains("hint:"), "{}", run.stderr);
}

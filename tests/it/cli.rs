//! The command line: what it writes, what it says, how it ends.

use crate::company::{AS_OF, Company, Row};
use polars::prelude::{AnyValue, ParquetReader, SerReader};
use serde_json::Value;

/// The scored table after the id, in its order.
const COLUMNS: [&str; 21] = [
    "score",
    "tier",
    "win_probability",
    "rule_score",
    "rule_tier",
    "model_score",
    "model_probability",
    "model_tier",
    "fit_points",
    "engagement_points",
    "grade",
    "persona",
    "quadrant",
    "mismatch",
    "mismatch_gap",
    "rule_reasons",
    "model_reasons",
    "next_action",
    "warnings",
    "as_of",
    "model_version",
];

/// serde_json may be off by one in the last binary digit when it reads a number; the files are written in full.
const LAST_DIGIT: f64 = 4.0 * f64::EPSILON;

fn header(text: &str) -> Vec<&str> {
    text.lines().next().unwrap().split(',').collect()
}

fn by_id<'a>(rows: &'a [Row], id: &str) -> &'a Row {
    rows.iter().find(|row| row.values().any(|value| value == id)).unwrap()
}

// ---- The store -------------------------------------------------------------------------------------------------

#[test]
fn a_training_that_fails_leaves_the_store_as_it_was() {
    let company = Company::trained();
    let before = company.files_below("models");
    let (log, project) = (company.text("activities.csv"), company.text("leadscore.toml"));
    let is_untouched = |what: &str| assert!(company.files_below("models") == before, "{what} changed the store");

    company.write("broken.csv", "lead_id,outcome\n\"L-1,won\n");
    company.run(&["train", "--leads", "broken.csv"]).refused(&["broken.csv"]);
    is_untouched("a bad file");
    company.run(&["train", "--leads", "nowhere.csv"]).refused(&["nowhere.csv"]);
    is_untouched("a file that is not there");

    let n_lines = log.lines().count();
    company.write("activities.csv", &format!("{log}L-01174,once upon a time,page_view,\n"));
    company.run(&["train"]).refused(&["activities.csv", &format!("line {}", n_lines + 1), "once upon a time", "hint:"]);
    is_untouched("an unreadable last line of the log");
    company.write("activities.csv", &log);

    company.edit("leadscore.toml", "outcome    =", "# outcome =");
    company.run(&["train"]).refused(&["no outcome to learn from", "[leads] outcome"]);
    is_untouched("a project without an outcome");
    company.write("leadscore.toml", &project);

    company.write("leadscore.toml", &format!("{project}\n[train]\nsolver = \"lbfgs\"\n"));
    let refused = company.run(&["train"]);
    assert_eq!(refused.status, 1, "{}", refused.stderr);
    is_untouched("settings that cannot be");
}

#[test]
fn a_first_training_that_fails_leaves_no_model() {
    let company = Company::sample();
    company.write("broken.csv", "lead_id,outcome\n\"L-1,won\n");
    company.run(&["train", "--leads", "broken.csv"]).refused(&["broken.csv"]);
    company.score("open_leads.csv", "scored.csv", &[]).ok().says("no model is stored yet");
}

#[test]
fn the_same_training_twice_makes_no_second_version_and_says_so() {
    let company = Company::trained();
    let before = company.files_below("models");
    company.run(&["train"]).ok().says("nothing is saved");
    assert!(company.files_below("models") == before);
    // A scorecard worth other points is another version, though the model part may be alike.
    company.edit(
        "scorecard.toml",
        "points = 15\n\n[[rule]]\nid = \"target_size\"",
        "points = 16\n\n[[rule]]\nid = \"target_size\"",
    );
    company.run(&["train"]).ok().says("version 2");
    assert_eq!(company.text("models/default/CURRENT").trim(), "v0002");
    company.score("open_leads.csv", "scored.csv", &["--columns", "model_version"]).ok();
    assert!(company.rows("scored.csv").iter().all(|row| row["model_version"] == "v0002"));
}

// ---- Which scorecard, which model ------------------------------------------------------------------------------

#[test]
fn a_changed_scorecard_is_refused_with_a_hint_and_rules_only_takes_it() {
    let company = Company::trained();
    company.score("open_leads.csv", "before.csv", &[]).ok();
    company.edit("scorecard.toml", "points = 30", "points = 31");
    company.score("open_leads.csv", "after.csv", &[]).refused(&["scorecard.toml", "version 1", "leadscore train"]);
    assert!(!company.path("after.csv").exists());
    company.score("open_leads.csv", "rules.csv", &["--rules-only"]).ok();
    let (before, rules) = (company.rows("before.csv"), company.rows("rules.csv"));
    let (b, now) = (by_id(&before, "lead-B"), by_id(&rules, "lead-B"));
    assert_eq!((b["rule_score"].as_str(), now["rule_score"].as_str()), ("33", "34"));
    assert_eq!((now["score"].as_str(), now["tier"].as_str()), ("34", now["rule_tier"].as_str()));
    for row in &rules {
        for name in COLUMNS.iter().filter(|c| c.starts_with("model_") || c.starts_with("mismatch")) {
            assert_eq!(row[*name], "", "{name} is the model's");
        }
        assert!(row["quadrant"].is_empty() && row["win_probability"].is_empty());
    }
    company.run(&["explain", "lead-B", "--leads", "open_leads.csv", "--as-of", AS_OF]).refused(&["scorecard.toml"]);
}

#[test]
fn without_a_model_the_scorecard_scores_alone_and_without_both_nothing_does() {
    let company = Company::sample();
    company.score("open_leads.csv", "scored.csv", &[]).ok().says("no model is stored yet");
    assert_eq!(by_id(&company.rows("scored.csv"), "lead-A")["score"], "100");
    std::fs::remove_file(company.path("scorecard.toml")).unwrap();
    company
        .score("open_leads.csv", "nothing.csv", &[])
        .refused(&["neither a scorecard nor a model", "leadscore train"]);
    assert!(!company.path("nothing.csv").exists());
    company.score("open_leads.csv", "nothing.csv", &["--model-version", "3"]).refused(&["default"]);
}

#[test]
fn without_a_scorecard_the_model_scores_alone() {
    let company = Company::sample();
    let scorecard = company.text("scorecard.toml");
    std::fs::remove_file(company.path("scorecard.toml")).unwrap();
    let project = company.text("leadscore.toml");
    company.write("leadscore.toml", &format!("{project}\n[train]\nholdout = 0.0\n"));
    company.run(&["train"]).ok();
    company.score("open_leads.csv", "scored.csv", &[]).ok();
    let rows = company.rows("scored.csv");
    for row in &rows {
        assert_eq!(row["score"], row["model_score"]);
        assert_eq!(row["win_probability"], row["model_probability"]);
        for name in ["tier", "rule_score", "rule_tier", "model_tier", "fit_points", "grade", "quadrant", "mismatch"] {
            assert_eq!(row[name], "", "{name} needs a scorecard");
        }
    }
    let scores: Vec<f64> = rows.iter().map(|row| row["score"].parse().unwrap()).collect();
    assert!(scores.iter().all(|s| (0.0..=100.0).contains(s)) && scores.iter().any(|s| *s > 90.0));
    // A scorecard that was not there at the training must not be passed over in silence.
    company.write("scorecard.toml", &scorecard);
    company.score("open_leads.csv", "scored.csv", &[]).refused(&["scorecard.toml", "leadscore train"]);
}

// ---- The scored table ------------------------------------------------------------------------------------------

#[test]
fn the_scored_table_has_its_columns_in_order_and_the_rows_of_the_input() {
    let company = Company::trained();
    company.score("open_leads.csv", "scored.csv", &[]).ok();
    let text = company.text("scored.csv");
    assert_eq!(header(&text)[0], "lead_id");
    assert_eq!(header(&text)[1..], COLUMNS);
    let ids = |file: &str| company.rows(file).into_iter().map(|row| row["lead_id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids("scored.csv"), ids("open_leads.csv"));
    for row in company.rows("scored.csv") {
        assert_eq!((row["as_of"].as_str(), row["model_version"].as_str()), (AS_OF, "v0001"));
        let p: f64 = row["win_probability"].parse().unwrap();
        assert!((0.0..=1.0).contains(&p));
        if row["tier"] == "disqualified" {
            assert_eq!(["score", "rule_score", "model_score"].map(|c| row[c].as_str()), ["0"; 3]);
            assert_eq!([&row["rule_tier"], &row["model_tier"]], ["disqualified"; 2]);
            assert_eq!(["quadrant", "mismatch", "mismatch_gap"].map(|c| row[c].as_str()), [""; 3]);
        } else {
            assert!(["work_now", "verify", "hidden_gem", "nurture"].contains(&row["quadrant"].as_str()));
            let gap: f64 = row["mismatch_gap"].parse().unwrap();
            let flagged = ["verify", "hidden_gem"].contains(&row["quadrant"].as_str()) && gap.abs() >= 20.0;
            assert_eq!(row["mismatch"], flagged.to_string());
        }
    }
}

#[test]
fn columns_are_chosen_and_input_columns_kept() {
    let company = Company::trained();
    company
        .score("open_leads.csv", "some.csv", &["--columns", "tier,score", "--keep", "company", "--keep", "source"])
        .ok();
    assert_eq!(header(&company.text("some.csv")), ["lead_id", "tier", "score", "company", "source"]);
    let (some, leads) = (company.rows("some.csv"), company.rows("open_leads.csv"));
    assert!(some.iter().zip(&leads).all(|(s, l)| s["company"] == l["company"] && s["source"] == l["source"]));

    company.score("open_leads.csv", "all.csv", &["--columns", "score", "--keep-all"]).ok();
    let leads_text = company.text("open_leads.csv");
    let expected: Vec<&str> = ["lead_id", "score"].into_iter().chain(header(&leads_text).into_iter().skip(1)).collect();
    assert_eq!(header(&company.text("all.csv")), expected);

    company.score("open_leads.csv", "x.csv", &["--columns", "score,colour"]).refused(&[
        "colour",
        "--columns",
        "win_probability",
    ]);
    company.score("open_leads.csv", "x.csv", &["--keep", "colour"]).refused(&["colour", "--keep"]);
    assert!(!company.path("x.csv").exists());
}

#[test]
fn a_column_says_the_same_whatever_else_is_written() {
    let company = Company::trained();
    let all = company.score("closed_deals.csv", "all.csv", &[]).ok();
    let whole = company.rows("all.csv");
    assert!(whole.iter().any(|row| row["warnings"].contains("closed")), "closed leads are what can differ");
    // What rules and model say each for itself is had of closed leads without the rest.
    for columns in ["rule_score,model_probability", "rule_tier,grade,persona,fit_points", "mismatch_gap", "warnings"] {
        let some = company.score("closed_deals.csv", "some.csv", &["--columns", columns]).ok();
        assert_eq!(all.stdout.replace("all.csv", "some.csv"), some.stdout, "{columns}");
        for (some, all) in company.rows("some.csv").iter().zip(&whole) {
            columns.split(',').for_each(|column| assert_eq!(some[column], all[column], "{column}"));
        }
    }
}

#[test]
fn a_kept_column_named_like_an_output_column_is_renamed() {
    let company = Company::with(&[
        (
            "scorecard.toml",
            "name = \"s\"\nrange = [0, 9]\n[[rule]]\nid = \"r\"\nwhen = { field = \"score\", any_of = [\"7\"] }\npoints = 2\n",
        ),
        ("leads.csv", "id,input_score,score,tier,note\na,x,7,gold,n\nb,y,8,tin,m\n"),
    ]);
    company.score("leads.csv", "kept.csv", &["--columns", "score", "--keep", "tier", "--keep", "score"]).ok();
    assert_eq!(company.text("kept.csv"), "id,score,input_tier,input_score\na,2,gold,7\nb,0,tin,8\n");
    // Whatever the input calls its columns, no name stands twice.
    company.score("leads.csv", "all.csv", &["--columns", "score", "--keep-all"]).ok();
    let text = company.text("all.csv");
    let mut names = header(&text);
    assert_eq!(names.len(), 6);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 6, "{text}");
    company.write("turned.csv", "id,score,input_score\na,7,x\n");
    company.score("turned.csv", "all.csv", &["--columns", "score", "--keep-all"]).ok();
    let text = company.text("all.csv");
    let mut names = header(&text);
    names.dedup();
    assert_eq!((names.len(), company.rows("all.csv")[0].len()), (4, 4), "{text}");
}

#[test]
fn data_goes_to_stdout_and_the_summary_beside_it() {
    let company = Company::trained();
    let to_file = company.score("open_leads.csv", "scored.csv", &[]).ok();
    assert!(to_file.stdout.contains("400 leads scored") && to_file.stderr.is_empty(), "{}", to_file.stderr);
    let to_stdout = company.score("open_leads.csv", "-", &[]).ok();
    assert_eq!(to_stdout.stdout, company.text("scored.csv"));
    assert!(to_stdout.stderr.contains("400 leads scored"));
    let quiet = company.score("open_leads.csv", "-", &["--quiet"]).ok();
    assert_eq!((quiet.stdout, quiet.stderr), (to_stdout.stdout, String::new()));
    let json = company.score("open_leads.csv", "scored.csv", &["--format", "json"]).ok();
    let summary: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(summary["leads"], 400);
    let beside = company.score("open_leads.csv", "-", &["--format", "json"]).ok();
    assert_eq!(serde_json::from_str::<Value>(&beside.stderr).unwrap()["tiers"], summary["tiers"]);
}

/// Whether a cell of CSV says what a value of NDJSON says, to the decimals that CSV keeps.
fn agrees(cell: &str, value: &Value, name: &str) -> bool {
    let decimals = if name.ends_with("probability") { 1e-6 } else { 1e-4 };
    match value {
        Value::Null => cell.is_empty(),
        // A whole step: what rounding would carry over a tier bound goes to the other neighbour.
        Value::Number(number) => (cell.parse::<f64>().unwrap() - number.as_f64().unwrap()).abs() <= decimals,
        Value::Bool(is_true) => cell == is_true.to_string(),
        Value::String(text) => cell == text,
        _ => false,
    }
}

#[test]
fn csv_and_ndjson_agree() {
    let company = Company::trained();
    for out in ["scored.csv", "scored.ndjson"] {
        company.score("open_leads.csv", out, &["--keep", "budget"]).ok();
    }
    let (csv, text) = (company.rows("scored.csv"), company.text("scored.ndjson"));
    assert_eq!(text.lines().count(), csv.len());
    for (row, line) in csv.iter().zip(text.lines()) {
        let lead: Value = serde_json::from_str(line).unwrap();
        let names: Vec<&String> = lead.as_object().unwrap().keys().collect();
        assert_eq!(names[1..names.len() - 1], COLUMNS);
        assert_eq!(names.len(), row.len());
        for (name, cell) in row {
            assert!(agrees(cell, &lead[name], name), "{name}: {cell} and {}", lead[name]);
        }
    }
}

#[test]
fn parquet_and_ndjson_agree() {
    let company = Company::trained();
    for out in ["scored.parquet", "scored.ndjson"] {
        company.score("open_leads.csv", out, &[]).ok();
    }
    let file = std::fs::File::open(company.path("scored.parquet")).unwrap();
    let table = ParquetReader::new(file).finish().unwrap();
    let names: Vec<&str> = table.get_column_names().into_iter().map(|name| name.as_str()).collect();
    assert_eq!((names[0], &names[1..]), ("lead_id", &COLUMNS[..]));
    let text = company.text("scored.ndjson");
    for (row, line) in text.lines().enumerate() {
        let lead: Value = serde_json::from_str(line).unwrap();
        for column in table.columns() {
            let (there, name) = (&lead[column.name().as_str()], column.name());
            match column.get(row).unwrap() {
                AnyValue::Null => assert!(there.is_null(), "{name}"),
                AnyValue::Float64(number) => {
                    let gap = (there.as_f64().unwrap() - number).abs();
                    assert!(gap <= LAST_DIGIT * number.abs(), "{name}: {number} and {there}");
                }
                AnyValue::Boolean(is_true) => assert_eq!(there.as_bool(), Some(is_true), "{name}"),
                AnyValue::Datetime(..) => assert_eq!(*there, AS_OF),
                other => assert_eq!(there.as_str(), other.get_str(), "{name}"),
            }
        }
    }
}

#[test]
fn rounding_never_carries_a_lead_over_a_tier_bound() {
    let rule = |id: &str, points: &str| {
        format!("[[rule]]\nid = \"{id}\"\nwhen = {{ field = \"who\", any_of = [\"{id}\"] }}\npoints = {points}\n")
    };
    let scorecard = ["name = \"s\"\nrange = [0, 100]\ntiers = { SQL = 80, MQL = 33.33331 }\n".to_string()]
        .into_iter()
        .chain(
            [("just_below", "79.99996"), ("at", "80"), ("within_rounding", "79.9999999999"), ("odd", "33.33332")]
                .map(|(id, p)| rule(id, p)),
        )
        .collect::<String>();
    let company = Company::with(&[
        ("scorecard.toml", &scorecard),
        ("leads.csv", "id,who\n1,just_below\n2,at\n3,within_rounding\n4,odd\n5,none\n"),
    ]);
    company.score("leads.csv", "-", &["--columns", "score,tier,rule_score,rule_tier"]).ok();
    let run = company.score("leads.csv", "-", &["--columns", "score,tier"]).ok();
    // 33.3333 would lie below the bound 33.33331, and 33.3334 does not.
    assert_eq!(run.stdout, "id,score,tier\n1,79.9999,MQL\n2,80,SQL\n3,80,SQL\n4,33.3334,MQL\n5,0,\n");
}

#[test]
fn the_written_score_lies_in_the_written_tier() {
    let company = Company::trained();
    company.run(&["score", "--as-of", AS_OF, "--out", "scored.csv"]).ok();
    let tier_of = |score: f64| {
        if score >= 80.0 - 1e-9 {
            "SQL"
        } else if score >= 50.0 - 1e-9 {
            "MQL"
        } else {
            ""
        }
    };
    let rows = company.rows("scored.csv");
    assert_eq!(rows.len(), 2_400);
    for row in rows.iter().filter(|row| row["tier"] != "disqualified") {
        for (score, tier) in [("score", "tier"), ("rule_score", "rule_tier"), ("model_score", "model_tier")] {
            assert_eq!(tier_of(row[score].parse().unwrap()), row[tier], "{}", row["lead_id"]);
        }
    }
}

#[test]
fn leads_not_created_yet_and_leads_closed_are_told_apart() {
    let company = Company::trained();
    let as_of = "2026-03-15T00:00:00Z";
    let run = company.run(&["score", "--as-of", as_of, "--out", "scored.csv", "--format", "json"]).ok();
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut leads = company.rows("closed_deals.csv");
    leads.extend(company.rows("open_leads.csv"));
    let (mut open, mut since, mut closed, mut not_created) = (0, 0, 0, 0);
    for (lead, row) in leads.iter().zip(company.rows("scored.csv")) {
        let warnings: Vec<&str> = row["warnings"].split("; ").collect();
        // ISO 8601 in UTC with whole seconds compares as text.
        if lead["created_at"].as_str() >= as_of {
            not_created += 1;
            assert_eq!(row["warnings"], "not created yet");
            for name in COLUMNS.iter().filter(|c| !["warnings", "as_of", "model_version"].contains(c)) {
                assert_eq!(row[*name], "", "{name} of a lead that is not there yet");
            }
        } else if !lead["closed_at"].is_empty() && lead["closed_at"].as_str() < as_of {
            closed += 1;
            assert!(warnings.contains(&"closed"));
            assert_eq!(row["as_of"], lead["closed_at"]);
            assert!(!row["score"].is_empty());
        } else {
            *(if lead["closed_at"].is_empty() { &mut open } else { &mut since }) += 1;
            assert!(!warnings.contains(&"closed"));
            assert_eq!(row["as_of"], as_of);
        }
    }
    assert!(open > 0 && since > 0 && open + since > 100 && closed > 100 && not_created > 100);
    let counted = ["open", "closed_since", "closed", "not_created"].map(|key| summary[key].as_u64().unwrap());
    assert_eq!(counted, [open, since, closed, not_created]);
    let volume: u64 = summary["tiers"].as_array().unwrap().iter().map(|tier| tier["by_score"].as_u64().unwrap()).sum();
    assert_eq!(volume, open, "closed leads and leads to come are in no tier's volume");
}

#[test]
fn each_lead_has_its_own_as_of_where_a_column_says_so() {
    let company = Company::sample();
    company.edit("leadscore.toml", "closed_at  =", "as_of = \"looked_at\"\nclosed_at  =");
    company.write("leads.csv", "lead_id,created_at,closed_at,looked_at,job_title,employees,email\n1,2026-01-01,,2026-02-01,CEO,300,\n2,2026-01-01,,2026-01-15,CEO,300,\n");
    company.write("acts.csv", "lead_id,at,kind,page\n1,2026-01-20,inquiry,\n2,2026-01-20,inquiry,\n");
    let arguments = [
        "score",
        "--rules-only",
        "--leads",
        "leads.csv",
        "--activities",
        "acts.csv",
        "--as-of",
        "column",
        "--out",
        "s.csv",
    ];
    company.run(&arguments).ok();
    let rows = company.rows("s.csv");
    assert_eq!([&rows[0]["as_of"], &rows[1]["as_of"]], ["2026-02-01T00:00:00Z", "2026-01-15T00:00:00Z"]);
    assert_eq!([&rows[0]["engagement_points"], &rows[1]["engagement_points"]], ["30", "0"]);
    company.edit("leads.csv", "2026-01-15", "");
    company.run(&arguments).refused(&["leads.csv, line 3", "no as-of"]);
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_defused() {
    let company = Company::with(&[
        (
            "scorecard.toml",
            "name = \"s\"\nrange = [0, 9]\n[[rule]]\nid = \"r\"\nwhen = { field = \"note\", missing = false }\npoints = 2\n",
        ),
        ("leads.csv", "id,note\n=1+1,@SUM(A1)\n-5,plain\n"),
    ]);
    let run = company.score("leads.csv", "-", &["--columns", "score", "--keep", "note"]).ok();
    assert_eq!(run.stdout, "id,score,note\n'=1+1,2,'@SUM(A1)\n-5,2,plain\n");
    let run = company.score("leads.csv", "-", &["--columns", "score", "--keep", "note", "--raw"]).ok();
    assert_eq!(run.stdout, "id,score,note\n=1+1,2,@SUM(A1)\n-5,2,plain\n");
}

// ---- How it ends -----------------------------------------------------------------------------------------------

#[test]
fn exit_statuses_tell_usage_from_input() {
    let company = Company::sample();
    for arguments in
        [&["scroe"][..], &["score"], &["score", "--out", "x.csv", "--as-off", "now"], &["train", "--seed", "x"], &[]]
    {
        assert_eq!(company.run(arguments).status, 2, "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["score", "--help"], &["--version"]] {
        assert_eq!(company.run(arguments).status, 0, "{arguments:?}");
    }
    company.run(&["train", "--project", "nowhere.toml"]).refused(&["nowhere.toml"]);
    company.run(&["score", "--as-of", "soon", "--out", "x.csv"]).refused(&["--as-of", "soon"]);
    company.run(&["score", "--as-of", AS_OF, "--out", "no/such/folder/x.csv"]).refused(&["no/such/folder"]);
    company.run(&["score", "--as-of", AS_OF, "--out", "x.xlsx"]).refused(&["x.xlsx", ".csv"]);
}

#[test]
fn a_log_that_the_model_counts_on_must_be_there_or_declined() {
    let company = Company::trained();
    company.edit("leadscore.toml", "files   = [\"activities.csv\"]", "");
    company.score("open_leads.csv", "s.csv", &[]).refused(&["no activity log is given", "--no-activities"]);
    company.score("open_leads.csv", "s.csv", &["--no-activities"]).ok();
    assert!(company.rows("s.csv").iter().all(|row| row["warnings"].contains("without an activity log")));
}

#[test]
fn a_planned_column_that_is_missing_is_named_and_lenient_goes_on() {
    let company = Company::trained();
    company.edit("open_leads.csv", ",industry,", ",branch,");
    company.score("open_leads.csv", "s.csv", &[]).refused(&["industry", "open_leads.csv"]);
    company.score("open_leads.csv", "s.csv", &["--lenient"]).ok();
    assert!(company.rows("s.csv").iter().all(|row| row["warnings"].contains("column `industry` is missing")));
}

#[test]
fn an_id_that_is_not_there_names_the_nearest() {
    let company = Company::trained();
    company
        .run(&["explain", "lead-a", "--leads", "open_leads.csv", "--as-of", AS_OF])
        .refused(&["no lead `lead-a`", "lead-A"]);
}

#[test]
fn compare_writes_a_scorecard_that_scores() {
    let company = Company::trained();
    company.run(&["compare", "--write", "learned.toml"]).ok();
    let learned = company.text("learned.toml");
    assert!(learned.contains("price_page") && learned != company.text("scorecard.toml"));
    company.score("open_leads.csv", "s.csv", &["--rules-only", "--scorecard", "learned.toml"]).ok();
    assert_eq!(company.rows("s.csv").len(), 400);
}

#[test]
fn a_column_that_only_a_rule_reads_is_told_of_in_the_warnings_when_it_is_missing() {
    let company = Company::sample();
    let leads = company.text("open_leads.csv").replacen("job_title", "job_title_old", 1);
    company.write("open_leads.csv", &leads);
    company.score("open_leads.csv", "scored.csv", &["--rules-only"]).refused(&["decision_maker", "job_title"]);
    company.score("open_leads.csv", "scored.csv", &["--rules-only", "--lenient"]).ok();
    for row in company.rows("scored.csv") {
        assert!(row["warnings"].contains("column `job_title` is missing"), "{row:?}");
    }
}

#[test]
fn settings_edited_since_the_training_are_named_until_somebody_trains() {
    let company = Company::trained();
    let unchanged = company.score("open_leads.csv", "before.csv", &[]).ok();
    assert!(!unchanged.stderr.contains("has changed since"), "{}", unchanged.stderr);
    company.edit("leadscore.toml", "\"owner\",", "\"industry\",");
    company.edit("leadscore.toml", "[snapshot]", "[train]\nhalf_life = \"60d\"\n\n[snapshot]");
    company
        .score("open_leads.csv", "after.csv", &[])
        .ok()
        .says("leadscore.toml has changed since version 1 was trained: `[leads] exclude` (+`industry`, −`owner`)")
        .says("`[train] half_life`");
    assert_eq!(company.rows("before.csv"), company.rows("after.csv"), "the version scores as it was trained");
    // What only the command line says is no edit, and neither is a log that is left out.
    company.write("leadscore.toml", &Company::sample().text("leadscore.toml"));
    let without_log = company.score("open_leads.csv", "s.csv", &["--no-activities", "--lenient", "--seed", "7"]).ok();
    assert!(!without_log.stderr.contains("has changed since"), "{}", without_log.stderr);
}

#[test]
fn a_score_of_leads_already_decided_says_that_it_looks_back() {
    let company = Company::with(&[("leads.csv", "lead_id,source,outcome\n1,web,won\n2,web,lost\n3,web,\n")]);
    company.run(&["init", "--leads", "leads.csv"]).ok();
    let rule = "[[rule]]\nid = \"web\"\nwhen = { field = \"source\", any_of = [\"web\"] }\npoints = 5\n";
    company.write("scorecard.toml", &format!("range = [0, 100]\ntiers = {{ SQL = 5 }}\n{rule}"));
    let told = company.run(&["score", "--rules-only", "--out", "scored.csv"]).ok().stdout;
    assert!(
        told.contains(
            "3 leads scored into scored.csv by the scorecard alone; 1 open, 2 closed: only the open ones count below."
        ),
        "{told}"
    );
    assert!(
        told.contains("top leads  score\n") && told.contains("leave out `warnings` that begin with `closed`"),
        "{told}"
    );
    let warnings: Vec<String> = company.rows("scored.csv").iter().map(|row| row["warnings"].clone()).collect();
    assert!(warnings[0].starts_with("closed") && warnings[1].starts_with("closed") && warnings[2].is_empty());
    company.write("leads.csv", "lead_id,source,outcome\n1,web,won\n2,web,lost\n");
    let told = company.run(&["score", "--rules-only", "--out", "scored.csv"]).ok().stdout;
    assert!(told.contains("All 2 are won or lost already: none is open, so there is nobody to call"), "{told}");
    assert!(["top leads", "chance", "Hand over"].iter().all(|word| !told.contains(word)), "{told}");
    assert!(company.rows("scored.csv").iter().all(|row| row["next_action"].is_empty()));
}

/// Leads and, in a table of their own, those that were won: who is not won within a time counts as lost.
fn leads_and_their_deals() -> Company {
    let (mut leads, mut deals) =
        (String::from("mql_id,first_contact_date,origin\n"), String::from("mql_id,won_date\n"));
    for i in 0..240 {
        let (month, day) = (1 + i / 20, 1 + i % 20);
        let origin = ["referral", "paid search", "organic search"][i % 3];
        leads.push_str(&format!("m{i},2021-{month:02}-{day:02},{origin}\n"));
        if i % 5 == 0 || i % 9 == 0 {
            deals.push_str(&format!("m{i},2021-{month:02}-{:02}\n", day + 7));
        }
    }
    Company::with(&[("leads.csv", &leads), ("deals.csv", &deals)])
}

#[test]
fn leads_of_years_ago_are_scored_as_the_file_leaves_them_and_the_next_command_can_be_pasted() {
    let company = leads_and_their_deals();
    let told = company.run(&["init", "--leads", "leads.csv", "--outcomes", "deals.csv"]).ok().stdout;
    let pasted: Vec<&str> = told.lines().filter_map(|line| line.trim().strip_prefix("leadscore ")).collect();
    // The newest lead came on the 20th, the newest deal closed on the 23rd.
    let as_the_file_ends = ["score --out scored.csv --as-of 2021-12-24", "report --out report.html --as-of 2021-12-24"];
    assert_eq!(pasted, ["train", as_the_file_ends[0], as_the_file_ends[1], "check"], "{told}");
    assert!(told.contains("Next (`--as-of`: the files end on 2021-12-23):\n"), "{told}");
    let next = company.run(&["train"]).ok().says("`leadscore score --out scored.csv --as-of 2021-12-24`").stderr;
    assert!(next.contains("`leadscore compare`"), "{next}");
    for command in pasted {
        assert!([0, 3].contains(&company.run(&command.split(' ').collect::<Vec<_>>()).status), "{command}");
    }
    let now = company.run(&["score", "--out", "now.csv"]).ok().stdout;
    assert!(now.contains("The newest lead came on 2021-12-20, ") && now.contains("`--as-of 2021-12-24`"), "{now}");
    assert!(now.contains("; 0 open, ") && now.contains("not won in time"), "{now}");
    let warned =
        |row: &Row| row["warnings"].contains("closed: not won within") || row["warnings"].starts_with("closed");
    assert!(company.rows("now.csv").iter().all(warned));
    let then = company.run(&["score", "--out", "then.csv", "--as-of", "2021-12-21"]).ok().stdout;
    assert!(!then.contains("The newest lead came on"), "{then}");
    // Whoever was won since is not listed, so nobody who is can be told to be called.
    let looks_back = "This looks back: nobody here is to be called. By `score`, without `warnings` that begin with `closed` but not `closed \
         since`, then.csv tells whom you would have called first";
    assert!(then.contains(looks_back) && then.contains("highest score") && !then.contains("top leads"), "{then}");
    assert!(then.contains("The model has learned what became of these leads until 2021-12-2"), "{then}");
    assert!(then.contains("`leadscore explain ID --as-of 2021-12-21`"), "{then}");
    // Those won since are left out, so of the others no number of wins is expected.
    assert!(then.contains("fewer were won than their chances say") && !then.contains("Expected wins"), "{then}");
    // Who was won later was open then, for both.
    let scored: serde_json::Value = serde_json::from_str(
        &company.run(&["--format", "json", "score", "--out", "then.csv", "--as-of", "2021-12-21"]).ok().stdout,
    )
    .unwrap();
    company.run(&["report", "--out", "report.html", "--json", "view.json", "--as-of", "2021-12-21"]);
    let view: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(company.path("view.json")).unwrap()).unwrap();
    assert!(scored["open"].as_u64() > Some(0) && view["leads"]["open"] == scored["open"], "{}", view["leads"]["open"]);
}

#[test]
fn a_quadrant_is_told_by_the_tier_and_never_belies_the_chance() {
    // Most deals are won, and the tier holds but a tenth of them.
    let mut leads = String::from("lead_id,created_at,closed_at,source,size,outcome\n");
    for i in 0..660_usize {
        let (source, size) = (["fair", "web"][usize::from(i % 10 > 0)], i * 31 % 97);
        let outcome = if i * 7919 % 100 < if size > 48 { 95 } else { 30 } { "won" } else { "lost" };
        let (month, day) = (1 + i % 11, 1 + i % 18);
        match i {
            ..600 => leads.push_str(&format!(
                "L{i},2024-{month:02}-{day:02},2024-{month:02}-{:02},{source},{size},{outcome}\n",
                day + 10
            )),
            _ => leads.push_str(&format!("L{i},2024-12-{:02},,{source},{size},\n", 18 + i % 5)),
        }
    }
    let company = Company::with(&[("leads.csv", &leads)]);
    let rule = "[[rule]]\nid = \"fair\"\nwhen = { field = \"source\", any_of = [\"fair\"] }\npoints = 50\n";
    company.run(&["init", "--leads", "leads.csv"]).ok();
    company.write("scorecard.toml", &format!("range = [0, 100]\ntiers = {{ SQL = 50 }}\n{rule}"));
    company.run(&["train"]).ok();
    let told = company.run(&["-v", "score", "--out", "scored.csv", "--as-of", "2024-12-24"]).ok().stdout;
    assert!(told.contains("SQL by points, not by the model: look before calling"), "{told}");
    assert!(
        told.contains("SQL holds 9.8 % of past deals: by points from 50 on, by the model from a chance of"),
        "{told}"
    );
    let likely =
        "are more likely than not to be won: if sales has time, lower SQL's bound in the scorecard and train again.";
    assert!(told.contains(likely) && told.contains("for a tier holds a share of the deals"), "{told}");
    company.run(&["report", "--out", "report.html", "--as-of", "2024-12-24"]).ok();
    let page = company.text("report.html");
    assert!(page.contains("below SQL are more likely than not to be won"), "how many now, and what became of such");
    assert!(page.contains("that seemed more likely than not to be won, ") && page.contains("if sales has time"));
    let belied = company
        .rows("scored.csv")
        .into_iter()
        .find(|row| row["quadrant"] == "verify" && row["model_probability"].parse::<f64>().is_ok_and(|p| p > 0.8));
    let lead = belied.expect("a lead with many points that is likely, though others are likelier")["lead_id"].clone();
    let why = company.run(&["explain", &lead, "--as-of", "2024-12-24"]).ok().stdout;
    assert!(why.contains("A chance above the average of") && why.contains("need not be SQL by the model"), "{why}");
    assert!(!told.contains("unlikely to order"), "{told}");
}

#[test]
fn compare_goes_as_far_as_it_is_told() {
    let company = Company::sample();
    let compare = |more: &[&str]| {
        let run = company.run(&[&["compare", "--format", "json", "--write", "learned.toml"], more].concat()).ok();
        (serde_json::from_str::<Value>(&run.stdout).unwrap(), company.text("learned.toml"))
    };
    let points = |text: &str| -> Vec<f64> {
        let rules = leadscore::scorecard::Scorecard::parse(text, "learned.toml").unwrap().rules;
        rules.iter().filter_map(|rule| rule.points()).collect()
    };
    let hand_set = points(&company.text("scorecard.toml"));
    let (_, not_at_all) = compare(&["--strength", "0", "--keep-tiers"]);
    assert_eq!(not_at_all, company.text("scorecard.toml"), "strength 0 is the hand-set scorecard, to the byte");
    let (summary, whole) = compare(&[]);
    let (_, contradicted) = compare(&["--rules", "contradicted"]);
    let agreeing: Vec<&Value> =
        summary["rules"].as_array().unwrap().iter().filter(|r| r["verdict"] == "agrees").collect();
    let moved = |text: &str| points(text).iter().zip(&hand_set).filter(|(new, old)| new != old).count();
    assert!(!agreeing.is_empty() && moved(&contradicted) > 0 && moved(&contradicted) <= moved(&whole));
    let judged = &summary["judged"]["contest"];
    assert!(judged["gain"].as_f64().unwrap() > 0.0 && judged["interval"][0].as_f64() < judged["gain"].as_f64());
    assert_eq!(summary["half_lives"][0]["shapes"].as_array().unwrap().len(), 9);
    assert_eq!(company.run(&["compare", "--strength", "2"]).status, 2);
    let (_, shaped) = compare(&["--decay", "--caps"]);
    points(&shaped);
}

#[test]
fn the_groups_of_a_comparison_add_up_to_its_rules() {
    let run = Company::sample().run(&["compare", "--format", "json"]).ok();
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    let sum =
        |table: &str, of: &dyn Fn(&Value) -> f64| -> f64 { summary[table].as_array().unwrap().iter().map(of).sum() };
    let matters = |row: &Value| row["matters"].as_f64().unwrap();
    assert!((sum("rules", &matters) - sum("groups", &matters)).abs() < 1e-9);
    assert_eq!(sum("groups", &|g| g["rules"].as_f64().unwrap()), summary["rules"].as_array().unwrap().len() as f64);
}

#[test]
fn a_scorecard_with_personas_is_compared_within_each() {
    let company = Company::sample();
    let persona = "\n[[persona]]\nid = \"software\"\nwhen = { field = \"industry\", any_of = [\"Software\"] }\n\n\
                   [[persona.rule]]\nid = \"small_firm\"\nwhen = { field = \"employees\", at_most = 20 }\npoints = 5\ngroup = \"fit\"\n";
    company.write("scorecard.toml", &(company.text("scorecard.toml") + persona));
    let run = company.run(&["compare", "--format", "json"]).ok();
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    let personas = summary["personas"].as_array().unwrap();
    let names: Vec<Option<&str>> = personas.iter().map(|persona| persona["persona"].as_str()).collect();
    assert_eq!(names, [Some("software"), None]);
    let sum = |key: &str| personas.iter().map(|persona| persona[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("deals"), sum("won")), (summary["deals"].as_u64().unwrap(), summary["won"].as_u64().unwrap()));
    let has = |persona: usize, id: &str| personas[persona]["rules"].as_array().unwrap().iter().any(|r| r["rule"] == id);
    assert!(has(0, "small_firm") && !has(1, "small_firm") && has(0, "inquiry") && has(1, "inquiry"));
    assert!(company.run(&["compare"]).ok().stdout.contains("Within each persona"));
}

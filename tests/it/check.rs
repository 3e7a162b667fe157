//! `leadscore check`: what it finds, what it could not look at, and its exit status.

use crate::lead_world::{AS_OF, World, days_ago};
use leadscore::asof::{Instant, Span};
use leadscore::features::plan::PlanSettings;
use leadscore::pipeline::check::{Area, CheckInputs, CheckSettings, ColumnLook, Finding, Grade, Report, check};
use leadscore::pipeline::deals::{DealSettings, LogSince};
use leadscore::scorecard::Scorecard;
use leadscore::snapshot::SnapshotSettings;
use leadscore::tables::Outcome;
use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Output};

fn looks(world: &World) -> Vec<ColumnLook> {
    let of = |column: &leadscore::tables::Column| {
        let text = column.text.as_ref().expect("the worlds here hold texts");
        let missing = text.codes.iter().filter(|c| **c == leadscore::tables::MISSING).count();
        ColumnLook {
            name: column.name.clone(),
            column_type: column.column_type,
            n_missing: missing,
            n_distinct: text.codes.iter().collect::<HashSet<_>>().len() - usize::from(missing > 0),
            problems: Vec::new(),
        }
    };
    world.leads.columns.iter().map(of).collect()
}

fn report(world: &World, card: Option<&Scorecard>) -> Report {
    let settings = CheckSettings {
        deals: DealSettings {
            snapshot: SnapshotSettings { mode: None, lost_after: None, until: None, seed: 1 },
            plan: PlanSettings::default(),
            half_life: Span::from_days(30.0),
            since: LogSince::Always,
            watch: Default::default(),
        },
        as_of: None,
    };
    let columns = looks(world);
    check(
        CheckInputs {
            table: &world.leads,
            n_columns: columns.len(),
            columns: &columns,
            log: None,
            scorecard: card,
            live: None,
            open_words: &[],
        },
        &settings,
    )
    .expect("no log to fail on")
}

fn about(report: &Report, area: Area) -> Vec<&Finding> {
    report.findings.iter().filter(|f| f.area == area).collect()
}

/// Thirty leads of three kinds.
fn thirty() -> World {
    let plan: Vec<&str> = (0..30).map(|i| ["GTXPro", "gtx pro", "Basic"][i % 3]).collect();
    let rare: Vec<&str> = (0..30).map(|i| if i % 10 == 0 { "x" } else { "" }).collect();
    World::new(30).text("plan", &plan).text("same", &["yes"; 30]).text("nothing", &[""; 30]).text("rare", &rare)
}

#[test]
fn columns_that_say_nothing_and_spellings_are_found() {
    let report = report(&thirty(), None);
    let named = |what: &str| about(&report, Area::Columns).into_iter().find(|f| f.sentence.contains(what)).unwrap();
    assert_eq!(named("no value on any lead").names, ["nothing"]);
    assert_eq!(named("the same value on every lead").names, ["same"]);
    assert_eq!(named("missing on more than half").names, ["rare"]);
    assert_eq!(named("capitals, blanks or signs").evidence, ["\"GTXPro\" and \"gtx pro\""]);
    assert_eq!((report.count(Grade::Mend), report.count(Grade::Look)), (0, 1), "only the spellings ask for something");
}

#[test]
fn leads_alone_are_checked_and_the_rest_is_said() {
    let report = report(&thirty(), None);
    assert_eq!(report.outcomes, None);
    let not: Vec<&str> = report.not_checked.iter().map(|n| n.what.as_str()).collect();
    for what in ["duplicate rows", "times", "outcomes", "activities", "leaks", "scorecard"] {
        assert!(not.iter().any(|n| n.starts_with(what)), "{what}: {not:?}");
    }
}

#[test]
fn rows_alike_under_different_ids_are_counted() {
    let mut world = World::new(40);
    for column in 0..6 {
        // Leads 20 to 24 repeat leads 0 to 4; all others differ.
        let values: Vec<String> = (0..40)
            .map(|i| if (20..25).contains(&i) { i - 20 } else { i } / (column + 1))
            .map(|v| v.to_string())
            .collect();
        world = world.text(&format!("c{column}"), &values.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let first: Vec<&str> = (0..40).map(|i| if i % 2 == 0 { "a" } else { "b" }).collect();
    let report = report(&world.text("d", &first).text("e", &first), None);
    let rows = about(&report, Area::Rows);
    assert!(rows[0].sentence.starts_with("10 leads are alike in all"), "{}", rows[0].sentence);
    assert!(rows[0].sentence.contains("5 groups"));
    assert!(rows[0].evidence[0].contains("leave one row"), "what is to be done: {:?}", rows[0].evidence);
    assert_eq!(rows[0].evidence[1], "The largest group: `L0` and `L20`.");
}

#[test]
fn times_that_cannot_be_must_be_mended() {
    let mut world = thirty();
    world.leads.outcome = Some((0..30).map(|i| if i < 10 { Outcome::Won } else { Outcome::Lost }).collect());
    let mut created = vec![Some(days_ago(50.0)); 30];
    created[3] = Some(leadscore::asof::Instant(0));
    world.leads.created_at = Some(created);
    let closed = (0..30).map(|i| Some(if i < 2 { days_ago(60.0) } else { AS_OF })).collect();
    world.leads.closed_at = Some(closed);
    let report = report(&world, None);
    let sentences: Vec<&str> = about(&report, Area::Times).iter().map(|f| f.sentence.as_str()).collect();
    assert_eq!(sentences, ["`created_at` is impossible on 1 lead", "2 leads closed at or before their creation"]);
    assert_eq!(report.count(Grade::Mend), 2);
}

#[test]
fn a_time_on_every_open_lead_is_no_close() {
    let outcome = |i: usize| [Outcome::Won, Outcome::Lost, Outcome::Open][i.min(2)];
    let with_times = |n: usize| {
        let mut world = thirty();
        world.leads.outcome = Some((0..30).map(|i| outcome(i / 4)).collect());
        world.leads.created_at = Some(vec![Some(days_ago(50.0)); 30]);
        world.leads.closed_at = Some((0..30).map(|i| (i < 8 + n).then(|| days_ago(20.0))).collect());
        let found = report(&world, None);
        about(&found, Area::Times).first().map(|f| (f.grade, f.sentence.clone()))
    };
    assert_eq!(with_times(0), None);
    let some = "5 leads have a closing time, but are neither won nor lost";
    assert_eq!(with_times(5), Some((Grade::Look, some.to_string())));
    let all = "The closing time of 22 of 22 open leads closes none of them";
    assert_eq!(with_times(22), Some((Grade::Note, all.to_string())));
}

#[test]
fn a_time_on_every_open_lead_may_be_the_close_of_leads_whose_word_nobody_listed() {
    let row = |i: usize| {
        let outcome = ["won", "lost", "WORD", "WORD"][i % 4];
        format!("{i},2024-01-{:02},2024-03-{:02},{outcome}\n", 1 + i % 28, 1 + i % 9)
    };
    let leads = format!("lead_id,created_at,closed_at,outcome\n{}", (0..400).map(row).collect::<String>());
    let project = "[leads]\nfiles = 'leads.csv'\nid = 'lead_id'\ncreated_at = 'created_at'\nclosed_at = 'closed_at'\n\
                   outcome = { column = 'outcome', won = 'won', lost = 'lost' }\n";
    let checked = |word: &str| {
        let leads = leads.replace("WORD", word);
        let company = crate::company::Company::with(&[("leads.csv", &leads), ("leadscore.toml", project)]);
        company.run(&["--format", "markdown", "check"]).ok().stdout
    };
    let told = checked("abandoned");
    for said in [
        "1 thing calls for a look.",
        "200 leads have a closing time, but are neither won nor lost",
        "Is `abandoned` missing from `won` or `lost`, or is it the time of the last event, or a planned one?",
    ] {
        assert!(told.contains(said), "`{said}` is not in {told}");
    }
    for word in ["", "in progress"] {
        let told = checked(word);
        assert!(
            told.contains("nothing else calls for a look")
                && told.contains("closing time of 200 of 200 open leads closes none")
        );
    }
}

#[test]
fn where_the_log_begins_is_asked_until_somebody_writes_it() {
    let company = crate::company::Company::sample();
    let checked = || company.run(&["check"]).stdout;
    let told = checked();
    assert!(told.contains("when the log seems to begin") && told.contains("`since = \"always\"`"), "{told}");
    company.edit("leadscore.toml", "[activities]\n", "[activities]\nsince = \"always\"\n");
    let told = checked();
    assert!(!told.contains("seems to begin"), "{told}");
}

#[test]
fn only_wins_must_be_mended() {
    let mut world = thirty();
    world.leads.outcome = Some(vec![Outcome::Won; 30]);
    let report = report(&world, None);
    let found = about(&report, Area::Outcomes);
    assert_eq!((found[0].grade, found[0].sentence.as_str()), (Grade::Mend, "no lead is lost"));
}

#[test]
fn personal_columns_and_the_rules_on_them_are_listed() {
    let world = thirty().text("Gender", &["f"; 30]).text("birth_date", &["1980"; 30]);
    let card = "name = \"x\"\nrange = [0, 10]\n[[rule]]\nid = \"women\"\nwhen = { field = \"Gender\", any_of = [\"f\"] }\npoints = 5\n";
    let card = Scorecard::parse(card, "scorecard.toml").unwrap();
    let report = report(&world, Some(&card));
    let found = about(&report, Area::Sensitive);
    assert_eq!(found[0].names, ["Gender", "birth_date"]);
    assert!(found[1].names[0].contains("women"), "{:?}", found[1]);
}

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_leadscore")).args(args).current_dir(folder).output().expect("the program starts")
}

#[test]
fn the_exit_status_is_3_when_something_must_be_mended_and_0_after() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<String> = (0..200)
        .map(|i| format!("L{i},{},{},{}", ["web", "fair"][i % 2], if i % 4 == 0 { i } else { 0 }, u8::from(i % 4 == 0)))
        .collect();
    let text = format!("lead_id,source,close_value,won\n{}\n", rows.join("\n"));
    std::fs::write(folder.path().join("leads.csv"), text).unwrap();
    let project = |lost: &str| {
        format!(
            "[leads]\nfiles = [\"leads.csv\"]\noutcome = {{ column = \"won\", won = [\"1\"], lost = [\"{lost}\"] }}\n"
        )
    };
    std::fs::write(folder.path().join("leadscore.toml"), project("2")).unwrap();
    let first = run(folder.path(), &["check"]);
    let text = String::from_utf8(first.stdout).unwrap();
    assert_eq!(first.status.code(), Some(3), "{text}");
    assert!(text.contains("No lead is lost"), "{text}");

    std::fs::write(folder.path().join("leadscore.toml"), project("0")).unwrap();
    let second = run(folder.path(), &["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!(second.status.code(), Some(0), "{json}");
    assert_eq!(json["outcomes"], serde_json::json!([50, 150, 0]));
}

#[test]
fn a_leak_that_the_model_leaves_out_asks_for_nothing_unless_a_rule_goes_by_it() {
    let row = |i: usize| {
        let won = i.is_multiple_of(4);
        format!("L{i},{},{},{}\n", ["web", "fair"][i % 2], if won { i + 1 } else { 0 }, u8::from(won))
    };
    let leads = format!("lead_id,source,close_value,won\n{}", (0..200).map(row).collect::<String>());
    let project = "[leads]\nfiles = 'leads.csv'\noutcome = { column = 'won', won = '1', lost = '0' }\n";
    let company = crate::company::Company::with(&[("leads.csv", &leads), ("leadscore.toml", project)]);
    let told = company.run(&["--format", "markdown", "check"]).ok().stdout;
    let (before, after) = told.split_once("`close_value` knows the outcome").unwrap_or_else(|| panic!("{told}"));
    assert!(before.contains("GOOD TO KNOW") && after.contains("The model leaves it out. If known before"), "{told}");
    company.write(
        "scorecard.toml",
        "name = 'x'\nrange = [0, 10]\n[[rule]]\nid = 'large'\nwhen = { field = 'close_value', at_least = 9 }\npoints = 5\n",
    );
    let told = company.run(&["--format", "markdown", "check"]).ok().stdout;
    let (before, after) = told.split_once("`close_value` knows the outcome").unwrap_or_else(|| panic!("{told}"));
    assert!(before.contains("TO LOOK AT") && !before.contains("GOOD TO KNOW"), "{told}");
    assert!(after.contains("but rule `large` goes by it: take it out of scorecard.toml."), "{told}");
}

#[test]
fn what_stops_a_training_is_a_finding_not_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let text: String =
        (0..60).map(|i| format!("L{i},{}\n", if i == 7 { "soon".to_string() } else { i.to_string() })).collect();
    std::fs::write(folder.path().join("leads.csv"), format!("lead_id,budget\n{text}")).unwrap();
    std::fs::write(
        folder.path().join("leadscore.toml"),
        "[leads]\nfiles = [\"leads.csv\"]\ntypes = { budget = \"number\" }\n",
    )
    .unwrap();
    let checked = run(folder.path(), &["check"]);
    let text = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(3), "{text}");
    assert!(
        text.contains("1 value of `budget` cannot be read") && text.contains("`soon` (leads.csv, line 9)"),
        "{text}"
    );
}

/// Six leads won or lost, of which one won and one lost have no closing time.
const LACKING: &str = "lead_id,created_at,closed_at,outcome\n\
    1,2024-01-01,2024-02-01,won\n2,2024-01-02,,won\n3,2024-01-03,2024-02-03,lost\n4,2024-01-04,,lost\n\
    5,2024-01-05,2024-02-05,lost\n6,2024-01-06,,\n";

#[test]
fn a_loss_needs_no_closing_time_where_lost_after_gives_it_one() {
    let project = "[leads]\nfiles = 'leads.csv'\nid = 'lead_id'\ncreated_at = 'created_at'\nclosed_at = 'closed_at'\n\
                   outcome = { column = 'outcome', won = 'won', lost = 'lost' }\n";
    let company = crate::company::Company::with(&[("leads.csv", LACKING), ("leadscore.toml", project)]);
    let without = company.run(&["check"]).stdout;
    assert!(without.contains("2 leads won or lost have no closing time"), "{without}");
    company.write("leadscore.toml", &format!("{project}lost_after = '90d'\n"));
    let with = company.run(&["check"]).stdout;
    assert!(with.contains("1 lead won has no closing time"), "{with}");
}

#[test]
fn a_name_to_exclude_that_is_no_column_is_told_with_the_nearest() {
    let project = "[leads]\nfiles = 'leads.csv'\nid = 'lead_id'\nexclude = ['Outcom', 'zebra']\n\
                   outcome = { column = 'outcome', won = 'won', lost = 'lost' }\n";
    let company = crate::company::Company::with(&[("leads.csv", LACKING), ("leadscore.toml", project)]);
    let told = company.run(&["check"]).stdout;
    assert!(told.contains("`Outcom`, which is no column; did you mean `outcome`?"), "{told}");
    assert!(told.contains("`zebra`, which is no column"), "{told}");
}

#[test]
fn one_lead_or_column_is_spoken_of_as_one() {
    let row = |i: usize| {
        format!("a{i},2024-01-{:02},2024-02-{:02},{},{}\n", 1 + i % 28, 1 + i % 28, ["won", "lost"][i % 2], i % 3)
    };
    let rows: String = (0..40).map(row).collect();
    let leads = format!("lead_id,created_at,closed_at,outcome,source\n{rows}b1,,,,2\n");
    let company = crate::company::Company::with(&[("leads.csv", &leads)]);
    company.run(&["init", "--leads", "leads.csv"]).ok();
    let told = company.run(&["--format", "markdown", "check"]).ok().stdout;
    for said in ["1 lead has no creation time", "It is not closed.", "1 column is too little to call two leads alike"] {
        assert!(told.contains(said), "`{said}` is not in {told}");
    }
}

#[test]
fn closes_that_begin_long_after_the_leads_are_told() {
    // A lead a day, every second won within ten days.
    let row = |day: i64| {
        let date = |day: i64| leadscore::values::format_day(Instant((19_000 + day) * 86_400_000_000));
        format!("a{day},{},{},{}\n", date(day), date(day + 1 + day % 10), ["won", "lost"][day as usize % 2])
    };
    let rows: Vec<String> = (0..300).map(row).collect();
    let project = "[leads]\nfiles = 'leads.csv'\nid = 'lead_id'\ncreated_at = 'created_at'\nclosed_at = 'closed_at'\n\
                   outcome = { column = 'outcome', won = 'won', lost = 'lost' }\n";
    let told = |rows: &str| {
        let leads = format!("lead_id,created_at,closed_at,outcome\n{rows}");
        let company = crate::company::Company::with(&[("leads.csv", &leads), ("leadscore.toml", project)]);
        company.run(&["--format", "markdown", "check"]).stdout
    };
    assert!(!told(&rows.concat()).contains("The first deal closed on"));
    // Of the first hundred days the deals are not in the file, and the leads stand there as open.
    let open = |row: &String| format!("{},,\n", row.splitn(3, ',').take(2).collect::<Vec<_>>().join(","));
    let rows: String = rows[..100].iter().map(open).chain(rows[100..].iter().cloned()).collect();
    let said = told(&rows);
    assert!(
        said.contains("days after the first lead came")
            && said.contains("should have been won. Do the files leave out earlier deals?"),
        "{said}"
    );
}

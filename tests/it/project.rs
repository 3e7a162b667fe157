//! The project file: every key means something, and what cannot mean anything is refused with its line and a remedy.

use leadscore::asof::Span;
use leadscore::fault::InputError;
use leadscore::project::{
    Absent, BlendWeight, KEYS, KeyDoc, Lost, OutcomeColumn, Penalty, Project, Since, SnapshotMode, Solver, reference,
};
use leadscore::tables::ColumnType;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FILE: &str = "leadscore.toml";

/// The example of the design, with every table.
const FULL: &str = r#"
timezone = "Europe/Berlin"
encoding = "windows-1252"
decimal = ","
delimiter = ";"

[leads]
files      = ["closed.csv", "old/closed.csv"]
id         = "lead_id"
created_at = "created_at"
closed_at  = "closed_at"
outcome    = { column = "outcome", won = ["won", 1, true], lost = "*" }
lost_after = "180d"
exclude    = ["owner", "deal_amount"]
missing    = ["Select", "unknown", "n/a"]
types      = { zip = "category", "First seen" = "date" }

[activities]
lead_id = "lead"
at      = "time"
kind    = "event"
detail  = "page"
ours    = ["email_sent", "call_out"]
since   = 2024-01-01

[snapshot]
mode = "random"
horizon = "8w"

[train]
solver = "lbfgs"
penalty = 0.01
curves = false
folds = 0

[blend]
weight = 1
min_gap = 12.5

[score]
min_evidence = 0.25
"#;

fn parse(text: &str) -> Project {
    Project::parse(text, FILE).unwrap_or_else(|error| panic!("{error}; {}\n{text}", error.remedy))
}

fn refused(text: &str) -> InputError {
    match Project::parse(text, FILE) {
        Err(error) => error,
        Ok(project) => panic!("accepted:\n{text}\nas {project:?}"),
    }
}

/// Holds that `text` is refused at `line`, in words that contain all of `words`, with a remedy that contains `remedy`.
fn assert_refused(text: &str, line: usize, words: &[&str], remedy: &str) {
    let error = refused(text);
    assert_eq!(error.place, format!("{FILE}, line {line}"), "{error}\n{text}");
    for word in words {
        assert!(error.what.contains(word), "no `{word}` in: {}", error.what);
    }
    assert!(error.remedy.contains(remedy), "no `{remedy}` in: {}", error.remedy);
}

/// What the settings say, without the places they were written at.
fn settings(project: &Project) -> String {
    let p = project;
    format!(
        "{:?}",
        (
            (&p.timezone, &p.encoding, &p.decimal, &p.time_format, &p.delimiter),
            (&p.leads, &p.activities, &p.outcomes, &p.snapshot, &p.train, &p.blend),
            (&p.retrain, &p.monitor, &p.score)
        )
    )
}

#[test]
fn the_whole_file_is_read() {
    let project = parse(FULL);
    assert_eq!(project.timezone, "Europe/Berlin");
    assert_eq!(project.encoding.as_deref(), Some("windows-1252"));
    assert_eq!((project.decimal, project.delimiter), (',', Some(';')));
    let leads = &project.leads;
    assert_eq!(leads.files, ["closed.csv", "old/closed.csv"]);
    assert_eq!(leads.id.as_deref(), Some("lead_id"));
    let won = ["won", "1", "true"].map(String::from).to_vec();
    assert_eq!(leads.outcome, Some(OutcomeColumn { column: "outcome".into(), won, lost: Lost::Rest }));
    assert_eq!(leads.lost_after, Some(Span::from_days(180.0)));
    assert_eq!(leads.exclude, ["owner", "deal_amount"]);
    assert_eq!(
        leads.types,
        BTreeMap::from([("zip".into(), ColumnType::Category), ("First seen".into(), ColumnType::Date)])
    );
    let activities = &project.activities;
    assert_eq!(
        (activities.lead_id.as_str(), activities.at.as_str(), activities.kind.as_str()),
        ("lead", "time", "event")
    );
    assert_eq!(activities.since, Since::Written("2024-01-01".into()));
    assert_eq!(
        (project.snapshot.mode, project.snapshot.horizon),
        (Some(SnapshotMode::Random), Some(Span::from_days(56.0)))
    );
    assert_eq!((project.train.solver, project.train.penalty), (Solver::Lbfgs, Penalty::Fixed(0.01)));
    assert_eq!((project.train.curves, project.train.folds, project.train.holdout), (false, 0, 0.2));
    assert_eq!((project.blend.weight, project.blend.min_gap), (BlendWeight::Fixed(1.0), 12.5));
    assert_eq!(project.score.min_evidence, 0.25);
}

#[test]
fn an_empty_file_means_what_no_file_means() {
    let empty = parse("");
    assert_eq!(settings(&empty), settings(&Project::default()));
    assert_eq!(empty.timezone, "UTC");
    assert_eq!(empty.activities.since, Since::Found);
    assert_eq!(empty.outcomes.absent, Absent::Open);
    let train = &empty.train;
    assert_eq!((train.holdout, train.folds, train.interactions, train.min_level_count), (0.2, 5, 10, 10));
    assert_eq!(train.half_life, Span::from_days(30.0));
    assert_eq!((empty.blend.weight, empty.blend.min_gap), (BlendWeight::Auto, 20.0));
    assert_eq!(empty.score.min_evidence, 0.0);
    assert_eq!(Project::default().place("leads.id"), "");
}

#[test]
fn paths_are_relative_to_the_file_and_places_name_its_lines() {
    let project = Project::parse("timezone = 'UTC'\n[leads]\nfiles = 'a.csv'\n", "crm/leadscore.toml").unwrap();
    assert_eq!(project.leads.files, ["a.csv"]);
    assert_eq!(project.located("a.csv"), Path::new("crm/a.csv"));
    assert_eq!(project.clone().with_base("/srv").located("a.csv"), Path::new("/srv/a.csv"));
    assert_eq!(project.located("/data/a.csv"), PathBuf::from("/data/a.csv"));
    assert_eq!(project.place("leads.files"), "crm/leadscore.toml, line 3");
    assert_eq!(project.place("leads.id"), "crm/leadscore.toml");
    assert!(project.is_written("leads") && !project.is_written("leads.id") && !project.is_written("lea"));
}

#[test]
fn the_snapshot_mode_follows_from_the_columns() {
    let mode = |text: &str| parse(text).snapshot_mode();
    assert_eq!(mode(""), SnapshotMode::None);
    assert_eq!(mode("[leads]\ncreated_at = 'c'"), SnapshotMode::None);
    assert_eq!(mode("[leads]\ncreated_at = 'c'\nclosed_at = 'd'"), SnapshotMode::Random);
    assert_eq!(mode("[leads]\ncreated_at = 'c'\n[outcomes]\nclosed_at = 'd'"), SnapshotMode::Random);
    assert_eq!(mode("[leads]\ncreated_at = 'c'\nclosed_at = 'd'\nas_of = 'e'"), SnapshotMode::Column);
    let before = "[leads]\ncreated_at = 'c'\nclosed_at = 'd'\n[snapshot]\nmode = 'before_close'\nbefore_close = '7d'";
    assert_eq!(mode(before), SnapshotMode::BeforeClose);
}

/// A file with `key` at `value`, and what it needs at theirs.
fn file_with(key: Option<&KeyDoc>, needs: &[&str]) -> String {
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut add = |path: &'static str, value: &str| {
        let (table, name) = path.split_once('.').unwrap_or(("", path));
        tables.entry(table).or_default().push(format!("{name} = {value}\n"));
    };
    if let Some(key) = key {
        add(key.path, key.example);
    }
    for need in needs {
        let (path, value) = need.split_once(" = ").map_or((*need, None), |(path, value)| (path, Some(value)));
        let doc = KEYS.iter().find(|key| key.path == path).expect("a key needs keys of the table");
        add(doc.path, value.unwrap_or(doc.example));
    }
    let mut text = String::new();
    for (table, lines) in tables {
        if !table.is_empty() {
            text.push_str(&format!("[{table}]\n"));
        }
        text.push_str(&lines.concat());
    }
    text
}

#[test]
fn every_key_of_the_table_changes_what_is_parsed() {
    for key in KEYS {
        let with = parse(&file_with(Some(key), key.needs));
        // A key without which the others are refused changes them from refused to accepted.
        if let Ok(without) = Project::parse(&file_with(None, key.needs), FILE) {
            assert_ne!(settings(&with), settings(&without), "{} changes nothing", key.path);
        }
        assert!(with.is_written(key.path));
    }
}

#[test]
fn a_value_of_another_type_is_refused_for_every_key_in_its_own_words() {
    for key in KEYS {
        let wrong = KeyDoc { example: "[[]]", ..*key };
        let error = refused(&file_with(Some(&wrong), key.needs));
        assert!(error.what.contains(&format!("`{}` is [[]]", key.path)), "{}", error.what);
        assert!(error.what.contains(key.value), "{}", error.what);
        assert!(error.remedy.contains(key.example), "{}: {}", key.path, error.remedy);
        assert!(error.place.starts_with("leadscore.toml, line "), "{}", error.place);
    }
}

#[test]
fn the_committed_page_is_the_table_in_print() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/project-file.md");
    let rendered = reference();
    if std::env::var_os("LEADSCORE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &rendered).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == rendered, "{} is old; run the test with LEADSCORE_WRITE_DOCS=1", path.display());
    for key in KEYS {
        let name = key.path.split_once('.').map_or(key.path, |(_, name)| name);
        assert!(committed.contains(&format!("| `{name}` |")), "{} is in no table of the page", key.path);
    }
}

#[test]
fn an_unknown_key_gets_its_line_and_the_nearest_spelling() {
    assert_refused("[leads]\nid = 'a'\nclose_at = 'b'\n", 3, &["unknown key `close_at` in [leads]"], "`closed_at`");
    assert_refused("\ntime_zone = 'UTC'\n", 2, &["`time_zone` at the top level"], "`timezone`");
    assert_refused("[lead]\nid = 'a'\n", 1, &["`lead`"], "`leads`");
    assert_refused("[leads]\nholdout = 0.1\n", 2, &["`holdout`"], "belongs in [train]");
    assert_refused("[train]\ntimezone = 'UTC'\n", 2, &["`timezone`"], "top of the file");
    assert_refused("[[rule]]\nid = 'a'\n", 1, &["`rule`"], "scorecard.toml");
    assert_refused("[blend]\nzzz = 1\n", 2, &["`zzz`"], "weight, min_gap");
    assert_refused("\"leads.id\" = 'a'\n", 1, &["unknown key"], "");
    let inline = "[leads]\noutcome = { colum = 'a', won = 'w', lost = 'l' }\n";
    assert_refused(inline, 2, &["`colum` in [leads.outcome]"], "`column`");
}

#[test]
fn what_is_not_toml_is_refused_with_its_line() {
    assert_refused("[leads]\nid = lead_id\n", 2, &["not valid TOML"], "quoted");
    assert_refused("[leads]\nid = 'a'\nid = 'b'\n", 3, &["duplicate"], "once");
}

#[test]
fn values_out_of_range_are_refused_with_what_is_allowed() {
    let cases = [
        ("holdout = 0.95", "0 to 0.9"),
        ("holdout = -0.1", "0 to 0.9"),
        ("holdout = nan", "0 to 0.9"),
        ("folds = 1", "from 2 to 50"),
        ("folds = -5", "from 2 to 50"),
        ("folds = 5.0", "whole number"),
        ("penalty = -1", "from 0"),
        ("penalty = 'automatic'", "\"auto\""),
        ("half_life = '0d'", "longer than nothing"),
        ("half_life = '30 days'", "\"30d\""),
        ("half_life = 30", "duration"),
        ("min_level_count = 0", "from 1"),
        ("curves = 'yes'", "true or false"),
        ("solver = 'newtn'", "\"newton\" or \"lbfgs\""),
    ];
    for (line, allowed) in cases {
        let (key, value) = line.split_once(" = ").unwrap();
        assert_refused(&format!("[train]\n{line}\n"), 2, &[&format!("`train.{key}` is {value}"), allowed], "");
    }
    assert_refused("[train]\nsolver = 'newtn'\n", 2, &[], "did you mean \"newton\"?");
    assert_refused("[blend]\nweight = 1.01\n", 2, &["from 0 to 1"], "");
    assert_refused("[blend]\nmin_gap = 101\n", 2, &["from 0 to 100"], "");
    assert_refused("[score]\nmin_evidence = 1.01\n", 2, &["from 0 to 1"], "");
    assert_refused("delimiter = ':'\n", 1, &["`delimiter` is ':'"], "");
    assert_refused("[leads]\nid = ' '\n", 2, &["name of a column"], "");
    assert_refused("[leads]\nfiles = ['a.csv', 3]\n", 2, &["`leads.files`"], "closed.csv");
    assert_refused("[leads]\ntypes = { a = 'text',\n zip = 'string' }\n", 3, &["'string'", "\"category\""], "zip");
    assert_refused("[activities]\nsince = '2024-02-30'\n", 2, &["'2024-02-30'", "\"always\""], "");
    assert_refused("[activities]\nsince = 'forever'\n", 2, &["'forever'"], "");
    assert_refused("leads = 'closed.csv'\n", 1, &["table of keys"], "[leads]");
    assert_refused("[leads]\noutcome = 'stage'\n", 2, &["table of keys"], "outcome = { column");
}

#[test]
fn outcome_tables_that_are_incomplete_or_mean_two_things_are_refused() {
    let outcome = |inside: &str| format!("[leads]\nid = 'a'\noutcome = {{ {inside} }}\n");
    assert_refused(&outcome("won = 'w', lost = 'l'"), 3, &["no `column`"], "column = ");
    assert_refused(&outcome("column = 'o', lost = 'l'"), 3, &["no `won`"], "won = ");
    assert_refused(&outcome("column = 'o', won = []"), 3, &["`leads.outcome.won` is []"], "");
    assert_refused(&outcome("column = 'o', won = '*', lost = 'l'"), 3, &["`leads.outcome.won` is '*'"], "");
    assert_refused(&outcome("column = 'o', won = 'w', lost = ['l', '*']"), 3, &["alone"], "");
    assert_refused(&outcome("column = 'o', won = 'w'"), 3, &["names no value that means lost"], "lost_after");
    assert_refused(&outcome("column = 'o', won = ['Won'], lost = [' won ']"), 3, &["both won and lost"], "take it out");
    let ripe = "[leads]\ncreated_at = 'c'\nlost_after = '90d'\noutcome = { column = 'o', won = 'w' }\n";
    assert_eq!(parse(ripe).leads.outcome.unwrap().lost, Lost::Words(vec![]));
    let twice = format!("{}[outcomes]\nfiles = 'deals.csv'\n", outcome("column = 'o', won = 'w', lost = 'l'"));
    assert_refused(&twice, 3, &["[outcomes]"], "keep the one");
}

#[test]
fn contradictions_are_refused_with_the_remedy() {
    let both = "[leads]\ncreated_at = 'c'\nclosed_at = 'd'\n";
    let cases = [
        ("[leads]\nlost_after = '90d'\n".to_string(), 2, "created_at", "add created_at"),
        ("[outcomes]\nabsent = 'lost'\n".to_string(), 2, "from when on", "lost_after"),
        ("[leads]\nexclude = ['a', 'b']\nallow = ['b']\n".to_string(), 3, "`b` is both", "take it out"),
        ("[leads]\nid = 'a'\nweight = 'a'\n".to_string(), 3, "`leads.id` and as `leads.weight`", "own column"),
        ("[leads]\nid = 'a'\nactivity_columns = ['v', 'a']\n".to_string(), 3, "column `a`", "own column"),
        ("[activities]\nat = 'kind'\n".to_string(), 2, "`activities.kind`", "own column"),
        ("[snapshot]\nmode = 'column'\n".to_string(), 2, "\"column\" needs a column", "as_of"),
        ("[snapshot]\nmode = 'random'\n".to_string(), 2, "\"random\" needs a column", "created_at"),
        ("[leads]\ncreated_at = 'c'\n[snapshot]\nmode = 'random'\n".to_string(), 4, "\"random\"", "closed_at"),
        ("[snapshot]\nmode = 'before_close'\nbefore_close = '1d'\n".to_string(), 2, "needs a column", "closed_at"),
        (format!("{both}[snapshot]\nmode = 'after_created'\n"), 5, "needs `after_created`", "after_created = \"7d\""),
        (format!("{both}[snapshot]\nbefore_close = '7d'\n"), 5, "the mode is \"random\"", "mode = \"before_close\""),
        ("[snapshot]\nhorizon = '7d'\n".to_string(), 2, "the mode is \"none\"", "mode = \"random\""),
        ("[activities]\nfiles = 'a.csv'\n[snapshot]\nmode = 'none'\n".to_string(), 4, "no time", "`created_at`"),
        ("[train]\nfolds = 0\n".to_string(), 2, "blend weight", "weight = 0.5"),
        ("[train]\nsolver = 'lbfgs'\n".to_string(), 2, "one numeric penalty", "penalty = 0.01"),
        ("[train]\nsolver = 'lbfgs'\npenalty = 1\n".to_string(), 2, "no curves", "curves = false"),
    ];
    for (text, line, what, remedy) in cases {
        assert_refused(&text, line, &[what], remedy);
    }
    parse("[leads]\ncreated_at = 'c'\nas_of = 'c'\n");
    parse("[train]\nfolds = 0\n[blend]\nweight = 0.5\n");
}

#[test]
fn settings_changed_by_the_caller_are_checked_again() {
    let mut project = parse("[snapshot]\nmode = 'none'\n");
    assert_eq!(project.check(), Ok(()));
    project.activities.files.push("from_the_command_line.csv".to_string());
    assert_eq!(project.check().unwrap_err().place, format!("{FILE}, line 2"));
}

#[test]
fn hostile_texts_are_refused_and_never_panic() {
    for text in ["\u{feff}", "=", "[", "[leads", "a = \"\\u{", "é = 1", "[leads.types]\n\"\" = 'text'", "\0"] {
        let _ = Project::parse(text, FILE);
    }
    let deep = format!("a = {}{}", "[".repeat(5000), "]".repeat(5000));
    assert!(Project::parse(&deep, FILE).is_err());
    for cut in 0..FULL.len() {
        let _ = Project::parse(&FULL[..cut], FILE);
    }
}

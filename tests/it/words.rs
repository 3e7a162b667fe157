//! The first five minutes: how much somebody has to read who follows the README with files of their own.

use crate::company::{Company, Run};
use std::path::Path;

/// Words that may stand where; at 220 a minute all of them take little more than three.
const README: usize = 180;
const INIT: usize = 130;
const TRAIN: usize = 200;
/// … where no column with a long name is asked about, which takes four dozen more; `init` asks about none.
const ASKING: usize = 250;
const SCORE: usize = 130;
const REPORT: usize = 45;
const ALL: usize = 700;

/// Terms of statistics, which nobody should have to know to go on.
const TERMS: [&str; 9] = [
    "calibration",
    "stability index",
    "stratified",
    "intercept",
    "cross-validation",
    "log loss",
    "row weight",
    "model card",
    "handover",
];

/// Names that what is to be asked first, or to be looked at, once had beside those.
const OTHER_NAMES: [&str; 5] = ["In doubt", "# in doubt: ", "Look at this", "Settle the doubts", "Before you read on"];

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn printed(run: Run) -> String {
    run.stdout + &run.stderr
}

/// The part of the README that leads from a file to a ranked list.
fn way() -> String {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, rest) = readme.split_once("## From a file to a ranked list").unwrap();
    rest.split("\n## ").next().unwrap().to_string()
}

/// The names of the commands in a text, in their order.
fn commands(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("leadscore "));
    lines.filter_map(|command| command.split_whitespace().next()).collect()
}

/// Runs what a newcomer runs, and holds what is printed to so many words and to plain ones.
fn walk(company: &Company, files: &[&str], open: &[&str], most_of_train: usize) {
    let init = printed(company.run(&[&["init"], files].concat()).ok());
    let train = printed(company.run(&["train"]).ok());
    let score = printed(company.run(&[&["score", "--out", "scored.csv"], open].concat()).ok());
    let report = printed(company.run(&["report", "--out", "report.html"]).ok());
    let written = [company.text("leadscore.toml"), company.text("report.html")];
    for text in [&init, &train, &score, &report].into_iter().chain(&written) {
        let other = OTHER_NAMES.iter().find(|name| text.contains(*name));
        assert_eq!(other, None);
    }
    let mut all = words(&way());
    for (text, most) in [(&init, INIT), (&train, most_of_train), (&score, SCORE), (&report, REPORT)] {
        assert!(words(text) <= most, "{} words, not {most} at most: {text}", words(text));
        let term = TERMS.iter().find(|term| text.to_lowercase().contains(*term));
        assert_eq!(term, None, "{text}");
        all += words(text);
    }
    assert!(all <= ALL, "{all} words");
    assert!(!init.contains(" # "), "not every shell takes a comment that is pasted: {init}");
    let said: Vec<&str> = commands(&init);
    assert_eq!(commands(&way())[1..], said, "the README and `init` tell the same commands in the same order");
}

#[test]
fn the_way_of_the_readme_is_short() {
    let there = words(&way());
    assert!(there <= README, "{there} words");
    let company = Company::sample();
    ["leadscore.toml", "scorecard.toml"].iter().for_each(|file| std::fs::remove_file(company.path(file)).unwrap());
    let files = ["--leads", "closed_deals.csv", "--activities", "activities.csv"];
    walk(&company, &files, &["--leads", "open_leads.csv", "--as-of", crate::company::AS_OF], TRAIN);
    // Who wants to know more is told, and where.
    let score = ["score", "--leads", "open_leads.csv", "--out", "s.csv", "--as-of", crate::company::AS_OF];
    let more = company.run(&[&["-v"], &score[..]].concat()).ok().stdout;
    assert!(more.contains("past deals there*") && more.contains("--mismatches FILE"), "{more}");
    let why = company.run(&[&["-v", "init", "--force"], &files[..]].concat()).ok().stdout;
    assert!(
        why.contains("known only once the deal is closed") && why.contains("attributes of who the lead is: "),
        "{why}"
    );
}

/// A table as most come: no times, long headers, columns to be asked about, everything decided.
#[test]
fn the_way_is_short_on_a_table_full_of_doubts() {
    let mut leads = String::from(
        "Prospect ID,What matters most to you in choosing a course,Lead Source,Lead Status Reason,Last Activity,Owner,Age,\
         Total Time Spent on Website,Converted\n",
    );
    for i in 0..800_usize {
        let converted = i * 7919 % 10 < 4;
        let matters = if (converted && i % 10 > 0) || i % 10 > 5 { "Career" } else { "" };
        let time = i * 31 % 900 + if converted { 700 } else { 0 };
        let source = ["Web", "Fair", "Mail"][i % 3];
        let reason = ["interested", "busy"][i * 13 % 2];
        leads.push_str(&format!(
            "p{i},{matters},{source},{reason},Email Opened,ann,33,{time},{}\n",
            u8::from(converted)
        ));
    }
    walk(&Company::with(&[("leads.csv", &leads)]), &["--leads", "leads.csv"], &[], ASKING);
}

//! Help, completions, manual pages, colours and the forms of a summary.

use crate::company::Company;
use std::path::Path;

/// The width that help is printed in for the handbook, whatever terminal the tests run in.
const WIDTH: (&str, &str) = ("COLUMNS", "100");

fn help_of(command: &[&str]) -> String {
    let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
    Company::new().run_with(&arguments, &[WIDTH]).ok().stdout
}

/// The commands that the program's help lists, in its order.
fn commands() -> Vec<String> {
    let help = help_of(&[]);
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let entries = listed.lines().filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    let names = entries.filter_map(|entry| entry.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_string).collect()
}

/// The help of every command, as a page of the handbook.
fn page() -> String {
    let fenced = |help: String| {
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        format!("```text\n{}\n```\n", lines.join("\n").trim_end())
    };
    let mut page = format!(
        "# Commands\n\nThe help of every command, as the program prints it (`leadscore COMMAND --help`); a test holds this \
         page to it.\n\n## leadscore\n\n{}",
        fenced(help_of(&[]))
    );
    for command in commands() {
        page.push_str(&format!("\n## {command}\n\n{}", fenced(help_of(&[&command]))));
    }
    page
}

#[test]
fn the_handbook_has_the_help_of_every_command_as_it_is_printed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/commands.md");
    let rendered = page();
    if std::env::var_os("LEADSCORE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &rendered).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == rendered, "{} is old; run the test with LEADSCORE_WRITE_DOCS=1", path.display());
}

#[test]
fn every_command_shows_an_example_of_itself() {
    for command in commands() {
        let help = help_of(&[&command]);
        let example = help.split("Example").nth(1).unwrap_or_else(|| panic!("{command} has no example"));
        assert!(example.contains(&format!("leadscore {command}")), "{command}: {example}");
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let company = Company::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = company.run(&["completions", shell]).ok().stdout;
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
        assert!(script.contains("as-of"), "{shell} completes options, too");
    }
    assert_eq!(company.run(&["completions", "ksh"]).status, 2);
    let own_page = company.run(&["man"]).ok().stdout;
    assert!(own_page.contains(".TH leadscore"), "{own_page}");
    company.run(&["man", "--out", "man"]).ok().says("pages in man");
    for command in commands() {
        let page = company.text(&format!("man/leadscore-{command}.1"));
        assert!(page.contains("Example") && page.contains("leadscore"), "{command}");
    }
}

#[test]
fn one_summary_comes_as_a_table_as_markdown_and_as_json() {
    let company = Company::trained();
    let leads = ["--leads", "open_leads.csv", "--as-of", crate::company::AS_OF];
    let explain = |format: &str| {
        let arguments: Vec<&str> = ["--format", format, "explain", "lead-A"].into_iter().chain(leads).collect();
        company.run(&arguments).ok().stdout
    };
    let (table, markdown, json) = (explain("table"), explain("markdown"), explain("json"));
    assert!(table.contains("price_page") && table.contains('█') && !table.contains('|'), "{table}");
    assert!(markdown.contains("| price\\_page | 9 | 90 | ████████████████ |"), "{markdown}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["rule_score"], 100.0);
    let card = company.run(&["--format", "markdown", "models", "show"]).ok().stdout;
    assert!(card.contains("\n## Deals\n\n- Each deal"), "{card}");
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let company = Company::trained();
    let arguments = ["explain", "lead-A", "--leads", "open_leads.csv", "--as-of", crate::company::AS_OF];
    let has_colour =
        |variables: &[(&str, &str)]| company.run_with(&arguments, variables).ok().stdout.contains('\u{1b}');
    assert!(!has_colour(&[]), "a pipe gets none");
    assert!(has_colour(&[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colour(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    let narrow = company.run_with(&arguments, &[("COLUMNS", "60")]).ok().stdout;
    let widest = narrow.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 60, "{widest}: {narrow}");
}

#[test]
fn a_value_that_an_option_cannot_have_is_a_usage_error() {
    let company = Company::trained();
    let scoring = ["score", "--leads", "open_leads.csv", "--out", "scored.csv"];
    for wrong in [
        &["--as-of", "yesterday"][..],
        &["--as-of", "2026-07-01", "--columns", "scor"],
        &["--as-of", "2026-07-01", "--columns", "score,tier,score"],
        &["--as-of", "2026-07-01", "--keep", "nowhere"],
    ] {
        let arguments: Vec<&str> = scoring.iter().chain(wrong).copied().collect();
        let run = company.run(&arguments);
        assert_eq!(run.status, 2, "{wrong:?}: {}", run.stderr);
        assert!(run.stderr.contains("error: --"), "{}", run.stderr);
    }
    assert!(!company.path("scored.csv").exists());
    let until = company.run(&["train", "--until", "soon"]);
    assert_eq!(until.status, 2, "{}", until.stderr);
    // The same word in a file is the file's fault.
    company.edit("leadscore.toml", "timezone", "# timezone");
    company.edit("leadscore.toml", "[activities]", "[activities]\nsince = \"soon\"");
    assert_eq!(company.run(&["train"]).status, 1);
}

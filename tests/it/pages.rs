//! The README's and the tutorial's commands, run as they stand, and what they print held to what the page says.
//!
//! In a page, a block fenced as `sh` is run; a block fenced as `text` right below it is its standard output: all of it,
//! or its beginning where the last line is `…`, or its end where the first line is. `LEADSCORE_WRITE_DOCS=1` brings
//! the pages up to date.

use crate::company::Company;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The width in which pages show what is printed.
const COLUMNS: &str = "120";

/// Stands for lines left out of a page.
const MORE: &str = "…";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A shell in a folder, where `leadscore` is the program just built.
struct Shell {
    folder: PathBuf,
}

impl Shell {
    /// Runs one line and gives its standard output. It must succeed, or be a `check` that says no.
    fn run(&mut self, line: &str) -> String {
        if let Some(folder) = line.strip_prefix("cd ") {
            self.folder = self.folder.join(folder);
            return String::new();
        }
        let program = Path::new(env!("CARGO_BIN_EXE_leadscore"));
        let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(&self.folder)
            .envs([("PATH", path.as_str()), ("COLUMNS", COLUMNS)])
            .output()
            .unwrap();
        let code = output.status.code();
        let is_fine = code == Some(0) || code == Some(3) && line.starts_with("leadscore check");
        assert!(is_fine, "`{line}` ended with {code:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The command of a line; nothing for what builds or installs the program.
fn command_of(line: &str) -> Option<&str> {
    let command = line.trim();
    (!command.is_empty() && !command.starts_with("cargo ")).then_some(command)
}

/// What a page shows of `printed`, as long an excerpt as it shows now.
fn excerpt(printed: &str, shown: &[&str]) -> Vec<String> {
    let lines: Vec<String> = printed.trim_matches('\n').lines().map(|line| line.trim_end().to_string()).collect();
    let n_shown = shown.len().saturating_sub(1).min(lines.len());
    let more = MORE.to_string();
    if shown.last() == Some(&MORE) {
        lines[..n_shown].iter().cloned().chain([more]).collect()
    } else if shown.first() == Some(&MORE) {
        [more].into_iter().chain(lines[lines.len() - n_shown..].iter().cloned()).collect()
    } else {
        lines
    }
}

/// The page with every block of output as its commands print it now.
fn played(page: &str, shell: &mut Shell) -> String {
    let mut played: Vec<String> = Vec::new();
    let mut lines = page.lines().peekable();
    let mut printed: Option<String> = None;
    while let Some(line) = lines.next() {
        played.push(line.to_string());
        let Some(language) = line.strip_prefix("```") else {
            if !line.trim().is_empty() {
                printed = None;
            }
            continue;
        };
        let mut inside: Vec<&str> = Vec::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            inside.push(line);
        }
        match (language, printed.take()) {
            ("sh", _) => {
                let commands = inside.iter().filter_map(|line| command_of(line));
                printed = Some(commands.map(|command| shell.run(command)).collect());
                played.extend(inside.iter().map(|line| line.to_string()));
            }
            ("text", Some(printed)) => played.extend(excerpt(&printed, &inside)),
            _ => played.extend(inside.iter().map(|line| line.to_string())),
        }
        played.push("```".to_string());
    }
    played.join("\n") + "\n"
}

fn is_writing() -> bool {
    std::env::var_os("LEADSCORE_WRITE_DOCS").is_some()
}

/// Holds a file of the repository to `expected`, or writes it.
fn hold(file: &str, expected: &str) {
    let path = root().join(file);
    if is_writing() {
        std::fs::write(&path, expected).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = committed.lines().zip(expected.lines()).find(|(a, b)| a != b);
    assert!(committed == expected, "{file} is old ({differing:?}); run the test with LEADSCORE_WRITE_DOCS=1");
}

fn hold_page(file: &str, folder: PathBuf) {
    let page = std::fs::read_to_string(root().join(file)).unwrap();
    hold(file, &played(&page, &mut Shell { folder }));
}

#[test]
fn the_readmes_commands_run_on_files_of_those_names() {
    let company = Company::new();
    company.run(&["demo", "--make", ".", "--deals", "600", "--open", "120"]).ok();
    for (from, to) in
        [("closed_deals.csv", "closed.csv"), ("open_leads.csv", "open.csv"), ("activities.csv", "acts.csv")]
    {
        std::fs::rename(company.path(from), company.path(to)).unwrap();
    }
    // `init` writes these two for somebody who has none.
    std::fs::remove_file(company.path("leadscore.toml")).unwrap();
    std::fs::remove_file(company.path("scorecard.toml")).unwrap();
    hold_page("README.md", company.path(""));
}

#[test]
fn the_tutorials_commands_print_what_it_says() {
    let company = Company::new();
    hold_page("docs/tutorial.md", company.path(""));
}

/// The comparison on the sample, drawn as the README shows it.
#[test]
fn the_readmes_picture_is_what_compare_prints() {
    let company = Company::sample();
    let printed = Shell { folder: company.path("") }.run("leadscore compare");
    let lines: Vec<&str> = printed.lines().take_while(|line| !line.contains("Points learned are drawn")).collect();
    hold("docs/images/compare.svg", &picture("$ leadscore compare", &lines));
}

/// Size of a character and a line, and the margin, in pixels.
const CELL: (f64, f64) = (7.8, 19.0);
const MARGIN: f64 = 18.0;

/// Words drawn in a colour of their own; each has a contrast of at least 4.5 to the ground.
const COLOURS: [(&str, &str); 5] = [
    ("wrong sign", "#ff8f87"),
    ("too strong", "#f2cc60"),
    ("too weak", "#f2cc60"),
    ("agrees", "#7ee787"),
    ("too little data", "#a9b3bf"),
];

/// Lines of text as a terminal shows them, as SVG.
fn picture(title: &str, lines: &[&str]) -> String {
    let all: Vec<&str> = [title, ""].into_iter().chain(lines.iter().map(|line| line.trim_end())).collect();
    let widest = all.iter().map(|line| line.chars().count()).max().unwrap();
    let (width, height) = (widest as f64 * CELL.0 + 2.0 * MARGIN, all.len() as f64 * CELL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" role=\"img\" \
         aria-label=\"Learned beside hand-set points, as leadscore compare prints them\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#161b22\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\" \
         fill=\"#e6edf3\" xml:space=\"preserve\">\n"
    );
    for (nth, line) in all.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let y = MARGIN + (nth as f64 + 0.75) * CELL.1;
        let word = COLOURS.iter().find(|(word, _)| line.ends_with(word));
        let (plain, coloured) = line.split_at(line.len() - word.map_or(0, |(word, _)| word.len()));
        svg.push_str(&text_of(plain, 0, y, ""));
        if let Some((_, colour)) = word {
            svg.push_str(&text_of(coloured, plain.chars().count(), y, &format!(" fill=\"{colour}\"")));
        }
    }
    svg + "</g>\n</svg>\n"
}

/// A text from the given column on; `textLength` keeps the columns whatever the reader's font.
fn text_of(text: &str, column: usize, y: f64, more: &str) -> String {
    let indent = text.chars().take_while(|c| *c == ' ').count();
    let text = text.trim();
    let x = MARGIN + (column + indent) as f64 * CELL.0;
    let length = text.chars().count() as f64 * CELL.0;
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\"{more}>{escaped}</text>\n")
}

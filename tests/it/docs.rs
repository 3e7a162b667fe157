//! The handbook: every page is in its table of contents, and every link leads somewhere.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Markdown files below a folder, relative to the repository.
fn pages_below(folder: &str) -> BTreeSet<PathBuf> {
    let mut pages = BTreeSet::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let name = folder.join(entry.unwrap().file_name());
            if root().join(&name).is_dir() {
                folders.push(name);
            } else if name.extension().is_some_and(|e| e == "md") {
                pages.insert(name);
            }
        }
    }
    pages
}

fn text_of(page: &Path) -> String {
    std::fs::read_to_string(root().join(page)).unwrap_or_else(|e| panic!("{}: {e}", page.display()))
}

/// The lines of a page that are no code, and those of code.
fn prose_of(text: &str) -> String {
    let mut in_code = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The targets of a page's links and pictures that lie in the repository.
fn links_of(text: &str) -> Vec<String> {
    let prose = prose_of(text);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).map(str::to_string).collect()
}

/// The anchors of a page's headings, as mdBook and code forges make them: lower case, signs dropped, spaces to dashes.
fn anchors_of(text: &str) -> BTreeSet<String> {
    let prose = prose_of(text);
    let headings = prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading.to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

/// `base/../x` without the detour; `None` outside the repository.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => normal.push(name),
            Component::ParentDir => normal.pop().then_some(())?,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(normal)
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let summary = text_of(Path::new("docs/SUMMARY.md"));
    let listed: BTreeSet<PathBuf> = links_of(&summary).iter().map(|link| Path::new("docs").join(link)).collect();
    let mut pages = pages_below("docs");
    pages.remove(Path::new("docs/SUMMARY.md"));
    assert_eq!(listed, pages);
}

#[test]
fn every_link_leads_somewhere() {
    let mut pages = pages_below("docs");
    pages.extend(["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "data/sample/README.md"].map(PathBuf::from));
    for page in &pages {
        let text = text_of(page);
        for link in links_of(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                file => normal(&page.with_file_name("").join(file)).unwrap_or_default(),
            };
            let place = format!("{} links to {link}", page.display());
            assert!(root().join(&target).exists() && !target.as_os_str().is_empty(), "{place}: not there");
            // What lies outside the folder is not in the book.
            assert!(!page.starts_with("docs") || target.starts_with("docs"), "{place}: not in the handbook");
            if !anchor.is_empty() {
                assert!(anchors_of(&text_of(&target)).contains(anchor), "{place}: no such heading");
            }
        }
    }
}

#[test]
fn commands_can_be_pasted_as_they_stand() {
    let mut pages = pages_below("docs");
    pages.extend(["README.md", "data/sample/README.md"].map(PathBuf::from));
    for page in &pages {
        let text = text_of(page);
        for block in text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            // zsh, for one, takes no comment where it is typed.
            let comment = block.lines().find(|line| line.trim_start().starts_with('#') || line.contains(" # "));
            assert_eq!(comment, None, "{}", page.display());
        }
    }
}

/// The texts of the program.
fn sources() -> String {
    let mut texts = String::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                texts.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

/// The cells in code type of one column of the tables under a heading, each cell's codes apart.
fn quoted_below(text: &str, heading: &str, column: usize) -> Vec<String> {
    let part = text.split(heading).nth(1).unwrap();
    let part = part.split("\n## ").next().unwrap();
    let rows = part.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = rows.filter_map(|line| line.split('|').nth(column + 1));
    let codes = cells.flat_map(|cell| {
        let mark = if cell.contains("``") { "``" } else { "`" };
        cell.split(mark).skip(1).step_by(2).map(str::to_string).collect::<Vec<_>>()
    });
    codes.collect()
}

#[test]
fn the_messages_of_the_handbook_are_those_of_the_program() {
    let sources = sources();
    let messages = quoted_below(&text_of(Path::new("docs/reference/messages.md")), "## What errors are about", 1);
    let warnings = quoted_below(&text_of(Path::new("docs/reference/scored-table.md")), "## Warnings", 0);
    assert!(messages.len() >= 10 && warnings.len() >= 8, "{messages:?} {warnings:?}");
    for message in messages.iter().chain(&warnings) {
        // What varies stands in backquotes or is called N; the longest piece between is fixed.
        let pieces = message.split('`').step_by(2).flat_map(|piece| piece.split(" N "));
        let fixed = pieces.max_by_key(|piece| piece.len()).unwrap().trim();
        assert!(sources.contains(fixed), "the program never says `{fixed}`");
    }
}

//! The import order of ARCHITECTURE.md, and where files, clock, environment and printing may stand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Modules from the ground up, as in `src/lib.rs`. A module imports only from those above it.
const ORDER: [&str; 30] = [
    "asof",
    "lanes",
    "decay",
    "fault",
    "logodds",
    "text",
    "values",
    "watch",
    "tables",
    "measures",
    "snapshot",
    "scorecard",
    "design",
    "features",
    "logistic",
    "metrics",
    "rates",
    "validation",
    "blend",
    "comparison",
    "linking",
    "mismatch",
    "predictor",
    "pipeline",
    "project",
    "sample",
    "io",
    "registry",
    "report",
    "cli",
];

/// Edges, which know the core but never each other; `cli` joins them.
const EDGES: [&str; 3] = ["io", "registry", "report"];

/// The two ways to a score: neither side may know the other.
const HAND_SET: [&str; 1] = ["scorecard"];
const LEARNED: [&str; 4] = ["design", "features", "logistic", "predictor"];

/// Modules that meet files, the clock and the environment.
const EDGES_WITH_FILES: [&str; 3] = ["io", "registry", "cli"];

struct SourceFile {
    /// Path below `src/`.
    path: PathBuf,
    /// The module of the crate's root it belongs to.
    module: String,
    /// Its code, without comments and without its tests.
    code: String,
}

fn manifest_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn source_files() -> Vec<SourceFile> {
    let root = manifest_folder().join("src");
    let mut paths = Vec::new();
    rust_files(&root, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let below = path.strip_prefix(&root).unwrap().to_path_buf();
        let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs").to_string();
        SourceFile { module, code: code_of(&std::fs::read_to_string(&path).unwrap()), path: below }
    };
    paths.into_iter().map(read).collect()
}

/// A file's text without line comments, up to its tests (which stand last).
fn code_of(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
    lines.map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn word_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The root modules that `code` names after `crate::`, alone or in braces.
fn imports(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (position, _) in code.match_indices("crate::") {
        let rest = &code[position + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => {
                named.insert(word_at(rest).to_string());
            }
            Some(list) => {
                let (mut depth, mut at_start) = (0, true);
                for (i, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => at_start = true,
                        c if depth == 0 && at_start && !c.is_whitespace() => {
                            named.insert(word_at(&list[i..]).to_string());
                            at_start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    named
}

fn place(module: &str) -> usize {
    ORDER
        .iter()
        .position(|placed| *placed == module)
        .unwrap_or_else(|| panic!("`{module}` has no place in the order of the layers: say where it stands"))
}

/// (file, its module, a module it imports), modules of the crate only.
fn all_imports() -> Vec<(PathBuf, String, String)> {
    let mut found = Vec::new();
    for file in source_files().into_iter().filter(|f| f.module != "lib" && f.module != "main") {
        for named in imports(&file.code).into_iter().filter(|n| *n != file.module) {
            found.push((file.path.clone(), file.module.clone(), named));
        }
    }
    found
}

#[test]
fn a_module_imports_only_from_those_above_it() {
    let wrong: Vec<String> = all_imports()
        .into_iter()
        .filter(|(_, module, named)| place(named) >= place(module))
        .map(|(path, module, named)| format!("src/{}: `{module}` imports `{named}`", path.display()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn neither_the_two_scorers_nor_the_edges_import_each_other() {
    for (path, module, named) in all_imports() {
        let (from, to) = (module.as_str(), named.as_str());
        assert!(!(EDGES.contains(&from) && EDGES.contains(&to)), "src/{}: `{from}` imports `{to}`", path.display());
        let meets =
            HAND_SET.contains(&from) && LEARNED.contains(&to) || LEARNED.contains(&from) && HAND_SET.contains(&to);
        assert!(!meets, "src/{}: `{module}` imports `{named}`", path.display());
    }
}

#[test]
fn the_order_is_that_of_the_crate_and_the_map_names_every_module() {
    let lib = std::fs::read_to_string(manifest_folder().join("src/lib.rs")).unwrap();
    let declared: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(declared, ORDER);
    let map = std::fs::read_to_string(manifest_folder().join("ARCHITECTURE.md")).unwrap();
    for module in declared {
        assert!(
            map.contains(&format!("`{module}`")) || map.contains(&format!("`{module}/`")),
            "no `{module}` in the map"
        );
    }
}

#[test]
fn files_clock_environment_and_printing_stand_at_the_edges() {
    let banned =
        ["println!", "eprintln!", "print!(", "std::fs", "SystemTime", "Instant::now", "std::env", "process::exit"];
    for file in source_files().iter().filter(|f| !EDGES_WITH_FILES.contains(&f.module.as_str())) {
        for word in banned {
            assert!(!file.code.contains(word), "src/{}: `{word}` belongs to an edge", file.path.display());
        }
    }
}

#[test]
fn every_test_file_is_a_module_of_the_one_binary() {
    let folder = manifest_folder().join("tests/it");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    let declared: BTreeSet<String> = main
        .lines()
        .filter_map(|line| Some(line.trim().strip_prefix("mod ")?.strip_suffix(';')?.to_string()))
        .collect();
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    let top: BTreeSet<String> = files
        .iter()
        .map(|path| path.strip_prefix(&folder).unwrap().components().next().unwrap().as_os_str().to_str().unwrap())
        .map(|name| name.trim_end_matches(".rs").to_string())
        .filter(|name| name != "main")
        .collect();
    assert_eq!(declared, top);
}

#[test]
fn imports_are_found_in_every_spelling() {
    let code = "use crate::asof::Instant;\nuse crate::{fault::InputError, tables::{Column, LeadTable}, text};\nlet x: crate::values::DateOrder;";
    let expected = ["asof", "fault", "tables", "text", "values"].map(str::to_string);
    assert_eq!(imports(code), BTreeSet::from(expected));
    assert!(imports(&code_of("// crate::cli\n#[cfg(test)]\nmod tests { use crate::cli; }")).is_empty());
}

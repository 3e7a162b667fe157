//! The reference page of the project file, rendered from [`KEYS`].

use super::key_table::KEYS;
use super::keys::KeyDoc;
use std::fmt::Write;

/// The tables of the file and the one line that introduces each.
const TABLES: [(&str, &str); 10] = [
    ("", "These stand at the top of the file, before the first `[table]`."),
    ("leads", "The leads table: one row a lead."),
    ("activities", "The activity log: one row an activity. Optional."),
    ("outcomes", "The table of deals, for CRMs that keep deals apart from leads. Optional."),
    ("snapshot", "At which moment of its open life a closed deal is looked at, when learning from it."),
    ("train", "How the model is fitted and judged."),
    ("blend", "How rules and model are joined."),
    ("retrain", "When a retrained model goes live."),
    ("monitor", "From where on drift and decay are alarms."),
    ("score", "How leads are scored."),
];

const OPENING: &str = "# The project file, `leadscore.toml`

Written by `leadscore init` from a look at the data, then edited by a person. It is TOML. Everything in it is optional;
a key that is not listed here is refused, with the nearest spelling. Paths are relative to the file. Durations are a
number and a unit: `\"36h\"`, `\"30d\"`, `\"8w\"`, `\"90m\"`. Where a list is asked for, a single value will do.

This page is made from the table of keys in `src/project/key_table.rs`; a test holds the two together.
";

/// The text of `docs/reference/project-file.md`.
pub fn reference() -> String {
    let mut page = OPENING.to_string();
    for (table, introduction) in TABLES {
        let heading = if table.is_empty() { "Top level".to_string() } else { format!("`[{table}]`") };
        push(&mut page, format_args!("\n## {heading}\n\n{introduction}\n\n"));
        push(&mut page, format_args!("| key | value | default | meaning |\n|---|---|---|---|\n"));
        for key in KEYS.iter().filter(|key| table_of(key) == table) {
            let name = key.path.strip_prefix(table).unwrap_or(key.path).trim_start_matches('.');
            push(
                &mut page,
                format_args!("| `{name}` | {} | {} | {} |\n", cell(key.value), cell(key.default), cell(key.meaning)),
            );
        }
    }
    page
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("writing to a String cannot fail");
}

fn table_of(key: &KeyDoc) -> &'static str {
    key.path.split_once('.').map_or("", |(table, _)| table)
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

//! A page as Markdown, as code forges and wikis read it.

use super::{Align, Block, Page, Table};

impl Page {
    /// The page as Markdown.
    pub(in super::super) fn to_markdown(&self) -> String {
        let mut blocks: Vec<String> = self.blocks.iter().map(block).collect();
        blocks.retain(|block| !block.is_empty());
        blocks.join("\n")
    }

    /// A page out of the Markdown that the model card is written in: headings, tables, lists, lines.
    pub(in super::super) fn of_markdown(text: &str) -> Page {
        let mut page = Page::new();
        let mut rows: Vec<Vec<String>> = Vec::new();
        for line in text.lines() {
            if let Some(inside) = line.trim().strip_prefix('|') {
                rows.push(inside.trim_end_matches('|').split('|').map(|cell| cell.trim().to_string()).collect());
                continue;
            }
            if !rows.is_empty() {
                page.push_table(table_of(std::mem::take(&mut rows)));
            }
            match line.split_once(' ') {
                Some(("#", title)) => page.heading(1, title),
                Some(("##", title)) => page.heading(2, title),
                _ => page.push_str(&format!("{line}\n")),
            }
        }
        if !rows.is_empty() {
            page.push_table(table_of(rows));
        }
        page
    }
}

/// The rows of a Markdown table, of which the second is the rule.
fn table_of(mut rows: Vec<Vec<String>>) -> Table {
    let header = rows.remove(0);
    if !rows.is_empty() {
        rows.remove(0);
    }
    let names: Vec<&str> = header.iter().map(String::as_str).collect();
    super::table(&names, &vec![Align::Left; header.len()], &rows)
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(level, title) => format!("{} {}\n", "#".repeat(usize::from(*level)), escaped(title)),
        Block::Lines(text) => lines(text),
        Block::Table(table) => rows(table),
    }
}

/// Lines as paragraphs, indented ones as lists.
fn lines(text: &str) -> String {
    let mut out = String::new();
    let mut was_item = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let depth = (line.len() - line.trim_start_matches(' ').len()) / 2;
        let depth = if line.starts_with("- ") { 1 } else { depth };
        if !out.is_empty() && (depth == 0 || !was_item) {
            out.push('\n');
        }
        let mark = match depth {
            0 => String::new(),
            depth => format!("{}- ", "  ".repeat(depth.min(2) - 1)),
        };
        out.push_str(&format!("{mark}{}\n", escaped(line.trim().trim_start_matches("- "))));
        was_item = depth > 0;
    }
    out
}

fn rows(table: &Table) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = row(table.columns.iter().map(|c| escaped(&c.header)).collect());
    out.push_str(&row(table
        .columns
        .iter()
        .map(|c| match c.align {
            Align::Left => "---".to_string(),
            Align::Right => "---:".to_string(),
        })
        .collect()));
    for cells in &table.rows {
        out.push_str(&row(cells.iter().map(|cell| escaped(cell)).collect()));
    }
    out
}

/// Text that Markdown would take for something else, so that a lead's name cannot become markup. Backticks stay: names
/// of columns and rules stand in them.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    for c in text.chars() {
        in_code ^= c == '`';
        match c {
            '|' => out.push_str("\\|"),
            '\n' | '\r' => out.push(' '),
            '*' | '<' | '[' | '\\' | '_' if !in_code => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::table;
    use super::*;

    #[test]
    fn every_block_has_its_markdown_and_names_stay_names() {
        let mut page = Page::new();
        page.heading(1, "Score");
        page.push_str("Two leads.\n  first *one*\n    below\nnote: <script>\n");
        page.push_table(table(
            &["lead", "score"],
            &[Align::Left, Align::Right],
            &[vec!["a|b".into(), "1".into()], vec!["`a_b`".into(), "2".into()]],
        ));
        let expected = "# Score\n\nTwo leads.\n\n- first \\*one\\*\n  - below\n\nnote: \\<script>\n\n\
                        | lead | score |\n| --- | ---: |\n| a\\|b | 1 |\n| `a_b` | 2 |\n";
        assert_eq!(page.to_markdown(), expected);
    }

    #[test]
    fn the_model_cards_markdown_becomes_a_page_and_markdown_again() {
        let text = "# Model card\n\nLearned from 3 deals.\n\n## Deals\n\n- one\n- two\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n";
        assert_eq!(Page::of_markdown(text).to_markdown(), text);
    }
}

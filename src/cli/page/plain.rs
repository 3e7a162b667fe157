//! A page for a terminal or a pipe: aligned tables, lines broken at the width, colours where they are wanted.

use super::tone::{Tone, painted, painted_line};
use super::{Align, Block, Column, Page, Table};
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Width, presets};
use unicode_width::UnicodeWidthStr;

/// Blanks before every line of a table.
const INDENT: usize = 2;
/// Blanks between two columns.
const GAP: usize = 2;
/// A column is never made narrower than this.
const NARROWEST: u16 = 8;

/// What a page is laid out on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct Sheet {
    /// Characters in a line; `None`: lines are not broken, as programs that read them want it.
    pub(in super::super) width: Option<usize>,
    /// Whether colours are wanted.
    pub(in super::super) has_colour: bool,
}

impl Page {
    /// The page laid out on `sheet`.
    pub(in super::super) fn to_plain(&self, sheet: Sheet) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            match block {
                Block::Heading(level, title) => text.push_str(&heading(*level, title, sheet)),
                Block::Lines(lines) => text.push_str(&lines_on(lines, sheet)),
                Block::Table(table) => text.push_str(&table_on(table, sheet)),
            }
        }
        text
    }
}

impl std::fmt::Display for Table {
    /// The table as a pipe gets it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&table_on(self, Sheet::default()))
    }
}

/// A heading is underlined, so that it shows without bold type.
fn heading(level: u8, title: &str, sheet: Sheet) -> String {
    let line = if level == 1 { "=" } else { "-" }.repeat(title.width());
    let title =
        if sheet.has_colour { painted(title, Tone::of(title).unwrap_or(Tone::Strong)) } else { title.to_string() };
    format!("{title}\n{line}\n")
}

fn lines_on(text: &str, sheet: Sheet) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let line = sheet.width.map_or_else(|| line.to_string(), |width| broken(line, width));
        out.push_str(&if sheet.has_colour { painted_line(&line) } else { line });
        out.push_str(end);
    }
    out
}

/// A line broken at blanks, the rest hanging two deeper than its beginning.
fn broken(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_string();
    }
    let indent = line.len() - line.trim_start_matches(' ').len();
    let is_item = indent > 0 || line.starts_with("- ");
    let hanging = " ".repeat(if is_item { indent + 2 } else { 0 });
    let mut out = " ".repeat(indent);
    let mut on_line = indent;
    for (nth, word) in line.split_whitespace().enumerate() {
        if nth > 0 && on_line + 1 + word.width() > width {
            out.push('\n');
            out.push_str(&hanging);
            on_line = hanging.len();
        } else if nth > 0 {
            out.push(' ');
            on_line += 1;
        }
        out.push_str(word);
        on_line += word.width();
    }
    out
}

/// Without lines; a newline after each row. Where it does not fit, spare columns go first, then cells are broken.
fn table_on(table: &Table, sheet: Sheet) -> String {
    let room = sheet.width.map(|width| width.saturating_sub(INDENT));
    let kept = room.map_or_else(|| all(table), |room| kept_in(table, room));
    let mut laid = comfy_table::Table::new();
    laid.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if sheet.has_colour {
        laid.enforce_styling();
    }
    if let Some(room) = room.filter(|&room| needs(table, &kept) > room) {
        laid.set_content_arrangement(ContentArrangement::Dynamic);
        laid.set_width(u16::try_from(room).unwrap_or(u16::MAX));
    }
    laid.set_header(kept.iter().map(|&i| header(&table.columns[i], sheet)));
    for row in &table.rows {
        laid.add_row(kept.iter().map(|&i| cell(row.get(i).map_or("", String::as_str), sheet)));
    }
    for (laid, &i) in laid.column_iter_mut().zip(&kept) {
        laid.set_padding((0, GAP as u16));
        laid.set_cell_alignment(match table.columns[i].align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
        let widest = widest(table, i) + GAP;
        // Numbers are never broken; words may be.
        laid.set_constraint(match table.columns[i].align {
            Align::Right => ColumnConstraint::LowerBoundary(Width::Fixed(widest as u16)),
            Align::Left => ColumnConstraint::LowerBoundary(Width::Fixed((widest as u16).min(NARROWEST))),
        });
    }
    let lines = laid.to_string();
    lines.lines().map(|line| format!("{}{}\n", " ".repeat(INDENT), line.trim_end())).collect()
}

fn all(table: &Table) -> Vec<usize> {
    (0..table.columns.len()).collect()
}

/// The columns that stay in a width: spare ones go one by one.
fn kept_in(table: &Table, room: usize) -> Vec<usize> {
    let mut kept = all(table);
    while needs(table, &kept) > room {
        let next = kept.iter().enumerate().filter_map(|(at, &i)| Some((table.columns[i].spare?, at))).min();
        let Some((_, at)) = next else { break };
        kept.remove(at);
    }
    kept
}

fn widest(table: &Table, column: usize) -> usize {
    let cells = table.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
    cells.max().unwrap_or_default().max(table.columns[column].header.width())
}

/// Characters that `columns` take without being broken.
fn needs(table: &Table, columns: &[usize]) -> usize {
    let widths: usize = columns.iter().map(|&column| widest(table, column) + GAP).sum();
    widths.saturating_sub(GAP)
}

fn header(column: &Column, sheet: Sheet) -> Cell {
    let cell = Cell::new(&column.header);
    if sheet.has_colour { cell.add_attribute(comfy_table::Attribute::Bold) } else { cell }
}

fn cell(text: &str, sheet: Sheet) -> Cell {
    let cell = Cell::new(text);
    match Tone::of(text).filter(|_| sheet.has_colour) {
        None => cell,
        Some(Tone::Bad) => cell.fg(comfy_table::Color::DarkRed),
        Some(Tone::Doubtful) => cell.fg(comfy_table::Color::DarkYellow),
        Some(Tone::Good) => cell.fg(comfy_table::Color::DarkGreen),
        Some(Tone::Found) => cell.fg(comfy_table::Color::DarkCyan),
        Some(Tone::Faint) => cell.add_attribute(comfy_table::Attribute::Dim),
        Some(Tone::Strong) => cell.add_attribute(comfy_table::Attribute::Bold),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table;
    use super::*;

    fn verdicts() -> Page {
        let mut page = Page::new();
        page.push_str("A sentence of some length about the rules of the scorecard and their points.\n");
        let row = |rule: &str, verdict: &str| vec![rule.to_string(), "12".to_string(), "███".into(), verdict.into()];
        let rows = [row("a_rule_with_quite_a_long_name", "wrong sign"), row("short", "agrees")];
        let align = [Align::Left, Align::Right, Align::Left, Align::Left];
        page.push_table(table(&["rule", "points", "picture", "verdict"], &align, &rows).sparing(&["picture"]));
        page
    }

    fn widest_line(text: &str) -> usize {
        text.lines().map(|line| line.width()).max().unwrap_or_default()
    }

    #[test]
    fn nothing_is_wider_than_the_terminal_and_a_pipe_gets_whole_lines() {
        let page = verdicts();
        for width in [40, 60, 80] {
            let text = page.to_plain(Sheet { width: Some(width), has_colour: false });
            assert!(widest_line(&text) <= width, "{width}:\n{text}");
        }
        let piped = page.to_plain(Sheet::default());
        assert!(piped.contains("picture") && piped.lines().count() == 4, "{piped}");
        assert!(!page.to_plain(Sheet { width: Some(56), has_colour: false }).contains("picture"));
    }

    #[test]
    fn colours_only_repeat_the_words() {
        let coloured = verdicts().to_plain(Sheet { width: None, has_colour: true });
        assert!(coloured.contains('\u{1b}'));
        let mut bare = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            bare.push_str(before);
            rest = after.split_once('m').map_or("", |(_, rest)| rest);
        }
        bare.push_str(rest);
        let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        assert_eq!(trimmed(&bare), trimmed(&verdicts().to_plain(Sheet::default())));
    }
}

//! What a summary says, in one form: headings, lines and tables. [`plain`] lays it out for a terminal or a pipe,
//! [`markdown`] for a document; neither is written twice.

mod bars;
mod markdown;
mod plain;
mod tone;

pub(super) use bars::{Strip, bars};
pub(super) use plain::Sheet;

/// A summary as a person reads it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Page {
    blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq)]
enum Block {
    /// A title; the level is 1 for the page's parts and 2 below them.
    Heading(u8, String),
    /// Lines, each a paragraph of its own; two leading blanks make a list item, four one below it.
    Lines(String),
    Table(Table),
}

/// How a column of a table is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows under a header.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Column {
    header: String,
    align: Align,
    /// When it is left out on a terminal too narrow for all: first, second, …; `None`: never.
    spare: Option<usize>,
}

/// A table of `rows`; `header` and `align` name the columns in their order.
pub(super) fn table(header: &[&str], align: &[Align], rows: &[Vec<String>]) -> Table {
    let columns =
        header.iter().zip(align).map(|(header, &align)| Column { header: header.to_string(), align, spare: None });
    Table { columns: columns.collect(), rows: rows.to_vec() }
}

impl Table {
    /// The same table, whose columns of these names go where there is no room, in this order.
    pub(super) fn sparing(mut self, headers: &[&str]) -> Table {
        for column in &mut self.columns {
            column.spare = headers.iter().position(|header| column.header == *header);
        }
        self
    }
}

impl Page {
    pub(super) fn new() -> Page {
        Page::default()
    }

    /// A table with a blank line before it.
    pub(super) fn below_a_blank(table: Table) -> Page {
        let mut page = Page::from("\n");
        page.push_table(table);
        page
    }

    /// Adds text, which may be a part of a line.
    pub(super) fn push_str(&mut self, text: &str) {
        match self.blocks.last_mut() {
            Some(Block::Lines(lines)) => lines.push_str(text),
            _ => self.blocks.push(Block::Lines(text.to_string())),
        }
    }

    /// Adds a table.
    pub(super) fn push_table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }

    /// Adds a heading of `level` 1 or 2.
    pub(super) fn heading(&mut self, level: u8, title: &str) {
        self.blocks.push(Block::Heading(level, title.to_string()));
    }

    /// Adds all of another page.
    pub(super) fn append(&mut self, other: Page) {
        for block in other.blocks {
            match block {
                Block::Lines(lines) => self.push_str(&lines),
                block => self.blocks.push(block),
            }
        }
    }
}

impl From<&str> for Page {
    fn from(text: &str) -> Page {
        let mut page = Page::new();
        page.push_str(text);
        page
    }
}

impl From<&String> for Page {
    fn from(text: &String) -> Page {
        Page::from(text.as_str())
    }
}

impl From<String> for Page {
    fn from(text: String) -> Page {
        Page::from(text.as_str())
    }
}

//! The log as CSV: blocks split into rows, rows into the few cells that are needed.

use super::part::{AtCell, LogPlan, Part, RowCells};
use super::plain_rows::{PlainRows, Row};
use crate::io::blocks::Block;
use crate::io::records::Fields;

/// Where the cells of a row stand.
pub(super) struct CsvLayout {
    /// The delimiter.
    pub delimiter: u8,
    /// Fields of a row.
    pub width: usize,
    /// Index of the lead's id.
    pub lead: usize,
    /// Index of the time.
    pub at: usize,
    /// Index of the kind.
    pub kind: usize,
    /// Index of the detail, if it is asked for.
    pub detail: Option<usize>,
    /// Index of the count, if there is one.
    pub count: Option<usize>,
    /// Whether rows of another width are taken as far as they go.
    pub lenient: bool,
}

/// Reads one block.
pub(super) fn parse(block: &Block, layout: &CsvLayout, plan: &LogPlan) -> Part {
    let mut part = Part::of(block.bytes.len());
    let is_utf8 = block.is_utf8();
    if is_utf8 && !block.quotes {
        parse_plain(&mut part, block, layout, plan);
        part.find_leads(plan);
        return part;
    }
    block.each_record(layout.delimiter, |line, fields, text, closed| {
        if !closed {
            part.faults.unclosed = Some(line);
        }
        if !is_utf8 && std::str::from_utf8(text).is_err() {
            part.faults.add_foreign(line, text);
        }
        take_any(&mut part, plan, layout, line, fields, text);
    });
    part.find_leads(plan);
    part
}

/// Reads a block without quotes. Rows that are not as most are go the way of all others.
fn parse_plain(part: &mut Part, block: &Block, layout: &CsvLayout, plan: &LogPlan) {
    let mut rows = PlainRows::new(&block.bytes, layout, &plan.times);
    let (mut fields, mut line) = (Fields::default(), block.first_line);
    while let Some(row) = rows.next() {
        match row {
            Row::Cells(cells) => part.take(plan, line, &cells),
            Row::Other(text) => {
                fields.split(text, layout.delimiter, false);
                take_any(part, plan, layout, line, &fields, text);
            }
        }
        line += 1;
    }
}

fn take_any(part: &mut Part, plan: &LogPlan, layout: &CsvLayout, line: u64, fields: &Fields, text: &[u8]) {
    if fields.len() == layout.width {
        take(part, plan, layout, line, fields, text);
    } else if !fields.is_blank(text) {
        part.rows += u64::from(!layout.lenient);
        take_miscounted(part, plan, layout, line, fields, text);
    }
}

#[inline]
fn take(part: &mut Part, plan: &LogPlan, layout: &CsvLayout, line: u64, fields: &Fields, text: &[u8]) {
    let cell = |index: usize| if index < fields.len() { fields.get(index, text) } else { &b""[..] };
    let cells = RowCells {
        lead: cell(layout.lead),
        at: AtCell::Text(cell(layout.at)),
        kind: cell(layout.kind),
        detail: layout.detail.map_or(b"", cell),
        count: layout.count.map_or(b"", cell),
    };
    // A row of nothing but delimiters is no row; only one without an id can be that.
    if cells.lead.is_empty() && fields.is_blank(text) {
        return;
    }
    part.take(plan, line, &cells);
}

/// A row that is wholly inside quotes, or has too few or too many fields.
#[cold]
fn take_miscounted(part: &mut Part, plan: &LogPlan, layout: &CsvLayout, line: u64, fields: &Fields, text: &[u8]) {
    let mut inner = Fields::default();
    let inside = (fields.len() == 1 && text.starts_with(b"\"")).then(|| fields.get(0, text));
    let unwrapped = inside.filter(|inside| {
        !inside.is_empty()
            && inner.split(inside, layout.delimiter, true).bytes == inside.len()
            && inner.len() == layout.width
    });
    match unwrapped {
        Some(inside) => {
            part.faults.wrapped.add(line, text);
            if layout.lenient {
                take(part, plan, layout, line, &inner, inside);
            }
        }
        None => {
            part.faults.add_miscounted(fields.len(), layout.width, line, text);
            if layout.lenient {
                take(part, plan, layout, line, fields, text);
            }
        }
    }
}

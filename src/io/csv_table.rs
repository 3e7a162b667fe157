//! CSV into raw columns: blocks parsed side by side, put together in file order.

use super::blocks::Block;
use super::cells::{RawCells, TextCells};
use super::csv_file::CsvFile;
use super::faults::RowFaults;
use super::gathered_cells::GatheredCells;
use super::in_order::parse_in_order;
use super::joined_cells::JoinedCells;
use super::raw::{RawColumn, RawTable, Wanted};
use super::records::Fields;
use super::settings::ReadSettings;
use crate::fault::InputError;
use crate::tables::Origins;
use rayon::prelude::*;

/// Which fields of a row are read.
struct Layout {
    delimiter: u8,
    width: usize,
    /// Indices of the fields to keep.
    kept: Vec<usize>,
}

/// What one block holds.
struct Part {
    columns: Vec<TextCells>,
    origin: Origins,
    faults: RowFaults,
}

/// Reads the rows of `file`.
pub(super) fn read(file: CsvFile, settings: &ReadSettings, wanted: Wanted<'_>) -> Result<RawTable, InputError> {
    let width = file.width();
    let CsvFile { name, header, delimiter, mut blocks } = file;
    let kept: Vec<usize> = (0..width).filter(|index| wanted.includes(&header.names[*index])).collect();
    let layout = Layout { delimiter, width, kept };
    let mut columns: Vec<JoinedCells> = layout.kept.iter().map(|_| JoinedCells::default()).collect();
    let (mut origin, mut faults) = (Origins::default(), RowFaults::default());
    parse_in_order(
        || blocks.next(),
        |block| parse(&block, &layout),
        |part| {
            let part = part?;
            for (column, cells) in columns.iter_mut().zip(part.columns) {
                column.append(cells)?;
            }
            origin.append(&part.origin, 0);
            faults.merge(part.faults);
            Ok(())
        },
    )?;
    faults.verdict(&name, width, settings.lenient)?;
    let columns = columns
        .into_par_iter()
        .with_max_len(1)
        .map(JoinedCells::finish)
        .collect::<Result<Vec<TextCells>, InputError>>()?;
    let mut table =
        RawTable { origin, notes: faults.notes(&name), repeated: header.repeated.clone(), ..RawTable::default() };
    let is_stray = |index: usize, cells: &TextCells| {
        header.unnamed[index] && (0..cells.len()).all(|row| cells.get(row).trim().is_empty())
    };
    let kept_columns = layout.kept.iter().zip(columns);
    for (&index, cells) in kept_columns.filter(|(index, cells)| !is_stray(**index, cells)) {
        table.columns.push(RawColumn { name: header.names[index].clone(), cells: RawCells::Text(cells) });
    }
    // A nameless column without a value is a stray delimiter at the line ends; it is nothing to tell anybody about.
    let has_name = |(index, name): (usize, &String)| {
        (!header.unnamed[index] || table.columns.iter().any(|column| column.name == *name)).then(|| name.clone())
    };
    table.header = header.names.iter().enumerate().filter_map(has_name).collect();
    table.files = vec![name];
    Ok(table)
}

fn parse(block: &Block, layout: &Layout) -> Result<Part, InputError> {
    let mut part = Part { columns: Vec::new(), origin: Origins::default(), faults: RowFaults::default() };
    let mut gathered: Vec<GatheredCells> = layout.kept.iter().map(|_| GatheredCells::default()).collect();
    let mut pushed = Ok(());
    let is_utf8 = block.is_utf8();
    let mut inner = Fields::default();
    block.each_record(layout.delimiter, |line, fields, row, closed| {
        if !closed {
            part.faults.unclosed = Some(line);
        }
        if fields.is_blank(row) {
            return;
        }
        if !is_utf8 && std::str::from_utf8(row).is_err() {
            part.faults.add_foreign(line, row);
        }
        let (mut source, mut source_text) = (fields, row);
        if fields.len() != layout.width {
            match unwrapped(fields, row, layout, &mut inner) {
                Some(inside) => {
                    part.faults.wrapped.add(line, row);
                    (source, source_text) = (&inner, inside);
                }
                None => part.faults.add_miscounted(fields.len(), layout.width, line, row),
            }
        }
        part.origin.push(0, line);
        for (&index, column) in layout.kept.iter().zip(&mut gathered) {
            let cell = if index < source.len() { source.get(index, source_text) } else { b"" };
            let is_text = is_utf8 || std::str::from_utf8(cell).is_ok();
            if let Err(error) = column.push(if is_text { cell } else { b"" }) {
                pushed = Err(error);
            }
        }
    });
    pushed?;
    part.columns = gathered.into_iter().map(GatheredCells::finish).collect::<Result<_, InputError>>()?;
    Ok(part)
}

/// The fields inside a row that stands wholly inside quotes, if that is what this single field is.
fn unwrapped<'a>(fields: &'a Fields, text: &'a [u8], layout: &Layout, inner: &mut Fields) -> Option<&'a [u8]> {
    if fields.len() != 1 || layout.width == 1 || !text.starts_with(b"\"") {
        return None;
    }
    let inside = fields.get(0, text);
    let taken = inner.split(inside, layout.delimiter, true);
    (inner.len() == layout.width && taken.closed && taken.bytes == inside.len()).then_some(inside)
}

//! NDJSON out: one object a row, every number in full, `null` where there is no value.

use super::decimals::push_full;
use super::{OutColumn, OutValues, write_chunks};
use crate::values::format_instant;
use std::io::{self, Write};

/// Writes the rows of these parts, all with the same columns, as NDJSON.
pub(super) fn write(sink: &mut dyn Write, parts: &[&[OutColumn]]) -> io::Result<()> {
    let columns = parts.first().copied().unwrap_or_default();
    let names = columns.iter().map(|column| serde_json::to_vec(&column.name)).collect::<Result<Vec<_>, _>>()?;
    write_chunks(sink, parts, |columns, rows| {
        let mut text = Vec::new();
        for row in rows {
            let mut before = b'{';
            for (name, column) in names.iter().zip(columns) {
                text.push(before);
                text.extend_from_slice(name);
                text.push(b':');
                push_value(&mut text, &column.values, row)?;
                before = b',';
            }
            text.extend_from_slice(b"}\n");
        }
        Ok(text)
    })
}

fn push_value(text: &mut Vec<u8>, values: &OutValues, row: usize) -> io::Result<()> {
    match values {
        OutValues::Ids(values) => push_json(text, &&values[row])?,
        OutValues::Text(values) => push_json(text, &values[row])?,
        OutValues::Dictionary(values) => push_json(text, &values.get(row))?,
        OutValues::Number(values, _) if values[row].is_finite() => push_full(text, values[row]),
        OutValues::Number(..) => text.extend_from_slice(b"null"),
        OutValues::Bool(values) => push_json(text, &values[row])?,
        OutValues::Instant(values) => push_json(text, &values[row].map(format_instant))?,
    }
    Ok(())
}

fn push_json(text: &mut Vec<u8>, value: &impl serde::Serialize) -> io::Result<()> {
    Ok(serde_json::to_writer(text, value)?)
}

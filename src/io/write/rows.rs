//! Rows of a table in another order.

use super::{OutColumn, OutValues};
use crate::asof::Instant;
use crate::tables::{Ids, TextColumn};

/// One table of the rows `(part, row)` of `parts`, which all have the same columns.
pub fn rows_at(parts: &[Vec<OutColumn>], rows: &[(usize, usize)]) -> Vec<OutColumn> {
    let Some(first) = parts.first() else { return Vec::new() };
    let column = |(nth, column): (usize, &OutColumn)| {
        let cells = rows.iter().map(|&(part, row)| (&parts[part][nth].values, row));
        let text = |(values, row): (&OutValues, usize)| values.text(row).map(str::to_string);
        let values = match &column.values {
            OutValues::Ids(_) => {
                OutValues::Ids(cells.map(|(values, row)| values.text(row).unwrap_or_default()).collect::<Ids>())
            }
            OutValues::Text(_) => OutValues::Text(cells.map(text).collect()),
            OutValues::Dictionary(_) => OutValues::Dictionary(TextColumn::from_values(cells.map(text))),
            OutValues::Number(_, rounding) => {
                OutValues::Number(cells.map(|(values, row)| values.number(row)).collect(), *rounding)
            }
            OutValues::Bool(_) => OutValues::Bool(cells.map(|(values, row)| values.truth(row)).collect()),
            OutValues::Instant(_) => OutValues::Instant(cells.map(|(values, row)| values.instant(row)).collect()),
        };
        OutColumn { name: column.name.clone(), values }
    };
    first.iter().enumerate().map(column).collect()
}

/// The cell of a row, empty in a column of another kind.
impl OutValues {
    fn text(&self, row: usize) -> Option<&str> {
        match self {
            OutValues::Ids(values) => Some(&values[row]),
            OutValues::Text(values) => values[row].as_deref(),
            OutValues::Dictionary(values) => values.get(row),
            _ => None,
        }
    }

    fn number(&self, row: usize) -> f64 {
        if let OutValues::Number(values, _) = self { values[row] } else { f64::NAN }
    }

    fn truth(&self, row: usize) -> Option<bool> {
        if let OutValues::Bool(values) = self { values[row] } else { None }
    }

    fn instant(&self, row: usize) -> Option<Instant> {
        if let OutValues::Instant(values) = self { values[row] } else { None }
    }
}

//! Counters of acts that the leads table keeps as columns: acts at no known time.

use crate::fault::InputError;
use crate::tables::LeadTable;

/// An activity kind known only by how often it happened to each lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    /// The kind: the name of the column.
    pub kind: String,
    /// `(n_leads,)` whole numbers, 0 or more.
    pub counts: Vec<f64>,
}

impl Counter {
    /// Reads the column `kind` as a counter; an empty cell counts no act.
    ///
    /// # Errors
    /// The column is missing or has no numbers, or a cell is negative or not whole.
    pub fn read(kind: &str, leads: &LeadTable) -> Result<Counter, InputError> {
        let column = leads.column(kind).ok_or_else(|| {
            InputError::new(format!("the leads have no column `{kind}`, which activity_columns names"))
                .remedy("correct `activity_columns` under [leads] in the project file")
        })?;
        let numbers = column.number.as_ref().ok_or_else(|| {
            InputError::new(format!("the column `{kind}`, which activity_columns names, does not hold numbers"))
                .remedy("a counter says how often something happened: whole numbers of 0 or more")
        })?;
        let mut counts = Vec::with_capacity(numbers.len());
        for (row, number) in numbers.iter().enumerate() {
            if *number < 0.0 || number.fract() != 0.0 && !number.is_nan() {
                return Err(InputError::new(format!("`{kind}` is {number}, which is not a number of acts"))
                    .at(leads.place(row))
                    .remedy("a counter holds whole numbers of 0 or more"));
            }
            counts.push(if number.is_nan() { 0.0 } else { *number });
        }
        Ok(Counter { kind: kind.to_string(), counts })
    }
}

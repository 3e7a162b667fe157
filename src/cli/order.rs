//! The order of the scored table's rows.

use crate::fault::InputError;
use crate::io::{OutColumn, PartWriter, rows_at};
use crate::pipeline::score::{Assessment, Place};
use clap::ValueEnum;

/// In which order the leads are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Order {
    /// That of the file, so that the table can be put beside it.
    File,
    /// The order to call in: highest score first, and below all others those whom nobody is to call. Keeps the whole table in memory.
    Score,
}

/// The place of each lead.
pub(super) fn places(assessment: &Assessment<'_>) -> Vec<Place> {
    (0..assessment.table.n_leads()).map(|i| Place::of(assessment, i)).collect()
}

/// Parts of the scored table that wait until all are there.
#[derive(Default)]
pub(super) struct Waiting {
    parts: Vec<Vec<OutColumn>>,
    rows: Vec<(Place, (usize, usize))>,
}

impl Waiting {
    /// Takes in the leads that follow.
    pub(super) fn add(&mut self, columns: Vec<OutColumn>, places: Vec<Place>) {
        let part = self.parts.len();
        self.rows.extend(places.into_iter().enumerate().map(|(row, place)| (place, (part, row))));
        self.parts.push(columns);
    }

    /// Writes them in the order to call in; of equal ones the earlier stay first.
    pub(super) fn write(mut self, out: &mut PartWriter<'_>) -> Result<(), InputError> {
        self.rows.sort_by(|a, b| a.0.first(&b.0));
        let rows: Vec<(usize, usize)> = self.rows.iter().map(|row| row.1).collect();
        out(&[&rows_at(&self.parts, &rows)])
    }
}

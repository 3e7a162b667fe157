//! The order of the scored table's rows.

use crate::fault::InputError;
use crate::io::{OutColumn, PartWriter, rows_at};
use crate::pipeline::score::Assessment;
use clap::ValueEnum;
use std::cmp::Ordering;

/// In which order the leads are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Order {
    /// That of the file, so that the table can be put beside it.
    File,
    /// The order to call in: highest score first, and below all others those whom nobody is to call. Keeps the whole table in memory.
    Score,
}

/// By what a lead stands above another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    is_to_be_worked: bool,
    score: f64,
    win_probability: f64,
}

impl Place {
    pub(super) fn of(assessment: &Assessment<'_>, i: usize) -> Place {
        let lead = &assessment.leads[i];
        // Empty is below every number.
        let [score, win_probability] =
            [lead.score, lead.win_probability].map(|v| if v.is_nan() { f64::MIN } else { v });
        let is_to_be_worked = assessment.is_to_be_worked(i) && !assessment.is_disqualified(i);
        Place { is_to_be_worked, score, win_probability }
    }

    /// Whether anybody is to call: open, not closed since, and not disqualified.
    pub(super) fn is_to_be_worked(&self) -> bool {
        self.is_to_be_worked
    }

    /// Who is to be called first; of one score the likelier.
    pub(super) fn first(&self, other: &Place) -> Ordering {
        let by = |place: &Place| (place.is_to_be_worked, place.score, place.win_probability);
        let (own, other) = (by(self), by(other));
        other.0.cmp(&own.0).then(other.1.total_cmp(&own.1)).then(other.2.total_cmp(&own.2))
    }
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

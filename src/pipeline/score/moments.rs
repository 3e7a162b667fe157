//! For which moment each lead is scored, and where it stands then.

use super::{AsOf, Standing};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::tables::{LeadTable, Outcome};
use rayon::prelude::*;

/// Each lead's moment, and where it stands at it.
pub(super) fn moments(table: &LeadTable, as_of: AsOf) -> Result<(Vec<Instant>, Vec<Standing>), InputError> {
    let own = match as_of {
        AsOf::At(_) => None,
        AsOf::Column => Some(table.as_of.as_ref().ok_or_else(|| {
            InputError::new("--as-of column needs a column with each lead's own as-of")
                .remedy("name it under [leads] as `as_of = \"…\"`, or give an instant: --as-of 2026-07-01")
        })?),
    };
    if let Some(row) = own.and_then(|own| own.iter().position(Option::is_none)) {
        return Err(InputError::new(format!("lead `{}` has no as-of", &table.ids[row]))
            .at(table.place(row))
            .remedy("fill the cell, or score all leads as of one instant: --as-of 2026-07-01"));
    }
    let of_row = |row: usize| {
        let at = match as_of {
            AsOf::At(at) => at,
            AsOf::Column => own.and_then(|own| own[row]).unwrap_or(Instant(i64::MAX)),
        };
        let time = |times: &Option<Vec<Option<Instant>>>| times.as_ref().and_then(|t| t[row]);
        let (created, closed) = (time(&table.created_at), time(&table.closed_at));
        if created.is_some_and(|c| c >= at) {
            return (at, Standing::NotCreated);
        }
        match closed.filter(|c| *c < at && !still_open(table, row)) {
            Some(closed) => (closed, Standing::Closed),
            None => (at, Standing::Open),
        }
    };
    let (mut moments, mut standing) = (Vec::new(), Vec::new());
    (0..table.n_leads()).into_par_iter().map(of_row).unzip_into_vecs(&mut moments, &mut standing);
    Ok((moments, standing))
}

/// An expected close is no close: with an outcome column a lead without an outcome is open.
pub(super) fn still_open(table: &LeadTable, row: usize) -> bool {
    table.outcome.as_ref().is_some_and(|o| o[row] == Outcome::Open)
}

//! Which rows are leads: every id once, as written.

use super::leads::ReadReport;
use super::names::no_such_column;
use super::raw::RawTable;
use super::settings::ReadSettings;
use super::whole_ids::WholeIds;
use crate::fault::InputError;
use crate::tables::Ids;
use std::collections::HashMap;

/// Rows to keep and their ids. A blank id is refused (`lenient`: the row is left out), so is an id that stands twice
/// in one file; of several files the later one's row takes the place of the earlier.
pub(super) fn distinct_ids(
    raw: &RawTable,
    settings: &ReadSettings,
    name: &str,
    report: &mut ReadReport,
) -> Result<(Vec<u32>, Ids), InputError> {
    let column = raw.column(name).ok_or_else(|| no_such_column(name, &raw.place_of_files(), &raw.header, ""))?;
    let mut ids = column.cells.ids();
    let whole = WholeIds::of(&ids);
    if let Some(whole) = whole.filter(|whole| whole.counts_up(&ids)) {
        return Ok(((0..ids.len() as u32).collect(), ids.counting_from(whole.first)));
    }
    let mut keep: Vec<bool> = ids.iter().map(|id| !id.trim().is_empty()).collect();
    report.blank_id_rows = keep.iter().filter(|kept| !**kept).count();
    if let Some(row) = keep.iter().position(|kept| !kept).filter(|_| !settings.lenient) {
        return Err(blank(raw, name, row, report.blank_id_rows));
    }
    report.replaced_rows = drop_replaced(raw, &ids, whole, &mut keep)?;
    let rows: Vec<u32> = (0..ids.len()).filter(|row| keep[*row]).map(|row| row as u32).collect();
    if rows.len() < ids.len() {
        ids = rows.iter().map(|&row| &ids[row as usize]).collect();
    }
    Ok((rows, ids))
}

/// Unmarks rows whose id a later file has too, and says how many; twice in one file is an error.
fn drop_replaced(raw: &RawTable, ids: &Ids, whole: Option<WholeIds>, keep: &mut [bool]) -> Result<usize, InputError> {
    let mut rows_by_id = RowsById::new(ids, whole);
    let (mut n_replaced, mut n_twice, mut first_twice) = (0, 0, None);
    for row in 0..ids.len() {
        if !keep[row] {
            continue;
        }
        let Some(earlier) = rows_by_id.put(&ids[row], row) else { continue };
        if raw.origin.get(earlier).0 == raw.origin.get(row).0 {
            n_twice += 1;
            first_twice.get_or_insert((earlier, row));
        } else {
            keep[earlier] = false;
            n_replaced += 1;
        }
    }
    match first_twice {
        Some((earlier, row)) => Err(twice(raw, &ids[row], earlier, row, n_twice)),
        None => Ok(n_replaced),
    }
}

/// The newest row of each id.
enum RowsById<'a> {
    Whole(WholeIds, Vec<u32>),
    Any(HashMap<&'a str, usize, foldhash::fast::FixedState>),
}

/// No row yet. There are never that many.
const NO_ROW: u32 = u32::MAX;

impl<'a> RowsById<'a> {
    fn new(ids: &'a Ids, whole: Option<WholeIds>) -> RowsById<'a> {
        match whole {
            Some(whole) => RowsById::Whole(whole, vec![NO_ROW; whole.n_places]),
            None => RowsById::Any(HashMap::with_capacity_and_hasher(ids.len(), Default::default())),
        }
    }

    /// Puts down the row of an id, and gives the one that stood there.
    fn put(&mut self, id: &'a str, row: usize) -> Option<usize> {
        match self {
            RowsById::Whole(whole, rows) => {
                let place = whole.place(id.as_bytes()).expect("the stretch was made of these very ids");
                let earlier = std::mem::replace(&mut rows[place], row as u32);
                (earlier != NO_ROW).then_some(earlier as usize)
            }
            RowsById::Any(rows) => rows.insert(id, row),
        }
    }
}

fn blank(raw: &RawTable, name: &str, row: usize, n_rows: usize) -> InputError {
    InputError::new(format!("the id is blank{}", others(n_rows)))
        .at(format!("{}, column `{name}`", raw.place(row)))
        .remedy("give every lead an id, or run with --lenient, which leaves such rows out")
}

fn twice(raw: &RawTable, id: &str, earlier: usize, row: usize, n_rows: usize) -> InputError {
    InputError::new(format!("id `{id}` stands on line {} already{}", raw.origin.get(earlier).1, others(n_rows)))
        .at(raw.place(row))
        .remedy("one row a lead: take out the row that is out of date")
}

/// ` (n such rows)` where there is more than the one named.
pub(super) fn others(n_rows: usize) -> String {
    if n_rows == 1 { String::new() } else { format!(" ({n_rows} such rows)") }
}

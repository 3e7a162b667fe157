//! Whether the times of the log are month-first or day-first, settled before anything is handed on.

use super::{ActivityLog, Source};
use crate::fault::InputError;
use crate::io::json_lines::{Object, each_object};
use crate::io::parquet_cells::raw_cells;
use crate::io::parquet_pages::StoredSort;
use crate::values::{DateOrder, OrderEvidence, OrderVerdict};
use polars::prelude::DataType;
use std::path::Path;

/// How many times of each file are looked at to see whether the order of day and month matters.
const FIRST_TIMES: usize = 1000;

/// The order of day and month, if it matters: the first times of each file tell that, and only if it does all others
/// are looked at too.
pub(super) fn settle(log: &ActivityLog<'_>) -> Result<Option<DateOrder>, InputError> {
    let fixed = log.plan.order;
    let first = evidence(log, FIRST_TIMES)?;
    if fixed.is_some() || first == OrderEvidence::default() {
        return Ok(fixed);
    }
    let place = |line: usize| format!("{}, line {line}, column `{}`", log.paths[0].display(), log.roles.at);
    match evidence(log, usize::MAX)?.verdict() {
        OrderVerdict::Irrelevant => Ok(None),
        OrderVerdict::Decided(order) => Ok(Some(order)),
        OrderVerdict::Ambiguous { row } => {
            Err(InputError::new("the times may be month-first or day-first, and no row excludes either")
                .at(place(row))
                .remedy("set time_format = \"%m/%d/%Y %H:%M\" or \"%d/%m/%Y %H:%M\" (as the file writes them)"))
        }
        OrderVerdict::Contradictory { day_first_row, month_first_row } => Err(InputError::new(format!(
            "the time can only be day-first, but that of line {month_first_row} can only be month-first"
        ))
        .at(place(day_first_row))
        .remedy("write all times of the column in one order, best as 2024-01-31T14:00:00")),
    }
}

/// What up to `limit` times of each file say. Opening every file also finds what cannot be read at all.
fn evidence(log: &ActivityLog<'_>, limit: usize) -> Result<OrderEvidence, InputError> {
    let mut evidence = OrderEvidence::default();
    for path in &log.paths {
        each_time(log, path, limit, &mut |line, time| {
            if log.plan.times.read(time, None).is_none() {
                evidence.observe(line as usize, time);
            }
        })?;
    }
    Ok(evidence)
}

/// Calls `each` with line and text of the first `limit` times of a file.
fn each_time(
    log: &ActivityLog<'_>,
    path: &Path,
    limit: usize,
    each: &mut dyn FnMut(u64, &[u8]),
) -> Result<(), InputError> {
    let mut left = limit;
    let mut take = |line: u64, time: &[u8]| {
        if left > 0 {
            left -= 1;
            each(line, time);
        }
        left > 0
    };
    match log.source(path)? {
        Source::Csv(mut blocks, layout) => {
            let mut more = true;
            while let Some(block) = blocks.next()?.filter(|_| more) {
                block.each_record(layout.delimiter, |line, fields, text, _| {
                    if more && fields.len() > layout.at {
                        more = take(line, fields.get(layout.at, text));
                    }
                });
            }
        }
        Source::Ndjson(mut blocks) => {
            let (mut more, mut names) = (true, Vec::new());
            while let Some(block) = blocks.next()?.filter(|_| more) {
                each_object(&block, |line, _, object| {
                    if let Ok(object) = object.as_ref()
                        && more
                    {
                        add_names(&mut names, object);
                        more = take(line, object.cell(&log.roles.at).text.as_bytes());
                    }
                });
            }
            let place = path.display().to_string();
            for role in [&log.roles.lead_id, &log.roles.at, &log.roles.kind] {
                log.find(role, &names, &place)?;
            }
        }
        Source::Parquet(file, layout) => {
            let at = &layout.columns[1..2];
            let are_known = matches!(file.sort_of(&at[0]), Some(StoredSort::Times { .. }));
            for slice in file.slices.iter().filter(|_| !are_known) {
                let frame = file.read_slice(at, *slice)?;
                let text = frame.columns().iter().find(|column| *column.dtype() == DataType::String);
                let Some(column) = text else { break };
                let cells = raw_cells(column, &log.plan.times, &path.display().to_string())?;
                let rows = 0..frame.height();
                let more = rows.map(|row| take((slice.0 + row + 1) as u64, cells.text(row).as_bytes())).last();
                if more != Some(true) {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Objects need not all have the same members; a column is there when any of those looked at has it.
fn add_names(names: &mut Vec<String>, object: &Object<'_>) {
    for (name, _) in object.members() {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_string());
        }
    }
}

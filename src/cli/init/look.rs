//! From files to sheets: read as they are, with the encoding and the decimal sign that fit.

use super::super::terminal::Terminal;
use super::files::Files;
use crate::fault::InputError;
use crate::io::{RawCells, RawTable, ReadSettings, Wanted, infer_types, read_raw};
use crate::pipeline::start::{Sheet, SheetColumn, View, means_missing};
use crate::tables::{ColumnType, TextColumn};
use crate::values::{DateOrder, MissingWords, OrderEvidence, OrderVerdict, TimeReader, fold, parse_number};
use crate::watch::{Stage, Steps};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Of a larger log only the beginning is looked at; reading it whole would take as much memory as it is long.
const MOST_OF_A_LOG: u64 = 64 << 20;

/// What was seen, and how it had to be read.
pub(super) struct Looked {
    pub(super) view: View,
    pub(super) settings: ReadSettings,
}

/// Reads all files; the settings that they turn out to need are set and noted.
pub(super) fn look(
    files: &Files,
    mut settings: ReadSettings,
    notes: &mut Vec<String>,
    terminal: &Terminal,
) -> Result<Looked, InputError> {
    let reading = terminal.begin("reading the files");
    let (leads, outcomes, log) = match read_all(files, &settings) {
        Err(error) if settings.encoding.is_none() => match suggested_encoding(&error) {
            None => return Err(error),
            Some(encoding) => {
                notes.push(format!("{error}: `encoding = \"{encoding}\"` is set"));
                settings.encoding = Some(encoding);
                read_all(files, &settings)?
            }
        },
        read => read?,
    };
    if leads.n_rows() == 0 {
        return Err(InputError::new("there is a header and no row below it")
            .at(leads.files.join(", "))
            .remedy("give a table with a row for every lead"));
    }
    if has_decimal_comma(&leads) {
        settings.decimal = ',';
        notes.push("numbers have a decimal comma: `decimal = \",\"` is set".to_string());
    }
    let tables = [Some(&leads), outcomes.as_ref(), log.as_ref()];
    settings.missing = missing_spellings(tables.into_iter().flatten().take(2));
    notes.extend(tables.into_iter().flatten().flat_map(|raw| raw.notes.clone()));
    drop(reading);
    let n_columns = tables.into_iter().flatten().map(|raw| raw.columns.len()).sum();
    let work = terminal.watch().begin(Stage::new("looking at the columns", "column", n_columns));
    let steps = Steps::of(work, n_columns);
    let sheet_of = |raw: &RawTable, notes: &mut Vec<String>| sheet(raw, &settings, notes, &steps);
    let view = View {
        leads: sheet_of(&leads, notes)?,
        outcomes: outcomes.as_ref().map(|raw| sheet_of(raw, notes)).transpose()?,
        log: log.as_ref().map(|raw| sheet_of(raw, notes)).transpose()?,
    };
    Ok(Looked { view, settings })
}

type Tables = (RawTable, Option<RawTable>, Option<RawTable>);

fn read_all(files: &Files, settings: &ReadSettings) -> Result<Tables, InputError> {
    let leads = read_raw(&files.leads, settings, Wanted::All)?;
    let outcomes = match files.outcomes.is_empty() {
        true => None,
        false => Some(read_raw(&files.outcomes, settings, Wanted::All)?),
    };
    let log = match files.activities.is_empty() {
        true => None,
        false => Some(read_log(&files.activities, settings)?),
    };
    Ok((leads, outcomes, log))
}

/// The log, or the beginning of each of its files.
fn read_log(paths: &[PathBuf], settings: &ReadSettings) -> Result<RawTable, InputError> {
    let beginnings: Option<Vec<tempfile::NamedTempFile>> = paths.iter().map(|path| beginning(path)).collect();
    if let Some(beginnings) = beginnings {
        let short: Vec<PathBuf> = beginnings.iter().map(|file| file.path().to_path_buf()).collect();
        // A cut may fall inside a quoted field; then the whole is read, which also gives errors their true lines.
        if let Ok(raw) = read_raw(&short, settings, Wanted::All) {
            return Ok(raw);
        }
    }
    read_raw(paths, settings, Wanted::All)
}

/// The beginning of a large text file up to the end of a line; `None` for a small one or one that is no text.
#[allow(clippy::disallowed_methods, reason = "the command line is an edge: it reads and writes files")]
fn beginning(path: &Path) -> Option<tempfile::NamedTempFile> {
    let file = std::fs::File::open(path).ok()?;
    if file.metadata().ok()?.len() <= MOST_OF_A_LOG {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(MOST_OF_A_LOG).read_to_end(&mut bytes).ok()?;
    if bytes.starts_with(b"PAR1") {
        return None;
    }
    bytes.truncate(memchr::memrchr(b'\n', &bytes)? + 1);
    let suffix = path.extension().map_or(String::new(), |e| format!(".{}", e.to_string_lossy()));
    let mut short = tempfile::Builder::new().suffix(&suffix).tempfile().ok()?;
    short.write_all(&bytes).ok()?;
    Some(short)
}

/// The encoding that the error of a text that is not UTF-8 proposes first.
pub(super) fn suggested_encoding(error: &InputError) -> Option<String> {
    let rest = error.remedy.strip_prefix("set encoding = \"")?;
    rest.split('"').next().map(str::to_string)
}

/// Whether more columns are numbers only with a decimal comma than only with a decimal point.
fn has_decimal_comma(raw: &RawTable) -> bool {
    let all = |column: &crate::io::RawColumn, decimal| {
        let RawCells::Text(cells) = &column.cells else { return false };
        let mut filled = (0..cells.len()).map(|row| cells.get(row)).filter(|cell| !cell.trim().is_empty()).peekable();
        filled.peek().is_some() && filled.all(|cell| parse_number(cell, decimal).is_some())
    };
    let only = |decimal, other| raw.columns.iter().filter(|c| all(c, decimal) && !all(c, other)).count();
    only(',', '.') > only('.', ',')
}

/// The spellings of "no value" that stand in the tables, one a fold.
fn missing_spellings<'t>(tables: impl Iterator<Item = &'t RawTable>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for column in tables.flat_map(|raw| &raw.columns) {
        let RawCells::Text(cells) = &column.cells else { continue };
        let mut met: std::collections::HashSet<&str, foldhash::fast::FixedState> = Default::default();
        for cell in (0..cells.len()).map(|row| cells.get(row).trim()) {
            if !cell.is_empty()
                && met.insert(cell)
                && means_missing(cell)
                && !found.iter().any(|f| fold(f) == fold(cell))
            {
                found.push(cell.to_string());
            }
        }
    }
    found
}

/// The columns with their types and values.
fn sheet(raw: &RawTable, settings: &ReadSettings, notes: &mut Vec<String>, steps: &Steps) -> Result<Sheet, InputError> {
    let inferred = infer_types(&raw.columns, settings)?;
    let times = TimeReader::new(&settings.timezone, settings.time_format.as_deref())?;
    let missing = MissingWords::new(&settings.missing);
    let columns = raw.columns.iter().zip(inferred).map(|(column, inferred)| {
        let cells: Vec<_> = (0..raw.n_rows()).map(|row| column.text(row)).collect();
        let values = cells.iter().map(|cell| Some(cell.trim()).filter(|cell| !missing.is_missing(cell)));
        let text = TextColumn::from_values(values);
        let is_date = inferred.column_type == ColumnType::Date;
        let is_ambiguous = is_date && inferred.date_order.is_none() && is_ambiguous(&text, &times);
        let problems = inferred.problems.iter().filter(|_| !is_ambiguous);
        notes.extend(problems.map(|problem| format!("column `{}`: {problem}", inferred.name)));
        // An ambiguous column is looked at in either order: enough to see that it holds times.
        let order = inferred.date_order.or(Some(DateOrder::MonthFirst).filter(|_| is_ambiguous));
        let read_number =
            |level: &String| parse_number(level, settings.decimal).or_else(|| level.parse().ok()).unwrap_or(f64::NAN);
        let numbers = match inferred.column_type {
            ColumnType::Number => text.levels.iter().map(read_number).collect(),
            _ => Vec::new(),
        };
        let times = match is_date {
            true => text.levels.iter().map(|level| times.read(level.as_bytes(), order)).collect(),
            false => Vec::new(),
        };
        let column_type = inferred.column_type;
        steps.step();
        SheetColumn {
            name: inferred.name,
            column_type,
            is_ambiguous,
            date_order: inferred.date_order,
            text,
            numbers,
            times,
        }
    });
    let columns: Vec<SheetColumn> = columns.collect();
    Ok(Sheet { columns, file_of_row: raw.origin.iter().map(|(file, _)| file).collect() })
}

fn is_ambiguous(text: &TextColumn, times: &TimeReader) -> bool {
    let mut evidence = OrderEvidence::default();
    let unread = text.levels.iter().enumerate().filter(|(_, level)| times.read(level.as_bytes(), None).is_none());
    unread.for_each(|(index, level)| evidence.observe(index, level.as_bytes()));
    matches!(evidence.verdict(), OrderVerdict::Ambiguous { .. })
}

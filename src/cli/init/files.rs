//! The files given, as the project file and other commands will name them; those that are written beside them: a copy with
//! row numbers for a table without an id, and what stood in files that are written over.

use super::super::inputs::load_project;
use super::look::{Looked, suggested_encoding};
use crate::fault::InputError;
use crate::io::{OutColumn, OutValues, RawTable, ReadSettings, Wanted, WriteOptions, read_raw, write_table};
use crate::pipeline::start::{Reading, Sheet};
use std::path::{Component, Path, PathBuf};

/// The files given.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) leads: Vec<PathBuf>,
    pub(super) activities: Vec<PathBuf>,
    pub(super) outcomes: Vec<PathBuf>,
}

impl Files {
    /// How the files were read, with their paths relative to `folder`.
    pub(super) fn reading(&self, looked: &Looked, folder: &Path) -> Result<Reading, InputError> {
        let settings = &looked.settings;
        let relative =
            |paths: &[PathBuf]| paths.iter().map(|path| relative(path, folder)).collect::<Result<Vec<_>, _>>();
        let sheets = [Some(&looked.view.leads), looked.view.outcomes.as_ref(), looked.view.log.as_ref()];
        let columns = sheets.into_iter().flatten().flat_map(|sheet| &sheet.columns);
        Ok(Reading {
            leads: relative(&self.leads)?,
            activities: relative(&self.activities)?,
            outcomes: relative(&self.outcomes)?,
            encoding: settings.encoding.clone(),
            decimal_comma: settings.decimal == ',',
            time_format: settings.time_format.clone(),
            ambiguous: columns.filter(|column| column.is_ambiguous).map(|column| column.name.clone()).collect(),
            timezone: settings.timezone.clone(),
            missing: settings.missing.clone(),
        })
    }
}

/// The files with one of the leads' tables given as outcomes: where that has ids of some leads of another and columns of its
/// own, it may be the deals.
pub(super) fn with_deals_apart(files: &Files, leads: &Sheet, id: &str) -> Option<Files> {
    let (deals, _) = leads.column(id).and_then(|ids| leads.file_within_another(ids))?;
    let mut apart = files.clone();
    let deals = apart.leads.remove(deals);
    apart.outcomes.push(deals);
    Some(apart)
}

/// The column that the project file to be written over takes for the time of the close; none where it cannot be read.
pub(super) fn close_named_in(project: &Path) -> Option<String> {
    load_project(Some(project)).ok()?.leads.closed_at
}

/// Keeps a file that is to be written over with another text beside it, and says where.
#[allow(clippy::disallowed_methods, reason = "the command line is an edge: it reads and writes files")]
pub(super) fn keep_old(path: &Path, text: &str) -> Result<Option<String>, InputError> {
    let unkept = |e: std::io::Error| InputError::new(format!("cannot be kept: {e}")).at(path.display().to_string());
    if !path.exists() || std::fs::read(path).map_err(unkept)? == text.as_bytes() {
        return Ok(None);
    }
    let old = format!("{}.old", path.display());
    std::fs::copy(path, &old).map_err(unkept)?;
    Ok(Some(old))
}

/// A file out of the way of one that is to take its place.
pub(super) struct SetAside {
    place: PathBuf,
    /// Where it is now; `None`: there was none.
    old: Option<PathBuf>,
}

#[allow(clippy::disallowed_methods, reason = "the command line is an edge: it reads and writes files")]
impl SetAside {
    /// Whatever stands there.
    pub(super) fn of(place: &Path) -> Result<SetAside, InputError> {
        let old = place.exists().then(|| PathBuf::from(format!("{}.old", place.display())));
        if let Some(old) = &old {
            std::fs::rename(place, old)
                .map_err(|e| InputError::new(format!("cannot be kept: {e}")).at(place.display().to_string()))?;
        }
        Ok(SetAside { place: place.to_path_buf(), old })
    }

    /// Where it is, once another has taken its place; it goes where that is the same.
    pub(super) fn told(self) -> Result<Option<String>, InputError> {
        let Some(old) = self.old else { return Ok(None) };
        let read = |path: &Path| {
            std::fs::read(path)
                .map_err(|e| InputError::new(format!("cannot be read: {e}")).at(path.display().to_string()))
        };
        if read(&old)? == read(&self.place)? {
            // Whether it goes or not, nothing is lost.
            let _ = std::fs::remove_file(&old);
            return Ok(None);
        }
        Ok(Some(format!("what stood in {} before is in {}", self.place.display(), old.display())))
    }

    /// Back to its place, and what has taken that is gone.
    pub(super) fn put_back(self) {
        // The error that led here is what somebody must read.
        let _ = match self.old {
            Some(old) => std::fs::rename(old, self.place),
            None => std::fs::remove_file(self.place),
        };
    }
}

/// A path as it is written in a project file in `folder`: relative, with `/` between its parts.
fn relative(path: &Path, folder: &Path) -> Result<String, InputError> {
    let whole = |path: &Path| {
        std::fs::canonicalize(path)
            .map_err(|e| InputError::new(format!("cannot be found: {e}")).at(path.display().to_string()))
    };
    let (path, folder) = (whole(path)?, whole(folder)?);
    let (parts, base): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (path.components().collect(), folder.components().collect());
    let n_shared = parts.iter().zip(&base).take_while(|(a, b)| a == b).count();
    // Nothing in common but the root: the absolute path says more than a ladder of dots.
    if n_shared <= 1 {
        return Ok(path.display().to_string());
    }
    let up = base[n_shared..].iter().map(|_| "..".to_string());
    let down = parts[n_shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// Writes a copy of the table with a first column of row numbers, and says so.
pub(super) fn add_id(paths: &[PathBuf], copy: &Path, settings: &mut ReadSettings) -> Result<String, InputError> {
    let raw = match read_raw(paths, settings, Wanted::All) {
        Err(error) if settings.encoding.is_none() => {
            let encoding = suggested_encoding(&error).ok_or(error)?;
            read_raw(paths, &ReadSettings { encoding: Some(encoding), ..settings.clone() }, Wanted::All)?
        }
        read => read?,
    };
    let id = ["lead_id", "row_number", "leadscore_row"].into_iter().find(|id| raw.column(id).is_none());
    let id = id.ok_or_else(|| {
        InputError::new("the table has columns lead_id and row_number already").remedy("name one with --id")
    })?;
    // The copy is written in UTF-8, whatever the original is in.
    settings.encoding = None;
    write_table(copy, &numbered(&raw, id), WriteOptions { raw: true, ..WriteOptions::default() })?;
    Ok(format!(
        "all goes on with {}, a copy whose `{id}` counts the rows: the same number in another file is another lead",
        copy.display()
    ))
}

fn numbered(raw: &RawTable, id: &str) -> Vec<OutColumn> {
    let rows = 0..raw.n_rows();
    let numbers = rows.clone().map(|row| Some((row + 1).to_string())).collect();
    let mut columns = vec![OutColumn { name: id.to_string(), values: OutValues::Text(numbers) }];
    columns.extend(raw.columns.iter().map(|column| {
        let cells = rows.clone().map(|row| Some(column.text(row).into_owned()).filter(|cell| !cell.is_empty()));
        OutColumn { name: column.name.clone(), values: OutValues::Text(cells.collect()) }
    }));
    columns
}

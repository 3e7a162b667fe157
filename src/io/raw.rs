//! Tables as they stand in the files: every column by its name, no types yet but those the format brings along.

use super::cells::{RawCells, TextCells};
use super::csv_file::CsvFile;
use super::recognise::{Input, open};
use super::settings::ReadSettings;
use super::{csv_table, ndjson_table, parquet_table};
use crate::fault::InputError;
use crate::tables::Origins;
use std::borrow::Cow;
use std::path::PathBuf;

/// Which columns are to be read.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// Every one.
    All,
    /// These, as far as a file has them.
    Only(&'a [String]),
}

impl Wanted<'_> {
    /// Whether the column of this name is to be read.
    pub(super) fn includes(&self, name: &str) -> bool {
        match self {
            Wanted::All => true,
            Wanted::Only(names) => names.iter().any(|wanted| wanted == name),
        }
    }
}

/// All files of one call, row below row.
#[derive(Debug, Clone, Default)]
pub struct RawTable {
    /// Names of the files, as given.
    pub files: Vec<String>,
    /// Names of all columns that any file has, read or not, in order of first appearance.
    pub header: Vec<String>,
    /// The columns read.
    pub columns: Vec<RawColumn>,
    /// `(n_rows,)` where each row was read.
    pub origin: Origins,
    /// What was mended or left out on the way, in sentences.
    pub notes: Vec<String>,
    /// Columns that a file lacks although another one has them: index of the file, and name.
    pub absent: Vec<(u32, String)>,
    /// Names that a header holds more than once (the later ones are called `name_2` and so on).
    pub repeated: Vec<String>,
}

/// One column as it stands in the files.
#[derive(Debug, Clone)]
pub struct RawColumn {
    /// Its name, from the header.
    pub name: String,
    /// Its cells.
    pub cells: RawCells,
}

impl RawColumn {
    /// The text of the cell of `row`; blank where missing.
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        self.cells.text(row)
    }
}

impl RawTable {
    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        self.origin.len()
    }

    /// Gives the rows their numbers, counted from 1, as the column `name`, where no file has it. Where some files have it, the
    /// rows of the others get the name of their file in front (`open.csv:17`), for the bare number may be another lead's.
    ///
    /// # Errors
    /// More text than a column can hold.
    pub fn number_rows(&mut self, name: &str) -> Result<(), InputError> {
        if self.header.iter().any(|known| known == name) {
            return self.number_rows_of_files_without(name);
        }
        let cells = RawCells::Integers((1..=self.n_rows() as i64).map(Some).collect());
        self.header.push(name.to_string());
        self.columns.push(RawColumn { name: name.to_string(), cells });
        Ok(())
    }

    fn number_rows_of_files_without(&mut self, name: &str) -> Result<(), InputError> {
        let without: Vec<u32> =
            self.absent.iter().filter(|(_, absent)| absent == name).map(|(file, _)| *file).collect();
        let Some(column) = self.columns.iter_mut().find(|column| column.name == name && !without.is_empty()) else {
            return Ok(());
        };
        let names: Vec<String> = self.files.iter().map(|file| file_name(file)).collect();
        let (mut cells, mut rows_of) = (TextCells::default(), vec![0_u64; self.files.len()]);
        for (row, (file, _)) in self.origin.iter().enumerate() {
            rows_of[file as usize] += 1;
            if without.contains(&file) {
                cells.push(&format!("{}:{}", names[file as usize], rows_of[file as usize]))?;
            } else {
                cells.push(&column.text(row))?;
            }
        }
        column.cells = RawCells::Text(cells);
        self.absent.retain(|(_, absent)| absent != name);
        Ok(())
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&RawColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// `file, line n` of a row, for messages.
    pub fn place(&self, row: usize) -> String {
        let (file, line) = self.origin.get(row);
        format!("{}, line {line}", self.files[file as usize])
    }

    /// The files, for messages about all of them.
    pub(super) fn place_of_files(&self) -> String {
        match &self.files[..] {
            [] => String::new(),
            [only] => only.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        }
    }

    /// Puts the rows of a further file below.
    fn append(&mut self, later: RawTable) -> Result<(), InputError> {
        let file = self.files.len() as u32;
        let (n_before, n_later) = (self.n_rows(), later.n_rows());
        let mut later_columns: Vec<Option<RawColumn>> = later.columns.into_iter().map(Some).collect();
        for column in &mut self.columns {
            let same = later_columns.iter_mut().find(|c| c.as_ref().is_some_and(|c| c.name == column.name));
            match same.and_then(Option::take) {
                Some(same) => column.cells.append(same.cells)?,
                None => {
                    column.cells.append_missing(n_later)?;
                    self.absent.push((file, column.name.clone()));
                }
            }
        }
        for mut column in later_columns.into_iter().flatten() {
            let cells = std::mem::replace(&mut column.cells, RawCells::Text(TextCells::default()));
            column.cells.append_missing(n_before)?;
            column.cells.append(cells)?;
            self.absent.extend((0..file).map(|earlier| (earlier, column.name.clone())));
            self.columns.push(column);
        }
        self.header.extend(later.header.into_iter().filter(|name| !self.header.contains(name)).collect::<Vec<_>>());
        self.origin.append(&later.origin, file);
        self.files.extend(later.files);
        self.notes.extend(later.notes);
        self.repeated.extend(later.repeated);
        Ok(())
    }
}

/// The last part of a path.
fn file_name(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or_else(|| path.to_string(), |name| name.to_string_lossy().into_owned())
}

/// Reads all files of one call (CSV, Parquet or NDJSON, told by content) into raw columns.
///
/// # Errors
/// A file that is not there, is no table, or has rows that cannot be taken as they stand.
pub fn read_raw(paths: &[PathBuf], settings: &ReadSettings, wanted: Wanted<'_>) -> Result<RawTable, InputError> {
    let mut whole: Option<RawTable> = None;
    for path in paths {
        let name = path.display().to_string();
        let table = match open(path, settings)? {
            Input::Csv(reader) => csv_table::read(CsvFile::open(name, reader, settings)?, settings, wanted)?,
            Input::Ndjson(reader) => ndjson_table::read(name, reader, settings, wanted)?,
            Input::Parquet(file) => parquet_table::read(name, file, settings, wanted)?,
        };
        match &mut whole {
            None => whole = Some(table),
            Some(whole) => whole.append(table)?,
        }
    }
    whole.ok_or_else(|| InputError::new("no file was given"))
}

//! The activity log, read front to back in checked batches and never held whole.

mod csv_log;
mod gathering;
mod index;
mod ndjson_log;
mod order;
mod parquet_log;
mod part;
mod plain_rows;
mod progress;

use super::blocks::{BlockReader, Ends};
use super::csv_file::CsvFile;
use super::in_order::parse_in_order;
use super::names::no_such_column;
use super::parquet_file::ParquetFile;
use super::recognise::{Input, open};
use super::settings::{ActivityRoles, ReadSettings};
use crate::fault::InputError;
use crate::tables::{ActivityBatch, ActivityBatches, Ids};
use crate::values::{DateOrder, MissingWords, TimeReader};
use csv_log::CsvLayout;
use gathering::Gathering;
use index::LeadIndex;
use parquet_log::{ParquetLayout, ParquetLog};
use part::{LogPlan, Part, SAMPLES};
pub use progress::LogProgress;
use progress::{Watcher, size};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What reading the log met.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogReport {
    /// Rows of all files.
    pub rows: u64,
    /// Rows of known leads, taken.
    pub matched: u64,
    /// Rows whose id is no lead's.
    pub unknown_lead: u64,
    /// Rows without an id.
    pub blank_id: u64,
    /// Rows left out because they could not be read (`lenient`).
    pub unreadable: u64,
    /// Place and value of the first of them.
    pub first_unreadable: Option<String>,
    /// Ids of the first leads.
    pub sample_lead_ids: Vec<String>,
    /// The first ids of the log that are no lead's.
    pub sample_log_ids: Vec<String>,
    /// What `lenient` mended, in sentences.
    pub notes: Vec<String>,
}

/// An activity log in one or more files.
pub struct ActivityLog<'a> {
    paths: Vec<PathBuf>,
    roles: ActivityRoles,
    settings: ReadSettings,
    plan: LogPlan,
    ids: &'a Ids,
    report: LogReport,
    watcher: Watcher<'a>,
    /// Files of Parquet whose footers have been read, up to [`MOST_OPENED`].
    opened: RefCell<Vec<(PathBuf, Rc<ParquetFile>)>>,
}

/// Files that stay open: a system lets a program have only so many.
const MOST_OPENED: usize = 32;

/// One opened file of the log.
enum Source {
    Csv(BlockReader, CsvLayout),
    Ndjson(BlockReader),
    Parquet(Rc<ParquetFile>, ParquetLayout),
}

impl<'a> ActivityLog<'a> {
    /// Opens the log: checks that the files are there and have the columns, and settles the order of day and month
    /// if their times depend on it. `ids` are those of the leads; details are read only if wanted.
    ///
    /// # Errors
    /// A file that is no table, a column that is not there, times that no row decides between two orders.
    pub fn open(
        paths: &[PathBuf],
        roles: &ActivityRoles,
        settings: &ReadSettings,
        ids: &'a Ids,
        want_details: bool,
    ) -> Result<ActivityLog<'a>, InputError> {
        let mut roles = roles.clone();
        if !want_details {
            roles.detail = None;
        }
        let plan = LogPlan {
            leads: LeadIndex::new(ids),
            times: TimeReader::new(&settings.timezone, settings.time_format.as_deref())?,
            order: settings.date_orders.get(&roles.at).copied(),
            missing: MissingWords::new(&settings.missing),
        };
        let (settings, report) = (settings.clone(), LogReport::default());
        let (watcher, opened) = (Watcher::default(), RefCell::default());
        let mut log = ActivityLog { paths: paths.to_vec(), roles, settings, plan, ids, report, watcher, opened };
        log.plan.order = order::settle(&log)?;
        Ok(log)
    }

    /// The same log, which from now on tells `watch` how far its reading has come: at its beginning, after every few
    /// megabytes, and at its end.
    pub fn watched_by(mut self, watch: impl FnMut(LogProgress) + 'a) -> ActivityLog<'a> {
        self.watcher = Watcher::telling(watch);
        self
    }

    /// What the last complete reading met.
    pub fn report(&self) -> &LogReport {
        &self.report
    }

    /// The order of day and month of its times, where it matters.
    pub fn date_order(&self) -> Option<DateOrder> {
        self.plan.order
    }

    fn source(&self, path: &Path) -> Result<Source, InputError> {
        let name = path.display().to_string();
        if let Some((_, file)) = self.opened.borrow().iter().find(|(opened, _)| opened == path) {
            let layout = self.parquet_layout(file, &name)?;
            return Ok(Source::Parquet(file.clone(), layout));
        }
        Ok(match open(path, &self.settings)? {
            Input::Csv(reader) => {
                let file = CsvFile::open(name, reader, &self.settings)?;
                let layout = self.csv_layout(&file)?;
                Source::Csv(file.blocks, layout)
            }
            Input::Ndjson(reader) => Source::Ndjson(BlockReader::new(name, reader, Ends::Lines, 1)),
            Input::Parquet(file) => {
                let file = Rc::new(ParquetFile::open(name.clone(), file)?);
                let layout = self.parquet_layout(&file, &name)?;
                let mut opened = self.opened.borrow_mut();
                if opened.len() < MOST_OPENED {
                    opened.push((path.to_path_buf(), file.clone()));
                }
                Source::Parquet(file, layout)
            }
        })
    }

    fn parquet_layout(&self, file: &ParquetFile, name: &str) -> Result<ParquetLayout, InputError> {
        ParquetLayout::new(&self.roles, |column| Ok(self.find(column, &file.names, name)?.is_some()))
    }

    /// Where a column of the log stands; `None` for one that `lenient` does without.
    fn find(&self, column: &String, header: &[String], file: &str) -> Result<Option<usize>, InputError> {
        let is_optional = ![&self.roles.lead_id, &self.roles.at, &self.roles.kind].contains(&column);
        match header.iter().position(|name| name == column) {
            None if self.settings.lenient && is_optional => Ok(None),
            None => Err(no_such_column(column, file, header, "")),
            found => Ok(found),
        }
    }

    fn csv_layout(&self, file: &CsvFile) -> Result<CsvLayout, InputError> {
        file.header.refuse_repeated(&self.roles.columns(), &file.name)?;
        let find = |column: &String| self.find(column, &file.header.names, &file.name);
        let required = |column: &String| find(column).map(|found| found.expect("only optional columns may be absent"));
        let optional = |column: &Option<String>| column.as_ref().map_or(Ok(None), find);
        Ok(CsvLayout {
            delimiter: file.delimiter,
            width: file.width(),
            lead: required(&self.roles.lead_id)?,
            at: required(&self.roles.at)?,
            kind: required(&self.roles.kind)?,
            detail: optional(&self.roles.detail)?,
            count: optional(&self.roles.count)?,
            lenient: self.settings.lenient,
        })
    }
}

impl ActivityBatches for ActivityLog<'_> {
    /// Reads the files from the beginning, each time it is called.
    fn for_each(&mut self, each: &mut dyn FnMut(ActivityBatch<'_>)) -> Result<(), InputError> {
        let mut gathering = Gathering::new(self.settings.lenient);
        let mut watcher = std::mem::take(&mut self.watcher);
        watcher.begin(&self.paths);
        for path in &self.paths {
            let name = path.display().to_string();
            let mut take = |part: Part| {
                watcher.add(part.rows, part.bytes);
                gathering.take(part, each);
                Ok(())
            };
            let plan = &self.plan;
            let mut width = 0;
            match self.source(path)? {
                Source::Csv(mut blocks, layout) => {
                    width = layout.width;
                    parse_in_order(|| blocks.next(), |block| csv_log::parse(&block, &layout, plan), take)?;
                }
                Source::Ndjson(mut blocks) => {
                    parse_in_order(|| blocks.next(), |block| ndjson_log::parse(&block, &self.roles, plan), take)?;
                }
                Source::Parquet(file, layout) => {
                    let mut slices = file.slices.iter().copied();
                    let bytes_a_row = size(path) as f64 / file.n_rows.max(1) as f64;
                    let log = ParquetLog { file: &file, layout: &layout, plan, name: &name };
                    parse_in_order(
                        || Ok(slices.next()),
                        |slice| log.parse(slice),
                        |part| {
                            let mut part = part?;
                            part.bytes = (bytes_a_row * part.rows as f64) as u64;
                            take(part)
                        },
                    )?;
                    file.forget();
                }
            }
            gathering.end_of_file(&name, width, &self.roles)?;
        }
        watcher.end();
        gathering.report.sample_lead_ids = self.ids.iter().take(SAMPLES).map(str::to_string).collect();
        self.report = gathering.report;
        self.watcher = watcher;
        Ok(())
    }
}

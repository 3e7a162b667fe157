//! Parts of the log put together: codes of the whole log, counts, and what is wrong with the file at hand.

use super::LogReport;
use super::part::{Part, SAMPLES, UnreadCells};
use crate::fault::InputError;
use crate::io::dictionary::Dictionary;
use crate::io::faults::{RowFaults, Rows};
use crate::io::ids::others;
use crate::io::ndjson_table::not_an_object;
use crate::io::settings::ActivityRoles;
use crate::tables::{ActivityBatch, MISSING};

/// What has been read so far.
#[derive(Default)]
pub(super) struct Gathering {
    lenient: bool,
    kinds: Dictionary,
    details: Dictionary,
    /// Counts so far.
    pub report: LogReport,
    faults: RowFaults,
    unread: UnreadCells,
    no_objects: Rows,
    no_object_reason: String,
    /// Once anything is wrong nothing more is handed on; the rest of the file is only counted.
    failed: bool,
}

impl Gathering {
    /// Nothing read yet.
    pub(super) fn new(lenient: bool) -> Gathering {
        Gathering { lenient, ..Gathering::default() }
    }

    /// Takes in the next part and hands its acts on, unless something was wrong before.
    pub(super) fn take(&mut self, mut part: Part, each: &mut dyn FnMut(ActivityBatch<'_>)) {
        self.report.rows += part.rows;
        self.report.matched += part.acts.len() as u64;
        self.report.unknown_lead += part.unknown;
        self.report.blank_id += part.blank;
        for id in std::mem::take(&mut part.unknown_ids) {
            if self.report.sample_log_ids.len() < SAMPLES && !self.report.sample_log_ids.contains(&id) {
                self.report.sample_log_ids.push(id);
            }
        }
        self.failed |= !self.lenient && (part.faults.any() || part.unread.n() + part.no_objects.n > 0);
        self.faults.merge(std::mem::take(&mut part.faults));
        self.unread.merge(std::mem::take(&mut part.unread));
        if self.no_objects.n == 0 {
            self.no_object_reason = std::mem::take(&mut part.no_object_reason);
        }
        self.no_objects.merge(std::mem::take(&mut part.no_objects));
        if self.failed {
            return;
        }
        self.recode(&mut part);
        each(ActivityBatch { acts: &part.acts, kinds: &self.kinds.texts, details: &self.details.texts });
    }

    /// From the codes of a part to those of the whole log. A code is given when an act first needs it: a kind that
    /// only unknown leads have is not met.
    fn recode(&mut self, part: &mut Part) {
        let mut kinds = vec![MISSING; part.kinds.texts.len()];
        let mut details = vec![MISSING; part.details.texts.len()];
        let mut acts = part.acts.kinds.iter_mut();
        let mut n_left = kinds.len();
        while n_left > 0
            && let Some(kind) = acts.next()
        {
            n_left -= usize::from(kinds[*kind as usize] == MISSING);
            *kind = self.kinds.code_through(&mut kinds, *kind, &part.kinds);
        }
        // Nearly all acts: every kind has been met by now.
        acts.for_each(|kind| *kind = kinds[*kind as usize]);
        part.acts.recode_details(|detail| self.details.code_through(&mut details, detail, &part.details));
    }

    /// Says what was wrong with the file that ends here.
    pub(super) fn end_of_file(&mut self, name: &str, width: usize, roles: &ActivityRoles) -> Result<(), InputError> {
        let faults = std::mem::take(&mut self.faults);
        faults.verdict(name, width, self.lenient)?;
        self.report.notes.extend(faults.notes(name));
        let no_objects = std::mem::take(&mut self.no_objects);
        if no_objects.n > 0 {
            let error = not_an_object(&no_objects, &self.no_object_reason, name);
            self.let_pass(error, no_objects.n)?;
        }
        let UnreadCells { at, kind, count } = std::mem::take(&mut self.unread);
        let count_column = roles.count.as_deref().unwrap_or_default();
        self.end_of_cells(&at, name, &roles.at, "is not a time", "write it as 2024-01-31T14:00:00, set time_format")?;
        self.end_of_cells(&kind, name, &roles.kind, "is no kind of activity", "fill the column")?;
        self.end_of_cells(&count, name, count_column, "is not a count", "a count is a whole number of at least 0")
    }

    fn end_of_cells(
        &mut self,
        rows: &Rows,
        name: &str,
        column: &str,
        what: &str,
        remedy: &str,
    ) -> Result<(), InputError> {
        if rows.n == 0 {
            return Ok(());
        }
        let value = String::from_utf8_lossy(&rows.first);
        let error = InputError::new(format!("`{}` {what}{}", value.trim(), others(rows.n as usize)))
            .at(format!("{name}, line {}, column `{column}`", rows.lines[0]))
            .remedy(format!("{remedy}, or run with --lenient (such rows are left out)"));
        self.let_pass(error, rows.n)
    }

    /// Stops with the error, or with `lenient` counts its rows as left out.
    fn let_pass(&mut self, error: InputError, n_rows: u64) -> Result<(), InputError> {
        if !self.lenient {
            return Err(error);
        }
        self.report.unreadable += n_rows;
        self.report.first_unreadable.get_or_insert(error.to_string());
        Ok(())
    }
}

//! Rows of the log, checked one by one into acts of known leads. Every format ends here.

use super::index::{HashedLeads, LeadIndex, LeadKey, LeadList};
use crate::asof::Instant;
use crate::io::dictionary::Dictionary;
use crate::io::faults::{RowFaults, Rows};
use crate::lanes::{Lanes, in_wide_registers};
use crate::tables::{Activity, Acts, Ids, MISSING};
use crate::values::{DateOrder, KnownDay, MissingWords, TimeReader, parse_number};

/// How many unknown ids are kept to show.
pub(super) const SAMPLES: usize = 3;

/// How many rows wait for their lead. Looked up together, they wait for memory together rather than in turn.
const WAITING: usize = 256;

/// What every row of the log is read by.
pub(super) struct LogPlan {
    /// Rows of the leads by id.
    pub leads: LeadIndex,
    /// The reader of times.
    pub times: TimeReader,
    /// Order of day and month in the column of times.
    pub order: Option<DateOrder>,
    /// Spellings of "no value", for details and counts.
    pub missing: MissingWords,
}

/// The cells of one row; blank where a column is not asked for.
pub(super) struct RowCells<'a> {
    /// The lead's id.
    pub lead: &'a [u8],
    /// When it happened.
    pub at: AtCell<'a>,
    /// What was done.
    pub kind: &'a [u8],
    /// Page, campaign and the like.
    pub detail: &'a [u8],
    /// How many acts the row stands for.
    pub count: &'a [u8],
}

/// A time as its format gives it.
pub(super) enum AtCell<'a> {
    /// As text.
    Text(&'a [u8]),
    /// As an instant.
    Instant(Option<Instant>),
}

/// The leads of rows as their file stores them.
#[derive(Default)]
pub(super) struct StoredLeads {
    /// Rows of the leads; where the id is no lead's, its number in `unknown` above [`StoredLeads::KNOWN`]; and [`MISSING`]
    /// where there is none.
    pub codes: Vec<u32>,
    /// Ids that are no lead's.
    pub unknown: Ids,
}

impl StoredLeads {
    /// Beyond the rows of all leads.
    const KNOWN: u32 = 1 << 31;

    /// The code of a lead's row; `None` where there are too many.
    #[inline]
    pub(super) fn known(row: u32) -> Option<u32> {
        (row < StoredLeads::KNOWN).then_some(row)
    }

    /// The code of an id that is no lead's, which is put behind the others; `None` where there are too many.
    pub(super) fn unknown(unknown: &mut Ids, id: &str) -> Option<u32> {
        unknown.push(id);
        StoredLeads::KNOWN.checked_add(u32::try_from(unknown.len() - 1).ok()?).filter(|code| *code != MISSING)
    }
}

/// What part of a log holds. Kinds and details are coded in order of first appearance in this part.
#[derive(Default)]
pub(super) struct Part {
    /// How much of its file it takes.
    pub bytes: u64,
    /// Acts of known leads.
    pub acts: Acts,
    /// Kinds by code.
    pub kinds: Dictionary,
    /// Details by code.
    pub details: Dictionary,
    /// Rows read.
    pub rows: u64,
    /// Rows whose id is no lead's.
    pub unknown: u64,
    /// Rows without an id.
    pub blank: u64,
    /// The first few ids that are no lead's.
    pub unknown_ids: Vec<String>,
    /// Rows that are wrong as rows.
    pub faults: RowFaults,
    /// Lines of NDJSON that are no objects.
    pub no_objects: Rows,
    /// What is wrong with the first of them.
    pub no_object_reason: String,
    /// Cells that could not be read.
    pub unread: UnreadCells,
    waiting: Waiting,
    /// How many of the newest acts hold the place of their lead rather than its row.
    placed: usize,
    /// The day of the last row.
    day: KnownDay,
}

/// The ids of the newest acts, whose leads have not been looked up in the hash table yet.
#[derive(Default)]
struct Waiting {
    keys: Vec<LeadKey>,
    ids: Vec<u8>,
    ends: Vec<usize>,
}

/// Rows of known leads with a cell that could not be read.
#[derive(Debug, Clone, Default)]
pub(super) struct UnreadCells {
    /// No time.
    pub at: Rows,
    /// No kind.
    pub kind: Rows,
    /// No count.
    pub count: Rows,
}

impl UnreadCells {
    /// How many rows.
    pub(super) fn n(&self) -> u64 {
        self.at.n + self.kind.n + self.count.n
    }

    /// Takes in those of a later part.
    pub(super) fn merge(&mut self, later: UnreadCells) {
        self.at.merge(later.at);
        self.kind.merge(later.kind);
        self.count.merge(later.count);
    }
}

impl Part {
    /// A part that takes so many bytes of its file, with nothing in it yet.
    pub(super) fn of(bytes: usize) -> Part {
        Part { bytes: bytes as u64, ..Part::default() }
    }

    /// Takes in one row that stands on `line`.
    #[inline]
    pub(super) fn take(&mut self, plan: &LogPlan, line: u64, cells: &RowCells<'_>) {
        self.rows += 1;
        let at = match cells.at {
            AtCell::Text(text) => plan.times.read_next(text, plan.order, &mut self.day),
            AtCell::Instant(at) => at,
        };
        let count = count(cells.count, plan);
        let kind = cells.kind.trim_ascii();
        let (Some(at), Some(count), false) = (at, count, kind.is_empty()) else {
            self.take_unreadable(plan, line, cells, at.is_some());
            return;
        };
        let detail = self.detail(cells.detail.trim_ascii(), plan);
        let act = Activity { lead: MISSING, at, kind: self.kinds.code(kind), detail, count };
        match &plan.leads {
            LeadIndex::Listed(leads) => match leads.place(cells.lead) {
                Some(place) => self.take_placed(leads, Activity { lead: place, ..act }),
                None => self.take_placeless(plan, cells.lead),
            },
            LeadIndex::Hashed(leads) => {
                self.acts.push(act);
                self.waiting.keys.push(LeadKey::of(cells.lead));
                self.waiting.ids.extend_from_slice(cells.lead);
                self.waiting.ends.push(self.waiting.ids.len());
                if self.waiting.keys.len() == WAITING {
                    self.find_hashed(leads);
                }
            }
        }
    }

    /// Takes in rows of which all is known. Nothing may have been taken in before.
    pub(super) fn take_stored(&mut self, leads: StoredLeads, at: Vec<Instant>, kinds: Vec<u32>) {
        let StoredLeads { mut codes, unknown } = leads;
        self.rows = codes.len() as u64;
        // All are looked at, several at once: nearly always every row is one of a known lead.
        let are_known = in_wide_registers(AreBelow { codes: &codes, bound: StoredLeads::KNOWN });
        let others = if are_known { &mut [][..] } else { &mut codes[..] };
        for code in others.iter_mut().filter(|code| **code >= StoredLeads::KNOWN) {
            match std::mem::replace(code, MISSING) {
                MISSING => self.blank += 1,
                code => self.take_unknown(unknown[(code - StoredLeads::KNOWN) as usize].as_bytes()),
            }
        }
        self.acts = Acts::of_plain(codes, at, kinds);
        if self.blank + self.unknown > 0 {
            self.acts.keep_known(0);
        }
    }

    #[inline]
    fn take_placed(&mut self, leads: &LeadList, act: Activity) {
        self.acts.push(act);
        self.placed += 1;
        if self.placed == WAITING {
            self.find_placed(leads);
        }
    }

    #[cold]
    fn take_placeless(&mut self, plan: &LogPlan, id: &[u8]) {
        // Unknown ids are shown in the file's order.
        self.find_leads(plan);
        self.take_unknown(id);
    }

    /// Looks up the leads of the acts that wait, and takes out those of unknown ones. To be called at the end.
    pub(super) fn find_leads(&mut self, plan: &LogPlan) {
        match &plan.leads {
            LeadIndex::Listed(leads) => self.find_placed(leads),
            LeadIndex::Hashed(leads) => self.find_hashed(leads),
        }
    }

    /// The rows for the places that the newest acts hold.
    fn find_placed(&mut self, leads: &LeadList) {
        let first = self.acts.len() - std::mem::take(&mut self.placed);
        let mut unknown = Vec::new();
        for lead in &mut self.acts.leads[first..] {
            let place = std::mem::replace(lead, leads.row(*lead).unwrap_or(MISSING));
            if *lead == MISSING {
                unknown.push(place);
            }
        }
        for place in &unknown {
            self.take_unknown(leads.id(*place).as_bytes());
        }
        if !unknown.is_empty() {
            self.acts.keep_known(first);
        }
    }

    fn find_hashed(&mut self, leads: &HashedLeads) {
        let waiting = std::mem::take(&mut self.waiting);
        let first = self.acts.len() - waiting.keys.len();
        for (lead, key) in self.acts.leads[first..].iter_mut().zip(&waiting.keys) {
            *lead = leads.row(*key).unwrap_or(MISSING);
        }
        let unknown: Vec<usize> =
            (0..waiting.ends.len()).filter(|index| self.acts.leads[first + index] == MISSING).collect();
        for &index in &unknown {
            let start = if index == 0 { 0 } else { waiting.ends[index - 1] };
            self.take_unknown(&waiting.ids[start..waiting.ends[index]]);
        }
        if !unknown.is_empty() {
            self.acts.keep_known(first);
        }
        self.waiting = waiting;
        self.waiting.keys.clear();
        self.waiting.ids.clear();
        self.waiting.ends.clear();
    }

    /// A row with a cell that cannot be read matters only if its lead is known.
    #[cold]
    fn take_unreadable(&mut self, plan: &LogPlan, line: u64, cells: &RowCells<'_>, has_time: bool) {
        // Those that wait stand before it in the file, and unknown ids are shown in the file's order.
        self.find_leads(plan);
        if plan.leads.row_of(cells.lead).is_none() {
            self.take_unknown(cells.lead);
        } else if !has_time {
            self.unread.at.add(line, if let AtCell::Text(text) = cells.at { text } else { b"" });
        } else if cells.kind.trim_ascii().is_empty() {
            self.unread.kind.add(line, b"");
        } else {
            self.unread.count.add(line, cells.count);
        }
    }

    /// Notes a line of NDJSON that is no object.
    pub(super) fn add_no_object(&mut self, line: u64, text: &[u8], reason: String) {
        self.rows += 1;
        if self.no_objects.n == 0 {
            self.no_object_reason = reason;
        }
        self.no_objects.add(line, text);
    }

    fn detail(&mut self, detail: &[u8], plan: &LogPlan) -> u32 {
        if detail.is_empty() || std::str::from_utf8(detail).is_ok_and(|text| plan.missing.is_missing(text)) {
            return MISSING;
        }
        self.details.code(detail)
    }

    #[cold]
    fn take_unknown(&mut self, id: &[u8]) {
        if id.trim_ascii().is_empty() {
            self.blank += 1;
            return;
        }
        self.unknown += 1;
        if self.unknown_ids.len() < SAMPLES {
            let id = String::from_utf8_lossy(id).into_owned();
            if !self.unknown_ids.contains(&id) {
                self.unknown_ids.push(id);
            }
        }
    }
}

/// Whether all codes lie below a bound.
struct AreBelow<'a> {
    codes: &'a [u32],
    bound: u32,
}

impl Lanes for AreBelow<'_> {
    type Out = bool;

    #[inline(always)]
    fn run(self) -> bool {
        self.codes.iter().fold(0, |most, code| *code.max(&most)) < self.bound
    }
}

/// How many acts a row stands for: whole and not negative, 1 where nothing is said, `None` where it is no count.
fn count(cell: &[u8], plan: &LogPlan) -> Option<u32> {
    let cell = cell.trim_ascii();
    if cell.is_empty() {
        return Some(1);
    }
    let text = std::str::from_utf8(cell).ok()?;
    if plan.missing.is_missing(text) {
        return Some(1);
    }
    let value = parse_number(text, '.')?;
    (value >= 0.0 && value.fract() == 0.0 && value < f64::from(u32::MAX)).then_some(value as u32)
}

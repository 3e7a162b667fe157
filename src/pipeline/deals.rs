//! The training deals, each as it was at its moment: attributes for the model, rule scores for the scorecard.

mod offered;
mod rules;
mod seen;

pub use rules::{RuleColumn, RuleSide};

pub(super) use rules::RuleEvidence;

use super::late_closes::LateCloses;
use super::leaks::{
    DecidedBefore, KindTimes, LeakFinding, OpenLeads, OpenWatch, Unread, dates_after_creation, open_rows,
};
use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::features::plan::PlanSettings;
use crate::features::{Attribute, PlanLine};
use crate::measures::{Counter, LogStatistics};
use crate::scorecard::Scorecard;
use crate::snapshot::{self, Mode, SnapshotSettings, Snapshots, unit_hash};
use crate::tables::{ActivityBatches, LeadTable};
use crate::text::fold;
use crate::watch::Watch;
use offered::{Offered, attributes};
use rayon::prelude::*;
use seen::{Look, Seen};
use serde::{Deserialize, Serialize};

/// Kinds of activity that the model looks at; a log with more is one whose kinds are free text.
pub const MAX_KINDS: usize = 200;

/// For so long after the log begins, "no activity" means "before the log" rather than "did nothing".
const LOG_WARM_UP_DAYS: f64 = 30.0;

/// The log's beginning is the time before which this share of its rows lies.
pub(super) const LOG_BEGIN_SHARE: f64 = 0.01;

/// Where the activity log begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogSince {
    /// Read off the log.
    Guessed,
    /// Never mind.
    Always,
    /// At this instant.
    At(Instant),
}

/// What the deals are gathered from.
pub struct DealInputs<'a, 'l> {
    /// The leads, closed and open.
    pub table: &'a LeadTable,
    /// The activity log, when there is one.
    pub log: Option<&'l mut dyn ActivityBatches>,
    /// The hand-set points, when there are any.
    pub scorecard: Option<&'a Scorecard>,
}

/// What decides how the deals are gathered.
#[derive(Debug, Clone)]
pub struct DealSettings {
    /// Labels and moments.
    pub snapshot: SnapshotSettings,
    /// Which columns may become terms. `age` and `counters_are_as_of` are set here from the snapshot mode.
    pub plan: PlanSettings,
    /// Half-life of the model's decayed counts.
    pub half_life: Span,
    /// Where the log begins.
    pub since: LogSince,
    /// Who is told how far the work on them has come; it decides nothing.
    pub watch: Watch,
}

/// What the log looked like to the training deals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRecord {
    /// Where it begins; `None` when that is never minded.
    pub begins: Option<Instant>,
    /// Rows before their deal's as-of.
    pub acts_seen: u64,
    /// Kinds met, with how many rows were seen of each.
    pub kinds: Vec<(String, u64)>,
}

/// The training deals.
pub struct Deals {
    /// Rows, moments, labels, row weights.
    pub snapshots: Snapshots,
    /// Candidate sources of the model with their values.
    pub attributes: Vec<Attribute>,
    /// `(n_deals,)` a number in [0, 1) a deal, from the hash of its id with a seed of its own.
    pub draw: Vec<f64>,
    /// Rule scores and quantities.
    pub rules: Option<RuleSide>,
    /// Columns left out before any value was looked at.
    pub left_out: Vec<PlanLine>,
    /// The log, when there is one.
    pub log: Option<LogRecord>,
    /// Rows of the log that no deal sees. Not part of the log's record, which is saved: it may not change with them.
    pub acts_not_seen: u64,
    /// Deals with any activity before their as-of.
    pub deals_with_acts: usize,
    /// The open leads, when there are enough of them to compare the deals with.
    pub open: Option<OpenLeads>,
    /// How each kind of activity lies relative to the close.
    pub kinds: Vec<KindTimes>,
    /// Columns left out, of which the leak screen looks only at whether they are filled.
    pub unread: Vec<Unread>,
    /// Columns and kinds that the project file excludes: a measure for the leak screen, and empty once it is done.
    pub excluded: Vec<Attribute>,
    /// What the leak screen found; empty until [`super::leaks::look`] has screened the deals.
    pub leaks: Vec<LeakFinding>,
    /// Whether a person keeps a column from the model that could carry one; `false` until the deals are screened.
    pub is_answered: bool,
    /// Columns of dates that lie after the creation, where nothing says when deals closed.
    pub dates_after_creation: Vec<String>,
    /// That the files seem to leave out earlier deals.
    pub(super) late_closes: Option<LateCloses>,
    /// Deals that were decided before they were looked at, as far as the screen can tell.
    pub decided_before: Option<DecidedBefore>,
}

impl Deals {
    /// How many deals there are.
    pub fn n(&self) -> usize {
        self.snapshots.n_deals()
    }

    /// How many were won.
    pub fn n_won(&self) -> usize {
        self.snapshots.n_won()
    }

    /// The row-weighted share won.
    pub fn win_rate(&self) -> f64 {
        let total: f64 = self.snapshots.row_weight.iter().sum();
        let won: f64 = self.snapshots.won.iter().zip(&self.snapshots.row_weight).map(|(y, w)| y * w).sum();
        if total > 0.0 { won / total } else { f64::NAN }
    }
}

/// What is kept of what was worked out on the way to the deals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// The rule scores.
    Scores,
    /// The quantities of every rule as well.
    Quantities,
    /// All that the rule scores rest on. It is large.
    Evidence,
}

/// Labels the leads, looks at each closed deal at its moment, and reads both sides' quantities; of the rules' quantities
/// only what stands for them is kept.
///
/// # Errors
/// A snapshot mode without its columns; an activity log without any as-of; a rule that needs a time where a counter
/// has none.
pub fn gather(inputs: DealInputs<'_, '_>, settings: &DealSettings) -> Result<Deals, InputError> {
    gather_and_keep(inputs, settings, Keep::Scores).map(|(deals, _)| deals)
}

/// As [`gather`]; keeps as much more as `keep` says.
pub(super) fn gather_and_keep(
    inputs: DealInputs<'_, '_>,
    settings: &DealSettings,
    keep: Keep,
) -> Result<(Deals, Option<RuleEvidence>), InputError> {
    let table = inputs.table;
    let mut snapshots = snapshot::take(table, &settings.snapshot)?;
    if snapshots.mode == Mode::None && inputs.log.is_some() {
        return Err(InputError::new("an activity log cannot be used without an as-of for each deal").remedy(
            "name `created_at` and `closed_at` under [leads] (or `as_of`), so that each deal is looked at before it closed; or pass --no-activities",
        ));
    }
    let as_of = snapshots.as_of_by_lead(table.n_leads());
    let open = open_rows(table, &snapshots);
    let mut watch = OpenWatch::new(table, &snapshots, &open);
    let look = Look { snapshots: &snapshots, as_of: as_of.as_deref(), settings, keep };
    let (mut seen, evidence) = look.read(inputs, &mut watch)?;
    let log = log_record(&seen.log, settings.since);
    let begins = log.as_ref().and_then(|l| l.begins);
    let stays = begins.and_then(|at| snapshots.drop_before_log(at.plus(Span::from_days(LOG_WARM_UP_DAYS))));
    if let Some(stays) = &stays {
        seen.retain(stays);
    }
    let rules = seen.rules.take();
    let deals_with_acts = deals_with_acts(&seen, snapshots.n_deals());
    let acts_not_seen = seen.log.acts_after;
    let kinds =
        watch.finish(&seen.kinds.iter().map(|k| (k.kind.as_str(), &*k.at_close)).collect::<Vec<_>>(), &snapshots);
    let (rules, offered) = rayon::join(
        || rules.map(|rules| rules.finish(stays.as_deref())),
        || attributes(table, &snapshots, seen, as_of.as_deref(), settings),
    );
    let Offered { attributes, excluded, left_out } = offered;
    let unread = Unread::of(table, &snapshots.rows, &left_out, &settings.plan.exclude);
    let open = OpenLeads::read(table, &snapshots, open, attributes.iter().chain(&excluded));
    let draw = |&row: &usize| unit_hash(&table.ids[row], settings.snapshot.seed ^ DRAW_SEED);
    let tells_closes = table.closed_at.is_some();
    let dates_after_creation = if tells_closes { Vec::new() } else { dates_after_creation(table) };
    let deals = Deals {
        draw: snapshots.rows.par_iter().map(draw).collect(),
        snapshots,
        attributes,
        rules,
        left_out,
        log,
        acts_not_seen,
        deals_with_acts,
        open,
        kinds,
        unread,
        excluded,
        leaks: Vec::new(),
        is_answered: false,
        dates_after_creation,
        late_closes: LateCloses::of(table),
        decided_before: None,
    };
    Ok((deals, evidence))
}

/// Sets the draw of a deal's row apart from the draw of its moment; any fixed number would do.
const DRAW_SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// How many deals show any kind of activity.
fn deals_with_acts(seen: &Seen, n_deals: usize) -> usize {
    let acted = |deal: &usize| seen.kinds.iter().any(|kind| kind.counts().get(*deal) > 0.0);
    (0..n_deals).into_par_iter().filter(acted).count()
}

/// The counters of acts kept as columns.
///
/// # Errors
/// A count that is negative or not whole.
pub fn counters(table: &LeadTable, activity_columns: &[String]) -> Result<Vec<Counter>, InputError> {
    activity_columns.iter().map(|name| Counter::read(name, table)).collect()
}

/// `None` when no deal sees any row.
fn log_record(log: &LogStatistics, since: LogSince) -> Option<LogRecord> {
    if log.acts_seen == 0 {
        return None;
    }
    let begins = match since {
        LogSince::Always => None,
        LogSince::At(at) => Some(at),
        LogSince::Guessed => log.quantile_hour(LOG_BEGIN_SHARE),
    };
    Some(LogRecord { begins, acts_seen: log.acts_seen, kinds: log.acts_by_kind.clone() })
}

/// Whether a list of kinds holds this one; kinds are compared trimmed and case-folded.
fn names(kinds: &[String], kind: &str) -> bool {
    kinds.iter().any(|k| fold(k) == fold(kind))
}

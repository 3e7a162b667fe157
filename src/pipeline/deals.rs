//! The training deals, each as it was at its moment: attributes for the model, rule scores for the scorecard.

use super::leaks::{KindTimes, KindWatch, LeakFinding, OpenLeads, Unread, open_rows};
use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::features::plan::{PlanSettings, kind_sources, read, sources};
use crate::features::{Attribute, Fate, PlanLine, Source};
use crate::measures::{Counter, KindColumns, LogStatistics, Measures, ModelKinds, Pass, PassOptions, Plan};
use crate::scorecard::{Evidence, GradeReference, Grades, RuleGain, RuleRequests, Scorecard, Scored};
use crate::snapshot::{self, Mode, SnapshotSettings, Snapshots, unit_hash};
use crate::tables::{ActivityBatches, LeadTable};
use crate::text::fold;
use rayon::prelude::*;
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
}

/// The hand-set side of the deals.
pub struct RuleSide {
    /// `(n_deals,)` rule scores.
    pub score: Vec<f64>,
    /// `(n_deals,)` whether a rule disqualifies the deal.
    pub disqualified: Vec<bool>,
    /// `(n_deals,)` index of each deal's persona in the scorecard.
    pub persona: Vec<Option<u16>>,
    /// Rules in points, without those that disqualify: name, id, persona, group, points, limit, `(n_deals,)` q.
    pub rules: Vec<RuleColumn>,
    /// What the highest grades are measured against.
    pub grade_reference: GradeReference,
}

impl RuleSide {
    /// The rule that brings deal `deal` most points, by name; empty where none brings any.
    pub(super) fn driver(&self, deal: usize) -> &str {
        let gains = self.rules.iter().map(|rule| (rule.points * rule.q[deal].min(rule.limit), rule.name.as_str()));
        let most = gains.fold((0.0, ""), |most, gain| if gain.0 > most.0 { gain } else { most });
        most.1
    }
}

/// One rule's quantities over the deals.
#[derive(Debug, Clone)]
pub struct RuleColumn {
    /// Its name, unique in the scorecard.
    pub name: String,
    /// The rule's id.
    pub id: String,
    /// The persona it belongs to.
    pub persona: Option<String>,
    /// Its group.
    pub group: String,
    /// Hand-set points.
    pub points: f64,
    /// The largest quantity that counts.
    pub limit: f64,
    /// `(n_deals,)` quantities.
    pub q: Vec<f64>,
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
    /// What the leak screen found; empty until [`super::leaks::leave_out`] has screened the deals.
    pub leaks: Vec<LeakFinding>,
}

impl Deals {
    /// How many deals there are.
    pub fn n(&self) -> usize {
        self.snapshots.n_deals()
    }

    /// How many were won.
    pub fn n_won(&self) -> usize {
        self.snapshots.won.iter().filter(|w| **w > 0.5).count()
    }

    /// The row-weighted share won.
    pub fn win_rate(&self) -> f64 {
        let total: f64 = self.snapshots.row_weight.iter().sum();
        let won: f64 = self.snapshots.won.iter().zip(&self.snapshots.row_weight).map(|(y, w)| y * w).sum();
        if total > 0.0 { won / total } else { f64::NAN }
    }
}

/// Labels the leads, looks at each closed deal at its moment, and reads both sides' quantities.
///
/// # Errors
/// A snapshot mode without its columns; an activity log without any as-of; a rule that needs a time where a counter
/// has none.
pub fn gather(inputs: DealInputs<'_, '_>, settings: &DealSettings) -> Result<Deals, InputError> {
    gather_and_keep(inputs, settings, false).map(|(deals, _)| deals)
}

/// What a rule score rests on, for the words that explain it.
pub(super) struct RuleEvidence {
    scored: Scored,
    measures: Measures,
    requests: RuleRequests,
    as_of: Option<Vec<Instant>>,
}

impl RuleEvidence {
    /// What the scorecard says of every lead at its moment.
    pub(super) fn scored(&self) -> &Scored {
        &self.scored
    }

    /// The rules that moved a lead's rule score most.
    pub(super) fn reasons(&self, scorecard: &Scorecard, leads: &LeadTable, lead: usize) -> String {
        scorecard.reasons(&self.scored, &self.evidence(leads), lead)
    }

    /// The rules that brought a lead points.
    pub(super) fn gains(&self, scorecard: &Scorecard, leads: &LeadTable, lead: usize) -> Vec<RuleGain> {
        scorecard.gains(&self.scored, &self.evidence(leads), lead)
    }

    fn evidence<'e>(&'e self, leads: &'e LeadTable) -> Evidence<'e> {
        let (measures, requests) = (&self.measures, &self.requests);
        Evidence { leads, measures, requests, as_of: self.as_of.as_deref() }
    }

    /// The grades of all leads; `None` where the scorecard cannot give any.
    pub(super) fn grades(&self, scorecard: &Scorecard, reference: &GradeReference) -> Option<Grades> {
        scorecard.grades(&self.scored, Some(reference)).ok()
    }
}

/// As [`gather`]; keeps what the rule scores rest on when `keep` says so. It is large.
pub(super) fn gather_and_keep(
    inputs: DealInputs<'_, '_>,
    settings: &DealSettings,
    keep: bool,
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
    let mut watch = KindWatch::new(table, &snapshots, &open);
    let (mut measures, requests) = measure(inputs, settings, as_of.as_deref(), &mut watch)?;
    let log = log_record(&measures, settings.since);
    if let Some(begins) = log.as_ref().and_then(|l| l.begins) {
        snapshots.drop_before_log(begins.plus(Span::from_days(LOG_WARM_UP_DAYS)));
    }
    let (rules, scored) = match &requests {
        Some((scorecard, requests)) => {
            let evidence = Evidence { leads: table, measures: &measures, requests, as_of: as_of.as_deref() };
            let scored = scorecard.evaluate(&evidence);
            let kept = keep.then(|| scored.clone());
            (Some(rule_side(scorecard, scored, &snapshots)), kept)
        }
        None => (None, None),
    };
    let kinds = measures.take_model_kinds();
    let acted = |row: &&usize| kinds.iter().any(|k| k.count(**row) > 0.0);
    let deals_with_acts = snapshots.rows.par_iter().filter(acted).count();
    let statistics = measures.log().clone();
    // What nobody keeps is gone before the values of the terms are made.
    let evidence = requests.zip(scored).map(|((_, requests), scored)| {
        let as_of = as_of.clone();
        RuleEvidence { scored, measures, requests, as_of }
    });
    let (attributes, left_out) = attributes(table, &snapshots, &statistics, kinds, as_of.as_deref(), settings);
    let kinds = watch.finish(&snapshots);
    let unread = Unread::of(table, &snapshots.rows, &left_out, &settings.plan.exclude);
    let open = OpenLeads::read(table, &snapshots, open, &attributes);
    let draw = snapshots.rows.iter().map(|&r| unit_hash(&table.ids[r], settings.snapshot.seed ^ DRAW_SEED)).collect();
    let acts_not_seen = statistics.acts_after;
    let leaks = Vec::new();
    let deals = Deals {
        snapshots,
        attributes,
        draw,
        rules,
        left_out,
        log,
        acts_not_seen,
        deals_with_acts,
        open,
        kinds,
        unread,
        leaks,
    };
    Ok((deals, evidence))
}

/// Sets the draw of a deal's row apart from the draw of its moment; any fixed number would do.
const DRAW_SEED: u64 = 0x9e37_79b9_7f4a_7c15;

type RuleRequestsOf<'a> = Option<(&'a Scorecard, RuleRequests)>;

fn measure<'a>(
    inputs: DealInputs<'a, '_>,
    settings: &DealSettings,
    as_of: Option<&[Instant]>,
    watch: &mut KindWatch,
) -> Result<(Measures, RuleRequestsOf<'a>), InputError> {
    let mut plan = Plan::default();
    let requests = match inputs.scorecard {
        Some(scorecard) => {
            scorecard.refuse_untimed(&settings.plan.activity_columns)?;
            Some((scorecard, scorecard.requests(&mut plan, &settings.plan.ours)))
        }
        None => None,
    };
    let counters = counters(inputs.table, &settings.plan.activity_columns)?;
    let measures = match (inputs.log, as_of) {
        (Some(log), Some(as_of)) => {
            let kinds = ModelKinds { half_life: settings.half_life, kinds: None, max_kinds: MAX_KINDS };
            let mut pass = Pass::new(&plan, as_of.to_vec(), PassOptions { model: Some(kinds) });
            log.for_each(&mut |batch| {
                pass.add(batch);
                watch.add(batch);
            })?;
            pass.finish(&counters)
        }
        _ => Measures::without_log(&plan, inputs.table.n_leads(), &counters),
    };
    Ok((measures, requests))
}

/// The counters of acts kept as columns.
///
/// # Errors
/// A count that is negative or not whole.
pub fn counters(table: &LeadTable, activity_columns: &[String]) -> Result<Vec<Counter>, InputError> {
    activity_columns.iter().map(|name| Counter::read(name, table)).collect()
}

/// `None` when no deal sees any row.
fn log_record(measures: &Measures, since: LogSince) -> Option<LogRecord> {
    let log = measures.log();
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

fn rule_side(scorecard: &Scorecard, mut scored: Scored, snapshots: &Snapshots) -> RuleSide {
    let rows = &snapshots.rows;
    let leads: Vec<u32> = rows.iter().map(|&r| r as u32).collect();
    let grade_reference = scorecard.grade_reference(&scored, &leads);
    let quantities = scorecard.quantities(&scored);
    let mut rules: Vec<RuleColumn> = (0..quantities.names.len())
        .map(|i| RuleColumn {
            name: quantities.names[i].clone(),
            id: quantities.ids[i].0.clone(),
            persona: quantities.ids[i].1.clone(),
            group: scorecard.groups[scorecard.rules[quantities.rule[i]].group].name.clone(),
            points: quantities.points[i],
            limit: quantities.limit[i],
            q: Vec::new(),
        })
        .collect();
    for (column, number) in rules.iter_mut().zip(quantities.rule) {
        column.q = std::mem::take(&mut scored.quantities[number]);
    }
    rules.par_iter_mut().for_each(|column| keep_rows(&mut column.q, rows));
    RuleSide {
        score: rows.iter().map(|&r| scored.rule_score[r]).collect(),
        disqualified: rows.iter().map(|&r| scored.disqualified[r]).collect(),
        persona: rows.iter().map(|&r| scored.persona[r]).collect(),
        rules,
        grade_reference,
    }
}

/// Moves the values of `rows`, which ascend, to the front of all and lets the others go.
fn keep_rows(values: &mut Vec<f64>, rows: &[usize]) {
    rows.iter().enumerate().for_each(|(at, &row)| values[at] = values[row]);
    values.truncate(rows.len());
}

/// The candidate sources with their values on the deals, and what was left out unseen.
fn attributes(
    table: &LeadTable,
    snapshots: &Snapshots,
    log: &LogStatistics,
    mut kinds: Vec<KindColumns>,
    as_of: Option<&[Instant]>,
    settings: &DealSettings,
) -> (Vec<Attribute>, Vec<PlanLine>) {
    let plan = PlanSettings {
        age: snapshots.mode.age_is_a_term(),
        counters_are_as_of: matches!(snapshots.mode, Mode::None | Mode::Column),
        ..settings.plan.clone()
    };
    let (mut offered, mut left_out) = sources(table, &snapshots.rows, &plan, as_of.is_some());
    if !plan.age && as_of.is_some() && table.created_at.is_some() {
        let why = format!("snapshot mode `{}` chooses it, so it says nothing about the lead", snapshots.mode.name());
        left_out.push(PlanLine { name: Source::Age.to_string(), fate: Fate::LeftOut(why) });
    }
    let (excluded, kept): (Vec<String>, Vec<String>) =
        kept_kinds(&kinds, snapshots).into_iter().partition(|kind| names(&plan.exclude, kind));
    left_out.extend(excluded.iter().map(|kind| PlanLine {
        name: kind.clone(),
        fate: Fate::LeftOut("a kind of activity excluded by the project file".to_string()),
    }));
    offered.extend(kept.iter().flat_map(|kind| kind_sources(kind, names(&plan.ours, kind))));
    for kind in &log.kinds_left_out {
        let fate = Fate::LeftOut(format!("beyond the {MAX_KINDS} kinds of activity that the model looks at"));
        left_out.push(PlanLine { name: kind.clone(), fate });
    }
    offered.extend(plan.keep.iter().filter(|source| !offered.contains(source)).cloned().collect::<Vec<_>>());
    let mut values = Vec::with_capacity(offered.len());
    // Kind by kind, and a kind is gone once it is read: all of them weigh as much as all of the values.
    for (at, sources) in parts_by_kind(&offered) {
        let read = |source| read(source, table, &snapshots.rows, as_of, &kinds);
        let part: Vec<Option<Attribute>> = sources.par_iter().map(read).collect();
        values.extend(part.into_iter().flatten());
        kinds.retain(|kind| offered[at + sources.len()..].iter().any(|later| later.kind() == Some(&kind.kind)));
    }
    (values, left_out)
}

/// The sources in parts of one kind of activity, or of none, each with the position of its first.
fn parts_by_kind(sources: &[Source]) -> impl Iterator<Item = (usize, &[Source])> {
    let parts = sources.chunk_by(|a, b| a.kind() == b.kind());
    parts.scan(0, |next, part| {
        *next += part.len();
        Some((*next - part.len(), part))
    })
}

/// Whether a list of kinds holds this one; kinds are compared trimmed and case-folded.
fn names(kinds: &[String], kind: &str) -> bool {
    kinds.iter().any(|k| fold(k) == fold(kind))
}

/// Kinds that a kept deal shows; a deal left out must not teach the model a kind.
fn kept_kinds(kinds: &[KindColumns], snapshots: &Snapshots) -> Vec<String> {
    let shown = kinds.iter().filter(|k| snapshots.rows.iter().any(|&r| k.count(r) > 0.0));
    let mut kinds: Vec<String> = shown.map(|k| k.kind.clone()).collect();
    // By name: the order of first appearance would change with a row that no deal sees.
    kinds.sort();
    kinds
}

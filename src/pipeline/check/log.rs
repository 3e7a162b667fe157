//! The activity log beside the leads: when it begins, and what lies where it should not.

use super::{Area, Finding, Grade, Notebook, by_number, counted, thousands};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::pipeline::deals::{LOG_BEGIN_SHARE, LogSince, MAX_KINDS};
use crate::tables::{ActivityBatches, LeadTable};
use crate::values::format_instant;
use std::collections::BTreeMap;

const MICROS_PER_HOUR: i64 = 3_600_000_000;
/// Below this share of the rows, acts before creation are slips.
const A_FEW: f64 = 0.01;

/// What one look through the log tells.
#[derive(Debug, Clone, Default)]
pub(super) struct LogFacts {
    /// Rows that belong to a lead.
    pub rows: u64,
    /// The newest of them.
    pub newest: Option<Instant>,
    /// Kinds in order of first appearance.
    pub kinds: Vec<String>,
    /// When the log begins: the hour before which one row in a hundred lies.
    pub begins: Option<Instant>,
}

#[derive(Default)]
struct Tally {
    rows: u64,
    leads: Vec<bool>,
    first: Option<u32>,
}

impl Tally {
    fn add(&mut self, lead: u32, n_leads: usize) {
        self.rows += 1;
        if self.leads.is_empty() {
            self.leads = vec![false; n_leads];
        }
        self.leads[lead as usize] = true;
        self.first.get_or_insert(lead);
    }

    fn n_leads(&self) -> usize {
        self.leads.iter().filter(|l| **l).count()
    }
}

pub(super) fn look(
    log: &mut dyn ActivityBatches,
    table: &LeadTable,
    since: LogSince,
    notes: &mut Notebook,
) -> Result<LogFacts, InputError> {
    let n = table.n_leads();
    let time = |times: &Option<Vec<Option<Instant>>>, lead: u32| times.as_ref().and_then(|t| t[lead as usize]);
    let (mut any, mut early, mut late) = (Tally::default(), Tally::default(), Tally::default());
    let mut by_hour: BTreeMap<i64, u64> = BTreeMap::new();
    let mut facts = LogFacts::default();
    log.for_each(&mut |batch| {
        for act in batch.acts.iter() {
            any.add(act.lead, n);
            *by_hour.entry(act.at.0.div_euclid(MICROS_PER_HOUR)).or_default() += 1;
            facts.newest = facts.newest.max(Some(act.at));
            if time(&table.created_at, act.lead).is_some_and(|created| act.at < created) {
                early.add(act.lead, n);
            }
            if time(&table.closed_at, act.lead).is_some_and(|closed| act.at > closed) {
                late.add(act.lead, n);
            }
        }
        facts.kinds = batch.kinds.to_vec();
    })?;
    facts.rows = any.rows;
    facts.begins = begins(&by_hour, any.rows);
    if any.rows == 0 {
        let evidence = "Ids are compared as text, exactly as written; check [leads] id and [activities] lead_id.";
        notes.findings.push(Finding::new(
            Grade::Mend,
            Area::Activities,
            "not one activity belongs to a lead",
            evidence,
        ));
        return Ok(facts);
    }
    notes.findings.extend(misplaced(
        table,
        &any,
        &early,
        ["before", "creation"],
        "Visits before the first form are normal; a wrong `created_at` or time zone is not.",
    ));
    notes.findings.extend(misplaced(
        table,
        &any,
        &late,
        ["after", "close"],
        "Training never sees them. Is `closed_at` the time of the decision?",
    ));
    // Whoever wrote down when the log begins has answered.
    if since == LogSince::Guessed {
        notes.findings.extend(beginning(table, &facts));
    }
    notes.findings.extend(silent(table, &any));
    if facts.kinds.len() > MAX_KINDS {
        let sentence = format!("the log has {} kinds of activity", facts.kinds.len());
        let evidence = format!("The model looks at the first {MAX_KINDS}. Is the column a kind, or a free text?");
        notes.findings.push(Finding::new(Grade::Look, Area::Activities, sentence, evidence));
    }
    Ok(facts)
}

fn begins(by_hour: &BTreeMap<i64, u64>, rows: u64) -> Option<Instant> {
    let mut so_far = 0;
    by_hour.iter().find_map(|(hour, n)| {
        so_far += n;
        (so_far as f64 > LOG_BEGIN_SHARE * rows as f64).then(|| Instant(hour.saturating_mul(MICROS_PER_HOUR)))
    })
}

fn misplaced(
    table: &LeadTable,
    any: &Tally,
    wrong: &Tally,
    [relative, event]: [&str; 2],
    evidence: &str,
) -> Option<Finding> {
    let first = wrong.first?;
    let share = wrong.rows as f64 / any.rows as f64;
    let rows = if share < A_FEW {
        counted(wrong.rows as usize, "activity row")
    } else {
        format!("{:.0} % of the activities", 100.0 * share)
    };
    let verb = by_number(wrong.rows as usize, "lies", "lie");
    let whose = by_number(wrong.n_leads(), "its", "their");
    let sentence = format!("{rows} of {} {verb} {relative} {whose} {event}", counted(wrong.n_leads(), "lead"));
    Some(Finding::new(
        Grade::Look,
        Area::Activities,
        sentence,
        format!("The first: `{}`. {evidence}", &table.ids[first as usize]),
    ))
}

fn beginning(table: &LeadTable, facts: &LogFacts) -> Option<Finding> {
    let (begins, created) = (facts.begins?, table.created_at.as_ref()?);
    let before = created.iter().flatten().filter(|at| **at < begins).count();
    (before > 0 && before as f64 >= A_FEW * created.len() as f64).then(|| {
        let begins = format_instant(begins);
        let verb = by_number(before, "was", "were");
        let sentence = format!("{} {verb} created before {begins}, when the log seems to begin", counted(before, "lead"));
        Finding::new(
            Grade::Look,
            Area::Activities,
            sentence,
            "99 % of its rows are of that time or later, so for those leads \"no activity\" may only mean \"not logged yet\". \
             If everything was logged, put `since = \"always\"` under [activities]; otherwise the time at which it begins.",
        )
    })
}

fn silent(table: &LeadTable, any: &Tally) -> Option<Finding> {
    let n = table.n_leads();
    let with = any.n_leads();
    (2 * with < n).then(|| {
        let verb = by_number(n - with, "has", "have");
        let sentence = format!("{} of {} {verb} no activity at all", thousands(n - with), counted(n, "lead"));
        Finding::new(Grade::Look, Area::Activities, sentence, "Does the log cover all of them?")
    })
}

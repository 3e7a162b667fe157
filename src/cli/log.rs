//! The activity log beside the leads: how it is opened, and what is said of how the two meet.

use super::inputs::Inputs;
use super::reading::in_ticks;
use super::terminal::{Terminal, count, plural};
use crate::fault::InputError;
use crate::io::{ActivityLog, LogReport};
use crate::scorecard::Scorecard;
use crate::tables::Ids;
use crate::text::by_number;
use std::collections::BTreeMap;

/// Below this share of leads with any activity, training warns.
const FEW_MATCHED: f64 = 0.01;
/// From so many leads on, scoring warns when not one has an activity.
const ENOUGH_LEADS_TO_WARN: usize = 20;

/// Of two scorecards the one by which the log is opened: one that looks at details, when there is one.
pub(super) fn looks_at_details(scorecards: [Option<&Scorecard>; 2]) -> Option<&Scorecard> {
    let looks = |card: &&Scorecard| card.rules.iter().any(|r| r.activity.as_ref().is_some_and(|a| a.detail.is_some()));
    let [one, other] = scorecards;
    other.filter(looks).or(one)
}

/// Opens the activity log, when there is one; whoever sits at the terminal sees how far its reading has come.
pub(super) fn open_log<'a>(
    inputs: &Inputs,
    ids: &'a Ids,
    scorecard: Option<&Scorecard>,
    date_orders: &BTreeMap<String, crate::values::DateOrder>,
    terminal: &Terminal,
) -> Result<Option<ActivityLog<'a>>, InputError> {
    if inputs.activities.is_empty() {
        return Ok(None);
    }
    let mut settings = inputs.read.clone();
    let roles = inputs.activity_roles();
    if let Some(order) = date_orders.get(&log_key(&roles.at)) {
        settings.date_orders.insert(roles.at.clone(), *order);
    } else {
        settings.date_orders.clear();
    }
    let want_details = scorecard.is_some_and(|card| {
        let mut plan = crate::measures::Plan::default();
        let _ = card.requests(&mut plan, &inputs.project.activities.ours);
        plan.wants_details()
    });
    if want_details && roles.detail.is_none() {
        return Err(InputError::new("a rule matches the `detail` of an activity, but the log has no such column")
            .remedy("name it in leadscore.toml: [activities] detail = \"…\""));
    }
    let log = ActivityLog::open(&inputs.activities, &roles, &settings, ids, want_details)?;
    Ok(Some(terminal.watch_log(log)))
}

/// Under which name the log's order of day and month is kept beside those of the leads' columns.
pub(super) fn log_key(at: &str) -> String {
    format!("activities.{at}")
}

/// What training says about how the log and the leads meet.
pub(super) fn check_log_for_training(
    report: &LogReport,
    deals_with_acts: usize,
    n_deals: usize,
    terminal: &Terminal,
) -> Result<(), InputError> {
    if n_deals == 0 || report.rows == 0 {
        return Ok(());
    }
    if report.matched == 0 {
        return Err(InputError::new(format!(
            "not one activity belongs to a lead: the leads have ids like {}, the log {}",
            in_ticks(&report.sample_lead_ids),
            in_ticks(&report.sample_log_ids)
        ))
        .remedy("ids are compared as text, exactly as written; check [leads] id and [activities] lead_id"));
    }
    if (deals_with_acts as f64) < FEW_MATCHED * n_deals as f64 {
        let verb = by_number(deals_with_acts, "has", "have");
        terminal.warn(&format!("only {} of {} {verb} any activity", count(deals_with_acts), plural(n_deals, "deal")));
    }
    tell_log(report, terminal);
    Ok(())
}

/// What scoring says about it.
pub(super) fn check_log_for_scoring(report: &LogReport, n_leads: usize, terminal: &Terminal) {
    if n_leads >= ENOUGH_LEADS_TO_WARN && report.rows > 0 && report.matched == 0 {
        terminal.warn(&format!(
            "not one activity belongs to a lead: the leads have ids like {}, the log {}",
            in_ticks(&report.sample_lead_ids),
            in_ticks(&report.sample_log_ids)
        ));
    }
    tell_log(report, terminal);
}

fn tell_log(report: &LogReport, terminal: &Terminal) {
    terminal.detail(&format!(
        "activities: {}, {} of leads in the table, {} of others",
        plural(report.rows as usize, "row"),
        count(report.matched as usize),
        count(report.unknown_lead as usize)
    ));
    if report.unreadable > 0 {
        let rows = report.unreadable as usize;
        terminal.warn(&format!(
            "{} of the log could not be read and {} skipped (first: {})",
            plural(rows, "row"),
            by_number(rows, "was", "were"),
            report.first_unreadable.clone().unwrap_or_default()
        ));
    }
}

//! What `--anonymous` leaves out: ids of leads, what their cells say, and columns whose values name people.

use super::{CallLead, LeadLists, Report};
use crate::features::Fate;
use crate::pipeline::model::DriftRecord;
use crate::text::words_of;

/// Words in the name of a column whose values are people, or lead to one.
const PEOPLE: [&str; 17] = [
    "owner",
    "rep",
    "agent",
    "seller",
    "manager",
    "assignee",
    "person",
    "contact",
    "name",
    "firstname",
    "lastname",
    "surname",
    "email",
    "mail",
    "phone",
    "mobile",
    "user",
];

/// Leaves out of the report whatever names a person.
pub(super) fn leave_out_people(report: &mut Report) {
    for list in [&mut report.backtest.high_score_no_order, &mut report.backtest.low_score_order].into_iter().flatten() {
        for (i, deal) in list.shown.iter_mut().enumerate() {
            deal.lead = nameless("deal", i);
            // The reason names rules, acts and columns, never what a cell says.
            deal.rule_reasons.clear();
            deal.model_reasons.clear();
        }
    }
    // What a rule asks for may be somebody's name.
    report.rules.iter_mut().for_each(|rule| rule.asks.clear());
    if let Some(advice) = &mut report.advice {
        advice.missing.retain(|sentence| !is_about_people(sentence));
    }
    for line in report.plan.iter_mut().filter(|line| names_people(&line.name)) {
        if let Fate::LeftOut(why) = &mut line.fate
            && why.starts_with("constant (")
        {
            // The value in brackets would be somebody's name.
            *why = "constant".to_string();
        }
    }
    report.backtest.sources.retain(|quality| !names_people(&quality.column));
    for effect in report.effects.iter_mut().filter(|e| names_people(&e.name)) {
        effect.more += effect.levels.len();
        effect.levels.clear();
    }
}

/// Leaves out what has changed in columns whose values name people.
pub(super) fn leave_out_of_drift(drift: &mut DriftRecord) {
    drift.found.retain(|sentence| !is_about_people(sentence));
}

/// Whether a sentence's first column is one whose values name people.
fn is_about_people(sentence: &str) -> bool {
    sentence.split('`').nth(1).is_some_and(names_people)
}

/// Leaves out of the lists of open leads who they are and what their cells say.
pub(super) fn leave_out_leads(lists: &mut LeadLists) {
    lists.rows_of = None;
    let nameless_lead = |(i, lead): (usize, &mut CallLead)| {
        lead.lead = nameless("lead", i);
    };
    lists.first.iter_mut().enumerate().for_each(|(i, lead)| lead.lead = nameless("lead", i));
    lists.call.leads.iter_mut().enumerate().for_each(nameless_lead);
    lists.verify.leads.iter_mut().enumerate().for_each(nameless_lead);
}

fn nameless(what: &str, i: usize) -> String {
    format!("{what} {}", i + 1)
}

fn names_people(column: &str) -> bool {
    words_of(column).iter().any(|word| PEOPLE.contains(&word.to_lowercase().as_str()))
}

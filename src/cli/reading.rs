//! From files to checked tables: for training by a look at the data, for scoring by the model's column plan.

use super::inputs::Inputs;
use super::terminal::{Terminal, count, plural};
use crate::fault::InputError;
use crate::io::{
    BuiltLeads, ColumnRequest, InferredColumn, LeadRoles, RawTable, ReadSettings, Views, Wanted, build_leads_out_of,
    infer_types, join_outcomes, read_raw,
};
use crate::pipeline::model::Model;
use crate::scorecard::{Scorecard, View};
use crate::tables::ColumnType;
use crate::text::by_number;
use std::collections::BTreeMap;

/// The leads as read, with what was decided on the way.
pub(super) struct LeadsRead {
    pub(super) raw: RawTable,
    pub(super) built: BuiltLeads,
    pub(super) roles: LeadRoles,
    /// Whether the leads are called by the numbers of their rows in the one file there is.
    pub(super) has_numbered_rows: bool,
    pub(super) inferred: Vec<InferredColumn>,
    /// Order of day and month, as the files or the model's plan decided it.
    pub(super) date_orders: BTreeMap<String, crate::values::DateOrder>,
}

impl LeadsRead {
    /// Columns with a role of their own, which the model never reads as attributes.
    pub(super) fn role_columns(&self) -> Vec<String> {
        self.roles.columns().into_iter().filter(|c| !self.roles.activity_columns.contains(c)).collect()
    }
}

/// Numbers the rows of leads without ids, where that is asked; whether they are those of one file alone.
fn number_rows(raw: &mut RawTable, id: &str, inputs: &Inputs) -> Result<bool, InputError> {
    if !inputs.number_rows {
        return Ok(false);
    }
    let had_ids = raw.column(id).is_some();
    raw.number_rows(id)?;
    Ok(!had_ids && raw.files.len() == 1)
}

/// Reads the closed (and open) leads for training and comparing.
pub(super) fn leads_for_training(inputs: &Inputs, terminal: &Terminal) -> Result<LeadsRead, InputError> {
    let mut read = all_leads(inputs, &|_| false, terminal)?;
    if let Some(card) = &inputs.scorecard
        && !inputs.read.lenient
    {
        card.scorecard.require_columns(&read.built.table)?;
    }
    if let Some(sentence) = inputs.card().and_then(Scorecard::tiers_out_of_order) {
        terminal.warn(&sentence);
    }
    names_of_no_column(inputs, &read.raw).iter().for_each(|sentence| terminal.warn(sentence));
    tell(&read.raw, &read.built, &read.built.report.notes, terminal);
    // From here on everything is read off the typed columns; the text would be carried through the fit for nothing.
    read.raw.columns.clear();
    Ok(read)
}

/// What to say of names in `exclude` or `allow` that are no column: those near one, and, without a log whose kinds might
/// be meant, all others.
pub(super) fn names_of_no_column(inputs: &Inputs, raw: &RawTable) -> Vec<String> {
    let has_kinds = !inputs.activities.is_empty();
    let leads = &inputs.project.leads;
    let of = |key: &'static str, names: &[String]| -> Vec<String> {
        let lost = names.iter().filter(|name| raw.column(name).is_none());
        let said = lost.filter_map(|name| {
            let near = crate::text::nearest(name, raw.header.iter().map(String::as_str));
            let hint = near.map(|near| format!("; did you mean `{near}`?"));
            let hint = hint.or_else(|| Some(String::new()).filter(|_| !has_kinds))?;
            Some(format!("[leads] {key} names `{name}`, which is no column{hint}"))
        });
        said.collect()
    };
    [of("exclude", &leads.exclude), of("allow", &leads.allow)].concat()
}

/// Reads the leads with all their columns, each as what a look at the data says it holds. Only those that are `kept` can be
/// read as they stand afterwards.
pub(super) fn all_leads(
    inputs: &Inputs,
    kept: &dyn Fn(&str) -> bool,
    terminal: &Terminal,
) -> Result<LeadsRead, InputError> {
    let _bar = terminal.begin("reading leads");
    let mut raw = read_raw(inputs.leads()?, &inputs.read, Wanted::All)?;
    let roles = inputs.lead_roles(&raw.header)?;
    let has_numbered_rows = number_rows(&mut raw, &roles.id, inputs)?;
    let role_columns = roles.columns();
    let cards = inputs.scorecard.iter().map(|s| &s.scorecard);
    let wanted_by_rules = rule_views(cards.chain(inputs.beside.as_ref()));
    // What the ids look like decides nothing, and they are the longest to look at.
    let looked_at = raw.columns.iter().filter(|c| c.name != roles.id || wanted_by_rules.contains_key(&c.name));
    let inferred = infer_types(looked_at, &inputs.read)?;
    let requests: Vec<ColumnRequest> = inferred
        .iter()
        .filter(|c| {
            !role_columns.contains(&c.name)
                || roles.activity_columns.contains(&c.name)
                || wanted_by_rules.contains_key(&c.name)
        })
        .map(|c| ColumnRequest {
            name: c.name.clone(),
            column_type: c.column_type,
            views: wanted_by_rules.get(&c.name).copied().unwrap_or_default(),
        })
        .collect();
    let mut settings = inputs.read.clone();
    settings.date_orders.extend(inferred.iter().filter_map(|c| Some((c.name.clone(), c.date_order?))));
    let kept = |name: &str| kept(name) || is_key(inputs, name);
    let mut built = build_leads_out_of(&mut raw, &roles, &requests, &settings, &kept)?;
    let mut date_orders = settings.date_orders.clone();
    date_orders.extend(built.report.date_orders.iter().map(|(k, v)| (k.clone(), *v)));
    if !inputs.outcomes.is_empty() {
        join(inputs, &mut built, &raw, &roles, &settings, true, terminal)?;
    }
    Ok(LeadsRead { raw, built, roles, has_numbered_rows, inferred, date_orders })
}

/// Reads leads to be scored: the model's planned columns, what the rules ask for, and what is kept.
pub(super) fn leads_for_scoring(
    inputs: &Inputs,
    scorecard: Option<&Scorecard>,
    model: Option<&Model>,
    own_as_of: bool,
    keep: &[String],
    terminal: &Terminal,
) -> Result<LeadsRead, InputError> {
    let _bar = terminal.begin("reading leads");
    let wanted_by_rules = rule_views(scorecard.into_iter().chain(inputs.beside.as_ref()));
    let planned = model.map(|m| m.reading.columns.as_slice()).unwrap_or_default();
    let paths = inputs.leads()?;
    let known_roles = match &inputs.project.leads.id {
        Some(_) => inputs.lead_roles(&[])?,
        None => inputs.lead_roles(&read_raw(paths, &inputs.read, Wanted::All)?.header)?,
    };
    let mut wanted: Vec<String> = known_roles.columns();
    wanted.extend(planned.iter().map(|c| c.name.clone()));
    wanted.extend(wanted_by_rules.keys().cloned());
    wanted.extend(keep.iter().cloned());
    wanted.extend(inputs.project.outcomes.key.iter().cloned());
    wanted.sort();
    wanted.dedup();
    let everything = keep.iter().any(|k| k == KEEP_ALL);
    let mut raw = read_raw(paths, &inputs.read, if everything { Wanted::All } else { Wanted::Only(&wanted) })?;
    let has_numbered_rows = number_rows(&mut raw, &known_roles.id, inputs)?;
    let roles = scoring_roles(known_roles, &raw, own_as_of);
    let mut settings = inputs.read.clone();
    if let Some(model) = model {
        settings.date_orders.extend(model.reading.date_orders.iter().cloned());
    }
    let requests = scoring_requests(planned, &wanted_by_rules, &raw, &settings);
    let is_kept = |name: &str| everything || keep.iter().any(|kept| kept == name);
    let kept = |name: &str| is_kept(name) || is_key(inputs, name);
    let mut built = build_leads_out_of(&mut raw, &roles, &requests, &settings, &kept)?;
    // New leads need not have the key to a table of deals.
    let has_key = inputs.project.outcomes.key.as_ref().is_none_or(|key| raw.column(key).is_some());
    if !inputs.outcomes.is_empty() && has_key {
        join(inputs, &mut built, &raw, &roles, &settings, false, terminal)?;
    }
    if let Some(card) = scorecard
        && !inputs.read.lenient
    {
        card.require_columns(&built.table)?;
    }
    // What the words of the outcome come to is a matter for training: only notes on the files are told.
    tell(&raw, &built, &raw.notes, terminal);
    let date_orders = settings.date_orders.clone();
    // The typed columns hold all that scores need; the text of a million leads would outweigh them.
    raw.columns.retain(|column| is_kept(&column.name));
    Ok(LeadsRead { raw, built, roles, has_numbered_rows, inferred: Vec::new(), date_orders })
}

/// Whether the outcomes are joined by this column, which is read as it stands.
fn is_key(inputs: &Inputs, name: &str) -> bool {
    inputs.project.outcomes.key.as_deref() == Some(name)
}

/// The word that stands for "keep every column".
pub(super) const KEEP_ALL: &str = "*";

/// A file to be scored need not have what only closed deals have.
fn scoring_roles(mut roles: LeadRoles, raw: &RawTable, own_as_of: bool) -> LeadRoles {
    let there = |name: &Option<String>| name.as_ref().is_some_and(|n| raw.column(n).is_some());
    if !there(&roles.outcome.as_ref().map(|o| o.column.clone())) {
        roles.outcome = None;
    }
    roles.weight = None;
    if !there(&roles.closed_at) {
        roles.closed_at = None;
    }
    if !own_as_of {
        roles.as_of = None;
    }
    roles
}

fn scoring_requests(
    planned: &[crate::pipeline::model::PlannedColumn],
    wanted_by_rules: &BTreeMap<String, Views>,
    raw: &RawTable,
    settings: &ReadSettings,
) -> Vec<ColumnRequest> {
    let mut requests: Vec<ColumnRequest> = planned
        .iter()
        .map(|c| ColumnRequest {
            name: c.name.clone(),
            column_type: c.column_type,
            views: wanted_by_rules.get(&c.name).copied().unwrap_or_default(),
        })
        .collect();
    for (name, views) in wanted_by_rules {
        if requests.iter().any(|r| r.name == *name) || raw.column(name).is_none() {
            continue;
        }
        // A column that only rules read has the type its rules ask for; a look at the data would make a file of one
        // row read otherwise than a file of a million.
        let column_type = settings.types.get(name).copied().unwrap_or(match views {
            Views { text: false, number: true, .. } => ColumnType::Number,
            Views { text: false, date: true, .. } => ColumnType::Date,
            _ => ColumnType::Text,
        });
        requests.push(ColumnRequest { name: name.clone(), column_type, views: *views });
    }
    requests
}

fn rule_views<'a>(scorecards: impl Iterator<Item = &'a Scorecard>) -> BTreeMap<String, Views> {
    let mut views: BTreeMap<String, Views> = BTreeMap::new();
    for (field, view) in scorecards.flat_map(Scorecard::fields) {
        let entry = views.entry(field).or_default();
        match view {
            View::Text => entry.text = true,
            View::Number => entry.number = true,
            View::Date => entry.date = true,
            View::Own => {}
        }
    }
    views
}

fn join(
    inputs: &Inputs,
    built: &mut BuiltLeads,
    raw: &RawTable,
    roles: &LeadRoles,
    settings: &ReadSettings,
    must_meet: bool,
    terminal: &Terminal,
) -> Result<(), InputError> {
    let outcome_roles = inputs.outcome_roles(&roles.id);
    let outcomes = read_raw(&inputs.outcomes, settings, Wanted::Only(&outcome_roles.columns()))?;
    let report = join_outcomes(built, raw, &outcomes, &outcome_roles, settings)?;
    terminal.detail(&format!(
        "outcomes: {}, {} found ({} won, {} lost), {} of leads that are not in the leads table",
        plural(report.rows, "row"),
        plural(report.leads_found, "lead"),
        count(report.won),
        count(report.lost),
        plural(report.rows_of_unknown_leads, "row")
    ));
    if must_meet && report.rows > 0 && report.leads_found == 0 {
        return Err(InputError::new(format!(
            "not one row of the outcomes table belongs to a lead: the leads have {}, the outcomes {}",
            in_ticks(&report.sample_keys),
            in_ticks(&report.sample_unknown)
        ))
        .remedy("check [outcomes] key (a column of the leads table) and id (a column of the outcomes table)"));
    }
    Ok(())
}

/// Ids as they stand, for messages.
pub(super) fn in_ticks(ids: &[String]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

/// Says what was read, replaced, and turned to missing.
fn tell(raw: &RawTable, built: &BuiltLeads, notes: &[String], terminal: &Terminal) {
    let report = &built.report;
    terminal.detail(&format!("leads: {} from {}", plural(report.rows_read, "row"), raw.files.join(", ")));
    if report.replaced_rows > 0 {
        terminal.note(&format!("{} replaced by the same id in a later file", plural(report.replaced_rows, "row")));
    }
    for bad in &report.unreadable {
        terminal.warn(&format!(
            "{} of column `{}` could not be read and {} as missing (first: `{}`, {})",
            plural(bad.rows, "value"),
            bad.column,
            by_number(bad.rows, "counts", "count"),
            bad.first_value,
            bad.first_place
        ));
    }
    for column in &report.missing_columns {
        terminal.warn(&format!("column `{column}` is not there and counts as missing"));
    }
    for note in notes {
        terminal.note(note);
    }
}

//! The activity log: which of its columns names the lead, the time and the kind of an act.

use super::outcome::ends_a_deal;
use super::roles::{Choice, named, time};
use super::sheet::{Sheet, SheetColumn};
use super::vocabulary::{mentions, rank};
use crate::fault::InputError;
use crate::tables::{ColumnType, MISSING};

/// Most distinct values that a column of kinds has.
const MOST_KINDS: usize = 500;

/// What the columns of the log are.
#[derive(Debug, Clone, PartialEq)]
pub struct LogChoice {
    /// The lead's id.
    pub lead_id: Choice,
    /// When it happened.
    pub at: Choice,
    /// What was done.
    pub kind: Choice,
    /// Page, campaign, subject.
    pub detail: Option<Choice>,
    /// How many acts a row stands for.
    pub count: Option<Choice>,
    /// Kinds that are our own acts.
    pub ours: Vec<String>,
    /// Kinds that read like the end of a deal.
    pub ends: Vec<String>,
    /// Kinds with their share of the leads in the log, commonest first.
    pub kinds: Vec<(String, f64)>,
}

/// Looks at the log beside the ids of the leads.
///
/// # Errors
/// When no column names leads, times or kinds.
pub(super) fn log(sheet: &Sheet, lead_ids: &SheetColumn) -> Result<LogChoice, InputError> {
    let lead_id = by_overlap(sheet, lead_ids)?;
    let lacking = |what: &str, remedy: &str| {
        let names: Vec<&str> = sheet.columns.iter().map(|c| c.name.as_str()).collect();
        InputError::new(format!("no column of the activity log holds {what}; it has {}", names.join(", ")))
            .remedy(remedy)
    };
    let at = time(sheet, "at", &[&lead_id.column]).or_else(|| {
        let times = sheet.columns.iter().find(|c| c.column_type == ColumnType::Date && c.name != lead_id.column)?;
        Some(Choice { column: times.name.clone(), why: "holds times".to_string(), is_named: false })
    });
    let at = at.ok_or_else(|| lacking("times", "every activity needs the time at which it happened"))?;
    let taken = [lead_id.column.as_str(), at.column.as_str()];
    let is_kind = |c: &SheetColumn| {
        matches!(c.column_type, ColumnType::Category | ColumnType::Text) && c.text.levels.len() <= MOST_KINDS
    };
    let kind = named(sheet, "kind", &taken, is_kind).or_else(|| {
        let free = sheet.columns.iter().find(|c| is_kind(c) && !taken.contains(&c.name.as_str()))?;
        Some(Choice { column: free.name.clone(), why: "the first column of words".to_string(), is_named: false })
    });
    let kind =
        kind.ok_or_else(|| lacking("kinds of activity", "say in a column what was done: email_open, download …"))?;
    let taken = [taken[0], taken[1], kind.column.as_str()];
    let detail = named(sheet, "detail", &taken, |c| c.column_type != ColumnType::Date);
    let is_whole = |c: &SheetColumn| {
        c.column_type == ColumnType::Number && c.numbers.iter().all(|n| *n >= 0.0 && n.fract() == 0.0)
    };
    let count = named(sheet, "count", &taken, is_whole);
    let kinds = shares_of_leads(sheet, &lead_id.column, &kind.column);
    let of = |holds: fn(&str) -> bool| kinds.iter().map(|(kind, _)| kind.clone()).filter(|kind| holds(kind)).collect();
    Ok(LogChoice { ours: of(is_ours), ends: of(ends_a_deal), lead_id, at, kind, detail, count, kinds })
}

/// Whether a kind is an act of ours and no sign of interest.
fn is_ours(kind: &str) -> bool {
    mentions("ours words", kind) && !mentions("not ours", kind)
}

/// The column with the largest share of values that are ids of leads; among equals the one named like an id.
fn by_overlap(sheet: &Sheet, lead_ids: &SheetColumn) -> Result<Choice, InputError> {
    let is_named = |c: &SheetColumn| rank("id", &c.name).is_some() || c.name == lead_ids.name;
    let rated = sheet.columns.iter().map(|c| (c.share_found_in(lead_ids), is_named(c), c));
    let best =
        rated.filter(|(share, _, _)| *share > 0.0).fold(None, |best: Option<(f64, bool, &SheetColumn)>, next| {
            if best.is_some_and(|b| (b.0, b.1) >= (next.0, next.1)) { best } else { Some(next) }
        });
    match best {
        Some((share, is_named, column)) => {
            let why = format!("{:.0} % of its values are ids of leads", 100.0 * share);
            Ok(Choice { column: column.name.clone(), why, is_named })
        }
        None => {
            let shown =
                |c: &SheetColumn| c.text.levels.iter().take(3).map(|l| format!("`{l}`")).collect::<Vec<_>>().join(", ");
            let log_ids = sheet.columns.iter().find(|c| is_named(c)).or(sheet.columns.first());
            Err(InputError::new(format!(
                "not one activity belongs to a lead: the leads' `{}` holds {}, the log's `{}` {}",
                lead_ids.name,
                shown(lead_ids),
                log_ids.map_or("", |c| &c.name),
                log_ids.map_or(String::new(), shown)
            ))
            .remedy(
                "ids are compared as text, exactly as written; name the leads' column that the log refers to with --id",
            ))
        }
    }
}

/// `(n_kinds,)` the leads that show each kind, by their codes, ascending.
pub(super) fn leads_of_each(leads: &SheetColumn, kinds: &SheetColumn) -> Vec<Vec<u32>> {
    let mut leads_of = vec![Vec::new(); kinds.text.levels.len()];
    for (&lead, &kind) in leads.text.codes.iter().zip(&kinds.text.codes) {
        if let (Some(showing), true) = (leads_of.get_mut(kind as usize), lead != MISSING) {
            showing.push(lead);
        }
    }
    for showing in &mut leads_of {
        showing.sort_unstable();
        showing.dedup();
    }
    leads_of
}

fn shares_of_leads(sheet: &Sheet, lead_id: &str, kind: &str) -> Vec<(String, f64)> {
    let (Some(leads), Some(kinds)) = (sheet.column(lead_id), sheet.column(kind)) else { return Vec::new() };
    let all = leads.text.levels.len().max(1) as f64;
    let share = |showing: Vec<u32>| showing.len() as f64 / all;
    let shares = leads_of_each(leads, kinds).into_iter().map(share);
    let mut shares: Vec<(String, f64)> = kinds.text.levels.iter().cloned().zip(shares).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    shares
}

#[cfg(test)]
mod tests {
    use super::super::sheet::drawn::sheet;
    use super::*;

    #[test]
    fn the_log_is_joined_by_its_values_and_our_own_acts_are_known() {
        let leads = sheet("case_id x", &["17 1", "18 2", "19 3"]);
        let acts = sheet(
            "n case ts what page",
            &["17 17 2024-01-01 A_DECLINED /a", "1 18 2024-01-02 email_sent /b", "2 18 2024-01-02 email_open /c"],
        );
        let found = log(&acts, leads.column("case_id").unwrap()).unwrap();
        assert_eq!((found.lead_id.column.as_str(), found.at.column.as_str()), ("case", "ts"));
        assert_eq!((found.kind.column.as_str(), found.detail.unwrap().column.as_str()), ("what", "page"));
        assert_eq!((found.ours, found.ends), (vec!["email sent".to_string()], vec!["A DECLINED".to_string()]));
        assert_eq!(found.kinds[0].1, 0.5);
        let strangers = sheet("lead_id at kind", &["x1 2024-01-01 visit"]);
        let error = log(&strangers, leads.column("case_id").unwrap()).unwrap_err();
        assert!(error.what.contains("`17`") && error.what.contains("`x1`"), "{error}");
    }
}

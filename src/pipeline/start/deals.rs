//! The outcomes table: how it is joined to the leads, and what it says of them.

use super::outcome::{LostWords, OutcomeChoice, Told, outcome};
use super::roles::{Choice, ends_like_an_id, time};
use super::sheet::{Sheet, SheetColumn};
use super::unclosed::{USUAL_DAYS, days_to_win};
use crate::asof::Instant;
use crate::fault::InputError;
use std::collections::HashMap;

/// How the outcomes table is read.
#[derive(Debug, Clone, PartialEq)]
pub struct DealsChoice {
    /// Column of the leads table that refers to a deal.
    pub key: Choice,
    /// Column of the outcomes table that it refers to.
    pub id: Choice,
    /// When the deal was closed.
    pub closed_at: Option<Choice>,
    /// What came of it; `None`: found here is won.
    pub outcome: Option<OutcomeChoice>,
    /// After how many days a lead that is not won counts as lost, where no word says so: nine of ten wins came sooner.
    pub lost_after_days: Option<u32>,
}

/// Looks at the outcomes table beside the leads.
///
/// # Errors
/// When no column of the one refers to a column of the other.
pub(super) fn deals(
    sheet: &Sheet,
    leads: &Sheet,
    lead_id: &str,
    created_at: Option<&str>,
    told: Told<'_>,
) -> Result<DealsChoice, InputError> {
    let (key, id) = by_overlap(sheet, leads, lead_id)?;
    let closed_at = time(sheet, "closed", &[&id.column]);
    let mut taken = vec![id.column.as_str()];
    taken.extend(closed_at.as_ref().map(|c| c.column.as_str()));
    let mut outcome = outcome(sheet, &taken, told)?;
    if let Some(outcome) = outcome.as_mut().filter(|_| created_at.is_some()) {
        outcome.judge_by_time();
    }
    let columns = (created_at.and_then(|c| leads.column(c)), closed_at.as_ref().and_then(|c| sheet.column(&c.column)));
    let lost_after_days = match (&outcome, columns, leads.column(&key.column), sheet.column(&id.column)) {
        (None, (Some(created), Some(closed)), Some(key), Some(id)) => Some(days_of_wins(created, key, closed, id)),
        (Some(outcome), (Some(_), _), _, _) if outcome.lost == LostWords::NotInTime => Some(USUAL_DAYS),
        _ => None,
    };
    Ok(DealsChoice { key, id, closed_at, outcome, lost_after_days })
}

/// The pair of columns with the most values in common; the lead's id before any other.
fn by_overlap(sheet: &Sheet, leads: &Sheet, lead_id: &str) -> Result<(Choice, Choice), InputError> {
    let is_key = |c: &&SheetColumn| c.name == lead_id || ends_like_an_id(&c.name);
    let mut best: Option<(f64, &SheetColumn, &SheetColumn)> = None;
    let keys = leads.columns.iter().filter(|c| c.name == lead_id).chain(leads.columns.iter().filter(is_key));
    for key in keys {
        for id in sheet.columns.iter().filter(|c| ends_like_an_id(&c.name) || c.name == key.name) {
            let share = id.share_found_in(key);
            if share > best.map_or(0.0, |best| best.0) {
                best = Some((share, key, id));
            }
        }
    }
    let Some((share, key, id)) = best else {
        return Err(InputError::new(format!(
            "no column of the outcomes table refers to `{lead_id}` of the leads, or to another id there"
        ))
        .remedy(
            "the outcomes table needs the lead's id, or the leads table the deal's, in a column whose name ends in id",
        ));
    };
    let why = format!("{:.0} % of the outcomes' `{}` are found in it", 100.0 * share, id.name);
    let choice = |column: &SheetColumn, why: String| Choice { column: column.name.clone(), why, is_named: true };
    Ok((choice(key, why), choice(id, format!("refers to `{}` of the leads", key.name))))
}

/// The days within which nine of ten wins came.
fn days_of_wins(created: &SheetColumn, key: &SheetColumn, closed: &SheetColumn, id: &SheetColumn) -> u32 {
    let mut won_at: HashMap<&str, Instant, foldhash::fast::FixedState> = HashMap::default();
    for row in 0..id.text.codes.len() {
        if let (Some(id), Some(at)) = (id.text.get(row), closed.time(row)) {
            won_at.entry(id).and_modify(|first| *first = at.min(*first)).or_insert(at);
        }
    }
    let life = |row: usize| Some(won_at.get(key.text.get(row)?)?.since(created.time(row)?));
    days_to_win((0..key.text.codes.len()).filter_map(life)).unwrap_or(USUAL_DAYS)
}

#[cfg(test)]
mod tests {
    use super::super::sheet::drawn::sheet;
    use super::*;

    const NOTHING: Told<'_> = Told { column: None, won: &[], lost: &[] };

    #[test]
    fn a_table_of_wins_is_joined_by_its_values_and_gives_the_time_until_a_lead_is_lost() {
        let leads = sheet("mql_id first_contact", &["a 2024-01-01", "b 2024-01-01", "c 2024-01-05"]);
        let won = sheet("seller_id mql_id won_date", &["s1 a 2024-02-10", "s2 c 2024-01-06"]);
        let found = deals(&won, &leads, "mql_id", Some("first_contact"), NOTHING).unwrap();
        assert_eq!((found.key.column.as_str(), found.id.column.as_str()), ("mql_id", "mql_id"));
        assert_eq!(found.closed_at.unwrap().column, "won_date");
        assert_eq!((found.outcome, found.lost_after_days), (None, Some(60)));
    }

    #[test]
    fn the_key_may_be_another_column_of_the_leads() {
        let leads = sheet("lead_id converted_deal_id", &["1 d1;d2", "2 .", "3 d3"]);
        let table = sheet("deal_id stage", &["d1 Closed_Won", "d2 Closed_Lost", "d3 Open"]);
        let found = deals(&table, &leads, "lead_id", None, NOTHING).unwrap();
        assert_eq!((found.key.column.as_str(), found.id.column.as_str()), ("converted_deal_id", "deal_id"));
        assert_eq!(found.outcome.unwrap().column, "stage");
        assert!(deals(&sheet("x_id", &["q"]), &leads, "lead_id", None, NOTHING).is_err());
    }
}

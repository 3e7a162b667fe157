//! The scorecard on the leads: what never fires, never occurs or never can be reached.

use super::log::LogFacts;
use super::{Area, Finding, Grade, Notebook, grade_of};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::measures::{Measures, Pass, PassOptions, Plan};
use crate::pipeline::deals::{DealSettings, Deals, counters};
use crate::pipeline::score::AsOf;
use crate::scorecard::{Evidence, Scorecard, check_scorecard};
use crate::tables::{ActivityBatches, LeadTable};

/// What the scorecard is looked at on.
pub(super) struct On<'a> {
    pub table: &'a LeadTable,
    /// `(n_leads,)` moments; `None` where there are no times at all.
    pub as_of: Option<Vec<Instant>>,
    pub facts: Option<&'a LogFacts>,
    pub settings: &'a DealSettings,
}

/// When each lead is looked at: as asked; otherwise deals at their moment and the others at their own as-of, at their
/// close, or at the end of the data.
///
/// # Errors
/// `column` without an as-of column.
pub(super) fn moments(
    table: &LeadTable,
    deals: Option<&Deals>,
    facts: Option<&LogFacts>,
    asked: Option<AsOf>,
) -> Result<Option<Vec<Instant>>, InputError> {
    let newest = |times: &Option<Vec<Option<Instant>>>| times.as_ref().and_then(|t| t.iter().flatten().max().copied());
    let end = match asked {
        Some(AsOf::At(at)) => return Ok(Some(vec![at; table.n_leads()])),
        Some(AsOf::Column) if table.as_of.is_none() => {
            return Err(InputError::new("the project names no as-of column")
                .remedy("name it under [leads] as `as_of = \"…\"`, or give --as-of a time"));
        }
        Some(AsOf::Column) => newest(&table.as_of),
        None => {
            let newest = newest(&table.created_at).max(newest(&table.closed_at)).max(newest(&table.as_of));
            newest.or(facts.and_then(|f| f.newest)).map(|at| Instant(at.0 + 1))
        }
    };
    let Some(end) = end else { return Ok(None) };
    let own = |row: usize| {
        let time = |times: &Option<Vec<Option<Instant>>>| times.as_ref().and_then(|t| t[row]);
        time(&table.as_of).or(time(&table.closed_at).map(|closed| closed.min(end))).unwrap_or(end)
    };
    let mut moments: Vec<Instant> = (0..table.n_leads()).map(own).collect();
    if let (None, Some(deals)) = (asked, deals)
        && let Some(as_of) = &deals.snapshots.as_of
    {
        deals.snapshots.rows.iter().zip(as_of).for_each(|(&row, &at)| moments[row] = at);
    }
    Ok(Some(moments))
}

pub(super) fn look(
    card: &Scorecard,
    on: &On<'_>,
    log: Option<&mut dyn ActivityBatches>,
    notes: &mut Notebook,
) -> Result<(), InputError> {
    let settings = &on.settings.plan;
    if let Err(error) = card.refuse_untimed(&settings.activity_columns) {
        notes.findings.push(Finding::new(Grade::Mend, Area::Scorecard, error.to_string(), error.remedy));
        return Ok(());
    }
    let mut plan = Plan::default();
    let requests = card.requests(&mut plan, &settings.ours);
    let counters = counters(on.table, &settings.activity_columns)?;
    let knows_acts = (log.is_some() && on.as_of.is_some()) || !counters.is_empty();
    let measures = match (log, &on.as_of) {
        (Some(log), Some(as_of)) => {
            let mut pass = Pass::new(&plan, as_of, PassOptions { model: None });
            log.for_each(&mut |batch| pass.add(batch))?;
            pass.finish(&counters)
        }
        _ => Measures::without_log(&plan, on.table.n_leads(), &counters),
    };
    let evidence = Evidence { leads: on.table, measures: &measures, requests: &requests, as_of: on.as_of.as_deref() };
    let scored = card.evaluate(&evidence);
    let mut kinds: Vec<String> = on.facts.map(|f| f.kinds.clone()).unwrap_or_default();
    kinds.extend(settings.activity_columns.iter().cloned());
    let kinds = (on.facts.is_some() || !counters.is_empty()).then_some(kinds);
    let blind = !knows_acts && card.uses_activities();
    if blind {
        notes.skip("rules on activities", "there is no log, or no time to look at it from");
    }
    let reads_acts = |rule: &Option<String>| {
        rule.as_ref().is_some_and(|name| card.rules.iter().any(|r| r.name == *name && r.activity.is_some()))
    };
    for found in check_scorecard(card, Some(on.table), Some(&scored), kinds.as_deref()) {
        if blind && reads_acts(&found.rule) && found.message.contains("never fires") {
            continue;
        }
        let evidence = found.evidence.trim_end_matches('.').to_string();
        notes
            .findings
            .push(Finding::new(grade_of(found.severity), Area::Scorecard, found.message, evidence).naming(found.rule));
    }
    Ok(())
}

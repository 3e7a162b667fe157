//! What the leads table and the log offer the model, with the values on the deals.

use super::seen::{KindSeen, Seen};
use super::{DealSettings, MAX_KINDS, names};
use crate::asof::Instant;
use crate::features::plan::{PlanSettings, kind_sources, read, sources};
use crate::features::{Attribute, Fate, PlanLine, Source, Values};
use crate::snapshot::{Mode, Snapshots};
use crate::tables::LeadTable;
use rayon::prelude::*;

/// The candidate sources with their values on the deals, and what was left out unseen.
pub(super) fn attributes(
    table: &LeadTable,
    snapshots: &Snapshots,
    seen: Seen,
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
        shown_kinds(&seen.kinds).into_iter().partition(|kind| names(&plan.exclude, kind));
    left_out.extend(excluded.iter().map(|kind| PlanLine {
        name: kind.clone(),
        fate: Fate::LeftOut("a kind of activity excluded by the project file".to_string()),
    }));
    offered.extend(kept.iter().flat_map(|kind| kind_sources(kind, names(&plan.ours, kind))));
    for kind in &seen.log.kinds_left_out {
        let fate = Fate::LeftOut(format!("beyond the {MAX_KINDS} kinds of activity that the model looks at"));
        left_out.push(PlanLine { name: kind.clone(), fate });
    }
    offered.extend(plan.keep.iter().filter(|source| !offered.contains(source)).cloned().collect::<Vec<_>>());
    let from_table = |source: &Source| match source {
        Source::Activity { .. } => None,
        source => read(source, table, &snapshots.rows, as_of, &[]),
    };
    let mut values: Vec<Option<Attribute>> = offered.par_iter().map(from_table).collect();
    let from_log = seen.kinds.into_iter().flat_map(|kind| {
        let source = move |measure| Source::Activity { kind: kind.kind.clone(), measure };
        kind.measures.into_iter().map(move |(measure, numbers)| (source(measure), numbers))
    });
    for (source, numbers) in from_log {
        if let Some(place) = offered.iter().position(|offered| *offered == source) {
            values[place] = Some(Attribute { source, values: Values::Number(numbers) });
        }
    }
    (values.into_iter().flatten().collect(), left_out)
}

/// Kinds that a deal shows; a deal left out must not teach the model a kind.
fn shown_kinds(kinds: &[KindSeen]) -> Vec<String> {
    let shown = kinds.iter().filter(|kind| kind.counts().iter().any(|count| count > 0.0));
    let mut kinds: Vec<String> = shown.map(|kind| kind.kind.clone()).collect();
    // By name: the order of first appearance would change with a row that no deal sees.
    kinds.sort();
    kinds
}

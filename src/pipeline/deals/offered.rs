//! What the leads table and the log offer the model, with the values on the deals.

use super::seen::{KindSeen, Seen};
use super::{DealSettings, MAX_KINDS, names};
use crate::asof::Instant;
use crate::features::plan::{Offer, PlanSettings, kind_sources, read, sources};
use crate::features::{Attribute, Fate, PlanLine, Source, Values};
use crate::snapshot::{Mode, Snapshots};
use crate::tables::LeadTable;
use rayon::prelude::*;

/// What is offered, with its values on the deals.
pub(super) struct Offered {
    /// Candidates for the model's terms.
    pub(super) attributes: Vec<Attribute>,
    /// What the project file excludes.
    pub(super) excluded: Vec<Attribute>,
    /// What was left out unseen.
    pub(super) left_out: Vec<PlanLine>,
}

/// The candidate sources with their values on the deals, those that are excluded, and what was left out unseen.
pub(super) fn attributes(
    table: &LeadTable,
    snapshots: &Snapshots,
    seen: Seen,
    as_of: Option<&[Instant]>,
    settings: &DealSettings,
) -> Offered {
    let plan = PlanSettings {
        age: snapshots.mode.age_is_a_term(),
        counters_are_as_of: matches!(snapshots.mode, Mode::None | Mode::Column),
        ..settings.plan.clone()
    };
    let Offer { sources: mut offered, excluded: mut kept_out, mut left_out } =
        sources(table, &snapshots.rows, &plan, as_of.is_some());
    if !plan.age && as_of.is_some() && table.created_at.is_some() {
        let why = format!("snapshot mode `{}` chooses it, so it says nothing about the lead", snapshots.mode.name());
        left_out.push(PlanLine { name: Source::Age.to_string(), fate: Fate::LeftOut(why) });
    }
    let (excluded_kinds, kept): (Vec<String>, Vec<String>) =
        shown_kinds(&seen.kinds).into_iter().partition(|kind| names(&plan.exclude, kind));
    left_out.extend(excluded_kinds.iter().map(|kind| PlanLine {
        name: kind.clone(),
        fate: Fate::LeftOut("a kind of activity excluded by the project file".to_string()),
    }));
    let of_kinds = |kinds: &[String]| -> Vec<Source> {
        kinds.iter().flat_map(|kind| kind_sources(kind, names(&plan.ours, kind))).collect()
    };
    offered.extend(of_kinds(&kept));
    kept_out.extend(of_kinds(&excluded_kinds));
    for kind in &seen.log.kinds_left_out {
        let fate = Fate::LeftOut(format!("beyond the {MAX_KINDS} kinds of activity that the model looks at"));
        left_out.push(PlanLine { name: kind.clone(), fate });
    }
    offered.extend(plan.keep.iter().filter(|source| !offered.contains(source)).cloned().collect::<Vec<_>>());
    let from_table = |source: &Source| match source {
        Source::Activity { .. } => None,
        source => read(source, table, &snapshots.rows, as_of, &[]),
    };
    let n_offered = offered.len();
    // What is excluded and yet asked for is read once.
    kept_out.retain(|source| !offered.contains(source));
    offered.extend(kept_out);
    let mut values: Vec<Option<Attribute>> = offered.par_iter().with_max_len(1).map(from_table).collect();
    let from_log = seen.kinds.into_iter().flat_map(|kind| {
        let source = move |measure| Source::Activity { kind: kind.kind.clone(), measure };
        kind.measures.into_iter().map(move |(measure, numbers)| (source(measure), numbers))
    });
    for (source, numbers) in from_log {
        if let Some(place) = offered.iter().position(|offered| *offered == source) {
            values[place] = Some(Attribute { source, values: Values::Number(numbers) });
        }
    }
    let excluded = values.split_off(n_offered).into_iter().flatten().collect();
    Offered { attributes: values.into_iter().flatten().collect(), excluded, left_out }
}

/// Kinds that a deal shows; a deal left out must not teach the model a kind.
fn shown_kinds(kinds: &[KindSeen]) -> Vec<String> {
    let shown = kinds.iter().filter(|kind| kind.counts().iter().any(|count| count > 0.0));
    let mut kinds: Vec<String> = shown.map(|kind| kind.kind.clone()).collect();
    // By name: the order of first appearance would change with a row that no deal sees.
    kinds.sort();
    kinds
}

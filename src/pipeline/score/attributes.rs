//! The model's sources as they stand for the leads that are scored.

use crate::asof::Instant;
use crate::features::plan::read;
use crate::features::{Attribute, KindMeasure, Source, Values};
use crate::measures::KindColumns;
use crate::predictor::Predictor;
use crate::tables::LeadTable;

/// The values of every source that the predictor reads, in its order.
///
/// What the log says of a kind is given up once it has been read: of a million leads and a dozen kinds it takes as much
/// memory as the attributes made of it.
pub(super) fn attributes(
    predictor: &Predictor,
    table: &LeadTable,
    mut kinds: Vec<KindColumns>,
    as_of: &[Instant],
) -> Vec<Attribute> {
    let rows: Vec<usize> = (0..table.n_leads()).collect();
    let sources = predictor.sources();
    let mut attributes = Vec::with_capacity(sources.len());
    for (position, source) in sources.iter().enumerate() {
        let found = read(source, table, &rows, Some(as_of), &kinds);
        attributes.push(found.unwrap_or_else(|| absent(source, rows.len())));
        give_up(&mut kinds, source, &sources[position + 1..]);
    }
    attributes
}

/// Frees what was kept of the kind behind a source, as far as no later source reads it.
fn give_up(kinds: &mut [KindColumns], source: &Source, later: &[Source]) {
    let Source::Activity { kind, .. } = source else { return };
    let Some(columns) = kinds.iter_mut().find(|columns| columns.kind == *kind) else { return };
    let is_read = |wanted: KindMeasure| later.contains(&Source::Activity { kind: kind.clone(), measure: wanted });
    if !is_read(KindMeasure::Count) {
        columns.count = Vec::new();
    }
    if !is_read(KindMeasure::Decayed) {
        columns.decayed = Vec::new();
    }
    if !is_read(KindMeasure::DaysSinceFirst) {
        columns.first = Vec::new();
        if !is_read(KindMeasure::DaysSince) {
            columns.newest = Vec::new();
        }
    }
}

/// A source that is not there: missing for every lead, or for a kind of activity, never.
pub(in crate::pipeline) fn absent(source: &Source, n: usize) -> Attribute {
    let value = match source {
        Source::Activity { measure: KindMeasure::Count | KindMeasure::Decayed, .. } => 0.0,
        _ => f64::NAN,
    };
    Attribute { source: source.clone(), values: Values::Number(vec![value; n]) }
}

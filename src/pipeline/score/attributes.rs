//! The model's sources as they stand for the leads that are scored.

use crate::asof::Instant;
use crate::features::plan::read;
use crate::features::{Attribute, KindMeasure, Source, Values};
use crate::measures::KindColumns;
use crate::predictor::Predictor;
use crate::tables::LeadTable;
use rayon::prelude::*;

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
    for group in sources.chunk_by(|one, next| kind_of(one) == kind_of(next)) {
        let found = group.par_iter().map(|source| {
            read(source, table, &rows, Some(as_of), &kinds).unwrap_or_else(|| absent(source, rows.len()))
        });
        attributes.extend(found.collect::<Vec<_>>());
        let later = &sources[attributes.len()..];
        let is_read = |kind: &KindColumns| later.iter().any(|source| kind_of(source) == Some(&kind.kind));
        kinds.retain(|kind| kind_of(&group[0]) != Some(&kind.kind) || is_read(kind));
    }
    attributes
}

/// The kind of activity behind a source.
fn kind_of(source: &Source) -> Option<&String> {
    if let Source::Activity { kind, .. } = source { Some(kind) } else { None }
}

/// A source that is not there: missing for every lead, or for a kind of activity, never.
pub(in crate::pipeline) fn absent(source: &Source, n: usize) -> Attribute {
    let value = match source {
        Source::Activity { measure: KindMeasure::Count | KindMeasure::Decayed, .. } => 0.0,
        _ => f64::NAN,
    };
    Attribute { source: source.clone(), values: Values::Number(vec![value; n].into()) }
}

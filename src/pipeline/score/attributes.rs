//! The model's sources as they stand for the leads that are scored.

use crate::asof::Instant;
use crate::fault::InputError;
use crate::features::plan::read;
use crate::features::{Attribute, KindMeasure, Source, Values};
use crate::measures::Measures;
use crate::predictor::Predictor;
use crate::tables::LeadTable;

/// The values of every source that the predictor reads, in its order.
pub(super) fn attributes(
    predictor: &Predictor,
    table: &LeadTable,
    measures: &Measures,
    as_of: &[Instant],
) -> Result<Vec<Attribute>, InputError> {
    let rows: Vec<usize> = (0..table.n_leads()).collect();
    predictor
        .sources()
        .iter()
        .map(|source| {
            let found = read(source, table, &rows, Some(as_of), measures.model_kinds());
            Ok(found.unwrap_or_else(|| absent(source, rows.len())))
        })
        .collect()
}

/// A source that is not there: missing for every lead, or for a kind of activity, never.
pub(in crate::pipeline) fn absent(source: &Source, n: usize) -> Attribute {
    let value = match source {
        Source::Activity { measure: KindMeasure::Count | KindMeasure::Decayed, .. } => 0.0,
        _ => f64::NAN,
    };
    Attribute { source: source.clone(), values: Values::Number(vec![value; n]) }
}

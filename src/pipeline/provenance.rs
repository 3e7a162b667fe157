//! A digest of the training deals as the model saw them, so that a version can be traced to its data.

use super::deals::{DealInputs, DealSettings, Deals, gather};
use super::leaks::{self, ScreenSettings};
use crate::fault::InputError;
use crate::features::Values;
use crate::tables::{LeadTable, MISSING};
use sha2::{Digest, Sha256};

/// The digest that a training on these inputs would record.
///
/// # Errors
/// As [`gather`].
pub fn digest_of(inputs: DealInputs<'_, '_>, settings: &DealSettings) -> Result<String, InputError> {
    let table = inputs.table;
    let mut deals = gather(inputs, settings)?;
    leaks::leave_out(&mut deals, &ScreenSettings::of(settings));
    Ok(digest(table, &deals))
}

/// SHA-256 in hexadecimal over ids, moments, order in time, outcomes, row weights, every value the model could read and
/// every quantity the scorecard's rules count.
///
/// What lies at or after a deal's as-of is not among them, so it cannot change the digest.
pub fn digest(table: &LeadTable, deals: &Deals) -> String {
    let mut hash = Sha256::new();
    let s = &deals.snapshots;
    for (i, &row) in s.rows.iter().enumerate() {
        hash.update(table.ids[row].as_bytes());
        hash.update([0]);
        hash.update(s.as_of.as_ref().map_or(0, |t| t[i].0).to_le_bytes());
        hash.update(s.order.as_ref().map_or(0, |t| t[i]).to_le_bytes());
        hash.update(s.won[i].to_le_bytes());
        hash.update(s.row_weight[i].to_le_bytes());
    }
    for attribute in &deals.attributes {
        hash.update(attribute.source.to_string().as_bytes());
        match &attribute.values {
            Values::Number(values) => values.iter().for_each(|v| hash.update(v.to_bits().to_le_bytes())),
            Values::Text(column) => {
                for &code in &column.codes {
                    if code != MISSING {
                        hash.update(column.levels[code as usize].as_bytes());
                    }
                    hash.update([0]);
                }
            }
        }
    }
    for rule in deals.rules.iter().flat_map(|r| &r.rules) {
        hash.update(rule.name.as_bytes());
        rule.q.iter().for_each(|q| hash.update(q.to_bits().to_le_bytes()));
    }
    for score in deals.rules.iter().flat_map(|r| &r.score) {
        hash.update(score.to_bits().to_le_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

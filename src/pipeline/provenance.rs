//! A digest of the training deals as the model saw them, so that a version can be traced to its data.

use super::deals::{DealInputs, DealSettings, Deals, Keep, gather_and_keep};
use super::leaks::{self, ScreenSettings};
use crate::fault::InputError;
use crate::features::{Attribute, Numbers, Values};
use crate::tables::{LeadTable, MISSING, TextColumn};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::ops::Range;
use xxhash_rust::xxh3::Xxh3;

/// Stands before a digest, so that one taken another way is known as such.
const BY_COLUMN: &str = "columns:";

/// Numbers that are put into the hash together.
const NUMBERS_AT_A_TIME: usize = 1024;

/// Whether a training on these inputs would record this digest, in the way in which it was taken.
///
/// # Errors
/// As [`super::deals::gather`].
pub fn gives_digest(inputs: DealInputs<'_, '_>, settings: &DealSettings, recorded: &str) -> Result<bool, InputError> {
    let table = inputs.table;
    let is_by_column = recorded.starts_with(BY_COLUMN);
    let keep = if is_by_column { Keep::Scores } else { Keep::Quantities };
    let (mut deals, _) = gather_and_keep(inputs, settings, keep)?;
    leaks::leave_out(&mut deals, &ScreenSettings::of(settings));
    let digest = if is_by_column { digest(table, &deals) } else { digest_in_one(table, &deals) };
    Ok(digest == recorded)
}

/// SHA-256 in hexadecimal over what XXH3 (128 bits) makes of each column: ids, moments, order in time, outcomes, row weights,
/// every value the model could read, what the scorecard's rules count, and the rule scores.
///
/// What lies at or after a deal's as-of is not among them, so it cannot change the digest. Columns are hashed side by
/// side and each at the speed of memory; SHA-256 of them all would take as long as the fit.
pub fn digest(table: &LeadTable, deals: &Deals) -> String {
    digest_after(of_deals(table, deals), deals)
}

/// The same, where [`of_deals`] is known.
pub(super) fn digest_after(of_deals: u128, deals: &Deals) -> String {
    let mut hash = Sha256::new();
    let columns: Vec<u128> = deals.attributes.par_iter().with_max_len(1).map(of_attribute).collect();
    hash.update(of_deals.to_le_bytes());
    columns.iter().for_each(|column| hash.update(column.to_le_bytes()));
    if let Some(rules) = &deals.rules {
        rules.rules.iter().for_each(|rule| hash.update(rule.name.as_bytes()));
        let mut counted = Xxh3::new();
        rules.fingerprints().iter().for_each(|fingerprint| counted.update(&fingerprint.to_le_bytes()));
        hash.update(counted.digest128().to_le_bytes());
        let scores = |deals: Range<usize>, into: &mut [f64]| into.copy_from_slice(&rules.score[deals]);
        hash.update(of_numbers(rules.score.len(), scores).to_le_bytes());
    }
    format!("{BY_COLUMN}{}", hexadecimal(hash))
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What XXH3 makes of the deals' ids, moments, order in time, outcomes and row weights: a walk that one thread takes.
pub(super) fn of_deals(table: &LeadTable, deals: &Deals) -> u128 {
    let mut hash = Xxh3::new();
    for_each_deal(table, deals, |bytes| hash.update(bytes));
    hash.digest128()
}

/// Each deal's id, moment, order in time, outcome and row weight as bytes.
fn for_each_deal(table: &LeadTable, deals: &Deals, mut take: impl FnMut(&[u8])) {
    let s = &deals.snapshots;
    for (i, &row) in s.rows.iter().enumerate() {
        take(table.ids[row].as_bytes());
        take(&[0]);
        take(&s.as_of.as_ref().map_or(0, |t| t[i].0).to_le_bytes());
        take(&s.order.as_ref().map_or(0, |t| t[i]).to_le_bytes());
        take(&s.won[i].to_le_bytes());
        take(&s.row_weight[i].to_le_bytes());
    }
}

fn of_attribute(attribute: &Attribute) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(attribute.source.to_string().as_bytes());
    let values = match &attribute.values {
        Values::Number(numbers) => of_numbers(numbers.len(), |rows, into| numbers.of_stretch(rows, into)),
        Values::Text(column) => of_words(column),
    };
    hash.update(&values.to_le_bytes());
    hash.digest128()
}

/// By what the numbers are, however they are kept.
fn of_numbers(n: usize, write: impl Fn(Range<usize>, &mut [f64])) -> u128 {
    let mut hash = Xxh3::new();
    let (mut numbers, mut bytes) = ([0.0; NUMBERS_AT_A_TIME], [[0; 8]; NUMBERS_AT_A_TIME]);
    for first in (0..n).step_by(NUMBERS_AT_A_TIME) {
        let n_now = NUMBERS_AT_A_TIME.min(n - first);
        let (some, bytes) = (&mut numbers[..n_now], &mut bytes[..n_now]);
        write(first..first + n_now, some);
        bytes.iter_mut().zip(some).for_each(|(bytes, number)| *bytes = number.to_bits().to_le_bytes());
        hash.update(bytes.as_flattened());
    }
    hash.digest128()
}

/// The words in order of first appearance, then which of them each deal has.
fn of_words(column: &TextColumn) -> u128 {
    let mut hash = Xxh3::new();
    for level in &column.levels {
        hash.update(level.as_bytes());
        hash.update(&[0]);
    }
    column.codes.chunks(NUMBERS_AT_A_TIME).for_each(|codes| {
        let bytes: Vec<[u8; 4]> = codes.iter().map(|code| code.to_le_bytes()).collect();
        hash.update(bytes.as_flattened());
    });
    hash.digest128()
}

/// The digest as the first versions recorded it: SHA-256 over every value as it stands.
fn digest_in_one(table: &LeadTable, deals: &Deals) -> String {
    let mut hash = Sha256::new();
    for_each_deal(table, deals, |bytes| hash.update(bytes));
    for attribute in &deals.attributes {
        hash.update(attribute.source.to_string().as_bytes());
        match &attribute.values {
            Values::Number(numbers) => update_in_one(&mut hash, numbers),
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
    hexadecimal(hash)
}

fn update_in_one(hash: &mut Sha256, numbers: &Numbers) {
    numbers.iter().for_each(|number| hash.update(number.to_bits().to_le_bytes()));
}

//! Names under which CRMs keep what became of a deal.

use super::{Charge, Subject, Suspect};
use crate::pipeline::start::{BY_ITS_NAME, is_in_doubt_by_name};

/// Judges the name of a column; acts are named after what happens, so their names tell nothing.
pub(super) fn judge(suspect: &mut Suspect<'_>) {
    if suspect.subject == Subject::Column && is_in_doubt_by_name(&suspect.name) {
        suspect
            .suspicions
            .push(Charge::new(BY_ITS_NAME, "Does it say what became of the deal, or something known from the start?"));
    }
}

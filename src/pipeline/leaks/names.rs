//! Names that speak of the end of a deal.

use super::filled::QUESTION_FOR_KINDS;
use super::{Charge, Subject, Suspect};
use crate::pipeline::start::{BY_ITS_NAME, is_in_doubt_by_name, reads_like_an_end};

/// Judges the name of a column, and that of a kind of activity by the deals that show it: a step on the way may be called
/// "accepted", too.
pub(super) fn judge(suspect: &mut Suspect<'_>) {
    let charge = match suspect.subject {
        Subject::Column if is_in_doubt_by_name(&suspect.name) => {
            Charge::new(BY_ITS_NAME, "Does it say what became of the deal, or something known from the start?")
        }
        Subject::Kind => {
            match suspect.filled.and_then(|shares| reads_like_an_end(&suspect.name, shares.deals, shares.of)) {
                Some(evidence) => Charge::new(evidence, QUESTION_FOR_KINDS),
                None => return,
            }
        }
        Subject::Column | Subject::Age => return,
    };
    suspect.suspicions.push(charge);
}

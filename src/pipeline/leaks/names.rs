//! Names that speak of the end of a deal.

use super::filled::QUESTION_FOR_KINDS;
use super::{Charge, Ground, Subject, Suspect};
use crate::pipeline::start::{BY_ITS_NAME, is_in_doubt_by_name, reads_like_an_end};

/// What a column is asked that is called so.
const QUESTION: &str = "Does it say what became of the deal, or something known from the start?";

/// Judges the name of a column, and that of a kind of activity by the deals that show it: a step on the way may be called
/// "accepted", too. Of a kind it says more than any figure.
pub(super) fn judge(suspect: &mut Suspect<'_>) {
    match suspect.subject {
        Subject::Column if is_in_doubt_by_name(&suspect.name) => {
            suspect.suspicions.push(Charge::new(Ground::Name, BY_ITS_NAME, QUESTION));
        }
        Subject::Kind => {
            let evidence = suspect.filled.and_then(|shares| reads_like_an_end(&suspect.name, shares.deals, shares.of));
            let charge = evidence.map(|evidence| Charge::new(Ground::Name, evidence, QUESTION_FOR_KINDS));
            suspect.suspicions.splice(0..0, charge);
        }
        Subject::Column | Subject::Age => {}
    }
}

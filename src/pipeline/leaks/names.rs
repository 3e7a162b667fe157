//! Names under which CRMs keep what became of a deal.

use super::{Charge, Subject, Suspect};
use crate::text::words_of;

/// Words that speak of how a deal stands or ended.
const TELLING: [&str; 24] = [
    "stage",
    "status",
    "closed",
    "lost",
    "won",
    "reason", // English
    "statut",
    "étape",
    "perdu",
    "gagné",
    "motif", // French
    "stufe",
    "abgeschlossen",
    "verloren",
    "gewonnen",
    "verlustgrund", // German
    "etapa",
    "ganado",
    "perdido",
    "motivo", // Spanish, Portuguese
    "ステータス",
    "成約",
    "失注",
    "受注", // Japanese
];

/// Words beside `status` that make it a person's or a company's, not the deal's.
const NOT_THE_DEALS: [&str; 24] = [
    "marital",
    "marriage",
    "civil",
    "family",
    "relationship",
    "employment",
    "employee",
    "job",
    "work",
    "working",
    "occupation",
    "occupational",
    "professional",
    "career",
    "residence",
    "residential",
    "residency",
    "immigration",
    "housing",
    "legal",
    "tax",
    "social",
    "smoking",
    "health",
];

/// Judges the name of a column; acts are named after what happens, so their names tell nothing.
pub(super) fn judge(suspect: &mut Suspect) {
    if suspect.subject != Subject::Column {
        return;
    }
    if let Some(word) = telling_word(&suspect.name) {
        suspect.suspicions.push(Charge::new(
            format!("is called after how a deal ends (\"{word}\")"),
            "Does it say what became of the deal, or something known from the start?",
        ));
    }
}

/// The word of a column's name that speaks of the deal's end, if there is one.
fn telling_word(name: &str) -> Option<&'static str> {
    let words = words_of(name);
    if words.iter().any(|w| NOT_THE_DEALS.contains(&w.as_str())) {
        return None;
    }
    let unspaced = |word: &str| !word.is_ascii() && word.chars().all(|c| c as u32 >= 0x3000);
    TELLING.into_iter().find(|telling| {
        if unspaced(telling) { name.contains(telling) } else { words.iter().any(|word| word == telling) }
    })
}

#[cfg(test)]
mod tests {
    use super::telling_word;

    #[test]
    fn a_deals_status_tells_and_a_persons_does_not() {
        for name in ["Lead Status", "deal_stage", "dealStage", "LostReason", "closed_by", "失注理由", "Étape"] {
            assert!(telling_word(name).is_some(), "{name}");
        }
        for name in ["marital_status", "MaritalStatus", "Employment Status", "wonder", "backstage", "expected_close"] {
            assert!(telling_word(name).is_none(), "{name}");
        }
    }
}

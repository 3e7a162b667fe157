//! What else the deals say of the scorecard: what it misses, repeats, and how its points should fade.

use crate::pipeline::compare::{Compared, Judged, ShapeProfile};
use crate::pipeline::leaning::asks_about;
use serde::Serialize;

/// The sentences of [`compare`](crate::pipeline::compare) beside the rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advice {
    /// What the comparison says in two or three sentences.
    #[serde(skip)]
    pub in_brief: Vec<String>,
    /// What it means that a rule sets the scale, where one does.
    pub of_the_scale: Option<String>,
    /// What there is too little of where a rule has too little data though the deals are many.
    pub unjudged: Option<String>,
    /// Whether no rule has a verdict, and not for want of deals.
    pub ranks_nothing: bool,
    /// Facts that no rule asks for, those that may know the outcome last.
    pub missing: Vec<String>,
    /// Rules that say the same thing.
    pub overlaps: Vec<String>,
    /// Rules that pay for repetition beyond what it is worth.
    pub caps: Vec<String>,
    /// Half-lives that the deals bear out, a sentence a rule.
    pub half_lives: Vec<String>,
    /// How the learned points rank the newest deals.
    pub trial: Option<String>,
    /// The same by tier.
    pub judged: Option<Judged>,
    /// What a reader of the comparison must know.
    pub notes: Vec<String>,
}

/// The advice of a comparison; `is_start`: the points are nobody's yet. `asked` is the question about what carries the
/// model, which a reader has met above: what it names is suspicious here, too.
pub(super) fn advice(compared: &Compared, is_start: bool, asked: Option<&str>) -> Advice {
    let comparison = &compared.comparison;
    let mut suggestions = compared.suggestions.clone();
    for suggestion in &mut suggestions {
        suggestion.is_suspicious |= asked.is_some_and(|note| asks_about(note, &suggestion.about));
    }
    suggestions.sort_by_key(|suggestion| suggestion.is_suspicious);
    Advice {
        in_brief: compared.sentences(is_start),
        of_the_scale: comparison.of_the_scale(),
        unjudged: compared.unjudged(),
        ranks_nothing: comparison.ranks_nothing(),
        missing: suggestions.iter().map(|s| s.sentence(comparison.win_rate, compared.row_weights())).collect(),
        overlaps: compared.overlaps.iter().map(|o| o.sentence(&comparison.rules)).collect(),
        caps: compared.caps.iter().filter_map(ShapeProfile::cap_sentence).collect(),
        half_lives: compared.half_lives.iter().map(ShapeProfile::half_life_sentence).collect(),
        trial: compared.judged.as_ref().map(|judged| judged.sentence(is_start)),
        judged: compared.judged.clone(),
        notes: comparison.notes.iter().chain(&compared.notes).cloned().collect(),
    }
}

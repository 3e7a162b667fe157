//! What each attribute adds to a lead's odds, level by level.

use super::super::model::Model;
use crate::design::NO_LEVEL;
use crate::features::{Shape, Source, short_number};
use crate::metrics::Z95;
use crate::predictor::{Certainty, FittedTerm, Spot};
use serde::Serialize;

/// Effects listed; the others are counted.
const SHOWN: usize = 16;
/// Words of one attribute shown, strongest first.
const WORDS_SHOWN: usize = 10;
/// A term whose log-odds spread less than this moves nobody's odds by 2 %.
pub(super) const FELT: f64 = 0.02;

/// How much a lead's odds move.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Move {
    /// In log-odds.
    pub log_odds: f64,
    /// Its 95 % interval, low then high.
    pub interval: [f64; 2],
    /// The same as a factor on the odds: exp(log-odds), then the interval's ends.
    pub times: [f64; 3],
}

impl Move {
    /// A difference in log-odds and its standard error.
    pub(super) fn new(log_odds: f64, error: f64) -> Move {
        let interval = [log_odds - Z95 * error, log_odds + Z95 * error];
        Move { log_odds, interval, times: [log_odds, interval[0], interval[1]].map(f64::exp) }
    }

    /// Whether the interval leaves out no effect.
    pub(super) fn is_told(self) -> bool {
        self.interval[0] > 0.0 || self.interval[1] < 0.0
    }
}

/// One value, or range of values, against the average lead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectLevel {
    /// As a person reads it.
    pub level: String,
    /// What it does.
    #[serde(flatten)]
    pub moves: Move,
}

/// One attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// The term's name.
    pub name: String,
    /// The column that the term reads; `None` for the age of the lead.
    pub column: Option<String>,
    /// Whether the levels follow one another, so that a line may join them.
    pub ordered: bool,
    /// How far the term sets leads apart: standard deviation of its log-odds.
    pub spread: f64,
    /// The levels; for words the strongest.
    pub levels: Vec<EffectLevel>,
    /// Words not listed.
    pub more: usize,
}

impl Effect {
    /// Whether the deals tell one of the values from the average lead.
    fn is_told(&self) -> bool {
        self.levels.iter().any(|level| level.moves.is_told())
    }
}

/// What is listed of the attributes, or of the kinds of activity, and what is not.
pub(super) struct Listing<E> {
    /// Listed, the widest effect first.
    pub(super) shown: Vec<E>,
    /// The names of those by which the model goes although the deals cannot tell of any alone, the widest effect first.
    pub(super) untold: Vec<String>,
    /// The others.
    pub(super) more: usize,
}

impl<E> Default for Listing<E> {
    fn default() -> Listing<E> {
        Listing { shown: Vec::new(), untold: Vec::new(), more: 0 }
    }
}

impl<E> Listing<E> {
    /// Of `n` in all, the `felt` ones in their order: at most so many listed, if the deals tell of them.
    pub(super) fn of(
        n: usize,
        felt: impl Iterator<Item = E>,
        is_told: impl Fn(&E) -> bool,
        name: impl Fn(&E) -> String,
        at_most: usize,
    ) -> Listing<E> {
        let (mut shown, untold): (Vec<E>, Vec<E>) = felt.partition(is_told);
        shown.truncate(at_most);
        Listing { more: n - shown.len() - untold.len(), untold: untold.iter().map(name).collect(), shown }
    }
}

/// The widest effects of attributes.
pub(super) fn effects(model: &Model, certainty: &Certainty) -> Listing<Effect> {
    let Some(predictor) = &model.predictor else { return Listing::default() };
    let of_attribute = |term: &FittedTerm| !matches!(term.term.source, Source::Activity { .. });
    let mut terms: Vec<(usize, &FittedTerm)> =
        predictor.terms.iter().enumerate().filter(|(_, term)| of_attribute(term)).collect();
    terms.sort_by(|a, b| b.1.spread.total_cmp(&a.1.spread));
    let n_terms = terms.len();
    let felt = terms.into_iter().filter(|(_, term)| term.spread >= FELT);
    let all = felt.map(|(index, term)| effect(index, term, certainty));
    Listing::of(n_terms, all, Effect::is_told, |effect| effect.name.clone(), SHOWN)
}

fn effect(index: usize, fitted: &FittedTerm, certainty: &Certainty) -> Effect {
    let level = |level: String, log_odds: f64, spot: Spot| EffectLevel {
        level,
        moves: Move::new(log_odds, certainty.against_average(index, spot)),
    };
    let mut levels = Vec::new();
    if let Shape::Line { mean, sd, .. } = &fitted.term.shape {
        // A straight line at its mean and one standard deviation to either side.
        let at = |line: f64| {
            level(short_number(mean + line * sd), fitted.slope * line - fitted.mean, Spot { line, level: NO_LEVEL })
        };
        levels.extend([-1.0, 0.0, 1.0].map(at));
    }
    let ordered = !matches!(fitted.term.shape, Shape::Levels { .. });
    let mut added: Vec<(u32, f64)> = (0..).zip(fitted.level_contributions()).collect();
    let more = if ordered { 0 } else { added.len().saturating_sub(WORDS_SHOWN) };
    if !ordered {
        added.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        added.truncate(WORDS_SHOWN);
        added.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    let of_code =
        |(code, added): (u32, f64)| level(fitted.term.level_in_words(code), added, fitted.spot_of_level(code));
    levels.extend(added.into_iter().map(of_code));
    let source = &fitted.term.source;
    Effect {
        name: source.to_string(),
        column: source.column().map(str::to_string),
        ordered,
        spread: fitted.spread,
        levels,
        more,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_model_goes_by_is_named_though_the_deals_cannot_tell() {
        let found = Listing::of(9, 1..=6, |n| n % 2 == 1, ToString::to_string, 2);
        assert_eq!((found.shown, found.untold, found.more), (vec![1, 3], vec!["2".into(), "4".into(), "6".into()], 4));
    }
}

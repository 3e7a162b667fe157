//! What each attribute and activity adds to a lead's odds, level by level.

use super::super::model::Model;
use crate::features::{Shape, Source, short_number};
use crate::metrics::Z95;
use crate::predictor::FittedTerm;
use serde::Serialize;

/// Effects listed; the others are counted.
const SHOWN: usize = 24;
/// Words of one attribute shown, strongest first.
const WORDS_SHOWN: usize = 10;

/// One value, or range of values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectLevel {
    /// As a person reads it.
    pub level: String,
    /// Log-odds against the average lead.
    pub log_odds: f64,
    /// Its 95 % interval, low then high.
    pub interval: [f64; 2],
    /// The same as a factor on the odds: exp(log-odds), then the interval's ends.
    pub times: [f64; 3],
}

/// One attribute or measure of an activity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// The term's name.
    pub name: String,
    /// Whether it is read off the activity log.
    pub activity: bool,
    /// Whether the levels follow one another, so that a line may join them.
    pub ordered: bool,
    /// How far the term sets leads apart: standard deviation of its log-odds.
    pub spread: f64,
    /// The levels; for words the strongest.
    pub levels: Vec<EffectLevel>,
    /// Words not listed.
    pub more: usize,
}

/// The widest effects, and how many more there are.
pub(super) fn effects(model: &Model) -> (Vec<Effect>, usize) {
    let Some(predictor) = &model.predictor else { return (Vec::new(), 0) };
    let mut terms: Vec<&FittedTerm> = predictor.terms.iter().collect();
    terms.sort_by(|a, b| b.spread.total_cmp(&a.spread));
    let more = terms.len().saturating_sub(SHOWN);
    (terms.into_iter().take(SHOWN).map(effect).collect(), more)
}

fn effect(fitted: &FittedTerm) -> Effect {
    let mut levels = match &fitted.term.shape {
        Shape::Line { mean, sd, .. } => along_the_line(fitted, *mean, *sd),
        _ => Vec::new(),
    };
    let added = fitted.level_contributions();
    for (code, added) in added.into_iter().enumerate() {
        let by_line = fitted.term.centre(code as u32) * fitted.slope_error;
        levels.push(level(fitted.term.level_name(code as u32), added, fitted.effect_errors[code].hypot(by_line)));
    }
    let ordered = !matches!(fitted.term.shape, Shape::Levels { .. });
    let more = if ordered { 0 } else { levels.len().saturating_sub(WORDS_SHOWN) };
    if !ordered {
        levels.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()));
        levels.truncate(WORDS_SHOWN);
        levels.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds));
    }
    Effect {
        name: fitted.term.source.to_string(),
        activity: matches!(fitted.term.source, Source::Activity { .. }),
        ordered,
        spread: fitted.spread,
        levels,
        more,
    }
}

/// A straight line at its mean and one standard deviation to either side.
fn along_the_line(fitted: &FittedTerm, mean: f64, sd: f64) -> Vec<EffectLevel> {
    let at = |x: f64| level(short_number(mean + x * sd), fitted.slope * x - fitted.mean, x.abs() * fitted.slope_error);
    [-1.0, 0.0, 1.0].map(at).to_vec()
}

fn level(level: String, log_odds: f64, error: f64) -> EffectLevel {
    let interval = [log_odds - Z95 * error, log_odds + Z95 * error];
    EffectLevel { level, log_odds, interval, times: [log_odds, interval[0], interval[1]].map(f64::exp) }
}

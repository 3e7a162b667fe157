//! What the model says of a lead beside its points: what it makes of the rule that brought most, and what speaks for or
//! against the lead.

use super::Quadrant;
use super::in_lists::Sentence;
use super::sides::{Gain, NAMED, Opinion, Sides, main_gains};

/// Between these factors on the odds, the model finds something worth next to nothing: what is shown as × 0.9 to × 1.1, so
/// that the same figure never gets two words.
const NEXT_TO_NOTHING: std::ops::Range<f64> = 0.85..1.15;

/// Whether a difference in log-odds is worth next to nothing.
pub fn is_next_to_nothing(log_odds: f64) -> bool {
    NEXT_TO_NOTHING.contains(&log_odds.exp())
}

/// Up to this factor it finds it worth little.
const LITTLE: f64 = 1.65;

/// What the model says of a lead beside its points.
pub(super) struct ModelSide<'a> {
    /// The rule that brought most points, where the model's opinion of it is told.
    main: Option<&'a Gain>,
    /// Whether that rule is one of several, and so called by its name.
    by_name: bool,
    /// Whether what speaks is told for or against the lead.
    speaks: &'static str,
    /// What speaks most so.
    most: Vec<&'a Opinion>,
}

impl<'a> ModelSide<'a> {
    pub(super) fn of(quadrant: Quadrant, sides: &'a Sides) -> ModelSide<'a> {
        let doubts = quadrant == Quadrant::Verify;
        let is_told = |o: &&Opinion| !is_next_to_nothing(o.log_odds) && (o.log_odds < 0.0) == doubts;
        let (main, _) = main_gains(&sides.gains);
        ModelSide {
            main: main.first().filter(|_| doubts),
            by_name: main.len() > 1,
            speaks: if doubts { "against" } else { "for" },
            most: sides.opinions.iter().filter(is_told).take(NAMED).collect(),
        }
    }

    pub(super) fn sentences(&self) -> Vec<Sentence> {
        let opinion = self.main.map(|gain| opinion_of(gain, self.by_name));
        let most = if opinion.is_some() { "Most" } else { "For the model most" };
        let most = self.most.split_last().map(|(last, others)| {
            let start = Sentence::plain(format!("{most} speaks {} it: `{}`", self.speaks, self.most[0].about));
            let next = others.iter().zip(&self.most[1..]);
            let named = next.fold(start, |said, (opinion, next)| {
                said.with(odds(opinion.log_odds), &format!(" and `{}`", next.about))
            });
            named.with(odds(last.log_odds), ".")
        });
        opinion.into_iter().chain(most).collect()
    }

    pub(super) fn tells_odds(&self) -> bool {
        !self.most.is_empty() || self.main.is_some_and(|gain| gain.by_model.is_some())
    }

    /// The rule that brought most points, where it is told that the model gives it no credit.
    pub(super) fn uncredited(&self) -> Option<&'a Gain> {
        self.main.filter(|gain| gain.by_model.is_some_and(|by_model| by_model < 0.0 || is_next_to_nothing(by_model)))
    }
}

/// What the model makes of what brought the points.
fn opinion_of(gain: &Gain, by_name: bool) -> Sentence {
    let that = if by_name { format!("`{}`", gain.rule) } else { "that".to_string() };
    let Some(by_model) = gain.by_model else { return Sentence::plain(format!("The model does not go by {that}.")) };
    let found = match by_model.exp() {
        _ if is_next_to_nothing(by_model) => format!("finds {that} worth next to nothing"),
        factor if factor < 1.0 => format!("counts {that} against an order"),
        factor if factor <= LITTLE => format!("finds {that} worth little"),
        _ => format!("gives credit for {that} too, but less than other things take away"),
    };
    Sentence::plain(format!("The model {found}")).with(odds(by_model), ".")
}

/// A factor on the odds, which people can multiply: `odds × 0.6`.
fn odds(log_odds: f64) -> String {
    let factor = log_odds.exp();
    if factor >= 10.0 {
        format!("odds × {factor:.0}")
    } else if factor < 0.1 {
        "odds × under 0.1".to_string()
    } else {
        format!("odds × {factor:.1}")
    }
}

pub(super) fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_figure_never_gets_two_words() {
        let mut said: std::collections::BTreeMap<String, String> = Default::default();
        for hundredth in -80..80 {
            let gain = Gain {
                rule: "r".into(),
                what: String::new(),
                points: 1.0,
                by_model: Some(f64::from(hundredth) / 100.0),
            };
            let sentence = opinion_of(&gain, false).whole();
            let (words, figure) = sentence.split_once(" (").unwrap();
            let before = said.entry(figure.to_string()).or_insert_with(|| words.to_string());
            // The bound of "little" lies within what × 1.6 stands for.
            assert!(before == words || figure.starts_with("odds × 1.6"), "{figure}: {before} and {words}");
        }
        assert_eq!(said["odds × 0.9)."], "The model finds that worth next to nothing");
        assert_eq!(said["odds × 0.8)."], "The model counts that against an order");
    }
}

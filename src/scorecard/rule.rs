//! Rules: a condition or an amount, and points.

use super::condition::{Condition, TextOperator};
use crate::asof::Span;
use crate::decay::Decay;
use crate::measures::{Amount, KindMatch, Selection};
use crate::text::TextMatch;

/// One line of the scorecard.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// As written.
    pub id: String,
    /// Unique in the scorecard: the id, or `persona/id` for a persona's rule.
    pub name: String,
    /// Index of the persona it belongs to; `None`: common.
    pub persona: Option<usize>,
    /// Personas in which a rule of the same id takes this one's place.
    pub replaced_in: Vec<usize>,
    /// Index of its group.
    pub group: usize,
    /// What it does where it fires.
    pub effect: Effect,
    /// It counts only where this holds.
    pub when: Option<Condition>,
    /// What it counts; without, its quantity is 1 where `when` holds.
    pub activity: Option<ActivityRule>,
    /// File and line, for messages.
    pub place: String,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Adds points × quantity.
    Points(f64),
    /// Sends the lead to the bottom of the range where the quantity is above 0.
    Disqualify,
}

/// A kind of buyer with rules of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Persona {
    /// As written.
    pub id: String,
    /// Who it is.
    pub when: Condition,
    /// File and line, for messages.
    pub place: String,
}

/// What a rule counts.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityRule {
    /// Acts of these kinds,
    pub kinds: Kinds,
    /// with such a detail.
    pub detail: Option<Detail>,
    /// And how they become a quantity.
    pub measure: ActivityMeasure,
}

/// The kinds a rule names.
#[derive(Debug, Clone, PartialEq)]
pub enum Kinds {
    /// These.
    Listed(Vec<String>),
    /// `"*"`: any but our own acts.
    Any,
}

/// A condition on the detail of an act.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Tests and their words as written.
    pub words: Vec<(TextOperator, Vec<String>)>,
    /// All of them, compiled.
    pub matching: TextMatch,
}

/// How acts become a quantity q.
#[derive(Debug, Clone, PartialEq)]
pub enum ActivityMeasure {
    /// q = Σ factor(age) over the newest `max_count` occurrences in the window.
    EachTime {
        /// Length of the window.
        within: Option<Span>,
        /// How an occurrence fades.
        decay: Decay,
        /// How many count at most.
        max_count: Option<u64>,
    },
    /// q = 1 where the occurrences in the window lie between the bounds.
    Threshold {
        /// Length of the window.
        within: Option<Span>,
        /// The least number.
        at_least: Option<f64>,
        /// The greatest number.
        at_most: Option<f64>,
    },
    /// q = 1 where occurrences ÷ occurrences of another kind lies between the bounds.
    Rate {
        /// Length of the window of both.
        within: Option<Span>,
        /// The kinds divided by.
        of: Kinds,
        /// The detail they must have.
        of_detail: Option<Detail>,
        /// The least rate.
        at_least: Option<f64>,
        /// The greatest rate.
        at_most: Option<f64>,
        /// The least number to divide by.
        min_count: f64,
    },
    /// q = 1 where strictly more than this has passed since the later of the newest act and the lead's creation.
    Quiet {
        /// The time that may pass.
        none_within: Span,
    },
    /// q = 1 where the two newest rows lie further apart.
    Gap {
        /// The time that may lie between.
        gap_over: Span,
    },
}

impl Rule {
    /// Its points; `None` for a rule that disqualifies.
    pub fn points(&self) -> Option<f64> {
        match self.effect {
            Effect::Points(points) => Some(points),
            Effect::Disqualify => None,
        }
    }

    /// Whether it is in force for leads of this persona.
    pub fn applies_to(&self, persona: Option<usize>) -> bool {
        match self.persona {
            Some(own) => persona == Some(own),
            None => persona.is_none_or(|persona| !self.replaced_in.contains(&persona)),
        }
    }
}

impl Kinds {
    /// The kinds as the pass asks for them; `ours` are our own acts.
    pub fn matching(&self, ours: &[String]) -> KindMatch {
        match self {
            Kinds::Listed(kinds) => KindMatch::Listed(kinds.clone()),
            Kinds::Any => KindMatch::AnyBut(ours.to_vec()),
        }
    }

    /// The kinds named, none for `"*"`.
    pub fn listed(&self) -> &[String] {
        match self {
            Kinds::Listed(kinds) => kinds,
            Kinds::Any => &[],
        }
    }
}

impl ActivityRule {
    /// The acts it looks at.
    pub fn selection(&self, ours: &[String]) -> Selection {
        selection(&self.kinds, self.detail.as_ref(), ours)
    }

    /// The amount it needs of them.
    pub fn amount(&self) -> Amount {
        match &self.measure {
            ActivityMeasure::EachTime { within, decay, max_count } => {
                Amount::Sum { within: *within, decay: decay.clone(), max_count: *max_count }
            }
            ActivityMeasure::Threshold { within, .. } | ActivityMeasure::Rate { within, .. } => {
                Amount::Count { within: *within }
            }
            ActivityMeasure::Quiet { .. } => Amount::Newest,
            ActivityMeasure::Gap { .. } => Amount::Gap,
        }
    }

    /// What asks when an act happened, so that acts at no known time cannot be counted: the key, if any.
    pub fn timed_key(&self) -> Option<&'static str> {
        match &self.measure {
            ActivityMeasure::Quiet { .. } => Some("none_within"),
            ActivityMeasure::Gap { .. } => Some("gap_over"),
            ActivityMeasure::EachTime { decay, .. } if *decay != Decay::None => Some("decay"),
            ActivityMeasure::EachTime { within: Some(_), .. }
            | ActivityMeasure::Threshold { within: Some(_), .. }
            | ActivityMeasure::Rate { within: Some(_), .. } => Some("within"),
            _ if self.detail.is_some() => Some("detail"),
            _ => None,
        }
    }
}

/// Acts of these kinds with such a detail.
pub(super) fn selection(kinds: &Kinds, detail: Option<&Detail>, ours: &[String]) -> Selection {
    Selection { kinds: kinds.matching(ours), detail: detail.map(|detail| detail.matching.clone()) }
}

//! The leads to begin with.

use super::SHOWN;
use crate::features::short_number;
use crate::pipeline::score::{Assessment, Place};
use serde::Serialize;
use std::cmp::Ordering;

/// A lead to begin with.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct TopLead {
    pub(in crate::cli) lead: String,
    pub(in crate::cli) score: f64,
    pub(in crate::cli) tier: String,
    pub(in crate::cli) win_probability: Option<f64>,
    pub(in crate::cli) next_action: String,
    #[serde(skip)]
    place: Place,
}

impl TopLead {
    /// Who is to be called first.
    pub(super) fn first(&self, other: &TopLead) -> Ordering {
        self.place.first(&other.place)
    }
}

/// The leads to be worked with the highest scores; ties by probability, then in the input's order.
pub(super) fn top(assessment: &Assessment<'_>, open: &[usize]) -> Vec<TopLead> {
    let lead = |&(place, i): &(Place, usize)| TopLead {
        lead: assessment.table.ids[i].to_string(),
        score: assessment.leads[i].score,
        tier: assessment.tier_name(i, assessment.leads[i].tier).to_string(),
        win_probability: Some(assessment.leads[i].win_probability).filter(|p| !p.is_nan()),
        next_action: assessment.next_action(i).to_string(),
        place,
    };
    assessment.first_to_call(open).iter().take(SHOWN).map(lead).collect()
}

/// Where the scale goes on for so large a part of its range above the most points of any past deal, that is said.
const FAR_ABOVE: f64 = 0.25;

/// The most points that a past deal had, where the scale goes on far above them and the score is not the points: the few best
/// leads are then spread over all of the rest.
pub(super) fn most_points(assessment: &Assessment<'_>) -> Option<f64> {
    let blending = assessment.model?.blending.as_ref().filter(|blending| blending.blend.weight > 0.0)?;
    let (most, range) = (blending.rule_ranks.most()?, assessment.scorecard?.range);
    (range.max - most > FAR_ABOVE * (range.max - range.min)).then_some(most)
}

/// That scores above the most points of any past deal are places and no more, where any of these leads has one.
pub(super) fn above_all_points(most: Option<f64>, top: &[TopLead]) -> Option<String> {
    let most = most.filter(|most| top.first().is_some_and(|lead| lead.score > *most))?;
    Some(format!(
        "No past deal had more than {} points, so the best few are spread over the rest of the scale: a score up there only \
         says who comes first.",
        short_number(most)
    ))
}

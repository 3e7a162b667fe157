//! Leads whose scores lie beyond the points of all past deals.

use super::{Assessment, FirstLead};
use crate::features::short_number;
use crate::pipeline::model::Model;
use crate::scorecard::Scorecard;

/// Where the scale goes on for so large a part of its range above the most points of any past deal, that is said.
const FAR_ABOVE: f64 = 0.25;

/// The most points that a past deal had, where the scale goes on above them.
pub fn most_points_within(model: &Model, scorecard: &Scorecard) -> Option<f64> {
    let most = model.blending.as_ref()?.rule_ranks.most()?;
    (most < scorecard.range.max).then_some(most)
}

/// The same where the scale goes on far above them and the score is not the points: the few best leads are then spread over all
/// of the rest.
pub fn most_points(assessment: &Assessment<'_>) -> Option<f64> {
    let (model, scorecard) = (assessment.model?, assessment.scorecard?);
    let (most, range) = (most_points_within(model, scorecard)?, scorecard.range);
    let is_blended = model.blending.as_ref().is_some_and(|blending| blending.blend.weight > 0.0);
    (is_blended && range.max - most > FAR_ABOVE * (range.max - range.min)).then_some(most)
}

/// That scores above the most points of any past deal are places and no more, where any of these leads has one.
pub fn above_all_points(most: Option<f64>, top: &[FirstLead]) -> Option<String> {
    let most = most.filter(|most| top.first().is_some_and(|lead| lead.score > *most))?;
    Some(format!(
        "No past deal had more than {} points: a score above that only says who comes first.",
        short_number(most)
    ))
}

//! The sentences that matter: the points, the order, the disagreement.

use super::super::backtest::{Backtest, Past, SideBands};
use super::super::handover::{Handover, LIKELY};
use super::super::late_closes::LateCloses;
use super::super::model::{DriftRecord, Model};
use super::super::train::pick;
use super::Advice;
use crate::metrics::{Figures, LiftRow, Rate};
use crate::mismatch::{Quadrant, QuadrantRecord};
use crate::scorecard::Scorecard;
use crate::snapshot::RowWeights;
use crate::text::{counted, percent, thousands};

/// The share of the deals that the sentence on the order speaks of.
const TOP: f64 = 0.2;

/// What makes all the sentences doubtful, if anything: the question about what carries the model, deals that the files seem to
/// leave out, what the look back found worse than expected, and drift.
pub(super) fn warnings(model: &Model, late: Option<&LateCloses>, looking_back: Option<String>) -> Vec<String> {
    let asked = model.notes_first_and_last().0.into_iter().map(str::to_string);
    let weights = model.weights_of_rate();
    // Its figures stand above the line that says whose all rates are.
    let whose = if weights.differ() { format!(" Rates are {}.", weights.whose()) } else { String::new() };
    let drift = model.drift.as_ref().and_then(DriftRecord::sentence).map(|sentence| sentence + &whose);
    asked.chain(late.map(LateCloses::in_full)).chain(looking_back).chain(drift).collect()
}

/// At most three: of the points, of the order of the deals, of where the two sides disagree. That rates are by row weight
/// stands below them on the page. `is_start`: nobody has set the points yet.
pub(super) fn sentences(
    found: &Backtest,
    advice: Option<&Advice>,
    model: &Model,
    handover: Option<&Handover>,
    is_start: bool,
) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    said.extend(advice.map(|advice| advice.in_brief[..advice.in_brief.len().min(2)].join(" ")));
    said.extend(model.why_no_model.as_ref().map(|why| format!("There is no model: {why}.")));
    let by_chance = nothing_to_learn(found);
    let is_chance = by_chance.is_some();
    said.extend(by_chance.or_else(|| order(found, is_start)));
    said.extend(disagreement(model, handover, is_chance, is_start));
    said.truncate(3);
    said
}

/// The sentence instead of that on the order, where the model ranks no better than chance.
pub(super) fn nothing_to_learn(found: &Backtest) -> Option<String> {
    let auc = found.figures.model_auc().filter(|auc| !auc.beats_chance())?;
    Some(format!(
        "{}: of a won and a lost deal drawn by chance, the model ranks the won one higher {}. Do not order leads by the model. \
         {}",
        Model::NOTHING_TO_LEARN,
        auc.in_words(),
        Model::WHAT_TO_BRING
    ))
}

fn order(found: &Backtest, is_start: bool) -> Option<String> {
    let figures = &found.figures;
    let (name, best) = match (&figures.blend, &figures.model) {
        (Some(blend), _) => (by_score(found.blend_weight), blend),
        (None, Some(model)) => ("by the model", model),
        (None, None) => return None,
    };
    let row = top(best)?;
    let beside = match figures.scorecard.as_ref().and_then(top) {
        Some(card) => format!(
            "; of the best fifth by {}points {}, {:.1} times",
            if is_start { "starting " } else { "" },
            percent(card.win_rate),
            card.lift
        ),
        None => String::new(),
    };
    Some(format!(
        "Looking back on {} that the model had not seen: of the best fifth {name} {} were won, {:.1} times the {} of \
         all {}{beside}.",
        counted(best.n, "past deal"),
        percent(row.win_rate),
        row.lift,
        percent(best.win_rate),
        thousands(best.n)
    ))
}

/// The score by what has a say in it.
fn by_score(blend_weight: Option<f64>) -> &'static str {
    match blend_weight {
        Some(0.0) => "by score (here the points alone)",
        Some(1.0) => "by score (here the model alone)",
        _ => "by score (points and model blended)",
    }
}

fn top(figures: &Figures) -> Option<&LiftRow> {
    figures.lift.iter().find(|row| (row.share - TOP).abs() < 1e-9)
}

/// `is_chance`: that the model ranks no better than chance has been said.
fn disagreement(model: &Model, handover: Option<&Handover>, is_chance: bool, is_start: bool) -> Option<String> {
    let blending = model.blending.as_ref()?;
    if let Some(why) = &blending.blurred {
        let why = if is_chance { String::new() } else { format!(": {why}") };
        return Some(format!("Nothing can be said of single leads on which points and model disagree{why}."));
    }
    let record = |quadrant| blending.records.iter().find(|r| r.quadrant == quadrant).and_then(QuadrantRecord::says);
    let tier = handover.map_or("high", |handover| handover.tier.as_str());
    let (verify, gem) = (record(Quadrant::Verify), record(Quadrant::HiddenGem));
    match (verify, gem) {
        (Some(verify), Some(gem)) => Some(format!(
            "Where the two disagree: of {} that are {tier} {}, {} were won; of {} that are {tier} {}, {}.",
            counted(gem.n, "deal"),
            Quadrant::HiddenGem.placed(is_start),
            percent(gem.rate),
            thousands(verify.n),
            Quadrant::Verify.placed(is_start),
            percent(verify.rate)
        )),
        _ => Some("On too few past deals do points and model disagree to say who is right.".to_string()),
    }
}

/// How a lift counts the best tenth of the judged deals where the picture of the tenths, which are of as many deals each and part
/// no tie, counts another; `None` where both count the same.
pub(super) fn of_lift(weights: RowWeights, judged: usize, bands: &[SideBands]) -> Option<String> {
    let tenth = judged / 10;
    let parts_a_tie =
        bands.iter().filter_map(|side| side.bands.first()).any(|first| first.record.n.abs_diff(tenth) > 1);
    let by_weight = format!("The best 10 % are taken {}, the picture's tenths by number of deals.", weights.whose());
    let in_parts = "Deals tied at the cut count in part; in the picture they stay together.";
    let said = [weights.differ().then_some(by_weight), parts_a_tie.then(|| in_parts.to_string())];
    let said: Vec<String> = said.into_iter().flatten().collect();
    (!bands.is_empty() && !said.is_empty()).then(|| said.join(" "))
}

/// What became of the judged deals below the tier of the handover that were more likely than not to be won.
pub(super) fn likely_then(handover: &Handover, card: &Scorecard, past: &Past, weights: RowWeights) -> Option<String> {
    let (p, score) = (past.p.as_ref()?, past.score.as_ref()?);
    let is_one = |&i: &usize| p[i] >= LIKELY && !card.is_high(score[i]) && !past.disqualified[i];
    let rows: Vec<usize> = (0..past.n()).filter(is_one).collect();
    handover.likely_then(&Rate::of(&pick(&past.y, &rows), &pick(&past.w, &rows))?, weights)
}

#[cfg(test)]
mod tests {
    use super::super::super::backtest::{Band, Side};
    use super::*;

    #[test]
    fn how_a_lift_counts_is_told_where_the_picture_counts_another_tenth() {
        let first_band = |n: usize| {
            let record = Rate::of(&vec![1.0; n], &vec![1.0; n]).unwrap();
            let bands = vec![Band { tenth: 1, tenths: [1, 1], from: 0.0, to: 1.0, record }];
            vec![SideBands { side: Side::Model, unit: "model_probability", bands }]
        };
        let told = |weights, n| of_lift(weights, 104, &first_band(n)).unwrap_or_default();
        assert_eq!([told(RowWeights::Alike, 10), told(RowWeights::Alike, 11)], ["", ""]);
        let in_parts = "Deals tied at the cut count in part; in the picture they stay together.";
        assert_eq!([told(RowWeights::Alike, 25), told(RowWeights::Alike, 4)], [in_parts; 2]);
        let by_weight = "The best 10 % are taken among leads open on any day, the picture's tenths by number of deals.";
        assert_eq!(told(RowWeights::TimeOpen, 10), by_weight);
        assert_eq!(told(RowWeights::TimeOpen, 25), format!("{by_weight} {in_parts}"));
        assert_eq!(of_lift(RowWeights::TimeOpen, 104, &[]), None);
    }
}

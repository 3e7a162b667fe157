//! What the figures of a model say, a plain sentence each.

use super::sides::percent;
use crate::metrics::{
    CurveBin, Estimate, Figures, LiftRow, ProbabilityFigures, bare_log_loss, by_row_weight, is_weighted,
};
use crate::pipeline::model::{DriftRecord, SideFigures, TierRates};
use crate::text::capital;
use std::fmt::Write;

/// The share of the deals that the sentence about ranking speaks of.
const TOP_SHARE: f64 = 0.2;

/// A calibration intercept so near to 0 shifts the odds by a fifth at most.
const NEAR_ZERO: f64 = 0.2;
/// A calibration slope so near to 1 is as good as 1.
const NEAR_ONE: std::ops::RangeInclusive<f64> = 0.8..=1.25;

/// A sentence for each figure of the score (of the model where there is no scorecard), the scorecard's beside it; `whose`
/// is what to call that: `your scorecard`.
pub(super) fn figures(out: &mut String, sides: &SideFigures, whose: &str) -> std::fmt::Result {
    let Some((name, best)) = best(sides) else { return Ok(()) };
    let by_points = sides.scorecard.as_ref();
    ranking(out, name, best, by_points, whose)?;
    order(out, name, best, by_points, whose)?;
    if let Some(probability) = &best.probability {
        doubt(out, best.win_rate, probability)?;
        boldness(out, "They", &probability.calibration.intercept, &probability.calibration.slope)?;
    }
    if let (Some(low), Some(high)) = (sides.calibration.first(), sides.calibration.last()) {
        extremes(out, low, high)?;
    }
    sides.tiers.first().map_or(Ok(()), |highest| tier(out, highest, whose))
}

/// The same in brief: how well the score ranks, whether its probabilities are right, and what the highest tier holds.
pub(super) fn figures_in_brief(out: &mut String, sides: &SideFigures, whose: &str) -> std::fmt::Result {
    let Some((name, best)) = best(sides) else { return Ok(()) };
    let by_points = sides.scorecard.as_ref();
    ranking(out, name, best, by_points, whose)?;
    order(out, name, best, by_points, whose)?;
    if let Some(probability) = &best.probability {
        let calibration = &probability.calibration;
        boldness(out, "Its win probabilities", &calibration.intercept, &calibration.slope)?;
    }
    sides.tiers.first().map_or(Ok(()), |highest| tier(out, highest, whose))
}

/// The side that scores leads, and what to call it.
fn best(sides: &SideFigures) -> Option<(&'static str, &Figures)> {
    let blend = sides.blend.as_ref().map(|blend| ("score", blend));
    blend.or(sides.model.as_ref().map(|model| ("model", model)))
}

/// What differs between older and newer deals, under a heading of its own; `most` findings at most.
pub(super) fn drift(out: &mut String, drift: &DriftRecord, most: usize) -> std::fmt::Result {
    writeln!(out, "\n## Have the deals changed?\n")?;
    if drift.found.is_empty() {
        return writeln!(out, "No: the newest deals look as the older ones did.");
    }
    if drift.by_file_order {
        writeln!(
            out,
            "There are no times, so newer means further down the file. If the file is in order of time, deals have \
             changed, and the figures above, on deals drawn by chance, may be better than what newer leads will show:\n"
        )?;
    } else {
        writeln!(out, "Yes. A model of older deals is less sure for newer leads:\n")?;
    }
    drift.found.iter().take(most).try_for_each(|sentence| writeln!(out, "- {sentence}"))?;
    match drift.found.len().saturating_sub(most) {
        0 => Ok(()),
        more => writeln!(out, "- and {more} more, in the model card"),
    }
}

fn top(figures: &Figures) -> Option<&LiftRow> {
    figures.lift.iter().find(|row| (row.share - TOP_SHARE).abs() < 1e-9)
}

fn ranking(out: &mut String, name: &str, best: &Figures, by_points: Option<&Figures>, whose: &str) -> std::fmt::Result {
    let Some(row) = top(best) else { return Ok(()) };
    write!(
        out,
        "- Of the fifth of these deals that the {name} ranked highest, {} were won{}: {:.1} times the average of {}.",
        percent(row.win_rate),
        by_row_weight(is_weighted(best.n, best.wins, best.win_rate)),
        row.lift,
        percent(best.win_rate)
    )?;
    if let Some(points) = by_points.and_then(top) {
        write!(out, " {}'s best fifth: {:.1} times.", capital(whose), points.lift)?;
    }
    writeln!(out)
}

fn order(out: &mut String, name: &str, best: &Figures, by_points: Option<&Figures>, whose: &str) -> std::fmt::Result {
    let Some(auc) = &best.auc else { return Ok(()) };
    let [value, low, high] = [auc.value, auc.interval.low, auc.interval.high].map(|a| 100.0 * a);
    write!(
        out,
        "- Of a won and a lost deal drawn by chance, the {name} ranks the won one higher {value:.0} times in 100 \
         ({low:.0} to {high:.0}; 50 is chance)."
    )?;
    if let Some(points) = by_points.and_then(|f| f.auc.as_ref()) {
        write!(out, " {}: {:.0}.", capital(whose), 100.0 * points.value)?;
    }
    writeln!(out)
}

/// How much better the probabilities are than the win rate said of every deal.
fn doubt(out: &mut String, win_rate: f64, probability: &ProbabilityFigures) -> std::fmt::Result {
    let bare = bare_log_loss(win_rate);
    if bare <= 0.0 {
        return Ok(());
    }
    let less = 100.0 * (1.0 - probability.log_loss / bare);
    let doubt = match less {
        less if less.abs() < 0.5 => "as much doubt as".to_string(),
        less if less > 0.0 => format!("{less:.0} % less doubt than"),
        less => format!("{:.0} % more doubt than", -less),
    };
    writeln!(
        out,
        "- Its win probabilities leave {doubt} the bare win rate (log loss {:.3} against {bare:.3}, Brier score {:.3} \
         against {:.3}).",
        probability.log_loss,
        probability.brier,
        win_rate * (1.0 - win_rate)
    )
}

/// Whether the probabilities are right on the whole, and spread as they should be. An interval that holds the ideal
/// proves nothing where the figure is far from it: then the deals are too few to say. One that leaves the ideal out proves
/// little where the figure is near: of many deals the smallest fault is sure.
fn boldness(out: &mut String, what: &str, intercept: &Option<Estimate>, slope: &Option<Estimate>) -> std::fmt::Result {
    let (Some(intercept), Some(slope)) = (intercept, slope) else { return Ok(()) };
    let level_is_near = intercept.value.abs() <= NEAR_ZERO;
    let spread_is_near = NEAR_ONE.contains(&slope.value);
    let how_much = |is_sure: bool, is_near: bool| match (is_sure, is_near) {
        (false, _) => "perhaps ",
        (true, true) => "a little ",
        (true, false) => "",
    };
    let level_is_sure = !intercept.interval.holds(0.0);
    let level = match () {
        () if !level_is_sure && level_is_near => "right on the whole".to_string(),
        () if intercept.value > 0.0 => format!("{}too low on the whole", how_much(level_is_sure, level_is_near)),
        () => format!("{}too high on the whole", how_much(level_is_sure, level_is_near)),
    };
    let spread_is_sure = !slope.interval.holds(1.0);
    let spread_word = how_much(spread_is_sure, spread_is_near);
    let spread = match () {
        () if !spread_is_sure && spread_is_near => "neither too bold nor too timid".to_string(),
        () if slope.value < 1.0 => format!("{spread_word}too bold: the high ones too high, the low ones too low"),
        () => format!("{spread_word}too timid: the high ones too low, the low ones too high"),
    };
    let is_doubtful = !(level_is_sure || level_is_near) || !(spread_is_sure || spread_is_near);
    let of = |e: &Estimate| format!("{:.2}, {:.2} to {:.2}", e.value, e.interval.low, e.interval.high);
    writeln!(
        out,
        "- {what} are {level}, and {spread} ({}calibration intercept {}, right at 0; slope {}, right at 1).",
        if is_doubtful { "too few deals to be sure: " } else { "" },
        of(intercept),
        of(slope)
    )
}

/// What came of the least and the most promising.
fn extremes(out: &mut String, low: &CurveBin, high: &CurveBin) -> std::fmt::Result {
    let of = |bin: &CurveBin| {
        format!(
            "{} expected and {} won ({} to {})",
            percent(bin.mean_predicted),
            percent(bin.observed),
            percent(bin.interval.low),
            percent(bin.interval.high)
        )
    };
    writeln!(out, "- The most promising deals: {}; the least promising: {}.", of(high), of(low))
}

fn tier(out: &mut String, highest: &TierRates, whose: &str) -> std::fmt::Result {
    match (&highest.by_score, &highest.by_rules) {
        (Some(score), Some(rules)) if !highest.tier.is_empty() => writeln!(
            out,
            "- Tier {}: {} of the deals it holds by the score were won{}, {} of those it holds by the points of {whose}.",
            highest.tier,
            percent(score.rate),
            by_row_weight(is_weighted(score.n, score.wins, score.rate)),
            percent(rules.rate)
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Interval;

    fn said(intercept: [f64; 3], slope: [f64; 3]) -> String {
        let of = |[value, low, high]: [f64; 3]| Some(Estimate { value, interval: Interval { low, high } });
        let mut out = String::new();
        boldness(&mut out, "They", &of(intercept), &of(slope)).unwrap();
        out
    }

    #[test]
    fn words_of_calibration_follow_the_figure_and_its_interval() {
        let good = said([0.05, -0.2, 0.3], [0.95, 0.7, 1.2]);
        assert_eq!(
            good,
            "- They are right on the whole, and neither too bold nor too timid (calibration intercept 0.05, -0.20 to 0.30, \
             right at 0; slope 0.95, 0.70 to 1.20, right at 1).\n"
        );
        let little = said([0.01, -0.06, 0.09], [1.07, 1.01, 1.14]);
        assert!(little.contains("right on the whole, and a little too timid: the high"), "{little}");
        let sure = said([-0.57, -0.94, -0.21], [0.5, 0.3, 0.7]);
        assert!(sure.contains("are too high on the whole, and too bold: the high"), "{sure}");
        let unsure = said([0.01, -0.3, 0.3], [0.52, -0.1, 1.2]);
        assert!(unsure.contains("and perhaps too bold") && unsure.contains("slope 0.52, -0.10 to 1.20"), "{unsure}");
        let low = said([0.6, -0.1, 1.3], [1.0, 0.8, 1.2]);
        assert!(low.contains("perhaps too low on the whole, and neither too bold nor too timid (too few"), "{low}");
    }
}

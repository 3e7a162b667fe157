//! What the figures of a model say, a plain sentence each.

use super::sides::percent;
use crate::metrics::{CurveBin, Estimate, Figures, LiftRow, ProbabilityFigures, bare_log_loss};
use crate::pipeline::model::{DriftRecord, SideFigures, TierRates};
use std::fmt::Write;

/// The share of the deals that the sentence about ranking speaks of.
const TOP_SHARE: f64 = 0.2;

/// A sentence for each figure of the score (of the model where there is no scorecard), the scorecard's beside it.
pub(super) fn figures(out: &mut String, sides: &SideFigures) -> std::fmt::Result {
    let (name, best) = match (&sides.blend, &sides.model) {
        (Some(blend), _) => ("score", blend),
        (None, Some(model)) => ("model", model),
        (None, None) => return Ok(()),
    };
    let by_points = sides.scorecard.as_ref();
    ranking(out, name, best, by_points)?;
    order(out, name, best, by_points)?;
    if let Some(probability) = &best.probability {
        doubt(out, best.win_rate, probability)?;
        boldness(out, &probability.calibration.intercept, &probability.calibration.slope)?;
    }
    if let (Some(low), Some(high)) = (sides.calibration.first(), sides.calibration.last()) {
        extremes(out, low, high)?;
    }
    sides.tiers.first().map_or(Ok(()), |highest| tier(out, highest))
}

/// What differs between older and newer deals, under a heading of its own.
pub(super) fn drift(out: &mut String, drift: &DriftRecord) -> std::fmt::Result {
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
    drift.found.iter().try_for_each(|sentence| writeln!(out, "- {sentence}"))
}

fn top(figures: &Figures) -> Option<&LiftRow> {
    figures.lift.iter().find(|row| (row.share - TOP_SHARE).abs() < 1e-9)
}

fn ranking(out: &mut String, name: &str, best: &Figures, by_points: Option<&Figures>) -> std::fmt::Result {
    let Some(row) = top(best) else { return Ok(()) };
    write!(
        out,
        "- Of the 20 % of deals that the {name} ranked highest, {} were won: {:.1} times the average.",
        percent(row.win_rate),
        row.lift
    )?;
    if let Some(points) = by_points.and_then(top) {
        write!(out, " Your scorecard's top 20 %: {:.1} times.", points.lift)?;
    }
    writeln!(out)
}

fn order(out: &mut String, name: &str, best: &Figures, by_points: Option<&Figures>) -> std::fmt::Result {
    let Some(auc) = &best.auc else { return Ok(()) };
    let [value, low, high] = [auc.value, auc.interval.low, auc.interval.high].map(|a| 100.0 * a);
    write!(
        out,
        "- Of a won and a lost deal drawn by chance, the {name} ranks the won one higher {value:.0} times in 100 \
         ({low:.0} to {high:.0}; 50 is chance)."
    )?;
    if let Some(points) = by_points.and_then(|f| f.auc.as_ref()) {
        write!(out, " Your scorecard: {:.0}.", 100.0 * points.value)?;
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
    let how = if less >= 0.0 { "less" } else { "more" };
    writeln!(
        out,
        "- Its win probabilities leave {:.0} % {how} doubt than the bare win rate (log loss {:.3} against {bare:.3}, \
         Brier score {:.3} against {:.3}).",
        less.abs(),
        probability.log_loss,
        probability.brier,
        win_rate * (1.0 - win_rate)
    )
}

fn boldness(out: &mut String, intercept: &Option<Estimate>, slope: &Option<Estimate>) -> std::fmt::Result {
    let (Some(intercept), Some(slope)) = (intercept, slope) else { return Ok(()) };
    let level = match () {
        () if intercept.interval.holds(0.0) => "right on the whole",
        () if intercept.value > 0.0 => "too low on the whole",
        () => "too high on the whole",
    };
    let spread = match () {
        () if slope.interval.holds(1.0) => "neither too bold nor too timid",
        () if slope.value < 1.0 => "too bold: the high ones too high, the low ones too low",
        () => "too timid: the high ones too low, the low ones too high",
    };
    writeln!(out, "- They are {level}, and {spread}.")
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

fn tier(out: &mut String, highest: &TierRates) -> std::fmt::Result {
    match (&highest.by_score, &highest.by_rules) {
        (Some(score), Some(rules)) if !highest.tier.is_empty() => writeln!(
            out,
            "- Tier {}: {} of the deals it holds by the score were won, {} of those it holds by your points.",
            highest.tier,
            percent(score.rate),
            percent(rules.rate)
        ),
        _ => Ok(()),
    }
}

//! What the figures of a model say, a plain sentence each.

use crate::metrics::{CurveBin, Figures, LiftRow, ProbabilityFigures, bare_log_loss};
use crate::pipeline::model::{DriftRecord, SideFigures, TierRates};
use crate::pipeline::promises::Promises;
use crate::snapshot::RowWeights;
use crate::text::{capital, percent};
use std::fmt::Write;

/// The share of the deals that the sentence about ranking speaks of.
const TOP_SHARE: f64 = 0.2;

/// A sentence for each figure of the score (of the model where there is no scorecard), the scorecard's beside it; `whose`
/// is what to call that: `your scorecard`.
pub(super) fn figures(out: &mut String, sides: &SideFigures, whose: &str, weights: RowWeights) -> std::fmt::Result {
    let Some((name, best)) = best(sides) else { return Ok(()) };
    let by_points = sides.scorecard.as_ref();
    let by = weights.of_rate(best.n, best.wins, best.win_rate).behind();
    ranking(out, (name, &by), best, by_points, whose)?;
    order(out, name, best, by_points, whose)?;
    if let Some(probability) = &best.probability {
        doubt(out, best.win_rate, probability)?;
    }
    if let Some(promises) = Promises::of(sides) {
        writeln!(out, "- On these deals they are {}.", promises.in_full())?;
    }
    if let (Some(low), Some(high)) = (sides.calibration.first(), sides.calibration.last()) {
        extremes(out, low, high)?;
    }
    sides.tiers.first().map_or(Ok(()), |highest| tier(out, highest, whose, weights))
}

/// The side that scores leads, and what to call it.
pub(super) fn best(sides: &SideFigures) -> Option<(&'static str, &Figures)> {
    let blend = sides.blend.as_ref().map(|blend| ("score", blend));
    blend.or(sides.model.as_ref().map(|model| ("model", model)))
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
            "There are no times, so newer means further down the file. If the file begins with the oldest, deals have \
             changed, and the figures above, on deals drawn by chance, may be better than what newer leads will show:\n"
        )?;
    } else {
        writeln!(out, "Yes. A model of older deals is less sure for newer leads:\n")?;
    }
    drift.found.iter().try_for_each(|sentence| writeln!(out, "- {sentence}"))
}

pub(super) fn top(figures: &Figures) -> Option<&LiftRow> {
    figures.lift.iter().find(|row| (row.share - TOP_SHARE).abs() < 1e-9)
}

fn ranking(
    out: &mut String,
    (name, by): (&str, &str),
    best: &Figures,
    by_points: Option<&Figures>,
    whose: &str,
) -> std::fmt::Result {
    let Some(row) = top(best) else { return Ok(()) };
    write!(
        out,
        "- Of the fifth of these deals that the {name} ranked highest, {} were won{by}: {:.1} times the average of {}.",
        percent(row.win_rate),
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
    write!(out, "- Of a won and a lost deal drawn by chance, the {name} ranks the won one higher {}.", auc.in_words())?;
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

fn tier(out: &mut String, highest: &TierRates, whose: &str, weights: RowWeights) -> std::fmt::Result {
    match (&highest.by_score, &highest.by_rules) {
        (Some(score), Some(rules)) if !highest.tier.is_empty() => writeln!(
            out,
            "- Tier {}: {} of the deals it holds by the score were won{}, {} of those it holds by the points of {whose}.",
            highest.tier,
            percent(score.rate),
            score.weighted_by(weights).behind(),
            percent(rules.rate)
        ),
        _ => Ok(()),
    }
}

//! Scorecard, model and blend side by side, as tables of the model card.

use crate::metrics::{CurveBin, Estimate, Figures, Rate};
use crate::pipeline::model::{SideFigures, TierRates};
use crate::snapshot::RowWeights;
use crate::text::{counted, percent, thousands};
use std::fmt::Write;

/// Scorecard, model and blend side by side.
pub(super) fn sides(out: &mut String, figures: &SideFigures, weights: RowWeights) -> std::fmt::Result {
    let columns: Vec<(&str, &Figures)> = [
        ("scorecard", figures.scorecard.as_ref()),
        ("model", figures.model.as_ref()),
        ("blend", figures.blend.as_ref()),
    ]
    .into_iter()
    .filter_map(|(name, f)| f.map(|f| (name, f)))
    .collect();
    let Some((_, first)) = columns.first() else { return Ok(()) };
    let share = weights.share_won(first.n, first.wins, first.win_rate);
    writeln!(out, "{}, {} won ({share}).\n", counted(first.n, "deal"), thousands(first.wins))?;
    let mut row = |label: &str, cell: &dyn Fn(&Figures) -> String| -> std::fmt::Result {
        write!(out, "| {label:<22} |")?;
        for (_, figures) in &columns {
            write!(out, " {:<22} |", cell(figures))?;
        }
        writeln!(out)
    };
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let next_name = std::cell::Cell::new(0);
    row("", &|_| {
        let i = next_name.get();
        next_name.set(i + 1);
        names[i].to_string()
    })?;
    row("---", &|_| "---".to_string())?;
    row("AUC (95 % interval)", &|f| {
        f.auc
            .as_ref()
            .map_or("-".to_string(), |a| format!("{:.3} ({:.3} to {:.3})", a.value, a.interval.low, a.interval.high))
    })?;
    row("log loss", &|f| f.probability.as_ref().map_or("-".to_string(), |p| format!("{:.4}", p.log_loss)))?;
    row("Brier score", &|f| f.probability.as_ref().map_or("-".to_string(), |p| format!("{:.4}", p.brier)))?;
    row("calibration intercept", &|f| estimate(f.probability.as_ref().and_then(|p| p.calibration.intercept.as_ref())))?;
    row("calibration slope", &|f| estimate(f.probability.as_ref().and_then(|p| p.calibration.slope.as_ref())))?;
    for (i, share) in crate::metrics::LIFT_SHARES.iter().enumerate() {
        row(&format!("lift, top {:.0} %", share * 100.0), &|f| {
            f.lift.get(i).map_or("-".to_string(), |r| format!("{:.2} ({} won)", r.lift, percent(r.win_rate)))
        })?;
    }
    let by = weights.of_rate(first.n, first.wins, first.win_rate).behind();
    curve(out, &figures.calibration, &by)?;
    tiers(out, &figures.tiers, &by)
}

/// What the win probabilities said beside what came.
fn curve(out: &mut String, bins: &[CurveBin], by: &str) -> std::fmt::Result {
    if bins.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| {:<22} | {:<26} | {:<6} |", "win probability, mean", format!("won{by}"), "deals")?;
    writeln!(out, "| {:<22} | {:<26} | {:<6} |", "---", "---", "---")?;
    for bin in bins {
        let won =
            format!("{} ({} to {})", percent(bin.observed), percent(bin.interval.low), percent(bin.interval.high));
        writeln!(out, "| {:<22} | {won:<26} | {:<6} |", percent(bin.mean_predicted), thousands(bin.n))?;
    }
    Ok(())
}

fn tiers(out: &mut String, tiers: &[TierRates], by: &str) -> std::fmt::Result {
    if !tiers.is_empty() {
        let [by_rules, by_score] = ["by rules", "by score"].map(|side| format!("{side}, won{by}"));
        writeln!(out, "\n| {:<12} | {by_rules:<32} | {by_score:<32} |", "tier")?;
        writeln!(out, "| {:<12} | {:<32} | {:<32} |", "---", "---", "---")?;
        for tier in tiers {
            let name = if tier.tier.is_empty() { "(below)" } else { &tier.tier };
            writeln!(
                out,
                "| {name:<12} | {:<32} | {:<32} |",
                rate(tier.by_rules.as_ref()),
                rate(tier.by_score.as_ref())
            )?;
        }
    }
    Ok(())
}

fn estimate(estimate: Option<&Estimate>) -> String {
    estimate.map_or("-".to_string(), |e| format!("{:.2} ({:.2} to {:.2})", e.value, e.interval.low, e.interval.high))
}

fn rate(rate: Option<&Rate>) -> String {
    rate.map_or("no deal".to_string(), |r| {
        let [rate, low, high] = [r.rate, r.interval.low, r.interval.high].map(percent);
        format!("{rate} ({low} to {high}) of {}", thousands(r.n))
    })
}

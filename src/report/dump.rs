//! `model.json`: coefficients, curves, column plan, figures and provenance, readable without this program.

use crate::asof::Instant;
use crate::fault::InputError;
use crate::features::Shape;
use crate::pipeline::model::Model;
use crate::predictor::{FittedTerm, Predictor};
use crate::values::format_instant;
use serde_json::{Value, json};

/// The dump. `saved_at` is the clock as the edge read it, in microseconds since 1970; `None` leaves it out.
///
/// # Errors
/// When a figure cannot be written as JSON.
pub fn model(model: &Model, saved_at: Option<i64>) -> Result<Value, InputError> {
    let to = |v: Result<Value, serde_json::Error>| {
        v.map_err(|e| InputError::new(format!("the model cannot be written as JSON: {e}")))
    };
    let s = &model.snapshot;
    Ok(json!({
        "saved_at": saved_at.map(|t| format_instant(Instant(t))),
        "program": model.recipe.program,
        "recipe": to(serde_json::to_value(&model.recipe))?,
        "deals": {
            "n": s.deals,
            "won": s.won,
            "win_rate": s.win_rate,
            "snapshot_mode": s.mode.name(),
            "horizon_days": s.horizon.map(|h| h.days()),
            "until": s.until.map(format_instant),
            "as_of": s.as_of.map(|(a, b)| [format_instant(a), format_instant(b)]),
            "left_out": s.left_out.iter().map(|(why, n)| json!({"why": why.to_string(), "leads": n})).collect::<Vec<_>>(),
            "late_wins": s.late_wins,
            "log_begins": s.log.as_ref().and_then(|l| l.begins).map(format_instant),
            "log_rows_seen": s.log.as_ref().map(|l| l.acts_seen),
            "digest": s.digest,
        },
        "column_plan": to(serde_json::to_value(&model.plan))?,
        "reading_plan": to(serde_json::to_value(&model.reading))?,
        "why_no_model": model.why_no_model,
        "average_log_odds": model.predictor.as_ref().map(|p| p.average),
        "terms": model.predictor.as_ref().map(|p| p.terms.iter().map(term).collect::<Vec<_>>()),
        "interactions": model.predictor.as_ref().map(pairs),
        "blend": to(blend(model))?,
        "out_of_fold": { "scheme": model.fold_scheme, "figures": to(serde_json::to_value(&model.out_of_fold))? },
        "holdout": to(serde_json::to_value(&model.holdout))?,
        "drift": model.drift,
        "training_reference": to(serde_json::to_value(&model.reference))?,
        "judgement": to(serde_json::to_value(&model.judgement))?,
        "notes": model.notes,
    }))
}

/// The dump as text, ending in a newline.
///
/// # Errors
/// As [`model`].
pub fn text(m: &Model, saved_at: Option<i64>) -> Result<String, InputError> {
    let value = model(m, saved_at)?;
    serde_json::to_string_pretty(&value)
        .map(|t| t + "\n")
        .map_err(|e| InputError::new(format!("the model cannot be written as JSON: {e}")))
}

fn term(fitted: &FittedTerm) -> Value {
    let levels: Vec<Value> = fitted
        .effects
        .iter()
        .zip(&fitted.effect_errors)
        .zip(fitted.level_contributions())
        .enumerate()
        .map(|(code, ((effect, error), contribution))| {
            json!({
                "level": fitted.term.level_name(code as u32),
                "log_odds": effect,
                "standard_error": error,
                "contribution": contribution,
            })
        })
        .collect();
    let mut value = json!({
        "term": fitted.term.source.to_string(),
        "mean_contribution": fitted.mean,
        "lambda": fitted.lambda,
        "effective_df": fitted.effective_df,
        "levels": levels,
    });
    if let Shape::Line { mean, sd, .. } = &fitted.term.shape {
        value["per_standard_deviation"] =
            json!({"log_odds": fitted.slope, "standard_error": fitted.slope_error, "mean": mean, "sd": sd});
    }
    if let Shape::Curve { edges, line, .. } = &fitted.term.shape {
        value["edges"] = json!(edges);
        value["line"] = json!(line.as_ref().map(|line| json!({
            "log_odds_per_sd": fitted.slope,
            "standard_error": fitted.slope_error,
            "mean": line.mean,
            "sd": line.sd,
            "level_below": line.low,
            "level_above": line.high,
        })));
    }
    value
}

fn pairs(predictor: &Predictor) -> Vec<Value> {
    predictor
        .pairs
        .iter()
        .map(|p| json!({"pair": p.name(&predictor.terms), "screen_score": p.screen_score, "lambda": p.lambda, "effects": p.table.values}))
        .collect()
}

fn blend(model: &Model) -> Result<Value, serde_json::Error> {
    let Some(b) = &model.blending else { return Ok(Value::Null) };
    Ok(json!({
        "weight": b.blend.weight,
        "chosen_from": serde_json::to_value(&b.choice)?,
        "recalibration": {"slope": b.blend.slope, "intercept": b.blend.intercept},
        "rule_curve": serde_json::to_value(&b.curve)?,
        "quadrants": serde_json::to_value(&b.records)?,
        "no_quadrants_because": b.blurred,
        "min_gap": b.min_gap,
    }))
}

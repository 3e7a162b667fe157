//! From the flat list of keys to settings, one function a table of the file.

use super::document::{Document, read_toml};
use super::settings::{
    Absent, Activities, Blend, BlendWeight, Leads, Lost, Monitor, OutcomeColumn, Outcomes, Penalty, Retrain, Score,
    Since, Snapshot, SnapshotMode, Solver, Train,
};
use super::values::Read;
use super::{Origin, Project};
use crate::fault::InputError;
use crate::tables::ColumnType;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::de::DeValue;

/// More folds than this cost time and tell nothing new.
const MOST_FOLDS: u64 = 50;
/// More interactions than this are no longer a model that a person reads.
const MOST_INTERACTIONS: u64 = 100;

/// Reads every key; contradictions between keys are found later.
pub(super) fn project(text: &str, file_name: &str) -> Result<Project, InputError> {
    let table = read_toml(text, file_name)?;
    let document = Document::of(&table, text, file_name)?;
    let default = Project::default();
    Ok(Project {
        base: Path::new(file_name).parent().map(PathBuf::from).unwrap_or_default(),
        timezone: document.text("timezone")?.unwrap_or(default.timezone),
        encoding: document.text("encoding")?,
        decimal: document.choice("decimal", &[(".", '.'), (",", ',')])?.unwrap_or(default.decimal),
        time_format: document.text("time_format")?,
        delimiter: document.choice("delimiter", &[(",", ','), (";", ';'), ("\t", '\t'), ("|", '|')])?,
        leads: leads(&document)?,
        activities: activities(&document)?,
        outcomes: outcomes(&document)?,
        snapshot: snapshot(&document)?,
        train: train(&document)?,
        blend: blend(&document)?,
        retrain: retrain(&document)?,
        monitor: monitor(&document)?,
        score: Score { min_evidence: document.number("score.min_evidence", 0.0..=1.0)?.unwrap_or_default() },
        origin: Origin {
            file_name: file_name.to_string(),
            lines: document.entries.iter().map(|(path, entry)| (path.clone(), entry.line)).collect(),
        },
    })
}

fn leads(document: &Document<'_>) -> Result<Leads, InputError> {
    Ok(Leads {
        files: document.texts("leads.files")?.unwrap_or_default(),
        id: document.text("leads.id")?,
        created_at: document.text("leads.created_at")?,
        closed_at: document.text("leads.closed_at")?,
        as_of: document.text("leads.as_of")?,
        outcome: outcome(document, "leads.outcome")?,
        lost_after: document.duration("leads.lost_after")?,
        exclude: document.texts("leads.exclude")?.unwrap_or_default(),
        allow: document.texts("leads.allow")?.unwrap_or_default(),
        missing: document.texts("leads.missing")?.unwrap_or_default(),
        activity_columns: document.texts("leads.activity_columns")?.unwrap_or_default(),
        types: types(document)?.unwrap_or_default(),
        weight: document.text("leads.weight")?,
    })
}

fn activities(document: &Document<'_>) -> Result<Activities, InputError> {
    let default = Activities::default();
    Ok(Activities {
        files: document.texts("activities.files")?.unwrap_or_default(),
        lead_id: document.text("activities.lead_id")?.unwrap_or(default.lead_id),
        at: document.text("activities.at")?.unwrap_or(default.at),
        kind: document.text("activities.kind")?.unwrap_or(default.kind),
        detail: document.text("activities.detail")?,
        count: document.text("activities.count")?,
        ours: document.texts("activities.ours")?.unwrap_or_default(),
        since: since(document)?.unwrap_or(default.since),
    })
}

fn outcomes(document: &Document<'_>) -> Result<Outcomes, InputError> {
    Ok(Outcomes {
        files: document.texts("outcomes.files")?.unwrap_or_default(),
        key: document.text("outcomes.key")?,
        id: document.text("outcomes.id")?,
        closed_at: document.text("outcomes.closed_at")?,
        outcome: outcome(document, "outcomes.outcome")?,
        absent: document
            .choice("outcomes.absent", &[("open", Absent::Open), ("lost", Absent::Lost)])?
            .unwrap_or_default(),
    })
}

fn snapshot(document: &Document<'_>) -> Result<Snapshot, InputError> {
    Ok(Snapshot {
        mode: document.choice(
            "snapshot.mode",
            &[
                ("random", SnapshotMode::Random),
                ("after_created", SnapshotMode::AfterCreated),
                ("before_close", SnapshotMode::BeforeClose),
                ("column", SnapshotMode::Column),
                ("none", SnapshotMode::None),
            ],
        )?,
        horizon: document.duration("snapshot.horizon")?,
        after_created: document.wait("snapshot.after_created")?,
        before_close: document.wait("snapshot.before_close")?,
        seed: document.whole("snapshot.seed", |_| true)?,
    })
}

fn train(document: &Document<'_>) -> Result<Train, InputError> {
    let default = Train::default();
    let solvers = [("newton", Solver::Newton), ("lbfgs", Solver::Lbfgs)];
    let whole = |path, allowed: &dyn Fn(u64) -> bool, otherwise: usize| -> Result<usize, InputError> {
        Ok(document.whole(path, allowed)?.map_or(otherwise, |number| number as usize))
    };
    Ok(Train {
        solver: document.choice("train.solver", &solvers)?.unwrap_or(default.solver),
        holdout: document.number("train.holdout", 0.0..=0.9)?.unwrap_or(default.holdout),
        folds: whole("train.folds", &|n| n == 0 || (2..=MOST_FOLDS).contains(&n), default.folds)?,
        penalty: match document.auto_or_number("train.penalty", 0.0..=f64::MAX)? {
            Some(Some(penalty)) => Penalty::Fixed(penalty),
            Some(None) | None => Penalty::Auto,
        },
        curves: document.flag("train.curves")?.unwrap_or(default.curves),
        interactions: whole("train.interactions", &|n| n <= MOST_INTERACTIONS, default.interactions)?,
        half_life: document.duration("train.half_life")?.unwrap_or(default.half_life),
        min_level_count: whole("train.min_level_count", &|n| (1..=1_000_000).contains(&n), default.min_level_count)?,
    })
}

fn blend(document: &Document<'_>) -> Result<Blend, InputError> {
    Ok(Blend {
        weight: match document.auto_or_number("blend.weight", 0.0..=1.0)? {
            Some(Some(weight)) => BlendWeight::Fixed(weight),
            Some(None) | None => BlendWeight::Auto,
        },
        min_gap: document.number("blend.min_gap", 0.0..=100.0)?.unwrap_or(Blend::default().min_gap),
    })
}

fn retrain(document: &Document<'_>) -> Result<Retrain, InputError> {
    let default = Retrain::default();
    let min_deals = document.whole("retrain.min_deals", |n| (20..=1_000_000).contains(&n))?;
    Ok(Retrain {
        margin: document.number("retrain.margin", 0.0..=1.0)?.unwrap_or(default.margin),
        min_deals: min_deals.map_or(default.min_deals, |number| number as usize),
    })
}

fn monitor(document: &Document<'_>) -> Result<Monitor, InputError> {
    let default = Monitor::default();
    let up_to = |path, most: f64, otherwise: f64| -> Result<f64, InputError> {
        Ok(document.number(path, 0.0..=most)?.unwrap_or(otherwise))
    };
    Ok(Monitor {
        psi: up_to("monitor.psi", 10.0, default.psi)?,
        calibration: up_to("monitor.calibration", 10.0, default.calibration)?,
        auc_drop: up_to("monitor.auc_drop", 1.0, default.auc_drop)?,
        missing: up_to("monitor.missing", 1.0, default.missing)?,
        new_levels: up_to("monitor.new_levels", 1.0, default.new_levels)?,
    })
}

/// The table `path`, such as `leads.outcome`; `None` when no key of it was written.
fn outcome(document: &Document<'_>, path: &str) -> Read<OutcomeColumn> {
    let [column, won, lost] = ["column", "won", "lost"].map(|key| format!("{path}.{key}"));
    let Some(first) = [&column, &won, &lost].into_iter().find_map(|key| document.entry(key)) else { return Ok(None) };
    let incomplete = |key: &str| {
        InputError::new(format!("`{path}` has no `{key}`"))
            .at(super::document::place(document.file_name, first.line))
            .remedy(format!("write {path} = {{ column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }}"))
    };
    let words = |key: &str| -> Read<Vec<String>> {
        match (document.words(key)?, document.entry(key)) {
            (Some(words), Some(entry)) if words.is_empty() => Err(document.refusal(key, entry)),
            (words, _) => Ok(words),
        }
    };
    let won_words = words(&won)?.ok_or_else(|| incomplete("won"))?;
    let lost_words = words(&lost)?.unwrap_or_default();
    for (key, words, alone) in [(&won, &won_words, false), (&lost, &lost_words, lost_words.len() == 1)] {
        if let (true, false, Some(entry)) = (words.iter().any(|word| word == "*"), alone, document.entry(key)) {
            return Err(document.refusal(key, entry));
        }
    }
    Ok(Some(OutcomeColumn {
        column: document.text(&column)?.ok_or_else(|| incomplete("column"))?,
        won: won_words,
        lost: if lost_words == ["*"] { Lost::Rest } else { Lost::Words(lost_words) },
    }))
}

fn types(document: &Document<'_>) -> Read<BTreeMap<String, ColumnType>> {
    const PATH: &str = "leads.types";
    let Some(entry) = document.entry(PATH) else { return Ok(None) };
    let DeValue::Table(table) = entry.value.get_ref() else { return Err(document.refusal(PATH, entry)) };
    let mut types = BTreeMap::new();
    for (column, value) in table.iter() {
        let column_type = match value.get_ref().as_str() {
            Some("number") => ColumnType::Number,
            Some("category") => ColumnType::Category,
            Some("date") => ColumnType::Date,
            Some("text") => ColumnType::Text,
            _ => return Err(document.refusal_at(PATH, value, document.line(&column.span()))),
        };
        types.insert(column.get_ref().to_string(), column_type);
    }
    Ok(Some(types))
}

fn since(document: &Document<'_>) -> Read<Since> {
    const PATH: &str = "activities.since";
    let Some(entry) = document.entry(PATH) else { return Ok(None) };
    let written = match entry.value.get_ref() {
        DeValue::String(text) if text == "always" => return Ok(Some(Since::Always)),
        DeValue::String(text) => text.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        _ => return Err(document.refusal(PATH, entry)),
    };
    // The day must exist; what follows it is read with the timezone, together with all other times.
    let day = written.get(..10).and_then(|day| day.parse::<toml::value::Datetime>().ok());
    match day {
        Some(day) if day.date.is_some() => Ok(Some(Since::Written(written))),
        _ => Err(document.refusal(PATH, entry)),
    }
}

//! Settings that are each allowed and cannot hold together.

use super::Project;
use super::settings::{Absent, BlendWeight, Lost, OutcomeColumn, Penalty, SnapshotMode, Solver};
use crate::fault::InputError;

/// The first contradiction, with the line of the key to change and what to do about it.
pub(super) fn refuse(project: &Project) -> Result<(), InputError> {
    columns_with_two_roles(project)?;
    excluded_and_allowed(project)?;
    outcomes(project)?;
    snapshot_columns(project)?;
    snapshot_lengths(project)?;
    training(project)
}

fn contradiction<T>(project: &Project, path: &str, what: &str, remedy: &str) -> Result<T, InputError> {
    Err(InputError::new(what).at(project.place(path)).remedy(remedy))
}

/// A column has one role. The as-of may be another time's column: scoring as of creation is sensible.
fn columns_with_two_roles(project: &Project) -> Result<(), InputError> {
    let leads = &project.leads;
    let activities = &project.activities;
    let outcome_column = leads.outcome.as_ref().map(|outcome| &outcome.column);
    let mut of_leads = vec![
        ("leads.id", leads.id.as_ref()),
        ("leads.created_at", leads.created_at.as_ref()),
        ("leads.closed_at", leads.closed_at.as_ref()),
        ("leads.outcome.column", outcome_column),
        ("leads.weight", leads.weight.as_ref()),
    ];
    of_leads.extend(leads.activity_columns.iter().map(|column| ("leads.activity_columns", Some(column))));
    let of_activities = [
        ("activities.lead_id", Some(&activities.lead_id)),
        ("activities.at", Some(&activities.at)),
        ("activities.kind", Some(&activities.kind)),
        ("activities.count", activities.count.as_ref()),
    ];
    let outcomes = &project.outcomes;
    let of_outcomes = [
        ("outcomes.id", outcomes.id.as_ref()),
        ("outcomes.closed_at", outcomes.closed_at.as_ref()),
        ("outcomes.outcome.column", outcomes.outcome.as_ref().map(|outcome| &outcome.column)),
    ];
    [of_leads.as_slice(), &of_activities, &of_outcomes].into_iter().try_for_each(|roles| one_role_each(project, roles))
}

fn one_role_each(project: &Project, roles: &[(&str, Option<&String>)]) -> Result<(), InputError> {
    for (later, (path, column)) in roles.iter().enumerate() {
        let Some(column) = column else { continue };
        if let Some((earlier, _)) = roles[..later].iter().find(|(_, other)| *other == Some(column)) {
            // The default of one may be what collides, so point at the one that was written.
            let written = if project.is_written(path) { path } else { earlier };
            let what = format!("column `{column}` is named as `{earlier}` and as `{path}`");
            return contradiction(project, written, &what, "give each its own column");
        }
    }
    Ok(())
}

fn excluded_and_allowed(project: &Project) -> Result<(), InputError> {
    match project.leads.allow.iter().find(|column| project.leads.exclude.contains(column)) {
        None => Ok(()),
        Some(column) => {
            let what = format!("`{column}` is both in `exclude` and in `allow`");
            contradiction(project, "leads.allow", &what, "take it out of one of them")
        }
    }
}

fn outcomes(project: &Project) -> Result<(), InputError> {
    let leads = &project.leads;
    let outcomes = &project.outcomes;
    if leads.lost_after.is_some() && leads.created_at.is_none() {
        return contradiction(
            project,
            "leads.lost_after",
            "`lost_after` counts from the creation of a lead, and [leads] names no `created_at`",
            "add created_at = \"…\" to [leads], or take `lost_after` out",
        );
    }
    if outcomes.absent == Absent::Lost && leads.lost_after.is_none() {
        return contradiction(
            project,
            "outcomes.absent",
            "`absent = \"lost\"` does not say from when on: a lead created yesterday would be lost",
            "add lost_after = \"180d\" (or what is usual in your trade) to [leads], or write absent = \"open\"",
        );
    }
    two_outcomes(project)?;
    for (path, outcome) in [("leads.outcome", &leads.outcome), ("outcomes.outcome", &outcomes.outcome)] {
        if let Some(outcome) = outcome {
            outcome_words(project, path, outcome)?;
        }
    }
    Ok(())
}

fn two_outcomes(project: &Project) -> Result<(), InputError> {
    let outcomes = &project.outcomes;
    if project.leads.outcome.is_some() && (outcomes.outcome.is_some() || !outcomes.files.is_empty()) {
        return contradiction(
            project,
            "leads.outcome",
            "the outcome is in the leads table by `[leads] outcome` and in another table by `[outcomes]`",
            "keep the one that your team trusts, take the other out",
        );
    }
    Ok(())
}

fn outcome_words(project: &Project, path: &str, outcome: &OutcomeColumn) -> Result<(), InputError> {
    let Lost::Words(lost) = &outcome.lost else { return Ok(()) };
    if lost.is_empty() && project.leads.lost_after.is_none() {
        let what = format!("`{path}` names no value that means lost, so that no lead could be");
        let remedy = "add lost = [\"…\"], lost = \"*\" for everything else, or lost_after = \"180d\" under [leads]";
        return contradiction(project, path, &what, remedy);
    }
    let plain = |word: &String| word.trim().to_lowercase();
    match outcome.won.iter().find(|won| lost.iter().any(|lost| plain(lost) == plain(won))) {
        None => Ok(()),
        Some(word) => {
            let what = format!("`{word}` means both won and lost in `{path}`");
            contradiction(project, &format!("{path}.lost"), &what, "take it out of one of them")
        }
    }
}

/// A mode that was written needs its columns; an activity log needs a mode that knows time.
fn snapshot_columns(project: &Project) -> Result<(), InputError> {
    let Some(mode) = project.snapshot.mode else { return Ok(()) };
    let created = project.leads.created_at.is_some();
    let lacking = match mode {
        SnapshotMode::Random if !created => Some("created_at = \"…\" under [leads]"),
        SnapshotMode::Random | SnapshotMode::BeforeClose if !project.has_close_times() => {
            Some("closed_at = \"…\" under [leads] or [outcomes]")
        }
        SnapshotMode::AfterCreated if !created => Some("created_at = \"…\" under [leads]"),
        SnapshotMode::Column if project.leads.as_of.is_none() => Some("as_of = \"…\" under [leads]"),
        _ => None,
    };
    if let Some(key) = lacking {
        let what = format!("mode \"{}\" needs a column that is not named", mode.word());
        return contradiction(project, "snapshot.mode", &what, &format!("add {key}, or choose another mode"));
    }
    if mode == SnapshotMode::None && !project.activities.files.is_empty() {
        return contradiction(
            project,
            "snapshot.mode",
            "mode \"none\" looks at deals at no time, and so cannot tell which activities came before",
            "name the columns `created_at` and `closed_at` (or `as_of`) under [leads] and take `mode` out, or take the \
             activity log out",
        );
    }
    Ok(())
}

/// Each length belongs to one mode, and two modes need theirs.
fn snapshot_lengths(project: &Project) -> Result<(), InputError> {
    let snapshot = &project.snapshot;
    let mode = project.snapshot_mode();
    let lengths = [
        ("horizon", SnapshotMode::Random, snapshot.horizon),
        ("after_created", SnapshotMode::AfterCreated, snapshot.after_created),
        ("before_close", SnapshotMode::BeforeClose, snapshot.before_close),
    ];
    for (key, home, length) in lengths {
        if length.is_some() && mode != home {
            let what = format!("`{key}` belongs to mode \"{}\", and the mode is \"{}\"", home.word(), mode.word());
            let remedy = format!("write mode = \"{}\" under [snapshot], or take `{key}` out", home.word());
            return contradiction(project, &format!("snapshot.{key}"), &what, &remedy);
        }
        if length.is_none() && mode == home && home != SnapshotMode::Random {
            let what = format!("mode \"{}\" needs `{key}`", home.word());
            return contradiction(project, "snapshot.mode", &what, &format!("add {key} = \"7d\" under [snapshot]"));
        }
    }
    Ok(())
}

fn training(project: &Project) -> Result<(), InputError> {
    let train = &project.train;
    if train.folds == 0 && project.blend.weight == BlendWeight::Auto {
        return contradiction(
            project,
            "train.folds",
            "`folds = 0` leaves nothing to choose the blend weight by, and it is \"auto\"",
            "add weight = 0.5 (0 the scorecard alone, 1 the model alone) under [blend], or take `folds` out",
        );
    }
    if train.solver == Solver::Lbfgs && (train.penalty == Penalty::Auto || train.curves) {
        return contradiction(
            project,
            "train.solver",
            "solver \"lbfgs\" knows one numeric penalty and no curves",
            "add penalty = 0.01 and curves = false under [train], or take `solver` out",
        );
    }
    Ok(())
}

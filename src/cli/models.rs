//! `leadscore models`: list, show, compare, verify, roll back and prune stored versions.

mod text;
mod verify;

use super::inputs::{load_project, parse_scorecard};
use super::score::version;
use super::terminal::{Terminal, plural};
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::pipeline::diff;
use crate::pipeline::model::Model;
use crate::registry::Store;
use crate::report::dump;
use crate::values::TimeReader;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use std::path::PathBuf;

/// List, show, compare, verify, roll back and prune stored versions.
///
/// A store holds several models, each under its --name: by region or by product.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  leadscore models list\n  leadscore models diff 2 3\n  leadscore models rollback")]
pub(super) struct ModelsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Every version: when its data end, deals, figures, live or not.
    List(ListArgs),
    /// The model card of a version.
    Show(OneArgs),
    /// What moved between two versions: coefficients and points, beyond their intervals or not.
    Diff(DiffArgs),
    /// Make an older version (or a candidate) live.
    Rollback(OneArgs),
    /// Remove old versions; never the live or the newest one.
    Prune(PruneArgs),
    /// Hold stored versions to their checksum, and to the data they were trained on.
    Verify(Box<verify::VerifyArgs>),
}

/// Which store.
#[derive(Debug, Args)]
struct StoreArgs {
    /// Project file [default: leadscore.toml, when there is one].
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,
    /// Folder of the model store [default: models beside the project file].
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Only the model of this name [default: all].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, Args)]
struct OneArgs {
    /// The version [default: to show, the live one; to roll back to, the one before it].
    #[arg(value_name = "V", value_parser = version)]
    version: Option<u32>,
    #[command(flatten)]
    store: StoreArgs,
    /// Name of the model in the store.
    #[arg(long, value_name = "NAME", default_value = "default")]
    name: String,
}

#[derive(Debug, Args)]
struct DiffArgs {
    /// The version to begin with.
    #[arg(value_name = "A", value_parser = version)]
    from: u32,
    /// The version to compare it with.
    #[arg(value_name = "B", value_parser = version)]
    to: u32,
    #[command(flatten)]
    store: StoreArgs,
    /// Name of the model in the store.
    #[arg(long, value_name = "NAME", default_value = "default")]
    name: String,
}

#[derive(Debug, Args)]
struct PruneArgs {
    /// How many of the newest versions stay, at least 1; the live one stays besides.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: u32,
    #[command(flatten)]
    store: StoreArgs,
    /// Name of the model in the store.
    #[arg(long, value_name = "NAME", default_value = "default")]
    name: String,
}

impl StoreArgs {
    fn open(&self) -> Result<(Store, TimeReader), InputError> {
        let project = load_project(self.project.as_deref())?;
        let times = TimeReader::new(&project.timezone, project.time_format.as_deref())?;
        Ok((Store::at(self.models.clone().unwrap_or_else(|| project.located("models"))), times))
    }
}

pub(super) fn run(args: &ModelsArgs, terminal: &Terminal) -> CommandResult {
    match &args.action {
        Action::List(args) => list(args, terminal),
        Action::Show(args) => show(args, terminal),
        Action::Diff(args) => show_diff(args, terminal),
        Action::Rollback(args) => rollback(args, terminal),
        Action::Prune(args) => prune(args, terminal),
        Action::Verify(args) => verify::run(args, terminal),
    }
}

/// One line of the list.
#[derive(Serialize)]
struct Listed {
    name: String,
    version: u32,
    live: bool,
    /// When it was saved, as `model.json` says.
    saved_at: Option<String>,
    until: Option<String>,
    deals: Option<usize>,
    won: Option<usize>,
    /// AUC of the score on the deals held out.
    holdout_auc: Option<f64>,
    /// AUC on the deals that judged it at `retrain`.
    judged_auc: Option<f64>,
    /// `trained`, `published` or `candidate`.
    origin: &'static str,
    /// Why it cannot be read, if it cannot.
    fault: Option<String>,
}

fn list(args: &ListArgs, terminal: &Terminal) -> CommandResult {
    let (store, _) = args.store.open()?;
    let names = match &args.name {
        Some(name) => vec![name.clone()],
        None => store.names()?,
    };
    let mut lines = Vec::new();
    for name in &names {
        // A CURRENT that is damaged is told by the other commands; the list shows what is there.
        let live = store.current(name).ok().flatten();
        lines.extend(store.versions(name)?.into_iter().map(|version| listed(&store, name, version, live)));
    }
    terminal.summary(&lines, text::list(&lines, store.folder()))?;
    Ok(Ending::Done)
}

/// What can be said of a version; a damaged one is listed with its fault.
fn listed(store: &Store, name: &str, version: u32, live: Option<u32>) -> Listed {
    let json = store.model_json(name, version).ok().and_then(|t| serde_json::from_str::<serde_json::Value>(&t).ok());
    let saved_at = json.and_then(|json| json["saved_at"].as_str().map(str::to_string));
    let (model, fault) = match store.load::<Model>(name, Some(version)) {
        Ok(loaded) => (Some(loaded.payload), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let model = model.as_ref();
    let figures = model.and_then(|m| m.holdout.as_ref()).and_then(|h| h.figures.as_ref());
    let judgement = model.and_then(|m| m.judgement.as_ref());
    Listed {
        name: name.to_string(),
        version,
        live: live == Some(version),
        saved_at,
        until: model.and_then(|m| m.snapshot.until).map(crate::values::format_instant),
        deals: model.map(|m| m.snapshot.deals),
        won: model.map(|m| m.snapshot.won),
        holdout_auc: figures.and_then(|f| f.blend.as_ref().or(f.model.as_ref())).and_then(|f| f.auc).map(|a| a.value),
        judged_auc: judgement.and_then(|j| j.gate.challenger.auc).map(|a| a.value),
        origin: match judgement {
            Some(j) if j.gate.verdict.publishes() => "published",
            Some(_) => "candidate",
            None => "trained",
        },
        fault,
    }
}

fn show(args: &OneArgs, terminal: &Terminal) -> CommandResult {
    let (store, _) = args.store.open()?;
    let loaded = store.load::<Model>(&args.name, args.version)?;
    let card = store.model_card(&args.name, loaded.version)?;
    let data = json!({ "name": args.name, "version": loaded.version, "model": dump::model(&loaded.payload, None)? });
    terminal.summary(&data, &card)?;
    Ok(Ending::Done)
}

fn show_diff(args: &DiffArgs, terminal: &Terminal) -> CommandResult {
    let (store, times) = args.store.open()?;
    let load = |version: u32| {
        let loaded = store.load::<Model>(&args.name, Some(version))?;
        let name = format!("the scorecard of version {version}");
        let card = loaded.scorecard.as_ref().map(|text| parse_scorecard(text, &name, &times)).transpose()?;
        Ok::<_, InputError>((loaded.payload, card))
    };
    let ((from, from_card), (to, to_card)) = (load(args.from)?, load(args.to)?);
    let coefficients = diff::coefficients(&from, &to);
    let points = diff::points(from_card.as_ref(), to_card.as_ref());
    let weight = |m: &Model| m.blending.as_ref().map(|b| b.blend.weight);
    let text = text::diff(args.from, args.to, [&from, &to], &coefficients, &points);
    let data = json!({
        "name": args.name, "from": args.from, "to": args.to,
        "deals": [from.snapshot.deals, to.snapshot.deals],
        "blend_weight": [weight(&from), weight(&to)],
        "coefficients": coefficients, "points": points,
    });
    terminal.summary(&data, text)?;
    Ok(Ending::Done)
}

fn rollback(args: &OneArgs, terminal: &Terminal) -> CommandResult {
    let (store, _) = args.store.open()?;
    let versions = store.versions(&args.name)?;
    let writer = store.writer(&args.name)?;
    // A CURRENT that is damaged is what a rollback to a named version mends.
    let live = store.current(&args.name);
    let version = match args.version {
        Some(version) => version,
        None => before(&store, &args.name, &versions, live?)?,
    };
    if store.current(&args.name).ok().flatten() == Some(version) {
        terminal.note(&format!("version {version} of model `{}` is live already", args.name));
        return Ok(Ending::Done);
    }
    // A version whose content this program cannot read must not go live, though its checksum may fit.
    store.load::<Model>(&args.name, Some(version))?;
    writer.set_current(version)?;
    let data = json!({ "name": args.name, "live_version": version });
    terminal.summary(&data, format!("Version {version} of model `{}` is live.\n", args.name))?;
    Ok(Ending::Done)
}

/// The newest version older than the live one that was not kept back as a candidate.
fn before(store: &Store, name: &str, versions: &[u32], live: Option<u32>) -> Result<u32, InputError> {
    let live = live.unwrap_or(u32::MAX);
    let is_candidate = |version: u32| {
        let loaded = store.load::<Model>(name, Some(version));
        loaded.is_ok_and(|l| l.payload.judgement.is_some_and(|j| !j.gate.verdict.publishes()))
    };
    versions.iter().rev().copied().find(|&v| v < live && !is_candidate(v)).ok_or_else(|| {
        InputError::new(format!("model `{name}` has no older version to go back to"))
            .remedy("`leadscore models list` shows the versions; name one: `leadscore models rollback 3`")
    })
}

fn prune(args: &PruneArgs, terminal: &Terminal) -> CommandResult {
    let (store, _) = args.store.open()?;
    let versions = store.versions(&args.name)?;
    let writer = store.writer(&args.name)?;
    let live = store.current(&args.name)?;
    let old = &versions[..versions.len().saturating_sub(args.keep as usize)];
    let removed: Vec<u32> = old.iter().copied().filter(|version| live != Some(*version)).collect();
    for version in &removed {
        writer.remove_version(*version)?;
    }
    let left = versions.len() - removed.len();
    let text = format!("{} removed, {left} left.\n", plural(removed.len(), "version"));
    terminal.summary(&json!({ "name": args.name, "removed": removed, "left": left }), &text)?;
    Ok(Ending::Done)
}

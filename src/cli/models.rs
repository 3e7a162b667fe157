//! `leadscore models`: list, show, compare, verify, roll back and prune stored versions.

mod change;
mod list;
mod text;
mod verify;

use super::inputs::{load_project, parse_scorecard};
use super::score::version;
use super::terminal::Terminal;
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::pipeline::diff;
use crate::pipeline::model::Model;
use crate::registry::{Disk, RealDisk, Store};
use crate::report::dump;
use crate::values::TimeReader;
use clap::{Args, Subcommand};
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

/// A store as the command was given it.
type OpenStore<'d> = Store<&'d dyn Disk>;

impl StoreArgs {
    /// The store, and the clock by which the dates of its scorecards are read.
    fn open<'d>(&self, disk: &'d dyn Disk) -> Result<(OpenStore<'d>, TimeReader), InputError> {
        let project = load_project(self.project.as_deref())?;
        let times = TimeReader::new(&project.timezone, project.time_format.as_deref())?;
        let folder = self.models.clone().unwrap_or_else(|| project.located("models"));
        Ok((Store::on(folder, disk), times))
    }
}

pub(super) fn run(args: &ModelsArgs, terminal: &Terminal, disk: &dyn Disk) -> CommandResult {
    match &args.action {
        Action::List(args) => list::run(args, terminal),
        Action::Show(args) => show(args, terminal),
        Action::Diff(args) => show_diff(args, terminal),
        Action::Rollback(args) => change::rollback(args, terminal, disk),
        Action::Prune(args) => change::prune(args, terminal, disk),
        Action::Verify(args) => verify::run(args, terminal),
    }
}

fn show(args: &OneArgs, terminal: &Terminal) -> CommandResult {
    let (store, _) = args.store.open(&RealDisk)?;
    let loaded = store.load::<Model>(&args.name, args.version)?;
    let card = store.model_card(&args.name, loaded.version)?;
    let data = json!({ "name": args.name, "version": loaded.version, "model": dump::model(&loaded.payload, None)? });
    terminal.summary(&data, &card)?;
    Ok(Ending::Done)
}

fn show_diff(args: &DiffArgs, terminal: &Terminal) -> CommandResult {
    let (store, times) = args.store.open(&RealDisk)?;
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

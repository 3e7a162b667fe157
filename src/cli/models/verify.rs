//! `leadscore models verify`: stored versions held to their checksums, and to the data they were trained on.

use super::super::inputs::{InputArgs, Inputs, parse_scorecard};
use super::super::log::{log_key, open_log};
use super::super::reading::leads_for_training;
use super::super::recipe::{Changed, changed};
use super::super::score::version;
use super::super::terminal::Terminal;
use super::super::train::train_settings;
use super::super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::pipeline::deals::DealInputs;
use crate::pipeline::model::{Model, Recipe};
use crate::pipeline::provenance::gives_digest;
use crate::pipeline::train::train;
use crate::registry::{Loaded, format};
use crate::tables::ActivityBatches;
use clap::Args;
use serde::Serialize;

/// Hold stored versions to their checksum, and one to the data it was trained on.
///
/// Every version is read whole. With leads given (or named in the project file) the digest of the rows that one version
/// used is derived again from the files; --refit also trains again and compares every byte of model.bin.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The version to hold to its data [default: the live one].
    #[arg(value_name = "V", value_parser = version)]
    version: Option<u32>,
    #[command(flatten)]
    inputs: InputArgs,
    /// Train again from the same rows and compare the bytes.
    #[arg(long)]
    refit: bool,
}

/// What `models verify --format json` prints.
#[derive(Serialize)]
struct Verified {
    name: String,
    /// Versions whose checksum fits.
    whole: Vec<u32>,
    /// Versions that cannot be used, and why.
    damaged: Vec<(u32, String)>,
    /// The version held to its data.
    version: Option<u32>,
    /// Whether the rows give the digest that it recorded; `None` when no leads were given.
    same_rows: Option<bool>,
    /// Whether training again gives the same bytes.
    same_bytes: Option<bool>,
    /// What else was found.
    notes: Vec<String>,
}

pub(super) fn run(args: &VerifyArgs, terminal: &Terminal) -> CommandResult {
    let inputs = args.inputs.resolve()?;
    let store = inputs.store();
    let mut found = Verified {
        name: inputs.name.clone(),
        whole: Vec::new(),
        damaged: Vec::new(),
        version: None,
        same_rows: None,
        same_bytes: None,
        notes: Vec::new(),
    };
    for version in store.versions(&inputs.name)? {
        match store.load::<Model>(&inputs.name, Some(version)) {
            Ok(_) => found.whole.push(version),
            Err(error) => found.damaged.push((version, error.to_string())),
        }
    }
    if !inputs.leads.is_empty() {
        let loaded = store.load::<Model>(&inputs.name, args.version)?;
        let checksum = store.verify(&inputs.name, loaded.version)?;
        found.version = Some(loaded.version);
        against_data(&mut found, args, &inputs, &loaded, &checksum, terminal)?;
    } else if args.refit {
        inputs.leads()?;
    }
    let is_well = found.damaged.is_empty() && found.same_rows != Some(false) && found.same_bytes != Some(false);
    terminal.summary(&found, text(&found))?;
    Ok(if is_well { Ending::Done } else { Ending::Refused })
}

fn against_data(
    found: &mut Verified,
    args: &VerifyArgs,
    inputs: &Inputs,
    loaded: &Loaded<Model>,
    checksum: &str,
    terminal: &Terminal,
) -> Result<(), InputError> {
    let stored = &loaded.payload;
    let read = leads_for_training(inputs, terminal)?;
    let mut settings = train_settings(inputs, &read, None, terminal)?;
    // The version's own cut-off and seed: deals that closed later were not there.
    settings.deals.snapshot.until = stored.snapshot.until;
    settings.deals.snapshot.seed = stored.recipe.seed;
    if stored.recipe.program != env!("CARGO_PKG_VERSION") {
        found.notes.push(format!("it was trained by program version {}", stored.recipe.program));
    }
    let name = format!("the scorecard of version {}", loaded.version);
    let scorecard = loaded.scorecard.as_ref().map(|text| parse_scorecard(text, &name, &inputs.times)).transpose()?;
    let mut log = open_log(inputs, &read.built.table.ids, scorecard.as_ref(), &Default::default(), terminal)?;
    let source = log.as_mut().map(|l| l as &mut dyn ActivityBatches);
    let deals = DealInputs { table: &read.built.table, log: source, scorecard: scorecard.as_ref() };
    found.notes.extend(other_settings(&Recipe::of(&settings), &stored.recipe));
    if !args.refit {
        found.same_rows = Some(gives_digest(deals, &settings.deals, &stored.snapshot.digest)?);
        return Ok(());
    }
    let (mut again, _) = train(deals, &settings)?;
    if let Some(order) = log.as_ref().and_then(|l| l.date_order()) {
        again.reading.date_orders.push((log_key(&inputs.project.activities.at), order));
    }
    // How it was judged rests on the version before it and is no part of the fit.
    again.notes.extend(stored.judgement.as_ref().map(|j| j.sentence()));
    again.judgement.clone_from(&stored.judgement);
    found.same_rows = Some(again.snapshot.digest == stored.snapshot.digest);
    let bytes = format::encode(&again).map_err(|e| InputError::new(e.to_string()))?;
    let sum = format::checksum(&bytes).map_err(|e| InputError::new(e.to_string()))?;
    found.same_bytes = Some(sum == checksum);
    Ok(())
}

/// What the project file now says otherwise than at the training, a sentence each.
fn other_settings(now: &Recipe, then: &Recipe) -> Vec<String> {
    let said = |value: Option<serde_json::Value>| value.map_or_else(|| "nothing".to_string(), |v| v.to_string());
    let sentence = |c: Changed| format!("`{}` is {} now and was {} at the training", c.key, said(c.now), said(c.then));
    changed(now, then).into_iter().map(sentence).collect()
}

fn text(found: &Verified) -> String {
    let list = |versions: &[u32]| versions.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let mut text = format!("Model `{}`: whole and readable: {}.\n", found.name, list(&found.whole));
    for (version, why) in &found.damaged {
        text += &format!("Version {version} cannot be used: {why}.\n");
    }
    let version = found.version.unwrap_or_default();
    match found.same_rows {
        Some(true) => text += &format!("Version {version}: the files still give the rows it was trained on.\n"),
        Some(false) => {
            text += &format!(
                "Version {version}: the files no longer give the rows it was trained on (a row, an outcome, a column, \
                 the log or the project file has changed).\n"
            );
        }
        None => text += "No leads were given, so no version is held to its data.\n",
    }
    match found.same_bytes {
        Some(true) => text += &format!("Version {version}: trained again, it has the same bytes.\n"),
        Some(false) => text += &format!("Version {version}: trained again, it has other bytes.\n"),
        None => {}
    }
    for note in &found.notes {
        text += &format!("- {note}\n");
    }
    text
}

//! `leadscore models rollback` and `prune`: another version live, and old ones gone.

use super::super::terminal::{Terminal, plural};
use super::super::{CommandResult, Ending};
use super::{OneArgs, OpenStore, PruneArgs};
use crate::fault::InputError;
use crate::pipeline::model::Model;
use crate::registry::Disk;
use serde_json::json;

pub(super) fn rollback(args: &OneArgs, terminal: &Terminal, disk: &dyn Disk) -> CommandResult {
    let (store, _) = args.store.open(disk)?;
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
fn before(store: &OpenStore<'_>, name: &str, versions: &[u32], live: Option<u32>) -> Result<u32, InputError> {
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

pub(super) fn prune(args: &PruneArgs, terminal: &Terminal, disk: &dyn Disk) -> CommandResult {
    let (store, _) = args.store.open(disk)?;
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

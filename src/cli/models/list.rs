//! `leadscore models list`: what is in the store.

use super::super::terminal::Terminal;
use super::super::{CommandResult, Ending};
use super::{ListArgs, OpenStore, text};
use crate::pipeline::model::Model;
use crate::registry::RealDisk;
use serde::Serialize;

/// One line of the list.
#[derive(Serialize)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) live: bool,
    /// When it was saved, as `model.json` says.
    pub(super) saved_at: Option<String>,
    pub(super) until: Option<String>,
    pub(super) deals: Option<usize>,
    pub(super) won: Option<usize>,
    /// AUC of the score on the deals held out.
    pub(super) holdout_auc: Option<f64>,
    /// AUC on the deals that judged it at `retrain`.
    pub(super) judged_auc: Option<f64>,
    /// `trained`, `published` or `candidate`.
    pub(super) origin: &'static str,
    /// Why it cannot be read, if it cannot.
    pub(super) fault: Option<String>,
}

pub(super) fn run(args: &ListArgs, terminal: &Terminal) -> CommandResult {
    let (store, _) = args.store.open(&RealDisk)?;
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
fn listed(store: &OpenStore<'_>, name: &str, version: u32, live: Option<u32>) -> Listed {
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
        holdout_auc: figures.and_then(|f| f.of_scores()?.auc).map(|a| a.value),
        judged_auc: judgement.and_then(|j| j.gate.challenger.auc).map(|a| a.value),
        origin: match judgement {
            Some(j) if j.gate.verdict.publishes() => "published",
            Some(_) => "candidate",
            None => "trained",
        },
        fault,
    }
}

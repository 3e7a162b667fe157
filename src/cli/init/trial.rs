//! The files tried out before they are written: read back, and every lead scored by the starting rules.

use super::super::inputs::InputArgs;
use super::super::log::open_log;
use super::super::reading::leads_for_scoring;
use super::super::stale::{DatedLog, Stale, closes, now};
use super::super::terminal::Terminal;
use super::files::Files;
use super::look::Looked;
use crate::asof::Instant;
use crate::fault::InputError;
use crate::pipeline::score::{AsOf, ScoreInputs, ScoreSettings, score};
use crate::pipeline::start::Layout;
use crate::tables::{ActivityBatches, LeadTable};
use rayon::prelude::*;

/// What came of trying the files out.
#[derive(Default)]
pub(super) struct Trial {
    /// The leads' scores just after the newest time of the files; none without a scorecard.
    pub(super) scores: Vec<f64>,
    /// A better as-of for these leads, where now is implausibly late.
    pub(super) stale: Option<Stale>,
}

/// Reads the files as a scoring does, and scores every lead by the rules.
#[allow(clippy::disallowed_methods, reason = "the command line is an edge: it reads and writes files")]
pub(super) fn trial(
    project: &str,
    scorecard: Option<&str>,
    files: &Files,
    looked: &Looked,
    layout: &Layout,
    lenient: bool,
    terminal: &Terminal,
) -> Result<Trial, InputError> {
    let folder = tempfile::tempdir().map_err(|e| InputError::new(format!("no temporary folder can be made: {e}")))?;
    let path = |name: &str| folder.path().join(name);
    let texts = [Some(("leadscore.toml", project)), scorecard.map(|text| ("scorecard.toml", text))];
    for (name, text) in texts.into_iter().flatten() {
        std::fs::write(path(name), text)
            .map_err(|e| InputError::new(format!("cannot be written: {e}")).at(path(name).display().to_string()))?;
    }
    let inputs = InputArgs {
        project: Some(path("leadscore.toml")),
        scorecard: None,
        leads: files.leads.clone(),
        activities: files.activities.clone(),
        outcomes: files.outcomes.clone(),
        no_activities: false,
        lenient,
        number_rows: false,
        models: None,
        name: "default".to_string(),
        seed: None,
    };
    let inputs = inputs.resolve()?;
    let card = inputs.scorecard.as_ref().map(|file| &file.scorecard);
    let silent = terminal.silent();
    let read = leads_for_scoring(&inputs, card, None, false, &[], &silent)?;
    let table = &read.built.table;
    let mut log = open_log(&inputs, &table.ids, card, &Default::default(), &silent)?;
    let now = now();
    let mut dated = log.as_mut().map(|log| DatedLog::new(log, now));
    let settings = ScoreSettings {
        activity_columns: read.roles.activity_columns.clone(),
        ours: inputs.project.activities.ours.clone(),
        ..ScoreSettings::of(AsOf::At(just_after(table, looked, layout, now)))
    };
    let scores = match card {
        None => Vec::new(),
        Some(_) => {
            let source = dated.as_mut().map(|log| log as &mut dyn ActivityBatches);
            let scored = score(ScoreInputs { table, log: source, scorecard: card, model: None }, &settings)?;
            (0..table.n_leads()).map(|row| scored.rule_score(row)).filter(|score| score.is_finite()).collect()
        }
    };
    let stale = Stale::of_table(table, dated.and_then(|log| log.newest), AsOf::At(now), &inputs.times);
    Ok(Trial { scores, stale })
}

/// Just after the newest creation, close or activity before `now`, the log as far as it was looked at.
fn just_after(table: &LeadTable, looked: &Looked, layout: &Layout, now: Instant) -> Instant {
    let created = table.created_at.iter().flatten().flatten().copied();
    let log = looked.view.log.as_ref().zip(layout.log.as_ref());
    let acts = log.and_then(|(sheet, log)| sheet.column(&log.at.column));
    let acts = acts.into_iter().flat_map(|column| column.times.iter().flatten().copied());
    let is_known = |at: &Instant| *at < now;
    let newest = created.chain(acts).filter(is_known).max().max(closes(table).filter(is_known).max());
    newest.map_or(Instant(0), |newest| Instant(newest.0 + 1))
}

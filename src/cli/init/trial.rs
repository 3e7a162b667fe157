//! The files tried out before they are written: read back, and every lead scored by the starting rules.

use super::super::Format;
use super::super::inputs::InputArgs;
use super::super::reading::{leads_for_scoring, open_log};
use super::super::terminal::Terminal;
use super::files::Files;
use super::look::Looked;
use crate::asof::Instant;
use crate::fault::InputError;
use crate::pipeline::score::{AsOf, ScoreInputs, ScoreSettings, score};
use crate::pipeline::start::{Layout, Sheet};
use crate::tables::ActivityBatches;

/// The leads' scores just after the newest time of the files; none without a scorecard.
#[allow(clippy::disallowed_methods, reason = "the command line is an edge: it reads and writes files")]
pub(super) fn scores(
    project: &str,
    scorecard: Option<&str>,
    files: &Files,
    looked: &Looked,
    layout: &Layout,
    lenient: bool,
) -> Result<Vec<f64>, InputError> {
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
    let silent = Terminal::new(Format::Table, true, false);
    let read = leads_for_scoring(&inputs, card, None, false, &[], &silent)?;
    let table = &read.built.table;
    if card.is_none() {
        return Ok(Vec::new());
    }
    let mut log = open_log(&inputs, &table.ids, card, &Default::default(), &silent)?;
    let settings = ScoreSettings {
        as_of: AsOf::At(just_after(looked, layout)),
        activity_columns: read.roles.activity_columns.clone(),
        ours: inputs.project.activities.ours.clone(),
        reasons: false,
        min_evidence: 0.0,
        warnings: Vec::new(),
    };
    let source = log.as_mut().map(|log| log as &mut dyn ActivityBatches);
    let scored = score(ScoreInputs { table, log: source, scorecard: card, model: None }, &settings)?;
    Ok((0..table.n_leads()).map(|row| scored.rule_score(row)).filter(|score| score.is_finite()).collect())
}

/// Just after the newest time of creation, close or activity.
fn just_after(looked: &Looked, layout: &Layout) -> Instant {
    let newest = |sheet: Option<&Sheet>, column: Option<&String>| {
        let times = sheet?.column(column?)?.times.iter().flatten();
        times.max().copied()
    };
    let of = |choice: &Option<crate::pipeline::start::Choice>| choice.as_ref().map(|choice| choice.column.clone());
    let (view, deals) = (&looked.view, layout.deals.as_ref());
    let times = [
        newest(Some(&view.leads), of(&layout.created_at).as_ref()),
        newest(Some(&view.leads), of(&layout.closed_at).as_ref()),
        newest(view.outcomes.as_ref(), deals.and_then(|deals| of(&deals.closed_at)).as_ref()),
        newest(view.log.as_ref(), layout.log.as_ref().map(|log| &log.at.column)),
    ];
    times.into_iter().flatten().max().map_or(Instant(0), |newest| Instant(newest.0 + 1))
}

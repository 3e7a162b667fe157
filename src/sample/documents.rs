//! The sample's project file, scorecard and data dictionary.

use super::effects::TrueEffect;
use super::{AS_OF, Settings};
use std::fmt::Write;

/// The effects as a Markdown table.
pub fn effects_table(effects: &[TrueEffect]) -> String {
    let mut table = "| what | value | log-odds | per |\n|---|---|---:|---|\n".to_string();
    for effect in effects {
        let TrueEffect { term, level, log_odds, per } = effect;
        writeln!(table, "| {term} | {level} | {log_odds:+} | {per} |").expect("a String takes every text");
    }
    table
}

/// How many data rows each table has.
pub(super) struct Counts {
    pub(super) closed: usize,
    pub(super) open: usize,
    pub(super) acts: usize,
}

/// File names and texts.
pub(super) fn all(settings: &Settings, effects: &[TrueEffect], counts: &Counts) -> Vec<(String, String)> {
    vec![
        ("leadscore.toml".to_string(), project_file(settings.outcome_at_snapshot)),
        ("scorecard.toml".to_string(), include_str!("scorecard.toml").to_string()),
        ("README.md".to_string(), dictionary(settings, effects, counts)),
    ]
}

fn project_file(outcome_at_snapshot: bool) -> String {
    let (as_of, mode) = if outcome_at_snapshot { ("as_of      = \"snapshot_at\"\n", "column") } else { ("", "random") };
    include_str!("leadscore.toml").replace("{as_of}", as_of).replace("{mode}", mode)
}

fn dictionary(settings: &Settings, effects: &[TrueEffect], counts: &Counts) -> String {
    let (snapshot_row, how) = if settings.outcome_at_snapshot {
        ("| `snapshot_at` | the moment the outcome was drawn at |\n", include_str!("how_at_snapshot.md"))
    } else {
        ("", include_str!("how_over_life.md"))
    };
    let word_of_mouth = if settings.word_of_mouth {
        "reaches about 15 % of the leads and shows in no column. It can be switched off in the generator."
    } else {
        "shows in no column; in these files it is switched off."
    };
    include_str!("dictionary.md")
        .replace("{seed}", &settings.seed.to_string())
        .replace("{as_of}", AS_OF)
        .replace("{n_closed}", &counts.closed.to_string())
        .replace("{n_open}", &counts.open.to_string())
        .replace("{n_acts}", &counts.acts.to_string())
        .replace("{snapshot_row}", snapshot_row)
        .replace("{how}", how.trim_end())
        .replace("{word_of_mouth}", word_of_mouth)
        .replace("{effects}", effects_table(effects).trim_end())
}

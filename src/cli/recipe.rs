//! Whether a stored version was trained by the settings that the project file holds now.

use super::inputs::Inputs;
use super::terminal::Terminal;
use super::train::recipe;
use crate::fault::InputError;
use crate::pipeline::model::{Model, Recipe};
use crate::registry::Loaded;
use std::collections::{BTreeMap, BTreeSet};

/// Settings of a recipe that the command line may decide.
const OF_THE_COMMAND_LINE: [&str; 2] = ["seed", "lenient"];

/// The table of the project file in which a setting of a recipe stands.
const TABLES: [(&str, &str); 16] = [
    ("activity_columns", "leads"),
    ("allow", "leads"),
    ("blend_weight", "blend"),
    ("curves", "train"),
    ("exclude", "leads"),
    ("folds", "train"),
    ("half_life", "train"),
    ("holdout", "train"),
    ("interactions", "train"),
    ("lost_after", "leads"),
    ("min_gap", "blend"),
    ("min_level_count", "train"),
    ("ours", "activities"),
    ("penalty", "train"),
    ("since", "activities"),
    ("solver", "train"),
];

/// A setting that is not what it was at the training.
pub(super) struct Changed {
    /// Its key, as the recipe calls it.
    pub(super) key: String,
    /// What it is now; `None`: left open.
    pub(super) now: Option<serde_json::Value>,
    /// What it was then.
    pub(super) then: Option<serde_json::Value>,
}

/// The settings in which two recipes differ.
pub(super) fn changed(now: &Recipe, then: &Recipe) -> Vec<Changed> {
    let [now, then] = [now, then].map(settings);
    let keys: BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    let differing = keys.into_iter().filter(|key| *key != "program" && now.get(*key) != then.get(*key));
    differing
        .map(|key| Changed { key: key.clone(), now: now.get(key).cloned(), then: then.get(key).cloned() })
        .collect()
}

/// A recipe as keys and values, those that say how files are read among them.
fn settings(recipe: &Recipe) -> BTreeMap<String, serde_json::Value> {
    // A recipe is numbers, words and lists: serde_json can write it.
    let mut all = serde_json::to_value(recipe).unwrap_or_default();
    let read_as = all["read_as"].take();
    let files = read_as.as_array().into_iter().flatten();
    let files = files.filter_map(|pair| Some((pair[0].as_str()?.to_string(), pair[1].clone())));
    let own = all.as_object().into_iter().flatten().filter(|(key, _)| *key != "read_as");
    own.map(|(key, value)| (key.clone(), value.clone())).chain(files).collect()
}

/// Warns where the project file was edited since the version was trained: it scores as it was trained.
pub(super) fn warn_of_changes(inputs: &Inputs, live: &Loaded<Model>, terminal: &Terminal) -> Result<(), InputError> {
    let Some(file) = &inputs.project_file else { return Ok(()) };
    let model = &live.payload;
    let mut said: Vec<String> = changed(&recipe(inputs)?, &model.recipe)
        .iter()
        .filter(|changed| !OF_THE_COMMAND_LINE.contains(&changed.key.as_str()) && !is_of_other_files(changed))
        .map(Changed::words)
        .collect();
    let mode = super::train::snapshot_mode(&inputs.project).filter(|mode| *mode != model.snapshot.mode);
    said.extend(mode.map(|_| "`[snapshot]`".to_string()));
    if !said.is_empty() {
        terminal.warn(&format!(
            "{} has changed since version {} was trained: {}. That version still stands as it was trained; \
             `leadscore train` makes the change count",
            file.display(),
            live.version,
            said.join(", ")
        ));
    }
    Ok(())
}

/// Whether the setting is about a log or an outcomes table that one of the two did without.
fn is_of_other_files(changed: &Changed) -> bool {
    let of_files = changed.key.starts_with("activities.") || changed.key.starts_with("outcomes.");
    of_files && (changed.now.is_none() || changed.then.is_none())
}

impl Changed {
    /// The key as the project file has it; of a list also what came and went: `[leads] exclude` (+ `month`).
    fn words(&self) -> String {
        let key = match (TABLES.iter().find(|(key, _)| *key == self.key), self.key.split_once('.')) {
            (Some((key, table)), _) => format!("`[{table}] {}`", key.trim_start_matches("blend_")),
            (None, Some((table, key))) => format!("`[{table}] {key}`"),
            (None, None) => format!("`{}`", self.key),
        };
        let list = |value: &Option<serde_json::Value>| -> Option<Vec<String>> {
            let items = value.as_ref()?.as_array()?.iter();
            items.map(|item| Some(format!("`{}`", item.as_str()?))).collect()
        };
        let (Some(now), Some(then)) = (list(&self.now), list(&self.then)) else { return key };
        let only_in = |one: &[String], other: &[String], sign: &str| -> Vec<String> {
            one.iter().filter(|item| !other.contains(item)).map(|item| format!("{sign}{item}")).collect()
        };
        let moved = [only_in(&now, &then, "+"), only_in(&then, &now, "−")].concat();
        if moved.is_empty() { key } else { format!("{key} ({})", moved.join(", ")) }
    }
}

//! `leadscore demo`: the whole cycle on the sample company, and what a newcomer should notice in it.

use super::compare::{CompareArgs, WriteArgs, compare_and_write, comparison_text};
use super::explain::{ExplainArgs, explain_lead, explanation_text};
use super::inputs::InputArgs;
use super::order::Order;
use super::page::Page;
use super::score::{ScoreArgs, score_and_write, scorers};
use super::summary::score_text;
use super::terminal::{Terminal, plural};
use super::train::{Trained, train_and_save};
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::io::write_atomically;
use crate::pipeline::model::Model;
use crate::registry::RealDisk;
use crate::report::brief::brief;
use crate::sample::{AS_OF, Sample, Settings, effects_table, make};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The sample company of the repository, whose twin without word of mouth is known.
const SAMPLE: &str = "data/sample";

/// Run the whole cycle on the sample data, or make such data.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  leadscore demo")]
pub(super) struct DemoArgs {
    /// Folder with the sample company.
    #[arg(long, value_name = "DIR", default_value = SAMPLE)]
    data: PathBuf,
    /// Folder for the model store, the scored table and the learned scorecard.
    #[arg(long, value_name = "DIR", default_value = "demo_output")]
    out: PathBuf,
    /// Write a made-up company into this folder instead, and print its true effects.
    #[arg(long, value_name = "DIR")]
    make: Option<PathBuf>,
    /// With --make: how many closed deals.
    #[arg(long, value_name = "N", default_value_t = 2000, requires = "make")]
    deals: usize,
    /// With --make: how many open leads.
    #[arg(long, value_name = "N", default_value_t = 400, requires = "make")]
    open: usize,
    /// With --make: the seed.
    #[arg(long, value_name = "N", default_value_t = 2026, requires = "make")]
    seed: u64,
    /// With --make: without the influence that no column shows.
    #[arg(long, requires = "make")]
    no_word_of_mouth: bool,
    /// With --make: outcomes drawn from the state at the column `snapshot_at`, with straight effects.
    #[arg(long, requires = "make")]
    outcome_at_snapshot: bool,
}

pub(super) fn run(args: &DemoArgs, terminal: &Terminal) -> CommandResult {
    match &args.make {
        Some(folder) => make_company(args, folder, terminal),
        None => cycle(args, terminal),
    }
}

fn make_company(args: &DemoArgs, folder: &Path, terminal: &Terminal) -> CommandResult {
    let settings = Settings {
        deals: args.deals,
        open: args.open,
        seed: args.seed,
        word_of_mouth: !args.no_word_of_mouth,
        outcome_at_snapshot: args.outcome_at_snapshot,
    };
    let sample = make(&settings);
    write_company(&sample, folder)?;
    terminal.note(&format!("{} in {}", plural(sample.files.len(), "file"), folder.display()));
    terminal.print(&effects_table(&sample.effects))?;
    Ok(Ending::Done)
}

fn write_company(sample: &Sample, folder: &Path) -> Result<(), InputError> {
    std::fs::create_dir_all(folder)
        .map_err(|e| InputError::new(format!("cannot be made: {e}")).at(folder.display().to_string()))?;
    for (name, text) in &sample.files {
        write_atomically(&folder.join(name), &mut |out| out.write_all(text.as_bytes()))?;
    }
    Ok(())
}

/// What `demo --format json` prints.
#[derive(Serialize)]
struct Summary {
    as_of: &'static str,
    score: super::summary::ScoreSummary,
    compare: super::compare::Summary,
    lead_a: crate::pipeline::explain::Explanation,
    lead_b: crate::pipeline::explain::Explanation,
    auc: Option<f64>,
    auc_without_word_of_mouth: Option<f64>,
}

fn cycle(args: &DemoArgs, terminal: &Terminal) -> CommandResult {
    if !args.data.join("leadscore.toml").is_file() {
        return Err(InputError::new("there is no sample company here").at(args.data.display().to_string()).remedy(
            "run from the top of the repository, or make one: leadscore demo --make DIR, then demo --data DIR",
        ));
    }
    std::fs::create_dir_all(&args.out)
        .map_err(|e| InputError::new(format!("cannot be made: {e}")).at(args.out.display().to_string()))?;
    let inputs = input_args(&args.data, &args.out.join("models"));
    let resolved = inputs.resolve()?;
    let Trained { published, model, .. } = train_and_save(&resolved, None, false, terminal, &RealDisk)?;
    let mut text = Page::new();
    begin(&mut text, "1. Train on the closed deals");
    text.append(Page::of_markdown(&brief(&model, "default", resolved.card())));

    let open = InputArgs { leads: vec![args.data.join("open_leads.csv")], ..inputs.clone() };
    let score_args = ScoreArgs {
        inputs: open.clone(),
        as_of: AS_OF.to_string(),
        model_version: Some(published.version()),
        rules_only: false,
        out: args.out.join("scored.csv"),
        columns: Vec::new(),
        keep: Vec::new(),
        keep_all: false,
        order: Order::File,
        contributions: None,
        mismatches: None,
        raw: false,
        excel: None,
    };
    let open_inputs = open.resolve()?;
    let scorers = scorers(&open_inputs, Some(published.version()), false, terminal)?;
    let score = score_and_write(&score_args, &open_inputs, &scorers, terminal)?;
    begin(&mut text, "2. Score the open leads");
    text.append(score_text(&score, true));

    let compare_args = CompareArgs {
        inputs: inputs.clone(),
        until: None,
        write: Some(args.out.join("scorecard.learned.toml")),
        suggest: None,
        how: WriteArgs::default(),
    };
    let compare = compare_and_write(&compare_args, terminal)?;
    begin(&mut text, "3. Compare learned with hand-set points");
    text.append(comparison_text(&compare));

    let explained = |lead: &str| {
        let args = ExplainArgs {
            lead: lead.to_string(),
            inputs: open.clone(),
            as_of: AS_OF.to_string(),
            model_version: Some(published.version()),
            rules_only: false,
            since: None,
            since_version: None,
        };
        explain_lead(&args, terminal)
    };
    let (lead_a, lead_b) = (explained("lead-A")?, explained("lead-B")?);
    begin(&mut text, "4. Explain two leads");
    text.append(explanation_text(&lead_a));
    text.push_str("\n");
    text.append(explanation_text(&lead_b));

    let auc = honest_auc(&model);
    let auc_without_word_of_mouth = match args.data == Path::new(SAMPLE) {
        true => honest_auc(&without_word_of_mouth(terminal)?),
        false => None,
    };
    begin(&mut text, "What to notice");
    text.push_str(&what_to_notice(&lead_a, &lead_b, &compare, auc, auc_without_word_of_mouth, &args.out));
    let summary = Summary { as_of: AS_OF, score, compare, lead_a, lead_b, auc, auc_without_word_of_mouth };
    terminal.summary(&summary, text)?;
    Ok(Ending::Done)
}

fn input_args(data: &Path, models: &Path) -> InputArgs {
    InputArgs {
        project: Some(data.join("leadscore.toml")),
        scorecard: None,
        leads: Vec::new(),
        activities: Vec::new(),
        outcomes: Vec::new(),
        no_activities: false,
        lenient: false,
        number_rows: false,
        models: Some(models.to_path_buf()),
        name: "default".to_string(),
        seed: None,
    }
}

/// A part of the demonstration begins.
fn begin(text: &mut Page, title: &str) {
    text.push_str("\n");
    text.heading(1, title);
    text.push_str("\n");
}

/// The same company without the influence that no column shows, trained in the same way in a folder that is removed.
fn without_word_of_mouth(terminal: &Terminal) -> Result<Model, InputError> {
    let folder = tempfile::tempdir().map_err(|e| InputError::new(format!("no temporary folder can be made: {e}")))?;
    write_company(&make(&Settings { word_of_mouth: false, ..Settings::default() }), folder.path())?;
    let inputs = input_args(folder.path(), &folder.path().join("models")).resolve()?;
    Ok(train_and_save(&inputs, None, false, terminal, &RealDisk)?.model)
}

fn honest_auc(model: &Model) -> Option<f64> {
    Some(model.out_of_fold_auc.as_ref()?.value)
}

fn what_to_notice(
    a: &crate::pipeline::explain::Explanation,
    b: &crate::pipeline::explain::Explanation,
    compare: &super::compare::Summary,
    auc: Option<f64>,
    auc_without: Option<f64>,
    out: &Path,
) -> String {
    let points =
        |e: &crate::pipeline::explain::Explanation| crate::features::short_number(e.rule_score.unwrap_or(f64::NAN));
    let chance =
        |e: &crate::pipeline::explain::Explanation| super::terminal::percent(e.model_probability.unwrap_or(f64::NAN));
    let against: Vec<String> = compare
        .rules
        .iter()
        .filter(|r| ["wrong sign", "too strong", "too weak"].contains(&r.verdict.as_str()))
        .map(|r| {
            format!(
                "`{}` ({} points set, {:.1} learned: {})",
                r.rule,
                crate::features::short_number(r.hand_set_points),
                r.learned_points,
                r.verdict
            )
        })
        .collect();
    let mut text = format!(
        "- lead-A has {} points; by the deals its chance is {}: {}. {}\n\
         - lead-B has {} points; by the deals its chance is {}: {}. {}\n",
        points(a),
        chance(a),
        a.quadrant,
        a.reason,
        points(b),
        chance(b),
        b.quadrant,
        b.reason
    );
    if against.is_empty() {
        text.push_str("- The deals contradict none of the rules beyond their intervals.\n");
    } else {
        text.push_str(&format!("- The deals contradict {}.\n", against.join(", ")));
    }
    if let (Some(with), Some(without)) = (auc, auc_without) {
        text.push_str(&format!(
            "- In this made-up company word of mouth reaches about one lead in seven and decides much, and no column shows it. \
             Out of fold the model ranks with an AUC of {with:.3}; in the same company without word of mouth it would be {without:.3}. \
             No model can learn what nobody wrote down: ask new customers how they heard of you, and keep the answer.\n"
        ));
    }
    text.push_str(&format!(
        "- Look at {}, and at {}: the same scorecard with learned points.\n",
        out.join("scored.csv").display(),
        out.join("scorecard.learned.toml").display()
    ));
    text
}

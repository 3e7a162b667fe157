//! `leadscore train`: learn from closed deals, save a version, print its model card in brief.

use super::inputs::{InputArgs, Inputs, quoted};
use super::leads_at_hand::LeadsAtHand;
use super::log::{check_log_for_training, log_key, open_log};
use super::page::Page;
use super::read_as::read_as;
use super::reading::{LeadsRead, leads_for_training};
use super::stale::{DatedLog, Stale, now};
use super::terminal::{Terminal, plural};
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::features::TermSettings;
use crate::features::plan::PlanSettings;
use crate::pipeline::deals::{DealInputs, DealSettings, LogSince};
use crate::pipeline::model::{Model, Recipe};
use crate::pipeline::score::AsOf;
use crate::pipeline::train::{TrainSettings, screened};
use crate::predictor::{LearnSettings, Solver};
use crate::project::{self, BlendWeight, Penalty, Project, Since, SnapshotMode};
use crate::registry::{Disk, NewVersion, Published, Store, format};
use crate::report::brief::brief;
use crate::report::{card, dump};
use crate::snapshot::{Mode, SnapshotSettings};
use crate::tables::ActivityBatches;
use clap::Args;
use serde::Serialize;

/// Learn from closed deals.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  leadscore train --leads closed.csv --activities acts.csv")]
pub(super) struct TrainArgs {
    #[command(flatten)]
    pub(super) inputs: InputArgs,
    /// What closed at or after this is open [default: after the newest time in the leads and outcomes].
    #[arg(long, value_name = "WHEN")]
    pub(super) until: Option<String>,
}

/// What `train --format json` prints.
#[derive(Serialize)]
struct Summary<'a> {
    name: &'a str,
    version: u32,
    new_version: bool,
    model: serde_json::Value,
}

pub(super) fn run(args: &TrainArgs, terminal: &Terminal, disk: &dyn Disk) -> CommandResult {
    let inputs = args.inputs.resolve()?;
    let Trained { published, model, as_of, leads } =
        train_and_save(&inputs, args.until.as_deref(), args.inputs.no_activities, terminal, disk)?;
    let new_version = matches!(published, Published::New(_));
    let version = published.version();
    let folder = inputs.models.join(&inputs.name).join(format!("v{version:04}"));
    if new_version {
        terminal.note(&format!("saved as version {version} in {}", folder.display()));
    } else {
        terminal.note(&format!(
            "the same data and settings gave the same model: version {version} stands, nothing is saved"
        ));
    }
    let mut text = Page::of_markdown(&brief(&model, &inputs.name, inputs.card()));
    text.push_str(&format!("\nMore: `leadscore models show{}`.\n", args.inputs.store_as_typed()));
    let summary = Summary { name: &inputs.name, version, new_version, model: dump::model(&model, None)? };
    terminal.summary(&summary, text)?;
    let typed = args.inputs.as_typed();
    let as_of = as_of.map_or_else(String::new, |as_of| format!(" --as-of {}", quoted(&as_of)));
    // Who is asked something answers first.
    let compare = if inputs.scorecard.is_some() && model.notes_first_and_last().0.is_empty() {
        format!("; `leadscore compare{typed}` judges the points")
    } else {
        String::new()
    };
    let to_score = args.inputs.as_typed_to_score(&leads);
    let score = format!("`leadscore score{to_score} --out scored.csv{}{as_of}`", leads.keep_as_typed());
    let report = format!("`leadscore report{typed} --out report.html{as_of}`");
    terminal.note(&match leads.are_decided {
        true => format!("next: {report}; open leads: {score}{compare}"),
        false => format!("next: {score}, {report}{compare}"),
    });
    Ok(Ending::Done)
}

/// What a training left behind.
pub(super) struct Trained {
    pub(super) published: Published,
    pub(super) model: Model,
    /// The as-of to score the same leads for, where now is implausibly late.
    pub(super) as_of: Option<String>,
    /// What there is to know of the leads for whoever goes on with them.
    pub(super) leads: LeadsAtHand,
}

/// Trains, and saves the version unless it equals the live one.
pub(super) fn train_and_save(
    inputs: &Inputs,
    until: Option<&str>,
    no_activities: bool,
    terminal: &Terminal,
    disk: &dyn Disk,
) -> Result<Trained, InputError> {
    let store = Store::on(&inputs.models, disk);
    // Taken before the first file is read, so that a second trainer is refused at once.
    let writer = store.writer(&inputs.name)?;
    let mut read = leads_for_training(inputs, terminal)?;
    require_log(inputs, &read, no_activities)?;
    let settings = train_settings(inputs, &read, until, terminal)?;
    settings.check()?;
    let scorecard = inputs.card();
    let now = now();
    let (screened, newest_act, log_order, log_report) = {
        let mut log = open_log(inputs, &read.built.table.ids, scorecard, &Default::default(), terminal)?;
        let mut dated = log.as_mut().map(|log| DatedLog::new(log, now));
        let source = dated.as_mut().map(|log| log as &mut dyn ActivityBatches);
        let deals = DealInputs { table: &read.built.table, log: source, scorecard };
        let (screened, newest_act) = (screened(deals, &settings)?, dated.and_then(|log| log.newest));
        (screened, newest_act, log.as_ref().and_then(|l| l.date_order()), log.map(|l| l.report().clone()))
    };
    // The deals hold what a fit needs; the leads would be carried through it for nothing.
    let n_leads = read.built.table.n_leads();
    let leads = LeadsAtHand::of(&read.built.table);
    let stale = Stale::of_table(&read.built.table, newest_act, AsOf::At(now), &inputs.times);
    read.built.table.forget_leads();
    let mut model = screened.train(&read.built.table, scorecard, &settings)?;
    let deals = screened.deals;
    terminal.detail(&format!("{} of the log not seen by any deal", plural(deals.acts_not_seen as usize, "row")));
    model.reading.date_orders.extend(log_order.map(|order| (log_key(&inputs.project.activities.at), order)));
    if let Some(report) = &log_report {
        check_log_for_training(report, deals.deals_with_acts, deals.n(), terminal)?;
    }
    if let (Some(why), Some(live)) = (&model.why_no_model, store.current(&inputs.name)?)
        && store.load::<Model>(&inputs.name, Some(live)).is_ok_and(|l| l.payload.predictor.is_some())
    {
        return Err(InputError::new(format!("{why}; version {live}, which holds a model, stays live"))
            .remedy("check [leads] outcome, its words and [snapshot]; or train under another --name"));
    }
    let published = writer.publish(&new_version(inputs, &model)?)?;
    terminal.detail(&format!("{} read", plural(n_leads, "lead")));
    Ok(Trained { published, model, as_of: stale.map(|stale| stale.as_of), leads })
}

/// What is saved of a model.
pub(super) fn new_version(inputs: &Inputs, model: &Model) -> Result<NewVersion, InputError> {
    let saved_at = now().0;
    Ok(NewVersion {
        model_bin: format::encode(model).map_err(|e| InputError::new(e.to_string()))?,
        model_json: dump::text(model, Some(saved_at))?,
        scorecard_toml: inputs.scorecard.as_ref().map(|s| s.text.clone()),
        card_md: card::model_card(model, &inputs.name, inputs.card()),
    })
}

/// Refuses a scorecard with rules on activities when there is no log to judge them by.
pub(super) fn require_log(inputs: &Inputs, read: &LeadsRead, no_activities: bool) -> Result<(), InputError> {
    let asks = inputs.scorecard.as_ref().is_some_and(|s| s.scorecard.uses_activities());
    if asks && inputs.activities.is_empty() && !no_activities && read.roles.activity_columns.is_empty() {
        return Err(InputError::new("the scorecard has rules on activities, but no activity log is given")
            .remedy("pass --activities FILE, or go without it: --no-activities"));
    }
    Ok(())
}

/// The settings of a training from the project file and the arguments.
pub(super) fn train_settings(
    inputs: &Inputs,
    read: &LeadsRead,
    until: Option<&str>,
    terminal: &Terminal,
) -> Result<TrainSettings, InputError> {
    let deals = deal_settings(inputs, read, until, terminal)?;
    Ok(TrainSettings { date_orders: read.date_orders.clone(), ..settings_for(inputs, deals) })
}

/// What a training would now keep with its version of how it was done.
pub(super) fn recipe(inputs: &Inputs) -> Result<Recipe, InputError> {
    Ok(Recipe::of(&settings_for(inputs, settings_of_deals(inputs, Vec::new(), None)?)))
}

/// The settings of a training on deals gathered so, of files whose dates decide nothing.
fn settings_for(inputs: &Inputs, deals: DealSettings) -> TrainSettings {
    let project = &inputs.project;
    TrainSettings {
        deals,
        learn: LearnSettings {
            terms: TermSettings { curves: project.train.curves, min_level_count: project.train.min_level_count },
            penalty: match project.train.penalty {
                Penalty::Auto => None,
                Penalty::Fixed(lambda) => Some(lambda),
            },
            solver: match project.train.solver {
                project::Solver::Newton => Solver::Newton,
                project::Solver::Lbfgs => Solver::Lbfgs,
            },
            interactions: project.train.interactions,
        },
        folds: project.train.folds,
        holdout: project.train.holdout,
        blend_weight: match project.blend.weight {
            BlendWeight::Auto => None,
            BlendWeight::Fixed(weight) => Some(weight),
        },
        min_gap: project.blend.min_gap,
        date_orders: Default::default(),
        read_as: read_as(inputs),
    }
}

/// How deals are gathered, from the project file and the arguments.
pub(super) fn deal_settings(
    inputs: &Inputs,
    read: &LeadsRead,
    until: Option<&str>,
    terminal: &Terminal,
) -> Result<DealSettings, InputError> {
    let outcomes = &inputs.project.outcomes;
    let mut roles = read.role_columns();
    // Whether a lead has a deal, and which, is known only once it has one.
    roles.extend(outcomes.key.iter().filter(|key| !inputs.project.leads.allow.contains(key)).cloned());
    Ok(DealSettings { watch: terminal.watch(), ..settings_of_deals(inputs, roles, until)? })
}

/// How deals are gathered from files in which the columns `roles` have a role.
fn settings_of_deals(inputs: &Inputs, roles: Vec<String>, until: Option<&str>) -> Result<DealSettings, InputError> {
    let project = &inputs.project;
    Ok(DealSettings {
        snapshot: SnapshotSettings {
            mode: snapshot_mode(project),
            lost_after: project.leads.lost_after,
            until: until.map(|text| inputs.instant("--until", text)).transpose()?,
            seed: inputs.seed,
        },
        plan: PlanSettings {
            exclude: project.leads.exclude.clone(),
            allow: project.leads.allow.clone(),
            activity_columns: project.leads.activity_columns.clone(),
            roles,
            ours: project.activities.ours.clone(),
            ..PlanSettings::default()
        },
        half_life: project.train.half_life,
        since: match &project.activities.since {
            Since::Found => LogSince::Guessed,
            Since::Always => LogSince::Always,
            Since::Written(text) => LogSince::At(inputs.instant(&project.place("activities.since"), text)?),
        },
        watch: Default::default(),
    })
}

/// The snapshot mode that the project file sets.
pub(super) fn snapshot_mode(project: &Project) -> Option<Mode> {
    let snapshot = &project.snapshot;
    Some(match snapshot.mode? {
        SnapshotMode::Random => Mode::Random { horizon: snapshot.horizon },
        SnapshotMode::AfterCreated => Mode::AfterCreated(snapshot.after_created?),
        SnapshotMode::BeforeClose => Mode::BeforeClose(snapshot.before_close?),
        SnapshotMode::Column => Mode::Column,
        SnapshotMode::None => Mode::None,
    })
}

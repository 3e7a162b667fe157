//! `leadscore retrain`: set a challenger against the live version; publish it only if it earns it.

use super::inputs::{InputArgs, Inputs, parse_scorecard};
use super::log::{check_log_for_training, log_key, open_log};
use super::page::Page;
use super::reading::leads_for_training;
use super::terminal::{Align, Terminal, count, plural, table};
use super::train::{new_version, require_log, train_settings};
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::pipeline::model::Model;
use crate::pipeline::retrain::{Current, Judgement, Outcome, RetrainSettings, SideResult, TooFew, retrain};
use crate::registry::{Disk, Loaded, Published, Store};
use crate::tables::ActivityBatches;
use crate::values::format_day;
use clap::Args;
use serde::Serialize;
use serde_json::json;

/// Set a challenger against the live version on the newest deals; publish it only if it earns it.
///
/// The newer half of the deals closed since the live version was trained judges, in two parts by time: each judges a
/// challenger that learned from everything before it. The challenger goes live, refitted on everything, when it is
/// better, or not worse by the margin; otherwise it is kept as a candidate and the exit status is 3. With too few new
/// deals nothing changes.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  leadscore retrain --dry-run")]
pub(super) struct RetrainArgs {
    #[command(flatten)]
    pub(super) inputs: InputArgs,
    /// What closed at or after this is open [default: after the newest time in the leads and outcomes].
    #[arg(long, value_name = "WHEN")]
    pub(super) until: Option<String>,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// What `retrain --format json` prints.
#[derive(Serialize)]
struct Summary<'a> {
    name: &'a str,
    decision: &'static str,
    live_version: u32,
    kept_version: Option<u32>,
    dry_run: bool,
    too_few: Option<&'a TooFew>,
    changed: &'a [String],
    judgement: serde_json::Value,
}

pub(super) fn run(args: &RetrainArgs, terminal: &Terminal, disk: &dyn Disk) -> CommandResult {
    let inputs = args.inputs.resolve()?;
    let store = Store::on(&inputs.models, disk);
    let Some(_) = store.current(&inputs.name)? else {
        return Err(InputError::new(format!("model `{}` has no live version to retrain", inputs.name))
            .remedy("train the first one with `leadscore train`"));
    };
    // Taken before the first file is read; a dry run also serves where the store cannot be written.
    let writer = if args.dry_run { None } else { Some(store.writer(&inputs.name)?) };
    let live = store.load::<Model>(&inputs.name, None)?;
    let outcome = look(args, &inputs, &live, terminal)?;
    let mut summary = Summary {
        name: &inputs.name,
        decision: "nothing",
        live_version: live.version,
        kept_version: None,
        dry_run: args.dry_run,
        too_few: None,
        changed: &[],
        judgement: serde_json::Value::Null,
    };
    match &outcome {
        Outcome::TooFew(too_few) => {
            (summary.decision, summary.too_few) = ("too_few", Some(too_few));
            terminal.summary(&summary, too_few_text(too_few, live.version))?;
            Ok(Ending::Done)
        }
        Outcome::Changed(changed) => {
            (summary.decision, summary.changed) = ("changed", changed);
            terminal.summary(&summary, changed_text(changed, live.version))?;
            Ok(Ending::Refused)
        }
        Outcome::Judged(model) => {
            let judgement = model.judgement.as_ref().expect("a judged model carries its judgement");
            let publishes = judgement.gate.verdict.publishes();
            summary.decision = if publishes { "published" } else { "kept" };
            summary.judgement = json!(judgement);
            summary.judgement["reason"] = json!(judgement.sentence());
            let mut text = judged_text(judgement);
            if let Some(writer) = writer {
                let version = new_version(&inputs, model)?;
                let saved = if publishes { writer.publish(&version)? } else { writer.keep(&version)? };
                text.push_str(&saved_text(saved, publishes, live.version));
                match publishes {
                    true => summary.live_version = saved.version(),
                    false => summary.kept_version = Some(saved.version()),
                }
            } else if publishes {
                text.push_str("Without --dry-run it would go live.\n");
            } else {
                text.push_str(&format!(
                    "Without --dry-run it would be kept as a candidate; version {} stays live.\n",
                    live.version
                ));
            }
            terminal.summary(&summary, text)?;
            Ok(if publishes { Ending::Done } else { Ending::Refused })
        }
    }
}

/// Reads the deals and asks the pipeline.
fn look(args: &RetrainArgs, inputs: &Inputs, live: &Loaded<Model>, terminal: &Terminal) -> Result<Outcome, InputError> {
    let read = leads_for_training(inputs, terminal)?;
    require_log(inputs, &read, args.inputs.no_activities)?;
    let train = train_settings(inputs, &read, args.until.as_deref(), terminal)?;
    train.check()?;
    let rules = inputs.project.retrain;
    let settings = RetrainSettings { train, margin: rules.margin, min_deals: rules.min_deals };
    let scorecard = inputs.card();
    let stored_name = format!("the scorecard of version {}", live.version);
    let stored = live.scorecard.as_ref().map(|text| parse_scorecard(text, &stored_name, &inputs.times)).transpose()?;
    let current = Current { version: live.version, model: &live.payload, scorecard: stored.as_ref() };
    let mut log =
        open_log(inputs, &read.built.table.ids, scorecard.or(stored.as_ref()), &Default::default(), terminal)?;
    let source = log.as_mut().map(|l| l as &mut dyn ActivityBatches);
    let done = retrain(&read.built.table, source, scorecard, &current, &settings)?;
    let mut outcome = done.outcome;
    if let Some(log) = &log {
        if let (Outcome::Judged(model), Some(order)) = (&mut outcome, log.date_order()) {
            model.reading.date_orders.push((log_key(&inputs.project.activities.at), order));
        }
        check_log_for_training(log.report(), done.deals_with_acts, done.n_deals, terminal)?;
    }
    Ok(outcome)
}

fn too_few_text(few: &TooFew, live: u32) -> String {
    let expected = match few.expected_by {
        Some(at) => format!("At the usual pace there are enough by {}.", format_day(at)),
        None => "When there will be enough cannot be told.".to_string(),
    };
    format!(
        "Nothing changes: version {live} stays live.\n{} closed since it was trained. The newer half judges, and needs {} \
         deals with {} won and {} lost; it has {} with {} won.\n{expected} About {} new deals are wanted in all.\n",
        plural(few.new_deals, "deal"),
        few.min_deals,
        few.min_of_each,
        few.min_of_each,
        few.judged,
        few.judged_won,
        count(few.wanted),
    )
}

fn changed_text(changed: &[String], live: u32) -> String {
    let mut text =
        format!("Nothing changes: version {live} stays live, because the data are not what it learned from.\n");
    for what in changed {
        text += &format!("- {what}\n");
    }
    text + "Look whether the export is right. If it is, learn anew from all deals with `leadscore train`.\n"
}

fn judged_text(judgement: &Judgement) -> Page {
    let gate = &judgement.gate;
    let row = |name: &str, side: &SideResult| {
        let auc = side.auc.map_or(["–".to_string(), "–".to_string()], |a| {
            [format!("{:.3}", a.value), format!("{:.3} to {:.3}", a.interval.low, a.interval.high)]
        });
        let [auc, interval] = auc;
        vec![name.to_string(), auc, interval, format!("{:.4}", side.log_loss)]
    };
    let mut rows =
        vec![row("challenger", &gate.challenger), row(&format!("version {} (live)", judgement.against), &gate.current)];
    rows.extend(gate.scorecard.as_ref().map(|s| row("scorecard alone", s)));
    rows.push(vec!["old win rate".into(), "–".into(), "–".into(), format!("{:.4}", gate.win_rate_log_loss)]);
    let parts = match judgement.parts {
        1 => String::new(),
        n => format!(", in {n} parts, each by a challenger that learned from everything before it"),
    };
    let mut text = Page::from(format!(
        "{}\n\nJudged by {} closed {} to {}{}:\n",
        judgement.sentence(),
        plural(judgement.judged.0, "deal"),
        format_day(judgement.span.0),
        format_day(judgement.span.1),
        parts,
    ));
    let align = [Align::Left, Align::Right, Align::Right, Align::Right];
    text.append(Page::below_a_blank(table(&["", "AUC", "95 % interval", "log loss"], &align, &rows)));
    text.push_str("\n");
    text
}

fn saved_text(saved: Published, publishes: bool, live: u32) -> String {
    let version = saved.version();
    match (saved, publishes) {
        (Published::New(_), true) => format!(
            "Version {version} is live: the challenger, refitted on all deals. `leadscore models rollback` undoes it.\n"
        ),
        (Published::Unchanged(_), true) => format!("It is the same as version {version}, which stays live.\n"),
        (_, false) => format!(
            "Version {live} stays live. The challenger is kept as candidate version {version}; `leadscore models diff \
             {live} {version}` shows what moved.\n"
        ),
    }
}

//! `leadscore explain`: one lead, every contribution, in points and in log-odds.

mod since;

use super::inputs::InputArgs;
use super::leads_at_hand::{are_numbered, is_called, numbered};
use super::log::{looks_at_details, open_log};
use super::page::{Page, Table, bars};
use super::reading::leads_for_scoring;
use super::score::{as_of, general_warnings, scorers, stored, version};
use super::stale::Stale;
use super::terminal::{Align, Terminal, percent, table};
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::pipeline::changes::{self, Changes};
use crate::pipeline::explain::{Explanation, Line, explain};
use crate::pipeline::score::{AsOf, ScoreInputs, ScoreSettings, score};
use crate::tables::{ActivityBatches, LeadTable};
use crate::text::listed;
use crate::values::format_instant;
use clap::Args;
use serde::Serialize;
use since::push_changes;

/// Explain one lead's score.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  leadscore explain lead-A --leads open.csv --activities acts.csv --as-of 2026-07-01"
)]
pub(super) struct ExplainArgs {
    /// The lead's id, exactly as written in the file.
    pub(super) lead: String,
    #[command(flatten)]
    pub(super) inputs: InputArgs,
    /// The instant the score is true for: a time, `now`, or `column`.
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub(super) as_of: String,
    /// Version of the model [default: the live one].
    #[arg(long, value_name = "V", value_parser = version)]
    pub(super) model_version: Option<u32>,
    /// Also show what changed since this earlier time.
    #[arg(long, value_name = "WHEN")]
    pub(super) since: Option<String>,
    /// With --since: the version that scored the lead then [default: the same as now].
    #[arg(long, value_name = "V", value_parser = version, requires = "since")]
    pub(super) since_version: Option<u32>,
    /// Explain the scorecard alone.
    #[arg(long)]
    pub(super) rules_only: bool,
}

/// What `explain --format json` prints.
#[derive(Serialize)]
struct Summary {
    #[serde(flatten)]
    explanation: Explanation,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Changes>,
}

pub(super) fn run(args: &ExplainArgs, terminal: &Terminal) -> CommandResult {
    let (explanation, changes) = explain_and_compare(args, terminal)?;
    let mut page = explanation_text(&explanation);
    if let Some(changes) = &changes {
        page.push_str("\n");
        push_changes(&mut page, changes);
    }
    terminal.summary(&Summary { explanation, changes }, page)?;
    Ok(Ending::Done)
}

/// Reads, scores and explains one lead.
pub(super) fn explain_lead(args: &ExplainArgs, terminal: &Terminal) -> Result<Explanation, InputError> {
    Ok(explain_and_compare(args, terminal)?.0)
}

fn explain_and_compare(args: &ExplainArgs, terminal: &Terminal) -> Result<(Explanation, Option<Changes>), InputError> {
    let inputs = args.inputs.resolve()?;
    let scorers = scorers(&inputs, args.model_version, args.rules_only, terminal)?;
    let moment = as_of(&inputs, &args.as_of)?;
    let warnings = general_warnings(&inputs, &scorers, args.inputs.no_activities)?;
    let (card, model) = (scorers.scorecard.as_ref(), scorers.model.as_ref());
    let read = leads_for_scoring(&inputs, card, model, moment == AsOf::Column, &[], terminal)?;
    let are_numbered = are_numbered(&read.built.table);
    let lead = one_lead(&read.built.table, are_numbered, &args.lead)?;
    if are_numbered {
        // Rows are counted anew in every file.
        terminal.note(&format!("`{}` is the lead of that number in {}", args.lead, read.built.table.files.join(", ")));
    }
    if let Some(stale) = Stale::of_table(&read.built.table, None, moment, &inputs.times) {
        terminal.note(&stale.sentence());
    }
    let mut log = open_log(&inputs, &lead.ids, card, &read.date_orders, terminal)?;
    let settings = ScoreSettings {
        activity_columns: read.roles.activity_columns.clone(),
        ours: inputs.project.activities.ours.clone(),
        reasons: true,
        min_evidence: inputs.project.score.min_evidence,
        warnings,
        lost_after: inputs.project.leads.lost_after,
        ..ScoreSettings::of(moment)
    };
    let source = log.as_mut().map(|l| l as &mut dyn ActivityBatches);
    let assessment = score(ScoreInputs { table: &lead, log: source, scorecard: card, model }, &settings)?;
    let when = format_instant(assessment.as_of[0]);
    let explanation = explain(&assessment, 0, when);
    let Some(since) = &args.since else { return Ok((explanation, None)) };
    let since = inputs.instant("--since", since)?;
    let before = args.since_version.map(|version| stored(&inputs, Some(version), terminal)).transpose()?;
    let lead_before = match &before {
        Some(b) => {
            let read = leads_for_scoring(&inputs, b.scorecard.as_ref(), b.model.as_ref(), false, &[], terminal)?;
            Some(one_lead(&read.built.table, are_numbered, &args.lead)?)
        }
        None => None,
    };
    let before = before.as_ref().zip(lead_before.as_ref()).map(|(b, lead)| changes::Scorers {
        lead,
        scorecard: b.scorecard.as_ref(),
        model: b.model.as_ref(),
    });
    let after = changes::Scorers { lead: &lead, scorecard: card, model };
    // Details are read when either scorecard looks at them.
    let details = [card, before.and_then(|b| b.scorecard)];
    let mut log = open_log(&inputs, &lead.ids, looks_at_details(details), &read.date_orders, terminal)?;
    let source = log.as_mut().map(|l| l as &mut dyn ActivityBatches);
    let changed = changes::changes(before, after, source, since, &settings)?;
    Ok((explanation, Some(changed)))
}

/// Whether the table was read from one file of this name.
fn is_from(table: &LeadTable, name: &str) -> bool {
    matches!(&table.files[..], [only] if is_called(only, name))
}

/// The table with this lead alone; in a table whose ids are the numbers of its rows, by the name of its file and its number,
/// too, as leads are called where other files stand beside.
fn one_lead(table: &LeadTable, are_numbered: bool, id: &str) -> Result<LeadTable, InputError> {
    let row_of = |id: &str| table.ids.iter().position(|own| own == id);
    let number = numbered(id).filter(|(file, _)| are_numbered && is_from(table, file));
    let Some(row) = row_of(id).or_else(|| row_of(number?.1)) else {
        let nearest = crate::text::nearest(id, table.ids.iter());
        let hint = match (numbered(id), nearest) {
            (Some((file, _)), _) if !is_from(table, file) => {
                format!("a row of {file}? --leads {file} --number-rows looks there; ")
            }
            (_, Some(nearest)) => format!("the nearest id is `{nearest}`; "),
            _ => String::new(),
        };
        return Err(InputError::new(format!("there is no lead `{id}` in {}", table.files.join(", ")))
            .remedy(format!("{hint}ids are compared exactly as written; --leads FILE looks in another file")));
    };
    Ok(table.rows(&[row]))
}

/// The explanation as a person reads it.
pub(super) fn explanation_text(e: &Explanation) -> Page {
    let mut text = Page::from(format!("{} as of {}\n", e.lead, e.as_of));
    if !e.warnings.is_empty() {
        text.push_str(&format!("warnings: {}\n", e.warnings));
    }
    if let Some(rule_score) = e.rule_score {
        let set = if e.is_start { "at start" } else { "hand-set" };
        text.push_str(&format!("\nPoints ({set}), largest first\n"));
        if e.points.is_empty() {
            text.push_str("  no rule applies\n");
        } else {
            let lines = largest_first(&e.points);
            text.push_table(ledger(&lines, "points", "quantity", crate::features::short_number));
        }
        let tier = if e.rule_tier.is_empty() { "below all tiers" } else { &e.rule_tier };
        text.push_str(&format!("  = rule score {} ({tier})\n", crate::features::short_number(rule_score)));
    }
    if let Some(p) = e.model_probability {
        text.push_str("\nLog-odds (learned), largest first: +0.7 doubles the odds of a win, -0.7 halves them\n");
        text.push_table(ledger(&small_ones_together(by_size(&e.log_odds)), "log-odds", "value", |c| {
            format!("{c:+.3}")
        }));
        text.push_str(&format!("  = model probability {}\n", percent(p)));
        text.push_str(&opposed(&e.opposed));
    }
    text.push_str(&chain(e));
    text
}

/// Why the same thing may go one way in points and the other in log-odds, where it does.
fn opposed(rules: &[String]) -> String {
    if rules.is_empty() {
        return String::new();
    }
    format!(
        "  Points and log-odds disagree on {}: log-odds count it beside all else, where others may say nearly the same. By the deals as a \
         whole: `leadscore compare`.\n",
        listed(rules, "and")
    )
}

fn chain(e: &Explanation) -> String {
    let mut text = String::new();
    if let (Some(rule_score), Some(p_rule), Some(p_model), Some(w), Some(p), Some(score)) =
        (e.rule_score, e.rule_probability, e.model_probability, e.blend_weight, e.win_probability, e.score)
    {
        text.push_str(&format!(
            "\nFrom both to the score\n  rule score {} → {} by the rules alone\n  model → {}\n  blended (the model has {:.0} % of the say) → win probability {}\n  on the scorecard's scale, by the place in the order of past deals → score {}",
            crate::features::short_number(rule_score),
            percent(p_rule),
            percent(p_model),
            100.0 * w,
            percent(p),
            crate::features::short_number(score)
        ));
        text.push_str(&format!(" ({})\n", if e.tier.is_empty() { "below all tiers" } else { &e.tier }));
    } else if let Some(score) = e.score {
        text.push_str(&format!("\nscore {}\n", crate::features::short_number(score)));
    }
    if !e.quadrant.is_empty() {
        text.push_str(&format!("\nquadrant: {} ({})\n", e.quadrant, e.record));
    }
    if !e.high_means.is_empty() {
        text.push_str(&format!("{}\n", e.high_means));
    }
    if !e.reason.is_empty() {
        text.push_str(&format!("why: {}\n", e.reason));
    }
    if !e.next_action.is_empty() {
        text.push_str(&format!("next: {}\n", e.next_action));
    }
    text
}

/// The column that draws the figures beside it.
const PICTURE: &str = "█ for ░ against";

/// By the size of the contribution.
fn largest_first(lines: &[Line]) -> Vec<Line> {
    let mut sorted = lines.to_vec();
    sorted.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    sorted
}

/// The average lead first, then by the size of the contribution.
fn by_size(lines: &[Line]) -> Vec<Line> {
    let mut sorted = lines.to_vec();
    if let Some((_, rest)) = sorted.split_first_mut() {
        rest.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
        rest.iter_mut().for_each(|line| line.value = shown(&line.value));
    }
    sorted
}

/// Contributions that change the odds by less than a twentieth as one line at the end, so that the ledger still adds up.
fn small_ones_together(sorted: Vec<Line>) -> Vec<Line> {
    const SMALL: f64 = 0.05;
    let from = 1 + sorted.iter().skip(1).position(|line| line.contribution.abs() < SMALL).unwrap_or(sorted.len());
    let small = sorted.get(from..).unwrap_or_default();
    if small.len() < 2 {
        return sorted;
    }
    let sum = Line {
        name: format!("{} smaller ones", small.len()),
        value: String::new(),
        contribution: small.iter().map(|line| line.contribution).sum(),
    };
    sorted[..from].iter().cloned().chain([sum]).collect()
}

/// A value, or those of an interaction, with a dash for one that is missing: `– × Berlin`.
fn shown(value: &str) -> String {
    let each: Vec<&str> = value.split(" × ").map(|value| if value.is_empty() { "–" } else { value }).collect();
    each.join(" × ")
}

/// Lines with their bars; a negative contribution is hatched.
fn ledger(lines: &[Line], unit: &str, value: &str, show: impl Fn(f64) -> String) -> Table {
    // Where the average lead stands is no contribution, and would dwarf them.
    let drawn = |line: &Line| if line.name == "average lead" { f64::NAN } else { line.contribution };
    let drawn = bars(&lines.iter().map(drawn).collect::<Vec<_>>());
    let row = |(l, bar): (&Line, String)| vec![l.name.clone(), l.value.clone(), show(l.contribution), bar];
    let rows: Vec<Vec<String>> = lines.iter().zip(drawn).map(row).collect();
    let align = [Align::Left, Align::Right, Align::Right, Align::Left];
    table(&["", value, unit, PICTURE], &align, &rows).sparing(&[PICTURE])
}

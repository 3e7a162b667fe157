//! Where points and model disagree: in brief how many leads and what became of such deals, in full with the widest apart.

use super::{Flagged, ScoreSummary};
use crate::cli::flagged::{Entry, list_text};
use crate::cli::page::Page;
use crate::cli::terminal::{Align, count, percent, plural, table};
use crate::mismatch::{Quadrant, QuadrantRecord};
use crate::pipeline::score::Assessment;
use crate::snapshot::RowWeights;
use crate::text::capital;
use serde::Serialize;

/// Mismatches of each kind that are told; `--mismatches` writes all.
const TOLD: usize = 1;

/// How many leads a quadrant holds, and what became of its past deals.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct QuadrantVolume {
    pub(in crate::cli) quadrant: Quadrant,
    pub(in crate::cli) leads: usize,
    /// What a lead there asks for.
    pub(in crate::cli) advice: &'static str,
    pub(in crate::cli) record: String,
    /// What row weights make of the record's rate.
    pub(in crate::cli) row_weights: RowWeights,
    /// The record's rate; `None` where there are too few deals to say.
    #[serde(skip)]
    share_won: Option<f64>,
}

impl QuadrantVolume {
    /// Of all four, over the leads of `open`; none where the model has no opinion to disagree with, or no tier begins the calls.
    pub(super) fn of_each(assessment: &Assessment<'_>, open: &[usize]) -> Vec<QuadrantVolume> {
        let Some(model) = assessment.model else { return Vec::new() };
        let has_handover = assessment.scorecard.is_some_and(|card| card.handover.is_some());
        let blending = model.blending.as_ref().filter(|b| b.blurred.is_none() && has_handover);
        let Some(blending) = blending else { return Vec::new() };
        let volume = |quadrant: Quadrant| {
            let record = blending.records.iter().find(|record| record.quadrant == quadrant);
            let told = record.map(|record| match (record.says(), &record.record) {
                (Some(rate), _) => rate.unmarked(),
                (None, Some(rate)) => format!("{} of {} won: too few to say", rate.wins, rate.n),
                (None, None) => "no past deal".to_string(),
            });
            QuadrantVolume {
                quadrant,
                leads: open.iter().filter(|&&i| assessment.leads[i].quadrant == Some(quadrant)).count(),
                advice: quadrant.advice(record.and_then(|record| record.standing(model.snapshot.win_rate))),
                record: told.unwrap_or_default(),
                row_weights: record
                    .and_then(QuadrantRecord::says)
                    .map_or(RowWeights::Alike, |rate| rate.weighted_by(model.row_weights())),
                share_won: record.and_then(QuadrantRecord::says).map(|rate| rate.rate),
            }
        };
        Quadrant::ALL.into_iter().map(volume).collect()
    }
}

/// Which leads the two sides see otherwise, a sentence for both kinds.
pub(super) fn in_brief(summary: &ScoreSummary) -> String {
    if let Some(why) = &summary.no_quadrants_because {
        return format!("\nNo quadrants: {why}.\n");
    }
    let of = |quadrant: Quadrant| summary.quadrants.iter().find(|q| q.quadrant == quadrant);
    let (Some(gems), Some(verify)) = (of(Quadrant::HiddenGem), of(Quadrant::Verify)) else { return String::new() };
    let tier = summary.handover.as_ref().map_or("high", |handover| handover.tier.as_str());
    // Whose rates they are is one thing, though by chance one of them may be won ÷ closed as well.
    let weights = if gems.row_weights.differ() { gems.row_weights } else { verify.row_weights };
    let whole =
        |q: &QuadrantVolume| q.share_won.map(|won| format!("; of {} {} were won", weights.such_deals(), percent(won)));
    // What its number is of need not be said twice.
    let is_said = gems.share_won.is_some();
    let of_verify = if is_said { verify.share_won.map(|won| format!("; {}", percent(won))) } else { whole(verify) };
    format!(
        "\n{tier} {} (`{}`): {}{}. {} (`{}`): {}{}.\n",
        gems.quadrant.placed(summary.is_start),
        gems.quadrant.as_str(),
        count(gems.leads),
        whole(gems).unwrap_or_default(),
        capital(verify.quadrant.placed(summary.is_start)),
        verify.quadrant.as_str(),
        count(verify.leads),
        of_verify.unwrap_or_default(),
    )
}

/// The quadrants as a table, and the leads about which the two sides disagree most.
pub(super) fn in_full(summary: &ScoreSummary) -> Page {
    let mut text = Page::new();
    if let Some(why) = &summary.no_quadrants_because {
        text.push_str(&format!("\nNo quadrants: {why}.\n"));
        return text;
    }
    if summary.quadrants.is_empty() {
        return text;
    }
    let tier = summary.handover.as_ref().map_or("high", |handover| handover.tier.as_str());
    let meaning = |q: &QuadrantVolume| format!("{tier} {}: {}", q.quadrant.placed(summary.is_start), q.advice);
    let rows: Vec<Vec<String>> = summary
        .quadrants
        .iter()
        .map(|q| vec![q.quadrant.as_str().to_string(), count(q.leads), meaning(q), q.record.clone()])
        .collect();
    let align = [Align::Left, Align::Right, Align::Left, Align::Left];
    let weights = summary.quadrants.iter().map(|quadrant| quadrant.row_weights).find(|weights| weights.differ());
    let past = format!("past deals there{}", weights.map_or("", RowWeights::mark));
    text.append(Page::below_a_blank(table(&["quadrant", "leads", "what it means", &past], &align, &rows)));
    if let Some(weights) = weights {
        text.push_str(&format!("  {}\n", weights.marked()));
    }
    if let Some(handover) = &summary.handover {
        text.push_str(&format!("\n{}\n", handover.sentence()));
    }
    let told = summary.verify.len().min(TOLD) + summary.hidden_gems.len().min(TOLD);
    let more = match summary.mismatches {
        0 => "",
        n if n > told => {
            " `--mismatches FILE` writes all of them; the widest apart (odds × 2: twice the odds of a win):"
        }
        _ => " (Odds × 2: twice the odds of a win.)",
    };
    text.push_str(&format!(
        "\nRules and model disagree about {} by {:.0} percentage points of rank or more.{more}\n",
        plural(summary.mismatches, "lead"),
        summary.min_gap.unwrap_or_default()
    ));
    for (quadrant, flagged) in [(Quadrant::Verify, &summary.verify), (Quadrant::HiddenGem, &summary.hidden_gems)] {
        let title = format!("{tier} {} ({})", quadrant.placed(summary.is_start), quadrant.as_str());
        text.push_str(&flagged_text(&title, flagged));
    }
    text
}

fn flagged_text(title: &str, flagged: &[Flagged]) -> String {
    let entry = |lead: &'_ Flagged| {
        format!(
            "{}: {}, a chance of {} by the model",
            lead.lead,
            points(lead.rule_score),
            percent(lead.model_probability)
        )
    };
    let told = flagged.iter().take(TOLD);
    let entries: Vec<Entry<'_>> =
        told.map(|lead| Entry { head: entry(lead), reason: &lead.reason, action: &lead.action }).collect();
    list_text(title, &entries)
}

/// `1 point`, `12.5 points`.
fn points(score: f64) -> String {
    format!("{} {}", crate::features::short_number(score), if score == 1.0 { "point" } else { "points" })
}

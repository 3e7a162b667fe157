//! The summary of a scoring as a person reads it.

use super::{Flagged, ScoreSummary};
use crate::cli::flagged::{Entry, list_text};
use crate::cli::page::Page;
use crate::cli::terminal::{Align, count, percent, plural, table};
use crate::metrics::{MARKED, row_weight_mark};

/// The summary as a person reads it.
pub(in crate::cli) fn score_text(summary: &ScoreSummary) -> Page {
    let mut text = Page::new();
    let with = match (&summary.scorecard, summary.model_version) {
        (Some(card), Some(version)) => format!("the scorecard \"{card}\" and model version {version}"),
        (Some(card), None) => format!("the scorecard \"{card}\" alone"),
        (None, Some(version)) => format!("model version {version} alone"),
        (None, None) => "nothing".to_string(),
    };
    text.push_str(&format!("{} scored with {with}", plural(summary.leads, "lead")));
    if summary.out != "-" {
        text.push_str(&format!(" into {}", summary.out));
    }
    text.push_str(".\n");
    if summary.looks_back {
        text.push_str(&format!(
            "{} won or lost already, so there is nobody to call: these figures look back. --leads FILE scores leads that are \
             still open.\n",
            if summary.leads == 1 { "It is".to_string() } else { "All of them are".to_string() }
        ));
    }
    if summary.closed > 0 || summary.not_created > 0 {
        let in_time = match summary.lost_by_now {
            0 => String::new(),
            n => format!(" ({} because they were not won in time)", count(n)),
        };
        text.push_str(&format!(
            "{} open at the as-of; {} had closed before it{in_time} and {} did not exist yet: these are in the file, but not counted below.\n",
            count(summary.open),
            count(summary.closed),
            count(summary.not_created)
        ));
    }
    if let Some(stale) = &summary.stale {
        text.push_str(&format!("{}\n", stale.sentence()));
    }
    if summary.acts_after_as_of > 0 {
        text.push_str(&format!(
            "{} lie before the as-of and count; {} lie at or after it and do not.\n",
            plural(summary.acts_seen as usize, "log row"),
            count(summary.acts_after_as_of as usize)
        ));
    }
    // Of leads whose outcome is known nobody expects anything.
    if let Some(p) = summary.mean_win_probability.filter(|_| !summary.looks_back) {
        text.push_str(&format!(
            "Expected wins among the open leads: {:.0} ({} on average).\n",
            p * summary.open as f64,
            percent(p)
        ));
    }
    if let (Some(days), n @ 1..) = (summary.horizon_days, summary.older_than_the_model_knows) {
        text.push_str(&format!(
            "{} older than {days:.0} days. The model was taught what deals look like in their first {days:.0} days, within \
             which nearly all wins come (`horizon`), so of older leads it can only guess.{}\n",
            if n == 1 { "1 lead is".to_string() } else { format!("{} leads are", count(n)) },
            if 2 * n > summary.open && summary.stale.is_none() { " Is --as-of right?" } else { "" }
        ));
    }
    // Of nobody there is nothing to tell.
    if summary.open > 0 {
        text.append(tiers_text(summary));
        text.append(top_text(summary));
        text.append(mismatch_text(summary));
    }
    text.push_str(&how_to_use(summary));
    if !summary.notes.is_empty() {
        text.push_str("\n");
    }
    for note in &summary.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}

/// For whoever opens the scored table for the first time.
fn how_to_use(summary: &ScoreSummary) -> String {
    if summary.out == "-" || summary.looks_back || summary.open == 0 {
        return String::new();
    }
    let mut text = format!(
        "\nTo work with {}: its rows stand in the order of your file, so sort by `score`, largest first, and call from the top.",
        summary.out
    );
    if summary.scorecard.is_some() {
        text.push_str(" Filter `tier` for a part of them; `next_action` says what to do.");
    }
    if summary.closed > 0 {
        text.push_str(&format!(
            " Leave out the {} whose `warnings` begin with `closed`.",
            if summary.closed == 1 { "lead".to_string() } else { format!("{} leads", count(summary.closed)) }
        ));
    }
    text.push_str(" `leadscore explain ID` shows why a lead stands where it does.\n");
    text
}

fn top_text(summary: &ScoreSummary) -> Page {
    if summary.top.is_empty() {
        return Page::new();
    }
    let rows: Vec<Vec<String>> = summary
        .top
        .iter()
        .map(|t| {
            let p = t.win_probability.map(percent).unwrap_or_default();
            vec![t.lead.clone(), crate::features::short_number(t.score), t.tier.clone(), p, t.next_action.clone()]
        })
        .collect();
    let align = [Align::Left, Align::Right, Align::Left, Align::Right, Align::Left];
    let title = if summary.looks_back { "highest scores" } else { "call first" };
    Page::below_a_blank(table(&[title, "score", "tier", "chance", "next"], &align, &rows))
}

fn tiers_text(summary: &ScoreSummary) -> Page {
    if summary.tiers.is_empty() {
        return Page::new();
    }
    let with_model = summary.model_version.is_some();
    let rows: Vec<Vec<String>> = summary
        .tiers
        .iter()
        .map(|t| {
            let name = if t.tier.is_empty() { "(below all tiers)".to_string() } else { t.tier.clone() };
            let mut row = vec![name, count(t.by_rules)];
            if with_model {
                row.push(count(t.by_score));
            }
            row
        })
        .collect();
    let (header, align): (&[&str], &[Align]) = if with_model {
        (&["tier", "by rules", "by score"], &[Align::Left, Align::Right, Align::Right])
    } else {
        (&["tier", "leads"], &[Align::Left, Align::Right])
    };
    let mut text = Page::below_a_blank(table(header, align, &rows));
    if let (Some(handover), n @ 1..) = (&summary.handover, summary.likely_below_handover) {
        let tier = &handover.tier;
        text.push_str(&format!(
            "\n{} below {tier} {} more likely than not to be won: a tier holds a share of the deals, whatever their chance. \
             If sales has time for more, lower the bound of {tier} in the scorecard.\n",
            plural(n, "lead"),
            if n == 1 { "is" } else { "are" }
        ));
    }
    text
}

fn mismatch_text(summary: &ScoreSummary) -> Page {
    let mut text = Page::new();
    if let Some(why) = &summary.no_quadrants_because {
        text.push_str(&format!("\nNo quadrants: {why}.\n"));
        return text;
    }
    if summary.quadrants.is_empty() {
        return text;
    }
    let tier = summary.handover.as_ref().map_or("high", |handover| handover.tier.as_str());
    let meaning = |q: &str| match q {
        "work_now" => format!("{tier} by points and by the model: call"),
        "verify" => format!("{tier} by points, not by the model: look before calling"),
        "hidden_gem" => format!("{tier} by the model, not by points: worth a call"),
        _ => format!("{tier} by neither: after the others"),
    };
    let rows: Vec<Vec<String>> = summary
        .quadrants
        .iter()
        .map(|q| vec![q.quadrant.clone(), count(q.leads), meaning(&q.quadrant), q.record.clone()])
        .collect();
    let align = [Align::Left, Align::Right, Align::Left, Align::Left];
    let is_weighted = summary.quadrants.iter().any(|quadrant| quadrant.is_weighted);
    let past = format!("past deals there{}", row_weight_mark(is_weighted));
    text.append(Page::below_a_blank(table(&["quadrant", "leads", "what it means", &past], &align, &rows)));
    if is_weighted {
        text.push_str(&format!("  {MARKED}\n"));
    }
    if let Some(handover) = &summary.handover {
        text.push_str(&format!("\n{}\n", handover.sentence()));
    }
    text.push_str(&format!(
        "\nRules and model disagree about {} by {:.0} percentage points of rank or more.\n",
        plural(summary.mismatches, "lead"),
        summary.min_gap.unwrap_or_default()
    ));
    text.push_str(&flagged_text(&format!("{tier} by points, not by the model (verify)"), &summary.verify));
    text.push_str(&flagged_text(&format!("{tier} by the model, not by points (hidden_gem)"), &summary.hidden_gems));
    text
}

fn flagged_text(title: &str, flagged: &[Flagged]) -> String {
    let entry = |lead: &'_ Flagged| {
        let points = crate::features::short_number(lead.rule_score);
        format!("{}: {points} points, a chance of {} by the model", lead.lead, percent(lead.model_probability))
    };
    let entries: Vec<Entry<'_>> =
        flagged.iter().map(|lead| Entry { head: entry(lead), reason: &lead.reason, action: &lead.action }).collect();
    list_text(title, &entries)
}

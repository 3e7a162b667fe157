//! The summary of a scoring as a person reads it.

use super::{Flagged, ScoreSummary};
use crate::cli::page::Page;
use crate::cli::terminal::{Align, count, percent, plural, table};

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
    if summary.closed > 0 || summary.not_created > 0 {
        text.push_str(&format!(
            "{} open at the as-of; {} had closed before it and {} did not exist yet: these are in the file, but not counted below.\n",
            count(summary.open),
            count(summary.closed),
            count(summary.not_created)
        ));
    }
    if summary.acts_after_as_of > 0 {
        text.push_str(&format!(
            "{} lie before the as-of and count; {} lie at or after it and do not.\n",
            plural(summary.acts_seen as usize, "log row"),
            count(summary.acts_after_as_of as usize)
        ));
    }
    // Of leads whose outcome is known nobody expects anything.
    if let Some(p) = summary.mean_win_probability.filter(|_| summary.sums.decided < summary.open) {
        text.push_str(&format!(
            "Expected wins among the open leads: {:.0} ({} on average).\n",
            p * summary.open as f64,
            percent(p)
        ));
    }
    if let (Some(days), n @ 1..) = (summary.horizon_days, summary.older_than_the_model_knows) {
        text.push_str(&format!(
            "{} older than the {days:.0} days the model knows: their probabilities are its guess.{}\n",
            if n == 1 { "1 lead is".to_string() } else { format!("{} leads are", count(n)) },
            if 2 * n > summary.open { " Is --as-of right?" } else { "" }
        ));
    }
    text.append(tiers_text(summary));
    text.append(top_text(summary));
    text.append(mismatch_text(summary));
    if !summary.notes.is_empty() {
        text.push_str("\n");
    }
    for note in &summary.notes {
        text.push_str(&format!("note: {note}\n"));
    }
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
    Page::below_a_blank(table(&["highest scores", "score", "tier", "chance", "next"], &align, &rows))
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
    Page::below_a_blank(table(header, align, &rows))
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
    let meaning = |q: &str| match q {
        "work_now" => "both high: call",
        "verify" => "high score, unlikely to order: look before calling",
        "hidden_gem" => "low score, likely to order: worth a call",
        _ => "both low: keep in touch",
    };
    let rows: Vec<Vec<String>> = summary
        .quadrants
        .iter()
        .map(|q| vec![q.quadrant.clone(), count(q.leads), meaning(&q.quadrant).to_string(), q.record.clone()])
        .collect();
    let align = [Align::Left, Align::Right, Align::Left, Align::Left];
    text.append(Page::below_a_blank(table(&["quadrant", "leads", "what it means", "past deals there"], &align, &rows)));
    text.push_str(&format!(
        "\nRules and model disagree about {} by {:.0} percentage points of rank or more.\n",
        plural(summary.mismatches, "lead"),
        summary.min_gap.unwrap_or_default()
    ));
    text.push_str(&flagged_text("High score, unlikely to order (verify)", &summary.verify));
    text.push_str(&flagged_text("Low score, likely to order (hidden_gem)", &summary.hidden_gems));
    text
}

fn flagged_text(title: &str, flagged: &[Flagged]) -> String {
    if flagged.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{title}:\n");
    for lead in flagged {
        text.push_str(&format!(
            "  {}: {} points, {} by the model. {}\n    next: {}\n",
            lead.lead,
            crate::features::short_number(lead.rule_score),
            percent(lead.model_probability),
            lead.reason,
            lead.action
        ));
    }
    text
}

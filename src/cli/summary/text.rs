//! The summary of a scoring as a person reads it.

use super::{Flagged, ScoreSummary, TopLead};
use crate::cli::flagged::{Entry, list_text};
use crate::cli::page::Page;
use crate::cli::terminal::{Align, count, percent, plural, table};
use crate::metrics::{MARKED, row_weight_mark};
use crate::scorecard::tier_meaning;

/// Mismatches of each kind that are told; `--mismatches` writes all.
const TOLD: usize = 1;

/// The summary as a person reads it.
pub(in crate::cli) fn score_text(summary: &ScoreSummary) -> Page {
    let mut text = Page::from(headline(summary));
    if summary.looks_back {
        text.append(looking_back(summary));
    } else {
        text.append(looking_ahead(summary));
    }
    if !summary.notes.is_empty() {
        text.push_str("\n");
    }
    for note in &summary.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}

fn headline(summary: &ScoreSummary) -> String {
    let with = match (&summary.scorecard, summary.model_version) {
        (Some(card), Some(version)) => format!("the scorecard \"{card}\" and model version {version}"),
        (Some(card), None) => format!("the scorecard \"{card}\" alone"),
        (None, Some(version)) => format!("model version {version} alone"),
        (None, None) => "nothing".to_string(),
    };
    let into = if summary.out == "-" { String::new() } else { format!(" into {}", summary.out) };
    format!("{} scored with {with}{into}.\n", plural(summary.leads, "lead"))
}

/// Leads that are all decided: nobody is to be called, and what is shown is no forecast.
fn looking_back(summary: &ScoreSummary) -> Page {
    let all = match summary.leads {
        1 => "It is".to_string(),
        n => format!("All {} are", count(n)),
    };
    let mut text = Page::from(format!(
        "{all} won or lost already, so there is nobody to call, and no next step is written. To rank open leads, give a file \
         of them with the same columns but the outcome: --leads FILE. What stands here looks back, and a model that learned \
         from these very deals looks better on them than it is.\n"
    ));
    text.append(tiers_text(summary));
    text.append(top_text(summary));
    text.push_str(
        "\n`leadscore explain ID` shows why a lead stands where it does; `leadscore report --out report.html` shows what the \
         deals say, each judged by a model that had not seen it.\n",
    );
    text
}

/// Leads to be worked.
fn looking_ahead(summary: &ScoreSummary) -> Page {
    let mut text = Page::new();
    if summary.closed > 0 || summary.not_created > 0 {
        text.push_str(&not_counted(summary));
    }
    if let Some(stale) = &summary.moment.stale {
        text.push_str(&format!("{}\n", stale.sentence()));
    }
    if summary.acts_after_as_of > 0 {
        text.push_str(&format!(
            "{} lie before the as-of and count; {} lie at or after it and do not.\n",
            plural(summary.acts_seen as usize, "log row"),
            count(summary.acts_after_as_of as usize)
        ));
    }
    // Of nobody there is nothing to tell.
    if summary.open == 0 {
        return text;
    }
    if let Some(p) = summary.mean_win_probability {
        text.push_str(&format!(
            "Expected wins among the open leads: {} ({} on average).\n",
            count((p * summary.open as f64).round() as usize),
            percent(p)
        ));
    }
    if let Some(until) = &summary.moment.learned_until {
        text.push_str(&format!(
            "The model has learned what became of deals until {until}, later than the as-of and so of these leads, too: on them \
             it looks better than it is.\n"
        ));
    }
    if let (Some(days), n @ 1..) = (summary.horizon_days, summary.older_than_the_model_knows) {
        text.push_str(&format!(
            "{} older than {days:.0} days: past deals were looked at up to that age, by which most wins had come, so the chance \
             of older leads is a guess.{}\n",
            if n == 1 { "1 lead is".to_string() } else { format!("{} leads are", count(n)) },
            if 2 * n > summary.open && summary.moment.stale.is_none() { " Is --as-of right?" } else { "" }
        ));
    }
    text.append(tiers_text(summary));
    text.append(top_text(summary));
    text.append(mismatch_text(summary));
    text.push_str(&how_to_use(summary));
    text
}

/// Which leads are open, and which are written but not counted.
fn not_counted(summary: &ScoreSummary) -> String {
    let in_time = match summary.lost_by_now {
        0 => String::new(),
        n => format!(" ({} because they were not won in time)", count(n)),
    };
    let closed = (summary.closed > 0).then(|| format!("{} had closed before it{in_time}", count(summary.closed)));
    let to_come = (summary.not_created > 0).then(|| format!("{} did not exist yet", count(summary.not_created)));
    let others: Vec<String> = closed.into_iter().chain(to_come).collect();
    let nobody = if summary.open == 0 {
        " So there is nobody to call: --leads FILE scores leads that are still open."
    } else {
        ""
    };
    format!(
        "{} open at the as-of; {}: in the file, but not counted below.{nobody}\n",
        count(summary.open),
        others.join(" and ")
    )
}

/// For whoever opens the scored table for the first time.
fn how_to_use(summary: &ScoreSummary) -> String {
    if summary.out == "-" {
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
            if summary.closed == 1 { "lead".to_string() } else { plural(summary.closed, "lead") }
        ));
    }
    let as_of = summary.moment.as_of.as_ref().map_or_else(String::new, |as_of| format!(" --as-of {as_of}"));
    text.push_str(&format!(" `leadscore explain ID{as_of}` shows why a lead stands where it does.\n"));
    text
}

/// A column of the leads to begin with: its header, its side, whether it is shown, and what stands in it.
type TopColumn<'a> = (&'a str, Align, bool, &'a dyn Fn(&TopLead) -> String);

fn top_text(summary: &ScoreSummary) -> Page {
    if summary.top.is_empty() {
        return Page::new();
    }
    // Without a model nobody knows a chance, without a scorecard there are no tiers and no next steps, and nothing is left
    // to do about decided leads.
    let (has_chance, has_tiers) = (summary.model_version.is_some(), summary.scorecard.is_some());
    let has_next = has_tiers && !summary.looks_back;
    let title = if summary.looks_back { "highest scores" } else { "call first" };
    let columns: [TopColumn<'_>; 5] = [
        (title, Align::Left, true, &|t| t.lead.clone()),
        ("score", Align::Right, true, &|t| crate::features::short_number(t.score)),
        ("tier", Align::Left, has_tiers, &|t| t.tier.clone()),
        ("chance", Align::Right, has_chance, &|t| t.win_probability.map(percent).unwrap_or_default()),
        ("next", Align::Left, has_next, &|t| t.next_action.clone()),
    ];
    let shown = || columns.iter().filter(|(_, _, is_shown, _)| *is_shown);
    let rows: Vec<Vec<String>> =
        summary.top.iter().map(|lead| shown().map(|(.., value)| value(lead)).collect()).collect();
    let (header, align): (Vec<&str>, Vec<Align>) = shown().map(|(name, align, ..)| (*name, *align)).unzip();
    let mut text = Page::below_a_blank(table(&header, &align, &rows));
    if has_chance {
        let scale = if summary.scorecard.is_some() { "on the scale of the points" } else { "from 0 to 100" };
        text.push_str(&format!(
            "\nThe score is a place in the order of past deals, {scale}; the chance is that of a win, which may lie far from it.\n"
        ));
    }
    text
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
    text.push_str(&legend(summary));
    // Where all are decided nobody has time for more, and a model that may be chance knows nobody who is likely.
    let is_worth_telling = !summary.looks_back && summary.no_quadrants_because.is_none();
    if let (Some(handover), n @ 1.., true) = (&summary.handover, summary.likely_below_handover, is_worth_telling) {
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

/// What the columns and the tiers' names mean.
fn legend(summary: &ScoreSummary) -> String {
    let handover = summary.handover.as_ref().map(|handover| handover.tier.as_str());
    let tiers = summary
        .tiers
        .iter()
        .map(|t| t.tier.as_str())
        .filter_map(|tier| tier_meaning(tier, handover).map(|means| format!("{tier}: {means}")));
    let columns = summary.model_version.map(|_| "By rules: by the points alone. By score: with the model".to_string());
    let said: Vec<String> = columns.into_iter().chain(tiers).collect();
    if said.is_empty() { String::new() } else { format!("\n{}.\n", said.join(". ")) }
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
    let more = if summary.mismatches > summary.verify.len().min(TOLD) + summary.hidden_gems.len().min(TOLD) {
        " `--mismatches FILE` writes all of them; the widest apart:"
    } else {
        ""
    };
    text.push_str(&format!(
        "\nRules and model disagree about {} by {:.0} percentage points of rank or more.{more}\n",
        plural(summary.mismatches, "lead"),
        summary.min_gap.unwrap_or_default()
    ));
    text.push_str(&flagged_text(&format!("{tier} by points, not by the model (verify)"), &summary.verify));
    text.push_str(&flagged_text(&format!("{tier} by the model, not by points (hidden_gem)"), &summary.hidden_gems));
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

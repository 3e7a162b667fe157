//! The comparison as a manager reads it.

use super::super::page::{Page, Strip};
use super::super::terminal::{Align, count, percent, plural, table};
use super::personas::persona_text;
use super::summary::{RuleRow, Summary};
use crate::comparison::SETS_THE_SCALE;
use crate::features::short_number;
use crate::metrics::Rate;
use crate::pipeline::compare::{Judged, ShapeProfile};
use crate::snapshot::RowWeights;

/// The column that draws the figures beside it.
const PICTURE: &str = "○ set ● learned ─ interval";

/// Shown for `too little data` where it is not for want of deals.
const NO_VERDICT: &str = "no verdict";

/// The comparison as a page.
pub(in super::super) fn comparison_text(summary: &Summary) -> Page {
    let mut text = Page::new();
    for sentence in &summary.sentences {
        text.push_str(&format!("{sentence}\n"));
    }
    rules(&mut text, summary);
    groups(&mut text, summary);
    text.append(persona_text(&summary.personas, summary.row_weights));
    section(
        &mut text,
        "What the scorecard misses",
        summary.suggestions.iter().map(|s| s.sentence(summary.win_rate, summary.row_weights)),
    );
    section(&mut text, "Rules that say the same thing", summary.overlaps.iter().cloned());
    section(&mut text, "Paid for repetition", summary.caps.iter().filter_map(ShapeProfile::cap_sentence));
    section(&mut text, "How fast points should fade", summary.half_lives.iter().map(ShapeProfile::half_life_sentence));
    if let Some(judged) = &summary.judged {
        trial(&mut text, judged, summary.is_start, summary.row_weights);
    }
    endings(&mut text, summary);
    text
}

fn rules(text: &mut Page, summary: &Summary) {
    let strip = Strip::holding(
        summary.rules.iter().flat_map(|r| [r.hand_set_points, r.learned_points].into_iter().chain(r.drawn_interval)),
    );
    let rows: Vec<Vec<String>> = summary
        .rules
        .iter()
        .map(|r| {
            let name = r.persona.as_ref().map_or_else(|| r.rule.clone(), |p| format!("{p}/{}", r.rule));
            let rate = if r.leads == 0 { String::new() } else { percent(r.win_rate) };
            vec![
                name,
                r.group.clone(),
                short_number(r.hand_set_points),
                if r.is_learned { tenth(r.learned_points) } else { "–".to_string() },
                interval(r),
                strip.draw(r.hand_set_points, r.is_learned.then_some(r.learned_points), r.drawn_interval),
                count(r.leads),
                rate,
                if summary.ranks_nothing { NO_VERDICT.to_string() } else { r.verdict.clone() },
            ]
        })
        .collect();
    let set = if summary.is_start { "at start" } else { "hand-set" };
    let weights = summary.row_weights.of_rate(summary.deals, summary.won, summary.win_rate);
    let won = format!("won{}", weights.mark());
    let header = ["rule", "group", set, "learned", "95 % interval", PICTURE, "deals hit", &won, "verdict"];
    let align = [
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
    ];
    text.append(Page::below_a_blank(table(&header, &align, &rows).sparing(&["group", PICTURE])));
    text.push_str(&format!(
        "\n{}, {} won ({}). Points learned are drawn towards those {} while deals are few; first come rules whose points are off for \
         the most leads.\n",
        plural(summary.deals, "deal"),
        count(summary.won),
        weights.share_won(summary.deals, summary.won, summary.win_rate),
        if summary.is_start { "at the start" } else { "set by hand" }
    ));
    if summary.is_start {
        text.push_str("Once the points are yours, give the scorecard a name of your own.\n");
    }
    if weights.differ() {
        text.push_str(&format!("* {}\n", weights.sentence()));
    }
    for said in summary.of_the_scale.iter().chain(&summary.unjudged) {
        text.push_str(&format!("{said}\n"));
    }
}

/// What each group pays a deal, where there is more than one.
fn groups(text: &mut Page, summary: &Summary) {
    if summary.groups.len() < 2 {
        return;
    }
    let rows: Vec<Vec<String>> = summary
        .groups
        .iter()
        .map(|g| {
            vec![
                g.persona.as_ref().map_or_else(|| g.group.clone(), |p| format!("{p}/{}", g.group)),
                g.rules.to_string(),
                tenth(g.hand_set_points),
                tenth(g.learned_points),
                tenth(g.matters),
            ]
        })
        .collect();
    let set = if summary.is_start { "starting points a deal" } else { "hand-set points a deal" };
    let header = ["group", "rules", set, "learned", "moved"];
    let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    text.append(Page::below_a_blank(table(&header, &align, &rows)));
}

/// A heading and a sentence a line, where there are any.
fn section(text: &mut Page, title: &str, sentences: impl Iterator<Item = String>) {
    let sentences: Vec<String> = sentences.collect();
    if sentences.is_empty() {
        return;
    }
    text.push_str("\n");
    text.heading(2, title);
    for sentence in sentences {
        text.push_str(&format!("  {sentence}\n"));
    }
}

/// The learned scorecard beside the hand-set one, on deals that neither has seen.
fn trial(text: &mut Page, judged: &Judged, is_start: bool, weights: RowWeights) {
    text.push_str("\n");
    text.heading(2, "On trial");
    text.push_str(&format!("  {}\n", judged.sentence(is_start)));
    let words = |rate: &Option<Rate>| match rate {
        Some(rate) => format!("{} of {}", percent(rate.rate), count(rate.n)),
        None => "none".to_string(),
    };
    let rows: Vec<Vec<String>> = judged
        .tiers
        .iter()
        .map(|t| {
            let tier = if t.tier.is_empty() { "below all" } else { &t.tier };
            vec![tier.to_string(), words(&t.hand_set), words(&t.learned)]
        })
        .collect();
    let rates = || judged.tiers.iter().flat_map(|tier| [&tier.hand_set, &tier.learned]).flatten();
    let mark = if rates().any(|rate| rate.weighted_by(weights).differ()) { weights.mark() } else { "" };
    let set = if is_start { "at start" } else { "hand-set" };
    let [set, learned] = [set, "learned"].map(|points| format!("won{mark}, {points}"));
    let header = ["tier", &set, &learned];
    text.append(Page::below_a_blank(table(&header, &[Align::Left, Align::Right, Align::Right], &rows)));
}

/// Notes, and where the files are.
fn endings(text: &mut Page, summary: &Summary) {
    for note in &summary.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    if let Some(why) = &summary.declined {
        text.push_str(&format!(
            "No learned scorecard is written: {why}. Keep the one there is. To try a change of your own, edit a copy of it: \
             `leadscore simulate --scorecard COPY`.\n"
        ));
    }
    if let Some(path) = &summary.written {
        text.push_str(&written(path, summary.judged.as_ref()));
    }
    if let Some(path) = &summary.suggested {
        text.push_str(&format!("The suggested rules are in {path}.\n"));
    }
}

/// Where the learned scorecard is, and what to do with it.
fn written(path: &str, judged: Option<&Judged>) -> String {
    let tries = format!("`leadscore train --scorecard {path}` tries it");
    let next = match judged {
        Some(judged) if judged.contest.is_lost() => "it ranked worse on trial, so keep the one there is".to_string(),
        Some(judged) => match judged.other_volume() {
            Some(volume) => format!("look at the bound of {} first (see the trial), then {tries}", volume.tier),
            None => tries,
        },
        None => tries,
    };
    format!("The learned scorecard is in {path}; {next}.\n")
}

/// The interval of a rule's points, unless these hold the scale or nothing was learned of it.
fn interval(rule: &RuleRow) -> String {
    match (rule.sets_the_scale, rule.is_learned) {
        (true, _) => SETS_THE_SCALE.to_string(),
        (_, false) => "–".to_string(),
        _ => format!("{} to {}", tenth(rule.interval[0]), tenth(rule.interval[1])),
    }
}

/// One decimal, no negative zero.
fn tenth(value: f64) -> String {
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::Contest;
    use crate::pipeline::compare::TierPair;

    #[test]
    fn nobody_is_told_to_try_points_that_rank_worse() {
        let judged = |interval| Judged {
            scheme: "forward".into(),
            contest: Contest { deals: 400, won: 90, hand_set: 0.7, learned: 0.6, gain: -0.1, interval },
            tiers: Vec::new(),
        };
        let said = |judged: Option<&Judged>| written("learned.toml", judged);
        let (lost, mut open) = (judged([-0.15, -0.01]), judged([-0.15, 0.01]));
        assert!(said(Some(&lost)).ends_with("it ranked worse on trial, so keep the one there is.\n"));
        assert!(said(Some(&open)).ends_with("learned.toml; `leadscore train --scorecard learned.toml` tries it.\n"));
        assert_eq!(said(Some(&open)), said(None));
        open.tiers = vec![TierPair { tier: "SQL".into(), hand_set: Rate::of(&[1.0], &[1.0]), learned: None }];
        assert!(said(Some(&open)).contains("look at the bound of SQL first (see the trial), then `leadscore train"));
    }
}

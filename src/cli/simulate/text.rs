//! What a simulation says to a sales manager.

use super::super::page::Page;
use super::super::terminal::{Align, count, plural, table};
use super::Summary;
use crate::features::short_number;
use crate::pipeline::simulate::{Movement, PastEffect};

/// The simulation in sentences and tables; `top` leads of each list.
pub(super) fn simulation_text(found: &Summary, top: usize) -> Page {
    let mut text = Page::from(format!("{} in the place of {}, by points alone.\n", found.changed, found.current));
    if let Some(past) = &found.past {
        push_past(&mut text, past, top);
    }
    if let Some(open) = &found.open {
        text.push_str(&format!(
            "\nOpen leads: {}. Sales would have {} instead of {} at or above the handover.\n",
            count(open.leads),
            count(open.handed_over.1),
            count(open.handed_over.0)
        ));
        push_movement(&mut text, open, top);
    }
    text
}

fn push_past(text: &mut Page, past: &PastEffect, top: usize) {
    text.push_str(&format!("\nPast deals as they were then: {}, {} won.\n", count(past.deals), count(past.won)));
    if let Some(e) = &past.same_volume {
        let about = |n: f64| count(n.round() as usize);
        text.push_str(&format!(
            "With the same work ({} from the top) sales would have met {} instead of {}: {} gained, {} lost.\n",
            plural(e.volume.round() as usize, "deal"),
            plural(e.wins_changed.round() as usize, "win"),
            about(e.wins_current),
            about(e.gained),
            about(e.lost)
        ));
    }
    if let Some(tied) = &past.tied {
        text.push_str(&format!(
            "{} tie where that work ends, and {:.0} % of them fit: their wins count by that share, and nobody can say which.\n",
            plural(tied.deals, "deal"),
            100.0 * tied.share
        ));
    }
    if let Some(week) = &past.per_week {
        text.push_str(&format!(
            "Handed over: {} deals a week instead of {}.\n",
            short_number(week.changed),
            short_number(week.current)
        ));
    }
    let sure = if past.tied.is_some() { " whatever the ties" } else { "" };
    text.push_str(&ids(&format!("Wins gained{sure}"), &past.wins_gained, top));
    text.push_str(&ids(&format!("Wins lost{sure}"), &past.wins_lost, top));
    push_movement(text, &past.movement, top);
}

fn ids(title: &str, ids: &[String], top: usize) -> String {
    if ids.is_empty() {
        return String::new();
    }
    let shown: Vec<&str> = ids.iter().take(top).map(String::as_str).collect();
    let more = if ids.len() > top { format!(" and {} more", count(ids.len() - top)) } else { String::new() };
    format!("{title}, {}: {}{more}.\n", count(ids.len()), shown.join(", "))
}

fn push_movement(text: &mut Page, movement: &Movement, top: usize) {
    if movement.rules.is_empty() {
        text.push_str("No rule differs.\n");
        return;
    }
    let right = |n: usize| {
        let mut align = vec![Align::Right; n];
        align[0] = Align::Left;
        align
    };
    let rows: Vec<Vec<String>> = movement
        .tiers
        .iter()
        .map(|t| vec![format!("{} or higher", t.tier), count(t.current), count(t.changed), count(t.up), count(t.down)])
        .collect();
    text.push_str("\n");
    text.push_table(table(&["", "now", "changed", "rise to it", "fall below"], &right(5), &rows));
    let rows: Vec<Vec<String>> = movement
        .rules
        .iter()
        .map(|r| {
            let sign = if r.mean_points > 0.0 { "+" } else { "" };
            let mean = format!("{sign}{}", short_number(r.mean_points));
            vec![r.rule.clone(), r.change.clone(), count(r.leads), mean, count(r.up), count(r.down)]
        })
        .collect();
    let header = ["by rule, each alone", "", "leads moved", "points on average", "up a tier", "down a tier"];
    let mut align = right(6);
    align[1] = Align::Left;
    text.push_str("\n");
    text.push_table(table(&header, &align, &rows));
    let rows: Vec<Vec<String>> = movement
        .moved
        .iter()
        .take(top)
        .map(|m| {
            let tier = |name: &str| if name.is_empty() { "(below all)".to_string() } else { name.to_string() };
            vec![
                m.lead.clone(),
                short_number(m.score_current),
                short_number(m.score_changed),
                format!("{} → {}", tier(&m.tier_current), tier(&m.tier_changed)),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let header = format!("{} of {} who cross a tier", count(rows.len()), count(movement.moved.len()));
        let align = [Align::Left, Align::Right, Align::Right, Align::Left];
        text.push_str("\n");
        text.push_table(table(&[header.as_str(), "now", "changed", "tier"], &align, &rows));
    }
}

//! What a simulation says to a sales manager.

use super::super::page::{Page, Table};
use super::super::terminal::{Align, count, plural, table};
use super::Summary;
use crate::features::short_number;
use crate::pipeline::simulate::{Exchange, Moved, Movement, PastEffect, RuleEffect};
use crate::text::{capital, listed};

/// The simulation in sentences and tables; `top` leads of each list.
pub(super) fn simulation_text(found: &Summary, top: usize) -> Page {
    let mut text = Page::from(format!(
        "Now: {}. Changed: {}. By points alone, without the model.\n",
        found.current, found.changed
    ));
    text.push_str(&moved_tiers(found));
    if let Some(past) = &found.past {
        push_past(&mut text, past, found.is_learned, top);
    }
    if let Some(open) = &found.open {
        text.push_str("\n");
        text.heading(2, &format!("{} as they stand", capital(&plural(open.leads, "open lead"))));
        push_movement(&mut text, open, "lead", top);
    }
    text
}

/// That tiers begin elsewhere, which moves leads whose points stay.
fn moved_tiers(found: &Summary) -> String {
    if found.moved_tiers.is_empty() {
        return String::new();
    }
    let told = found
        .moved_tiers
        .iter()
        .map(|tier| format!("{} at {} (now {})", tier.tier, short_number(tier.changed), short_number(tier.current)));
    let why = if found.is_learned { ", for `compare` moved them to hold as many deals as before" } else { "" };
    format!("Tiers begin elsewhere by the change: {}{why}.\n", listed(&told.collect::<Vec<_>>(), "and"))
}

fn push_past(text: &mut Page, past: &PastEffect, is_learned: bool, top: usize) {
    text.push_str("\n");
    text.heading(2, &format!("{} as they were before they closed", plural(past.deals, "past deal")));
    if is_learned {
        text.push_str(
            "The changed points were learned from these very deals, so they look better here than they will on new ones; \
             `leadscore compare` judges them on deals they had not seen, below \"On trial\".\n\n",
        );
    }
    if let Some(exchange) = &past.same_volume {
        push_exchange(text, past, exchange, top);
    }
    push_movement(text, &past.movement, "deal", top);
    if let Some(week) = &past.per_week {
        text.push_str(&format!(
            "A week, over {} weeks: {} deals handed over now, {} with the change.\n",
            count(week.weeks.round() as usize),
            short_number(week.current),
            short_number(week.changed)
        ));
    }
}

/// The wins of as many deals from the top, as a sum.
fn push_exchange(text: &mut Page, past: &PastEffect, exchange: &Exchange, top: usize) {
    let whole = |n: f64| n.round() as usize;
    let (volume, now) = (count(whole(exchange.volume)), whole(exchange.wins_current));
    let (gained, lost) = (whole(exchange.gained), whole(exchange.lost));
    let who = match past.movement.handover.as_str() {
        "" => "the points hand".to_string(),
        tier => format!("{tier} hands"),
    };
    text.push_str(&format!(
        "The same work, other deals: now {who} {volume} of them over to sales. Had sales worked the {volume} with most points by \
         the changed scorecard instead:\n\n"
    ));
    let row = |sign: &str, what: &str, wins: usize| vec![format!("{sign} {what}"), count(wins)];
    let rows = [
        row(" ", "won, among them now", now),
        row("+", "won, newly among them", gained),
        row("-", "won, no longer among them", lost),
        row("=", "won, among them with the change", (now + gained).saturating_sub(lost)),
    ];
    text.push_table(table(
        &[&format!("of {} won in all", count(past.won)), "deals"],
        &[Align::Left, Align::Right],
        &rows,
    ));
    if let Some(tied) = &past.tied {
        text.push_str(&format!(
            "{} the same points where that work ends, and {:.0} % of them fit: each of their wins counts by that share.\n",
            if tied.deals == 1 { "1 deal has".to_string() } else { format!("{} deals have", count(tied.deals)) },
            100.0 * tied.share
        ));
    }
    let sure = if past.tied.is_some() { ", whatever becomes of those" } else { "" };
    text.push_str(&ids(&format!("Gained{sure}"), &past.wins_gained, top));
    text.push_str(&ids(&format!("Lost{sure}"), &past.wins_lost, top));
}

fn ids(title: &str, ids: &[String], top: usize) -> String {
    if ids.is_empty() {
        return String::new();
    }
    let shown: Vec<&str> = ids.iter().take(top).map(String::as_str).collect();
    let more = if ids.len() > top { format!(" and {} more", count(ids.len() - top)) } else { String::new() };
    format!("{title}, {}: {}{more}.\n", count(ids.len()), shown.join(", "))
}

/// Who reaches which tier, what each rule does by itself, and who moves most; `noun` is what is looked at.
fn push_movement(text: &mut Page, movement: &Movement, noun: &str, top: usize) {
    if movement.rules.is_empty() {
        text.push_str("No rule differs.\n");
        return;
    }
    text.push_str("\n");
    text.push_table(tiers(movement));
    if !movement.handover.is_empty() {
        text.push_str(&format!(
            "Sales takes over from {} on. {} to a higher tier, {} to a lower one (one that crosses two bounds stands in both lines).\n",
            movement.handover,
            moves(movement.up, noun, "rises", "rise"),
            moves(movement.down, noun, "falls", "fall"),
        ));
    }
    let several = if movement.rules.len() > 1 {
        format!(
            " What several of them move stands in each of their lines, so these do not add up to the {noun}s above."
        )
    } else {
        String::new()
    };
    text.push_str(&format!(
        "\nEach change by itself, everything else as now: {noun}s whose points change, by how many on average, and {noun}s that \
         rise to a higher tier or fall to a lower one.{several}\n\n"
    ));
    text.push_table(rules(movement, noun));
    if !movement.moved.is_empty() {
        text.push_str("\n");
        text.push_table(moved(&movement.moved, noun, top));
    }
}

/// `1 deal rises`, `12 deals rise`.
fn moves(n: usize, noun: &str, one: &str, many: &str) -> String {
    format!("{} {}", plural(n, noun), if n == 1 { one } else { many })
}

fn tiers(movement: &Movement) -> Table {
    let row = |(at, t): (usize, &crate::pipeline::simulate::Crossing)| {
        let name = if at == 0 { t.tier.clone() } else { format!("{} or higher", t.tier) };
        vec![name, count(t.current), count(t.up), count(t.down), count(t.changed)]
    };
    let rows: Vec<Vec<String>> = movement.tiers.iter().enumerate().map(row).collect();
    table(&["in the tier", "now", "+ rise to it", "- fall below it", "= changed"], &first_left(5), &rows)
}

fn rules(movement: &Movement, noun: &str) -> Table {
    let row = |r: &RuleEffect| {
        let sign = if r.mean_points > 0.0 { "+" } else { "" };
        let points = if r.leads == 0 { String::new() } else { format!("{sign}{}", short_number(r.mean_points)) };
        vec![format!("{} ({})", r.rule, r.change), count(r.leads), points, count(r.up), count(r.down)]
    };
    let rows: Vec<Vec<String>> = movement.rules.iter().map(row).collect();
    table(&["change", &format!("{noun}s"), "points", "rise", "fall"], &first_left(5), &rows)
}

fn moved(moved: &[Moved], noun: &str, top: usize) -> Table {
    let tier = |name: &str| if name.is_empty() { "(below all)".to_string() } else { name.to_string() };
    let row = |m: &Moved| {
        let tiers = format!("{} → {}", tier(&m.tier_current), tier(&m.tier_changed));
        vec![m.lead.clone(), short_number(m.score_current), short_number(m.score_changed), tiers]
    };
    let rows: Vec<Vec<String>> = moved.iter().take(top).map(row).collect();
    let header = format!("{} of {} whose tier changes", count(rows.len()), plural(moved.len(), noun));
    let align = [Align::Left, Align::Right, Align::Right, Align::Left];
    table(&[header.as_str(), "points now", "changed", "tier"], &align, &rows)
}

/// Names at the left, numbers at the right.
fn first_left(columns: usize) -> Vec<Align> {
    let mut align = vec![Align::Right; columns];
    align[0] = Align::Left;
    align
}

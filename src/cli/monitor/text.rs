//! Plain sentences first, then the tables.

use super::super::page::Page;
use super::super::terminal::{Align, count, percent, plural, table};
use crate::pipeline::monitor::{Drift, Group, Monitor, State};

/// Columns shown of each group, the most drifted first.
const SHOWN: usize = 8;

pub(super) fn monitor(found: &Monitor) -> Page {
    let mut text = Page::from(match found.alarms.len() {
        0 => format!("Version {} is within its limits.\n", found.version),
        n => format!("Version {} needs a look: {} beyond the limits.\n", found.version, plural(n, "finding")),
    });
    for alarm in &found.alarms {
        text.push_str(&format!("- {alarm}\n"));
    }
    if let Some(c) = found.calibration.filter(|c| !found.alarms.contains(&c.sentence())) {
        text.push_str(&format!("{}\n", c.sentence()));
    }
    if let Some(now) = &found.auc {
        let then = found.promised_auc.map(|a| format!("; {a:.3} was promised")).unwrap_or_default();
        text.push_str(&format!(
            "It ranks the recent deals with AUC {:.3} (95 % interval {:.3} to {:.3}){then}.\n",
            now.value, now.interval.low, now.interval.high
        ));
    }
    for note in &found.notes {
        text.push_str(&format!("{note}\n"));
    }
    if !found.alarms.is_empty() {
        text.push_str("Next: `leadscore retrain`; if a column or its words have changed, look at the export first.\n");
    }
    for (title, group) in [("Closed since", &found.closed), ("Open leads", &found.open)] {
        text.append(group.as_ref().map(|g| group_text(title, g)).unwrap_or_default());
    }
    text.append(months(found));
    text.append(quadrants(found));
    text
}

fn group_text(title: &str, group: &Group) -> Page {
    let row = |d: &Drift| {
        let state = match d.state {
            State::Stable => "stable",
            State::Watch => "watch",
            State::Shifted => "shifted",
        };
        let new: f64 = d.new_levels.iter().map(|(_, share)| share).sum();
        vec![
            d.column.clone(),
            format!("{:.3}", d.psi),
            format!("{:.3}", d.noise),
            state.to_string(),
            percent(d.missing_then),
            percent(d.missing_now),
            if new > 0.0 { percent(new) } else { String::new() },
        ]
    };
    let rows: Vec<Vec<String>> =
        std::iter::once(&group.score).chain(group.columns.iter().take(SHOWN)).map(row).collect();
    let header = ["column", "index", "by chance", "", "missing then", "now", "new words"];
    let mut align = [Align::Right; 7];
    (align[0], align[3]) = (Align::Left, Align::Left);
    let mut text = Page::from(format!(
        "
{title}: {} against the training deals
",
        count(group.n)
    ));
    text.push_table(table(&header, &align, &rows));
    let rest: Vec<&Drift> = group.columns.iter().skip(SHOWN).collect();
    if !rest.is_empty() {
        let worst = rest.iter().map(|d| d.psi).fold(0.0, f64::max);
        text.push_str(&format!("  and {} more, none over {worst:.3}\n", rest.len()));
    }
    let tiers: Vec<String> =
        group.tiers.iter().map(|t| format!("{} {} ({})", t.tier, count(t.n), percent(t.share))).collect();
    if !tiers.is_empty() {
        text.push_str(&format!("  tiers by score: {}\n", tiers.join(", ")));
    }
    text
}

fn months(found: &Monitor) -> Page {
    if found.months.is_empty() {
        return Page::new();
    }
    let row = |m: &crate::pipeline::monitor::Month| {
        let c = &m.calibration;
        vec![
            m.month.clone(),
            count(c.deals),
            format!("{:.0}", c.won),
            format!("{:.0} ({:.0} to {:.0})", c.expected, c.low, c.high),
            m.auc.map_or("–".to_string(), |a| format!("{:.3}", a.value)),
            format!("{:.3}", m.score_psi),
            if m.beyond_chance {
                format!("{} {:.2}", m.column, m.column_psi)
            } else {
                "none beyond chance".to_string()
            },
        ]
    };
    let rows: Vec<Vec<String>> = found.months.iter().map(row).collect();
    let header = ["month", "deals", "won", "expected", "AUC", "score index", "most drifted column"];
    let mut align = [Align::Right; 7];
    (align[0], align[6]) = (Align::Left, Align::Left);
    let mut text = Page::from(
        "
By month of the close
",
    );
    text.push_table(table(&header, &align, &rows));
    text.append(standing_by_month(found));
    text
}

/// Tier volumes and quadrant records of each month, where the version tells them.
fn standing_by_month(found: &Monitor) -> Page {
    let Some(first) = found.months.iter().find(|m| !m.tiers.is_empty() || !m.quadrants.is_empty()) else {
        return Page::new();
    };
    let tiers = first.tiers.iter().map(|t| t.tier.clone());
    let quadrants = first.quadrants.iter().map(|q| q.quadrant.as_str().to_string());
    let header: Vec<String> = std::iter::once("month".to_string()).chain(tiers).chain(quadrants).collect();
    let won = |r: &crate::mismatch::QuadrantRecord| {
        r.record.map_or("–".to_string(), |r| format!("{} of {}", count(r.wins), count(r.n)))
    };
    let row = |m: &crate::pipeline::monitor::Month| -> Vec<String> {
        let tiers = m.tiers.iter().map(|t| count(t.n));
        std::iter::once(m.month.clone()).chain(tiers).chain(m.quadrants.iter().map(won)).collect()
    };
    let rows: Vec<Vec<String>> = found.months.iter().map(row).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut align = vec![Align::Right; header.len()];
    align[0] = Align::Left;
    let mut text = Page::from("\nTiers by score, and won of each quadrant, by month of the close\n");
    text.push_table(table(&header, &align, &rows));
    text
}

fn quadrants(found: &Monitor) -> Page {
    if found.quadrants.is_empty() {
        return Page::new();
    }
    let said = |r: Option<&crate::metrics::Rate>| r.map_or("too few to say".to_string(), ToString::to_string);
    let then = |q| found.quadrants_then.iter().find(|r| r.quadrant == q).and_then(|r| r.says());
    let rows: Vec<Vec<String>> = found
        .quadrants
        .iter()
        .map(|r| vec![r.quadrant.as_str().to_string(), said(r.says()), said(then(r.quadrant))])
        .collect();
    let mut text = Page::from("\nQuadrants\n");
    text.push_table(table(&["", "recent deals", "training deals"], &[Align::Left; 3], &rows));
    text
}

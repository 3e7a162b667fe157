//! Plain sentences first, then the tables.

mod months;

use super::super::page::Page;
use super::super::terminal::{Align, count, percent, plural, table};
use crate::metrics::Rate;
use crate::pipeline::monitor::{Calibration, Drift, Group, Monitor, State};
use crate::values::format_day;

/// Columns shown of each group: what has moved first, by what that does to the win probability.
const SHOWN: usize = 8;

pub(super) fn monitor(found: &Monitor) -> Page {
    let mut text = Page::from(verdict(found));
    for alarm in &found.alarms {
        let new = if alarm.new { "New: " } else { "" };
        text.push_str(&format!("- {new}{}\n", alarm.sentence));
    }
    for note in &found.notes {
        text.push_str(&format!("{note}\n"));
    }
    let told = |c: &Calibration| found.alarms.iter().any(|alarm| alarm.sentence.contains(&c.sentence()));
    if let Some(c) = found.calibration.filter(|c| !told(c)) {
        text.push_str(&format!("{}\n", c.sentence()));
    }
    if let Some(place) = &found.furthest_off {
        let beside = if found.calibration.is_some_and(|c| c.is_right()) {
            "That is right in sum, but not"
        } else {
            "Furthest off"
        };
        text.push_str(&format!("{beside} {place}.\n"));
    }
    if let Some(now) = &found.auc {
        let then = found.promised_auc.map(|a| format!("; {a:.3} was promised")).unwrap_or_default();
        text.push_str(&format!(
            "It ranks these deals with AUC {:.3} (95 % interval {:.3} to {:.3}){then}.\n",
            now.value, now.interval.low, now.interval.high
        ));
    }
    if !found.alarms.is_empty() {
        text.push_str("Next: `leadscore retrain`; if a column or its words have changed, look at the export first.\n");
    }
    let since = found.due.since.map(format_day).unwrap_or_default();
    let closed = if found.due.settles_within_days.is_some() { "Promised and closed since" } else { "Closed since" };
    for (title, group) in [(format!("{closed} {since}"), &found.closed), ("Open leads".to_string(), &found.open)] {
        text.append(group.as_ref().map(|g| group_text(&title, g)).unwrap_or_default());
    }
    text.append(months::months(found));
    text.append(quadrants(found));
    text
}

/// That nothing lies beyond the limits is good news only of what could be judged.
fn verdict(found: &Monitor) -> String {
    let version = found.version;
    let looks = found.closed.is_some() || found.open.is_some();
    match (found.alarms.len(), found.calibration.is_some()) {
        (0, true) => format!("Version {version} is within its limits.\n"),
        (0, false) if looks => format!(
            "Version {version}: whether its promises are kept could not be judged yet. How the leads are spread is within \
             the limits.\n"
        ),
        (0, false) => format!("Version {version}: nothing could be judged yet.\n"),
        (n, _) => format!("Version {version} needs a look: {} beyond the limits.\n", plural(n, "finding")),
    }
}

fn group_text(title: &str, group: &Group) -> Page {
    let row = |d: &Drift| {
        let state = match d.state {
            State::Stable => "stable",
            State::Watch => "watch",
            State::Shifted => "shifted",
        };
        let new = d.new_share();
        vec![
            d.column.clone(),
            format!("{:.3}", d.psi),
            format!("{:.3}", d.noise),
            state.to_string(),
            percent(d.missing_then),
            percent(d.missing_now),
            if new > 0.0 { percent(new) } else { String::new() },
            format!("{:+.1}", 100.0 * d.effect),
        ]
    };
    let rows: Vec<Vec<String>> =
        std::iter::once(&group.score).chain(group.columns.iter().take(SHOWN)).map(row).collect();
    let header = ["column", "index", "by chance", "", "missing then", "now", "new words", "moves win % by"];
    let mut align = [Align::Right; 8];
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
        let moved = rest.iter().filter(|d| d.state != State::Stable).count();
        text.push_str(&format!("  and {} more, {moved} of them not stable, no index over {worst:.3}\n", rest.len()));
    }
    let tiers: Vec<String> =
        group.tiers.iter().map(|t| format!("{} {} ({})", t.tier, count(t.n), percent(t.share))).collect();
    if !tiers.is_empty() {
        text.push_str(&format!("  tiers by score: {}\n", tiers.join(", ")));
    }
    text
}

fn quadrants(found: &Monitor) -> Page {
    if found.quadrants.is_empty() {
        return Page::new();
    }
    let said = |rate: Option<&Rate>| rate.map_or("too few to say".to_string(), |rate| rate.told(found.row_weights));
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

//! The recent deals month by month.

use super::super::super::page::Page;
use super::super::super::terminal::{Align, count, percent, table};
use crate::mismatch::QuadrantRecord;
use crate::pipeline::monitor::{Drift, Monitor, Month, Sign, What};

/// Columns named in a cell.
const NAMED: usize = 2;
/// Columns whose shares missing are shown.
const SHOWN: usize = 6;
/// A share missing that differs by less than this from that at training is not shown.
const LEAST_MISSING: f64 = 0.02;

pub(super) fn months(found: &Monitor) -> Page {
    if found.months.is_empty() {
        return Page::new();
    }
    let row = |m: &Month| {
        let c = &m.calibration;
        vec![
            m.month.clone(),
            count(c.deals),
            format!("{:.0}", c.won),
            format!("{:.0} ({:.0} to {:.0})", c.expected, c.low, c.high),
            m.auc.map_or("–".to_string(), |a| format!("{:.3}", a.value)),
            format!("{:.3}", m.group.score.psi),
            if m.says() { first(&m.first) } else { "too few to say".to_string() },
        ]
    };
    let rows: Vec<Vec<String>> = found.months.iter().map(row).collect();
    let header = ["month", "deals", "won", "expected", "AUC", "score index", "first beyond its limit"];
    let mut align = [Align::Right; 7];
    (align[0], align[6]) = (Align::Left, Align::Left);
    let when = if found.due.settles_within_days.is_some() { "promise" } else { "close" };
    let mut text = Page::from(format!("\nBy the month of the {when}\n"));
    text.push_table(table(&header, &align, &rows));
    text.append(missing(&found.months));
    text.append(standing(&found.months));
    text
}

/// What a month is the first to show, the gravest first.
fn first(signs: &[Sign]) -> String {
    let mut said: Vec<String> = Vec::new();
    for sign in signs {
        said.extend(match (sign.what, &sign.column) {
            (What::Wins, _) => Some("wins".to_string()),
            (What::Order, _) => Some("order".to_string()),
            (What::Score, _) => Some("win probability".to_string()),
            (What::Missing, Some(column)) => Some(format!("{column} missing")),
            (What::NewWords, Some(column)) => Some(format!("{column}: new words")),
            _ => None,
        });
    }
    let columns: Vec<&str> =
        signs.iter().filter(|s| s.what == What::Column).filter_map(|s| s.column.as_deref()).collect();
    said.extend(columns.iter().take(NAMED).map(|column| column.to_string()));
    if columns.len() > NAMED {
        said.push(format!("{} more columns", columns.len() - NAMED));
    }
    if said.is_empty() { "–".to_string() } else { said.join(", ") }
}

/// Shares missing by month, of the columns where they differ most from those at training.
fn missing(months: &[Month]) -> Page {
    let of = |month: &Month, name: &str| month.group.columns.iter().find(|d| d.column == name).cloned();
    let telling: Vec<&Month> = months.iter().filter(|month| month.says()).collect();
    let most = |drift: &Drift| {
        let apart = |m: &&Month| of(m, &drift.column).map_or(0.0, |d| (d.missing_now - d.missing_then).abs());
        telling.iter().map(apart).fold(0.0, f64::max)
    };
    let Some(newest) = telling.last() else { return Page::new() };
    let mut columns: Vec<(f64, &Drift)> = newest.group.columns.iter().map(|d| (most(d), d)).collect();
    columns.retain(|(apart, _)| *apart > LEAST_MISSING);
    columns.sort_by(|a, b| b.0.total_cmp(&a.0));
    columns.truncate(SHOWN);
    if columns.is_empty() {
        return Page::from("\nIn no month is a column missing more or less often than at training.\n");
    }
    let header: Vec<&str> = std::iter::once("missing").chain(columns.iter().map(|(_, d)| d.column.as_str())).collect();
    let then = columns.iter().map(|(_, d)| percent(d.missing_then));
    let mut rows: Vec<Vec<String>> = vec![std::iter::once("at training".to_string()).chain(then).collect()];
    rows.extend(months.iter().map(|month| {
        let share = |d: &Drift| of(month, &d.column).map_or("–".to_string(), |d| percent(d.missing_now));
        std::iter::once(month.month.clone()).chain(columns.iter().map(|(_, d)| share(d))).collect()
    }));
    let mut align = vec![Align::Right; header.len()];
    align[0] = Align::Left;
    let mut text = Page::from("\nShares missing by month, where they differ most from those at training\n");
    text.push_table(table(&header, &align, &rows));
    text
}

/// Tier volumes and quadrant records of each month, where the version tells them.
fn standing(months: &[Month]) -> Page {
    let Some(first) = months.iter().find(|m| !m.group.tiers.is_empty() || !m.quadrants.is_empty()) else {
        return Page::new();
    };
    let tiers = first.group.tiers.iter().map(|t| t.tier.clone());
    let quadrants = first.quadrants.iter().map(|q| q.quadrant.as_str().to_string());
    let header: Vec<String> = std::iter::once("month".to_string()).chain(tiers).chain(quadrants).collect();
    let won =
        |r: &QuadrantRecord| r.record.map_or("–".to_string(), |r| format!("{} of {}", count(r.wins), count(r.n)));
    let row = |m: &Month| -> Vec<String> {
        let tiers = m.group.tiers.iter().map(|t| count(t.n));
        std::iter::once(m.month.clone()).chain(tiers).chain(m.quadrants.iter().map(won)).collect()
    };
    let rows: Vec<Vec<String>> = months.iter().map(row).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut align = vec![Align::Right; header.len()];
    align[0] = Align::Left;
    let mut text = Page::from("\nTiers by score, and won of each quadrant, by month\n");
    text.push_table(table(&header, &align, &rows));
    text
}

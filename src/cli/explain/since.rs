//! What `explain --since` says: the new acts, what moved in both ledgers, and the chain before → after.

use super::super::page::Page;
use super::super::terminal::{Align, percent, plural, table};
use crate::features::short_number;
use crate::pipeline::changes::{Change, Changes};

/// Acts shown to a person; --format json has all.
const ACTS_SHOWN: usize = 20;
/// A change smaller than this is shown as none.
const UNSEEN: f64 = 0.005;

/// The changes as a person reads them.
pub(super) fn push_changes(text: &mut Page, changes: &Changes) {
    text.push_str(&format!("What changed from {} to {}\n", changes.since, changes.as_of));
    text.push_str(&acts_text(changes));
    push_ledger(text, "points", &changes.points, &|v| format!("{}{}", plus(v), short_number(v)));
    push_ledger(text, "log-odds", &changes.log_odds, &|v| format!("{v:+.2}"));
    text.push_str("\nFrom before to after\n");
    for change in &changes.chain {
        let chance = change.name.starts_with("win chance");
        let show = |v: f64| if chance { percent(v) } else { short_number(v) };
        text.push_str(&format!(
            "  {}: {} → {}{}\n",
            change.name,
            show(change.before),
            show(change.after),
            steps(change, chance)
        ));
    }
    let tier = |name: &str| if name.is_empty() { "below all tiers".to_string() } else { name.to_string() };
    if changes.tiers.0 != changes.tiers.1 {
        text.push_str(&format!("  tier: {} → {}\n", tier(&changes.tiers.0), tier(&changes.tiers.1)));
    }
}

fn acts_text(changes: &Changes) -> String {
    if changes.acts.is_empty() {
        return "\nNo new acts.\n".to_string();
    }
    let mut text = format!("\n{}:\n", plural(changes.acts.len(), "new act"));
    for act in changes.acts.iter().rev().take(ACTS_SHOWN) {
        let detail = if act.detail.is_empty() { String::new() } else { format!(" {}", act.detail) };
        let count = if act.count > 1 { format!(" × {}", act.count) } else { String::new() };
        text.push_str(&format!("  {}  {}{detail}{count}\n", act.at, act.kind));
    }
    if changes.acts.len() > ACTS_SHOWN {
        text.push_str(&format!("  … and {} earlier ones\n", changes.acts.len() - ACTS_SHOWN));
    }
    text
}

/// The lines that moved, the largest change first; a line may move in steps that cancel.
fn push_ledger(text: &mut Page, unit: &str, changes: &[Change], show: &dyn Fn(f64) -> String) {
    let moved = |c: &&Change| [c.by_version, c.by_time, c.by_acts].iter().any(|step| step.abs() >= UNSEEN);
    let mut lines: Vec<&Change> = changes.iter().filter(moved).collect();
    if lines.is_empty() {
        if !changes.is_empty() {
            text.push_str(&format!("\nNothing moved in {unit}.\n"));
        }
        return;
    }
    lines.sort_by(|a, b| b.total().abs().total_cmp(&a.total().abs()));
    let sum = |of: &dyn Fn(&Change) -> f64| changes.iter().map(of).sum::<f64>();
    let all = [sum(&|c| c.by_version), sum(&|c| c.by_time), sum(&|c| c.by_acts), sum(&Change::total)];
    let cell = |v: f64| if v.abs() < UNSEEN { String::new() } else { show(v) };
    let mut rows: Vec<Vec<String>> = lines
        .iter()
        .map(|c| {
            let steps = [c.by_version, c.by_time, c.by_acts, c.total()];
            std::iter::once(c.name.clone()).chain(steps.map(cell)).collect()
        })
        .collect();
    rows.push(std::iter::once("together".to_string()).chain(all.map(cell)).collect());
    let header = [unit, "by rules or model", "by time (faded)", "by new acts", "change"];
    let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    text.push_str("\n");
    text.push_table(table(&header, &align, &rows));
}

/// `: +0.4 by new acts, -2 by time`.
fn steps(change: &Change, chance: bool) -> String {
    let scale = if chance { 100.0 } else { 1.0 };
    let said: Vec<String> =
        [(change.by_version, "by rules or model"), (change.by_time, "by time"), (change.by_acts, "by new acts")]
            .into_iter()
            .filter(|(step, _)| (scale * step).abs() >= UNSEEN)
            .map(|(step, why)| {
                format!("{}{}{} {why}", plus(step), short_number(scale * step), if chance { " %-points" } else { "" })
            })
            .collect();
    if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) }
}

fn plus(value: f64) -> &'static str {
    if value > 0.0 { "+" } else { "" }
}

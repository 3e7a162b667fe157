//! The list and the difference of versions, in words.

use super::super::page::Page;
use super::super::terminal::{Align, count, plural, table};
use super::list::Listed;
use crate::pipeline::diff::{Moved, PointsMoved};
use crate::pipeline::model::Model;
use std::path::Path;

/// Changes that are shown; `--format json` has all.
const SHOWN: usize = 20;

pub(super) fn list(lines: &[Listed], folder: &Path) -> Page {
    if lines.is_empty() {
        return format!("There is no model in {}: `leadscore train` makes the first.\n", folder.display()).into();
    }
    let figure = |auc: Option<f64>| auc.map_or("–".to_string(), |a| format!("{a:.3}"));
    let day = |at: &Option<String>| at.as_ref().map_or("–".to_string(), |t| t.chars().take(10).collect());
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|l| {
            vec![
                l.name.clone(),
                l.version.to_string(),
                if l.live { "live" } else { "" }.to_string(),
                day(&l.saved_at),
                day(&l.until),
                l.deals.map_or("–".to_string(), count),
                l.won.map_or("–".to_string(), count),
                figure(l.holdout_auc),
                figure(l.judged_auc),
                l.fault.as_ref().map_or(l.origin.to_string(), |fault| format!("cannot be read: {fault}")),
            ]
        })
        .collect();
    let header =
        ["model", "version", "", "saved", "data until", "deals", "won", "holdout AUC", "judged AUC", "how it came"];
    let mut align = [Align::Right; 10];
    [0, 2, 3, 4, 9].into_iter().for_each(|i| align[i] = Align::Left);
    let mut page = Page::new();
    page.push_table(table(&header, &align, &rows));
    page
}

pub(super) fn diff(a: u32, b: u32, models: [&Model; 2], moved: &[Moved], points: &[PointsMoved]) -> Page {
    let [from, to] = models;
    let beyond = moved.iter().filter(|m| m.beyond_interval == Some(true)).count();
    let mut text = Page::from(format!(
        "Version {a} learned from {}, version {b} from {}. Of {} that moved, {} moved beyond their intervals.\n",
        plural(from.snapshot.deals, "deal"),
        count(to.snapshot.deals),
        plural(moved.len(), "effect"),
        beyond
    ));
    if let (Some(x), Some(y)) = (&from.blending, &to.blending) {
        text.push_str(&format!("Blend weight {:.2}, then {:.2}.\n", x.blend.weight, y.blend.weight));
    }
    let signed = |v: Option<f64>| v.map_or("–".to_string(), |v| format!("{v:+.2}"));
    // The largest change of each term: a curve has many bins, and they move together.
    let mut seen = std::collections::BTreeSet::new();
    let largest: Vec<&Moved> = moved.iter().filter(|m| seen.insert(&m.term)).collect();
    if !moved.is_empty() {
        let rows: Vec<Vec<String>> = largest
            .iter()
            .take(SHOWN)
            .map(|m| {
                let how = match m.beyond_interval {
                    Some(true) => "beyond its interval",
                    Some(false) => "within its interval",
                    None if m.from.is_none() => "new",
                    None => "gone",
                };
                vec![m.term.clone(), m.value.clone(), signed(m.from), signed(m.to), how.to_string()]
            })
            .collect();
        let header =
            ["log-odds against the average lead", "value", &format!("version {a}"), &format!("version {b}"), "change"];
        let align = [Align::Left, Align::Left, Align::Right, Align::Right, Align::Left];
        text.append(Page::below_a_blank(table(&header, &align, &rows)));
        text.push_str("  Each term where it moved most; --format json has every value.\n");
    }
    if points.is_empty() {
        text.push_str("\nThe hand-set points are the same.\n");
        return text;
    }
    let shown = |v: Option<f64>| v.map_or("–".to_string(), crate::features::short_number);
    let rows: Vec<Vec<String>> = points.iter().map(|p| vec![p.rule.clone(), shown(p.from), shown(p.to)]).collect();
    let header = ["rule", &format!("points in {a}"), &format!("points in {b}")];
    text.append(Page::below_a_blank(table(&header, &[Align::Left, Align::Right, Align::Right], &rows)));
    text
}

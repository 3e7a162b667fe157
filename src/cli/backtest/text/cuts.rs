//! Cut-offs: by what sales can work, and by cost and value.

use super::unit_text;
use crate::cli::page::{Page, Table};
use crate::cli::terminal::{Align, count, percent, table};
use crate::features::short_number;
use crate::pipeline::backtest::{CapacityCut, Cut, ValueCut, ValueRow};

/// What each ranking would have caught with the deals that sales can work.
pub(super) fn capacity_text(cut: &CapacityCut) -> Page {
    let capacity = &cut.capacity;
    let per = capacity.per.as_str();
    let mut text = Page::from(format!(
        "\nSales can work {} {} a {per}; {:.1} of these deals came a {per}",
        short_number(capacity.leads),
        if capacity.leads == 1.0 { "lead" } else { "leads" },
        cut.arrivals
    ));
    text.push_str(&if cut.share >= 1.0 {
        ": all of them can be worked, and no cut-off is needed.\n".to_string()
    } else {
        format!(
            ", so {} of them can be worked. Taken as they come, that would catch {} wins; by rank:\n\n",
            percent(cut.share),
            about(cut.wins_by_chance)
        )
    });
    if cut.share < 1.0 {
        let rows: Vec<Vec<String>> = cut.sides.iter().map(|c| cut_row(c).to_vec()).collect();
        text.push_table(cut_table(&rows, &[], cut.sides.iter().any(|c| c.hours.is_some())));
        let partly = cut.sides.iter().filter(|c| c.share_at_cutoff < 0.995);
        for c in partly {
            text.push_str(&format!(
                "  {}: of the deals at exactly {}, {} fit.\n",
                c.side.as_str(),
                unit_text(c.side, c.cutoff.unwrap_or_default()),
                percent(c.share_at_cutoff)
            ));
        }
    }
    text
}

/// Side, cut-off, worked, wins caught, wins missed, win rate, hours.
fn cut_row(cut: &Cut) -> [String; 7] {
    let rate = if cut.worked > 0.0 { percent(cut.wins_caught / cut.worked) } else { String::new() };
    [
        cut.side.as_str().to_string(),
        cut.cutoff.map_or_else(|| "none".to_string(), |c| format!("from {}", unit_text(cut.side, c))),
        about(cut.worked),
        about(cut.wins_caught),
        about(cut.wins_missed),
        rate,
        cut.hours.map(about).unwrap_or_default(),
    ]
}

/// A table of cuts with more columns after them.
fn cut_table(rows: &[Vec<String>], more: &[&str], hours: bool) -> Table {
    let mut header = vec!["by", "call", "worked", "wins caught", "wins missed", "won of worked", "hours"];
    header.extend(more);
    let mut align = vec![Align::Left; 2];
    align.resize(header.len(), Align::Right);
    let mut rows = rows.to_vec();
    if !hours {
        header.remove(6);
        align.remove(6);
        rows.iter_mut().for_each(|row| {
            row.remove(6);
        });
    }
    table(&header, &align, &rows)
}

/// From where on a lead pays, and what each cut-off would have earned.
pub(super) fn value_text(value: &ValueCut) -> Page {
    let money = &value.money;
    let mut text = Page::from(format!(
        "\nWorking a lead costs {}, a win is worth {}: a lead pays from a win probability of {} on. Working every deal \
         would have earned {}.\n",
        short_number(money.cost),
        short_number(money.value),
        percent(value.threshold),
        amount(value.everyone)
    ));
    let hours = value.best.iter().any(|row| row.cut.hours.is_some());
    let rows = |rows: &[ValueRow]| -> Vec<Vec<String>> {
        rows.iter()
            .map(|row| [cut_row(&row.cut).to_vec(), vec![amount(row.spent), amount(row.profit)]].concat())
            .collect()
    };
    if !value.at_threshold.is_empty() {
        text.push_str(&format!("Worked from {} on:\n\n", percent(value.threshold)));
        text.push_table(cut_table(&rows(&value.at_threshold), &["spent", "profit"], hours));
    }
    text.push_str("\nThe cut-off that would have earned most, known only in hindsight:\n\n");
    text.push_table(cut_table(&rows(&value.best), &["spent", "profit"], hours));
    text
}

/// A count that ties may have made a fraction.
fn about(n: f64) -> String {
    count(n.round().max(0.0) as usize)
}

/// Money without cents, with its sign.
fn amount(money: f64) -> String {
    format!("{}{}", if money.round() < 0.0 { "-" } else { "" }, count(money.abs().round() as usize))
}

//! What a backtest says to a person: the answer in sentences first, then the tables.

mod cuts;

use super::super::flagged::{Entry, list_text};
use super::super::page::{Page, Table};
use super::super::terminal::{Align, count, percent, plural, table};
use crate::features::short_number;
use crate::metrics::{Figures, Interval, Rate, Standing};
use crate::pipeline::backtest::{Backtest, Band, Quality, Side, Surprise, SurpriseList};
use crate::pipeline::promises::Promises;
use crate::snapshot::RowWeights;
use crate::values::format_instant;
use cuts::{capacity_text, value_text};

/// Levels of a column shown from either end.
const LEVELS_SHOWN: usize = 8;

/// The backtest as marketing and sales read it.
pub(super) fn backtest_text(found: &Backtest) -> Page {
    let mut text = opening(found);
    text.append(tiers_text(found));
    text.append(bands_text(found));
    text.push_str(&surprises_text(found));
    text.append(found.capacity.as_ref().map(capacity_text).unwrap_or_default());
    text.append(found.value.as_ref().map(value_text).unwrap_or_default());
    for quality in &found.sources {
        text.append(quality_text(quality));
    }
    if !found.notes.is_empty() {
        text.push_str("\n");
    }
    for note in &found.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}

/// Header of win rates with their intervals.
fn won_header(weights: RowWeights) -> String {
    format!("won{} (95 %)", weights.mark())
}

/// A table with what the mark in its headings means below it, if there is one.
fn marked(table: Table, weights: RowWeights) -> Page {
    let mut page = Page::below_a_blank(table);
    if weights.differ() {
        page.push_str(&format!("  {}\n", weights.marked()));
    }
    page
}

/// `12.3 % (10.1–14.8)`.
fn rate_cell(rate: &Rate) -> String {
    format!("{} ({:.1}–{:.1})", percent(rate.rate), 100.0 * rate.interval.low, 100.0 * rate.interval.high)
}

fn interval_text(interval: &Interval) -> String {
    format!("({:.1} to {:.1} %)", 100.0 * interval.low, 100.0 * interval.high)
}

fn opening(found: &Backtest) -> Page {
    let judged = &found.judged;
    let when = found.as_of.map_or_else(String::new, |(first, last)| {
        let day = |at| format_instant(at).chars().take(10).collect::<String>();
        format!(", looked at between {} and {}", day(first), day(last))
    });
    let mut text = Page::from(format!(
        "{} judged{when}: {} won, {} {}.\n",
        plural(judged.n, "closed deal"),
        count(judged.wins),
        found.row_weights.share_won(judged.n, judged.wins, judged.rate),
        interval_text(&judged.interval)
    ));
    if judged.n < found.deals {
        text.push_str(&format!("The other {} only trained.\n", plural(found.deals - judged.n, "deal")));
    }
    let figures = [
        (Side::Scorecard, &found.figures.scorecard),
        (Side::Model, &found.figures.model),
        (Side::Blend, &found.figures.blend),
    ];
    let rows: Vec<Vec<String>> =
        figures.iter().filter_map(|(side, figures)| Some(figures_row(*side, figures.as_ref()?))).collect();
    let header = ["", "AUC", "95 % interval", "won in the best tenth", "lift", "won in the best 30 %", "lift"];
    let align = [Align::Left, Align::Right, Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    text.append(Page::below_a_blank(table(&header, &align, &rows)));
    if let Some(weight) = found.blend_weight {
        text.push_str(&format!(
            "\nThe blend gives the model {:.0} % of the say, as these deals would choose it.\n",
            100.0 * weight
        ));
    }
    if let Some(promises) = Promises::of(&found.figures) {
        text.push_str(&format!("\nThe chances were {}.\n", promises.in_brief()));
    }
    text
}

fn figures_row(side: Side, figures: &Figures) -> Vec<String> {
    let auc = figures.auc.map_or([String::new(), "an outcome is absent".into()], |auc| {
        [format!("{:.3}", auc.value), format!("{:.3} to {:.3}", auc.interval.low, auc.interval.high)]
    });
    let at = |share: f64| {
        let row = figures.lift.iter().find(|row| (row.share - share).abs() < 1e-9);
        row.map_or([String::new(), String::new()], |row| [percent(row.win_rate), format!("{:.2}", row.lift)])
    };
    [vec![side.as_str().to_string()], auc.to_vec(), at(0.1).to_vec(), at(0.3).to_vec()].concat()
}

fn tiers_text(found: &Backtest) -> Page {
    if found.tiers.is_empty() {
        return Page::new();
    }
    let with_model = found.tiers.iter().any(|t| t.by_score.is_some());
    let cells = |rate: &Option<Rate>| match rate {
        Some(rate) => [count(rate.n), rate_cell(rate)],
        None => ["0".to_string(), String::new()],
    };
    let rows: Vec<Vec<String>> = found
        .tiers
        .iter()
        .map(|tier| {
            let name = if tier.tier.is_empty() { "(below all tiers)".to_string() } else { tier.tier.clone() };
            let mut row = vec![name];
            row.extend(cells(&tier.by_rules));
            if with_model {
                row.extend(cells(&tier.by_model));
                row.extend(cells(&tier.by_score));
            }
            row
        })
        .collect();
    let won = won_header(found.row_weights);
    let header = ["tier", "by points", &won, "by model", &won, "by score", &won];
    let align = [Align::Left, Align::Right, Align::Left, Align::Right, Align::Left, Align::Right, Align::Left];
    let shown = if with_model { 7 } else { 3 };
    let mut text = Page::from("\nWin rate by tier:\n");
    text.append(marked(table(&header[..shown], &align[..shown], &rows), found.row_weights));
    text
}

fn bands_text(found: &Backtest) -> Page {
    let (mut header, mut align) = (vec!["tenth".to_string()], vec![Align::Left]);
    for side in &found.bands {
        header.extend([
            match side.side {
                Side::Scorecard => "points",
                Side::Model => "model says",
                Side::Blend => "score",
            }
            .to_string(),
            won_header(found.row_weights),
        ]);
        align.extend([Align::Right, Align::Left]);
    }
    let rows: Vec<Vec<String>> = (1..=10)
        .map(|tenth| {
            let name = match tenth {
                1 => "1 best".to_string(),
                10 => "10 last".to_string(),
                _ => tenth.to_string(),
            };
            let cells = found.bands.iter().flat_map(|side| {
                let band = side.bands.iter().find(|b| (b.tenths[0]..=b.tenths[1]).contains(&tenth));
                band.map_or([String::new(), String::new()], |b| {
                    if b.tenths[0] == tenth {
                        [range_text(side.side, b), rate_cell(&b.record)]
                    } else {
                        [format!("(with {})", b.tenths[0]), String::new()]
                    }
                })
            });
            std::iter::once(name).chain(cells).collect()
        })
        .collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut text = Page::from(
        "\nWin rate by tenth of the deals, best first (deals with one score stay together, in one of the tenths they fill):\n",
    );
    text.append(marked(table(&header, &align, &rows), found.row_weights));
    text
}

fn unit_text(side: Side, value: f64) -> String {
    match side {
        Side::Model => percent(value),
        Side::Scorecard => short_number(value),
        Side::Blend => format!("{value:.1}"),
    }
}

fn range_text(side: Side, band: &Band) -> String {
    match side {
        Side::Model => format!("{:.1} to {:.1} %", 100.0 * band.from, 100.0 * band.to),
        _ if band.from == band.to => unit_text(side, band.to),
        _ => format!("{} to {}", unit_text(side, band.from), unit_text(side, band.to)),
    }
}

fn surprises_text(found: &Backtest) -> String {
    let (Some(high), Some(low)) = (&found.high_score_no_order, &found.low_score_order) else { return String::new() };
    let seen = |list: &SurpriseList, word: &str| {
        list.seen_by_model.map_or_else(String::new, |n| format!(", {} of these {word} by the model", count(n)))
    };
    let counted = if found.row_weights.differ() { " (each counted once)" } else { "" };
    let mut text = format!(
        "\n{} would go to sales by points{counted}: {} without an order{}.\n{} would not: {} ordered all the same{}.\n",
        plural(high.of, "deal"),
        count(high.deals),
        seen(high, "would not"),
        plural(low.of, "deal"),
        count(low.deals),
        seen(low, "would")
    );
    text.push_str(&surprise_list("High score, no order (high_score_no_order)", high));
    text.push_str(&surprise_list("Low score, order (low_score_order)", low));
    text
}

fn surprise_list(title: &str, list: &SurpriseList) -> String {
    let head = |deal: &Surprise| {
        let chance =
            deal.model_probability.map_or_else(String::new, |p| format!(", a chance of {} by the model", percent(p)));
        let gap = deal.gap.map_or_else(String::new, |gap| format!(" (gap {gap:+.0})"));
        format!("{}: {} points{chance}{gap}", deal.lead, short_number(deal.rule_score))
    };
    let entries: Vec<Entry<'_>> =
        list.shown.iter().map(|deal| Entry { head: head(deal), reason: &deal.reason, action: "" }).collect();
    list_text(&format!("{title}, {} of {}", count(list.shown.len()), count(list.deals)), &entries)
}

/// Of sources each deal counts once: what one brought is no matter of the moment at which its leads are looked at.
fn quality_text(quality: &Quality) -> Page {
    let named = |standing| -> Vec<&str> {
        quality.levels.iter().filter(|l| l.standing == standing).map(|l| l.level.as_str()).collect()
    };
    let (better, worse) = (named(Standing::Better), named(Standing::Worse));
    let mut text = Page::from(format!("\nBy {} (all deals: {}):", quality.column, percent(quality.all.rate)));
    text.push_str(&match (better.is_empty(), worse.is_empty()) {
        (true, true) => " no level differs from the rest by more than chance.\n".to_string(),
        _ => {
            let said =
                [sentence(" better beyond chance: ", &better), sentence(" worse beyond chance: ", &worse)].concat();
            let levels = quality.levels.len();
            let chance = if levels > LEVELS_SHOWN {
                format!(
                    " (of {levels} levels about {:.0} would look so by chance alone)",
                    (levels as f64 / 20.0).max(1.0)
                )
            } else {
                String::new()
            };
            format!("{}{chance}.\n", said.trim_end_matches(';'))
        }
    });
    let cut = quality.levels.len().saturating_sub(2 * LEVELS_SHOWN);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (i, level) in quality.levels.iter().enumerate() {
        if cut > 1 && (LEVELS_SHOWN..LEVELS_SHOWN + cut).contains(&i) {
            if i == LEVELS_SHOWN {
                rows.push(vec![format!("({} more)", count(cut))]);
            }
            continue;
        }
        rows.push(vec![
            level.level.clone(),
            count(level.record.n),
            level.expected_rate.map_or_else(String::new, percent),
            rate_cell(&level.record),
            format!("{:.2}", level.lift),
        ]);
    }
    rows.iter_mut().for_each(|row| row.resize(5, String::new()));
    let header = [quality.column.as_str(), "deals", "expected", "won (95 %)", "lift"];
    let align = [Align::Left, Align::Right, Align::Right, Align::Left, Align::Right];
    text.append(Page::below_a_blank(table(&header, &align, &rows)));
    if quality.pooled > 0 {
        text.push_str(&format!(
            "  (other): {} on fewer than {} deals each.\n",
            plural(quality.pooled, "value"),
            quality.fewest
        ));
    }
    text
}

/// `title` and the first few names.
fn sentence(title: &str, names: &[&str]) -> String {
    match names.len() {
        0 => String::new(),
        n if n > LEVELS_SHOWN => format!("{title}{} and {} more;", names[..LEVELS_SHOWN].join(", "), n - LEVELS_SHOWN),
        _ => format!("{title}{};", names.join(", ")),
    }
}

//! What somebody must look at, in sentences: one alarm a kind of thing, however many columns or months show it.

use super::decay::Calibration;
use super::drift::{Drift, Group};
use super::months::{Month, since};
use super::signs::{Sign, What, beyond};
use super::{Limits, Monitor};
use crate::metrics::Auc;
use crate::text::counted;
use serde::Serialize;

/// Columns and words named in a sentence.
const NAMED: usize = 3;

/// Something that somebody must look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    /// What kind of thing.
    pub what: What,
    /// Which leads show it: `closed` deals or `open` leads.
    pub group: &'static str,
    /// The columns, those that move the win probability most first.
    pub columns: Vec<String>,
    /// The month from which on it was there without a break; `None` where no month shows it by itself.
    pub since: Option<String>,
    /// Whether the newest month is the first to show it.
    pub new: bool,
    /// The same in words.
    pub sentence: String,
}

/// One group of leads, and what is known of it.
struct Shown<'a> {
    who: &'static str,
    group: &'a Group,
    calibration: Option<&'a Calibration>,
    auc: Option<&'a Auc>,
    /// Said before a sentence about this group.
    prefix: String,
    signs: Vec<Sign>,
}

/// All alarms, the gravest first. `gone` are planned columns that are not there.
pub(super) fn alarms(found: &Monitor, gone: &[String], limits: &Limits) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if !gone.is_empty() {
        let sentence = format!("Gone, or of another kind than at training: {}.", quoted(gone));
        alarms.push(Alarm {
            what: What::Gone,
            group: "closed",
            columns: gone.to_vec(),
            since: None,
            new: true,
            sentence,
        });
    }
    let mut told: Vec<Sign> = Vec::new();
    for mut shown in shown(found, limits) {
        shown.signs.retain(|sign| !told.contains(sign));
        alarms.extend(of_group(&shown, found, limits));
        told.append(&mut shown.signs);
    }
    alarms.sort_by_key(|alarm| alarm.what);
    alarms
}

/// The recent deals as a whole, the newest month by itself, the open leads.
fn shown<'a>(found: &'a Monitor, limits: &Limits) -> Vec<Shown<'a>> {
    let promised = found.promised_auc;
    let mut all = Vec::new();
    if let Some(group) = &found.closed {
        let (calibration, auc) = (found.calibration.as_ref(), found.auc.as_ref());
        let signs = beyond(group, calibration, auc, promised, limits);
        all.push(Shown { who: "closed deals", group, calibration, auc, prefix: String::new(), signs });
    }
    if let Some(month) = found.months.iter().rev().find(|month| month.says()) {
        let prefix = format!("In {} alone: ", month.month);
        let (calibration, auc) = (Some(&month.calibration), month.auc.as_ref());
        let signs = month.beyond.clone();
        all.push(Shown { who: "closed deals", group: &month.group, calibration, auc, prefix, signs });
    }
    if let Some(group) = &found.open {
        let signs = beyond(group, None, None, None, limits);
        all.push(Shown { who: "open leads", group, calibration: None, auc: None, prefix: String::new(), signs });
    }
    all
}

/// One alarm a kind of thing.
fn of_group(shown: &Shown<'_>, found: &Monitor, limits: &Limits) -> Vec<Alarm> {
    let kinds = shown.signs.chunk_by(|a, b| a.what == b.what);
    let is_closed = shown.who == "closed deals";
    let months: &[Month] = if is_closed { &found.months } else { &[] };
    let newest = months.iter().rev().find(|month| month.says()).map(|month| month.month.as_str());
    kinds
        .map(|signs| {
            let begun: Vec<Option<&str>> = signs.iter().map(|s| since(months, s).map(|m| m.month.as_str())).collect();
            let drifts: Vec<(&Drift, Option<&str>)> = signs
                .iter()
                .zip(&begun)
                .filter_map(|(sign, begun)| {
                    let column = sign.column.as_ref()?;
                    Some((shown.group.columns.iter().find(|d| d.column == *column)?, *begun))
                })
                .collect();
            let what = signs[0].what;
            let since = begun.iter().flatten().min().map(|month| month.to_string());
            let sentence = format!("{}{}", shown.prefix, sentence(what, shown, &drifts, since.as_deref(), limits));
            Alarm {
                what,
                group: if is_closed { "closed" } else { "open" },
                columns: drifts.iter().map(|(d, _)| d.column.clone()).collect(),
                new: newest.is_some() && begun.contains(&newest),
                since,
                sentence,
            }
        })
        .collect()
}

fn sentence(
    what: What,
    shown: &Shown<'_>,
    drifts: &[(&Drift, Option<&str>)],
    since: Option<&str>,
    limits: &Limits,
) -> String {
    let who = shown.who;
    let begun = |since: Option<&str>| since.map_or_else(String::new, |month| format!(", since {month}"));
    match what {
        What::Gone => String::new(),
        What::Wins => {
            let since = since.map_or_else(String::new, |month| format!(" It is so since {month}."));
            shown.calibration.map_or_else(String::new, |c| c.sentence() + &since)
        }
        What::Order => shown.auc.map_or_else(String::new, |now| {
            format!(
                "They are ranked worse than promised: AUC {:.3} (95 % interval {:.3} to {:.3}){}.",
                now.value,
                now.interval.low,
                now.interval.high,
                begun(since)
            )
        }),
        What::Score => format!(
            "The win probabilities of the {who} lie elsewhere: on average {} than the training deals' win rate (stability \
             index {:.2}, limit {:.2}{}).",
            moves(shown.group.score.effect),
            shown.group.score.psi,
            limits.psi,
            begun(since)
        ),
        What::Column => {
            let named: Vec<String> = drifts
                .iter()
                .take(NAMED)
                .map(|(d, since)| format!("`{}` ({}; index {:.2}{})", d.column, effect(d.effect), d.psi, begun(*since)))
                .collect();
            let rest = if drifts.len() > NAMED { ", first those that move the win probability most" } else { "" };
            format!(
                "{} of the {who} spread otherwise than at training{rest}: {}{}.",
                counted(drifts.len(), "column"),
                named.join(", "),
                more(drifts.len())
            )
        }
        What::Missing => {
            let of = |(d, since): &(&Drift, Option<&str>)| {
                format!(
                    "`{}` is missing for {:.1} % of the {who}, {:.1} % at training{}",
                    d.column,
                    d.missing_now * 100.0,
                    d.missing_then * 100.0,
                    begun(*since)
                )
            };
            format!("{}{}.", drifts.iter().take(NAMED).map(of).collect::<Vec<_>>().join("; "), more(drifts.len()))
        }
        What::NewWords => {
            let of = |(d, since): &(&Drift, Option<&str>)| {
                let words: Vec<String> = d.new_levels.iter().map(|(word, _)| word.clone()).collect();
                format!(
                    "{:.1} % of the {who} have a `{}` that no training deal had: {}{}",
                    d.new_share() * 100.0,
                    d.column,
                    quoted(&words),
                    begun(*since)
                )
            };
            format!("{}{}.", drifts.iter().take(NAMED).map(of).collect::<Vec<_>>().join("; "), more(drifts.len()))
        }
    }
}

/// `win probability 3.1 percentage points higher`.
fn effect(effect: f64) -> String {
    let is_shown = (100.0 * effect).abs() >= 0.05;
    if is_shown { format!("win probability {}", moves(effect)) } else { "hardly moves the win probability".to_string() }
}

/// `3.1 percentage points higher`.
fn moves(effect: f64) -> String {
    format!("{:.1} percentage points {}", 100.0 * effect.abs(), if effect < 0.0 { "lower" } else { "higher" })
}

fn more(n: usize) -> String {
    if n > NAMED { format!(", and {} more", n - NAMED) } else { String::new() }
}

fn quoted(words: &[String]) -> String {
    let named: Vec<String> = words.iter().take(NAMED).map(|word| format!("`{word}`")).collect();
    named.join(", ") + if words.len() > NAMED { " and others" } else { "" }
}

//! Drift: whether newer deals still look as the older ones did, in plain words.
//!
//! A model of the past is right for the future only as far as the two are alike. Three things are compared: the
//! predictions for deals that the model had not seen, the columns it goes by, and what it expected with what came.

use super::deals::Deals;
use super::model::DriftRecord;
use super::purpose::spread;
use super::train::{Predicted, Procedure, TrainSettings, pick};
use crate::features::{Attribute, Source, Term, TermSettings, Values, short_number};
use crate::metrics::{Bins, are_seen_apart, calibration, effective_n, psi, psi_noise};
use crate::text::thousands;
use crate::validation::{self, Scheme};
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

/// The population stability index from which a distribution is called shifted, by custom.
const SHIFTED: f64 = 0.25;
/// Bins of the predictions.
const SCORE_BINS: usize = 10;
/// A middle win probability that changed by less, as a share of itself, does not show what shifted.
const MIDDLE_MOVED: f64 = 0.1;
/// Columns named, the most shifted first.
const COLUMNS_NAMED: usize = 5;
/// How a column is cut for the comparison, whatever shape it has in the model: bins that know heaps, and levels.
const CUT: TermSettings = TermSettings { curves: true, min_level_count: 10 };

/// A number is cut by so many older deals at most: a cell is then off by thousandths of them, which the shares, counted over
/// all deals, know of.
const ROWS_TO_CUT_BY: usize = 1 << 17;

/// Win rates further apart than by this factor are far apart, as between a holdout and the deals before it …
const FAR: f64 = 2.0;
/// … where chance does not set them apart: so many standard errors.
const STANDARD_ERRORS: f64 = 4.0;

/// Deals of one time.
struct Era {
    /// All of them.
    rows: Vec<usize>,
    /// What one model, the same for both times, says of some of them, with the row weight of each. The models of several folds
    /// would differ without any drift.
    by_one: (Vec<f64>, Vec<f64>),
}

/// Words of statistics, which stand in brackets behind what they mean.
const TERMS: [&str; 3] = ["calibration", "stability index", "(index "];

impl DriftRecord {
    /// The record without terms of statistics, for the page; the model card has them.
    pub fn plain(&self) -> DriftRecord {
        let found = self.found.iter().map(|finding| DriftRecord::in_plain_words(finding)).collect();
        DriftRecord { found, ..*self }
    }

    /// A finding without its terms of statistics, for the terminal and the page; the model card has them.
    pub fn in_plain_words(finding: &str) -> String {
        let mut plain = finding.to_string();
        while let Some((start, end)) = bracket_of_terms(&plain) {
            plain.replace_range(start..end, "");
        }
        plain
    }
}

/// The first bracket, with the blank before it, that speaks of statistics.
fn bracket_of_terms(text: &str) -> Option<(usize, usize)> {
    text.match_indices(" (").find_map(|(start, _)| {
        let end = start + text[start..].find(')')? + 1;
        TERMS.iter().any(|term| text[start..end].contains(term)).then_some((start, end))
    })
}

/// How the deals of a holdout by time, `newer`, differ from those that `older` was learned from.
pub(super) fn of_holdout(deals: &Deals, older: &Procedure, trained: &[usize], newer: &Predicted) -> DriftRecord {
    let by_one = older.in_sample.as_ref().map(|said| weighed(deals, &said.rows, &said.p_model)).unwrap_or_default();
    let before = Era { rows: trained.to_vec(), by_one };
    let Predicted { rows, p_model, .. } = newer;
    let after = Era { rows: rows.clone(), by_one: weighed(deals, rows, p_model) };
    let sources = older.learned.as_ref().map(|l| l.predictor.sources()).unwrap_or_default();
    let came = expectation(deals, rows, p_model);
    DriftRecord { by_file_order: false, found: findings(deals, &sources, came, &before, &after) }
}

/// The same of the last `share` of the rows where no time says which deals are newer: many exports are in order of time.
pub(super) fn by_file_order(deals: &Deals, whole: &Procedure, share: f64) -> Option<DriftRecord> {
    let cut = ((1.0 - share) * deals.n() as f64).round() as usize;
    let mut found: Vec<String> = at_the_end(deals, cut).into_iter().collect();
    found.extend(between(deals, whole, (0..cut).collect(), (cut..deals.n()).collect())?);
    (!found.is_empty()).then_some(DriftRecord { by_file_order: true, found })
}

/// The win rate of the deals from `cut` on beside that of the others, where they lie far apart.
fn at_the_end(deals: &Deals, cut: usize) -> Option<String> {
    let side = |rows: Range<usize>| {
        let (won, weights) = (&deals.snapshots.won[rows.clone()], &deals.snapshots.row_weight[rows]);
        let sum: f64 = weights.iter().sum();
        (won.iter().zip(weights).map(|(y, w)| y * w).sum::<f64>() / sum, effective_n(weights))
    };
    let ((before, n_before), (end, n_end)) = (side(0..cut), side(cut..deals.n()));
    let error = (before * (1.0 - before) / n_before + end * (1.0 - end) / n_end).sqrt();
    let is_far = before.max(end) > FAR * before.min(end) && (before - end).abs() > STANDARD_ERRORS * error;
    is_far.then(|| {
        format!(
            "{} (the last {:.0} %) {:.1} % were won, of the others {:.1} %.",
            DriftRecord::AT_THE_END,
            100.0 * (deals.n() - cut) as f64 / deals.n() as f64,
            100.0 * end,
            100.0 * before
        )
    })
}

/// The same where nobody trains without the newest deals: they were predicted out of fold by models of older ones.
pub(super) fn looking_back(deals: &Deals, whole: &Procedure, settings: &TrainSettings) -> Option<DriftRecord> {
    let share = settings.holdout;
    if share <= 0.0 {
        return None;
    }
    let Some(order) = deals.snapshots.order.as_deref() else { return by_file_order(deals, whole, share) };
    let set_apart = validation::holdout(Some(order), &deals.snapshots.won, share, settings.deals.snapshot.seed);
    let part = set_apart.part.filter(|_| set_apart.scheme == Scheme::Forward)?;
    let found = between(deals, whole, part.train, part.test)?;
    Some(DriftRecord { by_file_order: false, found })
}

/// What differs between the deals of `older` and of `newer`, which ascend: what came by what was predicted out of fold, and the
/// probabilities by what the model of all of them says.
fn between(deals: &Deals, whole: &Procedure, older: Vec<usize>, newer: Vec<usize>) -> Option<Vec<String>> {
    let (learned, predicted, said) = (whole.learned.as_ref()?, whole.out_of_fold.as_ref()?, whole.in_sample.as_ref()?);
    let era = |rows: Vec<usize>| {
        let (own, p) = among(said, &rows);
        Era { by_one: weighed(deals, &own, &p), rows }
    };
    let (scored, p) = among(predicted, &newer);
    let came = expectation(deals, &scored, &p);
    Some(findings(deals, &learned.predictor.sources(), came, &era(older), &era(newer)))
}

/// What is predicted of those of `rows`, which ascend, that are predicted at all.
fn among(predicted: &Predicted, rows: &[usize]) -> (Vec<usize>, Vec<f64>) {
    let is_in = |&i: &usize| rows.binary_search(&predicted.rows[i]).is_ok();
    let kept: Vec<usize> = (0..predicted.rows.len()).filter(is_in).collect();
    (pick(&predicted.rows, &kept), pick(&predicted.p_model, &kept))
}

/// Probabilities with the row weights of their deals.
fn weighed(deals: &Deals, rows: &[usize], p: &[f64]) -> (Vec<f64>, Vec<f64>) {
    (p.to_vec(), pick(&deals.snapshots.row_weight, rows))
}

/// What changed, after what came of the newer deals where that is not as expected.
fn findings(deals: &Deals, sources: &[Source], came: Option<String>, before: &Era, after: &Era) -> Vec<String> {
    let mut found: Vec<String> = came.into_iter().collect();
    found.extend(score(&before.by_one, &after.by_one));
    let used = deals.attributes.par_iter().filter(|a| sources.contains(&a.source));
    let mut columns: Vec<(f64, String)> = used.filter_map(|a| column(deals, a, before, after)).collect();
    columns.sort_by(|a, b| b.0.total_cmp(&a.0));
    let unnamed = columns.len().saturating_sub(COLUMNS_NAMED);
    found.extend(columns.into_iter().take(COLUMNS_NAMED).map(|c| c.1));
    if unnamed > 0 {
        found.push(format!(
            "{unnamed} more of what the model goes by shifted as well{}.",
            if unnamed == 1 { ", less than these" } else { ", each less than these" }
        ));
    }
    found
}

/// What a model expected of newer deals that it had not seen, `p`, beside what came, where they differ beyond chance and by so
/// much that it matters.
fn expectation(deals: &Deals, newer: &[usize], p: &[f64]) -> Option<String> {
    let (y, w) = (pick(&deals.snapshots.won, newer), pick(&deals.snapshots.row_weight, newer));
    let intercept = calibration(&y, p, &w).intercept?;
    let total: f64 = w.iter().sum();
    let mean = |values: &[f64]| values.iter().zip(&w).map(|(v, w)| v * w).sum::<f64>() / total;
    let (expected, came) = (mean(p), mean(&y));
    if intercept.interval.holds(0.0) || !are_seen_apart(expected, came) {
        return None;
    }
    let direction = if came > expected { "low" } else { "high" };
    Some(format!(
        "Of the {} newer deals the model expected {:.1} % to be won; it was {:.1} % (calibration intercept {:.2}, {:.2} to \
         {:.2}: its win probabilities were too {direction} for them).",
        thousands(newer.len()),
        100.0 * expected,
        100.0 * came,
        intercept.value,
        intercept.interval.low,
        intercept.interval.high
    ))
}

/// The predictions, where they lie elsewhere than before.
fn score((before, w_before): &(Vec<f64>, Vec<f64>), (after, w_after): &(Vec<f64>, Vec<f64>)) -> Option<String> {
    let bins = Bins::fit(before, w_before, SCORE_BINS);
    let (older, newer) = (bins.shares(before, w_before), bins.shares(after, w_after));
    let index = shifted(&older, &newer, effective_n(w_before), effective_n(w_after))?;
    let middles = (middle(before, w_before)?, middle(after, w_after)?);
    let change = if (middles.1 / middles.0 - 1.0).abs() > MIDDLE_MOVED {
        let (was, is) = (100.0 * middles.0, 100.0 * middles.1);
        format!("half of the newer deals are above {is:.1} %, half of the older ones were above {was:.1} %")
    } else {
        let bin = most_moved(&older, &newer);
        let (was, is) = (100.0 * older[bin], 100.0 * newer[bin]);
        format!("{is:.1} % of the newer deals have one {}, of the older ones {was:.1} % had", between_edges(&bins, bin))
    };
    Some(format!(
        "The model's win probabilities lie elsewhere: {change} (population stability index {}, marked from {SHIFTED}).",
        short_number(index)
    ))
}

/// The probabilities of a bin in words.
fn between_edges(bins: &Bins, bin: usize) -> String {
    let percent = |edge: &f64| format!("{:.1} %", 100.0 * edge);
    match (bin.checked_sub(1).and_then(|below| bins.edges.get(below)), bins.edges.get(bin)) {
        (None, Some(end)) => format!("below {}", percent(end)),
        (Some(begin), Some(end)) => format!("of {:.1} to {}", 100.0 * begin, percent(end)),
        (Some(begin), None) => format!("of {} or more", percent(begin)),
        (None, None) => "at all".to_string(),
    }
}

/// The cell whose share changed the index most.
fn most_moved(older: &[f64], newer: &[f64]) -> usize {
    let part = |cell: &usize| psi(&older[*cell..=*cell], &newer[*cell..=*cell]);
    (0..older.len()).max_by(|a, b| part(a).total_cmp(&part(b))).expect("there is a cell")
}

/// The index of a column and what changed in it, where it shifted.
fn column(deals: &Deals, attribute: &Attribute, before: &Era, after: &Era) -> Option<(f64, String)> {
    let cut_by = match &attribute.values {
        Values::Number(_) => spread(&before.rows, ROWS_TO_CUT_BY),
        // Which words are common is known only of all rows.
        Values::Text(_) => Cow::Borrowed(&before.rows[..]),
    };
    let term = Term::learn(&attribute.source, &attribute.values, &cut_by, CUT).ok()?;
    let weights = |era: &Era| pick(&deals.snapshots.row_weight, &era.rows);
    let (w_before, w_after) = (weights(before), weights(after));
    // One cell more for what the older deals never had.
    let shares = |era: &Era, w: &[f64]| {
        let mut shares = vec![0.0; term.n_levels() + 1];
        let total: f64 = w.iter().sum();
        for (code, w) in term.codes(&attribute.values, &era.rows).into_iter().zip(w) {
            shares[(code as usize).min(term.n_levels())] += w / total;
        }
        shares
    };
    let (older, newer) = (shares(before, &w_before), shares(after, &w_after));
    let index = shifted(&older, &newer, effective_n(&w_before), effective_n(&w_after))?;
    let change =
        middles(attribute, before, after, &w_before, &w_after).unwrap_or_else(|| most_changed(&term, &older, &newer));
    Some((index, format!("`{}`: {change} (index {}).", attribute.source, short_number(index))))
}

/// The index, when it is marked and more than chance gives.
fn shifted(older: &[f64], newer: &[f64], n_older: f64, n_newer: f64) -> Option<f64> {
    let occupied = older.iter().zip(newer).filter(|(o, n)| **o > 0.0 || **n > 0.0).count();
    let index = psi(older, newer);
    (index >= SHIFTED.max(psi_noise(occupied, n_older, n_newer, 1))).then_some(index)
}

/// The middle values of a number then and now; `None` for words, and where they read alike.
fn middles(attribute: &Attribute, before: &Era, after: &Era, w_before: &[f64], w_after: &[f64]) -> Option<String> {
    let Values::Number(numbers) = &attribute.values else { return None };
    let of = |era: &Era, w: &[f64]| middle(&numbers.of_rows(&era.rows), w).map(short_number);
    let (older, newer) = (of(before, w_before)?, of(after, w_after)?);
    (older != newer).then(|| format!("the middle value was {older} and is {newer}"))
}

/// What changed the index most, in words.
fn most_changed(term: &Term, older: &[f64], newer: &[f64]) -> String {
    let cell = most_moved(older, newer);
    let name = if cell == term.n_levels() { "a value not seen before".into() } else { term.level_name(cell as u32) };
    format!(
        "{name} was {:.1} % of the older deals and is {:.1} % of the newer",
        100.0 * older[cell],
        100.0 * newer[cell]
    )
}

/// The row-weighted median of what is not missing.
fn middle(values: &[f64], w: &[f64]) -> Option<f64> {
    let mut rows: Vec<usize> = (0..values.len()).filter(|&i| w[i] > 0.0 && !values[i].is_nan()).collect();
    rows.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let half = rows.iter().map(|&i| w[i]).sum::<f64>() / 2.0;
    let mut below = 0.0;
    rows.into_iter()
        .find(|&i| {
            below += w[i];
            below >= half
        })
        .map(|i| values[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_in_plain_words_keeps_its_figures_and_loses_its_terms() {
        let plain = DriftRecord::in_plain_words;
        let half = "half of the newer deals are above 2.2 %, half of the older ones were above 1.3 %";
        assert_eq!(plain(&format!("{half} (population stability index 1.05, marked from 0.25).")), format!("{half}."));
        let middle = "`size (m2)`: the middle value was 3 and is 5";
        assert_eq!(plain(&format!("{middle} (index 0.4).")), format!("{middle}."));
        let low = "the model expected 10.0 % to be won; it was 15.0 %";
        let terms = "calibration intercept 0.57, 0.21 to 0.94: its win probabilities were too low for them";
        assert_eq!(plain(&format!("{low} ({terms}).")), format!("{low}."));
    }

    #[test]
    fn the_bin_that_moved_most_is_told_by_its_edges() {
        assert_eq!(most_moved(&[0.2, 0.5, 0.3], &[0.2, 0.1, 0.7]), 1);
        let bins = Bins { edges: vec![0.1, 0.25] };
        let words = [0, 1, 2].map(|bin| between_edges(&bins, bin));
        assert_eq!(words, ["below 10.0 %", "of 10.0 to 25.0 %", "of 25.0 % or more"]);
    }
}

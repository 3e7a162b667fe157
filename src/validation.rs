//! Which deals train and which judge: time-ordered folds and the holdout of the newest deals.
//!
//! A model is used on deals that come after those it learned from, so it is judged that way. Time is whatever the
//! caller orders by (`closed_at`, `created_at` or as-of, in microseconds); deals of one instant are never split.
//! Without times, validation is stratified and seeded.

use crate::text::thousands;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Deals of either outcome that a training part needs; a data set with fewer of one has no model.
pub const MIN_OF_EACH_OUTCOME: usize = 5;

/// Deals of the rarer outcome that forward folds must predict; with fewer, stratified folds take their place.
pub const MIN_RARER_PREDICTED: usize = 20;

/// How deals were parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// By time: every deal is predicted from earlier ones only.
    Forward,
    /// Seeded, each part with the same share of wins.
    Stratified,
    /// Not at all.
    None,
}

impl Scheme {
    /// The word for it, as in the summaries.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Forward => "forward",
            Scheme::Stratified => "stratified",
            Scheme::None => "none",
        }
    }
}

/// The `n` deals that a holdout of this `scheme` judges on, in the words of every output: `the 1,494 newest deals`, `1,848 deals
/// drawn by chance`.
pub fn judged_on(scheme: &str, n: usize) -> String {
    match scheme == Scheme::Forward.as_str() {
        true => format!("the {} newest deals", thousands(n)),
        false => format!("{} deals drawn by chance", thousands(n)),
    }
}

/// Row numbers of one split, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The deals that train.
    pub train: Vec<usize>,
    /// The deals that are predicted.
    pub test: Vec<usize>,
}

/// Cross-validation: no deal is predicted twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folds {
    /// How the deals were parted.
    pub scheme: Scheme,
    /// The splits, earliest first.
    pub parts: Vec<Part>,
    /// What the output must say about them.
    pub notes: Vec<String>,
}

impl Folds {
    /// The rows that some fold predicts, ascending.
    pub fn predicted(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = self.parts.iter().flat_map(|part| part.test.iter().copied()).collect();
        rows.sort_unstable();
        rows
    }

    fn none(notes: Vec<String>) -> Folds {
        Folds { scheme: Scheme::None, parts: Vec::new(), notes }
    }
}

/// The newest deals set aside to judge the procedure run without them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holdout {
    /// How the deals were parted.
    pub scheme: Scheme,
    /// The split; `None` when there is to be none, or when a part would lack an outcome.
    pub part: Option<Part>,
    /// What the output must say about it.
    pub notes: Vec<String>,
}

/// `k` folds of the deals with outcomes `y`.
///
/// With times the first 1/k of the deals in time order only trains, and the others are predicted in turn from all
/// before. A fold whose training part has fewer than [`MIN_OF_EACH_OUTCOME`] of either outcome is skipped. When fewer
/// than [`MIN_RARER_PREDICTED`] of the rarer outcome would be predicted so, or there are no times, stratified k-fold
/// seeded by `seed` takes its place.
pub fn folds(order: Option<&[i64]>, y: &[f64], k: usize, seed: u64) -> Folds {
    let (won, lost) = outcomes(y, 0..y.len());
    let rarer = won.min(lost);
    if k < 2 {
        return Folds::none(Vec::new());
    }
    if rarer < MIN_OF_EACH_OUTCOME {
        return Folds::none(vec![format!(
            "no cross-validation: {won} won and {lost} lost deals, and it takes {MIN_OF_EACH_OUTCOME} of each"
        )]);
    }
    let mut notes = Vec::new();
    match order.map(|order| forward(order, y, k)) {
        Some(folds) => {
            let rows = folds.predicted();
            let (won, lost) = outcomes(y, rows.iter().copied());
            if won.min(lost) >= MIN_RARER_PREDICTED {
                return folds;
            }
            notes.push(format!(
                "The model was judged on deals drawn by chance, not on the newer ones (stratified cross-validation): by time \
                 {won} won and {lost} lost deals could be judged, and it takes {MIN_RARER_PREDICTED} of each."
            ));
        }
        None => notes.push(
            "The model was judged on deals drawn by chance, for no times order them (stratified cross-validation)."
                .to_string(),
        ),
    }
    if rarer < k {
        notes.push(format!("It was judged in {rarer} parts instead of {k} (folds), so that each has both outcomes."));
    }
    Folds { scheme: Scheme::Stratified, parts: stratified(y, k.min(rarer), seed), notes }
}

/// Sets the newest `share` of the deals aside; a stratified seeded share when there are no times.
///
/// The cut moves to the border between two instants nearest to `share`; where so many deals bear one time that it
/// would set aside less than half or more than twice that, the holdout is stratified too. A share of 0 is no holdout, without a note.
pub fn holdout(order: Option<&[i64]>, y: &[f64], share: f64, seed: u64) -> Holdout {
    if share <= 0.0 || y.is_empty() {
        return Holdout { scheme: Scheme::None, part: None, notes: Vec::new() };
    }
    let mut notes = Vec::new();
    let by_time = order.and_then(|order| newest(order, share));
    let (scheme, part) = match by_time {
        Some(part) => (Scheme::Forward, part),
        None => {
            let why = if order.is_some() { "too many deals bear one time" } else { "the deals have no times" };
            notes.push(format!("the holdout is drawn by chance, not by time: {why}"));
            (Scheme::Stratified, drawn(y, share, seed))
        }
    };
    let lacks = |rows: &[usize]| {
        let (won, lost) = outcomes(y, rows.iter().copied());
        (won == 0 || lost == 0).then(|| format!("{won} won and {lost} lost deals"))
    };
    let lacking = lacks(&part.test).map(|what| ("holdout", what));
    match lacking.or_else(|| lacks(&part.train).map(|what| ("training", what))) {
        Some((which, what)) => {
            notes = vec![format!("no holdout: its {which} part would have {what}")];
            Holdout { scheme: Scheme::None, part: None, notes }
        }
        None => Holdout { scheme, part: Some(part), notes },
    }
}

/// What to say when the row-weighted win rates of a split's two parts differ by more than a factor of 2.
pub fn shift_note(y: &[f64], w: &[f64], part: &Part) -> Option<String> {
    let rate = |rows: &[usize]| {
        let weight: f64 = rows.iter().map(|&i| w[i]).sum();
        rows.iter().map(|&i| w[i] * y[i]).sum::<f64>() / weight
    };
    let (train, test) = (rate(&part.train), rate(&part.test));
    (test > 2.0 * train || train > 2.0 * test).then(|| {
        format!(
            "the holdout's win rate is {:.1} %, the training part's {:.1} %: the deals have changed, or are not ripe",
            100.0 * test,
            100.0 * train
        )
    })
}

/// Won and lost among `rows`.
fn outcomes(y: &[f64], rows: impl Iterator<Item = usize>) -> (usize, usize) {
    rows.fold((0, 0), |(won, lost), i| if y[i] > 0.5 { (won + 1, lost) } else { (won, lost + 1) })
}

/// Row numbers from the oldest to the newest; deals of one instant stand in the order of the rows.
fn by_time(order: &[i64]) -> Vec<usize> {
    // Beside their rows the instants need not be looked up at every comparison; no two pairs are equal.
    let mut rows: Vec<(i64, usize)> = order.iter().copied().zip(0..).collect();
    rows.par_sort_unstable();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The border between two instants nearest to position `target` of `rows`, the later one when two are as near.
fn border(rows: &[usize], order: &[i64], target: f64) -> Option<usize> {
    let is_border = |at: &usize| order[rows[at - 1]] < order[rows[*at]];
    let middle = (target as usize + 1).clamp(1, rows.len().max(1));
    let (before, after) = ((1..middle).rev().find(is_border), (middle..rows.len()).find(is_border));
    let nearest =
        |&a: &usize, &b: &usize| (a as f64 - target).abs().total_cmp(&(b as f64 - target).abs()).then(b.cmp(&a));
    before.into_iter().chain(after).min_by(nearest)
}

fn part(train: &[usize], test: &[usize]) -> Part {
    let ascending = |rows: &[usize]| {
        let mut rows = rows.to_vec();
        rows.par_sort_unstable();
        rows
    };
    Part { train: ascending(train), test: ascending(test) }
}

fn forward(order: &[i64], y: &[f64], k: usize) -> Folds {
    let rows = by_time(order);
    let mut borders: Vec<usize> =
        (1..k).filter_map(|fold| border(&rows, order, (rows.len() * fold) as f64 / k as f64)).collect();
    borders.dedup();
    let ends = borders.iter().skip(1).copied().chain([rows.len()]);
    let (mut parts, mut notes) = (Vec::new(), Vec::new());
    for (start, end) in borders.iter().copied().zip(ends) {
        let (won, lost) = outcomes(y, rows[..start].iter().copied());
        if won.min(lost) < MIN_OF_EACH_OUTCOME {
            notes.push(format!("{} deals are not predicted: only {won} won and {lost} lost before them", end - start));
        } else {
            parts.push(part(&rows[..start], &rows[start..end]));
        }
    }
    Folds { scheme: Scheme::Forward, parts, notes }
}

/// The newest deals, unless no border between instants lies near enough to give half to twice the `share` wanted.
fn newest(order: &[i64], share: f64) -> Option<Part> {
    let rows = by_time(order);
    let wanted = rows.len() as f64 * share;
    let cut = border(&rows, order, rows.len() as f64 - wanted)?;
    let got = (rows.len() - cut) as f64;
    (0.5 * wanted <= got && got <= 2.0 * wanted).then(|| part(&rows[..cut], &rows[cut..]))
}

/// The rows of each outcome, shuffled: won, then lost.
fn shuffled(y: &[f64], seed: u64) -> [Vec<usize>; 2] {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    [true, false].map(|won| {
        let mut rows: Vec<usize> = (0..y.len()).filter(|&i| (y[i] > 0.5) == won).collect();
        rows.shuffle(&mut rng);
        rows
    })
}

fn stratified(y: &[f64], k: usize, seed: u64) -> Vec<Part> {
    // Dealt round like playing cards, losses going on where wins stopped, so that no fold is larger by more than one.
    let mut fold_of = vec![0; y.len()];
    for (turn, row) in shuffled(y, seed).into_iter().flatten().enumerate() {
        fold_of[row] = turn % k;
    }
    (0..k)
        .map(|fold| {
            let (test, train) = (0..y.len()).partition(|&i| fold_of[i] == fold);
            Part { train, test }
        })
        .collect()
}

fn drawn(y: &[f64], share: f64, seed: u64) -> Part {
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for rows in shuffled(y, seed) {
        let cut = (rows.len() as f64 * share).round().min(rows.len() as f64) as usize;
        test.extend(&rows[..cut]);
        train.extend(&rows[cut..]);
    }
    part(&train, &test)
}

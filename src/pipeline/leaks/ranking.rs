//! How well one column alone ranks the deals.

use super::filled::QUESTION_FOR_KINDS;
use super::{Charge, Ground, Subject, Suspect};
use crate::design::NO_LEVEL;
use crate::features::bins::{codes, edges_of_sorted};
use crate::features::terms::MAX_BINS;
use crate::features::{Attribute, Values};
use crate::metrics::{Tied, auc_of_ties};
use crate::pipeline::deals::Deals;
use crate::tables::MISSING;
use crate::validation;

/// A column that ranks the deals alone better than this is a leak.
const LEAK_AUC: f64 = 0.95;
/// Better than this is suspicious …
pub(super) const SUSPICIOUS_AUC: f64 = 0.75;
/// … when it stands out by this much from the next column that is not named itself.
const STANDS_OUT: f64 = 0.05;
/// A column that ranks the deals alone worse than this carries no model that ranks unusually well.
pub(super) const CARRIES_AUC: f64 = 0.6;
/// The lower ends of the 95 % intervals must lie above these, so that a handful of deals accuses nobody.
const LEAK_LEAST: f64 = 0.85;
const SUSPICIOUS_LEAST: f64 = 0.65;
/// How the evidence begins that a column ranks the deals too well.
pub(in crate::pipeline) const BY_ITSELF: &str = "by itself ranks a won deal above a lost one";
/// Deals of one outcome that are looked at, at most: beyond, more deals only cost time.
const MOST_OF_AN_OUTCOME: usize = 50_000;
/// Folds of the cross-validation.
const FOLDS: usize = 5;
/// Weight of the average win rate in a level's smoothed rate, in deals.
const SMOOTHING: f64 = 10.0;

/// How well a column alone ranks the deals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranking {
    /// Cross-validated AUC.
    pub auc: f64,
    /// Lower end of its 95 % interval.
    pub least: f64,
}

/// The deals that are ranked, and their folds.
pub(super) struct Sample {
    rows: Vec<usize>,
    won: Vec<f64>,
    weight: Vec<f64>,
    fold: Vec<usize>,
}

impl Sample {
    /// All deals, or up to [`MOST_OF_AN_OUTCOME`] of each outcome by their draw.
    pub(super) fn draw(deals: &Deals, seed: u64) -> Sample {
        Sample::among(deals, |_| true, seed)
    }

    /// As many of the deals that `counts` holds for.
    pub(super) fn among(deals: &Deals, counts: impl Fn(usize) -> bool, seed: u64) -> Sample {
        let won = &deals.snapshots.won;
        let mut rows = Vec::new();
        for outcome in [true, false] {
            let mut own: Vec<usize> = (0..deals.n()).filter(|&i| (won[i] > 0.5) == outcome && counts(i)).collect();
            if own.len() > MOST_OF_AN_OUTCOME {
                let by_draw = |a: &usize, b: &usize| deals.draw[*a].total_cmp(&deals.draw[*b]).then(a.cmp(b));
                own.select_nth_unstable_by(MOST_OF_AN_OUTCOME, by_draw);
                own.truncate(MOST_OF_AN_OUTCOME);
            }
            rows.extend(own);
        }
        rows.sort_unstable();
        let pick = |values: &[f64]| -> Vec<f64> { rows.iter().map(|&r| values[r]).collect() };
        let (won, weight) = (pick(won), pick(&deals.snapshots.row_weight));
        let mut fold = vec![0; rows.len()];
        for (number, part) in validation::folds(None, &won, FOLDS, seed).parts.iter().enumerate() {
            part.test.iter().for_each(|&row| fold[row] = number);
        }
        Sample { rows, won, weight, fold }
    }

    /// How well the best of several attributes does.
    pub(super) fn rank_best(&self, attributes: &[&Attribute]) -> Option<Ranking> {
        let rankings = attributes.iter().filter_map(|attribute| self.rank(&attribute.values));
        rankings.max_by(|a, b| a.auc.total_cmp(&b.auc))
    }

    /// The cross-validated AUC of a column: each deal is ranked by the smoothed win rate that the other folds' deals of
    /// the same level (or bin, or without a value) had.
    fn rank(&self, values: &Values) -> Option<Ranking> {
        let (levels, n_levels) = self.levels(values);
        let auc = auc_of_ties(self.out_of_fold(&levels, n_levels))?;
        Some(Ranking { auc: auc.value, least: auc.interval.low })
    }

    /// The level of each deal; the last one stands for no value.
    fn levels(&self, values: &Values) -> (Vec<usize>, usize) {
        match values {
            Values::Number(numbers) => {
                let own = numbers.of_rows(&self.rows);
                let edges = edges_of_sorted(&numbers.sorted(&self.rows), MAX_BINS);
                let missing = edges.len() + 1;
                let level = |bin: u32| if bin == NO_LEVEL { missing } else { bin as usize };
                (codes(&own, &edges).into_iter().map(level).collect(), missing + 1)
            }
            Values::Text(column) => {
                let missing = column.levels.len();
                let level = |&row: &usize| match column.codes[row] {
                    MISSING => missing,
                    code => code as usize,
                };
                (self.rows.iter().map(level).collect(), missing + 1)
            }
        }
    }

    /// The deals by level and fold, each such cell ranked by the rate that the level has in the other folds.
    fn out_of_fold(&self, levels: &[usize], n_levels: usize) -> Vec<Tied> {
        let mut cells = vec![Tied::default(); n_levels * FOLDS];
        for (i, &level) in levels.iter().enumerate() {
            let (cell, side) = (&mut cells[level * FOLDS + self.fold[i]], usize::from(self.won[i] <= 0.5));
            cell.weight[side] += self.weight[i];
            cell.squares[side] += self.weight[i] * self.weight[i];
        }
        let sum = |cells: &[Tied], side: usize| cells.iter().map(|cell| cell.weight[side]).sum::<f64>();
        let average = sum(&cells, 0) / (sum(&cells, 0) + sum(&cells, 1));
        let rate = |cell: usize| {
            let level = &cells[cell / FOLDS * FOLDS..][..FOLDS];
            let [won, lost] = [0, 1].map(|side| sum(level, side) - cells[cell].weight[side]);
            (won + SMOOTHING * average) / (won + lost + SMOOTHING)
        };
        let rates: Vec<f64> = (0..cells.len()).map(rate).collect();
        cells.iter_mut().zip(rates).for_each(|(cell, rate)| cell.score = rate);
        cells.retain(|cell| cell.weight[0] + cell.weight[1] > 0.0);
        cells
    }
}

fn question(subject: Subject) -> &'static str {
    match subject {
        Subject::Column => "Was it filled before or after somebody worked the lead?",
        Subject::Kind => QUESTION_FOR_KINDS,
        Subject::Age => "Are deals looked at close to their end?",
    }
}

/// Names the columns that rank the deals too well.
///
/// Suspicious are the best k columns, k the largest for which the k-th stands out from the one after it; columns named
/// for another reason are no measure for the others.
pub(super) fn judge(suspects: &mut [Suspect<'_>]) {
    let strong = |s: &Suspect<'_>| s.auc.is_some_and(|r| r.auc > LEAK_AUC && r.least > LEAK_LEAST);
    let auc_of = |s: &Suspect<'_>| s.auc.map_or(0.5, |r| r.auc);
    let named: Vec<bool> = suspects.iter().map(|s| s.is_named() || strong(s)).collect();
    let mut others: Vec<usize> = (0..suspects.len()).filter(|&i| !named[i]).collect();
    others.sort_by(|&a, &b| auc_of(&suspects[b]).total_cmp(&auc_of(&suspects[a])));
    let next = |k: usize| others.get(k).map_or(0.5, |&i| auc_of(&suspects[i]));
    let standing_out = |k: usize| {
        let ranking = suspects[others[k]].auc;
        ranking
            .is_some_and(|r| r.auc > SUSPICIOUS_AUC && r.least > SUSPICIOUS_LEAST && r.auc - next(k + 1) >= STANDS_OUT)
    };
    let n_out = (0..others.len()).rev().find(|&k| standing_out(k)).map_or(0, |k| k + 1);
    let measure = next(n_out);
    let times = |auc: f64| format!("{:.0}", 100.0 * auc);
    let compared =
        if n_out < others.len() { format!(" (the next best column: {})", times(measure)) } else { String::new() };
    for i in others[..n_out].iter().copied().chain((0..suspects.len()).filter(|&i| named[i])) {
        let Some(ranking) = suspects[i].auc else { continue };
        let evidence = format!("{BY_ITSELF} {} times in 100{compared}", times(ranking.auc));
        let charge = Charge::new(Ground::Ranking, evidence, question(suspects[i].subject));
        if strong(&suspects[i]) {
            suspects[i].leaks.push(charge);
        } else if ranking.auc > SUSPICIOUS_AUC && ranking.auc - measure >= STANDS_OUT {
            suspects[i].suspicions.insert(0, charge);
        }
    }
}

//! How much each term adds to the log-odds of the training rows: its mean, and how far it spreads.

use crate::design::{CodeBlock, Design};
use crate::lanes::{Lanes, dot, in_wide_registers};
use rayon::prelude::*;
use std::ops::Range;

/// What one term adds to the log-odds of the training rows.
pub(super) struct Added<'a> {
    /// Column and slope of the line.
    pub(super) line: Option<(usize, f64)>,
    /// The levels and their effects.
    pub(super) levels: Option<(&'a CodeBlock, &'a [f64])>,
    /// Whether the line is standardised by the mean and the standard deviation of its numbers on these very rows.
    pub(super) is_standard: bool,
}

/// Row-weighted mean and standard deviation of what each term adds.
pub(super) fn means_and_spreads(added: &[Added<'_>], design: &Design<'_>, weights: &[f64]) -> Vec<(f64, f64)> {
    let weigh_alike = weights.par_windows(2).all(|pair| pair[0] == pair[1]);
    let total = weights.iter().sum();
    let of_known = |added: &Added<'_>| added.moments(weights, total, weigh_alike);
    let known: Vec<Option<(f64, f64)>> = added.par_iter().with_max_len(1).map(of_known).collect();
    let unknown = added.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(added, _)| added);
    let mut found = found_moments(&unknown.collect::<Vec<_>>(), design, weights).into_iter();
    known.into_iter().map(|known| known.or_else(|| found.next()).expect("what is not known was found")).collect()
}

/// The moments of terms from sums about a value near the mean, so that one walk over the rows gives both.
fn found_moments(added: &[&Added<'_>], design: &Design<'_>, weights: &[f64]) -> Vec<(f64, f64)> {
    let total: f64 = weights.iter().sum();
    let first = 0..weights.len().min(ROWS_AT_A_TIME);
    let near: Vec<f64> = added
        .iter()
        .map(|added| {
            let mut values = vec![0.0; first.len()];
            added.write(design, first.clone(), &mut values);
            values.iter().sum::<f64>() / first.len() as f64
        })
        .collect();
    let moments = sums_about(added, design, weights, &near).into_iter().zip(near);
    let moment = |([sum, squares], near): ([f64; 2], f64)| {
        let beyond = sum / total;
        (near + beyond, (squares / total - beyond * beyond).max(0.0).sqrt())
    };
    moments.map(moment).collect()
}

/// For each term Σ w (v − near) and Σ w (v − near)², over fixed parts of the rows added in order.
fn sums_about(added: &[&Added<'_>], design: &Design<'_>, weights: &[f64], near: &[f64]) -> Vec<[f64; 2]> {
    let parts = weights.par_chunks(ROWS_PER_SUM).enumerate().map(|(part, weights)| {
        let mut sums = vec![[0.0; 2]; added.len()];
        let mut values = [0.0; ROWS_AT_A_TIME];
        for (step, weights) in weights.chunks(ROWS_AT_A_TIME).enumerate() {
            let first = part * ROWS_PER_SUM + step * ROWS_AT_A_TIME;
            for ((sums, added), near) in sums.iter_mut().zip(added).zip(near) {
                let values = &mut values[..weights.len()];
                added.write(design, first..first + weights.len(), values);
                let [sum, squares] = in_wide_registers(SumsAbout { values, near: *near, weights });
                sums[0] += sum;
                sums[1] += squares;
            }
        }
        sums
    });
    let parts: Vec<Vec<[f64; 2]>> = parts.collect();
    let sum = |term: usize, which: usize| parts.iter().map(|part| part[term][which]).sum();
    (0..added.len()).map(|term| [sum(term, 0), sum(term, 1)]).collect()
}

/// Rows summed before partial sums are added; fixed, since the order of additions decides the last bits.
const ROWS_PER_SUM: usize = 1 << 16;

/// Rows worked out together.
const ROWS_AT_A_TIME: usize = 1 << 10;

impl Added<'_> {
    /// Mean and standard deviation where what is known of the column and the levels will do: of levels alone, and of a line
    /// standardised by these rows, which has the mean 0 and the standard deviation 1 where its number is there. There an
    /// indicator of missing is 0, and where that is 1 the line is 0.
    fn moments(&self, weights: &[f64], total: f64, weigh_alike: bool) -> Option<(f64, f64)> {
        if self.line.is_some() && !(self.is_standard && weigh_alike) {
            return None;
        }
        let (block, effects) = self.levels.unzip();
        let shares: Vec<f64> = block.map_or_else(Vec::new, |block| block.level_sums(weights));
        let shares = shares.iter().map(|sum| sum / total).zip(effects.unwrap_or_default());
        let rest = 1.0 - shares.clone().map(|(share, _)| share).sum::<f64>();
        let mean: f64 = shares.clone().map(|(share, effect)| share * effect).sum();
        let of_levels: f64 = shares.map(|(share, effect)| share * (effect - mean).powi(2)).sum();
        let slope = self.line.map_or(0.0, |(_, slope)| slope);
        Some((mean, (of_levels + rest.max(0.0) * (slope * slope + mean * mean)).sqrt()))
    }

    /// Writes what the term adds to some rows.
    fn write(&self, design: &Design<'_>, rows: Range<usize>, values: &mut [f64]) {
        match self.line {
            Some((column, slope)) => {
                design.write_number(column, rows.clone(), values);
                values.iter_mut().for_each(|value| *value *= slope);
            }
            None => values.fill(0.0),
        }
        if let Some((block, effects)) = self.levels {
            block.add_effects(values, rows, effects);
        }
    }
}

/// Σ w (v − near) and Σ w (v − near)² of some values.
struct SumsAbout<'a> {
    values: &'a mut [f64],
    near: f64,
    weights: &'a [f64],
}

impl Lanes for SumsAbout<'_> {
    type Out = [f64; 2];

    #[inline(always)]
    fn run(self) -> [f64; 2] {
        self.values.iter_mut().for_each(|value| *value -= self.near);
        let sum = dot(self.values, self.weights);
        let mut weighted = [0.0; ROWS_AT_A_TIME];
        let weighted = &mut weighted[..self.values.len()];
        let cells = weighted.iter_mut().zip(&*self.values).zip(self.weights);
        cells.for_each(|((cell, beyond), w)| *cell = beyond * w);
        [sum, dot(weighted, self.values)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::NO_LEVEL;
    use ndarray::Array2;

    /// What is known and what a walk finds differ by roundings of a few hundred sums.
    const ROUNDING: f64 = 1e-12;

    #[test]
    fn what_is_known_of_a_term_is_what_a_walk_finds() {
        let n_rows = 300;
        let numbers: Vec<Option<f64>> =
            (0..n_rows).map(|row| (row % 7 != 3).then_some(f64::from(row * 7919 % 1000))).collect();
        let there: Vec<f64> = numbers.iter().flatten().copied().collect();
        let mean = there.iter().sum::<f64>() / there.len() as f64;
        let sd = (there.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / there.len() as f64).sqrt();
        let line = numbers.iter().map(|x| x.map_or(0.0, |x| (x - mean) / sd)).collect();
        let missing = numbers.iter().map(|x| if x.is_none() { 0 } else { NO_LEVEL }).collect();
        let words = (0..n_rows).map(|row| if row % 11 == 0 { NO_LEVEL } else { row as u32 % 4 }).collect();
        let blocks = vec![CodeBlock { codes: missing, n_levels: 1 }, CodeBlock { codes: words, n_levels: 4 }];
        let dense = Array2::from_shape_vec((n_rows as usize, 1), line).unwrap();
        let design = Design { dense, lines: Vec::new(), blocks };
        let effects = [0.7, -1.3, 0.2, 2.5];
        let added = [
            Added { line: Some((0, -0.8)), levels: Some((&design.blocks[0], &effects[..1])), is_standard: true },
            Added { line: None, levels: Some((&design.blocks[1], &effects)), is_standard: false },
        ];
        let (alike, apart) = (vec![0.3; n_rows as usize], (0..n_rows).map(|row| f64::from(row % 5)).collect());
        for (weights, n_known) in [(alike, 2), (apart, 1)] {
            let weigh_alike = n_known == 2;
            let total = weights.iter().sum();
            let known = added.iter().filter_map(|added| added.moments(&weights, total, weigh_alike)).count();
            assert_eq!(known, n_known);
            let found = found_moments(&added.iter().collect::<Vec<_>>(), &design, &weights);
            for (got, expected) in means_and_spreads(&added, &design, &weights).into_iter().zip(found) {
                assert!((got.0 - expected.0).abs() < ROUNDING && (got.1 - expected.1).abs() < ROUNDING);
            }
        }
    }
}

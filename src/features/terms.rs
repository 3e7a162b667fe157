//! One term: a source and the shape in which it enters the model, learned from the training rows.

use super::bins::{codes, edges_of_sorted};
use super::curve_line::{CurveLine, places};
use super::edges::{range_in_words, range_name};
use super::moments::Moments;
use super::source::{Source, Values, short_number};
use crate::design::{Line, NO_LEVEL};
use crate::tables::{MISSING, Numbers, TextColumn};
use serde::{Deserialize, Serialize};

/// Most bins of a curve.
pub const MAX_BINS: usize = 32;

/// Where so many training rows have a rare word (names, companies), one more is nothing to warn of.
const RARE_IS_USUAL: f64 = 0.2;

/// What decides the shape of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermSettings {
    /// Numbers as step curves; otherwise as straight lines.
    pub curves: bool,
    /// Levels seen on fewer leads than this share one effect.
    pub min_level_count: usize,
}

/// How a source enters the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// (x − mean) / sd, and an indicator of missing when the training rows have missing values.
    Line {
        /// Mean over the training rows.
        mean: f64,
        /// Standard deviation over the training rows.
        sd: f64,
        /// Whether there is an indicator of missing.
        missing: bool,
    },
    /// One level a bin, and one for missing when the training rows have missing values; under them a straight line
    /// where a bin holds several values.
    Curve {
        /// Inner edges, ascending; a value equal to an edge belongs to the bin below it.
        edges: Vec<f64>,
        /// Whether there is a level for missing.
        missing: bool,
        /// The line.
        line: Option<CurveLine>,
    },
    /// One level a word; then `(other)` and `(missing)` where the training rows have them.
    Levels {
        /// The words, commonest first.
        levels: Vec<String>,
        /// Whether rare words share a level.
        other: bool,
        /// Share of the training rows with a rare word.
        rare_share: f64,
        /// Whether there is a level for missing.
        missing: bool,
    },
}

/// A source and its shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Where the values come from.
    pub source: Source,
    /// How they enter.
    pub shape: Shape,
}

impl Term {
    /// Learns the shape from the training rows.
    ///
    /// # Errors
    /// Why the source cannot be a term: it is the same on every training row.
    pub fn learn(source: &Source, values: &Values, rows: &[usize], settings: TermSettings) -> Result<Term, String> {
        let shape = match values {
            Values::Number(numbers) => number_shape(numbers, rows, settings)?,
            Values::Text(column) => level_shape(column, rows, settings)?,
        };
        Ok(Term { source: source.clone(), shape })
    }

    /// How many levels the term's block has (for a line: 1 with an indicator of missing, else 0).
    pub fn n_levels(&self) -> usize {
        match &self.shape {
            Shape::Line { missing, .. } => usize::from(*missing),
            Shape::Curve { edges, missing, .. } => edges.len() + 1 + usize::from(*missing),
            Shape::Levels { levels, other, missing, .. } => levels.len() + usize::from(*other) + usize::from(*missing),
        }
    }

    /// The first levels that lie along a line (bins of a curve); 0 for words.
    pub fn ordered_levels(&self) -> usize {
        match &self.shape {
            Shape::Curve { edges, .. } => edges.len() + 1,
            _ => 0,
        }
    }

    /// The standardised numbers of a line, also of one under a curve, 0 where missing; `None` without a line.
    pub fn standardised(&self, values: &Values, rows: &[usize]) -> Option<Vec<f64>> {
        match (&self.shape, values) {
            (Shape::Line { mean, sd, .. }, Values::Number(numbers)) => {
                let mut line = numbers.of_rows(rows);
                line.iter_mut().for_each(|value| *value = standardise(*value, *mean, *sd));
                Some(line)
            }
            (Shape::Curve { line: Some(line), .. }, values) => places(line, values, rows),
            _ => None,
        }
    }

    /// Whether the term has a line over these values.
    pub fn has_line(&self, values: &Values) -> bool {
        let of_shape = matches!(self.shape, Shape::Line { .. } | Shape::Curve { line: Some(_), .. });
        of_shape && matches!(values, Values::Number(_))
    }

    /// Whether it is a straight line standardised by the standard deviation of the numbers that it was learned from. Where that
    /// is 1 it may be that they do not vary.
    pub fn is_standard(&self) -> bool {
        matches!(self.shape, Shape::Line { sd, .. } if sd != 1.0)
    }

    /// The line of the given rows (`None`: of all), standardised when it is read; `None` without a line.
    pub fn line<'a>(&self, values: &'a Values, rows: Option<&'a [usize]>) -> Option<Line<'a>> {
        let Values::Number(numbers) = values else { return None };
        let (low, high, mean, sd) = match &self.shape {
            Shape::Line { mean, sd, .. } => (f64::NEG_INFINITY, f64::INFINITY, *mean, *sd),
            Shape::Curve { line: Some(line), .. } => (line.low, line.high, line.mean, line.sd),
            _ => return None,
        };
        Some(Line { numbers, rows, low, high, mean, sd })
    }

    /// Where the values of a level lie on the line under the curve on average, in standard deviations; 0 without one.
    pub fn centre(&self, code: u32) -> f64 {
        match &self.shape {
            Shape::Curve { line: Some(line), .. } => line.centres.get(code as usize).copied().unwrap_or(0.0),
            _ => 0.0,
        }
    }

    /// The codes of the term's block for the given rows; [`NO_LEVEL`] where no level applies.
    pub fn codes(&self, values: &Values, rows: &[usize]) -> Vec<u32> {
        match (&self.shape, values) {
            (Shape::Line { missing: false, .. }, Values::Number(_)) => vec![NO_LEVEL; rows.len()],
            (Shape::Line { .. }, Values::Number(numbers)) => {
                let missing = numbers.missing_of(rows).into_iter();
                missing.map(|is_missing| if is_missing { 0 } else { NO_LEVEL }).collect()
            }
            (Shape::Curve { edges, missing, .. }, Values::Number(numbers)) => {
                let absent = if *missing { edges.len() as u32 + 1 } else { NO_LEVEL };
                let mut codes = codes(&numbers.of_rows(rows), edges);
                codes.iter_mut().for_each(|code| *code = if *code == NO_LEVEL { absent } else { *code });
                codes
            }
            (Shape::Levels { .. }, Values::Text(column)) => {
                let (by_code, absent) = self.level_codes(column);
                rows.iter()
                    .map(|&r| match column.codes[r] {
                        MISSING => absent,
                        code => by_code[code as usize],
                    })
                    .collect()
            }
            // A source is always read as the type its term was learned from.
            _ => vec![NO_LEVEL; rows.len()],
        }
    }

    /// For each level of a column read now the term's code, and the code of a missing value; [`NO_LEVEL`] where no level
    /// applies.
    pub fn level_codes(&self, column: &TextColumn) -> (Vec<u32>, u32) {
        (self.by_code(column), self.missing_code())
    }

    /// For each level of a column read now, the term's code.
    fn by_code(&self, column: &TextColumn) -> Vec<u32> {
        let Shape::Levels { levels, other, .. } = &self.shape else { return Vec::new() };
        let index: std::collections::HashMap<&str, u32, foldhash::fast::FixedState> =
            levels.iter().enumerate().map(|(i, l)| (l.as_str(), i as u32)).collect();
        let rest = if *other { levels.len() as u32 } else { NO_LEVEL };
        column.levels.iter().map(|l| index.get(l.as_str()).copied().unwrap_or(rest)).collect()
    }

    fn missing_code(&self) -> u32 {
        match &self.shape {
            Shape::Levels { levels, other, missing: true, .. } => (levels.len() + usize::from(*other)) as u32,
            _ => NO_LEVEL,
        }
    }

    /// For each level of a column read now, whether it is a surprise: the term has no effect of its own for it, because
    /// the word was seen on too few training deals or none, in a column whose words are mostly known.
    pub fn pooled_levels(&self, column: &TextColumn) -> Vec<bool> {
        let levels = match &self.shape {
            Shape::Levels { levels, rare_share, .. } if *rare_share < RARE_IS_USUAL => levels,
            _ => return vec![false; column.levels.len()],
        };
        let known: std::collections::HashSet<&str> = levels.iter().map(String::as_str).collect();
        column.levels.iter().map(|l| !known.contains(l.as_str())).collect()
    }

    /// `(n_leads,)` whether the term has a value to go by: it is not missing, and a word has an effect of its own.
    pub fn known(&self, values: &Values) -> Vec<bool> {
        match (&self.shape, values) {
            (Shape::Levels { levels, .. }, Values::Text(column)) => {
                let own: std::collections::HashSet<&str> = levels.iter().map(String::as_str).collect();
                let by_code: Vec<bool> = column.levels.iter().map(|l| own.contains(l.as_str())).collect();
                column.codes.iter().map(|&c| c != MISSING && by_code[c as usize]).collect()
            }
            (_, Values::Number(numbers)) => numbers.missing().into_iter().map(|is_missing| !is_missing).collect(),
            // A source is always read as the type its term was learned from.
            (_, Values::Text(column)) => vec![false; column.codes.len()],
        }
    }

    /// What a level of the block is called.
    pub fn level_name(&self, code: u32) -> String {
        let code = code as usize;
        match &self.shape {
            Shape::Line { .. } => "(missing)".to_string(),
            Shape::Curve { edges, .. } if code > edges.len() => "(missing)".to_string(),
            Shape::Curve { edges, .. } => range_name(edges, code),
            Shape::Levels { levels, .. } if code < levels.len() => levels[code].clone(),
            Shape::Levels { levels, other: true, .. } if code == levels.len() => "(other)".to_string(),
            Shape::Levels { .. } => "(missing)".to_string(),
        }
    }

    /// The same for a reader, who asks how an effect goes along: the edges of a curve are rounded.
    pub fn level_in_words(&self, code: u32) -> String {
        match &self.shape {
            Shape::Curve { edges, .. } if code as usize <= edges.len() => range_in_words(edges, code as usize),
            _ => self.level_name(code),
        }
    }
}

/// (x − mean) / sd, 0 where missing: the mean, so that only the indicator of missing speaks.
pub fn standardise(value: f64, mean: f64, sd: f64) -> f64 {
    if value.is_nan() { 0.0 } else { (value - mean) / sd }
}

fn number_shape(numbers: &Numbers, rows: &[usize], settings: TermSettings) -> Result<Shape, String> {
    if !settings.curves {
        return line_shape(numbers, rows);
    }
    let present = numbers.sorted(rows);
    let missing = present.len() < rows.len();
    if present.is_empty() {
        return Err("missing on every training deal".to_string());
    }
    let constant = present[0] == present[present.len() - 1];
    if constant && !missing {
        return Err(format!("constant ({})", short_number(present[0])));
    }
    let edges = edges_of_sorted(&present, MAX_BINS);
    let line = CurveLine::of_sorted(&present, &edges);
    Ok(Shape::Curve { edges, missing, line })
}

/// The straight line of the present numbers.
fn line_shape(numbers: &Numbers, rows: &[usize]) -> Result<Shape, String> {
    let moments = Moments::of(numbers, rows);
    let (missing, constant) = (moments.n_missing > 0, moments.least == moments.most);
    if moments.n_missing == rows.len() {
        return Err("missing on every training deal".to_string());
    }
    if constant && !missing {
        return Err(format!("constant ({})", short_number(moments.least)));
    }
    let sd = if constant || moments.sd <= 0.0 { 1.0 } else { moments.sd };
    Ok(Shape::Line { mean: moments.mean, sd, missing })
}

fn level_shape(column: &TextColumn, rows: &[usize], settings: TermSettings) -> Result<Shape, String> {
    let mut counts = vec![0usize; column.levels.len()];
    let mut n_missing = 0;
    for &row in rows {
        match column.codes[row] {
            MISSING => n_missing += 1,
            code => counts[code as usize] += 1,
        }
    }
    let mut common: Vec<usize> = (0..counts.len()).filter(|&c| counts[c] >= settings.min_level_count.max(1)).collect();
    // Commonest first, ties by the word, so that the order does not depend on the order of the file.
    common.sort_by(|&a, &b| counts[b].cmp(&counts[a]).then_with(|| column.levels[a].cmp(&column.levels[b])));
    let n_common: usize = common.iter().map(|&c| counts[c]).sum();
    let other = n_common + n_missing < rows.len();
    let n_levels = common.len() + usize::from(other) + usize::from(n_missing > 0);
    if n_missing == rows.len() {
        return Err("missing on every training deal".to_string());
    }
    if n_levels < 2 {
        return Err(match common.first() {
            Some(&only) => format!("constant ({})", column.levels[only]),
            None => format!("every value is on fewer than {} deals", settings.min_level_count),
        });
    }
    let levels = common.into_iter().map(|c| column.levels[c].clone()).collect();
    let rare_share = (rows.len() - n_common - n_missing) as f64 / rows.len() as f64;
    Ok(Shape::Levels { levels, other, rare_share, missing: n_missing > 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(values: &[&str]) -> Values {
        Values::Text(TextColumn::from_values(values.iter().map(|v| if v.is_empty() { None } else { Some(*v) })))
    }

    const SETTINGS: TermSettings = TermSettings { curves: true, min_level_count: 2 };

    #[test]
    fn rare_words_share_a_level_and_new_ones_join_them() {
        let values = words(&["a", "b", "a", "c", "b", ""]);
        let term = Term::learn(&Source::Column("x".into()), &values, &[0, 1, 2, 3, 4, 5], SETTINGS).unwrap();
        assert_eq!(term.codes(&values, &[0, 1, 3, 5]), vec![0, 1, 2, 3]);
        assert_eq!(term.codes(&words(&["new", "b", ""]), &[0, 1, 2]), vec![2, 1, 3]);
        assert_eq!(term.level_name(2), "(other)");
        assert_eq!(term.level_name(3), "(missing)");
    }

    #[test]
    fn without_rare_words_a_new_one_has_no_effect() {
        let values = words(&["a", "b", "a", "b"]);
        let term = Term::learn(&Source::Column("x".into()), &values, &[0, 1, 2, 3], SETTINGS).unwrap();
        assert_eq!(term.codes(&words(&["new", ""]), &[0, 1]), vec![NO_LEVEL, NO_LEVEL]);
        let now = TextColumn::from_values([Some("new"), Some("a")]);
        assert_eq!(term.pooled_levels(&now), vec![true, false]);
    }

    #[test]
    fn constants_are_no_terms() {
        let source = Source::Column("x".into());
        assert!(Term::learn(&source, &words(&["a", "a"]), &[0, 1], SETTINGS).is_err());
        assert!(Term::learn(&source, &Values::Number(vec![1.0, 1.0].into()), &[0, 1], SETTINGS).is_err());
        assert!(Term::learn(&source, &Values::Number(vec![f64::NAN; 2].into()), &[0, 1], SETTINGS).is_err());
    }

    #[test]
    fn a_line_is_standardised_and_missing_stands_at_its_mean() {
        let settings = TermSettings { curves: false, min_level_count: 2 };
        let values = Values::Number(vec![1.0, 3.0, f64::NAN].into());
        let term = Term::learn(&Source::Column("x".into()), &values, &[0, 1, 2], settings).unwrap();
        assert_eq!(term.standardised(&values, &[0, 1, 2]).unwrap(), vec![-1.0, 1.0, 0.0]);
        assert_eq!(term.codes(&values, &[0, 1, 2]), vec![NO_LEVEL, NO_LEVEL, 0]);
    }
}

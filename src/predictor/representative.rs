//! Deals that stand for all of them where a variance is all that is asked for.
//!
//! Of many deals some are taken, evenly spread, and stand for the others like them. A level that is rare among them is told
//! by the few deals that have it, so all of these are taken, and stand for themselves.

use crate::features::{Attribute, Term};
use rayon::prelude::*;

/// Deals up to which all are taken.
const FEW: usize = 1 << 18;

/// So many of more deals are taken for a start.
const TAKEN: usize = 1 << 17;

/// A level on fewer of those is rare: of so many the standard errors are right to one part in twenty.
const RARE: usize = 256;

/// The deals taken, ascending, and how many each stands for.
pub(super) struct Representatives {
    pub(super) rows: Vec<usize>,
    pub(super) times: Vec<f64>,
}

impl Representatives {
    /// Of the deals `rows`.
    pub(super) fn of(terms: &[Term], attributes: &[&Attribute], rows: &[usize]) -> Representatives {
        if rows.len() <= FEW {
            return Representatives { rows: rows.to_vec(), times: vec![1.0; rows.len()] };
        }
        let spread: Vec<usize> = (0..TAKEN).map(|at| at * rows.len() / TAKEN).collect();
        let rare = with_rare_level(terms, attributes, rows, &spread);
        let n_rare = rare.iter().filter(|rare| **rare).count();
        let n_others_taken = spread.iter().filter(|&&at| !rare[at]).count();
        let each = (rows.len() - n_rare) as f64 / n_others_taken.max(1) as f64;
        let mut taken = rare.clone();
        spread.iter().for_each(|&at| taken[at] = true);
        let places: Vec<usize> = (0..rows.len()).filter(|&at| taken[at]).collect();
        Representatives {
            rows: places.iter().map(|&at| rows[at]).collect(),
            times: places.iter().map(|&at| if rare[at] { 1.0 } else { each }).collect(),
        }
    }
}

/// `(n_rows,)` whether a deal has a level that is rare among those at the places `spread`.
fn with_rare_level(terms: &[Term], attributes: &[&Attribute], rows: &[usize], spread: &[usize]) -> Vec<bool> {
    let some: Vec<usize> = spread.iter().map(|&at| rows[at]).collect();
    let of_term = |(term, attribute): (&Term, &&Attribute)| -> Vec<usize> {
        let is_rare = rare_levels(term, attribute, &some);
        if !is_rare.contains(&true) {
            return Vec::new();
        }
        let codes = term.codes(&attribute.values, rows);
        let has_one = |code: u32| is_rare.get(code as usize).copied().unwrap_or(false);
        (0..rows.len()).filter(|&at| has_one(codes[at])).collect()
    };
    let found: Vec<Vec<usize>> = terms.par_iter().zip(attributes).map(of_term).collect();
    let mut rare = vec![false; rows.len()];
    found.into_iter().flatten().for_each(|at| rare[at] = true);
    rare
}

/// Which of a term's levels few of the deals have.
fn rare_levels(term: &Term, attribute: &Attribute, some: &[usize]) -> Vec<bool> {
    let mut counts = vec![0; term.n_levels()];
    for code in term.codes(&attribute.values, some) {
        if let Some(count) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    counts.into_iter().map(|count| count < RARE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Source, TermSettings, Values};
    use crate::tables::TextColumn;

    /// Deals of two words, and now and then of a third.
    fn words(n: usize, rare_every: usize) -> Attribute {
        let word = |at: usize| if at % rare_every == 7 { "rare" } else { ["a", "b"][at % 2] };
        let values = Values::Text(TextColumn::from_values((0..n).map(|at| Some(word(at)))));
        Attribute { source: Source::Column("x".into()), values }
    }

    fn of(n: usize, rare_every: usize) -> Representatives {
        let (attribute, rows) = (words(n, rare_every), (0..n).collect::<Vec<usize>>());
        let settings = TermSettings { curves: true, min_level_count: 2 };
        let term = Term::learn(&attribute.source, &attribute.values, &rows, settings).unwrap();
        Representatives::of(&[term], &[&attribute], &rows)
    }

    #[test]
    fn few_deals_stand_for_themselves() {
        let all = of(1_000, 100);
        assert_eq!((all.rows.len(), all.times.iter().sum::<f64>()), (1_000, 1_000.0));
    }

    #[test]
    fn of_many_all_with_a_rare_word_are_taken_and_the_others_stand_for_the_rest() {
        let (n, rare_every) = (600_000, 10_000);
        let some = of(n, rare_every);
        assert!(some.rows.len() < TAKEN + n / rare_every && some.rows.is_sorted());
        assert!((some.times.iter().sum::<f64>() - n as f64).abs() < 1e-6);
        let rare = some.rows.iter().zip(&some.times).filter(|(row, _)| **row % rare_every == 7);
        assert!(rare.clone().all(|(_, times)| *times == 1.0));
        assert_eq!(rare.count(), n / rare_every);
    }
}

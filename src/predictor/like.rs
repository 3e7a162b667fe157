//! Where the search for a model begins: at the model of nearly the same deals.

use super::assemble::Assembly;
use super::{FittedTerm, Predictor};
use crate::design::NO_LEVEL;
use crate::features::bins::code;
use crate::features::{Attribute, Shape, Source, Term};
use crate::logistic::Start;
use std::collections::BTreeMap;

/// λ on the sum of losses, by source and by whether it is that of a line or of levels: where the search for those of nearly
/// the same deals begins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lambdas(BTreeMap<(Source, bool), f64>);

impl Lambdas {
    pub(super) fn of(terms: &[Term], attributes: &[&Attribute], lambdas: &[f64], total_weight: f64) -> Lambdas {
        let sums = lambdas.iter().map(|lambda| lambda * total_weight);
        Lambdas(places(terms, attributes).into_iter().zip(sums).collect())
    }

    /// Those of these terms on the mean; the median stands for terms that are new.
    fn on_mean(&self, terms: &[Term], attributes: &[&Attribute], total_weight: f64) -> Option<Vec<f64>> {
        let mut all: Vec<f64> = self.0.values().copied().collect();
        all.sort_by(f64::total_cmp);
        let usual = *all.get(all.len() / 2)?;
        let own = places(terms, attributes).into_iter().map(|place| self.0.get(&place).copied().unwrap_or(usual));
        Some(own.map(|lambda| lambda / total_weight).collect())
    }
}

/// What each penalty belongs to, in the order of [`assemble`].
fn places(terms: &[Term], attributes: &[&Attribute]) -> Vec<(Source, bool)> {
    let of_term = |(term, attribute): (&Term, &&Attribute)| {
        let place = |is_line: bool, there: bool| there.then(|| (term.source.clone(), is_line));
        [place(true, term.has_line(&attribute.values)), place(false, term.n_levels() > 0)].into_iter().flatten()
    };
    terms.iter().zip(attributes).flat_map(of_term).collect()
}

/// A model of nearly the same deals.
#[derive(Debug, Clone, Copy)]
pub struct Like<'a> {
    /// What it says.
    pub predictor: &'a Predictor,
    /// Its λ.
    pub lambdas: &'a Lambdas,
}

impl Like<'_> {
    /// Its coefficients and λ in the columns of these terms, whose bins and levels may be others; `None` when it has no λ.
    pub(super) fn start(
        &self,
        terms: &[Term],
        attributes: &[&Attribute],
        assembly: &Assembly<'_>,
        total_weight: f64,
    ) -> Option<Start> {
        let lambdas = self.lambdas.on_mean(terms, attributes, total_weight)?;
        let mut coefficients = vec![0.0; assembly.design.n_columns()];
        for (term, place) in terms.iter().zip(&assembly.places) {
            let Some(own) = self.predictor.terms.iter().find(|own| own.term.source == term.source) else { continue };
            place.dense.into_iter().for_each(|column| coefficients[column] = own.slope);
            for (column, level) in place.levels.clone().zip(levels_like(term, &own.term)) {
                coefficients[column] = own.effects.get(level as usize).copied().unwrap_or(0.0);
            }
        }
        let means = self.predictor.terms.iter().map(|term: &FittedTerm| term.mean);
        let means = means.chain(self.predictor.pairs.iter().map(|pair| pair.mean));
        Some(Start { intercept: self.predictor.average - means.sum::<f64>(), coefficients, lambdas })
    }
}

/// For each level of a term the level that stands for it in an earlier term of the same source; [`NO_LEVEL`] where none does.
fn levels_like(term: &Term, earlier: &Term) -> Vec<u32> {
    let there = |is_there: bool, level: usize| if is_there { level as u32 } else { NO_LEVEL };
    match (&term.shape, &earlier.shape) {
        (Shape::Line { missing: true, .. }, Shape::Line { missing, .. }) => vec![there(*missing, 0)],
        (Shape::Curve { edges, missing, .. }, Shape::Curve { edges: before, missing: was_missing, .. }) => {
            // A bin is told by its upper edge.
            let bins = edges.iter().chain([&f64::INFINITY]).map(|edge| code(*edge, before));
            let absent = missing.then(|| there(*was_missing, before.len() + 1));
            bins.chain(absent).collect()
        }
        (
            Shape::Levels { levels, other, missing, .. },
            Shape::Levels { levels: before, other: was_other, missing: was_missing, .. },
        ) => {
            let rest = there(*was_other, before.len());
            let of_word = |word: &String| before.iter().position(|own| own == word).map_or(rest, |level| level as u32);
            let absent = missing.then(|| there(*was_missing, before.len() + usize::from(*was_other)));
            levels.iter().map(of_word).chain(other.then_some(rest)).chain(absent).collect()
        }
        _ => vec![NO_LEVEL; term.n_levels()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(shape: Shape) -> Term {
        Term { source: Source::Column("x".into()), shape }
    }

    #[test]
    fn bins_are_told_by_their_upper_edge_and_words_by_name() {
        let curve = |edges: &[f64], missing| term(Shape::Curve { edges: edges.to_vec(), missing, line: None });
        let (now, before) = (curve(&[1.0, 4.0, 9.0], true), curve(&[2.0, 8.0], true));
        assert_eq!(levels_like(&now, &before), [0, 1, 2, 2, 3]);
        assert_eq!(levels_like(&now, &curve(&[2.0, 8.0], false))[4], NO_LEVEL);
        let words = |levels: &[&str], other| {
            let levels = levels.iter().map(ToString::to_string).collect();
            term(Shape::Levels { levels, other, rare_share: 0.0, missing: true })
        };
        let (now, before) = (words(&["b", "c", "a"], true), words(&["a", "b"], true));
        assert_eq!(levels_like(&now, &before), [1, 2, 0, 2, 3]);
        assert_eq!(levels_like(&now, &words(&["a", "b"], false)), [1, NO_LEVEL, 0, NO_LEVEL, 2]);
        assert_eq!(levels_like(&now, &curve(&[2.0], true)), [NO_LEVEL; 5]);
        assert_eq!([&now, &before].map(|term| levels_like(term, term).len()), [5, 4]);
    }
}

//! What one act of each kind does to a lead's odds as it ages, and what several do.
//!
//! The model knows a kind by several terms (how many, how recent, days since the newest and the first). A reader asks
//! something else: what is one act worth today, in a week, in a month? So the terms of a kind are asked together: a lead
//! with one act so many days ago against a lead with none, all else equal.

use super::super::model::Model;
use super::effects::{FELT, Listing, Move};
use crate::asof::Span;
use crate::decay::Decay;
use crate::features::{KindMeasure, Shape, Source, Values};
use crate::predictor::{Certainty, FittedTerm, Predictor, Spot};
use serde::Serialize;
use std::collections::BTreeMap;

/// Kinds listed; the others are counted.
const SHOWN: usize = 12;
/// Ages at which one act is looked at, from today on.
const STEPS: usize = 24;
/// Without bins to tell how old acts get, they are followed for so many half-lives.
const HALF_LIVES: f64 = 3.0;
/// Numbers of acts looked at, all today.
const REPEATS: [f64; 4] = [1.0, 2.0, 5.0, 10.0];
/// A lead without such an act: none, at no time.
const NEVER: (f64, f64) = (0.0, f64::NAN);

/// One act so many days ago, against none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Aged {
    /// Its age.
    pub days: f64,
    /// What it does.
    #[serde(flatten)]
    pub moves: Move,
}

/// So many acts today, against none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Repeated {
    /// How many.
    pub acts: f64,
    /// What they do.
    #[serde(flatten)]
    pub moves: Move,
}

/// One kind of activity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActEffect {
    /// The kind.
    pub kind: String,
    /// How far its terms set leads apart: the sum of the standard deviations of their log-odds.
    pub spread: f64,
    /// One act by its age, from today on.
    pub aged: Vec<Aged>,
    /// Several acts today, as many as the deals showed.
    pub repeated: Vec<Repeated>,
}

impl ActEffect {
    /// Whether the deals tell a lead with such acts from one without. Kinds that always come together they cannot.
    fn is_told(&self) -> bool {
        let aged = self.aged.iter().map(|aged| aged.moves);
        aged.chain(self.repeated.iter().map(|repeated| repeated.moves)).any(Move::is_told)
    }
}

/// The kinds that set leads apart most.
pub(super) fn act_effects(model: &Model, certainty: &Certainty) -> Listing<ActEffect> {
    let Some(predictor) = &model.predictor else { return Listing::default() };
    let mut terms_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, fitted) in predictor.terms.iter().enumerate() {
        if let Source::Activity { kind, .. } = &fitted.term.source {
            terms_of.entry(kind).or_default().push(index);
        }
    }
    let n_kinds = terms_of.len();
    let half_life = Decay::HalfLife(model.recipe.half_life);
    let mut kinds: Vec<Kind<'_>> = terms_of
        .into_iter()
        .map(|(kind, terms)| Kind { kind, predictor, certainty, terms, half_life: &half_life })
        .filter(|kind| kind.spread() >= FELT)
        .collect();
    kinds.sort_by(|a, b| b.spread().total_cmp(&a.spread()).then_with(|| a.kind.cmp(b.kind)));
    Listing::of(n_kinds, kinds.iter().map(Kind::effect), ActEffect::is_told, |act| act.kind.clone(), SHOWN)
}

/// The terms of one kind.
struct Kind<'a> {
    kind: &'a str,
    predictor: &'a Predictor,
    certainty: &'a Certainty,
    terms: Vec<usize>,
    half_life: &'a Decay,
}

impl Kind<'_> {
    fn spread(&self) -> f64 {
        self.terms.iter().map(|&term| self.predictor.terms[term].spread).sum()
    }

    fn effect(&self) -> ActEffect {
        let kind = self.kind.to_string();
        ActEffect { kind, spread: self.spread(), aged: self.aged(), repeated: self.repeated() }
    }

    fn aged(&self) -> Vec<Aged> {
        let oldest = self.oldest();
        let days: Vec<f64> = (0..=STEPS).map(|step| oldest * step as f64 / STEPS as f64).collect();
        let asked: Vec<(f64, f64)> = days.iter().map(|&days| (1.0, days)).collect();
        days.iter().zip(self.moves(&asked)).map(|(&days, moves)| Aged { days, moves }).collect()
    }

    fn repeated(&self) -> Vec<Repeated> {
        let most = self.last_edge(|measure| matches!(measure, KindMeasure::Count | KindMeasure::Decayed));
        let acts: Vec<f64> = REPEATS.into_iter().filter(|&n| n == 1.0 || most.is_some_and(|most| n <= most)).collect();
        let asked: Vec<(f64, f64)> = acts.iter().map(|&acts| (acts, 0.0)).collect();
        acts.iter().zip(self.moves(&asked)).map(|(&acts, moves)| Repeated { acts, moves }).collect()
    }

    /// What so many acts, all so many days ago, do against none.
    fn moves(&self, asked: &[(f64, f64)]) -> Vec<Move> {
        let mut added = vec![0.0; asked.len()];
        let mut changes: Vec<Vec<(usize, Spot, Spot)>> = vec![Vec::new(); asked.len()];
        for &index in &self.terms {
            let fitted = &self.predictor.terms[index];
            let values = Values::Number(asked.iter().chain([&NEVER]).map(|a| self.value(fitted, *a)).collect());
            let (at, spots) = (fitted.at(&values), fitted.spots(&values));
            for i in 0..asked.len() {
                added[i] += at[i] - at[asked.len()];
                changes[i].push((index, spots[asked.len()], spots[i]));
            }
        }
        added
            .iter()
            .zip(&changes)
            .map(|(&added, changes)| Move::new(added, self.certainty.of_change(changes)))
            .collect()
    }

    /// What a term of the kind reads of a lead with so many acts, all so many days ago.
    fn value(&self, fitted: &FittedTerm, (acts, days): (f64, f64)) -> f64 {
        match measure(fitted) {
            Some(KindMeasure::Decayed) if acts > 0.0 => acts * self.half_life.factor(Span::from_days(days)),
            Some(KindMeasure::DaysSince | KindMeasure::DaysSinceFirst) => days,
            _ => acts,
        }
    }

    /// How old an act gets in the deals, nearly; [`HALF_LIVES`] where no bins tell.
    fn oldest(&self) -> f64 {
        let Decay::HalfLife(half_life) = self.half_life else { return 0.0 };
        self.last_edge(|measure| measure == KindMeasure::DaysSince).unwrap_or(HALF_LIVES * half_life.days())
    }

    /// The highest edge between the bins of the terms with such a measure.
    fn last_edge(&self, wanted: impl Fn(KindMeasure) -> bool) -> Option<f64> {
        let fitted = self.terms.iter().map(|&term| &self.predictor.terms[term]);
        let edges = fitted.filter(|fitted| measure(fitted).is_some_and(&wanted)).filter_map(|f| match &f.term.shape {
            Shape::Curve { edges, .. } => edges.last().copied(),
            _ => None,
        });
        edges.filter(|edge| *edge > 0.0).max_by(f64::total_cmp)
    }
}

fn measure(fitted: &FittedTerm) -> Option<KindMeasure> {
    match fitted.term.source {
        Source::Activity { measure, .. } => Some(measure),
        _ => None,
    }
}

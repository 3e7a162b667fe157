//! The comparison within each persona: what a rule is worth among its deals, leaning on all deals where it has few.
//!
//! Every common rule j gets a worth of its own in each persona g, drawn towards what it is worth over all:
//!
//! ```text
//! logit p = a + a_g + κ S + Σ_j (δ_j + γ_jg) q_j      a_g ~ N(0, 1)      γ_jg·scale_j ~ N(0, ω²)
//! ```
//!
//! a, κ and δ are as in [`super::compare`], with δ at its mean τ. ω, how far personas differ at all, is averaged over by
//! its evidence, and may be 0: then the personas are alike. Deals of no persona are a cell like the others.
//! Points are in the unit of the whole comparison: one factor F for all personas.

use super::deals::Deals;
use super::fit::{Design, Prior, SHARED};
use super::intervals::{drawn_points, quantiles};
use super::mixture::Mixture;
use super::verdict::{concerned, evidence, verdict};
use super::{Comparison, ComparisonInput, RuleComparison};
use cells::{Cells, Worth};
use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

mod cells;

/// Prior standard deviations of a persona's departure from the others, in log-odds. Equally likely before the deals
/// are seen.
const OMEGAS: [f64; 6] = [0.0, 0.05, 0.1, 0.2, 0.4, 0.8];

/// Prior standard deviation of a persona's own level, in log-odds: win rates of 10 and 25 % are about one apart.
const LEVEL_SD: f64 = 1.0;

/// Rows times squared columns that one fit may take, for seconds at any number of deals; beyond it every so manieth
/// deal is fitted, and the intervals are as wide as these are few.
const FIT_WORK: usize = 10_000_000_000;

/// The same for the several fits that settle ω.
const CHOICE_WORK: usize = FIT_WORK / 10;

/// Who the deals are.
#[derive(Debug, Clone, Copy)]
pub struct Personas<'a> {
    /// The scorecard's personas.
    pub names: &'a [String],
    /// Index of each deal's persona, `(n_deals)`; none for a deal of no persona.
    pub of_deal: &'a [Option<u16>],
}

/// One rule within a persona.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonaRule {
    /// The rule as over all deals, but of this persona's deals alone.
    pub here: RuleComparison,
    /// Learned points over all deals.
    pub over_all: f64,
    /// How far its worth here lies from its mean over all the deals it hits, in points. These departures, each by the
    /// row weight of the deals it hits, add up to 0 over the personas.
    pub departure: f64,
    /// 95 % interval of the departure.
    pub departure_interval: [f64; 2],
}

impl PersonaRule {
    /// Whether the deals bear out that the rule is worth more or less here than elsewhere.
    pub fn departs(&self) -> bool {
        self.departure_interval[0] > 0.0 || self.departure_interval[1] < 0.0
    }
}

/// What the deals of one persona say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonaComparison {
    /// The persona; none for the deals of no persona.
    pub persona: Option<String>,
    /// Its deals.
    pub deals: usize,
    /// Deals won among them.
    pub won: usize,
    /// Row-weighted share of won deals among them.
    pub win_rate: f64,
    /// The rules that hit any of them, those that matter most first.
    pub rules: Vec<PersonaRule>,
}

/// Compares within each persona, in the order of the names and the deals of no persona last; a persona without deals
/// is left out. Empty where the whole comparison could not ask the deals, or where all deals are of one persona.
///
/// `whole` is what [`super::compare`] says of the same input: its τ, and its ρ, by which the points are believed here
/// too. The folds of the input are not looked at.
pub fn compare_within(input: &ComparisonInput, personas: Personas, whole: &Comparison) -> Vec<PersonaComparison> {
    let cells = Cells::new(input, personas);
    if whole.rho == 0.0 || whole.tau <= 0.0 || cells.cells.len() < 2 {
        return Vec::new();
    }
    let rules = cells.rules();
    let expanded = ComparisonInput { rules: &rules, ..*input };
    let (deals, plain) = (Deals::new(&expanded), Deals::new(input));
    if deals.sd_score == 0.0 {
        return Vec::new();
    }
    let layout = Layout::new(&cells, &deals, &plain);
    let design = layout.design(&expanded, &deals);
    let mixture = layout.mixture(&design, whole.tau);
    let beta = design.beta(&mixture.mean());
    let Some(factor) = deals.factor(&beta) else { return Vec::new() };
    let drawn = drawn_points(&expanded, &deals, &design, &mixture);
    let said = Said { input, cells: &cells, deals: &deals, layout: &layout, whole, beta: &beta, factor, drawn: &drawn };
    cells.cells.iter().enumerate().map(|(cell, of)| said.persona(cell, of)).collect()
}

/// Which column holds what.
struct Layout<'a> {
    cells: &'a Cells<'a>,
    /// What each rule of the expanded deals is, a place in [`Cells::rules`].
    places: Vec<usize>,
    /// Column of δ of each rule of the input, where the deals tell it apart, and its scale.
    shared: Vec<Option<(usize, f64)>>,
    /// How far each rule of the input may follow all deals.
    told: Vec<f64>,
    /// Column of γ of each worth, for rules that hit more than one persona.
    own: Vec<Option<usize>>,
    /// The first column of the levels a_g, and the first of γ.
    levels: usize,
    n_columns: usize,
}

impl<'a> Layout<'a> {
    fn new(cells: &'a Cells<'a>, deals: &Deals, plain: &Deals) -> Layout<'a> {
        let mut next = SHARED;
        let mut take = || {
            next += 1;
            next - 1
        };
        let (mut shared, mut told) = (vec![None; plain.order.len()], vec![0.0; plain.order.len()]);
        for (at, &rule) in plain.order.iter().enumerate().filter(|(at, _)| plain.scale[*at] > 0.0) {
            shared[rule] = Some((take(), plain.scale[at]));
            told[rule] = plain.told(at);
        }
        let levels = take();
        (1..cells.cells.len()).for_each(|_| _ = take());
        let several = |worth: &Worth| cells.worths.iter().filter(|other| other.rule == worth.rule).count() > 1;
        // In the order of the ids, so that the order of the scorecard's rules changes nothing.
        let mut own = vec![None; cells.worths.len()];
        for &place in deals.order.iter().filter(|place| **place < cells.worths.len()) {
            let worth = &cells.worths[place];
            own[place] = (several(worth) && shared[worth.rule].is_some()).then(&mut take);
        }
        Layout { cells, places: deals.order.clone(), shared, told, own, levels, n_columns: next }
    }

    fn design<'d>(&self, expanded: &'d ComparisonInput<'d>, deals: &'d Deals) -> Design<'d> {
        let mut to_beta = Array2::zeros((self.places.len(), self.n_columns));
        for (at, worth) in self.worths() {
            to_beta[[at, 1]] = deals.points[at] / deals.sd_score;
            if let Some((column, scale)) = self.shared[self.cells.worths[worth].rule] {
                to_beta[[at, column]] = 1.0 / scale;
                self.own[worth].into_iter().for_each(|own| to_beta[[at, own]] = 1.0 / scale);
            }
        }
        // The columns are what the map back to β makes of the quantities, but for those that are no rule's.
        let mut columns = deals.quantities.dot(&to_beta);
        columns.column_mut(0).fill(1.0);
        for (at, &place) in self.places.iter().enumerate().filter(|(_, place)| **place >= self.own.len()) {
            let level = self.levels + place - self.own.len();
            columns.column_mut(level).assign(&deals.quantities.column(at));
        }
        Design { input: expanded, deals, columns, to_beta }
    }

    /// Places of the worths among the rules of the expanded deals.
    fn worths(&self) -> impl Iterator<Item = (usize, usize)> {
        self.places.iter().copied().enumerate().filter(|(_, place)| *place < self.own.len())
    }

    /// Several ω on a part of the deals, the likely ones among them on all that one fit may take.
    fn mixture(&self, design: &Design, tau: f64) -> Mixture {
        let all: Vec<usize> = (0..self.cells.of_deal.len()).collect();
        let fit = |deals: &[usize], omega: f64| (omega, design.fit(deals, &self.priors(tau, omega)));
        let few = self.within(&all, CHOICE_WORK);
        let chosen = Mixture::of_fits(OMEGAS.par_iter().map(|&omega| fit(&few, omega)).collect());
        let many = self.within(&all, FIT_WORK);
        if many.len() == few.len() {
            return chosen;
        }
        let likeliest = chosen.parts.iter().max_by(|a, b| a.share.total_cmp(&b.share)).map_or(0.0, |part| part.tau);
        Mixture::of_fits(vec![fit(&many, likeliest)])
    }

    /// Every so manieth deal, for a fit of so much work.
    fn within(&self, deals: &[usize], work: usize) -> Vec<usize> {
        let most = (work / (self.n_columns * self.n_columns)).max(1);
        deals.iter().copied().step_by(deals.len().div_ceil(most).max(1)).collect()
    }

    fn priors(&self, tau: f64, omega: f64) -> Vec<Prior> {
        let first_own = self.levels + self.cells.cells.len();
        let prior = |column| match column {
            column if column < self.levels => Prior::HeavyTailed(tau),
            column if column < first_own => Prior::Normal(LEVEL_SD),
            _ => Prior::Normal(omega),
        };
        (SHARED..self.n_columns).map(prior).collect()
    }
}

/// Everything the answers are read from.
struct Said<'a> {
    input: &'a ComparisonInput<'a>,
    cells: &'a Cells<'a>,
    deals: &'a Deals,
    layout: &'a Layout<'a>,
    whole: &'a Comparison,
    beta: &'a [f64],
    factor: f64,
    drawn: &'a [Vec<f64>],
}

impl Said<'_> {
    fn persona(&self, cell: usize, of: &cells::Cell) -> PersonaComparison {
        let worths = self.layout.worths().map(|(at, worth)| (at, &self.cells.worths[worth]));
        let here = worths.filter(|(_, worth)| worth.cell == cell);
        let mut rules: Vec<PersonaRule> = here.map(|(at, worth)| self.rule(at, worth.rule, of.row_weight)).collect();
        rules.sort_by(|a, b| b.here.matters.total_cmp(&a.here.matters).then_with(|| a.here.id.cmp(&b.here.id)));
        let (persona, win_rate) = (of.name.map(str::to_owned), of.row_weight_won / of.row_weight);
        PersonaComparison { persona, deals: of.deals, won: of.won, win_rate, rules }
    }

    /// The rule at a place of the expanded deals; its persona's row weight makes the mean of what it moves.
    fn rule(&self, at: usize, rule: usize, row_weight: f64) -> PersonaRule {
        let (from, whole) = (&self.input.rules[rule], &self.whole.rules[rule]);
        let everywhere = self.everywhere(rule);
        let raw: f64 = everywhere.iter().map(|(other, share)| share * self.beta[*other]).sum();
        // A rule follows its persona's deals only in proportion where these are few.
        let worth = |at: usize| self.factor * (raw + self.deals.told(at) * (self.beta[at] - raw));
        let mean: f64 = everywhere.iter().map(|(other, share)| share * worth(*other)).sum();
        let departure = worth(at) - mean;
        let learned = from.points + self.whole.rho * self.layout.told[rule] * (worth(at) - from.points);
        let kept = if self.whole.rho < 1.0 { from.points } else { learned };
        let [low, high] = quantiles(self.drawn[at].clone(), learned);
        let interval = [low.min(learned).min(kept), high.max(learned).max(kept)];
        let tells = self.deals.scale[at] > 0.0 && self.whole.rho == 1.0;
        let total: f64 = self.input.weights.iter().sum();
        let moved = (learned - from.points).abs();
        let mean = self.deals.mean[at] * total / row_weight;
        let here = RuleComparison {
            learned_points: learned,
            interval,
            leads: self.deals.leads[at],
            won: self.deals.won[at],
            win_rate: self.deals.win_rate[at],
            evidence: evidence(self.deals.leads[at]),
            verdict: verdict(tells, self.deals.leads[at], from.points, interval),
            matters: moved * mean,
            sets_apart: moved * concerned(self.deals.scale[at], mean),
            ..whole.clone()
        };
        let [low, high] = quantiles(self.drawn_departure(at, &everywhere), departure);
        let departure_interval = [low.min(departure), high.max(departure)];
        PersonaRule { here, over_all: whole.learned_points, departure, departure_interval }
    }

    /// The places of a rule in each persona, with its share of the row weight times quantity there.
    fn everywhere(&self, rule: usize) -> Vec<(usize, f64)> {
        let of_rule = |&(_, worth): &(usize, usize)| self.cells.worths[worth].rule == rule;
        let places: Vec<usize> = self.layout.worths().filter(of_rule).map(|(at, _)| at).collect();
        let total: f64 = places.iter().map(|&at| self.deals.mean[at]).sum();
        let share = |at: usize| if total > 0.0 { self.deals.mean[at] / total } else { 0.0 };
        places.into_iter().map(|at| (at, share(at))).collect()
    }

    fn drawn_departure(&self, at: usize, everywhere: &[(usize, f64)]) -> Vec<f64> {
        let mean = |draw: usize| everywhere.iter().map(|(other, share)| share * self.drawn[*other][draw]).sum::<f64>();
        if everywhere.len() < 2 {
            return Vec::new();
        }
        self.drawn[at].iter().enumerate().map(|(draw, here)| here - mean(draw)).collect()
    }
}

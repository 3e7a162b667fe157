//! Learned beside hand-set points, on the training deals as they were at their moments; what the scorecard misses; and
//! the learned scorecard, judged on the newest deals.

mod judged;
mod personas;
mod remarks;
mod shapes;
mod suggestions;
mod written;

pub use judged::{Judged, TierPair, Volume};
pub use shapes::{CAPS, HALF_LIVES_DAYS, Shape, ShapeProfile, ShapeRow};
pub use suggestions::Suggestion;

use super::deals::{DealInputs, DealSettings, Deals, Keep, RuleColumn, RuleEvidence, gather_and_keep};
use super::leaks::{self, ScreenSettings};
use crate::comparison::personas::PersonaComparison;
use crate::comparison::rounding::step;
use crate::comparison::{self, Comparison, ComparisonInput, Overlap, RuleInput, overlaps};
use crate::fault::InputError;
use crate::metrics::auc;
use crate::scorecard::{Scorecard, Variant};
use crate::snapshot::RowWeights;
use crate::validation::{self, Scheme};
use crate::watch::{Stage, Work};
use rayon::prelude::*;
use remarks::{of_rules, out_of_reach};
use shapes::{Look, Offer, offers};

/// Share of the newest deals that a learned scorecard is judged on where the project holds out none.
const LEAST_HOLDOUT: f64 = 0.2;

/// What learning, judging, suggesting and looking within personas takes, in proportion.
const COSTS: [f64; 4] = [0.5, 0.15, 0.2, 0.15];

/// What the points, the profiles of shapes, and the points under other shapes take of the learning.
const COSTS_OF_LEARNING: [f64; 3] = [0.45, 0.5, 0.05];

/// Everything that decides a comparison.
#[derive(Debug, Clone)]
pub struct CompareSettings {
    /// How the deals are gathered.
    pub deals: DealSettings,
    /// Folds of the belief ρ.
    pub folds: usize,
    /// Newest share of the deals that judges the learned scorecard.
    pub holdout: f64,
    /// Whether rules are compared within each persona, too.
    pub within_personas: bool,
    /// How a learned scorecard is written.
    pub write: WriteSettings,
}

/// How a learned scorecard is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WriteSettings {
    /// Leave the tiers' bounds where they are.
    pub keep_tiers: bool,
    /// How far to go from the hand-set points (0) to the learned ones (1).
    pub strength: f64,
    /// Only rules that the deals contradict.
    pub only_contradicted: bool,
    /// Also the half-lives that the deals bear out, where they rule out what is set.
    pub decay: bool,
    /// Also the caps that the deals bear out.
    pub caps: bool,
}

impl Default for WriteSettings {
    fn default() -> WriteSettings {
        WriteSettings { keep_tiers: false, strength: 1.0, only_contradicted: false, decay: false, caps: false }
    }
}

/// What the deals say of a scorecard.
pub struct Compared {
    /// The rules, hand-set beside learned.
    pub comparison: Comparison,
    /// Half-lives of the activity rules.
    pub half_lives: Vec<ShapeProfile>,
    /// Caps of the activity rules.
    pub caps: Vec<ShapeProfile>,
    /// The rules within each persona; empty without personas, where nobody asked, or where the deals cannot tell.
    pub personas: Vec<PersonaComparison>,
    /// Rules that say the same thing.
    pub overlaps: Vec<Overlap>,
    /// Rules that the scorecard could have.
    pub suggestions: Vec<Suggestion>,
    /// The learned scorecard's text; `None` where the deals say nothing.
    pub learned: Option<String>,
    /// Learned and hand-set points on the newest deals, learned from the older ones.
    pub judged: Option<Judged>,
    /// The deals.
    pub deals: Deals,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// Ids of the rules that no past deal can meet.
    pub out_of_reach: Vec<String>,
}

impl Compared {
    /// What there is too little of where a rule has too little data though the deals are many.
    pub fn unjudged(&self) -> Option<String> {
        let snapshots = &self.deals.snapshots;
        let beyond = snapshots.mode.beyond(snapshots.horizon);
        comparison::unjudged(&self.comparison, &self.out_of_reach, beyond.as_deref())
    }

    /// Why the deals weigh differently.
    pub fn row_weights(&self) -> RowWeights {
        self.deals.snapshots.row_weights
    }

    /// The comparison in two or three sentences; `is_start`: the points are nobody's yet.
    pub fn sentences(&self, is_start: bool) -> Vec<String> {
        let contest = self.judged.as_ref().map(|judged| &judged.contest);
        comparison::sentences(&self.comparison, contest, is_start, self.row_weights())
    }
}

/// What was learned from some of the deals.
struct Lesson {
    comparison: Comparison,
    /// The deals learned from.
    rows: Vec<usize>,
    half_lives: Vec<ShapeProfile>,
    caps: Vec<ShapeProfile>,
    /// Whether the shapes that the deals bear out have taken the place of those set.
    reshaped: Reshaped,
    /// The rules' quantities over all deals, under the shapes chosen.
    columns: Vec<RuleColumn>,
}

/// Which shapes may change.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reshaped {
    decay: bool,
    caps: bool,
}

impl Lesson {
    /// The shapes that take the place of those set.
    fn changed_shapes(&self) -> Vec<(&ShapeProfile, Shape)> {
        let decay = self.half_lives.iter().filter(|_| self.reshaped.decay);
        let caps = self.caps.iter().filter(|_| self.reshaped.caps);
        let changed = |profile: &&ShapeProfile| profile.contradicts();
        let best = |profile: &ShapeProfile| profile.best.map(|at| profile.shapes[at].shape);
        decay.chain(caps).filter(changed).filter_map(|profile| Some((profile, best(profile)?))).collect()
    }
}

/// The deals with the quantities of the shapes on offer beside them.
struct Offered<'a> {
    deals: &'a Deals,
    offers: &'a [Offer],
    columns: &'a [RuleColumn],
}

/// Closed deals with the other shapes of the scorecard's rules, all seen in one pass over the log.
pub(super) struct Gathered {
    pub(super) deals: Deals,
    pub(super) evidence: Option<RuleEvidence>,
    pub(super) shapes: OfferedShapes,
}

/// The shapes on offer, and the rules' quantities under each; and the rules that no deal can meet in any.
pub(super) struct OfferedShapes {
    offers: Vec<Offer>,
    columns: Vec<RuleColumn>,
    why_none: Option<String>,
    out_of_reach: Vec<String>,
}

/// Gathers and screens the deals; `keep` the evidence of the rules.
pub(super) fn gather_with_shapes(
    inputs: DealInputs<'_, '_>,
    scorecard: &Scorecard,
    settings: &DealSettings,
    keep: Keep,
) -> Result<Gathered, InputError> {
    let counters = &settings.plan.activity_columns;
    let (offers, why_none) = offers(scorecard, counters, inputs.log.is_some(), inputs.table.n_leads());
    let variants: Vec<Variant> = offers.iter().map(|offer| offer.variant.clone()).collect();
    let with_offers = scorecard.with_variants(&variants);
    let inputs = DealInputs { scorecard: Some(&with_offers), ..inputs };
    let table = inputs.table;
    let (mut deals, evidence) = gather_and_keep(inputs, settings, keep)?;
    leaks::leave_out(&mut deals, &ScreenSettings::of(settings));
    let n_own = scorecard.rules.iter().filter(|rule| rule.points().is_some()).count();
    let columns = deals.rules.as_mut().map(|rules| rules.rules.split_off(n_own)).unwrap_or_default();
    let out_of_reach = out_of_reach(scorecard, deals.snapshots.oldest_age(table));
    Ok(Gathered { deals, evidence, shapes: OfferedShapes { offers, columns, why_none, out_of_reach } })
}

/// Compares the scorecard's points with what the closed deals bear out. `text` is the scorecard's file.
///
/// # Errors
/// Inputs that cannot be looked at as of a moment, or a learned scorecard that would not be valid; few deals are no
/// error.
pub fn compare(
    inputs: DealInputs<'_, '_>,
    scorecard: &Scorecard,
    text: &str,
    settings: &CompareSettings,
) -> Result<Compared, InputError> {
    let Gathered { deals, shapes, .. } = gather_with_shapes(inputs, scorecard, &settings.deals, Keep::Quantities)?;
    compare_gathered(deals, shapes, scorecard, text, settings)
}

/// As [`compare`], on deals already gathered and screened.
pub(super) fn compare_gathered(
    deals: Deals,
    shapes: OfferedShapes,
    scorecard: &Scorecard,
    text: &str,
    settings: &CompareSettings,
) -> Result<Compared, InputError> {
    let OfferedShapes { offers, columns, why_none, out_of_reach } = shapes;
    let offered = Offered { deals: &deals, offers: &offers, columns: &columns };
    let kept = kept(&deals);
    let stage = Stage::new("comparing points with the deals", "deal", kept.len());
    let [learning, judging, suggesting, _within] = settings.deals.watch.begin(stage).split(COSTS);
    let lesson = learn(&offered, &kept, true, settings, learning);
    let (learned, judged) = if lesson.comparison.says_something() {
        let written = written::write(text, scorecard, &lesson, &deals, &settings.write)?;
        (Some(written.text), judged::judge(&offered, scorecard, text, &kept, settings, judging)?)
    } else {
        (None, None)
    };
    let rules = rule_inputs(deals.rules.as_ref().map_or(&[][..], |side| &side.rules), &kept);
    let hand_set: Vec<f64> = rules.iter().map(|rule| rule.points).collect();
    let suggestions = if lesson.comparison.rho > 0.0 {
        let score = learned_score(&lesson, &kept);
        suggestions::suggestions(&deals, scorecard, &score, &kept, step(&hand_set))
    } else {
        Vec::new()
    };
    drop(suggesting);
    let seed = settings.deals.snapshot.seed;
    let personas = match settings.within_personas {
        true => personas::within(&deals, &lesson.columns, &kept, scorecard, &lesson.comparison, seed),
        false => Vec::new(),
    };
    Ok(Compared {
        personas,
        overlaps: overlaps(&rules),
        suggestions,
        learned,
        judged,
        comparison: lesson.comparison,
        half_lives: lesson.half_lives,
        caps: lesson.caps,
        notes: why_none.into_iter().chain(of_rules(scorecard, &deals, &settings.deals)).collect(),
        deals,
        out_of_reach,
    })
}

/// The deals that no rule disqualifies.
fn kept(deals: &Deals) -> Vec<usize> {
    match &deals.rules {
        Some(rules) => (0..deals.n()).filter(|&i| !rules.disqualified[i]).collect(),
        None => Vec::new(),
    }
}

/// Learns from the deals `rows`: points, shapes, and points under the shapes where these may change.
/// With `all_shapes` the shapes are looked at though none may change.
fn learn(offered: &Offered<'_>, rows: &[usize], all_shapes: bool, settings: &CompareSettings, work: Work) -> Lesson {
    let [comparing, profiling, _again] = work.split(COSTS_OF_LEARNING);
    let deals = offered.deals;
    let seed = settings.deals.snapshot.seed;
    let mut columns = deals.rules.as_ref().map(|rules| rules.rules.clone()).unwrap_or_default();
    let mut comparison = compare_rows(deals, &columns, rows, settings.folds, seed);
    drop(comparing);
    let learned_points: Vec<f64> = comparison.rules.iter().map(|rule| rule.learned_points).collect();
    let (y, weights) = (pick(&deals.snapshots.won, rows), pick(&deals.snapshots.row_weight, rows));
    let look = Look {
        rules: &columns,
        learned_points: &learned_points,
        offered: offered.columns,
        offers: offered.offers,
        rows,
        y: &y,
        weights: &weights,
    };
    let reshaped = Reshaped { decay: settings.write.decay, caps: settings.write.caps };
    let asked = all_shapes || reshaped.decay || reshaped.caps;
    let (half_lives, caps) =
        if asked && comparison.says_something() { look.profiles(profiling) } else { (Vec::new(), Vec::new()) };
    let mut lesson =
        Lesson { comparison: comparison.clone(), rows: rows.to_vec(), half_lives, caps, reshaped, columns: Vec::new() };
    let changed: Vec<(usize, usize)> = lesson
        .changed_shapes()
        .into_iter()
        .filter_map(|(profile, shape)| offered.find(&columns, profile, shape))
        .collect();
    for (rule, offer) in &changed {
        columns[*rule].q.clone_from(&offered.columns[*offer].q);
    }
    if !changed.is_empty() {
        comparison = compare_rows(deals, &columns, rows, settings.folds, seed);
        lesson.comparison = comparison;
    }
    lesson.columns = columns;
    lesson
}

impl Offered<'_> {
    /// The rule of a profile and the offer that gives it a shape.
    fn find(&self, columns: &[RuleColumn], profile: &ShapeProfile, shape: Shape) -> Option<(usize, usize)> {
        let rule = columns.iter().position(|c| c.id == profile.rule && c.persona == profile.persona)?;
        Some((rule, self.offers.iter().position(|offer| offer.rule == rule && offer.shape == shape)?))
    }
}

fn pick(values: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().map(|&row| values[row]).collect()
}

fn rule_inputs(columns: &[RuleColumn], rows: &[usize]) -> Vec<RuleInput> {
    let input = |rule: &RuleColumn| RuleInput {
        id: rule.id.clone(),
        group: rule.group.clone(),
        persona: rule.persona.clone(),
        points: rule.points,
        quantity: pick(&rule.q, rows),
        limit: rule.limit,
    };
    columns.par_iter().map(input).collect()
}

fn compare_rows(deals: &Deals, columns: &[RuleColumn], rows: &[usize], folds: usize, seed: u64) -> Comparison {
    let rules = rule_inputs(columns, rows);
    let (y, weights) = (pick(&deals.snapshots.won, rows), pick(&deals.snapshots.row_weight, rows));
    let order: Option<Vec<i64>> = deals.snapshots.order.as_ref().map(|o| rows.iter().map(|&i| o[i]).collect());
    let folds = validation::folds(order.as_deref(), &y, folds.max(2), seed);
    let parts: Vec<(Vec<usize>, Vec<usize>)> = match folds.scheme {
        Scheme::None => Vec::new(),
        _ => folds.parts.into_iter().map(|p| (p.train, p.test)).collect(),
    };
    let input =
        ComparisonInput { rules: &rules, y: &y, weights: &weights, folds: &parts, seed, draws: comparison::DRAWS };
    let judge = |scores: &[f64], y: &[f64], w: &[f64]| auc(y, scores, w).map(|a| (a.value, a.se));
    comparison::compare(&input, &judge)
}

/// What the learned points add up to on some deals, before caps and range.
fn learned_score(lesson: &Lesson, rows: &[usize]) -> Vec<f64> {
    let mut sum = vec![0.0; rows.len()];
    for (column, rule) in lesson.columns.iter().zip(&lesson.comparison.rules) {
        for (sum, &row) in sum.iter_mut().zip(rows) {
            *sum += rule.learned_points * column.q[row].min(column.limit);
        }
    }
    sum
}

//! Learned against hand-set points: which rules of the scorecard the closed deals bear out, in the scorecard's unit.
//!
//! Scorecard and deals meet on the same quantities q_j. The scorecard's own sum S = Σ points_j·q_j is one column of a
//! logistic regression, and each rule gets a deviation from it:
//!
//! ```text
//! logit p = a + κ S + Σ δ_j q_j      κ·sd(S) ~ N(1, 1)      δ_j·scale_j ~ t₄(0, τ²)
//! ```
//!
//! Deals that say nothing leave δ at 0, so the answer starts from the hand-set points and moves away from them only as
//! far as the deals carry it. Most rules are nearly right and some are not: hence a t prior, of four degrees of freedom.
//! How far rules may deviate at all, τ, is itself averaged over by its evidence. Everything here is a pure function of
//! arrays: no leads, no files, seed as argument.

use serde::{Deserialize, Serialize};
use std::fmt;

mod deals;
mod expansion;
mod fit;
mod intervals;
mod judged;
mod learned;
pub mod missing;
mod mixture;
mod moments;
mod overlap;
pub mod personas;
pub mod profile;
mod root;
pub mod rounding;
mod scale;
mod sentences;
pub mod tiers;
mod unjudged;
mod verdict;

pub use judged::{Contest, contest};
pub use overlap::{Overlap, overlaps};
pub use scale::SETS_THE_SCALE;
pub use sentences::sentences;
pub use unjudged::unjudged;

/// Draws from the posterior that an interval is read from.
pub const DRAWS: usize = 2_000;

/// Leads below which a rule is not judged, and follows the deals only in proportion.
const FEWEST_LEADS: usize = 10;

/// One rule over the training deals.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleInput {
    /// The rule's id in the scorecard.
    pub id: String,
    /// The group it counts in.
    pub group: String,
    /// The persona it belongs to; none for a common rule.
    pub persona: Option<String>,
    /// Hand-set points as written, before any `rescale`.
    pub points: f64,
    /// q per deal, `(n_deals)`: finite and not negative; 0 for a deal of another persona.
    pub quantity: Vec<f64>,
    /// q counts at most this ([`quantity_limit`]); infinite where nothing bounds it.
    pub limit: f64,
}

/// The quantity at which a rule, alone, fills its group's bound or the whole range: min(bound, width / |factor|) /
/// |points|, where `bound` is the group's `max` for positive points and −`min` for negative ones.
///
/// Infinite for a rule of 0 points, and where the group has no bound of that sign and the range no width.
pub fn quantity_limit(
    points: f64,
    group_min: Option<f64>,
    group_max: Option<f64>,
    range: [f64; 2],
    rescale_factor: f64,
) -> f64 {
    if points == 0.0 {
        return f64::INFINITY;
    }
    let width = (range[1] - range[0]) / rescale_factor.abs();
    let bound = if points > 0.0 { group_max } else { group_min.map(|bound| -bound) };
    let reach = bound.filter(|&bound| bound > 0.0).unwrap_or(f64::INFINITY).min(width);
    if reach > 0.0 { reach / points.abs() } else { f64::INFINITY }
}

/// What is compared: the rules over the closed deals, what became of these, and how they are judged.
#[derive(Debug, Clone, Copy)]
pub struct ComparisonInput<'a> {
    /// The scorecard's rules with points; those that disqualify are left out by the caller.
    pub rules: &'a [RuleInput],
    /// 1 for won, 0 for lost, `(n_deals)`.
    pub y: &'a [f64],
    /// Row weights, `(n_deals)`, not negative.
    pub weights: &'a [f64],
    /// Training and test deals of each fold, earlier before later. Empty: the deals cannot be judged.
    pub folds: &'a [(Vec<usize>, Vec<usize>)],
    /// Seed of the draws.
    pub seed: u64,
    /// Draws per interval, by default [`DRAWS`].
    pub draws: usize,
}

/// The area under the ROC curve with its standard error, of (scores, outcomes, row weights); none where undefined.
pub type AucWithError<'a> = dyn Fn(&[f64], &[f64], &[f64]) -> Option<(f64, f64)> + Sync + 'a;

/// How many deals a rule hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// More than 100.
    #[serde(rename = "over_100")]
    Over100,
    /// 10 to 100.
    #[serde(rename = "10_to_100")]
    From10To100,
    /// Fewer than 10.
    #[serde(rename = "under_10")]
    Under10,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Evidence::Over100 => "over_100",
            Evidence::From10To100 => "10_to_100",
            Evidence::Under10 => "under_10",
        })
    }
}

/// What the deals say of a rule's hand-set points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The deals cannot tell yet.
    TooLittleData,
    /// The points have the wrong sign.
    WrongSign,
    /// The points are further from 0 than the deals bear out.
    TooStrong,
    /// The points are nearer to 0 than the deals bear out.
    TooWeak,
    /// The deals do not contradict the points.
    Agrees,
    /// A rule of 0 points to which the deals give some.
    Worth,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::TooLittleData => "too little data",
            Verdict::WrongSign => "wrong sign",
            Verdict::TooStrong => "too strong",
            Verdict::TooWeak => "too weak",
            Verdict::Agrees => "agrees",
            Verdict::Worth => "worth",
        })
    }
}

/// One rule, hand-set beside learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleComparison {
    /// The rule's id.
    pub id: String,
    /// The group it counts in.
    pub group: String,
    /// The persona it belongs to.
    pub persona: Option<String>,
    /// Points as written in the scorecard.
    pub hand_set_points: f64,
    /// Points the deals bear out, in the same unit.
    pub learned_points: f64,
    /// 95 % interval of the learned points, low then high.
    pub interval: [f64; 2],
    /// Whether it brings nearly all that the score tells deals apart by: the scale is held by its points then, so that the
    /// interval is narrow without knowing them any better.
    pub sets_the_scale: bool,
    /// Deals the rule hit.
    pub leads: usize,
    /// Deals won among them.
    pub won: usize,
    /// Row-weighted share of won deals among them; 0 where it hit none.
    pub win_rate: f64,
    /// How many deals it hit, in three classes.
    pub evidence: Evidence,
    /// What the deals say of the hand-set points.
    pub verdict: Verdict,
    /// Row-weighted mean of its quantity over all deals.
    pub mean_quantity: f64,
    /// What the difference moves: the row-weighted mean of |learned − hand-set|·q over all deals, in points.
    pub matters: f64,
    /// Points times leads, by which rules come first: `matters`, but of a rule that most deals hit once the share it does not
    /// hit, for what nearly all have sets nobody apart.
    pub sets_apart: f64,
}

impl RuleComparison {
    /// The verdict in words; `worth +3.2` for a rule of 0 points that the deals give some.
    pub fn verdict_text(&self) -> String {
        match self.verdict {
            Verdict::Worth => format!("worth {}", rounding::signed(self.learned_points)),
            verdict => verdict.to_string(),
        }
    }

    /// Whether anything was learned of it: some deals met it, and its interval is more than a point.
    pub fn is_learned(&self) -> bool {
        self.leads > 0 && self.interval[0] != self.interval[1]
    }

    /// The interval to draw beside the points: what is not told is not shown either.
    pub fn drawn_interval(&self) -> [f64; 2] {
        if self.sets_the_scale || !self.is_learned() { [self.learned_points; 2] } else { self.interval }
    }
}

/// The whole scorecard, hand-set beside learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The rules in the order given.
    pub rules: Vec<RuleComparison>,
    /// Deals compared on.
    pub deals: usize,
    /// Deals won among them.
    pub won: usize,
    /// Row-weighted share of won deals; 0 without deals.
    pub win_rate: f64,
    /// ρ: how far the learned points may leave the hand-set ones, 0 not at all, 1 all the way.
    pub rho: f64,
    /// F: points per unit of log-odds, such that the learned score spreads as the hand-set one.
    pub factor: f64,
    /// κ: log-odds per hand-set point.
    pub kappa: f64,
    /// τ: prior scale of a rule's deviation, in log-odds; the mean over those the deals allow.
    pub tau: f64,
    /// AUC of the learned score out of fold; none where it cannot be judged.
    pub auc: Option<f64>,
    /// Its standard error.
    pub auc_se: Option<f64>,
    /// Why the deals could not be asked, where they could not.
    pub notes: Vec<String>,
}

impl Comparison {
    /// Whether any verdict is more than `too little data`; a learned scorecard is worth writing only then.
    pub fn says_something(&self) -> bool {
        self.rules.iter().any(|rule| rule.verdict != Verdict::TooLittleData)
    }

    /// Whether no rule has a verdict though the deals are many: together the rules hardly rank them.
    pub fn ranks_nothing(&self) -> bool {
        unjudged::ranks_nothing(self)
    }

    /// What it means that a rule sets the scale, where one does.
    pub fn of_the_scale(&self) -> Option<String> {
        scale::told(&self.rules)
    }
}

/// Compares the hand-set points with those the deals bear out.
///
/// β_j = κ·points_j + δ_j, F = sd(S) / sd(Σ β_j q_j), and
///
/// ```text
/// learned points_j = points_j + ρ · min(1, leads_j / 10) · (F β_j − points_j)
/// ρ = min(1, max(0, (AUC − ½) / (1.96 SE)))      AUC of Σ β_j q_j out of fold
/// ```
///
/// Intervals are those of F β_j, widened to hold the learned points, and the hand-set ones where ρ < 1. They are
/// shrunk intervals: their coverage is promised on average over rules, not for each.
///
/// Without deals, without folds, or where all deals have the same S, the learned points are the hand-set ones and
/// every verdict is `too little data`.
///
/// The order of the rules changes nothing: they are worked on in the order of their ids.
pub fn compare(input: &ComparisonInput, auc: &AucWithError) -> Comparison {
    let deals = deals::Deals::new(input);
    let learned = learned::learn(input, &deals, auc);
    let rules = (0..input.rules.len()).map(|rule| verdict::judge(input, &deals, &learned, rule)).collect();
    let total: f64 = input.weights.iter().sum();
    let won_weight: f64 = input.weights.iter().zip(input.y).map(|(weight, y)| weight * y).sum();
    Comparison {
        rules,
        deals: input.y.len(),
        won: input.y.iter().filter(|&&y| y == 1.0).count(),
        win_rate: if total > 0.0 { won_weight / total } else { 0.0 },
        rho: learned.rho,
        factor: learned.factor,
        kappa: learned.kappa,
        tau: learned.tau,
        auc: learned.auc.map(|auc| auc.0),
        auc_se: learned.auc.map(|auc| auc.1),
        notes: learned.notes,
    }
}

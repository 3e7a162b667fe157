//! Score leads as of a moment: rules, model, blend, tiers, quadrant, reasons and warnings.

mod attributes;
mod beyond;
mod fill;
mod ledgers;
mod moments;
mod place;
mod settled;
mod since;
mod standing;
mod words;

pub(super) use attributes::absent;
pub use beyond::{above_all_points, most_points, most_points_within};
pub use place::{FirstLead, Place};
pub use since::{WonOf, WonSince, learned_since};
pub(super) use words::model_reasons;

use super::model::Model;
use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::features::Attribute;
use crate::measures::{Measures, Stretch};
use crate::mismatch::Quadrant;
use crate::scorecard::{self, Grades, RuleRequests, Scorecard};
use crate::tables::{ActivityBatches, LeadTable};
use crate::watch::{Stage, Watch};
use rayon::prelude::*;
use settled::Settled;
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

/// Leads that are scored at a time: few enough for what is worked out about them to stay small, and enough for it to pay.
const LEADS_AT_A_TIME: usize = 1 << 10;

/// How many times so many leads a thread looks at before they are handed on together.
const STRETCHES_A_THREAD: usize = 32;

/// For when the scores are true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The same instant for all leads.
    At(Instant),
    /// Each lead's own, from the as-of column.
    Column,
}

/// What is scored, with what.
pub struct ScoreInputs<'a, 'l> {
    /// The leads.
    pub table: &'a LeadTable,
    /// The activity log, when there is one.
    pub log: Option<&'l mut dyn ActivityBatches>,
    /// The hand-set points.
    pub scorecard: Option<&'a Scorecard>,
    /// The learned side.
    pub model: Option<&'a Model>,
}

/// What decides how leads are scored.
#[derive(Debug, Clone)]
pub struct ScoreSettings {
    /// For when.
    pub as_of: AsOf,
    /// Counters of acts kept as columns.
    pub activity_columns: Vec<String>,
    /// Kinds of our own acts.
    pub ours: Vec<String>,
    /// Whether reasons are wanted; they cost more than the scores.
    pub reasons: bool,
    /// Whether closed leads are blended, too, as open ones are. Nobody calls them: where their rule score and the model's
    /// probability are all that is asked for, the rest of [`LeadScore`] and the evidence stay NaN.
    pub blends_closed: bool,
    /// The least evidence that a tier may rest on, 0 to 1; 0: any.
    pub min_evidence: f64,
    /// Where there is no model to say so: within what time of its creation a lead not won counts as lost.
    pub lost_after: Option<Span>,
    /// Said of every lead in `warnings`.
    pub warnings: Vec<String>,
    /// Who is told how far scoring in stretches has come; it decides nothing.
    pub watch: Watch,
}

impl ScoreSettings {
    /// For this moment, of every lead, and nothing else asked for.
    pub fn of(as_of: AsOf) -> ScoreSettings {
        ScoreSettings {
            as_of,
            activity_columns: Vec::new(),
            ours: Vec::new(),
            reasons: false,
            blends_closed: true,
            min_evidence: 0.0,
            lost_after: None,
            warnings: Vec::new(),
            watch: Watch::default(),
        }
    }
}

/// Where a lead stands at its as-of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Created, not closed.
    Open,
    /// Closed before the as-of; scored as of its close.
    Closed,
    /// Created at or after the as-of; not scored.
    NotCreated,
}

/// The scores of one lead; NaN where the column is empty.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadScore {
    /// The blended score on the scorecard's scale.
    pub score: f64,
    /// Index of the tier reached by the score.
    pub tier: Option<usize>,
    /// The win probability.
    pub win_probability: f64,
    /// The model's score on the scorecard's scale.
    pub model_score: f64,
    /// The model's probability.
    pub model_probability: f64,
    /// Index of the tier reached by the model score.
    pub model_tier: Option<usize>,
    /// P(win | rule score).
    pub rule_probability: f64,
    /// The quadrant.
    pub quadrant: Option<Quadrant>,
    /// Whether the two sides disagree.
    pub mismatch: Option<bool>,
    /// Rank by the model minus rank by the rules, in percentage points.
    pub mismatch_gap: f64,
}

/// All that was worked out about the leads.
pub struct Assessment<'a> {
    /// The leads.
    pub table: &'a LeadTable,
    /// The hand-set points.
    pub scorecard: Option<&'a Scorecard>,
    /// The learned side, when it holds a model.
    pub model: Option<&'a Model>,
    /// Within what time of its creation a lead not won counts as lost.
    pub lost_after: Option<Span>,
    /// `(n_leads,)` the moment each score is true for.
    pub as_of: Vec<Instant>,
    /// `(n_leads,)` where each lead stands.
    pub standing: Vec<Standing>,
    /// `(n_leads,)` the scores.
    pub leads: Vec<LeadScore>,
    /// The rule side.
    pub rules: Option<scorecard::Scored>,
    /// Grades, and a note where they cannot be had.
    pub grades: Option<Grades>,
    /// `(n_leads,)` how much of what the model goes by is known of the lead, 0 to 1; NaN without a model.
    pub evidence: Vec<f64>,
    /// `(n_leads,)` whether that is too little for a tier.
    pub abstained: Vec<bool>,
    /// The model's reasons, as [`Assessment::model_reasons`] gives them; empty when they were not wanted.
    model_reasons: Vec<String>,
    /// What warnings say of every lead.
    said_of_all: Vec<String>,
    /// How many rows of the log were seen, and how many lay at or after their lead's as-of.
    pub acts: (u64, u64),
    attributes: Vec<Attribute>,
    /// Whether the log told of any kind that the model follows.
    follows_kinds: bool,
    measures: Measures,
    requests: Option<RuleRequests>,
}

/// Scores the leads.
///
/// # Errors
/// Neither scorecard nor model; an empty cell in the as-of column; counters that are no counts.
pub fn score<'a>(inputs: ScoreInputs<'a, '_>, settings: &ScoreSettings) -> Result<Assessment<'a>, InputError> {
    let ScoreInputs { table, log, scorecard, model } = inputs;
    let settled = Settled::of(table, scorecard, model, settings)?;
    let (gathered, mut stretches) = settled.read(log, usize::MAX)?;
    let whole = stretches.pop().expect("there is always a stretch");
    settled.assess(table, 0..table.n_leads(), gathered.measures(whole), settings)
}

/// Scores the leads stretch by stretch, several at a time: `look` takes out of each assessment what is wanted of it, and
/// `take` gets that together with the rows of the table, in their order, as many stretches at a time as were
/// looked at side by side. So only what is wanted is ever there for all leads.
///
/// # Errors
/// As [`score`], and those of `look` and `take`.
pub fn score_in_stretches<T: Send>(
    inputs: ScoreInputs<'_, '_>,
    settings: &ScoreSettings,
    look: impl Fn(&Assessment<'_>, Range<usize>) -> Result<T, InputError> + Sync,
    mut take: impl FnMut(Vec<T>) -> Result<(), InputError>,
) -> Result<(), InputError> {
    let ScoreInputs { table, log, scorecard, model } = inputs;
    let settled = Settled::of(table, scorecard, model, settings)?;
    let (gathered, stretches) = settled.read(log, LEADS_AT_A_TIME)?;
    let n_stretches = stretches.len();
    let mut work = settings.watch.begin(Stage::new("scoring", "lead", table.n_leads()));
    let mut take = |looked: Vec<T>| {
        let n_looked = looked.len();
        take(looked)?;
        (0..n_looked).for_each(|_| work.step(n_stretches));
        Ok(())
    };
    let one = |stretch: Stretch| {
        let leads = stretch.leads.clone();
        let own = table.rows(&leads.clone().collect::<Vec<usize>>());
        look(&settled.assess(&own, leads.clone(), gathered.measures(stretch), settings)?, leads)
    };
    let some = |stretches: Vec<Stretch>| stretches.into_par_iter().map(one).collect::<Result<Vec<T>, InputError>>();
    let mut stretches = stretches.into_iter();
    let mut next = || -> Vec<Stretch> {
        stretches.by_ref().take(STRETCHES_A_THREAD * rayon::current_num_threads().max(1)).collect()
    };
    let mut looked = some(next())?;
    loop {
        // The next ones are looked at while the last ones are taken.
        let coming = next();
        if coming.is_empty() {
            return take(looked);
        }
        looked = thread::scope(|scope| {
            let coming = scope.spawn(|| some(coming));
            take(looked)?;
            coming.join().unwrap_or_else(|panic| resume_unwind(panic))
        })?;
    }
}

impl Assessment<'_> {
    /// What the model reads of the leads, in its order.
    pub(super) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }
}

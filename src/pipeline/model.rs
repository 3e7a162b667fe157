//! What a training leaves behind: everything scoring needs, and the figures by which the model can be believed.

use super::deals::{LogRecord, LogSince};
use super::leaning::ASK_FIRST;
use super::reference::Reference;
use super::retrain::Judgement;
use crate::asof::{Instant, Span};
use crate::blend::{Blend, RuleCurve, WeightChoice};
use crate::features::PlanLine;
use crate::linking::Link;
use crate::metrics::{Auc, CurveBin, Figures, Rate};
use crate::mismatch::{DriverRecord, QuadrantRecord, Ranks};
use crate::predictor::{Predictor, Solver};
use crate::scorecard::GradeReference;
use crate::snapshot::{LeftOut, Mode, RowWeights};
use crate::tables::ColumnType;
use crate::text::uncapitalised;
use crate::values::{DateOrder, format_day};
use serde::{Deserialize, Serialize};

/// A column that scoring reads, and as what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedColumn {
    /// The header.
    pub name: String,
    /// What it holds.
    pub column_type: ColumnType,
    /// Which of day and month stands first, where the training file decided it.
    pub date_order: Option<DateOrder>,
}

/// How a file to be scored is read: by this plan, never by inference.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReadingPlan {
    /// Columns of the leads table that the model reads.
    pub columns: Vec<PlannedColumn>,
    /// Kinds of activity that the model counts; without any, no log is needed.
    pub kinds: Vec<String>,
    /// Order of day and month in the columns with a role, where the training files decided it.
    pub date_orders: Vec<(String, DateOrder)>,
}

/// Which deals the model learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotRecord {
    /// At which moment of its life each deal was looked at.
    pub mode: Mode,
    /// The horizon of mode `random`: the oldest age the model knows.
    pub horizon: Option<Span>,
    /// End of the training data.
    pub until: Option<Instant>,
    /// Deals.
    pub deals: usize,
    /// Deals won.
    pub won: usize,
    /// Row-weighted share won.
    pub win_rate: f64,
    /// Earliest and latest as-of.
    pub as_of: Option<(Instant, Instant)>,
    /// Leads left out, by reason.
    pub left_out: Vec<(LeftOut, usize)>,
    /// Wins later than `lost_after`.
    pub late_wins: usize,
    /// What the log looked like.
    pub log: Option<LogRecord>,
    /// SHA-256 of the deals as the model saw them.
    pub digest: String,
}

impl SnapshotRecord {
    /// The oldest age at which a deal was looked at, where all leads beyond it are unlike those.
    pub fn oldest_age(&self) -> Option<Span> {
        self.mode.oldest_age(self.horizon)
    }

    /// That a lead is older than [`oldest_age`](Self::oldest_age), and why no deal was looked at later.
    pub fn beyond(&self) -> Option<String> {
        self.mode.beyond(self.horizon)
    }
}

/// How the model was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The program's version.
    pub program: String,
    /// The seed.
    pub seed: u64,
    /// The solver.
    pub solver: Solver,
    /// λ, or `None` for one a term by approximate REML.
    pub penalty: Option<f64>,
    /// Whether numbers are curves.
    pub curves: bool,
    /// Most interactions.
    pub interactions: usize,
    /// Half-life of the decayed counts.
    pub half_life: Span,
    /// Fewest deals for a level of its own.
    pub min_level_count: usize,
    /// Folds asked for.
    pub folds: usize,
    /// Newest share held out for the honest figures.
    pub holdout: f64,
    /// The blend weight that the project set; `None`: chosen by the deals.
    pub blend_weight: Option<f64>,
    /// Gap from which a disagreement is flagged, in percentage points.
    pub min_gap: f64,
    /// Not won within this of creation counted as lost.
    pub lost_after: Option<Span>,
    /// Columns and kinds of activity that were never used.
    pub exclude: Vec<String>,
    /// What was used although the leak screen or a rule of thumb would leave it out.
    pub allow: Vec<String>,
    /// Counters of acts kept as columns.
    pub activity_columns: Vec<String>,
    /// Kinds that are our own acts.
    pub ours: Vec<String>,
    /// Where the log was said to begin.
    pub since: LogSince,
    /// How the files were read, as keys of the project file and what they stood at.
    pub read_as: Vec<(String, String)>,
}

impl Recipe {
    /// The key of the project file, in [`read_as`](Self::read_as), under which the column of row weights stands.
    pub const OWN_WEIGHT: &'static str = "leads.weight";
}

/// Scorecard and model joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blending {
    /// P(win | rule score).
    pub curve: RuleCurve,
    /// The blend weight and the recalibration.
    pub blend: Blend,
    /// How the weight was chosen; `None` when the project set it.
    pub choice: Option<WeightChoice>,
    /// Win probability → score.
    pub link: Link,
    /// Model probability → model score.
    pub model_link: Link,
    /// Rule scores of the reference deals.
    pub rule_ranks: Ranks,
    /// What became of each quadrant's deals.
    pub records: Vec<QuadrantRecord>,
    /// The same for `verify` and `hidden_gem`, by the rule that brought most points.
    pub driver_records: Vec<DriverRecord>,
    /// Why quadrants stay empty, when they do.
    pub blurred: Option<String>,
    /// The gap in ranks from which a disagreement is flagged, in percentage points.
    pub min_gap: f64,
}

/// Figures of the three sides on the same deals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SideFigures {
    /// The hand-set points, with P(win | rule score) as their probability.
    pub scorecard: Option<Figures>,
    /// The model.
    pub model: Option<Figures>,
    /// The blend.
    pub blend: Option<Figures>,
    /// Calibration curve of what the scored table calls `win_probability`.
    pub calibration: Vec<CurveBin>,
    /// Win rate by tier.
    pub tiers: Vec<TierRates>,
}

impl SideFigures {
    /// Those of the side that scores leads: the blend, or the model where there are no points.
    pub fn of_scores(&self) -> Option<&Figures> {
        self.blend.as_ref().or(self.model.as_ref())
    }

    /// How well the model alone ranks.
    pub fn model_auc(&self) -> Option<Auc> {
        self.model.as_ref()?.auc
    }
}

/// What became of a tier's deals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TierRates {
    /// The tier; empty for below all.
    pub tier: String,
    /// By the rule score.
    pub by_rules: Option<Rate>,
    /// By the score.
    pub by_score: Option<Rate>,
}

/// The honest figures: the procedure run without the newest deals, judged on them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoldoutRecord {
    /// How the newest deals were set apart.
    pub scheme: String,
    /// The figures.
    pub figures: Option<SideFigures>,
    /// Win rate of the older deals, which trained.
    pub older: Option<Rate>,
    /// Blend weight that the older deals chose.
    pub blend_weight: Option<f64>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// Whether newer deals still look as the older ones did, which the model learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftRecord {
    /// Whether "newer" means further down the file, for want of times.
    pub by_file_order: bool,
    /// What differs, a sentence each, the gravest first; empty when nothing does.
    pub found: Vec<String>,
}

impl DriftRecord {
    /// How the finding begins that the end of the file was won far more, or less, often than the rest.
    pub const AT_THE_END: &'static str = "Of the deals at the end of the file";

    /// The gravest finding, for those who read no further; `None` where nothing differs, or too little to be told where
    /// nobody knows which deals are the newer ones.
    pub fn sentence(&self) -> Option<String> {
        let gravest = self.found.first()?;
        if self.by_file_order {
            return gravest.starts_with(DriftRecord::AT_THE_END).then(|| {
                format!(
                    "If the file begins with the oldest, the deals have changed: {} Newer leads may then be ranked less well \
                     than the figures say, and their chances be off.",
                    uncapitalised(gravest)
                )
            });
        }
        Some(format!(
            "The newest deals are unlike the older ones, so newer leads may do otherwise than the figures say. {}",
            DriftRecord::in_plain_words(gravest)
        ))
    }
}

/// A saved version's content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// How it was trained.
    pub recipe: Recipe,
    /// On which deals.
    pub snapshot: SnapshotRecord,
    /// How a file to be scored is read.
    pub reading: ReadingPlan,
    /// What became of every column and kind.
    pub plan: Vec<PlanLine>,
    /// The model; `None` when there were too few deals.
    pub predictor: Option<Predictor>,
    /// Why there is none.
    pub why_no_model: Option<String>,
    /// Model probabilities of the reference deals.
    pub model_ranks: Option<Ranks>,
    /// The join with the scorecard.
    pub blending: Option<Blending>,
    /// What the highest grades are measured against.
    pub grade_reference: Option<GradeReference>,
    /// Which folds gave the out-of-fold predictions.
    pub fold_scheme: String,
    /// AUC of the model out of fold.
    pub out_of_fold_auc: Option<Auc>,
    /// Figures on the out-of-fold predictions.
    pub out_of_fold: Option<SideFigures>,
    /// Figures on the newest deals.
    pub holdout: Option<HoldoutRecord>,
    /// Whether the newest deals look otherwise than the older ones; `None` when they were not compared.
    pub drift: Option<DriftRecord>,
    /// How columns and scores were spread over the training deals; `None` without a model.
    pub reference: Option<Reference>,
    /// How it was judged against the version before it; `None` when nobody asked.
    pub judgement: Option<Judgement>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl Model {
    /// How often deals count where their rows say so; nothing where they do not.
    pub(super) fn own_weights(weights: RowWeights) -> Option<&'static str> {
        match weights {
            RowWeights::Alike | RowWeights::TimeOpen => None,
            RowWeights::Own => {
                Some("Each deal counts as often as its row says (`[leads] weight` of leadscore.toml), in rates, too.")
            }
            RowWeights::OwnAndTimeOpen => Some(
                "Each deal counts as often as its row says (`[leads] weight` of leadscore.toml), times how long it was open, in \
                 rates, too.",
            ),
        }
    }

    /// What the model is allowed to say about attributes, for every model card.
    pub const ATTRIBUTES_AS_EXPORTED: &'static str =
        "Attributes are as exported, not as they were at the as-of; only activities are looked at as of a moment.";

    /// What must be said where the deals have no times.
    pub const NO_TIMES: &'static str =
        "Without times nobody can rule out that columns know what came after the close (leakage).";

    /// How notes begin that say how the deals were parted to judge the model.
    pub const HOW_JUDGED: &'static str = "How it was judged: ";

    /// Why the deals that it learned from weigh differently.
    pub fn row_weights(&self) -> RowWeights {
        let has_own = self.recipe.read_as.iter().any(|(key, _)| key == Recipe::OWN_WEIGHT);
        RowWeights::of_deals(self.snapshot.mode, has_own)
    }

    /// What they make of the rate of these deals: nothing where that is won ÷ closed as it is printed.
    pub fn weights_of_rate(&self) -> RowWeights {
        let deals = &self.snapshot;
        self.row_weights().of_rate(deals.deals, deals.won, deals.win_rate)
    }

    /// The note that says how the deals were parted to judge the model, of what is known of that.
    pub(super) fn how_judged(parted: &str) -> String {
        format!("{}{}", Model::HOW_JUDGED, uncapitalised(parted))
    }

    /// How the note begins that the model ranks no better than chance.
    pub const NOTHING_TO_LEARN: &'static str = "There is next to nothing to learn here";

    /// What may help then.
    pub const WHAT_TO_BRING: &'static str =
        "More of what is known of the leads, as columns beside each or as an activity log, may tell won from lost.";

    /// What must be read before any figure, and the other notes.
    pub fn notes_first_and_last(&self) -> (Vec<&str>, Vec<&str>) {
        self.notes.iter().map(String::as_str).partition(|note| note.starts_with(ASK_FIRST))
    }

    /// Whether the score, on past deals, may owe its order to chance.
    pub fn score_ranks_by_chance(&self) -> bool {
        let auc = self.out_of_fold.as_ref().and_then(|figures| figures.of_scores()?.auc.as_ref());
        auc.is_some_and(|auc| !auc.beats_chance())
    }

    /// The day to which it knows what became of deals, where that is later than `as_of`.
    pub fn learned_until(&self, as_of: Instant) -> Option<String> {
        self.snapshot.until.filter(|until| as_of < *until).map(format_day)
    }

    /// Whether the model needs an activity log.
    pub fn needs_log(&self) -> bool {
        !self.reading.kinds.is_empty()
    }
}

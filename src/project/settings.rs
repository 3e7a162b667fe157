//! The settings of each table of the project file, and their defaults.

use crate::asof::Span;
use crate::tables::ColumnType;
use std::collections::BTreeMap;

/// `[leads]`: the leads table and what its columns are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Leads {
    /// Files as written; see [`Project::located`](super::Project::located).
    pub files: Vec<String>,
    /// The column that identifies a lead; `None` where the file leaves it to be guessed.
    pub id: Option<String>,
    /// The column with the time the lead was created.
    pub created_at: Option<String>,
    /// The column with the time the deal was closed.
    pub closed_at: Option<String>,
    /// The column with each lead's own as-of.
    pub as_of: Option<String>,
    /// The outcome, where the leads table holds it.
    pub outcome: Option<OutcomeColumn>,
    /// Not won within this of its creation counts as lost.
    pub lost_after: Option<Span>,
    /// Columns the model never uses.
    pub exclude: Vec<String>,
    /// Columns and activity kinds that the leak screen would leave out and that are used all the same.
    pub allow: Vec<String>,
    /// Further spellings of "no value".
    pub missing: Vec<String>,
    /// Counters of acts kept as columns.
    pub activity_columns: Vec<String>,
    /// What a column holds, where it should not be guessed.
    pub types: BTreeMap<String, ColumnType>,
    /// The column with row weights.
    pub weight: Option<String>,
}

/// The column that says how a deal ended, and its words.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeColumn {
    /// The column's name.
    pub column: String,
    /// The values that mean won.
    pub won: Vec<String>,
    /// The values that mean lost.
    pub lost: Lost,
}

/// The values that mean lost.
#[derive(Debug, Clone, PartialEq)]
pub enum Lost {
    /// These; none only where `lost_after` says who is lost.
    Words(Vec<String>),
    /// `"*"`: whatever is neither won nor missing.
    Rest,
}

/// `[activities]`: the activity log and what its columns are.
#[derive(Debug, Clone, PartialEq)]
pub struct Activities {
    /// Files as written.
    pub files: Vec<String>,
    /// The column with the lead's id.
    pub lead_id: String,
    /// The column with the instant.
    pub at: String,
    /// The column with the kind of activity.
    pub kind: String,
    /// The column with a detail that rules may match.
    pub detail: Option<String>,
    /// The column with the number of acts a row stands for.
    pub count: Option<String>,
    /// Kinds that are our own acts, which `"*"` in a rule does not match.
    pub ours: Vec<String>,
    /// Where the log begins.
    pub since: Since,
}

impl Default for Activities {
    fn default() -> Activities {
        Activities {
            files: Vec::new(),
            lead_id: "lead_id".to_string(),
            at: "at".to_string(),
            kind: "kind".to_string(),
            detail: None,
            count: None,
            ours: Vec::new(),
            since: Since::Found,
        }
    }
}

/// Where the activity log begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// Found from the log itself.
    Found,
    /// `"always"`: the log is complete, however far back a lead goes.
    Always,
    /// At this date or time, as written; times without an offset are in the project's timezone.
    Written(String),
}

/// `[outcomes]`: the table of deals, for those who keep them apart from leads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcomes {
    /// Files as written.
    pub files: Vec<String>,
    /// The column of the leads table that refers to a deal; `None`: the lead's id.
    pub key: Option<String>,
    /// The column of the outcomes table that is referred to; `None`: the one named like the key.
    pub id: Option<String>,
    /// The column of the outcomes table with the time of the close.
    pub closed_at: Option<String>,
    /// How a deal ended; `None`: whoever is found here is won.
    pub outcome: Option<OutcomeColumn>,
    /// What becomes of leads that are not found here.
    pub absent: Absent,
}

/// What a lead is that the outcomes table does not hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Absent {
    /// Still open.
    #[default]
    Open,
    /// Lost, once `lost_after` has passed.
    Lost,
}

/// `[snapshot]`: at which moment of its open life a closed deal is looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// As written; [`Project::snapshot_mode`](super::Project::snapshot_mode) fills the gap.
    pub mode: Option<SnapshotMode>,
    /// Of `random`: the longest open life considered.
    pub horizon: Option<Span>,
    /// Of `after_created`; always there in that mode.
    pub after_created: Option<Span>,
    /// Of `before_close`; always there in that mode.
    pub before_close: Option<Span>,
    /// The seed, unless the command line gives one.
    pub seed: Option<u64>,
}

/// How the as-of of a closed deal is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotMode {
    /// At a hashed moment of its open life, with a row weight.
    Random,
    /// A fixed time after creation.
    AfterCreated,
    /// A fixed time before the close.
    BeforeClose,
    /// By `[leads] as_of`.
    Column,
    /// Attributes as they stand.
    None,
}

impl SnapshotMode {
    /// The word for it in the project file.
    pub fn word(self) -> &'static str {
        match self {
            SnapshotMode::Random => "random",
            SnapshotMode::AfterCreated => "after_created",
            SnapshotMode::BeforeClose => "before_close",
            SnapshotMode::Column => "column",
            SnapshotMode::None => "none",
        }
    }
}

/// `[train]`: how the model is fitted and judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Train {
    /// The solver.
    pub solver: Solver,
    /// The newest share of closed deals kept for the honest figures, 0 to 0.9.
    pub holdout: f64,
    /// Folds of the cross-validation; 0 for none.
    pub folds: usize,
    /// The penalty on coefficients.
    pub penalty: Penalty,
    /// Whether numbers may bend.
    pub curves: bool,
    /// At most this many interactions.
    pub interactions: usize,
    /// Half-life of the model's decayed activity terms.
    pub half_life: Span,
    /// Levels of a category seen less often are pooled.
    pub min_level_count: usize,
}

impl Default for Train {
    fn default() -> Train {
        Train {
            solver: Solver::Newton,
            holdout: 0.2,
            folds: 5,
            penalty: Penalty::Auto,
            curves: true,
            interactions: 10,
            half_life: Span::from_days(30.0),
            min_level_count: 10,
        }
    }
}

/// Which solver fits the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Solver {
    /// Newton's method on the split design.
    Newton,
    /// L-BFGS by linfa-logistic.
    Lbfgs,
}

/// The penalty on the model's coefficients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Penalty {
    /// One a term, found from the data.
    Auto,
    /// This for all terms, on the mean loss.
    Fixed(f64),
}

/// `[blend]`: how rules and model are joined.
#[derive(Debug, Clone, PartialEq)]
pub struct Blend {
    /// The blend weight.
    pub weight: BlendWeight,
    /// The least gap of a mismatch, in percentage points.
    pub min_gap: f64,
}

impl Default for Blend {
    fn default() -> Blend {
        Blend { weight: BlendWeight::Auto, min_gap: 20.0 }
    }
}

/// `[retrain]`: when a challenger goes live.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retrain {
    /// By how much it may be worse, in AUC and in log loss.
    pub margin: f64,
    /// Fewest deals that judge it.
    pub min_deals: usize,
}

impl Default for Retrain {
    fn default() -> Retrain {
        Retrain { margin: 0.02, min_deals: 50 }
    }
}

/// `[monitor]`: from where on drift and decay are alarms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Monitor {
    /// Stability index of a column or the win probability.
    pub psi: f64,
    /// Share by which wins may differ from those expected.
    pub calibration: f64,
    /// Fall of the AUC.
    pub auc_drop: f64,
    /// Change of a column's share missing.
    pub missing: f64,
    /// Share of words that no training deal had.
    pub new_levels: f64,
}

impl Default for Monitor {
    fn default() -> Monitor {
        Monitor { psi: 0.25, calibration: 0.25, auc_drop: 0.1, missing: 0.1, new_levels: 0.1 }
    }
}

/// `[score]`: how leads are scored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Score {
    /// The least evidence that a tier may rest on, 0 to 1; 0: any.
    pub min_evidence: f64,
}

/// The blend weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BlendWeight {
    /// Found by cross-validation.
    Auto,
    /// 0 the scorecard alone, 1 the model alone.
    Fixed(f64),
}

//! A made-up company's closed deals, open leads and activity log, with the truth that made them.
//!
//! Real sales data shows what happened, never what would have happened; here both are known, so that a model's
//! coefficients, its ranking and its calibration can be held to the truth. One influence, word of mouth, shows in no
//! column: it bounds how well anything can be predicted from the files.
//!
//! [`make`] returns texts and writes nothing. The bytes depend on the [`Settings`] alone.

mod acts;
mod deals;
mod documents;
mod draw;
mod effects;
mod story;
mod tables;
mod who;
mod words;

pub use documents::effects_table;
pub use effects::TrueEffect;

use deals::Lead;

/// The instant at which the demo scores the open leads.
pub const AS_OF: &str = "2026-07-01T00:00:00Z";
/// [`AS_OF`] in seconds since the epoch.
const AS_OF_SECONDS: i64 = 1_782_864_000;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Rows of `closed_deals.csv`, the two twins of lead A and lead B among them (so never fewer than two).
    pub deals: usize,
    /// Rows of `open_leads.csv`, lead A and lead B among them (so never fewer than two).
    pub open: usize,
    /// Seed of all draws.
    pub seed: u64,
    /// Whether the hidden offline influence is at work.
    pub word_of_mouth: bool,
    /// Whether each outcome is drawn from the state at a moment that stands in the column `snapshot_at`, with effects
    /// linear in plain columns and counts. Then there is no word of mouth, and no lead A or B.
    pub outcome_at_snapshot: bool,
}

impl Default for Settings {
    /// The settings of the committed sample.
    fn default() -> Settings {
        Settings { deals: 2_000, open: 400, seed: 2026, word_of_mouth: true, outcome_at_snapshot: false }
    }
}

impl Settings {
    fn hidden_influence(&self) -> bool {
        self.word_of_mouth && !self.outcome_at_snapshot
    }

    /// The effects that make the outcomes under these settings: the truth that a model may be held to.
    pub fn true_effects(&self) -> Vec<TrueEffect> {
        effects::true_effects(self.hidden_influence(), self.outcome_at_snapshot)
    }
}

/// What is true of one lead and stands in no file.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadTruth {
    /// The lead.
    pub lead_id: String,
    /// The log-odds its outcome was drawn from: at its decision, or at `snapshot_at`. For a lead still open, those of
    /// the decision to come; for lead A and lead B, those as of [`AS_OF`].
    pub log_odds: f64,
    /// Whether the hidden influence is part of them.
    pub word_of_mouth: bool,
}

/// The sample: files as texts, and the truth behind them.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// File name and text, in the order of the data dictionary.
    pub files: Vec<(String, String)>,
    /// What made the outcomes.
    pub effects: Vec<TrueEffect>,
    /// One entry a lead: the closed deals, then the open leads.
    pub truths: Vec<LeadTruth>,
}

impl Sample {
    /// The text of the file called `name`.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|(file, _)| file == name).map(|(_, text)| text.as_str())
    }
}

/// Makes the sample.
pub fn make(settings: &Settings) -> Sample {
    let (twins, heroes) =
        if settings.outcome_at_snapshot { (Vec::new(), Vec::new()) } else { (story::closed(), story::open()) };
    let n_drawn = settings.deals.saturating_sub(twins.len());
    let n_drawn_open = settings.open.saturating_sub(heroes.len());
    let mut leads: Vec<Lead> = (0..n_drawn).map(|number| deals::closed(settings, number)).collect();
    leads.extend(twins);
    let n_closed = leads.len();
    leads.extend((n_drawn..n_drawn + n_drawn_open).map(|number| deals::open(settings, number)));
    leads.extend(heroes);
    let effects = settings.true_effects();
    let mut files = vec![
        ("closed_deals.csv".to_string(), tables::leads(&leads[..n_closed], settings.outcome_at_snapshot)),
        ("open_leads.csv".to_string(), tables::leads(&leads[n_closed..], settings.outcome_at_snapshot)),
        ("activities.csv".to_string(), tables::activities(&leads)),
    ];
    let counts = documents::Counts {
        closed: n_closed,
        open: leads.len() - n_closed,
        acts: leads.iter().map(|lead| lead.acts.len()).sum(),
    };
    files.extend(documents::all(settings, &effects, &counts));
    let truths = leads
        .into_iter()
        .map(|lead| LeadTruth { lead_id: lead.id, log_odds: lead.log_odds, word_of_mouth: lead.word_of_mouth })
        .collect();
    Sample { files, effects, truths }
}

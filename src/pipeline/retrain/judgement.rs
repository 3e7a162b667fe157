//! How a version came to be judged, and the reason in words.

use super::gate::{GateRecord, Verdict};
use crate::asof::Instant;
use crate::metrics::{Auc, Estimate};
use serde::{Deserialize, Serialize};

/// How a version came to be judged; stored with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The version it was judged against.
    pub against: u32,
    /// Deals settled since that version's training data ended.
    pub new_deals: usize,
    /// Deals that judged, and wins among them.
    pub judged: (usize, usize),
    /// Parts in time that they were judged in, each by a challenger that learned from everything before it.
    pub parts: usize,
    /// When the judged deals begin and end.
    pub span: (Instant, Instant),
    /// What came of it.
    pub gate: GateRecord,
}

impl Judgement {
    /// The reason in words, with the interval.
    pub fn sentence(&self) -> String {
        let g = &self.gate;
        let ends =
            |e: &Estimate| format!("{:+.3} (95 % interval {:+.3} to {:+.3})", e.value, e.interval.low, e.interval.high);
        let figures = format!(
            "on the {} newest deals ({} won), which neither had seen, against version {}: gain in AUC {}, gain in log \
             loss {}, margin {}",
            self.judged.0,
            self.judged.1,
            self.against,
            ends(&g.auc_gain),
            ends(&g.log_loss_gain),
            g.margin
        );
        match g.verdict {
            Verdict::Better => format!("Better, {figures}."),
            Verdict::NotWorse => format!("Not worse by the margin, {figures}."),
            Verdict::KnowsNothing => format!(
                "Cannot be told from a model that knows nothing (AUC {}; log loss {:.3}, and {:.3} by giving every \
                 deal the old win rate), {figures}.",
                auc_words(g.challenger.auc.as_ref()),
                g.challenger.log_loss,
                g.win_rate_log_loss
            ),
            Verdict::MayBeWorse => format!("May be worse by more than the margin, {figures}."),
        }
    }
}

fn auc_words(auc: Option<&Auc>) -> String {
    auc.map_or("none".to_string(), |a| {
        format!("{:.3}, 95 % interval {:.3} to {:.3}", a.value, a.interval.low, a.interval.high)
    })
}

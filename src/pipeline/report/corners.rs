//! What became of the past deals in each quadrant, and what a lead there asks for.

use crate::metrics::Standing;
use crate::mismatch::QuadrantRecord;
use serde::Serialize;

/// What became of the past deals of one quadrant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Corner {
    /// The record.
    #[serde(flatten)]
    pub record: QuadrantRecord,
    /// How it does beside the win rate of all deals; `None` where it is too small to say.
    pub standing: Option<Standing>,
    /// Where a lead there stands against the handover tier.
    pub placed: &'static str,
    /// What such a lead asks for.
    pub advice: &'static str,
}

/// The corners with their records beside the win rate of all deals.
pub(super) fn corners(records: &[QuadrantRecord], win_rate: f64, is_start: bool) -> Vec<Corner> {
    let corner = |record: &QuadrantRecord| {
        let (quadrant, standing) = (record.quadrant, record.standing(win_rate));
        Corner {
            standing,
            placed: quadrant.placed(is_start),
            advice: quadrant.advice(standing),
            record: record.clone(),
        }
    };
    records.iter().map(corner).collect()
}

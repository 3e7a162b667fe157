//! Which deals are new to the current version, which of them judge, and when there will be enough.

use super::super::train::pick;
use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::snapshot::Snapshots;
use serde::Serialize;

/// Fewest deals of either outcome among those that judge.
const LEAST_OF_AN_OUTCOME: usize = 10;
/// From so many new deals on they tell how fast deals close; before, the newest old ones are asked.
const ENOUGH_FOR_A_RATE: usize = 20;

/// The deals by age: positions among the deals, each list in time order.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// In the current version's training data.
    pub old: Vec<usize>,
    /// Settled since.
    pub new: Vec<usize>,
    /// Everything before the judged deals: what the challenger learns from.
    pub older: Vec<usize>,
    /// The newer half of the new deals.
    pub judged: Vec<usize>,
    /// When the judged deals begin and end, by what "newest" goes by.
    pub span: (Instant, Instant),
    /// End of the current version's training data.
    cut_off: Instant,
}

/// Too few new deals, and when enough are expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TooFew {
    /// New deals.
    pub new_deals: usize,
    /// Won among them.
    pub won: usize,
    /// Deals that would judge: the newer half.
    pub judged: usize,
    /// Won among those.
    pub judged_won: usize,
    /// Fewest deals that may judge.
    pub min_deals: usize,
    /// Fewest of either outcome.
    pub min_of_each: usize,
    /// New deals wanted in all at the old win rate.
    pub wanted: usize,
    /// By when; `None` where deals do not come at any rate.
    #[serde(serialize_with = "as_text")]
    pub expected_by: Option<Instant>,
}

fn as_text<S: serde::Serializer>(at: &Option<Instant>, out: S) -> Result<S::Ok, S::Error> {
    at.map(crate::values::format_instant).serialize(out)
}

impl News {
    /// Sorts the deals by what the current version had seen.
    ///
    /// A deal is in a version's training data when it was settled before its cut-off: closed before it, or with
    /// `lost_after` ripe at it.
    ///
    /// # Errors
    /// Deals without closing times; no cut-off.
    pub fn of(deals: &Snapshots, cut_off: Option<Instant>, lost_after: Option<Span>) -> Result<News, InputError> {
        let (Some(order), Some(cut_off)) = (&deals.order, cut_off) else {
            return Err(InputError::new("which deals are new is not known: they have no closing times").remedy(
                "name the column under [leads] as `closed_at = \"…\"`; or learn from all deals with `leadscore train`",
            ));
        };
        let is_new = |row: &usize| match lost_after {
            Some(wait) => Instant(order[*row]).plus(wait) > cut_off,
            None => order[*row] >= cut_off.0,
        };
        let mut rows: Vec<usize> = (0..order.len()).collect();
        rows.sort_by_key(|&row| order[row]);
        let (new, old): (Vec<usize>, Vec<usize>) = rows.iter().partition(|row| is_new(row));
        // Deals of one instant are not parted: what came with the first judged deal judges, too.
        let first = new.get(new.len() / 2).map_or(i64::MAX, |&row| order[row]);
        let (judged, before): (Vec<usize>, Vec<usize>) = new.iter().partition(|&&row| order[row] >= first);
        let mut older = [old.clone(), before].concat();
        // In the table's order, as every training has them.
        older.sort_unstable();
        let last = judged.last().map_or(first, |&row| order[row]);
        Ok(News { old, new, older, judged, span: (Instant(first), Instant(last)), cut_off })
    }

    /// The judged deals in at most `parts` parts of about equal size, in time order; deals of one instant are not parted.
    pub(super) fn parts(&self, deals: &Snapshots, parts: usize) -> Vec<&[usize]> {
        let at = |place: usize| deals.order.as_ref().map_or(0, |order| order[self.judged[place]]);
        let n = self.judged.len();
        let mut cuts: Vec<usize> = (1..parts).map(|part| n * part / parts).collect();
        // Forward to where the next instant begins.
        cuts.iter_mut().for_each(|cut| *cut += (*cut..n).take_while(|&i| i > 0 && at(i) == at(i - 1)).count());
        cuts.push(n);
        cuts.dedup();
        let from = std::iter::once(0).chain(cuts.iter().copied());
        from.zip(&cuts).filter(|(from, to)| from < *to).map(|(from, &to)| &self.judged[from..to]).collect()
    }

    /// What is missing before anything can be judged; `None` when nothing is.
    pub fn too_few(&self, deals: &Snapshots, min_deals: usize) -> Option<TooFew> {
        let won = |rows: &[usize]| pick(&deals.won, rows).iter().filter(|y| **y > 0.5).count();
        let (judged, judged_won) = (self.judged.len(), won(&self.judged));
        let rarer = judged_won.min(judged - judged_won);
        if judged >= min_deals && rarer >= LEAST_OF_AN_OUTCOME {
            return None;
        }
        let all = self.old.len() + self.new.len();
        let share = (won(&self.old) + won(&self.new)) as f64 / all.max(1) as f64;
        let rare = share.min(1.0 - share).max(1e-9);
        let wanted = (2 * min_deals).max((2.0 * LEAST_OF_AN_OUTCOME as f64 / rare).ceil() as usize);
        Some(TooFew {
            new_deals: self.new.len(),
            won: won(&self.new),
            judged,
            judged_won,
            min_deals,
            min_of_each: LEAST_OF_AN_OUTCOME,
            wanted,
            expected_by: self.expected_by(deals, wanted.max(self.new.len() + 1)),
        })
    }

    /// When `wanted` new deals will have closed, at the rate of the new ones or of the newest old ones.
    fn expected_by(&self, deals: &Snapshots, wanted: usize) -> Option<Instant> {
        let order = deals.order.as_ref()?;
        let end = deals.until.unwrap_or(self.cut_off).max(self.cut_off);
        let days = if self.new.len() >= ENOUGH_FOR_A_RATE {
            end.since(self.cut_off).days() / self.new.len() as f64
        } else {
            let sample = &self.old[self.old.len().saturating_sub(10 * ENOUGH_FOR_A_RATE)..];
            let (first, last) = (sample.first()?, sample.last()?);
            Instant(order[*last]).since(Instant(order[*first])).days() / sample.len() as f64
        };
        // A rarer outcome that has not come in time makes the wait longer than the mere number says.
        let by = end.plus(Span::from_days(days * (wanted - self.new.len()) as f64));
        (days > 0.0 && wanted < 1_000_000).then_some(by)
    }
}

//! At which moment of its open life each closed deal is looked at, and what came of it.
//!
//! A model trained on what was known after a deal closed looks brilliant and is useless, so every training deal gets
//! one as-of, before its close. In mode `random` the moment is drawn uniformly over the open life and the row weight
//! is proportional to that life: a deal open twice as long is met twice as often by someone who scores open leads.

use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::tables::LeadTable;
use label::{Deal, label, newest_time};
use left_out::Tally;
use moment::{horizon, moment, wins_took};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

mod label;
mod left_out;
mod mode;
mod moment;
mod row_weights;

pub use left_out::{LeftOut, in_words};
pub use mode::Mode;
pub use moment::unit_hash;
pub use row_weights::RowWeights;

/// What decides labels and moments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotSettings {
    /// The mode; `None` picks it from the columns there are.
    pub mode: Option<Mode>,
    /// Not won within this of creation counts as lost.
    pub lost_after: Option<Span>,
    /// What closed at or after this is open; default: just after the newest time in the leads table.
    pub until: Option<Instant>,
    /// Seed of the draw in mode `random`.
    pub seed: u64,
}

/// The training deals, each at its moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshots {
    /// The mode that was used.
    pub mode: Mode,
    /// `(n_deals,)` rows of the leads table.
    pub rows: Vec<usize>,
    /// `(n_deals,)` moments; `None` in mode `none`.
    pub as_of: Option<Vec<Instant>>,
    /// `(n_deals,)` row weights.
    pub row_weight: Vec<f64>,
    /// Why they differ, where they do.
    pub row_weights: RowWeights,
    /// `(n_deals,)` 1 for won, 0 for lost.
    pub won: Vec<f64>,
    /// `(n_deals,)` what "newest" goes by, in microseconds; `None` without any time.
    pub order: Option<Vec<i64>>,
    /// `(n_deals,)` closing times, where known.
    pub closed_at: Vec<Option<Instant>>,
    /// How many leads were left out, by reason.
    pub left_out: Vec<(LeftOut, usize)>,
    /// How many of those were won.
    pub wins_left_out: Vec<(LeftOut, usize)>,
    /// Within this of their creation nine of ten of all wins came, where `lost_after` judges them.
    pub wins_took: Option<Span>,
    /// Wins later than `lost_after`, which count as lost.
    pub late_wins: usize,
    /// The horizon of mode `random`.
    pub horizon: Option<Span>,
    /// The end of the training data, when there are times.
    pub until: Option<Instant>,
}

/// Labels the leads and gives each closed deal its moment and row weight.
///
/// # Errors
/// When the mode needs a column that the project does not name, or there is no outcome column.
pub fn take(table: &LeadTable, settings: &SnapshotSettings) -> Result<Snapshots, InputError> {
    let mode = settings.mode.unwrap_or_else(|| Mode::of_columns(table));
    mode.check_columns(table)?;
    let until = settings.until.or_else(|| newest_time(table).map(|t| Instant(t.0 + 1)));
    let labelled = label(table, settings, until)?;
    let horizon = horizon(mode, labelled.iter().flat_map(|some| &some.deals));
    let moment = |deal: &Deal| moment(table, deal, mode, horizon, settings.seed);
    let parts: Vec<Part> = labelled.par_iter().map(|some| Part::of(table, settings, &some.deals, moment)).collect();
    let mut left_out = Tally::default();
    labelled.iter().for_each(|some| left_out.merge(&some.left_out));
    parts.iter().for_each(|part| left_out.merge(&part.left_out));
    // One deal without a time would make "newest" a guess for it, so the order holds for all deals or for none.
    let has_order = parts.iter().all(|part| part.order.len() == part.rows.len());
    let ((rows, as_of, row_weight), (won, order, closed_at)) = rayon::join(
        || {
            (
                joined(&parts, |part| &part.rows),
                joined(&parts, |part| &part.as_of),
                joined(&parts, |part| &part.row_weight),
            )
        },
        || {
            (
                joined(&parts, |part| &part.won),
                joined(&parts, |part| &part.order),
                joined(&parts, |part| &part.closed_at),
            )
        },
    );
    Ok(Snapshots {
        mode,
        rows,
        as_of: (mode != Mode::None).then_some(as_of),
        row_weight,
        row_weights: RowWeights::of_deals(mode, table.row_weight.is_some()),
        won,
        order: Some(order).filter(|order| has_order && !order.is_empty()),
        closed_at,
        left_out: left_out.all,
        wins_left_out: left_out.wins,
        wins_took: settings.lost_after.and_then(|_| wins_took(table)),
        late_wins: labelled.iter().map(|some| some.late_wins).sum(),
        horizon,
        until,
    })
}

/// Some deals, those that stay at their moments.
#[derive(Default)]
struct Part {
    rows: Vec<usize>,
    /// None in mode `none`.
    as_of: Vec<Instant>,
    row_weight: Vec<f64>,
    won: Vec<f64>,
    /// What "newest" goes by, of those of which it is known.
    order: Vec<i64>,
    closed_at: Vec<Option<Instant>>,
    left_out: Tally,
}

impl Part {
    fn of(
        table: &LeadTable,
        settings: &SnapshotSettings,
        deals: &[Deal],
        moment: impl Fn(&Deal) -> Result<(Option<Instant>, f64), LeftOut>,
    ) -> Part {
        let mut part = Part::default();
        for deal in deals {
            let (as_of, open_weight) = match moment(deal) {
                Ok(moment) => moment,
                Err(reason) => {
                    part.left_out.add(reason, deal.won);
                    continue;
                }
            };
            let row_weight = table.row_weight.as_ref().map_or(1.0, |w| w[deal.row]) * open_weight;
            if row_weight <= 0.0 {
                part.left_out.add(LeftOut::NoWeight, deal.won);
                continue;
            }
            let newest_by = if settings.lost_after.is_some() { deal.created_at } else { deal.closed_at };
            part.rows.push(deal.row);
            part.as_of.extend(as_of);
            part.row_weight.push(row_weight);
            part.won.push(f64::from(u8::from(deal.won)));
            part.order.extend(newest_by.or(as_of).map(|at| at.0));
            part.closed_at.push(deal.closed_at);
        }
        part
    }
}

/// A column of all parts, one after the other.
fn joined<T: Copy>(parts: &[Part], column: impl Fn(&Part) -> &Vec<T>) -> Vec<T> {
    let mut all = Vec::with_capacity(parts.iter().map(|part| column(part).len()).sum());
    parts.iter().for_each(|part| all.extend_from_slice(column(part)));
    all
}

impl Snapshots {
    /// The age of the oldest deal at its moment; `None` where that of some is not known. `table` is that of the leads.
    pub fn oldest_age(&self, table: &LeadTable) -> Option<Span> {
        let (created, as_of) = (table.created_at.as_ref()?, self.as_of.as_ref()?);
        let mut ages = self.rows.iter().zip(as_of).map(|(&row, &at)| Some(at.since(created[row]?)));
        ages.try_fold(Span(0), |oldest, age| Some(oldest.max(age?)))
    }

    /// The error for these, where they hold no deal: why each was left out, and what brings the most of them back.
    pub fn no_deals(&self) -> InputError {
        left_out::no_deals(&self.left_out)
    }

    /// The leads left out though they closed, by reason.
    pub fn left_out_closed(&self) -> impl Iterator<Item = (LeftOut, usize)> {
        self.left_out.iter().copied().filter(|(why, _)| *why != LeftOut::Open)
    }

    /// Whether anything says when deals closed.
    pub fn tell_closes(&self) -> bool {
        self.closed_at.iter().any(Option::is_some)
    }

    /// How many deals were won.
    pub fn n_won(&self) -> usize {
        self.won.iter().filter(|won| **won > 0.5).count()
    }

    /// What became of all wins of the files, so that the parts add up; `None` where `lost_after` judged none of them.
    pub fn wins_in_words(&self) -> Option<String> {
        left_out::wins_in_words(self.n_won(), self.late_wins, &self.wins_left_out, self.wins_took)
    }

    /// How many deals there are.
    pub fn n_deals(&self) -> usize {
        self.rows.len()
    }

    /// Leaves out the deals whose as-of lies before `begins` (the log's beginning plus the time it takes until "no
    /// activity" stops meaning "old"), and counts them. Says of each deal whether it stays; `None` where all do.
    pub fn drop_before_log(&mut self, begins: Instant) -> Option<Vec<bool>> {
        let keep: Vec<bool> = self.as_of.as_ref()?.iter().map(|&t| t >= begins).collect();
        let dropped = keep.iter().filter(|k| !**k).count();
        let n_won = self.n_won();
        if dropped == 0 {
            return None;
        }
        retain(&mut self.rows, &keep);
        retain(&mut self.row_weight, &keep);
        retain(&mut self.won, &keep);
        retain(&mut self.closed_at, &keep);
        if let Some(as_of) = &mut self.as_of {
            retain(as_of, &keep);
        }
        if let Some(order) = &mut self.order {
            retain(order, &keep);
        }
        self.left_out.push((LeftOut::BeforeLog, dropped));
        self.wins_left_out.extend(Some((LeftOut::BeforeLog, n_won - self.n_won())).filter(|(_, n)| *n > 0));
        Some(keep)
    }

    /// `(n_leads,)` the as-of of every lead of the table: a deal's moment, and the earliest instant there is (nothing
    /// is seen) for a lead that is not a training deal.
    pub fn as_of_by_lead(&self, n_leads: usize) -> Option<Vec<Instant>> {
        let as_of = self.as_of.as_ref()?;
        let mut by_lead = vec![Instant(i64::MIN); n_leads];
        for (&row, &at) in self.rows.iter().zip(as_of) {
            by_lead[row] = at;
        }
        Some(by_lead)
    }
}

/// Keeps the values whose flag is set.
pub(crate) fn retain<T>(values: &mut Vec<T>, keep: &[bool]) {
    let mut flags = keep.iter();
    values.retain(|_| *flags.next().expect("one flag per value"));
}

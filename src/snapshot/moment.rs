//! The moment at which a deal is looked at.

use super::Mode;
use super::label::{Deal, time_of};
use super::left_out::LeftOut;
use crate::asof::{Instant, Span};
use crate::tables::{LeadTable, Outcome};

/// A close is often a date without an hour, so an as-of counts as after it only from a day later on.
const CLOSE_IS_A_DAY: f64 = 1.0;

/// Share of the won deals' open lives that the horizon of mode `random` covers.
const HORIZON_SHARE: f64 = 0.9;

/// How far after its creation a deal may be looked at, in mode `random`: as set, or what most open lives of the deals
/// won, or else of all deals, reach.
pub(super) fn horizon<'d>(mode: Mode, deals: impl Iterator<Item = &'d Deal> + Clone) -> Option<Span> {
    let lives =
        |of: &dyn Fn(&&Deal) -> bool| percentile(deals.clone().filter(of).filter_map(Deal::open_life).collect());
    match mode {
        Mode::Random { horizon: Some(set) } => Some(set),
        Mode::Random { horizon: None } => lives(&|deal| deal.won).or_else(|| lives(&|_| true)),
        _ => None,
    }
}

/// The time within which [`HORIZON_SHARE`] of the leads that were won, whenever that was, had been.
pub(super) fn wins_took(table: &LeadTable) -> Option<Span> {
    let won = table.outcome.iter().flatten().enumerate().filter(|(_, outcome)| **outcome == Outcome::Won);
    let life = |row| Some(time_of(&table.closed_at, row)?.since(time_of(&table.created_at, row)?));
    percentile(won.filter_map(|(row, _)| life(row)).filter(|life| life.0 > 0).collect())
}

/// The value below which [`HORIZON_SHARE`] of the spans lie (the lower of the two neighbours).
fn percentile(mut spans: Vec<Span>) -> Option<Span> {
    let rank = ((spans.len() as f64 * HORIZON_SHARE).ceil() as usize).max(1) - 1;
    (rank < spans.len()).then(|| *spans.select_nth_unstable(rank).1)
}

/// The moment at which a deal is looked at, and the weight its open life gives it.
pub(super) fn moment(
    table: &LeadTable,
    deal: &Deal,
    mode: Mode,
    horizon: Option<Span>,
    seed: u64,
) -> Result<(Option<Instant>, f64), LeftOut> {
    let life = || -> Result<(Instant, Instant, Span), LeftOut> {
        let created = deal.created_at.ok_or(LeftOut::NoCreatedAt)?;
        let closed = deal.closed_at.ok_or(LeftOut::NoClosedAt)?;
        deal.open_life().map(|span| (created, closed, span)).ok_or(LeftOut::NoOpenLife)
    };
    match mode {
        Mode::None => Ok((None, 1.0)),
        Mode::Column => {
            let at = time_of(&table.as_of, deal.row).ok_or(LeftOut::NoAsOf)?;
            if deal.closed_at.is_some_and(|closed| at > closed.plus(Span::from_days(CLOSE_IS_A_DAY))) {
                return Err(LeftOut::AsOfAfterClose);
            }
            Ok((Some(at), 1.0))
        }
        Mode::AfterCreated(wait) => {
            let at = deal.created_at.ok_or(LeftOut::NoCreatedAt)?.plus(wait);
            if deal.closed_at.is_some_and(|closed| closed < at) {
                return Err(LeftOut::ClosedTooSoon);
            }
            Ok((Some(at), 1.0))
        }
        Mode::BeforeClose(lead_time) => {
            let (created, closed, _) = life()?;
            Ok((Some(closed.minus(lead_time).max(created)), 1.0))
        }
        Mode::Random { .. } => {
            let (created, _, span) = life()?;
            let horizon = horizon.ok_or(LeftOut::NoOpenLife)?;
            let reach = span.min(horizon);
            let u = unit_hash(&table.ids[deal.row], seed);
            Ok((Some(created.plus(Span((u * reach.0 as f64) as i64))), reach.0 as f64 / horizon.0 as f64))
        }
    }
}

/// A number in [0, 1) that depends on the text and the seed alone.
pub fn unit_hash(text: &str, seed: u64) -> f64 {
    const TWO_TO_53: f64 = 9_007_199_254_740_992.0;
    (xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), seed) >> 11) as f64 / TWO_TO_53
}

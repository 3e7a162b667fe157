//! At which moment of its open life each closed deal is looked at, and what came of it.
//!
//! A model trained on what was known after a deal closed looks brilliant and is useless, so every training deal gets
//! one as-of, before its close. In mode `random` the moment is drawn uniformly over the open life and the row weight
//! is proportional to that life: a deal open twice as long is met twice as often by someone who scores open leads.

use crate::asof::{Instant, Span};
use crate::fault::InputError;
use crate::tables::{LeadTable, Outcome};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A close is often a date without an hour, so an as-of counts as after it only from a day later on.
const CLOSE_IS_A_DAY: f64 = 1.0;

/// Share of the won deals' open lives that the horizon of mode `random` covers.
const HORIZON_SHARE: f64 = 0.9;

/// How the moment is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Uniformly over the open life, up to the horizon (default horizon: 90th percentile of the won deals' lives).
    Random {
        /// The horizon, when the project sets it.
        horizon: Option<Span>,
    },
    /// That long after creation.
    AfterCreated(Span),
    /// That long before the close, never before creation.
    BeforeClose(Span),
    /// From a column of the leads table.
    Column,
    /// Attributes as they stand; there are no times.
    None,
}

impl Mode {
    /// The word of the project file.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Random { .. } => "random",
            Mode::AfterCreated(_) => "after_created",
            Mode::BeforeClose(_) => "before_close",
            Mode::Column => "column",
            Mode::None => "none",
        }
    }

    /// Whether the age of the lead says something about it rather than about how the moment was chosen.
    pub fn age_is_a_term(self) -> bool {
        matches!(self, Mode::Random { .. } | Mode::Column)
    }
}

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

/// Why a lead is not among the training deals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LeftOut {
    /// No outcome yet, or closed at or after `until`.
    Open,
    /// Younger than `lost_after` at `until`.
    NotRipe,
    /// The creation time is missing.
    NoCreatedAt,
    /// The closing time is missing.
    NoClosedAt,
    /// Closed at or before its creation.
    NoOpenLife,
    /// The cell of the as-of column is empty.
    NoAsOf,
    /// Closed before the moment at which mode `after_created` looks.
    ClosedTooSoon,
    /// Its as-of lies before the log's beginning plus 30 days.
    BeforeLog,
    /// Its row weight is 0.
    NoWeight,
    /// Its own as-of lies more than a day after its close, when the outcome was known.
    AsOfAfterClose,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LeftOut::Open => "open: no outcome before the training's end",
            LeftOut::NotRipe => "too young: `lost_after` had not passed at the training's end",
            LeftOut::NoCreatedAt => "the creation time is missing",
            LeftOut::NoClosedAt => "the closing time is missing",
            LeftOut::NoOpenLife => "closed at or before its creation",
            LeftOut::NoAsOf => "the as-of is missing",
            LeftOut::ClosedTooSoon => "closed before the moment at which deals are looked at",
            LeftOut::BeforeLog => "as-of less than 30 days after the activity log begins",
            LeftOut::NoWeight => "row weight 0",
            LeftOut::AsOfAfterClose => "its as-of lies more than a day after its close",
        })
    }
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
    /// `(n_deals,)` 1 for won, 0 for lost.
    pub won: Vec<f64>,
    /// `(n_deals,)` what "newest" goes by, in microseconds; `None` without any time.
    pub order: Option<Vec<i64>>,
    /// `(n_deals,)` closing times, where known.
    pub closed_at: Vec<Option<Instant>>,
    /// How many leads were left out, by reason.
    pub left_out: Vec<(LeftOut, usize)>,
    /// Wins later than `lost_after`, which count as lost.
    pub late_wins: usize,
    /// The horizon of mode `random`.
    pub horizon: Option<Span>,
    /// The end of the training data, when there are times.
    pub until: Option<Instant>,
}

/// What is known of one lead's end before its moment is chosen.
struct Deal {
    row: usize,
    won: bool,
    created_at: Option<Instant>,
    closed_at: Option<Instant>,
}

/// Labels the leads and gives each closed deal its moment and row weight.
///
/// # Errors
/// When the mode needs a column that the project does not name, or there is no outcome column.
pub fn take(table: &LeadTable, settings: &SnapshotSettings) -> Result<Snapshots, InputError> {
    let mode = settings.mode.unwrap_or_else(|| default_mode(table));
    check_columns(table, mode)?;
    let until = settings.until.or_else(|| newest_time(table).map(|t| Instant(t.0 + 1)));
    let mut left_out = Tally::default();
    let mut late_wins = 0;
    let deals = label(table, settings, until, &mut left_out, &mut late_wins)?;
    let lives = deals.iter().filter(|d| d.won).filter_map(open_life);
    let horizon = match mode {
        Mode::Random { horizon: Some(h) } => Some(h),
        Mode::Random { horizon: None } => {
            percentile(lives.collect()).or_else(|| percentile(deals.iter().filter_map(open_life).collect()))
        }
        _ => None,
    };
    let mut taken = Snapshots {
        mode,
        rows: Vec::new(),
        as_of: (mode != Mode::None).then(Vec::new),
        row_weight: Vec::new(),
        won: Vec::new(),
        order: None,
        closed_at: Vec::new(),
        left_out: Vec::new(),
        late_wins,
        horizon,
        until,
    };
    let mut order = Vec::new();
    for deal in &deals {
        match moment(table, deal, mode, horizon, settings.seed) {
            Err(reason) => left_out.add(reason),
            Ok((as_of, open_weight)) => {
                let own_weight = table.row_weight.as_ref().map_or(1.0, |w| w[deal.row]);
                if own_weight * open_weight <= 0.0 {
                    left_out.add(LeftOut::NoWeight);
                    continue;
                }
                taken.rows.push(deal.row);
                taken.row_weight.push(own_weight * open_weight);
                taken.won.push(f64::from(u8::from(deal.won)));
                taken.closed_at.push(deal.closed_at);
                let newest_by = if settings.lost_after.is_some() { deal.created_at } else { deal.closed_at };
                order.push(newest_by.or(as_of));
                if let (Some(all), Some(at)) = (taken.as_of.as_mut(), as_of) {
                    all.push(at);
                }
            }
        }
    }
    // One deal without a time would make "newest" a guess for it, so the order holds for all deals or for none.
    taken.order = order.into_iter().map(|t| t.map(|t| t.0)).collect::<Option<Vec<i64>>>().filter(|o| !o.is_empty());
    taken.left_out = left_out.0;
    Ok(taken)
}

impl Snapshots {
    /// How many deals there are.
    pub fn n_deals(&self) -> usize {
        self.rows.len()
    }

    /// Leaves out the deals whose as-of lies before `begins` (the log's beginning plus the time it takes until "no
    /// activity" stops meaning "old"), and counts them.
    pub fn drop_before_log(&mut self, begins: Instant) {
        let Some(as_of) = &self.as_of else { return };
        let keep: Vec<bool> = as_of.iter().map(|&t| t >= begins).collect();
        let dropped = keep.iter().filter(|k| !**k).count();
        if dropped == 0 {
            return;
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

/// A number in [0, 1) that depends on the text and the seed alone.
pub fn unit_hash(text: &str, seed: u64) -> f64 {
    const TWO_TO_53: f64 = 9_007_199_254_740_992.0;
    (xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), seed) >> 11) as f64 / TWO_TO_53
}

#[derive(Default)]
struct Tally(Vec<(LeftOut, usize)>);

impl Tally {
    fn add(&mut self, reason: LeftOut) {
        match self.0.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, n)) => *n += 1,
            None => self.0.push((reason, 1)),
        }
    }
}

fn retain<T>(values: &mut Vec<T>, keep: &[bool]) {
    let mut flags = keep.iter();
    values.retain(|_| *flags.next().expect("one flag per value"));
}

fn default_mode(table: &LeadTable) -> Mode {
    if table.as_of.is_some() {
        Mode::Column
    } else if any_time(&table.created_at) && any_time(&table.closed_at) {
        Mode::Random { horizon: None }
    } else {
        Mode::None
    }
}

/// Whether the column is there and not empty.
fn any_time(times: &Option<Vec<Option<Instant>>>) -> bool {
    times.as_ref().is_some_and(|t| t.iter().any(Option::is_some))
}

fn check_columns(table: &LeadTable, mode: Mode) -> Result<(), InputError> {
    let needed: &[(&str, bool)] = match mode {
        Mode::Random { .. } | Mode::BeforeClose(_) => {
            &[("created_at", table.created_at.is_some()), ("closed_at", any_time(&table.closed_at))]
        }
        Mode::AfterCreated(_) => &[("created_at", table.created_at.is_some())],
        Mode::Column => &[("as_of", table.as_of.is_some())],
        Mode::None => &[],
    };
    match needed.iter().find(|(_, there)| !there) {
        None => Ok(()),
        Some((key, _)) => Err(InputError::new(format!("snapshot mode `{}` needs `{key}`", mode.name()))
            .remedy(format!("name the column under [leads] as `{key} = \"…\"`, or choose another [snapshot] mode"))),
    }
}

/// The newest creation or close; the expected close of an open lead is no close.
fn newest_time(table: &LeadTable) -> Option<Instant> {
    let is_closed = |row: usize| table.outcome.as_ref().is_none_or(|o| o[row] != Outcome::Open);
    let created = table.created_at.iter().flatten().flatten().max();
    let closes = table.closed_at.iter().flatten().enumerate();
    let closed = closes.filter(|(row, _)| is_closed(*row)).filter_map(|(_, t)| t.as_ref()).max();
    created.max(closed).copied()
}

fn time_of(times: &Option<Vec<Option<Instant>>>, row: usize) -> Option<Instant> {
    times.as_ref().and_then(|t| t[row])
}

fn label(
    table: &LeadTable,
    settings: &SnapshotSettings,
    until: Option<Instant>,
    left_out: &mut Tally,
    late_wins: &mut usize,
) -> Result<Vec<Deal>, InputError> {
    let outcomes = table.outcome.as_ref().ok_or_else(|| {
        InputError::new("there is no outcome to learn from").remedy(
            "say where it stands: [leads] outcome = { column = \"…\", won = [\"…\"], lost = [\"…\"] }, or an [outcomes] table",
        )
    })?;
    let mut deals = Vec::new();
    for (row, &outcome) in outcomes.iter().enumerate() {
        let created_at = time_of(&table.created_at, row);
        let closed_at = time_of(&table.closed_at, row);
        let closed_by_end = closed_at.zip(until).is_none_or(|(closed, end)| closed < end);
        match settings.lost_after {
            None if outcome == Outcome::Open || !closed_by_end => left_out.add(LeftOut::Open),
            None => deals.push(Deal { row, won: outcome == Outcome::Won, created_at, closed_at }),
            Some(lost_after) => {
                let Some(created) = created_at else {
                    left_out.add(LeftOut::NoCreatedAt);
                    continue;
                };
                let ripe = created.plus(lost_after);
                if until.is_none_or(|end| ripe > end) {
                    left_out.add(LeftOut::NotRipe);
                    continue;
                }
                let won = outcome == Outcome::Won && closed_at.is_none_or(|closed| closed < ripe);
                *late_wins += usize::from(outcome == Outcome::Won && !won);
                let end = if won { closed_at } else { Some(closed_at.map_or(ripe, |closed| closed.min(ripe))) };
                deals.push(Deal { row, won, created_at, closed_at: end });
            }
        }
    }
    Ok(deals)
}

fn open_life(deal: &Deal) -> Option<Span> {
    let life = deal.closed_at?.since(deal.created_at?);
    (life.0 > 0).then_some(life)
}

/// The value below which [`HORIZON_SHARE`] of the spans lie (the lower of the two neighbours).
fn percentile(mut spans: Vec<Span>) -> Option<Span> {
    spans.sort_unstable();
    let rank = ((spans.len() as f64 * HORIZON_SHARE).ceil() as usize).max(1) - 1;
    spans.get(rank).copied()
}

/// The moment at which a deal is looked at, and the weight its open life gives it.
fn moment(
    table: &LeadTable,
    deal: &Deal,
    mode: Mode,
    horizon: Option<Span>,
    seed: u64,
) -> Result<(Option<Instant>, f64), LeftOut> {
    let life = || -> Result<(Instant, Instant, Span), LeftOut> {
        let created = deal.created_at.ok_or(LeftOut::NoCreatedAt)?;
        let closed = deal.closed_at.ok_or(LeftOut::NoClosedAt)?;
        open_life(deal).map(|span| (created, closed, span)).ok_or(LeftOut::NoOpenLife)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asof::MICROS_PER_DAY;

    fn day(d: f64) -> Option<Instant> {
        Some(Instant((d * MICROS_PER_DAY as f64) as i64))
    }

    fn table(lives: &[(f64, f64, Outcome)]) -> LeadTable {
        LeadTable {
            id_name: "id".into(),
            ids: (0..lives.len()).map(|i| format!("L{i}")).collect(),
            columns: vec![],
            created_at: Some(lives.iter().map(|l| day(l.0)).collect()),
            closed_at: Some(lives.iter().map(|l| if l.1.is_nan() { None } else { day(l.1) }).collect()),
            as_of: None,
            outcome: Some(lives.iter().map(|l| l.2).collect()),
            row_weight: None,
            origin: (0..lives.len()).map(|i| (0, i as u64 + 2)).collect(),
            files: vec!["leads.csv".into()],
        }
    }

    fn settings(mode: Option<Mode>) -> SnapshotSettings {
        SnapshotSettings { mode, lost_after: None, until: None, seed: 1 }
    }

    #[test]
    fn random_moments_lie_in_the_open_life_and_weigh_by_it() {
        use Outcome::{Lost, Open, Won};
        let t = table(&[(0.0, 10.0, Won), (0.0, 40.0, Lost), (5.0, 5.0, Lost), (0.0, f64::NAN, Open)]);
        let taken = take(&t, &settings(None)).unwrap();
        assert_eq!(taken.rows, vec![0, 1]);
        assert_eq!(taken.horizon, Some(Span::from_days(10.0)));
        assert_eq!(taken.row_weight, vec![1.0, 1.0]);
        for (at, end) in taken.as_of.unwrap().iter().zip([10.0, 10.0]) {
            assert!(*at >= Instant(0) && *at < day(end).unwrap());
        }
        assert_eq!(taken.left_out, vec![(LeftOut::Open, 1), (LeftOut::NoOpenLife, 1)]);
    }

    #[test]
    fn a_short_life_weighs_less() {
        use Outcome::{Lost, Won};
        let t = table(&[(0.0, 10.0, Lost), (0.0, 40.0, Won)]);
        let taken = take(&t, &settings(None)).unwrap();
        assert_eq!(taken.row_weight, vec![0.25, 1.0]);
    }

    #[test]
    fn with_lost_after_only_ripe_leads_are_labelled_and_late_wins_are_lost() {
        use Outcome::{Open, Won};
        let t = table(&[
            (0.0, 5.0, Won),
            (0.0, 50.0, Won),
            (0.0, f64::NAN, Open),
            (80.0, 85.0, Won),
            (100.0, f64::NAN, Open),
        ]);
        let mut s = settings(Some(Mode::Random { horizon: None }));
        s.lost_after = Some(Span::from_days(30.0));
        let taken = take(&t, &s).unwrap();
        assert_eq!(taken.rows, vec![0, 1, 2]);
        assert_eq!(taken.won, vec![1.0, 0.0, 0.0]);
        assert_eq!(taken.late_wins, 1);
        assert_eq!(taken.left_out, vec![(LeftOut::NotRipe, 2)]);
    }

    #[test]
    fn what_closes_at_or_after_the_end_is_open() {
        use Outcome::{Lost, Won};
        let t = table(&[(0.0, 10.0, Won), (0.0, 20.0, Lost), (0.0, 30.0, Lost)]);
        let mut s = settings(None);
        s.until = day(20.0);
        assert_eq!(take(&t, &s).unwrap().rows, vec![0]);
    }

    #[test]
    fn before_close_never_reaches_before_creation() {
        let t = table(&[(0.0, 3.0, Outcome::Won)]);
        let taken = take(&t, &settings(Some(Mode::BeforeClose(Span::from_days(7.0))))).unwrap();
        assert_eq!(taken.as_of.unwrap(), vec![Instant(0)]);
    }

    #[test]
    fn an_as_of_after_the_close_is_no_moment_of_the_open_life() {
        let mut t = table(&[(0.0, 10.0, Outcome::Won), (0.0, 10.0, Outcome::Lost)]);
        t.as_of = Some(vec![day(10.5), day(40.0)]);
        let taken = take(&t, &settings(None)).unwrap();
        assert_eq!(taken.rows, vec![0]);
        assert_eq!(taken.left_out, vec![(LeftOut::AsOfAfterClose, 1)]);
    }

    #[test]
    fn an_expected_close_of_an_open_lead_does_not_move_the_end_of_training() {
        use Outcome::{Lost, Open, Won};
        let t = table(&[(0.0, 5.0, Won), (0.0, 6.0, Lost), (20.0, 900.0, Open), (20.0, f64::NAN, Open)]);
        let mut s = settings(None);
        s.lost_after = Some(Span::from_days(30.0));
        assert_eq!(take(&t, &s).unwrap().until, day(20.0).map(|t| Instant(t.0 + 1)));
    }

    #[test]
    fn a_mode_without_its_column_says_which() {
        let mut t = table(&[(0.0, 3.0, Outcome::Won)]);
        t.closed_at = None;
        let error = take(&t, &settings(Some(Mode::BeforeClose(Span(0))))).unwrap_err();
        assert!(error.what.contains("`closed_at`"));
    }
}

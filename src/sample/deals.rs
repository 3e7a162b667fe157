//! The life of a lead: created, decided, closed, and what goes on afterwards.
//!
//! A decision falls 10 to 120 days after creation. A won deal is closed that day; a lost one is booked 10 to 80 days
//! later, and the lead does less and less meanwhile. The outcome is drawn from the log-odds at the decision, from who
//! the lead is and what it did until then, so what is known at an earlier moment tells only part of it.

use super::acts::{self, Act, DAY, Habit};
use super::draw::Draw;
use super::effects::{self, WORD_OF_MOUTH, WORD_OF_MOUTH_SHARE};
use super::who::Who;
use super::{AS_OF_SECONDS, Settings};
use crate::logodds::sigmoid;

/// A lead with all that became of it.
#[derive(Debug, Clone)]
pub(super) struct Lead {
    pub(super) id: String,
    pub(super) who: Who,
    pub(super) created: i64,
    /// The moment the outcome was drawn at, in the mode `outcome_at_snapshot`.
    pub(super) snapshot: Option<i64>,
    /// When it was closed and whether it was won; `None` while it is open.
    pub(super) close: Option<(i64, bool)>,
    pub(super) deal_amount: Option<u32>,
    pub(super) acts: Vec<Act>,
    pub(super) log_odds: f64,
    pub(super) word_of_mouth: bool,
}

/// Tracking begins: 2024-11-01.
const LOG_BEGINS: i64 = 1_730_419_200;
/// The company opens for business in earnest: 2025-01-01.
const OPENS: i64 = 1_735_689_600;
/// Share of the closed deals from the slow start before, so that the log begins well before most deals.
const EARLY_SHARE: f64 = 0.05;
/// The log was exported a week after the leads: what happened in between must not count.
pub(super) const EXPORTED: i64 = AS_OF_SECONDS + 7 * DAY;
/// How busy a lead stays between the decision against us and the day it is booked.
const FADED: f64 = 0.4;
/// An open lead is at most this old: the latest decision and the latest booking together.
const OLDEST_OPEN_DAYS: f64 = 200.0;

/// A closed deal on its own stream of draws.
pub(super) fn closed(settings: &Settings, number: usize) -> Lead {
    let mut draw = Draw::new(settings.seed, number as u64);
    let early = draw.chance(EARLY_SHARE);
    loop {
        let (from, to) = if early { (LOG_BEGINS, OPENS) } else { (OPENS, AS_OF_SECONDS) };
        let created = draw.between(from as f64, to as f64) as i64;
        let life = Life::draw(&mut draw, settings, created);
        // Judged by the later of the two possible closes, so that the outcome does not decide who is in the file.
        if life.lost_at < AS_OF_SECONDS {
            return live(&mut draw, settings, number, life);
        }
    }
}

/// A lead still open at the as-of, on its own stream of draws.
pub(super) fn open(settings: &Settings, number: usize) -> Lead {
    let mut draw = Draw::new(settings.seed, number as u64);
    loop {
        let age = draw.between(0.05, OLDEST_OPEN_DAYS);
        let life = Life::draw(&mut draw, settings, AS_OF_SECONDS - (age * DAY as f64) as i64);
        if life.lost_at <= AS_OF_SECONDS {
            continue;
        }
        let mut lead = live(&mut draw, settings, number, life);
        if lead.close.is_some_and(|(at, _)| at > AS_OF_SECONDS) {
            lead.close = None;
            lead.deal_amount = None;
            lead.snapshot = lead.snapshot.map(|_| AS_OF_SECONDS);
            return lead;
        }
    }
}

/// When things happen to a lead, before anything is known of its luck.
struct Life {
    created: i64,
    decided: i64,
    lost_at: i64,
}

impl Life {
    fn draw(draw: &mut Draw, settings: &Settings, created: i64) -> Life {
        let (soonest, latest) = if settings.outcome_at_snapshot { (5.0, 60.0) } else { (10.0, 120.0) };
        let days_to_decision = soonest + (latest - soonest) * draw.unit().powf(1.3);
        let days_to_booking = draw.between(10.0, 80.0);
        let decided = created + (days_to_decision * DAY as f64) as i64;
        Life { created, decided, lost_at: decided + (days_to_booking * DAY as f64) as i64 }
    }
}

fn live(draw: &mut Draw, settings: &Settings, number: usize, life: Life) -> Lead {
    let who = Who::draw(draw, settings.outcome_at_snapshot);
    let comparer = who.compares(draw);
    let habit = Habit::draw(draw, comparer);
    let mut acts = acts::from_creation(draw, habit, life.created, life.decided);
    // Drawn whether it counts or not: switching it off must not shift the draws that follow.
    let word_of_mouth = draw.chance(WORD_OF_MOUTH_SHARE) && settings.hidden_influence();
    let log_odds = if settings.outcome_at_snapshot {
        effects::log_odds_at_snapshot(&who, &acts)
    } else {
        effects::log_odds(&who, &acts) + if word_of_mouth { WORD_OF_MOUTH } else { 0.0 }
    };
    let won = draw.chance(sigmoid(log_odds));
    let amount = draw.log_normal(f64::from(who.budget.unwrap_or(20_000)), 0.3);
    let at_once = won && !settings.outcome_at_snapshot;
    let closed = if at_once { life.decided } else { life.lost_at };
    acts::go_on(draw, habit, FADED, life.decided, closed, &mut acts);
    after_close(draw, closed, won, &mut acts);
    acts.retain(|act| act.at < EXPORTED);
    acts.sort_by_key(|act| act.at);
    Lead {
        id: format!("L-{:05}", number + 1),
        who,
        created: life.created,
        snapshot: settings.outcome_at_snapshot.then_some(life.decided),
        close: Some((closed, won)),
        deal_amount: won.then_some((amount / 100.0).round() as u32 * 100),
        acts,
        log_odds,
        word_of_mouth,
    }
}

/// Customers come back with questions; some of the lost go on reading. A model that sees this looks brilliant.
fn after_close(draw: &mut Draw, closed: i64, won: bool, acts: &mut Vec<Act>) {
    let end = closed + 60 * DAY;
    if won {
        acts::scatter(draw, "support_ticket", 1.5, closed, end, acts);
        acts::scatter(draw, "site_visit", 1.5, closed, end, acts);
    } else {
        acts::scatter(draw, "email_open", 0.7, closed, end, acts);
    }
}

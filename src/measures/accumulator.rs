//! The state one request keeps of every lead, and what it comes to.

use super::at_once::AtOnce;
use super::recent::{Recent, Tally};
use super::request::Amount;
use super::seen_acts::{SeenAct, SeenActs};
use crate::asof::{Instant, Span};
use crate::decay::Decay;

/// No instant: earlier than any.
pub(super) const NONE_BEFORE: i64 = i64::MIN;
const NONE_AFTER: i64 = i64::MAX;

/// Running state of one request.
#[derive(Debug)]
pub(super) enum Accumulator {
    /// Occurrences and the newest of them; enough for sums without decay, as a cap on the number needs no instants.
    Counted(Vec<Counted>),
    /// Decayed sums in which every occurrence counts.
    Running { decay: Decay, leads: Vec<Running> },
    /// Decayed sums over the newest few.
    Recent { decay: Decay, recent: Recent },
    /// The same where all acts come in one go, lead by lead.
    AtOnce(AtOnce),
    /// The first instant.
    First(Vec<i64>),
    /// The newest two rows, newest first.
    Gap(Vec<[i64; 2]>),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    newest: i64,
    occurrences: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    counted: Counted,
    amount: f64,
}

const NOTHING: Counted = Counted { newest: NONE_BEFORE, occurrences: 0 };

/// The answers to one request, `(n_leads,)` each.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub numbers: Vec<f64>,
    /// `None` where `numbers` are the occurrences.
    pub occurrences: Option<Vec<u32>>,
    pub newest: Vec<i64>,
    /// Whether a log or a counter could tell; where not, nothing is known and no rule may fire.
    pub known: bool,
}

impl Answer {
    /// Of so many leads without any act.
    pub(super) fn of_nothing(n_leads: usize) -> Answer {
        Answer {
            numbers: vec![0.0; n_leads],
            occurrences: Some(vec![0; n_leads]),
            newest: vec![NONE_BEFORE; n_leads],
            known: false,
        }
    }

    /// The answers of shard after shard as one.
    pub(super) fn joined(parts: Vec<Answer>, known: bool) -> Answer {
        let mut parts = parts;
        if parts.len() == 1 {
            return Answer { known, ..parts.remove(0) };
        }
        let n_leads = parts.iter().map(|part| part.newest.len()).sum();
        let mut whole =
            Answer { numbers: Vec::with_capacity(n_leads), newest: Vec::with_capacity(n_leads), ..Answer::default() };
        whole.known = known;
        for part in parts {
            whole.numbers.extend(part.numbers);
            whole.newest.extend(part.newest);
            if let Some(occurrences) = part.occurrences {
                whole.occurrences.get_or_insert_with(|| Vec::with_capacity(n_leads)).extend(occurrences);
            }
        }
        whole
    }
}

impl Accumulator {
    /// State for acts that come in one go, lead by lead; `shared` is the decay whose factors come with them.
    pub(super) fn at_once(amount: &Amount, n_leads: usize, shared: Option<&Decay>) -> Accumulator {
        match amount {
            Amount::Sum { decay, max_count: Some(max_count), .. } if *decay != Decay::None => {
                Accumulator::AtOnce(AtOnce::new(n_leads, *max_count, decay, shared))
            }
            _ => Accumulator::new(amount, n_leads),
        }
    }

    /// State for acts in any order.
    pub(super) fn new(amount: &Amount, n_leads: usize) -> Accumulator {
        match amount {
            Amount::Sum { decay: Decay::None, .. } | Amount::Count { .. } | Amount::Newest => {
                Accumulator::Counted(vec![NOTHING; n_leads])
            }
            Amount::Sum { decay, max_count: None, .. } => {
                let nothing = Running { counted: NOTHING, amount: 0.0 };
                Accumulator::Running { decay: decay.clone(), leads: vec![nothing; n_leads] }
            }
            Amount::Sum { decay, max_count: Some(max_count), .. } => {
                Accumulator::Recent { decay: decay.clone(), recent: Recent::new(n_leads, *max_count) }
            }
            Amount::First => Accumulator::First(vec![NONE_AFTER; n_leads]),
            Amount::Gap => Accumulator::Gap(vec![[NONE_BEFORE; 2]; n_leads]),
        }
    }

    /// Adds a row of `count` ≥ 1 occurrences at `at`, which lies in the request's window before `as_of`; `factor` is that of
    /// the shared decay.
    #[inline]
    pub(super) fn add(&mut self, lead: usize, at: Instant, as_of: Instant, count: u64, factor: f64) {
        match self {
            Accumulator::Counted(leads) => leads[lead].add(at, count),
            Accumulator::Running { decay, leads } => {
                leads[lead].counted.add(at, count);
                leads[lead].amount += decay.factor(as_of.since(at)) * count as f64;
            }
            Accumulator::Recent { recent, .. } => recent.push(lead, at, as_of, count),
            Accumulator::AtOnce(newest) => newest.push(lead, at, as_of, count, factor),
            Accumulator::First(first) => first[lead] = first[lead].min(at.0),
            Accumulator::Gap(newest) => {
                let [first, second] = newest[lead];
                newest[lead] = if at.0 >= first { [at.0, first] } else { [first, second.max(at.0)] };
            }
        }
    }

    /// Adds the acts of one kind that lie in the request's window.
    pub(super) fn add_kind(&mut self, acts: &SeenActs, within: Option<Span>) {
        if let Accumulator::AtOnce(newest) = self {
            return newest.take_kind(acts, within);
        }
        for SeenAct { lead, at, age, factor } in acts.iter() {
            if within.is_none_or(|within| age <= within) {
                self.add(lead, at, at.plus(age), 1, factor);
            }
        }
    }

    /// The answers; `untimed` are occurrences at no known time, to be added.
    pub(super) fn finish(self, amount: &Amount, untimed: Option<&[f64]>, as_of: &[Instant]) -> Answer {
        match self {
            Accumulator::Counted(leads) => counted_answer(&leads, amount, untimed),
            Accumulator::Running { leads, .. } => Answer {
                numbers: leads.iter().map(|lead| lead.amount).collect(),
                occurrences: Some(leads.iter().map(|lead| saturated(lead.counted.occurrences)).collect()),
                newest: leads.iter().map(|lead| lead.counted.newest).collect(),
                known: false,
            },
            Accumulator::Recent { decay, recent } => recent_answer(recent, &decay, as_of),
            Accumulator::AtOnce(newest) => newest.finish(),
            Accumulator::First(first) => Answer {
                numbers: vec![f64::NAN; first.len()],
                newest: first.iter().map(|at| if *at == NONE_AFTER { NONE_BEFORE } else { *at }).collect(),
                ..Answer::default()
            },
            Accumulator::Gap(newest) => Answer {
                numbers: newest.iter().map(|[first, second]| gap_days(*first, *second)).collect(),
                newest: newest.iter().map(|[first, _]| *first).collect(),
                ..Answer::default()
            },
        }
    }
}

impl Counted {
    fn add(&mut self, at: Instant, count: u64) {
        self.newest = self.newest.max(at.0);
        self.occurrences += count;
    }
}

fn counted_answer(leads: &[Counted], amount: &Amount, untimed: Option<&[f64]>) -> Answer {
    let cap = match amount {
        Amount::Sum { max_count: Some(max_count), .. } => *max_count as f64,
        _ => f64::INFINITY,
    };
    let with_untimed = |lead: usize| leads[lead].occurrences as f64 + untimed.map_or(0.0, |counts| counts[lead]);
    Answer {
        numbers: (0..leads.len()).map(|lead| with_untimed(lead).min(cap)).collect(),
        newest: leads.iter().map(|lead| lead.newest).collect(),
        ..Answer::default()
    }
}

fn recent_answer(recent: Recent, decay: &Decay, as_of: &[Instant]) -> Answer {
    let tallies = recent.finish(decay);
    let newest = |(tally, as_of): (&Tally, &Instant)| tally.newest_age.map_or(NONE_BEFORE, |age| as_of.minus(age).0);
    Answer {
        numbers: tallies.iter().map(|tally| tally.amount).collect(),
        occurrences: Some(tallies.iter().map(|tally| saturated(tally.occurrences)).collect()),
        newest: tallies.iter().zip(as_of).map(newest).collect(),
        known: false,
    }
}

fn gap_days(newest: i64, second: i64) -> f64 {
    if second == NONE_BEFORE { f64::NAN } else { Span(newest.saturating_sub(second)).days() }
}

fn saturated(occurrences: u64) -> u32 {
    u32::try_from(occurrences).unwrap_or(u32::MAX)
}

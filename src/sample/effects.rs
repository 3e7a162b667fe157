//! The truth: what makes a deal of the sample company more or less likely, as log-odds.
//!
//! The same constants drive the draw of the outcomes and the table that `demo` prints, so the two cannot part.
//!
//! log-odds = intercept + source + industry + country + title + email + employees + budget + completion
//!          + Σ_kind effect · log₂(1 + number of acts) + private inquiry + word of mouth
//!
//! In the mode `outcome_at_snapshot` the log-odds are linear in plain columns instead:
//! intercept + source + industry + employees + budget + Σ_kind effect · number of acts.

use super::acts::{Act, PRICE_VIEW};
use super::who::{Email, Who};

/// One true effect: what a lead's log-odds of winning gain.
#[derive(Debug, Clone, PartialEq)]
pub struct TrueEffect {
    /// The column, or the kind of act; `intercept` for the constant.
    pub term: String,
    /// The value of the column it stands for; empty for numbers and acts.
    pub level: String,
    /// The effect in log-odds.
    pub log_odds: f64,
    /// Per what: `yes/no`, `act`, `doubling of 1 + acts`, …
    pub per: &'static str,
}

/// A value of a category: how often it is drawn and what it is worth in truth.
pub(super) struct Level {
    pub(super) name: &'static str,
    pub(super) share: f64,
    pub(super) log_odds: f64,
}

const fn level(name: &'static str, share: f64, log_odds: f64) -> Level {
    Level { name, share, log_odds }
}

/// Where leads come from.
pub(super) const SOURCE: [Level; 7] = [
    level("organic search", 0.25, 0.0),
    level("paid search", 0.22, -0.5),
    level("event", 0.15, 0.3),
    level("social", 0.12, -0.4),
    level("bought list", 0.10, -1.2),
    level("partner", 0.08, 0.8),
    level("referral", 0.08, 1.2),
];

/// What their companies do.
pub(super) const INDUSTRY: [Level; 8] = [
    level("Manufacturing", 0.22, 0.6),
    level("Software", 0.18, 0.0),
    level("Logistics", 0.14, 0.3),
    level("Retail", 0.14, -0.3),
    level("Finance", 0.10, 0.0),
    level("Healthcare", 0.09, 0.2),
    level("Education", 0.08, -1.0),
    level("Public sector", 0.05, -0.6),
];

/// Where they are.
pub(super) const COUNTRY: [Level; 7] = [
    level("United States", 0.28, -0.2),
    level("Japan", 0.18, 0.4),
    level("United Kingdom", 0.14, 0.0),
    level("Germany", 0.14, 0.1),
    level("Romania", 0.14, 0.4),
    level("Singapore", 0.06, 0.0),
    level("Brazil", 0.06, -0.4),
];

/// What the contact does there. The scorecard's favourites, the decision makers, are worth nothing extra.
pub(super) const TITLE: [Level; 8] = [
    level("decision maker", 0.22, 0.0),
    level("manager", 0.30, 0.6),
    level("specialist", 0.22, 0.1),
    level("assistant", 0.08, -0.3),
    level("researcher", 0.07, -0.9),
    level("student", 0.05, -1.5),
    level("retired or unemployed", 0.02, -1.5),
    level("(missing)", 0.04, -0.2),
];

const INTERCEPT: f64 = -4.4;
const FREE_EMAIL: f64 = -0.6;
const RIVAL_EMAIL: f64 = -2.5;
const SIZE_PEAK: f64 = 1.6;
const SIZE_PEAK_AT: f64 = 50.0;
const SIZE_WIDTH: f64 = 0.9;
/// About what a known size is worth on average, so that not knowing it says nothing.
const SIZE_MISSING: f64 = 0.7;
const BUDGET_PER_DOUBLING: f64 = 0.15;
const BUDGET_MIDDLE: f64 = 20_000.0;
const COMPLETION_PER_100_DAYS: f64 = -0.3;
const COMPLETION_MIDDLE_DAYS: f64 = 200.0;
const PRIVATE_INQUIRY: f64 = -1.0;

/// The hidden offline influence: no column and no act shows it.
pub(super) const WORD_OF_MOUTH: f64 = 3.0;
/// How many leads it reaches.
pub(super) const WORD_OF_MOUTH_SHARE: f64 = 0.15;

/// Per doubling of 1 + the number of acts: the first act counts most.
const ACTS: [(&str, f64); 9] = [
    ("email_open", 0.0),
    ("link_click", 0.2),
    ("site_visit", 0.2),
    ("price or comparison page", 0.2),
    ("download", 0.4),
    ("inquiry", 1.8),
    ("webinar", 0.9),
    ("newsletter_signup", -0.7),
    ("unsubscribe", -0.8),
];

const SNAPSHOT_INTERCEPT: f64 = -2.3;
const SNAPSHOT_PER_EMPLOYEE: f64 = 0.002;
const SNAPSHOT_PER_BUDGET: f64 = 1e-5;
/// Per act, in the mode `outcome_at_snapshot`; kinds not named have no effect.
const SNAPSHOT_ACTS: [(&str, f64); 5] =
    [("download", 0.15), ("inquiry", 0.8), ("page_view", 0.04), ("unsubscribe", -0.8), ("webinar", 0.5)];

/// log-odds of winning for a lead that is `who` and did `acts`, without word of mouth.
pub(super) fn log_odds(who: &Who, acts: &[Act]) -> f64 {
    let acted: f64 = ACTS.iter().map(|(kind, effect)| effect * (1.0 + count(acts, kind)).log2()).sum();
    let private_inquiry = who.email == Email::Free && count(acts, "inquiry") > 0.0;
    INTERCEPT
        + SOURCE[who.source].log_odds
        + INDUSTRY[who.industry].log_odds
        + COUNTRY[who.country].log_odds
        + TITLE[who.title].log_odds
        + email_effect(who.email)
        + who.employees.map_or(SIZE_MISSING, size_effect)
        + who.budget.map_or(0.0, |b| BUDGET_PER_DOUBLING * (f64::from(b) / BUDGET_MIDDLE).log2())
        + who.completion_days.map_or(0.0, |d| COMPLETION_PER_100_DAYS * (d - COMPLETION_MIDDLE_DAYS) / 100.0)
        + acted
        + if private_inquiry { PRIVATE_INQUIRY } else { 0.0 }
}

/// log-odds of winning in the mode `outcome_at_snapshot`.
pub(super) fn log_odds_at_snapshot(who: &Who, acts: &[Act]) -> f64 {
    let acted: f64 = SNAPSHOT_ACTS.iter().map(|(kind, effect)| effect * count(acts, kind)).sum();
    SNAPSHOT_INTERCEPT
        + SOURCE[who.source].log_odds
        + INDUSTRY[who.industry].log_odds
        + who.employees.map_or(0.0, |n| SNAPSHOT_PER_EMPLOYEE * f64::from(n))
        + who.budget.map_or(0.0, |b| SNAPSHOT_PER_BUDGET * f64::from(b))
        + acted
}

fn email_effect(email: Email) -> f64 {
    match email {
        Email::Business | Email::Missing => 0.0,
        Email::Free => FREE_EMAIL,
        Email::Rival => RIVAL_EMAIL,
    }
}

/// A smooth hump over the logarithm of the size.
fn size_effect(employees: u32) -> f64 {
    let distance = (f64::from(employees) / SIZE_PEAK_AT).ln() / SIZE_WIDTH;
    SIZE_PEAK * (-0.5 * distance * distance).exp()
}

fn count(acts: &[Act], kind: &str) -> f64 {
    acts.iter().filter(|act| act.is(kind)).count() as f64
}

/// The effects that made the outcomes, in the order they enter.
pub(super) fn true_effects(word_of_mouth: bool, outcome_at_snapshot: bool) -> Vec<TrueEffect> {
    if outcome_at_snapshot { effects_at_snapshot() } else { effects_over_life(word_of_mouth) }
}

fn effects_at_snapshot() -> Vec<TrueEffect> {
    let mut effects = vec![effect("intercept", "", SNAPSHOT_INTERCEPT, "lead")];
    effects.extend(levels("source", &SOURCE));
    effects.extend(levels("industry", &INDUSTRY));
    effects.push(effect("employees", "", SNAPSHOT_PER_EMPLOYEE, "employee"));
    effects.push(effect("budget", "", SNAPSHOT_PER_BUDGET, "unit of budget"));
    effects.extend(SNAPSHOT_ACTS.iter().map(|(kind, log_odds)| effect(kind, "", *log_odds, "act")));
    effects
}

fn effects_over_life(word_of_mouth: bool) -> Vec<TrueEffect> {
    let mut effects = vec![effect("intercept", "", INTERCEPT, "lead")];
    for (column, values) in
        [("source", &SOURCE[..]), ("industry", &INDUSTRY), ("country", &COUNTRY), ("job_title", &TITLE)]
    {
        effects.extend(levels(column, values));
    }
    effects.push(effect("email", "free", FREE_EMAIL, "yes/no"));
    effects.push(effect("email", "rival.example", RIVAL_EMAIL, "yes/no"));
    effects.push(effect("employees", "", SIZE_PEAK, "hump exp(-(ln(n / 50) / 0.9)^2 / 2)"));
    effects.push(effect("employees", "(missing)", SIZE_MISSING, "yes/no"));
    effects.push(effect("budget", "", BUDGET_PER_DOUBLING, "doubling of budget / 20000"));
    effects.push(effect("expected_completion", "", COMPLETION_PER_100_DAYS, "100 days later after creation"));
    for (kind, log_odds) in ACTS {
        effects.push(effect(
            if kind == PRICE_VIEW { "page_view" } else { kind },
            if kind == PRICE_VIEW { "/pricing or /compare" } else { "" },
            log_odds,
            "doubling of 1 + acts",
        ));
    }
    effects.push(effect("inquiry × email", "free", PRIVATE_INQUIRY, "yes/no"));
    if word_of_mouth {
        effects.push(effect("word of mouth", "(hidden)", WORD_OF_MOUTH, "yes/no"));
    }
    effects
}

fn levels(column: &str, values: &[Level]) -> Vec<TrueEffect> {
    values.iter().map(|value| effect(column, value.name, value.log_odds, "yes/no")).collect()
}

fn effect(term: &str, level: &str, log_odds: f64, per: &'static str) -> TrueEffect {
    TrueEffect { term: term.to_string(), level: level.to_string(), log_odds, per }
}

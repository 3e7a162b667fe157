//! What leads do, and when: a burst soon after they appear, then a steady trickle, each kind at its own pace.

use super::draw::Draw;

/// Seconds in one day.
pub(super) const DAY: i64 = 86_400;

/// The name under which [`Act::is`] finds views of the price and comparison pages only.
pub(super) const PRICE_VIEW: &str = "price or comparison page";

/// One row of the activity log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Act {
    /// Seconds since the epoch.
    pub(super) at: i64,
    pub(super) kind: &'static str,
    /// The page or the document; empty for kinds without one.
    pub(super) page: &'static str,
}

impl Act {
    /// Whether the act is of this kind; [`PRICE_VIEW`] names the two pages about money.
    pub(super) fn is(&self, kind: &str) -> bool {
        if kind == PRICE_VIEW { PRICE_PAGES.contains(&self.page) } else { self.kind == kind }
    }
}

const PRICE_PAGES: [&str; 2] = ["/pricing", "/compare"];
const OTHER_PAGES: [&str; 6] = ["/product", "/product", "/blog", "/cases", "/about", "/careers"];
const DOCUMENTS: [&str; 3] = ["white paper", "data sheet", "checklist"];

/// How often a kind happens.
struct Pace {
    kind: &'static str,
    pages: &'static [&'static str],
    /// Expected acts in the burst after creation, for a lead of average interest.
    burst: f64,
    /// Expected acts a day from then on.
    per_day: f64,
    /// The factor for those who compare for a living: students, researchers, competitors.
    comparer: f64,
    /// Happens once at most.
    once: bool,
}

const fn pace(
    kind: &'static str,
    pages: &'static [&'static str],
    (burst, per_day): (f64, f64),
    comparer: f64,
    once: bool,
) -> Pace {
    Pace { kind, pages, burst, per_day, comparer, once }
}

const PACES: [Pace; 10] = [
    pace("email_open", &[""], (0.8, 0.035), 1.0, false),
    pace("link_click", &[""], (0.25, 0.009), 1.0, false),
    pace("site_visit", &[""], (0.9, 0.02), 1.5, false),
    pace("page_view", &PRICE_PAGES, (0.4, 0.010), 5.0, false),
    pace("page_view", &OTHER_PAGES, (0.8, 0.02), 1.5, false),
    pace("download", &DOCUMENTS, (0.25, 0.004), 1.5, false),
    pace("inquiry", &["contact form"], (0.20, 0.0015), 0.3, false),
    pace("webinar", &[""], (0.20, 0.004), 0.7, false),
    pace("newsletter_signup", &[""], (0.16, 0.001), 2.0, true),
    pace("unsubscribe", &[""], (0.0, 0.0015), 1.0, true),
];

/// Our own mails go out whatever the lead's interest.
const EMAIL_SENT: Pace = pace("email_sent", &[""], (1.2, 0.045), 1.0, false);

/// The burst fades with this mean, in days.
const BURST_DAYS: f64 = 4.0;

/// How keen a lead is on everything, and whether it is one of those who only compare.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habit {
    /// Factor on all its own acts; 1 on average.
    pub(super) interest: f64,
    pub(super) comparer: bool,
}

/// Spread of the interest between leads (standard deviation of its logarithm).
const INTEREST_SD: f64 = 0.6;

impl Habit {
    /// Draws a lead's habit.
    pub(super) fn draw(draw: &mut Draw, comparer: bool) -> Habit {
        // The median that makes the mean 1.
        let median = (-0.5 * INTEREST_SD * INTEREST_SD).exp();
        Habit { interest: draw.log_normal(median, INTEREST_SD), comparer }
    }
}

/// The acts of a lead created at `created`, up to `end`: burst and trickle.
pub(super) fn from_creation(draw: &mut Draw, habit: Habit, created: i64, end: i64) -> Vec<Act> {
    let mut acts = Vec::new();
    for pace in PACES.iter().chain([&EMAIL_SENT]) {
        let factor = factor(pace, habit);
        for _ in 0..draw.poisson(pace.burst * factor) {
            let at = created + 60 + (draw.exponential(BURST_DAYS) * DAY as f64) as i64;
            acts.push(Act { at, kind: pace.kind, page: draw.one_of(pace.pages) });
        }
        trickle(draw, pace, factor, created, end, &mut acts);
    }
    acts.retain(|act| act.at < end);
    acts.sort_by_key(|act| act.at);
    keep_the_first_where_once(&mut acts);
    acts
}

/// Adds what happens from `start` to `end` at `share` of the steady pace, nothing of the kinds that happen once.
pub(super) fn go_on(draw: &mut Draw, habit: Habit, share: f64, start: i64, end: i64, acts: &mut Vec<Act>) {
    for pace in PACES.iter().filter(|pace| !pace.once).chain([&EMAIL_SENT]) {
        trickle(draw, pace, share * factor(pace, habit), start, end, acts);
    }
}

/// Adds a Poisson number of acts of one kind, with mean `mean`, spread over `start` to `end`.
pub(super) fn scatter(draw: &mut Draw, kind: &'static str, mean: f64, start: i64, end: i64, acts: &mut Vec<Act>) {
    for _ in 0..draw.poisson(mean) {
        acts.push(Act { at: draw.between(start as f64, end as f64) as i64, kind, page: "" });
    }
}

fn factor(pace: &Pace, habit: Habit) -> f64 {
    let ours = pace.kind == EMAIL_SENT.kind;
    (if ours { 1.0 } else { habit.interest }) * if habit.comparer { pace.comparer } else { 1.0 }
}

fn trickle(draw: &mut Draw, pace: &Pace, factor: f64, start: i64, end: i64, acts: &mut Vec<Act>) {
    let days = (end - start).max(0) as f64 / DAY as f64;
    for _ in 0..draw.poisson(pace.per_day * factor * days) {
        let at = start + 60 + (draw.unit() * days * DAY as f64) as i64;
        acts.push(Act { at: at.min(end - 1), kind: pace.kind, page: draw.one_of(pace.pages) });
    }
}

fn keep_the_first_where_once(acts: &mut Vec<Act>) {
    for pace in PACES.iter().filter(|pace| pace.once) {
        let mut met = false;
        acts.retain(|act| act.kind != pace.kind || !std::mem::replace(&mut met, true));
    }
}

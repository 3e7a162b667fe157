//! A bar on a terminal while work goes on: what is done, how far, how fast, how much longer.

use super::terminal::plural;
use crate::watch::{Follower, Onlooker, Stage};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// A command that ends sooner shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// A stage that ends sooner shows none either: nobody could read it.
const GLANCE: Duration = Duration::from_millis(400);
/// Time between two drawings.
const PAUSE: Duration = Duration::from_millis(100);
/// From so large a share on the time that is left can be told.
const ENOUGH_TO_TELL: f64 = 0.02;
/// Characters of the bar, and of that on a terminal of fewer columns than are wide.
const WIDTH: usize = 24;
const NARROW: usize = 10;
const WIDE: usize = 100;
/// Back to the beginning of the line, and the line cleared.
const CLEAR: &str = "\r\x1b[2K";

/// A terminal on which bars are drawn, the newest stage's at a time.
#[derive(Clone)]
pub(super) struct Bars(Arc<Mutex<Shown>>);

struct Shown {
    width: usize,
    began: Instant,
    /// The stages under way by their numbers, the newest last.
    stages: Vec<(usize, Standing)>,
    n_begun: usize,
    is_drawn: bool,
}

/// How a stage stands.
struct Standing {
    what: String,
    unit: &'static str,
    began: Instant,
    /// How much was done when it was last told.
    done: usize,
    share: f64,
    told: Instant,
}

impl Bars {
    /// Bars on a terminal of so many columns, of a command that begins now.
    pub(super) fn new(width: usize) -> Bars {
        let shown = Shown { width, began: Instant::now(), stages: Vec::new(), n_begun: 0, is_drawn: false };
        let bars = Bars(Arc::new(Mutex::new(shown)));
        let drawn = Arc::downgrade(&bars.0);
        // Not when something is told: the time that is left runs on meanwhile.
        thread::spawn(move || draw_until_gone(&drawn));
        bars
    }

    /// A stage of which nobody knows how much it is in all; it ends when the bar is dropped.
    pub(super) fn begin(&self, what: impl Into<String>, unit: &'static str) -> Bar {
        let now = Instant::now();
        let standing = Standing { what: what.into(), unit, began: now, done: 0, share: 0.0, told: now };
        let mut shown = lock(&self.0);
        shown.n_begun += 1;
        let number = shown.n_begun;
        shown.stages.push((number, standing));
        Bar { bars: self.clone(), number }
    }

    /// Takes the bar off the screen until it is drawn again, and keeps it off while `write` writes.
    pub(super) fn make_way<T>(&self, write: impl FnOnce() -> T) -> T {
        let mut shown = lock(&self.0);
        shown.clear();
        write()
    }

    /// Takes the bar off the screen for good; at once, so not where somebody writes, for then there is none.
    pub(super) fn leave(&self) {
        if let Ok(mut shown) = self.0.try_lock() {
            shown.clear();
            std::mem::forget(shown);
        }
    }
}

impl Onlooker for Bars {
    fn begin(&self, stage: Stage) -> Box<dyn Follower> {
        Box::new(Counted { bar: Bars::begin(self, stage.what, stage.unit), amount: stage.amount })
    }
}

/// The bar of one stage; taken off the screen when it is dropped.
pub(super) struct Bar {
    bars: Bars,
    number: usize,
}

impl Bar {
    /// So much is done, and that is so large a share of the stage.
    pub(super) fn come_to(&self, done: usize, share: f64) {
        let mut shown = lock(&self.bars.0);
        if let Some((_, standing)) = shown.stages.iter_mut().find(|(number, _)| *number == self.number) {
            (standing.done, standing.share, standing.told) = (done, share.clamp(0.0, 1.0), Instant::now());
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        let mut shown = lock(&self.bars.0);
        shown.clear();
        shown.stages.retain(|(number, _)| *number != self.number);
    }
}

/// The bar of a stage that takes a known amount.
struct Counted {
    bar: Bar,
    amount: usize,
}

impl Follower for Counted {
    fn come_to(&mut self, share: f64) {
        self.bar.come_to((share * self.amount as f64) as usize, share);
    }
}

/// Draws now and then, until the terminal is no longer there.
fn draw_until_gone(drawn: &Weak<Mutex<Shown>>) {
    loop {
        thread::sleep(PAUSE);
        let Some(shown) = drawn.upgrade() else { return };
        lock(&shown).draw(Instant::now());
    }
}

/// What a panic left behind is still no reason to leave a bar on the screen.
fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shown {
    fn draw(&mut self, now: Instant) {
        let Some((_, standing)) = self.stages.last() else { return };
        if now - self.began < PATIENCE || now - standing.began < GLANCE {
            return;
        }
        to_screen(&format!("{CLEAR}{}", standing.line(now - standing.began, self.width)));
        self.is_drawn = true;
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_drawn) {
            to_screen(CLEAR);
        }
    }
}

fn to_screen(text: &str) {
    let mut screen = std::io::stderr().lock();
    // Nobody is there to be told that the screen is gone.
    let _ = screen.write_all(text.as_bytes()).and_then(|()| screen.flush());
}

impl Standing {
    /// `reading activities [######          ] 25 %, 2,500,000 rows a second, 6 seconds left`, as far as it fits into so many
    /// columns; where nobody knows how far it has come, for how long: `reading leads: 3 seconds so far`.
    fn line(&self, elapsed: Duration, width: usize) -> String {
        // In its last column a terminal may begin a new line.
        let room = width.saturating_sub(1);
        if self.share == 0.0 {
            let so_far = format!("{}: {} so far", self.what, lasting(elapsed.as_secs().max(1) as usize));
            return so_far.chars().take(room).collect();
        }
        let bar = bar(self.share, if width < WIDE { NARROW } else { WIDTH });
        let share = format!("{} {bar} {:.0} %", self.what, (100.0 * self.share).floor());
        let (rate, left) = (self.rate(), self.left(elapsed));
        let lines = [format!("{share}{rate}{left}"), format!("{share}{left}"), self.what.clone()];
        lines.into_iter().find(|line| line.chars().count() <= room).unwrap_or_default()
    }

    fn rate(&self) -> String {
        let a_second = self.done as f64 / (self.told - self.began).as_secs_f64().max(1e-3);
        match a_second as usize {
            0 => String::new(),
            rate => format!(", {} a second", plural(rate, self.unit)),
        }
    }

    fn left(&self, elapsed: Duration) -> String {
        if self.share < ENOUGH_TO_TELL {
            return String::new();
        }
        let whole = (self.told - self.began).as_secs_f64() / self.share;
        let seconds = (whole - elapsed.as_secs_f64()).ceil().max(1.0) as usize;
        format!(", {} left", lasting(seconds))
    }
}

fn bar(share: f64, width: usize) -> String {
    let full = (share * width as f64) as usize;
    format!("[{}{}]", "#".repeat(full), " ".repeat(width - full))
}

/// `80 seconds`, `2 minutes`.
fn lasting(seconds: usize) -> String {
    if seconds > 90 { plural(seconds.div_ceil(60), "minute") } else { plural(seconds, "second") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(done: usize, share: f64, seconds: u64) -> Standing {
        let began = Instant::now();
        let told = began + Duration::from_secs(seconds);
        Standing { what: "reading activities".to_string(), unit: "row", began, done, share, told }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_quarter_done_in_two_seconds_takes_six_more() {
        let line = standing(5_000_000, 0.25, 2).line(2 * SECOND, 120);
        assert_eq!(line, "reading activities [######                  ] 25 %, 2,500,000 rows a second, 6 seconds left");
        let narrow = standing(5_000_000, 0.25, 2).line(2 * SECOND, 80);
        assert_eq!(narrow, "reading activities [##        ] 25 %, 2,500,000 rows a second, 6 seconds left");
        let narrower = standing(5_000_000, 0.25, 2).line(2 * SECOND, 60);
        assert_eq!(narrower, "reading activities [##        ] 25 %, 6 seconds left");
    }

    #[test]
    fn before_anybody_knows_how_far_it_is_told_how_long() {
        assert_eq!(standing(0, 0.0, 0).line(2 * SECOND, 80), "reading activities: 2 seconds so far");
        assert_eq!(standing(0, 0.0, 0).line(200 * SECOND, 80), "reading activities: 4 minutes so far");
    }

    #[test]
    fn time_runs_on_while_nothing_is_told() {
        assert!(standing(50, 0.25, 2).line(4 * SECOND, 80).ends_with("4 seconds left"));
        assert!(standing(50, 0.25, 2).line(20 * SECOND, 80).ends_with("1 second left"));
        assert!(standing(50, 0.25, 60).line(60 * SECOND, 80).ends_with("3 minutes left"));
    }

    #[test]
    fn the_line_never_fills_the_terminal() {
        for width in 0..120 {
            let line = standing(5_000_000, 0.999, 2).line(2 * SECOND, width);
            assert!(line.chars().count() < width.max(1), "{width}: {line}");
            assert!(width < 20 || line.starts_with("reading activities"), "{width}: {line}");
        }
    }

    #[test]
    fn all_is_said_only_when_all_is_done() {
        assert!(standing(50, 0.999, 2).line(2 * SECOND, 80).contains("] 99 %"));
        assert!(standing(50, 1.0, 2).line(2 * SECOND, 80).contains("#] 100 %"));
    }

    #[test]
    fn the_newest_stage_is_shown_until_it_ends() {
        let bars = Bars::new(80);
        let shown = |bars: &Bars| lock(&bars.0).stages.last().map(|(_, standing)| standing.what.clone());
        let outer = bars.begin("outer", "row");
        let inner = Onlooker::begin(&bars, Stage::new("inner", "deal", 10));
        assert_eq!(shown(&bars).as_deref(), Some("inner"));
        drop(inner);
        outer.come_to(5, 0.5);
        assert_eq!(shown(&bars).as_deref(), Some("outer"));
        drop(outer);
        assert_eq!(shown(&bars), None);
    }
}

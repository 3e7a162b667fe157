//! A bar on a terminal while the activity log is read: how far, how fast, how much longer.

use super::terminal::{count, plural};
use crate::io::LogProgress;
use std::io::Write;
use std::time::{Duration, Instant};

/// Work that ends sooner is shown no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two drawings.
const PAUSE: Duration = Duration::from_millis(100);
/// Characters of the bar.
const WIDTH: usize = 24;
/// Back to the beginning of the line, and the line cleared.
const CLEAR: &str = "\r\x1b[2K";

/// The bar; taken off the screen when it is dropped.
pub(super) struct ProgressBar {
    began: Instant,
    drawn: Option<Instant>,
}

impl ProgressBar {
    /// A bar for work that begins now.
    pub(super) fn new() -> ProgressBar {
        ProgressBar { began: Instant::now(), drawn: None }
    }

    /// Draws how far the work has come, when it has gone on for a while.
    pub(super) fn show(&mut self, progress: LogProgress) {
        let elapsed = self.began.elapsed();
        if elapsed < PATIENCE || self.drawn.is_some_and(|drawn| drawn.elapsed() < PAUSE) {
            return;
        }
        self.drawn = Some(Instant::now());
        draw(&format!("{CLEAR}{}", line(progress, elapsed)));
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            draw(CLEAR);
        }
    }
}

fn draw(text: &str) {
    let mut screen = std::io::stderr().lock();
    // Nobody is there to be told that the screen is gone.
    let _ = screen.write_all(text.as_bytes()).and_then(|()| screen.flush());
}

/// `reading activities [######          ] 25 %, 5,000,000 rows, 2,500,000 a second, 6 seconds left`.
fn line(progress: LogProgress, elapsed: Duration) -> String {
    let share = progress.share.clamp(0.0, 1.0);
    let full = (share * WIDTH as f64) as usize;
    let bar = format!("{}{}", "#".repeat(full), " ".repeat(WIDTH - full));
    let rate = progress.rows as f64 / elapsed.as_secs_f64().max(1e-3);
    let left = if share > 0.0 {
        let seconds = (elapsed.as_secs_f64() * (1.0 - share) / share).ceil() as usize;
        format!(", {} left", plural(seconds, "second"))
    } else {
        String::new()
    };
    let (percent, rows, rate) = (100.0 * share, count(progress.rows as usize), count(rate as usize));
    format!("reading activities [{bar}] {percent:.0} %, {rows} rows, {rate} a second{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_done_in_two_seconds_takes_six_more() {
        assert_eq!(
            line(LogProgress { rows: 5_000_000, share: 0.25 }, Duration::from_secs(2)),
            "reading activities [######                  ] 25 %, 5,000,000 rows, 2,500,000 a second, 6 seconds left"
        );
        assert!(!line(LogProgress { rows: 7, share: 0.0 }, Duration::from_secs(2)).contains("left"));
    }
}

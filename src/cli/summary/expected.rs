//! How many of the open leads will be won, within what time, and whether that is like the deals before.

use super::ScoreSummary;
use crate::cli::terminal::{count, percent, plural};
use crate::metrics::{share_of_open, wilson};
use crate::pipeline::model::Model;
use serde::Serialize;

/// Rates that differ by more than this factor are said to, as those of older and newer deals are at a training.
const UNUSUAL: f64 = 2.0;

/// What the expected wins are measured by.
#[derive(Debug, Default, Serialize)]
pub(in crate::cli) struct Expected {
    /// Days from its creation within which a lead must be won; `None`: a win counts whenever it comes.
    won_within_days: Option<f64>,
    /// The win rate of the deals that the model learned from, as somebody meets them who scores open leads.
    past_win_rate: Option<f64>,
    /// The same in words, with whose rate it is.
    #[serde(skip)]
    past: String,
    /// How many open leads the mean chance is that of: those no older than past deals were looked at.
    expected_of: usize,
    /// Whether the mean chance is so far from that rate that somebody should ask why.
    is_unusual: bool,
}

impl Expected {
    pub(super) fn of(model: Option<&Model>) -> Expected {
        let past = model.map(|model| &model.snapshot);
        Expected {
            won_within_days: model.and_then(|model| model.recipe.lost_after).map(|within| within.days()),
            past_win_rate: past.map(|deals| deals.win_rate),
            past: past.map(|deals| share_of_open(deals.deals, deals.won, deals.win_rate)).unwrap_or_default(),
            expected_of: 0,
            is_unusual: false,
        }
    }

    /// Compares the mean chance of `n` leads with the win rate of past deals.
    pub(super) fn judge(&mut self, mean: Option<f64>, n: usize) {
        self.expected_of = n;
        self.is_unusual = mean.zip(self.past_win_rate).is_some_and(|(mean, past)| is_unusual(mean, past, n));
    }
}

/// Whether wins or losses are expected more than twice as often as they came, or less than half as often, and so few leads
/// could not show that by chance: chances spread less than outcomes do, so an interval of outcomes is wide enough.
fn is_unusual(mean: f64, past: f64, n: usize) -> bool {
    let is_far = |now: f64, then: f64| now.max(then) > UNUSUAL * now.min(then);
    (is_far(mean, past) || is_far(1.0 - mean, 1.0 - past)) && !wilson(mean * n as f64, n as f64).holds(past)
}

/// The line of the expected wins, with how many chances are guesses, and one about a share that is unlike the past; nothing
/// where nobody knows a chance.
pub(super) fn expected_text(summary: &ScoreSummary) -> String {
    // Whoever was won since is left out, so of the others there would be too many.
    if summary.moment.learned_until.is_some() && summary.closed_since > 0 {
        return String::new();
    }
    let guesses = guesses(summary);
    let Some(mean) = summary.mean_win_probability else { return guesses };
    let within = match summary.expected.won_within_days {
        Some(days) => format!("within {days:.0} days of creation"),
        None => "whenever they close".to_string(),
    };
    let n = summary.expected.expected_of;
    let wins = count((mean * n as f64).round() as usize);
    let of_age = match summary.horizon_days.filter(|_| summary.older_than_the_model_knows > 0) {
        Some(days) if summary.of_unknown_age > 0 => format!(" no older than {}, or of unknown age", age(days)),
        Some(days) => format!(" no older than {}", age(days)),
        None => String::new(),
    };
    let mut text = format!("Expected wins: {wins} of {}{of_age} ({}), {within}.\n{guesses}", count(n), percent(mean));
    if let Some(past) = summary.expected.past_win_rate.filter(|_| summary.expected.is_unusual) {
        let far = if mean > past { "more" } else { "fewer" };
        text.push_str(&format!(
            "{} is far {far} than of past deals ({}). Are these other leads, have times changed, or is a column filled in \
             only afterwards?\n",
            percent(mean),
            summary.expected.past
        ));
    }
    text
}

/// Of how many leads the chance is a guess, and why; nothing where it is of none.
fn guesses(summary: &ScoreSummary) -> String {
    let (Some(days), n @ 1..) = (summary.horizon_days, summary.older_than_the_model_knows) else {
        return String::new();
    };
    let is_as_of_open = summary.moment.stale.is_none() && summary.moment.as_of.is_none();
    let why = if n < summary.open {
        format!("The {} no past deal was that old when looked at.", older(n))
    } else {
        format!(
            "Of all {} the chance is a guess: no past deal was looked at later than {} after its creation.",
            count(n),
            age(days)
        )
    };
    let is_right = if 2 * n > summary.open && is_as_of_open { " Is --as-of right?" } else { "" };
    format!("{why}{is_right}\n")
}

fn age(days: f64) -> String {
    plural(days.round() as usize, "day")
}

fn older(n: usize) -> String {
    if n == 1 { "older one is not counted:".to_string() } else { format!("{} older ones are not counted:", count(n)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_unusual_beyond_twice_the_past_and_beyond_chance() {
        assert!(is_unusual(0.46, 0.11, 200));
        assert!(!is_unusual(0.46, 0.11, 3), "three leads");
        assert!(is_unusual(0.04, 0.11, 500));
        assert!(!is_unusual(0.2, 0.11, 5_000), "not twice as many");
        assert!(is_unusual(0.85, 0.6, 200), "losses, if not wins, are less than half as many");
        assert!(!is_unusual(0.7, 0.6, 5_000));
    }
}

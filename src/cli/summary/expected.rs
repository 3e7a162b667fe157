//! How many of the open leads will be won, within what time, and whether that is like the deals before.

use super::ScoreSummary;
use crate::cli::terminal::{count, percent};
use crate::metrics::wilson;
use crate::pipeline::model::Model;
use crate::pipeline::promises::Promises;
use crate::text::listed;
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
    /// What was wrong in sum of the chances of past deals, for certain and by more than a little: `too high in sum`.
    #[serde(skip)]
    fault: Option<String>,
    /// Whether the mean chance is so far from that rate that somebody should ask why.
    is_unusual: bool,
}

impl Expected {
    pub(super) fn of(model: Option<&Model>) -> Expected {
        let past = model.map(|model| &model.snapshot);
        let share = |model: &Model| {
            let deals = &model.snapshot;
            model.row_weights().share(deals.deals, deals.won, deals.win_rate)
        };
        Expected {
            won_within_days: model.and_then(|model| model.recipe.lost_after).map(|within| within.days()),
            past_win_rate: past.map(|deals| deals.win_rate),
            past: model.map(share).unwrap_or_default(),
            fault: model.and_then(fault),
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

/// Of the look back over all deals, or where there was none, over those held out.
fn fault(model: &Model) -> Option<String> {
    let held_out = model.holdout.as_ref().and_then(|held_out| held_out.figures.as_ref());
    Promises::of(model.out_of_fold.as_ref().or(held_out)?)?.fault_in_sum().map(str::to_string)
}

/// Whether wins or losses are expected more than twice as often as they came, or less than half as often, and so few leads
/// could not show that by chance: chances spread less than outcomes do, so an interval of outcomes is wide enough.
fn is_unusual(mean: f64, past: f64, n: usize) -> bool {
    let is_far = |now: f64, then: f64| now.max(then) > UNUSUAL * now.min(then);
    (is_far(mean, past) || is_far(1.0 - mean, 1.0 - past)) && !wilson(mean * n as f64, n as f64).holds(past)
}

/// The line of the expected wins, with how many chances are guesses, and one about a share that is unlike the past; nothing
/// but the guesses where nobody knows a chance, or who was won since is left out, so that of the others there are too many.
pub(super) fn expected_text(summary: &ScoreSummary) -> String {
    let is_cut_short = summary.moment.learned_until.is_some() && summary.closed_since > 0;
    let Some(mean) = summary.mean_win_probability.filter(|_| !is_cut_short) else { return guesses(summary, false) };
    let fault = summary.expected.fault.as_ref().map(|fault| format!("; past chances were {fault}")).unwrap_or_default();
    let within = match summary.expected.won_within_days {
        Some(days) => format!(", within {days:.0} days of creation"),
        None if fault.is_empty() => ", whenever they close".to_string(),
        None => String::new(),
    };
    let n = summary.expected.expected_of;
    let wins = count((mean * n as f64).round() as usize);
    let mut text = format!("Expected wins: {wins} of {} ({}{fault}){within}.\n", count(n), percent(mean));
    text.push_str(&guesses(summary, true));
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

/// Of how many leads the chance is a guess, and why; nothing where it is of none. `beside_wins`: below the others' expected
/// wins.
fn guesses(summary: &ScoreSummary, beside_wins: bool) -> String {
    let (older, unknown) = (summary.older_than_the_model_knows, summary.of_unknown_age);
    let Some(beyond) = summary.beyond.as_ref().filter(|_| older + unknown > 0) else { return String::new() };
    let parts = [(older, beyond.as_str()), (unknown, "of unknown age")].into_iter().filter(|(n, _)| *n > 0);
    let who: Vec<String> = parts.map(|(n, which)| format!("{} {which}", count(n))).collect();
    let who = listed(&who, "and");
    let told = match (beside_wins, unknown, older == summary.open) {
        (true, ..) => format!("Not counted there, as guesses: {who}"),
        (false, 0, true) => format!("The chance is a guess, for all {} are {beyond}", count(older)),
        (false, 0, false) => {
            format!("The chance of {} of {} is a guess: they are {beyond}", count(older), count(summary.open))
        }
        (false, ..) => {
            format!("The chance of {} of {} is a guess: {who}", count(older + unknown), count(summary.open))
        }
    };
    let is_as_of_open = summary.moment.stale.is_none() && summary.moment.as_of.is_none();
    let is_right = if 2 * older > summary.open && is_as_of_open { " Is --as-of right?" } else { "" };
    format!("{told}.{is_right}\n")
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

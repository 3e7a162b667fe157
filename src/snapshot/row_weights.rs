//! Why deals weigh differently, and how a rate by row weight, which is not won ÷ closed, is told.

use super::Mode;
use serde::Serialize;

/// Why deals weigh differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowWeights {
    /// They do not, or so little that a rate is won ÷ closed as it is printed.
    Alike,
    /// By how long they were open.
    TimeOpen,
    /// By a column of the leads table.
    Own,
    /// By both, one times the other.
    OwnAndTimeOpen,
}

impl RowWeights {
    /// Of deals looked at in this mode; `has_own`: a column of the leads table weighs them, too.
    pub fn of_deals(mode: Mode, has_own: bool) -> RowWeights {
        match (mode, has_own) {
            (Mode::Random { .. }, true) => RowWeights::OwnAndTimeOpen,
            (Mode::Random { .. }, false) => RowWeights::TimeOpen,
            (_, true) => RowWeights::Own,
            (_, false) => RowWeights::Alike,
        }
    }

    /// What they make of a rate of `wins` in `n`: nothing where it is won ÷ closed as it is printed, or none.
    pub fn of_rate(self, n: usize, wins: usize, rate: f64) -> RowWeights {
        let is_another = (wins as f64 / n.max(1) as f64 - rate).abs() >= 5e-4;
        if is_another { self } else { RowWeights::Alike }
    }

    /// Whether a rate is another than won ÷ closed.
    pub fn differ(self) -> bool {
        self != RowWeights::Alike
    }

    /// Whose rate it is; the one place that says so.
    pub fn whose(self) -> &'static str {
        match self {
            RowWeights::Alike => "",
            RowWeights::TimeOpen => "among leads open on any day",
            RowWeights::Own => "by your row weights",
            RowWeights::OwnAndTimeOpen => "among leads open on any day, by your row weights",
        }
    }

    /// Whose rate it is, behind it: ` (among leads open on any day)`, or nothing.
    pub fn behind(self) -> String {
        if self.differ() { format!(" ({})", self.whose()) } else { String::new() }
    }

    /// The same where there is no room for words, at the head of a narrow column, above [`marked`](Self::marked).
    pub fn mark(self) -> &'static str {
        if self.differ() { "*" } else { "" }
    }

    /// What the mark means, below the table.
    pub fn marked(self) -> String {
        format!("* {}", self.whose())
    }

    /// Past deals that stand as a lead does, of whom a rate is told.
    pub fn such_deals(self) -> &'static str {
        match self {
            RowWeights::Alike => "such past deals",
            RowWeights::TimeOpen => "such leads open on any day",
            RowWeights::Own => "such past deals (by your row weights)",
            RowWeights::OwnAndTimeOpen => "such leads open on any day (by your row weights)",
        }
    }

    /// Why, in a word behind a rate.
    pub fn aside(self) -> &'static str {
        match self {
            RowWeights::TimeOpen | RowWeights::OwnAndTimeOpen => ": a deal open longer counts more",
            RowWeights::Alike | RowWeights::Own => "",
        }
    }

    /// Why that is so, behind [`whose`](Self::whose) rate it is.
    pub fn why(self) -> &'static str {
        match self {
            RowWeights::Alike => "",
            RowWeights::TimeOpen => ", as whoever scores them meets them: a deal open twice as long counts twice",
            RowWeights::Own => ": a deal counts as often as `[leads] weight` of leadscore.toml says",
            RowWeights::OwnAndTimeOpen => {
                ", as whoever scores them meets them: a deal open twice as long counts twice, times what `[leads] weight` of \
                 leadscore.toml says"
            }
        }
    }

    /// Said once wherever rates are told and row weights differ; beside each rate that stands by a count there is the
    /// [mark](Self::behind), for two figures that do not divide make a reader doubt both.
    pub fn sentence(self) -> String {
        format!("Rates are {}{}. So they are not won ÷ closed.", self.whose(), self.why())
    }

    /// `15.9 % among leads open on any day`, for a place beside chances, which are of such leads, too.
    pub fn share(self, n: usize, wins: usize, rate: f64) -> String {
        format!("{:.1} % {}", 100.0 * rate, self.of_rate(n, wins, rate).whose()).trim_end().to_string()
    }

    /// `15.9 %`, or `21.1 %; 15.9 % among leads open on any day` where row weights make another rate than won ÷ closed: for
    /// the one place where the wins are told, too.
    pub fn share_won(self, n: usize, wins: usize, rate: f64) -> String {
        let share = self.share(n, wins, rate);
        match self.of_rate(n, wins, rate).differ() {
            true => format!("{:.1} %; {share}", 100.0 * wins as f64 / n as f64),
            false => share,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asof::Span;

    #[test]
    fn whose_rate_it_is_goes_by_what_weighs_the_deals() {
        let random = Mode::Random { horizon: None };
        let said = |mode, has_own| RowWeights::of_deals(mode, has_own).share_won(1_973, 417, 0.158);
        assert_eq!(said(random, false), "21.1 %; 15.8 % among leads open on any day");
        assert_eq!(said(random, true), "21.1 %; 15.8 % among leads open on any day, by your row weights");
        for mode in [Mode::None, Mode::Column, Mode::AfterCreated(Span::from_days(1.0))] {
            assert_eq!(said(mode, true), "21.1 %; 15.8 % by your row weights");
        }
        assert_eq!(RowWeights::of_deals(Mode::None, false), RowWeights::Alike);
    }

    #[test]
    fn nothing_is_said_of_a_rate_that_is_won_by_closed() {
        for weights in [RowWeights::Alike, RowWeights::TimeOpen, RowWeights::Own, RowWeights::OwnAndTimeOpen] {
            assert_eq!(weights.share_won(100, 25, 0.2501), "25.0 %");
            assert_eq!(weights.of_rate(100, 25, 0.25).behind(), "");
            assert!(!weights.of_rate(0, 0, f64::NAN).differ());
        }
        assert_eq!(RowWeights::Own.of_rate(100, 25, 0.3).behind(), " (by your row weights)");
        assert_eq!(RowWeights::TimeOpen.of_rate(100, 25, 0.3).marked(), "* among leads open on any day");
    }
}

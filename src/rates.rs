//! How a win rate is told: the figure, whose it is where its deals weigh differently, and how sure it is.

use crate::metrics::Rate;
use crate::snapshot::RowWeights;
use crate::text::thousands;

impl Rate {
    /// `62.2 % of 41 won (45.4 to 76.5 %)`, or, by row weights of deals open for different times, `… won (among leads open
    /// on any day; 45.4 to 76.5 %)`.
    pub fn told(&self, weights: RowWeights) -> String {
        let weights = self.weighted_by(weights);
        let whose = if weights.differ() { format!("{}; ", weights.whose()) } else { String::new() };
        self.said(&whose)
    }

    /// The rate without the mark, below a heading that has it.
    pub fn unmarked(&self) -> String {
        self.said("")
    }

    fn said(&self, whose: &str) -> String {
        let [rate, low, high] = [self.rate, self.interval.low, self.interval.high].map(|share| share * 100.0);
        format!("{rate:.1} % of {} won ({whose}{low:.1} to {high:.1} %)", thousands(self.n))
    }

    /// What the row weights of its deals make of it.
    pub fn weighted_by(&self, weights: RowWeights) -> RowWeights {
        weights.of_rate(self.n, self.wins, self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_rate_it_is_is_told_where_it_is_not_won_by_closed() {
        let rate = Rate::of(&[1.0, 0.0, 0.0], &[2.0, 1.0, 1.0]).unwrap();
        assert_eq!(rate.unmarked(), "50.0 % of 3 won (11.6 to 88.4 %)");
        assert_eq!(rate.told(RowWeights::Own), "50.0 % of 3 won (by your row weights; 11.6 to 88.4 %)");
        let alike = Rate::of(&[1.0, 0.0, 0.0], &[1.0; 3]).unwrap();
        assert_eq!(alike.told(RowWeights::Own), alike.unmarked());
    }
}

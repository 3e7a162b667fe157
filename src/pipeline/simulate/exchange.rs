//! Past wins gained and lost when sales works as many deals as before.

use super::Tied;
use serde::Serialize;

/// Wins at the same volume: `wins_changed = wins_current + gained − lost`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Exchange {
    /// Deals that the current scorecard hands over.
    pub volume: f64,
    /// Wins among them.
    pub wins_current: f64,
    /// Wins among as many deals from the top by the changed scorecard; deals tied at the cut count by their share.
    pub wins_changed: f64,
    /// Wins that only the changed scorecard brings.
    pub gained: f64,
    /// Wins that only the current one brings.
    pub lost: f64,
}

/// An exchange and who is in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Traded {
    pub(super) exchange: Exchange,
    /// `(n,)` whether the current scorecard hands the deal over.
    pub(super) before: Vec<bool>,
    /// `(n,)` which share of the deal is worked by the changed scorecard: 1 above the cut, 0 below.
    pub(super) share: Vec<f64>,
}

impl Traded {
    /// The deals tied at the cut.
    pub(super) fn tied(&self) -> Option<Tied> {
        let partly: Vec<f64> = self.share.iter().copied().filter(|share| *share > 0.0 && *share < 1.0).collect();
        partly.first().map(|&share| Tied { deals: partly.len(), share })
    }
}

/// `before` are the deals handed over now, `score` the changed scores (−∞: never worked), `y` 1 for a win, `w` how much
/// each deal counts.
pub fn exchange(before: &[bool], score: &[f64], y: &[f64], w: &[f64]) -> Exchange {
    trade(before.to_vec(), score, y, w).exchange
}

pub(super) fn trade(before: Vec<bool>, score: &[f64], y: &[f64], w: &[f64]) -> Traded {
    let sum = |of: &dyn Fn(usize) -> f64| (0..y.len()).map(of).sum::<f64>();
    let volume = sum(&|i| if before[i] { w[i] } else { 0.0 });
    let share = worked(score, w, volume);
    let won = |i: usize| w[i] * y[i];
    let exchange = Exchange {
        volume,
        wins_current: sum(&|i| if before[i] { won(i) } else { 0.0 }),
        wins_changed: sum(&|i| share[i] * won(i)),
        gained: sum(&|i| if before[i] { 0.0 } else { share[i] * won(i) }),
        lost: sum(&|i| if before[i] { (1.0 - share[i]) * won(i) } else { 0.0 }),
    };
    Traded { exchange, before, share }
}

/// The share of each deal that is worked when `volume` is taken from the top; those tied at the cut share what is left.
fn worked(score: &[f64], w: &[f64], volume: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..score.len()).filter(|&i| score[i] > f64::NEG_INFINITY).collect();
    order.sort_by(|&a, &b| score[b].total_cmp(&score[a]));
    let mut share = vec![0.0; score.len()];
    let mut left = volume;
    for tied in order.chunk_by(|&a, &b| score[a] == score[b]) {
        let together: f64 = tied.iter().map(|&i| w[i]).sum();
        let part = if together > 0.0 { (left / together).clamp(0.0, 1.0) } else { 0.0 };
        tied.iter().for_each(|&i| share[i] = part);
        left -= part * together;
    }
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_at_the_cut_share_what_is_left() {
        // Two are worked now, one of them won. By the new scores the first is worked and two share the second place.
        let before = [true, true, false, false];
        let found = exchange(&before, &[1.0, 5.0, 9.0, 5.0], &[1.0, 0.0, 1.0, 1.0], &[1.0; 4]);
        assert_eq!((found.volume, found.wins_current, found.wins_changed), (2.0, 1.0, 1.5));
        assert_eq!((found.gained, found.lost), (1.5, 1.0));
        let traded = trade(before.to_vec(), &[1.0, 5.0, 9.0, 5.0], &[1.0, 0.0, 1.0, 1.0], &[1.0; 4]);
        assert_eq!(traded.tied(), Some(Tied { deals: 2, share: 0.5 }));
    }

    #[test]
    fn the_same_scores_change_nothing_and_the_disqualified_are_never_worked() {
        let score = [90.0, 80.0, 10.0];
        let same = exchange(&[true, true, false], &score, &[1.0, 0.0, 1.0], &[1.0; 3]);
        assert_eq!((same.gained, same.lost), (0.0, 0.0));
        let out = exchange(&[true, false, false], &[f64::NEG_INFINITY; 3], &[1.0, 0.0, 1.0], &[1.0; 3]);
        assert_eq!((out.gained, out.lost, out.wins_changed), (0.0, 1.0, 0.0));
    }
}

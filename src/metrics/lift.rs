//! What calling the best-ranked share of the leads yields: win rate and lift.

use super::interval::{Interval, wilson};
use super::{descending, tied, weighted_mean};
use serde::{Deserialize, Serialize};

/// The shares of the leads that the figures show.
pub const LIFT_SHARES: [f64; 3] = [0.1, 0.2, 0.3];

/// The best-ranked share of the deals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiftRow {
    /// The share of the row-weighted deals, 0.1 for the top tenth.
    pub share: f64,
    /// Deals in it; deals tied at the cut count by the part of them that fits.
    pub n: f64,
    /// Wins among them, counted likewise.
    pub wins: f64,
    /// Row-weighted share of wins.
    pub win_rate: f64,
    /// Wilson's interval of `win_rate` at the effective number of deals.
    pub interval: Interval,
    /// `win_rate` ÷ the win rate of all deals; 0 when there is no win.
    pub lift: f64,
}

/// One [`LiftRow`] a share, in the order given; none when no row has weight.
///
/// Deals tied at the cut are shared: every one of them counts by the same part, so the figure is the expectation over
/// all ways to break the tie.
pub fn lift(y: &[f64], score: &[f64], w: &[f64], shares: &[f64]) -> Vec<LiftRow> {
    assert_eq!(y.len(), score.len(), "one outcome a row");
    let rows = descending(score, w);
    let total: f64 = rows.iter().map(|&i| w[i]).sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let base = weighted_mean(y.iter().copied(), w);
    shares.iter().map(|&share| top(&rows, y, score, w, share, total, base)).collect()
}

/// The top `share` of `rows`, which stand in descending order and weigh `total`.
fn top(rows: &[usize], y: &[f64], score: &[f64], w: &[f64], share: f64, total: f64, base: f64) -> LiftRow {
    let mut room = share * total;
    let (mut n, mut wins) = (0.0, 0.0);
    let (mut weight, mut won_weight, mut squares) = (0.0, 0.0, 0.0);
    for group in tied(rows, score) {
        let here: f64 = group.iter().map(|&i| w[i]).sum();
        let part = (room / here).min(1.0);
        for &i in group {
            n += part;
            wins += part * y[i];
            weight += part * w[i];
            won_weight += part * w[i] * y[i];
            squares += part * w[i] * w[i];
        }
        room -= here;
        if room <= 0.0 {
            break;
        }
    }
    let win_rate = if weight > 0.0 { won_weight / weight } else { 0.0 };
    let effective = if squares > 0.0 { weight * weight / squares } else { 0.0 };
    let lift = if base > 0.0 { win_rate / base } else { 0.0 };
    LiftRow { share, n, wins, win_rate, interval: wilson(win_rate * effective, effective), lift }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_at_the_cut_are_shared() {
        // Ten deals, the second to fifth tied, two of these four won: the top 30 % hold 1 + 2/4 · 2 wins of 3.
        let score = [9.0, 5.0, 5.0, 5.0, 5.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        let y = [1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let row = &lift(&y, &score, &[1.0; 10], &[0.3])[0];
        assert!((row.n - 3.0).abs() < 1e-12 && (row.wins - 2.0).abs() < 1e-12);
        assert!((row.lift - (2.0 / 3.0) / 0.3).abs() < 1e-12);
    }

    #[test]
    fn a_row_of_weight_2_is_a_row_twice() {
        let one = lift(&[1.0, 0.0, 1.0], &[3.0, 2.0, 1.0], &[2.0, 1.0, 1.0], &LIFT_SHARES);
        let two = lift(&[1.0, 1.0, 0.0, 1.0], &[3.0, 3.0, 2.0, 1.0], &[1.0; 4], &LIFT_SHARES);
        assert!(one.iter().zip(&two).all(|(a, b)| (a.win_rate - b.win_rate).abs() < 1e-15));
        assert!(lift(&[1.0], &[1.0], &[0.0], &LIFT_SHARES).is_empty());
    }
}

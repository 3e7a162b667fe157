//! Which pairs explain something that the additive fit does not.
//!
//! A pair's cells get random effects u ~ N(0, t²) on top of the additive fit. With G = Σr and H = Σw over a cell's rows
//! (residuals and Hessian weights of the additive fit), z = G/H estimates u with variance 1/H, and the log marginal
//! likelihood rises by ½ Σ H z² (1 − 1/(1 + t²H)) − ½ (df/cells) Σ log(1 + t²H). The margins, which the main effects
//! already hold, are taken out of z first; df counts what is then left. The score is the largest rise over a grid of t².

use rayon::prelude::*;

use super::super::loss::{curvatures, slopes};
use super::super::{Fitted, Problem};
use super::Axis;
use crate::design::tables::{Column, TABLES_PER_PASS, add_to_tables, width};

/// Candidate variances of the cell effects: 24, even on the log scale, from 1e-4 to 4.
const N_VARIANCES: usize = 24;
const VARIANCE_RANGE: (f64, f64) = (1e-4, 4.0);

/// Sweeps of row and column centring. The margins left after six are below what could lift a score.
const SWEEPS: usize = 6;

/// A rise of the log marginal likelihood by less is no evidence even for a single candidate.
const SMALLEST_SCORE: f64 = 2.0;

/// What a pair's cells add to the additive fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairScore {
    /// The first axis.
    pub a: usize,
    /// The second axis.
    pub b: usize,
    /// Rise of the log marginal likelihood.
    pub score: f64,
    /// The variance t² of the cell effects at which it is largest.
    pub t2: f64,
}

/// All pairs of `n_axes` axes, in order.
pub fn all_pairs(n_axes: usize) -> Vec<(usize, usize)> {
    (0..n_axes).flat_map(|a| (a + 1..n_axes).map(move |b| (a, b))).collect()
}

/// The residuals w (y − p) and Hessian weights w p (1 − p) of a fit, which the screen works on.
pub fn working_residuals(problem: &Problem<'_>, fitted: &Fitted) -> (Vec<f64>, Vec<f64>) {
    let eta = problem.design.matvec(&fitted.coefficients, fitted.intercept);
    let residuals = slopes(problem.y, problem.weights, &eta, -1.0);
    (residuals, curvatures(problem.weights, &eta, 1.0))
}

/// Scores the candidate pairs of axes by `residuals` and Hessian `weights` (one a row); best first, ties in the order of
/// the axes.
pub fn screen(axes: &[Axis<'_>], residuals: &[f64], weights: &[f64], candidates: &[(usize, usize)]) -> Vec<PairScore> {
    let both: Vec<[f64; 2]> = residuals.iter().zip(weights).map(|(r, w)| [*r, *w]).collect();
    // Pairs of one axis with several others: its codes and the rows' numbers are read once for all of them.
    let groups: Vec<&[(usize, usize)]> =
        candidates.chunk_by(|x, y| x.0 == y.0).flat_map(|own| own.chunks(TABLES_PER_PASS)).collect();
    let score = |group: &&[(usize, usize)]| {
        let others: Vec<&Axis<'_>> = group.iter().map(|(_, b)| &axes[*b]).collect();
        let tables = tables(&axes[group[0].0], &others, &both);
        let scored = group.iter().zip(tables).map(|(&(a, b), table)| {
            let (score, t2) = table.best();
            PairScore { a, b, score, t2 }
        });
        scored.collect::<Vec<PairScore>>()
    };
    let mut scores: Vec<PairScore> = groups.par_iter().flat_map_iter(score).collect();
    scores.sort_by(|x, y| y.score.total_cmp(&x.score).then((x.a, x.b).cmp(&(y.a, y.b))));
    scores
}

/// The pairs worth fitting: at most `limit` of those that score above 2 and above the logarithm of the number of
/// candidates. The best of m scores on noise exceeds log m only by what a single one exceeds 0 by.
pub fn keep(scores: &[PairScore], limit: usize) -> Vec<PairScore> {
    let floor = SMALLEST_SCORE.max((scores.len().max(1) as f64).ln());
    scores.iter().filter(|pair| pair.score > floor).take(limit).copied().collect()
}

/// The tables of one axis with each of the others; `both` holds residual and Hessian weight of each row.
fn tables(a: &Axis<'_>, others: &[&Axis<'_>], both: &[[f64; 2]]) -> Vec<Table> {
    let columns: Vec<Column<'_>> = others.iter().map(|b| column(b)).collect();
    let width = width(&columns);
    let mut sums = vec![[0.0; 2]; (a.n_levels + 1) * width];
    add_to_tables(&mut sums, column(a), &columns, &(0..both.len()), both);
    let mut offset = 0;
    let table = |b: &&Axis<'_>| {
        let own = offset..offset + b.n_levels + 1;
        offset = own.end;
        let lines: Vec<&[[f64; 2]]> = sums.chunks_exact(width).map(|line| &line[own.clone()]).collect();
        Table::new(&lines[..a.n_levels], b.n_levels)
    };
    others.iter().map(table).collect()
}

fn column<'a>(axis: &Axis<'a>) -> Column<'a> {
    Column { codes: axis.codes, n_levels: axis.n_levels }
}

/// The cells of a pair that hold any row.
struct Table {
    /// Row, column, z and H of each cell.
    cells: Vec<Cell>,
    n_rows: usize,
    n_columns: usize,
}

struct Cell {
    row: usize,
    column: usize,
    z: f64,
    h: f64,
}

impl Table {
    /// From the sums of each cell: a line a level of the first axis, with one cell more for rows without a level of the
    /// second.
    fn new(lines: &[&[[f64; 2]]], n_columns: usize) -> Table {
        let n_rows = lines.len();
        let cells = lines.iter().enumerate().flat_map(|(row, sums)| {
            let used = sums[..n_columns].iter().enumerate().filter(|(_, [_, h])| *h > 0.0);
            used.map(move |(column, &[g, h])| Cell { row, column, z: g / h, h })
        });
        let mut table = Table { cells: cells.collect(), n_rows, n_columns };
        for _ in 0..SWEEPS {
            table.centre(table.n_rows, |cell| cell.row);
            table.centre(table.n_columns, |cell| cell.column);
        }
        table
    }

    /// Takes the H-weighted mean of every line out of its cells.
    fn centre(&mut self, n_lines: usize, line: impl Fn(&Cell) -> usize) {
        let mut sums = vec![[0.0; 2]; n_lines];
        for cell in &self.cells {
            let [hz, h] = &mut sums[line(cell)];
            *hz += cell.h * cell.z;
            *h += cell.h;
        }
        for cell in &mut self.cells {
            let [hz, h] = sums[line(cell)];
            cell.z -= hz / h;
        }
    }

    fn degrees_of_freedom(&self) -> f64 {
        let (mut rows, mut columns) = (vec![false; self.n_rows], vec![false; self.n_columns]);
        for cell in &self.cells {
            rows[cell.row] = true;
            columns[cell.column] = true;
        }
        let count = |used: Vec<bool>| used.into_iter().filter(|used| *used).count() as f64;
        self.cells.len() as f64 - count(rows) - count(columns) + 1.0
    }

    /// The largest rise over the grid of variances, and its variance.
    fn best(&self) -> (f64, f64) {
        let df = self.degrees_of_freedom();
        let (low, high) = (VARIANCE_RANGE.0.ln(), VARIANCE_RANGE.1.ln());
        let variance = |k: usize| (low + (high - low) * k as f64 / (N_VARIANCES - 1) as f64).exp();
        if df < 1.0 {
            return (f64::NEG_INFINITY, VARIANCE_RANGE.0);
        }
        let share = df / self.cells.len() as f64;
        let rise = |t2: f64| {
            let cell = |cell: &Cell| {
                let th = t2 * cell.h;
                0.5 * (cell.h * cell.z * cell.z * th / (1.0 + th) - share * th.ln_1p())
            };
            self.cells.iter().map(cell).sum::<f64>()
        };
        let scored = (0..N_VARIANCES).map(|k| (rise(variance(k)), variance(k)));
        scored.fold((f64::NEG_INFINITY, VARIANCE_RANGE.0), |best, next| if next.0 > best.0 { next } else { best })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::Codes;

    /// Two axes of two levels; `g` and `h` of the cells (0, 0), (0, 1), (1, 0), (1, 1), one row each.
    fn score(g: [f64; 4], h: f64) -> PairScore {
        let codes = [vec![0, 0, 1, 1], vec![0, 1, 0, 1]].map(Codes::from);
        let axes = [0, 1].map(|side| Axis { codes: &codes[side], n_levels: 2, ordered_levels: 0 });
        screen(&axes, &g, &[h; 4], &all_pairs(2))[0]
    }

    #[test]
    fn main_effects_score_nothing_and_crossed_cells_what_the_formula_says() {
        assert!(score([5.0, 5.0, -5.0, -5.0], 10.0).score < 0.0);
        // z = ±1 in every cell of H = 10; one degree of freedom of four cells.
        let crossed = score([10.0, -10.0, -10.0, 10.0], 10.0);
        let rise = |t2: f64| 0.5 * 4.0 * (10.0 * (1.0 - 1.0 / (1.0 + t2 * 10.0)) - 0.25 * (1.0 + t2 * 10.0f64).ln());
        assert!((crossed.score - rise(crossed.t2)).abs() < 1e-12);
        assert!(crossed.t2 > 1.0 && crossed.score > rise(0.5));
    }

    #[test]
    fn an_axis_with_itself_scores_nothing() {
        let axis = Axis { codes: &Codes::from(vec![0, 1, 2, 0, 1, 2]), n_levels: 3, ordered_levels: 3 };
        let scores = screen(&[axis, axis], &[1.0, -2.0, 3.0, 1.0, 1.0, 1.0], &[1.0; 6], &[(0, 1)]);
        assert!(keep(&scores, 10).is_empty());
    }

    #[test]
    fn the_floor_rises_with_the_number_of_candidates() {
        let pair = |score| PairScore { a: 0, b: 1, score, t2: 1.0 };
        assert_eq!(keep(&[pair(3.0), pair(1.9)], 10).len(), 1);
        let many = vec![pair(3.0); 100];
        assert!(keep(&many, 10).is_empty());
        assert_eq!(keep(&vec![pair(5.0); 100], 7).len(), 7);
    }
}

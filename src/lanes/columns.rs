//! Several columns of a panel at a time, so that what they share is fetched once for all of them.

use super::{Lanes, dot};

/// Numbers in a register.
const LANE: usize = 4;

/// Columns added together.
const ADDED_AT_A_TIME: usize = 4;

/// Columns whose sums grow side by side: so many additions that none waits for the one before.
const DOTS_AT_A_TIME: usize = 8;

/// A panel of columns, `height` cells from the start of one to that of the next.
#[derive(Clone, Copy)]
pub(crate) struct Panel<'a> {
    pub(crate) cells: &'a [f64],
    pub(crate) height: usize,
}

impl<'a> Panel<'a> {
    fn columns(self, n_rows: usize) -> impl Iterator<Item = &'a [f64]> {
        self.cells.chunks_exact(self.height).map(move |column| &column[..n_rows])
    }
}

/// Adds to each of `sums` its row of the panel times `times`, column after column.
pub(crate) struct AddColumns<'a> {
    pub(crate) sums: &'a mut [f64],
    pub(crate) panel: Panel<'a>,
    pub(crate) times: &'a [f64],
}

impl Lanes for AddColumns<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let AddColumns { sums, panel, times } = self;
        let mut columns = panel.columns(sums.len()).zip(times);
        loop {
            let next: [Option<(&[f64], &f64)>; ADDED_AT_A_TIME] = std::array::from_fn(|_| columns.next());
            match next {
                [Some((a, in_a)), Some((b, in_b)), Some((c, in_c)), Some((d, in_d))] => {
                    for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                        *sum = *sum + in_a * a + in_b * b + in_c * c + in_d * d;
                    }
                }
                rest => {
                    for (column, times) in rest.into_iter().flatten() {
                        sums.iter_mut().zip(column).for_each(|(sum, x)| *sum += times * x);
                    }
                    return;
                }
            }
        }
    }
}

/// Adds to `sums` what [`dot`] gives of each column and `r`.
pub(crate) struct DotColumns<'a> {
    pub(crate) sums: &'a mut [f64],
    pub(crate) panel: Panel<'a>,
    pub(crate) r: &'a [f64],
}

impl Lanes for DotColumns<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let DotColumns { sums, panel, r } = self;
        let mut columns = panel.columns(r.len()).zip(sums);
        loop {
            let mut next: [Option<(&[f64], &mut f64)>; DOTS_AT_A_TIME] = std::array::from_fn(|_| columns.next());
            if let [
                Some((a, _)),
                Some((b, _)),
                Some((c, _)),
                Some((d, _)),
                Some((e, _)),
                Some((f, _)),
                Some((g, _)),
                Some((h, _)),
            ] = &next
            {
                let dots = dots([a, b, c, d, e, f, g, h], r);
                next.iter_mut().flatten().zip(dots).for_each(|((_, sum), dot)| **sum += dot);
            } else {
                next.into_iter().flatten().for_each(|(column, sum)| *sum += dot(column, r));
                return;
            }
        }
    }
}

/// [`dot`] of each column and `r`.
#[inline(always)]
fn dots(columns: [&[f64]; DOTS_AT_A_TIME], r: &[f64]) -> [f64; DOTS_AT_A_TIME] {
    let (r_fours, r_rest) = r.as_chunks::<LANE>();
    let fours = columns.map(|column| &column.as_chunks::<LANE>().0[..r_fours.len()]);
    let mut sums = [[0.0; LANE]; DOTS_AT_A_TIME];
    for (at, r) in r_fours.iter().enumerate() {
        for (sums, column) in sums.iter_mut().zip(&fours) {
            for lane in 0..LANE {
                sums[lane] += column[at][lane] * r[lane];
            }
        }
    }
    std::array::from_fn(|column| {
        let rest = &columns[column][r.len() - r_rest.len()..];
        let rest: f64 = rest.iter().zip(r_rest).map(|(a, b)| a * b).sum();
        let sums = sums[column];
        (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
    })
}

#[cfg(test)]
mod tests {
    use super::super::{AddTimes, Dot, in_wide_registers};
    use super::*;

    const HEIGHT: usize = 64;

    /// As many columns as are done together and some more, and a height that is no whole number of registers.
    fn panel() -> (Vec<f64>, Vec<f64>, usize) {
        let n_columns = 2 * DOTS_AT_A_TIME + 3;
        let cells = (0..n_columns * HEIGHT).map(|i| ((i * 7919) % 1000) as f64 / 7.0 - 70.0).collect();
        (cells, (0..n_columns).map(|i| i as f64 / 3.0 - 2.0).collect(), HEIGHT - 3)
    }

    #[test]
    fn columns_together_add_the_same_bits_as_one_after_the_other() {
        let (cells, times, n_rows) = panel();
        let (mut together, mut each) = (vec![0.5; n_rows], vec![0.5; n_rows]);
        in_wide_registers(AddColumns {
            sums: &mut together,
            panel: Panel { cells: &cells, height: HEIGHT },
            times: &times,
        });
        for (column, &times) in cells.chunks_exact(HEIGHT).zip(&times) {
            in_wide_registers(AddTimes { sums: &mut each, column: &column[..n_rows], times });
        }
        assert_eq!(together, each);
    }

    #[test]
    fn columns_together_give_the_same_products_as_each_alone() {
        let (cells, mut together, n_rows) = panel();
        let r: Vec<f64> = (0..n_rows).map(|i| (i % 17) as f64 / 9.0 - 1.0).collect();
        let mut each = together.clone();
        in_wide_registers(DotColumns { sums: &mut together, panel: Panel { cells: &cells, height: HEIGHT }, r: &r });
        for (sum, column) in each.iter_mut().zip(cells.chunks_exact(HEIGHT)) {
            *sum += in_wide_registers(Dot(&column[..n_rows], &r));
        }
        assert_eq!(together, each);
    }
}

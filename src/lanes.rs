//! Arithmetic on many numbers at once, in the widest registers there are: walks over columns, and the one inner loop of the
//! dense algebra, a 4 × 8 tile of a matrix product with the packing it reads.
//!
//! Linear algebra libraries choose their instructions by the processor they find, with fused multiplications on some
//! and other orders of summation on others, so the last bits of a fit would differ from machine to machine. Here every
//! product is rounded, then added, in the order of k, on every processor; wider registers change only how many of these
//! lanes run at once. About half the speed of the best library, and the same bytes everywhere. Which registers there are,
//! and the code for them, is left to pulp, so that nothing here is unsafe.

mod columns;

pub(crate) use columns::{AddColumns, DotColumns, Panel};

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use std::sync::LazyLock;

/// Rows of a tile.
pub(crate) const TILE_ROWS: usize = 4;
/// Columns of a tile.
pub(crate) const TILE_COLUMNS: usize = 8;

/// A tile of sums in the making.
pub(crate) type Tile = [[f64; TILE_COLUMNS]; TILE_ROWS];

/// tile\[i\]\[j\] += Σ_k left\[k\]\[i\] · right\[k\]\[j\] over two packed panels of equal depth.
pub(crate) fn accumulate(tile: &mut Tile, left: &[f64], right: &[f64]) {
    in_wide_registers(Accumulate { tile, left, right });
}

/// Work on many numbers, whose steps may run on several at once. `run` is to be inlined, with all it calls.
pub(crate) trait Lanes {
    /// What it gives.
    type Out;
    /// Does it.
    fn run(self) -> Self::Out;
}

/// Does work in the widest registers there are: the same steps in the same order.
#[inline]
pub(crate) fn in_wide_registers<W: Lanes>(work: W) -> W::Out {
    static PROCESSOR: LazyLock<Arch> = LazyLock::new(Arch::new);
    PROCESSOR.dispatch(Work(work))
}

/// Work as the dispatcher takes it.
struct Work<W>(W);

impl<W: Lanes> WithSimd for Work<W> {
    type Output = W::Out;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> W::Out {
        self.0.run()
    }
}

struct Accumulate<'a> {
    tile: &'a mut Tile,
    left: &'a [f64],
    right: &'a [f64],
}

impl Lanes for Accumulate<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Accumulate { tile, left, right } = self;
        let mut sums = *tile;
        let (left, right) = (left.as_chunks::<TILE_ROWS>().0, right.as_chunks::<TILE_COLUMNS>().0);
        for (left, right) in left.iter().zip(right) {
            for i in 0..TILE_ROWS {
                for j in 0..TILE_COLUMNS {
                    sums[i][j] += left[i] * right[j];
                }
            }
        }
        *tile = sums;
    }
}

/// Fewer cells are packed by one thread.
const CELLS_PACKED_ALONE: usize = 1 << 15;

/// Packs a row-major block (`n_rows` rows of `n_columns` values, `stride` apart) for [`accumulate`]: panels of `WIDTH`
/// rows, and in a panel the `WIDTH` values of each column side by side. Rows missing to a full panel are zero.
pub(crate) fn pack<const WIDTH: usize>(source: &[f64], stride: usize, n_rows: usize, n_columns: usize) -> Vec<f64> {
    let mut packed = vec![0.0; n_rows.div_ceil(WIDTH) * WIDTH * n_columns];
    if n_columns == 0 {
        return packed;
    }
    let fill = |(panel_index, panel): (usize, &mut [f64])| {
        for lane in 0..WIDTH.min(n_rows - panel_index * WIDTH) {
            let start = (panel_index * WIDTH + lane) * stride;
            for (cell, value) in panel[lane..].iter_mut().step_by(WIDTH).zip(&source[start..start + n_columns]) {
                *cell = *value;
            }
        }
    };
    if packed.len() >= CELLS_PACKED_ALONE {
        packed.par_chunks_exact_mut(WIDTH * n_columns).enumerate().for_each(fill);
    } else {
        packed.chunks_exact_mut(WIDTH * n_columns).enumerate().for_each(fill);
    }
    packed
}

/// Σ aᵢ bᵢ as [`dot`] has it.
pub(crate) struct Dot<'a>(pub(crate) &'a [f64], pub(crate) &'a [f64]);

impl Lanes for Dot<'_> {
    type Out = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        dot(self.0, self.1)
    }
}

/// Adds a multiple of a column to another: `sums` += `times` · `column`.
pub(crate) struct AddTimes<'a> {
    pub(crate) sums: &'a mut [f64],
    pub(crate) column: &'a [f64],
    pub(crate) times: f64,
}

impl Lanes for AddTimes<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        self.sums.iter_mut().zip(self.column).for_each(|(sum, x)| *sum += self.times * x);
    }
}

/// Σ aᵢ bᵢ in four interleaved sums, so that it runs at more than one addition per latency.
#[inline(always)]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_fours, a_rest) = a.as_chunks::<4>();
    let (b_fours, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a_fours.iter().zip(b_fours) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_registers_change_no_bit() {
        let value = |i: usize| ((i * 7919) % 1000) as f64 / 7.0 - 70.0;
        let left: Vec<f64> = (0..TILE_ROWS * 33).map(value).collect();
        let right: Vec<f64> = (5..5 + TILE_COLUMNS * 33).map(value).collect();
        let (mut fast, mut plain) = (Tile::default(), Tile::default());
        accumulate(&mut fast, &left, &right);
        Accumulate { tile: &mut plain, left: &left, right: &right }.run();
        assert_eq!(fast.map(|row| row.map(f64::to_bits)), plain.map(|row| row.map(f64::to_bits)));
    }

    #[test]
    fn packed_panels_multiply_as_the_matrices_do() {
        let a: Vec<f64> = (0..15).map(f64::from).collect(); // 3 × 5
        let b: Vec<f64> = (0..10).map(|i| f64::from(i) - 4.0).collect(); // 2 × 5
        let mut tile = Tile::default();
        accumulate(&mut tile, &pack::<TILE_ROWS>(&a, 5, 3, 5), &pack::<TILE_COLUMNS>(&b, 5, 2, 5));
        for i in 0..3 {
            for j in 0..2 {
                assert_eq!(tile[i][j], dot(&a[i * 5..i * 5 + 5], &b[j * 5..j * 5 + 5]));
            }
        }
        assert_eq!(tile[3], [0.0; TILE_COLUMNS]);
    }
}

//! A number of each row that is standardised while it is read, so that it is held once and in few bytes.

use std::ops::Range;

use crate::lanes::{Lanes, in_wide_registers};
use crate::tables::Numbers;

/// x ↦ (min(max(x, low), high) − mean) / sd, and 0 where x is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// The numbers as they stand.
    pub numbers: &'a Numbers,
    /// Which of them belong to the design's rows; `None`: all, in order.
    pub rows: Option<&'a [usize]>,
    /// Smaller numbers count as this.
    pub low: f64,
    /// Larger numbers count as this.
    pub high: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub sd: f64,
}

impl Line<'_> {
    /// How many rows there are.
    pub fn n_samples(&self) -> usize {
        self.rows.map_or(self.numbers.len(), <[usize]>::len)
    }

    /// Writes some rows' values, one after the other.
    #[inline]
    pub(crate) fn write(&self, rows: Range<usize>, into: &mut [f64]) {
        in_wide_registers(Written { line: self, rows, into });
    }
}

struct Written<'a, 'l> {
    line: &'a Line<'l>,
    rows: Range<usize>,
    into: &'a mut [f64],
}

impl Lanes for Written<'_, '_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Line { numbers, rows, low, high, mean, sd } = *self.line;
        let unit = match rows {
            Some(all) => {
                numbers.write(&all[self.rows], self.into);
                1.0
            }
            None => {
                numbers.write_stored(self.rows, self.into);
                numbers.unit()
            }
        };
        // A division takes as long as all the rest, and so there is none for each of the rows.
        let (low, high, mean, scale) = (low / unit, high / unit, mean / unit, unit / sd);
        for x in self.into {
            let held = if *x < low { low } else { *x };
            let held = if held > high { high } else { held };
            // A missing number stays missing through all of it.
            let place = (held - mean) * scale;
            *x = if place.is_nan() { 0.0 } else { place };
        }
    }
}

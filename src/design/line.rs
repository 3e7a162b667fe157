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

/// Rows looked at together.
const ROWS_CHECKED: usize = 1_024;

impl Line<'_> {
    /// How many rows there are.
    pub fn n_samples(&self) -> usize {
        self.rows.map_or(self.numbers.len(), <[usize]>::len)
    }

    /// The first row whose value is not finite.
    pub(crate) fn first_not_finite(&self) -> Option<usize> {
        let is_sound = self.mean.is_finite() && self.sd.is_finite() && self.sd != 0.0;
        if is_sound && self.numbers.are_finite() {
            return None;
        }
        let mut values = [0.0; ROWS_CHECKED];
        (0..self.n_samples()).step_by(ROWS_CHECKED).find_map(|first| {
            let values = &mut values[..ROWS_CHECKED.min(self.n_samples() - first)];
            self.write(first..first + values.len(), values);
            values.iter().position(|value| !value.is_finite()).map(|at| first + at)
        })
    }

    /// Writes the values of rows in any order.
    pub(crate) fn write_rows(&self, rows: &[usize], into: &mut [f64]) {
        let own: Vec<usize>;
        let rows = match self.rows {
            Some(all) => {
                own = rows.iter().map(|&row| all[row]).collect();
                &own
            }
            None => rows,
        };
        Line { rows: Some(rows), ..*self }.write(0..rows.len(), into);
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
        // A division takes as long as all the rest, and so there is none for each of the rows.
        let standardised = |unit: f64| {
            let (low, high, mean, scale) = (low / unit, high / unit, mean / unit, unit / sd);
            move |x: f64| {
                let held = if x < low { low } else { x };
                let held = if held > high { high } else { held };
                // A missing number stays missing through all of it.
                let place = (held - mean) * scale;
                if place.is_nan() { 0.0 } else { place }
            }
        };
        match rows {
            Some(all) => {
                numbers.write(&all[self.rows], self.into);
                let standardised = standardised(1.0);
                self.into.iter_mut().for_each(|x| *x = standardised(*x));
            }
            None => numbers.turn_stored(self.rows, self.into, standardised(numbers.unit())),
        }
    }
}

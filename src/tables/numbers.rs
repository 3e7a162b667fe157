//! The numbers of many leads in as few bytes as hold them exactly.
//!
//! What the log says is counts and times, four columns a kind of activity: as 64-bit numbers those of a million deals
//! and a dozen kinds take 400 MB, and as what they are less than half of it. Nothing is rounded: a column that does not
//! fit its narrow form becomes a wide one.

mod narrow;

use crate::lanes::{Lanes, in_wide_registers};
use narrow::{NO_COUNT, NO_TIME, NarrowCounts, NarrowSpans, SECONDS_PER_DAY, days, wide_count, wide_seconds};
use std::ops::Range;

pub use narrow::{NO_SPAN, days_of};
pub(crate) use narrow::{is_short, wide};

/// Amounts, one a lead; NaN where missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    /// As they are.
    Wide(Vec<f64>),
    /// Whole numbers from 0 to 65,534; the largest code where missing.
    Counts(Vec<u16>),
    /// Days, kept in whole seconds; the smallest code where missing.
    Seconds(Vec<i32>),
}

impl From<Vec<f64>> for Numbers {
    fn from(values: Vec<f64>) -> Numbers {
        Numbers::Wide(values)
    }
}

impl FromIterator<f64> for Numbers {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Numbers {
        Numbers::Wide(values.into_iter().collect())
    }
}

impl Numbers {
    /// Counts, which are narrow where all of them are small and whole.
    pub fn of_counts(counts: Vec<f64>) -> Numbers {
        in_wide_registers(NarrowCounts(&counts)).map_or(Numbers::Wide(counts), Numbers::Counts)
    }

    /// Lengths of time in microseconds as days, [`NO_SPAN`] where missing; they are narrow where all of them are whole seconds.
    pub fn of_spans(micros: Vec<i64>) -> Numbers {
        in_wide_registers(NarrowSpans(&micros)).map_or_else(|| micros.into_iter().map(days).collect(), Numbers::Seconds)
    }

    /// No numbers yet, and room for so many as narrow as these.
    pub fn room_for(&self, n: usize) -> Numbers {
        match self {
            Numbers::Wide(_) => Numbers::Wide(Vec::with_capacity(n)),
            Numbers::Counts(_) => Numbers::Counts(Vec::with_capacity(n)),
            Numbers::Seconds(_) => Numbers::Seconds(Vec::with_capacity(n)),
        }
    }

    /// Puts other numbers behind these.
    pub fn append(&mut self, others: &Numbers) {
        match (&mut *self, others) {
            (Numbers::Counts(own), Numbers::Counts(others)) => own.extend_from_slice(others),
            (Numbers::Seconds(own), Numbers::Seconds(others)) => own.extend_from_slice(others),
            (Numbers::Wide(own), others) => own.extend(others.iter()),
            (own, others) => *own = own.iter().chain(others.iter()).collect(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Numbers::Wide(values) => values.len(),
            Numbers::Counts(counts) => counts.len(),
            Numbers::Seconds(seconds) => seconds.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a row; NaN where missing.
    #[inline]
    pub fn get(&self, row: usize) -> f64 {
        match self {
            Numbers::Wide(values) => values[row],
            Numbers::Counts(counts) => wide_count(counts[row]),
            Numbers::Seconds(seconds) => wide_seconds(seconds[row]),
        }
    }

    /// Whether the number of a row is missing.
    #[inline]
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Numbers::Wide(values) => values[row].is_nan(),
            Numbers::Counts(counts) => counts[row] == NO_COUNT,
            Numbers::Seconds(seconds) => seconds[row] == NO_TIME,
        }
    }

    /// Of each whether it is missing.
    pub(crate) fn missing(&self) -> Vec<bool> {
        self.missing_of_stretch(0..self.len())
    }

    /// Whether the numbers of these rows are missing.
    pub(crate) fn missing_of(&self, rows: &[usize]) -> Vec<bool> {
        match stretch_of(rows) {
            Some(stretch) => self.missing_of_stretch(stretch),
            None => rows.iter().map(|&row| self.is_missing(row)).collect(),
        }
    }

    fn missing_of_stretch(&self, rows: Range<usize>) -> Vec<bool> {
        let mut missing = vec![false; rows.len()];
        in_wide_registers(Missing { numbers: self, rows, missing: &mut missing });
        missing
    }

    /// Whether all that are there are finite.
    pub fn are_finite(&self) -> bool {
        match self {
            // All are looked at, several at once, rather than up to the first that is not.
            Numbers::Wide(values) => values.iter().fold(true, |all, value| all & !value.is_infinite()),
            Numbers::Counts(_) | Numbers::Seconds(_) => true,
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Writes the numbers of these rows, one after the other.
    #[inline(always)]
    pub fn write(&self, rows: &[usize], into: &mut [f64]) {
        if let Some(stretch) = stretch_of(rows) {
            return self.write_stretch(stretch, into, wide_seconds);
        }
        let cells = into.iter_mut().zip(rows);
        match self {
            Numbers::Wide(values) => cells.for_each(|(cell, &row)| *cell = values[row]),
            Numbers::Counts(counts) => cells.for_each(|(cell, &row)| *cell = wide_count(counts[row])),
            Numbers::Seconds(seconds) => cells.for_each(|(cell, &row)| *cell = wide_seconds(seconds[row])),
        }
    }

    /// What the numbers of [`Numbers::turn_stored`] are to be multiplied by to be these.
    pub(crate) fn unit(&self) -> f64 {
        if let Numbers::Seconds(_) = self { 1.0 / SECONDS_PER_DAY } else { 1.0 }
    }

    /// Writes what `turned` makes of the numbers of rows that follow each other, which it gets as multiples of
    /// [`Numbers::unit`]: a division less for each.
    #[inline(always)]
    pub(crate) fn turn_stored(&self, rows: Range<usize>, into: &mut [f64], turned: impl Fn(f64) -> f64) {
        let of_seconds = |seconds| if seconds == NO_TIME { f64::NAN } else { f64::from(seconds) };
        self.turn_stretch(rows, into, of_seconds, turned);
    }

    /// Writes the numbers of rows that follow each other, several at once, and what `of_seconds` makes of those kept in seconds.
    #[inline(always)]
    fn write_stretch(&self, rows: Range<usize>, into: &mut [f64], of_seconds: impl Fn(i32) -> f64) {
        self.turn_stretch(rows, into, of_seconds, |number| number);
    }

    /// The same of what is `turned` of each.
    #[inline(always)]
    fn turn_stretch(
        &self,
        rows: Range<usize>,
        into: &mut [f64],
        of_seconds: impl Fn(i32) -> f64,
        turned: impl Fn(f64) -> f64,
    ) {
        let cells = into[..rows.len()].iter_mut();
        match self {
            Numbers::Wide(values) => cells.zip(&values[rows]).for_each(|(cell, value)| *cell = turned(*value)),
            Numbers::Counts(counts) => {
                cells.zip(&counts[rows]).for_each(|(cell, count)| *cell = turned(wide_count(*count)));
            }
            Numbers::Seconds(seconds) => {
                cells.zip(&seconds[rows]).for_each(|(cell, seconds)| *cell = turned(of_seconds(*seconds)));
            }
        }
    }

    /// The numbers of rows that follow each other.
    pub fn of_stretch(&self, rows: Range<usize>, into: &mut [f64]) {
        in_wide_registers(Stretch { numbers: self, rows, into });
    }

    /// Writes 1 for each of the rows, which follow each other, whose number `is` so (NaN where missing), and else 0.
    #[inline(always)]
    pub(crate) fn flag(&self, rows: Range<usize>, flags: &mut [f64], is: impl Fn(f64) -> bool) {
        self.write_stretch(rows, flags, wide_seconds);
        flags.iter_mut().for_each(|cell| *cell = f64::from(u8::from(is(*cell))));
    }

    /// The numbers of these rows.
    pub fn of_rows(&self, rows: &[usize]) -> Vec<f64> {
        let mut numbers = vec![0.0; rows.len()];
        in_wide_registers(Written { numbers: self, rows, into: &mut numbers });
        numbers
    }

    /// The numbers of these rows that are there, in ascending order.
    pub fn sorted(&self, rows: &[usize]) -> Vec<f64> {
        match self {
            Numbers::Wide(values) => {
                let mut own: Vec<f64> = rows.iter().map(|&row| values[row]).filter(|value| !value.is_nan()).collect();
                own.sort_unstable_by(f64::total_cmp);
                own
            }
            Numbers::Counts(counts) => {
                let mut n_of = vec![0usize; usize::from(NO_COUNT) + 1];
                rows.iter().for_each(|&row| n_of[usize::from(counts[row])] += 1);
                let each = n_of[..usize::from(NO_COUNT)].iter().enumerate();
                each.flat_map(|(count, &n)| std::iter::repeat_n(count as f64, n)).collect()
            }
            Numbers::Seconds(seconds) => {
                let mut own: Vec<i32> = rows.iter().map(|&row| seconds[row]).filter(|own| *own != NO_TIME).collect();
                own.sort_unstable();
                own.into_iter().map(wide_seconds).collect()
            }
        }
    }

    /// Keeps the rows whose flag is set.
    pub fn retain(&mut self, keep: &[bool]) {
        let mut flags = keep.iter();
        let mut kept = || *flags.next().expect("one flag a row");
        match self {
            Numbers::Wide(values) => values.retain(|_| kept()),
            Numbers::Counts(counts) => counts.retain(|_| kept()),
            Numbers::Seconds(seconds) => seconds.retain(|_| kept()),
        }
    }
}

/// Numbers that are written with all their steps in the same registers.
struct Written<'a> {
    numbers: &'a Numbers,
    rows: &'a [usize],
    into: &'a mut [f64],
}

impl Lanes for Written<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        self.numbers.write(self.rows, self.into);
    }
}

/// The same of rows that follow each other.
struct Stretch<'a> {
    numbers: &'a Numbers,
    rows: Range<usize>,
    into: &'a mut [f64],
}

impl Lanes for Stretch<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        self.numbers.write_stretch(self.rows, self.into, wide_seconds);
    }
}

/// Writes whether the numbers of rows that follow each other are missing.
struct Missing<'a> {
    numbers: &'a Numbers,
    rows: Range<usize>,
    missing: &'a mut [bool],
}

impl Lanes for Missing<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Missing { numbers, rows, missing } = self;
        let cells = missing.iter_mut();
        match numbers {
            Numbers::Wide(values) => cells.zip(&values[rows]).for_each(|(cell, value)| *cell = value.is_nan()),
            Numbers::Counts(counts) => cells.zip(&counts[rows]).for_each(|(cell, count)| *cell = *count == NO_COUNT),
            Numbers::Seconds(all) => cells.zip(&all[rows]).for_each(|(cell, seconds)| *cell = *seconds == NO_TIME),
        }
    }
}

/// The rows as a range, where each follows the one before.
#[inline(always)]
pub(crate) fn stretch_of(rows: &[usize]) -> Option<Range<usize>> {
    let first = *rows.first()?;
    // All of them are looked at, several at once, rather than up to the first that does not.
    let follow = rows.iter().enumerate().fold(true, |all, (at, &row)| all & (row == first.wrapping_add(at)));
    follow.then(|| first..first + rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asof::Span;

    fn bits(numbers: &Numbers) -> Vec<u64> {
        numbers.iter().map(f64::to_bits).collect()
    }

    #[test]
    fn narrow_forms_hold_what_they_were_given_or_become_wide() {
        for counts in [vec![0.0, 3.0, f64::NAN, 65_534.0], vec![0.5], vec![-0.0], vec![65_535.0, 1.0]] {
            let numbers = Numbers::of_counts(counts.clone());
            assert_eq!(bits(&numbers), counts.iter().map(|c| c.to_bits()).collect::<Vec<_>>());
            assert!((0..counts.len()).all(|row| numbers.is_missing(row) == counts[row].is_nan()));
        }
        assert!(matches!(Numbers::of_counts(vec![1.0, f64::NAN]), Numbers::Counts(_)));
        let numbers = Numbers::of_spans(vec![86_400_000_000, NO_SPAN, -5_000_000]);
        assert!(matches!(numbers, Numbers::Seconds(_)));
        assert_eq!([0, 1, 2].map(|row| numbers.is_missing(row)), [false, true, false]);
        assert!(numbers.get(1).is_nan() && numbers.get(0) == 1.0 && numbers.get(2) == Span(-5_000_000).days());
        let beyond = i64::from(i32::MAX) * 1_000_000;
        for micros in [1, 86_400_000_001, beyond, -beyond - 1_000_000, 1 << 51, i64::MAX, i64::MIN + 1] {
            let numbers = Numbers::of_spans(vec![micros, NO_SPAN]);
            assert!(matches!(numbers, Numbers::Wide(_)), "{micros}");
            assert!(numbers.get(0) == Span(micros).days() && numbers.is_missing(1));
            let days = days_of(&[micros, NO_SPAN]);
            assert!(days[0] == Span(micros).days() && days[1].is_nan());
        }
        let all: Vec<i64> = (-40_000..40_000).map(|step| step * 53_611).collect();
        let whole = Numbers::of_spans(all.iter().map(|seconds| seconds * 1_000_000).collect());
        assert!(matches!(whole, Numbers::Seconds(_)));
        assert!(all.iter().enumerate().all(|(row, seconds)| whole.get(row) == Span(seconds * 1_000_000).days()));
        assert!(days_of(&all).iter().zip(&all).all(|(days, &micros)| *days == Span(micros).days()));
    }

    #[test]
    fn appended_numbers_widen_where_they_must() {
        let mut numbers = Numbers::of_counts(vec![1.0, 2.0]).room_for(4);
        numbers.append(&Numbers::of_counts(vec![1.0, f64::NAN]));
        numbers.append(&Numbers::of_counts(vec![0.5, 7.0]));
        numbers.append(&Numbers::of_counts(vec![9.0]));
        assert_eq!(numbers.of_rows(&[4, 0, 2, 3]), [9.0, 1.0, 0.5, 7.0]);
        assert_eq!(numbers.of_rows(&[2, 3, 4]), [0.5, 7.0, 9.0]);
        assert_eq!(Numbers::of_counts(vec![4.0, 5.0, 6.0]).of_rows(&[1, 2]), [5.0, 6.0]);
        assert_eq!(numbers.sorted(&[4, 0, 2, 3, 1]), [0.5, 1.0, 7.0, 9.0]);
        assert_eq!(Numbers::of_counts(vec![3.0, f64::NAN, 0.0, 3.0]).sorted(&[0, 1, 2, 3]), [0.0, 3.0, 3.0]);
        for numbers in
            [&numbers, &Numbers::of_counts(vec![3.0, f64::NAN, 0.0]), &Numbers::of_spans(vec![5, NO_SPAN, 7])]
        {
            for rows in [&[0, 1, 2][..], &[2, 0, 1, 1], &[1, 2], &[]] {
                let told: Vec<bool> = rows.iter().map(|row| numbers.is_missing(*row)).collect();
                assert_eq!(numbers.missing_of(rows), told);
            }
            assert!(numbers.missing().iter().enumerate().all(|(row, missing)| *missing == numbers.is_missing(row)));
        }
        let days = Numbers::of_spans(vec![5_000_000, NO_SPAN, -1_000_000]);
        assert_eq!(days.sorted(&[0, 1, 2]), [days.get(2), days.get(0)]);
        numbers.retain(&[false, true, true, false, true]);
        assert!(numbers.len() == 3 && numbers.get(0).is_nan());
    }
}

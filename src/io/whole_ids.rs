//! Ids that are whole numbers close to each other, as counters give them: what is kept of each stands in a list at its
//! distance from the smallest, which takes a tenth of the memory of a hash table and of the waits for it.

use crate::tables::Ids;
use rayon::prelude::*;
use std::ops::Range;

/// More places than so many a lead are not worth it …
const PLACES_PER_ID: u64 = 4;

/// … unless they are so few that the list fits into a cache: a few of many leads are then found as quickly as all.
const FEW_PLACES: u64 = 1 << 20;

/// A place fits into 32 bits.
const MOST_PLACES: u64 = 1 << 32;

/// The digits that a `u64` holds for sure.
const MOST_DIGITS: usize = 18;

/// Ids that a thread reads at a time.
const IDS_PER_TASK: usize = 1 << 15;

/// The stretch of whole numbers that a set of ids lies in.
#[derive(Debug, Clone, Copy)]
pub(super) struct WholeIds {
    /// The smallest id.
    pub first: u64,
    /// How many numbers there are from the smallest id to the largest.
    pub n_places: usize,
}

impl WholeIds {
    /// The stretch of these ids; `None` when one is no whole number as a counter prints it, or they lie far apart.
    pub(super) fn of(ids: &Ids) -> Option<WholeIds> {
        if let Some(first) = ids.count_from() {
            return Some(WholeIds { first, n_places: ids.len() });
        }
        let both = |a: (u64, u64), b: (u64, u64)| Some((a.0.min(b.0), a.1.max(b.1)));
        let of_rows = |mut rows: Range<usize>| {
            rows.try_fold(NO_STRETCH, |so_far, row| {
                let number = whole(ids[row].as_bytes())?;
                both(so_far, (number, number))
            })
        };
        let (first, last) = tasks(ids.len()).map(of_rows).try_reduce(|| NO_STRETCH, both)?;
        let n_places = last.checked_sub(first)? + 1;
        (n_places <= (PLACES_PER_ID * ids.len() as u64).clamp(FEW_PLACES, MOST_PLACES))
            .then_some(WholeIds { first, n_places: n_places as usize })
    }

    /// Whether these ids, the very ones that the stretch was made of, count up row by row, as those of an export in order of
    /// creation do: then the place of each is its row, and none stands twice.
    pub(super) fn counts_up(&self, ids: &Ids) -> bool {
        let in_place = |row: usize| self.place(ids[row].as_bytes()) == Some(row);
        let are_in_place = || tasks(ids.len()).all(|mut rows| rows.all(in_place));
        self.n_places == ids.len() && (ids.count_from().is_some() || are_in_place())
    }

    /// The place of an id; `None` outside of the stretch.
    #[inline]
    pub(super) fn place(&self, id: &[u8]) -> Option<usize> {
        self.place_of(whole(id)?)
    }

    /// The id of a place.
    pub(super) fn id(&self, place: usize) -> String {
        (self.first + place as u64).to_string()
    }

    /// The place of an id that is known as a number.
    #[inline]
    pub(super) fn place_of(&self, number: u64) -> Option<usize> {
        let place = number.checked_sub(self.first)? as usize;
        (place < self.n_places).then_some(place)
    }
}

/// The smallest and the largest of no numbers.
const NO_STRETCH: (u64, u64) = (u64::MAX, 0);

/// The whole number from which numbers count up, each a counter's; `None` where they do not.
pub(super) fn counted_from(numbers: &[Option<i64>]) -> Option<u64> {
    const BEYOND: u64 = 10_u64.pow(MOST_DIGITS as u32);
    let first = u64::try_from((*numbers.first()?)?).ok()?;
    let in_place = |row: usize| numbers[row].is_some_and(|number| number as u64 == first + row as u64);
    (first < BEYOND - numbers.len() as u64 && tasks(numbers.len()).all(|mut rows| rows.all(in_place))).then_some(first)
}

/// The rows of so many ids, task by task, in order where they are collected.
pub(super) fn tasks(n_ids: usize) -> impl IndexedParallelIterator<Item = Range<usize>> {
    let rows = move |task: usize| task * IDS_PER_TASK..((task + 1) * IDS_PER_TASK).min(n_ids);
    (0..n_ids.div_ceil(IDS_PER_TASK)).into_par_iter().map(rows)
}

/// The number that an id is, if printing the number gives the id again: digits alone, without a leading zero.
#[inline]
fn whole(id: &[u8]) -> Option<u64> {
    if id.is_empty() || id.len() > MOST_DIGITS || (id[0] == b'0' && id.len() > 1) {
        return None;
    }
    let (number, rest) = match id.split_first_chunk::<8>() {
        Some((first, rest)) => (eight_digits(u64::from_le_bytes(*first))?, rest),
        None => (0, id),
    };
    rest.iter().try_fold(number, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u64::from(byte - b'0')))
}

/// The number that eight digits are, all at once: neighbours are joined, then pairs, then fours.
#[inline]
fn eight_digits(text: u64) -> Option<u64> {
    let of_each = |byte: u64| u64::MAX / 255 * byte;
    let is_high_half_three = |bytes: u64| bytes & of_each(0xF0) == of_each(0x30);
    if !is_high_half_three(text) || !is_high_half_three(text.wrapping_add(of_each(6))) {
        return None;
    }
    let digits = text & of_each(0x0F);
    let pairs = (digits * 10 + (digits >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    Some((fours * 10_000 + (fours >> 32)) & 0xFFFF_FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(list: &[&str]) -> Ids {
        list.iter().collect()
    }

    #[test]
    fn digits_are_read_as_numbers_and_nothing_else_is() {
        for number in [0, 7, 99_999_999, 12_345_678, 10_000_000, 123_456_789, 90_807_060_504_030_201_u64] {
            assert_eq!(whole(number.to_string().as_bytes()), Some(number));
        }
        for at in 0..10 {
            for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
                let mut id = *b"1234567890";
                id[at] = byte;
                assert_eq!(whole(&id), None);
            }
        }
    }

    #[test]
    fn only_ids_that_a_number_prints_as_have_a_place() {
        let whole = WholeIds::of(&ids(&["12", "7", "10"])).unwrap();
        assert!(WholeIds::of(&ids(&["1", "1048576"])).is_some());
        assert_eq!((whole.n_places, whole.place(b"7"), whole.place(b"12")), (6, Some(0), Some(5)));
        for other in ["", "007", "6", "13", "+7", "7 ", "7.0", "99999999999999999999999"] {
            assert_eq!(whole.place(other.as_bytes()), None, "{other}");
        }
        for list in [&["1", "x"][..], &["1", "02"], &["1", "1048577"], &["1", ""], &[]] {
            assert!(WholeIds::of(&ids(list)).is_none(), "{list:?}");
        }
    }

    #[test]
    fn ids_count_up_where_each_is_one_more_than_the_one_before() {
        let counts_up = |ids: &Ids| WholeIds::of(ids).unwrap().counts_up(ids);
        let many = |number: fn(usize) -> usize| (0..3 * IDS_PER_TASK + 7).map(|row| number(row).to_string()).collect();
        assert!(counts_up(&ids(&["7", "8", "9"])));
        assert!(counts_up(&many(|row| 90 + row)));
        for list in [&["8", "7"][..], &["7", "9"], &["7", "7"], &["7", "7", "9"]] {
            assert!(!counts_up(&ids(list)), "{list:?}");
        }
        assert!(!counts_up(&many(|row| if row == 2 * IDS_PER_TASK { 3 } else { row })));
    }
}

//! The calendar by hand: dates and times of day from their digits, without allocation, because this is the hot path of
//! a log of millions of rows.

use super::DateOrder;
use crate::asof::Instant;

/// Microseconds in a second.
pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A date and time as written, before any timezone: seconds on the clock since 1970-01-01, and microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    /// Seconds.
    pub second: i64,
    /// Microseconds beyond them.
    pub micros: i64,
    /// Seconds east of UTC, where the text says so.
    pub offset: Option<i32>,
}

/// First and second number of a date with its year last, such as 2/1/2018 or 01-02-2018 10:00; `None` for the rest.
pub(super) fn slashed_parts(cell: &[u8]) -> Option<(u32, u32)> {
    let cell = cell.trim_ascii();
    let (first, rest) = digits(cell, 1, 2)?;
    let (separator, rest) = separator(rest)?;
    let (second, rest) = digits(rest, 1, 2)?;
    let (year, rest) = digits(rest.strip_prefix(&[separator])?, 4, 4)?;
    (year > 0 && clock(rest).is_some()).then_some((first, second))
}

/// A day as it was written, `2024-01-31`, and its number since 1970-01-01; at first of no day.
#[derive(Debug, Clone, Copy, Default)]
pub struct KnownDay {
    text: [u8; 10],
    number: i64,
}

/// The common form `2024-01-31T12:00:00`, blank or T between, with whatever may follow the seconds. The day is
/// worked out only when it is not that of `last`.
#[inline]
pub(super) fn iso_to_the_second(cell: &[u8], last: &mut KnownDay) -> Option<Written> {
    let (head, rest) = cell.split_first_chunk::<19>()?;
    let second = iso_second(head, last)?;
    let (micros, rest) = fraction(rest)?;
    Some(Written { second, micros, offset: offset(rest)? })
}

/// The same form at the front of a text, with a decimal fraction and a `Z` where they follow, and how long it is.
#[inline]
pub(super) fn iso_front(text: &[u8], last: &mut KnownDay) -> Option<(Written, usize)> {
    let (head, rest) = text.split_first_chunk::<19>()?;
    let second = iso_second(head, last)?;
    let (micros, rest) = if rest.first() == Some(&b'.') { fraction(rest)? } else { (0, rest) };
    let (offset, rest) = match rest.split_first() {
        Some((b'Z', rest)) => (Some(0), rest),
        _ => (None, rest),
    };
    Some((Written { second, micros, offset }, text.len() - rest.len()))
}

#[inline]
fn iso_second(head: &[u8; 19], last: &mut KnownDay) -> Option<i64> {
    let (date, clock) = (head.first_chunk::<10>()?, head.last_chunk::<8>()?);
    let seconds = full_clock(*clock).filter(|_| matches!(head[10], b'T' | b' '))?;
    if *date != last.text {
        let pair = |at: usize| Some(digits(&date[at..at + 2], 2, 2)?.0);
        if date[4] != b'-' || date[7] != b'-' {
            return None;
        }
        let number = day_number(pair(0)? * 100 + pair(2)?, pair(5)?, pair(8)?)?;
        *last = KnownDay { text: *date, number };
    }
    Some(last.number * SECONDS_PER_DAY + seconds)
}

/// The second of the day of `12:34:56`, whose eight bytes are checked and read together.
#[inline]
fn full_clock(text: [u8; 8]) -> Option<i64> {
    const MIDNIGHT: u64 = u64::from_le_bytes(*b"00:00:00");
    // Added to a byte, it reaches the highest bit from 10 on, and where the colons stand from 1 on.
    const TO_HIGHEST: u64 = u64::from_le_bytes([0x76, 0x76, 0x7F, 0x76, 0x76, 0x7F, 0x76, 0x76]);
    let digits = u64::from_le_bytes(text) ^ MIDNIGHT;
    if (digits | digits.wrapping_add(TO_HIGHEST)) & (u64::MAX / 255 * 0x80) != 0 {
        return None;
    }
    let pairs = digits * 10 + (digits >> 8);
    let pair = |at: u32| (pairs >> (8 * at)) as u32 & 0xFF;
    seconds_of_day(pair(0), pair(3), pair(6))
}

/// A date in one of the other forms, with a time of day or without.
pub(super) fn dated(cell: &[u8], order: Option<DateOrder>) -> Option<Written> {
    let (day, rest) = calendar_day(cell, order)?;
    let (seconds, micros, offset) = clock(rest)?;
    Some(Written { second: day * SECONDS_PER_DAY + seconds, micros, offset })
}

fn calendar_day(cell: &[u8], order: Option<DateOrder>) -> Option<(i64, &[u8])> {
    if let Some((compact, rest)) = digits(cell, 8, 8) {
        let century = compact / 1_000_000;
        let day = day_number(compact / 10_000, compact / 100 % 100, compact % 100)?;
        // Pandas writes a whole-number column with gaps as 20240131.0.
        let rest = if rest == b".0" { &rest[2..] } else { rest };
        let may_follow = rest.first().is_none_or(|b| matches!(b, b'T' | b' '));
        return (matches!(century, 19 | 20) && may_follow).then_some((day, rest));
    }
    if let Some((year, rest)) = digits(cell, 4, 4) {
        let (separator, rest) = separator(rest)?;
        let (month, rest) = digits(rest, 1, 2)?;
        let (day, rest) = digits(rest.strip_prefix(&[separator])?, 1, 2)?;
        return Some((day_number(year, month, day)?, rest));
    }
    let (first, rest) = digits(cell, 1, 2)?;
    let (separator, rest) = separator(rest)?;
    let (second, rest) = digits(rest, 1, 2)?;
    let (year, rest) = digits(rest.strip_prefix(&[separator])?, 4, 4)?;
    let day = match order {
        Some(DateOrder::MonthFirst) => day_number(year, first, second),
        Some(DateOrder::DayFirst) => day_number(year, second, first),
        None if first == second => day_number(year, first, second),
        None => None,
    };
    Some((day?, rest))
}

/// What follows a date: nothing, or a time of day with fraction, AM/PM and offset as they come.
fn clock(rest: &[u8]) -> Option<(i64, i64, Option<i32>)> {
    if rest.is_empty() {
        return Some((0, 0, None));
    }
    let after_comma = rest.strip_prefix(b",").unwrap_or(rest);
    let rest = match after_comma.split_first()? {
        (b'T' | b't' | b' ', rest) => rest.trim_ascii_start(),
        _ => return None,
    };
    let (hour, minute, second, rest) = match digits(rest, 1, 2).filter(|(_, rest)| rest.starts_with(b":")) {
        Some((hour, rest)) => {
            let (minute, rest) = digits(&rest[1..], 2, 2)?;
            match rest.strip_prefix(b":") {
                Some(rest) => {
                    let (second, rest) = digits(rest, 2, 2)?;
                    (hour, minute, second, rest)
                }
                None => (hour, minute, 0, rest),
            }
        }
        None => compact_clock(rest)?,
    };
    let (micros, rest) = fraction(rest)?;
    let (hour, rest) = half_of_day(hour, rest)?;
    Some((seconds_of_day(hour, minute, second)?, micros, offset(rest)?))
}

/// The basic form of ISO 8601, `T1015` or `T101500`.
fn compact_clock(rest: &[u8]) -> Option<(u32, u32, u32, &[u8])> {
    if let Some((all, rest)) = digits(rest, 6, 6) {
        return Some((all / 10_000, all / 100 % 100, all % 100, rest));
    }
    digits(rest, 4, 4).map(|(all, rest)| (all / 100, all % 100, 0, rest))
}

fn half_of_day(hour: u32, rest: &[u8]) -> Option<(u32, &[u8])> {
    let half = rest.trim_ascii_start();
    let after_noon = match half.get(..2) {
        Some(text) if text.eq_ignore_ascii_case(b"am") => false,
        Some(text) if text.eq_ignore_ascii_case(b"pm") => true,
        _ => return Some((hour, rest)),
    };
    (1..=12).contains(&hour).then(|| (hour % 12 + if after_noon { 12 } else { 0 }, &half[2..]))
}

/// Ten digits as epoch seconds, thirteen as milliseconds; a fraction may follow either.
pub(super) fn epoch(cell: &[u8]) -> Option<Instant> {
    let length = cell.iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = std::str::from_utf8(&cell[..length]).ok()?.parse::<i64>().ok()?;
    let (micros, rest) = fraction(&cell[length..])?;
    if !rest.is_empty() {
        return None;
    }
    Some(Instant(if length == 10 { whole * MICROS_PER_SECOND + micros } else { whole * 1000 + micros / 1000 }))
}

/// Microseconds of `.123456…` or `,123…`; further digits are cut off.
#[inline]
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    // Many programs write every whole second so.
    if let Some((b".000000", after)) = rest.split_first_chunk::<7>()
        && !after.first().is_some_and(u8::is_ascii_digit)
    {
        return Some((0, after));
    }
    let [b'.' | b',', digits @ ..] = rest else { return Some((0, rest)) };
    let length = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let kept = length.min(6);
    let value = digits[..kept].iter().fold(0_i64, |sum, b| sum * 10 + i64::from(b - b'0'));
    Some((value * 10_i64.pow(6 - kept as u32), &digits[length..]))
}

/// The offset at the end, in seconds: nothing, `Z`, `UTC`, `GMT`, `+02:00`, `+0200` or `+02`.
#[inline]
fn offset(rest: &[u8]) -> Option<Option<i32>> {
    let rest = rest.trim_ascii_start();
    let sign = match rest {
        [] => return Some(None),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Some(Some(0)),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let (hours, minutes, rest) = match digits(&rest[1..], 4, 4) {
        Some((both, rest)) => (both / 100, both % 100, rest),
        None => {
            let (hours, rest) = digits(&rest[1..], 2, 2)?;
            let (minutes, rest) = if rest.is_empty() { (0, rest) } else { digits(rest.strip_prefix(b":")?, 2, 2)? };
            (hours, minutes, rest)
        }
    };
    (rest.is_empty() && hours <= 24 && minutes < 60).then_some(Some(sign * (hours * 3600 + minutes * 60) as i32))
}

/// A number of `least` to `most` digits at the start, which no further digit follows, and what comes after it.
#[inline]
fn digits(text: &[u8], least: usize, most: usize) -> Option<(u32, &[u8])> {
    let length = text.iter().take(most + 1).take_while(|b| b.is_ascii_digit()).count();
    if length < least || length > most {
        return None;
    }
    let value = text[..length].iter().fold(0, |sum, b| sum * 10 + u32::from(b - b'0'));
    Some((value, &text[length..]))
}

fn separator(text: &[u8]) -> Option<(u8, &[u8])> {
    match text.split_first() {
        Some((&mark @ (b'/' | b'-' | b'.'), rest)) => Some((mark, rest)),
        _ => None,
    }
}

fn seconds_of_day(hour: u32, minute: u32, second: u32) -> Option<i64> {
    // A leap second counts as the second before it, as in jiff.
    (hour < 24 && minute < 60 && second <= 60).then(|| i64::from(hour * 3600 + minute * 60 + second.min(59)))
}

/// Days from 1970-01-01 in the Gregorian calendar, counted in eras of 400 years from a March
/// (H. Hinnant, "chrono-compatible low-level date algorithms").
#[inline]
fn day_number(year: u32, month: u32, day: u32) -> Option<i64> {
    const MONTH_LENGTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if !(1..=12).contains(&month) || year == 0 {
        return None;
    }
    let leap_day =
        u32::from(month == 2 && year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)));
    if day == 0 || day > MONTH_LENGTHS[month as usize - 1] + leap_day {
        return None;
    }
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year / 400;
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn day_numbers_agree_with_jiff_through_four_centuries() {
        let epoch = date(1970, 1, 1);
        for days in (-135_140..146_097 * 2).step_by(17) {
            let day = epoch.checked_add(jiff::Span::new().days(days)).unwrap();
            let found = day_number(day.year() as u32, day.month() as u32, day.day() as u32);
            assert_eq!(found, Some(i64::from(days)), "{day}");
        }
        assert_eq!(day_number(2023, 2, 29), None);
        assert_eq!(day_number(1900, 2, 29), None);
        assert!(day_number(2000, 2, 29).is_some());
    }

    #[test]
    fn a_clock_read_at_once_is_that_read_pair_by_pair() {
        let by_pairs = |text: &[u8; 8]| {
            let pair = |at: usize| Some(digits(&text[at..at + 2], 2, 2)?.0);
            let is_marked = text[2] == b':' && text[5] == b':';
            seconds_of_day(pair(0)?, pair(3)?, pair(6)?).filter(|_| is_marked)
        };
        for second in 0..86_400 {
            let text = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            assert_eq!(full_clock(text.as_bytes().try_into().unwrap()), Some(second));
        }
        for start in [*b"23:59:60", *b"12:34:56", *b"00:00:00"] {
            for (at, byte) in (0..8).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
                let mut text = start;
                text[at] = byte;
                assert_eq!(full_clock(text), by_pairs(&text), "{text:?}");
            }
        }
    }
}

//! From local time to UTC through a table of the zone's changes, made once.
//!
//! At a change at UTC second T from offset b to offset a, local times below T + max(a, b) keep b and the others take
//! a. That one rule is both promises: a time that exists twice (a < b) is the earlier, and one that does not exist
//! (a > b) moves forward by the gap.

use crate::fault::InputError;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Changes are laid down up to this second, 2200-01-01; later times keep the last offset.
const LAST_CHANGE: i64 = 7_258_118_400;

/// A time zone as local second → offset.
#[derive(Debug, Clone)]
pub(super) struct Zone {
    /// Local second from which `offsets[i + 1]` holds; ascending.
    starts: Vec<i64>,
    /// Offsets in seconds east of UTC, one more than `starts`.
    offsets: Vec<i32>,
}

impl Zone {
    /// The zone of this IANA name.
    pub(super) fn named(name: &str) -> Result<Zone, InputError> {
        let zone = TimeZone::get(name).map_err(|_| {
            let remedy =
                "write an IANA name such as \"Europe/Berlin\", \"America/New_York\", \"Asia/Tokyo\" or \"UTC\"";
            InputError::new(format!("`{name}` is not a known timezone")).remedy(remedy)
        })?;
        let first = zone.to_offset(Timestamp::MIN).seconds();
        let (mut starts, mut offsets) = (Vec::new(), vec![first]);
        for change in zone.following(Timestamp::MIN) {
            let (at, after) = (change.timestamp().as_second(), change.offset().seconds());
            let before = offsets[offsets.len() - 1];
            if at > LAST_CHANGE {
                break;
            }
            if after != before {
                starts.push(at + i64::from(after.max(before)));
                offsets.push(after);
            }
        }
        Ok(Zone { starts, offsets })
    }

    /// Whether its clocks always show UTC.
    pub(super) fn is_utc(&self) -> bool {
        self.offsets == [0]
    }

    /// The offset in seconds that a clock on the wall showed at this local second.
    pub(super) fn offset_at(&self, local_second: i64) -> i32 {
        self.offsets[self.starts.partition_point(|start| *start <= local_second)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use jiff::tz::Disambiguation;

    #[test]
    fn the_table_agrees_with_jiff_on_every_half_hour_around_changes() {
        for name in
            ["UTC", "Europe/Bucharest", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
        {
            let zone = Zone::named(name).unwrap();
            let jiff_zone = TimeZone::get(name).unwrap();
            for (year, month, day) in [
                (1947, 5, 1),
                (1999, 10, 30),
                (2024, 3, 8),
                (2024, 3, 30),
                (2024, 4, 6),
                (2024, 10, 26),
                (2024, 11, 2),
                (2090, 3, 25),
            ] {
                for half_hour in 0..96 {
                    let local = date(year, month, day).at(0, 0, 0, 0) + jiff::SignedDuration::from_mins(30 * half_hour);
                    let second = local.to_zoned(TimeZone::UTC).unwrap().timestamp().as_second();
                    let expected =
                        jiff_zone.to_ambiguous_timestamp(local).disambiguate(Disambiguation::Compatible).unwrap();
                    assert_eq!(second - i64::from(zone.offset_at(second)), expected.as_second(), "{name} {local}");
                }
            }
        }
    }

    #[test]
    fn an_unknown_zone_is_named() {
        assert_eq!(Zone::named("Europe/Bucuresti").unwrap_err().what, "`Europe/Bucuresti` is not a known timezone");
    }
}

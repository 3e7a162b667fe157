//! Times, by every spelling the program understands, against what other programs say of the same text.

use leadscore::asof::Instant;
use leadscore::values::{DateOrder, TimeReader, format_instant};

fn utc() -> TimeReader {
    TimeReader::new("UTC", None).unwrap()
}

fn read(reader: &TimeReader, text: &str) -> String {
    reader.read(text.as_bytes(), None).map_or_else(|| "none".to_string(), format_instant)
}

#[test]
fn iso_with_and_without_offset() {
    for (text, expected) in [
        ("2024-01-31T14:05:06Z", "2024-01-31T14:05:06Z"),
        ("2024-01-31 14:05:06", "2024-01-31T14:05:06Z"),
        (" 2024-01-31T14:05 ", "2024-01-31T14:05:00Z"),
        ("2024-01-31", "2024-01-31T00:00:00Z"),
        ("2011-10-01T00:38:44.546+02:00", "2011-09-30T22:38:44.546Z"),
        ("2024-01-31T14:05:06.123456789", "2024-01-31T14:05:06.123456Z"),
        ("2024-01-31T14:05:06,5Z", "2024-01-31T14:05:06.5Z"),
        ("2024-01-31T14:05:06-0530", "2024-01-31T19:35:06Z"),
        ("2024-01-31T14:05:06+09", "2024-01-31T05:05:06Z"),
        ("2024-01-31 14:05:06 UTC", "2024-01-31T14:05:06Z"),
        ("2024-1-5", "2024-01-05T00:00:00Z"),
        ("1972/7/15", "1972-07-15T00:00:00Z"),
        ("2024.01.31 9:07", "2024-01-31T09:07:00Z"),
        ("2024-01-31 2:05 PM", "2024-01-31T14:05:00Z"),
        ("20240131", "2024-01-31T00:00:00Z"),
        ("20240131.0", "2024-01-31T00:00:00Z"),
        ("20240131T140506Z", "2024-01-31T14:05:06Z"),
        ("1706709906", "2024-01-31T14:05:06Z"),
        ("1706709906.25", "2024-01-31T14:05:06.25Z"),
        ("1706709906123", "2024-01-31T14:05:06.123Z"),
        ("1969-12-31T23:59:59.75Z", "1969-12-31T23:59:59.75Z"),
        ("5/5/2024", "2024-05-05T00:00:00Z"),
    ] {
        assert_eq!(read(&utc(), text), expected, "{text}");
    }
}

#[test]
fn what_is_no_time_is_none() {
    for text in [
        "",
        "x",
        "2024",
        "2024-13-01",
        "2024-02-30",
        "2024-01-31T25:00:00",
        "2024-01-31T14:60",
        "18991231",
        "21000101",
        "12345678",
        "123456789",
        "12345678901",
        "2024-01-31x",
        "2024-01-31T14:05:06+2",
        "3/4/2024",
        "2024/01-31",
        "2024-01-31 14:05:06 PM",
        "2024-01-31 13:05 PM",
        "2024-01-31 0:05 AM",
        "31.12.24",
        "2024-01-31T",
        "1706709906x",
    ] {
        assert_eq!(read(&utc(), text), "none", "{text}");
    }
}

#[test]
fn slashed_dates_need_the_order_of_their_column() {
    let reader = utc();
    let by = |text: &str, order| reader.read(text.as_bytes(), Some(order)).map(format_instant);
    assert_eq!(by("3/4/2024", DateOrder::MonthFirst).unwrap(), "2024-03-04T00:00:00Z");
    assert_eq!(by("03-04-2024 2:05:33 pm", DateOrder::DayFirst).unwrap(), "2024-04-03T14:05:33Z");
    assert_eq!(by("3/4/2024, 12:05 AM", DateOrder::MonthFirst).unwrap(), "2024-03-04T00:05:00Z");
    assert_eq!(by("31.12.2024", DateOrder::DayFirst).unwrap(), "2024-12-31T00:00:00Z");
    assert_eq!(by("31.12.2024", DateOrder::MonthFirst), None);
    assert_eq!(by("2024-03-04", DateOrder::DayFirst).unwrap(), "2024-03-04T00:00:00Z");
    let refused = reader.read_one("3/4/2024").unwrap_err();
    assert_eq!(refused.to_string(), "`3/4/2024` may be month-first or day-first");
    assert_eq!(reader.read_one("soon").unwrap_err().to_string(), "`soon` is not a time");
}

#[test]
fn a_local_time_twice_is_the_earlier_and_one_in_a_gap_moves_forward() {
    let bucharest = TimeReader::new("Europe/Bucharest", None).unwrap();
    // Clocks go back from 04:00 EEST to 03:00 EET on 27 October 2024, and forward from 03:00 to 04:00 on 31 March.
    assert_eq!(read(&bucharest, "2024-10-27T03:30:00"), "2024-10-27T00:30:00Z");
    assert_eq!(read(&bucharest, "2024-10-27T04:00:00"), "2024-10-27T02:00:00Z");
    assert_eq!(read(&bucharest, "2024-03-31T03:30:00"), "2024-03-31T01:30:00Z");
    assert_eq!(read(&bucharest, "2024-03-31T02:59:59"), "2024-03-31T00:59:59Z");
    assert_eq!(read(&bucharest, "2024-03-31T04:00:00"), "2024-03-31T01:00:00Z");
    assert_eq!(read(&bucharest, "2024-10-27T03:30:00+02:00"), "2024-10-27T01:30:00Z");
    let tokyo = TimeReader::new("Asia/Tokyo", None).unwrap();
    assert_eq!(read(&tokyo, "2024-01-01"), "2023-12-31T15:00:00Z");
    // Epoch numbers are UTC whatever the timezone.
    assert_eq!(read(&tokyo, "1706709906"), "2024-01-31T14:05:06Z");
}

#[test]
fn a_time_format_is_read_first_and_the_plain_forms_still_are() {
    let reader = TimeReader::new("Asia/Tokyo", Some("%d-%b-%Y")).unwrap();
    assert_eq!(read(&reader, "05-Jan-2024"), "2024-01-04T15:00:00Z");
    assert_eq!(read(&reader, "2024-01-05T00:00:00Z"), "2024-01-05T00:00:00Z");
    let with_time = TimeReader::new("UTC", Some("%m/%d/%y %H:%M")).unwrap();
    assert_eq!(read(&with_time, "2/1/18 14:05"), "2018-02-01T14:05:00Z");
    let with_offset = TimeReader::new("Asia/Tokyo", Some("%Y年%m月%d日 %H:%M %z")).unwrap();
    assert_eq!(read(&with_offset, "2024年1月5日 10:00 +0000"), "2024-01-05T10:00:00Z");
    for bad in ["%Q%", "%H:%M", "day"] {
        assert!(TimeReader::new("UTC", Some(bad)).is_err(), "{bad}");
    }
}

#[test]
fn instants_print_as_they_read() {
    for micros in [0, 1, -1, 1_706_709_906_123_456, -62_135_596_800_000_000] {
        let text = format_instant(Instant(micros));
        assert_eq!(utc().read(text.as_bytes(), None), Some(Instant(micros)), "{text}");
    }
}

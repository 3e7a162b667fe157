//! Columns that hold the date or the number of a contact: what somebody did with the lead, not who the lead is.

use super::sheet::SheetColumn;
use super::vocabulary::rank;
use crate::features::short_number;

/// Fewer different values are no calendar.
const FEWEST_VALUES: usize = 3;
/// More different words are no ways to reach somebody.
const MOST_CHANNELS: usize = 12;
/// Values named as an example.
const NAMED: usize = 3;

/// What is asked of such a column, behind its name and before `the deal`.
pub const OF_THE_DECIDING_CONTACT: &str = "describe the call or contact that decided";

/// How what is told of such a column begins.
const TOLD: &str = "tells of a contact, not of the lead";

/// What is known of a column's values.
#[derive(Debug, Clone, Default)]
pub struct Values<'v> {
    /// Its words, the commonest first; empty where it holds numbers.
    pub words: Vec<&'v str>,
    /// Its different numbers with how many rows have each, ascending; empty where it holds words.
    pub numbers: Vec<(f64, usize)>,
}

/// That a column tells of a contact, with its values; the end of a sentence that begins with its name. `None` where it
/// tells of none.
pub fn contact(name: &str, values: &Values<'_>) -> Option<String> {
    what_of_a_contact(name, values).map(|what| format!("{TOLD} ({what})"))
}

/// `months: may, jul, aug, …`.
fn what_of_a_contact(name: &str, values: &Values<'_>) -> Option<String> {
    let words = |topic| values.words.iter().all(|word| rank(topic, word).is_some());
    let is_short = (1..=MOST_CHANNELS).contains(&values.words.len());
    if is_short && rank("contact channel", name).is_some() && words("contact channel value") {
        return Some(format!("how: {}", examples(values)));
    }
    if values.words.len() >= FEWEST_VALUES {
        return match () {
            () if words("month value") => Some(format!("months: {}", examples(values))),
            () if words("weekday value") => Some(format!("weekdays: {}", examples(values))),
            () => None,
        };
    }
    let [least, most] = whole_numbers(values)?;
    let is = |topic| rank(topic, name).is_some();
    let within = |from: f64, to: f64| (from..=to).contains(&least) && most <= to;
    let what = match () {
        () if is("contact month") && within(1.0, 12.0) => "months",
        () if is("contact day") && within(1.0, 31.0) => "days of the month",
        () if is("contact hour") && within(0.0, 23.0) => "hours",
        () if is("contact number") && counts_from_one(values) => "contacts so far",
        () => return None,
    };
    Some(format!("{what}: {} to {}", short_number(least), short_number(most)))
}

/// Whether numbers under this header may tell of a contact, by which whoever has many is spared to look at them.
pub fn numbers_may_tell_of_a_contact(name: &str) -> bool {
    ["contact month", "contact day", "contact hour", "contact number"].iter().any(|topic| rank(topic, name).is_some())
}

fn examples(values: &Values<'_>) -> String {
    let more = if values.words.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", values.words[..NAMED.min(values.words.len())].join(", "))
}

/// The least and the most of enough whole numbers.
fn whole_numbers(values: &Values<'_>) -> Option<[f64; 2]> {
    let is_whole = values.numbers.iter().all(|(number, _)| number.fract() == 0.0);
    let is_enough = is_whole && values.numbers.len() >= FEWEST_VALUES;
    is_enough.then(|| [values.numbers.first(), values.numbers.last()].map(|end| end.map_or(f64::NAN, |(n, _)| *n)))
}

/// Of contacts most leads have had one; a campaign's number is no count.
fn counts_from_one(values: &Values<'_>) -> bool {
    let commonest = values.numbers.iter().reduce(|best, other| if other.1 > best.1 { other } else { best });
    commonest.is_some_and(|(number, _)| *number == 1.0)
}

impl<'v> Values<'v> {
    /// Of the column of a sheet.
    pub(super) fn of(column: &'v SheetColumn) -> Values<'v> {
        if column.numbers.is_empty() {
            let words = column.levels_by_share().into_iter().map(|(level, _)| level).collect();
            return Values { words, numbers: Vec::new() };
        }
        let mut numbers: Vec<(f64, usize)> = column.numbers.iter().copied().zip(column.level_rows()).collect();
        numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
        Values { words: Vec::new(), numbers }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::drawn::sheet;
    use super::*;

    #[test]
    fn dates_and_numbers_of_contacts_are_known_by_header_and_values() {
        let rows = ["may mon 5 1 7 5 jan", "jun tue 31 1 3 5 feb", "may fri 1 3 7 9 spring", "jul mon 2 1 7 7 mar"];
        let leads = sheet("month day_of_week day campaign campaign days season", &rows);
        let told: Vec<Option<String>> =
            leads.columns.iter().map(|column| what_of_a_contact(&column.name, &Values::of(column))).collect();
        let told: Vec<Option<&str>> = told.iter().map(Option::as_deref).collect();
        let expected = [
            Some("months: may, jun, jul"),
            Some("weekdays: mon, tue, fri"),
            Some("days of the month: 1 to 31"),
            None,
            None,
            None,
            None,
        ];
        assert_eq!(told, expected);
        let ways =
            sheet("contact channel contact_type", &["cellular email ann", "telephone sms bob", "unknown sms eve"]);
        let told = ways.columns.iter().map(|column| what_of_a_contact(&column.name, &Values::of(column)));
        let told: Vec<Option<String>> = told.collect();
        assert!(told[0].as_deref().is_some_and(|told| told.starts_with("how: cellular, telephone")), "{told:?}");
        assert_eq!(told[1..], [None, None], "a channel may be where a lead came from, and people are no channels");
        let calls = sheet("campaign", &["1", "1", "2", "63"]);
        let told = "tells of a contact, not of the lead (contacts so far: 1 to 63)";
        assert_eq!(contact("campaign", &Values::of(&calls.columns[0])).as_deref(), Some(told));
    }
}

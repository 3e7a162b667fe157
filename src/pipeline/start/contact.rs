//! Columns that hold the date or the number of a contact: what somebody did with the lead, not who the lead is.

use super::sheet::SheetColumn;
use super::vocabulary::rank;
use crate::features::short_number;

/// Fewer different values are no calendar.
const FEWEST_VALUES: usize = 3;
/// Values named as an example.
const NAMED: usize = 3;

/// What the column tells of a contact, with its values: `months: may, jul, aug, …`. `None` where it tells of none.
pub(super) fn contact(column: &SheetColumn) -> Option<String> {
    if column.text.levels.len() < FEWEST_VALUES {
        return None;
    }
    let words = |topic| column.text.levels.iter().all(|level| rank(topic, level).is_some());
    if words("month value") {
        return Some(format!("months: {}", examples(column)));
    }
    if words("weekday value") {
        return Some(format!("weekdays: {}", examples(column)));
    }
    let [least, most] = whole_numbers(column)?;
    let is = |topic| rank(topic, &column.name).is_some();
    let within = |from: f64, to: f64| (from..=to).contains(&least) && most <= to;
    let what = match () {
        () if is("contact month") && within(1.0, 12.0) => "months",
        () if is("contact day") && within(1.0, 31.0) => "days of the month",
        () if is("contact hour") && within(0.0, 23.0) => "hours",
        () if is("contact number") && counts_from_one(column) => "contacts so far",
        () => return None,
    };
    Some(format!("{what}: {} to {}", short_number(least), short_number(most)))
}

fn examples(column: &SheetColumn) -> String {
    let named: Vec<&str> = column.levels_by_share().into_iter().map(|(level, _)| level).take(NAMED).collect();
    format!("{}, …", named.join(", "))
}

/// The least and the most of whole numbers.
fn whole_numbers(column: &SheetColumn) -> Option<[f64; 2]> {
    let is_whole = column.numbers.iter().all(|number| number.fract() == 0.0);
    (is_whole && !column.numbers.is_empty()).then_some([column.quantile(0.0)?, column.quantile(1.0)?])
}

/// Of contacts most leads have had one; a campaign's number is no count.
fn counts_from_one(column: &SheetColumn) -> bool {
    column.levels_by_share().first().is_some_and(|(level, _)| *level == "1")
}

#[cfg(test)]
mod tests {
    use super::super::sheet::drawn::sheet;
    use super::*;

    #[test]
    fn dates_and_numbers_of_contacts_are_known_by_header_and_values() {
        let rows = ["may mon 5 1 7 5 jan", "jun tue 31 1 3 5 feb", "may fri 1 3 7 9 spring", "jul mon 2 1 7 7 mar"];
        let leads = sheet("month day_of_week day campaign campaign days season", &rows);
        let told: Vec<Option<String>> = leads.columns.iter().map(contact).collect();
        let told: Vec<Option<&str>> = told.iter().map(Option::as_deref).collect();
        let expected = [
            Some("months: may, jun, jul, …"),
            Some("weekdays: mon, tue, fri, …"),
            Some("days of the month: 1 to 31"),
            None,
            None,
            None,
            None,
        ];
        assert_eq!(told, expected);
        let calls = sheet("campaign", &["1", "1", "2", "63"]);
        assert_eq!(contact(&calls.columns[0]).as_deref(), Some("contacts so far: 1 to 63"));
    }
}

//! Which column of a table plays which part, by its header and by its values, and why that is thought.

use super::sheet::{Sheet, SheetColumn};
use super::vocabulary::{mentions, plain, rank, topics_under, words};
use crate::fault::InputError;
use crate::tables::ColumnType;
use crate::text::nearest;

/// A column taken for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its header.
    pub column: String,
    /// Why.
    pub why: String,
    /// Whether the header says so, and not only the values.
    pub is_named: bool,
}

impl Choice {
    /// A column that the person at the keyboard named.
    pub(super) fn told(column: &str) -> Choice {
        Choice { column: column.to_string(), why: "you said so".to_string(), is_named: true }
    }
}

/// The column that identifies a row: named like an id, a value in every row, none twice in one file.
pub(super) fn id(sheet: &Sheet) -> Option<Choice> {
    let unique: Vec<&SheetColumn> = sheet.columns.iter().filter(|c| is_id_like(c) && sheet.is_unique(c)).collect();
    let by_name = unique.iter().filter_map(|c| Some((rank("id", &c.name)?, *c))).min_by_key(|(rank, _)| *rank);
    let by_ending = unique.iter().find(|c| ends_like_an_id(&c.name));
    let choice = |column: &SheetColumn, why: &str, is_named| {
        Some(Choice { column: column.name.clone(), why: why.to_string(), is_named })
    };
    if let Some((_, column)) = by_name {
        return choice(column, "named like an id, a value in every row, none twice", true);
    }
    if let Some(column) = by_ending {
        return choice(column, "ends like an id, a value in every row, none twice", true);
    }
    // An id that is broken must be mended, not replaced by whatever happens to repeat nowhere.
    if broken_id(sheet).is_some() {
        return None;
    }
    let by_values = unique.iter().find(|c| c.column_type != ColumnType::Number && rank("outcome", &c.name).is_none());
    by_values.and_then(|column| choice(column, "the only sort of id here: a value in every row, none twice", false))
}

/// The column that identifies a lead: the one told, or the one found.
///
/// # Errors
/// None has a value of its own in every row; what was told is not there or repeats.
pub(super) fn lead_id(leads: &Sheet, wish: Option<&str>) -> Result<Choice, InputError> {
    const ADD: &str = "--add-id FILE writes a copy of the table with a column `lead_id` of row numbers and goes on with it \
                       (keep that copy: numbers given anew to a later export would name other leads)";
    let not_unique = |column: &SheetColumn, value: Option<&str>| {
        let what = match (value, column.n_repeated()) {
            (None, _) => "but has no value in some rows".to_string(),
            (Some(value), 0..=1) => format!("but `{value}` stands in it more than once"),
            (Some(value), n) => format!("but {n} of its values stand in it more than once, such as `{value}`"),
        };
        InputError::new(format!("`{}` looks like the id of a lead, {what}", column.name))
    };
    if let Some(name) = wish {
        let choice = told(leads, "--id", name)?;
        return match leads.column(name).filter(|column| !leads.is_unique(column)) {
            None => Ok(choice),
            Some(column) => Err(not_unique(column, leads.first_repeat(column))
                .at("--id")
                .remedy(format!("keep one row a lead, or name another column; {ADD}"))),
        };
    }
    id(leads).ok_or_else(|| match broken_id(leads).or_else(|| nearly_unique(leads)) {
        Some((column, value)) => {
            not_unique(column, value).remedy(format!("keep one row a lead, or name another column with --id; {ADD}"))
        }
        None => InputError::new("no column has a value of its own in every row, so nothing identifies a lead")
            .remedy(format!("export the table with its id, or: {ADD}")),
    })
}

/// The columns that could identify a row.
pub(super) fn possible_ids(sheet: &Sheet) -> Vec<String> {
    sheet.columns.iter().filter(|c| is_id_like(c) && sheet.is_unique(c)).map(|c| c.name.clone()).collect()
}

/// A column named like an id in which a value repeats or lacks, and the value.
pub(super) fn broken_id(sheet: &Sheet) -> Option<(&SheetColumn, Option<&str>)> {
    let named = sheet.columns.iter().filter_map(|c| Some((rank("id", &c.name)?, c))).min_by_key(|(rank, _)| *rank);
    named.map(|(_, column)| (column, sheet.first_repeat(column)))
}

/// A column that ends like an id, in which few values repeat, and one that does.
pub(super) fn nearly_unique(sheet: &Sheet) -> Option<(&SheetColumn, Option<&str>)> {
    let column = sheet.columns.iter().find(|c| ends_like_an_id(&c.name) && tells_people_which_row(sheet, c))?;
    Some((column, sheet.first_repeat(column)))
}

/// The column by which people know the rows, where that is not the id: called like an id, and few of its values repeat.
pub(super) fn known_by<'s>(sheet: &'s Sheet, id: &str) -> Option<&'s SheetColumn> {
    sheet.columns.iter().find(|c| c.name != id && tells_people_which_row(sheet, c))
}

fn tells_people_which_row(sheet: &Sheet, column: &SheetColumn) -> bool {
    is_id_like(column) && is_named_like_an_id(&column.name) && nearly_tells_rows_apart(sheet, column)
}

/// Whether a header sounds like that of an id, and not like a phone's number.
pub fn is_named_like_an_id(name: &str) -> bool {
    (rank("id", name).is_some() || ends_like_an_id(name)) && !mentions("no id", name)
}

/// Whether nearly every row has a value of its own.
pub(super) fn nearly_tells_rows_apart(sheet: &Sheet, column: &SheetColumn) -> bool {
    are_nearly_as_many(column.text.levels.len(), sheet.n_rows())
}

/// Whether there are nearly as many values as rows.
pub fn are_nearly_as_many(values: usize, rows: usize) -> bool {
    const OWN_VALUE: f64 = 0.95;
    values as f64 >= OWN_VALUE * rows as f64
}

/// Amounts with decimals and times identify nothing, even where none is met twice.
pub(super) fn is_id_like(column: &SheetColumn) -> bool {
    column.column_type != ColumnType::Date && column.numbers.iter().all(|number| number.fract() == 0.0)
}

pub(super) fn ends_like_an_id(name: &str) -> bool {
    let plain = plain(name);
    let last = plain.rsplit(' ').next().unwrap_or_default();
    words("id ends")
        .iter()
        .any(|end| last == *end || !end.is_ascii() && last.ends_with(end) || last.ends_with("id") && !last.is_ascii())
}

/// The column of times whose header is the best word of `topic`, among those not taken.
pub(super) fn time(sheet: &Sheet, topic: &str, taken: &[&str]) -> Option<Choice> {
    let named = free_times(sheet, taken).filter_map(|c| Some((rank(topic, &c.name)?, c)));
    let (_, column) = named.min_by_key(|(rank, _)| *rank)?;
    Some(Choice { column: column.name.clone(), why: "named so, and holds times".to_string(), is_named: true })
}

/// The only column of times that is not taken and does not look like something else.
pub(super) fn only_time(sheet: &Sheet, taken: &[&str]) -> Option<Choice> {
    let others = ["closed", "after", "while worked"];
    let mut free = free_times(sheet, taken).filter(|c| {
        !mentions("planned words", &c.name)
            && !plain(&c.name).starts_with("last ")
            && others.iter().all(|topic| rank(topic, &c.name).is_none())
    });
    let column = free.next()?;
    let why = "the only column of times".to_string();
    free.next().is_none().then(|| Choice { column: column.name.clone(), why, is_named: false })
}

/// The columns of times that are not taken, nowhere before `created` and after it on most rows.
pub(super) fn times_after(sheet: &Sheet, created: &SheetColumn, taken: &[&str]) -> Vec<String> {
    let lies_after = |column: &&SheetColumn| {
        let both = || (0..sheet.n_rows()).filter_map(|row| Some((created.time(row)?, column.time(row)?)));
        let n_later = both().filter(|(created, time)| time > created).count();
        2 * n_later > sheet.n_rows() && both().all(|(created, time)| time >= created)
    };
    let unplanned = free_times(sheet, taken).filter(|column| !mentions("planned words", &column.name));
    unplanned.filter(lies_after).map(|column| column.name.clone()).collect()
}

fn free_times<'s>(sheet: &'s Sheet, taken: &'s [&str]) -> impl Iterator<Item = &'s SheetColumn> {
    let is_free = |column: &&SheetColumn| !taken.contains(&column.name.as_str()) && sensitive(column).is_none();
    sheet.columns.iter().filter(|c| c.column_type == ColumnType::Date && c.n_filled() > 0).filter(is_free)
}

/// The column whose header is the best word of `topic`, among those not taken and of the right sort.
pub(super) fn named(sheet: &Sheet, topic: &str, taken: &[&str], fits: impl Fn(&SheetColumn) -> bool) -> Option<Choice> {
    let free = sheet.columns.iter().filter(|c| !taken.contains(&c.name.as_str()) && c.n_filled() > 0 && fits(c));
    let (_, column) = free.filter_map(|c| Some((rank(topic, &c.name)?, c))).min_by_key(|(rank, _)| *rank)?;
    Some(Choice { column: column.name.clone(), why: "named so".to_string(), is_named: true })
}

/// The column that a person named, or an error with the nearest header.
pub(super) fn told(sheet: &Sheet, option: &str, name: &str) -> Result<Choice, InputError> {
    if sheet.column(name).is_some() {
        return Ok(Choice::told(name));
    }
    let names: Vec<&str> = sheet.columns.iter().map(|column| column.name.as_str()).collect();
    let remedy = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its columns are: {}", names.join(", ")),
    };
    Err(InputError::new(format!("there is no column `{name}`")).at(option).remedy(remedy))
}

/// What sort of personal trait that no score should be made of a column looks like, by its header or its values.
pub(super) fn sensitive(column: &SheetColumn) -> Option<&'static str> {
    let levels = &column.text.levels;
    let all_known = || levels.iter().all(|level| rank("honorific or gender value", level).is_some());
    sensitive_name(&column.name).or_else(|| ((2..=6).contains(&levels.len()) && all_known()).then_some("gender"))
}

/// What personal trait a column is about by its name: `age or birth`, `gender`, ….
pub fn sensitive_name(name: &str) -> Option<&'static str> {
    // The age of a company, an account or a lead is nobody's age.
    if mentions("not sensitive", name) {
        return None;
    }
    let topic = topics_under("sensitive ").into_iter().find(|topic| mentions(topic, name))?;
    // So is that of a car, but not that of whoever owns it.
    let is_of_a_thing = mentions("thing with an age", name) && !mentions("a person", name);
    topic.strip_prefix("sensitive ").filter(|of_people| !(is_of_a_thing && *of_people == "age or birth"))
}

#[cfg(test)]
mod tests {
    use super::super::sheet::drawn::sheet;
    use super::*;

    #[test]
    fn the_id_is_unique_and_named_so_in_this_order() {
        let leads = sheet("owner_id email lead_no Lead_ID", &["1 a@x 1 7", "1 b@x 2 8", "2 c@x 3 9"]);
        assert_eq!(id(&leads).unwrap().column, "Lead_ID");
        let unnamed = sheet("amount login", &["1.5 ann", "2.5 bob"]);
        assert_eq!(id(&unnamed).unwrap().column, "login");
        assert!(!id(&unnamed).unwrap().is_named);
        let none = sheet("age job", &["30 a", "31 a"]);
        assert_eq!(id(&none), None);
        let repeated = sheet("lead_id job", &["1 a", "1 b"]);
        assert_eq!(broken_id(&repeated).unwrap().1, Some("1"));
    }

    #[test]
    fn a_column_that_is_nearly_an_id_is_named_with_the_value_that_repeats() {
        let rows: Vec<String> = (0..40).map(|row| format!("{} {}", 7000 + row % 39, row % 2)).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let error = lead_id(&sheet("Opportunity_Number group", &rows), None).unwrap_err().to_string();
        assert!(
            error.contains("`Opportunity_Number`") && error.contains("`7000` stands in it more than once"),
            "{error}"
        );
        for header in ["weight group", "phone_number group"] {
            let error = lead_id(&sheet(header, &rows), None).unwrap_err().to_string();
            assert!(error.contains("no column has a value of its own") && !error.contains("7000"), "{error}");
        }
    }

    #[test]
    fn a_birth_date_is_no_creation_time() {
        let leads = sheet("id BirthDate", &["1 1970-01-02", "2 1980-03-04"]);
        assert_eq!(only_time(&leads, &[]), None);
        assert_eq!(time(&sheet("id CreatedDate", &["1 2024-01-02"]), "created", &[]).unwrap().column, "CreatedDate");
    }

    #[test]
    fn times_that_never_lie_before_the_creation_may_be_those_of_the_close() {
        let header = "created last_event due_date first_seen called";
        let rows = [
            "2024-01-02 2024-02-01 2024-02-01 2024-01-01 .",
            "2024-01-03 2024-01-03 2024-02-01 2024-02-01 .",
            "2024-01-04 2024-02-05 2024-02-01 2024-02-01 2024-03-01",
        ];
        let leads = sheet(header, &rows);
        assert_eq!(times_after(&leads, leads.column("created").unwrap(), &["created"]), ["last_event"]);
    }

    #[test]
    fn traits_of_people_are_known_by_header_or_values_and_the_age_of_a_lead_is_none() {
        let people = sheet("age MaritalStatus lead_age prefix status", &["30 M 5 MR. new", "31 S 6 Mrs won"]);
        let found: Vec<_> = people.columns.iter().map(sensitive).collect();
        let things = ["Vehicle_Age", "age of building"];
        assert!(things.iter().all(|name| sensitive_name(name).is_none()));
        let of_people = ["car_owner_age", "vehicle_owner_nationality", "property_owner_religion", "team_leader_gender"];
        assert!(of_people.iter().all(|name| sensitive_name(name).is_some()));
        let expected = [Some("age or birth"), Some("marital or family status"), None, Some("gender"), None];
        assert_eq!(found, expected);
    }
}

//! What a column holds, by a look at all its values. Only training and `init` guess; scoring follows the column plan.

use super::cells::RawCells;
use super::distinct::Values;
use super::raw::RawColumn;
use super::reading::CellReader;
use super::settings::ReadSettings;
use crate::fault::InputError;
use crate::tables::ColumnType;
use crate::text::words_of;
use crate::values::{DateOrder, OrderEvidence, OrderVerdict, parse_number};
use rayon::prelude::*;

/// A column with more distinct values than this, most of them met once, is text.
const CATEGORY_LEVELS: usize = 50;

/// Mean length in characters from which on values are taken for sentences.
const SENTENCE: usize = 60;

/// Share of values that must be numbers (or times) for the others to be pointed out.
const NEARLY_ALL: f64 = 0.8;

/// Words that name a number which is no amount, and end its name.
const NAMES_OF_CODES: [&str; 15] = [
    "id",
    "key",
    "zip",
    "zipcode",
    "postcode",
    "postalcode",
    "postal",
    "plz",
    "phone",
    "tel",
    "telephone",
    "mobile",
    "fax",
    "code",
    "uuid",
];

/// Words in the name of a column that make ten digits a time rather than a number.
const NAMES_OF_TIMES: [&str; 10] =
    ["date", "time", "datetime", "timestamp", "ts", "at", "on", "created", "closed", "updated"];

/// What a column holds, and why that is thought.
#[derive(Debug, Clone, PartialEq)]
pub struct InferredColumn {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub column_type: ColumnType,
    /// The reason, in a few words.
    pub why: String,
    /// What a person should look at.
    pub problems: Vec<String>,
    /// Order of day and month, where it matters and is decided.
    pub date_order: Option<DateOrder>,
}

/// Types of these columns, in their order; `settings.types` wins over what the values say.
///
/// # Errors
/// Settings that cannot be used, such as an unknown timezone.
pub fn infer_types<'r>(
    columns: impl IntoIterator<Item = &'r RawColumn>,
    settings: &ReadSettings,
) -> Result<Vec<InferredColumn>, InputError> {
    let cells = CellReader::new(settings)?;
    let columns: Vec<&RawColumn> = columns.into_iter().collect();
    Ok(columns.into_par_iter().with_max_len(1).map(|column| infer(column, &cells, settings)).collect())
}

fn infer(column: &RawColumn, cells: &CellReader, settings: &ReadSettings) -> InferredColumn {
    let values = Values::new(column, cells);
    let mut inferred = InferredColumn {
        name: column.name.clone(),
        column_type: ColumnType::Category,
        why: String::new(),
        problems: Vec::new(),
        date_order: None,
    };
    let guess = guess(column, &values, cells, settings, &mut inferred.problems);
    let set_by_hand = settings.types.get(&column.name).map(|set| (*set, "set in the project file".to_string()));
    (inferred.column_type, inferred.why) = set_by_hand.unwrap_or(guess);
    if inferred.column_type == ColumnType::Date {
        let order = date_order(column, &values, cells, settings);
        inferred.date_order = order.order;
        inferred.problems.extend(order.problem);
    }
    inferred
}

/// The order of day and month of a column, and what is wrong with it.
struct Order {
    order: Option<DateOrder>,
    problem: Option<String>,
}

fn date_order(column: &RawColumn, values: &Values<'_>, cells: &CellReader, settings: &ReadSettings) -> Order {
    if let Some(&order) = settings.date_orders.get(&column.name) {
        return Order { order: Some(order), problem: None };
    }
    let is_read = |text: &str| cells.times().read(text.as_bytes(), None).is_some();
    if matches!(column.cells, RawCells::Instants(_)) || values.all(is_read) {
        return Order { order: None, problem: None };
    }
    let mut evidence = OrderEvidence::default();
    let unread = values.texts().enumerate().filter(|(_, (text, _))| !is_read(text));
    unread.for_each(|(index, (text, _))| evidence.observe(index, text.as_bytes()));
    let shown = |index: usize| format!("`{}`", values.text(index));
    match evidence.verdict() {
        OrderVerdict::Irrelevant => Order { order: None, problem: None },
        OrderVerdict::Decided(order) => Order { order: Some(order), problem: None },
        OrderVerdict::Ambiguous { row } => {
            let problem = format!("{} may be month-first or day-first and no row decides: set time_format", shown(row));
            Order { order: None, problem: Some(problem) }
        }
        OrderVerdict::Contradictory { day_first_row, month_first_row } => {
            let (day, month) = (shown(day_first_row), shown(month_first_row));
            let problem = format!("{day} can only be day-first and {month} only month-first: write all in one order");
            Order { order: None, problem: Some(problem) }
        }
    }
}

fn guess(
    column: &RawColumn,
    values: &Values<'_>,
    cells: &CellReader,
    settings: &ReadSettings,
    problems: &mut Vec<String>,
) -> (ColumnType, String) {
    if values.is_empty() {
        return (ColumnType::Category, "no value in any row".to_string());
    }
    match &column.cells {
        RawCells::Instants(_) => return (ColumnType::Date, "times in the file".to_string()),
        RawCells::Booleans(_) => return (ColumnType::Category, "true or false in the file".to_string()),
        _ => {}
    }
    let literals = match &column.cells {
        RawCells::Text(texts) => Some(texts.has_literals()),
        _ => None,
    };
    // A literal of the format has a decimal point whatever the project's decimal sign is.
    let is_number =
        |text: &str| cells.number(text).is_some() || literals == Some(true) && parse_number(text, '.').is_some();
    // A date with its year last counts as one in either order; whether the column has one order is told separately.
    let orders = match settings.date_orders.get(&column.name) {
        Some(&order) => [order; 2],
        None => [DateOrder::MonthFirst, DateOrder::DayFirst],
    };
    let is_time = |text: &str| orders.iter().any(|order| cells.times().read(text.as_bytes(), Some(*order)).is_some());
    if literals.is_none() || values.all(is_number) {
        return numeric(column, values, is_time);
    }
    if values.all(is_time) {
        return (ColumnType::Date, "every value is a time".to_string());
    }
    if values.mostly(is_number) {
        problems.extend(exceptions(values, "numbers", is_number));
    } else if values.mostly(is_time) {
        problems.extend(exceptions(values, "times", is_time));
    }
    words(values)
}

/// What to say of a column of which nearly all values hold.
fn exceptions(values: &Values<'_>, sort: &str, holds: impl Fn(&str) -> bool) -> Option<String> {
    let n_such = values.rows_where(&holds);
    (n_such as f64 >= NEARLY_ALL * values.n_values() as f64).then(|| {
        let (n_values, others) = (values.n_values(), values.exceptions(&holds));
        format!("{n_such} of {n_values} values are {sort}; the others: {others}. Spellings of \"no value\" belong under `missing`")
    })
}

/// Numbers that are amounts, and those that only look like it.
fn numeric(column: &RawColumn, values: &Values<'_>, is_time: impl Fn(&str) -> bool) -> (ColumnType, String) {
    let name_words: Vec<String> = words_of(&column.name);
    let is_whole = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let has_leading_zero = |text: &str| text.len() > 1 && text.starts_with('0') && is_whole(text);
    // A number that is printed never begins with a zero that says nothing.
    if matches!(column.cells, RawCells::Text(_)) && !values.all(|text| !has_leading_zero(text)) {
        return (words(values).0, "digits with leading zeros: a code, not an amount".to_string());
    }
    let named_as_code = name_words.last().is_some_and(|last| NAMES_OF_CODES.contains(&last.as_str()));
    if named_as_code && values.all(is_whole) {
        return (words(values).0, "whole numbers under the name of a code".to_string());
    }
    let has_digits = |n: usize| move |text: &str| text.strip_suffix(".0").unwrap_or(text).len() == n;
    if values.all(has_digits(8)) && values.all(&is_time) {
        return (ColumnType::Date, "every value is a day, yyyymmdd".to_string());
    }
    let named_as_time = name_words.iter().any(|word| NAMES_OF_TIMES.contains(&word.as_str()));
    if named_as_time && (values.all(has_digits(10)) || values.all(has_digits(13))) && values.all(&is_time) {
        return (ColumnType::Date, "every value is an epoch time".to_string());
    }
    (ColumnType::Number, "every value is a number".to_string())
}

fn words(values: &Values<'_>) -> (ColumnType, String) {
    let (n_distinct, n_values) = (values.n_distinct(), values.n_values());
    if n_distinct > CATEGORY_LEVELS && 2 * n_distinct > n_values {
        return (ColumnType::Text, format!("{n_distinct} of {n_values} values differ"));
    }
    let n_chars: usize = values.texts().map(|(text, n)| text.chars().count() * n).sum();
    if n_distinct > CATEGORY_LEVELS && n_chars > SENTENCE * n_values {
        return (ColumnType::Text, "long texts".to_string());
    }
    (ColumnType::Category, format!("{n_distinct} distinct {}", if n_distinct == 1 { "value" } else { "values" }))
}

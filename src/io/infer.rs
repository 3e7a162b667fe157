//! What a column holds, by a look at all its values. Only training and `init` guess; scoring follows the column plan.

use super::cells::RawCells;
use super::raw::{RawColumn, RawTable};
use super::reading::CellReader;
use super::settings::ReadSettings;
use crate::fault::InputError;
use crate::tables::ColumnType;
use crate::text::words_of;
use crate::values::{DateOrder, OrderEvidence, OrderVerdict, parse_number};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_64;

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
    /// Rows without a value.
    pub n_missing: usize,
    /// Distinct values.
    pub n_distinct: usize,
    /// What a person should look at.
    pub problems: Vec<String>,
    /// Order of day and month, where it matters and is decided.
    pub date_order: Option<DateOrder>,
}

/// Types of all columns, in their order; `settings.types` wins over what the values say.
///
/// # Errors
/// Settings that cannot be used, such as an unknown timezone.
pub fn infer_types(raw: &RawTable, settings: &ReadSettings) -> Result<Vec<InferredColumn>, InputError> {
    let cells = CellReader::new(settings)?;
    Ok(raw.columns.par_iter().map(|column| infer(column, &cells, settings)).collect())
}

/// The distinct values of a column: the row in which each appears first, and in how many rows it stands. Texts are made
/// when somebody asks: a million numbers need not be printed to be known as numbers.
struct Values<'a> {
    column: &'a RawColumn,
    distinct: Vec<(u32, u32)>,
    n_missing: usize,
    n_values: usize,
}

impl<'a> Values<'a> {
    fn of(column: &'a RawColumn, cells: &CellReader) -> Values<'a> {
        /// In place of a position among the distinct values.
        const NO_VALUE: u32 = u32::MAX;
        // Keyed by hash: this is a look at the data, and two values that share 64 bits would only be counted as one.
        let mut index: HashMap<u64, u32, foldhash::fast::FixedState> = HashMap::default();
        let mut values = Values { column, distinct: Vec::new(), n_missing: 0, n_values: 0 };
        let mut look_at = |row: usize, distinct: &mut Vec<(u32, u32)>| {
            let Some(key) = key(&column.cells, row) else { return NO_VALUE };
            *index.entry(key).or_insert_with(|| {
                if may_be_missing(&column.cells, row, cells) && cells.is_missing(&column.text(row)) {
                    return NO_VALUE;
                }
                distinct.push((row as u32, 0));
                distinct.len() as u32 - 1
            })
        };
        let words = if let RawCells::Text(cells) = &column.cells { cells.words() } else { None };
        let (n_words, codes) = words.map_or((0, None), |(words, codes)| (words.len(), Some(codes)));
        let mut known = vec![None; n_words];
        for row in 0..column.cells.n_cells() {
            let at = match codes {
                Some(codes) => *known[codes[row] as usize].get_or_insert_with(|| look_at(row, &mut values.distinct)),
                None => look_at(row, &mut values.distinct),
            };
            if at == NO_VALUE {
                values.n_missing += 1;
                continue;
            }
            values.n_values += 1;
            values.distinct[at as usize].1 += 1;
        }
        values
    }

    /// The text of a distinct value, trimmed.
    fn text(&self, index: usize) -> Cow<'a, str> {
        match self.column.text(self.distinct[index].0 as usize) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            owned => owned,
        }
    }

    /// The distinct values with their number of rows.
    fn texts(&self) -> impl Iterator<Item = (Cow<'a, str>, usize)> {
        (0..self.distinct.len()).map(|index| (self.text(index), self.distinct[index].1 as usize))
    }

    fn all(&self, holds: impl Fn(&str) -> bool) -> bool {
        self.texts().all(|(text, _)| holds(&text))
    }

    fn rows_where(&self, holds: impl Fn(&str) -> bool) -> usize {
        self.texts().filter(|(text, _)| holds(text)).map(|(_, n)| n).sum()
    }

    /// Whether it is worth the time to look for exceptions: by the first values, most hold.
    fn mostly(&self, holds: impl Fn(&str) -> bool) -> bool {
        const LOOKED_AT: usize = 1000;
        let n_first = self.distinct.len().min(LOOKED_AT);
        2 * self.texts().take(n_first).filter(|(text, _)| holds(text)).count() >= n_first
    }

    /// The most frequent of the values that do not hold, as `` `n/a` (12), … ``.
    fn exceptions(&self, holds: impl Fn(&str) -> bool) -> String {
        let mut others: Vec<(Cow<'_, str>, usize)> = self.texts().filter(|(text, _)| !holds(text)).collect();
        others.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let shown: Vec<String> = others.iter().take(4).map(|(text, n)| format!("`{text}` ({n})")).collect();
        shown.join(", ") + if others.len() > 4 { ", …" } else { "" }
    }
}

/// The same for the same value; `None` where the format has none.
fn key(cells: &RawCells, row: usize) -> Option<u64> {
    match cells {
        RawCells::Text(cells) => Some(xxh3_64(cells.get(row).trim().as_bytes())),
        RawCells::Integers(cells) => cells[row].map(|whole| whole as u64),
        RawCells::Numbers(cells) => Some(cells[row]).filter(|number| !number.is_nan()).map(f64::to_bits),
        RawCells::Booleans(cells) => cells[row].map(u64::from),
        RawCells::Instants(cells) => cells[row].map(|at| at.0 as u64),
    }
}

/// Whether the text of a value can be among the spellings of "no value" at all.
fn may_be_missing(cells: &RawCells, row: usize, reader: &CellReader) -> bool {
    match cells {
        RawCells::Text(_) | RawCells::Booleans(_) => true,
        RawCells::Integers(_) | RawCells::Instants(_) => reader.digits_may_be_missing(),
        RawCells::Numbers(cells) => reader.digits_may_be_missing() || cells[row].is_infinite(),
    }
}

fn infer(column: &RawColumn, cells: &CellReader, settings: &ReadSettings) -> InferredColumn {
    let values = Values::of(column, cells);
    let mut inferred = InferredColumn {
        name: column.name.clone(),
        column_type: ColumnType::Category,
        why: String::new(),
        n_missing: values.n_missing,
        n_distinct: values.distinct.len(),
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
    let mut evidence = OrderEvidence::default();
    if matches!(column.cells, RawCells::Instants(_)) {
        return Order { order: None, problem: None };
    }
    let unread =
        values.texts().enumerate().filter(|(_, (text, _))| cells.times().read(text.as_bytes(), None).is_none());
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
    if values.n_values == 0 {
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
    (n_such as f64 >= NEARLY_ALL * values.n_values as f64).then(|| {
        let (n_values, others) = (values.n_values, values.exceptions(&holds));
        format!("{n_such} of {n_values} values are {sort}; the others: {others}. Spellings of \"no value\" belong under `missing`")
    })
}

/// Numbers that are amounts, and those that only look like it.
fn numeric(column: &RawColumn, values: &Values<'_>, is_time: impl Fn(&str) -> bool) -> (ColumnType, String) {
    let name_words: Vec<String> = words_of(&column.name);
    let is_whole = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let has_leading_zero = |text: &str| text.len() > 1 && text.starts_with('0') && is_whole(text);
    // A number that is printed never begins with a zero that says nothing.
    if matches!(column.cells, RawCells::Text(_)) && values.texts().any(|(text, _)| has_leading_zero(&text)) {
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
    let n_distinct = values.distinct.len();
    if n_distinct > CATEGORY_LEVELS && 2 * n_distinct > values.n_values {
        return (ColumnType::Text, format!("{n_distinct} of {} values differ", values.n_values));
    }
    let n_chars: usize = values.texts().map(|(text, n)| text.chars().count() * n).sum();
    if n_distinct > CATEGORY_LEVELS && n_chars > SENTENCE * values.n_values {
        return (ColumnType::Text, "long texts".to_string());
    }
    (ColumnType::Category, format!("{n_distinct} distinct {}", if n_distinct == 1 { "value" } else { "values" }))
}

//! Reads the keys of one table, knows where each stands, and refuses what nobody asked for.

use crate::asof::Span;
use crate::fault::InputError;
use crate::text::nearest;
use std::ops::Range as Bytes;
use toml_edit::{Item, TableLike, Value};

/// The file being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl Source<'_> {
    /// `file, line n` of a byte position.
    pub(super) fn place(&self, span: Option<Bytes<usize>>) -> String {
        match span {
            Some(span) => {
                let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
                format!("{}, line {}", self.name, 1 + before.iter().filter(|byte| **byte == b'\n').count())
            }
            None => self.name.to_string(),
        }
    }
}

/// A table and where it stands.
type Placed<'a> = (&'a dyn TableLike, Option<Bytes<usize>>);

/// One table of the file. Every key is read through it, so that [`Keys::finish`] knows which were not.
pub(super) struct Keys<'a> {
    pub source: Source<'a>,
    /// What the table is, for messages: ``rule `price_page` ``.
    pub owner: String,
    table: &'a dyn TableLike,
    span: Option<Bytes<usize>>,
    known: Vec<&'static str>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(
        source: Source<'a>,
        owner: impl Into<String>,
        table: &'a dyn TableLike,
        span: Option<Bytes<usize>>,
    ) -> Keys<'a> {
        Keys { source, owner: owner.into(), table, span, known: Vec::new() }
    }

    /// Where the table begins.
    pub(super) fn place(&self) -> String {
        self.source.place(self.span.clone())
    }

    /// An error about the table as a whole.
    pub(super) fn error(&self, what: impl AsRef<str>, remedy: impl Into<String>) -> InputError {
        InputError::new(format!("{} {}", self.owner, what.as_ref())).at(self.place()).remedy(remedy)
    }

    /// An error about one key of the table.
    pub(super) fn error_at(&self, key: &str, what: impl AsRef<str>, remedy: impl Into<String>) -> InputError {
        let span =
            self.table.get(key).and_then(Item::span).or_else(|| self.table.key(key).and_then(toml_edit::Key::span));
        let place = self.source.place(span.or_else(|| self.span.clone()));
        InputError::new(format!("{}: `{key}` {}", self.owner, what.as_ref())).at(place).remedy(remedy)
    }

    /// The item under `key`; from now on the key is a known one.
    pub(super) fn item(&mut self, key: &'static str) -> Option<&'a Item> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Whether the table has the key, without reading it.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// All entries, for tables whose keys are names.
    pub(super) fn entries(&self) -> Vec<(String, &'a Item)> {
        self.table.iter().map(|(key, item)| (key.to_string(), item)).collect()
    }

    pub(super) fn string(&mut self, key: &'static str) -> Result<Option<String>, InputError> {
        let Some(item) = self.item(key) else { return Ok(None) };
        match item.as_str() {
            Some(text) if text.trim().is_empty() => Err(self.error_at(key, "is empty", "write a text in quotes")),
            Some(text) => Ok(Some(text.to_string())),
            None => Err(self.error_at(key, format!("is {}, not a text", kind_of(item)), "write a text in quotes")),
        }
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Result<Option<bool>, InputError> {
        let Some(item) = self.item(key) else { return Ok(None) };
        let flag = item.as_bool().map(Some);
        flag.ok_or_else(|| self.error_at(key, format!("is {}", kind_of(item)), "write `true` or `false`"))
    }

    /// A finite number.
    pub(super) fn number(&mut self, key: &'static str) -> Result<Option<f64>, InputError> {
        let Some(item) = self.item(key) else { return Ok(None) };
        match item.as_value().and_then(number_of) {
            Some(number) if number.is_finite() => Ok(Some(number)),
            Some(number) => Err(self.error_at(key, format!("is {number}, which is not finite"), "write a number")),
            None => Err(self.no_number(key, item)),
        }
    }

    /// The error of a key that should hold a number, with what it holds.
    fn no_number(&self, key: &str, item: &Item) -> InputError {
        let Some(text) = item.as_str() else {
            return self.error_at(key, format!("is {}, not a number", kind_of(item)), format!("such as {key} = 10"));
        };
        // A number in quotes is one slip, a word another.
        let meant = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let remedy = match meant {
            Some(number) => format!("without the quotes: {key} = {number}"),
            None => format!("write it in digits, without quotes, such as {key} = 10"),
        };
        self.error_at(key, format!("is \"{text}\", a text and not a number"), remedy)
    }

    /// A whole number of 1 or more.
    pub(super) fn positive_count(&mut self, key: &'static str) -> Result<Option<u64>, InputError> {
        let Some(item) = self.item(key) else { return Ok(None) };
        match item.as_integer().and_then(|number| u64::try_from(number).ok()).filter(|number| *number >= 1) {
            Some(number) => Ok(Some(number)),
            None => Err(self.error_at(key, "is not a whole number of 1 or more", "write 1 or more, or leave it out")),
        }
    }

    /// A duration longer than nothing.
    pub(super) fn duration(&mut self, key: &'static str) -> Result<Option<Span>, InputError> {
        let Some(item) = self.item(key) else { return Ok(None) };
        let span = self.span_of(key, item.as_value())?;
        if span <= Span(0) {
            let what = format!("is `{}`, which is not longer than nothing", item.as_str().unwrap_or_default());
            return Err(self.error_at(key, what, "write a positive duration such as \"30d\""));
        }
        Ok(Some(span))
    }

    /// A duration of any sign.
    pub(super) fn span_of(&self, key: &str, value: Option<&Value>) -> Result<Span, InputError> {
        match value.and_then(Value::as_str) {
            Some(text) => Span::parse(text).map_err(|what| self.error_at(key, format!("is wrong: {what}"), "")),
            None => Err(self.error_at(
                key,
                "is not a duration",
                "write it in quotes with its unit: \"36h\", \"30d\", \"8w\"",
            )),
        }
    }

    /// One text or a list of texts, none of them empty; numbers and booleans stand for their text.
    pub(super) fn words(&mut self, key: &'static str) -> Result<Option<Vec<String>>, InputError> {
        match self.item(key) {
            None => Ok(None),
            Some(item) => self.words_of(key, item).map(Some),
        }
    }

    pub(super) fn words_of(&self, key: &str, item: &Item) -> Result<Vec<String>, InputError> {
        let remedy = "write a text or a list of texts, such as [\"EU\", \"UK\"]";
        let values: Vec<&Value> = match item.as_value() {
            Some(Value::Array(list)) => list.iter().collect(),
            Some(value) => vec![value],
            None => return Err(self.error_at(key, format!("is {}", kind_of(item)), remedy)),
        };
        if values.is_empty() {
            return Err(self.error_at(key, "is an empty list", "list at least one value, or delete the line"));
        }
        let words = values.into_iter().map(|value| {
            let word =
                word_of(value).ok_or_else(|| self.error_at(key, format!("holds {}", value.type_name()), remedy))?;
            if word.trim().is_empty() {
                return Err(self.error_at(key, "holds an empty text", "use `missing = true` to ask for empty fields"));
            }
            Ok(word)
        });
        words.collect()
    }

    /// The two ends of a range.
    pub(super) fn pair(&mut self, key: &'static str) -> Result<Option<[&'a Value; 2]>, InputError> {
        let Some(item) = self.item(key) else { return Ok(None) };
        let values: Vec<&Value> = item.as_array().map(|list| list.iter().collect()).unwrap_or_default();
        match values[..] {
            [first, second] => Ok(Some([first, second])),
            _ => Err(self.error_at(key, "is not a list of two values", "write the two ends, such as [50, 1000]")),
        }
    }

    /// Two finite numbers, the first below the second.
    pub(super) fn number_range(&mut self, key: &'static str) -> Result<Option<[f64; 2]>, InputError> {
        let Some(pair) = self.pair(key)? else { return Ok(None) };
        match pair.map(number_of) {
            [Some(min), Some(max)] if min.is_finite() && max.is_finite() => match min.partial_cmp(&max) {
                Some(std::cmp::Ordering::Less) => Ok(Some([min, max])),
                _ => {
                    let what = format!("is [{min}, {max}]: the first is not below the second");
                    Err(self.error_at(key, what, "write the lower end first"))
                }
            },
            _ => Err(self.error_at(key, "does not hold two numbers", "write two numbers, such as [0, 100]")),
        }
    }

    /// A table under `key`.
    pub(super) fn table(&mut self, key: &'static str) -> Result<Option<Keys<'a>>, InputError> {
        let Some(item) = self.item(key) else { return Ok(None) };
        match item.as_table_like() {
            Some(table) => {
                let span = item.span().or_else(|| self.span.clone());
                Ok(Some(Keys::new(self.source, format!("`{key}` of {}", self.owner), table, span)))
            }
            None => {
                Err(self.error_at(key, format!("is {}, not a table", kind_of(item)), "write it as { key = value }"))
            }
        }
    }

    /// The tables under `key`, whether written `[[key]]` or as a list of `{ … }`; empty where there are none.
    pub(super) fn tables(&mut self, key: &'static str) -> Result<Vec<Keys<'a>>, InputError> {
        let Some(item) = self.item(key) else { return Ok(Vec::new()) };
        let tables: Option<Vec<Placed<'a>>> = match item {
            Item::ArrayOfTables(tables) => {
                Some(tables.iter().map(|table| (table as &dyn TableLike, table.span())).collect())
            }
            Item::Value(Value::Array(list)) => list
                .iter()
                .map(|value| value.as_inline_table().map(|table| (table as &dyn TableLike, value.span())))
                .collect(),
            _ => None,
        };
        let tables = tables.ok_or_else(|| {
            self.error_at(key, "is not a list of tables", format!("begin each one with a line [[{key}]]"))
        })?;
        let owner = |position: usize| format!("{key} {} of {}", position + 1, self.owner);
        let keys = tables.into_iter().enumerate();
        Ok(keys.map(|(position, (table, span))| Keys::new(self.source, owner(position), table, span)).collect())
    }

    /// Refuses the first key that nobody asked for.
    pub(super) fn finish(&self) -> Result<(), InputError> {
        match self.table.iter().map(|(key, _)| key).find(|key| !self.known.contains(key)) {
            None => Ok(()),
            Some(unknown) => {
                let span = self.table.key(unknown).and_then(toml_edit::Key::span);
                let remedy = match nearest(unknown, self.known.iter().copied()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("known here: {}", self.known.join(", ")),
                };
                let place = self.source.place(span.or_else(|| self.span.clone()));
                Err(InputError::new(format!("{}: unknown key `{unknown}`", self.owner)).at(place).remedy(remedy))
            }
        }
    }
}

pub(super) fn number_of(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

fn word_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Float(number) => Some(number.value().to_string()),
        Value::Boolean(flag) => Some(flag.value().to_string()),
        _ => None,
    }
}

fn kind_of(item: &Item) -> &'static str {
    match item.type_name() {
        "string" => "a text",
        "integer" | "float" => "a number",
        "boolean" => "true or false",
        "array" | "array of tables" => "a list",
        "table" | "inline table" => "a table",
        _ => "a date",
    }
}

//! NDJSON: one object a line, its members as cells of text.

use super::blocks::Block;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The members of one object, values unread.
#[derive(Default)]
pub(super) struct Object<'a> {
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

/// A value as a cell.
pub(super) struct JsonCell<'a> {
    /// Its text; blank for `null`.
    pub text: Cow<'a, str>,
    /// Whether it is a number, written with a decimal point.
    pub literal: bool,
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<'de>, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object<'de>, M::Error> {
                let mut object = Object::default();
                while let Some((Key(name), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    object.members.push((name, value));
                }
                Ok(object)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'a> Object<'a> {
    /// Names and values, in the order of the line.
    pub(super) fn members(&self) -> &[(Cow<'a, str>, &'a RawValue)] {
        &self.members
    }

    /// The cell of this name; blank where there is none.
    pub(super) fn cell(&self, name: &str) -> JsonCell<'a> {
        let found = self.members.iter().find(|(member, _)| member == name);
        found.map_or(JsonCell { text: Cow::Borrowed(""), literal: false }, |(_, value)| cell(value))
    }
}

/// The text of a value: strings unescaped, numbers by their literal text, lists and objects as they are written.
pub(super) fn cell(value: &RawValue) -> JsonCell<'_> {
    let written = value.get();
    let borrowed = |text| JsonCell { text: Cow::Borrowed(text), literal: false };
    match written.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<Key<'_>>(written) {
            Ok(Key(text)) => JsonCell { text, literal: false },
            // A lone surrogate is valid JSON and no text; it stays as it is written.
            Err(_) => borrowed(written),
        },
        Some(b'n') => borrowed(""),
        Some(b'-' | b'0'..=b'9') => JsonCell { text: Cow::Borrowed(written), literal: true },
        _ => borrowed(written),
    }
}

/// Calls `each` with the line of every row and its object, or why it is none. Blank lines are no rows.
pub(super) fn each_object<'b>(block: &'b Block, mut each: impl FnMut(u64, &'b [u8], Result<Object<'b>, String>)) {
    let lines = block.bytes.split(|b| *b == b'\n').enumerate();
    for (index, text) in lines.filter(|(_, text)| !text.trim_ascii().is_empty()) {
        let parsed = serde_json::from_slice(text).map_err(|error| error.to_string());
        each(block.first_line + index as u64, text, parsed);
    }
}

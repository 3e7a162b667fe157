//! Values as TOML writes them.

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// A list of texts.
pub(super) fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// A number; whole ones without a fraction.
pub(super) fn number(value: f64) -> String {
    value.to_string()
}

//! Values as TOML writes them.

/// A text in quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(char::is_control) {
        // Escapes of JSON are escapes of TOML, which also wants the sign for "delete" escaped.
        return serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F");
    }
    toml_edit::Value::from(text).to_string()
}

/// A text as it may stand in a comment.
pub(super) fn single_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A list of texts.
pub(super) fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// A number; whole ones without a fraction.
pub(super) fn number(value: f64) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_quotes_is_one_line_that_toml_reads_back() {
        for text in ["plain", "a \"quote\" and \\", "two\nlines\tand \u{7f}\u{1}", "日本"] {
            let written = quoted(text);
            assert!(!written.contains('\n'), "{written}");
            let read: toml::Table = toml::from_str(&format!("key = {written}")).unwrap();
            assert_eq!(read["key"].as_str(), Some(text));
        }
    }
}

//! Numbers, times, lists and capitals as sentences have them.

use crate::asof::Span;

/// A whole number with its groups of thousands: `12,345`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share as a percentage with one decimal: `12.3 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// So many of a thing: `1 deal`, `12,345 deals`.
pub fn counted(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// The word that goes with so many: `1 lead has`, `2 leads have`.
pub fn by_number<'w>(n: usize, one: &'w str, many: &'w str) -> &'w str {
    if n == 1 { one } else { many }
}

/// `a`, `a and b`, `a, b and c`, with `word` before the last.
pub fn listed(items: &[String], word: &str) -> String {
    match items {
        [first @ .., last] if !first.is_empty() => format!("{} {word} {last}", first.join(", ")),
        _ => items.concat(),
    }
}

/// A sentence's first letter in capitals.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The text with its first letter small.
pub fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A length of time in whole days, or hours below one: `23 d`, `5 h`.
pub fn span_in_words(span: Span) -> String {
    let hours = (span.days() * 24.0).floor();
    match hours {
        _ if hours >= 24.0 => format!("{} d", (hours / 24.0).floor()),
        _ if hours >= 1.0 => format!("{hours} h"),
        _ => "under 1 h".to_string(),
    }
}

/// How long ago something was: `23 d ago`.
pub fn age_in_words(age: Span) -> String {
    format!("{} ago", span_in_words(age))
}

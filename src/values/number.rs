//! Numbers as people and spreadsheets write them.

use unicode_normalization::UnicodeNormalization;

/// Signs and codes of currencies that may stand before or after an amount, longest first where one begins another.
const CURRENCIES: &[&str] = &[
    "R$", "US$", "$", "€", "£", "¥", "₹", "₩", "₽", "₺", "₴", "₫", "฿", "₪", "₱", "₦", "円", "元", "kr", "zł", "Kč",
    "Ft", "lei", "USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN",
    "CZK", "HUF", "RON", "BRL", "MXN", "ZAR", "KRW", "TRY",
];

/// Reads a number, or `None` when the text is not one. The result is always finite.
///
/// Beyond plain numbers: surrounding spaces, a currency sign or code on either side, `%` (`45%` is 45), thousands
/// separators (`,` or `.`, whichever is not `decimal`; space; apostrophe) that stand where thousands end, and
/// parentheses for negatives. A separator at any other place makes the text no number: with `decimal = '.'`, `1,5`
/// is refused rather than read as 15.
pub fn parse_number(text: &str, decimal: char) -> Option<f64> {
    let text = text.trim();
    if decimal == '.' && is_plain(text.as_bytes()) {
        return text.parse().ok().filter(|value: &f64| value.is_finite());
    }
    if !text.chars().any(|c| c.is_numeric()) {
        return None;
    }
    if text.is_ascii() {
        parse_dressed(text, decimal)
    } else {
        parse_dressed(&text.nfkc().collect::<String>(), decimal)
    }
}

/// Whether the bytes are only those of a number in the notation of programs.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.'))
        && bytes.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
}

fn parse_dressed(text: &str, decimal: char) -> Option<f64> {
    let (text, in_parentheses) = match text.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inside) => (inside, true),
        None => (text, false),
    };
    let (text, minus) = undress(text)?;
    let plain = without_separators(text, decimal)?;
    let value: f64 = plain.parse().ok().filter(|value: &f64| value.is_finite())?;
    match (in_parentheses, minus) {
        (true, true) => None,
        (false, false) => Some(value),
        _ => Some(-value),
    }
}

/// Takes sign, currency and percent sign off, at most one of each; says whether the sign was a minus.
fn undress(text: &str) -> Option<(&str, bool)> {
    let mut rest = text.trim();
    let (mut sign, mut currency, mut percent) = (None, false, false);
    loop {
        if let Some(after) = rest.strip_prefix(['-', '−', '+']) {
            if sign.replace(!rest.starts_with('+')).is_some() {
                return None;
            }
            rest = after.trim_start();
        } else if let Some(after) = strip_currency(rest).filter(|_| !currency) {
            currency = true;
            rest = after.trim();
        } else if let Some(before) = rest.strip_suffix('%').filter(|_| !percent) {
            percent = true;
            rest = before.trim_end();
        } else {
            return Some((rest, sign.unwrap_or(false)));
        }
    }
}

fn strip_currency(text: &str) -> Option<&str> {
    CURRENCIES.iter().find_map(|sign| text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)))
}

/// The number with its thousands separators removed and a point for its decimal sign.
fn without_separators(text: &str, decimal: char) -> Option<String> {
    let (whole, fraction) = match text.split_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let separator = whole.chars().find(|c| is_thousands_separator(*c, decimal));
    let mut plain = String::with_capacity(text.len());
    if let Some(separator) = separator {
        let mut groups = whole.split(separator).peekable();
        let first = groups.next()?;
        if first.is_empty() || first.len() > 3 {
            return None;
        }
        plain.push_str(first);
        while let Some(group) = groups.next() {
            let is_last = groups.peek().is_none();
            // Two digits between separators are the Indian grouping, 12,34,567.
            if !(group.len() == 3 || group.len() == 2 && !is_last) {
                return None;
            }
            plain.push_str(group);
        }
        if !plain.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    } else {
        plain.push_str(whole);
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    is_unsigned(plain.as_bytes()).then_some(plain)
}

fn is_unsigned(bytes: &[u8]) -> bool {
    is_plain(bytes) && !matches!(bytes[0], b'-' | b'+')
}

fn is_thousands_separator(c: char, decimal: char) -> bool {
    c != decimal && matches!(c, ',' | '.' | ' ' | '\'' | '’')
}

#[cfg(test)]
mod tests {
    use super::parse_number;

    #[test]
    fn numbers_as_people_write_them() {
        for (text, value) in [
            ("1", 1.0),
            (" -2.5 ", -2.5),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("$90,000 ", 90_000.0),
            ("-$1,234.50", -1234.5),
            ("$-12", -12.0),
            ("(1,200)", -1200.0),
            ("45%", 45.0),
            ("1 234 567", 1_234_567.0),
            ("1\u{a0}234", 1234.0),
            ("1'234'567.8", 1_234_567.8),
            ("12,34,567", 1_234_567.0),
            ("100 EUR", 100.0),
            ("¥１，２００", 1200.0),
            ("−7", -7.0),
        ] {
            assert_eq!(parse_number(text, '.'), Some(value), "{text}");
        }
        for (text, value) in [("1.234,5", 1234.5), ("0,25", 0.25), ("€ 1.000.000", 1e6), ("12", 12.0)] {
            assert_eq!(parse_number(text, ','), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_never_guessed() {
        for text in [
            "",
            " ",
            "abc",
            "1,5",
            "1,23,4",
            "12.5.2024",
            "1-2",
            "nan",
            "inf",
            "1e999",
            "--1",
            "$",
            "$$1",
            "()",
            "(-1)",
            "1,234,",
            "0x10",
            "1 2",
            "5 apples",
            "1,234e",
        ] {
            assert_eq!(parse_number(text, '.'), None, "{text}");
        }
        assert_eq!(parse_number("1.5", ','), None);
    }
}

//! Numbers as the reader writes them. The words of the page are English.

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// 1,234.5
    English,
    /// 1.234,5
    German,
    /// 1 234,5, with narrow spaces
    French,
    /// 1’234.5
    Swiss,
}

/// A minus as wide as a plus.
const MINUS: char = '\u{2212}';
/// A space that no line breaks at.
const NO_BREAK: char = '\u{a0}';

impl Locale {
    /// The language of the page's words, as HTML names it.
    pub(super) fn language(self) -> &'static str {
        "en"
    }

    fn marks(self) -> (char, char) {
        match self {
            Locale::English => (',', '.'),
            Locale::German => ('.', ','),
            Locale::French => ('\u{202f}', ','),
            Locale::Swiss => ('\u{2019}', '.'),
        }
    }

    /// A number in so many decimals; `–` where there is none.
    pub(super) fn number(self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return "–".to_string();
        }
        let (thousands, point) = self.marks();
        let text = format!("{:.decimals$}", value.abs());
        let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let mut written = String::new();
        if value < 0.0 && !is_zero {
            written.push(MINUS);
        }
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                written.push(thousands);
            }
            written.push(digit);
        }
        if !fraction.is_empty() {
            written.push(point);
            written.push_str(fraction);
        }
        written
    }

    /// A number with its sign.
    pub(super) fn signed(self, value: f64, decimals: usize) -> String {
        let text = self.number(value, decimals);
        let is_above = value > 0.0 && text.chars().any(|c| c.is_ascii_digit() && c != '0');
        if is_above { format!("+{text}") } else { text }
    }

    /// A share in per cent.
    pub(super) fn percent(self, share: f64, decimals: usize) -> String {
        format!("{}{NO_BREAK}%", self.number(share * 100.0, decimals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_each_locale() {
        let written = [Locale::English, Locale::German, Locale::French, Locale::Swiss].map(|l| l.number(-12345.67, 1));
        assert_eq!(written, ["−12,345.7", "−12.345,7", "−12\u{202f}345,7", "−12’345.7"]);
        assert_eq!(Locale::English.signed(0.04, 1), "0.0");
        assert_eq!(Locale::English.signed(-0.04, 1), "0.0");
        assert_eq!(Locale::English.signed(3.0, 0), "+3");
        assert_eq!(Locale::German.percent(0.1234, 1), "12,3\u{a0}%");
        assert_eq!(Locale::English.number(f64::NAN, 1), "–");
    }
}

//! Numbers as the reader writes them. The words of the page are English.

use minijinja::HtmlEscape;

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

    /// A sentence as HTML: names in backticks as code, everything escaped, numbers outside names as the reader writes
    /// them.
    ///
    /// The sentences come written in English from the program's core, which knows no reader. A number is digits with
    /// commas between thousands and a point, standing free: dates, versions and words with digits stay as they are.
    pub(super) fn prose(self, sentence: &str) -> String {
        let parts: Vec<&str> = sentence.split('`').collect();
        let is_name = |i: usize| i % 2 == 1 && i + 1 < parts.len();
        let html = |(i, part): (usize, &&str)| match is_name(i) {
            true => format!("<code>{}</code>", HtmlEscape(part)),
            false => HtmlEscape(&self.renumbered(part)).to_string(),
        };
        parts.iter().enumerate().map(html).collect()
    }

    fn renumbered(self, text: &str) -> String {
        let mut written = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let (before, from) = rest.split_at(start);
            let length = number_length(from);
            let (number, after) = from.split_at(length);
            let last = before.chars().next_back().or_else(|| written.chars().next_back());
            let stands_free = !last.is_some_and(|c| c.is_alphanumeric() || "_.:,/".contains(c))
                && !is_within_a_date(before)
                && !goes_on(after);
            if stands_free {
                match before.strip_suffix('-') {
                    Some(head) => written.extend([head, "\u{2212}"]),
                    None => written.push_str(before),
                }
                written.push_str(&self.remarked(number));
                rest = after.strip_prefix(" %").inspect(|_| written.extend([NO_BREAK, '%'])).unwrap_or(after);
            } else {
                // The whole word stays as it is.
                let word = from.find(|c: char| c.is_whitespace() || c == ')').unwrap_or(from.len());
                written.extend([before, &from[..word]]);
                rest = &from[word..];
            }
        }
        written + rest
    }

    /// An English number with this reader's marks.
    fn remarked(self, number: &str) -> String {
        let (thousands, point) = self.marks();
        let mark = |c: char| match c {
            ',' => thousands,
            '.' => point,
            digit => digit,
        };
        number.chars().map(mark).collect()
    }

    /// A share in per cent.
    pub(super) fn percent(self, share: f64, decimals: usize) -> String {
        format!("{}{NO_BREAK}%", self.number(share * 100.0, decimals))
    }
}

/// Length of the number at the start of `text`: digits, commas before three more of them, a point before others.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(0);
    while text[end..].starts_with(',') && digits(end + 1) == 3 {
        end += 4;
    }
    if text[end..].starts_with('.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    end
}

/// Whether what stands before a number ends in a hyphen that joins it to a word or another number.
fn is_within_a_date(before: &str) -> bool {
    let mut back = before.chars().rev();
    back.next() == Some('-') && back.next().is_some_and(char::is_alphanumeric)
}

/// Whether what follows a number makes it part of something longer: `2026-07`, `12:30`, `0.1.0`, `30d`.
fn goes_on(after: &str) -> bool {
    let mut next = after.chars();
    match next.next() {
        Some('-' | ':' | '.' | '/' | ',') => next.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => c.is_alphanumeric() || c == '_',
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_the_readers_numbers_and_names_as_they_are() {
        let said = "`zip 1.5` is set to -5, worth +1,234.5 (-6.5 to +2.3 %) since 2026-07-01 12:30 in v0.1.0; 30d";
        let written = Locale::German.prose(said);
        let expected = "<code>zip 1.5</code> is set to −5, worth +1.234,5 (−6,5 to +2,3\u{a0}%) since 2026-07-01 12:30 in v0.1.0; 30d";
        assert_eq!(written, expected);
        assert_eq!(Locale::English.prose("a `<b>` & 1,200."), "a <code>&lt;b&gt;</code> &amp; 1,200.");
        assert_eq!(Locale::German.prose("one ` alone 1.5"), "one ` alone 1,5".replace('`', ""));
    }

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

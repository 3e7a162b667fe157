//! Text as rules compare it: trimmed, case-folded, full and half width alike.
//!
//! [`fold`] is the one spelling two texts must share to be called equal; [`TextMatch`] is a condition on a text,
//! compiled once and asked many times. How sentences count and list is in `wording`.

mod wording;

pub use wording::{
    age_in_words, by_number, capital, counted, listed, percent, span_in_words, thousands, uncapitalised,
};

use regex::{Regex, RegexBuilder};
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The spelling in which texts are compared: compatibility-normalised (NFKC, so that full and half width agree),
/// case-folded and trimmed.
///
/// Case is folded by way of the upper case, which brings `ß` to `ss` and both small sigmas together, as full case
/// folding does.
pub fn fold(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.is_ascii() {
        return trimmed.to_ascii_lowercase();
    }
    let upper: String = trimmed.nfkc().flat_map(char::to_uppercase).collect();
    let folded: String = upper.chars().flat_map(char::to_lowercase).nfkc().collect();
    folded.trim().to_string()
}

/// The word among `among` that `word` was most likely meant to be, if any is near enough (at most a third of its
/// letters changed, transposed neighbours counting once); of equals the first. Case, width and the signs `_`, `-` and
/// blank do not count: they are what people mix up most.
pub fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| -> String { fold(text).chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect() };
    let folded = fold(word);
    let allowed = (folded.chars().count() / 3).max(1);
    among
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&folded, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The words of a name, lower-cased: split at signs and where a capital follows a small letter.
pub fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() || before.is_lowercase() && c.is_uppercase() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A condition on a text: one or more tests that must all hold. Equal when written alike.
#[derive(Debug, Clone, PartialEq)]
pub struct TextMatch {
    tests: Vec<TextTest>,
}

#[derive(Debug, Clone)]
enum TextTest {
    AnyOf(WordSet),
    NoneOf(WordSet),
    HasWord(Vec<Word>),
    Contains(Vec<String>),
    Matches(Vec<Regex>),
    DomainIn(Vec<String>),
}

/// Folded words; those that are numbers also hold for another spelling of the same number (`50` and `50.0`).
#[derive(Debug, Clone, PartialEq)]
struct WordSet {
    words: HashSet<String, foldhash::fast::FixedState>,
    numbers: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
struct Word {
    folded: String,
    /// Written in a script without spaces, where a word's ends cannot be seen.
    unspaced: bool,
}

impl TextMatch {
    /// The text is one of `words`.
    pub fn any_of(words: &[String]) -> TextMatch {
        TextMatch::of(TextTest::AnyOf(WordSet::new(words)))
    }

    /// The text is none of `words`.
    pub fn none_of(words: &[String]) -> TextMatch {
        TextMatch::of(TextTest::NoneOf(WordSet::new(words)))
    }

    /// One of `words` stands in the text as a whole word, by Unicode word boundaries (UAX #29). In scripts written
    /// without spaces (Han, kana, Thai, Lao, Khmer, Burmese) it need only be contained.
    pub fn has_word(words: &[String]) -> TextMatch {
        let words = words.iter().map(|word| {
            let folded = single_spaced(&fold(word)).into_owned();
            Word { unspaced: folded.chars().any(is_unspaced), folded }
        });
        TextMatch::of(TextTest::HasWord(words.collect()))
    }

    /// One of `parts` occurs anywhere in the text.
    pub fn contains(parts: &[String]) -> TextMatch {
        TextMatch::of(TextTest::Contains(parts.iter().map(|part| fold(part)).collect()))
    }

    /// The trimmed text, as written or in its normal width, matches one of the regular expressions; case does not
    /// count unless an expression begins with `(?-i)`.
    ///
    /// # Errors
    /// The expression that is none and what is wrong with it, in one line.
    pub fn matches_any(patterns: &[String]) -> Result<TextMatch, String> {
        let compiled = patterns.iter().map(|pattern| {
            RegexBuilder::new(pattern).case_insensitive(true).build().map_err(|error| {
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
                format!("`{pattern}` is not a regular expression: {reason}")
            })
        });
        Ok(TextMatch::of(TextTest::Matches(compiled.collect::<Result<_, _>>()?)))
    }

    /// The trimmed text matches one regular expression, as in [`TextMatch::matches_any`].
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn matches(pattern: &str) -> Result<TextMatch, String> {
        TextMatch::matches_any(&[pattern.to_string()])
    }

    /// The text is an email address, a bare domain or a URL in one of `domains` or a subdomain of one.
    pub fn domain_in(domains: &[String]) -> TextMatch {
        let hosts = domains.iter().map(|domain| host(&fold(domain)).trim_start_matches("*.").to_string());
        TextMatch::of(TextTest::DomainIn(hosts.collect()))
    }

    /// Both conditions at once.
    #[must_use]
    pub fn and(mut self, other: TextMatch) -> TextMatch {
        self.tests.extend(other.tests);
        self
    }

    /// Whether `value` meets every test.
    pub fn holds(&self, value: &str) -> bool {
        let folded = fold(value);
        self.tests.iter().all(|test| test.holds(value, &folded))
    }

    fn of(test: TextTest) -> TextMatch {
        TextMatch { tests: vec![test] }
    }
}

impl TextTest {
    fn holds(&self, value: &str, folded: &str) -> bool {
        match self {
            TextTest::AnyOf(set) => set.has(folded),
            TextTest::NoneOf(set) => !set.has(folded),
            TextTest::HasWord(words) => {
                let spaced = single_spaced(folded);
                words.iter().any(|word| word.stands_in(&spaced))
            }
            TextTest::Contains(parts) => parts.iter().any(|part| folded.contains(part.as_str())),
            TextTest::Matches(expressions) => {
                let trimmed = value.trim();
                let found = |text: &str| expressions.iter().any(|expression| expression.is_match(text));
                found(trimmed) || (!trimmed.is_ascii() && found(&trimmed.nfkc().collect::<String>()))
            }
            TextTest::DomainIn(domains) => {
                let host = host(folded);
                domains.iter().any(|domain| is_within_domain(host, domain))
            }
        }
    }
}

impl PartialEq for TextTest {
    fn eq(&self, other: &TextTest) -> bool {
        match (self, other) {
            (TextTest::AnyOf(a), TextTest::AnyOf(b)) | (TextTest::NoneOf(a), TextTest::NoneOf(b)) => a == b,
            (TextTest::HasWord(a), TextTest::HasWord(b)) => a == b,
            (TextTest::Contains(a), TextTest::Contains(b)) | (TextTest::DomainIn(a), TextTest::DomainIn(b)) => a == b,
            (TextTest::Matches(a), TextTest::Matches(b)) => a.iter().map(Regex::as_str).eq(b.iter().map(Regex::as_str)),
            _ => false,
        }
    }
}

impl WordSet {
    fn new(words: &[String]) -> WordSet {
        let words: HashSet<_, _> = words.iter().map(|word| fold(word)).collect();
        let mut numbers: Vec<f64> = words.iter().filter_map(|word| plain_number(word)).collect();
        numbers.sort_by(f64::total_cmp);
        WordSet { words, numbers }
    }

    fn has(&self, folded: &str) -> bool {
        self.words.contains(folded)
            || (!self.numbers.is_empty() && plain_number(folded).is_some_and(|number| self.numbers.contains(&number)))
    }
}

impl Word {
    fn stands_in(&self, text: &str) -> bool {
        if self.unspaced || self.folded.is_empty() {
            return !self.folded.is_empty() && text.contains(self.folded.as_str());
        }
        // The substring search is the cheap screen; boundaries are worked out only where it finds something.
        let mut found = text.match_indices(self.folded.as_str()).map(|(start, part)| (start, start + part.len()));
        found.any(|(start, end)| is_word_boundary(text, start) && is_word_boundary(text, end))
    }
}

fn is_word_boundary(text: &str, at: usize) -> bool {
    at == text.len() || text.split_word_bound_indices().any(|(start, _)| start == at)
}

/// Digits with an optional sign and decimal point. Codes with leading zeros are not numbers: `007` is not `7`.
fn plain_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let led_by_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    let plain =
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    if plain && !led_by_zero { text.parse().ok() } else { None }
}

fn single_spaced(folded: &str) -> std::borrow::Cow<'_, str> {
    let needs_work = |pair: &[u8]| pair[0] == b' ' && pair[1] == b' ';
    let odd_space = folded.chars().any(|c| c.is_whitespace() && c != ' ');
    if odd_space || folded.as_bytes().windows(2).any(needs_work) {
        folded.split_whitespace().collect::<Vec<_>>().join(" ").into()
    } else {
        folded.into()
    }
}

/// Scripts that write words without spaces between them.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF            // Thai, Lao
        | 0x1000..=0x109F          // Burmese
        | 0x1780..=0x17FF          // Khmer
        | 0x3005..=0x3007          // iteration mark, closing mark and zero in Han text
        | 0x3040..=0x30FF          // Hiragana, Katakana
        | 0x31F0..=0x31FF          // Katakana extensions
        | 0x3400..=0x4DBF          // Han extension A
        | 0x4E00..=0x9FFF          // Han
        | 0xF900..=0xFAFF          // Han compatibility
        | 0x20000..=0x3134F) // Han extensions B to H
}

/// The host of a folded email address, URL or bare domain.
fn host(folded: &str) -> &str {
    let rest = folded.split_once("://").map_or(folded, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let named = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let without_port = named.split(':').next().unwrap_or(named);
    without_port.trim_matches(|c: char| c == '.' || c == '>' || c.is_whitespace())
}

fn is_within_domain(host: &str, domain: &str) -> bool {
    !domain.is_empty()
        && host.strip_suffix(domain).is_some_and(|subdomain| subdomain.is_empty() || subdomain.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| word.to_string()).collect()
    }

    #[test]
    fn width_case_and_space_do_not_count() {
        assert_eq!(fold(" ＶＰ　Sales "), "vp sales");
        assert_eq!(fold("ﾌﾞﾁｮｳ"), fold("ブチョウ"));
        assert_eq!(fold("STRASSE"), fold("straße"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδοσ"));
        assert_eq!(fold("\u{3000}東京　"), "東京");
    }

    #[test]
    fn a_word_is_whole() {
        let vp = TextMatch::has_word(&words(&["vp", "vice  president", "r&d", "c++"]));
        for value in ["VP of Sales", "Group VP", "(vp)", "Senior Vice President", "head of R&D", "C++ lead", "営業VP"]
        {
            assert!(vp.holds(value), "{value}");
        }
        for value in ["SVP", "vps", "vice-president", "r & d", "", "président"] {
            assert!(!vp.holds(value), "{value}");
        }
    }

    #[test]
    fn scripts_without_spaces_contain_their_words() {
        let manager = TextMatch::has_word(&words(&["部長", "マネージャー", "ผู้จัดการ"]));
        for value in ["営業部長", "ﾌﾟﾛﾀﾞｸﾄﾏﾈｰｼﾞｬｰ", "ผู้จัดการฝ่ายขาย"]
        {
            assert!(manager.holds(value), "{value}");
        }
        assert!(!manager.holds("課長"));
    }

    #[test]
    fn domains_hold_their_subdomains_and_nothing_else() {
        let rival = TextMatch::domain_in(&words(&["Rival.example", "@other.example"]));
        for value in [
            "a@rival.example",
            "A@MAIL.RIVAL.EXAMPLE",
            "rival.example",
            "https://www.rival.example:80/x?y#z",
            "B <b@other.example>",
        ] {
            assert!(rival.holds(value), "{value}");
        }
        for value in
            ["a@notrival.example", "rival.example.com", "a@rival.example@x.com", "", "https://x.com/rival.example"]
        {
            assert!(!rival.holds(value), "{value}");
        }
    }

    #[test]
    fn numbers_in_word_lists_hold_for_their_other_spellings_but_codes_do_not() {
        let fifty = TextMatch::any_of(&words(&["50", "true", "007"]));
        assert!(fifty.holds("50.0") && fifty.holds("TRUE") && fifty.holds("007"));
        assert!(!fifty.holds("7") && !fifty.holds("5") && !fifty.holds("050"));
        assert!(!TextMatch::none_of(&words(&["50"])).holds("50.00"));
    }

    #[test]
    fn expressions_ignore_case_and_width_and_say_what_is_wrong() {
        let code = TextMatch::matches(r"^ab-\d+$").unwrap();
        assert!(code.holds(" AB-12 ") && code.holds("ＡＢ-１２") && !code.holds("xab-1"));
        assert!(!TextMatch::matches("(?-i)^ab$").unwrap().holds("AB"));
        assert!(TextMatch::matches("(").unwrap_err().contains("unclosed group"));
    }

    #[test]
    fn the_nearest_word_is_near() {
        assert_eq!(nearest("has_wrod", ["has_word", "contains"]), Some("has_word"));
        assert_eq!(nearest("zebra", ["has_word", "contains"]), None);
        assert_eq!(nearest("ab", ["x", "ac"]), Some("ac"));
        let keys = ["created_at", "closed_at", "files", "exclude"];
        assert_eq!(nearest("Closed AT", keys), Some("closed_at"));
        assert_eq!(nearest("createdAt", keys), Some("created_at"));
        assert_eq!(nearest("close_at", keys), Some("closed_at"));
        assert_eq!(nearest("file", keys), Some("files"));
        assert_eq!(nearest("colour", keys), None);
    }
}

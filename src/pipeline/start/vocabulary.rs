//! The words by which headers and values are known, in many languages, from `vocabulary.tsv`.

use crate::text::TextMatch;
use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

const FILE: &str = include_str!("vocabulary.tsv");

struct Topic {
    words: Vec<&'static str>,
    as_words: TextMatch,
}

static TOPICS: LazyLock<HashMap<&'static str, Topic>> = LazyLock::new(|| {
    let mut words: HashMap<&str, Vec<&str>> = HashMap::new();
    for (topic, word) in FILE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')) {
        words.entry(topic).or_default().push(word);
    }
    let topic = |words: Vec<&'static str>| {
        let owned: Vec<String> = words.iter().map(|word| word.to_string()).collect();
        Topic { as_words: TextMatch::has_word(&owned), words }
    };
    words.into_iter().map(|(name, words)| (name, topic(words))).collect()
});

fn topic(name: &str) -> &'static Topic {
    TOPICS.get(name).expect("the topics asked for stand in vocabulary.tsv; a test asks for each")
}

/// The words of a topic, best first.
pub(super) fn words(name: &str) -> &'static [&'static str] {
    &topic(name).words
}

/// The place of `text` among the words of a topic: the whole of it, not a part. What it is a property of, as Pipedrive
/// writes before each header (`Deal - Owner`, `Negócio - Proprietário`), may stand before it.
pub(super) fn rank(name: &str, text: &str) -> Option<usize> {
    let place = |text: &str| {
        let plain = plain(text);
        topic(name).words.iter().position(|word| *word == plain)
    };
    place(text).or_else(|| place(without_object(text)?))
}

/// The header without the object that it belongs to; `None` where none stands before it.
pub(super) fn without_object(text: &str) -> Option<&str> {
    let (object, rest) = text.split_once(" - ")?;
    words("object of a header").contains(&crate::text::fold(object).as_str()).then_some(rest)
}

/// Whether a value is one of the words of a topic as a value: trimmed and case-folded, signs kept.
pub(super) fn is_value(name: &str, value: &str) -> bool {
    let folded = crate::text::fold(value);
    topic(name).words.iter().any(|word| *word == folded) || rank(name, value).is_some()
}

/// Whether any word of a topic stands in `text` as a whole word (in scripts without spaces: anywhere).
pub(super) fn mentions(name: &str, text: &str) -> bool {
    topic(name).as_words.holds(&plain(text))
}

/// The topics whose name begins with `prefix`, in alphabetical order.
pub(super) fn topics_under(prefix: &str) -> Vec<&'static str> {
    let mut names: Vec<&str> = TOPICS.keys().copied().filter(|name| name.starts_with(prefix)).collect();
    names.sort_unstable();
    names
}

/// A header as headers are compared: lower-cased words between single blanks, `CreatedDate` like `created_date`.
pub(super) fn plain(name: &str) -> String {
    let mut text = String::new();
    let mut before = ' ';
    for c in name.nfkc() {
        let starts_word = before.is_lowercase() && c.is_uppercase();
        if (!c.is_alphanumeric() || starts_word) && !text.ends_with(' ') {
            text.push(' ');
        }
        if c.is_alphanumeric() {
            text.extend(c.to_lowercase());
        }
        before = c;
    }
    text.trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_one_meaning_are_alike() {
        for name in ["CreatedDate", "created_date", "Created Date", " created-date ", "Ｃｒｅａｔｅｄ　Ｄａｔｅ"]
        {
            assert_eq!(plain(name), "created date");
        }
        assert_eq!(plain("Deal - ID"), "deal id");
        assert_eq!(plain("(Do Not Modify) Lead"), "do not modify lead");
        assert_eq!(plain("顧客ID"), "顧客id");
        for name in ["Deal - Owner", "Negócio - Proprietário", "Person - Owner", "Deal - Besitzer"] {
            assert!(rank("owner", name).is_some(), "{name}");
        }
        assert_eq!(rank("owner", "Regional - Owner"), None);
    }

    #[test]
    fn marital_status_is_no_status_word_and_health_needs_no_company() {
        assert!(mentions("sensitive marital or family status", "MaritalStatus"));
        assert!(mentions("sensitive age or birth", "BirthDate"));
        assert!(!mentions("sensitive age or birth", "page_views"));
        assert!(mentions("sensitive gender", "性別"));
        assert_eq!(rank("outcome", "MaritalStatus"), None);
    }

    #[test]
    fn every_line_of_the_file_holds_a_topic_and_a_plain_word() {
        for line in FILE.lines().filter(|line| !line.starts_with('#')) {
            let (topic, word) = line.split_once('\t').unwrap_or_else(|| panic!("no tab in `{line}`"));
            assert!(!topic.is_empty() && !word.trim().is_empty(), "{line}");
            assert_eq!(word, word.to_lowercase(), "{line}");
        }
    }
}

//! What is read from free text: seniority and department from a job title, the kind of an email's domain.
//!
//! The words stand in `words.tsv` beside this file (language, what, value, word), so that they can be read and argued
//! about in one place. A word in a script with spaces counts as a whole word only; elsewhere it may stand inside.

use crate::tables::{MISSING, TextColumn};
use crate::text::{TextMatch, fold};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::LazyLock;

const WORDS: &str = include_str!("words.tsv");

/// Email providers whose addresses say nothing about a company.
const FREE_MAIL: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.fr",
    "yahoo.de",
    "hotmail.com",
    "hotmail.fr",
    "outlook.com",
    "outlook.jp",
    "live.com",
    "msn.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "mail.ru",
    "yandex.ru",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "163.com",
    "126.com",
    "naver.com",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "softbank.ne.jp",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "libero.it",
    "t-online.de",
    "zoho.com",
    "freemail.example",
];

/// What can be read from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Derived {
    /// How senior the job title is.
    Seniority,
    /// Which department the job title belongs to.
    Department,
    /// Whether an email address is a company's or a free provider's.
    EmailDomain,
}

impl fmt::Display for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Derived::Seniority => "seniority",
            Derived::Department => "department",
            Derived::EmailDomain => "email domain",
        })
    }
}

/// One value of a derivation and the words that stand for it, in order of precedence.
struct Entry {
    what: Derived,
    value: String,
    words: TextMatch,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut grouped: Vec<(Derived, String, Vec<String>)> = Vec::new();
    for line in WORDS.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        let mut fields = line.split('\t');
        let (Some(_language), Some(what), Some(value), Some(word)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let what = if what == "seniority" { Derived::Seniority } else { Derived::Department };
        match grouped.iter_mut().find(|(w, v, _)| *w == what && v == value) {
            Some((_, _, words)) => words.push(word.to_string()),
            None => grouped.push((what, value.to_string(), vec![word.to_string()])),
        }
    }
    grouped.into_iter().map(|(what, value, words)| Entry { what, value, words: TextMatch::has_word(&words) }).collect()
});

impl Derived {
    /// The value read from one text; `None` when it says nothing.
    pub fn read(self, text: &str) -> Option<&str> {
        match self {
            Derived::EmailDomain => {
                let domain = fold(text.rsplit_once('@')?.1);
                Some(if FREE_MAIL.contains(&domain.as_str()) { "free" } else { "business" })
            }
            what => ENTRIES.iter().find(|e| e.what == what && e.words.holds(text)).map(|e| e.value.as_str()),
        }
    }

    /// The values read from a column, each distinct text looked at once.
    pub fn of_column(self, column: &TextColumn) -> TextColumn {
        let by_level: Vec<Option<&str>> = column.levels.iter().map(|text| self.read(text)).collect();
        TextColumn::from_values(column.codes.iter().map(|&c| if c == MISSING { None } else { by_level[c as usize] }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_in_six_languages() {
        for (title, seniority, department) in [
            ("Chief Marketing Officer", "executive", Some("marketing")),
            ("営業部長", "director", Some("sales")),
            ("Director vânzări", "director", Some("sales")),
            ("Leiter Einkauf", "director", Some("purchasing")),
            ("Responsable marketing", "manager", Some("marketing")),
            ("Gerente de ventas", "manager", Some("sales")),
            ("Student", "student", None),
        ] {
            assert_eq!(Derived::Seniority.read(title), Some(seniority), "{title}");
            assert_eq!(Derived::Department.read(title), department, "{title}");
        }
        assert_eq!(Derived::Seniority.read("gardener of the vpnet"), None);
    }

    #[test]
    fn email_domains() {
        assert_eq!(Derived::EmailDomain.read("a@Gmail.com"), Some("free"));
        assert_eq!(Derived::EmailDomain.read("a@works.example"), Some("business"));
        assert_eq!(Derived::EmailDomain.read("no address"), None);
    }
}

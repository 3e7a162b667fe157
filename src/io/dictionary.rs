//! Texts and their codes, quick for the few short texts that logs and columns repeat.

use super::short_texts::{ShortText, ShortTexts};
use crate::tables::MISSING;
use std::collections::HashMap;

/// Distinct texts with codes in order of first appearance.
#[derive(Default)]
pub(super) struct Dictionary {
    codes: HashMap<Box<[u8]>, u32, foldhash::fast::FixedState>,
    recent: ShortTexts,
    /// The texts by code.
    pub texts: Vec<String>,
}

impl Dictionary {
    /// The code of `text`, a new one if it was not met yet.
    #[inline]
    pub(super) fn code(&mut self, text: &[u8]) -> u32 {
        let Some(short) = ShortText::of(text) else { return self.code_of_any(text) };
        if let Some(code) = self.recent.code(short) {
            return code;
        }
        let code = self.code_of_any(text);
        self.recent.put(short, code);
        code
    }

    fn code_of_any(&mut self, text: &[u8]) -> u32 {
        if let Some(&code) = self.codes.get(text) {
            return code;
        }
        let code = self.texts.len() as u32;
        self.texts.push(String::from_utf8_lossy(text).into_owned());
        self.codes.insert(text.into(), code);
        code
    }

    /// The code here of what has `code` in `part`; `known` remembers it, [`MISSING`] where it was not asked for yet.
    #[inline]
    pub(super) fn code_through(&mut self, known: &mut [u32], code: u32, part: &Dictionary) -> u32 {
        let known = &mut known[code as usize];
        if *known == MISSING {
            *known = self.code(part.texts[code as usize].as_bytes());
        }
        *known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_one_code_however_often_and_in_whatever_order_it_comes() {
        let texts: Vec<String> = (0..3000).map(|n| "ab".repeat(n % 11) + &n.to_string()).collect();
        let mut dictionary = Dictionary::default();
        for round in [1, 7, 11] {
            for n in 0..texts.len() {
                let text = &texts[n * round % texts.len()];
                let code = dictionary.code(text.as_bytes());
                assert_eq!(dictionary.texts[code as usize], *text);
            }
        }
        assert_eq!(dictionary.texts, texts);
        // The same ends, another length or another middle.
        let alike = ["", "a", "\0a", "abcdefgh", "abcdefghabcdefgh", "abcdefghXabcdefgh", "abcdefghYabcdefgh"];
        let codes: Vec<u32> = alike.iter().chain(&alike).map(|text| dictionary.code(text.as_bytes())).collect();
        assert_eq!(codes[..7], codes[7..]);
        assert_eq!(dictionary.texts.len(), texts.len() + alike.len());
    }
}

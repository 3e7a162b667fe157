//! Texts and their codes, quick for the few short texts that a log repeats.

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

/// A text of at most 16 bytes: its first and its last eight, which may overlap, and its length.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ShortText {
    ends: [u64; 2],
    length: usize,
}

impl ShortText {
    #[inline]
    fn of(text: &[u8]) -> Option<ShortText> {
        let ends = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (Some(first), Some(last)) => [u64::from_le_bytes(*first), u64::from_le_bytes(*last)],
            _ => [text.iter().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)), 0],
        };
        (text.len() <= 16).then_some(ShortText { ends, length: text.len() })
    }
}

/// Codes of short texts met lately, each in the one place that the high bits of a product say: of a dozen kinds nearly
/// all are found there, without a hash of their bytes.
struct ShortTexts([Option<(ShortText, u32)>; SHORT_PLACES]);

const SHORT_PLACES: usize = 256;
const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Default for ShortTexts {
    fn default() -> ShortTexts {
        ShortTexts([None; SHORT_PLACES])
    }
}

impl ShortTexts {
    #[inline]
    fn place(text: ShortText) -> usize {
        let [first, last] = text.ends;
        ((first ^ last.rotate_left(29)).wrapping_mul(ODD) >> (u64::BITS - SHORT_PLACES.trailing_zeros())) as usize
    }

    #[inline]
    fn code(&self, text: ShortText) -> Option<u32> {
        self.0[ShortTexts::place(text)].filter(|(known, _)| *known == text).map(|(_, code)| code)
    }

    fn put(&mut self, text: ShortText, code: u32) {
        self.0[ShortTexts::place(text)] = Some((text, code));
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

//! Codes of short texts met lately, found without a hash of their bytes.

/// A text of at most 16 bytes: its first and its last eight, which may overlap, and its length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ShortText {
    ends: [u64; 2],
    length: usize,
}

impl ShortText {
    #[inline]
    /// Of a text, if it is short enough.
    pub(super) fn of(text: &[u8]) -> Option<ShortText> {
        let ends = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (Some(first), Some(last)) => [u64::from_le_bytes(*first), u64::from_le_bytes(*last)],
            _ => [text.iter().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)), 0],
        };
        (text.len() <= 16).then_some(ShortText { ends, length: text.len() })
    }
}

/// Codes of short texts met lately, each in the one place that the high bits of a product say: of a dozen kinds nearly
/// all are found there, without a hash of their bytes.
pub(super) struct ShortTexts([Option<(ShortText, u32)>; SHORT_PLACES]);

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
    /// The code of a text met lately.
    pub(super) fn code(&self, text: ShortText) -> Option<u32> {
        self.0[ShortTexts::place(text)].filter(|(known, _)| *known == text).map(|(_, code)| code)
    }

    /// Remembers a text's code.
    pub(super) fn put(&mut self, text: ShortText, code: u32) {
        self.0[ShortTexts::place(text)] = Some((text, code));
    }
}

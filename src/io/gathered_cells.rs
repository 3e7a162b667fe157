//! The cells of a column as a block brings them: as words and their codes for as long as the words are few, and one behind the
//! other from then on.
//!
//! Most columns repeat a few words. Those are looked up once, and what a million rows hold of each is a number.

use super::cells::{TextCells, position};
use super::dictionary::Dictionary;
use crate::fault::InputError;

/// A column of more different words is not taken as one of words.
pub(super) const MOST_WORDS: usize = 1 << 8;

/// Cells in the making.
#[derive(Default)]
pub(super) struct GatheredCells {
    words: Dictionary,
    /// By cell its word.
    codes: Vec<u32>,
    /// All cells, once the words are too many.
    plain: Option<Plain>,
}

/// Cells one behind the other.
#[derive(Default)]
struct Plain {
    bytes: Vec<u8>,
    /// End of each cell in `bytes`.
    ends: Vec<u32>,
}

impl Plain {
    #[inline]
    fn push(&mut self, cell: &[u8]) -> Result<(), InputError> {
        self.bytes.extend_from_slice(cell);
        self.ends.push(position(self.bytes.len())?);
        Ok(())
    }
}

impl GatheredCells {
    /// Takes in a cell, which is UTF-8.
    #[inline]
    pub(super) fn push(&mut self, cell: &[u8]) -> Result<(), InputError> {
        if let Some(plain) = &mut self.plain {
            return plain.push(cell);
        }
        let code = self.words.code(cell);
        if self.words.texts.len() > MOST_WORDS {
            return self.spread()?.push(cell);
        }
        self.codes.push(code);
        Ok(())
    }

    /// All cells so far one behind the other.
    fn spread(&mut self) -> Result<&mut Plain, InputError> {
        if self.plain.is_none() {
            let mut plain = Plain::default();
            let mut codes = std::mem::take(&mut self.codes).into_iter();
            codes.try_for_each(|code| plain.push(self.words.texts[code as usize].as_bytes()))?;
            self.plain = Some(plain);
        }
        Ok(self.plain.as_mut().expect("made just now"))
    }

    /// The cells.
    pub(super) fn finish(self) -> Result<TextCells, InputError> {
        match self.plain {
            Some(Plain { bytes, ends }) => {
                let text = String::from_utf8(bytes).expect("cells that are not UTF-8 were left out");
                Ok(TextCells::from_parts(text, ends))
            }
            None => TextCells::of_words(self.words.texts.iter().map(String::as_str), self.codes),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::io) fn texts(cells: &TextCells) -> Vec<String> {
        (0..cells.len()).map(|row| cells.get(row).to_string()).collect()
    }

    pub(in crate::io) fn gathered(cells: &[String]) -> TextCells {
        let mut gathered = GatheredCells::default();
        cells.iter().for_each(|cell| gathered.push(cell.as_bytes()).unwrap());
        gathered.finish().unwrap()
    }

    #[test]
    fn few_words_become_codes_and_many_do_not() {
        let few: Vec<String> = (0..5_000).map(|i| format!("a word of some length, {}", i * i % MOST_WORDS)).collect();
        let many: Vec<String> = (0..5_000).map(|i| (i % (MOST_WORDS + 1)).to_string()).collect();
        assert!(gathered(&few).words().is_some() && gathered(&many).words().is_none());
        assert_eq!((texts(&gathered(&few)), texts(&gathered(&many))), (few, many));
    }
}

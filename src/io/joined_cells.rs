//! The cells of a column, block after block of its file: as words and their codes for as long as the words are few, and from
//! then on kept as they come, to be put one behind the other at the end, when it is known how much room they take.

use super::cells::TextCells;
use super::dictionary::Dictionary;
use super::gathered_cells::MOST_WORDS;
use crate::fault::InputError;

/// A column in the making.
#[derive(Default)]
pub(super) struct JoinedCells {
    words: Dictionary,
    /// By cell its word.
    codes: Vec<u32>,
    /// What came, once the words are too many.
    parts: Option<Vec<TextCells>>,
}

impl JoinedCells {
    /// Takes in all cells of a later part.
    pub(super) fn append(&mut self, later: TextCells) -> Result<(), InputError> {
        if self.parts.is_none()
            && let Some((words, codes)) = later.words()
        {
            let own: Vec<u32> = words.map(|word| self.words.code(word.as_bytes())).collect();
            if self.words.texts.len() <= MOST_WORDS {
                self.codes.extend(codes.iter().map(|code| own[*code as usize]));
                return Ok(());
            }
        }
        if self.parts.is_none() {
            let so_far = self.words_so_far()?;
            self.parts = Some(vec![so_far]);
        }
        self.parts.get_or_insert_default().push(later);
        Ok(())
    }

    fn words_so_far(&mut self) -> Result<TextCells, InputError> {
        TextCells::of_words(self.words.texts.iter().map(String::as_str), std::mem::take(&mut self.codes))
    }

    /// The cells.
    pub(super) fn finish(mut self) -> Result<TextCells, InputError> {
        match self.parts.take() {
            Some(parts) => TextCells::joined(parts),
            None => self.words_so_far(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gathered_cells::tests::{gathered, texts};
    use super::*;

    #[test]
    fn parts_are_joined_whatever_their_form() {
        let part = |of: usize, step: usize| -> Vec<String> { (0..900).map(|i| (i * step % of).to_string()).collect() };
        let forms = [part(9, 1), part(9, 2), part(200, 1), part(700, 1), Vec::new(), part(9, 1)];
        for n_parts in 0..=forms.len() {
            for first in 0..forms.len() {
                let chosen: Vec<&Vec<String>> = forms.iter().cycle().skip(first).take(n_parts).collect();
                let mut joined = JoinedCells::default();
                chosen.iter().for_each(|part| joined.append(gathered(part)).unwrap());
                let expected: Vec<String> = chosen.into_iter().flatten().cloned().collect();
                assert_eq!(texts(&joined.finish().unwrap()), expected);
            }
        }
    }
}

//! The ids of many leads.

use std::ops::Index;

/// Ids one behind the other in a single text: a million of them are one piece of memory, not a million.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    text: String,
    /// Where each ends in `text`.
    ends: Vec<usize>,
    /// The whole number that the first one is, where each other is known to be one more than the one before it.
    first: Option<u64>,
}

impl Ids {
    /// Ids from their text and the end of each in it, which ascend and lie between characters.
    pub(crate) fn from_parts(text: String, ends: Vec<usize>) -> Ids {
        Ids { text, ends, first: None }
    }

    /// The same ids, which are the whole numbers from `first` on, in their order.
    pub(crate) fn counting_from(self, first: u64) -> Ids {
        debug_assert!((first..).zip(self.iter()).all(|(number, id)| id == number.to_string()));
        Ids { first: Some(first), ..self }
    }

    /// The whole number from which they count up, where that is known.
    pub(crate) fn count_from(&self) -> Option<u64> {
        self.first
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends one.
    pub fn push(&mut self, id: &str) {
        self.text.push_str(id);
        self.ends.push(self.text.len());
        self.first = None;
    }

    /// Appends one that is a number.
    pub(crate) fn push_number(&mut self, id: i64) {
        self.push(itoa::Buffer::new().format(id));
    }

    /// Those of several lists, one after the other.
    pub(crate) fn joined(parts: &[Ids]) -> Ids {
        let text = || {
            let mut text = String::with_capacity(parts.iter().map(|part| part.text.len()).sum());
            parts.iter().for_each(|part| text.push_str(&part.text));
            text
        };
        let ends = || {
            let (mut ends, mut before) = (Vec::with_capacity(parts.iter().map(Ids::len).sum()), 0);
            for part in parts {
                ends.extend(part.ends.iter().map(|end| end + before));
                before += part.text.len();
            }
            ends
        };
        let (text, ends) = rayon::join(text, ends);
        Ids { text, ends, first: None }
    }

    /// All in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone + '_ {
        (0..self.len()).map(|row| &self[row])
    }
}

impl Index<usize> for Ids {
    type Output = str;

    fn index(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }
}

impl<T: AsRef<str>> FromIterator<T> for Ids {
    fn from_iter<I: IntoIterator<Item = T>>(ids: I) -> Ids {
        let mut all = Ids::default();
        ids.into_iter().for_each(|id| all.push(id.as_ref()));
        all
    }
}

impl PartialEq for Ids {
    /// What is known of them beside does not count.
    fn eq(&self, other: &Ids) -> bool {
        (&self.text, &self.ends) == (&other.text, &other.ends)
    }
}

impl<const N: usize> PartialEq<[&str; N]> for Ids {
    fn eq(&self, ids: &[&str; N]) -> bool {
        self.iter().eq(ids.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_ids_stand_one_after_the_other() {
        let mut numbers = Ids::default();
        [i64::MIN, -7, 0, i64::MAX].iter().for_each(|id| numbers.push_number(*id));
        let ids = Ids::joined(&[["a", "", "lead-3"].iter().collect(), Ids::default(), numbers]);
        assert_eq!(ids, ["a", "", "lead-3", "-9223372036854775808", "-7", "0", "9223372036854775807"]);
        assert_eq!((ids.len(), &ids[4]), (7, "-7"));
    }
}

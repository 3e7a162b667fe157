//! The ids of many leads.

use std::fmt::Write;
use std::ops::Index;

/// Ids one behind the other in a single text: a million of them are one piece of memory, not a million.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    text: String,
    /// Where each ends in `text`.
    ends: Vec<usize>,
}

impl Ids {
    /// Ids from their text and the end of each in it, which ascend and lie between characters.
    pub(crate) fn from_parts(text: String, ends: Vec<usize>) -> Ids {
        Ids { text, ends }
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
    }

    /// Appends one that is a number.
    pub(crate) fn push_number(&mut self, id: i64) {
        // Writing into a string cannot fail.
        let _ = write!(self.text, "{id}");
        self.ends.push(self.text.len());
    }

    /// Appends those of `later`.
    pub(crate) fn append(&mut self, later: &Ids) {
        let shift = self.text.len();
        self.text.push_str(&later.text);
        self.ends.extend(later.ends.iter().map(|end| end + shift));
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

impl<const N: usize> PartialEq<[&str; N]> for Ids {
    fn eq(&self, ids: &[&str; N]) -> bool {
        self.iter().eq(ids.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appended_ids_stand_behind_the_others() {
        let mut ids: Ids = ["a", "", "lead-3"].iter().collect();
        ids.append(&["x", "yz"].iter().collect());
        assert_eq!(ids, ["a", "", "lead-3", "x", "yz"]);
        ids.append(&Ids::default());
        assert_eq!((ids.len(), &ids[4]), (5, "yz"));
    }
}

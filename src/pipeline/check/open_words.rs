//! Words of outcomes that are known to leave a deal open.

use crate::text::fold;

/// The words by which `init` knows them: the topic and a word, one a line.
const VOCABULARY: &str = include_str!("../start/vocabulary.tsv");
/// The topic.
const OPEN: &str = "open\t";

/// Whether an outcome says that the deal is open; another word may mean an end that nobody has listed.
pub(super) fn means_open(word: &str) -> bool {
    let plain = fold(word).replace(['_', '-'], " ");
    VOCABULARY.lines().filter_map(|line| line.strip_prefix(OPEN)).any(|known| known == plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_open_is_known_and_one_for_an_end_is_not() {
        assert!(["Open", "in_progress", "In Progress", "商談中"].into_iter().all(means_open));
        assert!(!["abandoned", "open day", "parked", ""].into_iter().any(means_open));
    }
}

//! The nearest known spelling of a word nobody knows.

/// The least similarity, of 1, at which a known word is worth suggesting; below it, suggestions read like noise.
const WORTH_SUGGESTING: f64 = 0.55;

/// The word of `known` that is spelled most like `word`, if any comes near; of equals the first.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    let mut best: Option<(f64, &str)> = None;
    for candidate in known {
        let likeness = strsim::normalized_damerau_levenshtein(&word, &plain(candidate));
        if likeness >= WORTH_SUGGESTING && best.is_none_or(|(least, _)| likeness > least) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Without case and separators, which are what people mix up most.
fn plain(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let known = ["created_at", "closed_at", "files", "exclude"];
        assert_eq!(nearest("createdAt", known), Some("created_at"));
        assert_eq!(nearest("close_at", known), Some("closed_at"));
        assert_eq!(nearest("file", known), Some("files"));
        assert_eq!(nearest("colour", known), None);
    }
}

//! The names of things in a store.

use super::error::StoreError;

/// The model.
pub(super) const MODEL_BIN: &str = "model.bin";
/// The readable dump.
pub(super) const MODEL_JSON: &str = "model.json";
/// The scorecard as used.
pub(super) const SCORECARD: &str = "scorecard.toml";
/// The model card.
pub(super) const MODEL_CARD: &str = "card.md";
/// The file that names the live version.
pub(super) const CURRENT: &str = "CURRENT";
/// The file that a writer holds.
pub(super) const LOCK: &str = ".lock";
/// How everything begins that a writer has not finished.
pub(super) const DRAFT: &str = ".draft-";

/// The longest model name: with what stands before and after it, well below what file systems allow.
const LONGEST_NAME: usize = 100;

/// Refuses what is not a model name: `[a-z0-9_-]`, at least one character.
///
/// Small letters only, as some file systems take `A` and `a` for one name.
pub(super) fn check_name(name: &str) -> Result<(), StoreError> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(fine) {
        return Err(StoreError::BadName { name: name.to_string() });
    }
    Ok(())
}

/// `v0001`.
pub(super) fn version_folder(version: u32) -> String {
    format!("v{version:04}")
}

/// The version of a folder or of the text of `CURRENT`; `None` for any other name and any other spelling.
pub(super) fn version_of(folder: &str) -> Option<u32> {
    // Nine digits at most: one more version always fits.
    let digits = folder.strip_prefix('v').filter(|digits| digits.len() <= 9)?;
    let version = digits.parse().ok()?;
    (version > 0 && version_folder(version) == folder).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_one_spelling() {
        assert_eq!(version_folder(12), "v0012");
        for version in [1, 9999, 10_000, 999_999_999] {
            assert_eq!(version_of(&version_folder(version)), Some(version));
        }
        for other in ["v0000", "v1", "v00001", "v+001", "0001", "V0001", "v0001 ", "v9999999999", "", "v"] {
            assert_eq!(version_of(other), None, "{other}");
        }
    }

    #[test]
    fn names_are_small_letters_digits_and_two_marks() {
        for name in ["default", "b2b-2026_eu", "7"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        let long = "a".repeat(LONGEST_NAME + 1);
        for name in ["", "B2B", "a b", "a/b", "..", ".", "a.b", "größe", "a\0", long.as_str()] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}

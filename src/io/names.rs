//! Names of columns: the error for one that is not there, and headers made usable.

use crate::fault::InputError;
use crate::text::nearest;
use std::collections::HashSet;

/// The error for a column that a file does not have.
pub(super) fn no_such_column(name: &str, place: &str, header: &[String], remedy: &str) -> InputError {
    let hint = match nearest(name, header.iter().map(String::as_str)) {
        Some(same) if same == name => format!("other files have it. {remedy}"),
        Some(near) => format!("did you mean `{near}`? {remedy}"),
        None => format!("its columns are: {}. {remedy}", listed(header)),
    };
    InputError::new(format!("there is no column `{name}`")).at(place).remedy(hint.trim().to_string())
}

/// Up to twelve names, in backquotes.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
    shown.join(", ") + &more
}

/// The names of a header: trimmed; blank ones called `column_N`; a name met again gets `_2`, `_3`, …
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    /// Distinct names, one for each field.
    pub names: Vec<String>,
    /// Whether the file itself leaves the field unnamed.
    pub unnamed: Vec<bool>,
    /// Names that stand in the file more than once.
    pub repeated: Vec<String>,
}

impl Header {
    /// The usable header of these fields as written.
    pub(super) fn new(fields: &[String]) -> Header {
        let mut taken: HashSet<String> = fields.iter().map(|field| field.trim().to_string()).collect();
        let mut met: HashSet<String> = HashSet::new();
        let mut header = Header::default();
        for (index, field) in fields.iter().enumerate() {
            let written = field.trim();
            let unnamed = written.is_empty();
            let base = if unnamed { format!("column_{}", index + 1) } else { written.to_string() };
            let is_repeat = !unnamed && !met.insert(base.clone());
            let name =
                if is_repeat || unnamed && taken.contains(&base) { free_name(&base, &taken) } else { base.clone() };
            if is_repeat && !header.repeated.contains(&base) {
                header.repeated.push(base);
            }
            taken.insert(name.clone());
            header.names.push(name);
            header.unnamed.push(unnamed);
        }
        header
    }

    /// An error if any of these names stands in the file more than once: nobody could say which column is meant.
    pub(super) fn refuse_repeated(&self, wanted: &[String], place: &str) -> Result<(), InputError> {
        match self.repeated.iter().find(|name| wanted.contains(name)) {
            None => Ok(()),
            Some(name) => Err(InputError::new(format!("the header names `{name}` more than once"))
                .at(place)
                .remedy("rename one of the two columns in the file")),
        }
    }
}

fn free_name(base: &str, taken: &HashSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{base}_{n}"));
    numbered.into_iter().find(|name| !taken.contains(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|n| n.to_string()).collect()
    }

    #[test]
    fn headers_become_distinct_names() {
        let header = Header::new(&names(&["id", " name ", "", "name", "name_2", "column_3", "name"]));
        assert_eq!(header.names, names(&["id", "name", "column_3_2", "name_3", "name_2", "column_3", "name_4"]));
        assert_eq!(header.repeated, names(&["name"]));
        assert!(header.refuse_repeated(&names(&["id"]), "f").is_ok());
        assert!(header.refuse_repeated(&names(&["name"]), "f").is_err());
    }
}

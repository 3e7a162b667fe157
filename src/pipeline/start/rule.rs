//! One rule of the starting scorecard, as it will be written.

use super::toml::{number, quoted, single_line};
use super::vocabulary::plain;

/// A rule to start from.
#[derive(Debug, Clone, PartialEq)]
pub struct StartRule {
    /// Its id, unique once the scorecard is put together.
    pub id: String,
    /// Its points; 0 where it disqualifies.
    pub points: f64,
    /// Whether a lead that it holds for is not to be worked at all.
    pub disqualifies: bool,
    /// Why it is there.
    pub why: String,
    /// Its other keys, a line each.
    pub lines: Vec<String>,
}

/// The id of a rule on the column or kind of this name, by which its reader knows it.
pub(super) fn id_of(name: &str) -> String {
    match plain(name).replace(' ', "_") {
        // Of signs alone.
        id if id.is_empty() => "unnamed".to_string(),
        id => id,
    }
}

impl StartRule {
    /// A rule without a condition yet.
    pub(super) fn new(id: &str, points: f64, why: &str) -> StartRule {
        StartRule { id: id.to_string(), points, disqualifies: false, why: why.to_string(), lines: Vec::new() }
    }

    /// A rule without a condition yet that disqualifies.
    pub(super) fn disqualifying(id: &str, why: &str) -> StartRule {
        StartRule { disqualifies: true, ..StartRule::new(id, 0.0, why) }
    }

    /// The same rule with one more line.
    #[must_use]
    pub(super) fn line(mut self, line: &str) -> StartRule {
        self.lines.push(line.to_string());
        self
    }

    /// The same rule on a field.
    #[must_use]
    pub(super) fn when(self, field: &str, test: &str) -> StartRule {
        let line = format!("when = {{ field = {}, {test} }}", quoted(field));
        self.line(&line)
    }

    /// Its text in the file.
    pub(super) fn text(&self) -> String {
        let why = single_line(&self.why);
        let mut text = format!(
            "[[rule]]\nid = {}{}# {why}\n",
            quoted(&self.id),
            " ".repeat(28_usize.saturating_sub(self.id.len()))
        );
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        match self.disqualifies {
            true => text.push_str("disqualify = true\n"),
            false => text.push_str(&format!("points = {}\n", number(self.points))),
        }
        text
    }
}

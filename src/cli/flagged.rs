//! Lists of leads about which points and model disagree: what is true of several is said once.

use crate::mismatch::{Reason, list_words};

/// One lead of a list.
pub(super) struct Entry<'a> {
    /// The lead and its figures.
    pub(super) head: String,
    /// Why it is here.
    pub(super) reason: &'a Reason,
    /// What to do next; empty for a deal that is closed.
    pub(super) action: &'a str,
}

/// The list below its title; nothing where it is empty.
pub(super) fn list_text(title: &str, entries: &[Entry<'_>]) -> String {
    let Some(first) = entries.first() else { return String::new() };
    let mut text = format!("\n{title}:\n");
    let words = list_words(&entries.iter().map(|entry| entry.reason).collect::<Vec<_>>());
    for sentence in words.above {
        text.push_str(&format!("  {sentence}\n"));
    }
    let is_one_action = entries.len() > 1 && entries.iter().all(|entry| entry.action == first.action);
    if is_one_action && !first.action.is_empty() {
        text.push_str(&format!("  next, for each of them: {}\n", first.action));
    }
    for (Entry { head, action, .. }, own) in entries.iter().zip(words.of_each) {
        text.push_str(&format!("  {head}\n"));
        if !own.is_empty() {
            text.push_str(&format!("    {own}\n"));
        }
        if !is_one_action && !action.is_empty() {
            text.push_str(&format!("    next: {action}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mismatch::Sentence;

    #[test]
    fn what_several_share_is_said_once() {
        let of_its_kind = vec!["Of 30 past deals 5 % were won.".to_string()];
        let reason = |own: &str| Reason { of_its_kind: of_its_kind.clone(), ..Reason::of(vec![Sentence::plain(own)]) };
        let (long, other) = (reason("10 of 10 points are from `a`."), reason("5 of 5 points are from `b`."));
        let entry = |lead: &str, reason, action| Entry { head: format!("{lead}: 10 points"), reason, action };
        let text = list_text("High", &[entry("x", &long, "Ask"), entry("y", &long, "Ask"), entry("z", &other, "Ask")]);
        assert_eq!(
            text,
            "\nHigh:\n  Of 30 past deals 5 % were won.\n  next, for each of them: Ask\n  x: 10 points\n    10 of 10 points are \
             from `a`. Same for the next.\n  y: 10 points\n  z: 10 points\n    5 of 5 points are from `b`.\n"
        );
        let apart = list_text("High", &[entry("x", &long, "Ask"), entry("y", &other, "Call")]);
        assert!(apart.contains("    next: Ask\n  y") && apart.ends_with("    next: Call\n"), "{apart}");
        assert_eq!(list_text("High", &[]), "");
    }
}

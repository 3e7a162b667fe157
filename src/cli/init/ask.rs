//! The few questions that only the person at the terminal can answer.

use super::super::terminal::Terminal;
use super::WITH_IDS;
use super::files::Files;
use super::look::{Looked, look};
use crate::fault::InputError;
use crate::pipeline::start::{Question, Topic, Wishes, YES, question};
use std::io::{BufRead, Write};

/// Answers shown at most.
const SHOWN: usize = 15;

/// Where questions go and answers come from.
pub(super) struct Talk<'a> {
    pub(super) answers: &'a mut dyn BufRead,
    pub(super) questions: &'a mut dyn Write,
}

/// Whether to go on with a copy whose rows are numbered, asked where nothing else identifies a lead.
pub(super) fn wants_numbers(talk: &mut Talk<'_>) -> bool {
    let text = format!("No column identifies a lead. Go on with {WITH_IDS}, a copy with the rows numbered?");
    talk.answer(&text, &[YES, "no"].map(str::to_string), ", Enter: yes") != Some(1)
}

/// Asks until nothing is unsure, or nothing more is answered.
pub(super) fn settle(
    talk: &mut Talk<'_>,
    looked: &mut Looked,
    wishes: &mut Wishes,
    files: &Files,
    notes: &mut Vec<String>,
    terminal: &Terminal,
) -> Result<(), InputError> {
    if looked.settings.time_format.is_none()
        && let Some(column) = looked.view.leads.columns.iter().find(|column| column.is_ambiguous)
    {
        let example = column.text.levels.first().cloned().unwrap_or_default();
        let text = format!("Column `{}` holds dates such as {example}. What stands first?", column.name);
        let choices = ["the day", "the month"].map(str::to_string).to_vec();
        if let Some(answer) = talk.answer(&text, &choices, "") {
            let sign = example.chars().find(|c| !c.is_ascii_digit()).unwrap_or('/');
            let format = if answer == 0 { format!("%d{sign}%m{sign}%Y") } else { format!("%m{sign}%d{sign}%Y") };
            looked.settings.time_format = Some(format);
            notes.clear();
            *looked = look(files, looked.settings.clone(), notes, terminal)?;
        }
    }
    while let Some(Question { topic, text, choices }) = question(&looked.view, wishes) {
        let none = if topic == Topic::Outcome { ", Enter: none does" } else { ", Enter: leave it open" };
        let chosen = talk.answer(&text, &choices, none).map(|at| choices[at].clone());
        match (topic, chosen) {
            (Topic::Id, Some(column)) => wishes.id = Some(column),
            (Topic::Outcome, Some(column)) => wishes.outcome = Some(column),
            (Topic::Outcome, None) => wishes.no_outcome = true,
            (Topic::Won, Some(word)) => wishes.won = vec![word],
            (Topic::Unclosed, answer) => wishes.unclosed_are_lost = Some(answer.as_deref() == Some(YES)),
            (Topic::Id | Topic::Won, None) => return Ok(()),
        }
    }
    Ok(())
}

impl Talk<'_> {
    /// The index of the chosen answer; `None` when nothing was chosen.
    fn answer(&mut self, text: &str, choices: &[String], none: &str) -> Option<usize> {
        self.say(&format!("{text}\n"))?;
        for (number, choice) in choices.iter().take(SHOWN).enumerate() {
            self.say(&format!("  {:2}  {choice}\n", number + 1))?;
        }
        loop {
            self.say(&format!("Number or name{none}: "))?;
            let mut line = String::new();
            if self.answers.read_line(&mut line).ok()? == 0 || line.trim().is_empty() {
                return None;
            }
            let given = line.trim();
            let by_number = given.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|at| *at < choices.len());
            let by_name = choices.iter().position(|choice| choice == given);
            if let Some(at) = by_name.or(by_number) {
                return Some(at);
            }
            self.say(&format!("`{given}` is none of these.\n"))?;
        }
    }

    /// Shows some text; `None` when nobody can be told any more.
    fn say(&mut self, text: &str) -> Option<()> {
        self.questions.write_all(text.as_bytes()).and_then(|()| self.questions.flush()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(answers: &str) -> (Option<usize>, String) {
        let mut questions = Vec::new();
        let choices = ["2", "won", "lost"].map(str::to_string);
        let mut talk = Talk { answers: &mut answers.as_bytes(), questions: &mut questions };
        let chosen = talk.answer("Which?", &choices, ", Enter: none");
        (chosen, String::from_utf8(questions).expect("only text was asked"))
    }

    #[test]
    fn a_name_comes_before_a_number_and_a_slip_is_asked_again() {
        assert_eq!(talk("won\n").0, Some(1));
        assert_eq!(talk("3\n").0, Some(2));
        assert_eq!(talk("2\n").0, Some(0), "a choice that is called 2");
        let (chosen, asked) = talk("9\n 1 \n");
        assert_eq!(chosen, Some(0));
        assert!(asked.contains("`9` is none of these") && asked.matches("Number or name, Enter: none: ").count() == 2);
    }

    #[test]
    fn nothing_said_is_nothing_chosen() {
        assert_eq!(talk("\n").0, None);
        assert_eq!(talk("").0, None);
    }
}

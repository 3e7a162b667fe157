//! The few questions that only the person at the terminal can answer.

use super::files::Files;
use super::look::{Looked, look};
use crate::fault::InputError;
use crate::pipeline::start::{Question, Topic, Wishes, question};
use std::io::{BufRead, Write};

/// Answers shown at most.
const SHOWN: usize = 15;

/// Asks until nothing is unsure, or nothing more is answered.
pub(super) fn settle(
    looked: &mut Looked,
    wishes: &mut Wishes,
    files: &Files,
    notes: &mut Vec<String>,
) -> Result<(), InputError> {
    if looked.settings.time_format.is_none()
        && let Some(column) = looked.view.leads.columns.iter().find(|column| column.is_ambiguous)
    {
        let example = column.text.levels.first().cloned().unwrap_or_default();
        let text = format!("Column `{}` holds dates such as {example}. What stands first?", column.name);
        let choices = ["the day", "the month"].map(str::to_string).to_vec();
        if let Some(answer) = answer(&text, &choices, "") {
            let sign = example.chars().find(|c| !c.is_ascii_digit()).unwrap_or('/');
            let format = if answer == 0 { format!("%d{sign}%m{sign}%Y") } else { format!("%m{sign}%d{sign}%Y") };
            looked.settings.time_format = Some(format);
            notes.clear();
            *looked = look(files, looked.settings.clone(), notes)?;
        }
    }
    while let Some(Question { topic, text, choices }) = question(&looked.view, wishes) {
        let none = if topic == Topic::Outcome { ", Enter: none does" } else { ", Enter: leave it open" };
        let chosen = answer(&text, &choices, none).map(|at| choices[at].clone());
        match (topic, chosen) {
            (Topic::Id, Some(column)) => wishes.id = Some(column),
            (Topic::Outcome, Some(column)) => wishes.outcome = Some(column),
            (Topic::Outcome, None) => wishes.no_outcome = true,
            (Topic::Won, Some(word)) => wishes.won = vec![word],
            (Topic::Id | Topic::Won, None) => return Ok(()),
        }
    }
    Ok(())
}

/// The index of the chosen answer; `None` when nothing was chosen.
fn answer(text: &str, choices: &[String], none: &str) -> Option<usize> {
    let mut out = std::io::stderr().lock();
    let mut say = |text: &str| out.write_all(text.as_bytes()).and_then(|()| out.flush()).ok();
    say(&format!("{text}\n"))?;
    for (number, choice) in choices.iter().take(SHOWN).enumerate() {
        say(&format!("  {:2}  {choice}\n", number + 1))?;
    }
    loop {
        say(&format!("Number or name{none}: "))?;
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line).ok()? == 0 || line.trim().is_empty() {
            return None;
        }
        let given = line.trim();
        let by_number = given.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|at| *at < choices.len());
        let by_name = choices.iter().position(|choice| choice == given);
        if let Some(at) = by_name.or(by_number) {
            return Some(at);
        }
        say(&format!("`{given}` is none of these.\n"))?;
    }
}

//! What to ask a person where headers and values leave it open.

use super::layout::{View, Wishes, lay_out};
use super::outcome::possible;
use super::roles::{broken_id, id, nearly_unique, possible_ids};
use super::screen::one_line;
use super::sheet::SheetColumn;
use super::unclosed::Unclosed;

/// What is asked of a person at a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What the answer is about.
    pub topic: Topic,
    /// The question.
    pub text: String,
    /// Its possible answers.
    pub choices: Vec<String>,
}

/// What an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// The column that identifies a lead.
    Id,
    /// The column of the outcome; no answer: there is none.
    Outcome,
    /// The word for won.
    Won,
    /// Whether leads that nobody has closed count as lost after a time.
    Unclosed,
}

/// The answer that puts `lost_after` in force.
pub const YES: &str = "yes";

/// Whether nothing identifies a lead, and no column is meant to: then only a number a row can.
pub fn lacks_an_id(view: &View, wishes: &Wishes) -> bool {
    let leads = &view.leads;
    let hides_copies = |column: &SheetColumn| !leads.repeats_are_other_rows(column);
    let is_meant =
        || broken_id(leads).is_some() || nearly_unique(leads).is_some_and(|(column, _)| hides_copies(column));
    wishes.id.is_none() && id(leads).is_none() && possible_ids(leads).is_empty() && !is_meant()
}

/// What is to be asked before the columns can be told apart, if anything.
pub fn question(view: &View, wishes: &Wishes) -> Option<Question> {
    let leads = &view.leads;
    let ids = possible_ids(leads);
    let found = id(leads);
    if wishes.id.is_none() && found.as_ref().is_none_or(|choice| !choice.is_named) && ids.len() > 1 {
        return Some(Question { topic: Topic::Id, text: "Which column identifies a lead?".to_string(), choices: ids });
    }
    let layout = lay_out(view, wishes).ok()?;
    let outcome = layout.outcome.as_ref().or_else(|| layout.deals.as_ref()?.outcome.as_ref());
    match outcome {
        Some(outcome) if outcome.won.is_empty() => {
            let sheet = if layout.outcome.is_some() { Some(leads) } else { view.outcomes.as_ref() };
            let levels = sheet?.column(&outcome.column)?.levels_by_share();
            let text = format!("Which value of {} means won?", one_line(&outcome.column));
            let choices = levels.into_iter().map(|(level, _)| level.to_string()).collect();
            Some(Question { topic: Topic::Won, text, choices })
        }
        None if layout.deals.is_none() && !wishes.no_outcome => {
            let text = "Which column says whether a lead was won?".to_string();
            let choices = possible(leads, &[&layout.id.column]);
            (!choices.is_empty()).then_some(Question { topic: Topic::Outcome, text, choices })
        }
        _ => layout.unclosed.filter(|_| wishes.unclosed_are_lost.is_none()).map(of_unclosed),
    }
}

fn of_unclosed(Unclosed { n, days }: Unclosed) -> Question {
    let text = format!(
        "{n} leads older than {days} days were never closed, and 9 of 10 wins came sooner. Does a lead that is not won within \
         {days} days count as lost?"
    );
    Question { topic: Topic::Unclosed, text, choices: [YES, "no"].map(str::to_string).to_vec() }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::drawn::sheet;
    use super::*;

    #[test]
    fn what_headers_leave_open_is_asked_and_the_answer_settles_it() {
        let leads = sheet("code login state", &["a1 u1 k", "a2 u2 m", "a3 u3 k"]);
        let view = View { leads, outcomes: None, log: None };
        let asked = question(&view, &Wishes::default()).unwrap();
        assert_eq!((asked.topic, asked.choices.contains(&"state".to_string())), (Topic::Outcome, true));
        let named = Wishes { outcome: Some("state".to_string()), ..Wishes::default() };
        let asked = question(&view, &named).unwrap();
        assert_eq!((asked.topic, asked.choices), (Topic::Won, vec!["k".to_string(), "m".to_string()]));
        let settled = Wishes { won: vec!["k".to_string()], ..named };
        assert_eq!(question(&view, &settled), None);
        let none = Wishes { no_outcome: true, ..Wishes::default() };
        assert_eq!(question(&view, &none), None);
        assert!(!lacks_an_id(&view, &Wishes::default()));
        let view = |header, rows: &[&str]| View { leads: sheet(header, rows), outcomes: None, log: None };
        assert!(lacks_an_id(&view("login state", &["u1 k", "u1 k"]), &Wishes::default()));
        assert!(
            !lacks_an_id(&view("lead_id state", &["u1 k", "u1 m"]), &Wishes::default()),
            "an id that is to be mended"
        );
        let numbered = |twice: &str| -> Vec<String> {
            let row = |i: usize| format!("{} {}", 7000 + i % 39, if i == 39 { twice } else { ["k", "m", "n"][i % 3] });
            (0..40).map(row).collect()
        };
        let lacks = |rows: Vec<String>| {
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            lacks_an_id(&view("Opportunity_Number state", &rows), &Wishes::default())
        };
        assert!(lacks(numbered("m")), "two leads under one number");
        assert!(!lacks(numbered("k")), "one lead, entered twice, which must be seen");
    }
}

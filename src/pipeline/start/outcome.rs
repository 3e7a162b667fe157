//! Which column says how a deal ended, and which of its words mean won and lost.

use super::sheet::{Sheet, SheetColumn};
use super::vocabulary::{is_value, mentions, rank};
use crate::fault::InputError;
use crate::tables::ColumnType;
use crate::text::fold;

/// More distinct values than this are no outcome.
const MOST_LEVELS: usize = 60;

/// What counts as lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LostWords {
    /// These words.
    Listed(Vec<String>),
    /// Everything that is neither won nor missing.
    Rest,
    /// No word: what is not won in time is lost.
    NotInTime,
}

/// The column of outcomes and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeChoice {
    /// Its header.
    pub column: String,
    /// Values that mean won.
    pub won: Vec<String>,
    /// Values that mean lost.
    pub lost: LostWords,
    /// Values left over: open deals.
    pub open: Vec<String>,
    /// Why this column.
    pub why: String,
    /// What a person should look at.
    pub doubt: Option<String>,
}

impl OutcomeChoice {
    /// The word for lost that says no more than "not won", as 0 does: who is still open may have it, too.
    pub fn lost_by_a_flag(&self) -> Option<&str> {
        match &self.lost {
            LostWords::Listed(words) => match &words[..] {
                [only] => Some(only.as_str()).filter(|word| meaning(word) == Meaning::WeakLost),
                _ => None,
            },
            LostWords::Rest | LostWords::NotInTime => None,
        }
    }
}

/// What a person has said about the outcome already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'w> {
    pub column: Option<&'w str>,
    pub won: &'w [String],
    pub lost: &'w [String],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Won,
    Lost,
    WeakWon,
    WeakLost,
    Open,
    Unknown,
}

/// What a value means by itself. A phrase with a word for lost in it is lost: "not converted" holds "converted".
fn meaning(level: &str) -> Meaning {
    let level = level.strip_suffix(".0").unwrap_or(level);
    let is_phrase = level.trim().contains([' ', '-', '_', ':']);
    let is = |topic| is_value(topic, level);
    let has = |topic| is(topic) || is_phrase && mentions(topic, level);
    if has("lost") {
        Meaning::Lost
    } else if has("won") {
        Meaning::Won
    } else if is("weak lost") {
        Meaning::WeakLost
    } else if is("weak won") {
        Meaning::WeakWon
    } else if is("open") {
        Meaning::Open
    } else {
        Meaning::Unknown
    }
}

/// Whether a value or kind reads like the end of a deal.
pub(super) fn ends_a_deal(text: &str) -> bool {
    matches!(meaning(&text.replace('_', " ")), Meaning::Won | Meaning::Lost)
}

/// The outcome column of a table, if any looks like one.
///
/// # Errors
/// A column or a word that a person named and that is not there.
pub(super) fn outcome(sheet: &Sheet, taken: &[&str], told: Told<'_>) -> Result<Option<OutcomeChoice>, InputError> {
    if let Some(name) = told.column {
        let chosen = super::roles::told(sheet, "--outcome", name)?;
        return sheet.column(name).map(|column| with_words(column, told, &chosen.why)).transpose();
    }
    let free = sheet.columns.iter().filter(|c| !taken.contains(&c.name.as_str()));
    let rated = free.filter_map(|column| Some((rating(column)?, column)));
    let best = rated.fold(None, |best: Option<(i64, &SheetColumn)>, next| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        _ => Some(next),
    });
    match best {
        None => Ok(None),
        Some((_, column)) => {
            if rank("perhaps outcome", &column.name).is_some() {
                let mut choice = with_words(column, told, "may be named so, with words for won")?;
                let doubt = format!("does `{}` say who was won? If not, --outcome COL names the column", column.name);
                choice.doubt.get_or_insert(doubt);
                return Ok(Some(choice));
            }
            let why = if rank("outcome", &column.name).is_some() {
                "named so, with words for won"
            } else {
                "has words for won and lost"
            };
            with_words(column, told, why).map(Some)
        }
    }
}

/// How much a column looks like an outcome: by its header, and by words that can mean nothing else.
fn rating(column: &SheetColumn) -> Option<i64> {
    const FOR_HEADER: i64 = 60;
    const FOR_WON: i64 = 40;
    const FOR_LOST: i64 = 20;
    if column.column_type == ColumnType::Date || !(2..=MOST_LEVELS).contains(&column.text.levels.len()) {
        return None;
    }
    let meanings: Vec<Meaning> = column.text.levels.iter().map(|level| meaning(level)).collect();
    let has = |meaning| meanings.contains(&meaning);
    let by_words = FOR_WON * i64::from(has(Meaning::Won)) + FOR_LOST * i64::from(has(Meaning::Lost));
    let may_be_won = has(Meaning::Won) || has(Meaning::WeakWon);
    match (rank("outcome", &column.name), rank("perhaps outcome", &column.name)) {
        (Some(rank), _) if may_be_won => Some(FOR_HEADER - rank as i64 + by_words),
        (None, _) if by_words == FOR_WON + FOR_LOST => Some(by_words),
        // Of whatever else there is, the last resort.
        (None, Some(rank)) if may_be_won => Some(-(rank as i64)),
        _ => None,
    }
}

impl OutcomeChoice {
    /// Whether a word means won (0) or lost (1); `None`: it leaves a deal open.
    pub(super) fn side_of(&self, word: &str) -> Option<usize> {
        let is_one_of = |words: &[String]| words.iter().any(|other| fold(other) == fold(word));
        let is_lost = || match &self.lost {
            LostWords::Rest | LostWords::NotInTime => true,
            LostWords::Listed(words) => is_one_of(words),
        };
        if is_one_of(&self.won) { Some(0) } else { is_lost().then_some(1) }
    }

    /// Where no word means lost, time decides: better than to call every open deal lost.
    pub(super) fn judge_by_time(&mut self) {
        if self.lost == LostWords::Rest && self.doubt.is_some() && !self.won.is_empty() {
            self.lost = LostWords::NotInTime;
            self.doubt = Some(format!(
                "no value of `{}` looks like a loss, so what is not won within `lost_after` of its creation counts as lost: \
                 list the lost ones instead, if there are any",
                self.column
            ));
        }
    }
}

/// The columns that could hold an outcome, for a question.
pub(super) fn possible(sheet: &Sheet, taken: &[&str]) -> Vec<String> {
    const FEW: usize = 12;
    let is_free = |c: &&SheetColumn| !taken.contains(&c.name.as_str()) && c.column_type != ColumnType::Date;
    let few = sheet.columns.iter().filter(is_free).filter(|c| (2..=FEW).contains(&c.text.levels.len()));
    few.map(|c| c.name.clone()).collect()
}

/// The columns of two values: one of them may mean won.
pub fn possible_outcomes(sheet: &Sheet, id: &str) -> Vec<String> {
    let has_two = |name: &String| sheet.column(name).is_some_and(|column| column.text.levels.len() == 2);
    possible(sheet, &[id]).into_iter().filter(has_two).collect()
}

fn with_words(column: &SheetColumn, told: Told<'_>, why: &str) -> Result<OutcomeChoice, InputError> {
    let levels: Vec<&str> = column.levels_by_share().into_iter().map(|(level, _)| level).take(MOST_LEVELS).collect();
    for word in told.won.iter().chain(told.lost).filter(|word| *word != "*") {
        if !column.text.levels.iter().any(|level| fold(level) == fold(word)) {
            let error = InputError::new(format!("column `{}` holds no value `{word}`", column.name));
            return Err(error.at("--won/--lost").remedy(format!("it holds: {}", levels.join(", "))));
        }
    }
    let of = |wanted: Meaning| -> Vec<String> {
        levels.iter().filter(|level| meaning(level) == wanted).map(|level| level.to_string()).collect()
    };
    let first_of =
        |strong: Meaning, weak: Meaning| Some(of(strong)).filter(|w| !w.is_empty()).unwrap_or_else(|| of(weak));
    let won = if told.won.is_empty() { first_of(Meaning::Won, Meaning::WeakWon) } else { told.won.to_vec() };
    let is_won = |level: &str| won.iter().any(|word| fold(word) == fold(level));
    let rest: Vec<String> =
        levels.iter().filter(|l| !is_won(l) && meaning(l) != Meaning::Open).map(|l| l.to_string()).collect();
    let mut listed = if told.lost.is_empty() { first_of(Meaning::Lost, Meaning::WeakLost) } else { told.lost.to_vec() };
    listed.retain(|word| !is_won(word));
    let mut doubt =
        won.is_empty().then(|| format!("no value of `{}` looks like a win: name it with --won", column.name));
    let lost = if listed.iter().any(|word| word == "*") {
        LostWords::Rest
    } else if !listed.is_empty() {
        LostWords::Listed(listed)
    } else if let ([only], 2) = (&rest[..], levels.len()) {
        LostWords::Listed(vec![only.clone()])
    } else {
        let what = format!(
            "no value of `{}` looks like a loss, so all that is not won counts as lost: list the lost ones",
            column.name
        );
        doubt = doubt.or(Some(what));
        LostWords::Rest
    };
    let open = match &lost {
        LostWords::Rest | LostWords::NotInTime => Vec::new(),
        LostWords::Listed(lost) => {
            let is_lost = |level: &str| lost.iter().any(|word| fold(word) == fold(level));
            levels.iter().filter(|l| !is_won(l) && !is_lost(l)).map(|l| l.to_string()).collect()
        }
    };
    Ok(OutcomeChoice { column: column.name.clone(), won, lost, open, why: why.to_string(), doubt })
}

#[cfg(test)]
mod tests {
    use super::super::sheet::drawn::sheet;
    use super::*;

    const NOTHING: Told<'_> = Told { column: None, won: &[], lost: &[] };

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|w| w.to_string()).collect()
    }

    #[test]
    fn the_outcome_is_found_among_columns_that_resemble_it() {
        let bank = sheet("poutcome housing y", &["success yes no", "failure no yes", "nonexistent no no"]);
        let found = outcome(&bank, &[], NOTHING).unwrap().unwrap();
        assert_eq!(
            (found.column.as_str(), found.won, found.lost),
            ("y", words(&["yes"]), LostWords::Listed(words(&["no"])))
        );
        let salesforce = sheet("IsWon Stage", &["true Closed_Won", "false Closed_Lost", "false Negotiation"]);
        let found = outcome(&salesforce, &[], NOTHING).unwrap().unwrap();
        assert_eq!((found.column.as_str(), found.won), ("Stage", words(&["Closed Won"])));
        assert_eq!(found.open, words(&["Negotiation"]));
        let japanese = sheet("結果 県", &["受注 島根", "失注 兵庫", "商談中 千葉"]);
        let found = outcome(&japanese, &[], NOTHING).unwrap().unwrap();
        assert_eq!((found.won, found.lost), (words(&["受注"]), LostWords::Listed(words(&["失注"]))));
    }

    #[test]
    fn a_header_that_may_mean_a_step_is_the_last_resort_and_in_doubt() {
        let accepted = sheet("accepted channel", &["1 web", "0 fair", "0 web"]);
        let found = outcome(&accepted, &[], NOTHING).unwrap().unwrap();
        assert!(found.column == "accepted" && found.doubt.is_some_and(|doubt| doubt.contains("--outcome")));
        let both = sheet("accepted y", &["1 0", "0 1", "0 0"]);
        let found = outcome(&both, &[], NOTHING).unwrap().unwrap();
        assert_eq!((found.column.as_str(), found.doubt), ("y", None));
    }

    #[test]
    fn what_was_told_is_taken_and_must_be_there() {
        let leads = sheet("id state", &["1 a", "2 b", "3 c"]);
        let won = words(&["A"]);
        let told = Told { column: Some("state"), won: &won, lost: &[] };
        let found = outcome(&leads, &[], told).unwrap().unwrap();
        assert_eq!(found.lost, LostWords::Rest);
        assert!(found.doubt.is_some());
        let wrong = words(&["z"]);
        assert!(outcome(&leads, &[], Told { won: &wrong, ..told }).is_err());
    }

    #[test]
    fn phrases_with_a_word_for_lost_are_lost() {
        assert_eq!(meaning("Not converted"), Meaning::Lost);
        assert_eq!(meaning("6 - Closed Won"), Meaning::Won);
        assert_eq!(meaning("1.0"), Meaning::WeakWon);
        assert!(ends_a_deal("A_DECLINED") && ends_a_deal("O_ACCEPTED") && !ends_a_deal("A_SUBMITTED"));
    }
}

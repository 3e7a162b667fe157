//! Columns without a role: which of them a model should not learn from, and which count acts.

use super::contact::{Values, contact};
use super::outcome::OutcomeChoice;
use super::roles::{ends_like_an_id, is_id_like, nearly_tells_rows_apart, sensitive, sensitive_name};
use super::sheet::{Sheet, SheetColumn};
use super::toml::single_line;
use super::vocabulary::{mentions, rank};
use crate::tables::{ColumnType, MISSING};

/// Filled for at least this share of one outcome …
const FILLED_FOR_ONE: f64 = 0.95;
/// … and at most this share of the other: known only once that outcome is.
const FILLED_FOR_OTHER: f64 = 0.05;
/// Share of the leads from which on a date is said to lie after the creation.
const MOSTLY_LATER: f64 = 0.5;
/// Filled shares of won and lost deals that lie so far apart are suspicious.
const FILLED_APART: f64 = 0.25;
/// In a shorter table a number may have another value in every row by chance.
const ENOUGH_ROWS: usize = 20;
/// A running number may have gaps, where rows were left out: its values span less than this times the rows.
const MOST_GAPS: f64 = 2.0;
/// Closed deals of each outcome below which "filled for one outcome only" may be chance.
const ENOUGH_DEALS: usize = 20;

/// What becomes of a column without a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The model may learn from it.
    Attribute,
    /// Goes to `exclude`, because.
    Exclude(String),
    /// Goes to `exclude` commented out: a person must say.
    Doubt(String),
    /// Counts acts; may be listed under `activity_columns`.
    Counter,
}

/// What the screen needs to know of the table as a whole.
pub(super) struct Screen<'s> {
    pub sheet: &'s Sheet,
    pub outcome: Option<&'s OutcomeChoice>,
    pub created_at: Option<&'s str>,
    /// Whether deals are looked at at a moment before the export, at which a lifetime counter was lower.
    pub looks_back: bool,
}

impl Screen<'_> {
    pub(super) fn verdict(&self, column: &SheetColumn) -> Verdict {
        if column.n_filled() == 0 {
            return Verdict::Attribute;
        }
        if let Some(trait_of_people) = sensitive(column) {
            return Verdict::Exclude(format!("sensitive, {trait_of_people}: the model shall not treat people by it"));
        }
        if rank("after", &column.name).is_some() {
            return Verdict::Exclude(
                "by its name known only once the deal is closed; known before? take the line out".to_string(),
            );
        }
        if let Some(why) = self.names_the_row(column) {
            return Verdict::Exclude(why.to_string());
        }
        if let Some(why) = self.filled_for_one_outcome(column).or_else(|| self.later_than_creation(column)) {
            return Verdict::Exclude(why);
        }
        if rank("owner", &column.name).is_some() {
            return Verdict::Exclude("who sells it is yours to choose, and no property of the lead".to_string());
        }
        if rank("while worked", &column.name).is_some() {
            return Verdict::Exclude(
                "by its name written while sales works the lead; known before? take the line out".to_string(),
            );
        }
        if is_counter(column) {
            return match self.looks_back {
                true => Verdict::Exclude("counts the lead's whole life, also what came after the as-of".to_string()),
                false => Verdict::Counter,
            };
        }
        if let Some(told) = contact(&column.name, &Values::of(column)) {
            return Verdict::Doubt(told);
        }
        if is_in_doubt_by_name(&column.name) {
            return Verdict::Doubt(BY_ITS_NAME.to_string());
        }
        if let Some([won, lost]) = self.shares_filled(column).filter(|s| (s[0] - s[1]).abs() >= FILLED_APART) {
            let [won, lost] = [won, lost].map(|share| format!("{:.0} %", 100.0 * share));
            return Verdict::Doubt(format!("filled for {won} of the won and {lost} of the lost deals"));
        }
        Verdict::Attribute
    }

    /// A value of its own in every row under a name like an id, or a running number: it tells which lead, not what it is
    /// like, and as a number it stands for the order in which leads came.
    fn names_the_row(&self, column: &SheetColumn) -> Option<&'static str> {
        if !is_id_like(column) || self.sheet.n_rows() < ENOUGH_ROWS || !nearly_tells_rows_apart(self.sheet, column) {
            return None;
        }
        let is_unique = self.sheet.is_unique(column);
        if rank("id", &column.name).is_some() || ends_like_an_id(&column.name) {
            return Some(match is_unique {
                true => "an id, another one in every row: it tells which lead, not what it is like",
                false => "an id, another one in nearly every row: it tells which lead, not what it is like",
            });
        }
        if !is_unique {
            return None;
        }
        let (least, most) = (column.quantile(0.0)?, column.quantile(1.0)?);
        (most - least < MOST_GAPS * self.sheet.n_rows() as f64).then_some("a running number, another one in every row")
    }

    /// How often the column is filled on won and on lost deals; `None` on few deals.
    fn shares_filled(&self, column: &SheetColumn) -> Option<[f64; 2]> {
        let outcome = self.outcome?;
        let of_outcome = self.sheet.column(&outcome.column)?;
        let (mut n, mut filled) = ([0_usize; 2], [0_usize; 2]);
        for row in 0..self.sheet.n_rows() {
            let Some(side) = of_outcome.text.get(row).and_then(|word| outcome.side_of(word)) else { continue };
            n[side] += 1;
            filled[side] += usize::from(column.text.codes[row] != MISSING);
        }
        if n[0].min(n[1]) < ENOUGH_DEALS {
            return None;
        }
        Some([0, 1].map(|side| filled[side] as f64 / n[side] as f64))
    }

    /// Filled for nearly every deal of one outcome and hardly any of the other.
    fn filled_for_one_outcome(&self, column: &SheetColumn) -> Option<String> {
        let share = self.shares_filled(column)?;
        let one_only = |a: f64, b: f64| a >= FILLED_FOR_ONE && b <= FILLED_FOR_OTHER;
        match (one_only(share[0], share[1]), one_only(share[1], share[0])) {
            (true, _) => Some("filled for won deals only: known once they are won".to_string()),
            (_, true) => Some("filled for lost deals only: known once they are lost".to_string()),
            _ => None,
        }
    }

    /// A date that mostly lies after the creation tells what happened later; a planned one was known.
    fn later_than_creation(&self, column: &SheetColumn) -> Option<String> {
        if column.column_type != ColumnType::Date || mentions("planned words", &column.name) {
            return None;
        }
        let name = self.created_at?;
        let created = self.sheet.column(name)?;
        let later = (0..self.sheet.n_rows()).filter(|&row| match (created.time(row), column.time(row)) {
            (Some(created), Some(time)) => time > created,
            _ => false,
        });
        let share = later.count() as f64 / column.n_filled().max(1) as f64;
        (share >= MOSTLY_LATER).then(|| format!("later than {} in {:.0} % of its rows", one_line(name), 100.0 * share))
    }
}

/// What speaks against a column whose name does; the end of a sentence that begins with that name.
pub const BY_ITS_NAME: &str = "may by its name be written after the outcome";

/// Whether a header speaks of how a deal stands or ended, or of what sales wrote down, and not of a person or a company.
pub fn is_in_doubt_by_name(name: &str) -> bool {
    mentions("in doubt words", name) && !mentions("not in doubt", name)
}

/// Whether a header alone may make `init` leave the column out of the model; `counters`: those of acts, too.
pub fn is_left_out_by_name(name: &str, counters: bool) -> bool {
    let is_of = |topic: &&str| rank(topic, name).is_some();
    sensitive_name(name).is_some()
        || ["after", "id", "owner", "while worked"].iter().any(is_of)
        || ends_like_an_id(name)
        || counters && counts_by_name(name)
}

/// Whole numbers from 0 under a name that speaks of acts.
pub(super) fn is_counter(column: &SheetColumn) -> bool {
    column.column_type == ColumnType::Number
        && column.numbers.iter().all(|n| *n >= 0.0 && n.fract() == 0.0)
        && column.numbers.len() > 2
        && counts_by_name(&column.name)
}

fn counts_by_name(name: &str) -> bool {
    mentions("counter words", name) && !mentions("not counter", name)
}

/// A name as it may stand in a comment: no line breaks.
pub fn one_line(name: &str) -> String {
    format!("`{}`", single_line(name))
}

#[cfg(test)]
mod tests {
    use super::super::outcome::{Told, outcome};
    use super::super::sheet::drawn::sheet;
    use super::*;

    #[test]
    fn a_deals_status_is_in_doubt_and_a_persons_is_not() {
        for name in [
            "Lead Status",
            "deal_stage",
            "dealStage",
            "LostReason",
            "closed_by",
            "失注理由",
            "Étape",
            "Last Activity",
            "Days Identified Through Qualified",
        ] {
            assert!(is_in_doubt_by_name(name), "{name}");
        }
        for name in ["marital_status", "MaritalStatus", "Employment Status", "wonder", "backstage", "expected_close"] {
            assert!(!is_in_doubt_by_name(name), "{name}");
        }
    }

    #[test]
    fn what_a_deal_was_worth_is_known_in_other_languages_too() {
        for name in ["Montant HT", "Montant de l'opportunité", "Auftragssumme", "Betrag", "Valor do Negócio", "Importe"]
        {
            assert!(is_left_out_by_name(name, false), "{name}");
        }
        assert!(!is_left_out_by_name("Montant demandé", false), "what somebody asks for is known from the start");
        assert!(is_left_out_by_name("E-mails ouverts", true) && !is_left_out_by_name("E-mails ouverts", false));
    }

    #[test]
    fn what_is_known_only_later_is_left_out_and_says_why() {
        let rows: Vec<String> = (0..60)
            .map(|i| {
                let (outcome, invoice) = if i % 2 == 0 { ("won", "77") } else { ("lost", ".") };
                format!("{i} 2024-01-02 {outcome} {invoice} 2024-02-0{} 30 no {} {}", 1 + i % 3, i % 7, 1 + i % 5)
            })
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let leads = sheet("id created outcome invoice_no touched age lead_status site_visits Duration", &rows);
        let told = Told { column: None, won: &[], lost: &[] };
        let found = outcome(&leads, &[], told).unwrap();
        let screen = Screen { sheet: &leads, outcome: found.as_ref(), created_at: Some("created"), looks_back: false };
        let verdict = |name: &str| screen.verdict(leads.column(name).unwrap());
        let why = |name: &str| match verdict(name) {
            Verdict::Exclude(why) => why,
            other => panic!("{name}: {other:?}"),
        };
        assert!(why("invoice_no").contains("won deals only"));
        assert!(why("touched").contains("later than `created`"));
        assert!(why("age").contains("age or birth"));
        assert!(why("Duration").contains("closed"));
        assert!(matches!(verdict("lead_status"), Verdict::Doubt(_)));
        assert_eq!(verdict("site_visits"), Verdict::Counter);
        let numbered: Vec<String> =
            (0..30).map(|i| format!("u{i} {} {} {} {}", 9000 - 7 * i, i + 3, 100 + 40 * i, i % 4)).collect();
        let numbered: Vec<&str> = numbered.iter().map(String::as_str).collect();
        let table = sheet("uid Lead_Number row employees floor_number", &numbered);
        let screen_of = Screen { sheet: &table, outcome: None, created_at: None, looks_back: false };
        let fate = |name: &str| screen_of.verdict(table.column(name).unwrap());
        assert!(matches!(fate("Lead_Number"), Verdict::Exclude(why) if why.contains("id")));
        assert!(matches!(fate("row"), Verdict::Exclude(why) if why.contains("running")));
        assert_eq!([fate("employees"), fate("floor_number")], [Verdict::Attribute, Verdict::Attribute]);
        let looking_back = Screen { looks_back: true, ..screen };
        assert!(matches!(looking_back.verdict(leads.column("site_visits").unwrap()), Verdict::Exclude(_)));
    }
}

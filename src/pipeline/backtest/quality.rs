//! Sources and campaigns by what came of their leads, so that budget can follow quality.
//!
//! Here each deal counts once (or as often as its own row says), as in a spreadsheet: a lead has its source from the
//! beginning, whenever it is looked at, so that its time open says nothing of what the source brought.

use super::super::deals::Deals;
use super::super::start::{Values, contact};
use super::past::Past;
use crate::fault::InputError;
use crate::features::short_number;
use crate::metrics::{Rate, Standing};
use crate::tables::{Column, ColumnType, LeadTable};
use crate::text::nearest;
use serde::Serialize;
use std::collections::HashMap;

/// Words in the name of a column that says where a lead came from.
const WORDS: [&str; 11] =
    ["source", "campaign", "origin", "channel", "medium", "media", "utm", "referrer", "referer", "referral", "landing"];
/// Words that follow each other in the name of one that tells of the first touch.
const FIRST: [[&str; 2]; 3] = [["first", "interaction"], ["first", "touch"], ["first", "contact"]];

/// Where levels with few deals, and leads without a value, are counted.
const OTHER: &str = "(other)";
const MISSING: &str = "(missing)";

/// One source or campaign.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// Its name.
    pub level: String,
    /// What came of its leads.
    #[serde(flatten)]
    pub record: Rate,
    /// Wins that the model, which had not seen these deals, expected; on the scale of `wins`. `None` without a win.
    pub expected_wins: Option<f64>,
    /// The same as a share of the deals, beside `rate`: `rate` times what the model expected of them over what came, both by
    /// row weight, as the model's chances are meant. So how long a source's deals are open says nothing here.
    pub expected_rate: Option<f64>,
    /// Its win rate ÷ that of all.
    pub lift: f64,
    /// Better or worse than all, beyond chance.
    pub standing: Standing,
}

/// The levels of one column, best first; `(other)` and `(missing)` last.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// The column.
    pub column: String,
    /// What came of all judged deals, counted as those of the levels are.
    pub all: Rate,
    /// Distinct values that share `(other)`, each on fewer deals than `fewest`.
    pub pooled: usize,
    /// Deals that a level of its own needs.
    pub fewest: usize,
    /// The levels.
    pub levels: Vec<Level>,
}

/// The columns to sum up by: those asked for, otherwise those of words that are named like a source or campaign and that the
/// project does not exclude. A number under such a name is a count (the contacts of a campaign), or the lead's own.
///
/// # Errors
/// A column asked for that is not there, or holds dates.
pub(super) fn columns<'t>(
    table: &'t LeadTable,
    by: &[String],
    exclude: &[String],
) -> Result<Vec<&'t Column>, InputError> {
    if by.is_empty() {
        return Ok(table.columns.iter().filter(|c| says_where_from(c) && !exclude.contains(&c.name)).collect());
    }
    by.iter()
        .map(|name| match table.column(name) {
            Some(column) if column.text.is_some() || column.number.is_some() => Ok(column),
            Some(_) => Err(InputError::new(format!("column `{name}` holds dates, not words"))
                .at("--by")
                .remedy("name a column of sources, campaigns or other words")),
            None => {
                let nearest = nearest(name, table.columns.iter().map(|c| c.name.as_str()));
                let hint = nearest.map(|n| format!("did you mean `{n}`? ")).unwrap_or_default();
                Err(InputError::new(format!("the leads have no column `{name}` beside those with a role"))
                    .at("--by")
                    .remedy(format!("{hint}Names are as in the header of the leads table")))
            }
        })
        .collect()
}

fn says_where_from(column: &Column) -> bool {
    let is_of_words = matches!(column.column_type, ColumnType::Category | ColumnType::Text);
    is_of_words && says_where(&column.name) && !tells_of_a_contact(column)
}

/// Whether its words are months or days of the week.
fn tells_of_a_contact(column: &Column) -> bool {
    let words = column.text.iter().flat_map(|text| text.levels.iter().map(String::as_str)).collect();
    contact(&column.name, &Values { words, numbers: Vec::new() }).is_some()
}

fn says_where(name: &str) -> bool {
    let parts = || name.split(|c: char| !c.is_alphanumeric());
    let whole: Vec<String> = parts().map(str::to_lowercase).collect();
    // LeadSource, utmCampaign: no separators to go by.
    let humps: Vec<String> = parts().flat_map(humps).collect();
    whole.iter().any(|word| WORDS.iter().any(|w| word == w || *word == format!("{w}s")))
        || humps.iter().any(|word| WORDS.contains(&word.as_str()))
        || [whole, humps].iter().any(|words| words.windows(2).any(|pair| FIRST.iter().any(|first| pair == first)))
}

/// The words of a name like `LeadSource`, in small letters.
fn humps(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        if c.is_uppercase() || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// The levels of every column that has at least two.
pub(super) fn by_columns(
    table: &LeadTable,
    columns: &[&Column],
    deals: &Deals,
    past: &Past,
    fewest: usize,
) -> Vec<Quality> {
    let Some(scale) = Scale::of(table, deals, past) else { return Vec::new() };
    let all = columns.iter().map(|column| by_column(column, deals, past, &scale, fewest));
    all.filter(|quality| quality.levels.len() > 1).collect()
}

fn by_column(column: &Column, deals: &Deals, past: &Past, scale: &Scale, fewest: usize) -> Quality {
    let value = |i: usize| written(column, deals.snapshots.rows[past.rows[i]]);
    let mut rows_of: HashMap<String, Vec<usize>> = HashMap::new();
    for i in 0..past.n() {
        rows_of.entry(value(i).unwrap_or_else(|| MISSING.to_string())).or_default().push(i);
    }
    let (mut others, mut pooled) = (Vec::new(), 0);
    let mut levels: Vec<Level> = Vec::new();
    let mut named: Vec<(String, Vec<usize>)> = rows_of.into_iter().collect();
    named.sort();
    for (name, rows) in named {
        if rows.len() < fewest && name != MISSING {
            pooled += 1;
            others.extend(rows);
        } else {
            levels.extend(scale.level(name, &rows, past));
        }
    }
    others.sort_unstable();
    levels.extend(scale.level(OTHER.to_string(), &others, past));
    let last = |l: &Level| l.level == OTHER || l.level == MISSING;
    levels.sort_by(|a, b| {
        last(a).cmp(&last(b)).then(b.record.rate.total_cmp(&a.record.rate)).then_with(|| a.level.cmp(&b.level))
    });
    Quality { column: column.name.clone(), all: scale.all, pooled, fewest, levels }
}

/// The value as written, `None` where missing.
fn written(column: &Column, row: usize) -> Option<String> {
    match (&column.text, &column.number) {
        (Some(text), _) => text.get(row).map(str::to_string),
        (None, Some(numbers)) => (!numbers[row].is_nan()).then(|| short_number(numbers[row])),
        (None, None) => None,
    }
}

/// What the levels are measured by.
struct Scale {
    /// `(n_past)` how often each deal counts: as often as its row says, otherwise once.
    counts: Vec<f64>,
    /// What came of all judged deals.
    all: Rate,
}

impl Scale {
    fn of(table: &LeadTable, deals: &Deals, past: &Past) -> Option<Scale> {
        let count = |&row: &usize| table.row_weight.as_ref().map_or(1.0, |own| own[deals.snapshots.rows[row]]);
        let counts: Vec<f64> = past.rows.iter().map(count).collect();
        Some(Scale { all: Rate::of(&past.y, &counts)?, counts })
    }

    fn level(&self, level: String, rows: &[usize], past: &Past) -> Option<Level> {
        let (y, counts): (Vec<f64>, Vec<f64>) = rows.iter().map(|&i| (past.y[i], self.counts[i])).unzip();
        let record = Rate::of(&y, &counts)?;
        let sum = |of: &[f64]| rows.iter().map(|&i| past.w[i] * of[i]).sum::<f64>();
        let came = sum(&past.y);
        let expected = past.p_model.as_ref().filter(|_| came > 0.0).map(|p| (record.rate * sum(p) / came).min(1.0));
        Some(Level {
            level,
            expected_wins: expected.map(|rate| rate * counts.iter().sum::<f64>()),
            expected_rate: expected,
            lift: if self.all.rate > 0.0 { record.rate / self.all.rate } else { 0.0 },
            standing: record.standing(self.all.rate),
            record,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::says_where;

    #[test]
    fn names_of_columns_that_say_where_a_lead_came_from() {
        for name in [
            "source",
            "Lead Source",
            "utm_campaign",
            "Channels",
            "LeadSource",
            "landing_page_id",
            "Origin",
            "referral",
            "digital_media",
            "First Interaction",
            "firstTouch",
        ] {
            assert!(says_where(name), "{name}");
        }
        for name in ["resources", "sector", "original_price", "HumanResources", "last_interaction", "contact_first"] {
            assert!(!says_where(name), "{name}");
        }
    }
}

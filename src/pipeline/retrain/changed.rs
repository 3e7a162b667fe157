//! Whether the data are still those that the current version learned from.

use super::super::deals::Deals;
use super::super::model::Model;
use super::super::train::pick;
use super::News;
use crate::tables::{ColumnType, LeadTable};

/// The share of old deals won may move by so much before their outcomes count as changed.
const OUTCOMES_CHANGED: f64 = 0.05;

/// What the current version cannot be compared over, in sentences.
pub(super) fn changes(table: &LeadTable, has_log: bool, deals: &Deals, news: &News, model: &Model) -> Vec<String> {
    let mut said = Vec::new();
    for planned in &model.reading.columns {
        match table.column(&planned.name) {
            None => said.push(format!("column `{}`, which the current version reads, is gone", planned.name)),
            Some(found) if found.column_type != planned.column_type => said.push(format!(
                "column `{}` was read as a {} and now looks like a {}",
                planned.name,
                kind_of(planned.column_type),
                kind_of(found.column_type)
            )),
            Some(_) => {}
        }
    }
    if model.needs_log() && !has_log {
        said.push("the current version counts activities, and there is no activity log".to_string());
    }
    let won = pick(&deals.snapshots.won, &news.old).iter().sum::<f64>();
    let (now, then) =
        (won / news.old.len().max(1) as f64, model.snapshot.won as f64 / model.snapshot.deals.max(1) as f64);
    if (now - then).abs() > OUTCOMES_CHANGED {
        said.push(format!(
            "of the deals from before the current version's cut-off {:.1} % are won now and {:.1} % were then: the \
             outcomes, or the words for them, have changed",
            now * 100.0,
            then * 100.0
        ));
    }
    said
}

fn kind_of(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Number => "number",
        ColumnType::Category => "category",
        ColumnType::Date => "date",
        ColumnType::Text => "text",
    }
}

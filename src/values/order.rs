//! Month first or day first: decided for a column as a whole, never for one date.

use super::written::slashed_parts;
use serde::{Deserialize, Serialize};

/// Which of day and month stands first in the slashed, dashed or dotted dates of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 2/1/2018 is the first of February.
    MonthFirst,
    /// 2/1/2018 is the second of January.
    DayFirst,
}

/// What the dates of a column say about their order, gathered one by one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OrderEvidence {
    /// The first row whose first number cannot be a month.
    pub day_first_row: Option<usize>,
    /// The first row whose second number cannot be a month.
    pub month_first_row: Option<usize>,
    /// The first row that reads as two different days.
    pub undecided_row: Option<usize>,
}

/// What a whole column says about the order of its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderVerdict {
    /// No date of the column depends on the order.
    Irrelevant,
    /// Some row excludes the other order.
    Decided(DateOrder),
    /// No row excludes either order; here is the first that reads as two different days.
    Ambiguous {
        /// The row of that date.
        row: usize,
    },
    /// Each order is excluded by some row.
    Contradictory {
        /// A row that only day-first explains.
        day_first_row: usize,
        /// A row that only month-first explains.
        month_first_row: usize,
    },
}

impl OrderEvidence {
    /// Takes in the cell of `row`; rows are given in ascending order.
    pub fn observe(&mut self, row: usize, cell: &[u8]) {
        let slot = match slashed_parts(cell) {
            Some((13..=31, 1..=12)) => &mut self.day_first_row,
            Some((1..=12, 13..=31)) => &mut self.month_first_row,
            Some((first @ 1..=12, second @ 1..=12)) if first != second => &mut self.undecided_row,
            _ => return,
        };
        slot.get_or_insert(row);
    }

    /// What the rows seen so far say together.
    pub fn verdict(&self) -> OrderVerdict {
        match (self.day_first_row, self.month_first_row, self.undecided_row) {
            (Some(day_first_row), Some(month_first_row), _) => {
                OrderVerdict::Contradictory { day_first_row, month_first_row }
            }
            (Some(_), None, _) => OrderVerdict::Decided(DateOrder::DayFirst),
            (None, Some(_), _) => OrderVerdict::Decided(DateOrder::MonthFirst),
            (None, None, Some(row)) => OrderVerdict::Ambiguous { row },
            (None, None, None) => OrderVerdict::Irrelevant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(cells: &[&str]) -> OrderVerdict {
        let mut evidence = OrderEvidence::default();
        for (row, cell) in cells.iter().enumerate() {
            evidence.observe(row, cell.as_bytes());
        }
        evidence.verdict()
    }

    #[test]
    fn one_row_that_excludes_the_other_order_decides() {
        assert_eq!(verdict(&["2/1/2018", "10/20/2017"]), OrderVerdict::Decided(DateOrder::MonthFirst));
        assert_eq!(verdict(&["01-02-2018", "20-10-2017 10:00"]), OrderVerdict::Decided(DateOrder::DayFirst));
        assert_eq!(verdict(&["1/1/2018", "2/1/2018", "3/4/2019"]), OrderVerdict::Ambiguous { row: 1 });
        assert_eq!(
            verdict(&["2/1/2018", "13/1/2018", "1/13/2018"]),
            OrderVerdict::Contradictory { day_first_row: 1, month_first_row: 2 }
        );
    }

    #[test]
    fn dates_that_read_alike_either_way_ask_nothing() {
        assert_eq!(verdict(&["5/5/2018", "2018-01-02", "1972/7/15", "45/45/2000", ""]), OrderVerdict::Irrelevant);
    }
}

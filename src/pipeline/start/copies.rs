//! Leads that may have been entered twice: they are alike in everything but their id.

use super::layout::Layout;
use super::sheet::{Sheet, SheetColumn};
use crate::pipeline::alike::{FEWEST_COLUMNS, groups, is_an_id};
use std::hash::Hasher;

/// Fewer than one lead in so many is told by `check` alone.
const ONE_IN: usize = 20;

/// How many leads are alike in all columns that tell leads apart; `None` where they are few, or the columns are.
pub fn copies(leads: &Sheet, layout: &Layout) -> Option<usize> {
    let tells = |column: &&SheetColumn| {
        let levels = column.text.levels.len();
        levels > 1 && !is_an_id(&column.name, levels, column.n_filled())
    };
    let is_other = |column: &&SheetColumn| layout.others.iter().any(|(name, _)| *name == column.name);
    let has_role = |column: &&SheetColumn| !is_other(column) && column.name != layout.id.column;
    let others: Vec<&SheetColumn> = leads.columns.iter().filter(is_other).filter(tells).collect();
    if others.len() < FEWEST_COLUMNS {
        return None;
    }
    let compared: Vec<&SheetColumn> = others.into_iter().chain(leads.columns.iter().filter(has_role)).collect();
    let tell = |row: usize, hasher: &mut dyn Hasher| {
        compared.iter().for_each(|column| hasher.write_u32(column.text.codes[row]));
    };
    let n = groups(leads.n_rows(), tell).iter().map(Vec::len).sum::<usize>();
    (n * ONE_IN >= leads.n_rows() && n > 0).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::super::layout::{View, Wishes, lay_out};
    use super::super::sheet::drawn::sheet;
    use super::*;

    fn copies_of(header: &str, row: impl Fn(usize) -> String) -> Option<usize> {
        let rows: Vec<String> = (0..40).map(row).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let view = View { leads: sheet(header, &rows), outcomes: None, log: None };
        let layout = lay_out(&view, &Wishes::default()).unwrap();
        copies(&view.leads, &layout)
    }

    #[test]
    fn leads_that_only_their_ids_tell_apart_are_counted() {
        let header = "lead_id outcome source a b c d e";
        let row = |i: usize, alike: usize| {
            let k = if i < alike { 0 } else { i };
            let cell = |n: usize| (k >> n) % 2;
            let outcome = if k % 3 == 0 { "won" } else { "lost" };
            format!("L{i} {outcome} s{} {} {} {} {} {}", k / 32, cell(0), cell(1), cell(2), cell(3), cell(4))
        };
        assert_eq!(copies_of(header, |i| row(i, 5)), Some(5));
        assert_eq!(copies_of(header, |i| row(i, 0)), None);
        let few = |i: usize| row(i, 5).split(' ').take(5).collect::<Vec<_>>().join(" ");
        assert_eq!(copies_of("lead_id outcome source a b", few), None, "too few columns");
    }
}

//! Kinds of activity that may be the end of a deal: they read like one, and the deals bear it out. A step on the way may
//! be called "accepted", too; then it stands on won and on lost deals.

use super::log::{LogChoice, leads_of_each};
use super::outcome::{OutcomeChoice, ends_a_deal};
use super::sheet::Sheet;
use std::collections::HashMap;

/// So many deals of an outcome must be expected among those that show a kind, before their lack means anything: e^−5 is
/// under one in a hundred.
const EXPECTED: usize = 5;
/// Among the deals that show the end of a deal the other outcome is rarer than among all, so many times at least …
const RARER: usize = 4;
/// … and one in so many at most.
const ONE_IN: usize = 10;

/// What speaks against a kind that is called so; the end of a sentence that begins with its name.
const READS_LIKE_AN_END: &str = "reads like the end of a deal";

/// That a kind reads like the end of a deal and happened almost only to deals of one outcome: `[won, lost]` deals that show
/// it, and all of them. The end of a sentence that begins with its name.
pub fn reads_like_an_end(kind: &str, showing: [usize; 2], of: [usize; 2]) -> Option<String> {
    let [n_showing, n] = [showing, of].map(|counts| counts[0] + counts[1]);
    let is_lacking = |side: usize| {
        let expected = of[side] * n_showing;
        expected >= EXPECTED * n && showing[side] * RARER * n <= expected && showing[side] * ONE_IN <= n_showing
    };
    let outcome = match n_showing {
        0 => return None,
        _ if is_lacking(0) => "lost",
        _ if is_lacking(1) => "won",
        _ => return None,
    };
    ends_a_deal(kind).then(|| format!("{READS_LIKE_AN_END}, and happened almost only to {outcome} deals"))
}

/// The kinds of a log that may be the end of a deal, each with what speaks against it, by the outcomes that the leads themselves have; where a table of deals
/// has them, all that read like one.
pub(super) fn kinds_in_doubt(
    log: &LogChoice,
    sheet: &Sheet,
    leads: &Sheet,
    id: &str,
    outcome: Option<&OutcomeChoice>,
) -> Vec<(String, String)> {
    let Some(outcome) = outcome else {
        return log.ends.iter().map(|kind| (kind.clone(), READS_LIKE_AN_END.to_string())).collect();
    };
    let columns = (leads.column(id), leads.column(&outcome.column));
    let of_log = (sheet.column(&log.lead_id.column), sheet.column(&log.kind.column));
    let ((Some(ids), Some(outcomes)), (Some(acting), Some(kinds))) = (columns, of_log) else { return Vec::new() };
    let side = |row: usize| Some((ids.text.get(row)?, outcome.side_of(outcomes.text.get(row)?)?));
    let sides: HashMap<&str, usize, foldhash::fast::FixedState> = (0..leads.n_rows()).filter_map(side).collect();
    let side_of: Vec<Option<usize>> = acting.text.levels.iter().map(|lead| sides.get(lead.as_str()).copied()).collect();
    let mut of = [0; 2];
    side_of.iter().flatten().for_each(|&side| of[side] += 1);
    let acting_in = leads_of_each(acting, kinds);
    let showing = acting_in.iter().map(|leads| {
        let mut counts = [0; 2];
        leads.iter().filter_map(|&lead| side_of[lead as usize]).for_each(|side| counts[side] += 1);
        counts
    });
    let names = &kinds.text.levels;
    let ends: Vec<Option<String>> =
        names.iter().zip(showing).map(|(kind, showing)| reads_like_an_end(kind, showing, of)).collect();
    // A step that no lead takes without the end is a part of it, whatever it is called.
    let twin_of = |kind: usize| (0..names.len()).find(|&end| ends[end].is_some() && acting_in[end] == acting_in[kind]);
    let why = |kind: usize| {
        let as_twin = || {
            Some(format!("happened to the very same leads as `{}`, which {READS_LIKE_AN_END}", names[twin_of(kind)?]))
        };
        ends[kind].clone().or_else(as_twin)
    };
    (0..names.len()).filter_map(|kind| Some((names[kind].clone(), why(kind)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_only_called_so_is_no_end() {
        let told = |kind, showing| reads_like_an_end(kind, showing, [200, 800]);
        let almost_only =
            |outcome| Some(format!("reads like the end of a deal, and happened almost only to {outcome} deals"));
        assert_eq!(told("O_ACCEPTED", [90, 0]), almost_only("won"));
        assert_eq!(told("A_DECLINED", [0, 300]), almost_only("lost"));
        assert_eq!(told("A_DECLINED", [3, 300]), almost_only("lost"));
        assert_eq!(told("A_ACCEPTED", [190, 150]), None, "it happened to lost deals, too");
        assert_eq!(told("O_ACCEPTED", [90, 20]), None, "two in eleven are no handful");
        assert_eq!(told("cancelled", [0, 20]), None, "of twenty deals none need be won");
        assert_eq!(told("demo", [90, 0]), None, "it does not read so");
        assert_eq!(told("A_DECLINED", [0, 0]), None);
    }
}

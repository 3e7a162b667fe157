//! The comparison within each persona of the scorecard, on the deals that the whole comparison is on.

use super::{pick, rule_inputs};
use crate::comparison::personas::{PersonaComparison, Personas, compare_within};
use crate::comparison::{Comparison, ComparisonInput, DRAWS};
use crate::pipeline::deals::{Deals, RuleColumn};
use crate::scorecard::Scorecard;

/// What the deals `rows` of each persona say of the rules in `columns`, beside `whole`, which all of them say. Empty for
/// a scorecard without personas.
pub(super) fn within(
    deals: &Deals,
    columns: &[RuleColumn],
    rows: &[usize],
    scorecard: &Scorecard,
    whole: &Comparison,
    seed: u64,
) -> Vec<PersonaComparison> {
    let Some(side) = deals.rules.as_ref().filter(|_| !scorecard.personas.is_empty()) else { return Vec::new() };
    let rules = rule_inputs(columns, rows);
    let (y, weights) = (pick(&deals.snapshots.won, rows), pick(&deals.snapshots.row_weight, rows));
    let input = ComparisonInput { rules: &rules, y: &y, weights: &weights, folds: &[], seed, draws: DRAWS };
    let names: Vec<String> = scorecard.personas.iter().map(|persona| persona.id.clone()).collect();
    let of_deal: Vec<Option<u16>> = rows.iter().map(|&deal| side.persona[deal]).collect();
    compare_within(&input, Personas { names: &names, of_deal: &of_deal }, whole)
}

//! The scored table and the long table of contributions, column by column.

use super::inputs::quoted;
use super::reading::LeadsRead;
use crate::fault::InputError;
use crate::io::{OutColumn, OutValues, Rounding};
use crate::mismatch::Quadrant;
use crate::pipeline::score::{Assessment, Standing};
use crate::tables::TextColumn;
use std::ops::Range;

/// The columns of the scored table after the id, in their order.
pub(super) const COLUMNS: [&str; 20] = [
    "score",
    "tier",
    "win_probability",
    "rule_score",
    "rule_tier",
    "model_score",
    "model_probability",
    "model_tier",
    "fit_points",
    "engagement_points",
    "grade",
    "persona",
    "quadrant",
    "mismatch",
    "mismatch_gap",
    "rule_reasons",
    "model_reasons",
    "next_action",
    "warnings",
    "as_of",
];

/// The last column.
const VERSION: &str = "model_version";

/// Those of them that do not ask for more than rules and model say each for itself.
const OF_ONE_SIDE: [&str; 10] = [
    "rule_score",
    "rule_tier",
    "model_probability",
    "fit_points",
    "engagement_points",
    "grade",
    "persona",
    "rule_reasons",
    "model_reasons",
    "as_of",
];

/// Which columns are written.
pub(super) struct Chosen(Vec<String>);

impl Chosen {
    /// All columns when none is named.
    pub(super) fn parse(names: &[String]) -> Result<Chosen, InputError> {
        let all = || COLUMNS.iter().copied().chain([VERSION]);
        if names.is_empty() {
            return Ok(Chosen(all().map(str::to_string).collect()));
        }
        for name in names {
            if !all().any(|c| c == name.trim()) {
                return Err(InputError::new(format!("`{name}` is not a column of the scored table"))
                    .at("--columns")
                    .remedy(format!("choose from {}", all().collect::<Vec<_>>().join(", "))));
            }
        }
        let names: Vec<String> = names.iter().map(|n| n.trim().to_string()).collect();
        if let Some((_, twice)) = names.iter().enumerate().find(|(nth, name)| names[..*nth].contains(name)) {
            return Err(InputError::new(format!("`{twice}` is named twice"))
                .at("--columns")
                .remedy("name every column once"));
        }
        Ok(Chosen(names))
    }

    /// Whether this column is written.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.0.iter().any(|c| c == name)
    }

    /// Whether any column is written that rules and model make together, or that tells how much is known.
    pub(super) fn wants_blends(&self) -> bool {
        self.0.iter().any(|c| c != VERSION && !OF_ONE_SIDE.contains(&c.as_str()))
    }
}

/// The scored table: the id, the chosen columns, the kept ones. The leads assessed are the rows `leads` of those read.
pub(super) fn scored_columns(
    assessment: &Assessment<'_>,
    leads: Range<usize>,
    read: &LeadsRead,
    chosen: &Chosen,
    keep: &[String],
    version: Option<u32>,
) -> Result<Vec<OutColumn>, InputError> {
    let table = assessment.table;
    let id = OutColumn { name: table.id_name.clone(), values: OutValues::Ids(table.ids.clone()) };
    let mut columns = vec![id];
    for name in &chosen.0 {
        columns.push(OutColumn { name: name.clone(), values: column(assessment, name, version) });
    }
    for name in keep {
        if *name == table.id_name {
            continue;
        }
        let raw = read.raw.column(name).ok_or_else(|| no_column_to_keep(name))?;
        let is_taken =
            |name: &str| columns.iter().any(|c| c.name == name) || COLUMNS.contains(&name) || name == VERSION;
        let mut own_name = name.clone();
        // The input may itself have a column `input_score`.
        while is_taken(&own_name) || own_name != *name && keep.contains(&own_name) {
            own_name.insert_str(0, "input_");
        }
        let values = read.built.raw_rows[leads.clone()].iter().map(|&row| {
            let text = raw.text(row as usize);
            (!text.is_empty()).then(|| text.into_owned())
        });
        columns.push(OutColumn { name: own_name, values: OutValues::Text(values.collect()) });
    }
    Ok(columns)
}

fn no_column_to_keep(name: &str) -> InputError {
    let missing = InputError::new(format!("there is no column `{name}` to keep")).at("--keep");
    let each = name.split(',').map(|name| format!("--keep {}", quoted(name.trim())));
    if name.contains(',') { missing.remedy(each.collect::<Vec<_>>().join(" ")) } else { missing }
}

fn column(assessment: &Assessment<'_>, name: &str, version: Option<u32>) -> OutValues {
    let n = assessment.table.n_leads();
    let numbers = |value: &dyn Fn(usize) -> f64, rounding| OutValues::Number((0..n).map(value).collect(), rounding);
    let words = |value: &dyn Fn(usize) -> String| {
        OutValues::Dictionary(TextColumn::from_values((0..n).map(value).map(|t| Some(t).filter(|t| !t.is_empty()))))
    };
    let texts = |value: &dyn Fn(usize) -> String| {
        OutValues::Text((0..n).map(value).map(|t| if t.is_empty() { None } else { Some(t) }).collect())
    };
    let leads = &assessment.leads;
    let group = |index: usize| {
        move |row: usize| match &assessment.rules {
            Some(rules) if assessment.standing[row] != Standing::NotCreated => rules.group_points[index][row],
            _ => f64::NAN,
        }
    };
    match name {
        "score" => numbers(&|i| leads[i].score, Rounding::Points),
        "tier" => words(&|i| assessment.tier_name(i, leads[i].tier).to_string()),
        "win_probability" => numbers(&|i| leads[i].win_probability, Rounding::Probability),
        "rule_score" => numbers(&|i| assessment.rule_score(i), Rounding::Points),
        "rule_tier" => words(&|i| assessment.rule_tier(i).to_string()),
        "model_score" => numbers(&|i| leads[i].model_score, Rounding::Points),
        "model_probability" => numbers(&|i| leads[i].model_probability, Rounding::Probability),
        "model_tier" => words(&|i| match assessment.model {
            Some(_) => assessment.tier_name(i, leads[i].model_tier).to_string(),
            None => String::new(),
        }),
        "fit_points" => numbers(&group(0), Rounding::Points),
        "engagement_points" => numbers(&group(1), Rounding::Points),
        "grade" => words(&|i| grade(assessment, i)),
        "persona" => words(&|i| persona(assessment, i)),
        "quadrant" => words(&|i| leads[i].quadrant.map_or("", Quadrant::as_str).to_string()),
        "mismatch" => OutValues::Bool(leads.iter().map(|l| l.mismatch).collect()),
        "mismatch_gap" => numbers(&|i| leads[i].mismatch_gap, Rounding::Points),
        "rule_reasons" => texts(&|i| assessment.rule_reasons(i)),
        "model_reasons" => texts(&|i| assessment.model_reasons(i).to_string()),
        "next_action" => words(&|i| assessment.next_action(i).to_string()),
        "warnings" => OutValues::Dictionary(assessment.warnings()),
        "as_of" => OutValues::Instant(assessment.as_of.iter().map(|t| Some(*t)).collect()),
        _ => {
            let label = version.map(|v| format!("v{v:04}")).unwrap_or_default();
            words(&|_| label.clone())
        }
    }
}

fn grade(assessment: &Assessment<'_>, row: usize) -> String {
    match &assessment.grades {
        Some(grades) if assessment.standing[row] != Standing::NotCreated => {
            grades.grade[row].as_ref().map(ToString::to_string).unwrap_or_default()
        }
        _ => String::new(),
    }
}

fn persona(assessment: &Assessment<'_>, row: usize) -> String {
    match (assessment.scorecard, &assessment.rules) {
        (Some(card), Some(rules)) if assessment.standing[row] != Standing::NotCreated => {
            rules.persona[row].map(|p| card.personas[p as usize].id.clone()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The long table: lead, ledger, name, value, contribution.
pub(super) fn contributions_table(assessment: &Assessment<'_>) -> Vec<OutColumn> {
    let (mut lead, mut ledger, mut name, mut value, mut contribution) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut add = |row: usize, which: &'static str, what: String, shown: String, amount: f64| {
        lead.push(Some(assessment.table.ids[row].to_string()));
        ledger.push(Some(which));
        name.push(Some(what));
        value.push((!shown.is_empty()).then_some(shown));
        contribution.push(amount);
    };
    let (names, lines) = assessment.log_odds_ledgers();
    for row in 0..assessment.table.n_leads() {
        if assessment.standing[row] == Standing::NotCreated {
            continue;
        }
        for entry in assessment.points_ledger(row) {
            add(row, "points", entry.name, crate::features::short_number(entry.value), entry.contribution);
        }
        for (line, log_odds) in lines.get(row).into_iter().flatten().enumerate() {
            add(row, "log_odds", names[line].clone(), assessment.log_odds_value(line, row), *log_odds);
        }
    }
    let column = |name: &str, values| OutColumn { name: name.to_string(), values };
    vec![
        column(&assessment.table.id_name, OutValues::Text(lead)),
        column("ledger", OutValues::Dictionary(TextColumn::from_values(ledger))),
        column("name", OutValues::Text(name)),
        column("value", OutValues::Text(value)),
        column("contribution", OutValues::Number(contribution, Rounding::Full)),
    ]
}

/// A lead about which the two sides disagree, with why and what to do.
pub(super) struct MismatchRow {
    lead: String,
    quadrant: Option<&'static str>,
    gap: f64,
    reason: Option<String>,
    action: Option<String>,
}

/// The open leads about which the two sides disagree, in their order.
pub(super) fn mismatch_rows(assessment: &Assessment<'_>) -> Vec<MismatchRow> {
    let open = |i: &usize| assessment.is_to_be_worked(*i);
    let rows = (0..assessment.leads.len()).filter(open).filter(|&i| assessment.leads[i].mismatch == Some(true));
    let row = |i: usize| {
        let why = assessment.disagreement(i);
        MismatchRow {
            lead: assessment.table.ids[i].to_string(),
            quadrant: assessment.leads[i].quadrant.map(Quadrant::as_str),
            gap: assessment.leads[i].mismatch_gap,
            reason: why.as_ref().map(|why| why.reason.to_string()),
            action: why.map(|why| why.action),
        }
    };
    rows.map(row).collect()
}

/// The mismatches as a table: lead, quadrant, gap, reason, action; the largest gap first.
pub(super) fn mismatches_table(id_name: &str, mut rows: Vec<MismatchRow>) -> Vec<OutColumn> {
    rows.sort_by(|a, b| b.gap.abs().total_cmp(&a.gap.abs()));
    let column = |name: &str, values| OutColumn { name: name.to_string(), values };
    let quadrants = TextColumn::from_values(rows.iter().map(|row| row.quadrant));
    let gaps = rows.iter().map(|row| row.gap).collect();
    let (mut leads, mut reasons, mut actions) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        leads.push(Some(row.lead));
        reasons.push(row.reason);
        actions.push(row.action);
    }
    vec![
        column(id_name, OutValues::Text(leads)),
        column("quadrant", OutValues::Dictionary(quadrants)),
        column("mismatch_gap", OutValues::Number(gaps, Rounding::Points)),
        column("reason", OutValues::Text(reasons)),
        column("action", OutValues::Text(actions)),
    ]
}

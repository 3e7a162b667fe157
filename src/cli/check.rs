//! `leadscore check`: what is wrong or suspicious, with evidence; exit status 3 when anything must be mended.

use super::inputs::{InputArgs, Inputs};
use super::log::open_log;
use super::page::Page;
use super::reading::{LeadsRead, all_leads, names_of_no_column};
use super::score::as_of;
use super::terminal::{Align, Terminal, count, plural, table};
use super::train::deal_settings;
use super::{CommandResult, Ending};
use crate::fault::InputError;
use crate::io::{RawTable, ReadReport, ReadSettings, ValueCounts, Wanted, count_values, read_raw};
use crate::pipeline::check::{Area, CheckInputs, CheckSettings, ColumnLook, Finding, Grade, NotChecked, Report, check};
use crate::snapshot::in_words;
use crate::tables::{ActivityBatches, Outcome};
use crate::text::{by_number, capital};
use crate::values::MissingWords;
use clap::Args;
use std::collections::BTreeSet;

/// Findings of one area that are printed; `--format json` has all.
const SHOWN_OF_AN_AREA: usize = 6;
/// Lines of evidence that are printed of one finding.
const LINES_SHOWN: usize = 6;

/// Look for what is wrong or suspicious in data, columns and scorecard.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  leadscore check --leads leads.csv --activities acts.csv --scorecard scorecard.toml"
)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// What closed at or after this is open.
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// When the scorecard looks at the leads: a time, `now`, or `column` [default: each deal at a moment of its open
    /// life, as in training].
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
}

pub(super) fn run(args: &CheckArgs, terminal: &Terminal) -> CommandResult {
    let mut inputs = args.inputs.resolve()?;
    let report = report(args, &mut inputs, terminal)?;
    terminal.summary(&report, report_text(&report))?;
    Ok(if report.count(Grade::Mend) > 0 { Ending::Refused } else { Ending::Done })
}

fn report(args: &CheckArgs, inputs: &mut Inputs, terminal: &Terminal) -> Result<Report, InputError> {
    let mut from_reading = Vec::new();
    name_the_id(inputs, &mut from_reading)?;
    let read = read_or_mend(inputs, terminal, &mut from_reading)?;
    let misspelt = names_of_no_column(inputs, &read.raw).into_iter();
    from_reading.extend(misspelt.map(|sentence| Finding::new(Grade::Look, Area::Columns, sentence, "")));
    let mut not_read = None;
    let mut log = match open_log(inputs, &read.built.table.ids, inputs.card(), &Default::default(), terminal) {
        Ok(log) => log,
        Err(error) => {
            from_reading.push(Finding::new(Grade::Mend, Area::Files, error.to_string(), error.remedy));
            not_read =
                Some(NotChecked { what: "activities".to_string(), why: "the log could not be read".to_string() });
            None
        }
    };
    let settings = CheckSettings {
        deals: deal_settings(inputs, &read, args.until.as_deref(), terminal)?,
        as_of: args.as_of.as_deref().map(|text| as_of(inputs, text)).transpose()?,
    };
    let columns = looks(&read, &inputs.read)?;
    let open_words = words_of_the_open(&read, inputs);
    let live = inputs.live_or_warn(terminal, "what the live version leans on is not looked at");
    let mut report = check(
        CheckInputs {
            table: &read.built.table,
            n_columns: read.raw.header.len(),
            columns: &columns,
            log: log.as_mut().map(|l| l as &mut dyn ActivityBatches),
            scorecard: inputs.card(),
            live: live.as_ref().map(|live| &live.payload),
            open_words: &open_words,
        },
        &settings,
    )?;
    if let Some(log) = &log {
        from_reading.extend(log_findings(log.report()));
    }
    if let Some(why) = not_read {
        report.not_checked.retain(|n| n.what != why.what);
        report.not_checked.push(why);
    }
    report.findings.extend(from_reading);
    report.findings.sort_by_key(|f| (f.grade, f.area));
    Ok(report)
}

/// Where the project names no id and no header sounds like one, a column that differs on every lead will do.
fn name_the_id(inputs: &mut Inputs, found: &mut Vec<Finding>) -> Result<(), InputError> {
    if inputs.project.leads.id.is_some() {
        return Ok(());
    }
    // Faults of the rows are told where the leads are read; here only the header and the values matter.
    let settings = ReadSettings { lenient: true, ..inputs.read.clone() };
    let raw = read_raw(inputs.leads()?, &settings, Wanted::All)?;
    let Err(error) = inputs.lead_roles(&raw.header) else { return Ok(()) };
    let n = raw.n_rows();
    let counts = count_values(&raw, &settings)?;
    let unique = raw.columns.iter().zip(counts).find(|(_, c)| c.n_distinct == n && c.n_missing == 0);
    let Some((column, _)) = unique else { return Err(error) };
    let sentence = format!("the project names no id; `{}`, which differs on every lead, is taken for it", column.name);
    found.push(Finding::new(Grade::Look, Area::Files, sentence, "Name it in leadscore.toml: [leads] id = \"…\""));
    inputs.project.leads.id = Some(column.name.clone());
    Ok(())
}

/// Reads the leads; what would stop a training becomes a finding, and the rest is read leniently.
fn read_or_mend(inputs: &mut Inputs, terminal: &Terminal, found: &mut Vec<Finding>) -> Result<LeadsRead, InputError> {
    let error = match all_leads(inputs, &|_| true, terminal) {
        Ok(read) => {
            found.extend(mended(&read.raw, &read.built.report, Grade::Look));
            return Ok(read);
        }
        Err(error) => error,
    };
    if inputs.read.lenient {
        return Err(error);
    }
    inputs.read.lenient = true;
    let Ok(read) = all_leads(inputs, &|_| true, terminal) else { return Err(error) };
    let faults = mended(&read.raw, &read.built.report, Grade::Mend);
    if faults.iter().any(|f| f.grade == Grade::Mend) {
        found.extend(faults);
    } else {
        found.push(Finding::new(Grade::Mend, Area::Files, error.to_string(), error.remedy));
    }
    Ok(read)
}

/// What reading mended, left out or replaced; `grade` is that of what stops a training.
fn mended(raw: &RawTable, report: &ReadReport, grade: Grade) -> Vec<Finding> {
    let mut found = Vec::new();
    for column in &report.missing_columns {
        let sentence = format!("the column `{column}` is not in the file");
        found.push(
            Finding::new(grade, Area::Files, sentence, format!("It has: {}", some(&raw.header))).naming([column]),
        );
    }
    for bad in &report.unreadable {
        let sentence = format!("{} of `{}` cannot be read", plural(bad.rows, "value"), bad.column);
        let evidence = format!("The first: `{}` ({})", bad.first_value, bad.first_place);
        found.push(Finding::new(grade, Area::Files, sentence, evidence).naming([&bad.column]));
    }
    if report.blank_id_rows > 0 {
        found.push(Finding::new(
            grade,
            Area::Files,
            format!("{} {} no id", plural(report.blank_id_rows, "row"), by_number(report.blank_id_rows, "has", "have")),
            "",
        ));
    }
    if report.replaced_rows > 0 {
        let rows = report.replaced_rows;
        let verb = by_number(rows, "is", "are");
        let sentence = format!("{} {verb} replaced by the same id in a later file", plural(rows, "row"));
        found.push(Finding::new(Grade::Note, Area::Files, sentence, ""));
    }
    let mut notes: Vec<&String> = raw.notes.iter().chain(&report.notes).collect();
    notes.dedup();
    notes.sort();
    notes.dedup();
    found.extend(notes.into_iter().map(|note| Finding::new(grade, Area::Files, note.clone(), "")));
    found
}

fn some(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = if names.len() > SHOWN { format!(", and {} more", names.len() - SHOWN) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn log_findings(report: &crate::io::LogReport) -> Vec<Finding> {
    let mut found = Vec::new();
    if report.unreadable > 0 {
        let sentence = format!("{} of the log cannot be read", plural(report.unreadable as usize, "row"));
        let evidence = report.first_unreadable.clone().unwrap_or_default();
        found.push(Finding::new(Grade::Mend, Area::Activities, sentence, evidence));
    }
    if report.unknown_lead > 0 && report.matched > 0 {
        let share = 100.0 * report.unknown_lead as f64 / report.rows as f64;
        let (rows, verb) = (report.unknown_lead as usize, by_number(report.unknown_lead as usize, "belongs", "belong"));
        let sentence = format!("{} of the log {verb} to no lead ({share:.0} %)", plural(rows, "row"));
        found.push(Finding::new(
            Grade::Look,
            Area::Activities,
            sentence,
            format!("Such as {}", some(&report.sample_log_ids)),
        ));
    }
    found
}

/// The outcomes, as written, of open leads with a closing time; a table of deals gives open leads none.
fn words_of_the_open(read: &LeadsRead, inputs: &Inputs) -> Vec<String> {
    let table = &read.built.table;
    let column = read.roles.outcome.as_ref().and_then(|outcome| read.raw.column(&outcome.column));
    let (Some(column), Some(outcomes), Some(closed)) = (column, &table.outcome, &table.closed_at) else {
        return Vec::new();
    };
    let missing = MissingWords::new(&inputs.read.missing);
    let open = (0..table.n_leads()).filter(|&lead| outcomes[lead] == Outcome::Open && closed[lead].is_some());
    let words = open.map(|lead| column.text(read.built.raw_rows[lead] as usize).trim().to_string());
    words.filter(|word| !missing.is_missing(word)).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What reading found about the columns that have no role.
fn looks(read: &LeadsRead, settings: &ReadSettings) -> Result<Vec<ColumnLook>, InputError> {
    let roles = read.role_columns();
    let counts = read.raw.columns.iter().map(|c| &c.name).zip(count_values(&read.raw, settings)?);
    let look = |(name, counts): (&String, ValueCounts)| {
        let inferred = read.inferred.iter().find(|c| c.name == *name).filter(|c| !roles.contains(&c.name))?;
        Some(ColumnLook {
            name: name.clone(),
            column_type: inferred.column_type,
            n_missing: counts.n_missing,
            n_distinct: counts.n_distinct,
            problems: inferred.problems.clone(),
        })
    };
    Ok(counts.filter_map(look).collect())
}

/// The report as a person reads it: the verdict, what must be mended, what to look at, what is good to know, what could not be
/// checked.
fn report_text(report: &Report) -> Page {
    let mut text = Page::from(format!("{}\n{}\n", what_was_checked(report), verdict(report)));
    let parts = [(Grade::Mend, "MUST BE MENDED"), (Grade::Look, "TO LOOK AT"), (Grade::Note, "GOOD TO KNOW")];
    for (grade, title) in parts {
        let of_grade: Vec<&Finding> = report.findings.iter().filter(|f| f.grade == grade).collect();
        let rows: Vec<Vec<String>> = of_grade.chunk_by(|a, b| a.area == b.area).flat_map(area_rows).collect();
        push_part(&mut text, title, &["area", "finding"], &rows);
    }
    let not_checked = report.not_checked.iter().map(|not| vec![capital(&not.what), not.why.clone()]);
    push_part(&mut text, "NOT CHECKED", &["what", "why"], &not_checked.collect::<Vec<_>>());
    text
}

/// A title and its table, unless that is empty.
fn push_part(text: &mut Page, title: &str, header: &[&str], rows: &[Vec<String>]) {
    if !rows.is_empty() {
        text.push_str("\n");
        text.heading(2, title);
        text.push_table(table(header, &[Align::Left; 2], rows));
    }
}

/// The first findings of one area, each with its evidence below it.
fn area_rows(of_area: &[&Finding]) -> Vec<Vec<String>> {
    let below = |line: String| vec![String::new(), line];
    let mut rows = Vec::new();
    for finding in of_area.iter().take(SHOWN_OF_AN_AREA) {
        rows.push(vec![area_name(finding.area).to_string(), capital(&finding.sentence)]);
        rows.extend(finding.evidence.iter().take(LINES_SHOWN).filter(|line| !line.is_empty()).cloned().map(below));
        if let more @ 1.. = finding.evidence.len().saturating_sub(LINES_SHOWN) {
            let names: Vec<String> = finding.names[finding.names.len().saturating_sub(more)..].to_vec();
            rows.push(below(format!("… and {more} more: {}", some(&names))));
        }
    }
    if let more @ 1.. = of_area.len().saturating_sub(SHOWN_OF_AN_AREA) {
        let names: Vec<String> = of_area[SHOWN_OF_AN_AREA..].iter().flat_map(|f| f.names.iter().cloned()).collect();
        let which = if names.is_empty() { String::new() } else { format!(" ({})", some(&names)) };
        rows.push(below(format!("… and {more} more{which}; --format json has all")));
    }
    rows
}

fn what_was_checked(report: &Report) -> String {
    let mut text = plural(report.leads, "lead");
    match report.outcomes {
        Some([won, lost, open]) => {
            let open = if open > 0 { format!(", {} open", count(open)) } else { String::new() };
            text.push_str(&format!(" ({} won, {} lost{open}, as `train` counts)", count(won), count(lost)));
        }
        None => text.push_str(" (no outcome)"),
    }
    text.push_str(&format!(", {}", plural(report.columns, "column")));
    if let Some(rows) = report.activities {
        text.push_str(&format!(", {} of their activity log", plural(rows as usize, "row")));
    }
    text.push('.');
    let left_out =
        (!report.left_out.is_empty()).then(|| format!("Left out by `train`: {}.", in_words(&report.left_out)));
    for sentence in left_out.iter().chain(&report.wins) {
        text.push_str(&format!("\n{sentence}"));
    }
    text
}

fn verdict(report: &Report) -> String {
    let must = match report.count(Grade::Mend) {
        0 => "Nothing must be mended".to_string(),
        1 => "1 thing must be mended".to_string(),
        n => format!("{n} things must be mended"),
    };
    match (report.count(Grade::Look), report.count(Grade::Mend)) {
        (0, _) => format!("{must}, and nothing else calls for a look."),
        (1, _) => format!("{must}, 1 thing calls for a look."),
        // "4 things must be mended, 2 call for a look", but "Nothing must be mended, 2 things call for a look".
        (n, 2..) => format!("{must}, {n} call for a look."),
        (n, _) => format!("{must}, {n} things call for a look."),
    }
}

fn area_name(area: Area) -> &'static str {
    match area {
        Area::Files => "files",
        Area::Leaks => "leaks",
        Area::Scorecard => "scorecard",
        Area::Outcomes => "outcomes",
        Area::Activities => "activities",
        Area::Times => "times",
        Area::Columns => "columns",
        Area::Rows => "rows",
        Area::Sensitive => "sensitive",
    }
}

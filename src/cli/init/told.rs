//! What `init` says: what every column was taken for and why, what to look at, what to run next.

use super::super::inputs::{OPEN_LEADS, quoted, typed_option};
use super::super::page::Page;
use super::super::terminal::plural;
use super::{Start, columns};
use crate::pipeline::start::{
    Bounds, Finding, Layout, LostWords, Moment, OutcomeChoice, Unclosed, findings, one_line, possible_outcomes,
};
use crate::text::listed;
use serde::Serialize;

/// What `init --format json` prints.
#[derive(Serialize)]
pub(super) struct Summary {
    project: String,
    scorecard: Option<String>,
    leads: usize,
    product: Option<&'static str>,
    columns: Vec<Finding>,
    missing: Vec<String>,
    snapshot: String,
    rules: usize,
    tiers: Vec<(&'static str, f64)>,
    best_rule_score: Option<f64>,
    ours: Vec<String>,
    notes: Vec<String>,
    next: Vec<String>,
}

pub(super) fn summary(start: &Start) -> Summary {
    let (warnings, remarks) = notes(start);
    Summary {
        project: start.project.display().to_string(),
        scorecard: Some(start.scorecard.display().to_string()).filter(|_| start.n_rules > 0),
        leads: start.view.leads.n_rows(),
        product: start.layout.product.map(|crm| crm.name),
        columns: findings(&start.view, &start.layout),
        missing: start.missing.clone(),
        snapshot: moment(start.layout.moment),
        rules: start.n_rules,
        tiers: start.bounds.into_iter().flat_map(tiers).collect(),
        best_rule_score: start.best_score,
        ours: start.layout.log.as_ref().map(|log| log.ours.clone()).unwrap_or_default(),
        notes: possible_close(&start.layout).into_iter().chain(warnings).chain(remarks).collect(),
        next: next(start).into_iter().chain([check(start)]).collect(),
    }
}

fn tiers(bounds: Bounds) -> impl Iterator<Item = (&'static str, f64)> {
    bounds.mql.map(|mql| ("MQL", mql)).into_iter().chain([("SQL", bounds.sql)])
}

fn moment(moment: Moment) -> String {
    match moment {
        Moment::Random => "closed deals are looked at at a random moment of their open life".to_string(),
        Moment::Column => "each lead is looked at at its own as-of".to_string(),
        Moment::DaysAfterCreation(days) => {
            format!("deals are looked at {} after creation, as their close is not known", plural(days as usize, "day"))
        }
        Moment::AsExported => {
            "deals are taken as exported: without times of creation and close nobody can tell what was filled in only after a \
             deal was decided"
                .to_string()
        }
    }
}

/// What must be known to go on; `all`: also why each column was taken for what it was taken for.
pub(super) fn text(start: &Start, all: bool) -> Page {
    let mut text = Page::from(format!(
        "{}, {}",
        plural(start.view.leads.n_rows(), "lead"),
        plural(start.view.leads.columns.len(), "column")
    ));
    text.push_str(
        &start.layout.product.as_ref().map_or("\n".to_string(), |crm| format!(", exported from {}\n", crm.name)),
    );
    // Whoever says yes repeats the command, and so this stands before all else.
    let possible_close = possible_close(&start.layout);
    text.push_str(&possible_close.as_ref().map_or_else(String::new, |asked| format!("Ask first: {asked}\n")));
    let found = findings(&start.view, &start.layout);
    if all {
        columns::in_full(&mut text, start, &found)
    } else {
        columns::in_brief(&mut text, start, &found)
    }
    if !start.missing.is_empty() {
        text.push_str(&format!("Taken for \"no value\": {}\n", start.missing.join(", ")));
    }
    // That rows are taken as exported is a warning.
    if all && start.layout.knows_outcomes() && start.layout.moment != Moment::AsExported {
        text.push_str(&format!("Snapshot: {}.\n", moment(start.layout.moment)));
    }
    let (warnings, remarks) = notes(start);
    for note in warnings.iter().chain(remarks.iter().filter(|_| all)) {
        text.push_str(&format!("To look at: {note}\n"));
    }
    text.push_str(&format!("\nWritten: {}", start.project.display()));
    if start.n_rules > 0 {
        text.push_str(&format!(
            " and {} ({}{}, a start to argue about)",
            start.scorecard.display(),
            plural(start.n_rules, "rule"),
            low_tiers(start).map_or_else(String::new, |tiers| format!(", {tiers}"))
        ));
    }
    let next_step = match (&start.with_deals_apart, start.is_unusable) {
        (Some(_), _) => "Is one of the tables that of the deals? Then",
        (None, true) => "Once mended",
        (None, false) if possible_close.is_some() => "Once answered",
        (None, false) => "Next",
    };
    text.push_str(&format!(". {next_step}{}:\n", before_the_commands(start)));
    // What explains a line stands beside none: not every shell takes a comment that is pasted with it.
    next(start).iter().for_each(|command| text.push_str(&format!("  {command}\n")));
    text.push_str(&format!("To see what is wrong:\n  {}\n", check(start)));
    text
}

/// What has to be known of the commands to go on with.
fn before_the_commands(start: &Start) -> String {
    let flag = start.layout.outcome.as_ref().and_then(OutcomeChoice::lost_by_a_flag);
    let open = are_all_decided(start).then(|| match flag {
        Some(flag) => {
            format!(
                "`{flag}` counts as lost: leads still open go into {OPEN_LEADS}, without outcome; none? omit --leads"
            )
        }
        None => format!("{OPEN_LEADS}: open leads, no outcome; none? omit --leads"),
    });
    let as_of = start.stale.as_ref().map(|stale| format!("`--as-of`: {}", stale.why()));
    let said: Vec<String> = open.into_iter().chain(as_of).collect();
    if said.is_empty() || start.with_deals_apart.is_some() { String::new() } else { format!(" ({})", said.join("; ")) }
}

/// The most points of a lead, where they are too few for the usual tiers.
fn low_best(start: &Start) -> Option<f64> {
    start.best_score.filter(|best| *best < Bounds::USUAL.sql)
}

/// Where the tiers begin, when no lead has the points for the usual bounds.
fn low_tiers(start: &Start) -> Option<String> {
    let best = low_best(start)?;
    let Bounds { mql, sql } = start.bounds?;
    let mql = mql.map_or_else(String::new, |mql| format!(", MQL from {mql}"));
    Some(format!("SQL from {sql}{mql} of the best lead's {best}"))
}

/// Whether the leads' own column of outcomes has a word for won or lost on every row, so that nobody is left to call.
fn are_all_decided(start: &Start) -> bool {
    let leads = &start.view.leads;
    let is_whole = |outcome: &OutcomeChoice| {
        let column = leads.columns.iter().find(|column| column.name == outcome.column);
        column.is_some_and(|column| column.n_filled() == leads.n_rows())
    };
    let own = start.layout.outcome.as_ref();
    own.is_some_and(|own| own.open.is_empty() && own.lost != LostWords::NotInTime && is_whole(own))
}

/// Says that nothing is known of won and lost, and which columns could say it.
fn no_outcome(start: &Start) -> String {
    const SHOWN: usize = 5;
    let possible = possible_outcomes(&start.view.leads, &start.layout.id.column);
    let shown: Vec<String> = possible.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let perhaps = match possible.len().saturating_sub(SHOWN) {
        _ if shown.is_empty() => String::new(),
        0 => format!(" (of two values: {})", shown.join(", ")),
        more => format!(" (of two values: {} and {more} more)", shown.join(", ")),
    };
    format!(
        "no column says which leads were won: rules can score, nothing can be learned; --outcome COL names it{perhaps}, \
         --outcomes FILE gives a table of deals"
    )
}

/// Asks whether a column says when deals closed, where none is called so.
fn possible_close(layout: &Layout) -> Option<String> {
    let first = layout.possible_closes.first()?;
    let names: Vec<String> = layout.possible_closes.iter().map(|name| one_line(name)).collect();
    Some(format!(
        "does {} say when the deal was won or lost? Then repeat this command with `--closed-at {} --force` added",
        listed(&names, "or"),
        quoted(first)
    ))
}

/// What warns of wrong results or calls for an answer, and what is merely good to know, for it stands in the files, too.
fn notes(start: &Start) -> (Vec<String>, Vec<String>) {
    let layout = &start.layout;
    let (mut warnings, mut remarks) = (start.notes.clone(), Vec::new());
    if !layout.id.is_named {
        warnings.push(format!(
            "`{}` was taken for the id only because no value is in it twice; --id names another",
            layout.id.column
        ));
    }
    let outcome = layout.outcome.as_ref().or(layout.deals.as_ref().and_then(|deals| deals.outcome.as_ref()));
    warnings.extend(outcome.and_then(|outcome| outcome.doubt.clone()));
    if let Some(Unclosed { n, days }) = layout.unclosed.filter(|_| !layout.counts_unclosed_as_lost) {
        warnings.push(format!(
            "{} older than {days} days, in which 9 of 10 wins came, were never closed: `lost_after` in leadscore.toml, \
             ready to be put in force, counts such as lost",
            plural(n, "lead")
        ));
    }
    if let Some(days) = layout.lost_after_days() {
        warnings.push(format!("a lead not won within {days} days of its creation counts as lost (`lost_after`)"));
    }
    if !layout.knows_outcomes() {
        warnings.push(no_outcome(start));
    } else if layout.moment == Moment::AsExported {
        warnings.push("without times of creation and close nobody knows what was filled in later".to_string());
    }
    let ambiguous: Vec<String> =
        start.view.leads.columns.iter().filter(|c| c.is_ambiguous).map(|c| format!("`{}`", c.name)).collect();
    if !ambiguous.is_empty() {
        warnings.push(format!(
            "month-first or day-first in {}? Choose one of the two `time_format` lines in the project file",
            ambiguous.join(", ")
        ));
    }
    if layout.log.is_some() && matches!(layout.moment, Moment::AsExported) && layout.knows_outcomes() {
        warnings.push(
            "training with an activity log needs creation and close times: --created-at, --closed-at".to_string(),
        );
    }
    match (low_best(start), start.bounds) {
        (Some(best), Some(Bounds { mql, sql })) => {
            let mql = mql.map_or_else(String::new, |mql| format!(" and MQL (worth nurturing) at {mql}"));
            remarks.push(format!(
                "no lead has more than {best} points by the starting rules, so SQL (sales takes over) begins at {sql}{mql}"
            ));
        }
        (Some(best), None) if start.n_rules > 0 => {
            warnings.push(format!("{best} points at most, too few for SQL (sales takes over): add rules"))
        }
        _ => {}
    }
    (warnings, remarks)
}

/// The command for whoever doubts.
fn check(start: &Start) -> String {
    format!("leadscore check{}", start.needed)
}

/// The commands to go on with.
fn next(start: &Start) -> Vec<String> {
    if let Some(init) = &start.with_deals_apart {
        return vec![init.clone()];
    }
    let needed = &start.needed;
    let train = Some(format!("leadscore train{needed}")).filter(|_| start.layout.knows_outcomes());
    let alone = if train.is_some() { "" } else { " --rules-only" };
    let can_score = train.is_some() || start.n_rules > 0;
    let as_of = start.stale.as_ref().map_or_else(String::new, |stale| typed_option("as-of", &stale.as_of));
    // Who knows the leads by numbers that repeat would not know the rows.
    let known_by = start.layout.known_by(&start.view).filter(|_| start.has_numbered_rows);
    let keep = known_by.map_or_else(String::new, |column| format!(" --keep {}", quoted(column)));
    // Leads that are all decided have nobody to call among them.
    let score = if are_all_decided(start) {
        let number = if start.has_numbered_rows { " --number-rows" } else { "" };
        format!("leadscore score{needed} --leads {OPEN_LEADS}{number}{alone} --out scored.csv{keep}")
    } else {
        format!("leadscore score{needed}{alone} --out scored.csv{keep}{as_of}")
    };
    let report = train.as_ref().map(|_| format!("leadscore report{needed} --out report.html{as_of}"));
    train.into_iter().chain(can_score.then_some(score)).chain(report).collect()
}

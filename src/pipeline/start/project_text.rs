//! The text of the starting `leadscore.toml`: every key that is used, each with a line that says what it does.

use super::layout::{Layout, Moment};
use super::outcome::{LostWords, OutcomeChoice};
use super::screen::{Verdict, one_line};
use super::toml::{list, quoted, single_line};

/// How the files were read, as far as it must be written down.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Leads tables, relative to the project file.
    pub leads: Vec<String>,
    /// Activity logs.
    pub activities: Vec<String>,
    /// Outcomes tables.
    pub outcomes: Vec<String>,
    /// The encoding, where it is not UTF-8.
    pub encoding: Option<String>,
    /// Whether numbers have a decimal comma.
    pub decimal_comma: bool,
    /// How times are written, where somebody said so.
    pub time_format: Option<String>,
    /// Columns whose dates may be month-first or day-first.
    pub ambiguous: Vec<String>,
    /// Timezone of times without an offset.
    pub timezone: String,
    /// Spellings of "no value" that were found.
    pub missing: Vec<String>,
}

/// The project file.
pub fn project_text(layout: &Layout, reading: &Reading) -> String {
    let mut text = String::from(
        "# What the columns mean. Written by `leadscore init` from a look at the files; now yours to edit.\n\
         # Every key there is: docs/reference/project-file.md\n\n",
    );
    if let Some(crm) = layout.product {
        text.push_str(&format!("# The leads look like an export of {}: {}.\n", crm.name, crm.remark));
    }
    top(&mut text, reading);
    leads(&mut text, layout, reading);
    exclude(&mut text, layout);
    outcomes(&mut text, layout, reading);
    activities(&mut text, layout, reading);
    moment(&mut text, layout);
    text
}

/// `key = value  # why`, the comments of short lines one below the other.
fn line(text: &mut String, key: &str, value: &str, why: &str) {
    const KEY_WIDTH: usize = 10;
    const WIDTH: usize = 34;
    let setting = format!("{key:KEY_WIDTH$} = {value}");
    text.push_str(&format!("{setting:WIDTH$} # {why}\n"));
}

fn top(text: &mut String, reading: &Reading) {
    line(text, "timezone", &quoted(&reading.timezone), "of times without an offset, in all files and in --as-of");
    if let Some(encoding) = &reading.encoding {
        line(
            text,
            "encoding",
            &quoted(encoding),
            "the files are not UTF-8; this reads them, see that names look right",
        );
    }
    if reading.decimal_comma {
        line(text, "decimal", "\",\"", "1,5 is one and a half");
    }
    if let Some(format) = &reading.time_format {
        line(text, "time_format", &quoted(format), "how times are written");
    } else if !reading.ambiguous.is_empty() {
        let columns: Vec<String> = reading.ambiguous.iter().map(|name| one_line(name)).collect();
        text.push_str(&format!(
            "# Is 3/4/2024 in {} the 3rd of April? Or the 4th of March? No row tells. Keep one of these:\n",
            columns.join(", ")
        ));
        text.push_str("# time_format = \"%d/%m/%Y\"        # the day first\n# time_format = \"%m/%d/%Y\"        # the month first\n");
    }
}

fn leads(text: &mut String, layout: &Layout, reading: &Reading) {
    text.push_str("\n[leads]\n");
    line(text, "files", &list(&reading.leads), "relative to this file; --leads on the command line wins");
    line(text, "id", &quoted(&layout.id.column), "identifies a lead; compared as text, exactly as written");
    if let Some(created) = &layout.created_at {
        let why = match layout.age_from() {
            Some(_) => "when the lead came into being; how long ago that was, its age, is learned from",
            None => "when the lead came into being",
        };
        line(text, "created_at", &quoted(&created.column), why);
    }
    if let Some(closed) = &layout.closed_at {
        line(text, "closed_at", &quoted(&closed.column), "when its deal was won or lost");
    }
    for column in &layout.possible_closes {
        let why =
            "never before the creation. When the deal was won or lost? Take the # in front away, and [snapshot] out";
        line(text, "# closed_at", &quoted(column), why);
    }
    if let Some(as_of) = &layout.as_of {
        line(text, "as_of", &quoted(&as_of.column), "the moment each row is true for");
    }
    if let Some(weight) = &layout.row_weight {
        line(text, "weight", &quoted(&weight.column), "how many leads a row stands for");
    }
    if let Some(outcome) = &layout.outcome {
        outcome_line(text, outcome);
    } else if layout.deals.is_none() {
        text.push_str(
            "# No column says which leads were won, so rules can score and no model can learn. Once there is one:\n",
        );
        text.push_str("# outcome  = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n");
    }
    if let Some(days) = layout.lost_after_days() {
        line(
            text,
            "lost_after",
            &format!("\"{days}d\""),
            "not won within this of its creation: lost. Younger leads are not learned from",
        );
    }
    if let Some(unclosed) = layout.unclosed.filter(|_| layout.lost_after_days().is_none()) {
        text.push_str(&format!(
            "# {} leads older than {} days were never closed, and 9 of 10 wins came sooner. To count as lost what is not won\n\
             # within this of its creation, take the # in front away:\n# lost_after = \"{}d\"\n",
            unclosed.n, unclosed.days, unclosed.days
        ));
    }
    if !reading.missing.is_empty() {
        line(text, "missing", &list(&reading.missing), "spellings of \"no value\"; the empty field always is one");
    }
    let counters: Vec<String> = layout.counters().into_iter().map(str::to_string).collect();
    if !counters.is_empty() {
        text.push_str("# These count acts. As activity columns, rules on activities may use them:\n");
        text.push_str(&format!("# activity_columns = {}\n", list(&counters)));
    }
}

fn outcome_line(text: &mut String, outcome: &OutcomeChoice) {
    if let Some(doubt) = &outcome.doubt {
        text.push_str(&format!("# To be looked at: {}.\n", single_line(doubt)));
    }
    let lost = match &outcome.lost {
        LostWords::Rest => ", lost = \"*\"".to_string(),
        LostWords::NotInTime => String::new(),
        LostWords::Listed(words) => format!(", lost = {}", list(words)),
    };
    let what = match (&outcome.lost, &outcome.open[..]) {
        (LostWords::Rest, _) => "\"*\": all that is neither won nor missing".to_string(),
        (LostWords::NotInTime, _) => "any other value: open, and lost once `lost_after` has passed".to_string(),
        (_, []) => "any other value: an open deal".to_string(),
        (_, open) => format!("open: {}", open.iter().take(6).map(|o| one_line(o)).collect::<Vec<_>>().join(", ")),
    };
    let won = if outcome.won.is_empty() { list(&["won".to_string()]) } else { list(&outcome.won) };
    let value = format!("{{ column = {}, won = {won}{lost} }}", quoted(&outcome.column));
    line(text, "outcome", &value, &what);
}

/// The columns that the model shall not see, each with its reason, and those that somebody vouches for.
fn exclude(text: &mut String, layout: &Layout) {
    let named = |verdict: &Verdict| !matches!(verdict, Verdict::Attribute | Verdict::Counter);
    text.push_str("# The model never learns from these; rules may use them. What is filled in only once the deal is decided belongs here.\n");
    let kinds = &layout.kinds_in_doubt;
    if !kinds.is_empty() || layout.others.iter().any(|(_, verdict)| matches!(verdict, Verdict::Doubt(_))) {
        text.push_str(
            "# Names below are left out. One behind a # is still learned from: if it may come with the close, take its # away;\n\
             # if not, put it into allow.\n",
        );
    }
    if !kinds.is_empty() || layout.others.iter().any(|(_, verdict)| named(verdict)) {
        text.push_str("exclude = [\n");
        layout.others.iter().for_each(|(name, verdict)| match verdict {
            Verdict::Exclude(why) => {
                let closes =
                    if layout.possible_closes.contains(name) { "; or the close, see `closed_at`?" } else { "" };
                text.push_str(&format!("    {:31} # {}{closes}\n", quoted(name) + ",", single_line(why)));
            }
            Verdict::Doubt(why) => doubt_lines(text, name, why),
            Verdict::Attribute | Verdict::Counter => {}
        });
        kinds.iter().for_each(|(kind, why)| doubt_lines(text, kind, &format!("an activity that {why}")));
        text.push_str("]\n");
    } else {
        text.push_str("exclude    = []\n");
    }
    text.push_str(
        "# These you vouch for: they were known before the deal was decided. Nobody asks about them again.\n",
    );
    text.push_str("allow      = []\n");
}

/// A column or kind that a person must say about: why above it, behind two #, so that one # is left when somebody takes
/// one away from both lines.
fn doubt_lines(text: &mut String, name: &str, why: &str) {
    text.push_str(&format!("    ## Ask first: {}\n    # {},\n", single_line(why), quoted(name)));
}

fn outcomes(text: &mut String, layout: &Layout, reading: &Reading) {
    let Some(deals) = &layout.deals else { return };
    text.push_str("\n[outcomes]\n");
    line(text, "files", &list(&reading.outcomes), "the deals, kept apart from the leads");
    line(text, "key", &quoted(&deals.key.column), "column of the leads that refers to a deal");
    line(text, "id", &quoted(&deals.id.column), "column here that it refers to");
    if let Some(closed) = &deals.closed_at {
        line(text, "closed_at", &quoted(&closed.column), "when the deal was won or lost");
    }
    match &deals.outcome {
        Some(outcome) => {
            outcome_line(text, outcome);
            line(text, "absent", "\"open\"", "a lead that is not found here has no outcome yet");
        }
        None if deals.lost_after_days.is_some() => {
            line(text, "absent", "\"lost\"", "found here: won; not found: lost, once `lost_after` has passed");
        }
        None => text.push_str(
            "# Found here is won. So that others can be lost: [leads] created_at and lost_after = \"180d\", and here\n\
             # absent   = \"lost\"\n",
        ),
    }
}

fn activities(text: &mut String, layout: &Layout, reading: &Reading) {
    let Some(log) = &layout.log else { return };
    text.push_str("\n[activities]\n");
    line(text, "files", &list(&reading.activities), "one row an activity");
    line(text, "lead_id", &quoted(&log.lead_id.column), &log.lead_id.why);
    line(text, "at", &quoted(&log.at.column), "when it happened; what happens at or after the as-of is not seen");
    line(text, "kind", &quoted(&log.kind.column), "what was done; rules name these kinds");
    if let Some(detail) = &log.detail {
        line(text, "detail", &quoted(&detail.column), "page, campaign, subject: rules may match it");
    }
    if let Some(count) = &log.count {
        line(text, "count", &quoted(&count.column), "how many acts a row stands for");
    }
    line(text, "ours", &list(&log.ours), "our own acts: no sign of interest, \"*\" in rules does not match them");
}

fn moment(text: &mut String, layout: &Layout) {
    if !layout.knows_outcomes() {
        return;
    }
    text.push_str("\n[snapshot]\n");
    match layout.moment {
        Moment::Random => {
            text.push_str("# Each closed deal is looked at once, at a random moment between creation and close.\n");
            line(text, "mode", "\"random\"", "the default where both times are known");
        }
        Moment::Column => {
            text.push_str("# Each deal is looked at at its own as-of.\n");
            line(text, "mode", "\"column\"", "the default where [leads] as_of is set");
        }
        Moment::DaysAfterCreation(days) => {
            text.push_str(
                "# The close of a deal is not known, so each is looked at a fixed time after its creation. A deal that closed\n\
                 # before that is looked at after its close: name [leads] closed_at if you have it, and take both lines out.\n",
            );
            line(text, "mode", "\"after_created\"", "so long after creation, or not at all if closed by then");
            line(
                text,
                "after_created",
                &format!("\"{days}d\""),
                "how long after creation; it should be before most deals close",
            );
        }
        Moment::AsExported => {
            text.push_str("# Without creation and close times deals are taken as exported; what was known only later cannot be told apart.\n");
            if layout.log.is_some() {
                text.push_str("# Training with an activity log needs [leads] created_at and closed_at (or as_of); scoring by rules does not.\n");
            } else {
                line(text, "mode", "\"none\"", "the default where there are no times");
            }
        }
    }
}

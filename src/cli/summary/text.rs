//! The summary of a scoring as a person reads it.

use super::expected::expected_text;
use super::{ScoreSummary, TierVolume, quadrants};
use crate::cli::page::{Page, Table};
use crate::cli::terminal::{Align, count, percent, plural, table};
use crate::pipeline::score::{FirstLead, learned_since};
use crate::scorecard::tier_meaning;

/// Fewer leads handed over than this are no crowd.
const FEWEST_IN_A_CROWD: usize = 20;

/// The summary as a person reads it: what must be known to begin calling; `all`: also what the figures mean and where the
/// two sides disagree.
pub(in crate::cli) fn score_text(summary: &ScoreSummary, all: bool) -> Page {
    let mut text = Page::from(headline(summary));
    if summary.looks_back {
        text.append(looking_back(summary, all));
    } else {
        text.append(looking_ahead(summary, all));
    }
    if !summary.notes.is_empty() {
        text.push_str("\n");
    }
    for note in &summary.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}

fn headline(summary: &ScoreSummary) -> String {
    let alone = match (&summary.scorecard, summary.model_version) {
        (Some(_), None) => " by the scorecard alone",
        (None, Some(_)) => " by the model alone",
        _ => "",
    };
    let into = if summary.out == "-" { String::new() } else { format!(" into {}", summary.out) };
    format!("{} scored{into}{alone}{}.\n", plural(summary.leads, "lead"), standing(summary))
}

/// How many are open, and why the others do not count.
fn standing(summary: &ScoreSummary) -> String {
    let left_out = summary.closed + summary.closed_since + summary.not_created;
    if summary.looks_back || left_out == 0 {
        return String::new();
    }
    let in_time = match summary.lost_by_now {
        0 => String::new(),
        n => format!(" ({} not won in time)", count(n)),
    };
    let others: String = [
        (summary.closed, format!("closed{in_time}")),
        (summary.closed_since, "closed since the as-of".to_string()),
        (summary.not_created, "not created yet".to_string()),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, how)| format!(", {} {how}", count(n)))
    .collect();
    let only = if summary.open > 0 { ": only the open ones count below" } else { "" };
    format!("; {} open{others}{only}", count(summary.open))
}

/// Leads that are all decided: nobody is to be called, and what is shown is no forecast.
fn looking_back(summary: &ScoreSummary, all: bool) -> Page {
    let them = match summary.leads {
        1 => "It is".to_string(),
        n => format!("All {} are", count(n)),
    };
    let mut text = Page::from(format!(
        "{them} won or lost already: none is open, so there is nobody to call. To rank open leads: --leads FILE, with the same \
         columns but the outcome. The model learned from these very deals, so here it looks better than it is.\n"
    ));
    text.append(tiers_text(summary, all));
    text.push_str(&format!(
        "\n`leadscore report{} --out report.html` judges each of these deals by a model that had not seen it, so its counts are others.\n",
        summary.moment.inputs
    ));
    text
}

/// Leads to be worked.
fn looking_ahead(summary: &ScoreSummary, all: bool) -> Page {
    let mut text = Page::new();
    if summary.open == 0 && summary.leads > 0 {
        text.push_str("So there is nobody to call: --leads FILE scores leads that are still open.\n");
    }
    if let Some(stale) = &summary.moment.stale {
        text.push_str(&format!("{}\n", stale.sentence()));
    }
    // Where most of the log lies beyond the as-of, that may be wrong.
    if summary.acts_after_as_of > if all { 0 } else { summary.acts_seen } {
        text.push_str(&format!(
            "{} lie before the as-of and count; {} lie at or after it and do not.\n",
            plural(summary.acts_seen as usize, "log row"),
            count(summary.acts_after_as_of as usize)
        ));
    }
    text.push_str(&rehearsed(summary));
    // Of nobody there is nothing to tell.
    if summary.open == 0 {
        return text;
    }
    text.push_str(&expected_text(summary));
    if summary.asks_first {
        text.push_str("The question that `train` asks first is open: this list may mislead.\n");
    }
    text.append(tiers_text(summary, all));
    text.append(top_text(summary, all));
    if all {
        text.append(quadrants::in_full(summary));
    } else {
        text.push_str(&quadrants::in_brief(summary));
    }
    text.push_str(&how_to_use(summary, all));
    text
}

/// That leads are scored as they were on a day gone by, and what became of them; nothing where neither the file nor the
/// model knows.
fn rehearsed(summary: &ScoreSummary) -> String {
    let until = summary.moment.learned_until.as_ref();
    if summary.closed_since == 0 {
        // What became of leads without an outcome is known to the model alone, if it is.
        let may_know = until.filter(|_| summary.moment.lacks_outcomes);
        return may_know.map_or_else(String::new, |until| {
            format!("The model has learned what became of leads until {until}, so perhaps of these: here it may look better than it is.\n")
        });
    }
    let learned = until.map_or_else(String::new, |until| learned_since(until) + "\n");
    learned + &summary.won_since.as_ref().map_or_else(String::new, |since| since.sentence() + "\n")
}

/// For whoever opens the scored table for the first time.
fn how_to_use(summary: &ScoreSummary, all: bool) -> String {
    let mut text = String::from("\n");
    let mut told_by_explain = "Why";
    if summary.ranks_by_chance {
        text.push_str("Do not order leads by `score`: it ranked past deals hardly better than chance. ");
        if has_tiers(summary) {
            text.push_str("So take tier and `next_action` for what the points say, and no more. ");
        }
        told_by_explain = "What it is made of";
    } else if summary.rehearses() {
        text.push_str(&whom_one_would_have_called(summary));
    } else if summary.out != "-" {
        text.push_str(&in_which_order(summary));
    }
    let as_of = summary.moment.as_of.as_ref().map_or_else(String::new, |as_of| format!(" --as-of {as_of}"));
    text.push_str(&format!("{told_by_explain}: `leadscore explain ID{}{as_of}`.", summary.moment.inputs));
    text.push_str(if all { "\n" } else { " More: `-v`.\n" });
    text
}

/// That the list is of a day gone by, and where it stands whom one would have called then.
fn whom_one_would_have_called(summary: &ScoreSummary) -> String {
    let how = if has_tiers(summary) { "; `next_action` is of that day, too" } else { "" };
    let order = match (summary.out.as_str(), summary.is_in_order) {
        ("-", _) => String::new(),
        // Whoever has closed since stands at the end, among others who had closed before.
        (out, true) => {
            format!(". {out} begins with those still open; `closed since` in `warnings` stood among them by `score`")
        }
        (out, false) => format!(
            ". By `score`, without `warnings` that begin with `closed` but not `closed since`, {out} tells whom you would have \
             called first{how}"
        ),
    };
    format!("This looks back: nobody here is to be called{order}. ")
}

/// In which order to call, and where it stands how.
fn in_which_order(summary: &ScoreSummary) -> String {
    let out = &summary.out;
    let doubt = if summary.no_quadrants_because.is_some() { "Do not expect much of the order. " } else { "" };
    let has_closed = summary.closed + summary.closed_since > 0;
    let how = match (summary.is_in_order, has_closed) {
        (true, true) => format!("Call from the top of {out} (`warnings` that begin with `closed` are last)"),
        (true, false) => format!("Call from the top of {out}"),
        (false, true) => {
            format!("Sort {out} by `score`, leave out `warnings` that begin with `closed`, call from the top")
        }
        (false, false) => format!("Sort {out} by `score`, call from the top"),
    };
    let next = if has_tiers(summary) { "; `next_action` says how" } else { "" };
    format!("{doubt}{how}{next}. ")
}

/// A column of a table: its header, its side, whether it is shown, and what stands in it.
type Column<'a, R> = (&'a str, Align, bool, &'a dyn Fn(&R) -> String);

/// The columns that are shown, over some rows.
fn shown_table<'r, R: 'r>(columns: &[Column<'_, R>], rows: impl Iterator<Item = &'r R>) -> Table {
    let shown = || columns.iter().filter(|(_, _, is_shown, _)| *is_shown);
    let rows: Vec<Vec<String>> = rows.map(|row| shown().map(|(.., value)| value(row)).collect()).collect();
    let (header, align): (Vec<&str>, Vec<Align>) = shown().map(|(name, align, ..)| (*name, *align)).unzip();
    table(&header, &align, &rows)
}

fn top_text(summary: &ScoreSummary, all: bool) -> Page {
    if summary.top.is_empty() {
        return Page::new();
    }
    // Without a model nobody knows a chance, without a scorecard there are no tiers and no next steps.
    let (has_chance, has_tiers) = (summary.model_version.is_some(), summary.scorecard.is_some() && all);
    let columns: [Column<'_, FirstLead>; 5] = [
        (if summary.calls_nobody() { "highest score" } else { "top leads" }, Align::Left, true, &|t| t.lead.clone()),
        ("score", Align::Right, true, &|t| crate::features::short_number(t.score)),
        ("tier", Align::Left, has_tiers, &|t| t.tier.clone()),
        ("chance", Align::Right, has_chance, &chance_of),
        ("next", Align::Left, has_tiers, &|t| t.next_action.clone()),
    ];
    let ties = summary.ties.beyond(summary.top.len());
    let mut text = match ties {
        Some(n) => Page::from(tied(summary, n)),
        None => Page::below_a_blank(shown_table(&columns, summary.top.iter())),
    };
    if summary.moment.numbers_rows && ties.is_none() {
        text.push_str("Leads are numbered below the header: lead 1 is row 2 of a spreadsheet.\n");
    }
    text.push_str(&summary.above_all_points.as_ref().map_or_else(String::new, |said| format!("{said}\n")));
    if has_chance && all {
        let scale = if summary.scorecard.is_some() { "on the scale of the points" } else { "from 0 to 100" };
        text.push_str(&format!(
            "\nThe score is a place in the order of past deals, {scale}; the chance is that of a win, which may lie far from it.\n"
        ));
    }
    text
}

/// That `n` leads share the first place, which says more than a few of them would.
fn tied(summary: &ScoreSummary, n: usize) -> String {
    let first = &summary.top[0];
    // Of some of them it may be a guess.
    let chance = first.win_probability.filter(|_| summary.older_than_the_model_knows + summary.of_unknown_age == 0);
    let chance = chance.map_or_else(String::new, |chance| format!(" (chance {})", percent(chance)));
    format!(
        "\n{} of {} open leads share the highest score, {}{chance}: none of them comes first.\n",
        count(n),
        count(summary.open),
        crate::features::short_number(first.score)
    )
}

/// A lead's chance, marked where it is a guess.
fn chance_of(lead: &FirstLead) -> String {
    let mark = if lead.is_guess { " (guess)" } else { "" };
    lead.win_probability.map_or_else(String::new, |chance| percent(chance) + mark)
}

/// Whether there is a tier to stand in, which is what actions go by.
fn has_tiers(summary: &ScoreSummary) -> bool {
    summary.tiers.iter().any(|t| !t.tier.is_empty())
}

/// How many leads each tier holds, by the model beside where that is another number, for quadrants go by points and model
/// each alone and would not add up to what both together say.
fn tiers_table(summary: &ScoreSummary, all: bool) -> Table {
    let with_model = summary.model_version.is_some();
    let tells_apart = summary.tiers.iter().any(|t| t.by_model.is_some_and(|by_model| by_model != t.by_score));
    let columns: [Column<'_, TierVolume>; 4] = [
        ("tier", Align::Left, true, &|t| if t.tier.is_empty() { "(below)".to_string() } else { t.tier.clone() }),
        (if with_model { "by points" } else { "leads" }, Align::Right, true, &|t| count(t.by_rules)),
        ("by model", Align::Right, tells_apart, &|t| t.by_model.map_or_else(String::new, count)),
        ("by score", Align::Right, with_model, &|t| count(t.by_score)),
    ];
    // Whoever stands below all tiers is the rest.
    shown_table(&columns, summary.tiers.iter().filter(|t| all || !t.tier.is_empty()))
}

fn tiers_text(summary: &ScoreSummary, all: bool) -> Page {
    if !has_tiers(summary) {
        return Page::new();
    }
    let mut text = Page::below_a_blank(tiers_table(summary, all));
    if all {
        text.push_str(&legend(summary));
    }
    text.push_str(&crowded(summary));
    // A model that may be chance knows nobody who is likely.
    let handover = summary.handover.as_ref().filter(|_| summary.no_quadrants_because.is_none() && !summary.looks_back);
    if let Some(told) = handover.and_then(|handover| handover.likely_below(summary.likely_below_handover)) {
        let why = "Tier, `quadrant` and `next_action` go by the order, for a tier holds a share of the deals, whatever their \
                   chance.";
        text.push_str(&if all { format!("{told} {why}\n") } else { format!("{told}\n") });
    }
    text
}

/// That so many leads are to be handed over that the tier no longer chooses among them.
fn crowded(summary: &ScoreSummary) -> String {
    let Some(handover) = summary.handover.as_ref().filter(|_| summary.model_version.is_some()) else {
        return String::new();
    };
    // The highest tier comes first.
    let Some(at) = summary.tiers.iter().position(|tier| tier.tier == handover.tier) else { return String::new() };
    let handed_over: usize = summary.tiers[..=at].iter().map(|tier| tier.by_score).sum();
    if summary.looks_back || handed_over < FEWEST_IN_A_CROWD || 2 * handed_over <= summary.open {
        return String::new();
    }
    format!(
        "By score {} of {} open leads are {}, so the tier hardly chooses: begin at the top of the list.\n",
        count(handed_over),
        count(summary.open),
        handover.tier
    )
}

/// What the tiers' names mean.
fn legend(summary: &ScoreSummary) -> String {
    let handover = summary.handover.as_ref().map(|handover| handover.tier.as_str());
    let tiers = summary.tiers.iter().map(|t| t.tier.as_str());
    let said: Vec<String> =
        tiers.filter_map(|tier| tier_meaning(tier, handover).map(|means| format!("{tier}: {means}"))).collect();
    if said.is_empty() { String::new() } else { format!("\n{}.\n", said.join(". ")) }
}

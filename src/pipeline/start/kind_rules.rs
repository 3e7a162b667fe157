//! Starting rules for kinds of activity, with the points that the scoring guides in use give them.

use super::log::{LogChoice, leads_of_each};
use super::rule::{StartRule, id_of};
use super::sheet::{Sheet, SheetColumn};
use super::toml::{list, quoted};
use super::vocabulary::mentions;

/// How a kind earns its points.
enum Form {
    /// For each act, fewer for older ones, the newest so many counting.
    Each { max_count: u32 },
    /// Once.
    Once,
}

struct Known {
    id: &'static str,
    topic: &'static str,
    points: f64,
    form: Form,
    why: &'static str,
}

/// The first entry whose words a kind holds is its own.
const KNOWN: [Known; 13] = [
    Known {
        id: "unsubscribed",
        topic: "kind unsubscribe",
        points: -15.0,
        form: Form::Once,
        why: "does not want to hear from you",
    },
    Known {
        id: "asked_for_evaluation",
        topic: "kind evaluation",
        points: 80.0,
        form: Form::Once,
        why: "a form for an evaluation, consultation or quote is nearly a request to call",
    },
    Known {
        id: "inquiry",
        topic: "kind inquiry",
        points: 30.0,
        form: Form::Each { max_count: 2 },
        why: "an inquiry outweighs many small acts",
    },
    Known { id: "newsletter", topic: "kind newsletter", points: 15.0, form: Form::Once, why: "wants to hear from you" },
    Known {
        id: "price_page",
        topic: "kind price",
        points: 10.0,
        form: Form::Each { max_count: 5 },
        why: "looks at prices or compares",
    },
    Known {
        id: "download",
        topic: "kind download",
        points: 10.0,
        form: Form::Each { max_count: 5 },
        why: "downloaded something",
    },
    Known { id: "trial", topic: "kind trial", points: 20.0, form: Form::Once, why: "tries the product" },
    Known {
        id: "event",
        topic: "kind event",
        points: 10.0,
        form: Form::Each { max_count: 3 },
        why: "took the time for an event",
    },
    Known {
        id: "link_click",
        topic: "kind click",
        points: 5.0,
        form: Form::Each { max_count: 10 },
        why: "clicked a link",
    },
    Known {
        id: "phone_contact",
        topic: "kind phone",
        points: 10.0,
        form: Form::Each { max_count: 3 },
        why: "spoke with you",
    },
    Known {
        id: "email_open",
        topic: "kind open",
        points: 2.0,
        form: Form::Each { max_count: 10 },
        why: "opened an email",
    },
    Known {
        id: "social",
        topic: "kind social",
        points: 3.0,
        form: Form::Each { max_count: 5 },
        why: "follows or comments",
    },
    Known {
        id: "site_visit",
        topic: "kind visit",
        points: 3.0,
        form: Form::Each { max_count: 10 },
        why: "visited the site",
    },
];

/// Points for the kinds of the log.
pub(super) fn kind_rules(log: &LogChoice, sheet: &Sheet) -> Vec<StartRule> {
    let free: Vec<&str> = log
        .kinds
        .iter()
        .map(|(kind, _)| kind.as_str())
        .filter(|kind| !log.ours.iter().chain(&log.ends).any(|other| other == kind))
        .collect();
    let entry_of = |kind: &str| KNOWN.iter().position(|known| mentions(known.topic, kind));
    let mut rules = Vec::new();
    for (at, known) in KNOWN.iter().enumerate() {
        let kinds: Vec<String> = free.iter().filter(|k| entry_of(k) == Some(at)).map(|k| k.to_string()).collect();
        if !kinds.is_empty() {
            rules.push(known.rule(&kinds));
            rules.extend(repeated(known.id, &kinds));
        }
    }
    rules.extend(price_pages(log, sheet));
    if !rules.iter().any(|rule| rule.points > 0.0) {
        rules.extend(done_by_some(log, sheet, &free));
    }
    if !free.is_empty() {
        rules.push(
            StartRule::new(
                "gone_quiet",
                -5.0,
                "no sign of life for a month (10 days or two months may suit your trade better)",
            )
            .line("activity = \"*\"")
            .line("none_within = \"30d\""),
        );
    }
    rules
}

impl Known {
    fn rule(&self, kinds: &[String]) -> StartRule {
        let rule = StartRule::new(self.id, self.points, self.why).line(&activity(kinds));
        match self.form {
            Form::Each { max_count } => rule
                .line(&format!("max_count = {max_count}"))
                .line("decay = { steps = [[\"30d\", 0.5], [\"90d\", 0.0]] }"),
            Form::Once => rule.line("at_least = 1"),
        }
    }
}

/// Five opened emails in three months, two visits in a month: coming back says more than coming.
fn repeated(id: &str, kinds: &[String]) -> Option<StartRule> {
    let (id, points, why, times, within) = match id {
        "email_open" => ("keen_reader", 25.0, "opened five emails or more", 5, "90d"),
        "site_visit" => ("came_back", 10.0, "visited twice or more within a month", 2, "30d"),
        _ => return None,
    };
    let rule = StartRule::new(id, points, why).line(&activity(kinds));
    Some(rule.line(&format!("at_least = {times}")).line(&format!("within = \"{within}\"")))
}

/// Visits whose page is one of prices or comparisons.
fn price_pages(log: &LogChoice, sheet: &Sheet) -> Option<StartRule> {
    const MOST_PAGES: usize = 12;
    let pages: &SheetColumn = sheet.column(&log.detail.as_ref()?.column)?;
    let priced: Vec<String> = pages
        .levels_by_share()
        .into_iter()
        .filter(|(page, _)| mentions("page of prices", page))
        .map(|(page, _)| page.to_string())
        .take(MOST_PAGES)
        .collect();
    if priced.is_empty() {
        return None;
    }
    let kinds = sheet.column(&log.kind.column)?;
    let mut of_pages: Vec<String> = Vec::new();
    for row in 0..sheet.n_rows() {
        if let (Some(page), Some(kind)) = (pages.text.get(row), kinds.text.get(row))
            && priced.iter().any(|p| p == page)
            && !of_pages.iter().any(|k| k == kind)
            && !log.ours.iter().chain(&log.ends).any(|k| k == kind)
        {
            of_pages.push(kind.to_string());
        }
    }
    (!of_pages.is_empty()).then(|| {
        StartRule::new("price_pages", 10.0, "looks at prices or compares")
            .line(&activity(&of_pages))
            .line(&format!("detail = {{ any_of = {} }}", list(&priced)))
            .line("max_count = 5")
            .line("decay = { steps = [[\"30d\", 0.5], [\"90d\", 0.0]] }")
    })
}

/// Kinds that speak no known language: those that some leads have and others have not. Of those that the same leads have
/// one alone, for points on each would be points twice.
fn done_by_some(log: &LogChoice, sheet: &Sheet, free: &[&str]) -> Vec<StartRule> {
    const SOME: std::ops::RangeInclusive<f64> = 0.05..=0.8;
    const FEW: usize = 4;
    let (Some(leads), Some(kinds)) = (sheet.column(&log.lead_id.column), sheet.column(&log.kind.column)) else {
        return Vec::new();
    };
    let leads_of = leads_of_each(leads, kinds);
    let leads_of = |kind: &str| kinds.text.levels.iter().position(|level| level == kind).map(|at| &leads_of[at]);
    let mut chosen: Vec<(&str, f64, &Vec<u32>)> = Vec::new();
    for (kind, share) in log.kinds.iter().filter(|(kind, share)| SOME.contains(share) && free.contains(&kind.as_str()))
    {
        let Some(own) = leads_of(kind) else { continue };
        if chosen.len() < FEW && !chosen.iter().any(|(_, _, other)| are_nearly_the_same(own, other)) {
            chosen.push((kind, *share, own));
        }
    }
    let rule = |(kind, share, _): (&str, f64, _)| {
        let why = format!("done by {:.0} % of the leads; nobody has said yet what it is worth", 100.0 * share);
        StartRule::new(&id_of(kind), 10.0, &why).line(&activity(&[kind.to_string()])).line("at_least = 1")
    };
    chosen.into_iter().map(rule).collect()
}

/// Whether nearly all that stand in one of two ascending lists stand in the other, too.
fn are_nearly_the_same(a: &[u32], b: &[u32]) -> bool {
    const SHARED: f64 = 0.95;
    let n_both = a.iter().filter(|lead| b.binary_search(lead).is_ok()).count();
    n_both as f64 >= SHARED * a.len().max(b.len()) as f64
}

fn activity(kinds: &[String]) -> String {
    match kinds {
        [one] => format!("activity = {}", quoted(one)),
        several => format!("activity = {}", list(several)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_given_once_for_what_the_same_leads_do() {
        let leads: Vec<u32> = (0..100).collect();
        assert!(are_nearly_the_same(&leads, &leads[..96]) && are_nearly_the_same(&leads[4..], &leads));
        assert!(!are_nearly_the_same(&leads, &leads[..90]), "a step that one in ten did not come to");
        assert!(!are_nearly_the_same(&leads[..50], &leads[50..]));
    }
}

//! Starting rules for kinds of activity, with the points that the scoring guides in use give them.

use super::log::LogChoice;
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
        rules.extend(done_by_some(log, &free));
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

/// Kinds that speak no known language: those that some leads have and others have not.
fn done_by_some(log: &LogChoice, free: &[&str]) -> Vec<StartRule> {
    const SOME: std::ops::RangeInclusive<f64> = 0.05..=0.8;
    const FEW: usize = 4;
    let some = log.kinds.iter().filter(|(kind, share)| SOME.contains(share) && free.contains(&kind.as_str()));
    let rule = |(kind, share): &(String, f64)| {
        let why = format!("done by {:.0} % of the leads; nobody has said yet what it is worth", 100.0 * share);
        StartRule::new(&id_of(kind), 10.0, &why).line(&activity(std::slice::from_ref(kind))).line("at_least = 1")
    };
    some.take(FEW).map(rule).collect()
}

fn activity(kinds: &[String]) -> String {
    match kinds {
        [one] => format!("activity = {}", quoted(one)),
        several => format!("activity = {}", list(several)),
    }
}

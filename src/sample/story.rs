//! Lead A and lead B: the two leads every scorecard gets wrong, and their twins among the closed deals.
//!
//! Lead A did small things and looked at the price page nine times: 100 points, and it only compares. Lead B visited
//! once and asked: 33 points, and it orders.

use super::acts::Act;
use super::deals::Lead;
use super::effects::{self, COUNTRY, INDUSTRY, SOURCE, TITLE};
use super::who::{Email, Who, index_of};
use jiff::Timestamp;

/// The twins among the closed deals: A lost, B won. Their acts all fall within hours of their creation, so that
/// hardly any moment of their lives shows less than the whole story.
pub(super) fn closed() -> Vec<Lead> {
    let mut a_acts =
        acts("2025-09-02T08:00:00Z", &[(2, "email_open", ""), (3, "link_click", ""), (5, "site_visit", "")]);
    a_acts.extend(price_views("2025-09-02T08:06:00Z", 9));
    let mut b_acts = acts("2025-05-12T01:10:00Z", &[(1, "site_visit", ""), (9, "inquiry", "contact form")]);
    b_acts.extend(acts("2025-06-11T02:00:00Z", &[(0, "support_ticket", "")]));
    vec![
        lead("A-2025", a_twin(), "2025-09-02T08:00:00Z", Some(("2025-09-29T16:30:00Z", false)), a_acts),
        lead("B-2025", b_twin(), "2025-05-12T01:10:00Z", Some(("2025-06-05T06:00:00Z", true)), b_acts),
    ]
}

/// The two open ones, and what they do at and after the as-of, which must not count.
pub(super) fn open() -> Vec<Lead> {
    let mut a_acts = acts("2026-06-08T09:00:00Z", &[(0, "email_sent", "")]);
    a_acts.extend(acts("2026-06-10T07:40:00Z", &[(0, "email_open", ""), (1, "link_click", "")]));
    a_acts.extend(acts("2026-06-12T18:00:00Z", &[(0, "site_visit", "")]));
    for day in ["2026-06-12T18:02:00Z", "2026-06-17T20:10:00Z", "2026-06-24T19:31:00Z"] {
        a_acts.extend(price_views(day, 3));
    }
    a_acts.extend(acts("2026-07-01T00:00:00Z", &[(0, "page_view", "/pricing"), (60 * 24, "download", "data sheet")]));
    let mut b_acts = acts("2026-06-18T06:20:00Z", &[(0, "site_visit", ""), (6, "inquiry", "contact form")]);
    b_acts.extend(acts("2026-06-18T12:00:00Z", &[(0, "email_sent", "")]));
    b_acts.extend(acts("2026-07-02T08:00:00Z", &[(0, "email_open", ""), (2, "page_view", "/pricing")]));
    vec![
        lead("lead-A", a_open(), "2026-06-08T08:55:00Z", None, a_acts),
        lead("lead-B", b_open(), "2026-06-18T06:19:00Z", None, b_acts),
    ]
}

fn lead(id: &str, who: Who, created: &str, close: Option<(&str, bool)>, acts: Vec<Act>) -> Lead {
    let end = close.map_or(super::AS_OF_SECONDS, |(at, _)| seconds(at));
    let known: Vec<Act> = acts.iter().copied().filter(|act| act.at < end).collect();
    Lead {
        id: id.to_string(),
        log_odds: effects::log_odds(&who, &known),
        who,
        created: seconds(created),
        snapshot: None,
        close: close.map(|(at, won)| (seconds(at), won)),
        deal_amount: close.and_then(|(_, won)| won.then_some(31_500)),
        acts,
        word_of_mouth: false,
    }
}

/// Acts at `minutes` after `start`.
fn acts(start: &str, list: &[(i64, &'static str, &'static str)]) -> Vec<Act> {
    list.iter().map(|&(minutes, kind, page)| Act { at: seconds(start) + 60 * minutes, kind, page }).collect()
}

/// `n` views of the price page, three minutes apart.
fn price_views(start: &str, n: i64) -> Vec<Act> {
    (0..n).map(|i| Act { at: seconds(start) + 180 * i, kind: "page_view", page: "/pricing" }).collect()
}

fn seconds(instant: &str) -> i64 {
    instant.parse::<Timestamp>().expect("the story's instants are ISO 8601 with an offset").as_second()
}

fn a_open() -> Who {
    Who {
        source: index_of(&SOURCE, "paid search"),
        industry: index_of(&INDUSTRY, "Education"),
        country: index_of(&COUNTRY, "United States"),
        title: index_of(&TITLE, "researcher"),
        email: Email::Free,
        employees: Some(12),
        budget: None,
        completion_days: None,
        company: "Hollow Oak Institute".to_string(),
        contact_name: "Robin Colby".to_string(),
        address: "robin.colby@freemail.example".to_string(),
        job_title: "Research associate",
        city: "Boston",
        campaign: "search rivals",
        owner: "A. Finch",
    }
}

fn a_twin() -> Who {
    Who {
        country: index_of(&COUNTRY, "Japan"),
        company: "株式会社緑見本研究会".to_string(),
        contact_name: "木村 亮".to_string(),
        address: "ryo.kimura@freemail.example".to_string(),
        job_title: "研究員",
        city: "東京",
        owner: "C. Okada",
        ..a_open()
    }
}

fn b_open() -> Who {
    Who {
        source: index_of(&SOURCE, "referral"),
        industry: index_of(&INDUSTRY, "Manufacturing"),
        country: index_of(&COUNTRY, "Romania"),
        title: index_of(&TITLE, "manager"),
        email: Email::Business,
        employees: Some(75),
        budget: Some(30_000),
        completion_days: Some(120.0),
        company: "Exemplu Metal SRL".to_string(),
        contact_name: "Ioana Șerban".to_string(),
        address: "ioana.serban@exemplumetal.example".to_string(),
        job_title: "Manager achiziții",
        city: "Cluj-Napoca",
        campaign: "",
        owner: "B. Moraru",
    }
}

fn b_twin() -> Who {
    Who {
        country: index_of(&COUNTRY, "Japan"),
        company: "株式会社港見本製作所".to_string(),
        contact_name: "高橋 直子".to_string(),
        address: "naoko.takahashi@minato.example".to_string(),
        job_title: "購買課長",
        city: "名古屋",
        owner: "C. Okada",
        ..b_open()
    }
}

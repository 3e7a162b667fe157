//! Who the leads are: the attributes of one made-up contact at one made-up company.

use super::draw::Draw;
use super::effects::{COUNTRY, INDUSTRY, Level, SOURCE, TITLE};
use super::words;

/// Whose mailbox the lead gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Email {
    /// One at its company's own domain.
    Business,
    /// One at a free provider.
    Free,
    /// One at a competitor.
    Rival,
    /// None.
    Missing,
}

/// A lead's attributes. Categories are indexes into the tables of true effects.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub(super) source: usize,
    pub(super) industry: usize,
    pub(super) country: usize,
    /// Family of the job title.
    pub(super) title: usize,
    pub(super) email: Email,
    pub(super) employees: Option<u32>,
    pub(super) budget: Option<u32>,
    /// Days from creation to the completion the contact hopes for.
    pub(super) completion_days: Option<f64>,
    pub(super) company: String,
    pub(super) contact_name: String,
    pub(super) address: String,
    pub(super) job_title: &'static str,
    pub(super) city: &'static str,
    pub(super) campaign: &'static str,
    pub(super) owner: &'static str,
}

/// Those who look at prices without buying.
const COMPARER_TITLES: [&str; 2] = ["researcher", "student"];
/// How many of the others do, too.
const COMPARER_SHARE: f64 = 0.05;

impl Who {
    /// Draws a lead; `all_known` leaves no number missing and spreads sizes evenly.
    pub(super) fn draw(draw: &mut Draw, all_known: bool) -> Who {
        let title = pick(draw, &TITLE);
        let academic = COMPARER_TITLES.contains(&TITLE[title].name);
        let country = pick(draw, &COUNTRY);
        let industry = pick(draw, &INDUSTRY);
        let at_school = academic && draw.chance(0.6);
        let industry = if at_school { index_of(&INDUSTRY, "Education") } else { industry };
        let email = draw_email(draw, academic);
        let source = pick(draw, &SOURCE);
        let size = draw.log_normal(90.0, 1.3).clamp(1.0, 20_000.0).round();
        let budget = (draw.log_normal(20_000.0, 0.8) * (size / 90.0).powf(0.3) / 500.0).round() * 500.0;
        let (size_even, budget_even) = (draw.between(10.0, 500.0).round(), draw.between(5.0, 100.0).round() * 1000.0);
        let (size_known, budget_known) = (draw.chance(0.85) && !academic, draw.chance(0.6));
        let completion = draw.between(60.0, 400.0).round();
        let completion_days = draw.chance(0.55).then_some(completion);
        let named = words::name(draw, COUNTRY[country].name);
        Who {
            source,
            industry,
            country,
            title,
            email,
            employees: if all_known { Some(size_even as u32) } else { size_known.then_some(size as u32) },
            budget: if all_known { Some(budget_even as u32) } else { budget_known.then_some(budget as u32) },
            completion_days,
            address: address(email, &named),
            company: named.company,
            contact_name: named.contact,
            job_title: words::job_title(draw, TITLE[title].name, COUNTRY[country].name),
            city: words::city(draw, COUNTRY[country].name),
            campaign: words::campaign(draw, SOURCE[source].name),
            owner: draw.one_of(&words::OWNERS),
        }
    }

    /// Whether this lead compares prices for another reason than buying.
    pub(super) fn compares(&self, draw: &mut Draw) -> bool {
        let by_chance = draw.chance(COMPARER_SHARE);
        by_chance || self.email == Email::Rival || COMPARER_TITLES.contains(&TITLE[self.title].name)
    }
}

fn draw_email(draw: &mut Draw, academic: bool) -> Email {
    let free = if academic { 0.7 } else { 0.18 };
    match draw.index_by_share([free, 0.04, 0.012, 1.0 - free - 0.052].into_iter()) {
        0 => Email::Free,
        1 => Email::Missing,
        2 => Email::Rival,
        _ => Email::Business,
    }
}

fn address(email: Email, named: &words::Named) -> String {
    match email {
        Email::Business => format!("{}@{}.example", named.mailbox, named.domain),
        Email::Free => format!("{}@freemail.example", named.mailbox),
        Email::Rival => format!("{}@rival.example", named.mailbox),
        Email::Missing => String::new(),
    }
}

fn pick(draw: &mut Draw, levels: &[Level]) -> usize {
    draw.index_by_share(levels.iter().map(|level| level.share))
}

/// Where `name` stands among `levels`. Names are constants of this program.
pub(super) fn index_of(levels: &[Level], name: &str) -> usize {
    levels.iter().position(|level| level.name == name).expect("the name is one of the table's own")
}

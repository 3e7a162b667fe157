//! The comparison within each persona: every figure for programs, and for managers what is different there.

use super::super::page::Page;
use super::super::terminal::{percent, plural};
use crate::comparison::Verdict;
use crate::comparison::personas::{PersonaComparison, PersonaRule};
use crate::comparison::rounding::{signed, signed_with_interval};
use crate::snapshot::RowWeights;
use serde::Serialize;

/// Rules told of each persona; the JSON has the rest.
const TOLD: usize = 3;

/// One persona's part of the summary.
#[derive(Debug, Serialize)]
pub(in super::super) struct PersonaRows {
    /// None for the deals of no persona.
    persona: Option<String>,
    deals: usize,
    won: usize,
    win_rate: f64,
    rules: Vec<PersonaRow>,
    #[serde(skip)]
    sentences: Vec<String>,
}

/// One rule within a persona.
#[derive(Debug, Serialize)]
struct PersonaRow {
    rule: String,
    /// Whether it is the persona's own rule.
    own: bool,
    group: String,
    hand_set_points: f64,
    learned_points: f64,
    interval: [f64; 2],
    over_all: f64,
    departure: f64,
    departure_interval: [f64; 2],
    departs: bool,
    leads: usize,
    won: usize,
    win_rate: f64,
    evidence: String,
    matters: f64,
    verdict: String,
}

impl PersonaRows {
    pub(super) fn of(persona: &PersonaComparison, weights: RowWeights) -> PersonaRows {
        let PersonaComparison { persona: name, deals, won, win_rate, rules } = persona;
        let mut news: Vec<&PersonaRule> = rules.iter().filter(|rule| is_news(rule)).collect();
        let weight = |rule: &PersonaRule| rule.departure.abs() * rule.here.leads as f64;
        news.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        PersonaRows {
            persona: name.clone(),
            deals: *deals,
            won: *won,
            win_rate: *win_rate,
            rules: rules.iter().map(row).collect(),
            sentences: news.into_iter().take(TOLD).map(|rule| sentence(rule, weights)).collect(),
        }
    }
}

fn row(rule: &PersonaRule) -> PersonaRow {
    let here = &rule.here;
    PersonaRow {
        rule: here.id.clone(),
        own: here.persona.is_some(),
        group: here.group.clone(),
        hand_set_points: here.hand_set_points,
        learned_points: here.learned_points,
        interval: here.interval,
        over_all: rule.over_all,
        departure: rule.departure,
        departure_interval: rule.departure_interval,
        departs: rule.departs(),
        leads: here.leads,
        won: here.won,
        win_rate: here.win_rate,
        evidence: here.evidence.to_string(),
        matters: here.matters,
        verdict: here.verdict_text(),
    }
}

/// A common rule worth more or less here than elsewhere, on enough deals to be judged; a persona's own rules stand in
/// the table over all.
fn is_news(rule: &PersonaRule) -> bool {
    rule.departs() && rule.here.verdict != Verdict::TooLittleData && rule.here.persona.is_none()
}

fn sentence(rule: &PersonaRule, weights: RowWeights) -> String {
    let here = &rule.here;
    let [learned, low, high] = signed_with_interval(here.learned_points, here.interval);
    format!(
        "`{}` is worth {learned} here ({low} to {high}), {} over all, set to {}: {} hit, {} won{}.",
        here.id,
        signed(rule.over_all),
        signed(here.hand_set_points),
        plural(here.leads, "lead"),
        percent(here.win_rate),
        weights.of_rate(here.leads, here.won, here.win_rate).behind(),
    )
}

/// A line a persona with what is different there; nothing without personas.
pub(super) fn persona_text(personas: &[PersonaRows], weights: RowWeights) -> Page {
    let mut text = Page::new();
    if personas.is_empty() {
        return text;
    }
    text.push_str("\n");
    text.heading(2, "Within each persona");
    for of in personas {
        let name = of.persona.as_ref().map_or("no persona".to_owned(), |name| format!("`{name}`"));
        let rate = percent(of.win_rate);
        let alike =
            if of.sentences.is_empty() { " No rule is clearly worth more or less here than elsewhere." } else { "" };
        let by = weights.of_rate(of.deals, of.won, of.win_rate).behind();
        text.push_str(&format!("  {name}: {}, {rate} won{by}.{alike}\n", plural(of.deals, "deal")));
        for sentence in &of.sentences {
            text.push_str(&format!("    {sentence}\n"));
        }
    }
    text
}
